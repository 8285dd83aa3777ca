"""Tells when an occasion was as people say it: with years or months, and no day where none is told."""

from __future__ import annotations

import math

from casegraph.story.words import Words, joined

__all__ = ["in_words", "is_open", "time_at_length"]

_YEAR, _MONTH = 365.25, 30.4375
#: from so many days on, people count in years; in months.
_YEARS_FROM, _MONTHS_FROM = 1461, 90


def time_at_length(words: Words, occasion: str) -> str:
    """Return what is known of when an occasion was, as :meth:`casegraph.story.words.Words.time` and clearer.

    Many days stand with years or months, so that a number as it is printed, as *14*, has its unit. An
    occasion of which only the side of the zero point is known is not told as a day.
    """
    facts = words.facts
    zero = facts.name(facts.value(facts.case, "zeroPoint") or "")
    days, since = words.days(occasion), words.since(occasion)
    span, ago = (in_words(*_bounds(words, occasion, name)) for name in ("solvedStart", "start"))
    return joined(
        is_open(words, occasion) or joined(days, f"that is {span} {zero}" if days and span else ""),
        joined(since, f"that is {ago}" if since and ago else ""),
        words.text(occasion, "timePrinted", "printed as “{}”"),
        words.labels(occasion, "phase"),
    )


def is_open(words: Words, occasion: str) -> str:
    """Return that no day is told, where only the side of the zero point is known; else nothing."""
    facts = words.facts
    zero = facts.value(facts.case, "zeroPoint")
    if zero is None or occasion == zero or facts.values(occasion, "solvedBasis"):
        return ""
    side = {(0, None): "before", (None, 0): "after"}.get(_bounds(words, occasion, "solvedStart"))
    return f"when is not told, not {side} {facts.name(zero)}" if side else ""


def _bounds(words: Words, occasion: str, name: str) -> tuple[int | None, int | None]:
    low, high = (words.facts.value(occasion, f"{name}{which}Days") for which in ("Min", "Max"))
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
