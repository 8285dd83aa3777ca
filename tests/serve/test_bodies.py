"""Bodies are read as far as they may go."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from asgi_calls import call, fine, receiving, scope_of
from casegraph.serve.http.bodies import media_type, parse_media_type, read_body
from casegraph.serve.http.problems import ClientGoneError, Problems, RefusedError

LIMIT = 10


def read(*pieces: bytes, headers: tuple[tuple[str, str], ...] = (), gone: bool = False) -> bytes:
    return asyncio.run(read_body(scope_of("POST", "/sparql", headers), receiving(*pieces, gone=gone), LIMIT))


def refused(*pieces: bytes, headers: tuple[tuple[str, str], ...] = ()) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        read(*pieces, headers=headers)
    return caught.value


async def never() -> Message:
    raise AssertionError("the body is not to be read")


@pytest.mark.parametrize("pieces", [(), (b"",), (b"0123456789",), (b"01234", b"", b"56789")])
def test_a_body_up_to_the_limit_is_read(pieces: tuple[bytes, ...]) -> None:
    assert read(*pieces) == b"".join(pieces)
    assert read(*pieces, headers=(("Content-Encoding", "identity"), ("Content-Length", "10"))) == b"".join(
        pieces
    )


@pytest.mark.parametrize(
    "pieces", [(b"0123456789a",), (b"0123456789", b"a"), (b"01234", b"56789", b"", b"a")]
)
def test_a_body_without_a_length_is_counted_while_it_is_read(pieces: tuple[bytes, ...]) -> None:
    error = refused(*pieces)
    assert (error.status, error.headers) == (413, (("Connection", "close"),))


def test_nothing_is_read_beyond_the_limit() -> None:
    read_of: list[int] = []

    async def endless() -> Message:
        read_of.append(4)
        return {"type": "http.request", "body": b"1234", "more_body": True}

    with pytest.raises(RefusedError):
        asyncio.run(read_body(scope_of("POST", "/"), endless, LIMIT))
    assert sum(read_of) == 12


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("Content-Length", "11", 413),
        ("Content-Length", str(1 << 40), 413),
        ("Content-Length", "9" * 100_000, 413),
        ("Content-Length", "-1", 400),
        ("Content-Length", "+5", 400),
        ("Content-Length", "\u00b2", 400),
        ("Content-Length", "ten", 400),
        ("Content-Length", "", 400),
        ("Content-Encoding", "gzip", 415),
        ("Content-Encoding", "identity, gzip", 415),
        ("Content-Encoding", "IDENTITY;x", 415),
    ],
)
def test_what_the_headers_tell_is_refused_before_the_body_is_read(name: str, value: str, status: int) -> None:
    with pytest.raises(RefusedError) as caught:
        asyncio.run(read_body(scope_of("POST", "/sparql", [(name, value)]), never, LIMIT))
    assert caught.value.status == status
    assert ("Connection", "close") in caught.value.headers


def test_two_lengths_are_refused() -> None:
    assert refused(headers=(("Content-Length", "1"), ("Content-Length", "2"))).status == 400


def test_a_client_that_hangs_up_is_no_error_of_the_server() -> None:
    with pytest.raises(ClientGoneError):
        read(b"01", gone=True)

    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        scope["casegraph.noted"] = {}
        noted.append(scope["casegraph.noted"])
        await read_body(scope, receiving(gone=True), LIMIT)

    async def silent(message: Message) -> None:
        raise AssertionError("nobody is there")

    noted: list[dict[str, object]] = []
    asyncio.run(_served(Problems(reading), silent))
    assert noted == [{"reason": "the client hung up"}]


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def stalling() -> Message:
        await asyncio.sleep(2)
        raise AssertionError

    with pytest.raises(RefusedError) as caught:
        asyncio.run(read_body(scope_of("POST", "/"), stalling, LIMIT, stall=0.01))
    assert caught.value.status == 408


def test_a_slow_body_is_read_as_long_as_something_comes() -> None:
    pieces = receiving(*([b"a"] * 6))

    async def slow() -> Message:
        await asyncio.sleep(0.02)
        return await pieces()

    assert asyncio.run(read_body(scope_of("POST", "/"), slow, LIMIT, stall=0.08)) == b"aaaaaa"


@pytest.mark.parametrize(
    ("text", "name", "parameters"),
    [
        ("text/turtle", "text/turtle", {}),
        ("Text/Turtle ; Charset=UTF-8", "text/turtle", {"charset": "UTF-8"}),
        ('multipart/form-data; boundary="a;b,\\"c"', "multipart/form-data", {"boundary": 'a;b,"c'}),
        ("text/csv;", "text/csv", {}),
        ("text/csv; ;header=present", "text/csv", {"header": "present"}),
    ],
)
def test_a_media_type_is_read(text: str, name: str, parameters: dict[str, str]) -> None:
    told = parse_media_type(text)
    assert (told.name, told.parameters) == (name, parameters)


@pytest.mark.parametrize(
    "text",
    ["", "text", "text/", "/", "a/b/c", "a/b; x", "a/b; x=", 'a/b; x="', "a/b; x=1; X=2", "a b/c", "a/b,c/d"],
)
def test_what_is_no_media_type_is_refused(text: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_media_type(text)
    assert caught.value.status == 400


def test_a_request_has_one_media_type_or_none() -> None:
    assert media_type(scope_of("POST", "/")) is None
    with pytest.raises(RefusedError, match="several"):
        media_type(scope_of("POST", "/", [("Content-Type", "a/b"), ("Content-Type", "a/b")]))


def test_a_refused_body_closes_the_connection() -> None:
    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        await read_body(scope, receive, LIMIT)
        await fine(scope, receive, send)

    told = call(Problems(reading), "POST", "/update", pieces=[b"0" * 11])
    assert (told.status, told.header("connection")) == (413, "close")
    assert call(Problems(reading), "POST", "/update", pieces=[b"0" * 10]).status == 200


async def _served(app: Problems, send: Send) -> None:
    await app(scope_of("POST", "/"), receiving(), send)
