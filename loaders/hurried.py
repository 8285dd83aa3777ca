"""What a hurried curator writes in place of a number or a date, and what was probably meant."""

from __future__ import annotations

import re
from datetime import date

__all__ = ["date_fault", "number_fault"]

Fault = tuple[str, str, str]

_SPACE = "\u00a0\u202f "
_GROUPED = re.compile(rf"\d{{1,3}}(?:[,.'{_SPACE}]\d{{3}})+")
_BOTH = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:,\d{3})+\.\d+")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_POWER = re.compile(r"(?:([\d.]+)\s*[x\u00d7*]?\s*)?10\s*(?:\^|\*\*)\s*(\d{1,2})|([\d.]+)[eE]([+-]?\d{1,2})")
_LOST_POWER = re.compile(r"(?:([\d.]+)\s*[x\u00d7*]\s*)10([3-9])|()10([6-9])(?=\s*(?:I\.?U|U\b))")
_MILLION = re.compile(r"([\d.]+)\s*(million|thousand)\b")
_RANGE = re.compile(r"([\d.]+)\s*(?:-|\u2013|to)\s*([\d.]+)")
_TIMES = re.compile(r"(\d+)\s*[x\u00d7]\s*([\d.]+)")
_BOUND = re.compile(
    r"(?:<|>|\u2264|\u2265|~|ca\.?|about|around|at least|at most|up to|less than|more than|below|above)"
    r"\s*[\d.]+",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?=.*\d)(?:[\d.]+\s*[x\u00d7*]\s*)?(?=[\dlIoO.,]*[lIoO])[\dlIoO.,]+")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
#: a number, in whatever way, and the unit behind it.
_WITH_UNIT = re.compile(
    r"(?P<number>[\d.]+\s*(?:million|thousand)|.*?10\s*\^\s*\d+|[^A-Za-z%\[\u00b5\u03bc]*\d|.*?[\dlIoO]+)\s*"
    r"(?P<unit>(?:m|k|u|\u00b5|\u03bc|mc)?g\b.*|m?I?\.?U\.?(?:\b.*)?|\[I?U\].*|m[lL]\b.*|%|(?:day|week|month|year)s?\b)"
)
_WORDS = {"million": 6, "thousand": 3}
_MONTHS = 12
#: as it is written -> as UCUM has it.
_UCUM = {"/day": "/d", "mcg": "ug", "\u00b5g": "ug", "\u03bcg": "ug", "m\u00b2": "m2"}


def number_fault(text: str) -> Fault | None:
    """Return code, message and what to do for a text in place of a number; None if it is like no number.

    >>> number_fault("1,000")[2], number_fault("5 mg")[2]
    ('write 1000, or 1.000 if the comma is a decimal one; the report decides', 'write 5, and mg as the unit')
    >>> number_fault("1,5 mg")[2]
    'write 1.5; the unit is mg'
    """
    said = text.strip()
    if found := _classified(said):
        code, message, todo = found
        return code, f"{text!r} {message}", todo
    if with_unit := _WITH_UNIT.fullmatch(said):
        number, unit = with_unit["number"].strip(), with_unit["unit"].strip()
        lost = _lost_power(said, number)
        if not lost and _PLAIN.fullmatch(number):
            todo = f"write {number}, and {_ucum(unit)} as the unit"
            return "unit-in-number", f"{text!r} holds the unit too", todo
        if found := lost or _classified(number):
            code, message, todo = found
            return code, f"{text!r} {message}, and holds the unit too", f"{todo}; the unit is {_ucum(unit)}"
    return None


def _ucum(unit: str) -> str:
    """Return a unit as UCUM has it, where it is one of the usual ways not to."""
    for said, right in _UCUM.items():
        unit = unit.replace(said, right)
    return re.sub(r"^(?<!\[)I\.?U\.?(?=$|/)", "[IU]", unit)


def _classified(said: str) -> Fault | None:
    for pattern, fault in _NUMBERS:
        if found := pattern.fullmatch(said):
            return fault(found)
    return None


def _lost_power(said: str, number: str) -> Fault | None:
    """Return what a number is whose superscript was lost: ``106 IU`` and ``5 x 106``."""
    found = _LOST_POWER.match(said)
    if found is None or found.end() < len(number):
        return None
    factor, exponent = (found[1], found[2]) if found[2] else ("1", found[4])
    value = _value(float(factor or 1), int(exponent))
    todo = f"if 10 to the power of {exponent} is meant, write {value}, what is printed in 'repaired_from'"
    return "lost-exponent", "may have lost a superscript", todo


