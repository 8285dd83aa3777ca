"""When the treatments of a case ran, counted from the start of the first of them that is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace

import pyoxigraph as ox

from casegraph.model import DoseSegment, Subject, Treatment
from casegraph.plot.cohort.seen import OPEN, Days, Event, Seen, given, may_precede
from casegraph.store import Store
from casegraph.timeline import Timeline, solve_subject, without_readings
from casegraph.triples import Triples, named_claims, read_subject

__all__ = ["Lane", "Run", "lane"]


@dataclass(frozen=True, slots=True)
class Run:
    """One course of a treatment; days count from the start of the lane, and None is open.

    :param claim: its IRI.
    :param drug: the IRI of what was given.
    :param starts: the least and the most days until it began.
    :param ends: until when it certainly ran at least, and by when it was over or last told of.
    :param length: the least and the most days that it lasted; an end that is only implied sets no most.
    :param end: ``stopped``, ``stop implied``, ``ongoing`` or ``not told``.
    :param singles: of how many doses, each given once, it consists, where it does of several.
    :param is_start_read: whether its start would be another without a reading of the curator.
    :param is_length_read: whether its length would be.
    """

    claim: str
    drug: str
    starts: Days
    ends: Days
    length: Days
    end: str
    singles: int = 0
    is_start_read: bool = False
    is_length_read: bool = False

    @property
    def has_place(self) -> bool:
        """Whether it is told when it began, seen from the start of the lane."""
        return self.starts[1] is not None or bool(self.starts[0] and self.starts[0] > 0)

    @property
    def is_earlier(self) -> bool:
        """Whether it began before the start of the lane, or at most with it."""
        return self.starts[1] is not None and self.starts[1] <= 0 and self.starts != (0, 0)

    @property
    def is_drawn(self) -> bool:
        """Whether it certainly ran for some days that have a place on the lane."""
        begun, lasted = self.starts[1], self.ends[0]
        return begun is not None and lasted is not None and lasted > begun

    @property
    def is_placed(self) -> bool:
        """Whether it can be drawn: it did not begin earlier, nor may have, unless it certainly ran later."""
        may_be = self.is_drawn or not may_precede(self.starts)
        return self.has_place and not self.is_earlier and may_be

    @property
    def is_told(self) -> bool:
        """Whether it is told how long it ran, that it still did, or that it began later."""
        begun, lasted = self.starts[0] or 0, self.length[1] is not None or bool(self.length[0])
        return begun > 0 or lasted or self.end == "ongoing"


@dataclass(frozen=True, slots=True)
class Lane:
    """What is drawn of one case.

    :param events: those that may have come after the start.
    :param unplaced: those of which no time on this scale is told.
    :param since: the drugs from whose start days count; empty where it is the first start of the only one.
    :param earlier: those that came before that start, where it is not the first.
    """

    case: str
    runs: tuple[Run, ...]
    events: tuple[Event, ...]
    unplaced: tuple[Event, ...]
    since: tuple[str, ...] = ()
    earlier: tuple[Event, ...] = ()

    @property
    def has_days(self) -> bool:
        """Whether there is any day or length to be drawn, and not only words."""
        return any(day > 0 for day in self.days)

    @property
    def days(self) -> list[int]:
        """All days that are told of what can be drawn."""
        times = [time for run in self.runs if run.is_placed for time in (run.starts, run.ends)]
        times += [each.at for each in self.events if not may_precede(each.at)]
        return [day for time in times for day in time if day is not None]

    def on(self, event: Event) -> tuple[str, ...]:
        """Return the drugs that a response was to, where the lane has more than one; else none."""
        return event.drugs if len({run.drug for run in self.runs}) > 1 else ()

    @property
    def longest(self) -> tuple[int, int]:
        """Return the most days that a course certainly lasted, and that the lane certainly reaches to."""
        return (
            max((each.length[0] or 0 for each in self.runs), default=0),
            max((each.ends[0] or 0 for each in self.runs), default=0),
        )


def lane(store: Store, case: str, drugs: Set[str]) -> Lane | None:
    """Return what is drawn of a case; None where it was given none of the drugs.

    :param drugs: IRIs; empty for whatever was given.
    :raises StoreError: if the store fails.
    """
    quads = "".join(f"{line}\n" for line in store.dump(f"{case}/asserted"))
    found = Triples(ox.parse(quads.encode(), format=ox.RdfFormat.N_QUADS), lambda iri: None)
    subject = read_subject(case, found)
    kept = [each for each in subject.treatments if not drugs or given(each) in drugs]
    if not kept:
        return None
    whole = _Reading(case, subject, solve_subject(subject)).lane(kept)
    plain = without_readings(subject)
    return whole if plain == subject else _with_readings(whole, plain, kept)


def _with_readings(whole: Lane, plain: Subject, kept: list[Treatment]) -> Lane:
    """Return a lane that says of which days it has others without what is a reading of the curator."""
    other = _Reading(whole.case, plain, solve_subject(plain)).lane(kept)
    told = {(each.claim, each.kind, each.at) for each in (*other.events, *other.unplaced, *other.earlier)}
    plainly = {each.claim: each for each in other.runs}
    runs = tuple(
        replace(
            each,
            is_start_read=each.starts not in ((0, 0), plainly[each.claim].starts),
            is_length_read=each.length != plainly[each.claim].length,
        )
        for each in whole.runs
    )
    events = tuple(
        replace(each, is_read=(each.claim, each.kind, each.at) not in told) for each in whole.events
    )
    return replace(whole, runs=runs, events=events)


class _Reading:
    """A case with its solved times."""

    def __init__(self, case: str, subject: Subject, timeline: Timeline) -> None:
        self.case, self.subject, self.timeline = case, subject, timeline
        self.names = {id(claim): fragment for fragment, _, claim in named_claims(subject)}
        self.ranks = timeline.ranks()
        self.origin: str | None = None

    def lane(self, treatments: list[Treatment]) -> Lane:
        starts = sorted({each.at for each in treatments if each.at is not None}, key=self._in_order)
        self.origin = next(iter(starts), None)
        runs, is_later = [self._run(each) for each in treatments], False
        if not any(run.is_drawn for run in runs) and (known := self._of_known_length(treatments)):
            self.origin, is_later = known.at, True
            runs = [self._run(each) for each in treatments]
        runs.sort(key=lambda run: (_late(run.starts), run.claim))
        events = Seen(self.case, self.subject, self.names, self.timeline).events(treatments, self.origin)
        return Lane(
            self.case,
            tuple(runs),
            events=tuple(each for each in events if _is_told(each.at) and _is_after(each.at)),
            unplaced=tuple(each for each in events if not _is_told(each.at)),
            since=self._since(treatments) if is_later or len({run.drug for run in runs}) > 1 else (),
            earlier=tuple(each for each in events if is_later and not _is_after(each.at)),
        )

    def _since(self, treatments: Iterable[Treatment]) -> tuple[str, ...]:
        """Return the drugs that were begun when days begin to count."""
        begun = (given(each) for each in treatments if each.at is not None and each.at == self.origin)
        return tuple(dict.fromkeys(begun))

    def _in_order(self, at: str) -> tuple[int, str]:
        return self.ranks[at], at

    def _of_known_length(self, treatments: Iterable[Treatment]) -> Treatment | None:
        """Return the treatment of the most days that are certain, of those that tell when they began."""
        lengths = [(self._length(each)[0] or 0, each) for each in treatments if each.at is not None]
        longest = max((days for days, _ in lengths), default=0)
        return next((each for days, each in lengths if days == longest > 0), None)

    def _between(self, first: str | None, second: str | None) -> Days:
        return OPEN if first is None or second is None else self.timeline.between(first, second)

    def _run(self, treatment: Treatment) -> Run:
        starts = self._between(self.origin, treatment.at)
        if self.origin is None:
            starts = (0, 0)  # nothing else is drawn: its own start is that of the lane, whenever that was
        length = self._length(treatment)
        least, most = starts
        stop = treatment.ends_at if treatment.end_basis != "implied" else None
        certain = [
            _sum(least, length[0]),
            *(self._between(self.origin, at)[0] for at in _last_told(treatment)),
        ]
        over = [_sum(most, length[1]), self._between(self.origin, stop or treatment.ongoing_at)[1]]
        return Run(
            claim=f"{self.case}#{self.names[id(treatment)]}",
            drug=given(treatment),
            starts=starts,
            ends=(
                max((each for each in certain if each is not None), default=None),
                min((each for each in over if each is not None), default=None),
            ),
            length=length,
            end=_end(treatment),
            singles=_singles(treatment),
        )

    def _length(self, treatment: Treatment) -> Days:
        stop = treatment.ends_at if treatment.end_basis != "implied" else None
        least = [treatment.duration_min_days]
        least += [self._between(treatment.at, at)[0] for at in _last_told(treatment)]
        most = [treatment.duration_max_days, self._between(treatment.at, stop)[1]]
        return (
            max((each for each in least if each is not None), default=None),
            min((each for each in most if each is not None), default=None),
        )


def _last_told(treatment: Treatment) -> Iterator[str]:
    """Yield the occasions at which a treatment certainly ran, or until which it did."""
    exposures: tuple[Treatment | DoseSegment, ...] = (treatment, *treatment.doses)
    for each in exposures:
        yield from (at for at in (each.at, each.ends_at, each.ongoing_at) if at is not None)


def _singles(treatment: Treatment) -> int:
    """Return of how many single doses a treatment consists; none where it is one, or is more than those."""
    doses = treatment.doses
    return len(doses) if len(doses) > 1 and all(each.doses_in_all == 1 for each in doses) else 0


def _end(treatment: Treatment) -> str:
    if treatment.ends_at is not None:
        return "stop implied" if treatment.end_basis == "implied" else "stopped"
    if treatment.ongoing_at is not None:
        return "ongoing"
    return "stopped" if treatment.stop_reason is not None else "not told"


def _is_told(at: Days) -> bool:
    """Tell whether there is more to say than that it may have come at any time after the start."""
    return at[1] is not None or bool(at[0] and at[0] > 0)


def _is_after(at: Days) -> bool:
    """Tell whether it may have come after the start of the lane."""
    return at[1] is None or at[1] > 0


def _late(starts: Days) -> tuple[int, int]:
    least = starts[0]
    return (1, 0) if least is None else (0, least)


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
