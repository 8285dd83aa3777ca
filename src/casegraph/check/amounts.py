"""Reads the amounts of a printed text: numbers with separators, powers or words, and their units."""

from __future__ import annotations

import re

__all__ = ["amounts", "numbers"]

_SPACE = "\u00a0\u202f "
_NUMBER = rf"\d{{1,3}}(?:[,'{_SPACE}]\d{{3}})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_AMOUNT = re.compile(
    rf"(?:(?P<factor>{_NUMBER})\s*[x\u00d7*]\s*)?10\s*(?:\^|\*\*)\s*(?P<power>\d+)\s*(?P<unit>[A-Za-z\u00b5\u03bc%]*)"
    rf"|(?P<number>{_NUMBER})\s*(?P<word>million|thousand)?\s*(?P<unit2>[A-Za-z\u00b5\u03bc%]*)"
)
_WORDS = {"million": 1e6, "thousand": 1e3, None: 1.0}
#: a unit of mass as it is printed -> how many milligrams it is.
_MILLIGRAMS = {"mg": 1.0, "g": 1e3, "kg": 1e6, "ng": 1e-6}
_MILLIGRAMS |= dict.fromkeys(("ug", "mcg", "\u00b5g", "\u03bcg"), 1e-3)


def amounts(text: str) -> set[tuple[float, str]]:
    """Return each number of a text with the word behind it, such as ``mg``.

    >>> sorted(amounts("1,000 mg, then 1.5 million IU"))
    [(1000.0, 'mg'), (1500000.0, 'IU')]
    """
    found = set()
    for each in _AMOUNT.finditer(text):
        if each["power"]:
            number = _read(each["factor"] or "1") * 10 ** int(each["power"])
            found.add((number, each["unit"]))
        else:
            found.add((_read(each["number"]) * _WORDS[each["word"]], each["unit2"]))
    return found


def numbers(text: str, unit: str | None) -> set[float]:
    """Return what a text may say in a unit: its numbers, and those in another unit of mass, converted.

    :param unit: a UCUM unit; only a unit of mass at its front is converted to.

    >>> sorted(numbers("1 g", "mg"))
    [1000.0]
    """
    front = re.match(r"[a-z]+", unit or "")
    into = _MILLIGRAMS.get(front[0]) if front else None
    told = set()
    for number, word in amounts(text):
        of = _MILLIGRAMS.get(word)
        told.add(number if of is None or into is None else number * of / into)
    return told


def _read(text: str) -> float:
    if re.fullmatch(r"\d+,\d+", text) and not re.fullmatch(r"\d{1,3},\d{3}", text):
        return float(text.replace(",", "."))
    return float(re.sub(rf"[,'{_SPACE}]", "", text))
