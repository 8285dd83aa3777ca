"""Decides what becomes of each part of a bulk load, and writes what is new into the store in one stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from casegraph.errors import Problem
from casegraph.ingest.documents import Rejected
from casegraph.ingest.labels import UnresolvedLabels
from casegraph.ingest.mapping import Mapped, Refused
from casegraph.ingest.parts import read_part
from casegraph.ingest.putting import ADDED, UNRESOLVED, graphs_of_report, grown
from casegraph.ingest.records import LoadedRecord, RejectedRecord, properties_there
from casegraph.ingest.refusals import other_content, same_report
from casegraph.ingest.unresolved import unresolved_triples
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import (
    GONE,
    Origin,
    Unit,
    change_lines,
    change_name,
    current_digests,
    entry_lines,
    generation,
    unit_of,
    units_of,
)
from casegraph.terms import all_terms
from casegraph.validate import Report

__all__ = ["LoadedDocument", "Settling"]

_KINDS = ("asserted", "inferred", "provenance")
#: How many graphs are dropped in one update.
_DROPS = 500
_NEW, _REPLACED, _UNCHANGED, _SAME, _OTHER, _REFUSED = (
    "new",
    "replaced",
    "unchanged",
    "same",
    "other",
    "refused",
)
_WRITTEN = (_NEW, _REPLACED)


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A case document that a bulk load brought into the store.

    :param state: ``new``; ``replaced`` where the store had other content of it, ``unchanged`` where that.
    """

    source: str
    iri: str
    state: str
    cases: tuple[str, ...]
    claims: int
    quads: int
    doubts: tuple[Problem, ...] = ()
    report: Report = field(default=Report(()), repr=False)


