"""Ends of treatments: stopped in one telling, and going on in the other at a time that is certainly later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from casegraph.merge.conflicts.items import Conflict, Item, TellingPair
from casegraph.merge.conflicts.kinds import Kinds, iri_of
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.words import label_of, side_of
from casegraph.model import Treatment

__all__ = ["ends"]


def ends(pair: TellingPair) -> Iterator[Conflict]:
    """Yield a drug that one telling stops and that is given in the other after that.

    Only what both count in days tells that: what a phase means is that of each report. A second course, in
    whichever telling, makes it none; a stop that is only hinted at makes it possible. That a kind of the drug
    goes on contradicts a stop, but that another drug of the group goes on does not.
    """
    for telling, other in ((pair.a, pair.b), (pair.b, pair.a)):
        for stopped in _stopped(telling):
            for ongoing in _ongoing(other):
                if _one_course(stopped, ongoing, pair.kinds) and _after(pair, stopped, ongoing):
                    yield _conflict(stopped, ongoing)


def _treatments(telling: Telling) -> Iterator[tuple[str, str, Treatment]]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Treatment):
            yield name, kind, claim


def _stopped(telling: Telling) -> Iterator[Item]:
    """Yield treatments by the occasion at which they were stopped."""
    for name, kind, claim in _treatments(telling):
        if claim.ends_at is not None:
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), claim.ends_at)


def _ongoing(telling: Telling) -> Iterator[Item]:
    """Yield treatments by each occasion at which they, or a dose of them, went on."""
    for name, kind, claim in _treatments(telling):
        told = (claim.ongoing_at, *(dose.ongoing_at for dose in claim.doses))
        for at in sorted({each for each in told if each is not None}):
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), at)


def _one_course(stopped: Item, ongoing: Item, kinds: Kinds) -> bool:
    """Say whether both are of one drug of which each telling has one course."""
    if not kinds.is_kind(ongoing.about[0], stopped.about[0]):
        return False
    courses = (
        sum(kinds.related(iri_of(claim.what), stopped.about[0]) for _, _, claim in _treatments(each.telling))
        for each in (stopped, ongoing)
    )
    return all(each == 1 for each in courses)


def _after(pair: TellingPair, stopped: Item, ongoing: Item) -> bool:
    then, later = cast(str, stopped.at), cast(str, ongoing.at)
    if stopped.telling is pair.a:
        return pair.times.ours_first(then, later)
    return pair.times.theirs_first(later, then)


def _conflict(stopped: Item, ongoing: Item) -> Conflict:
    said = ((stopped, "stopped"), (ongoing, "ongoing"))
    sides = [side_of(item, f"{label_of(cast(Treatment, item.claim).what)}: {how}") for item, how in said]
    first, second = sorted(sides, key=lambda each: each.claim)
    return Conflict("end", cast(Treatment, stopped.claim).end_basis != "implied", (first, second))
