"""The panels of a timeline as views of Vega-Lite, all as wide as each other and on one axis."""

from __future__ import annotations

from casegraph.plot.look import COLOURS
from casegraph.plot.picture import Spec
from casegraph.plot.signs import OTHER, SIGNS
from casegraph.plot.timeline.axis import Axis
from casegraph.plot.timeline.marks import LINE, Datum, Panel

__all__ = ["WIDTH", "heads_view", "least_width", "panel_view"]

#: pixels of the drawing beside its labels, and of the labels.
WIDTH = 640
_LABELS = 168
#: of the heads of columns, at least and at most.
_HEADS, _MOST_HEADS = 150, 260
_SMALL = 11
#: a column is at least so wide, for the words that are written upwards above it.
_COLUMN = 15
#: the width of a letter of that size.
_LETTER = 6.6
#: how far below the middle of a row its stretches and signs stand, and its words above it.
_BELOW = 6
_BLUE = COLOURS["blue"]
#: words that are wider than the drawing are folded.
_FOLDS = f"datum.narrow && datum.letters * {_LETTER} > width"
_SAID = f"{_FOLDS} ? datum.narrow : datum.text"
_LETTERS = f"({_FOLDS} ? datum.longest : datum.letters)"
#: words begin at their place, and end at the right edge at the latest.
_BESIDE = f"max(-width * datum.left, min(2, width * (1 - datum.left) - {_LETTERS} * {_LETTER}))"


def panel_view(panel: Panel, axis: Axis, *, framed: bool = True, titled: bool = False) -> Spec:
    """Return a panel as a view.

    :param framed: whether it has an axis and a border.
    :param titled: whether its axis has a title.
    """
    head: Spec = {"text": panel.title, "anchor": "start", "fontSize": 13, "offset": 6}
    border = {} if framed else {"view": {"stroke": None}}
    links: Spec = {"href": {"field": "href", "type": "nominal"}} if _leads(panel) else {}
    return {
        "title": head,
        **border,
        "width": max(WIDTH, least_width(axis)),
        "height": {"step": panel.step},
        "data": {"values": panel.marks},
        "encoding": {
            "x": _x(axis, framed=framed, titled=titled),
            "y": {"field": "row", "type": "nominal", "scale": {"domain": panel.rows}, "axis": _LABEL_AXIS},
            "tooltip": {"field": "told", "type": "nominal"},
            "description": {"field": "told", "type": "nominal"},
            **links,
        },
        "layer": [layer for part, layer in _layers(panel).items() if _has(panel, part)],
    }


_LABEL_AXIS: Spec = {
    "title": None,
    "domain": False,
    "ticks": False,
    "grid": False,
    "labelExpr": "split(slice(datum.label, 4), '\\n')",
    "labelFontSize": _SMALL,
    "labelLineHeight": 12,
    "labelLimit": _LABELS,
    "minExtent": _LABELS,
    "maxExtent": _LABELS,
}


def _x(axis: Axis, *, framed: bool, titled: bool = False) -> Spec:
    numbers: Spec = {
        "title": axis.title.split("; ") if titled else None,
        "grid": True,
        "labelOverlap": "parity",
    }
    numbers |= {"labelFontSize": _SMALL, "titleFontSize": _SMALL}
    if not axis.to_scale:
        numbers |= {"values": list(range(1, len(axis.columns) + 1)), "format": "d"}
    return {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [axis.first, axis.last], "nice": False, "zero": False},
        "axis": numbers if framed else None,
    }


def _leads(panel: Panel) -> bool:
    return any(mark.get("href") for mark in panel.marks)


def _has(panel: Panel, part: str) -> bool:
    return any(mark["part"] == ("about" if part == "halo" else part) for mark in panel.marks)


