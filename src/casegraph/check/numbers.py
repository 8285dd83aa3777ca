"""Whether ages, percentages and counts can be."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.check.walk import entries, subjects_of
from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source

__all__ = ["number_problems"]

#: The longest life on record is 122 years; lung function can be above 100 % of what is predicted.
_OLDEST, _MOST_PERCENT = 125, 300
_PARTS = ("responder_count", "positive_count")


def number_problems(data: object, source: Source) -> Iterator[Problem]:
    """Yield ages outside 0 to 125 years, percentages beyond all use, and parts larger than their whole."""
    for place, subject in subjects_of(data):
        yield from _age_problems(subject.get("age"), (*place, "age", "years"), source)
        yield from _count_problems(subject, subject.get("patients"), place, source)
    for place, key, value in entries(data):
        if key == "value" and isinstance(value, int | float):
            yield from _percent_problems(data, value, place, source)


def _age_problems(age: object, place: Place, source: Source) -> Iterator[Problem]:
    years = age.get("years") if isinstance(age, dict) else None
    if isinstance(years, int | float) and not 0 <= years <= _OLDEST:
        todo = f"give the age in years, from 0 to {_OLDEST}"
        yield source.problem(place, "impossible-age", f"nobody is {years} years old", todo=todo)


def _percent_problems(data: object, value: float, place: Place, source: Source) -> Iterator[Problem]:
    owner = _at(data, place[:-1])
    if owner.get("unit") == "%" and not 0 <= value <= _MOST_PERCENT:
        todo = "look at the page; a change of a percentage is a direction, not a value"
        yield source.problem(place, "impossible-percentage", f"{value} % cannot be", todo=todo)


def _at(data: object, place: Place) -> dict[str, object]:
    for step in place:
        data = data[step]  # type: ignore[index]
    return data if isinstance(data, dict) else {}


def _count_problems(subject: object, patients: object, place: Place, source: Source) -> Iterator[Problem]:
    for here, key, value in entries(subject, place):
        if not isinstance(value, int):
            continue
        whole = subject
        for step in here[len(place) : -1]:
            whole = whole[step]  # type: ignore[index]
        evaluated = whole.get("evaluated_count") if isinstance(whole, dict) else None
        limit = evaluated if key in _PARTS else patients if key == "evaluated_count" else None
        if isinstance(limit, int) and value > limit:
            told = "evaluated" if key in _PARTS else "patients in the group"
            todo = f"give no more than the {limit} {told}"
            yield source.problem(here, "impossible-count", f"{value} of {limit} cannot be", todo=todo)
