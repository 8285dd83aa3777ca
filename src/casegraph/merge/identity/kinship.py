"""How two terms are related: the same, one a kind of the other, of one name, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from casegraph.namespaces import compact
from casegraph.terms import Terms
from casegraph.terms.search import key_of

__all__ = ["Kinship"]


class _Known(NamedTuple):
    """What is known of a term: all above it and it, its direct parents, its names, its vocabulary."""

    above: frozenset[str]
    parents: tuple[str, ...]
    name: str
    key: str
    vocabulary: str


class Kinship:
    """What is above each term and what it is called, kept once asked for: cases share their terms.

    >>> from casegraph.namespaces import expand
    >>> from casegraph.terms import shipped_terms
    >>> kin = Kinship(shipped_terms())
    >>> kin.general(expand("MONDO:1010089"), expand("MONDO:0016367")) == expand("MONDO:0016367")
    True
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._known: dict[str, _Known] = {}

    def above(self, iri: str) -> frozenset[str]:
        """Return a term and all that it is a kind of."""
        return self._of(iri).above

    def above_all(self, iris: Iterable[str]) -> set[str]:
        """Return some terms and all that they are kinds of."""
        return set().union(*map(self.above, iris))

    def parents(self, iri: str) -> tuple[str, ...]:
        """Return what a term is a kind of, one step up."""
        return self._of(iri).parents

    def general(self, one: str, other: str) -> str | None:
        """Return the one that the other is a kind of, or its namesake; None if they are unrelated."""
        return next((general for _, _, general in self.nearest((one,), (other,))), None)

    def nearest(self, ones: Collection[str], others: Collection[str]) -> Iterator[tuple[str, str, str]]:
        """Yield pairs of related terms with the more general of the two, each term at most once."""
        if not ones or not others:
            return
        left = set(others)
        names = {key: each for each in sorted(left) if (key := self._of(each).key)}
        all_above = self.above_all(left)
        for one in sorted(ones):
            found = {(other, other) for other in self.above(one) & left}
            if one in all_above:
                found |= {(other, one) for other in left if one in self.above(other)}
            namesake = names.get(self._of(one).key)
            if namesake in left:
                found.add((namesake, min(one, namesake)))
            if found:
                other, general = max(found, key=lambda each: (len(self.above(each[1])), each))
                left.discard(other)
                yield one, other, general

    def comparable(self, one: str, other: str) -> bool:
        """Say whether two terms are of one vocabulary, so that being unrelated means something."""
        return self._of(one).vocabulary == self._of(other).vocabulary

    def named(self, iri: str) -> str:
        """Return what people call a term, else its CURIE."""
        return self._of(iri).name

    def _of(self, iri: str) -> _Known:
        found = self._known.get(iri)
        if found is None:
            terms = self._terms
            found = self._known[iri] = _Known(
                above=frozenset(terms.above(iri)),
                parents=terms.links(iri),
                name=terms.plain(iri) or compact(iri),
                key=key_of(terms.label(iri) or ""),
                vocabulary=compact(iri).partition(":")[0],
            )
        return found
