"""What the columns of a mapping make of a row, all but treatments: findings, diagnoses, tests, harms."""

from __future__ import annotations

from casegraph.loaders.records import PASSAGE
from casegraph.loaders.table.cells import looked_up
from casegraph.loaders.table.facts import RowFacts
from casegraph.loaders.table.mapping import (
    AdverseColumn,
    CourseColumn,
    DiagnosisColumn,
    FindingColumn,
    TestColumn,
)
from casegraph.model import AdverseEvent, Course, Diagnosis, Finding, TestResult

__all__ = ["add_facts"]


def add_facts(facts: RowFacts) -> None:
    """Bring in what a row tells, all but its treatments."""
    mapping = facts.mapping
    for finding in mapping.findings:
        _findings(facts, finding)
    for diagnosis in mapping.diagnoses:
        _diagnoses(facts, diagnosis)
    for test in mapping.tests:
        _test(facts, test)
    for event in mapping.adverse_events:
        _adverse_events(facts, event)
    for turn in mapping.course:
        _course(facts, turn)


def _findings(facts: RowFacts, column: FindingColumn) -> None:
    for what, answer, said in facts.concepts(column):
        at, severity = facts.time(column.at), facts.severity(column.severity, answer)
        claim = facts.builder.claim(
            Finding, what=what, at=at, severity=severity, site=column.site, laterality=column.laterality
        )
        facts.keep(answer, claim, column.column, said)


def _diagnoses(facts: RowFacts, column: DiagnosisColumn) -> None:
    for what, answer, said in facts.concepts(column):
        at, onset = facts.time(column.at), facts.time(column.onset)
        claim = facts.builder.claim(Diagnosis, what=what, at=at, onset_at=onset)
        standing = column.standing if answer == "present" else "excluded"
        facts.keep(standing, claim, column.column, said)


def _test(facts: RowFacts, column: TestColumn) -> None:
    """Bring in a value or a result; what goes with one that cannot be read is left for the losses."""
    cell = facts.row.value(column.column)
    said = _measured(facts, column, cell) if cell is not None else None
    if cell is None or said is None:
        return
    what = facts.concept(column.what, column.named)
    if what is None:
        facts.lose(column.column, cell, "no-place")
    else:
        claim = facts.builder.claim(TestResult, what=what, at=facts.time(column.at), **said)
        facts.keep("tests", claim, column.column, cell)


def _measured(facts: RowFacts, column: TestColumn, cell: str) -> dict[str, object] | None:
    if result := looked_up(cell, column.results):
        return {"result": result}
    value = facts.number(column.column)
    if value is None:
        return None
    unit, known = facts.unit(column.unit, column.unit_from)
    if not known:
        facts.lose(column.column, cell, "required-missing")
        return None
    return {"value": value, "unit": unit, "range_low": column.range_low, "range_high": column.range_high}


def _adverse_events(facts: RowFacts, column: AdverseColumn) -> None:
    for what, answer, said in facts.concepts(column):
        if answer == "present":
            at, severity = facts.time(column.at), facts.severity(column.severity, answer)
            claim = facts.builder.claim(AdverseEvent, what=what, at=at, severity=severity)
            facts.keep("adverse_events", claim, column.column, said)
        else:
            facts.lose(column.column, said, "no-place")


def _course(facts: RowFacts, column: CourseColumn) -> None:
    cell, kind = facts.row.value(column.column), facts.word(column)
    if cell is not None and kind is not None:
        claim = Course(kind=kind, at=facts.time(column.at), stated_in=PASSAGE)
        facts.keep("course", claim, column.column, cell)
