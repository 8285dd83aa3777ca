"""How long a response lasted, and whether one was lost before and came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from casegraph.model import Claim, Course, Response, Subject, iterate_claims
from casegraph.timeline import Timeline
from casegraph.triples import claim_names

__all__ = ["end_of_response", "was_lost_before"]

_GOOD = ("improved", "resolved")
_LASTING = ("symptomFreeInterval", "remission")
_LOST = ("flare", "relapse")
_LABORATORY = ("serology", "immuneCells")


def end_of_response(
    fragment: str, response: Response, subject: Subject, timeline: Timeline
) -> tuple[str | None, tuple[int | None, int | None]]:
    """Return the claim that ended a response, and how many days it lasted at least and at most.

    It ended with the first flare, relapse or worsening of its domain that certainly came after it. Without one
    it lasted at least until the disease was last told to be still quiet. None is open.
    """
    if response.at is None or response.direction not in _GOOD:
        return None, (None, None)
    losses = [each for each in _losses(response, subject) if not _before(each[1].at, response.at, timeline)]
    certain = [
        (name, loss.at)
        for name, loss in losses
        if loss.at is not None and timeline.certainly_before(response.at, loss.at)
    ]
    if certain:
        ranks = timeline.ranks()
        name, at = min(certain, key=lambda each: (ranks[each[1]], each[0]))
        least, most = timeline.between(response.at, at)
        return name, (None if len(certain) < len(losses) else least, most)
    return None, (None if losses else _still_quiet(response, subject, timeline), None)


def _still_quiet(response: Response, subject: Subject, timeline: Timeline) -> int | None:
    """Return for how many days it is told to have stayed so at least."""
    days: list[int] = []
    for turn in _courses(subject):
        if (
            turn.kind in _LASTING
            and turn.at is not None
            and response.at is not None
            and _concerns(turn, response)
        ):
            least, _ = timeline.between(response.at, turn.at)
            if least is not None and least >= 0:
                days.append(least + (turn.duration_min_days or 0))
    return max(days, default=None)


def was_lost_before(
    response: Response,
    begins: str | None,
    ends: Iterable[str | None],
    answers: Collection[str],
    subject: Subject,
    timeline: Timeline,
) -> bool:
    """Say whether the domain had responded to the same drug, and lost that when the drug was lowered or over.

    :param begins: when the drug was raised or given again.
    :param ends: when it was lowered, stopped, or given as a course of a stated number of doses.
    :param answers: the exposures to the drug.
    """
    if begins is None or response.direction not in _GOOD:
        return False
    earlier = [
        each.at
        for each in subject.responses
        if each.domain == response.domain and each.direction in _GOOD and set(each.to) & set(answers)
    ]
    known = [end for end in ends if end is not None]
    for _, loss in _losses(response, subject):
        at = loss.at
        if at is None or not timeline.certainly_not_after(at, begins):
            continue
        had = any(each is not None and timeline.certainly_before(each, at) for each in earlier)
        if had and any(timeline.certainly_not_after(end, at) for end in known):
            return True
    return False


def _losses(response: Response, subject: Subject) -> Iterator[tuple[str, Claim]]:
    for name, _, claim in claim_names(iterate_claims(subject)):
        flared = isinstance(claim, Course) and claim.kind in _LOST and _concerns(claim, response)
        worse = isinstance(claim, Response) and claim.direction == "worse" and claim.domain == response.domain
        if flared or worse:
            yield name, claim


def _courses(subject: Subject) -> Iterator[Course]:
    yield from (claim for _, claim in iterate_claims(subject) if isinstance(claim, Course))


def _concerns(turn: Course, response: Response) -> bool:
    """Say whether a turn is one of the domain; without a domain it is one of the whole disease.

    What the laboratory finds neither flares nor rests with the disease.
    """
    if response.domain in _LABORATORY:
        return response.domain in turn.domain
    return not turn.domain or "overall" in (*turn.domain, response.domain) or response.domain in turn.domain


def _before(first: str | None, second: str | None, timeline: Timeline) -> bool:
    return first is not None and second is not None and timeline.certainly_not_after(first, second)
