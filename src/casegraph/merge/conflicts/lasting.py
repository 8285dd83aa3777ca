"""Remissions of which the length is told, and flares in the other telling within it."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.merge.conflicts.items import Conflict, Item, TellingPair
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.words import printed, side_of
from casegraph.model import Course

__all__ = ["broken_remissions"]

_WELL = frozenset({"remission", "symptomFreeInterval"})
_ILL = frozenset({"flare", "relapse"})


def broken_remissions(pair: TellingPair) -> Iterator[Conflict]:
    """Yield a remission of one telling with each flare of the other within the least that it lasted.

    It is certain if one length is told, and possible if it is told within bounds. Only days tell that.
    """
    for telling, other in ((pair.a, pair.b), (pair.b, pair.a)):
        for well, course in _turns(telling, _WELL):
            for ill, turn in _turns(other, _ILL):
                apart = course.domain and turn.domain and not set(course.domain) & set(turn.domain)
                if not apart and _within(pair, well, ill, course.duration_min_days):
                    certain = course.duration_min_days == course.duration_max_days
                    sides = (side_of(each, days=not printed(each)) for each in (well, ill))
                    first, second = sorted(sides, key=lambda each: each.claim)
                    yield Conflict("outcome", certain, (first, second))


def _turns(telling: Telling, kinds: frozenset[str]) -> Iterator[tuple[Item, Course]]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Course) and claim.kind in kinds and claim.at is not None:
            yield Item(telling, name, kind, claim, (), claim.at), claim


def _within(pair: TellingPair, well: Item, ill: Item, lasted: float | None) -> bool:
    """Say whether one turn certainly begins after another, and before the end of that."""
    if lasted is None or well.at is None or ill.at is None:
        return False
    if well.telling is pair.a:
        least, most = pair.times.days_between(well.at, ill.at)
    else:
        back = pair.times.days_between(ill.at, well.at)
        least, most = (None if each is None else -each for each in reversed(back))
    return least is not None and most is not None and least > 0 and most <= lasted
