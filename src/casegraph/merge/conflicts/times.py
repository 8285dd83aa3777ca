"""Whether two occasions of two tellings of one patient are of one time, as far as both can be compared.

Each telling counts its days from a point of its own. What both tell ties them: birth, a date, the start of a
treatment that each gives once; death too, unless these tell that they mean two days by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

from casegraph.merge.conflicts.kinds import iri_of
from casegraph.merge.conflicts.telling import Telling

__all__ = ["Times", "When", "over_before"]

#: ``untold``: neither has an occasion. ``open``: it cannot be told.
When = Literal["same", "different", "untold", "open"]

#: The first and the last step of the course that a phase may be in, by what the phases mean: medical history
#: is before the disease, before treatment is after onset, a flare may be before or on a treatment.
_STEPS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "medicalHistory": (0, 0),
        "onset": (1, 1),
        "beforeTreatment": (2, 2),
        "flarePhase": (2, 3),
        "onTreatment": (3, 3),
        "followUp": (3, 3),
        "writing": (3, 3),
    }
)
#: Phases of which a patient has but one, and that are no stretch in which anything can change.
_ONCE = frozenset({"medicalHistory", "onset"})
_BIRTH, _DEATH, _ISO_DATE = "birth", "death", 10
_Days = tuple[int | None, int | None]


class Times:
    """The times of two tellings, laid beside each other."""

    def __init__(self, a: Telling, b: Telling) -> None:
        self._a, self._b = a, b
        ours, theirs = dict(_landmarks(a)), dict(_landmarks(b))
        both = ours.keys() & theirs.keys()
        self._shared = tuple((ours[name], theirs[name]) for name in sorted(both - {_DEATH}))
        self._known: dict[tuple[str | None, str | None], When] = {}
        if _DEATH in both and not self._disjoint(ours[_DEATH][0], theirs[_DEATH][0]):
            self._shared = (*self._shared, (ours[_DEATH], theirs[_DEATH]))

    def relation(self, ours: str | None, theirs: str | None) -> When:
        """Say whether an occasion of the first telling and one of the second are of one time."""
        key = (ours, theirs)
        if key not in self._known:
            self._known[key] = self._compared(ours, theirs)
        return self._known[key]

    def days_between(self, ours: str, theirs: str) -> _Days:
        """Return the least and the most days from our occasion to theirs, start to start; None is open."""
        least, most = None, None
        for (own, own_day), (other, other_day) in self._shared:
            first, second = self._a.timeline.between(own, ours), self._b.timeline.between(other, theirs)
            shift = other_day - own_day
            low = None if second[0] is None or first[1] is None else second[0] - first[1] + shift
            high = None if second[1] is None or first[0] is None else second[1] - first[0] + shift
            least = low if least is None or (low is not None and low > least) else least
            most = high if most is None or (high is not None and high < most) else most
        return (None, None) if least is not None and most is not None and least > most else (least, most)

    def _compared(self, ours: str | None, theirs: str | None) -> When:
        if ours is None or theirs is None:
            return "untold" if ours is theirs else "open"
        phases = (self._a.case.occasions[ours].phase, self._b.case.occasions[theirs].phase)
        if _apart(*phases) or self._disjoint(ours, theirs):
            return "different"
        alike = phases[0] == phases[1] and phases[0] in _ONCE
        return "same" if alike or self._told_alike(ours, theirs) else "open"

    def ours_first(self, ours: str, theirs: str) -> bool:
        """Say whether ours is certainly over before theirs starts; what has no end told is a moment."""
        least, _ = self.days_between(ours, theirs)
        return least is not None and least > _length(self._a, ours)

    def theirs_first(self, ours: str, theirs: str) -> bool:
        """Say whether theirs is certainly over before ours starts; what has no end told is a moment."""
        _, most = self.days_between(ours, theirs)
        return most is not None and most < -_length(self._b, theirs)

    def _disjoint(self, ours: str, theirs: str) -> bool:
        return self.ours_first(ours, theirs) or self.theirs_first(ours, theirs)

    def _told_alike(self, ours: str, theirs: str) -> bool:
        """Say whether both are told with the same bounds, open at no end, from something that both tell."""
        for (own, own_day), (other, other_day) in self._shared:
            first, second = self._a.timeline.between(own, ours), self._b.timeline.between(other, theirs)
            if None not in first and own_day == other_day and first == second:
                return True
        return self.days_between(ours, theirs) == (0, 0)


def _apart(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return False
    (first, last), (start, end) = _STEPS[one], _STEPS[other]
    return last < start or end < first


def over_before(telling: Telling, first: str, then: str) -> bool:
    """Say whether an occasion is certainly over before another of its telling starts."""
    least, _ = telling.timeline.between(first, then)
    return least is not None and least > _length(telling, first)


def _length(telling: Telling, key: str) -> int:
    """Return the most days that an occasion can have lasted; 0 where no end is told."""
    occasion = telling.case.occasions[key]
    if occasion.end is None or occasion.end[1] is None or occasion.anchor is None:
        return 0
    least, _ = telling.timeline.between(occasion.anchor, key)
    return max(0, occasion.end[1] - (least or 0))


def _landmarks(telling: Telling) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield what another telling may know too, with its occasion and the day of the calendar, else 0."""
    case = telling.case
    if _BIRTH in case.occasions:
        yield _BIRTH, (_BIRTH, 0)
    for key, occasion in case.occasions.items():
        if (day := _day(occasion.printed)) is not None:
            yield "calendar", (key, day)
    for death in case.course:
        if death.kind == "death" and death.at is not None:
            yield _DEATH, (death.at, 0)
    yield from _starts(telling)


def _starts(telling: Telling) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield the starts of the drugs and procedures that are given once."""
    starts: dict[str, list[str | None]] = {}
    for treatment in telling.case.treatments:
        starts.setdefault(iri_of(treatment.what), []).append(treatment.at)
    for drug, occasions in starts.items():
        if len(occasions) == 1 and occasions[0] is not None:
            yield f"start of {drug}", (occasions[0], 0)


def _day(printed: str | None) -> int | None:
    """Return the day of the calendar that a printed time is; None where it is no whole date.

    >>> _day("2020-01-02"), _day("P3Y")
    (737426, None)
    """
    if printed is None or len(printed) < _ISO_DATE or not printed[:4].isdigit():
        return None
    try:
        return date.fromisoformat(printed[:_ISO_DATE]).toordinal() if "/" not in printed else None
    except ValueError:
        return None
