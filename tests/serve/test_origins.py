"""Pages of other sites cannot use the server, but those of listed origins may read."""

from __future__ import annotations

import pytest
from starlette.types import Receive, Scope, Send

from asgi_calls import Told, call, fine
from casegraph.errors import InputError
from casegraph.serve.http.headers import SafeHeaders
from casegraph.serve.http.origins import Origins, changes, refuse_to_change
from casegraph.serve.http.problems import Problems

LISTED = "https://app.example.org"
HOST = ("Host", "localhost:7878")
OWN = ("Origin", "http://localhost:7878")
FOREIGN = ("Origin", "https://evil.example")
NULL = ("Origin", "null")
CROSS = ("Sec-Fetch-Site", "cross-site")
SAME_SITE = ("Sec-Fetch-Site", "same-site")
LINK = [CROSS, ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]
FRAME = [CROSS, ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")]
PICTURE = [CROSS, ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image")]

SENT = [
    # curl, rdflib and the like tell neither origin nor site
    ("POST", "/update", [], 200),
    ("PUT", "/graphs", [], 200),
    ("POST", "/sparql", [], 200),
    # pages of the server itself
    ("POST", "/update", [OWN, ("Sec-Fetch-Site", "same-origin")], 200),
    ("DELETE", "/graphs", [OWN], 200),
    ("POST", "/sparql", [("Origin", "https://localhost:7878")], 200),
    ("GET", "/sparql", [("Sec-Fetch-Site", "none")], 200),
    # pages of others
    ("POST", "/update", [FOREIGN], 403),
    ("POST", "/sparql", [FOREIGN], 403),
    ("POST", "/sparql", [NULL], 403),
    ("PUT", "/graphs", [NULL], 403),
    ("DELETE", "/graphs/x", [FOREIGN], 403),
    ("PATCH", "/", [FOREIGN], 403),
    ("OPTIONS", "/sparql", [FOREIGN], 403),
    ("POST", "/update", [("Origin", "http://localhost:7879")], 403),
    ("POST", "/update", [("Origin", "http://localhost")], 403),
    ("POST", "/update", [("Origin", "http://127.0.0.1:7878")], 403),
    ("POST", "/update", [OWN, FOREIGN], 403),
    ("POST", "/update", [CROSS], 403),
    ("POST", "/sparql", [SAME_SITE], 403),
    ("POST", "/sparql", LINK, 403),
    ("GET", "/sparql", [CROSS], 403),
    ("GET", "/sparql", [SAME_SITE, OWN], 403),
    ("GET", "/cases/x", LINK, 200),
    ("GET", "/cases/x", FRAME, 403),
    ("GET", "/sparql", PICTURE, 403),
    # listed ones may read and no more
    ("GET", "/sparql", [("Origin", LISTED), CROSS], 200),
    ("POST", "/sparql", [("Origin", LISTED), CROSS], 200),
    ("POST", "/update", [("Origin", LISTED), CROSS], 403),
    ("PUT", "/graphs", [("Origin", LISTED)], 403),
    ("POST", "/graphs", [("Origin", LISTED)], 403),
    ("POST", "/sparql", [("Origin", LISTED + ".evil.example")], 403),
    ("POST", "/sparql", [("Origin", LISTED), FOREIGN], 403),
]


def ask(method: str, path: str, headers: list[tuple[str, str]], *origins: str) -> Told:
    return call(SafeHeaders(Problems(Origins(fine, origins))), method, path, [HOST, *headers])


@pytest.mark.parametrize(("method", "path", "headers", "status"), SENT)
def test_what_a_page_of_another_site_sends_is_refused(
    method: str, path: str, headers: list[tuple[str, str]], status: int
) -> None:
    told = ask(method, path, headers, LISTED)
    assert told.status == status
    assert (told.body == b"# fine\n") == (status == 200)


def test_nobody_is_listed_by_default() -> None:
    assert ask("GET", "/sparql", [("Origin", LISTED)]).header("access-control-allow-origin") is None
    assert ask("POST", "/sparql", [("Origin", LISTED)]).status == 403


def test_a_listed_page_may_read_the_answer_and_the_errors_without_credentials() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise InputError("no SPARQL")

    for app, status in ((fine, 200), (broken, 400)):
        told = call(
            SafeHeaders(Problems(Origins(app, [LISTED]))), "GET", "/sparql", [HOST, ("Origin", LISTED)]
        )
        assert told.status == status
        assert told.header("access-control-allow-origin") == LISTED
        assert told.header("access-control-allow-credentials") is None
        assert told.header("cross-origin-resource-policy") is None
        assert "Origin" in str(told.header("vary"))


PREFLIGHTS = [
    (LISTED, "POST", "/sparql", 204),
    (LISTED, "GET", "/cases/x", 204),
    (LISTED, "POST", "/update", 403),
    (LISTED, "PUT", "/graphs", 403),
    (LISTED, "DELETE", "/sparql", 403),
    ("https://evil.example", "POST", "/sparql", 403),
    ("https://evil.example", "GET", "/sparql", 403),
    ("null", "GET", "/sparql", 403),
]


@pytest.mark.parametrize(("origin", "asked", "path", "status"), PREFLIGHTS)
def test_a_preflight_is_answered_for_reading_by_listed_pages(
    origin: str, asked: str, path: str, status: int
) -> None:
    told = ask("OPTIONS", path, [("Origin", origin), ("Access-Control-Request-Method", asked)], LISTED)
    assert told.status == status
    allowed = status == 204
    assert told.header("access-control-allow-origin") == (LISTED if allowed else None)
    assert told.header("access-control-allow-methods") == ("GET, HEAD, POST" if allowed else None)
    assert "uthorization" not in str(told.header("access-control-allow-headers"))


def test_a_listed_page_changes_nothing_by_the_path_of_queries_either() -> None:
    async def updating(scope: Scope, receive: Receive, send: Send) -> None:
        refuse_to_change(scope)
        await fine(scope, receive, send)

    app = SafeHeaders(Problems(Origins(updating, [LISTED])))
    told = call(app, "POST", "/sparql", [HOST, ("Origin", LISTED)])
    assert (told.status, told.header("access-control-allow-origin")) == (403, LISTED)
    assert call(app, "POST", "/sparql", [HOST, OWN]).status == 200
    assert call(app, "POST", "/sparql", [HOST]).status == 200


def test_everything_may_change_something_but_reading_and_a_posted_query() -> None:
    reading = [("GET", "/graphs"), ("HEAD", "/x"), ("OPTIONS", "/update"), ("POST", "/sparql")]
    assert not [each for each in reading if changes(*each)]
    changing = [("POST", "/update"), ("POST", "/sparql/"), ("PUT", "/sparql"), ("TRACE", "/"), ("get", "/")]
    assert all(changes(*each) for each in changing)


@pytest.mark.parametrize("origin", ["*", "null", "", "app.example.org", "https://x/", "ftp://x", "https://"])
def test_an_origin_that_is_none_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(InputError, match="no origin of a page"):
        Origins(fine, [origin])
