"""Puts statements together and writes them: triples from IRIs and plain values, in any form of RDF."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from casegraph.namespaces import BASE, PREFIXES, SCHEMA, SD, VOID_EXT

__all__ = ["Value", "iri", "statements", "words", "written"]

Value = NamedNode | BlankNode | Literal

_NAMES = {**PREFIXES, "sd": SD, "schema": SCHEMA, "void-ext": VOID_EXT}
_DATATYPE = {bool: "boolean", int: "integer"}


def iri(text: str) -> NamedNode:
    """Return the node of an IRI or of a CURIE of the table of prefixes, ``sd:``, ``schema:``, ``void-ext:``.

    >>> iri("sd:Service")
    <NamedNode value=http://www.w3.org/ns/sparql-service-description#Service>
    """
    prefix, _, local = text.partition(":")
    return NamedNode(text if local.startswith("//") else _NAMES[prefix] + local)


def words(text: str) -> Literal:
    """Return text in English."""
    return Literal(text, language="en")


def statements(subject: NamedNode | BlankNode, *said: tuple[str, Value | str | int]) -> list[Triple]:
    """Return what is said of a subject.

    :param said: pairs of a property, as :func:`iri` reads it, and its value; a text is a plain literal.

    >>> len(statements(iri("cg:Case"), ("rdfs:label", words("case")), ("void:triples", 3)))
    2
    """
    return [
        Triple(subject, iri(name), Literal(value) if isinstance(value, str | int) else value)
        for name, value in said
    ]


def written(triples: Iterable[Triple], form: RdfFormat) -> bytes:
    """Return triples, each once, in a form of RDF; with the prefixes that are in use if the form has any."""
    once = list(dict.fromkeys(triples))
    text = str(once)
    used = {name: namespace for name, namespace in _NAMES.items() if namespace in text and namespace != BASE}
    takes = form in (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.RDF_XML, RdfFormat.N3, RdfFormat.JSON_LD)
    return serialize(once, format=form, prefixes=used if takes else None) or b""
