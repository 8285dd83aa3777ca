"""Ends of treatments: stopped in one telling, and given in the other at a time that is certainly later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from casegraph.merge.conflicts.items import Conflict, Item, TellingPair
from casegraph.merge.conflicts.kinds import Kinds, iri_of
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.words import label_of, printed, side_of
from casegraph.model import DoseSegment, Response, Treatment

__all__ = ["ends"]

_STOPPED = "stopped"


def ends(pair: TellingPair) -> Iterator[Conflict]:
    """Yield a drug that one telling stops and that is given in the other after that.

    It is given where it goes on, a dose of it begins or ends, or it is stopped. An outcome on it shows that
    too, but may be seen after a stop, so that the conflict is possible. Only what both count in days
    tells that something is later: what a phase means is that of each report. A second course, in whichever
    telling, makes it none, and so does a dose that ended before a later one began; a stop that is only hinted
    at makes it possible. That a kind of the drug is given contradicts a stop, but that another drug of the
    group is does not.
    """
    for telling, other in ((pair.a, pair.b), (pair.b, pair.a)):
        for stopped in _stopped(telling):
            for name, kind, claim in _treatments(other):
                given = Item(other, name, kind, claim, (iri_of(claim.what),), None)
                if _one_course(stopped, given, pair.kinds) and not _paused(pair, stopped, claim):
                    yield from _later(pair, stopped, given)


def _treatments(telling: Telling) -> Iterator[tuple[str, str, Treatment]]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Treatment):
            yield name, kind, claim


def _stopped(telling: Telling) -> Iterator[Item]:
    """Yield treatments by the occasion at which they were stopped."""
    for name, kind, claim in _treatments(telling):
        if claim.ends_at is not None:
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), claim.ends_at)


def _later(pair: TellingPair, stopped: Item, given: Item) -> Iterator[Conflict]:
    """Yield the first that tells that a drug is given after its stop, and the outcomes on it after that."""
    treatment = cast(Treatment, given.claim)
    for at, how in _times_given(treatment):
        if _after(pair, stopped, at):
            said = f"{label_of(treatment.what)}: {how}"
            sure = how != _STOPPED or treatment.end_basis != "implied"
            yield _conflict(stopped, replace(given, at=at), said, certain=sure)
            break
    for outcome in _outcomes(given.telling, treatment):
        if _after(pair, stopped, cast(str, outcome.at)):
            yield _conflict(stopped, outcome, certain=False)


def _outcomes(telling: Telling, treatment: Treatment) -> Iterator[Item]:
    """Yield what was seen at some time on a drug."""
    for name, (kind, claim) in telling.claims.items():
        if not isinstance(claim, Response) or claim.at is None:
            continue
        if any(telling.exposures.get(each) is treatment for each in claim.to):
            yield Item(telling, name, kind, claim, (), claim.at)


def _times_given(treatment: Treatment) -> Iterator[tuple[str, str]]:
    """Yield the occasions at which a drug is given, and what is told of it then."""
    doses = treatment.doses
    told = (
        (treatment.ongoing_at, "ongoing"),
        *((dose.ongoing_at, "ongoing") for dose in doses),
        *((dose.at, "given") for dose in doses),
        (treatment.ends_at, _STOPPED),
        *((dose.ends_at, "given until then") for dose in doses),
    )
    yield from ((at, how) for at, how in told if at is not None)


def _paused(pair: TellingPair, stopped: Item, treatment: Treatment) -> bool:
    """Say whether some doses of a drug were over when it was stopped, and all others began after that."""
    over = [dose for dose in treatment.doses if dose.ends_at and not _after(pair, stopped, dose.ends_at)]
    others = [dose for dose in treatment.doses if dose not in over]
    return bool(over) and all(_begun_after(pair, stopped, dose) for dose in others)


def _begun_after(pair: TellingPair, stopped: Item, dose: DoseSegment) -> bool:
    return dose.at is not None and _after(pair, stopped, dose.at)


def _one_course(stopped: Item, given: Item, kinds: Kinds) -> bool:
    """Say whether both are of one drug of which each telling has one course."""
    if not kinds.is_kind(given.about[0], stopped.about[0]):
        return False
    courses = (
        sum(kinds.related(iri_of(claim.what), stopped.about[0]) for _, _, claim in _treatments(each.telling))
        for each in (stopped, given)
    )
    return all(each == 1 for each in courses)


def _after(pair: TellingPair, stopped: Item, later: str) -> bool:
    then = cast(str, stopped.at)
    if stopped.telling is pair.a:
        return pair.times.ours_first(then, later)
    return pair.times.theirs_first(later, then)


def _conflict(stopped: Item, given: Item, said: str | None = None, *, certain: bool) -> Conflict:
    claim = cast(Treatment, stopped.claim)
    told = ((stopped, f"{label_of(claim.what)}: {_STOPPED}"), (given, said))
    sides = (side_of(item, words, days=not printed(item)) for item, words in told)
    first, second = sorted(sides, key=lambda each: each.claim)
    return Conflict("end", certain and claim.end_basis != "implied", (first, second))
