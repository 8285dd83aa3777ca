"""Draws the lanes of a swimmer plot: what is certain solid, what is possible dashed, no end untold."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, Final

from casegraph.plot.cohort.courses import Lane, Run
from casegraph.plot.cohort.groups import OTHER
from casegraph.plot.cohort.marks import LEGEND, POINT
from casegraph.plot.cohort.seen import UNCLEAR, Event, may_precede
from casegraph.plot.look import COLOURS
from casegraph.plot.picture import Spec
from casegraph.plot.shown import lines, since
from casegraph.story.moments import UNTIMED
from casegraph.story.spans import as_read

__all__ = ["MOST_RUNS", "Strokes"]

#: So many courses of a lane are drawn.
MOST_RUNS: Final = 6

_WIDTH: Final = 640
_LINE, _BAR, _EVENTS, _GAP = 15, 12, 16, 10
#: A scale of months where it is longer than so many days; a month of a year's twelfth.
_LONG, _MONTH = 180, 30.4375
#: Of the whole scale: how far a line goes whose end is not told.
_OPEN: Final = 0.05
_FILLS: Final = ("blue", "orange", "bluish green", "yellow", "reddish purple", "sky blue")
_DASH: Final = [4, 3]
_OR: Final = ", or the start that a lane names"

_Values = list[dict[str, Any]]


class Strokes:
    """What is drawn of some lanes, one below the other.

    :param groups: drug -> what it is coloured by.
    :param has_drug: whether a lane of one course needs no name of the drug.
    """

    def __init__(self, groups: Mapping[str, str], *, has_drug: bool) -> None:
        self._groups = groups
        self._has_drug = has_drug
        self._is_of_one = has_drug and len(set(groups.values())) == 1
        self._lanes: list[tuple[Lane, str, Mapping[str, tuple[str, str]]]] = []
        self._texts: _Values = []
        self._certain: _Values = []
        self._possible: _Values = []
        self._open: _Values = []
        self._signs: _Values = []
        self._stops: _Values = []
        self._events: _Values = []
        self._whiskers: _Values = []
        self._top = 0

    def add(self, lane: Lane, name: str, told: Mapping[str, tuple[str, str]]) -> None:
        """Add a lane below the others.

        :param told: course -> what was given, and how long in words.
        """
        self._lanes.append((lane, name, told))

    def view(self) -> Spec:
        """Return the lanes as what Vega-Lite calls a view."""
        ends = [end for lane, _, _ in self._lanes for end in lane.days]
        self._longest = max(ends, default=0)
        self._unit = _MONTH if self._longest > _LONG else 1.0
        self._stub = (self._longest or 10) * _OPEN
        for lane, name, told in self._lanes:
            self._draw(lane, name, told)
        apart = dict.fromkeys(("fill", "shape", "stroke"), "independent")
        return {
            "width": _WIDTH,
            "height": self._top,
            "layer": self._layers(),
            "resolve": {"scale": apart, "legend": apart},
        }

    def _draw(self, lane: Lane, name: str, told: Mapping[str, tuple[str, str]]) -> None:
        deaths = (each.at[1] for each in lane.events if each.kind == "death")
        self._death = min((day for day in deaths if day is not None), default=inf)
        names = {run.drug: told[run.claim][0] for run in lane.runs}
        drawn = self._drawn(lane)
        if self._is_of_one and len(lane.runs) == 1:
            self._write(f"{name}: {told[lane.runs[0].claim][1]}", bold=True)
            self._bar(lane.runs[0])
        else:
            self._write(name, bold=True)
            has_start = any(run.has_place and run.is_told for run in lane.runs)
            if lane.since and (drawn or lane.events or has_start):
                self._write(f"counted from the start of {', '.join(names[each] for each in lane.since)}")
            self._several(lane, drawn, told)
        taken: list[float] = []
        in_words = [
            each
            for each in lane.events
            if each.at[1] is None or may_precede(each.at) or lane.on(each) or each.is_read
        ]
        for event in lane.events:
            if event.at[1] is not None and event not in in_words:
                self._event(event, event.at[1], self._row(event, event.at[1], taken))
        self._top += _EVENTS * len(taken)
        for event in in_words:
            has_place = not lane.on(event) or any(run.drug in event.drugs for run in drawn[:MOST_RUNS])
            has_place &= not may_precede(event.at)
            self._in_words(event, _called(lane, event, names), has_place=has_place)
        self._without_place(lane, names)
        self._top += _GAP

    def _without_place(self, lane: Lane, names: Mapping[str, str]) -> None:
        for event in (each for each in (*lane.events, *lane.unplaced) if each.quoted):
            self._write(f"{_called(lane, event, names)}: {event.quoted}")
        unplaced = [each for each in lane.unplaced if not each.quoted]
        for name in dict.fromkeys(_called(lane, each, names) for each in unplaced if each.kind == UNCLEAR):
            self._write(name)
        unplaced = [each for each in unplaced if each.kind != UNCLEAR]
        for words, events in ((UNTIMED, unplaced), ("before that", lane.earlier)):
            if kinds := dict.fromkeys(_called(lane, each, names) for each in events):
                self._write(f"{words}: {', '.join(kinds)}")

    def _drawn(self, lane: Lane) -> list[Run]:
        return [run for run in lane.runs if run.is_placed and (run.is_told or self._has_drug)]

    def _several(self, lane: Lane, drawn: list[Run], told: Mapping[str, tuple[str, str]]) -> None:
        for run in drawn[:MOST_RUNS]:
            self._write(": ".join(told[run.claim]))
            self._bar(run)
        if len(drawn) > MOST_RUNS:
            self._write(f"and {len(drawn) - MOST_RUNS} more in the table")
        rest = [run for run in lane.runs if run not in drawn]
        for words in dict.fromkeys(": ".join(told[run.claim]) for run in rest if run.is_told):
            self._write(words)
        for is_earlier, words in ((True, "begun earlier, length not told"), (False, "? length not told")):
            of = [run for run in rest if not run.is_told and run.is_earlier is is_earlier]
            if listed := dict.fromkeys(told[run.claim][0] for run in of):
                self._write(f"{words}: {', '.join(listed)}")

    def _write(self, text: str, *, bold: bool = False) -> None:
        for line in lines(text):
            self._texts.append({"text": line, "y": self._top + _LINE / 2, "bold": bold})
            self._top += _LINE

    def _at(self, days: float) -> float:
        return round(days / self._unit, 3)

    def _bar(self, run: Run) -> None:
        place = {"top": self._top, "bottom": self._top + _BAR, "centre": self._top + _BAR / 2}
        self._top += _BAR + 3
        least, latest = run.starts
        begun = least if least is not None and least > 0 else 0
        sure, over = run.ends
        if latest is not None and sure is not None and sure > latest:
            bar = {"from": self._at(latest), "to": self._at(sure), "group": self._groups[run.drug]}
            self._certain.append({**place, **bar})
        if latest is not None and latest > begun and not may_precede(run.starts):
            # what may have begun then, and of which no more is told, is a line and not a course
            is_bounded = over is not None or (sure is not None and sure > latest)
            window = self._possible if is_bounded else self._open
            window.append({**place, "from": self._at(begun), "to": self._at(latest)})
        known = max(each for each in (sure, latest, begun) if each is not None)
        if latest is None and known > begun:
            # how long is told, and not from when on
            self._possible.append({**place, "from": self._at(begun), "to": self._at(known)})
        self._end(run, place, known, over)

    def _end(self, run: Run, place: Mapping[str, float], known: int, over: int | None) -> None:
        """Draw how it ended, as far as that is told: from what is known on, and never more."""
        if over is not None and over > known:
            self._possible.append({**place, "from": self._at(known), "to": self._at(over)})
        end: float = known if over is None else over
        if over is None:
            end = max(known, min(known + self._stub, self._death))  # nothing is given to the dead
            self._open.append({**place, "from": self._at(known), "to": self._at(end)})
        if run.end == "stopped" and over is not None:
            self._stops.append({**place, "from": self._at(end)})
        if run.end == "ongoing":
            self._signs.append({**place, "from": self._at(end), "sign": "\u25b6"})
        elif over is None and not run.length[0]:
            self._signs.append({**place, "from": self._at(end), "sign": "?"})

    def _row(self, event: Event, latest: int, taken: list[float]) -> int:
        """Return the row of an event, which begins behind what else is in that row."""
        first = max(event.at[0] or 0, 0)
        last = latest + self._stub
        for number, end in enumerate(taken):
            if first >= end:
                taken[number] = last
                return number
        taken.append(last)
        return len(taken) - 1

    def _event(self, event: Event, latest: int, row: int) -> None:
        first = max(event.at[0] or 0, 0)
        place = {"centre": self._top + _EVENTS * (row + 0.5) - 1, "kind": event.kind}
        self._events.append({**place, "from": self._at(latest)})
        if latest > first:
            self._whiskers.append({**place, "from": self._at(first), "to": self._at(latest)})

    def _in_words(self, event: Event, name: str, *, has_place: bool) -> None:
        """Tell of an event above its mark; without a latest day there is no sign, for that would be a day.

        :param has_place: whether it has a mark or a line; else the words are all.
        """
        self._write(as_read(f"{name}: {since(*event.at)}", is_read=event.is_read))
        if not has_place:
            return
        first = max(event.at[0] or 0, 0)
        if event.at[1] is not None:
            self._event(event, event.at[1], 0)
        else:
            place = {"centre": self._top + _EVENTS / 2 - 1, "kind": event.kind}
            end = max(first, min(first + self._stub, self._death))
            self._open.append({**place, "from": self._at(first), "to": self._at(end)})
        self._top += _EVENTS

    def _layers(self) -> list[Spec]:
        y = _y("centre", self._top)
        x, x2 = self._x("from"), {"field": "to"}
        area = {"x": x, "x2": x2, "y": _y("top", self._top), "y2": {"field": "bottom"}}
        dashed = {"stroke": "black", "strokeDash": _DASH, "fill": None, "strokeWidth": 1.2}
        line = {"x": x, "x2": x2, "y": y}
        text = {"type": "text", "align": "left", "color": "black"}
        cross = {"x": x, "y": _y("top", self._top), "y2": {"field": "bottom"}}
        sign = {"x": x, "y": y, "text": {"field": "sign", "type": "nominal"}, "size": {"value": 13}}
        words = {"x": {"value": 0}, "y": _y("y", self._top), "text": {"field": "text", "type": "nominal"}}
        layers = [
            (self._certain, {"type": "rect", "stroke": "black", "strokeWidth": 0.8}, area | self._fill()),
            (self._possible, {"type": "rect", **dashed}, area),
            (self._open, {"type": "rule", "strokeDash": _DASH, "strokeWidth": 1.5, "color": "black"}, line),
            (self._whiskers, {"type": "rule", "strokeWidth": 1.5, "color": "black"}, line),
            (self._stops, {"type": "rule", "strokeWidth": 3, "color": "black"}, cross),
            (self._signs, {**text, "dx": 2, "fontWeight": "bold"}, sign),
            (self._events, POINT, {"x": x, "y": y, **LEGEND}),
            ([each for each in self._texts if not each["bold"]], text, words),
            ([each for each in self._texts if each["bold"]], {**text, "fontWeight": "bold"}, words),
        ]
        return [
            {"data": {"values": values}, "mark": mark, "encoding": encoding}
            for values, mark, encoding in layers
            if values
        ]

    def _x(self, field: str) -> Spec:
        longest = self._at((self._longest or 10) * (1 + 2 * _OPEN))
        unit = "months" if self._unit > 1 else "days"
        other = _OR if any(lane.since for lane, _, _ in self._lanes) else ""
        has_days = self._longest > 0
        axis = {"title": f"{unit} since the first start{other}", "grid": True}
        axis |= {"labels": has_days, "ticks": has_days}
        scale = {"domain": [0, longest], "nice": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    def _fill(self) -> Spec:
        drawn = {bar["group"] for bar in self._certain}
        names = sorted(drawn - {OTHER})
        colours = [COLOURS[_FILLS[number % len(_FILLS)]] for number in range(len(names))]
        domain, colours = [*names, *({OTHER} & drawn)], [*colours, *(["#bbbbbb"] if OTHER in drawn else [])]
        legend = None if self._is_of_one else {"title": "coloured by", "symbolStrokeColor": "black"}
        scale = {"domain": domain, "range": colours}
        return {"fill": {"field": "group", "type": "nominal", "scale": scale, "legend": legend}}


def _called(lane: Lane, event: Event, names: Mapping[str, str]) -> str:
    """Return what an event is called, a response with what it was to where that may be one of several."""
    on = ", ".join(names[each] for each in lane.on(event))
    return f"{event.kind} on {on}" if on else event.kind


def _y(field: str, height: float) -> Spec:
    scale = {"domain": [0, height], "range": [0, height], "nice": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}
