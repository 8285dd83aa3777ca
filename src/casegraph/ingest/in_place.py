"""Documents and records into a store as it is: some at a time, each all or nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from casegraph.ingest.labels import OtherLabels
from casegraph.ingest.mapping import Mapped, Refused, map_documents, map_records
from casegraph.ingest.origins import Origins
from casegraph.ingest.outcomes import Arrived, Seen, State, stored
from casegraph.ingest.putting import graphs_before, put_ontology
from casegraph.ingest.sharing import Shared
from casegraph.ingest.stopping import STOP
from casegraph.loaders.formats import CASE
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Outcome
from casegraph.store import Store
from casegraph.store.ledger import commit, unit_of
from casegraph.terms import all_terms
from casegraph.validate import shipped_shapes

__all__ = ["Job", "load", "load_records"]

T = TypeVar("T")
#: How many records, and how many documents, go through the rules and into the store together.
RECORDS, DOCUMENTS = 200, 20


def load(store: Store, paths: Iterable[Path | Input], *, dry_run: bool = False) -> Iterator[Arrived]:
    """Bring case documents into a store and say what became of each, in the order they came.

    A report that is there already is replaced with all its cases; nothing else is touched. A document with a
    problem or a violated shape is rejected and the others go on.

    :param paths: files, or members of archives.
    :param dry_run: go through every stage and leave the store as it is.
    :raises StoreError: if the store fails.
    """
    origins = Origins()
    inputs = ((CASE, each if isinstance(each, Input) else Input.of(each)) for each in paths)
    documents = (each for _, each in origins.watched(inputs))
    yield from Job(store, dry_run=dry_run, origins=origins).documents(documents)


def load_records(
    store: Store, outcomes: Iterable[tuple[str, Outcome]], *, dry_run: bool = False
) -> Iterator[Arrived]:
    """Bring records of data sets into a store and say what became of each, in the order they came.

    :param outcomes: the name of the file or member, and what its reader gave for a record.
    :param dry_run: go through every stage and leave the store as it is.
    :raises StoreError: if the store fails.
    """
    yield from Job(store, dry_run=dry_run).records(outcomes)


class Job:
    """Brings documents and records into a store; it knows which it has had.

    Between two batches it ends where that is asked for (:data:`casegraph.ingest.stopping.STOP`).

    :param dry_run: go through every stage and leave the store as it is.
    :param origins: the files that they come from.
    """

    def __init__(self, store: Store, *, dry_run: bool = False, origins: Origins | None = None) -> None:
        self._store, self._dry_run = store, dry_run
        self._origins = origins or Origins()
        self._terms, self._shapes = all_terms(), shipped_shapes()
        self._labels = OtherLabels(self._terms)
        self._seen, self._shared = Seen(), Shared(store)

    def documents(self, inputs: Iterable[Input]) -> Iterator[Arrived]:
        """Bring case documents in."""
        for batch in _batches(inputs, DOCUMENTS):
            yield from self.put(map_documents(batch, self._terms, self._shapes))

    def records(self, outcomes: Iterable[tuple[str, Outcome]]) -> Iterator[Arrived]:
        """Bring records in: each with the name of its file or member."""
        for batch in _batches(outcomes, RECORDS):
            yield from self.put(map_records(batch, self._terms, self._shapes, self._labels))

    def put(self, mapped: list[Mapped | Refused]) -> Iterator[Arrived]:
        """Write what is to be stored in one transaction, and say what became of each."""
        every = [(each, self._seen.instead(each)) for each in mapped]
        new = [each for each, instead in every if instead is None and isinstance(each, Mapped)]
        with self._store.turn():
            others = {each.iri: self._shared.take(each) for each in new}
            states = self._write(new, self._shared.grown())
        for each, instead in every:
            if instead is not None:
                yield instead
            elif isinstance(each, Mapped):
                yield stored(each, states[each.iri], others[each.iri])

    def _write(self, new: list[Mapped], shared: dict[str, str]) -> dict[str, State]:
        """Write documents or records with the graphs that they share; return what became of each."""
        if self._dry_run or not new:
            return {each.iri: "dry run" for each in new}
        put_ontology(self._store)
        old = {each.iri: graphs_before(self._store, each) for each in new}
        quads = "".join([*(each.text for each in new), *shared.values()])
        found = {each.iri: each.origin or self._origins.find(each.source) for each in new}
        origins = {unit: origin for each in new if (origin := found[each.iri]) for unit in each.units}
        states = commit(self._store, [*chain.from_iterable(old.values()), *shared], quads, origins)
        return {each.iri: _state(states, {*each.units, *map(unit_of, old[each.iri])}) for each in new}


def _state(states: Mapping[str, str], units: Iterable[str]) -> State:
    """Return what became of what has these units: it is new, or unchanged, if all of them are."""
    found = {states[unit] for unit in units if unit in states}
    return "new" if found == {"new"} else "unchanged" if found == {"unchanged"} else "replaced"


def _batches(every: Iterable[T], size: int) -> Iterator[list[T]]:
    waiting = iter(every)
    while not STOP.is_set() and (batch := list(islice(waiting, size))):
        yield batch
