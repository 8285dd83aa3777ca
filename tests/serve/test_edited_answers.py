"""What was edited by hand is told beside it: of a case, a report, a graph, as RDF and on a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from answering import answer_of
from serving import filled

from casegraph.namespaces import BASE, CG
from casegraph.serve.jobs import Job
from casegraph.serve.jobs.graph import GetGraph
from casegraph.serve.jobs.resource import OntologyData, ResourceData, ResourcePage
from casegraph.serve.telling.service import Service
from casegraph.store import Store, open_store
from casegraph.store.editing import add_to_graph
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import commit

PATH = "10.1007/s13555-020-00421-8"
CASE, REPORT, ONTOLOGY = f"{BASE}case/{PATH}/1", f"{BASE}report/{PATH}", f"{BASE}ontology"
TURTLE = "text/turtle"
A_CASE = ResourceData(kind="case", path=f"{PATH}/1", media_type=TURTLE)
A_REPORT = ResourceData(kind="report", path=PATH, media_type="application/n-quads")
ALL = GetGraph(graph=None, whole=True, media_type="application/trig")


QUADS = f"""\
<{CASE}> <{CG}reportedIn> <{REPORT}> <{CASE}/asserted> .
<{CASE}> <urn:p> "derived" <{CASE}/inferred> .
<{REPORT}> <urn:p> "read" <{REPORT}> .
<{ONTOLOGY}> <urn:p> "defined" <{ONTOLOGY}> .
"""


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    with EmbeddedStore(":memory:", writable=True) as opened:
        commit(opened, (), QUADS)
        yield opened


def _edit(store: EmbeddedStore, graph: str | None) -> None:
    node = ox.NamedNode("urn:example:by-hand")
    add_to_graph(store, graph, [ox.Triple(node, node, ox.Literal("x"))])


def _graph(name: str | None) -> Job:
    return GetGraph(graph=name, media_type=TURTLE)


def _notice(job: Job, store: Store) -> str:
    return answer_of(job, store)[0].headers.get("casegraph-notice", "")


def test_nothing_is_told_of_what_a_load_wrote(store: EmbeddedStore) -> None:
    for job in (A_CASE, A_REPORT, ALL, OntologyData(media_type=TURTLE), _graph(REPORT), _graph(None)):
        assert "casegraph-notice" not in answer_of(job, store)[0].headers


def test_of_a_case_it_is_told_with_each_of_its_graphs(store: EmbeddedStore) -> None:
    _edit(store, f"{CASE}/asserted")
    for job in (A_CASE, _graph(f"{CASE}/asserted"), _graph(f"{CASE}/inferred")):
        assert _notice(job, store).startswith('"edited by hand in change ')
        assert _notice(job, store).endswith(f', so that the report may not say so: {CASE}"')
    assert _notice(ALL, store) == '"1 edited by hand: casegraph verify names them"'
    assert not _notice(A_REPORT, store)
    assert not _notice(_graph(REPORT), store)


def test_of_a_report_it_is_told_with_its_case_too(store: EmbeddedStore) -> None:
    _edit(store, REPORT)
    for job in (A_REPORT, A_CASE, _graph(REPORT)):
        assert _notice(job, store).endswith(f', so that the report may not say so: {REPORT}"')
    assert not _notice(_graph(f"{CASE}/asserted"), store)


@pytest.mark.slow
def test_the_page_of_a_report_tells_it(tmp_path: Path) -> None:
    page = ResourcePage(service=Service(base="http://localhost/"), kind="report", path=PATH)
    with open_store(filled(tmp_path), writable=True) as store:
        assert isinstance(store, EmbeddedStore)
        assert b"edited by hand" not in answer_of(page, store)[1]
        _edit(store, REPORT)
        assert b"edited by hand in change " in answer_of(page, store)[1]


@pytest.mark.parametrize("graph", [ONTOLOGY, "urn:example:notes", None])
def test_of_other_graphs_it_is_told_without_a_report(graph: str | None, store: EmbeddedStore) -> None:
    _edit(store, graph)
    told = _notice(_graph(graph), store)
    assert told.startswith('"edited by hand in change ')
    assert told.endswith(f': {graph or f"{BASE}default-graph"}"')
    assert "report" not in told
    assert (_notice(OntologyData(media_type=TURTLE), store) == told) is (graph == ONTOLOGY)
