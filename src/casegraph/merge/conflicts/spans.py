"""What a printed number may stand for: 4.2 is anything from 4.15 to 4.25."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Span", "slip", "span_of"]

_NUMBER = r"[-+]?\d+(?:[.,]\d+)*"
_PRINTED = re.compile(
    rf"\s*(?P<bound>[<>\u2264\u2265]=?)?\s*(?P<low>{_NUMBER})"
    rf"(?:\s*(?:-|\u2013|to)\s*(?P<high>{_NUMBER}))?(?![\d.,])(?!\s*(?:[x\u00d7*^/:-]|\u2013|to\b)\s*\d).*",
    re.DOTALL,
)
#: Of a whole number as many digits are told, whatever zeros it ends in: 1000 is from 950 to 1050.
_TOLD_DIGITS = 2
#: Powers of ten that a number is wrong by when a decimal slips or a unit is a thousand times another.
_SLIPS = (1, 2, 3, 6)
_SAME = 1e-6
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


def span_of(value: float, printed: str | None = None) -> Span:
    """Return what a number may stand for by the digits of it that are told.

    :param printed: the number as printed, perhaps as bounds; what does not hold the number is left aside.

    >>> span_of(4.5), span_of(1200)
    (Span(low=4.45, high=4.55), Span(low=1150.0, high=1250.0))
    >>> span_of(86.26260233007815).meets(span_of(86.26260233007816))
    True
    >>> span_of(5, "<5 mg/L"), span_of(5, "4 to 6")
    (Span(low=-inf, high=5.0), Span(low=3.5, high=6.5))
    """
    told = _PRINTED.fullmatch(printed) if printed else None
    if told:
        ends = [each for each in map(_decimal, (told["low"], told["high"])) if each is not None]
        if ends and ends[0] <= Decimal(str(value)) <= ends[-1]:
            return _bounded(told["bound"], ends)
    return _rounded(Decimal(str(value)).normalize())


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


def _bounded(bound: str | None, ends: list[Decimal]) -> Span:
    if bound and bound[0] in "<\u2264":
        return Span(-math.inf, float(ends[0]))
    if bound:
        return Span(float(ends[0]), math.inf)
    return Span(_rounded(ends[0]).low, _rounded(ends[-1]).high)


def _rounded(number: Decimal) -> Span:
    last = int(number.as_tuple().exponent)
    if last >= 0:
        last = min(_zeros(number), max(0, number.adjusted() + 1 - _TOLD_DIGITS))
    half = max(Decimal(5).scaleb(last - 1), abs(number) * _COMPUTED)
    return Span(float(number - half), float(number + half))


def _zeros(number: Decimal) -> int:
    """Return how many zeros a whole number ends in."""
    return int(number.normalize().as_tuple().exponent)


def _decimal(text: str | None) -> Decimal | None:
    """Return a printed number; a comma before three digits parts thousands, another one is a point."""
    if text is None:
        return None
    thousands = re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text)
    plain = text.replace(",", "") if thousands else text.replace(",", ".")
    return Decimal(plain) if plain.count(".") <= 1 else None


def _below(low: float, high: float) -> bool:
    return low < high and not math.isclose(low, high, rel_tol=1e-9)
