"""The marks of what was seen on the lanes of a swimmer plot, told apart by shape and colour."""

from __future__ import annotations

from typing import Final

from casegraph.plot.cohort.seen import EVENTS
from casegraph.plot.look import COLOURS

__all__ = ["LEGEND", "POINT"]

_SHAPES: Final = ("triangle-up", "circle", "triangle-down", "cross", "diamond")
_MARKS: Final = ("bluish green", "sky blue", "vermilion", "orange", "black")
POINT: Final = {
    "type": "point",
    "filled": True,
    "size": 90,
    "stroke": "black",
    "strokeWidth": 0.8,
    "opacity": 1,
}
_SCALE: Final = {"domain": list(EVENTS)}
LEGEND: Final = {
    "shape": {
        "field": "kind",
        "type": "nominal",
        "title": "seen",
        "scale": {**_SCALE, "range": list(_SHAPES)},
    },
    "fill": {
        "field": "kind",
        "type": "nominal",
        "title": "seen",
        "scale": {**_SCALE, "range": [COLOURS[each] for each in _MARKS]},
    },
}
