"""Solved time: contradictions by hand, and the seed case against its facts."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from casegraph.loaders import read_document
from casegraph.model import (
    Case,
    Course,
    Diagnoses,
    Diagnosis,
    DoseSegment,
    Finding,
    Findings,
    Occasion,
    Response,
    Treatment,
)
from casegraph.resources import shipped
from casegraph.timeline import Timeline, TimelineError, solve, solve_subject


def test_a_contradiction_is_told_by_the_statements_that_make_it() -> None:
    occasions = {
        "start": Occasion(),
        "week-2": Occasion(anchor="start", start=(10, 18)),
        "flare": Occasion(after=("week-2",)),
        "visit": Occasion(anchor="start", start=(0, 7), after=("flare",)),
        "other": Occasion(anchor="start", start=(1, 2)),
    }
    with pytest.raises(TimelineError) as caught:
        solve(occasions, zero="start")
    assert {each.words: each.where for each in caught.value.statements} == {
        "week-2 is at least 10 days after start": ("occasions", "week-2", "start", 0),
        "flare is after week-2": ("occasions", "flare", "after", 0),
        "visit is after flare": ("occasions", "visit", "after", 0),
        "visit is at most 7 days after start": ("occasions", "visit", "start", 1),
    }


def test_an_end_before_its_start_is_a_contradiction() -> None:
    occasions = {"a": Occasion(), "b": Occasion(anchor="a", start=(5, None), end=(None, 4))}
    with pytest.raises(TimelineError, match="the end of b is at most 4 days after a") as caught:
        solve(occasions, zero="a")
    assert [each.where[2:] for each in caught.value.statements] == [("start", 0), ("end", 1)]


@pytest.fixture(scope="module")
def seed() -> Case:
    (path,) = shipped("cases", "miao-2020.yaml")
    return read_document(path).document.cases["1"]


@pytest.fixture(scope="module")
def line(seed: Case) -> Timeline:
    return solve_subject(seed)


MONTH = 30.44


def months(least: float | None, most: float | None) -> tuple[int | None, int | None]:
    """Return bounds in months as whole days, rounded outward as the ontology's halfUnitMonths has it."""
    return (
        None if least is None else math.floor(least * MONTH),
        None if most is None else math.ceil(most * MONTH),
    )


