"""What a printed number may stand for: 4.2 is anything from 4.15 to 4.25."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from casegraph.merge.conflicts.printed import Printed, read_printed

__all__ = ["Reading", "Span", "bounded", "read_number", "rough_slip", "slip", "span_of"]

#: Of a whole number as many digits are told, whatever zeros it ends in: 1000 is from 950 to 1050.
_TOLD_DIGITS = 2
#: Powers of ten that a number is wrong by when a decimal slips or a unit is a thousand times another.
_SLIPS = (1, 2, 3, 6)
_SAME = 1e-6
#: What is about a number is no further from it than this part of it.
_ABOUT = 0.2
#: A number of two digits is told within a tenth of it.
_ROUGH = 0.1
#: A number that was computed, such as 86.26260233007815, is told no more exactly than this part of it.
_COMPUTED = Decimal("1e-6")


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the most that a number may stand for; infinite where a bound alone is told."""

    low: float
    high: float

    def meets(self, other: Span) -> bool:
        """Say whether one number may be both: 4.2 and 4.23 may, 4.2 and 4.3 may not."""
        return _below(self.low, other.high) and _below(other.low, self.high)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a number may stand for, and whether all that is printed of it was understood."""

    span: Span
    sure: bool


def span_of(value: float, printed: str | None = None) -> Span:
    """Return what a number may stand for by the digits of it that are told.

    :param printed: the number as printed, perhaps as bounds; what does not hold the number is left aside.

    >>> span_of(4.5), span_of(1200)
    (Span(low=4.45, high=4.55), Span(low=1150.0, high=1250.0))
    >>> span_of(86.26260233007815).meets(span_of(86.26260233007816))
    True
    >>> span_of(5, "less than 5 mg/L"), span_of(5, "4 to 6")
    (Span(low=-inf, high=5.0), Span(low=3.5, high=6.5))
    """
    return read_number(value, printed).span


def read_number(
    value: float, printed: str | None, into: Callable[[float, str], float | None] | None = None
) -> Reading:
    """Return what a number may stand for, and whether what is printed of it was understood.

    :param into: turns a printed number and the unit behind it into the unit of the value, None where it
        cannot be: 5 mg/dL may be printed where the value is 50 mg/L.

    >>> read_number(120, "peak 120")
    Reading(span=Span(low=115.0, high=125.0), sure=False)
    """
    number = Decimal(str(value))
    if printed is None:
        return Reading(_rounded(number.normalize()), True)
    told = read_printed(printed)
    if told is not None:
        for power in (Decimal(1), told.power):
            if told.low * power <= number <= told.high * power:
                span = bounded(told)
                return Reading(Span(span.low * float(power), span.high * float(power)), _sure(told))
        moved = _moved(told, into) if into else None
        if moved is not None and moved.low <= value <= moved.high:
            return Reading(moved, _sure(told))
    return Reading(_rounded(number.normalize()), False)


def bounded(told: Printed) -> Span:
    """Return what a printed number may stand for; what is about a number is within a fifth of it."""
    low, high = _rounded(told.low), _rounded(told.high)
    if told.bound == "most":
        return Span(-math.inf, float(told.high))
    if told.bound == "least":
        return Span(float(told.low), math.inf)
    if told.bound == "about":
        return Span(low.low - abs(float(told.low)) * _ABOUT, high.high + abs(float(told.high)) * _ABOUT)
    if told.margin is not None:
        return Span(float(told.low - told.margin), float(told.high + told.margin))
    return Span(low.low, high.high)


def _sure(told: Printed) -> bool:
    return told.understood and told.bound != "about"


def _moved(told: Printed, into: Callable[[float, str], float | None]) -> Span | None:
    span, unit = bounded(told), told.tail.split(" ")[0]
    low, high = into(span.low, unit), into(span.high, unit)
    return None if low is None or high is None else Span(low, high)


def slip(one: float, other: float) -> int | None:
    """Return by which power of ten one number is the other; None where it is not, or by none that is common.

    >>> slip(125, 1250), slip(0.3, 0.0003), slip(125, 1260)
    (1, -3, None)
    """
    ratio = other / one if one else 0
    if not 0 < ratio < math.inf:
        return None
    power = math.log10(ratio)
    whole = round(power)
    return whole if abs(whole) in _SLIPS and abs(power - whole) < _SAME else None


def rough_slip(one: Span, other: Span) -> int | None:
    """Return by which power of ten one number may be the other, both rounded; None where it is by none.

    Numbers of one digit are told too roughly for that.

    >>> rough_slip(span_of(560), span_of(5598)), rough_slip(span_of(5), span_of(52))
    (1, None)
    """
    if max(map(_roughness, (one, other))) > _ROUGH:
        return None
    powers = (sign * power for power in _SLIPS for sign in (1, -1))
    moved = ((each, Span(one.low * 10.0**each, one.high * 10.0**each)) for each in powers)
    return next((power for power, span in moved if span.meets(other)), None)


def _roughness(span: Span) -> float:
    middle = abs(span.low + span.high) / 2
    return (span.high - span.low) / middle if 0 < middle < math.inf else math.inf


def _rounded(number: Decimal) -> Span:
    last = int(number.as_tuple().exponent)
    if last >= 0:
        last = min(_zeros(number), max(0, number.adjusted() + 1 - _TOLD_DIGITS))
    half = max(Decimal(5).scaleb(last - 1), abs(number) * _COMPUTED)
    return Span(float(number - half), float(number + half))


def _zeros(number: Decimal) -> int:
    """Return how many zeros a whole number ends in."""
    return int(number.normalize().as_tuple().exponent)


def _below(low: float, high: float) -> bool:
    return low < high and not math.isclose(low, high, rel_tol=1e-9)
