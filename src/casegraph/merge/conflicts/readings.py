"""Two numbers of one test side by side, in one unit: converted, as titres, or both without a unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isclose
from typing import cast

from casegraph.merge.conflicts.printed import read_dilution
from casegraph.merge.conflicts.spans import Reading, Span, bounded, read_number, rough_slip, slip
from casegraph.merge.conflicts.units import converted, told_unit
from casegraph.model import TestResult

__all__ = ["Readings", "readings", "units_of"]

#: Two titres of one serum may differ by one step of dilution.
_STEP = 2.0
#: A titre is told exactly, but it may be computed from a fraction.
_EXACT = 0.01
_TITRE = re.compile(r"\{[^}]*tit(?:er|re)[^}]*\}", re.IGNORECASE)
_NUMBER = "1"


@dataclass(frozen=True, slots=True)
class Readings:
    """Two numbers in the unit of the first.

    :param numbers: without what they may stand for.
    :param titres: dilutions, where one step is the error of the test.
    :param sure: false where what is printed was not understood, or no unit is told.
    :param moved: one was converted.
    """

    ours: Span
    theirs: Span
    numbers: tuple[float, float]
    titres: bool = False
    sure: bool = True
    moved: bool = False

    @property
    def agree(self) -> bool:
        """Whether one number may be both."""
        return self.ours.meets(self.theirs)

    @property
    def apart(self) -> bool:
        """Whether they differ by more than the error of the test, where that is known."""
        around = Span(self.ours.low / _STEP, self.ours.high * _STEP) if self.titres else self.ours
        return not around.meets(self.theirs)

    @property
    def slipped(self) -> int | None:
        """By which power of ten the second is the first; None where it is by none."""
        exact = slip(*self.numbers)
        return rough_slip(self.ours, self.theirs) if exact is None and self.moved else exact


def readings(first: TestResult, second: TestResult) -> Readings | None:
    """Return the numbers of two tests side by side; None where they cannot be compared."""
    titres = _titres(first, second)
    if titres is not None:
        return titres
    units = units_of(first, second)
    if units is None:
        bare = first.unit is second.unit is first.unit_term is second.unit_term is None
        return _bare(first, second) if bare else None
    ours, theirs = _reading(first), _reading(second)
    span, number = _converted(theirs.span, *units), converted(cast(float, second.value), units[1], units[0])
    if span is None or number is None:
        return None
    sure, moved = ours.sure and theirs.sure, units[0] != units[1]
    return Readings(ours.span, span, (cast(float, first.value), number), sure=sure, moved=moved)


def units_of(first: TestResult, second: TestResult) -> tuple[str, str] | None:
    """Return the units of two tests; None where one of them is not told."""
    ours, theirs = _unit(first), _unit(second)
    return None if ours is None or theirs is None else (ours, theirs)


def _bare(first: TestResult, second: TestResult) -> Readings:
    numbers = cast(float, first.value), cast(float, second.value)
    return Readings(_reading(first).span, _reading(second).span, numbers, sure=False)


def _reading(test: TestResult) -> Reading:
    told = _unit(test)

    def into(number: float, unit: str) -> float | None:
        return converted(number, unit.replace("\u00b5", "u").replace("\u03bc", "u"), told) if told else None

    return read_number(cast(float, test.value), test.printed, into if told else None)


def _unit(test: TestResult) -> str | None:
    return told_unit(test.unit, test.unit_term)


def _converted(span: Span, ours: str, theirs: str) -> Span | None:
    ends = (converted(span.low, theirs, ours), converted(span.high, theirs, ours))
    return None if ends[0] is None or ends[1] is None else Span(ends[0], ends[1])


def _titres(first: TestResult, second: TestResult) -> Readings | None:
    """Return two titres; a number without a unit is one too beside a number that is told as one."""
    told = [_titre(each) for each in (first, second)]
    if told == [None, None]:
        return None
    both = [each or _plain(test) for each, test in zip(told, (first, second), strict=True)]
    if both[0] is None or both[1] is None:
        return None
    (ours, one), (theirs, other) = both[0], both[1]
    return Readings(ours.span, theirs.span, (one, other), titres=True, sure=ours.sure and theirs.sure)


def _titre(test: TestResult) -> tuple[Reading, float] | None:
    value = cast(float, test.value)
    told = read_dilution(test.printed) if test.printed else None
    if told is not None and any(isclose(value, each) for each in (float(told.low), 1 / float(told.low))):
        number = float(told.low)
        span = _around(number) if told.bound is None else bounded(told)
        return Reading(span, told.understood), number
    unit = _unit(test)
    return _dilution(value) if unit is not None and _TITRE.search(unit) else None


def _plain(test: TestResult) -> tuple[Reading, float] | None:
    return _dilution(cast(float, test.value)) if _unit(test) in (None, _NUMBER) else None


def _dilution(value: float) -> tuple[Reading, float] | None:
    """Return a titre that is told as a number: 640, or the part of serum 1/640."""
    if value <= 0:
        return None
    number = value if value >= 1 else 1 / value
    return Reading(_around(number), True), number


def _around(number: float) -> Span:
    return Span(number * (1 - _EXACT), number * (1 + _EXACT))
