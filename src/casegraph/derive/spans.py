"""When an exposure ran: its start, and what is known of its end.

Only a stated end, or a time at which it was still running, makes an exposure certain. An implied end, a
course or a dosing of the same drug by the same route that certainly began later, or no word leave it possible
until then.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from casegraph.model import DoseSegment, Subject, Treatment
from casegraph.timeline import Timeline
from casegraph.triples import named_claims

__all__ = ["Span", "spans"]

#: Concepts that two different treatments may share: a procedure, a drug that is not said.
_NOT_ONE_DRUG = ("MAXO:", "cg:Drug ")


@dataclass(frozen=True, slots=True)
class Span:
    """An exposure on the time line; every time is the key of an occasion, None where it is not told.

    :param episode: the treatment that the exposure belongs to, or is.
    :param stopped: its stated end; for a dose segment also the start of the next one.
    :param hinted: its end where that is only implied.
    :param superseded: the start of a later course or dosing of the same drug, by when it was over.
    :param running: when it was still running.
    """

    fragment: str
    episode: str
    starts: str | None
    stopped: str | None
    hinted: str | None
    superseded: str | None
    running: str | None

    @property
    def changes(self) -> frozenset[str]:
        """The occasions at which what runs changes, or may change, because of this exposure."""
        ends = (self.starts, self.stopped, self.hinted, self.superseded)
        return frozenset(key for key in ends if key is not None)

    @property
    def is_moment(self) -> bool:
        """Whether it is over as it begins, such as an operation, so that nothing ran together with it."""
        return self.starts is not None and self.starts == self.stopped

    def certainly_covers(self, begins: str, ends: str | None, timeline: Timeline) -> bool:
        """Say whether it certainly ran from one occasion to another, or from the one on."""
        if self.starts is None or not timeline.certainly_not_after(self.starts, begins):
            return False
        lasts = [key for key in (self.stopped, self.hinted, self.running) if key is not None]
        if ends is None:
            return any(timeline.certainly_before(begins, key) for key in lasts)
        return any(timeline.certainly_not_after(ends, key) for key in lasts)

    def certainly_over(self, by: str, timeline: Timeline) -> bool:
        """Say whether it had certainly stopped by an occasion."""
        ends = [key for key in (self.stopped, self.superseded) if key is not None]
        return any(timeline.certainly_not_after(key, by) for key in ends)

    def certainly_seen_on(self, at: str, timeline: Timeline) -> bool:
        """Say whether what was seen at an occasion was certainly seen while it ran.

        What is seen as an exposure stops is seen on it; what is seen as it starts is not.
        """
        if self.running == at:
            return True
        return (
            self.starts is not None
            and timeline.certainly_before(self.starts, at)
            and self.certainly_covers(self.starts, at, timeline)
        )

    def possibly_seen_on(self, at: str, timeline: Timeline) -> bool:
        """Say whether what was seen at an occasion may have been seen while it ran."""
        not_yet = self.starts is not None and timeline.certainly_not_after(at, self.starts)
        ends = [key for key in (self.stopped, self.superseded) if key is not None]
        return not not_yet and not any(timeline.certainly_before(key, at) for key in ends)


def spans(subject: Subject, timeline: Timeline) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return the spans of the treatments, and those of their dose segments.

    A treatment that is told without segments stands among the segments as well.

    :param timeline: the solved occasions of the same case.
    """
    names = {id(claim): fragment for fragment, _, claim in named_claims(subject)}
    episodes, segments = [], []
    for treatment in subject.treatments:
        later = _later_course(treatment, subject.treatments, timeline)
        name = names[id(treatment)]
        episodes.append(_span(treatment, treatment, (name, name), None, later))
        for dose in treatment.doses:
            fragment = names[id(dose)]
            followers = (each.at for each in treatment.doses if each.follows == fragment)
            next_start = next((at for at in followers if at is not None), None)
            over = _later_dose(dose, treatment, timeline) or later
            segments.append(_span(dose, treatment, (fragment, name), next_start, over))
        if not treatment.doses:
            segments.append(episodes[-1])
    return tuple(episodes), tuple(segments)


def _span(
    exposure: Treatment | DoseSegment,
    treatment: Treatment,
    names: tuple[str, str],
    next_start: str | None,
    later: str | None,
) -> Span:
    stated = exposure.ends_at or treatment.ends_at
    implied = stated is not None and treatment.end_basis == "implied"
    open_end = next_start is None
    return Span(
        fragment=names[0],
        episode=names[1],
        starts=exposure.at or treatment.at,
        stopped=next_start or (None if implied else stated),
        hinted=stated if implied and open_end else None,
        superseded=later if open_end and (implied or stated is None) else None,
        running=exposure.ongoing_at or (treatment.ongoing_at if open_end else None),
    )


def _later_course(treatment: Treatment, courses: tuple[Treatment, ...], timeline: Timeline) -> str | None:
    """Return when the same drug was started again; by another route it is another treatment.

    A course that began while this one was certainly still running did not end it.
    """
    if treatment.what.startswith(_NOT_ONE_DRUG):
        return None
    again = {each.at for each in courses if each.what == treatment.what and _same_route(each, treatment)}
    return _first_after(treatment, again, timeline)


def _later_dose(dose: DoseSegment, treatment: Treatment, timeline: Timeline) -> str | None:
    """Return when the next dosing of a treatment began by the same route; what is given once is none."""
    others = (each for each in treatment.doses if each.at is None or each.at != each.ends_at)
    again = {each.at for each in others if None in (each.route, dose.route) or each.route == dose.route}
    return _first_after(dose, again, timeline)


def _first_after(exposure: Treatment | DoseSegment, again: Set[str | None], timeline: Timeline) -> str | None:
    """Return the first of these starts that is certainly after that of an exposure, and after it was seen."""
    if exposure.at is None:
        return None
    since = exposure.ongoing_at or exposure.at
    later = [
        at
        for at in again
        if at is not None
        and timeline.certainly_before(exposure.at, at)
        and timeline.certainly_not_after(since, at)
    ]
    if not later:
        return None
    ranks = timeline.ranks()
    return min(later, key=lambda at: (ranks[at], at))


def _same_route(one: Treatment, other: Treatment) -> bool:
    routes = [{dose.route for dose in each.doses if dose.route is not None} for each in (one, other)]
    return not all(routes) or not routes[0].isdisjoint(routes[1])
