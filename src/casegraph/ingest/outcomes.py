"""What became of a document or of a record of a data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from casegraph.errors import Problem
from casegraph.ingest.labels import UnresolvedLabels
from casegraph.ingest.mapping import Mapped, Refused
from casegraph.ingest.refusals import other_content, same_report
from casegraph.losses import Loss
from casegraph.validate import Report

__all__ = ["Arrived", "Loaded", "LoadedRecord", "Rejected", "RejectedRecord", "Seen", "State", "stored"]

#: ``new``; ``replaced`` where the store had other content of it, ``unchanged`` where it had that; ``same``
#: where this job has had the same record already; ``dry run`` where nothing is stored.
State = Literal["new", "replaced", "unchanged", "same", "dry run"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case document that is in the store now.

    :param source: the file, the member of an archive, or the line.
    :param iri: the report.
    :param cases: the cases and groups in it.
    :param doubts: what the check warns of.
    :param report: the result of the shapes.
    """

    source: str
    iri: str
    state: State
    cases: tuple[str, ...]
    claims: int
    quads: int
    doubts: tuple[Problem, ...] = ()
    report: Report = field(default=Report(()), repr=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A case document that is not in the store, and why.

    :param report: the result of the shapes, where these are what it violates.
    """

    source: str
    problems: tuple[Problem, ...]
    report: Report | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LoadedRecord:
    """A record that is in the store now.

    :param source: the file, or the archive and its member.
    :param iri: the case.
    :param unresolved: terms that no vocabulary at hand knows.
    :param doubts: what its reader warns of.
    """

    source: str
    iri: str
    state: State
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


#: What became of a document or of a record.
Arrived = Loaded | Rejected | LoadedRecord | RejectedRecord


class Seen:
    """What a job has had: a report or a case is taken once."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[str, bytes]] = {}

    def instead(self, found: Mapped | Refused) -> Rejected | LoadedRecord | RejectedRecord | None:
        """Return what became of what is not to be stored; None where it is, and note that."""
        if isinstance(found, Refused):
            if found.is_record:
                return RejectedRecord(found.source, found.problems, found.losses)
            return Rejected(found.source, found.problems, found.report)
        content = bytes.fromhex(found.content)
        if found.iri not in self._first:
            self._first[found.iri] = found.source, content
            return None
        source, before = self._first[found.iri]
        if not found.record:
            return Rejected(found.source, (same_report(found.source, source, found.iri),))
        if content != before:
            return RejectedRecord(found.source, (other_content(found.source, source, found.iri),))
        return LoadedRecord(found.source, found.iri, "same")


def stored(found: Mapped, state: State, others: Mapping[str, str]) -> Loaded | LoadedRecord:
    """Return what became of what is in the store now.

    :param others: what a record calls terms otherwise than the records before it.
    """
    if not found.record:
        return Loaded(
            source=found.source,
            iri=found.iri,
            state=state,
            cases=found.cases,
            claims=found.claims,
            quads=found.quads,
            doubts=found.doubts,
            report=found.report,
        )
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


def cases_of(arrived: Arrived) -> tuple[str, ...]:
    """Return the cases and groups that are in the store now."""
    if isinstance(arrived, LoadedRecord):
        return (arrived.iri,)
    return arrived.cases if isinstance(arrived, Loaded) else ()


def known_of(arrived: Arrived) -> tuple[str, ...]:
    """Return the report, the cases and the groups of what arrived that were in the store already."""
    if isinstance(arrived, Loaded | LoadedRecord) and arrived.state in ("replaced", "unchanged"):
        return (arrived.iri, *cases_of(arrived))
    return ()
