"""The frame of the story of a case: its report, its patient, and its occasions in the order of time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from casegraph.namespaces import doi_address
from casegraph.story.lines import Line
from casegraph.story.order import between, without_place
from casegraph.story.words import Words, joined, listed

__all__ = ["head", "occasions", "person", "times"]

#: an age as records print it, in years, months, weeks and days.
_AGE = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?")
#: from this age on, in years, people tell it in years.
_GROWN = 2


def head(words: Words) -> Iterator[tuple[str, list[Line]]]:
    """Yield the title of the report and the patient, each with its lines."""
    facts, report = words.facts, words.facts.report
    issue = words.text(report, "issue", "issue {}")
    published = joined(words.text(report, "journal"), issue, words.text(report, "dcterms:issued"))
    places = [doi_address(each) for each in facts.values(report, "doi")]
    address = listed(places) or words.text(report, "pmid", "PubMed {}")
    extent = words.labels(report, "extentRead")
    lines = [words.text(report, "authors"), published, address, f"read: {extent}" if extent else ""]
    yield facts.value(report, "dcterms:title") or report, [Line(each) for each in lines if each]
    yield (
        f"{'Group' if facts.kind(facts.case) == 'Group' else 'Patient'}: {person(words)}",
        [Line(joined(words.text(facts.case, "patientLabel", "called “{}”"), facts.case))],
    )


def person(words: Words) -> str:
    """Return who the patient is, or how many the group counts."""
    facts, case = words.facts, words.facts.case
    count = facts.value(case, "patientCount")
    if count is not None:
        return f"{count} patients"
    age = _infant(words) or words.text(case, "ageYears", "{} years old")
    at = words.text(case, "ageAt", "at {}").replace(f"{case}#", "")
    sex = facts.name(facts.value(case, "sex") or "")
    return joined("sex not stated" if sex == "unknown" else sex, joined(age, at, by=" "))


def _infant(words: Words) -> str:
    """Return the age in months or days of a child under two, where the occasion of the age tells it."""
    facts = words.facts
    years, at = facts.number(facts.case, "ageYears"), facts.value(facts.case, "ageAt")
    if years is None or years >= _GROWN or at is None:
        return ""
    found = _AGE.fullmatch(facts.value(at, "timePrinted") or "")
    parts = zip(("year", "month", "week", "day"), found.groups() if found else (), strict=False)
    told = [(int(each), unit) for unit, each in parts if each]
    counted = [
        f"{many} {unit}{'s' if many != 1 else ''}" for many, unit in told if many or told == [(0, unit)]
    ]
    return f"{joined(*counted, by=' ')} old" if counted else ""


def times(words: Words) -> Iterator[Line]:
    """Yield the occasions in order, one a line; one of no known place among the others says between which.

    They have no numbers: those of a picture are of its columns, and fewer.
    Of a record, whose dates and ages nothing may join, those with days stand apart from those without.
    """
    in_order, others = occasions(words)
    loose = without_place(words.facts, in_order)
    yield from (_time(words, each, loose) for each in in_order)
    if others:
        yield Line("Not known whether before or after those:")
        yield from (_time(words, each, frozenset()) for each in others)


def occasions(words: Words) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the occasions in order, and those of which nobody knows whether they were before or after."""
    facts = words.facts
    every = facts.occasions()
    with_days = tuple(each for each in every if _has_days(words, each))
    others = tuple(each for each in every if each not in with_days)
    zero = facts.value(facts.case, "zeroPoint")
    if not facts.having("recordId") or not others or not set(with_days) - {zero}:
        return every, ()
    return with_days, others


def _has_days(words: Words, occasion: str) -> bool:
    bounds = ("solvedStartMinDays", "solvedStartMaxDays")
    return any(words.facts.values(occasion, each) for each in bounds)


def _time(words: Words, occasion: str, loose: frozenset[str]) -> Line:
    told = joined(words.facts.name(occasion), words.time(occasion), by=": ")
    place = between(words.facts, occasion) if occasion in loose else ""
    return Line(joined(told, f"order: {place}" if place else "", by="; "), occasion)
