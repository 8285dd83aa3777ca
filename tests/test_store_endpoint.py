"""What a store makes of an endpoint that is down, answers wrongly or sends it elsewhere."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator

import pytest

from canned_endpoint import PROBLEM, ROWS, Canned, canned_endpoint
from casegraph.errors import EndpointError, InputError
from casegraph.store import open_store
from casegraph.store.endpoint import EndpointStore

QUAD = "<http://e.org/s> <http://e.org/p> 'x' <http://e.org/a> .".replace("'", '"')


@pytest.fixture
def canned() -> Iterator[Canned]:
    with canned_endpoint() as endpoint:
        yield endpoint


@pytest.mark.parametrize(
    ("status", "headers", "body", "said"),
    [
        (500, {}, b"out of\x1b[31m memory\nsecond line", "answered 500: out of[31m memory"),
        (503, {}, b"busy", "answered 503: busy"),
        (401, {}, b"", "answered 401"),
        (404, {}, b"nothing here", "answered 404: nothing here"),
        (302, {"Location": "/login"}, b"", "/login"),
        (307, {"Location": "/login"}, b"", "307"),
        (200, {"Content-Type": "text/html"}, b"<html>", "text/html"),
        (200, {}, b"", "no media type"),
        (200, ROWS, b"{", "broken"),
        (206, ROWS, b"{}", "part of the result"),
        (200, {**ROWS, "Content-Length": "99"}, b"{}", "no answer"),
        (200, {**ROWS, "X-SPARQL-MaxRows": "10"}, b"{}", "part of the result only X-SPARQL-MaxRows: 10"),
        (200, {**ROWS, "X-SQL-State": "S1TAT"}, b"{}", "part of the result only X-SQL-State: S1TAT"),
    ],
)
def test_an_endpoint_that_answers_wrongly_is_named(
    canned: Canned, status: int, headers: dict[str, str], body: bytes, said: str
) -> None:
    canned.status, canned.headers, canned.body = status, headers, body
    with pytest.raises(EndpointError) as failed:
        open_store(canned.address).query("ASK {}")
    assert said in str(failed.value)
    assert failed.value.where == canned.address


BINDING = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": %s}]}}'


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, BINDING[:-3] % b'{"type": "uri", "value": "http://e.org/x"}', "broken"),
        (200, BINDING % b'{"type": "uri", "value": "no iri"}', "broken"),
        (200, BINDING % b'{"type": "colour", "value": "red"}', "broken"),
        (200, BINDING % b'{"type": "uri"}', "broken"),
        (200, BINDING % b'{"type": "bnode", "value": "nodeID://"}', "broken"),
        (200, b'{"boolean": "nodeID://"}', "broken"),
        (200, b'{"head": {}, "boolean": true}', "another kind of result"),
        (400, b"bad query", "answered 400: bad query"),
    ],
)
def test_a_query_that_is_right_is_not_blamed(canned: Canned, status: int, body: bytes, said: str) -> None:
    canned.status, canned.body = status, body
    with pytest.raises(EndpointError, match=said) as failed:
        open_store(canned.address).query("SELECT ?x { ?x ?y ?z }")
    assert failed.value.where == canned.address


@pytest.mark.parametrize("text", ["SELECT { }", "DROP ALL", "INSERT DATA { <urn:s> <urn:p> 1 }"])
def test_what_is_no_query_is_not_sent(canned: Canned, text: str) -> None:
    with pytest.raises(InputError, match="not a SPARQL query"):
        open_store(canned.address).query(text)
    assert canned.asked == []


TRIPLE = b"<http://e.org/s> <http://e.org/p> <http://e.org/o> .\n"


@pytest.mark.parametrize(
    ("length", "body", "said"),
    [
        ({}, TRIPLE, "nothing tells where it ends"),
        ({"Content-Length": "2"}, b"<a", "broken"),
        ({"Content-Length": str(2 * len(TRIPLE))}, TRIPLE, "no answer"),
    ],
)
def test_triples_that_may_not_be_all_are_refused(
    canned: Canned, length: dict[str, str], body: bytes, said: str
) -> None:
    store = open_store(canned.address)
    canned.body = b'{"head": {}, "boolean": true}'
    assert isinstance(store, EndpointStore)
    assert not store.is_virtuoso
    canned.headers, canned.body = {"Content-Type": "application/n-triples", **length}, body
    with pytest.raises(EndpointError, match=said):
        store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")


@pytest.mark.parametrize(("status", "said"), [(302, "use that address"), (400, "400: bad"), (403, "403")])
def test_an_update_that_did_not_arrive_is_no_success(canned: Canned, status: int, said: str) -> None:
    canned.status, canned.headers, canned.body = status, {"Location": "/login"}, b"bad"
    with pytest.raises(EndpointError, match=said):
        open_store(canned.address, writable=True).replace([], QUAD)


def test_an_endpoint_that_is_down_is_named() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        reader = open_store(address, writable=True)
        calls: list[Callable[[], object]] = [
            lambda: reader.query("ASK {}"),
            lambda: reader.replace(["http://e.org/a"], ""),
        ]
        for call in calls:
            with pytest.raises(EndpointError, match="no answer") as failed:
                call()
            assert failed.value.where == address
            assert "the server runs" in failed.value.todo


@pytest.mark.parametrize(
    ("path", "query", "update"),
    [
        ("", "/query", "/update"),
        ("/", "/query", "/update"),
        ("/sparql", "/sparql", "/sparql"),
        ("/ds/query", "/ds/query", "/ds/update"),
        ("/ds/", "/ds/", "/ds/"),
    ],
)
def test_the_addresses_follow_from_the_location(canned: Canned, path: str, query: str, update: str) -> None:
    canned.body = b'{"head": {}, "boolean": true}'
    store = open_store(canned.address + path, writable=True)
    assert store.query("ASK {}", union=False)
    store.replace(["http://e.org/a"], "")
    assert canned.asked == [f"POST {query}"] * 2 + [f"POST {update}"]


@pytest.mark.parametrize(
    "location", ["http://", "http://u:secret@e.org/sparql", "http://e.org:many/", "http://["]
)
def test_an_address_that_cannot_be_used_is_refused(location: str) -> None:
    with pytest.raises(InputError) as refused:
        open_store(location)
    assert "secret" not in str(refused.value)


def test_a_problem_is_told_in_its_words(canned: Canned) -> None:
    told = {"title": "t", "detail": "the answer has more rows", "where": "query", "todo": "add a LIMIT"}
    canned.status, canned.headers, canned.body = 422, PROBLEM, json.dumps(told).encode()
    with pytest.raises(EndpointError) as failed:
        open_store(canned.address).query("ASK {}")
    assert "answered 422: the answer has more rows (query)" in str(failed.value)
    assert failed.value.todo == "add a LIMIT"
    canned.body = b"[]"
    with pytest.raises(EndpointError, match="cannot be read"):
        open_store(canned.address).query("ASK {}")


def test_a_change_goes_to_the_address_of_updates_of_a_server_of_this_kind(canned: Canned) -> None:
    canned.name, canned.body = "casegraph", b'{"head": {}, "boolean": true}'
    store = open_store(f"{canned.address}/below/sparql", writable=True)
    assert store.keeps_ledger_true
    store.replace(["http://e.org/b"], QUAD)
    assert canned.asked == ["POST /below/sparql", "POST /below/update"]
    assert json.loads(canned.content) == {
        "old": ["http://e.org/b"],
        "new": f"{QUAD}\n",
        "origins": {},
        "notes": "",
    }
    canned.name = "another"
    store = open_store(f"{canned.address}/below/sparql", writable=True)
    assert not store.keeps_ledger_true
    store.replace(["http://e.org/b"], QUAD)
    assert canned.asked[2:] == ["POST /below/sparql"] * 2


def test_all_rows_are_asked_for(canned: Canned) -> None:
    canned.body = b'{"head": {"vars": ["x"]}, "results": {"bindings": []}}'
    open_store(canned.address).query("SELECT ?x { ?x ?y ?z }", union=False)
    assert b"rows=all" in canned.content


YES, NO = b'{"head": {}, "boolean": true}', b'{"head": {}, "boolean": false}'


def test_a_server_without_the_union_is_refused_and_not_taken_for_empty(canned: Canned) -> None:
    store = open_store(canned.address)
    canned.first, canned.body = [NO], YES  # not in the default graph, and in a named one
    with pytest.raises(EndpointError, match="not the union of its named graphs") as failed:
        store.query("ASK { ?s ?p ?o }")
    assert "unionDefaultGraph" in failed.value.todo
    assert len(canned.asked) == 2
    assert store.query("ASK { GRAPH ?g { ?s ?p ?o } }", union=False)
    assert store.query("ASK FROM <urn:g> { ?s ?p ?o }")
    assert len(canned.asked) == 4


def test_a_server_that_is_empty_is_asked_and_looked_at_again(canned: Canned) -> None:
    store = open_store(canned.address)
    canned.body = NO
    assert not store.query("ASK { ?s ?p ?o }")
    assert len(canned.asked) == 3
    canned.first = [NO, YES]
    with pytest.raises(EndpointError, match="not the union"):
        store.query("ASK { ?s ?p ?o }")


def test_a_server_with_the_union_is_looked_at_once(canned: Canned) -> None:
    store = open_store(canned.address)
    canned.body = YES
    for _ in range(3):
        assert store.query("ASK { ?s ?p ?o }")
        assert b"union-default-graph=true" in canned.content
    assert len(canned.asked) == 4
