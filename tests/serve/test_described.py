"""What the server says of itself: checked against the vocabularies and an own count over the quads."""

from __future__ import annotations

from collections import Counter

import msgspec
import pyoxigraph as ox
import pytest
from answering import answer_of
from rdflib import RDF, SH, VOID, Graph, Literal, Namespace, URIRef
from rdflib.query import ResultRow

from casegraph.namespaces import BASE, CG, FORMATS, PREFIXES, SD, VOID_EXT
from casegraph.serve.jobs.described import CountAll
from casegraph.serve.telling.counts import Counts, counts_of
from casegraph.serve.telling.described import dataset_description, prefix_declarations, service_description
from casegraph.serve.telling.service import Service
from casegraph.serve.telling.statements import written
from casegraph.store import LEDGER, Store
from casegraph.store.embedded import EmbeddedStore

SERVICE = Service(base="http://localhost:7878/")
ENDPOINT = URIRef("http://localhost:7878/sparql")
UPDATE = URIRef("http://localhost:7878/update")
SD_ = Namespace(SD)
EXT = Namespace(VOID_EXT)
#: sd: property -> classes of its subject and of its value, as the specification has them; None is any.
SCHEMA = {
    SD_.endpoint: (SD_.Service, None),
    SD_.supportedLanguage: (SD_.Service, None),
    SD_.feature: (SD_.Service, None),
    SD_.resultFormat: (SD_.Service, None),
    SD_.inputFormat: (SD_.Service, None),
    SD_.defaultEntailmentRegime: (SD_.Service, None),
    SD_.defaultDataset: (SD_.Service, SD_.Dataset),
    SD_.defaultGraph: (SD_.Dataset, SD_.Graph),
    SD_.namedGraph: (SD_.Dataset, SD_.NamedGraph),
    SD_.name: (SD_.NamedGraph, None),
}


def graph_of(triples: list[ox.Triple], form: ox.RdfFormat = ox.RdfFormat.TURTLE) -> Graph:
    """Return triples as rdflib reads them."""
    return Graph().parse(data=written(triples, form), format=form.media_type)


def types(quads: list[ox.Quad]) -> dict[str, set[str]]:
    """Return thing -> its classes."""
    found: dict[str, set[str]] = {}
    for quad in quads:
        if quad.predicate.value == str(RDF.type):
            found.setdefault(str(quad.subject), set()).add(str(quad.object).strip("<>"))
    return found


@pytest.fixture(scope="module")
def quads(seed_store: Store) -> list[ox.Quad]:
    """Return all quads of the store."""
    return [quad for line in seed_store.dump() for quad in ox.parse(line, format=ox.RdfFormat.N_QUADS)]


@pytest.fixture(scope="module")
def counts(seed_store: Store) -> Counts:
    """Return what the job counts."""
    head, content = answer_of(CountAll(), seed_store)
    assert (head.status, head.media_type) == (200, "application/json")
    return msgspec.json.decode(content, type=Counts)


def test_a_read_only_service_says_what_it_is() -> None:
    graph = graph_of(service_description(SERVICE))
    (service,) = graph.subjects(SD_.endpoint, ENDPOINT)
    assert set(graph.objects(None, SD_.endpoint)) == {ENDPOINT}
    assert set(graph.objects(service, SD_.supportedLanguage)) == {SD_.SPARQL10Query, SD_.SPARQL11Query}
    assert set(graph.objects(service, SD_.feature)) == {SD_.UnionDefaultGraph}
    formats = {str(each).removeprefix(FORMATS) for each in graph.objects(service, SD_.resultFormat)}
    tables = {f"SPARQL_Results_{each}" for each in ("JSON", "XML", "CSV", "TSV")}
    assert formats == tables | {"Turtle", "N-Triples", "N-Quads", "TriG", "RDF_XML", "JSON-LD", "N3"}


