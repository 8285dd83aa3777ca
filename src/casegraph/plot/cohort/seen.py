"""What was seen of a case on the treatments of its lane, and on which days after the start of the lane."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Final

from msgspec import structs

from casegraph.model import Claim, Course, Subject, Treatment
from casegraph.namespaces import expand, known_prefixes
from casegraph.timeline import Timeline, solve_subject

__all__ = ["EVENTS", "OPEN", "UNCLEAR", "Days", "Event", "Seen", "given", "may_precede"]

#: What is marked on a lane.
EVENTS: Final = ("first response", "first resolved", "flare", "relapse", "adverse event", "death")
UNCLEAR: Final = "outcome not evaluable"
#: The least and the most days; None is open.
Days = tuple[int | None, int | None]
OPEN: Final[Days] = (None, None)
#: So many letters of a printed time are told.
_PRINTED: Final = 40
_LABORATORY: Final = ("serology", "immuneCells")


@dataclass(frozen=True, slots=True)
class Event:
    """What was seen, at least and at most so many days after the start of the lane.

    What came after the start and is bounded only by what came later has no most.

    :param kind: one of :data:`EVENTS`, or :data:`UNCLEAR`, which has words and no mark.
    :param rank: its place in the order of the occasions of its case.
    :param printed: of a death, when it was, as the report prints it.
    :param why: of an outcome that is not evaluable, why, in the curator's words.
    :param drugs: of a response, the IRIs of what it was the first to.
    :param is_read: whether its days would be others without a reading of the curator.
    """

    claim: str
    kind: str
    at: Days
    rank: int = 0
    printed: str = ""
    why: str = ""
    drugs: tuple[str, ...] = ()
    is_read: bool = False

    @property
    def quoted(self) -> str:
        """The printed time as words, or why nothing can be told; nothing where there is neither."""
        if self.why:
            return f"“{self.why}”"
        return f"printed “{shorten(self.printed, _PRINTED, placeholder=' ...')}”" if self.printed else ""


def may_precede(at: Days) -> bool:
    """Tell whether what has a latest day after the start of the lane may have been before that start.

    >>> may_precede((None, 16)), may_precede((-3, 16)), may_precede((0, 16)), may_precede((None, None))
    (True, True, False, False)
    """
    least, most = at
    return most is not None and most > 0 and (least is None or least < 0)


def given(treatment: Treatment) -> str:
    """Return the IRI of what was given; one that no prefix shortens is written as it is."""
    written = treatment.what.split(maxsplit=1)[0]
    return expand(written) if written.partition(":")[0] in known_prefixes() else written


class Seen:
    """What was seen of a case.

    :param names: claim, by its identity -> its name in the case.
    :param timeline: the solved times of the case.
    """

    def __init__(self, case: str, subject: Subject, names: Mapping[int, str], timeline: Timeline) -> None:
        self._case, self._subject, self._names, self._timeline = case, subject, names, timeline
        self._but_for_order = _but_for_order(subject, timeline)
        self._ranks = timeline.ranks()

    def events(self, treatments: Iterable[Treatment], origin: str | None) -> list[Event]:
        """Return what was seen on some treatments, or with none told, in the order of the case.

        :param origin: the occasion from which days count.
        """
        exposures: dict[str, set[str]] = {}
        for treatment in treatments:
            names = exposures.setdefault(given(treatment), set())
            names.update(self._names[id(each)] for each in (treatment, *treatment.doses))
        found = [*self._responses(exposures, origin), *self._turns(origin), *self._harms(exposures, origin)]
        found += self._unclear(exposures)
        return sorted(found, key=lambda each: each.rank)

    def _turns(self, origin: str | None) -> Iterator[Event]:
        for turn in self._subject.course:
            if turn.kind == "death":
                yield replace(self._event(turn, "death", origin), printed=self._printed(turn))
            elif turn.kind in ("flare", "relapse"):
                yield self._event(turn, turn.kind, origin)

    def _harms(self, exposures: Mapping[str, set[str]], origin: str | None) -> Iterator[Event]:
        drawn = set[str]().union(*exposures.values())
        for harm in self._subject.adverse_events.observed:
            if not harm.during or not drawn.isdisjoint(harm.during):
                yield self._event(harm, "adverse event", origin)

    def _responses(self, exposures: Mapping[str, set[str]], origin: str | None) -> Iterator[Event]:
        """Yield of each drug the first response, and the first by which a part was free of disease."""
        for kind, directions in ((EVENTS[0], ("improved", "resolved")), (EVENTS[1], ("resolved",))):
            seen = [
                each
                for each in self._subject.responses
                if each.direction in directions and each.domain not in _LABORATORY
            ]
            drugs: dict[str, list[str]] = {}
            firsts: dict[str, Event] = {}
            for drug, names in exposures.items():
                on_it = (each for each in seen if not names.isdisjoint(each.to))
                first = min(on_it, key=self._rank, default=None)
                if first is not None and (kind == EVENTS[1] or first.direction != "resolved"):
                    event = self._event(first, kind, origin)
                    firsts[event.claim] = event
                    drugs.setdefault(event.claim, []).append(drug)
            yield from (replace(each, drugs=tuple(drugs[claim])) for claim, each in firsts.items())

    def _unclear(self, exposures: Mapping[str, set[str]]) -> Iterator[Event]:
        """Yield the outcomes of which the report tells that, or does not let read how, they went."""
        for each in self._subject.responses:
            drugs = tuple(drug for drug, names in exposures.items() if not names.isdisjoint(each.to))
            if each.direction == "notEvaluable" and each.domain not in _LABORATORY and drugs:
                name = f"{self._case}#{self._names[id(each)]}"
                yield Event(name, UNCLEAR, OPEN, self._rank(each), why=each.gist or "", drugs=drugs)

    def _event(self, claim: Claim, kind: str, origin: str | None) -> Event:
        at = OPEN
        if origin is not None and claim.at is not None:
            at = least, most = self._timeline.between(origin, claim.at)
            is_later = most is not None and most > 0
            if kind != "death" and is_later and most != self._but_for_order.between(origin, claim.at)[1]:
                at = least, None
        return Event(f"{self._case}#{self._names[id(claim)]}", kind, at, self._rank(claim))

    def _printed(self, turn: Course) -> str:
        at = self._subject.occasions.get(turn.at or "")
        return turn.printed or (at.printed if at is not None else None) or ""

    def _rank(self, claim: Claim) -> int:
        """Return the place of a claim in the order of occasions; one without a time is last."""
        return self._ranks.get(claim.at or "", len(self._ranks) + 1)


def _but_for_order(subject: Subject, timeline: Timeline) -> Timeline:
    """Return the times without what follows from that something came before something else.

    What came later, death too, bounds what was before it, and so gives it a latest day that nobody told.
    """
    deaths = {turn.at for turn in subject.course if turn.kind == "death"}
    occasions = {
        name: structs.replace(each, after=(), during=() if name in deaths else each.during)
        for name, each in subject.occasions.items()
    }
    living = tuple(turn for turn in subject.course if turn.kind != "death")
    if living == subject.course and occasions == subject.occasions:
        return timeline
    return solve_subject(structs.replace(subject, course=living, occasions=occasions))
