"""A client of HTTP/1.0 gets an answer without a length as it is, up to the end of the connection."""

from __future__ import annotations

import pytest
from starlette.types import Receive, Scope, Send
from wires import told

from asgi_calls import fine
from casegraph.serve.http.old_clients import OldClients

PIECES = (b"<urn:a> ", b"", b"<urn:b> ", b"<urn:c> .\n")


async def in_pieces(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in pieces, whose length is not told before."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for piece in PIECES:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def with_length(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in two pieces, with their length."""
    headers = [(b"Content-Length", b"4")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ab", "more_body": True})
    await send({"type": "http.response.body", "body": b"cd"})


def test_an_answer_without_a_length_goes_to_the_end_of_the_connection() -> None:
    wire = told(OldClients(in_pieces), b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    head, _, body = wire.written.partition(b"\r\n\r\n")
    assert head.splitlines() == [b"HTTP/1.1 200 OK", b"connection: close"]
    assert body == b"".join(PIECES)
    assert wire.is_closed


def test_the_head_alone_has_no_body() -> None:
    wire = told(OldClients(in_pieces), b"HEAD / HTTP/1.0\r\n\r\n")
    assert wire.written == b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"


def test_a_length_that_is_told_stays() -> None:
    wire = told(OldClients(with_length), b"GET / HTTP/1.0\r\n\r\n")
    assert wire.written == b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nabcd"


@pytest.mark.parametrize("app", [in_pieces, fine])
def test_other_clients_get_chunks(app: object) -> None:
    wire = told(OldClients(app), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")  # type: ignore[arg-type]
    assert b"transfer-encoding: chunked\r\n" in wire.written
    assert wire.written.endswith(b"\r\n0\r\n\r\n")
