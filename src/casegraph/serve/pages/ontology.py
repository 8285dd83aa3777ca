"""The page of the ontology: each class, property and value by its name, with what it means."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox

from casegraph.namespaces import CG
from casegraph.resources import shipped
from casegraph.serve.pages.frame import FORMS, described, page, term
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service
from casegraph.serve.telling.statements import iri

__all__ = ["ontology_page"]

#: heading -> the class of the terms below it.
_PARTS = {
    "Classes": "owl:Class",
    "Object properties": "owl:ObjectProperty",
    "Data properties": "owl:DatatypeProperty",
    "Annotation properties": "owl:AnnotationProperty",
    "Values": "owl:NamedIndividual",
}
#: what the page calls it -> the property whose values are terms.
_LINKS = {
    "kind of": "rdfs:subClassOf",
    "part of property": "rdfs:subPropertyOf",
    "of": "rdfs:domain",
    "value": "rdfs:range",
    "set": "rdf:type",
}
_TEXTS = {"meaning": "skos:definition", "example": "skos:example", "source": "dcterms:source"}
_NAMESPACE_OF_OWL = iri("owl:Class").value.removesuffix("Class")
_Said = dict[str, list[ox.NamedNode | ox.Literal]]


def ontology_page(service: Service) -> bytes:
    """Return the page of the ontology that ships; the anchor of a term is its local name."""
    terms = _terms()
    content: list[Content] = [
        element("h1", "The casegraph ontology"),
        element(
            "p", f"Terms begin with {CG}. Vocabularies of others that are in use are in the data, not here."
        ),
        element("nav", _contents(), aria_label="On this page"),
    ]
    for number, (heading, kind) in enumerate(_PARTS.items()):
        found = {name: said for name, said in terms.items() if iri(kind) in said.get("rdf:type", ())}
        name = f"_part-{number}"
        sections = (_section(service, each, said) for each, said in sorted(found.items()))
        content.append(element("section", element("h2", heading, id=name), sections, aria_labelledby=name))
    return page(service, "Ontology", content, forms=FORMS, address=f"{service.base}ontology")


def _contents() -> Element:
    entries = (element("li", link(f"#_part-{number}", name)) for number, name in enumerate(_PARTS))
    return element("ul", entries)


def _section(service: Service, name: str, said: _Said) -> Element:
    label = said["rdfs:label"][0].value if "rdfs:label" in said else name
    return element(
        "section",
        element("h3", link(f"#{name}", label)),
        described(_about(service, name, said)),
        id=name,
        class_="claim",
    )


def _about(service: Service, name: str, said: _Said) -> Iterator[tuple[str, list[Content]]]:
    yield "term", [term(service, CG + name)]
    for heading, link_ in _TEXTS.items():
        yield heading, [each.value for each in said.get(link_, ())]
    for heading, link_ in _LINKS.items():
        values = [each.value for each in said.get(link_, ()) if isinstance(each, ox.NamedNode)]
        yield heading, [term(service, each) for each in values if not each.startswith(_NAMESPACE_OF_OWL)]


@cache
def _terms() -> dict[str, _Said]:
    """Return what the ontology says of its own terms, by local name; it is read once."""
    short = {iri(name): name for name in (*_LINKS.values(), *_TEXTS.values(), "rdfs:label")}
    found: dict[str, _Said] = {}
    for path in shipped("ontology", "*.ttl"):
        for quad in ox.parse(path=path):
            subject, value = quad.subject, quad.object
            if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(CG):
                continue
            if quad.predicate in short and isinstance(value, ox.NamedNode | ox.Literal):
                local = subject.value.removeprefix(CG)
                found.setdefault(local, {}).setdefault(short[quad.predicate], []).append(value)
    return found
