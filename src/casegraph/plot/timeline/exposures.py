"""The lanes of treatments: what certainly ran where, what may have, and how each ended.

A bar is drawn only where a treatment certainly ran: from the last moment at which it can have begun to the
first at which it can have ended, or was last told of. What lies before, between and after is drawn as open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from casegraph.facts import CaseFacts
from casegraph.plot.timeline.axis import Axis
from casegraph.plot.timeline.doses import is_lowered, is_regular, is_single
from casegraph.plot.timeline.marks import is_open
from casegraph.plot.timeline.places import Place
from casegraph.plot.timeline.running import first_after, later_course, over_by, ran_until, starts_of

__all__ = ["Exposure", "Piece", "exposures", "times_of"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a lane.

    :param kind: ``given`` or ``lowered``: it certainly ran; ``unsure``: it began or ended somewhere here;
        ``open``: not stated whether it went on.
    """

    kind: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """A treatment, or a stretch of one dosing of it.

    :param starts: when it began; None where no time is told.
    :param ends: when it ended or was last told of; None where no such time is told.
    :param kind: how it ended: ``stopped``, ``implied`` (a stop is only implied), ``ongoing`` (still given
        when last told of), ``changed`` (another dose followed), ``once``, ``undated`` (stopped, but when is
        not told), ``lasted`` (its length is told and not its end), or ``open`` (not stated).
    :param superseded: the certainly later start of the same drug, or end of its length, by when it was over.
    :param lowered: whether its dose was lowered, and none is told that was kept.
    :param begin: how its start is drawn: ``start``, or ``changed`` if its dose is lowered there; empty for
        the first dosing of a treatment whose start is not told and that ran on: it may not have begun there.
    :param follows: the start of the dosing before it.
    :param has_own_end: whether its end is told of itself, and not of the treatment that it belongs to.
    :param told: when its dosings began.
    :param regular: whether a dosing is told to have been repeated: else nothing is known until the next.
    """

    claim: str
    episode: str
    starts: str | None
    ends: str | None
    kind: str
    superseded: str | None
    lowered: bool = False
    begin: str = "start"
    follows: str | None = None
    has_own_end: bool = True
    told: tuple[str, ...] = ()
    regular: bool = True

    def pieces(self, axis: Axis) -> Iterator[Piece]:
        """Yield the stretches of its lane, from left to right."""
        begins = self.begins(axis)
        if self.kind == "once":
            yield from _stretch("unsure", begins.low, begins.high)
            return
        ends = begins if self.ends is None else axis.place(self.ends)
        if begins.high < ends.low or (begins.high == ends.low and begins.exact):
            yield from _stretch("unsure", begins.low, begins.high)
            yield from _stretch(self._between(), begins.high, ends.low)
            yield from _stretch("unsure", ends.low, ends.high)
        else:
            yield from _stretch("unsure", begins.low, max(begins.high, ends.high))
        if self.kind in ("open", "implied", "ongoing", "undated", "lasted"):
            kind = "unsure" if self.kind in ("undated", "lasted") else "open"
            yield from _stretch(kind, max(begins.high, ends.high), self._latest(axis))

    def _between(self) -> str:
        """Return what is drawn between its start and the next dose, its end, or when it still ran."""
        if self.kind == "changed" and not self.regular:
            return "open"
        return "lowered" if self.lowered else "given"

    def end(self, axis: Axis) -> Place | None:
        """Return where the sign of its end stands; None if it has none, or one side of it is open."""
        signed = self.has_told_end and not is_open(axis, axis.place(self.ends))
        return axis.place(self.ends) if signed else None

    @property
    def has_told_end(self) -> bool:
        """Whether it is told at what occasion it was stopped, or still given."""
        return self.kind in ("stopped", "implied", "ongoing") and self.ends is not None

    def unsure(self, axis: Axis) -> Iterator[Place]:
        """Yield the stretches on which it begins, is changed or ends, and nobody knows where."""
        begins = self.begins(axis)
        if not begins.exact:
            yield begins
        ends = axis.place(self.ends) if self.ends is not None else begins
        if self.kind in ("changed", "open") and not ends.exact and ends != begins:
            yield ends
        if self.kind in ("undated", "lasted"):
            yield Place(max(begins.high, ends.high), self._latest(axis))

    def begins(self, axis: Axis) -> Place:
        """Return where it began, which is not after anything that is told of it."""
        begins = axis.place(self.starts)
        if self.starts is None and self.follows is not None:
            begins = Place(axis.place(self.follows).low, axis.life.high)
        later = (axis.place(each).high for each in (*self.told, self.ends) if each is not None)
        return Place(begins.low, max(begins.low, min((begins.high, *later))))

    def _latest(self, axis: Axis) -> float:
        if self.superseded is not None:
            return axis.place(self.superseded).high
        is_last = self.ends is not None and axis.columns[-1:] == (self.ends,)
        return axis.place(self.ends).high if self.kind == "ongoing" and is_last else axis.life.high


