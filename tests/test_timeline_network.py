"""Solved time against brute force: every kind of statement, on small random networks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cache, reduce
from operator import and_

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casegraph.model import Occasion
from casegraph.timeline import TimelineError, TimeStatement, solve

KEYS = ("a", "b", "c", "d")
#: The one occasion that may end, and the name of its end among the points.
ENDING, END = "b", "end of b"
POINTS = (*KEYS[1:], END)
#: Bounds are at most a day: a difference that is not open is at most one day for each other point.
MOST = 1
FAR = MOST * len(POINTS)
#: A difference that is open reaches past that, and the other points keep their distance from both its ends.
WINDOW = range(-2 * FAR - 1, 2 * FAR + 2)

Place = tuple[str | int, ...]


def days() -> st.SearchStrategy[tuple[int | None, int | None]]:
    """Draw bounds: none, open at one side, or closed."""
    day = st.none() | st.integers(-MOST, MOST)
    return st.tuples(day, day).filter(lambda each: None in each or (each[0] or 0) <= (each[1] or 0))


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Occasion]:
    """Draw four occasions that are tied to each other by every kind of statement."""
    found = {}
    for key in KEYS:
        others = st.sampled_from([each for each in KEYS if each != key])
        few = st.lists(others, max_size=1).map(tuple)
        anchor = draw(others)
        found[key] = Occasion(
            anchor=anchor,
            start=draw(days()) if draw(st.booleans()) else None,
            end=draw(days()) if key == ENDING else None,
            after=draw(few),
            during=draw(few),
            same_time_as=draw(few) if draw(st.booleans()) else (),
        )
    return found


@cache
def fitting(later: str, earlier: str, low: int | None, high: int | None) -> int:
    """Return where the difference of two points is within bounds.

    There is one bit for each choice of a day for each point; the first occasion is on day 0.
    """

    def bits(chosen: dict[str, int], rest: tuple[str, ...]) -> str:
        if not {later, earlier} - chosen.keys():
            days = chosen[later] - chosen[earlier]
            fits = (low is None or low <= days) and (high is None or days <= high)
            return ("1" if fits else "0") * int(len(WINDOW) ** len(rest))
        if rest[0] not in (later, earlier):
            return bits(chosen, rest[1:]) * len(WINDOW)
        return "".join(bits({**chosen, rest[0]: day}, rest[1:]) for day in WINDOW)

    return int(bits({KEYS[0]: 0}, POINTS), 2)


def fitting_all(masks: Iterable[int]) -> int:
    """Return where several hold, and the one occasion that ends does not start after that."""
    return reduce(and_, masks, fitting(END, ENDING, 0, None))


def statements(occasions: dict[str, Occasion]) -> dict[Place, int]:
    """Return where each statement of a network holds, by its place."""
    found: dict[Place, int] = {}
    for key, each in occasions.items():
        for field, point in (("start", key), ("end", END)):
            low, high = getattr(each, field) or (None, None)
            if low is not None:
                found["occasions", key, field, 0] = fitting(point, str(each.anchor), low, None)
            if high is not None:
                found["occasions", key, field, 1] = fitting(point, str(each.anchor), None, high)
        for other in each.after:
            found["occasions", key, "after", 0] = fitting(key, other, 0, None)
        for other in each.during:
            within = fitting(END, key, 0, None) if other == ENDING else fitting_all(())
            found["occasions", key, "during", 0] = fitting(key, other, 0, None) & within
        for other in each.same_time_as:
            found["occasions", key, "same_time_as", 0] = fitting(key, other, 0, 0)
    return found


def bounds(solutions: int, first: str, second: str) -> tuple[int | None, int | None]:
    """Return the least and the most days from one occasion to another over all solutions; None is open."""
    reach = range(-FAR - 1, FAR + 2)
    found = [each for each in reach if solutions & fitting(second, first, each, each)]
    return (None if min(found) < -FAR else min(found)), (None if max(found) > FAR else max(found))


COUNTS = pytest.mark.parametrize("count", [100, pytest.param(2000, marks=pytest.mark.long)])


@pytest.mark.slow
@COUNTS
def test_solving_agrees_with_brute_force(count: int) -> None:
    @settings(max_examples=count, deadline=None)
    @given(networks())
    def check(occasions: dict[str, Occasion]) -> None:
        solutions = fitting_all(statements(occasions).values())
        if not solutions:
            with pytest.raises(TimelineError):
                solve(occasions, zero="a")
            return
        timeline = solve(occasions, zero="a")
        ranks, pairs = timeline.ranks(), set(timeline.ordered_pairs())
        for first, second in itertools.permutations(KEYS, 2):
            low, high = bounds(solutions, first, second)
            assert timeline.between(first, second) == (low, high)
            certain = low is not None and low >= 0
            strictly = certain and (low, high) != (0, 0)
            assert timeline.certainly_not_after(first, second) == certain == ((first, second) in pairs)
            assert timeline.certainly_before(first, second) == strictly
            assert not strictly or ranks[first] < ranks[second]
        for key in KEYS:
            assert timeline.bounds(key) == ((0, 0) if key == "a" else bounds(solutions, "a", key))
            before = [ranks[each] for each in KEYS if timeline.certainly_before(each, key)]
            assert ranks[key] == 1 + max(before, default=0)

    check()


def contradiction(occasions: dict[str, Occasion]) -> tuple[TimeStatement, ...]:
    with pytest.raises(TimelineError) as caught:
        solve(occasions, zero="a")
    return caught.value.statements


@pytest.mark.slow
@COUNTS
def test_a_contradiction_is_told_by_the_fewest_statements_that_make_it(count: int) -> None:
    @settings(max_examples=count, deadline=None)
    @given(networks().filter(lambda each: not fitting_all(statements(each).values())))
    def check(occasions: dict[str, Occasion]) -> None:
        stated = statements(occasions)
        told = [each.where for each in contradiction(occasions)]
        assert len(set(told)) == len(told)
        assert not fitting_all(stated[each] for each in told)
        for one in told:
            assert fitting_all(stated[each] for each in told if each != one), one
        for fewer in itertools.combinations(stated, len(told) - 1):
            assert fitting_all(stated[each] for each in fewer), fewer

    check()
