"""The marks of what was seen on the lanes of a swimmer plot: the signs of a timeline."""

from __future__ import annotations

from typing import Final

from casegraph.plot.cohort.seen import EVENTS
from casegraph.plot.picture import Spec
from casegraph.plot.signs import SIGNS

__all__ = ["LEGEND", "POINT"]

POINT: Final = {"type": "point", "size": 90, "strokeWidth": 1.5, "opacity": 1}
_SIGNS: Final = [
    SIGNS[each] for each in ("improved", "resolved", "Flare", "Relapse", "AdverseEvent", "Death")
]


def _seen(which: int) -> Spec:
    scale = {"domain": list(EVENTS), "range": [each[which] for each in _SIGNS]}
    return {"field": "kind", "type": "nominal", "title": "seen", "scale": scale}


LEGEND: Final = {"shape": _seen(0), "stroke": _seen(1), "fill": _seen(2)}
