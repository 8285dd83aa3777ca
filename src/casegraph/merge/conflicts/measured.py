"""Numbers of one test: one and the same, told more or less precisely, or two that cannot both be right.

Two numbers are most often two measurements. So they contradict each other only at one time; where no time is
told, or a year, only if each telling has no other number of the test; and where the times cannot be compared,
only if moreover one is the other with its decimal slipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from casegraph.merge.conflicts.findings import one_method
from casegraph.merge.conflicts.items import Item, Topic, Verdict
from casegraph.merge.conflicts.kinds import Kinds, iri_of
from casegraph.merge.conflicts.spans import Span, slip, span_of
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.times import Times, When
from casegraph.merge.conflicts.units import converted, readable, told_unit, words_in
from casegraph.model import TestResult

__all__ = ["NUMBERS", "remark"]

#: A telling has one number of a test; several of several times; several of one time.
_ONE, _COURSE, _RANGE = "one", "course", "range"
#: No measurement is larger; what is, infinity and what is no number are not compared.
_LARGEST = 1e100
_PAST, _ONSET, _MONTH = "medicalHistory", "onset", 31
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
    at_once: dict[str | None, set[tuple[object, ...]]] = {}
    for each in tests:
        at_once.setdefault(each.at, set()).add((each.value, each.unit, each.unit_term))
    for at, numbers in at_once.items():
        yield at, _RANGE if len(numbers) > 1 else _ONE if len(at_once) == 1 else _COURSE


def _what(test: TestResult) -> tuple[object, ...]:
    return (test.what, test.method, test.specimen, test.site, test.component_of)


def _of_numbers(one: Item, other: Item, kinds: Kinds) -> Verdict:
    first, second = _tests(one, other)
    units = _units(first, second)
    if one.about != other.about or not _one_test(first, second, kinds):
        return None
    if units is None:
        return "agree" if first.value == second.value and _unit(first) == _unit(second) else None
    theirs = _converted(second, units[1], units[0])
    if theirs is None:
        return "unit" if first.value == second.value and all(map(readable, units)) else None
    if _span(first).meets(theirs):
        return "agree"
    if first.value == second.value:
        return "unit"
    return "number" if words_in(units[0]) == words_in(units[1]) else None


def _weighed(one: Item, other: Item, when: When, times: Times) -> When:
    """Say how sure it is that two numbers contradict each other."""
    first, second = _tests(one, other)
    units = _units(first, second)
    if first.value == second.value and units is not None:
        unlike = _converted(second, units[1], units[0]) is None
        return "open" if unlike and when == "same" else when
    if _RANGE in (one.kind, other.kind):
        return "different"
    if when == "same" and _loosely(one, other, times):
        when = "untold"
    alone = one.kind == other.kind == _ONE
    sure = when == "same" or (alone and (when == "untold" or _slipped(one, other) is not None))
    return when if sure else "different"


def _loosely(one: Item, other: Item, times: Times) -> bool:
    """Say whether one time is told for both that has room for two measurements: a past, a year of age."""
    if one.at is None or other.at is None:
        return True
    phase = one.telling.case.occasions[one.at].phase
    if phase in (_PAST, _ONSET) and phase == other.telling.case.occasions[other.at].phase:
        return phase == _PAST
    least, most = times.days_between(one.at, other.at)
    return least is not None and most is not None and most - least > 2 * _MONTH


def remark(one: Item, other: Item) -> str | None:
    """Return in words that a number is another with its decimal slipped; None where it is not."""
    power = _slipped(one, other)
    if power is None:
        return None
    part, times = _PARTS[abs(power)]
    return f"{part if power > 0 else times} the other: a slip of a decimal?"


def _slipped(one: Item, other: Item) -> int | None:
    """Return by which power of ten the number of one test is that of another; None where it is by none."""
    first, second = _tests(one, other)
    units = _units(first, second)
    if units is None or first.value is None or second.value is None:
        return None
    theirs = converted(second.value, units[1], units[0])
    return None if theirs is None else slip(first.value, theirs)


def _tests(one: Item, other: Item) -> tuple[TestResult, TestResult]:
    return cast(TestResult, one.claim), cast(TestResult, other.claim)


def _units(first: TestResult, second: TestResult) -> tuple[str, str] | None:
    ours, theirs = _unit(first), _unit(second)
    return None if ours is None or theirs is None else (ours, theirs)


def _unit(test: TestResult) -> str | None:
    return told_unit(test.unit, test.unit_term)


def _one_test(first: TestResult, second: TestResult, kinds: Kinds) -> bool:
    panels = ([iri_of(each.component_of)] if each.component_of else [] for each in (first, second))
    return one_method(first, second, kinds) and kinds.compatible(*panels)


def _span(test: TestResult) -> Span:
    return span_of(cast(float, test.value), test.printed)


def _converted(test: TestResult, unit: str, into: str) -> Span | None:
    span = _span(test)
    ends = (converted(span.low, unit, into), converted(span.high, unit, into))
    return None if ends[0] is None or ends[1] is None else Span(ends[0], ends[1])


#: Numbers of tests, with their units.
NUMBERS = Topic(_numbers, _of_numbers, weigh=_weighed)
