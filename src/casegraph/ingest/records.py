"""Records of data sets on their way into a store: in batches, each record all or nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from casegraph.errors import Problem
from casegraph.ingest.documents import shipped_shapes
from casegraph.ingest.labels import OtherLabels, UnresolvedLabels
from casegraph.ingest.mapping import Mapped, Refused, map_records
from casegraph.ingest.origins import Origins
from casegraph.ingest.putting import ADDED, UNRESOLVED, grown, holds, put_ontology
from casegraph.ingest.refusals import other_content
from casegraph.ingest.stopping import STOP
from casegraph.ingest.unresolved import unresolved_triples
from casegraph.loaders.records import Outcome
from casegraph.losses import Loss
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.ledger import commit
from casegraph.terms import all_terms
from casegraph.validate import Report

__all__ = ["LoadedRecord", "RecordJob", "RejectedRecord", "load_records", "properties_there"]

#: How many records go through the rules and into the store together.
BATCH = 200


@dataclass(frozen=True, slots=True)
class LoadedRecord:
    """A record that is in the store now.

    :param source: the file, or the archive and its member.
    :param state: ``new``; ``replaced`` where the store had other content under its name, ``unchanged`` where
        it had just that; ``same`` where this job has had the same record already.
    :param unresolved: terms that no vocabulary at hand knows.
    :param doubts: what its reader warns of.
    """

    source: str
    iri: str
    state: str
    claims: int = 0
    quads: int = 0
    losses: tuple[Loss, ...] = ()
    unresolved: tuple[str, ...] = ()
    doubts: tuple[Problem, ...] = ()
    report: Report | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that is not in the store, and why; with what would have been left behind, if it was read."""

    source: str
    problems: tuple[Problem, ...]
    losses: tuple[Loss, ...] = ()


def load_records(
    store: Store, outcomes: Iterable[tuple[str, Outcome]], *, dry_run: bool = False
) -> Iterator[LoadedRecord | RejectedRecord]:
    """Bring records into a store and say what became of each, in the order they came.

    :param outcomes: the name of the file or member, and what its reader gave for a record.
    :param dry_run: go through every stage and leave the store as it is.
    :raises StoreError: if the store fails.
    """
    yield from RecordJob(store, dry_run=dry_run).load(outcomes)


