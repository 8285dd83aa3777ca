"""Whether the occasions of a case can be put in an order."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from casegraph.check.lines import line_problems
from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source
from casegraph.model import Subject
from casegraph.timeline import TimeStatement, contradictions, solve_subject

__all__ = ["time_problems"]


def time_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    """Yield what cannot be or is unlikely in time: bounds, anchors, order, numbers of lines of treatment."""
    swapped = list(_bounds_problems(subject, place, source))
    yield from swapped
    for key, occasion in subject.occasions.items():
        if (occasion.start or occasion.end) and occasion.anchor is None:
            message = "bounds in days need an anchor to count from"
            yield source.problem((*place, "occasions", key), "no-anchor", message, todo="add 'anchor'")
    impossible = [] if swapped else list(_impossible(subject, place, source))
    yield from impossible or _circles(subject, place, source)
    numbered = any(each.line is not None for each in subject.treatments)
    if numbered and not swapped and not impossible:
        yield from line_problems(subject, solve_subject(subject), place, source)


def _impossible(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    for statements in contradictions(subject):
        here, told = _chain(statements, place, source)
        todo = "correct one of these" if len(statements) > 1 else "correct it"
        yield source.problem(here, "impossible-time", f"impossible order in time: {told}", todo=todo)


def _circles(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    """Yield a warning for occasions that are each after the next in a circle, and so start together."""
    after = {key: occasion.after for key, occasion in subject.occasions.items()}
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        statements = tuple(
            TimeStatement(f"{key} is after {other}", ("occasions", key, "after", after[key].index(other)))
            for key, other in pairwise(reversed(error.args[1]))
        )
        here, told = _chain(statements, place, source)
        todo = "take one of these away, or say by 'same_time_as' that they start together"
        yield source.warning(here, "circle-in-time", f"an order that goes in a circle: {told}", todo=todo)


def _chain(statements: tuple[TimeStatement, ...], place: Place, source: Source) -> tuple[Place, str]:
    """Return the place of the statement that is read first, and all of them from there on.

    The others follow with their line and column.
    """
    at = [source.position((*place, *each.where)) for each in statements]
    first = at.index(min(at))
    others = (*range(first + 1, len(at)), *range(first))
    told = (f"{statements[each].words} ({at[each][0]}:{at[each][1]})" for each in others)
    return (*place, *statements[first].where), "; ".join((statements[first].words, *told))


def _bounds_problems(subject: Subject, place: Place, source: Source) -> Iterator[Problem]:
    for key, occasion in subject.occasions.items():
        for name in ("start", "end"):
            low, high = getattr(occasion, name) or (None, None)
            if low is not None and high is not None and low > high:
                message = f"the earliest day {low} is later than the latest day {high}"
                here = (*place, "occasions", key, name)
                yield source.problem(here, "bad-bounds", message, todo="write the smaller number first")
