"""What a hurried curator writes in place of a number or a date, and what was probably meant."""

from __future__ import annotations

import re
from datetime import date

__all__ = ["date_fault", "number_fault"]

Fault = tuple[str, str, str]

_GROUPED = re.compile(r"\d{1,3}([,'\u00a0\u202f ]\d{3})+")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_POWER = re.compile(r"([\d.]+)?\s*[x\u00d7*]?\s*10\s*(?:\^|\*\*)\s*(\d{1,2})|([\d.]+)[eE]\+?(\d{1,2})")
_RANGE = re.compile(r"([\d.]+)\s*(?:-|\u2013|to)\s*([\d.]+)")
_BOUND = re.compile(r"(?:<|>|\u2264|\u2265|~|about|at least|up to|below|above)\s*[\d.]+", re.IGNORECASE)
_LETTER_IN_NUMBER = re.compile(r"(?=\S*\d)[\dlIoO.,]*[lIoO][\dlIoO.,]*|.*\b[lI][oO]\d.*")
_WITH_UNIT = re.compile(r"([\d.,']+)\s*([A-Za-z%\[\u00b5\u03bc].*)")
_QUOTED = re.compile(r"-?\d+(\.\d+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
_MONTHS = 12


def number_fault(text: str) -> Fault | None:
    """Return code, message and what to do for a text in place of a number; None if it is like no number.

    >>> number_fault("1,000")[0], number_fault("5 mg")[2]
    ('thousands-separator', 'write 5, and mg as the unit')
    """
    said = text.strip()
    for pattern, fault in _NUMBERS:
        if found := pattern.fullmatch(said):
            code, message, todo = fault(found)
            return code, f"{text!r} {message}", todo
    return None


def _plain(text: str) -> str:
    return re.sub(r"[,'\u00a0\u202f ]", "", text)


def _grouped(found: re.Match[str]) -> Fault:
    todo = f"write {_plain(found[0])}"
    if found[0].count(",") == 1:
        todo += f", or {found[0].replace(',', '.')} if the comma is a decimal one; the report decides"
    return "thousands-separator", "has a separator of thousands", todo


def _power(found: re.Match[str]) -> Fault:
    factor, exponent = (found[1] or "1", found[2]) if found[2] else (found[3], found[4])
    return "exponent", "is written with an exponent", f"write {float(factor) * 10 ** int(exponent):.0f}"


def _with_unit(found: re.Match[str]) -> Fault:
    if letter := _LETTER_IN_NUMBER.fullmatch(found[0].split()[0]):
        return _letter(letter)
    unit = found[2].strip()
    return "unit-in-number", "holds the unit too", f"write {_plain(found[1])}, and {unit} as the unit"


def _letter(found: re.Match[str]) -> Fault:
    mended = found[0].translate(str.maketrans("lIoO", "1100"))
    todo = f"look at the page: is it {mended}? keep what is printed in 'repaired_from'"
    return "damaged-number", "has letters where digits belong", todo


_NUMBERS = (
    (_GROUPED, _grouped),
    (
        _DECIMAL_COMMA,
        lambda found: ("decimal-comma", "has a decimal comma", f"write {found[0].replace(',', '.')}"),
    ),
    (_POWER, _power),
    (
        _RANGE,
        lambda found: (
            "range-as-number",
            "is a range",
            f"use the _min key for {found[1]} and the _max key for {found[2]}",
        ),
    ),
    (_BOUND, lambda found: ("bound-as-number", "is a bound", "use the _min or the _max key")),
    (_LETTER_IN_NUMBER, _letter),
    (_WITH_UNIT, _with_unit),
    (_QUOTED, lambda found: ("number-as-text", "stands in quotes", f"write {found[0]} without them")),
)


def date_fault(text: str) -> Fault | None:
    """Return code, message and what to do for a date whose day or month comes first; None if it is like none.

    >>> date_fault("09.07.2020")[1]
    "'09.07.2020' is 9 July or 7 September 2020"
    """
    found = _DAY_FIRST.fullmatch(text.strip())
    if found is None:
        return None
    first, second = int(found[1]), int(found[2])
    year = int(found[3]) if len(found[3]) > 2 else 2000 + int(found[3])  # noqa: PLR2004
    ways = [(day, month) for day, month in ((first, second), (second, first)) if 1 <= month <= _MONTHS]
    dates = [each for each in (_date(year, month, day) for day, month in dict.fromkeys(ways)) if each]
    if not dates:
        return None
    said = " or ".join(f"{each.day} {each:%B}" for each in dates)
    todo = "ask the page and write " + " or ".join(each.isoformat() for each in dates)
    return "day-or-month-first", f"{text!r} is {said} {year}", todo


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
