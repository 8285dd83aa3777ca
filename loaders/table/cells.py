"""What a cell of a table says: a number, a date, a distance in time, a word of the mapping."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from casegraph.loaders.hurried import number_fault
from casegraph.loaders.tables import NOT_FINITE
from casegraph.loaders.times import day_span

__all__ = ["CellError", "completed_years", "days_of", "iso_date", "looked_up", "number", "refuse_not_finite"]

V = TypeVar("V")

#: unit -> its days, by the convention of the times of records.
_DAYS = {"years": Decimal("365.25"), "months": Decimal("30.4375"), "weeks": Decimal(7), "days": Decimal(1)}
#: 130 years: no patient is older.
_MOST_DAYS = 47_482.5
_NUMBER = re.compile(r"[-+]?\d{1,18}(\.\d{1,18})?")
_SEPARATED = re.compile(r"[-+]?\d[\d.,'\s]*")
_PARTED = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})((?:[T ].*)?)")
_DATE_LIKE = re.compile(r"[\d./:TZ+\s-]+")
_YEAR_DIGITS = 4
#: order -> which parts are year, month and day.
_ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}


class CellError(ValueError):
    """A cell that cannot be read one way only; the record is refused.

    :param code: the code of the problem.
    :param todo: what to do about it.
    """

    def __init__(self, code: str, message: str, todo: str) -> None:
        super().__init__(message)
        self.code, self.todo = code, todo


def number(cell: str, decimal: str = ".") -> int | float | None:
    """Return the number in a cell; None where it is a text.

    :param decimal: the decimal sign of the table.
    :raises CellError: if it may be one number or another, or is none on purpose: ``NaN``.

    >>> number("62"), number("0.5"), number("3,5", decimal=","), number("<5")
    (62, 0.5, 3.5, None)
    """
    refuse_not_finite(cell)
    plain, sure = (cell.replace(",", "."), "." not in cell) if decimal == "," else (cell, True)
    if sure and _NUMBER.fullmatch(plain):
        return float(plain) if "." in plain else int(plain)
    if _SEPARATED.fullmatch(cell):
        raise CellError(*_ambiguous(cell, decimal))
    return None


def refuse_not_finite(cell: str) -> None:
    """Refuse what stands for a number and is none: ``NaN``, ``inf``.

    :raises CellError: if the cell is that.
    """
    if NOT_FINITE.fullmatch(cell):
        todo = f"say missing: [{cell}] in the mapping if it stands where nothing was measured"
        raise CellError("wrong-value", f"{cell!r} is no number", todo)


def _ambiguous(cell: str, decimal: str) -> tuple[str, str, str]:
    if decimal == ",":
        todo = "write it without separators of thousands, or with a decimal comma alone"
        return (
            "thousands-separator",
            f"{cell!r} may be one number or another where the comma is decimal",
            todo,
        )
    code, message, _ = number_fault(cell) or ("wrong-value", f"{cell!r} cannot be read as one number", "")
    todo = "write it without separators, or say decimal: ',' in the mapping if the comma is a decimal one"
    return code, message, todo


def days_of(cell: str, unit: str, decimal: str = ".") -> tuple[int, int] | None:
    """Return the fewest and the most days that a distance means; None where the cell is a text.

    A distance of whole units is completed units. One with decimals may have been cut or rounded: both fit.

    :raises CellError: if the number is ambiguous.

    >>> days_of("3", "years"), days_of("-14", "days"), days_of("34.1", "years")
    ((1095, 1460), (-14, -14), (12436, 12491))
    """
    found = number(cell, decimal)
    if found is None:
        return None
    if abs(found) * float(_DAYS[unit]) > _MOST_DAYS:
        todo = "if it stands for what is not known, say so under missing in the mapping"
        raise CellError("wrong-value", f"{cell} {unit} is longer than anybody lived", todo)
    exact = abs(Decimal(cell.replace(",", ".")))
    places = -int(exact.as_tuple().exponent)
    step = Decimal(10) ** -places
    begin = exact - step / 2 if places else exact
    least = math.floor(begin * _DAYS[unit])
    most = max(least, math.ceil((exact + step) * _DAYS[unit]) - 1)
    return (-most, -least) if found < 0 else (least, most)


def completed_years(value: float, unit: str) -> int:
    """Return the completed years of an age.

    >>> completed_years(34.9, "years"), completed_years(30, "months"), completed_years(400, "days")
    (34, 2, 1)
    """
    return int(value / float(_DAYS["years"] / _DAYS[unit]))


def iso_date(cell: str, order: str) -> str | None:
    """Return the date in a cell as ISO 8601 has it; None where the cell is a text.

    :param order: which part is which: ymd, dmy, mdy. A date with the year first is always taken.
    :raises CellError: if the day may be the month, or there is no such date.

    >>> iso_date("3.5.2020", "dmy"), iso_date("2020-05", "dmy"), iso_date("in spring", "ymd")
    ('2020-05-03', '2020-05', None)
    """
    found, written = _PARTED.fullmatch(cell), cell
    year_last = found is not None and len(found[1]) != _YEAR_DIGITS
    if found and year_last:
        if order == "ymd" or len(found[4]) != _YEAR_DIGITS:
            todo = "say order: dmy or mdy in the mapping; a year has four digits"
            raise CellError("day-or-month-first", f"{cell!r} may be one day or another", todo)
        parts = (found[1], found[3], found[4])
        year, month, day = (parts[at] for at in _ORDERS[order])
        written = f"{year}-{month:0>2}-{day:0>2}{found[5]}"
    elif found:
        written = f"{found[1]}-{found[3]:0>2}-{found[4]:0>2}{found[5]}"
    if day_span(written) is not None:
        return written
    if _DATE_LIKE.fullmatch(written):
        raise CellError("wrong-value", *_no_date(cell, order if year_last else ""))
    return None


def _no_date(cell: str, order: str) -> tuple[str, str]:
    if order:
        todo = "correct the cell, or order: in the mapping; with the year first no order is needed"
        return f"{cell!r} is no date in the order {order}", todo
    return f"{cell!r} is no date", "write it year first: 2020-05-31"


def looked_up(cell: str, values: Mapping[str, V]) -> V | None:
    """Return what a mapping says of a cell: of the same letters, else regardless of upper and lower case.

    >>> looked_up("Yes", {"yes": 1}), looked_up("M", {"m": "minor", "M": "male"}), looked_up("?", {})
    (1, 'male', None)
    """
    if cell in values:
        return values[cell]
    alike = [value for key, value in values.items() if key.strip().casefold() == cell.casefold()]
    return alike[0] if alike and all(each == alike[0] for each in alike) else None
