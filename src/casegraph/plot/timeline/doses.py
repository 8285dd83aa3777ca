"""Puts a dose of a timeline into words that say what is not told of it, and how it was found."""

from __future__ import annotations

from textwrap import shorten
from typing import Final

from casegraph.facts import CaseFacts
from casegraph.story.words import AMOUNTS, Words, joined

__all__ = ["dose_words", "is_lowered", "is_regular", "is_single", "undosed"]

#: letters of a dose that are drawn.
_LONGEST: Final = 60
#: a unit of UCUM that a pressure is told in.
_PRESSURE: Final = "cm[H2O]"
#: the units of UCUM that a rate ends with: minute, hour, day, week, month, year.
_PERIODS: Final = frozenset({"min", "h", "d", "wk", "mo", "a"})


def is_single(facts: CaseFacts, dosing: str) -> bool:
    """Say whether one dose was given, as the report counts."""
    return facts.number(dosing, "doseCount") == 1


def is_regular(facts: CaseFacts, dosing: str) -> bool:
    """Say whether it is told that a dose was repeated: how often, by a rate as mg/day, or step by step.

    A pressure, as that of oxygen, is held and not given again and again.
    """
    unit = facts.value(dosing, "doseUnit") or ""
    rate = unit == _PRESSURE or ("/" in unit and unit.rpartition("/")[2] in _PERIODS)
    return rate or any(facts.values(dosing, each) for each in ("dosesPerPeriod", "schedule", "doseFrom"))


def is_lowered(facts: CaseFacts, dosing: str) -> bool:
    """Say whether a dose was changed from one to another, or lowered to one that is not told."""
    if facts.number(dosing, "doseFrom") is not None:
        return True
    change = facts.name(facts.value(dosing, "doseChange") or "")
    return change == "lowered" and not any(facts.values(dosing, each) for each in ("dose", "doseMin"))


def undosed(words: Words, dosing: str) -> str:
    """Return what is said where no dose is told: how it was changed, if that is."""
    return joined(words.labels(dosing, "doseChange"), "dose not stated")


def dose_words(words: Words, dosing: str) -> str:
    """Return amount and frequency in few letters, with what of both is not told."""
    facts, told = words.facts, shorten(words.dose(dosing), _LONGEST, placeholder=" ...")
    if not told:
        return undosed(words, dosing)
    has_amount = any(facts.values(dosing, each) for each in AMOUNTS)
    counted = bool(facts.values(dosing, "doseCount"))
    silent = "" if has_amount else "amount not stated"
    if not counted and not is_regular(facts, dosing):
        silent = joined(silent, "how often not told")
    found = joined("repaired" if facts.values(dosing, "repairedFrom") else "", words.basis(dosing))
    single = "one dose" if is_single(facts, dosing) and has_amount else ""
    is_step = bool(facts.values(dosing, "doseFrom")) or not is_lowered(facts, dosing)
    lowered = "" if is_step else words.labels(dosing, "doseChange")
    return joined(lowered, joined(told, f"({found})" if found else "", by=" "), single, silent)
