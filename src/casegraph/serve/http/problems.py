"""Answers an error: as problem details in JSON (RFC 9457), or as text or a page where that is asked for."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Final, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casegraph.errors import (
    CasegraphError,
    DocumentError,
    ForbiddenError,
    InputError,
    NoSpaceError,
    StoreLockedError,
)
from casegraph.serve.errors import (
    FullError,
    LimitError,
    NotAcceptableError,
    NotThereError,
    PreconditionError,
    ServiceError,
)
from casegraph.serve.http.logs import note
from casegraph.serve.http.negotiation import HTML, JSON, Format, choose
from casegraph.serve.http.scope import header
from casegraph.serve.pages.refused import refused_page

__all__ = [
    "RETRY_AFTER",
    "Answer",
    "ClientGoneError",
    "Problems",
    "RefusedError",
    "fault_of",
    "problem",
    "reason_of",
    "send_answer",
    "status_of",
]

_PROBLEM = Format("problem", "application/problem+json")
_OFFERED: Final = (_PROBLEM, JSON, Format("text", "text/plain"), HTML)
_STATUSES: Final = (
    (NotThereError, HTTPStatus.NOT_FOUND),
    (ForbiddenError, HTTPStatus.FORBIDDEN),
    (NotAcceptableError, HTTPStatus.NOT_ACCEPTABLE),
    (PreconditionError, HTTPStatus.PRECONDITION_FAILED),
    (LimitError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ServiceError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (FullError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreLockedError, HTTPStatus.SERVICE_UNAVAILABLE),
    (NoSpaceError, HTTPStatus.INSUFFICIENT_STORAGE),
    (InputError, HTTPStatus.BAD_REQUEST),
    (DocumentError, HTTPStatus.BAD_REQUEST),
)
#: In how many seconds to ask again where something is short.
RETRY_AFTER: Final = ("retry-after", "1")
_FAULT: Final = "a fault of the server; its log tells more"
_NO_SPACE: Final = "no space is left to write"
#: Faults of the server that may be over when the client comes again.
_PASSING: Final = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE)

Headers = tuple[tuple[str, str], ...]


class RefusedError(InputError):
    """A request is refused with a status of its own.

    :param status: of the answer.
    :param what: fixed words, for they are logged: nothing of the request belongs in them.
    :param headers: that the answer has besides.
    """

    def __init__(
        self, status: int, what: str, *, expected: str = "", todo: str = "", headers: Headers = ()
    ) -> None:
        super().__init__(what, expected=expected, todo=todo)
        self.status, self.headers = status, headers


class ClientGoneError(InputError):
    """The client hung up before its request was whole, so that nobody can be answered."""


class Answer(NamedTuple):
    """A whole answer: status, headers as bytes, body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def status_of(error: CasegraphError) -> int:
    """Return the status that an error is answered with.

    >>> status_of(NotThereError("no such case")), status_of(InputError("no SPARQL"))
    (404, 400)
    """
    if isinstance(error, RefusedError):
        return error.status
    found = (status for kind, status in _STATUSES if isinstance(error, kind))
    return int(next(found, HTTPStatus.INTERNAL_SERVER_ERROR))


def reason_of(error: CasegraphError) -> str:
    """Return what the log tells of an error: fixed words, with nothing of the request."""
    return error.what if isinstance(error, RefusedError) else type(error).__name__


def fault_of(error: CasegraphError) -> str:
    """Return what the log tells of a fault of the server, with its place; nothing where it is none."""
    fault = error.__cause__ if isinstance(error.__cause__, NoSpaceError) else error
    is_fault = isinstance(fault, NoSpaceError) or status_of(error) == HTTPStatus.INTERNAL_SERVER_ERROR
    return str(fault) if is_fault else ""


