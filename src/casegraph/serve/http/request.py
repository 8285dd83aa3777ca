"""A request as the routes see it, and how an answer is sent for as long as the client is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from functools import cached_property
from http import HTTPStatus
from typing import Any

from casegraph.serve.errors import BrokenOffError
from casegraph.serve.http.hosts import SITE
from casegraph.serve.http.problems import RefusedError
from casegraph.serve.http.scope import header
from casegraph.serve.workers.answer import Answer

__all__ = ["Request", "refused_method"]

Message = MutableMapping[str, Any]
_STALL = 30.0
_PIECE = 64 * 1024
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Request:
    """A request of HTTP."""

    def __init__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.method: str = scope["method"]
        self.path: str = scope["path"]

    def header(self, name: bytes) -> str | None:
        """Return the values of a header as one, or None if it is not there."""
        return header(self.scope, name)

    @cached_property
    def site(self) -> str:
        """What the address of the server begins with, without a slash at the end.

        It is the public one if the server was told of one, else as the client called it.
        """
        public: str | None = self.scope.get(SITE)
        return public or f"{self.scope.get('scheme', 'http')}://{self.header(b'host') or 'localhost'}"

    @property
    def address(self) -> str:
        """The address of the request, without what is asked."""
        raw: bytes = self.scope.get("raw_path") or b""
        return self.site + raw.decode("latin-1").partition("?")[0]

    async def has_already(self, headers: Mapping[str, str]) -> bool:
        """Tell the client that it has the answer already, if it has: by its tag (RFC 9110, section 13.1.2).

        A tag is made of the request and the state of the store: who has it was answered once. ``*`` is looked
        at when there is an answer, see :meth:`reply`.

        :param headers: of the answer, its tag among them if it has one.
        """
        known, tag = self.header(b"if-none-match"), headers.get("etag")
        if known is None or tag is None or self.method not in ("GET", "HEAD"):
            return False
        if tag.removeprefix("W/") not in {each.strip().removeprefix("W/") for each in known.split(",")}:
            return False
        await self.reply(HTTPStatus.NOT_MODIFIED, headers=headers.items())
        return True

    async def reply(
        self, status: int, body: bytes = b"", headers: Iterable[tuple[str, str]] = (), stall: float = _STALL
    ) -> None:
        """Send an answer that is here as a whole; only that there is one, if the client has any (304).

        :param stall: seconds that the client may take nothing.
        :raises BrokenOffError: if it took nothing for longer.
        """
        if self._has_any(status):
            status, body = HTTPStatus.NOT_MODIFIED, b""
            headers = [each for each in headers if each[0] != "content-type"]
        length = [] if status in _WITHOUT_BODY else [("content-length", str(len(body)))]
        await self._start(status, [*headers, *length])
        body = b"" if self.method == "HEAD" else body
        for start in range(0, len(body) - _PIECE, _PIECE):
            await self._send_piece(body[start : start + _PIECE], stall)
        last = body[max(len(body) - 1, 0) // _PIECE * _PIECE :]
        await self.send({"type": "http.response.body", "body": last})

    async def pass_on(self, answer: Answer, headers: Mapping[str, str], stall: float) -> None:
        """Send the answer of a worker, as it comes.

        :param stall: seconds that the client may take nothing.
        :raises BrokenOffError: if it broke off.
        """
        head = answer.head
        told = {**headers, **head.headers}
        if head.media_type:
            told["content-type"] = head.media_type
        try:
            whole = answer.whole
            if self._has_any(head.status):
                await self.reply(head.status, headers=told.items())
            elif whole or (whole is not None and self.method != "HEAD"):
                await self.reply(head.status, whole, told.items(), stall)
            elif self.method == "HEAD":  # an empty one may be of a job that gave the head alone
                await self._start(head.status, told.items())
                await self.send({"type": "http.response.body", "body": b""})
            else:
                await self._start(head.status, told.items())
                await self._stream(answer, stall)
        finally:
            answer.close()

    def _has_any(self, status: int) -> bool:
        """Tell whether the client has all that may be answered, and there is an answer (RFC 9110, 13.1.2)."""
        is_read = status == HTTPStatus.OK and self.method in ("GET", "HEAD")
        return is_read and (self.header(b"if-none-match") or "").strip() == "*"

    async def _stream(self, answer: Answer, stall: float) -> None:
        async for piece in answer.pieces():
            await self._send_piece(piece, stall)
        await self.send({"type": "http.response.body", "body": b""})

    async def _send_piece(self, piece: bytes, stall: float) -> None:
        try:
            async with asyncio.timeout(stall):  # wait_for of Python 3.11 may lose that the client hung up
                await self.send({"type": "http.response.body", "body": piece, "more_body": True})
        except TimeoutError as error:
            raise BrokenOffError("the client took nothing of its answer for too long") from error

    async def _start(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})


def refused_method(*allowed: str) -> RefusedError:
    """Return the error for a method that a route does not have."""
    return RefusedError(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "not by this method",
        expected=" or ".join(allowed),
        headers=(("Allow", ", ".join(allowed)),),
    )
