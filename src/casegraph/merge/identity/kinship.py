"""How two terms are related: the same, one a kind of the other, of one name, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from casegraph.namespaces import compact
from casegraph.terms import Terms
from casegraph.terms.search import key_of

__all__ = ["Kinship"]


class Kinship:
    """What is above each term, kept once asked for: cases share their terms.

    >>> from casegraph.namespaces import expand
    >>> from casegraph.terms import shipped_terms
    >>> kin = Kinship(shipped_terms())
    >>> kin.general(expand("MONDO:1010089"), expand("MONDO:0016367")) == expand("MONDO:0016367")
    True
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._above: dict[str, frozenset[str]] = {}
        self._keys: dict[str, str] = {}

    def above(self, iri: str) -> frozenset[str]:
        """Return a term and all that it is a kind of."""
        found = self._above.get(iri)
        if found is None:
            found = self._above[iri] = frozenset(self._terms.above(iri))
        return found

    def above_all(self, iris: Iterable[str]) -> set[str]:
        """Return some terms and all that they are kinds of."""
        return set().union(*map(self.above, iris))

    def parents(self, iri: str) -> tuple[str, ...]:
        """Return what a term is a kind of, one step up."""
        return self._terms.links(iri)

    def general(self, one: str, other: str) -> str | None:
        """Return the one that the other is a kind of, or its namesake; None if they are unrelated."""
        return next((general for _, _, general in self.nearest((one,), (other,))), None)

    def nearest(self, ones: Collection[str], others: Collection[str]) -> Iterator[tuple[str, str, str]]:
        """Yield pairs of related terms with the more general of the two, each term at most once."""
        left = set(others)
        names = {name: each for each in sorted(left) if (name := self._key(each))}
        for one in sorted(ones):
            found = {(other, other) for other in self.above(one) & left}
            found |= {(other, one) for other in left if one in self.above(other)}
            namesake = names.get(self._key(one))
            if namesake in left:
                found.add((namesake, min(one, namesake)))
            if found:
                other, general = max(found, key=lambda each: (len(self.above(each[1])), each))
                left.discard(other)
                yield one, other, general

    def comparable(self, one: str, other: str) -> bool:
        """Say whether two terms are of one vocabulary, so that being unrelated means something."""
        return compact(one).partition(":")[0] == compact(other).partition(":")[0]

    def named(self, iri: str) -> str:
        """Return what people call a term, else its CURIE."""
        return self._terms.plain(iri) or compact(iri)

    def _key(self, iri: str) -> str:
        """Return the label of a term for comparison; empty if it is not known."""
        if iri not in self._keys:
            self._keys[iri] = key_of(self._terms.label(iri) or "")
        return self._keys[iri]
