"""Calls an app as a server does, without one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Told", "call", "fine", "receiving", "scope_of"]


class Told(NamedTuple):
    """An answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the only header of a name, or None if there is none."""
        found = [value for each, value in self.headers if each == name]
        assert len(found) <= 1, found
        return found[0] if found else None


def scope_of(method: str, target: str, headers: Iterable[tuple[str, str]] = ()) -> Scope:
    """Return the scope of a request, whose Host is localhost unless the headers name one."""
    path, _, query = target.partition("?")
    told = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "scheme": "http",
        "client": ("127.0.0.1", 50000),
        "headers": told if any(name == b"host" for name, _ in told) else [(b"host", b"localhost"), *told],
    }


def receiving(*pieces: bytes, gone: bool = False) -> Receive:
    """Return what gives the pieces of a body, then the end of the connection."""
    messages: list[Message] = [{"type": "http.request", "body": each, "more_body": True} for each in pieces]
    if not gone:
        messages.append({"type": "http.request", "body": b"", "more_body": False})
    messages.append({"type": "http.disconnect"})
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    return receive


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer anything with a Turtle document that has an ETag."""
    headers = [(b"content-type", b"text/turtle; charset=utf-8"), (b"etag", b'"7"')]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"# fine\n"})


def call(
    app: ASGIApp,
    method: str = "GET",
    target: str = "/",
    headers: Iterable[tuple[str, str]] = (),
    pieces: Iterable[bytes] = (),
) -> Told:
    """Call an app and return its answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(dict(message))

    asyncio.run(_run(app, scope_of(method, target, headers), receiving(*pieces), send))
    start: dict[str, Any] = dict(sent[0])
    assert start["type"] == "http.response.start"
    body = b"".join(each.get("body", b"") for each in sent[1:])
    return Told(start["status"], [(n.decode(), v.decode("latin-1")) for n, v in start["headers"]], body)


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)