def test_what_is_allowed_is_said() -> None:
    service = Service(base=SERVICE.base, writable=True, union=False, federated=True)
    graph = graph_of(service_description(service))
    assert set(graph.objects(None, SD_.feature)) == {SD_.BasicFederatedQuery}
    (updates,) = graph.subjects(SD_.endpoint, UPDATE)
    assert set(graph.objects(updates, SD_.supportedLanguage)) == {SD_.SPARQL11Update}
    assert len(set(graph.objects(updates, SD_.inputFormat))) == 7


@pytest.mark.slow
@pytest.mark.parametrize("form", [ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML, ox.RdfFormat.N_TRIPLES])
def test_the_description_keeps_to_its_schema(form: ox.RdfFormat, counts: Counts) -> None:
    service = Service(base=SERVICE.base, writable=True, federated=True)
    graph = graph_of([*service_description(service), *dataset_description(service, counts)], form)
    used = [triple for triple in graph if str(triple[1]).startswith(SD)]
    assert {triple[1] for triple in used} == SCHEMA.keys()
    for subject, link, value in used:
        of, to = SCHEMA[link]  # type: ignore[index]  # every predicate is an IRI
        assert (subject, RDF.type, of) in graph
        assert to is None or (value, RDF.type, to) in graph
        assert isinstance(value, URIRef)


def test_totals_are_those_of_the_quads(counts: Counts, quads: list[ox.Quad]) -> None:
    assert len(quads) >= 15_000
    assert counts.triples == len(quads)
    assert counts.subjects == len({str(quad.subject) for quad in quads})
    own = {str(quad.subject) for quad in quads if str(quad.subject).startswith(f"<{BASE}")}
    assert counts.entities == len(own) >= 900
    assert counts.properties == Counter(quad.predicate.value for quad in quads)
    assert counts.classes == Counter(each for found in types(quads).values() for each in found)


def test_kinds_of_graphs_are_those_of_the_quads(counts: Counts, quads: list[ox.Quad]) -> None:
    triples = Counter(str(quad.graph_name).strip("<>") for quad in quads)
    case, report = "/case/10.1007/s13555-020-00421-8/1", "/report/10.1007/s13555-020-00421-8"
    ends = {"asserted": f"{case}/asserted", "inferred": f"{case}/inferred", "reports": report}
    ends |= {"provenance": f"{case}/provenance", "ontology": "casegraph/ontology", "ledger": LEDGER}
    assert {name: kind.triples for name, kind in counts.kinds.items()} == {
        name: sum(many for graph, many in triples.items() if graph.endswith(end))
        for name, end in ends.items()
    }
    assert {kind.graphs for kind in counts.kinds.values()} == {1}


def test_parts_are_those_of_the_quads(counts: Counts, quads: list[ox.Quad]) -> None:
    classes = types(quads)
    properties, values, datatypes = Counter[object](), Counter[object](), Counter[object]()
    for quad in quads:
        for of in classes.get(str(quad.subject), ()):
            key = of, quad.predicate.value
            properties[key] += 1
            if isinstance(quad.object, ox.Literal):
                datatypes[(*key, quad.object.datatype.value)] += 1
            values.update((*key, each) for each in classes.get(str(quad.object), ()))
    assert len(values) >= 500
    assert {(part.class_, part.name): part.triples for part in counts.parts} == properties
    told = {(part.class_, part.name, to): many for part in counts.parts for to, many in part.classes.items()}
    assert told == values
    told = {
        (part.class_, part.name, to): many for part in counts.parts for to, many in part.datatypes.items()
    }
    assert told == datatypes


