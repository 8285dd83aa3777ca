"""What an adapter says, by node and property: each value is taken once, or it is left over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyoxigraph as ox

from casegraph.namespaces import CG, PREFIXES

__all__ = ["Said"]

_TYPE = f"{PREFIXES['rdf']}type"


class _Value(NamedTuple):
    """What stands in the place of an object: a text that looks like the name of a node is none."""

    text: str
    is_node: bool


class Said:
    """Statements in casegraph's vocabulary; properties and kinds are called without its namespace.

    >>> case, title = ox.NamedNode("urn:case"), ox.NamedNode(f"{CG}patientLabel")
    >>> said = Said([ox.Triple(case, title, ox.Literal("A")), ox.Triple(case, title, ox.Literal("B"))])
    >>> said.take("urn:case", "patientLabel"), list(said.left("urn:case"))
    ('A', [('patientLabel', 'B')])
    """

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._of: dict[str, dict[str, set[_Value]]] = {}
        for each in triples:
            values = self._of.setdefault(_text(each.subject), {})
            values.setdefault(each.predicate.value.removeprefix(CG), set()).add(_value(each.object))
        self._taken: dict[tuple[str, str], set[str]] = {}

    def anew(self) -> Said:
        """Return the same statements, none of them taken: two cases may be linked to one node."""
        other = Said(())
        other._of = self._of
        return other

    def kinds(self, node: str) -> list[str]:
        """Return the classes of casegraph's vocabulary that a node is of."""
        types = self._of.get(node, {}).get(_TYPE, ())
        return sorted(
            each.text.removeprefix(CG) for each in types if each.is_node and each.text.startswith(CG)
        )

    def of_kinds(self, kinds: Iterable[str]) -> list[str]:
        """Return the nodes of some kinds, sorted."""
        wanted = set(kinds)
        return sorted(node for node in self._of if not wanted.isdisjoint(self.kinds(node)))

    def parts(self, node: str) -> list[str]:
        """Return the nodes of which something is said and to which a node is linked, sorted."""
        values = (each for of_one in self._of.get(node, {}).values() for each in of_one)
        return sorted({each.text for each in values if self._is_link(each)})

    def take(self, node: str, name: str) -> str | None:
        """Take the first value of a property, in the order of their letters; None where there is none."""
        values = self._untaken(node, name)
        if not values:
            return None
        self._taken.setdefault((node, name), set()).add(values[0])
        return values[0]

    def take_all(self, node: str, name: str) -> list[str]:
        """Take all values of a property, sorted."""
        values = self._untaken(node, name)
        self._taken.setdefault((node, name), set()).update(values)
        return values

    def left(self, node: str) -> Iterator[tuple[str, str]]:
        """Yield what was not taken: the property and the value. No kind, no link."""
        for name in sorted(self._of.get(node, {}).keys() - {_TYPE}):
            texts = {each.text for each in self._of[node][name] if not self._is_link(each)}
            yield from ((name, each) for each in self._untaken(node, name) if each in texts)

    def _is_link(self, value: _Value) -> bool:
        return value.is_node and value.text in self._of

    def _untaken(self, node: str, name: str) -> list[str]:
        values = {each.text for each in self._of.get(node, {}).get(name, set())}
        return sorted(values - self._taken.get((node, name), set()))


def _value(term: object) -> _Value:
    return _Value(_text(term), not isinstance(term, ox.Literal))


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
