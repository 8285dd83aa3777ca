"""Cases, groups, reports and the ontology as RDF; how their addresses are spelt, and what is not there."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from answering import answer_of
from rdflib import Dataset, Graph

from casegraph.errors import InputError
from casegraph.namespaces import BASE
from casegraph.serve.errors import NotThereError
from casegraph.serve.http.negotiation import GRAPHS as FORMATS
from casegraph.serve.jobs.resource import OntologyData, ResourceData
from casegraph.serve.pages.frame import FORMS
from casegraph.serve.telling.resources import find_report, find_subject
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore

PATH = "10.1007/s13555-020-00421-8"
CASE, REPORT = f"{BASE}case/{PATH}/1", f"{BASE}report/{PATH}"
GRAPHS = (f"{CASE}/asserted", f"{CASE}/inferred", f"{CASE}/provenance", REPORT)
#: media type -> the name by which rdflib reads it.
KEEPING = {
    "application/trig": "trig",
    "application/n-quads": "nquads",
    "application/ld+json": "json-ld",
    "application/json": "json-ld",
}
MERGING = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "text/plain": "nt",
    "application/rdf+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/n3": "n3",
}


def data_of(store: Store, kind: str, path: str, media_type: str) -> bytes:
    head, content = answer_of(ResourceData(kind=kind, path=path, media_type=media_type), store)
    assert head.status == 200
    assert head.media_type.partition(";")[0] == media_type
    return content


@pytest.mark.slow
@pytest.mark.parametrize("media_type", KEEPING)
def test_forms_with_graphs_keep_them(media_type: str, seed_store: Store) -> None:
    read = Dataset().parse(
        data=data_of(seed_store, "case", f"{PATH}/1", media_type), format=KEEPING[media_type]
    )
    found = {str(graph.identifier): len(graph) for graph in read.graphs() if len(graph)}
    assert found == {graph: len(list(seed_store.dump(graph))) for graph in GRAPHS}
    assert found[GRAPHS[0]] >= 1_000


@pytest.mark.parametrize("media_type", MERGING)
def test_forms_without_graphs_merge_them(media_type: str, seed_store: Store) -> None:
    read = Graph().parse(
        data=data_of(seed_store, "case", f"{PATH}/1", media_type), format=MERGING[media_type]
    )
    lines = [line for graph in GRAPHS for line in seed_store.dump(graph)]
    assert len(read) == len({line.rpartition(" <")[0] for line in lines}) >= 2_000


def test_a_report_is_its_own_graph(seed_store: Store) -> None:
    read = Graph().parse(data=data_of(seed_store, "report", PATH, "text/turtle"), format="turtle")
    assert len(read) == len(list(seed_store.dump(REPORT))) >= 500


def test_the_ontology_is_that_of_the_store(seed_store: Store) -> None:
    head, content = answer_of(OntologyData(media_type="application/n-triples"), seed_store)
    assert head.media_type == "application/n-triples"
    assert content.count(b"\n") == len(list(seed_store.dump(f"{BASE}ontology"))) >= 15_000


def of_cases(*names: str) -> Store:
    """Return a store with a case of each name that asserts one thing."""
    text = "".join(f"<{BASE}{name}> <urn:p> <urn:o> <{BASE}{name}/asserted> .\n" for name in names)
    return EmbeddedStore.of_quads(ox.parse(text, format=ox.RdfFormat.N_QUADS), "a store")


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("case/10.1016/s0190-9622(05)70206-7/1", "10.1016/s0190-9622%2805%2970206-7/1"),
        ("case/10.1016/s0190-9622(05)70206-7/1", "10.1016/s0190-9622(05)70206-7/1"),
        ("case/10.1002/a%3Cb%3E/1", "10.1002/a%3cb%3e/1"),
        ("case/demo/patient%28a%29", "demo/patient(a)"),
        ("case/demo/a%2Fb", "demo/a%2fb"),
        ("case/demo/%C3%A9t%C3%A9", "demo/%c3%a9t%C3%A9"),
        ("case/10.5070/d329562407/1", "10.5070/D329562407/1"),
        ("case/10.1016/s0190-9622(05)70206-7/1", "10.1016/S0190-9622%2805%2970206-7/1"),
        ("case/10.5070/D329562407/1", "10.5070/D329562407/1"),
        ("case/10.5070/d329562407/1", "10.5070%2Fd329562407/1"),
        ("case/10.5070/d329562407/1", "10.5070%2fD329562407%2F1"),
        ("case/10.5070/d3%2F2/1", "10.5070/d3%2f2/1"),
    ],
)
def test_an_address_may_be_spelt_in_several_ways(name: str, sent: str) -> None:
    assert find_subject(of_cases(name), "case", sent) == f"{BASE}{name}"


def test_only_a_doi_has_the_same_slash_with_a_percent_sign() -> None:
    store = of_cases("case/demo/a/b")
    assert find_subject(store, "case", "demo/a/b") == f"{BASE}case/demo/a/b"
    with pytest.raises(NotThereError):
        find_subject(store, "case", "demo/a%2Fb")


def test_only_a_doi_is_the_same_in_capitals() -> None:
    store = of_cases("case/demo/a", "case/10.5070/d3/1")
    with pytest.raises(NotThereError):
        find_subject(store, "case", "demo/A")
    assert find_subject(store, "case", "10.5070/D3/1") == f"{BASE}case/10.5070/d3/1"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "..",
        "../../etc/passwd",
        "%2e%2e/%2e%2e",
        "10.1/x> { ?s ?p ?o } #",
        "%00",
        "%ff",
        "a b",
        "\udcff",
        "\n",
    ],
)
def test_what_is_no_case_is_not_there(path: str, seed_store: Store) -> None:
    with pytest.raises(NotThereError):
        find_subject(seed_store, "case", path)
    with pytest.raises(NotThereError):
        find_report(seed_store, "report", path)


def test_of_a_report_its_cases_are_named(seed_store: Store) -> None:
    with pytest.raises(NotThereError) as caught:
        find_subject(seed_store, "case", PATH)
    assert CASE in caught.value.expected


def test_a_form_that_is_none_is_refused_before_the_search(seed_store: Store) -> None:
    for media_type in ("text/html", "text/csv", "", "application/owl+xml"):
        with pytest.raises(InputError, match="no form of RDF") as caught:
            data_of(seed_store, "case", "nowhere", media_type)
        assert not isinstance(caught.value, NotThereError)


def test_every_form_that_is_offered_is_tested_and_has_one_name() -> None:
    offered = {each.media_type: each.name for each in FORMATS}
    assert offered.keys() == KEEPING.keys() | MERGING.keys()
    assert FORMS.items() >= {("text/turtle", ("ttl", "Turtle"))}
    for media_type, (short, _) in FORMS.items():
        assert offered[media_type] == short


def test_a_data_set_stands_for_the_report_of_its_records() -> None:
    text = f'<{BASE}dataset/demo> <urn:p> "x" <{BASE}dataset/demo> .\n'
    store = EmbeddedStore.of_quads(ox.parse(text, format=ox.RdfFormat.N_QUADS), "a store")
    assert data_of(store, "dataset", "demo", "application/n-quads").decode() == text
    with pytest.raises(NotThereError, match="no dataset"):
        find_report(store, "dataset", "other")
