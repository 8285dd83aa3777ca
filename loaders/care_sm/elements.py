"""What each data element of CARE-SM says of a patient, as claims of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.care_sm.measures import (
    as_courses,
    examination,
    genetic,
    laboratory,
    medication,
    score,
    surgery,
)
from casegraph.loaders.care_sm.patient import Patient
from casegraph.loaders.care_sm.rows import Row
from casegraph.loaders.records import PASSAGE, Imported, RecordBuilder
from casegraph.loaders.words import word_of
from casegraph.model import Course, Diagnosis, Finding

__all__ = ["DEAD", "imported"]

#: What a status of a dead patient is called. Source: the glossary of CARE-SM, data element Status.
DEAD = ("SIO:010059", "NCIT:C90387")


def imported(builder: RecordBuilder, rows: Sequence[Row]) -> tuple[Imported | Problem, ...]:
    """Return the case of all rows of one patient, or every problem that they have."""
    patient = Patient(builder, frozenset(row.model for row in rows))
    problems: list[Problem] = []
    told: set[tuple[object, ...]] = set()
    births_first = sorted(rows, key=lambda row: _BIRTHS.get(row.model, len(_BIRTHS)))
    for row in births_first:
        if row.told() in told:
            builder.lose(row.place, row.about(builder), "duplicate")
            continue
        told.add(row.told())
        builder.times.place = (row.file, row.line)
        try:
            _read(row, patient)
        except DocumentError as error:
            problems += error.problems
    as_courses(builder)
    return tuple(problems) or (builder.imported(),)


def _read(row: Row, patient: Patient) -> None:
    if row.model not in _ELEMENTS and row.model not in _LEFT:
        known = ", ".join(sorted({*_ELEMENTS, *_LEFT}))
        row.wrong("model", f"unknown data element {row.model!r}", f"use one of {known}", "unknown-field")
    row.check_numbers()
    if row.model in _ELEMENTS:
        _ELEMENTS[row.model](row, patient)
    else:
        for column in ("startdate", "enddate", "duration_startdate", "duration_enddate"):
            row.check_date(column)
    row.leave(patient.builder, _LEFT.get(row.model, "no-place"))


def _birthdate(row: Row, patient: Patient) -> None:
    keep = patient.builder.options.keep_identifiers
    printed = row.date("value")
    if printed is None:
        return
    patient.first(row, "value", "birth date", printed)
    patient.builder.times.birth_date(printed, keep=keep)
    if not keep:
        row.lose(patient.builder, "value", "identifier")


def _birthyear(row: Row, patient: Patient) -> None:
    keep = patient.builder.options.keep_identifiers
    printed = row.date("value")
    if printed is None:
        return
    known = patient.once.get("birth date")
    if known is not None and not known.startswith(printed):
        row.wrong("value", "the birth date in another row is of another year", "keep the right one")
    if known is None:
        patient.first(row, "value", "birth date", printed)
        patient.builder.times.birth_date(printed, keep=keep)
    if not keep or known is not None:
        row.lose(patient.builder, "value", "implied" if keep else "identifier")


def _sex(row: Row, patient: Patient) -> None:
    """Carry the sex. Its date is that of the birth, as CARE-SM writes it."""
    for column in ("startdate", "enddate"):
        row.check_date(column)
        row.lose(patient.builder, column, "identifier")
    term = patient.required(row, "valueIRI")
    if term is None:
        return
    word = word_of("sex", term)
    if word is None:
        row.lose(patient.builder, "valueIRI", "unmapped-code")
        return
    patient.first(row, "valueIRI", "sex", word)
    patient.builder.sex = word


def _status(row: Row, patient: Patient) -> None:
    """Carry a death. The date is that of the status, not of the death; being alive has no place."""
    term = patient.required(row, "valueIRI")
    if term is None:
        return
    if term.split(" ", 1)[0] not in DEAD:
        row.lose(patient.builder, "valueIRI", "no-place")
    elif "Deathdate" in patient.models:
        row.lose(patient.builder, "valueIRI", "duplicate")
    else:
        patient.builder.course.append(Course(stated_in=PASSAGE, kind="death"))


def _deathdate(row: Row, patient: Patient) -> None:
    printed = row.date("value")
    if printed is None:
        return
    patient.first(row, "value", "date of death", printed)
    for column in ("startdate", "enddate"):
        row.check_date(column)
        if row.cells.get(column) == printed:
            row.take(column)
    cause = row.term(patient.builder, "valueIRI")
    death = Course(stated_in=PASSAGE, kind="death", at=patient.builder.times.date(printed), cause=cause)
    patient.builder.course.append(death)


def _about(row: Row) -> tuple[str, ...]:
    """Return where the concept stands: newer files have it as the target, with a truth value."""
    return ("valueIRI", "target") if row.truth() is not None else ("valueIRI",)


def _diagnosis(row: Row, patient: Patient) -> None:
    columns = _about(row)
    confirmed = patient.holds(row, *columns)
    what = None if confirmed is None else patient.required(row, *columns)
    if what is not None:
        kept = patient.builder.final if confirmed else patient.builder.excluded
        kept.append(patient.builder.claim(Diagnosis, what=what, at=patient.seen(row)))


def _phenotype(row: Row, patient: Patient) -> None:
    columns = _about(row)
    present = patient.holds(row, *columns)
    what = None if present is None else patient.required(row, *columns)
    if what is None:
        return
    first, last = row.date("duration_startdate"), row.date("duration_enddate")
    resolved = None
    if first and last and not any(patient.builder.times.tells_birth(each) for each in (first, last)):
        row.in_order("duration_startdate", "duration_enddate")
        at = patient.builder.times.stretch(first, last)
        row.lose(patient.builder, "duration_value", "implied")
        row.check_date("startdate")
        row.check_date("enddate")
    else:
        at, resolved = patient.seen(row), last and patient.builder.times.date(last)
        row.lose(patient.builder, "duration_startdate", "no-place")
    kept = patient.builder.present if present else patient.builder.absent
    kept.append(patient.builder.claim(Finding, what=what, at=at, resolved_at=resolved))


def _symptoms_onset(row: Row, patient: Patient) -> None:
    """Carry when a symptom began. Without the symptom it is not known what began."""
    by_age = row.datatype() in ("integer", "int", "float", "double", "decimal")
    what = patient.required(row, "target")
    if what is None:
        return
    if by_age:
        years = row.number("value")
        at = None if years is None or years != int(years) else patient.builder.times.age(f"P{int(years)}Y")
    else:
        printed = row.date("value")
        at = printed and patient.builder.times.date(printed)
    if at is None:
        row.lose(patient.builder, "value", "no-time")
    patient.builder.present.append(patient.builder.claim(Finding, what=what, at=at))


_BIRTHS = {"Birthdate": 0, "Birthyear": 1}
_ELEMENTS: Mapping[str, Callable[[Row, Patient], None]] = MappingProxyType(
    {
        "Birthdate": _birthdate,
        "Birthyear": _birthyear,
        "Sex": _sex,
        "Status": _status,
        "Deathdate": _deathdate,
        "Diagnosis": _diagnosis,
        "Phenotype": _phenotype,
        "Symptoms_onset": _symptoms_onset,
        "Examination": examination,
        "Laboratory": laboratory,
        "Genetic": genetic,
        "Disability": score,
        "Questionnaire": score,
        "Medication": medication,
        "Surgery": surgery,
    }
)
#: data element that a case has no place for -> why it is left behind; of the others, why what is left is.
_LEFT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("Birthplace", "Pseudonym"), "identifier"),
        "Biobank": "not-a-case",
        **dict.fromkeys(
            ("First_visit", "Hospitalization", "Consent", "Clinical_trial", "Cohort"),
            "no-place",
        ),
        # It does not name the disease whose onset it tells.
        "Disease_history": "required-missing",
        "Imaging": "no-place",
    }
)
