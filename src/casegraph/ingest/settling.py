"""Decides what becomes of each part of a bulk load, and writes what is new into the store in one stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeGuard

from casegraph.ingest.mapping import Mapped, Refused
from casegraph.ingest.outcomes import Arrived, Seen, State, stored
from casegraph.ingest.parts import read_part
from casegraph.ingest.putting import graphs_before, grown, put_ontology
from casegraph.ingest.sharing import Shared
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import (
    GONE,
    Origin,
    Unit,
    change_lines,
    change_name,
    commit,
    current_digests,
    entry_lines,
    generation,
    unit_of,
    units_of,
)

__all__ = ["Settling"]

#: How many graphs are dropped in one update.
_DROPS = 500


class Settling:
    """What becomes of the parts of a bulk load.

    :param parts: their files, in order.
    """

    def __init__(self, parts: Sequence[Path]) -> None:
        self._parts = parts
        #: of what is stored, in order: what becomes of it, and what it calls terms otherwise than others.
        self._states: list[State] = []
        self._others: list[dict[str, str]] = []
        self._gone: list[str] = []
        self._vanished: set[str] = set()
        self._keys: list[str] = []

    def fill(self, store: EmbeddedStore) -> None:
        """Write what is new into a copy of the store.

        :raises StoreError: if the store fails.
        """
        seen, shared = Seen(), Shared(store)
        for each in map(read_part, self._parts):
            self._keys.append(each.key)
            self._decide([one for one in each.results if _is_stored(one, seen)], store, shared)
        if self._states:
            put_ontology(store)
        later = shared.of_documents()
        common = shared.grown()
        self._gone.extend(common)
        if common or not set(self._states) <= {"unchanged"}:
            number = generation(store) + 1
            for at in range(0, len(self._gone), _DROPS):
                store.replace(self._gone[at : at + _DROPS], "")
            store.bulk_load(_Stream(self._stream(number, common)))
        grew = {graph: grown(store, graph, lines) for graph, lines in later.items()}
        whole = {graph: quads for graph, quads in grew.items() if quads is not None}
        if whole:
            commit(store, whole, "".join(whole.values()))

    def outcomes(self) -> Iterator[Arrived]:
        """Yield what became of each, in order."""
        seen, kept = Seen(), zip(self._states, self._others, strict=True)
        for each in chain.from_iterable(read_part(part).results for part in self._parts):
            if (instead := seen.instead(each)) is not None:
                yield instead
            elif isinstance(each, Mapped):
                yield stored(each, *next(kept))

    def _decide(self, found: list[Mapped], store: Store, shared: Shared) -> None:
        names = (unit for each in found for unit in each.units)
        there = current_digests(store, names, of_documents=True)
        for each in found:
            self._states.append(self._state(each, store, there))
            self._others.append(shared.take(each))

    def _state(self, mapped: Mapped, store: Store, there: Mapping[str, str]) -> State:
        """Return what becomes of a document or a record, and note what goes for it."""
        if there.keys().isdisjoint(mapped.units):
            return "new"
        old = graphs_before(store, mapped)
        vanished = set(map(unit_of, old)) - mapped.units.keys()
        if not vanished and all(there.get(unit) == each.digest for unit, each in mapped.units.items()):
            return "unchanged"
        self._gone.extend(old)
        self._vanished |= vanished
        return "replaced"

    def _stream(self, number: int, common: dict[str, str]) -> Iterator[bytes]:
        """Yield the N-Quads of all that is written, each followed by what the ledger tells of it."""
        change, entries = change_name(number, "".join(self._keys)), 0

        def told(unit: str, content: Unit, origin: Origin | None = None) -> bytes:
            nonlocal entries
            entries += 1
            return entry_lines(f"{change}-{entries}", change, (unit, content), origin).encode()

        seen, states = Seen(), iter(self._states)
        for part in self._parts:
            quads, at = part.with_suffix(".nq").read_bytes(), 0
            for each in read_part(part).results:
                if not isinstance(each, Mapped):
                    continue
                if _is_stored(each, seen) and next(states) != "unchanged":
                    yield quads[at : at + each.size]
                    yield from (told(unit, found, each.origin) for unit, found in each.units.items())
                at += each.size
        for text in common.values():
            yield text.encode()
            yield from (told(unit, found) for unit, found in units_of(text).items())
        yield from (told(unit, GONE) for unit in sorted(self._vanished))
        yield change_lines(change, number, entries).encode()


def _is_stored(found: Mapped | Refused, seen: Seen) -> TypeGuard[Mapped]:
    return isinstance(found, Mapped) and seen.instead(found) is None


class _Stream:
    """Bytes to read, out of pieces that are made one by one."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        found, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return found
