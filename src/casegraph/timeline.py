"""Relative time, solved: which occasion comes first for certain, and the tightest bounds in days.

Occasions, their bounds and relations form a simple temporal network (Dechter, Meiri and Pearl, 1991):
one point for each start and each stated end, one bound for each difference of two points. Shortest paths
give the tightest bounds; a negative cycle is a contradiction, and its edges are the statements that clash.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from casegraph.errors import InputError
from casegraph.model import Bounds, Case, Claim, DoseSegment, Occasion, Subject, Treatment

__all__ = ["Timeline", "TimelineError", "solve", "solve_subject"]

_OPEN = float("inf")
_Point = tuple[str, str]


class TimelineError(InputError):
    """The stated times cannot all be true.

    :param statements: a cycle of statements that exclude each other, in words.
    :param occasion: the key of an occasion on that cycle.
    """

    def __init__(self, statements: tuple[str, ...], occasion: str) -> None:
        super().__init__(
            "impossible order in time: " + "; ".join(statements),
            todo="correct one of these bounds or relations",
        )
        self.statements = statements
        self.occasion = occasion


@dataclass(frozen=True, slots=True)
class _Edge:
    """The later point is at most ``days`` after the earlier one; ``why`` says it in words."""

    source: _Point
    target: _Point
    days: float
    why: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The solved occasions of one case.

    >>> line = solve({"start": Occasion(), "week-1": Occasion(anchor="start", start=(0, 7))}, zero="start")
    >>> line.bounds("week-1"), line.certainly_not_after("start", "week-1"), line.ranks()["week-1"]
    ((0, 7), True, 2)
    """

    keys: tuple[str, ...]
    zero: str | None
    _most: Mapping[tuple[_Point, _Point], float]
    #: Occasions whose bounds would be wider without bounds that are a reading of the curator.
    interpreted: frozenset[str] = frozenset()

    def bounds(self, key: str) -> tuple[int | None, int | None]:
        """Return the earliest and latest start in days from the zero point; None is open."""
        return (None, None) if self.zero is None else self.between(self.zero, key)

    def between(self, first: str, second: str) -> tuple[int | None, int | None]:
        """Return the least and the most days from the start of one occasion to that of another; None is open.

        >>> week = Occasion(anchor="start", start=(0, 7))
        >>> late = Occasion(after=("week-1",))
        >>> line = solve({"start": Occasion(), "week-1": week, "late": late}, zero=None)
        >>> line.between("week-1", "start"), line.between("start", "late")
        ((-7, 0), (0, None))
        """
        least, most = -self._difference(second, first), self._difference(first, second)
        return (None if least == -_OPEN else int(least)), (None if most == _OPEN else int(most))

    def certainly_not_after(self, first: str, second: str) -> bool:
        """Say whether the first occasion starts no later than the second for certain."""
        return first == second or self._difference(second, first) <= 0

    def certainly_before(self, first: str, second: str) -> bool:
        """Say whether the first is certainly not after the second, and not the other way round as well."""
        return self.certainly_not_after(first, second) and not self.certainly_not_after(second, first)

    def ordered_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield all pairs of different occasions of which the first is certainly not after the second."""
        for first in self.keys:
            for second in self.keys:
                if first != second and self.certainly_not_after(first, second):
                    yield first, second

    def ranks(self) -> dict[str, int]:
        """Return, for each occasion, one more than the longest chain of occasions certainly before it."""
        before = {key: [each for each in self.keys if self.certainly_before(each, key)] for key in self.keys}
        ranks: dict[str, int] = {}
        for key in sorted(self.keys, key=lambda each: (len(before[each]), each)):
            ranks[key] = 1 + max((ranks[each] for each in before[key]), default=0)
        return ranks

    def _difference(self, source: str, target: str) -> float:
        return self._most.get(((source, "start"), (target, "start")), 0 if source == target else _OPEN)


def solve_subject(subject: Subject) -> Timeline:
    """Solve the occasions of a case or group, with the order that its claims imply.

    A treatment starts no later than it stops or is seen running; a dose segment starts within its treatment,
    and no earlier than the one it follows; an outcome is no earlier than the start of what it answers to; no
    treatment and no outcome is later than the death of the patient.

    :raises TimelineError: if the bounds, relations and claims contradict each other.
    """
    order = tuple(_implied_order(subject))
    timeline = solve(subject.occasions, zero=subject.zero_point, order=order)
    read = {key for key, each in subject.occasions.items() if each.basis == "interpretation"}
    if not read:
        return timeline
    stated = {
        key: replace(each, start=None, end=None) if key in read else each
        for key, each in subject.occasions.items()
    }
    without = solve(stated, zero=subject.zero_point, order=order)
    wider = frozenset(key for key in timeline.keys if timeline.bounds(key) != without.bounds(key))
    return dataclasses.replace(timeline, interpreted=wider)


def _implied_order(subject: Subject) -> Iterator[tuple[str, str, str]]:
    starts: dict[str | None, str] = {}
    pairs: list[tuple[Claim, str | None, str]] = []
    for treatment in subject.treatments:
        for each in _exposures(treatment):
            start = each.at or treatment.at
            if start is not None:
                starts[each.id] = start
                ends = (end for end in (each.ends_at, each.ongoing_at) if end is not None)
                yield from ((start, end, f"{_called(each)} starts before it stops") for end in ends)
        yield from _within_treatment(treatment)
        pairs += [(each, each.follows, "follows") for each in treatment.doses]
    for response in subject.responses:
        pairs += [(response, exposure, "answers to") for exposure in response.to]
    for claim, earlier, word in pairs:
        if claim.at is not None and earlier is not None and earlier in starts:
            yield starts[earlier], claim.at, f"{_called(claim)} {word} {earlier}"
    if isinstance(subject, Case):
        yield from _before_death(subject)


def _exposures(treatment: Treatment) -> tuple[Treatment | DoseSegment, ...]:
    return treatment, *treatment.doses


def _within_treatment(treatment: Treatment) -> Iterator[tuple[str, str, str]]:
    whole = _called(treatment)
    for dose in treatment.doses:
        if dose.at is not None and treatment.at is not None:
            yield treatment.at, dose.at, f"{_called(dose)} starts no earlier than {whole}"
        if dose.at is not None and treatment.ends_at is not None:
            yield dose.at, treatment.ends_at, f"{_called(dose)} starts before {whole} stops"


def _before_death(case: Case) -> Iterator[tuple[str, str, str]]:
    exposures = [each for treatment in case.treatments for each in _exposures(treatment)]
    times = [(_called(each), key) for each in exposures for key in (each.at, each.ends_at, each.ongoing_at)]
    times += [(_called(each), each.at) for each in case.responses]
    deaths = {turn.at: turn for turn in case.course if turn.kind == "death" and turn.at is not None}
    for at, death in deaths.items():
        yield from ((key, at, f"{name} is not after {_called(death)}") for name, key in times if key)


def _called(claim: Claim) -> str:
    return claim.id or "a claim without an id"


def solve(
    occasions: Mapping[str, Occasion],
    *,
    zero: str | None,
    order: Iterable[tuple[str, str, str]] = (),
) -> Timeline:
    """Solve occasions.

    :param zero: the key of the occasion that solved days are counted from.
    :param order: further pairs of which the first starts no later than the second, each with its reason.
    :raises TimelineError: if the bounds and relations contradict each other.
    """
    edges = [edge for key, occasion in occasions.items() for edge in _edges(key, occasion)]
    edges += [_Edge((late, "start"), (early, "start"), 0, why) for early, late, why in order]
    _refuse_contradiction(edges)
    points = sorted({point for edge in edges for point in (edge.source, edge.target)})
    most = {(edge.source, edge.target): _OPEN for edge in edges}
    for edge in edges:
        pair = edge.source, edge.target
        most[pair] = min(most[pair], edge.days)
    for point in points:
        most[point, point] = 0
    for middle in points:
        into = [(source, most[source, middle]) for source in points if (source, middle) in most]
        out = [(target, most[middle, target]) for target in points if (middle, target) in most]
        for source, first in into:
            for target, second in out:
                if first + second < most.get((source, target), _OPEN):
                    most[source, target] = first + second
    return Timeline(tuple(sorted(occasions)), zero, most)


def _edges(key: str, occasion: Occasion) -> Iterator[_Edge]:
    start: _Point = (key, "start")
    if occasion.anchor is not None:
        anchor: _Point = (occasion.anchor, "start")
        yield from _bound_edges(anchor, start, occasion.start)
        yield from _bound_edges(anchor, (key, "end"), occasion.end)
    if occasion.end is not None:
        yield _Edge((key, "end"), start, 0, f"{key} starts before it ends")
    for other in occasion.after:
        yield _Edge(start, (other, "start"), 0, f"{key} is after {other}")
    for other in occasion.during:
        yield _Edge(start, (other, "start"), 0, f"{key} is during {other}")
        yield _Edge((other, "end"), start, 0, f"{key} is during {other}")
    for other in occasion.same_time_as:
        why = f"{key} is at the same time as {other}"
        yield _Edge(start, (other, "start"), 0, why)
        yield _Edge((other, "start"), start, 0, why)


def _bound_edges(anchor: _Point, point: _Point, bounds: Bounds | None) -> Iterator[_Edge]:
    low, high = bounds or (None, None)
    name = point[0] if point[1] == "start" else f"the end of {point[0]}"
    if low is not None:
        yield _Edge(point, anchor, -low, f"{name} is at least {low} days from {anchor[0]}")
    if high is not None:
        yield _Edge(anchor, point, high, f"{name} is at most {high} days from {anchor[0]}")


def _refuse_contradiction(edges: list[_Edge]) -> None:
    """Find a negative cycle by Bellman and Ford's method and raise it in words."""
    reached = {point: 0.0 for edge in edges for point in (edge.source, edge.target)}
    came_by: dict[_Point, _Edge] = {}
    last: _Point | None = None
    for _ in range(len(reached) + 1):
        last = None
        for edge in edges:
            if reached[edge.source] + edge.days < reached[edge.target]:
                reached[edge.target] = reached[edge.source] + edge.days
                came_by[edge.target] = edge
                last = edge.target
        if last is None:
            return
    if last is not None:
        cycle = _cycle_through(last, came_by)
        raise TimelineError(tuple(dict.fromkeys(edge.why for edge in cycle)), cycle[0].target[0])


def _cycle_through(point: _Point, came_by: Mapping[_Point, _Edge]) -> list[_Edge]:
    for _ in range(len(came_by)):
        point = came_by[point].source
    cycle = [came_by[point]]
    while cycle[-1].source != point:
        cycle.append(came_by[cycle[-1].source])
    return cycle[::-1]
