"""The solved occasions of a case: order of each pair, ranks, bounds in days; a contradiction is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from casegraph.errors import InputError
from casegraph.model import Occasion, Subject
from casegraph.timeline.network import Edge, TimeStatement, smallest_contradiction, tightest
from casegraph.timeline.stated import implied, stated

__all__ = ["Timeline", "TimelineError", "contradictions", "solve", "solve_subject", "without_readings"]


class TimelineError(InputError):
    """The stated times cannot all be true.

    :param statements: as few statements as possible that exclude each other; without any one of them the
        others could be true.
    """

    def __init__(self, statements: tuple[TimeStatement, ...]) -> None:
        super().__init__(
            "impossible order in time: " + "; ".join(each.words for each in statements),
            todo="correct one of these bounds or relations",
        )
        self.statements = statements


@dataclass(frozen=True, slots=True)
class Timeline:
    """The solved occasions of one case.

    >>> line = solve({"start": Occasion(), "week-1": Occasion(anchor="start", start=(0, 7))}, zero="start")
    >>> line.bounds("week-1"), line.certainly_not_after("start", "week-1"), line.ranks()["week-1"]
    ((0, 7), True, 2)
    """

    keys: tuple[str, ...]
    zero: str | None
    #: occasion -> occasion that starts at most so many days later -> days.
    _most: Mapping[str, Mapping[str, int]]
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
        less = self._days(second, first)
        return None if less is None else -less, self._days(first, second)

    def certainly_not_after(self, first: str, second: str) -> bool:
        """Say whether the first occasion starts no later than the second for certain."""
        most = self._days(second, first)
        return most is not None and most <= 0

    def certainly_before(self, first: str, second: str) -> bool:
        """Say whether the first is certainly not after the second, and not the other way round as well."""
        return self.certainly_not_after(first, second) and not self.certainly_not_after(second, first)

    def ordered_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield all pairs of different occasions of which the first is certainly not after the second."""
        before = self._not_after()
        for first in self.keys:
            for second in self.keys:
                if first != second and first in before[second]:
                    yield first, second

    def ranks(self) -> dict[str, int]:
        """Return, for each occasion, one more than the longest chain of occasions certainly before it."""
        certain = self._not_after()
        before = {
            key: [each for each in earlier if key not in certain[each]] for key, earlier in certain.items()
        }
        ranks: dict[str, int] = {}
        for key in sorted(self.keys, key=lambda each: (len(before[each]), each)):
            ranks[key] = 1 + max((ranks[each] for each in before[key]), default=0)
        return ranks

    def _not_after(self) -> dict[str, set[str]]:
        """Return, for each occasion, those that certainly start no later, itself among them."""
        known = set(self.keys)
        return {
            key: {each for each, days in self._most[key].items() if days <= 0 and each in known}
            for key in self.keys
        }

    def _days(self, first: str, second: str) -> int | None:
        return 0 if first == second else self._most.get(first, {}).get(second)


def solve_subject(subject: Subject) -> Timeline:
    """Solve the occasions of a case or group, with the order that its claims imply.

    :raises TimelineError: if the bounds, relations and claims contradict each other.
    """
    order = tuple(implied(subject))
    timeline = solve(subject.occasions, zero=subject.zero_point, further=order)
    plain = without_readings(subject)
    if plain == subject:
        return timeline
    without = solve(plain.occasions, zero=subject.zero_point, further=order)
    wider = frozenset(key for key in timeline.keys if timeline.bounds(key) != without.bounds(key))
    return dataclasses.replace(timeline, interpreted=wider)


def without_readings(subject: Subject) -> Subject:
    """Return a case or group without the bounds of occasions that are a reading of the curator.

    >>> read = Occasion(anchor="start", start=(7, None), basis="interpretation")
    >>> without_readings(Subject(occasions={"start": Occasion(), "later": read})).occasions["later"].start
    """
    plain = {
        key: replace(each, start=None, end=None) if each.basis == "interpretation" else each
        for key, each in subject.occasions.items()
    }
    return replace(subject, occasions=plain)


def contradictions(subject: Subject) -> Iterator[tuple[TimeStatement, ...]]:
    """Yield what cannot be true of a case or group: each time as few statements as possible, and none twice.

    >>> week = Occasion(anchor="start", start=(7, None), same_time_as=("start",))
    >>> impossible = Subject(occasions={"start": Occasion(), "week-1": week})
    >>> [[each.words for each in found] for found in contradictions(impossible)]
    [['week-1 is at least 7 days after start', 'week-1 is at the same time as start']]
    """
    edges = [*stated(subject.occasions), *implied(subject)]
    while tightest(subject.occasions, edges) is None:
        found = smallest_contradiction(edges)
        yield found
        edges = [edge for edge in edges if not set(edge.said) & set(found)]


def solve(occasions: Mapping[str, Occasion], *, zero: str | None, further: Iterable[Edge] = ()) -> Timeline:
    """Solve occasions.

    :param zero: the key of the occasion that solved days are counted from.
    :param further: what is said about them elsewhere.
    :raises TimelineError: if the bounds and relations contradict each other.
    """
    edges = [*stated(occasions), *further]
    most = tightest(occasions, edges)
    if most is None:
        raise TimelineError(smallest_contradiction(edges))
    return Timeline(tuple(sorted(occasions)), zero, most)
