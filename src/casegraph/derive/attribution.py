"""What else changed when an outcome was seen, how long after the first dose that was, and how long it lasted.

The window of an outcome goes from 28 days before the start of what it answers to until it was seen. A start
or a rise of another treatment in it is another possible cause; a lowering or a stop is named beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

from casegraph.derive.changes import Change, changes_of
from casegraph.derive.courses import Turns
from casegraph.derive.spans import Span, spans
from casegraph.model import AttributedOutcome, Attribution, Response, Subject, Treatment
from casegraph.timeline import Timeline
from casegraph.triples import named_claims

__all__ = ["LEAD_IN_DAYS", "attributed_outcomes"]

#: What was started so many days before is not yet a stable background.
LEAD_IN_DAYS = 28
_OBSERVED = ("stated", "implied", "derived", "interpretation")


def attributed_outcomes(
    subject: Subject, timeline: Timeline, *, whole: bool
) -> tuple[AttributedOutcome, ...]:
    """Return each observed outcome of a case on each treatment that it answers to, and that began before it.

    :param timeline: the solved occasions of the same case.
    :param whole: whether the report was read whole, so that what it does not tell of was not told.
    """
    seen = _Seen(subject, timeline, whole)
    found = []
    for fragment, _, claim in named_claims(subject):
        if isinstance(claim, Response) and claim.basis in _OBSERVED and claim.direction != "notEvaluable":
            episodes = dict.fromkeys(seen.episode_of[key] for key in claim.to if key in seen.episode_of)
            found += [
                seen.on(fragment, claim, each) for each in episodes if not seen.only_begins(claim, each)
            ]
    return tuple(found)


class _Seen:
    """The treatments of one case, ready to be asked what changed beside one of them."""

    def __init__(self, subject: Subject, timeline: Timeline, whole: bool) -> None:
        self.timeline, self.whole, self.turns = timeline, whole, Turns(subject, timeline)
        names = {id(claim): fragment for fragment, _, claim in named_claims(subject)}
        episodes, segments = spans(subject, timeline)
        self.spans = {each.fragment: each for each in (*segments, *episodes)}
        self.episode_of = {fragment: each.episode for fragment, each in self.spans.items()}
        self.treatments = {names[id(each)]: each for each in subject.treatments}
        self.changes = {
            name: tuple(changes_of(each, self.spans[name], names)) for name, each in self.treatments.items()
        }

    def only_begins(self, claim: Response, episode: str) -> bool:
        """Say whether a treatment begins as the outcome is seen, so that it is no outcome of it yet."""
        starts = {self.spans[key].starts for key in claim.to if self.episode_of.get(key) == episode}
        return claim.at is not None and starts == {claim.at}

    def on(self, fragment: str, claim: Response, episode: str) -> AttributedOutcome:
        exposures = [key for key in claim.to if self.episode_of.get(key) == episode]
        begins = self._first(self.spans[key].starts for key in exposures)
        others = {key for key in claim.to if self.episode_of.get(key, episode) != episode}
        together, maybe_together = self._changed("up", episode, begins, claim.at)
        lowered, maybe_lowered = self._changed("down", episode, begins, claim.at)
        certain = self._without_repeats(together, others)
        possible = {key for key in maybe_together if self._episode_is_new(key, certain)}
        lasting = self.turns.lasting_of(claim)
        return AttributedOutcome(
            claim=fragment,
            episode=episode,
            drug=self.treatments[episode].what,
            domain=claim.domain,
            attribution=self._attribution(claim, exposures, certain, possible),
            together=tuple(sorted(certain)),
            possibly_together=tuple(sorted(possible)),
            lowered=tuple(sorted(lowered)),
            possibly_lowered=tuple(sorted(maybe_lowered - lowered)),
            since_start=self._between(begins, claim.at),
            since_first_dose=self._since_first_dose(self.treatments[episode], claim.at),
            lasted=lasting.days,
            lasting_shown_by=lasting.shown_by,
            ended_by=lasting.ended_by,
        )

    def _attribution(
        self, claim: Response, exposures: list[str], certain: set[str], possible: set[str]
    ) -> Attribution:
        if certain:
            return "startedTogether"
        if claim.at is None or possible or any(self.spans[key].starts is None for key in exposures):
            return "openAttribution"
        ways = {change.way for key in exposures for change in self._own_changes(key)}
        if "down" in ways or "unknown" in ways:
            return "openAttribution"
        episode = self.episode_of[exposures[0]]
        if self._regained(claim, exposures):
            return "lostAndRegained"
        if any(key != episode for key in exposures) and "up" in ways:
            return "afterEscalation"
        return self._beside(episode, claim.at)

    def _beside(self, episode: str, at: str) -> Attribution:
        others = [each for name, each in self.spans.items() if name in self.treatments and name != episode]
        if any(each.certainly_seen_on(at, self.timeline) for each in others):
            return "addedToBackground"
        open_background = any(each.possibly_seen_on(at, self.timeline) for each in others)
        return "soleTreatment" if self.whole and not open_background else "soleChange"

    def _own_changes(self, key: str) -> list[Change]:
        """Return the changes of dose that an exposure is; a start is none."""
        mine = self.changes[self.episode_of[key]]
        return [change for change in mine if change.exposure == key and key not in self.treatments]

    def _regained(self, claim: Response, exposures: list[str]) -> bool:
        begins = self._first(self.spans[key].starts for key in exposures)
        drug = self.treatments[self.episode_of[exposures[0]]].what
        same = [name for name, each in self.treatments.items() if each.what == drug]
        ends = [change.at for name in same for change in self.changes[name] if change.way == "down"]
        ends += [self.spans[name].starts for name in same if self._is_course_of_stated_length(name)]
        answers = {key for key, episode in self.episode_of.items() if episode in same}
        return self.turns.was_lost_before(claim, begins, ends, answers)

    def _is_course_of_stated_length(self, name: str) -> bool:
        return any(dose.doses_in_all is not None for dose in self.treatments[name].doses)

    def _changed(
        self, way: str, episode: str, begins: str | None, seen: str | None
    ) -> tuple[set[str], set[str]]:
        """Return the exposures by which other treatments certainly and possibly changed in the window."""
        certain, possible = set(), set()
        for name, changes in self.changes.items():
            for change in changes if name != episode else ():
                if change.way not in (way, "unknown"):
                    continue
                within = self._within(change.at, begins, seen)
                if within and change.certain and change.way == way:
                    certain.add(change.exposure)
                elif within or self._possibly_within(change, begins, seen, self.spans[name]):
                    possible.add(change.exposure)
        return certain, possible

    def _within(self, at: str | None, begins: str | None, seen: str | None) -> bool:
        if at is None or begins is None or seen is None or not self.timeline.certainly_before(at, seen):
            return False
        _, before = self.timeline.between(at, begins)
        return before is not None and before <= LEAD_IN_DAYS

    def _possibly_within(self, change: Change, begins: str | None, seen: str | None, span: Span) -> bool:
        """Say whether a change may lie in the window; one at an unknown distance before it does not.

        A start without a time was before the treatment was seen running; a change of dose was before its end.
        """
        at = change.at
        if seen is None or begins is None:
            return False
        if at is None:
            running = span.running if change.exposure == span.fragment else None
            last = (running, span.stopped, span.hinted)
            return not any(key and self.timeline.certainly_not_after(key, begins) for key in last)
        if self.timeline.certainly_not_after(seen, at):
            return False
        if not self.timeline.certainly_not_after(at, begins):
            return True
        least, most = self.timeline.between(at, begins)
        return most is not None and (least or 0) <= LEAD_IN_DAYS

    def _without_repeats(self, together: set[str], others: set[str]) -> set[str]:
        """Join what changed and what else is answered, each treatment by its most telling exposure."""
        told = {self.episode_of[key] for key in together}
        return together | {key for key in others if self.episode_of[key] not in told}

    def _episode_is_new(self, key: str, certain: Iterable[str]) -> bool:
        return self.episode_of[key] not in {self.episode_of[each] for each in certain}

    def _since_first_dose(self, treatment: Treatment, at: str | None) -> tuple[int | None, int | None]:
        same = [name for name, each in self.treatments.items() if each.what == treatment.what]
        first = self._first(self.spans[name].starts for name in same)
        return self._between(first, at)

    def _between(self, first: str | None, second: str | None) -> tuple[int | None, int | None]:
        return (None, None) if first is None or second is None else self.timeline.between(first, second)

    def _first(self, occasions: Iterable[str | None]) -> str | None:
        """Return the occasion that is certainly not after any other; None if one is unknown or unordered."""
        known = list(occasions)
        for each in known:
            if each is not None and all(
                other is not None and self.timeline.certainly_not_after(each, other) for other in known
            ):
                return each
        return None
