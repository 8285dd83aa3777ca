"""Reads a service description as the W3C vocabulary of descriptions means it; says what does not fit.

The classes and properties, what each relates and what must be there are those of the comments of
``http://www.w3.org/ns/sparql-service-description#``.
"""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

__all__ = ["SD", "described_wrongly"]

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
#: Each class with the class that it belongs to.
CLASSES = {
    "Service": "",
    "Graph": "",
    "NamedGraph": "",
    "GraphCollection": "",
    "Dataset": "GraphCollection",
    "Feature": "",
    "Language": "Feature",
    "Function": "Feature",
    "Aggregate": "Feature",
    "EntailmentRegime": "Feature",
    "EntailmentProfile": "Feature",
}
INDIVIDUALS = {
    "DereferencesURIs": "Feature",
    "UnionDefaultGraph": "Feature",
    "RequiresDataset": "Feature",
    "EmptyGraphs": "Feature",
    "BasicFederatedQuery": "Feature",
    "SPARQL10Query": "Language",
    "SPARQL11Query": "Language",
    "SPARQL11Update": "Language",
}
#: Each property with what it relates; the empty word stands for any resource that has an IRI.
PROPERTIES = {
    "endpoint": ("Service", ""),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "defaultSupportedEntailmentProfile": ("Service", "EntailmentProfile"),
    "entailmentRegime": ("NamedGraph", "EntailmentRegime"),
    "supportedEntailmentProfile": ("NamedGraph", "EntailmentProfile"),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", "Feature"),
    "supportedLanguage": ("Service", "Language"),
    "propertyFeature": ("Service", "Feature"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", ""),
    "inputFormat": ("Service", ""),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"),
}


def described_wrongly(description: Graph) -> list[str]:
    """Return what does not fit the vocabulary in a description; nothing if all does."""
    return [
        *_unknown_words(description),
        *_no_resources(description),
        *_two_kinds(description),
        *_lacking(description),
    ]


def _word(node: Node) -> str | None:
    return str(node)[len(SD) :] if isinstance(node, URIRef) and str(node).startswith(str(SD)) else None


def _unknown_words(description: Graph) -> Iterator[str]:
    for subject, predicate, value in description:
        word = _word(predicate)
        if word is not None and word not in PROPERTIES:
            yield f"no property sd:{word}"
        for node in (subject, value):
            name = _word(node)
            if name is not None and name not in CLASSES.keys() | INDIVIDUALS.keys():
                yield f"nothing is called sd:{name}"


def _no_resources(description: Graph) -> Iterator[str]:
    for name, (_, kind) in PROPERTIES.items():
        for value in description.objects(None, SD[name]):
            if not isinstance(value, URIRef) and (not kind or isinstance(value, Literal)):
                yield f"sd:{name} {value.n3()} is no resource that it may lead to"


def _two_kinds(description: Graph) -> Iterator[str]:
    kinds: dict[Node, set[str]] = {SD[name]: {kind} for name, kind in INDIVIDUALS.items()}
    for node, value in description.subject_objects(RDF.type):
        if word := _word(value):
            kinds.setdefault(node, set()).add(word)
    for name, (of, to) in PROPERTIES.items():
        for subject, value in description.subject_objects(SD[name]):
            kinds.setdefault(subject, set()).add(of)
            if to:
                kinds.setdefault(value, set()).add(to)
    for node, found in kinds.items():
        inner = found - {CLASSES.get(each) for each in found}
        if len(inner) > 1:
            yield f"{node.n3()} would be of {' and '.join(sorted(inner))}"


def _lacking(description: Graph) -> Iterator[str]:
    services = set(description.subjects(RDF.type, SD.Service))
    if not services:
        yield "no sd:Service"
    for service in services:
        asked = {SD.SPARQL10Query, SD.SPARQL11Query} & set(description.objects(service, SD.supportedLanguage))
        for name in ("endpoint", "supportedLanguage", *(("resultFormat",) if asked else ())):
            if (service, SD[name], None) not in description:
                yield f"a service without sd:{name}"
    for graph in description.objects(None, SD.namedGraph):
        if (graph, SD.name, None) not in description:
            yield "a named graph without sd:name"
