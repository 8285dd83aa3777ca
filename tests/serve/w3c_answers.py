"""Plays the W3C tests of the protocols against a server, and says in words what is wrong with its answers."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import quote, urljoin, urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
from rdflib import Graph
from rdflib.compare import isomorphic
from w3c_requests import Exchange, Expected, ProtocolTest

from casegraph.store import LEDGER

__all__ = ["Answer", "Endpoints", "played", "sent"]

SRX, SRJ = "application/sparql-results+xml", "application/sparql-results+json"
TABLES = {SRX, SRJ, "text/csv", "text/tab-separated-values"}
GRAPHS = {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"}
KINDS = {"boolean": {SRX, SRJ}, "tabular": TABLES, "RDF": GRAPHS}
_SECONDS = 30


@dataclass(frozen=True)
class Endpoints:
    """Where a server takes queries, updates and graphs.

    :param allowed: the headers that let it write.
    :param is_strict: whether N-Quads are no serialisation of a graph, and ``charset=utf-8`` has to be told.
    """

    address: str
    queries: str
    updates: str
    graphs: str
    allowed: Mapping[str, str] = field(default_factory=dict)
    is_strict: bool = True


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters; empty where none is told."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def sent(
    address: str,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    *,
    seconds: float = _SECONDS,
) -> Answer:
    """Send a request with this path and these headers, and no others but Host and Content-Length.

    :param seconds: that the answer may take.
    """
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=seconds)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def played(test: ProtocolTest, endpoints: Endpoints) -> list[str]:
    """Play a test on an emptied store; return what is wrong, nothing if it passes."""
    _prepare(test, endpoints)
    wrong: list[str] = []
    names: dict[str, str] = {}
    for number, exchange in enumerate(test.exchanges, 1):
        for path in _paths(test, exchange, endpoints):
            told = path
            for name, value in names.items():
                told = told.replace(name, value)
            answer = sent(
                endpoints.address,
                exchange.method,
                told,
                {**dict(exchange.headers), **endpoints.allowed},
                exchange.body,
            )
            faults = _faults(exchange, answer, endpoints.is_strict)
            wrong += [f"{number} {exchange.method} {told}: {each}" for each in faults]
            if exchange.expected.location:
                place = urljoin(endpoints.address + told, answer.headers.get("Location", ""))
                names[exchange.expected.location] = quote(place, safe=":/")
    return wrong


def _prepare(test: ProtocolTest, endpoints: Endpoints) -> None:
    kind = {"Content-Type": "application/sparql-update", **endpoints.allowed}
    if _holds_anything(endpoints):  # to write takes longer than to ask
        emptied = sent(endpoints.address, "POST", endpoints.updates, kind, b"DROP ALL")
        assert emptied.status in range(200, 300), emptied
    kind["Content-Type"] = "application/n-triples"
    for graph, file in test.data:
        path = f"{endpoints.graphs}?graph={quote(graph, safe='')}"
        put = sent(endpoints.address, "PUT", path, kind, file.read_bytes())
        assert put.status in range(200, 300), put


def _holds_anything(endpoints: Endpoints) -> bool:
    """Say whether a store has a triple beside those of its ledger."""
    anywhere = "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"
    asked = f'ASK {{ {anywhere} FILTER(!isIRI(?s) || !STRSTARTS(STR(?s), "{LEDGER}")) }}'
    kinds = {"Content-Type": "application/sparql-query", "Accept": SRJ}
    answer = sent(endpoints.address, "POST", endpoints.queries, kinds, asked.encode())
    assert answer.status == 200, answer
    return _boolean(answer)


def _paths(test: ProtocolTest, exchange: Exchange, endpoints: Endpoints) -> Iterator[str]:
    """Give the paths that a request goes to: two where no address may take it."""
    if exchange.path.startswith("/gsp"):
        yield endpoints.graphs + exchange.path.removeprefix("/gsp")
        return
    rest = exchange.path.removeprefix("/sparql/")
    bad = test.name.startswith("bad") and "update" in test.name
    if exchange.is_update or bad:
        yield endpoints.updates + rest
    if not exchange.is_update or exchange.method == "GET":
        yield endpoints.queries + rest


def _faults(exchange: Exchange, answer: Answer, is_strict: bool) -> Iterator[str]:
    expected = exchange.expected
    yield from _other_status(expected, str(answer.status))
    if expected.kind:
        yield from _other_kind(expected, answer, is_strict)
    if expected.content_type:
        yield from _other_type(expected.content_type, answer, is_strict)
    if expected.body and not _is_same_graph(expected, answer):
        yield f"another graph: {answer.body.decode(errors='replace')}"
    if expected.location and "Location" not in answer.headers:
        yield "no Location"
    if exchange.method == "HEAD" and answer.body:
        yield "a body after HEAD"


def _other_status(expected: Expected, status: str) -> Iterator[str]:
    if not any(status == each or each == f"{status[0]}xx" for each in expected.statuses):
        yield f"status {status}, not {' or '.join(expected.statuses)}"
    elif status in ("401", "403"):
        yield f"status {status}: it was allowed to write"
    elif status[0] == "3":
        yield f"status {status} leads elsewhere"


def _other_kind(expected: Expected, answer: Answer, is_strict: bool) -> Iterator[str]:
    known = KINDS[expected.kind] | (set() if is_strict else {"application/n-quads"})
    if answer.media_type not in known:
        yield f"{answer.media_type or 'no media type'} for {expected.kind}"
    else:
        yield from _unreadable(expected, answer)


def _unreadable(expected: Expected, answer: Answer) -> Iterator[str]:
    try:
        if expected.kind == "RDF":
            list(ox.parse(answer.body, ox.RdfFormat.from_media_type(answer.media_type), base_iri="urn:base"))
        elif expected.kind == "tabular":
            kind = ox.QueryResultsFormat.from_media_type(answer.media_type)
            assert kind is not None
            list(ox.parse_query_results(answer.body, kind))  # type: ignore[arg-type]
        elif (said := _boolean(answer)) is not expected.boolean and expected.boolean is not None:
            yield f"it says {said}"
    except (ValueError, SyntaxError) as error:
        yield f"broken {answer.media_type}: {error}"


def _boolean(answer: Answer) -> bool:
    if answer.media_type == SRJ:
        said = json.loads(answer.body)["boolean"]
        assert isinstance(said, bool)
        return said
    found = ElementTree.fromstring(answer.body).find("{http://www.w3.org/2005/sparql-results#}boolean")  # noqa: S314
    assert found is not None
    return {"true": True, "false": False}[(found.text or "").strip()]


def _other_type(expected: str, answer: Answer, is_strict: bool) -> Iterator[str]:
    said = answer.headers.get("Content-Type", "")
    full = said if is_strict or "charset" in said else f"{said}; charset=utf-8"
    if full.replace(" ", "").lower() != expected.replace(" ", "").lower():
        yield f"content type {said or '(none)'}, not {expected}"


def _is_same_graph(expected: Expected, answer: Answer) -> bool:
    base = "http://www.example/base"
    try:
        there = Graph().parse(data=answer.body, format="turtle", publicID=base)
    except (ValueError, SyntaxError):
        return False
    return isomorphic(Graph().parse(data=expected.body, format="turtle", publicID=base), there)
