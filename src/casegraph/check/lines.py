"""Whether the numbers of lines of treatment, where a report counts them, fit the order in time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from casegraph.derive.spans import Span, spans
from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source
from casegraph.model import Subject
from casegraph.timeline import Timeline

__all__ = ["line_problems"]

#: What is added to a line so many days after its start may still be of it.
_DAYS_OF_ONE_START = 28


def line_problems(subject: Subject, timeline: Timeline, place: Place, source: Source) -> Iterator[Problem]:
    """Yield a number that stands on two lines, and a higher number on a line that certainly began earlier."""
    episodes, _ = spans(subject, timeline)
    numbered = [
        (treatment.line, number, span)
        for number, (treatment, span) in enumerate(zip(subject.treatments, episodes, strict=True))
        if treatment.line is not None
    ]
    for (line, _, one), (higher, number, other) in combinations(
        sorted(numbered, key=lambda each: each[:2]), 2
    ):
        names = f"{one.fragment} and {other.fragment}"
        if line == higher and (_apart(one, other, timeline) or _apart(other, one, timeline)):
            message = f"line {line} is numbered twice: {names} were started apart"
        elif line < higher and _before(other, one, timeline):
            message = f"{names} are numbered as lines {line} and {higher}, against their order in time"
        else:
            continue
        todo = "correct a number, or when one was started or stopped"
        yield source.problem((*place, "treatments", number, "line"), "line-number", message, todo=todo)


def _apart(earlier: Span, later: Span, timeline: Timeline) -> bool:
    """Say whether one had certainly stopped when the other was started, or ran for more than four weeks."""
    if later.starts is None:
        return False
    if earlier.certainly_over(later.starts, timeline):
        return True
    least = None if earlier.starts is None else timeline.between(earlier.starts, later.starts)[0]
    return least is not None and least > _DAYS_OF_ONE_START


def _before(first: Span, second: Span, timeline: Timeline) -> bool:
    if first.starts is None or second.starts is None:
        return False
    return timeline.certainly_before(first.starts, second.starts)
