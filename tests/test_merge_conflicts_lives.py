"""Two tellings of one life: what runs on after a death, and who gets younger."""

from __future__ import annotations

import pytest

from test_merge_conflicts import BARICITINIB, DM, FEVER, LUPUS, NXP2, OCCASIONS, Expected, both, found, turn

OUTCOME: Expected = [("outcome", True)]
MAYBE: Expected = [("outcome", False)]
#: baricitinib begins on day 0 in both; what is told is of so many days after that.
DAYS = f"{OCCASIONS}  dead: {{anchor: start, start: [90, 90]}}\n"
DAYS += "".join(f"  day-{day}: {{anchor: start, start: [{day}, {day}]}}\n" for day in (80, 90, 91, 100))
DEATH = turn("death", ", at: dead")
JAK = f"id: jak, what: '{BARICITINIB}', at: start"
DIED = f"{DAYS}treatments: [{{{JAK}}}]\n{DEATH}"


def given(more: str) -> str:
    return f"{DAYS}treatments: [{{{JAK}, {more}}}]"


def dosed(more: str) -> str:
    return given(f"doses: [{{at: start, dose: 4, unit: mg, {more}}}]")


def told(more: str) -> str:
    return f"{DAYS}treatments: [{{{JAK}}}]\n{more}"


def fever(more: str) -> str:
    return told(f"findings: {{present: [{{what: '{FEVER}', at: start, {more}}}]}}")


DEATHS: dict[str, tuple[str, Expected]] = {
    "a drug goes on": (given("ongoing_at: day-91"), OUTCOME),
    "a drug goes on until the death": (given("ongoing_at: day-90"), []),
    "a drug goes on at some time": (given("ongoing_at: on-it"), []),
    "a drug is stopped": (given("ends_at: day-91"), OUTCOME),
    "a drug is stopped at the death": (given("ends_at: day-90"), []),
    "a drug is stopped, as is hinted at": (given("ends_at: day-91, end_basis: implied"), MAYBE),
    "a dose goes on": (dosed("ongoing_at: day-91"), OUTCOME),
    "a dose ends": (dosed("ends_at: day-91"), OUTCOME),
    "a dose ends before": (dosed("ends_at: day-80"), []),
    "a finding is over": (fever("resolved_at: day-91"), OUTCOME),
    "a finding is over before": (fever("resolved_at: day-80"), []),
    "a disease is over": (
        told(f"diagnoses: {{final: [{{what: '{DM}', at: start, resolved_at: day-91}}]}}"),
        OUTCOME,
    ),
    "an age": (told("age: {years: 61, at: day-91}"), OUTCOME),
    "an age at the death": (told("age: {years: 61, at: day-90}"), []),
    "an age of no time": (told("age: {years: 61}"), []),
    "an age after a death of its own": (
        told(f"age: {{years: 61, at: day-91}}\n{DEATH}"),
        [],
    ),
    "a finding is over after a death of its own": (
        f"{fever('resolved_at: day-91')}\n{DEATH}",
        [],
    ),
}


@pytest.mark.parametrize("name", DEATHS)
def test_a_death_meets_what_runs_on_after_it(name: str) -> None:
    later, expected = DEATHS[name]
    assert found(DIED, later) == found(later, DIED) == expected


@pytest.mark.parametrize(
    ("later", "says"),
    [
        (given("ongoing_at: day-91"), "baricitinib: ongoing (day-91, day 91)"),
        (given("ends_at: day-91"), "baricitinib: stopped (day-91, day 91)"),
        (dosed("ends_at: day-91"), "baricitinib: a dose until then (day-91, day 91)"),
        (fever("resolved_at: day-91"), "Fever: over (day-91, day 91)"),
        (told("age: {years: 61, at: day-91}"), "61 years (day-91)"),
        (f"{given('ongoing_at: day-100')}\ntests: []", "baricitinib: ongoing (day-100, day 100)"),
        (
            f"{given('ongoing_at: day-100, ends_at: day-91, end_basis: implied')}",
            "baricitinib: ongoing (day-100, day 100)",
        ),
        (
            f"{given('ongoing_at: day-100')}\nage: {{years: 61, at: day-91}}",
            "61 years (day-91)",
        ),
    ],
)
def test_the_first_that_is_certain_is_told(later: str, says: str) -> None:
    (conflict,) = both(f"{DIED}\nzero_point: start", f"{later}\nzero_point: start").conflicts
    assert says in [each.says for each in conflict.sides]


def aged(years: float, at: str, **standings: str) -> str:
    lists = (f"{name}: [{{what: '{what}'}}]" for name, what in standings.items())
    return f"age: {{years: {years}, at: {at}}}\ndiagnoses: {{{', '.join(lists)}}}"


def of_two(years: float, at: str) -> str:
    return f"age: {{years: {years}, at: {at}}}\ndiagnoses: {{final: [{{what: '{DM}'}}, {{what: '{LUPUS}'}}]}}"


AGES: dict[str, tuple[str, str, Expected]] = {
    "younger after the onset": (aged(25, "before", final=DM), aged(52, "onset", final=DM), [("age", True)]),
    "younger on treatment": (aged(25, "on-it", final=DM), aged(52, "onset", final=DM), [("age", True)]),
    "younger at the onset than in the past": (
        aged(25, "onset", final=DM),
        aged(52, "history", final=DM),
        [("age", True)],
    ),
    "younger, a kind of the disease": (
        aged(25, "before", final=DM),
        aged(52, "onset", final=NXP2),
        [("age", True)],
    ),
    "older after the onset": (aged(52, "before", final=DM), aged(25, "onset", final=DM), []),
    "younger by a year": (aged(51, "before", final=DM), aged(52, "onset", final=DM), []),
    "younger, by the onset of another disease": (
        aged(25, "before", final=LUPUS),
        aged(52, "onset", final=DM),
        [],
    ),
    "younger, by the onset of one of two diseases": (
        aged(25, "before", final=DM),
        of_two(52, "onset"),
        [("age", False)],
    ),
    "younger, of a disease that is not told": (
        aged(25, "before", final=DM),
        aged(52, "onset"),
        [("age", False)],
    ),
    "younger on a treatment than before one": (
        aged(25, "on-it", final=DM),
        aged(52, "before", final=DM),
        [],
    ),
    "one year apart at one day": (aged(52, "onset", final=DM), aged(53, "onset", final=DM), []),
    "two years apart at one day": (aged(52, "onset", final=DM), aged(54, "onset", final=DM), [("age", True)]),
}


@pytest.mark.parametrize("name", AGES)
def test_nobody_gets_younger(name: str) -> None:
    ours, theirs, expected = AGES[name]
    assert found(ours, theirs) == found(theirs, ours) == expected
