"""Two tellings of one dose: how sure it is that both cannot be right."""

from __future__ import annotations

import pytest

from test_merge_conflicts import Expected, dosed, found

UNIT: Expected = [("unit", True)]
MAYBE_UNIT: Expected = [("unit", False)]
DOSE: Expected = [("dose", True)]
MAYBE_DOSE: Expected = [("dose", False)]

#: one number in two units: certain where one is converted into the other.
ONE_NUMBER: dict[str, tuple[str, str, Expected]] = {
    "mass and mass": ("mg", "g", UNIT),
    "by the hour and by the day": ("mg/h", "mg/d", UNIT),
    "by the day, mass and mass": ("mg/d", "g/d", UNIT),
    "mass and volume": ("mg", "mL", MAYBE_UNIT),
    "mass and international units": ("mg", "[IU]", MAYBE_UNIT),
    "mass and moles": ("mg", "mmol", MAYBE_UNIT),
    "mass and tablets": ("mg", "{tbl}", MAYBE_UNIT),
    "mass and by weight": ("mg", "mg/kg", MAYBE_UNIT),
    "by weight and in per cent": ("mg/kg", "%", MAYBE_UNIT),
}
TWICE = "times: 2, period_days: 1"
OFTEN: dict[str, tuple[str, str, Expected]] = {
    "the whole day in one": (f"dose: 5, unit: mg, {TWICE}", "dose: 10, unit: mg", MAYBE_DOSE),
    "the whole day in another unit": (f"dose: 5, unit: mg, {TWICE}", "dose: 0.01, unit: g", MAYBE_DOSE),
    "the whole day within bounds": (
        f"dose: 5, unit: mg, {TWICE}",
        "dose_min: 8, dose_max: 12, unit: mg",
        MAYBE_DOSE,
    ),
    "the whole day by weight": (
        f"per_weight: 5, per_weight_unit: mg/kg, {TWICE}",
        "per_weight: 10, per_weight_unit: mg/kg",
        MAYBE_DOSE,
    ),
    "the whole week in one": (
        "dose: 2.5, unit: mg, times: 3, period_days: 7",
        "dose: 7.5, unit: mg",
        MAYBE_DOSE,
    ),
    "neither the whole day nor each time": (f"dose: 5, unit: mg, {TWICE}", "dose: 20, unit: mg", DOSE),
    "each time": (f"dose: 5, unit: mg, {TWICE}", "dose: 5, unit: mg", []),
    "both tell how often": (
        f"dose: 5, unit: mg, {TWICE}",
        "dose: 10, unit: mg, times: 3, period_days: 1",
        DOSE,
    ),
    "as much each time as in a day": (
        f"dose: 5, unit: mg, {TWICE}",
        f"dose: 10, unit: mg, {TWICE}",
        DOSE,
    ),
    "the whole day in one unit, another dose in the other": (
        f"dose: 5, unit: mg, per_weight: 1, per_weight_unit: mg/kg, {TWICE}",
        "dose: 10, unit: mg, per_weight: 7, per_weight_unit: mg/kg",
        DOSE,
    ),
    "one number in two units, and by weight two": (
        "dose: 5, unit: mg, per_weight: 1, per_weight_unit: mg/kg",
        "dose: 5, unit: mL, per_weight: 7, per_weight_unit: mg/kg",
        DOSE,
    ),
}


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_one_number_in_two_units(name: str) -> None:
    one, other, expected = ONE_NUMBER[name]
    told = [dosed(f"dose: 10, unit: '{unit}'") for unit in (one, other)]
    assert found(*told) == found(*reversed(told)) == expected


@pytest.mark.parametrize("name", OFTEN)
def test_how_often_may_be_left_out(name: str) -> None:
    *told, expected = OFTEN[name]
    one, other = map(dosed, told)
    assert found(one, other) == found(other, one) == expected
