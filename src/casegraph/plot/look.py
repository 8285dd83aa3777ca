"""How all pictures look: the colours of Okabe and Ito, never a colour alone, and plain type."""

from __future__ import annotations

from typing import Final

from casegraph.namespaces import VEGA_LITE
from casegraph.plot.picture import Spec

__all__ = ["COLOURS", "framed"]

#: Told apart by people who do not tell red from green (Okabe and Ito 2008, Color Universal Design).
COLOURS: Final = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "bluish green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "reddish purple": "#CC79A7",
}
_FONT: Final = "DejaVu Sans, Verdana, sans-serif"


def framed(view: Spec, *, title: str, summary: str) -> Spec:
    """Return a view as a whole specification, with the look of all pictures.

    :param view: what Vega-Lite calls a view: a mark with its encoding, layers, or several views together.
    :param summary: what a reader of screens is told.
    """
    return {
        "$schema": VEGA_LITE,
        "title": {"text": title, "anchor": "start"},
        "description": summary,
        "background": "white",
        "config": {
            "font": _FONT,
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 260, "gridColor": "#dddddd"},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelLimit": 260, "orient": "bottom"},
            "header": {"labelFontSize": 12, "titleFontSize": 12},
            "title": {"fontSize": 14},
            "text": {"fontSize": 12},
            "view": {"stroke": "#bbbbbb"},
        },
        **view,
    }
