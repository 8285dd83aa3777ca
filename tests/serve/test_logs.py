"""Each request is one line of JSON, which nobody can forge and which does not tell what was asked."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from logged import log_nowhere
from starlette.types import Receive, Scope, Send

from asgi_calls import call, fine
from casegraph.errors import InputError
from casegraph.serve.http.logs import JsonLines, Requests, log_to, note, note_query
from casegraph.serve.http.problems import Problems, RefusedError

QUERY = 'SELECT * { ?s ?p "a secret of a patient" }'


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """Return what gives the lines that were logged."""
    log_to(tmp_path / "log")
    yield lambda: (tmp_path / "log").read_text("ascii").splitlines()
    log_nowhere()


async def asked(scope: Scope, receive: Receive, send: Send) -> None:
    note_query(scope, QUERY)
    note(scope, rows=3, generation=7, worker=2, query="cases_with_drug")
    await fine(scope, receive, send)


def test_a_request_is_one_line(lines: Callable[[], list[str]]) -> None:
    ticks = iter([10.0, 10.0125])
    told = call(Requests(asked, clock=lambda: next(ticks)), "POST", "/sparql?query=secret")
    (line,) = map(json.loads, lines())
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "client": "127.0.0.1",
        "method": "POST",
        "path": "/sparql",
        "status": 200,
        "ms": 12.5,
        "bytes": 7,
        "request": told.header("x-request-id"),
        "sparql": "35b657b549dc",
        "length": 42,
        "rows": 3,
        "generation": 7,
        "worker": 2,
        "query": "cases_with_drug",
    }


def test_what_was_asked_is_not_told_unless_it_is_asked_for(lines: Callable[[], list[str]]) -> None:
    headers = [("Authorization", "Bearer topsecret"), ("Cookie", "c=topsecret"), ("Referer", "topsecret")]
    call(Requests(asked), "GET", "/sparql?query=secret", headers)
    assert "secret" not in lines()[0]
    call(Requests(asked, log_queries=True), "GET", "/sparql?query=topsecret", headers)
    assert json.loads(lines()[1])["text"] == QUERY
    assert "topsecret" not in lines()[1]


def test_a_refusal_tells_its_reason_and_an_error_its_kind(lines: Callable[[], list[str]]) -> None:
    for error in (RefusedError(421, "a fixed text"), InputError("no SPARQL near 'secret'")):

        async def app(scope: Scope, receive: Receive, send: Send, error: Exception = error) -> None:
            raise error

        call(Requests(Problems(app)))
    first, second = map(json.loads, lines())
    assert (first["status"], first["reason"]) == (421, "a fixed text")
    assert (second["status"], second["reason"]) == (400, "InputError")


@pytest.mark.parametrize(
    "end", ["\n", "\r", "\u2028", "\u0085", "\x0b", "\x1b[2J", "\x7f", "\u202e", "\ud800"]
)
def test_no_text_forges_a_line(lines: Callable[[], list[str]], end: str) -> None:
    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        note(scope, reason=f'{end}{{"status": 200}}')
        note_query(scope, end)
        scope["raw_path"], scope["path"] = b"", f"/{end}x"
        await fine(scope, receive, send)

    call(Requests(noting, log_queries=True))
    (line,) = lines()
    assert all(" " <= each <= "~" for each in line)
    assert json.loads(line)["reason"] == f'{end}{{"status": 200}}'


def test_a_path_is_told_as_it_came_and_not_in_full_length(lines: Callable[[], list[str]]) -> None:
    call(Requests(fine), "GET", "/a%0Ab" + "c" * 10_000)
    assert json.loads(lines()[0])["path"] == "/a%0Ab" + "c" * 494


def test_a_server_that_tells_the_query_with_the_path_tells_no_query_here(
    lines: Callable[[], list[str]],
) -> None:
    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        scope["raw_path"] += b"?query=secret"
        await fine(scope, receive, send)

    call(Requests(telling), "GET", "/sparql")
    assert json.loads(lines()[0])["path"] == "/sparql"


def test_an_answer_that_breaks_off_is_told(lines: Callable[[], list[str]]) -> None:
    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ConnectionError

    with pytest.raises(ConnectionError):
        call(Requests(half))
    line = json.loads(lines()[0])
    assert (line["status"], line["bytes"], line["broken_off"]) == (200, 4, True)


def test_the_name_of_a_request_is_the_servers_own() -> None:
    first, second = (call(Requests(fine), headers=[("X-Request-Id", "forged")]) for _ in range(2))
    assert first.header("x-request-id") != second.header("x-request-id")
    assert "forged" not in {first.header("x-request-id"), second.header("x-request-id")}


def test_the_log_is_its_owners_and_grows(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for _ in range(2):
        log_to(path)
        call(Requests(fine))
    log_nowhere()
    assert len(path.read_text().splitlines()) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match="cannot be written"):
        log_to(tmp_path)


def test_a_fault_is_one_line_too() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.Logger("faults")
    logger.addHandler(handler)
    try:
        raise KeyError("a\nb")
    except KeyError:
        logger.exception("a fault\n%s", "x")
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert (told["level"], told["message"]) == ("ERROR", "a fault\nx")
    assert "KeyError" in told["fault"]
