"""The lists of claims of a case, each with its path and its data element of CARE-SM."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from casegraph.export.stored import StoredCase
from casegraph.loaders.times import BIRTH, day_span
from casegraph.model import Case, Occasion
from casegraph.model.claims import Claim

__all__ = ["COLUMNS", "around", "birth_year", "courses", "dates_of", "listed"]

#: A date or a timestamp, or the first and the last of a stretch of time.
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)(?:T[^-]*(?:-\d\d:\d\d)?)?(?:--(\d{4}-\d\d-\d\d)(?:T.*)?)?")

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


def dates_of(occasion: Occasion | None) -> dict[str, str]:
    """Return the start date of an occasion, and its end date if it has one; empty if it has none."""
    found = _DATED.fullmatch((occasion and occasion.printed) or "")
    if found is None or any(day and day_span(day) is None for day in found.groups()):
        return {}
    return {"startdate": found[1], **({"enddate": found[2]} if found[2] else {})}


def birth_year(case: Case) -> str | None:
    """Return the year of the birth where no more than that is told."""
    birth = case.occasions.get(BIRTH)
    return birth.printed if birth and re.fullmatch(r"\d{4}", birth.printed or "") else None


def around(stored: StoredCase) -> Iterator[tuple[str, object, str]]:
    """Yield (path, value, reason) of what is told of a case as a whole, of its report and of the evidence."""
    case, report = stored.case, stored.report
    if case.label:
        yield "label", "", "identifier"
    told = {
        "age": case.age,
        "zero_point": case.zero_point if report.record is None else None,
        "member_of": case.member_of,
        "possibly_same_patient_as": case.possibly_same_patient_as,
        "report": report.title,
        "curation": stored.curation,
        "passages": sorted(stored.passages),
    }
    yield from ((path, value, "no-place") for path, value in told.items() if value)


def courses(rows: Iterable[Mapping[str, str]]) -> set[tuple[str | None, ...]]:
    """Return the drugs of rows with their starts and ends: what is read as one treatment each.

    >>> courses([{"model": "Medication", "agent": "a", "startdate": "2019-03-20", "value": "10"}])
    {('a', '2019-03-20', None)}
    """
    told = ("agent", "startdate", "enddate")
    return {tuple(map(row.get, told)) for row in rows if row["model"] == "Medication"}
