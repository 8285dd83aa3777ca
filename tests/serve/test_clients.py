"""The clients of Python that people bring, SPARQLWrapper and rdflib, against a real server."""

from __future__ import annotations

import csv
import io
from typing import Any
from xml.etree import ElementTree

import pytest
from known_answers import ASSERTED, CASES, NEW, TAPERS, THE_CASE, doses_of, expected_doses
from rdflib import ConjunctiveGraph, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from serving import Server
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDF,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, Unauthorized

from casegraph.store import open_store

pytestmark = pytest.mark.slow

INSERT = f"INSERT DATA {{ GRAPH <{NEW}> {{ <urn:s> <urn:p> 'one' }} }}"


def wrapper(server: Server, query: str, form: str, method: str = GET) -> SPARQLWrapper:
    client = SPARQLWrapper(
        f"{server.address}/sparql", updateEndpoint=f"{server.address}/update", returnFormat=form
    )
    client.setTimeout(30)
    client.setMethod(method)
    client.setQuery(query)
    return client


def read_tsv(text: str) -> list[dict[str, str]]:
    """Return the rows of SPARQL's TSV, of each value its characters without a datatype."""
    head, *lines = (line.split("\t") for line in text.splitlines())
    names = [name.removeprefix("?") for name in head]
    return [
        {name: value.partition("^^")[0].strip('"') for name, value in zip(names, line, strict=True)}
        for line in lines
    ]


def rows_of(form: str, answer: Any) -> list[tuple[str, str]]:
    """Return the doses of an answer as SPARQLWrapper gives it."""
    if form == JSON:
        return doses_of(answer)
    if form == XML:
        name = "{http://www.w3.org/2005/sparql-results#}result"
        results = ElementTree.fromstring(answer.toxml()).iter(name)  # noqa: S314 - of our own server
        rows = [{each.attrib["name"]: "".join(each.itertext()) for each in row} for row in results]
    else:
        text = answer.decode()
        rows = read_tsv(text) if form == TSV else [dict(row) for row in csv.DictReader(io.StringIO(text))]
    return sorted((row["dose_from"], row["dose_to"]) for row in rows)


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_gets_rows(form: str, method: str, served: Server) -> None:
    answer = wrapper(served, TAPERS, form, method).queryAndConvert()
    assert rows_of(form, answer) == expected_doses()


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("form", [TURTLE, RDFXML, N3, JSONLD, RDF])
def test_sparqlwrapper_gets_triples(form: str, method: str, served: Server) -> None:
    answer: Any = wrapper(served, CASES, form, method).queryAndConvert()
    if isinstance(answer, bytes):
        answer = Graph().parse(data=answer, format="turtle")
    assert list(answer) == [THE_CASE]


def test_sparqlwrapper_posts_a_query_as_it_is(served: Server) -> None:
    client = wrapper(served, "ASK { ?s ?p ?o }", JSON, POST)
    client.setRequestMethod(POSTDIRECTLY)
    assert client.queryAndConvert() == {"head": {}, "boolean": True}


def test_sparqlwrapper_is_told_what_is_wrong(served: Server) -> None:
    with pytest.raises(QueryBadFormed, match="query:1:"):
        wrapper(served, "SELECT * {", JSON).query()


@pytest.mark.parametrize("direct", [False, True])
def test_sparqlwrapper_writes_with_the_token_only(direct: bool, clean: Server) -> None:
    client = wrapper(clean, INSERT, JSON, POST)
    if direct:
        client.setRequestMethod(POSTDIRECTLY)
    with pytest.raises(Unauthorized):
        client.query()
    assert written(clean) == []
    client.addCustomHttpHeader("Authorization", f"Bearer {clean.token}")
    client.query()
    assert written(clean) == ["one"]


def written(server: Server) -> list[str]:
    """Return what is in the new graph."""
    asked = f"SELECT ?o {{ GRAPH <{NEW}> {{ ?s ?p ?o }} }}"
    answer: Any = wrapper(server, asked, JSON).queryAndConvert()
    return sorted(row["o"]["value"] for row in answer["results"]["bindings"])


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_asks(method: Any, form: str, served: Server) -> None:
    graph = Graph(SPARQLStore(f"{served.address}/sparql", method=method, returnFormat=form))
    rows: Any = graph.query(TAPERS)
    assert sorted((str(row.dose_from), str(row.dose_to)) for row in rows) == expected_doses()
    if form in ("xml", "json"):  # what the standard has a truth value in
        assert graph.query("ASK { ?s ?p ?o }").askAnswer is True


def test_rdflib_finds_triples_and_named_graphs(served: Server) -> None:
    store = SPARQLStore(f"{served.address}/sparql")
    assert list(Graph(store).triples((None, *THE_CASE[1:]))) == [THE_CASE]
    with open_store(served.store) as opened:
        lines = list(opened.dump(ASSERTED))
    every = ConjunctiveGraph(store)
    named = every.get_context(URIRef(ASSERTED))
    assert len(named) == len(lines) > 100
    assert THE_CASE in named
    assert ASSERTED in {str(graph.identifier) for graph in every.contexts()}
    assert list(Graph(store).query(CASES)) == [THE_CASE]


def test_rdflib_writes_with_the_token_only(clean: Server) -> None:
    addresses = (f"{clean.address}/sparql", f"{clean.address}/update")
    triple = (URIRef("urn:s"), URIRef("urn:p"), RdflibLiteral("two"))
    with pytest.raises(Exception, match="401"):
        Graph(SPARQLUpdateStore(*addresses), URIRef(NEW)).add(triple)
    assert written(clean) == []
    graph = Graph(SPARQLUpdateStore(*addresses, headers=dict(clean.allowed)), URIRef(NEW))
    graph.add(triple)
    assert written(clean) == ["two"]
    assert list(graph) == [triple]
    graph.remove(triple)
    assert written(clean) == []
