"""Puts a dose of a timeline into words that say what is not told of it, and how it was found."""

from __future__ import annotations

from typing import Final

from casegraph.facts import CaseFacts
from casegraph.story.words import Words, joined

__all__ = ["dose_words", "is_regular", "is_single"]

_AMOUNTS: Final = ("dose", "doseMin", "doseMax", "doseFrom", "doseTo")
#: the units of UCUM that a rate ends with: minute, hour, day, week, month, year.
_PERIODS: Final = frozenset({"min", "h", "d", "wk", "mo", "a"})


def is_single(facts: CaseFacts, dosing: str) -> bool:
    """Say whether one dose was given, as the report counts."""
    return facts.number(dosing, "doseCount") == 1


def is_regular(facts: CaseFacts, dosing: str) -> bool:
    """Say whether it is told that a dose was repeated: how often, by a rate as mg/day, or step by step."""
    unit = facts.value(dosing, "doseUnit") or ""
    rate = "/" in unit and unit.rpartition("/")[2] in _PERIODS
    return rate or any(facts.values(dosing, each) for each in ("dosesPerPeriod", "schedule", "doseFrom"))


def dose_words(words: Words, dosing: str) -> str:
    """Return amount and frequency in few letters, with what of both is not told."""
    facts, told = words.facts, words.dose(dosing)
    if not told:
        return "dose not stated"
    has_amount = any(facts.values(dosing, each) for each in _AMOUNTS)
    counted = bool(facts.values(dosing, "doseCount"))
    silent = "" if has_amount else "amount not stated"
    if not counted and not is_regular(facts, dosing):
        silent = joined(silent, "how often not told")
    found = joined("repaired" if facts.values(dosing, "repairedFrom") else "", words.basis(dosing))
    single = "one dose" if is_single(facts, dosing) and has_amount else ""
    return joined(joined(told, f"({found})" if found else "", by=" "), single, silent)
