"""Two doses of one drug: the same, told in two ways, or not to be reconciled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import isclose
from typing import cast

from casegraph.merge.conflicts.items import Verdict
from casegraph.merge.conflicts.units import converted, readable, told_unit, words_in
from casegraph.model import DoseSegment

__all__ = ["compared_doses", "may_be_one"]

_DAILY = "/d"
#: Amounts that differ by no more than this part are one amount, rounded.
_ROUNDED = 0.01
#: Of a part by weight UCUM has no more than that it is a part: mg/kg is one in a million.
_BY_WEIGHT = re.compile(r"/kg|kg-1")


@dataclass(frozen=True, slots=True)
class _Amount:
    """What is given each time, or a day, in a unit without the day."""

    unit: str
    daily: bool
    low: float
    high: float


def compared_doses(first: DoseSegment, second: DoseSegment) -> Verdict:
    """Compare two doses: by the day where both tell that, else each time.

    A dose is no other where one lies within the bounds of the other. One number in two units that cannot be
    the same is a conflict of units. Doses of two dimensions, such as mg and mg/kg, cannot be compared.

    >>> from casegraph.model import DoseSegment
    >>> twice = DoseSegment(dose=20, unit="mg", times=2, period_days=1)
    >>> compared_doses(twice, DoseSegment(dose=0.04, unit="g/d"))
    'agree'
    >>> compared_doses(twice, DoseSegment(dose=20, unit="mg/d"))
    'dose'
    """
    comparable, asked = _pairs(first, second)
    if any(_apart(*each) for each in asked):
        return "unit" if _one_number(first, second) and _in_one_unit(first, second) else "dose"
    if asked:
        return "agree"
    return "unit" if _one_number(first, second) and not comparable else None


def may_be_one(first: DoseSegment, second: DoseSegment) -> bool:
    """Say whether two doses that differ may be one after all, so that the conflict is possible only.

    They may where the units are of two dimensions, and where one is told with how often it is given, and the
    other, told without that, is all that is given in a day or in the time that is told.

    >>> from casegraph.model import DoseSegment
    >>> twice = DoseSegment(dose=5, unit="mg", times=2, period_days=1)
    >>> may_be_one(twice, DoseSegment(dose=10, unit="mg"))
    True
    >>> may_be_one(twice, DoseSegment(dose=20, unit="mg"))
    False
    """
    _, asked = _pairs(first, second)
    apart = [each for each in asked if _apart(*each)]
    if not apart:
        units = [told_unit(each.unit, each.unit_term) for each in (first, second)]
        return None not in units and _factor(*cast(list[str], units)) is None
    return all(
        any(not _apart(each, other) for each in _all_given(one, first))
        or any(not _apart(one, each) for each in _all_given(other, second))
        for one, other in apart
    )


def _pairs(
    first: DoseSegment, second: DoseSegment
) -> tuple[list[tuple[_Amount, _Amount]], list[tuple[_Amount, _Amount]]]:
    """Return the amounts that can be converted, and those of them that tell whether the doses differ."""
    both = [(one, other) for one in _amounts(first) for other in _amounts(second)]
    comparable = [each for each in both if _factor(each[1].unit, each[0].unit) is not None]
    alike = [each for each in comparable if each[0].daily == each[1].daily]
    by_day = {(one.unit, other.unit) for one, other in alike if one.daily}
    asked = [each for each in alike if each[0].daily or (each[0].unit, each[1].unit) not in by_day]
    return comparable, asked


def _all_given(amount: _Amount, dose: DoseSegment) -> Iterator[_Amount]:
    """Yield what is given in a day and in the time that is told, of an amount that is told each time.

    Such an amount is compared only where one of the doses does not tell how often: else the day is.
    """
    if amount.daily or not (dose.times and dose.period_days):
        return
    for often in (dose.times, dose.times / dose.period_days):
        yield replace(amount, low=amount.low * often, high=amount.high * often)


def _in_one_unit(first: DoseSegment, second: DoseSegment) -> bool:
    """Say whether the unit of one, without the day, is converted into that of the other."""
    told = (told_unit(each.unit, each.unit_term) for each in (first, second))
    bare = [each.removesuffix(_DAILY) for each in told if each is not None]
    return _factor(*bare) is not None


def _amounts(dose: DoseSegment) -> list[_Amount]:
    """Return a dose by each unit that it is told in, each time and by the day."""
    found: list[_Amount] = []
    bounds = _bounds(dose)
    if bounds and (unit := told_unit(dose.unit, dose.unit_term)):
        found += _measured(*bounds, unit, dose)
    if dose.per_weight is not None and dose.per_weight_unit:
        found += _measured(dose.per_weight, dose.per_weight, dose.per_weight_unit, dose)
    return list({(each.unit, each.daily): each for each in found}.values())


def _bounds(dose: DoseSegment) -> tuple[float, float] | None:
    numbers = (dose.dose, dose.dose_min, dose.dose_max, dose.dose_from, dose.dose_to)
    told = [float(each) for each in numbers if each is not None]
    return (min(told), max(told)) if told else None


def _measured(low: float, high: float, unit: str, dose: DoseSegment) -> Iterator[_Amount]:
    daily = unit.endswith(_DAILY)
    bare = unit.removesuffix(_DAILY)
    yield _Amount(bare, daily, low, high)
    if not daily and dose.times and dose.period_days:
        often = dose.times / dose.period_days
        yield _Amount(bare, True, low * often, high * often)


@cache
def _factor(unit: str, into: str) -> float | None:
    """Return how many of one unit another is; None if they are of two kinds."""
    if words_in(unit) != words_in(into) or _by_weight(unit) != _by_weight(into):
        return None
    return converted(1, unit, into)


def _by_weight(unit: str) -> bool:
    return _BY_WEIGHT.search(unit) is not None


def _apart(one: _Amount, other: _Amount) -> bool:
    factor = cast(float, _factor(other.unit, one.unit))
    low, high = other.low * factor, other.high * factor
    return one.low > high * (1 + _ROUNDED) or low > one.high * (1 + _ROUNDED)


def _one_number(first: DoseSegment, second: DoseSegment) -> bool:
    """Say whether both have one number in two units that are not two spellings of one."""
    told = [told_unit(each.unit, each.unit_term) for each in (first, second)]
    units = {each.removesuffix(_DAILY) for each in told if each is not None}
    if not _bounds(first) or _bounds(first) != _bounds(second) or None in told or len(units) < len(told):
        return False
    same = converted(1, *sorted(units))
    return all(map(readable, units)) and (same is None or not isclose(same, 1))
