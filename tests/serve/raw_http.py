"""Sends bytes that no client library would send to a server of HTTP, and reads what comes back."""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message

__all__ = ["CLOSED", "Reply", "request", "send_raw"]

#: The status of a connection that was closed without an answer.
CLOSED = 0
_SECONDS = 20


@dataclass(frozen=True)
class Reply:
    """An answer, or none: then the status is :data:`CLOSED`."""

    status: int
    headers: Message
    body: bytes


def request(
    method: str,
    target: str,
    *headers: str,
    body: bytes = b"",
    host: str | None = "@host@",
    length: int | str | None = None,
    version: str = "1.1",
) -> bytes:
    """Return a request; ``@host@`` and ``@token@`` stand for those of the server.

    :param host: None for a request without the header Host.
    :param length: what Content-Length says; by default the truth, where there is a body.
    """
    lines = [f"{method} {target} HTTP/{version}", *([f"Host: {host}"] if host is not None else []), *headers]
    if length is not None or body:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def send_raw(port: int, content: bytes, *, ends: bool = False, answers: int = 1) -> list[Reply]:
    """Send bytes; return the answers.

    :param ends: whether nothing more is sent, so that the server sees the end.
    :param answers: how many to wait for.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as connection:
        with suppress(ConnectionError):  # it may answer and hang up in the middle
            connection.sendall(content)
        if ends:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
        method = content.split(b" ", 1)[0].decode("latin-1")
        file = connection.makefile("rb")
        return [_read(_Held(file), method) for _ in range(answers)]


class _Held:
    """Gives the one file of a connection to each answer that is read from it."""

    def __init__(self, file: object) -> None:
        self._file = file

    def makefile(self, _: str) -> object:
        """Return the file."""
        return _Unclosed(self._file)


class _Unclosed:
    def __init__(self, file: object) -> None:
        self._file = file

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def close(self) -> None:
        """Leave it open for the next answer."""


def _read(connection: _Held, method: str) -> Reply:
    response = http.client.HTTPResponse(connection, method=method)  # type: ignore[arg-type]
    try:
        response.begin()
    except (http.client.BadStatusLine, ConnectionError):  # the end of the connection is one
        return Reply(CLOSED, Message(), b"")
    try:
        body = response.read()
    except (http.client.IncompleteRead, ConnectionError) as error:
        body = getattr(error, "partial", b"")
    return Reply(response.status, response.headers, body)