def test_of_a_large_store_the_values_are_told_without_a_number(
    counts: Counts, seed_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casegraph.serve.telling.counts._MOST_COUNTED", 1)
    large = counts_of(seed_store)
    assert (large.classes, large.properties) == (counts.classes, counts.properties)
    claims = {part.class_: part for part in counts.parts if part.name == f"{CG}statedIn"}
    assert len(claims) >= 10
    for part in large.parts:
        if part.class_ in claims and part.name == f"{CG}statedIn":
            assert part.classes == {f"{CG}Passage": 0}
    text = written(dataset_description(SERVICE, large), ox.RdfFormat.TURTLE).decode()
    assert "void:triples 0" not in text


@pytest.mark.slow
def test_what_is_soon_counted_is_described_without_the_rest(counts: Counts, seed_store: Store) -> None:
    _, content = answer_of(CountAll(parts=False), seed_store)
    soon = msgspec.json.decode(content, type=Counts)
    assert (soon.kinds, soon.classes, soon.properties) == (counts.kinds, counts.classes, counts.properties)
    graph = graph_of(dataset_description(SERVICE, soon))
    whole = graph_of(dataset_description(SERVICE, counts))
    for what in (VOID["class"], VOID.property):
        assert set(graph.objects(None, what)) == set(whole.objects(None, what))
    assert (URIRef(SERVICE.dataset), VOID.triples, Literal(counts.triples)) in graph
    # what was not counted is not told, not even as nought
    assert not set(graph.subjects(VOID.entities)) - set(graph.subjects(VOID["class"]))
    assert not list(graph.subjects(VOID.distinctSubjects))
    assert {*graph.subjects(VOID.propertyPartition)} == {URIRef(SERVICE.dataset)}


def test_the_description_of_the_data_has_the_counts(counts: Counts) -> None:
    graph = graph_of(dataset_description(SERVICE, counts))
    dataset = URIRef(SERVICE.dataset)
    assert (dataset, VOID.triples, Literal(counts.triples)) in graph
    assert (dataset, VOID.sparqlEndpoint, ENDPOINT) in graph
    assert len(set(graph.objects(dataset, VOID.classPartition))) == len(counts.classes)
    assert len(set(graph.objects(dataset, VOID.propertyPartition))) == len(counts.properties)
    asked = f"""
    SELECT ?triples ?label {{ ?p void:class <{CG}Case> ; void:propertyPartition ?part .
      ?part void:property <{CG}hasTreatment> ; void:classPartition ?to .
      ?to void:class <{CG}TreatmentEpisode> ; void:triples ?triples . <{CG}Case> rdfs:label ?label }}"""
    rows = [row for row in graph.query(asked) if isinstance(row, ResultRow)]
    assert [(str(row[0]), str(row[1])) for row in rows] == [("5", "case")]


def test_blank_nodes_as_classes_do_no_harm() -> None:
    text = f"_:a <{RDF.type}> _:b <urn:g> . <urn:x> <{RDF.type}> <urn:C> . <urn:x> <urn:p> _:a <urn:g> ."
    parsed = ox.parse(text.replace(" . ", " .\n"), format=ox.RdfFormat.N_QUADS)
    counts = counts_of(EmbeddedStore.of_quads(parsed, "a store"))
    assert (counts.triples, counts.classes) == (3, {"urn:C": 1})
    assert {name: kind.graphs for name, kind in counts.kinds.items()} == {"default": 1, "others": 1}
    assert len(graph_of(dataset_description(SERVICE, counts))) >= 10


def test_prefixes_are_declared_as_an_editor_asks_for_them() -> None:
    graph = graph_of(prefix_declarations(SERVICE))
    asked = "SELECT DISTINCT ?prefix ?namespace { [] sh:namespace ?namespace ; sh:prefix ?prefix }"
    rows = [row for row in graph.query(asked) if isinstance(row, ResultRow)]
    assert {str(row[0]): str(row[1]) for row in rows} == PREFIXES
    assert {row[1].datatype for row in rows if isinstance(row[1], Literal)} == {
        URIRef(f"{PREFIXES['xsd']}anyURI")
    }
    assert len(set(graph.objects(URIRef(SERVICE.prefixes), SH.declare))) == len(PREFIXES)
