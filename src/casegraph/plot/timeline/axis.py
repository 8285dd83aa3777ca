"""Where a case's occasions stand on the axis of its timeline: in columns as ordered, or in days to scale.

No occasion is given a place that the solved times do not give: what is only bounded has a stretch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from casegraph.facts import CaseFacts
from casegraph.plot.timeline.days import days_of, is_told
from casegraph.plot.timeline.lifespan import life_of, narrowed
from casegraph.plot.timeline.places import Place
from casegraph.story.words import Words, joined, listed

__all__ = ["Axis", "axis_of", "order_told", "unseen_order"]

#: room before the first column and behind the last, in columns.
_MARGIN = 0.6
_DAYS_A_MONTH, _DAYS_A_YEAR = 30.4375, 365.25
#: up to so many days the axis counts days, and up to so many months.
_MOST_DAYS, _MOST_MONTHS = 200, 36 * _DAYS_A_MONTH


@dataclass(frozen=True, slots=True)
class Axis:
    """The horizontal axis of a timeline.

    :param to_scale: whether lengths on it mean lengths of time.
    :param title: what it counts.
    :param columns: the occasions that have a column, in order; none where it is to scale.
    :param life: from birth to death, as far as they are drawn: nothing of the patient lies elsewhere.
    :param unit_days: the days of one unit, where it is to scale.
    :param unseen: the orders that are certain and that no place shows, as :func:`unseen_order` finds them.
    """

    to_scale: bool
    title: str
    columns: tuple[str, ...]
    places: Mapping[str, Place]
    first: float
    last: float
    life: Place
    unit_days: float = 0
    unseen: tuple[tuple[str, str], ...] = ()

    def place(self, occasion: str | None) -> Place:
        """Return where an occasion stands; anywhere in a life if it is None or not ordered at all."""
        return self.places.get(occasion or "", self.life)


def axis_of(words: Words, used: Mapping[str, int]) -> Axis:
    """Return the axis of a case: to scale where days are known and keep the order, else of columns.

    :param used: the occasions that something is drawn at, each with how many things are.
    """
    axis = _placed(words, used)
    return replace(axis, unseen=unseen_order(words.facts, axis.places))


def _placed(words: Words, used: Mapping[str, int]) -> Axis:
    bounds = {each: days_of(words.facts, each) for each in used}
    known = {
        each: (low, high) for each, (low, high) in bounds.items() if low is not None and high is not None
    }
    if len(known) == len(used) > 1 and _keep_order(words.facts, known):
        return _to_scale(words, known)
    zero = words.facts.value(words.facts.case, "zeroPoint")
    counted = any(bound is not None for pair in bounds.values() for bound in pair)
    return _in_columns(words.facts, {zero: 0, **used} if zero is not None and counted else used)


def _keep_order(facts: CaseFacts, days: Mapping[str, tuple[int, int]]) -> bool:
    """Say whether days show every order that is certain, and not all are the same.

    Dates that are counted from a birth of which only the year is known do not.
    """
    shown = all(
        days[first][1] <= days[second][0] or first in facts.values(second, "notAfter")
        for first in days
        for second in facts.values(first, "notAfter")
        if second in days
    )
    return shown and len(set(days.values())) > 1


def _to_scale(words: Words, bounds: Mapping[str, tuple[int, int]]) -> Axis:
    first, last = min(low for low, _ in bounds.values()), max(high for _, high in bounds.values())
    span = last - first
    many = (1.0, "days") if span <= _MOST_DAYS else (_DAYS_A_YEAR, "years of 365.25 days")
    unit, name = many if span <= _MOST_DAYS or span > _MOST_MONTHS else (_DAYS_A_MONTH, "months of 30.4 days")
    zero = words.facts.name(words.facts.value(words.facts.case, "zeroPoint") or "")
    places = {
        each: Place(round(low / unit, 4), round(high / unit, 4)) for each, (low, high) in bounds.items()
    }
    margin = span / unit * 0.03
    edges = Place(round(first / unit - margin, 4), round(last / unit + margin, 4))
    life = life_of(words.facts, places, edges)
    return Axis(
        to_scale=True,
        title=f"{name}; counted from {zero}; to scale",
        columns=(),
        places=narrowed(words.facts, places, life),
        first=edges.low,
        last=edges.high,
        life=life,
        unit_days=unit,
    )


def _in_columns(facts: CaseFacts, used: Mapping[str, int]) -> Axis:
    later = {each: set(facts.values(each, "notAfter")) & set(used) for each in used}
    before = {each: {other for other in used if other != each and each in later[other]} for each in used}
    columns = _columns(facts, used, later, before)
    number: dict[str, int] = {}
    for index, column in enumerate(columns, start=1):
        same = later[column] & before[column]
        number |= dict.fromkeys((column, *same), index)
    edges = (round(1 - _MARGIN, 4), round(len(columns) + _MARGIN, 4))
    places = {each: _place(number, later[each], before[each], edges) for each in used if each not in number}
    places |= {each: Place(index, index) for each, index in number.items()}
    life = life_of(facts, places, Place(*edges))
    return Axis(
        to_scale=False,
        title="order as told; not to scale",
        columns=columns,
        places=narrowed(facts, places, life),
        first=edges[0],
        last=edges[1],
        life=life,
    )


def _place(number: Mapping[str, int], later: set[str], before: set[str], edges: tuple[float, float]) -> Place:
    """Return the stretch between the last column that is certainly not after, and the first not before."""
    low = max((number[each] for each in before if each in number), default=edges[0])
    high = min((number[each] for each in later if each in number), default=edges[1])
    return Place(low, high)


def _columns(
    facts: CaseFacts, used: Mapping[str, int], later: Mapping[str, set[str]], before: Mapping[str, set[str]]
) -> tuple[str, ...]:
    """Return the chain of occasions, each certainly before the next, at which most is drawn.

    Of several that stand alike to all others, and in no order to each other, none has a column: it
    would seem to come first, or all seem to be at once. One has if its day alone is told. The zero point
    always has.
    """
    zero = facts.value(facts.case, "zeroPoint")
    strictly = {each: {other for other in before[each] if other not in later[each]} for each in used}
    alike: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for each in sorted(used):
        after = {other for other in later[each] if each not in later[other]}
        alike.setdefault((frozenset(strictly[each]), frozenset(after)), []).append(each)
    firsts = [
        found[0]
        for group in alike.values()
        for found in (group, [each for each in group if is_told(facts, each)])
        if found and set(found) <= {found[0]} | (later[found[0]] & before[found[0]])
    ]
    fixed = [zero] if zero is not None and zero in used else []
    known = sorted({*firsts, *fixed}, key=lambda each: (facts.rank(each), each))
    best: dict[str, tuple[int, tuple[str, ...]]] = {}
    for each in known:
        own = used[each] + (sum(used.values()) if each == zero else 0)
        chains = [best[other] for other in known if other in strictly[each] and other in best]
        weight, chain = max(chains, key=lambda found: (found[0], len(found[1])), default=(0, ()))
        best[each] = (weight + own, (*chain, each))
    return max(best.values(), key=lambda found: (found[0], len(found[1])), default=(0, ()))[1]


def unseen_order(facts: CaseFacts, places: Mapping[str, Place]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of occasions of which the first certainly comes first, and which no place tells apart.

    A pair is left out where a third certainly comes between them.
    """
    used = sorted(places, key=lambda each: (facts.rank(each), each))
    later = {each: set(facts.values(each, "notAfter")) for each in used}
    strictly = {
        each: {other for other in used if other in later[each] and each not in later[other]} for each in used
    }
    return tuple(
        (one, other)
        for one in used
        for other in used
        if other in strictly[one]
        and places[one].high > places[other].low
        and not any(other in strictly[between] for between in strictly[one])
    )


def order_told(facts: CaseFacts, axis: Axis, occasion: str) -> str:
    """Return what is certain of the order of an occasion that can be anywhere: after and before what."""
    after = [facts.name(one) for one, other in axis.unseen if other == occasion]
    before = [facts.name(other) for one, other in axis.unseen if one == occasion]
    told = joined(f"after {listed(after)}" if after else "", f"before {listed(before)}" if before else "")
    return told or "order not told"
