"""What the columns of a timeline stand for: their heads, and the panel that tells each time in words."""

from __future__ import annotations

from textwrap import shorten

from casegraph.plot.timeline.axis import Axis
from casegraph.plot.timeline.days import days_of
from casegraph.plot.timeline.lifespan import is_untreated
from casegraph.plot.timeline.marks import Datum, Panel, anchored, is_anywhere
from casegraph.story.moments import UNTIMED, counts_from_zero
from casegraph.story.spans import open_side
from casegraph.story.words import Words, joined

__all__ = ["heads", "is_derived", "times_panel"]

#: letters that fit beside a time, and of its printed words in any case.
_LONGEST, _SHORTEST = 90, 14


def heads(words: Words, axis: Axis) -> list[Datum]:
    """Return the heads of the columns, by the names that the story of the case calls the occasions."""
    return [
        {
            "x": number,
            "text": f"{number} {_called(words, axis, each)}",
            "told": words.time(each),
            "href": f"#{words.facts.name(each)}",
        }
        for number, each in enumerate(axis.columns, start=1)
    ]


def times_panel(words: Words, axis: Axis) -> Panel:
    """Return the panel of times: each occasion at its place, with its printed words and its days."""
    panel = Panel("Times, as the report tells them")
    numbers = {each: str(number) for number, each in enumerate(axis.columns, start=1)}
    together = {name: column for column in axis.columns for name in _same(axis, column)}
    for each in sorted(
        axis.places, key=lambda each: (axis.places[each].middle, words.facts.rank(each), each)
    ):
        if together.get(each, each) != each:
            continue
        place = axis.place(each)
        called = _called(words, axis, each)
        head = {
            "row": panel.row(f"{numbers.get(each, '≈' if not axis.to_scale else '')} {called}".strip()),
            "told": f"{called}: {words.time(each) or UNTIMED}",
            "href": f"#{words.facts.name(each)}",
        }
        text = _told(words, each, phased=not place.exact)
        if not place.exact:
            panel.marks.append({**head, "part": "unsure", "x": place.low, "x2": place.high})
        if not place.exact and not is_anywhere(axis, place):
            panel.marks.append({**head, "part": "about", "x": place.middle, "shift": 0})
        if place.exact:
            panel.marks.append({**head, "part": "sign", "x": place.middle, "sign": "time"})
        begins = place.low if is_anywhere(axis, place) else place.middle
        panel.marks.append({**head, **anchored(axis, begins, text)})
    return panel


def _same(axis: Axis, column: str) -> tuple[str, ...]:
    """Return the occasions that share a column, which are certainly at the same time; else the one itself."""
    here = axis.places[column]
    if axis.to_scale or not here.exact:
        return (column,)
    return tuple(sorted(each for each, place in axis.places.items() if place == here))


def is_derived(words: Words, occasion: str) -> bool:
    """Say whether the days of an occasion only follow from those of others, or from the order."""
    has_days = any(day is not None for day in days_of(words.facts, occasion))
    return has_days and not open_side(words.facts, occasion) and not counts_from_zero(words.facts, occasion)


def _called(words: Words, axis: Axis, occasion: str) -> str:
    return " = ".join(words.facts.name(each) for each in _same(axis, occasion))


def _told(words: Words, occasion: str, *, phased: bool) -> str:
    """Return the days of an occasion, its printed words, and whether the days rest on a reading.

    Printed words as *within 1 week* mean little without the anchor that they count from, which stands first;
    days that only follow from those of others do not stand beside it.

    :param phased: whether to tell that it was before treatment, by which it can be before its latest day.
    """
    days, _, reading = words.days(occasion).partition(" by ")
    printed = words.facts.value(occasion, "timePrinted")
    since, _, read = (words.since(occasion) if printed else "").partition(" by ")
    if is_derived(words, occasion):
        days, reading = ("", "") if since else (f"derived {days}", reading)
    hedge = f" (by {reading or read})" if reading or read else ""
    phase = "before treatment" if phased and is_untreated(words.facts, occasion) else ""
    room = max(_SHORTEST, _LONGEST - len(days + since + phase + hedge))
    quoted = f"“{shorten(printed, room, placeholder=' ...')}”" if printed else ""
    return (joined(days, since, phase, quoted) or UNTIMED) + hedge
