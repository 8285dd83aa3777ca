"""How long a response lasted, and whether one was lost before and came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from casegraph.model import Claim, Course, Response, Subject
from casegraph.timeline import Timeline
from casegraph.triples import named_claims

__all__ = ["Lasting", "Turns"]

_GOOD = ("improved", "resolved")
_LASTING = ("symptomFreeInterval", "remission")
_LOST = ("flare", "relapse")
_LABORATORY = ("serology", "immuneCells")


@dataclass(frozen=True, slots=True)
class Lasting:
    """How many days a response lasted at least and at most (None is open), and the claims that show it."""

    days: tuple[int | None, int | None] = (None, None)
    shown_by: str | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns that the disease of one case took."""

    subject: Subject
    timeline: Timeline

    def lasting_of(self, response: Response) -> Lasting:
        """Return how long a response lasted.

        It ended with the first flare, relapse or worsening of its domain that certainly came after it.
        Without one it lasted at least until the disease was last told to be quiet.
        """
        seen = response.at
        if seen is None or response.direction not in _GOOD:
            return Lasting()
        losses = [each for each in self._losses(response) if not self._not_after(each[1].at, seen)]
        certain = [
            (name, loss.at)
            for name, loss in losses
            if loss.at is not None and self.timeline.certainly_before(seen, loss.at)
        ]
        if certain:
            ranks = self.timeline.ranks()
            name, at = min(certain, key=lambda each: (ranks[each[1]], each[0]))
            least, most = self.timeline.between(seen, at)
            return Lasting((None if len(certain) < len(losses) else least, most), ended_by=name)
        return Lasting() if losses else self._still_quiet(response, seen)

    def was_lost_before(
        self, response: Response, begins: str | None, ends: Iterable[str | None], answers: Collection[str]
    ) -> bool:
        """Say whether the domain had responded to a drug, and lost that when the drug was lowered or over.

        :param response: the response that came back.
        :param begins: when the drug was raised or given again.
        :param ends: when it was lowered, stopped, or given as a course of a stated number of doses.
        :param answers: the exposures to the drug.
        """
        if begins is None or response.direction not in _GOOD:
            return False
        earlier = [
            each.at
            for each in self.subject.responses
            if each.domain == response.domain and each.direction in _GOOD and set(each.to) & set(answers)
        ]
        known = [end for end in ends if end is not None]
        lost = (loss.at for _, loss in self._losses(response))
        return any(
            any(each is not None and self.timeline.certainly_before(each, at) for each in earlier)
            and any(self.timeline.certainly_not_after(end, at) for end in known)
            for at in lost
            if at is not None and self.timeline.certainly_not_after(at, begins)
        )

    def _still_quiet(self, response: Response, seen: str) -> Lasting:
        """Return for how long it is told at least that the disease stayed quiet."""
        told = Lasting()
        for name, _, claim in named_claims(self.subject):
            if (
                isinstance(claim, Course)
                and claim.kind in _LASTING
                and _concerns(claim, response)
                and claim.at
            ):
                least, _ = self.timeline.between(seen, claim.at)
                days = -1 if least is None or least < 0 else least + (claim.duration_min_days or 0)
                if days > (-1 if told.days[0] is None else told.days[0]):
                    told = Lasting((days, None), shown_by=name)
        return told

    def _losses(self, response: Response) -> Iterator[tuple[str, Claim]]:
        for name, _, claim in named_claims(self.subject):
            flared = isinstance(claim, Course) and claim.kind in _LOST and _concerns(claim, response)
            if flared or (isinstance(claim, Response) and _worse(claim, response)):
                yield name, claim

    def _not_after(self, first: str | None, second: str) -> bool:
        return first is not None and self.timeline.certainly_not_after(first, second)


def _worse(claim: Response, response: Response) -> bool:
    return claim.direction == "worse" and claim.domain == response.domain


def _concerns(turn: Course, response: Response) -> bool:
    """Say whether a turn is one of the domain; without a domain it is one of the whole disease.

    What the laboratory finds neither flares nor rests with the disease.
    """
    if response.domain in _LABORATORY:
        return response.domain in turn.domain
    return not turn.domain or "overall" in (*turn.domain, response.domain) or response.domain in turn.domain