def _layers(panel: Panel) -> dict[str, Spec]:
    """Return the layer of each part, in the order of drawing: bars and signs over ≈ on short lines."""
    lower = {"yOffset": _BELOW}
    grey = {"stroke": "#333333", **lower}
    bar = {"type": "bar", "height": 9, "stroke": _BLUE, "strokeWidth": 1.5, **lower}
    return {
        "open": _stretch("open", {"type": "rule", "strokeDash": [1, 4], "strokeWidth": 2, **grey}),
        "unsure": _stretch("unsure", {"type": "rule", "strokeDash": [6, 3], "strokeWidth": 1.5, **grey}),
        "whole": _stretch("whole", {"type": "rule", "strokeWidth": 2, **grey}),
        "halo": _about({"fill": "white", "stroke": "white", "strokeWidth": 5}),
        "about": _about({}),
        "given": _stretch("given", {**bar, "fill": COLOURS["sky blue"]}),
        "lowered": _stretch("lowered", {**bar, "fill": "white"}),
        "sign": _sign_layer(panel, lower),
        "words": _words_layer(),
    }


def _about(more: Spec) -> Spec:
    shift = {"expr": "datum.shift"}
    return _text_layer("about", {"text": "≈", "fontSize": 14, "dx": shift, "dy": _BELOW, **more})


def _only(part: str) -> list[Spec]:
    return [{"filter": {"field": "part", "equal": part}}]


def _stretch(part: str, mark: Spec) -> Spec:
    return {"transform": _only(part), "mark": mark, "encoding": {"x2": {"field": "x2"}}}


def _sign_layer(panel: Panel, offset: Spec) -> Spec:
    used = sorted({mark["sign"] for mark in panel.marks if mark["part"] == "sign"})
    drawn = [SIGNS.get(each, OTHER) for each in used]

    def scale(which: int) -> Spec:
        ranged = {"domain": used, "range": [each[which] for each in drawn]}
        return {"field": "sign", "type": "nominal", "scale": ranged, "legend": None}

    return {
        "transform": _only("sign"),
        "mark": {"type": "point", "size": 90, "opacity": 1, "strokeWidth": 1.5, **offset},
        "encoding": {"shape": scale(0), "stroke": scale(1), "fill": scale(2)},
    }


def _text_layer(part: str, mark: Spec) -> Spec:
    return {"transform": _only(part), "mark": {"type": "text", "fill": "black", **mark}}


def _words_layer() -> Spec:
    mark: Spec = {
        "fontSize": _SMALL,
        "align": "left",
        "dx": {"expr": _BESIDE},
        "dy": {"expr": f"{_FOLDS} ? {-_BELOW} - {LINE} * (datum.lines - 1) : {-_BELOW}"},
        "limit": WIDTH,
        "text": {"expr": _SAID},
        "lineBreak": "\n",
        "lineHeight": LINE,
    }
    return _text_layer("words", mark)


def least_width(axis: Axis) -> int:
    """Return the width in pixels below which heads of columns cover each other; 0 where there are none."""
    return _COLUMN * len(axis.columns)


def heads_view(axis: Axis, heads: list[Datum]) -> Spec:
    """Return the heads of the columns, each written upwards above its column."""
    longest = max((len(each["text"]) for each in heads), default=0)
    high = min(max(_HEADS, round(longest * _LETTER)), _MOST_HEADS)
    return {
        "title": {"text": axis.title, "anchor": "start", "fontSize": 12, "fontStyle": "italic", "offset": 4},
        "width": max(WIDTH, least_width(axis)),
        "height": high,
        "view": {"stroke": None},
        "data": {"values": heads},
        "encoding": {
            "x": _x(axis, framed=False),
            "text": {"field": "text", "type": "nominal"},
            "y": {"value": high},
            "tooltip": {"field": "told", "type": "nominal"},
            "href": {"field": "href", "type": "nominal"},
        },
        "mark": {
            "type": "text",
            "angle": 270,
            "align": "left",
            "baseline": "middle",
            "fontSize": _SMALL,
            "limit": high,
        },
    }