def added(*bounds: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    """Return the bounds of stretches that follow each other, of which at least one is open."""
    assert any(high is None for _, high in bounds)
    return sum(low or 0 for low, _ in bounds), None


WEEK = (0, 7)
#: "After two months" is a month and a half to two and a half.
TWO_MONTHS = months(1.5, 2.5)
#: t1, at least five months after t0; t2, as long after t1 as is stated; t3, the flare; the report.
T1 = months(5, None)
T2 = (TWO_MONTHS[0], None)
T3 = (6 * 7, 10 * 7)
REPORT = months(8, None)
OPEN = (0, None)

#: Each row of the timeline in the facts: from where, to where, bounds in days; None is open.
ROWS = [
    ("start", "onset", (None, 0)),
    ("start", "panel-1", (None, 0)),
    ("onset", "panel-1", OPEN),
    ("start", "start", (0, 0)),
    ("start", "first-improvement", months(0, 6)),
    ("worsening", "il2-start", months(0, 1)),
    ("worsening", "workup", months(0, 1)),
    ("workup", "il2-start", months(0, 1)),
    ("start", "il2-start", T1),
    ("il2-start", "il2-week-1", WEEK),
    ("il2-start", "il2-month-2", TWO_MONTHS),
    ("il2-month-2", "decline", OPEN),
    ("decline", "csa-start", OPEN),
    ("il2-start", "csa-start", T2),
    ("start", "csa-start", added(T1, T2)),
    ("csa-start", "csa-week-1", WEEK),
    ("csa-start", "taper-weekly", WEEK),
    ("csa-start", "taper-fortnightly", (4 * 7 - 7, 4 * 7 + 7)),
    ("csa-start", "prednisone-20", (4 * 7 - 7, 10 * 7)),
    ("csa-start", "flare-time", T3),
    ("flare-time", "il2-increase", OPEN),
    ("il2-increase", "flare-week-1", WEEK),
    ("il2-increase", "late-taper", OPEN),
    ("late-taper", "writing", OPEN),
    ("prednisone-10", "writing", OPEN),
    ("symptom-free", "writing", REPORT),
    ("flare-week-1", "writing", REPORT),
    ("start", "writing", added(T1, T2, T3, REPORT)),
    ("il2-start", "writing", added(T2, T3, REPORT)),
]


@pytest.mark.parametrize(("first", "second", "bounds"), ROWS)
def test_the_seed_has_its_bounds_and_open_ends(
    line: Timeline, first: str, second: str, bounds: tuple[int | None, int | None]
) -> None:
    assert line.between(first, second) == bounds
    if first == "start":
        assert line.bounds(second) == bounds


def test_the_rows_tell_of_every_occasion_but_those_that_no_row_of_the_facts_has(seed: Case) -> None:
    told = {key for first, second, _ in ROWS for key in (first, second)}
    assert set(seed.occasions) - told == {"history", "on-il2", "second-workup"}
    assert seed.occasions["history"].phase == "medicalHistory"


def test_the_days_of_the_convention_are_those_of_the_facts() -> None:
    assert (months(0, 6), TWO_MONTHS, T1, REPORT) == ((0, 183), (45, 77), (152, None), (243, None))


def test_the_assumed_length_of_the_first_course_is_marked_as_a_reading(line: Timeline) -> None:
    assert {"il2-start", "csa-start", "flare-time", "writing"} <= line.interpreted
    assert not {"onset", "panel-1", "start", "first-improvement"} & line.interpreted


def test_the_date_of_publication_closes_no_end(line: Timeline) -> None:
    (path,) = shipped("cases", "miao-2020.yaml")
    assert read_document(path).document.report.issued == "2020-07-09"
    assert line.bounds("writing")[1] is None


def test_the_seed_has_its_certain_order(line: Timeline) -> None:
    assert line.certainly_not_after("onset", "panel-1"), "the first panel is of the disease"
    order = [
        "onset",
        "panel-1",
        "start",
        "worsening",
        "workup",
        "il2-start",
        "il2-month-2",
        "decline",
        "second-workup",
    ]
    order += ["csa-start", "taper-fortnightly", "flare-time", "late-taper", "prednisone-10", "writing"]
    for first, second in itertools.pairwise(order):
        assert line.certainly_not_after(first, second), (first, second)
        assert line.ranks()[first] < line.ranks()[second]
    for first, second in (
        ("flare-week-1", "late-taper"),
        ("csa-week-1", "taper-weekly"),
    ):
        assert not line.certainly_not_after(first, second)
        assert not line.certainly_not_after(second, first)


def treated(dose: str, better: str, death: str | None = None) -> Case:
    """Return a case treated from week 1 to week 3, with the times of a dose, an outcome and the death."""
    segment = DoseSegment(id="dose", at=dose, dose=20, unit="mg/d")
    return Case(
        zero_point="week-1",
        occasions={
            "week-1": Occasion(),
            **{f"week-{n}": Occasion(anchor="week-1", start=(7 * n - 7, 7 * n - 7)) for n in (2, 3, 4)},
            "week-0": Occasion(anchor="week-1", start=(-7, -7)),
            "some-time": Occasion(),
        },
        treatments=(
            Treatment(
                id="drug", what="CHEBI:8382 prednisone", at="week-1", ends_at="week-3", doses=(segment,)
            ),
        ),
        responses=(Response(id="better", domain="skin", direction="improved", at=better),),
        course=() if death is None else (Course(id="end", kind="death", at=death),),
    )


@pytest.mark.parametrize(
    ("dose", "better", "death", "said"),
    [
        ("week-0", "week-2", None, "dose starts no earlier than drug"),
        ("week-4", "week-2", None, "dose starts before drug stops"),
        ("week-2", "week-4", "week-3", "better is not after end"),
        ("week-2", "week-2", "week-2", "drug is not after end"),
    ],
)
def test_what_cannot_be_in_time_is_a_contradiction(
    dose: str, better: str, death: str | None, said: str
) -> None:
    with pytest.raises(TimelineError) as caught:
        solve_subject(treated(dose, better, death))
    assert said in {each.words for each in caught.value.statements}


RASH, MYOSITIS = "HP:0000988 Skin rash", "MONDO:0016367 dermatomyositis"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"findings": Findings(present=(Finding(what=RASH, at="week-2", resolved_at="week-1"),))},
            f"{RASH} at week-2 is seen before it is over",
        ),
        *(
            (
                {
                    "diagnoses": Diagnoses(
                        **{standing: (Diagnosis(what=MYOSITIS, onset_at="week-2", resolved_at="week-1"),)}
                    )
                },
                f"{MYOSITIS} begins before it is over",
            )
            for standing in ("final", "working")
        ),
    ],
)
def test_nothing_is_over_before_it_begins(told: dict[str, Any], said: str) -> None:
    weeks = {"week-1": Occasion(), "week-2": Occasion(anchor="week-1", start=(7, 7))}
    with pytest.raises(TimelineError) as caught:
        solve_subject(Case(occasions=weeks, **told))
    assert said in {each.words for each in caught.value.statements}
    turned = {**weeks, "week-2": Occasion(anchor="week-1", start=(-7, 0))}
    assert solve_subject(Case(occasions=turned, **told)).certainly_not_after("week-2", "week-1")


def test_what_is_not_there_is_not_over_and_a_diagnosis_may_be_late() -> None:
    """A finding may be gone before its absence is seen, a disease before anybody names it."""
    weeks = {"week-1": Occasion(), "week-2": Occasion(anchor="week-1", start=(7, 7))}
    gone = Finding(what=RASH, at="week-2", resolved_at="week-1")
    named = Diagnosis(what=MYOSITIS, at="week-2", resolved_at="week-1")
    case = Case(occasions=weeks, findings=Findings(absent=(gone,)), diagnoses=Diagnoses(final=(named,)))
    assert solve_subject(case).between("week-1", "week-2") == (7, 7)


def test_a_dose_without_days_lies_within_its_treatment_and_death_comes_last() -> None:
    line = solve_subject(treated("some-time", "week-2"))
    assert line.bounds("some-time") == (0, 14)
    line = solve_subject(treated("week-2", "week-4", "some-time"))
    assert line.bounds("some-time") == (21, None)


def test_what_comes_after_the_death_is_called_by_what_it_is_where_it_has_no_name() -> None:
    occasions = {"first": Occasion(), "later": Occasion(anchor="first", start=(8, 9))}
    drug = Treatment(what="CHEBI:8382 prednisone", at="later")
    case = Case(occasions=occasions, treatments=(drug,), course=(Course(kind="death", at="first"),))
    with pytest.raises(TimelineError) as caught:
        solve_subject(case)
    assert "CHEBI:8382 prednisone at later is not after the death at first" in str(caught.value)
