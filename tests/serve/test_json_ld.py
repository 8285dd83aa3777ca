"""JSON-LD has no place for a triple that is a value (RDF 1.2): who asks for it is told what to ask for."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from answering import answer_of

from casegraph.namespaces import BASE
from casegraph.rows import Rows
from casegraph.serve.errors import NotAcceptableError
from casegraph.serve.http.problems import status_of
from casegraph.serve.jobs import Job
from casegraph.serve.jobs.graph import GetGraph
from casegraph.serve.jobs.out import as_its_format_can
from casegraph.serve.jobs.query import Query
from casegraph.serve.jobs.resource import ResourceData
from casegraph.serve.telling.rowformats import written
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore

JSON_LD, TURTLE, TRIG = "application/ld+json", "text/turtle", "application/trig"
REPORT, PLAIN = f"{BASE}report/10.1/a", f"{BASE}report/10.1/b"
TOLD = f'<urn:a> <urn:b> <<( <urn:a> <urn:b> "1" )>> <{REPORT}> .\n'
#: What only looks like one.
TEXT = f'<urn:a> <urn:b> "<<( <urn:a> <urn:b> 1 )>>" <{PLAIN}> .\n'
QUERY = "CONSTRUCT { <urn:a> <urn:b> <<( <urn:a> <urn:b> 1 )>> } { }"


def _store(quads: str) -> Store:
    return EmbeddedStore.of_quads(ox.parse(quads, format=ox.RdfFormat.N_QUADS), "a store")


def _jobs(media_type: str) -> dict[str, Job]:
    graph = GetGraph(graph=REPORT, media_type=media_type)
    query = {"text": QUERY, "results": "", "triples": media_type}
    return {
        "a query": Query(**query),  # type: ignore[arg-type]
        "a query of few": Query(rows=5, **query),  # type: ignore[arg-type]
        "a graph": graph,
        "its head": GetGraph(graph=REPORT, media_type=media_type, head=True),
        "a report": ResourceData(kind="report", path="10.1/a", media_type=media_type),
    }


@pytest.mark.parametrize("name", _jobs(JSON_LD))
def test_a_triple_as_a_value_is_refused_as_json_ld_and_given_as_turtle(name: str) -> None:
    store = _store(TOLD + TEXT)
    with pytest.raises(
        NotAcceptableError, match=r"RDF 1\.2.* ask for another format, such as Turtle"
    ) as told:
        answer_of(_jobs(JSON_LD)[name], store)
    assert status_of(told.value) == 406
    content = answer_of(_jobs(TURTLE)[name], store)[1]
    assert (b"<<(" in content) is (name != "its head")


def test_all_graphs_are_looked_at_before_the_first_byte() -> None:
    for graph in (REPORT, "urn:other"):
        with pytest.raises(NotAcceptableError):
            answer_of(
                GetGraph(graph=None, whole=True, media_type=JSON_LD), _store(TOLD.replace(REPORT, graph))
            )
    outside = _store(TOLD.replace(f" <{REPORT}>", ""))
    for whole in (True, False):
        with pytest.raises(NotAcceptableError):
            answer_of(GetGraph(graph=None, whole=whole, media_type=JSON_LD), outside)
    assert b"<<(" in answer_of(GetGraph(graph=None, whole=True, media_type=TRIG), outside)[1]


def test_what_looks_like_one_is_no_such_triple_and_that_of_another_graph_does_no_harm() -> None:
    store = _store(TOLD + TEXT)
    for job in (
        GetGraph(graph=PLAIN, media_type=JSON_LD),
        GetGraph(graph=None, media_type=JSON_LD),
        ResourceData(kind="report", path="10.1/b", media_type=JSON_LD),
    ):
        assert answer_of(job, store)[0].status == 200


def test_a_row_with_one_is_refused_as_json_ld() -> None:
    node = ox.NamedNode("urn:a")
    rows = Rows(("value",), ((ox.Triple(node, node, node),),))  # type: ignore[arg-type]
    with pytest.raises(NotAcceptableError), as_its_format_can():
        written(rows, "jsonld", lambda: pytest.fail("no labels are needed"))
    with pytest.raises(OSError, match="disk"), as_its_format_can():
        raise OSError("no space on the disk")
