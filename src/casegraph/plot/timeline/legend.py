"""The key of a timeline: each kind of stretch, end and sign that is drawn, with what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from casegraph.plot.signs import OTHER, SIGNS
from casegraph.plot.timeline.axis import Axis
from casegraph.plot.timeline.marks import Datum, Panel

__all__ = ["key_panel"]

#: What a line or a bar means.
_STRETCHES: Mapping[str, str] = MappingProxyType(
    {
        "given": "under treatment",
        "lowered": "under treatment, the dose lowered or being changed",
        "whole": "the whole treatment, of several doses",
        "unsure": "somewhere on this line: ≈, or no sign if anywhere",
        "open": "not stated whether it went on",
    }
)


def key_panel(axis: Axis, panels: tuple[Panel, ...]) -> Panel:
    """Return the key: each thing that is drawn in the panels, with what it means."""
    panel = Panel("What is drawn")
    low = axis.first + (axis.last - axis.first) * 0.02
    high = low + (axis.last - axis.first) * 0.12
    parts = {mark["part"] for each in panels for mark in each.marks}
    for part, meaning in _STRETCHES.items():
        if part in parts:
            head: Datum = {"row": panel.row(meaning), "told": meaning}
            panel.marks.append({**head, "part": part, "x": round(low, 4), "x2": round(high, 4)})
    for sign, meaning in _signs(panels):
        head = {"row": panel.row(meaning), "told": meaning}
        panel.marks.append({**head, "part": "sign", "x": round((low + high) / 2, 4), "sign": sign})
    return panel


def _signs(panels: tuple[Panel, ...]) -> Iterator[tuple[str, str]]:
    """Yield the signs that are drawn and have a meaning of their own: a time has its words beside it."""
    drawn = {mark["sign"] for each in panels for mark in each.marks if mark["part"] == "sign"}
    yield from ((sign, SIGNS[sign].meaning) for sign in SIGNS if sign in drawn and SIGNS[sign].meaning)
    if others := sorted(drawn - SIGNS.keys()):
        yield others[0], OTHER.meaning
