"""Whether ages, percentages and counts can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casegraph.check.walk import Mappings, subjects_of
from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source

__all__ = ["number_problems"]

#: The longest life on record is 122 years; lung function can be above 100 % of what is predicted.
_OLDEST, _MOST_PERCENT = 125, 300
_PARTS = ("responder_count", "positive_count")
_COUNTS = frozenset((*_PARTS, "evaluated_count"))


def number_problems(data: object, told: Mappings, source: Source) -> Iterator[Problem]:
    """Yield ages outside 0 to 125 years, percentages beyond all use, and parts larger than their whole."""
    patients = {}
    for place, subject in subjects_of(data):
        yield from _age_problems(subject.get("age"), (*place, "age", "years"), source)
        patients[place] = subject.get("patients")
    for place, mapping in told:
        if "value" in mapping:
            yield from _percent_problems(mapping, place, source)
        if place[:2] in patients and not _COUNTS.isdisjoint(mapping):
            yield from _count_problems(mapping, patients[place[:2]], place, source)


def _age_problems(age: object, place: Place, source: Source) -> Iterator[Problem]:
    years = age.get("years") if isinstance(age, dict) else None
    if isinstance(years, int | float) and not 0 <= years <= _OLDEST:
        todo = f"give the age in years, from 0 to {_OLDEST}"
        yield source.problem(place, "impossible-age", f"nobody is {years} years old", todo=todo)


def _percent_problems(test: Mapping[str, object], place: Place, source: Source) -> Iterator[Problem]:
    value = test.get("value")
    if test.get("unit") == "%" and isinstance(value, int | float) and not 0 <= value <= _MOST_PERCENT:
        todo = "look at the page; a change of a percentage is a direction, not a value"
        yield source.problem((*place, "value"), "impossible-percentage", f"{value} % cannot be", todo=todo)


def _count_problems(
    counted: Mapping[str, object], patients: object, place: Place, source: Source
) -> Iterator[Problem]:
    evaluated = counted.get("evaluated_count")
    limits = [(key, evaluated, "evaluated") for key in _PARTS]
    for key, limit, told in (*limits, ("evaluated_count", patients, "patients in the group")):
        value = counted.get(key)
        if isinstance(value, int) and isinstance(limit, int) and value > limit:
            todo = f"give no more than the {limit} {told}"
            message = f"{value} of {limit} cannot be"
            yield source.problem((*place, key), "impossible-count", message, todo=todo)
