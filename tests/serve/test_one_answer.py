"""What comes beside a body has a limit as a sum, and a request gets one answer and one line of the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from logged import log_nowhere
from starlette.types import Receive, Scope, Send
from wires import told

from asgi_calls import fine
from casegraph.serve.http.bodies import read_body
from casegraph.serve.http.logs import Requests, log_to

POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
REFUSED = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
BESIDE = "too much beside the body of a request"


async def with_headers(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer when the body is there, with the names of the headers."""
    assert await read_body(scope, receive, 200_000)
    names = b" ".join(name for name, _ in scope["headers"])
    length = (b"content-length", b"%d" % len(names))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": names})


@pytest.mark.parametrize("trailer", [b"X: " + b"a" * 5_000, b"X: a\r\n" * 1_000, b"X: a\r\nX" * 1_000])
def test_trailers_without_an_end_are_refused_once(trailer: bytes) -> None:
    line = told(with_headers, POST, b"1\r\na\r\n0\r\n", *[trailer] * 6)
    assert line.written == REFUSED
    assert line.is_closed


@pytest.mark.parametrize("rest", [b"X: " + b"a" * 25_000, b"no HTTP: \0\r\n"])
def test_what_follows_a_request_that_was_answered_gets_no_second_answer(rest: bytes) -> None:
    line = told(fine, POST + b"1\r\na\r\n0\r\n", rest)
    assert line.written.startswith(b"HTTP/1.1 200 OK")
    assert line.written.count(b"HTTP/1.1 ") == 1
    assert line.is_closed


def test_the_next_request_on_the_connection_is_refused_with_an_answer() -> None:
    for wrong in (b"no HTTP\r\n\r\n", b"GET http://[ HTTP/1.1\r\n\r\n"):
        line = told(fine, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", wrong)
        assert line.written.startswith(b"HTTP/1.1 200 OK")
        assert line.written.count(b"HTTP/1.1 400 ") == 1


def test_a_trailer_is_no_header() -> None:
    line = told(with_headers, POST + b"1\r\na\r\n0\r\nX-Trailer: a\r\nAuthorization: b\r\n\r\n")
    assert line.written.endswith(b"\r\n\r\nhost transfer-encoding")


def test_what_stands_beside_a_body_is_limited_as_a_sum() -> None:
    line = told(with_headers, POST, *[b"1;" + b"a" * 4_000 + b"\r\na\r\n"] * 10)
    assert line.written == REFUSED


def test_chunks_of_a_byte_are_taken() -> None:
    line = told(with_headers, POST, *[b"1\r\na\r\n" * 1_000] * 50, b"0\r\n\r\n")
    assert line.written.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"no HTTP at all\r\n\r\n", 400, "no HTTP"),
        (b"GET / HTTP/1.1\r\nX-Secret: " + b"a" * 40_000, 431, BESIDE),
        (POST + b"secret\r\n", 400, "no HTTP"),
    ],
)
def test_what_is_no_request_is_a_line_of_the_log(
    content: bytes, status: int, reason: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log_to(tmp_path / "log")
    try:
        assert told(fine, content).written.startswith(f"HTTP/1.1 {status} ".encode())
    finally:
        log_nowhere()
    (line,) = map(json.loads, (tmp_path / "log").read_text("ascii").splitlines())
    assert line.pop("time").endswith("+00:00")
    assert line == {"client": "127.0.0.1", "method": "", "path": "", "status": status, "reason": reason}
    assert capfd.readouterr().err == ""


def test_a_request_that_has_its_own_line_has_no_other(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log_to(tmp_path / "log")
    try:
        upgrade = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        assert told(Requests(fine), upgrade).written.startswith(b"HTTP/1.1 200 OK")
    finally:
        log_nowhere()
    (line,) = map(json.loads, (tmp_path / "log").read_text("ascii").splitlines())
    assert (line["method"], line["path"], line["status"]) == ("GET", "/", 200)
    assert capfd.readouterr().err == ""


def test_a_fault_beneath_the_server_is_a_line_of_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("a fault")

    log_to(tmp_path / "log")
    try:
        told(failing, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    finally:
        log_nowhere()
    (line,) = map(json.loads, (tmp_path / "log").read_text("ascii").splitlines())
    assert line["level"] == "ERROR"
    assert "ValueError: a fault" in line["fault"]
    assert capfd.readouterr().err == ""
