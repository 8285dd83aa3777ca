"""What is drawn in one panel of a timeline: its rows, and the marks in them with their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from casegraph.plot.timeline.axis import Axis
from casegraph.plot.timeline.places import Place

__all__ = [
    "LINE",
    "Datum",
    "Panel",
    "anchored",
    "fits",
    "folded",
    "is_anywhere",
    "is_open",
    "label_lines",
    "packed",
]

#: One mark, as the data of a specification has it.
Datum = dict[str, Any]

#: letters of a label on the left in one line, and lines.
_LABEL = 26
_LINES = 4
#: pixels of a row, and of one with a label of so many lines.
_STEP = 28
_HIGH = {3: 38, 4: 51}
#: pixels from one line of words to the next, and lines.
LINE = 11
_MOST_LINES = 3
#: what a row is higher by for each line beyond that.
_BETWEEN = 2
#: the narrowest drawing, in letters: what fits here fits on a telephone.
_LETTERS = 27
#: what a sign takes to each side, as a part of that width.
_ROOM = 0.06


@dataclass(slots=True)
class Panel:
    """One panel: rows under a title, and what is drawn in them."""

    title: str
    rows: list[str] = field(default_factory=list)
    marks: list[Datum] = field(default_factory=list)

    @property
    def step(self) -> int:
        """The height of a row in pixels: as much as the labels need."""
        high = _HIGH.get(max((each.count("\n") + 1 for each in self.rows), default=1), _STEP)
        lines = max((mark.get("lines", 1) for mark in self.marks), default=1)
        return max(high, _STEP + (LINE + _BETWEEN) * (lines - 1))

    def row(self, label: str = "") -> str:
        """Add a row and return its name; a row without a label belongs to the one above."""
        self.rows.append(f"{len(self.rows):04d}{label_lines(label)}")
        return self.rows[-1]


def label_lines(label: str) -> str:
    """Return a label in at most four lines; what does not fit is left out, with dots for it.

    >>> label_lines("skin on hydroxychloroquine + prednisone").splitlines()
    ['skin on hydroxychloroquine', '+ prednisone']
    """
    lines = wrap(label, _LABEL)
    if not fits(label):
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1][: _LABEL - 2]} ..."]
    return "\n".join(lines)


def fits(label: str) -> bool:
    """Say whether a label has room in its lines."""
    return len(wrap(label, _LABEL)) <= _LINES


def is_anywhere(axis: Axis, place: Place) -> bool:
    """Say whether nothing more is known of where a thing lies than that it was in the life of the patient."""
    return not place.exact and place.low <= axis.life.low and place.high >= axis.life.high


def is_open(axis: Axis, place: Place) -> bool:
    """Say whether nothing bounds on one side where a thing lies, but the life of the patient."""
    return not place.exact and (place.low <= axis.life.low or place.high >= axis.life.high)


def anchored(axis: Axis, x: float, text: str) -> Datum:
    """Return the words that belong to a place, and which part of the width is on its left.

    They begin there; where they would pass the right edge they are drawn further left, as the page is wide.
    """
    left = round((x - axis.first) / (axis.last - axis.first), 4)
    return {"part": "words", "text": text, "x": x, "left": left, "letters": len(text)}


def folded(words: Datum) -> Datum:
    """Return words with what is drawn of them where they are wider than the drawing: some lines of them."""
    lines = wrap(words["text"], _LETTERS)
    if not lines[1:]:
        return words
    if lines[_MOST_LINES:]:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][: _LETTERS - 4]} ..."]
    return {**words, "narrow": "\n".join(lines), "lines": len(lines), "longest": max(map(len, lines))}


def packed(axis: Axis, found: Iterable[tuple[str, Place, str]]) -> Iterator[tuple[str, int]]:
    """Yield for each of some marks its group and the row within it, so that none lies over another.

    :param found: for each mark its group, its place and its words, in the order in which rows are filled.
    """
    taken: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for group, place, text in found:
        low, high = _extent(axis, place, text)
        row = 0
        while any(low < end and start < high for start, end in taken.get((group, row), ())):
            row += 1
        taken.setdefault((group, row), []).append((low, high))
        yield group, row


def _extent(axis: Axis, place: Place, text: str) -> tuple[float, float]:
    """Return from where to where a mark reaches with its words on the narrowest drawing."""
    width = axis.last - axis.first
    letters = min(1, len(text) / _LETTERS) * width
    begins = min(place.middle, axis.last - letters)
    return min(place.low - width * _ROOM, begins), max(place.high + width * _ROOM, begins + letters)
