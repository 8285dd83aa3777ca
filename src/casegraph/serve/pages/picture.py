"""Puts a picture on a page: its drawing, what it shows in words, what to know beside it, and its data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from casegraph.plot.picture import Cell, Picture
from casegraph.serve.pages.frame import script
from casegraph.serve.pages.markup import Content, Element, data_block, element, link
from casegraph.serve.telling.service import Service

__all__ = ["figure", "picture_scripts"]

#: In the order in which they need each other.
_SCRIPTS: Final = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js", "pictures.js")

_UNDRAWN: Final = "Without scripts this picture is not drawn; its data are in the table below."

#: The address on the site of what an IRI names.
Addressed = Callable[[str], str]


def picture_scripts(service: Service) -> list[Element]:
    """Return the scripts of a page with pictures, which stand anywhere on it."""
    return [script(service, name) for name in _SCRIPTS]


def figure(picture: Picture, addressed: Addressed, more: Iterable[Content] = ()) -> Element:
    """Return a picture with all that belongs to it; where there is nothing to draw, it says why.

    :param addressed: the address of what an IRI of its table names; within the page it begins with ``#``.
    :param more: what stands below its data, as the query that they come from.
    """
    name = f"_picture-{picture.name}"
    title = element("p", element("strong", picture.title), id=name)
    drawing: list[Content] = []
    if picture.spec:
        # a picture of its own may be wider than a small screen, and is then moved by itself
        drawing.append(element("div", class_="drawing", role="group", tabindex="0", aria_labelledby=name))
        drawing.append(data_block("application/json", picture.spec))
        drawing.append(element("noscript", element("p", _UNDRAWN)))
    notes = element("ul", (element("li", each) for each in picture.notes)) if picture.notes else ""
    told = element("figcaption", element("p", picture.summary), notes)
    table = _table(picture, addressed)
    return element("figure", title, drawing, told, table, more, id=picture.name, class_="picture")


def _table(picture: Picture, addressed: Addressed) -> Content:
    if not picture.rows:
        return ""
    head = element(
        "tr", (element("th", name, scope="col", title=what) for name, what in picture.columns.items())
    )
    rows = (element("tr", (_cell(each, addressed) for each in row)) for row in picture.rows)
    caption = element("caption", f"The data of: {picture.title}")
    table = element("table", caption, element("thead", head), element("tbody", rows))
    count = f"The data of this picture ({len(picture.rows):,} row{'' if len(picture.rows) == 1 else 's'})"
    label = f"Table: the data of {picture.title}"
    box = element("div", table, class_="wide", tabindex="0", role="group", aria_label=label)
    return element("details", element("summary", count), box)


def _cell(cell: Cell, addressed: Addressed) -> Element:
    linked = (
        link(addressed(each.iri), each.text) if each.iri and each.text else each.text
        for each in cell.parts or (cell,)
    )
    return element("td", [part for each in linked for part in ("; ", each)][1:])