def _stretch(kind: str, low: float, high: float) -> Iterator[Piece]:
    if low < high:
        yield Piece(kind, low, high)


def exposures(facts: CaseFacts) -> tuple[tuple[Exposure, tuple[Exposure, ...]], ...]:
    """Return the treatments of a case in order, each with the stretches of its dosings."""
    found = []
    for claim in facts.claims("hasTreatment"):
        dosings = _dosings(facts, claim)
        found.append(_with_length(facts, _episode(facts, claim, dosings), dosings))
    return tuple(found)


def _with_length(
    facts: CaseFacts, episode: Exposure, dosings: tuple[Exposure, ...]
) -> tuple[Exposure, tuple[Exposure, ...]]:
    """Return a treatment without a told end, and its last dosing, with the time at which it still ran."""
    if episode.kind != "open" or episode.starts is None or episode.superseded is not None:
        return episode, dosings
    until = ran_until(facts, episode.claim, episode.starts)
    over = over_by(facts, episode.claim, episode.starts)
    kind = "lasted" if facts.values(episode.claim, "durationMaxDays") else "open"
    known = [each for each in (episode.ends, until) if each is not None]
    ends = max(known, key=lambda each: (facts.rank(each), each), default=None)
    found = replace(episode, ends=ends, kind=kind, superseded=over)
    if len(dosings) != 1 or dosings[0].kind != "open" or dosings[0].starts != episode.starts:
        return found, dosings
    return found, (replace(dosings[0], ends=ends, kind=kind, superseded=over),)


def times_of(exposure: Exposure) -> Iterator[str]:
    """Yield the occasions at which something of an exposure is drawn."""
    yield from (each for each in (exposure.starts, exposure.ends) if each is not None)


def _episode(facts: CaseFacts, episode: str, dosings: tuple[Exposure, ...]) -> Exposure:
    starts = facts.value(episode, "at")
    kind, ends = _end(facts, episode, starts)
    if kind == "open" and starts is not None:
        told = [time for each in dosings for time in times_of(each) if time != starts]
        ends = max(told, key=lambda each: (facts.rank(each), each), default=None)
    began = tuple(each.starts for each in dosings if each.starts is not None)
    return Exposure(episode, episode, starts, ends, kind, later_course(facts, episode), told=began)


def _end(facts: CaseFacts, exposure: str, starts: str | None) -> tuple[str, str | None]:
    stop, still = facts.value(exposure, "endsAt"), facts.value(exposure, "ongoingAt")
    if stop is not None:
        implied = facts.name(facts.value(exposure, "endBasis") or "") == "implied"
        return "implied" if implied else "once" if _is_same(facts, stop, starts) else "stopped", stop
    if still is not None:
        return "ongoing", still
    return "undated" if facts.values(exposure, "stopReason") else "open", None


def _is_same(facts: CaseFacts, one: str, other: str | None) -> bool:
    """Say whether two occasions are one, or certainly at the same time."""
    if other is None:
        return False
    return one == other or (other in facts.values(one, "notAfter") and one in facts.values(other, "notAfter"))


def _dosings(facts: CaseFacts, episode: str) -> tuple[Exposure, ...]:
    segments = facts.values(episode, "hasSegment")
    found = (_dosing(facts, episode, each, segments) for each in segments)
    return tuple(sorted(found, key=lambda each: (facts.rank(each.starts), _steps(facts, each), each.claim)))


def _steps(facts: CaseFacts, exposure: Exposure) -> int:
    """Return how many dosings came before one in its chain."""
    steps, claim = 0, facts.value(exposure.claim, "follows")
    while claim is not None and steps < len(facts.values(exposure.episode, "hasSegment")):
        steps, claim = steps + 1, facts.value(claim, "follows")
    return steps


def _dosing(facts: CaseFacts, episode: str, segment: str, segments: tuple[str, ...]) -> Exposure:
    own, whole = facts.value(segment, "at"), facts.value(episode, "at")
    before = facts.value(segment, "follows")
    starts = own or (whole if before is None else None)
    followers = [each for each in segments if facts.value(each, "follows") == segment]
    kind, ends = _end(facts, segment, starts)
    superseded, has_own_end = None, ends is not None
    if is_single(facts, segment) and ends is None:
        kind, ends = "once", starts
    elif followers and ends is None:
        ends = facts.value(followers[0], "at")
        kind = "open" if ends is None else "changed"
    elif ends is None:
        kind, ends = _end(facts, episode, starts)
        superseded = first_after(facts, starts, starts_of(facts, segments))
        if superseded is not None:
            kind, ends = "open", None
    if kind in ("open", "implied", "undated"):
        superseded = superseded or later_course(facts, episode)
    lowered = is_lowered(facts, segment)
    begin = "changed" if lowered and (before is not None or starts != whole) else "start"
    if whole is None and before is None and kind == "ongoing" and ends != starts:
        begin = ""
    last = None if before is None else facts.value(before, "at")
    regular = is_regular(facts, segment)
    return Exposure(
        segment, episode, starts, ends, kind, superseded, lowered, begin, last, has_own_end, regular=regular
    )
