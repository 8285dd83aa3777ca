"""Reads the ontology as one set of triples, whatever files it is kept in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from casegraph.errors import InputError
from casegraph.namespaces import PREFIXES
from casegraph.reason.definitions import Axioms
from casegraph.resources import shipped

if TYPE_CHECKING:
    from pyoxigraph import Triple

__all__ = [
    "declared_classes",
    "ntriples",
    "ontology_files",
    "ontology_ntriples",
    "read_triples",
    "shipped_axioms",
    "shipped_triples",
]

_TYPE = PREFIXES["rdf"] + "type"
_CLASS = PREFIXES["owl"] + "Class"
_Node = TypeVar("_Node")


def ontology_files() -> tuple[Path, ...]:
    """Return the files of the shipped ontology: its own and its slices of others, without alignments."""
    return (*shipped("ontology", "*.ttl"), *shipped("ontology", "imports/*.ttl"))


def ontology_ntriples(paths: Iterable[Path] | None = None) -> str:
    """Return the triples of ontology files as N-Triples, each triple once.

    :param paths: Turtle, N-Triples or RDF/XML files; None is the shipped ontology.
    :raises InputError: if a file cannot be read or holds no triple.

    >>> "MONDO_1010089" in ontology_ntriples()
    True
    """
    return ntriples(shipped_triples() if paths is None else read_triples(paths))


@cache
def shipped_triples() -> tuple[Triple, ...]:
    """Return the triples of the shipped ontology; they are read once."""
    return read_triples(ontology_files())


@cache
def shipped_axioms() -> Axioms:
    """Return the axioms of the shipped ontology; they are read once."""
    return Axioms(shipped_triples())


def ntriples(triples: Iterable[Triple]) -> str:
    """Return triples as N-Triples."""
    return "".join(f"{each} .\n" for each in triples)


def read_triples(paths: Iterable[Path]) -> tuple[Triple, ...]:
    """Return the triples of ontology files, each once; blank nodes of different files stay apart.

    :raises InputError: if a file cannot be read or holds no triple.
    """
    from pyoxigraph import parse

    triples: dict[Triple, None] = {}
    for number, path in enumerate(paths):
        try:
            found = [quad.triple for quad in parse(path=path)]
        except (OSError, SyntaxError, ValueError) as error:
            raise InputError(str(error), where=str(path), expected="an ontology in Turtle") from error
        if not found:
            raise InputError("the file holds no triple", where=str(path), expected="an ontology in Turtle")
        triples.update(dict.fromkeys(_named_apart(found, f"file{number}node")))
    return tuple(triples)


def _named_apart(triples: Iterable[Triple], prefix: str) -> Iterator[Triple]:
    """Name blank nodes in the order in which they come, so that the same files always give the same names."""
    from pyoxigraph import BlankNode, Triple

    names: dict[BlankNode, BlankNode] = {}

    def named(node: _Node) -> _Node | BlankNode:
        if isinstance(node, BlankNode):
            return names.setdefault(node, BlankNode(f"{prefix}{len(names)}"))
        return node

    for each in triples:
        subject, value = each.subject, each.object
        if isinstance(subject, BlankNode) or isinstance(value, BlankNode):
            yield Triple(named(subject), each.predicate, named(value))
        else:
            yield each


def declared_classes(triples: Iterable[Triple]) -> frozenset[str]:
    """Return the IRIs of the named classes that triples declare."""
    from pyoxigraph import NamedNode

    return frozenset(
        each.subject.value
        for each in triples
        if each.predicate.value == _TYPE
        and each.object == NamedNode(_CLASS)
        and isinstance(each.subject, NamedNode)
    )