def _value(factor: float, exponent: int) -> str:
    return f"{factor * 10**exponent:.10f}".rstrip("0").rstrip(".")


def _both(found: re.Match[str]) -> Fault:
    text = found[0]
    decimal = max(text.rfind(","), text.rfind("."))
    mended = re.sub(r"[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    return "thousands-separator", "has a separator of thousands", f"write {mended}"


def _grouped(found: re.Match[str]) -> Fault:
    text = found[0]
    todo = f"write {re.sub(rf'[,.{_SPACE}]', '', text).replace(chr(39), '')}"
    mark = "comma" if "," in text else "point" if "." in text else ""
    if mark and len(re.findall(r"[,.]", text)) == 1:
        todo += f", or {text.replace(',', '.')} if the {mark} is a decimal one; the report decides"
    return "thousands-separator", "may have a separator of thousands", todo


def _power(found: re.Match[str]) -> Fault:
    factor, exponent = (found[1] or "1", found[2]) if found[2] else (found[3], found[4])
    return "exponent", "is written with a power of ten", f"write {_value(float(factor), int(exponent))}"


def _letter(found: re.Match[str]) -> Fault:
    mended = found[0].translate(str.maketrans("lIoO", "1100"))
    power = _LOST_POWER.fullmatch(mended)
    value = f", perhaps {_value(float(power[1]), int(power[2]))}" if power and power[1] else ""
    todo = f"look at the page: is it {mended}{value}? keep what is printed in 'repaired_from'"
    return "damaged-number", "has letters where digits belong", todo


def _plain(found: re.Match[str]) -> Fault:
    mended = re.sub(r"^(-?)0+(?=\d)", r"\1", found[0])
    if mended != found[0]:
        return "number-as-text", "begins with a zero", f"write {mended}"
    return "number-as-text", "stands in quotes, or has more digits than a number here", f"write {found[0]}"


_NUMBERS = (
    (_BOTH, _both),
    (_GROUPED, _grouped),
    (
        _DECIMAL_COMMA,
        lambda found: ("decimal-comma", "has a decimal comma", f"write {found[0].replace(',', '.')}"),
    ),
    (_POWER, _power),
    (
        _MILLION,
        lambda found: (
            "exponent",
            "is written with a word",
            f"write {_value(float(found[1]), _WORDS[found[2]])}",
        ),
    ),
    (
        _RANGE,
        lambda found: (
            "range-as-number",
            "is a range",
            f"use the _min key for {found[1]} and the _max key for {found[2]}",
        ),
    ),
    (
        _TIMES,
        lambda found: (
            "range-as-number",
            "is a number of doses and one dose",
            f"write {found[2]}, and 'doses_in_all: {found[1]}'",
        ),
    ),
    (_BOUND, lambda found: ("bound-as-number", "is a bound", "use the _min or the _max key")),
    (_LETTER, _letter),
    (_PLAIN, _plain),
)

_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})")


def date_fault(text: str) -> Fault | None:
    """Return code, message and what to do for a date not written year-month-day; None if it is like no date.

    >>> date_fault("09.07.2020")[1]
    "'09.07.2020' is 9 July or 7 September 2020"
    """
    said = text.strip()
    if found := _YEAR_FIRST.fullmatch(said):
        day = _date(int(found[1]), int(found[2]), int(found[3]))
        return ("bad-date", f"{text!r} is not written as year-month-day", f"write '{day}'") if day else None
    found = _DAY_FIRST.fullmatch(said)
    if found is None:
        return None
    first, second = int(found[1]), int(found[2])
    year = int(found[3] if len(found[3]) == len("2020") else f"20{found[3]}")
    ways = [(day, month) for day, month in ((first, second), (second, first)) if 1 <= month <= _MONTHS]
    dates = [each for each in (_date(year, month, day) for day, month in dict.fromkeys(ways)) if each]
    if not dates:
        return None
    told = " or ".join(f"{each.day} {each:%B}" for each in dates)
    todo = "ask the page and write " + " or ".join(f"'{each.isoformat()}'" for each in dates)
    return "day-or-month-first", f"{text!r} is {told} {year}", todo


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