class Settling:
    """What becomes of the parts of a bulk load.

    :param parts: their files, in order.
    """

    def __init__(self, parts: Sequence[Path]) -> None:
        self._parts = parts
        self._states: list[str] = []
        self._sources: dict[str, tuple[str, bytes]] = {}
        self._others: dict[int, dict[str, str]] = {}
        self._shared: dict[str, list[str]] = {}
        self._properties: dict[str, set[str]] = {}
        self._added: set[str] = set()
        self._unresolved: set[str] = set()
        self._gone: list[str] = []
        self._vanished: set[str] = set()
        self._keys: list[str] = []

    def fill(self, store: EmbeddedStore) -> None:
        """Write what is new into a copy of the store.

        :raises StoreError: if the store fails.
        """
        called = UnresolvedLabels(store)
        for each in map(read_part, self._parts):
            self._keys.append(each.key)
            self._decide(each.results, store, called)
        vocabulary = self._vocabulary(store, called)
        self._gone.extend(vocabulary)
        number = generation(store) + 1
        if not vocabulary and set(self._states).isdisjoint(_WRITTEN):
            return
        for at in range(0, len(self._gone), _DROPS):
            store.replace(self._gone[at : at + _DROPS], "")
        store.bulk_load(_Stream(self._stream(number, vocabulary)))

    def outcomes(self) -> Iterator[LoadedDocument | LoadedRecord | Rejected | RejectedRecord]:
        """Yield what became of each, in order."""
        position = 0
        for part in self._parts:
            for each in read_part(part).results:
                yield self._outcome(each, position)
                position += 1

    def _decide(self, results: list[Mapped | Refused], store: Store, called: UnresolvedLabels) -> None:
        units = (unit for each in results if isinstance(each, Mapped) for unit in each.units)
        there = current_digests(store, units)
        for each in results:
            state = _REFUSED if isinstance(each, Refused) else self._state(each, store, there)
            if isinstance(each, Mapped) and state in _WRITTEN:
                if others := called.take(each.iri, each.unresolved):
                    self._others[len(self._states)] = others
                self._take(each, store)
            self._states.append(state)

    def _state(self, mapped: Mapped, store: Store, there: dict[str, str]) -> str:
        """Return what becomes of a document or a record, and note what goes for it."""
        content = bytes.fromhex(mapped.content)
        source, before = self._sources.get(mapped.iri, ("", b""))
        if source:
            return _SAME if content == before and mapped.record else _OTHER
        self._sources[mapped.iri] = (mapped.source, content)
        if there.keys().isdisjoint(mapped.units):
            return _NEW
        old = (
            [f"{mapped.iri}/{kind}" for kind in _KINDS]
            if mapped.record
            else graphs_of_report(store, mapped.iri)
        )
        vanished = {unit_of(graph) for graph in old} - mapped.units.keys()
        if not vanished and all(there.get(unit) == each.digest for unit, each in mapped.units.items()):
            return _UNCHANGED
        self._gone.extend(old)
        self._vanished |= vanished
        return _REPLACED

    def _take(self, mapped: Mapped, store: Store) -> None:
        """Take in what a document or a record tells of what it shares with others.

        A publication keeps the title that it has: records of one paper may print it differently.
        """
        self._unresolved.update(mapped.unresolved)
        self._added.update(f"{line}\n" for line in mapped.added.split("\n") if line)
        for graph, lines in mapped.shared.items():
            known = self._properties.get(graph)
            if known is None:
                known = self._properties[graph] = properties_there(store, graph)
            for line in lines:
                name = line.split(" ", 2)[1].strip("<>")
                if name not in known:
                    known.add(name)
                    self._shared.setdefault(graph, []).append(line)

    def _vocabulary(self, store: Store, called: UnresolvedLabels) -> dict[str, str]:
        """Return the graphs that documents and records share, whole, where they grow."""
        labels = {iri: called[iri] for iri in self._unresolved}
        others = [pair for each in self._others.values() for pair in each.items()]
        new = {graph: "".join(lines) for graph, lines in self._shared.items()}
        new |= {ADDED: "".join(sorted(self._added)), UNRESOLVED: unresolved_triples(labels, others)}
        terms, renamed = all_terms(), called.renamed
        gone = {UNRESOLVED: lambda iri: iri in terms or iri in renamed}
        grew = {graph: grown(store, graph, lines, gone.get(graph)) for graph, lines in new.items() if lines}
        return {graph: quads for graph, quads in grew.items() if quads is not None}

    def _stream(self, number: int, vocabulary: dict[str, str]) -> Iterator[bytes]:
        """Yield the N-Quads of all that is written, each followed by what the ledger tells of it."""
        change, entries, position = change_name(number, "".join(self._keys)), 0, 0

        def told(unit: str, content: Unit, origin: Origin | None = None) -> bytes:
            nonlocal entries
            entries += 1
            return entry_lines(f"{change}-{entries}", change, (unit, content), origin).encode()

        for part in self._parts:
            quads, at = part.with_suffix(".nq").read_bytes(), 0
            for each in read_part(part).results:
                if isinstance(each, Mapped):
                    if self._states[position] in _WRITTEN:
                        yield quads[at : at + each.size]
                        yield from (told(unit, found, each.origin) for unit, found in each.units.items())
                    at += each.size
                position += 1
        for text in vocabulary.values():
            yield text.encode()
            yield from (told(unit, found) for unit, found in units_of(text).items())
        yield from (told(unit, GONE) for unit in sorted(self._vanished))
        yield change_lines(change, number, entries).encode()

    def _outcome(
        self, found: Mapped | Refused, position: int
    ) -> LoadedDocument | LoadedRecord | Rejected | RejectedRecord:
        if isinstance(found, Refused):
            if found.is_record:
                return RejectedRecord(found.source, found.problems, found.losses)
            return Rejected(Path(found.source), found.problems)
        state, first = self._states[position], self._sources[found.iri][0]
        if not found.record:
            return _document(found, state, first)
        if state == _OTHER:
            return RejectedRecord(found.source, (other_content(found.source, first, found.iri),))
        if state == _SAME:
            return LoadedRecord(found.source, found.iri, state)
        others = self._others.get(position, {})
        return LoadedRecord(
            source=found.source,
            iri=found.iri,
            state=state,
            claims=found.claims,
            quads=found.quads,
            losses=(*found.losses, *UnresolvedLabels.losses(found.record, others)),
            unresolved=tuple(sorted(found.unresolved)),
            doubts=found.doubts,
            report=found.report,
        )


def _document(found: Mapped, state: str, first: str) -> LoadedDocument | Rejected:
    if state == _OTHER:
        return Rejected(Path(found.source), (same_report(found.source, first, found.iri),))
    return LoadedDocument(
        source=found.source,
        iri=found.iri,
        state=state,
        cases=found.cases,
        claims=found.claims,
        quads=found.quads,
        doubts=found.doubts,
        report=found.report,
    )


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
