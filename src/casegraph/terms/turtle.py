"""Reads the classes of Turtle files, as of the shipped ontology."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from casegraph.errors import InputError
from casegraph.namespaces import PREFIXES
from casegraph.resources import shipped
from casegraph.terms.memory import Terms

if TYPE_CHECKING:
    from pyoxigraph import Quad

__all__ = ["read_terms", "shipped_terms"]

_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_WITHIN = PREFIXES["cg"] + "withinOrKindOf"
_LABEL = PREFIXES["rdfs"] + "label"
_SYNONYM = PREFIXES["skos"] + "altLabel"
_PREFERRED = PREFIXES["skos"] + "prefLabel"
_DEFINITION = PREFIXES["skos"] + "definition"
_TYPE, _CLASS = PREFIXES["rdf"] + "type", PREFIXES["owl"] + "Class"


def read_terms(paths: Iterable[Path]) -> Terms:
    """Read the classes of Turtle files.

    :raises InputError: if a file is not Turtle.
    """
    import pyoxigraph

    names: dict[str, dict[str, str]] = {_LABEL: {}, _PREFERRED: {}, _DEFINITION: {}}
    lists: dict[str, dict[str, list[str]]] = {_SYNONYM: {}, _SUBCLASS: {}, _WITHIN: {}, _TYPE: {}}
    for path in paths:
        try:
            for quad in pyoxigraph.parse(path=path):
                _note(quad, names, lists)
        except SyntaxError as error:
            raise InputError(str(error), where=str(path), expected="Turtle") from error
    frozen = {name: {iri: tuple(found) for iri, found in each.items()} for name, each in lists.items()}
    labels, preferred = names[_LABEL], names[_PREFERRED]
    classes = frozenset(iri for iri, types in frozen[_TYPE].items() if _CLASS in types and iri in labels)
    hierarchy = (frozen[_SUBCLASS], frozen[_WITHIN])
    return Terms(classes, labels, preferred, frozen[_SYNONYM], *hierarchy, definitions=names[_DEFINITION])


def _note(quad: Quad, names: dict[str, dict[str, str]], lists: dict[str, dict[str, list[str]]]) -> None:
    from pyoxigraph import Literal, NamedNode

    subject, predicate, value = quad.subject, quad.predicate.value, quad.object
    if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
        return
    if predicate in names:
        names[predicate][subject.value] = value.value
    elif predicate in lists:
        lists[predicate].setdefault(subject.value, []).append(value.value)


@cache
def shipped_terms() -> Terms:
    """Return the terms of the shipped ontology and its slices."""
    return read_terms((*shipped("ontology", "*.ttl"), *shipped("ontology", "imports/*.ttl")))
