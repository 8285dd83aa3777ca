"""Puts what a test gave into the few words of a mark: its value as printed, its result, the range."""

from __future__ import annotations

import re
from decimal import Decimal

from casegraph.story.outcomes import changed, counts
from casegraph.story.words import Words, joined

__all__ = ["result"]

_NUMBER = re.compile(r"\d+(\.\d+)?")


def result(words: Words, claim: str) -> tuple[str, str, str, str]:
    """Return what was tested, the label of the row of a test, its sign, and its words."""
    facts = words.facts
    outcome = words.labels(claim, "resultConcept") or words.labels(claim, "result")
    change = joined(changed(words, claim), words.text_of(claim, "degree", "({})"), by=" ")
    told = facts.value(claim, "result") or facts.value(claim, "direction")
    measured, beside = _against_range(words, claim)
    found = joined("repaired" if facts.values(claim, "repairedFrom") else "", words.basis(claim))
    many = counts(words, claim, "positiveCount", "{} of {}")
    text = joined(_value(words, claim), outcome, change, many, beside) or "done"
    tested = words.labels(claim, "aboutConcept")
    label = joined(tested, words.labels(claim, "coverage"))
    sign = facts.name(told) if told else measured or "value"
    return tested, label, sign, joined(text, f"({found})" if found else "", by=" ")


def _value(words: Words, claim: str) -> str:
    """Return a value with its unit; what is printed stands in its place where it says more, as a range."""
    number, printed = words.facts.number(claim, "value"), words.facts.value(claim, "valuePrinted")
    quoted = f"“{printed}”" if printed else ""
    if number is None:
        return quoted
    unit = words.text(claim, "unit") or words.labels(claim, "unitConcept")
    said = joined(f"{number:f}", "" if unit == "1" else unit, by=" ")
    if printed is None or printed == said or _is(printed, number):
        return said
    is_in_it = re.search(rf"(?<![\d.,]){re.escape(said)}(?![\d.,])", printed)  # 24 is not in 240
    return quoted if is_in_it else joined(said, quoted)


def _is(printed: str, number: Decimal) -> bool:
    """Say whether no more is printed than a number."""
    return _NUMBER.fullmatch(printed) is not None and Decimal(printed) == number


def _against_range(words: Words, claim: str) -> tuple[str, str]:
    """Return the sign and the words of a value that lies below or above the range that is told with it."""
    number = words.facts.number(claim, "value")
    low, high = (words.facts.number(claim, name) for name in ("rangeLow", "rangeHigh"))
    if number is None or (low is None and high is None):
        return "", ""
    ends = f"to {high:f}" if low is None else f"from {low:f}" if high is None else f"{low:f} to {high:f}"
    if low is not None and number < low:
        return "belowRange", f"below range ({ends})"
    if high is not None and number > high:
        return "aboveRange", f"above range ({ends})"
    return "", f"in range ({ends})"
