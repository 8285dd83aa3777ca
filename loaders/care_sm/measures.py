"""Tests and treatments of CARE-SM: values with their units, doses, routes and schedules."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from casegraph.loaders.care_sm.patient import Patient, denies
from casegraph.loaders.care_sm.rows import Row
from casegraph.loaders.records import RecordBuilder
from casegraph.loaders.words import schedule_of, ucum_of, word_of
from casegraph.model import DoseSegment, TestResult, Treatment

__all__ = [
    "GENETIC_TEST",
    "as_courses",
    "examination",
    "genetic",
    "laboratory",
    "medication",
    "score",
    "surgery",
]

#: What a genetic test is called. Source: care-sm-toolkit 1.3, process_type of Genetic.
GENETIC_TEST = "NCIT:C15709"


def _measured(row: Row, patient: Patient) -> dict[str, Any]:
    """Return the value of a test with its unit; a unit that is no code stays with the number as printed."""
    if row.datatype() in ("string", "date", "boolean"):
        return {"printed": row.take("value") or None}
    value = row.number("value")
    unit = row.term(patient.builder, "unit") if value is not None else None
    if value is not None and unit is None and "unit" in row.cells:
        return {"printed": f"{row.cells['value']} {row.cells['unit']}"}
    return {"value": value, **_in(unit)}


def _in(unit: str | None) -> dict[str, str]:
    """Return a unit as fields of a claim: in UCUM where a table knows it there, else as a term."""
    ucum = unit and ucum_of(unit)
    return {"unit": ucum} if ucum else {"unit_term": unit} if unit else {}


def _test(row: Row, patient: Patient, what: str, **more: Any) -> None:
    at = patient.seen(row)
    patient.builder.tests.append(patient.builder.claim(TestResult, what=what, at=at, **more))


def examination(row: Row, patient: Patient) -> None:
    """Carry what was measured of a patient, at the site where it was."""
    what = patient.required(row, "valueIRI")
    if what is not None:
        site = row.term(patient.builder, "target")
        method = row.term(patient.builder, "activity")
        _test(row, patient, what, method=method, site=(site,) if site else (), **_measured(row, patient))


def laboratory(row: Row, patient: Patient) -> None:
    """Carry what was measured in a sample."""
    what = patient.required(row, "target")
    if what is not None:
        specimen = row.term(patient.builder, "input")
        method = row.term(patient.builder, "activity")
        _test(row, patient, what, method=method, specimen=specimen, **_measured(row, patient))


def genetic(row: Row, patient: Patient) -> None:
    """Carry the variant as the result of a genetic test. Its zygosity has no place, nor one not found."""
    if "valueIRI" in row.cells and (row.truth() is False or denies(row.cells.get("value", ""))):
        row.leave(patient.builder, "no-place")
        return
    variant = row.term(patient.builder, "valueIRI")
    printed = row.take("value") or None
    if variant is None and printed is None:
        row.leave(patient.builder, "required-missing")
        return
    specimen = row.term(patient.builder, "input")
    method = row.term(patient.builder, "activity")
    what = f"{GENETIC_TEST} {GENETIC_TEST}"
    _test(row, patient, what, result_term=variant, printed=printed, method=method, specimen=specimen)


def score(row: Row, patient: Patient) -> None:
    """Carry the score of an item of a questionnaire, or of the whole of one."""
    item = row.term(patient.builder, "input")
    whole = row.term(patient.builder, "specification")
    what = item or whole or patient.required(row, "valueIRI")
    if what is not None:
        panel = whole if item else None
        _test(row, patient, what, component_of=panel, **_measured(row, patient))


def medication(row: Row, patient: Patient) -> None:
    """Carry a drug with its dose. Whether that was given or prescribed has no place."""
    what = patient.required(row, "agent", "input")
    if what is None:
        return
    at, ends_at = patient.span(row)
    dose = _dose(row, patient, at)
    patient.builder.treatments.append(
        patient.builder.claim(Treatment, what=what, at=at, ends_at=ends_at, doses=(dose,) if dose else ())
    )


def surgery(row: Row, patient: Patient) -> None:
    """Carry an operation as a treatment that is over when it is done."""
    done = patient.holds(row, "activity")
    if done is False:
        row.leave(patient.builder, "no-place")
    what = patient.required(row, "activity") if done else None
    if what is None:
        return
    at, ends_at = patient.moment(row)
    site = row.term(patient.builder, "target")
    patient.builder.treatments.append(
        patient.builder.claim(Treatment, what=what, at=at, ends_at=ends_at, site=(site,) if site else ())
    )


def as_courses(builder: RecordBuilder) -> None:
    """Put the doses of one course together, and name courses of one start and several ends.

    Rows with the same concept, start and end are one treatment with the doses of all of them. An end that is
    not told is one of its own: that of another row says nothing of it.
    """
    doses: dict[Treatment, tuple[DoseSegment, ...]] = {}
    ends: dict[tuple[str, str | None], set[str | None]] = {}
    for each in builder.treatments:
        course = replace(each, doses=())
        doses[course] = doses.get(course, ()) + each.doses
        ends.setdefault(_start(each), set()).add(each.ends_at)
    builder.treatments[:] = [
        replace(each, doses=given, id=_told_apart(builder, each) if len(ends[_start(each)]) > 1 else each.id)
        for each, given in doses.items()
    ]


def _told_apart(builder: RecordBuilder, treatment: Treatment) -> str:
    end = f"until-{treatment.ends_at}" if treatment.ends_at else "end-not-told"
    return builder.fragment("treatment", *_start(treatment), end)


def _start(treatment: Treatment) -> tuple[str, str | None]:
    return treatment.what.split(" ", 1)[0], treatment.at


def _dose(row: Row, patient: Patient, at: str | None) -> DoseSegment | None:
    dose = row.number("value")
    if dose is None:
        return None
    if dose <= 0:
        row.wrong("value", f"{row.cells['value']} is no dose", "leave the cell empty where none is known")
    unit = row.term(patient.builder, "unit")
    if unit is None and "unit" in row.cells:
        row.lose(patient.builder, "value", "required-missing")
        return None
    times, period_days = _schedule(row, patient)
    segment: DoseSegment = patient.builder.claim(
        DoseSegment,
        at=at,
        dose=dose,
        **(_in(unit) or {"unit_missing": "notStated"}),
        times=times,
        period_days=period_days,
        route=_route(row, patient),
    )
    return segment


def _schedule(row: Row, patient: Patient) -> tuple[float | None, float | None]:
    """Return how often in how many days: the frequency counts what its type names."""
    kind = row.term(patient.builder, "frequency_type")
    often = row.number("frequency_value")
    known = schedule_of(kind) if kind else None
    if known is None or often is None or often <= 0:
        row.lose(patient.builder, "frequency_type", "unmapped-code" if kind and known is None else "no-place")
        row.lose(
            patient.builder, "frequency_value", "unmapped-code" if kind and known is None else "no-place"
        )
        return None, None
    return known[0] * often, known[1]


def _route(row: Row, patient: Patient) -> str | None:
    term = row.term(patient.builder, "activity")
    word = word_of("route", term) if term else None
    if term is not None and word is None:
        row.lose(patient.builder, "activity", "unmapped-code")
    return word