def problem(
    error: CasegraphError, status: int, accept: str | None = None, request: str = "", path: str = ""
) -> Answer:
    """Return the answer that tells an error.

    JSON unless the client names text or HTML; it is indented, so that it can be read at a terminal too. Where
    the fault is the server's (5xx) its place is not told.

    :param accept: the Accept header of the request.
    :param request: the name of the request in the log.
    :param path: that was asked for.

    >>> print(problem(InputError("no SPARQL", where="query:1:3"), 400, "text/plain").body.decode(), end="")
    400 Bad Request
    query:1:3: no SPARQL
    """
    format_ = choose(accept, _OFFERED) or _PROBLEM
    title = f"{status} {HTTPStatus(status).phrase}"
    if format_.name == "text":
        body = "\n".join([title, *_lines(error, status), ""])
    elif format_.name == "html":
        body = refused_page(title, _lines(error, status), path if status == HTTPStatus.BAD_REQUEST else "")
    else:
        body = json.dumps(_members(error, status, request), indent=2) + "\n"
    headers: Headers = (("Content-Type", format_.content_type), ("Cache-Control", "no-store"))
    if isinstance(error, RefusedError):
        headers += error.headers
    if status in _PASSING:
        headers += (RETRY_AFTER,)
    encoded = body.encode()
    length = (b"content-length", str(len(encoded)).encode())
    return Answer(
        status, [*((name.lower().encode(), value.encode()) for name, value in headers), length], encoded
    )


async def send_answer(send: Send, answer: Answer) -> None:
    """Send a whole answer."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


class Problems:
    """Answers the errors that are raised in what it wraps; it stands around all that may refuse a request.

    An error that nobody expected is answered with 500 and told in the log, not to the client. Once an answer
    has begun no status can tell of an error any more: then the connection is cut off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def begin(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, begin)
        except ClientGoneError as error:
            note(scope, reason=error.what)
        except Exception as error:
            told = _told(scope, error)
            if not begun:
                await _answer(scope, send, told)
            elif not _is_cut_off(scope):
                raise


def _told(scope: Scope, error: Exception) -> CasegraphError:
    """Tell the log of an error, and return what the client is told."""
    if isinstance(error, CasegraphError):
        note(scope, reason=reason_of(error))
        if fault := fault_of(error):
            note(scope, fault=fault)
        return error
    note(scope, reason=type(error).__name__)
    logging.getLogger("casegraph.serve.faults").error("a fault of the server", exc_info=error)
    return CasegraphError(_FAULT)


def _is_cut_off(scope: Scope) -> bool:
    """End the connection at once: the answer has begun, and must not look whole; tell whether it could be."""
    connection = scope.get("casegraph.connection")
    if connection is None:
        return False
    connection.cut_off()
    return True


async def _answer(scope: Scope, send: Send, error: CasegraphError) -> None:
    request = scope.get("casegraph.noted", {}).get("request", "")
    accept = header(scope, b"accept")
    await send_answer(send, problem(error, status_of(error), accept, request, scope["path"]))


def _where(error: CasegraphError, status: int) -> str:
    """Return the place of an error that may be told: in a fault of the server it may be one of its paths."""
    return error.where if status < HTTPStatus.INTERNAL_SERVER_ERROR else ""


def _what(error: CasegraphError, status: int) -> str:
    """Return what is wrong; of a fault of the store, which may quote a path, only of which kind it is."""
    if isinstance(error, NoSpaceError):
        return _NO_SPACE
    is_told = status == HTTPStatus.SERVICE_UNAVAILABLE or status < HTTPStatus.INTERNAL_SERVER_ERROR
    return error.what if is_told else _FAULT


def _members(error: CasegraphError, status: int, request: str) -> dict[str, object]:
    members: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _what(error, status),
    }
    rest = {
        "where": _where(error, status),
        "expected": error.expected,
        "todo": error.todo,
        "problems": _problems(error),
        "request": request,
    }
    return members | {name: value for name, value in rest.items() if value}


def _lines(error: CasegraphError, status: int) -> list[str]:
    """Return what a person reads: what is wrong and where, what was expected, what to do."""
    where = _where(error, status)
    what = _what(error, status)
    lines = [f"{where}: {what}" if where else what]
    lines += [f"expected: {error.expected}"] if error.expected else []
    lines += [f"to do: {error.todo}"] if error.todo else []
    return lines + _problems(error)


def _problems(error: CasegraphError) -> list[str]:
    return [str(each) for each in error.problems] if isinstance(error, DocumentError) else []
