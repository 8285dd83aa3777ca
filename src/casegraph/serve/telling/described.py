"""What the server says of itself as RDF: the service, the data that it serves, and the prefixes.

The SPARQL Service Description names endpoint, languages, features and formats; VoID counts the data by class
and property; the prefixes are declared as SHACL has it. The IRI of a part is made of what that is about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache

import pyoxigraph as ox

from casegraph.namespaces import BASE, CG, ENTAILMENT, FORMATS, PREFIXES, compact
from casegraph.resources import shipped
from casegraph.serve.telling.counts import Counts, Part
from casegraph.serve.telling.examples import example_triples
from casegraph.serve.telling.service import Service
from casegraph.serve.telling.statements import iri, statements, words
from casegraph.store import LEDGER

__all__ = ["dataset_description", "prefix_declarations", "service_description", "whole_description"]

_RESULTS = ("JSON", "XML", "CSV", "TSV")
_GRAPHS = ("TURTLE", "N_TRIPLES", "N_QUADS", "TRIG", "RDF_XML", "JSON_LD", "N3")
_SHORT = 16
#: kind of graph -> what its graphs hold.
_KINDS: Mapping[str, str] = {
    "asserted": "what reports say of cases and groups",
    "inferred": "what follows by rule for cases and groups",
    "provenance": "who curated cases and groups, and how",
    "reports": "bibliography and passages of reports, and what they say beyond their cases",
    "ontology": "the ontology, with the terms of others that it uses",
    "mappings": "mappings between terms",
    "patients": "which cases are one patient",
    "ledger": "what was written when, with digests",
    "others": "graphs of other people",
    "default": "the default graph",
}


def whole_description(service: Service, counts: Counts | None = None) -> list[ox.Triple]:
    """Return all that an editor of SPARQL wants to know: service, prefixes, data and examples.

    SIB's editor asks the endpoint for them by queries; if those find nothing, which is so where the data do
    not hold them, it reads them out of what a GET of the endpoint gives.

    :param counts: None where nothing was counted yet.
    """
    data = [] if counts is None else dataset_description(service, counts)
    return [*service_description(service), *prefix_declarations(service), *data, *example_triples(service)]


def service_description(service: Service) -> list[ox.Triple]:
    """Return the SPARQL Service Description: of the endpoint for queries, and of that for updates if any.

    Graphs are not listed, since there may be millions: the description of the dataset tells of their kinds.
    ``sd:availableGraphs`` is left out, since every graph may be in the dataset of a query.
    """
    me, dataset = ox.NamedNode(f"{service.endpoint}#service"), ox.NamedNode(service.dataset)
    graph = ox.NamedNode(f"{service.base}.well-known/void#default-graph")
    features = {"UnionDefaultGraph": service.union, "BasicFederatedQuery": service.federated}
    told = statements(
        me,
        ("rdf:type", iri("sd:Service")),
        ("sd:endpoint", ox.NamedNode(service.endpoint)),
        ("sd:supportedLanguage", iri("sd:SPARQL11Query")),
        ("sd:supportedLanguage", iri("sd:SPARQL10Query")),
        *(("sd:feature", iri(f"sd:{name}")) for name, has in features.items() if has),
        *(("sd:resultFormat", each) for each in (*_formats(_RESULTS), *_formats(_GRAPHS))),
        ("sd:defaultEntailmentRegime", ox.NamedNode(f"{ENTAILMENT}Simple")),
        ("sd:defaultDataset", dataset),
    )
    told += statements(dataset, ("rdf:type", iri("sd:Dataset")), ("sd:defaultGraph", graph))
    told += statements(graph, ("rdf:type", iri("sd:Graph")))
    return told + (_updates(service) if service.writable else [])


def _updates(service: Service) -> list[ox.Triple]:
    return statements(
        ox.NamedNode(f"{service.base}update#service"),
        ("rdf:type", iri("sd:Service")),
        ("sd:endpoint", ox.NamedNode(f"{service.base}update")),
        ("sd:supportedLanguage", iri("sd:SPARQL11Update")),
        *(("sd:inputFormat", each) for each in _formats(_GRAPHS)),
        ("sd:defaultDataset", ox.NamedNode(service.dataset)),
    )


def _formats(names: tuple[str, ...]) -> Iterator[ox.NamedNode]:
    """Yield the IRIs that W3C gave to formats; Oxigraph has another one for JSON-LD than W3C."""
    kind = ox.RdfFormat if names is _GRAPHS else ox.QueryResultsFormat
    for name in names:
        yield ox.NamedNode(f"{FORMATS}JSON-LD" if name == "JSON_LD" else getattr(kind, name).iri)


def prefix_declarations(service: Service) -> list[ox.Triple]:
    """Return the prefixes as SHACL declares them, each by an IRI of its own."""
    declaring = ox.NamedNode(service.prefixes)
    told = statements(declaring, ("rdf:type", iri("owl:Ontology")))
    for name, namespace in sorted(PREFIXES.items()):
        one = ox.NamedNode(f"{service.endpoint}#prefix-{name}")
        told += statements(declaring, ("sh:declare", one))
        told += statements(
            one,
            ("rdf:type", iri("sh:PrefixDeclaration")),
            ("sh:prefix", name),
            ("sh:namespace", ox.Literal(namespace, datatype=iri("xsd:anyURI"))),
        )
    return told


def dataset_description(service: Service, counts: Counts) -> list[ox.Triple]:
    """Return the VoID description of the data: counts, partitions by class and property, kinds of graphs.

    A triple that is in two graphs counts twice, as it does in an answer.
    """
    dataset = ox.NamedNode(service.dataset)
    used = {compact(each).partition(":")[0] for each in (*counts.classes, *counts.properties)}
    vocabularies = sorted(namespace for name, namespace in PREFIXES.items() if name in used)
    told = statements(
        dataset,
        ("rdf:type", iri("void:Dataset")),
        ("dcterms:title", words("Case reports as a graph")),
        ("void:sparqlEndpoint", ox.NamedNode(service.endpoint)),
        ("void:uriSpace", BASE),
        ("void:triples", counts.triples),
        *(() if counts.entities is None else (("void:entities", counts.entities),)),
        *(() if counts.subjects is None else (("void:distinctSubjects", counts.subjects),)),
        ("void:classes", len(counts.classes)),
        ("void:properties", len(counts.properties)),
        *(("void:vocabulary", ox.NamedNode(each)) for each in vocabularies),
        *(("void:exampleResource", ox.NamedNode(each)) for each in counts.examples),
        *(("void:feature", each) for each in _formats(_GRAPHS)),
    )
    return [*told, *_kinds(service, counts), *_partitions(service, counts), *_meanings(counts)]


def _kinds(service: Service, counts: Counts) -> Iterator[ox.Triple]:
    dataset = ox.NamedNode(service.dataset)
    for name, kind in counts.kinds.items():
        part = ox.NamedNode(f"{service.base}.well-known/void#{name}")
        yield from statements(dataset, ("void:subset", part))
        yield from statements(
            part,
            ("rdf:type", iri("void:Dataset")),
            ("dcterms:title", words(_KINDS[name])),
            ("void:triples", kind.triples),
            ("void:documents", kind.graphs),
            *(("dcterms:license", each) for each in _licences() if name == "ontology"),
        )
    for name, graph in (("ontology", f"{BASE}ontology"), ("ledger", LEDGER)):
        if name in counts.kinds:
            entry = ox.NamedNode(f"{service.base}.well-known/void#graph-{name}")
            yield from statements(dataset, ("sd:namedGraph", entry))
            told = (("rdf:type", iri("sd:NamedGraph")), ("sd:name", ox.NamedNode(graph)))
            yield from statements(entry, *told)


def _partitions(service: Service, counts: Counts) -> Iterator[ox.Triple]:
    dataset = ox.NamedNode(service.dataset)
    for name, many in counts.properties.items():
        part = _part(service, name)
        yield from statements(dataset, ("void:propertyPartition", part))
        yield from statements(part, ("void:property", ox.NamedNode(name)), ("void:triples", many))
    for name, many in counts.classes.items():
        part = _part(service, "", name)
        yield from statements(dataset, ("void:classPartition", part))
        yield from statements(part, ("void:class", ox.NamedNode(name)), ("void:entities", many))
    for each in counts.parts:
        yield from _of_class(service, each)


def _of_class(service: Service, part: Part) -> Iterator[ox.Triple]:
    """Yield what is told of a property of the things of a class, as SIB's tools for VoID tell it."""
    me = _part(service, part.class_, part.name)
    yield from statements(_part(service, "", part.class_), ("void:propertyPartition", me))
    yield from statements(me, ("void:property", ox.NamedNode(part.name)), ("void:triples", part.triples))
    for link, what, values in (
        ("void:classPartition", "void:class", part.classes),
        ("void-ext:datatypePartition", "void-ext:datatype", part.datatypes),
    ):
        for value, many in values.items():
            to = _part(service, part.class_, part.name, value)
            yield from statements(me, (link, to))
            yield from statements(to, (what, ox.NamedNode(value)))
            yield from statements(to, ("void:triples", many)) if many else ()


