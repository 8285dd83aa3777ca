"""Cases that are in a store and cases that are on their way into it, looked at together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import pyoxigraph as ox

from casegraph.ingest.putting import UNRESOLVED
from casegraph.ingest.unresolved import unresolved_triples
from casegraph.merge.conflicts import Comparison, Conflict, Side, Telling, compared, read_tellings
from casegraph.merge.incoming import Incoming
from casegraph.namespaces import CG
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore
from casegraph.terms import Terms
from casegraph.told import with_told

__all__ = ["Beside", "CasePair", "conflict_in_words"]

#: So many pairs are compared at a time, whose cases are held in memory.
_AT_ONCE = 200
_CASE = f"{CG}Case"


class CasePair(NamedTuple):
    """Two cases."""

    one: str
    other: str


class Beside:
    """A store, and documents that are on their way into it.

    :param store: what is there.
    :param coming: the documents.
    """

    def __init__(self, store: Store, coming: Iterable[Incoming]) -> None:
        self.store = store
        self.coming = _store_of(coming)

    def terms(self) -> Terms:
        """Return the vocabularies at hand, with what records call the terms that none of them knows."""
        return with_told(self.coming, with_told(self.store))

    def comparisons(self, pairs: Iterable[CasePair], terms: Terms) -> Iterator[tuple[CasePair, Comparison]]:
        """Yield what the two tellings of each pair agree and disagree in; pairs with a group are left out.

        :raises StoreError: if the store fails.
        """
        waiting = iter(pairs)
        while some := list(islice(waiting, _AT_ONCE)):
            tellings = self._tellings(some, terms)
            for pair in some:
                if pair.one in tellings and pair.other in tellings:
                    yield pair, compared(tellings[pair.one], tellings[pair.other], terms)

    def _tellings(self, pairs: Sequence[CasePair], terms: Terms) -> dict[str, Telling]:
        wanted = {case for pair in pairs for case in pair}
        coming = wanted & _cases(self.coming, wanted)
        there = (wanted - coming) & _cases(self.store, wanted - coming)
        found = [*read_tellings(self.coming, sorted(coming), terms)]
        found += read_tellings(self.store, sorted(there), terms)
        return {each.iri: each for each in found}


def _store_of(coming: Iterable[Incoming]) -> Store:
    def quads() -> Iterator[ox.Quad]:
        for each in coming:
            for mapped in each.mapped:
                yield from ox.parse(mapped.text.encode(), format=ox.RdfFormat.N_QUADS)
                called = unresolved_triples(mapped.unresolved, mapped.other_names)
                shared = {graph: "".join(lines) for graph, lines in mapped.shared.items()}
                for graph, lines in {**shared, UNRESOLVED: called}.items():
                    for triple in ox.parse(lines.encode(), format=ox.RdfFormat.N_TRIPLES):
                        yield ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graph))

    return EmbeddedStore.of_quads(quads(), "what is merged")


def _cases(store: Store, iris: Iterable[str]) -> set[str]:
    """Return those of some IRIs that are cases of a store."""
    values = " ".join(f"<{iri}>" for iri in sorted(iris))
    asked = f"SELECT DISTINCT ?case {{ VALUES ?case {{ {values} }} GRAPH ?g {{ ?case a <{_CASE}> }} }}"
    return {str(row["case"]) for row in Rows.read(store.query(asked, union=False))}


def conflict_in_words(conflict: Conflict) -> str:
    """Return a conflict in words, with both passages."""
    sure = "certain" if conflict.certain else "possible"
    return f"{sure}, {conflict.matter}: {_said(conflict.sides[0])} | {_said(conflict.sides[1])}"


def _said(side: Side) -> str:
    place = side.place
    if place is None:
        return f"{side.says} ({side.claim})"
    where = [place.section, f"paragraph {place.paragraph}" if place.paragraph else None, place.pointer]
    return f"{side.says} ({side.claim}; {', '.join(each for each in where if each)})"
