"""Two doses of one drug: the same, told in two ways, or not to be reconciled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from types import MappingProxyType

from casegraph.merge.conflicts.items import Verdict
from casegraph.merge.conflicts.units import converted, readable, told_unit
from casegraph.model import DoseSegment

__all__ = ["compared_doses"]

#: unit of a mass or an activity -> what it is counted in, and how many of that it is.
_IN_BASE: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "kg": ("mg", 1e6),
        "g": ("mg", 1000.0),
        "mg": ("mg", 1.0),
        "ug": ("mg", 0.001),
        "ng": ("mg", 1e-6),
        "[IU]": ("[IU]", 1.0),
        "[iU]": ("[IU]", 1.0),
        "k[IU]": ("[IU]", 1000.0),
        "10*3.[IU]": ("[IU]", 1000.0),
        "10*6.[IU]": ("[IU]", 1e6),
    }
)
_DAILY = "/d"
#: Amounts that differ by no more than this part are one amount, rounded.
_ROUNDED = 0.01


@dataclass(frozen=True, slots=True)
class _Amount:
    """What is given each time, or a day, in a unit of mass or activity, perhaps by weight or surface."""

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
    ours, theirs = _by_measure(first), _by_measure(second)
    measures = ours.keys() & theirs.keys()
    units = {unit for unit, _ in measures}
    asked = {(unit, (unit, True) in measures) for unit in units}
    if any(_apart(ours[each], theirs[each]) for each in asked):
        return "unit" if _one_number(first, second) else "dose"
    if asked:
        return "agree"
    return "unit" if _one_number(first, second) and not _one_dimension(ours, theirs) else None


def _by_measure(dose: DoseSegment) -> dict[tuple[str, bool], _Amount]:
    return {(each.unit, each.daily): each for each in _amounts(dose)}


def _amounts(dose: DoseSegment) -> Iterator[_Amount]:
    bounds = _bounds(dose)
    if bounds and (unit := told_unit(dose.unit, dose.unit_term)):
        yield from _measured(*bounds, unit, dose)
    if dose.per_weight is not None and dose.per_weight_unit:
        yield from _measured(dose.per_weight, dose.per_weight, dose.per_weight_unit, dose)


def _bounds(dose: DoseSegment) -> tuple[float, float] | None:
    numbers = (dose.dose, dose.dose_min, dose.dose_max, dose.dose_from, dose.dose_to)
    told = [float(each) for each in numbers if each is not None]
    return (min(told), max(told)) if told else None


def _measured(low: float, high: float, unit: str, dose: DoseSegment) -> Iterator[_Amount]:
    daily = unit.endswith(_DAILY)
    mass, slash, per = unit.removesuffix(_DAILY).partition("/")
    base, factor = _IN_BASE.get(mass, (mass, 1.0))
    name = f"{base}{slash}{per}"
    yield _Amount(name, daily, low * factor, high * factor)
    if not daily and dose.times and dose.period_days:
        often = factor * dose.times / dose.period_days
        yield _Amount(name, True, low * often, high * often)


def _apart(one: _Amount, other: _Amount) -> bool:
    return one.low > other.high * (1 + _ROUNDED) or other.low > one.high * (1 + _ROUNDED)


def _one_number(first: DoseSegment, second: DoseSegment) -> bool:
    """Say whether both have one number in two units that are not two spellings of one."""
    told = [told_unit(each.unit, each.unit_term) for each in (first, second)]
    units = {each.removesuffix(_DAILY) for each in told if each is not None}
    if not _bounds(first) or _bounds(first) != _bounds(second) or None in told or len(units) < len(told):
        return False
    same = converted(1, *sorted(units))
    return all(map(readable, units)) and (same is None or not isclose(same, 1))


def _one_dimension(
    ours: Mapping[tuple[str, bool], _Amount], theirs: Mapping[tuple[str, bool], _Amount]
) -> bool:
    return bool({unit for unit, _ in ours} & {unit for unit, _ in theirs})
