"""Tells when an occasion was as people say it: with years or months, and no day where none is told."""

from __future__ import annotations

import math

from casegraph.facts import CaseFacts

__all__ = ["as_read", "bounds", "in_words", "open_side"]

_YEAR, _MONTH = 365.25, 30.4375
#: from so many days on, people count in years; in months.
_YEARS_FROM, _MONTHS_FROM = 1461, 90


def as_read(told: str, *, is_read: bool) -> str:
    """Return a time in words, with a hedge where it would be another without a reading of the curator.

    >>> as_read("at least 330 days", is_read=True)
    "at least 330 days by the curator's reading"
    """
    return f"{told} by the curator's reading" if is_read else told


def open_side(facts: CaseFacts, occasion: str) -> str:
    """Return on which side of the zero point an occasion lies, where only that is known; else nothing."""
    zero = facts.value(facts.case, "zeroPoint")
    if zero is None or occasion == zero or facts.values(occasion, "solvedBasis"):
        return ""
    side = {(0, None): "before", (None, 0): "after"}.get(bounds(facts, occasion, "solvedStart"))
    return f"not {side} {facts.name(zero)}" if side else ""


def bounds(facts: CaseFacts, occasion: str, name: str) -> tuple[int | None, int | None]:
    """Return the least and the most days of a time by the name of its property; None for an open side."""
    low, high = (facts.value(occasion, f"{name}{which}Days") for which in ("Min", "Max"))
    return None if low is None else int(low), None if high is None else int(high)


def in_words(low: int | None, high: int | None) -> str:
    """Return days from a point in years or months, rounded outward; nothing for few days, or an open side.

    >>> in_words(4182, 4219), in_words(-442, -410), in_words(-2740, 0)
    ('11.4 to 11.6 years after', '13.4 to 14.6 months before', 'up to 7.6 years before')
    >>> in_words(182, 182), in_words(0, 7)
    ('about 6 months after', '')
    """
    if low is None or high is None or max(-low, high) < _MONTHS_FROM or low < 0 < high:
        return ""
    near, far = sorted((abs(low), abs(high)))
    length, unit = (_YEAR, "years") if far >= _YEARS_FROM else (_MONTH, "months")
    least, most = math.floor(near / length * 10) / 10, math.ceil(far / length * 10) / 10
    many = f"up to {most:g}" if near == 0 else f"{least:g} to {most:g}"
    if near == far:
        many = f"about {round(far / length, 1):g}"
    return f"{many} {unit} {'before' if low < 0 else 'after'}"