class RecordJob:
    """Brings records into a store; it knows which it has had.

    :param dry_run: go through every stage and leave the store as it is.
    :param origins: what the records were made from.
    """

    def __init__(self, store: Store, *, dry_run: bool, origins: Origins | None = None) -> None:
        self._store, self._dry_run = store, dry_run
        self._origins = origins or Origins()
        self._terms, self._shapes = all_terms(), shipped_shapes()
        self._seen: dict[str, tuple[str, str]] = {}
        self._had: set[str] = set()
        self._others: dict[str, dict[str, str]] = {}
        self._shared: dict[str, set[str]] = {}
        self._labels, self._called = OtherLabels(self._terms), UnresolvedLabels(store)

    def load(self, outcomes: Iterable[tuple[str, Outcome]]) -> Iterator[LoadedRecord | RejectedRecord]:
        """Bring records in, a batch at a time, and say what became of each, in the order they came.

        Between two batches it ends where that is asked for (:data:`casegraph.ingest.stopping.STOP`).

        :param outcomes: the name of the file or member, and what its reader gave for a record.
        :raises StoreError: if the store fails.
        """
        pending = iter(outcomes)
        while not STOP.is_set() and (batch := list(islice(pending, BATCH))):
            yield from self._load(batch)

    def _load(self, batch: list[tuple[str, Outcome]]) -> Iterator[LoadedRecord | RejectedRecord]:
        mapped = map_records(batch, self._terms, self._shapes, self._labels)
        said = [self._first(each) for each in mapped]
        states = self._put([each for each in said if isinstance(each, Mapped)])
        for each in said:
            yield self._loaded(each, states[each.iri]) if isinstance(each, Mapped) else each

    def _first(self, found: Mapped | Refused) -> LoadedRecord | RejectedRecord | Mapped:
        """Return what is to be stored, unless this job has had the record already."""
        if isinstance(found, Refused):
            return RejectedRecord(found.source, found.problems, found.losses)
        source, content = self._seen.setdefault(found.iri, (found.source, found.content))
        if content != found.content:
            return RejectedRecord(found.source, (other_content(found.source, source, found.iri),))
        if found.iri in self._had:
            return LoadedRecord(found.source, found.iri, "same")
        self._had.add(found.iri)
        return found

    def _put(self, records: list[Mapped]) -> dict[str, str]:
        """Write records in one transaction; return the state of each."""
        kinds = ("asserted", "inferred", "provenance")
        graphs = [f"{each.iri}/{kind}" for each in records for kind in kinds]
        self._others = {each.iri: self._called.take(each.iri, each.unresolved) for each in records}
        if self._dry_run or not records:
            return {each.iri: "dry run" for each in records}
        origins = {each.iri: origin for each in records if (origin := self._origins.find(each.source))}
        with self._store.turn():
            put_ontology(self._store)
            states = self._states(records)
            shared = {**self._shared_graphs(records), **self._vocabulary(records)}
            quads = "".join([*(each.text for each in records), *shared.values()])
            commit(self._store, [*graphs, *shared], quads, origins)
        return states

    def _states(self, records: list[Mapped]) -> dict[str, str]:
        """Return whether the store has no record of a name yet, the same, or one of other content."""
        there = _graphs_there(self._store, [f"{each.iri}/asserted" for each in records])
        states = dict.fromkeys((each.iri for each in records), "new")
        for each in records:
            if (graph := f"{each.iri}/asserted") in there:
                states[each.iri] = "unchanged" if holds(self._store, graph, each.text) else "replaced"
        return states

    def _shared_graphs(self, records: list[Mapped]) -> dict[str, str]:
        """Return, whole, the graphs of publications and data sets of which records tell something new.

        A publication keeps the title that it has: records of one paper may print it differently.
        """
        new: dict[str, list[str]] = {}
        for graph, lines in ((graph, lines) for each in records for graph, lines in each.shared.items()):
            known = self._shared.get(graph)
            if known is None:
                known = self._shared[graph] = properties_there(self._store, graph)
            for line in lines:
                predicate = line.split(" ", 2)[1].strip("<>")
                if predicate not in known:
                    known.add(predicate)
                    new.setdefault(graph, []).append(line)
        grew = {graph: grown(self._store, graph, "".join(lines)) for graph, lines in new.items()}
        return {graph: quads for graph, quads in grew.items() if quads is not None}

    def _vocabulary(self, records: list[Mapped]) -> dict[str, str]:
        """Return the graphs of what records name beyond the shipped terms, whole, where they grow."""
        unresolved = {iri: self._called[iri] for each in records for iri in each.unresolved}
        others = [pair for each in self._others.values() for pair in each.items()]
        new = {
            ADDED: "".join(each.added for each in records),
            UNRESOLVED: unresolved_triples(unresolved, others),
        }
        renamed, self._called.renamed = self._called.renamed, set()
        gone = {UNRESOLVED: lambda iri: iri in self._terms or iri in renamed}
        grew = {graph: grown(self._store, graph, lines, gone.get(graph)) for graph, lines in new.items()}
        return {graph: quads for graph, quads in grew.items() if quads is not None}

    def _loaded(self, record: Mapped, state: str) -> LoadedRecord:
        return LoadedRecord(
            source=record.source,
            iri=record.iri,
            state=state,
            claims=record.claims,
            quads=record.quads,
            losses=(*record.losses, *self._called.losses(record.record, self._others[record.iri])),
            unresolved=tuple(sorted(record.unresolved)),
            doubts=record.doubts,
            report=record.report,
        )


def _graphs_there(store: Store, graphs: list[str]) -> set[str]:
    names = " ".join(f"<{each}>" for each in graphs)
    asked = f"SELECT ?g {{ VALUES ?g {{ {names} }} FILTER EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
    return {str(row["g"]) for row in Rows.read(store.query(asked, union=False))}


def properties_there(store: Store, graph: str) -> set[str]:
    """Return what a store tells already of the publication or data set that a graph is of."""
    asked = f"SELECT DISTINCT ?p {{ GRAPH <{graph}> {{ <{graph}> ?p ?o }} }}"
    return {str(row["p"]) for row in Rows.read(store.query(asked, union=False))}