def _part(service: Service, *about: str) -> ox.NamedNode:
    """Return the IRI of a part of the data: the same for the same class, property and class of values."""
    name = hashlib.sha256("\n".join(about).encode()).hexdigest()[:_SHORT]
    return ox.NamedNode(f"{service.base}.well-known/void#part-{name}")


def _meanings(counts: Counts) -> Iterator[ox.Triple]:
    """Yield labels and comments of our own classes and properties that are in use."""
    for name in (*counts.classes, *counts.properties):
        if name in _terms():
            label, definition = _terms()[name]
            yield from statements(
                ox.NamedNode(name), ("rdfs:label", words(label)), ("rdfs:comment", words(definition))
            )


@cache
def _terms() -> Mapping[str, tuple[str, str]]:
    """Return our own terms, each with its label and its definition."""
    label, definition = iri("rdfs:label"), iri("skos:definition")
    found: dict[str, dict[ox.NamedNode, str]] = {}
    for path in shipped("ontology", "*.ttl"):
        for quad in ox.parse(path=path):
            if quad.predicate in (label, definition) and str(quad.subject).startswith(f"<{CG}"):
                found.setdefault(quad.subject.value, {})[quad.predicate] = quad.object.value
    both = {label, definition}
    return {name: (told[label], told[definition]) for name, told in found.items() if both <= told.keys()}


@cache
def _licences() -> tuple[ox.NamedNode, ...]:
    """Return the licence that the ontology states of itself."""
    (path,) = shipped("ontology", "casegraph.ttl")
    me, licence = ox.NamedNode(f"{BASE}ontology"), iri("dcterms:license")
    quads = ox.parse(path=path)
    return tuple(each.object for each in quads if each.subject == me and each.predicate == licence)
