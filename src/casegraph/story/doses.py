"""Puts the doses of a treatment into few words: those that are meant, or what is told of the whole."""

from __future__ import annotations

from collections.abc import Sequence

from casegraph.story.moments import at_moment, told_days
from casegraph.story.order import days_from
from casegraph.story.words import Words, joined

__all__ = ["dose_of", "doses_of", "whole_dose"]


def dose_of(words: Words, segment: str) -> str:
    """Return the dose of a stretch of one dosing with its route, or its change, and its repaired print."""
    dose = words.dose(segment) or words.labels(segment, "doseChange")
    told = joined(dose, words.labels(segment, "route"))
    repaired = words.repaired(segment)
    return f"{told} ({repaired})" if told and repaired else told


def doses_of(words: Words, segments: Sequence[str]) -> list[str]:
    """Return the doses of some stretches; equal ones stand once, with how many times they were given."""
    alike: dict[str, list[str]] = {}
    for each in segments:
        alike.setdefault(dose_of(words, each), []).append(each)
    return [_times(words, told, found) for told, found in alike.items() if told]


def _times(words: Words, told: str, segments: Sequence[str]) -> str:
    """Return a dose with how many times it was given, where that is told, and it was more than once."""
    counts = [words.facts.number(each, "doseCount") for each in segments]
    if len(segments) == 1 or None in counts:
        return told
    if set(counts) != {1}:
        return f"{len(segments)} times {told}"
    return joined(f"{len(segments)} doses of {told}", _apart(words, segments))


def _apart(words: Words, segments: Sequence[str]) -> str:
    """Return how long after the first of two doses the second was, where that is told."""
    facts = words.facts
    first, *others = sorted(segments, key=lambda each: facts.rank(facts.value(each, "at")))
    at = facts.value(others[0], "at")
    if len(others) > 1 or at is None or facts.value(at, "anchor") != facts.value(first, "at"):
        return ""
    since = days_from(*told_days(facts, at))
    return f"the second {since} the first" if since else ""


def whole_dose(words: Words, episode: str) -> str:
    """Return the dose of a treatment: its only one, or that which it was begun at; nothing of others.

    It was begun at a dose only where both have one told start, and has one dose only where no change of it is
    told, be it without a number. An only one that was told of at another time stands with that time.
    """
    facts = words.facts
    segments, start = facts.values(episode, "hasSegment"), facts.value(episode, "at")
    first = {each: facts.value(each, "at") for each in segments if not facts.values(each, "doseChange")}
    if len(first) == len(segments) and len(of_all := doses_of(words, segments)) == 1:
        return joined(of_all[0], _when(words, {*first.values()}, start), by=" ")
    begun = [dose_of(words, each) for each, at in first.items() if at is not None and at == start]
    return f"begun at {begun[0]}" if len(begun) == 1 and begun[0] else ""


def _when(words: Words, at: set[str | None], start: str | None) -> str:
    """Return when a dose was told of, where it is not told that the treatment was begun at it."""
    (when, *more) = at
    if when is None or when == start or more:
        return ""
    return "".join(at_moment(words.facts, when))
