"""Keeps web pages of other sites from using this server through the browser of a person (CSRF, CORS)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from casegraph.errors import InputError
from casegraph.serve.http.hosts import SITE
from casegraph.serve.http.problems import Answer, RefusedError, send_answer
from casegraph.serve.http.scope import header

__all__ = ["ORIGIN", "Origins", "allowed_origin", "changes", "refuse_to_change"]

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_QUERIED: Final = frozenset({"/sparql"})
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"GET, HEAD, POST"),
    (b"access-control-allow-headers", b"Accept, Content-Type, If-None-Match"),
    (b"access-control-max-age", b"600"),
)

#: Where in the scope the listed origin stands that a request came from.
ORIGIN: Final = "casegraph.origin"


def changes(method: str, path: str) -> bool:
    """Tell whether a request may change something: all but GET, HEAD, OPTIONS and a query that is posted.

    >>> changes("POST", "/sparql"), changes("POST", "/update"), changes("GET", "/graphs")
    (False, True, False)
    """
    return method not in _SAFE and not (method == "POST" and path in _QUERIED)


class Origins:
    """Refuses what a browser sends for a page of another site (403), but for reading by listed pages.

    A page of another site may lead here by a link. Whatever else a browser sends for it is refused: by
    ``Sec-Fetch-Site`` where the browser tells it, and all that is not GET or HEAD by ``Origin``. Pages of the
    listed origins may read, without credentials; what changes something is for pages of this server alone.
    The headers that let them are added by :class:`casegraph.serve.http.headers.SafeHeaders`, to errors too.
    Starlette's CORSMiddleware makes no difference between paths, and runs the request of an unlisted origin.

    :param origins: the list, each as ``https://name`` or ``https://name:port``.
    :param changing: tells by method and path whether a request may change something.
    :raises InputError: if one of the origins is none.
    """

    def __init__(
        self, app: ASGIApp, origins: Sequence[str] = (), *, changing: Callable[[str, str], bool] = changes
    ) -> None:
        self.app, self.changing = app, changing
        self._listed = frozenset(allowed_origin(each) for each in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            origin, asked = header(scope, b"origin"), header(scope, b"access-control-request-method")
            preflight = scope["method"] == "OPTIONS" and origin is not None and asked is not None
            method = asked if preflight and asked is not None else scope["method"]
            if origin in self._listed:
                if self.changing(method, scope["path"]):
                    raise _refused_change()
                scope[ORIGIN] = origin
            else:
                _refuse_strangers(scope, origin)
            if preflight:
                await send_answer(send, Answer(HTTPStatus.NO_CONTENT, list(_PREFLIGHT), b""))
                return
        await self.app(scope, receive, send)


def _refuse_strangers(scope: Scope, origin: str | None) -> None:
    """Refuse what a browser sends for a page of another site, unless a person followed a link.

    :raises RefusedError: 403.
    """
    site = header(scope, b"sec-fetch-site")
    if site in {"cross-site", "same-site"} and not _follows_a_link(scope):
        raise _refused("a page of another site sent this")
    if origin is not None and scope["method"] not in {"GET", "HEAD"} and not _own(origin, scope):
        raise _refused("a page of another origin sent this")


def refuse_to_change(scope: Scope) -> None:
    """Refuse a change that a page of a listed origin asks for; for changes that path and method do not show.

    :raises RefusedError: 403.
    """
    if ORIGIN in scope:
        raise _refused_change()


def allowed_origin(origin: str) -> str:
    """Return an origin as browsers write it.

    :raises InputError: if it is none, or any (``*`` and ``null``).

    >>> allowed_origin("https://Cases.example.org")
    'https://cases.example.org'
    """
    parts = urlsplit(origin.lower())
    if (
        parts.scheme not in {"http", "https"}
        or not parts.netloc
        or f"{parts.scheme}://{parts.netloc}" != origin.lower()
    ):
        raise InputError(
            "no origin of a page",
            where=f"--allow-origin {origin}",
            expected="https://NAME or https://NAME:PORT, without a path",
        )
    return origin.lower()


def _own(origin: str, scope: Scope) -> bool:
    """Tell whether an origin is this server, whose host has been checked; a proxy may have added TLS."""
    host = (header(scope, b"host") or "").lower()
    return origin in {f"http://{host}", f"https://{host}", scope.get(SITE)}


def _follows_a_link(scope: Scope) -> bool:
    """Tell whether a person followed a link of a page to a page of ours."""
    return (
        scope["method"] == "GET"
        and header(scope, b"sec-fetch-mode") == "navigate"
        and header(scope, b"sec-fetch-dest") == "document"
    )


def _refused_change() -> RefusedError:
    return RefusedError(HTTPStatus.FORBIDDEN, "pages of other origins may read, and change nothing")


def _refused(what: str) -> RefusedError:
    return RefusedError(
        HTTPStatus.FORBIDDEN, what, todo="start the server with --allow-origin to let it read"
    )
