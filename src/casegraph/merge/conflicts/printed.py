"""Numbers as a report prints them, with bounds and margins in signs or in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

__all__ = ["Printed", "read_dilution", "read_printed"]

_NUMBER = r"\d+(?:[.,]\d+)*(?!\d|[.,]\d)"
_PRINTED = re.compile(
    rf"\s*(?P<words>[^\d<>\u2264\u2265~\u2248\u00b1+\-]*)(?P<sign>[<>\u2264\u2265]=?|~|\u2248)?\s*"
    rf"(?P<low>[-+]?{_NUMBER})"
    rf"(?:\s*(?:-|\u2013|\u2014|to\b|and\b)\s*(?P<high>[-+]?{_NUMBER})"
    rf"|\s*(?:\u00b1|\+/-|\+-)\s*(?P<margin>{_NUMBER}))?"
    r"(?!\s*(?:[*^/:-]|\u2013|to\b)\s*\d)(?!\s*[x\u00d7]\s*(?!10\b|10\W)\d)"
    r"\s*(?P<after>\+(?!\s*[\d/-])|(?:or|and)\s+(?:more|above|higher|greater|less|below|lower|fewer)\b)?"
    r"(?P<tail>.*)",
    re.DOTALL | re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\([^()]*\)")
_DILUTION = re.compile(
    rf"\s*(?P<words>[^\d<>\u2264\u2265]*)(?P<sign>[<>\u2264\u2265])?=?\s*1\s*[:/]\s*(?P<low>{_NUMBER})\D*"
)
_POWER = re.compile(r"\s*[x\u00d7*]\s*10\s*[\^*]?\s*(?P<power>\d{1,2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
#: What is longer is no number as printed.
_LONGEST = 200
_MOST = frozenset(
    {"less than", "below", "under", "lower than", "fewer than", "up to", "at most", "no more than"}
    | {"not more than", "undetectable", "not detected", "not detectable"}
)
_LEAST = frozenset(
    {"more than", "above", "over", "greater than", "higher than", "at least", "exceeding", "no less than"}
    | {"not less than", "in excess of"}
)
_ABOUT = frozenset(
    {"about", "approximately", "approx", "around", "circa", "ca", "roughly", "nearly", "almost", "close to"}
)
_PLAIN = frozenset({"", "between", "from"})
#: Words that say whether a number is high, beside the number itself.
_HIGH_OR_LOW = frozenset(
    {"elevated", "raised", "increased", "high", "low", "normal", "positive", "negative", "at"}
)
#: Words behind a number that make it more or less than it is.
_QUALIFIED = re.compile(
    r"(?<!/)\b(?:peak|max|maximum|maximal|min|minimum|nadir|lowest|highest|mean|median|average|about|approximately"
    r"|then|later|initially|or|rising|falling|increasing|decreasing)\b|[;,]\s*\d|[<>~\u2248\u00b1]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A number or two as printed.

    :param bound: whether it is the least or the most that was, or only about that much.
    :param margin: how much more or less it may be.
    :param understood: whether all words before it and behind it are known.
    :param power: the power of ten that it is counted in: of 4.5 x 10^9 that is 10^9, else 1.
    :param tail: what stands behind it, a unit perhaps.
    """

    low: Decimal
    high: Decimal
    bound: Literal["most", "least", "about"] | None
    margin: Decimal | None
    understood: bool
    power: Decimal
    tail: str


def read_printed(text: str) -> Printed | None:
    """Return the number of a printed text; None where it has none, or more than two, or is a long text.

    >>> read_printed("less than 5 mg/L").bound, read_printed("20 \u00b1 5").margin
    ('most', Decimal('5'))
    >>> read_printed("peak 120").understood
    False
    """
    outside = _PARENTHESIS.sub(" ", text[:_LONGEST])
    bare = outside if re.search(r"\d", outside) else re.sub(r"[()]", " ", text)
    told = _PRINTED.fullmatch(" ".join(bare.split())) if len(text) < _LONGEST else None
    if told is None:
        return None
    low, high, margin = (_decimal(told[each]) for each in ("low", "high", "margin"))
    if low is None or (told["high"] and high is None):
        return None
    words = _words(told["words"])
    bound = _bound(told["sign"], words, told["after"])
    plain = words in _PLAIN | _MOST | _LEAST | _ABOUT
    understood = plain and not _QUALIFIED.search(told["tail"])
    high = low if high is None else high
    return Printed(low, high, bound, margin, understood, _power(told["tail"]), told["tail"].strip())


def read_dilution(text: str) -> Printed | None:
    """Return how often a serum was diluted, of a printed titre; None where it is no titre.

    >>> read_dilution("1:640").low, read_dilution(">1/1280").bound
    (Decimal('640'), 'least')
    """
    told = _DILUTION.fullmatch(" ".join(text.split())) if len(text) < _LONGEST else None
    times = _decimal(told["low"]) if told else None
    if told is None or times is None or not times:
        return None
    words = _words(told["words"])
    plain = words in _PLAIN | _MOST | _LEAST | _ABOUT
    return Printed(times, times, _bound(told["sign"], words, None), None, plain, Decimal(1), "")


def _words(text: str) -> str:
    """Return the words before a number, but those that say whether it is high."""
    words = [each.lower() for each in _WORD.findall(text)]
    kept = [each for each in words if each not in _HIGH_OR_LOW]
    joined = " ".join(words)
    return joined if joined in _MOST | _LEAST else " ".join(kept)


def _bound(sign: str | None, words: str, after: str | None) -> Literal["most", "least", "about"] | None:
    if sign and sign in "~\u2248":
        return "about"
    if sign:
        return "most" if sign[0] in "<\u2264" else "least"
    if after:
        return "most" if after.split()[-1].lower() in ("less", "below", "lower", "fewer") else "least"
    if words in _ABOUT:
        return "about"
    return "most" if words in _MOST else "least" if words in _LEAST else None


def _power(tail: str) -> Decimal:
    told = _POWER.match(tail)
    return Decimal(1).scaleb(int(told["power"])) if told else Decimal(1)


def _decimal(text: str | None) -> Decimal | None:
    """Return a printed number; a comma before three digits parts thousands, another one is a point."""
    if text is None:
        return None
    thousands = re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text)
    plain = text.replace(",", "") if thousands else text.replace(",", ".")
    return Decimal(plain) if plain.count(".") <= 1 else None
