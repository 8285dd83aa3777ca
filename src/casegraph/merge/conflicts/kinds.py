"""Which concept is a kind of which, looked up once for each concept of two cases."""

from __future__ import annotations

from collections.abc import Collection

from casegraph.namespaces import expand
from casegraph.terms import Terms

__all__ = ["Kinds", "iri_of"]


def iri_of(code: str) -> str:
    """Return the IRI of a term as a document has it.

    >>> iri_of("HP:0001945 Fever")
    'http://purl.obolibrary.org/obo/HP_0001945'
    """
    return expand(code.split(" ", 1)[0])


class Kinds:
    """The hierarchy of concepts; a concept that no vocabulary knows is a kind of itself alone."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._above: dict[str, frozenset[str]] = {}

    def above(self, iri: str) -> frozenset[str]:
        """Return a concept and all that it is a kind of (for anatomy: or a part of)."""
        found = self._above.get(iri)
        if found is None:
            found = self._above[iri] = frozenset((iri, *self._terms.above(iri)))
        return found

    def is_kind(self, narrow: str, wide: str) -> bool:
        """Say whether one concept is the other or a kind of it."""
        return wide in self.above(narrow)

    def related(self, one: str, other: str) -> bool:
        """Say whether both are the same or either is a kind of the other."""
        return self.is_kind(one, other) or self.is_kind(other, one)

    def compatible(self, some: Collection[str], others: Collection[str]) -> bool:
        """Say whether any of these is related to any of those; what is not told is compatible with all."""
        if not some or not others:
            return True
        return any(self.related(one, other) for one in some for other in others)

    def shared_parent(self, one: str, other: str) -> str | None:
        """Return the concept, not a root, right above both; None if there is none."""
        shared = set(self._terms.links(one)) & set(self._terms.links(other))
        return min((each for each in shared if self._terms.links(each)), default=None)
