"""Errors are answered as problem details, as text or as a page."""

from __future__ import annotations

import json
import logging

import pytest
from html_tree import tree_of
from starlette.types import ASGIApp, Receive, Scope, Send

from asgi_calls import Told, call
from casegraph.errors import (
    CasegraphError,
    DocumentError,
    ForbiddenError,
    InputError,
    NoSpaceError,
    Problem,
    StoreError,
    StoreLockedError,
)
from casegraph.serve.errors import FullError, LimitError, NotAcceptableError, NotThereError
from casegraph.serve.http.logs import Requests
from casegraph.serve.http.problems import Problems, RefusedError, fault_of, problem, status_of

SCRIPT = "<script>alert(1)</script>&\"'"
HOSTILE = InputError(f"no {SCRIPT}", where=f"query:1:3 {SCRIPT}", expected=SCRIPT, todo=SCRIPT)
TYPES = [
    (None, "application/problem+json"),
    ("*/*", "application/problem+json"),  # curl, and most libraries
    ("text/turtle", "application/problem+json"),
    ("garbage", "application/problem+json"),
    ("application/json", "application/json"),
    ("application/sparql-results+json,application/json,text/javascript", "application/json"),
    ("text/plain", "text/plain; charset=utf-8"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
]
STATUSES: list[tuple[CasegraphError, int]] = [
    (InputError("x"), 400),
    (ForbiddenError("x"), 403),
    (NotThereError("x"), 404),
    (NotAcceptableError("x"), 406),
    (LimitError("x"), 422),
    (DocumentError((Problem("a.yaml", 1, 2, "unknown-key", "unknown key"),)), 400),
    (RefusedError(405, "x"), 405),
    (StoreError("x"), 500),
    (FullError("x"), 503),
    (StoreLockedError("x"), 503),
    (NoSpaceError("x"), 507),
    (CasegraphError("x"), 500),
]


def raising(error: Exception) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    return app


def told_of(error: Exception, accept: str | None = None) -> Told:
    return call(Requests(Problems(raising(error))), headers=[("Accept", accept)] if accept else [])


@pytest.mark.parametrize(("error", "status"), STATUSES)
def test_each_kind_of_error_has_its_status(error: CasegraphError, status: int) -> None:
    told = told_of(error)
    assert told.status == status_of(error) == status
    members = json.loads(told.body)
    assert members["status"] == status
    assert members["type"] == "about:blank"
    assert members["request"] == told.header("x-request-id")
    assert told.header("content-length") == str(len(told.body))


@pytest.mark.parametrize(("accept", "media_type"), TYPES)
def test_an_error_is_json_unless_the_client_names_another(accept: str | None, media_type: str) -> None:
    told = told_of(InputError("no SPARQL"), accept)
    assert told.header("content-type") == media_type
    assert told.header("cache-control") == "no-store"


def test_the_members_are_those_of_the_error() -> None:
    error = InputError("no SPARQL", where="query:1:3", expected="SELECT", todo="read it again")
    assert json.loads(problem(error, 400, request="ab12").body) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "no SPARQL",
        "where": "query:1:3",
        "expected": "SELECT",
        "todo": "read it again",
        "request": "ab12",
    }
    assert problem(error, 400, "text/plain").body.decode() == (
        "400 Bad Request\nquery:1:3: no SPARQL\nexpected: SELECT\nto do: read it again\n"
    )


def test_a_document_with_problems_tells_each() -> None:
    error = DocumentError(tuple(Problem("a.yaml", line, 2, "unknown-key", "no") for line in (1, 7)))
    assert json.loads(problem(error, 400).body)["problems"] == [
        "a.yaml:1:2 unknown-key no",
        "a.yaml:7:2 unknown-key no",
    ]
    assert b"a.yaml:7:2 unknown-key no\n" in problem(error, 400, "text/plain").body


def test_a_page_runs_nothing_of_what_was_sent() -> None:
    page = problem(HOSTILE, 400, "text/html").body.decode()
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;\"'") == 4


def test_a_page_of_an_error_is_laid_out_for_any_screen() -> None:
    page = problem(HOSTILE, 400, "text/html").body.decode()
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert '<link rel="stylesheet" href="/static/casegraph.css">' in page


def test_a_page_of_an_error_leads_on() -> None:
    error = NotThereError("no case 'a/cases' /evil //x", todo="/cases lists those of the store")
    page = tree_of(problem(error, 404, "text/html", path="/cohorts/cases_treated_with").body)
    assert page.all("main")[0].links() == ["/cases"]
    assert page.all("header")[0].links()[:3] == ["/", "/cases", "/queries"]
    page = tree_of(problem(HOSTILE, 400, "text/html", path="/cohorts/cases_treated_with").body)
    assert page.all("main")[0].links() == ["/queries/cases_treated_with"]


def test_a_fault_of_the_server_tells_no_place_of_it() -> None:
    error = StoreError("no space to write /srv/store/data/000136.sst", where="/srv/store/data")
    for accept in (None, "text/plain", "text/html"):
        assert b"/srv" not in problem(error, 500, accept).body
        assert b"its log tells more" in problem(error, 500, accept).body


def test_a_full_disk_is_told_without_its_place() -> None:
    error = NoSpaceError("No space left: /srv/store/data/000136.sst", where="/srv/store/data")
    for accept in (None, "text/plain", "text/html"):
        body = problem(error, status_of(error), accept).body
        assert b"/srv" not in body
        assert b"no space is left to write" in body
    assert fault_of(error) == str(error)


def test_a_full_server_tells_when_to_come_again() -> None:
    assert told_of(FullError("full")).header("retry-after") == "1"
    assert told_of(StoreLockedError("another process writes")).header("retry-after") == "1"
    assert told_of(NoSpaceError("No space left")).header("retry-after") == "1"
    assert told_of(NotThereError("x")).header("retry-after") is None


def test_the_headers_of_a_refusal_are_sent() -> None:
    assert told_of(RefusedError(405, "x", headers=(("Allow", "GET, HEAD"),))).header("allow") == "GET, HEAD"


def test_what_nobody_expected_is_told_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        told = told_of(KeyError("secret-of-the-server"))
    assert told.status == 500
    assert b"secret" not in told.body
    assert b"Traceback" not in told.body
    assert "secret-of-the-server" in caplog.text


@pytest.mark.parametrize("error", [StoreError("x"), KeyError("x")])
def test_an_answer_that_has_begun_is_cut_off(error: Exception) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    with pytest.raises(type(error)):
        call(Problems(app))


class _Line:
    def __init__(self) -> None:
        self.ended = 0

    def cut_off(self) -> None:
        self.ended += 1


@pytest.mark.parametrize("error", [StoreError("x"), KeyError("x")])
def test_with_its_connection_it_is_cut_off_at_once(error: Exception) -> None:
    line = _Line()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["casegraph.connection"] = line
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    call(Problems(app))
    assert line.ended == 1
