"""Numbers of one test: one and the same, told more or less precisely, or two that cannot both be right.

Two numbers are most often two measurements. So they contradict each other only at one time; where no time is
told, or a time with room for two, only if each telling has no other number of the test; and where the times
cannot be compared, only if moreover one is the other with its decimal slipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import inf
from typing import cast

from casegraph.merge.conflicts.findings import one_method
from casegraph.merge.conflicts.items import Item, Topic, Verdict
from casegraph.merge.conflicts.kinds import Kinds, iri_of
from casegraph.merge.conflicts.readings import readings, units_of
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.times import Times, When
from casegraph.merge.conflicts.units import readable, words_in
from casegraph.model import TestResult

__all__ = ["NUMBERS", "remark"]

#: A telling has one number of a test; several of several times; several of one time.
_ONE, _COURSE, _RANGE = "one", "course", "range"
#: No measurement is larger; what is, infinity and what is no number are not compared.
_LARGEST = 1e100
#: In more days than these something can change.
_WEEK = 7
_PAST = "medicalHistory"
#: power of ten -> what the less is of the more, and the more of the less.
_PARTS = {
    1: ("a tenth of", "ten times"),
    2: ("a hundredth of", "a hundred times"),
    3: ("a thousandth of", "a thousand times"),
    6: ("a millionth of", "a million times"),
}


def _numbers(telling: Telling) -> Iterator[Item]:
    found = {
        name: claim
        for name, (_, claim) in telling.claims.items()
        if isinstance(claim, TestResult) and claim.value is not None and abs(claim.value) < _LARGEST
    }
    alike: dict[tuple[object, ...], list[TestResult]] = {}
    for claim in found.values():
        alike.setdefault(_what(claim), []).append(claim)
    kinds = {what: dict(_kinds(tests)) for what, tests in alike.items()}
    for name, claim in found.items():
        yield Item(telling, name, kinds[_what(claim)][claim.at], claim, (iri_of(claim.what),), claim.at)


def _kinds(tests: list[TestResult]) -> Iterator[tuple[str | None, str]]:
    """Yield each occasion of one test with what a number of it is among those that the telling has."""
    at_once: dict[str | None, dict[tuple[object, ...], TestResult]] = {}
    for each in tests:
        told = (each.value, each.unit, each.unit_term, each.printed)
        at_once.setdefault(each.at, {})[told] = each
    for at, numbers in at_once.items():
        several = any(_apart(*pair) for pair in combinations(numbers.values(), 2))
        yield at, _RANGE if several else _ONE if len(at_once) == 1 else _COURSE


def _apart(first: TestResult, second: TestResult) -> bool:
    """Say whether two numbers cannot be one, in whatever units they are told."""
    both = readings(first, second)
    return both is not None and both.apart


def _what(test: TestResult) -> tuple[object, ...]:
    return (test.what, test.method, test.specimen, test.site, test.component_of)


def _of_numbers(one: Item, other: Item, kinds: Kinds) -> Verdict:
    first, second = _tests(one, other)
    if one.about != other.about or not _one_test(first, second, kinds):
        return None
    units, both = units_of(first, second), readings(first, second)
    if both is None:
        same = units is not None and first.value == second.value and all(map(readable, units))
        return "unit" if same else None
    if both.agree:
        return "agree"
    if both.titres:
        return "number" if both.apart else None
    if both.moved and first.value == second.value:
        return "unit"
    return "number" if units is None or words_in(units[0]) == words_in(units[1]) else None


def _weighed(one: Item, other: Item, when: When, times: Times) -> When:
    """Say how sure it is that two numbers contradict each other."""
    first, second = _tests(one, other)
    both = readings(first, second)
    if both is None:
        return "open" if when == "same" else when
    if both.moved and first.value == second.value:
        return when
    if _RANGE in (one.kind, other.kind):
        return "different"
    if when == "same" and _loosely(one, other, times):
        when = "untold"
    alone = one.kind == other.kind == _ONE
    if when != "same" and not (alone and (when == "untold" or both.slipped is not None)):
        return "different"
    return when if both.sure or when != "same" else "open"


def _loosely(one: Item, other: Item, times: Times) -> bool:
    """Say whether one time is told for both that has room for two measurements: a past, a year of age."""
    if one.at is None or other.at is None:
        return True
    if one.telling.case.occasions[one.at].phase == _PAST:
        return True
    least, most = times.days_between(one.at, other.at)
    wide = least is not None and most is not None and most - least > 2 * _WEEK
    return wide or max(_days(one.telling, one.at), _days(other.telling, other.at)) > _WEEK


def _days(telling: Telling, at: str) -> float:
    """Return the most days from the start of an occasion to its end; none where no days are told."""
    occasion = telling.case.occasions[at]
    if occasion.anchor is None:
        return 0
    least, most = telling.timeline.between(occasion.anchor, at)
    if occasion.end is not None:
        most = occasion.end[1]
        return inf if most is None or least is None else most - least
    return 0 if least is None or most is None else most - least


def remark(one: Item, other: Item) -> str | None:
    """Return in words that a number is another with its decimal slipped; None where it is not."""
    power = _slipped(one, other)
    if power is None:
        return None
    part, times = _PARTS[abs(power)]
    return f"{part if power > 0 else times} the other: a slip of a decimal?"


def _slipped(one: Item, other: Item) -> int | None:
    """Return by which power of ten the number of one test is that of another; None where it is by none."""
    both = readings(*_tests(one, other))
    return None if both is None else both.slipped


def _tests(one: Item, other: Item) -> tuple[TestResult, TestResult]:
    return cast(TestResult, one.claim), cast(TestResult, other.claim)


def _one_test(first: TestResult, second: TestResult, kinds: Kinds) -> bool:
    panels = ([iri_of(each.component_of)] if each.component_of else [] for each in (first, second))
    return one_method(first, second, kinds) and kinds.compatible(*panels)


#: Numbers of tests, with their units.
NUMBERS = Topic(_numbers, _of_numbers, weigh=_weighed)
