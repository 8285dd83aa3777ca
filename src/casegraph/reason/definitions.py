"""Reads what the ontology says of its classes as plain values: named classes, ``some`` and ``and``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from casegraph.errors import InputError
from casegraph.namespaces import PREFIXES

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Triple

    Node = NamedNode | BlankNode | Literal | Triple

__all__ = ["Axioms", "Expression", "Some"]

_OWL = PREFIXES["owl"]
_RDF = PREFIXES["rdf"]


@dataclass(frozen=True, slots=True)
class Some:
    """All that have at least one link of a kind to a member of a class."""

    link: str
    filler: Expression


#: a class by its IRI; what has some link; what is all of several of these.
Expression = str | Some | tuple["Expression", ...]


class Axioms:
    """The axioms of an ontology, by subject and property."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._values: dict[str, dict[Node, list[Node]]] = {}
        for each in triples:
            self._values.setdefault(each.predicate.value, {}).setdefault(each.subject, []).append(each.object)

    def of_type(self, kind: str) -> frozenset[str]:
        """Return the IRIs of what is declared to be of a type."""
        from pyoxigraph import NamedNode

        return frozenset(each.value for each in self._of_type(kind) if isinstance(each, NamedNode))

    def members(self, kind: str) -> Iterator[tuple[Node, ...]]:
        """Yield the members of each axiom of a kind that is about a list, such as ``AllDisjointClasses``."""
        yield from (tuple(self._list(self._value(each, "members"))) for each in self._of_type(kind))

    def expressions(self, link: str) -> Iterator[tuple[str, Expression]]:
        """Yield each named class with each class expression that a property leads to.

        :raises InputError: if one is built of anything but named classes, ``some`` and ``and``.
        """
        from pyoxigraph import NamedNode

        for subject, values in self._values.get(link, {}).items():
            if isinstance(subject, NamedNode):
                yield from ((subject.value, self._expression(value, subject.value)) for value in values)

    def _of_type(self, kind: str) -> Iterator[Node]:
        from pyoxigraph import NamedNode

        types = self._values.get(f"{_RDF}type", {})
        yield from (subject for subject, kinds in types.items() if NamedNode(kind) in kinds)

    def _expression(self, node: Node, of: str) -> Expression:
        from pyoxigraph import NamedNode

        if isinstance(node, NamedNode):
            return node.value
        filler, members = self._value(node, "someValuesFrom"), self._value(node, "intersectionOf")
        link = self._value(node, "onProperty")
        if filler is not None and isinstance(link, NamedNode):
            return Some(link.value, self._expression(filler, of))
        if members is not None:
            return tuple(self._expression(each, of) for each in self._list(members))
        raise InputError(
            "a class is described by other means than named classes, some and and",
            where=of,
            todo="use --engine hermit",
        )

    def _value(self, node: Node, name: str, namespace: str = _OWL) -> Node | None:
        return next(iter(self._values.get(namespace + name, {}).get(node, ())), None)

    def _list(self, node: Node | None) -> Iterator[Node]:
        while node is not None and (first := self._value(node, "first", _RDF)) is not None:
            yield first
            node = self._value(node, "rest", _RDF)
