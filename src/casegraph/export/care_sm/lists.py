"""The lists of claims of a case, each with its path and its data element of CARE-SM; names of patients."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from casegraph.export.stored import StoredCase
from casegraph.model import Case
from casegraph.model.claims import Claim
from casegraph.namespaces import BASE

__all__ = ["COLUMNS", "DATED", "DRUGS", "around", "listed", "patient_id"]

#: Whose terms name a drug; of another treatment it is not known whether it is an operation.
DRUGS = frozenset({"ATC", "CHEBI", "DRON", "DRUGBANK", "RXNORM", "UNII"})
#: A date or a timestamp, or the first and the last of a stretch of time.
DATED = re.compile(r"(\d{4}-\d\d-\d\d)(?:T[^-]*(?:-\d\d:\d\d)?)?(?:--(\d{4}-\d\d-\d\d)(?:T.*)?)?")

#: The columns of the short template. Source: care-sm-toolkit 1.3, toolkit/main.py.
COLUMNS = (
    *("model", "pid", "event_id", "value", "age", "value_datatype", "valueIRI", "activity", "unit", "input"),
    *("target", "protocol_id", "specification", "frequency_type", "frequency_value", "agent", "startdate"),
    *("enddate", "comments", "organisation", "duration_value", "duration_startdate", "duration_enddate"),
)


def listed(case: Case) -> tuple[tuple[str, str, Sequence[Claim]], ...]:
    """Return the path, the kind and the claims of every list of a case; without a kind it has no place."""
    findings, diagnoses, events = case.findings, case.diagnoses, case.adverse_events
    return (
        ("findings/present", "present", findings.present),
        ("findings/absent", "", findings.absent),
        ("findings/indeterminate", "", findings.indeterminate),
        ("diagnoses/final", "final", diagnoses.final),
        ("diagnoses/working", "", diagnoses.working),
        ("diagnoses/considered", "", diagnoses.considered),
        ("diagnoses/excluded", "", diagnoses.excluded),
        ("tests", "tests", case.tests),
        ("treatments", "treatments", case.treatments),
        ("responses", "", case.responses),
        ("adverse_events/observed", "", events.observed),
        ("adverse_events/none", "", events.none),
        ("adverse_events/none_significant", "", events.none_significant),
        ("course", "course", case.course),
        ("statements", "", case.statements),
        ("not_reported", "", case.not_reported),
        ("conflicts", "", case.conflicts),
    )


def around(stored: StoredCase) -> dict[str, object]:
    """Return what is told of a case as a whole, of its report and of the evidence, by its path."""
    case, report = stored.case, stored.report
    return {
        "label": case.label,
        "age": case.age,
        "zero_point": case.zero_point if report.record is None else None,
        "member_of": case.member_of,
        "possibly_same_patient_as": case.possibly_same_patient_as,
        "report": report.title,
        "curation": stored.curation,
        "passages": sorted(stored.passages),
    }


def patient_id(stored: StoredCase, taken: Set[str] = frozenset()) -> str:
    """Return what the rows call a patient: the identifier of the record, else what names the case in its IRI.

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
