"""Records of data sets on their way into a store: in batches, each record all or nothing by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice

from casegraph.check.conflicts import with_conflicts
from casegraph.derive import derive
from casegraph.errors import Problem
from casegraph.ingest.documents import shipped_shapes
from casegraph.ingest.labels import OtherLabels, UnresolvedLabels
from casegraph.ingest.origins import Origins
from casegraph.ingest.putting import ADDED, UNRESOLVED, grown, holds, put_ontology
from casegraph.ingest.refusals import impossible_time, nothing_told, other_content, violations
from casegraph.ingest.stopping import STOP
from casegraph.ingest.unresolved import concepts_of, labels_of, unresolved_triples
from casegraph.loaders.records import Imported, Outcome
from casegraph.losses import Loss
from casegraph.model import iterate_claims
from casegraph.namespaces import CG
from casegraph.reason import case_class_quads
from casegraph.rows import Rows
from casegraph.rules import apply_rules, data_with_hierarchy
from casegraph.store import Store
from casegraph.store.ledger import commit
from casegraph.terms import all_terms
from casegraph.timeline import TimelineError, solve_subject
from casegraph.triples import asserted_quads, inferred_quads, subjects
from casegraph.validate import Report, validate

__all__ = ["LoadedRecord", "RecordJob", "RejectedRecord", "load_records"]

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


@dataclass(slots=True)
class _Record:
    """A record on its way: its quads in the graphs of its case, and those that it shares with others."""

    source: str
    imported: Imported
    iri: str
    own: str
    shared: dict[str, list[str]]
    unresolved: dict[str, str]
    others: dict[str, str] = field(default_factory=dict)
    solved: str = ""
    inferred: str = ""


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
        said = [self._solved(self._first(*each)) for each in batch]
        records = [each for each in said if isinstance(each, _Record)]
        self._derive(records)
        data = [self._data(each) for each in records]
        with ThreadPoolExecutor() as threads:  # the engine lets other threads run
            found = threads.map(lambda each: validate(each, self._shapes), data)
        reports = {each.iri: report for each, report in zip(records, found, strict=True)}
        good = [each for each in records if reports[each.iri].ok]
        states = self._put(good)
        for each in said:
            if not isinstance(each, _Record):
                yield each
            elif each.iri in states:
                yield self._loaded(each, states[each.iri], reports[each.iri])
            else:
                yield RejectedRecord(each.source, violations(each.source, reports[each.iri]))

    def _first(self, source: str, outcome: Outcome) -> LoadedRecord | RejectedRecord | _Record:
        """Turn what a reader gave into quads, unless this job has had the record already."""
        if isinstance(outcome, Problem):
            return RejectedRecord(source, (outcome,))
        document = with_conflicts(outcome.document, self._terms)
        ((iri, subject),) = subjects(document)
        if next(iterate_claims(subject), None) is None:
            return RejectedRecord(source, (nothing_told(source, iri),), outcome.losses)
        asserted = asserted_quads(document)
        content = hashlib.sha256(asserted.encode()).hexdigest()
        before = self._seen.get(iri)
        if before is None:
            self._seen[iri] = (source, content)
            losses = (*outcome.losses, *self._labels.losses(document))
            doubts = (*outcome.doubts, *self._labels.doubts(document, source))
            imported = replace(outcome, document=document, losses=losses, doubts=doubts)
            return self._record(source, imported, iri, asserted)
        if before[1] == content:
            return LoadedRecord(source, iri, "same")
        return RejectedRecord(source, (other_content(source, before[0], iri),))

    def _record(self, source: str, imported: Imported, iri: str, asserted: str) -> _Record:
        own, shared = [], dict[str, list[str]]()
        for line in _lines(asserted):
            graph = line.rsplit(" ", 2)[1].strip("<>")
            if graph.startswith(f"{iri}/"):
                own.append(line)
            else:
                shared.setdefault(graph, []).append(line)
        told = "".join(own)
        unknown = {each for each in concepts_of(told) if each not in self._terms}
        unresolved = labels_of(imported.document, unknown) if unknown else {}
        return _Record(source, imported, iri, told, shared, unresolved)

    @staticmethod
    def _solved(found: LoadedRecord | RejectedRecord | _Record) -> LoadedRecord | RejectedRecord | _Record:
        """Add what follows from the times of a record, unless they cannot all be true."""
        if not isinstance(found, _Record):
            return found
        ((_, subject),) = subjects(found.imported.document)
        try:
            timeline = solve_subject(subject)
        except TimelineError as error:
            problem = impossible_time(found.source, found.iri, found.imported, error)
            return RejectedRecord(found.source, (problem,))
        found.solved = inferred_quads(found.iri, timeline, derive(subject, timeline, whole=False))
        return found

    def _derive(self, records: list[_Record]) -> None:
        ruled = apply_rules({each.iri: each.own + each.solved for each in records}, self._terms)
        for each in records:
            each.inferred = each.solved + case_class_quads(each.own, self._terms) + ruled[each.iri]

    def _data(self, record: _Record) -> str:
        """Return what the shapes look at, with the links from its classes up to their roots."""
        shared = "".join(line for lines in record.shared.values() for line in lines)
        return data_with_hierarchy(record.own + shared + record.inferred, self._terms)

    def _put(self, records: list[_Record]) -> dict[str, str]:
        """Write records in one transaction; return the state of each."""
        kinds = ("asserted", "inferred", "provenance")
        graphs = [f"{each.iri}/{kind}" for each in records for kind in kinds]
        for each in records:
            each.others = self._called.take(each.iri, each.unresolved)
        if self._dry_run or not records:
            return {each.iri: "dry run" for each in records}
        origins = {each.iri: origin for each in records if (origin := self._origins.find(each.source))}
        with self._store.turn():
            put_ontology(self._store)
            states = self._states(records)
            quads = [f"{each.own}{each.inferred}" for each in records]
            shared = {**self._shared_graphs(records), **self._vocabulary(records)}
            commit(self._store, [*graphs, *shared], "".join([*quads, *shared.values()]), origins)
        return states

    def _states(self, records: list[_Record]) -> dict[str, str]:
        """Return whether the store has no record of a name yet, the same, or one of other content."""
        there = _graphs_there(self._store, [f"{each.iri}/asserted" for each in records])
        states = dict.fromkeys((each.iri for each in records), "new")
        for each in records:
            if (graph := f"{each.iri}/asserted") in there:
                states[each.iri] = "unchanged" if holds(self._store, graph, each.own) else "replaced"
        return states

    def _shared_graphs(self, records: list[_Record]) -> dict[str, str]:
        """Return, whole, the graphs of publications and data sets of which records tell something new.

        A publication keeps the title that it has: records of one paper may print it differently.
        """
        new: dict[str, list[str]] = {}
        for graph, lines in ((graph, lines) for each in records for graph, lines in each.shared.items()):
            known = self._shared.get(graph)
            if known is None:
                known = self._shared[graph] = _properties_there(self._store, graph)
            for line in lines:
                predicate = line.split(" ", 2)[1].strip("<>")
                if predicate not in known:
                    known.add(predicate)
                    new.setdefault(graph, []).append(f"{line.rsplit(' ', 2)[0]} .\n")
        grew = {graph: grown(self._store, graph, "".join(lines)) for graph, lines in new.items()}
        return {graph: quads for graph, quads in grew.items() if quads is not None}

    def _vocabulary(self, records: list[_Record]) -> dict[str, str]:
        """Return the graphs of what records name beyond the shipped terms, whole, where they grow."""
        concepts = {iri for each in records for iri in concepts_of(each.own)}
        unresolved = {iri: self._called[iri] for each in records for iri in each.unresolved}
        others = [pair for each in records for pair in each.others.items()]
        new = {ADDED: self._terms.added(concepts), UNRESOLVED: unresolved_triples(unresolved, others)}
        renamed, self._called.renamed = self._called.renamed, set()
        gone = {UNRESOLVED: lambda iri: iri in self._terms or iri in renamed}
        grew = {graph: grown(self._store, graph, lines, gone.get(graph)) for graph, lines in new.items()}
        return {graph: quads for graph, quads in grew.items() if quads is not None}

    def _loaded(self, record: _Record, state: str, report: Report) -> LoadedRecord:
        return LoadedRecord(
            source=record.source,
            iri=record.iri,
            state=state,
            claims=record.own.count(f"> <{CG}basis> <"),
            quads=record.own.count("\n") + record.inferred.count("\n"),
            losses=(*record.imported.losses, *self._called.losses(record.imported.document, record.others)),
            unresolved=tuple(sorted(record.unresolved)),
            doubts=record.imported.doubts,
            report=report,
        )


def _lines(nquads: str) -> Iterator[str]:
    return (f"{line}\n" for line in nquads.split("\n") if line)


def _graphs_there(store: Store, graphs: list[str]) -> set[str]:
    names = " ".join(f"<{each}>" for each in graphs)
    asked = f"SELECT ?g {{ VALUES ?g {{ {names} }} FILTER EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
    return {str(row["g"]) for row in Rows.read(store.query(asked, union=False))}


def _properties_there(store: Store, graph: str) -> set[str]:
    asked = f"SELECT DISTINCT ?p {{ GRAPH <{graph}> {{ <{graph}> ?p ?o }} }}"
    return {str(row["p"]) for row in Rows.read(store.query(asked, union=False))}
