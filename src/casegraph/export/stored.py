"""A case as an exporter gets it, out of a store, and what it is called among others of one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace

import msgspec

from casegraph.losses import Loss
from casegraph.model import Case, Curation, Passage, Report
from casegraph.namespaces import BASE

__all__ = ["StoredCase", "patient_id", "told_apart"]


@dataclass(frozen=True, slots=True)
class StoredCase:
    """One case with what is known of its report; every code carries its label.

    :param iri: the IRI of the case.
    """

    iri: str
    case: Case
    report: Report
    passages: dict[str, Passage]
    curation: Curation | None = None


def patient_id(stored: StoredCase, taken: Set[str] = frozenset()) -> str:
    """Return what a file calls a patient: the identifier of the record, else what names the case in its IRI.

    :param taken: the names of other patients; a record whose identifier is among them is named by its IRI.

    >>> from casegraph.model import Case, Record, Report
    >>> report = Report(title="x", extent="fullText", record=Record(dataset="demo", id="p 1"))
    >>> stored = StoredCase("https://w3id.org/casegraph/case/demo/p%201", Case(), report, {})
    >>> patient_id(stored), patient_id(stored, {"p 1"})
    ('p 1', 'demo/p%201')
    """
    record, name = stored.report.record, stored.iri.removeprefix(f"{BASE}case/")
    names = (record.id if record else name, name)
    return next((each for each in names if each not in taken), stored.iri)


def told_apart(cases: Iterable[StoredCase]) -> Iterator[tuple[StoredCase, tuple[Loss, ...]]]:
    """Yield the cases of one file, no two of which have records of one name, and what is lost by that.

    Of records of several data sets that share a name, the first keeps it.
    """
    taken: set[str] = set()
    for stored in cases:
        record, name = stored.report.record, patient_id(stored, taken)
        taken.add(name)
        if record is None or name == record.id:
            yield stored, ()
            continue
        report = msgspec.structs.replace(stored.report, record=msgspec.structs.replace(record, id=name))
        yield replace(stored, report=report), (Loss(stored.iri, "report/record/id", record.id, "not-exact"),)
