"""Whether the occasions of a case can be put in an order."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source
from casegraph.model import Subject
from casegraph.timeline import TimelineError, solve_subject

__all__ = ["time_problems"]


def time_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    """Yield swapped bounds, bounds without an anchor, and an order that cannot be."""
    swapped = list(_bounds_problems(subject, place, source))
    yield from swapped
    for key, occasion in subject.occasions.items():
        if (occasion.start or occasion.end) and occasion.anchor is None:
            message = "bounds in days need an anchor to count from"
            yield source.problem((*place, "occasions", key), "no-anchor", message, todo="add 'anchor'")
    if not swapped:
        try:
            solve_subject(subject)
        except TimelineError as error:
            here = (*place, "occasions", error.occasion)
            yield source.problem(here, "impossible-time", error.what, todo=error.todo)


def _bounds_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    for key, occasion in subject.occasions.items():
        for name in ("start", "end"):
            low, high = getattr(occasion, name) or (None, None)
            if low is not None and high is not None and low > high:
                message = f"the earliest day {low} is later than the latest day {high}"
                here = (*place, "occasions", key, name)
                yield source.problem(here, "bad-bounds", message, todo="write the smaller number first")
