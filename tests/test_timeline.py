"""Solved time: against brute force on small networks, and on the seed case against its facts."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casegraph.loaders import read_document
from casegraph.model import Case, Course, DoseSegment, Occasion, Response, Treatment
from casegraph.resources import shipped
from casegraph.timeline import Timeline, TimelineError, solve, solve_subject

KEYS = ("a", "b", "c", "d")
MOST = 2
#: A bound that is not open is at most three steps away; one that is open reaches past that in the window.
FAR = 3 * MOST
WINDOW = range(-2 * FAR - 1, 2 * FAR + 2)


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Occasion]:
    """Draw four occasions whose starts are bound to each other within two days."""
    days = st.integers(-MOST, MOST)
    found = {"a": Occasion()}
    for key in KEYS[1:]:
        low, high = draw(st.none() | days), draw(st.none() | days)
        if low is not None and high is not None and low > high:
            low, high = high, low
        others = st.sampled_from([each for each in KEYS if each != key])
        found[key] = Occasion(
            anchor=draw(others),
            start=(low, high),
            after=tuple(draw(st.lists(others, max_size=1))),
            same_time_as=tuple(draw(st.lists(others, max_size=1))) if draw(st.booleans()) else (),
        )
    return found


def fits(starts: dict[str, int], occasions: dict[str, Occasion]) -> bool:
    for key, each in occasions.items():
        offset = starts[key] - starts[each.anchor] if each.anchor else 0
        low, high = each.start or (None, None)
        if (low is not None and offset < low) or (high is not None and offset > high):
            return False
        if any(starts[key] < starts[other] for other in each.after):
            return False
        if any(starts[key] != starts[other] for other in each.same_time_as):
            return False
    return True


def brute_force(occasions: dict[str, Occasion]) -> list[dict[str, int]]:
    """Return all whole-day solutions with the first occasion at day 0 and the others near it."""
    choices = itertools.product(WINDOW, repeat=len(KEYS) - 1)
    every = ({"a": 0, **dict(zip(KEYS[1:], each, strict=True))} for each in choices)
    return [starts for starts in every if fits(starts, occasions)]


@settings(max_examples=20, deadline=None)
@given(networks())
def test_solving_agrees_with_brute_force(occasions: dict[str, Occasion]) -> None:
    solutions = brute_force(occasions)
    if not solutions:
        with pytest.raises(TimelineError):
            solve(occasions, zero="a")
        return
    timeline = solve(occasions, zero="a")
    for key in KEYS:
        starts = [each[key] for each in solutions]
        low, high = timeline.bounds(key)
        assert low == (min(starts) if min(starts) >= -FAR else None)
        assert high == (max(starts) if max(starts) <= FAR else None)
    for first, second in itertools.permutations(KEYS, 2):
        days = [each[second] - each[first] for each in solutions]
        low, high = timeline.between(first, second)
        assert low == (min(days) if min(days) >= -FAR else None)
        assert high == (max(days) if max(days) <= FAR else None)
        certain = all(each[first] <= each[second] for each in solutions)
        assert timeline.certainly_not_after(first, second) == certain


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
    assert set(caught.value.statements) == {
        "week-2 is at least 10 days from start",
        "flare is after week-2",
        "visit is after flare",
        "visit is at most 7 days from start",
    }


def test_an_end_before_its_start_is_a_contradiction() -> None:
    occasions = {"a": Occasion(), "b": Occasion(anchor="a", start=(5, None), end=(None, 4))}
    with pytest.raises(TimelineError, match="b starts before it ends"):
        solve(occasions, zero="a")


@pytest.fixture(scope="module")
def seed() -> Case:
    (path,) = shipped("cases", "miao-2020.yaml")
    return read_document(path).document.cases["1"]


@pytest.fixture(scope="module")
def line(seed: Case) -> Timeline:
    return solve_subject(seed)


@pytest.mark.parametrize(
    ("key", "bounds"),
    [
        ("onset", (None, 0)),
        ("start", (0, 0)),
        ("first-improvement", (0, 183)),
        ("il2-start", (152, None)),
        ("il2-month-2", (152 + 45, None)),
        ("csa-start", (152 + 45, None)),
        ("flare-time", (152 + 45 + 42, None)),
        ("writing", (152 + 45 + 42 + 243, None)),
    ],
)
def test_the_seed_has_its_bounds_and_open_ends(
    line: Timeline, key: str, bounds: tuple[int | None, int | None]
) -> None:
    assert line.bounds(key) == bounds


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
    assert said in caught.value.statements


def test_a_dose_without_days_lies_within_its_treatment_and_death_comes_last() -> None:
    line = solve_subject(treated("some-time", "week-2"))
    assert line.bounds("some-time") == (0, 14)
    line = solve_subject(treated("week-2", "week-4", "some-time"))
    assert line.bounds("some-time") == (21, None)
