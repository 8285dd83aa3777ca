"""A real server cuts off what does not tell its headers in time or without an end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from asgi_calls import fine
from casegraph.serve.errors import BrokenOffError
from casegraph.serve.http.bodies import read_body
from casegraph.serve.http.connections import CONNECTION, Connection
from casegraph.serve.http.old_clients import OldClients
from casegraph.serve.http.problems import Problems

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
Exchange = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


class Small(Connection):
    """A connection that takes few bytes."""

    most_bytes = 20_000


class Watchful(Connection):
    """A connection that looks all the time whether its client is there."""

    look_seconds = 0.001


class Impatient(Connection):
    """A connection that takes few bytes and waits for a moment."""

    most_bytes = 20_000
    seconds = 0.1


async def slowly_fine(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer after longer than that."""
    await asyncio.sleep(0.25)
    await fine(scope, receive, send)


async def _exchanged(kind: type[Connection], exchange: Exchange, app: ASGIApp = fine) -> bytes:
    config = uvicorn.Config(app, port=0, http=kind, log_level="critical", lifespan="off", server_header=False)
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(5):
            return await exchange(reader, writer)
    finally:
        writer.close()
        server.should_exit = True
        await serving


async def _flooded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, start: bytes) -> bytes:
    """Send a start, then letters without an end, until the server closes the connection."""
    writer.write(start)
    answer = asyncio.ensure_future(reader.read())
    sent = 0
    try:
        while not answer.done() and sent < 5_000_000:
            writer.write(b"a" * 10_000)
            await writer.drain()
            await asyncio.sleep(0.001)
            sent += 10_000
    except ConnectionError:
        pass
    assert sent < 1_000_000
    try:
        return await answer
    except ConnectionError:
        return b"cut off"


FLOODS = [
    b"GET /",
    HEAD + b"X: ",
    HEAD + b"X",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: ",
]


@pytest.mark.slow
@pytest.mark.parametrize("start", FLOODS)
def test_a_head_without_an_end_is_cut_off(start: bytes) -> None:
    answer = asyncio.run(_exchanged(Small, lambda reader, writer: _flooded(reader, writer, start)))
    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 ", b"HTTP/1.1 200 ", b"cut off")), answer


@pytest.mark.parametrize("start", [b"", b"G", HEAD, HEAD + b"\r\n" + HEAD])
def test_a_head_that_does_not_come_is_not_waited_for(start: bytes) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(start)
        return await reader.read()

    answer = asyncio.run(_exchanged(Impatient, half))
    assert answer.endswith(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    assert answer.count(b"# fine") == start.count(b"\r\n\r\n")


def test_a_long_body_is_taken_piece_by_piece() -> None:
    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        assert len(await read_body(scope, receive, 200_000)) == 150_000
        await fine(scope, receive, send)

    async def pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 150000\r\n\r\n")
        for _ in range(10):
            writer.write(b"b" * 15_000)
            await asyncio.sleep(0.01)
        return await reader.readuntil(b"# fine\n")

    assert asyncio.run(_exchanged(Small, pieces, reading)).startswith(b"HTTP/1.1 200 OK")


def test_empty_lines_after_a_request_are_no_way_to_stay() -> None:
    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(HEAD + b"\r\n")
        answer = await reader.readuntil(b"# fine\n")
        writer.write(b"\r\n")
        return answer + await reader.read()

    assert b"HTTP/1.1 408 " in asyncio.run(_exchanged(Impatient, dripping))


@pytest.mark.slow
def test_half_a_request_does_not_end_the_answer_before_it() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(HEAD + b"\r\n" + HEAD)
        return await reader.read()

    answer = asyncio.run(_exchanged(Impatient, half, slowly_fine))
    assert answer.count(b"# fine") == 1


@pytest.mark.slow
def test_what_is_sent_in_time_is_answered() -> None:
    body = b"b" * 100_000
    chunked = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    requests = (
        HEAD + b"X: " + b"y" * 15_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + body,
        chunked + b"186a0\r\n" + body + b"\r\n0\r\n\r\n",
        HEAD + b"Connection: close\r\n\r\n",
    )

    async def several(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        sent = b"".join(requests)
        for start in range(0, len(sent), 15_000):
            writer.write(sent[start : start + 15_000])
            await asyncio.sleep(0.01)
        return await reader.read()

    answer = asyncio.run(_exchanged(Impatient, several, slowly_fine))
    assert answer.count(b"HTTP/1.1 200 OK") == answer.count(b"# fine") == 4


@pytest.mark.parametrize("start", [HEAD + b"X: ", b"no HTTP\r\n\r\n"])
def test_who_still_sends_gets_the_answer(start: bytes) -> None:
    async def much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(start + b"a" * 3_000_000)
        return await reader.read()

    answer = asyncio.run(_exchanged(Small, much))
    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
    assert answer.endswith(b"\r\n\r\n")


def test_an_answer_that_breaks_off_does_not_look_whole_without_chunks_either() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise BrokenOffError("it broke off")

    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(HEAD.replace(b"1.1", b"1.0") + b"\r\n")
        return await reader.read()

    with pytest.raises(ConnectionResetError):
        asyncio.run(_exchanged(Small, whole, OldClients(Problems(broken))))


@pytest.mark.parametrize("more", [b"", HEAD + b"\r\n", (HEAD + b"\r\n") * 3 + HEAD])
@pytest.mark.parametrize("length", [1_000, 100_000, 3_000_000])
def test_a_client_that_hangs_up_after_its_body_is_noticed(length: int, more: bytes) -> None:
    noticed: list[int] = []

    async def noticing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            return
        body = await read_body(scope, receive, length)
        async with asyncio.timeout(5):
            while not scope[CONNECTION].is_gone:
                await asyncio.sleep(0.001)
        noticed.append(len(body))

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"PUT / HTTP/1.1\r\nHost: localhost\r\n" + b"Content-Length: %d\r\n\r\n" % length)
        writer.write(b"a" * length + more)
        await writer.drain()
        writer.close()
        while not noticed:
            await asyncio.sleep(0.001)
        return b""

    asyncio.run(_exchanged(Watchful, hang_up, noticing))
    assert noticed == [length]
