"""The stored queries as RDF: what SIB's editor asks an endpoint or its description for is there, and runs."""

from __future__ import annotations

import re

import msgspec
import pyoxigraph as ox
import pytest
from answering import answer_of
from rdflib import RDF, RDFS, SH, VOID, Graph, Literal, Namespace, URIRef
from rdflib.query import ResultRow

from casegraph.namespaces import PREFIXES, SCHEMA
from casegraph.query import get_query, stored_queries
from casegraph.rows import Rows
from casegraph.serve.jobs.described import CountAll
from casegraph.serve.telling.counts import Counts
from casegraph.serve.telling.described import whole_description
from casegraph.serve.telling.examples import example_triples, text_without_head
from casegraph.serve.telling.service import Service
from casegraph.serve.telling.statements import written
from casegraph.store import Store

SERVICE = Service(base="http://localhost:7878/")
SDO = Namespace(SCHEMA)
NAME = "refractory_cases_responding"


def graph_of(triples: list[ox.Triple]) -> Graph:
    """Return triples as rdflib reads them."""
    return Graph().parse(data=written(triples, ox.RdfFormat.TURTLE), format="turtle")


def test_each_query_is_an_example_with_its_question() -> None:
    graph = graph_of(example_triples(SERVICE))
    examples = set(graph.subjects(RDF.type, SH.SPARQLExecutable))
    assert len(examples) == len(stored_queries()) >= 60
    assert examples == set(graph.subjects(RDF.type, SH.SPARQLSelectExecutable))
    for link in (SH.select, RDFS.comment, RDFS.label, SH.prefixes, SDO.target, SDO.keywords):
        assert set(graph.subjects(link, None)) == examples, link
    assert {each.language for each in graph.objects(None, RDFS.comment) if isinstance(each, Literal)} == {
        "en"
    }
    assert set(graph.objects(None, SDO.target)) == {URIRef("http://localhost:7878/sparql")}


def test_one_query_says_what_its_file_says() -> None:
    graph = graph_of(example_triples(SERVICE, [get_query(NAME)]))
    me = URIRef(f"{PREFIXES['cgq']}{NAME}")
    head = get_query(NAME).head
    assert set(graph.subjects()) == {me}
    assert graph.value(me, RDFS.comment) == Literal(head.question, lang="en")
    assert {str(each) for each in graph.objects(me, SDO.keywords)} == set(head.tags)


def test_the_text_without_its_head_gives_the_same_answer(seed_store: Store) -> None:
    assert len(stored_queries()) >= 60
    for query in stored_queries().values():
        text = text_without_head(query)
        assert not re.search("^#[+]", text, re.MULTILINE)
        assert re.match(r"(?i)prefix|select|#", text), query.name
    query = get_query(NAME)
    rows = Rows.read(seed_store.query(text_without_head(query)))
    assert len(rows) >= 3
    assert rows.rows == Rows.read(seed_store.query(query.text)).rows


@pytest.mark.slow
def test_an_editor_finds_all_it_asks_for_in_one_description(seed_store: Store) -> None:
    _, content = answer_of(CountAll(), seed_store)
    counts = msgspec.json.decode(content, type=Counts)
    graph = graph_of(whole_description(SERVICE, counts))
    examples = """SELECT ?it ?comment ?text {
      ?it a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?text }"""
    assert len(graph.query(examples)) == len(stored_queries())
    prefixes = "SELECT ?prefix { [] sh:namespace ?namespace ; sh:prefix ?prefix }"
    assert len(graph.query(prefixes)) == len(PREFIXES)
    parts = """SELECT ?class ?property ?to ?label {
      ?c void:class ?class ; void:propertyPartition ?p . ?p void:property ?property .
      OPTIONAL { ?class rdfs:label ?label }
      ?p void:classPartition [ void:class ?to ] }"""
    rows = [row for row in graph.query(parts) if isinstance(row, ResultRow)]
    cg = PREFIXES["cg"]
    assert (f"{cg}ResponseClaim", f"{cg}responseTo", f"{cg}DoseSegment", "response claim") in {
        tuple(map(str, row)) for row in rows
    }


def test_the_data_hold_nothing_that_an_editor_asks_for_so_that_it_reads_the_description(
    corpus_store: Store,
) -> None:
    names = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("sh", "void"))
    for pattern in (
        "?x sh:prefix ?y",
        "?x a sh:SPARQLExecutable",
        "?x void:class ?y",
        "?x void:linkPredicate ?y",
    ):
        assert not corpus_store.query(f"{names} ASK {{ {pattern} }}"), pattern


def test_what_was_not_counted_is_left_out() -> None:
    graph = graph_of(whole_description(SERVICE))
    assert len(set(graph.subjects(RDF.type, SH.SPARQLExecutable))) == len(stored_queries())
    assert not set(graph.subjects(VOID.triples, None))
