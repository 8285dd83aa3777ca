"""Puts a table on a page: with its caption, heads of columns and rows, in a box that may be wider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from casegraph.serve.pages.markup import Content, Element, element

__all__ = ["Row", "table"]

_Cells = Sequence[Content | Iterable[Content]]


class Row(NamedTuple):
    """A row of a table.

    :param head: what it is about.
    :param cells: the cells behind the head.
    :param anchor: its name on the page.
    :param class_: how it looks.
    """

    head: Content | Iterable[Content]
    cells: _Cells
    anchor: str | None = None
    class_: str = ""


def table(caption: str, columns: _Cells, rows: Iterable[Row]) -> Content:
    """Return a table; nothing where it has no rows.

    The box around it can be moved sideways, by the keys too, so that the page itself never is.

    :param columns: the heads of the columns; the first is that of the heads of the rows.
    """
    body = [_row(each) for each in rows]
    if not body:
        return ""
    head = element("tr", (element("th", each, scope="col") for each in columns))
    made = element("table", element("caption", caption), element("thead", head), element("tbody", body))
    return element("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def _row(row: Row) -> Element:
    head = element("th", row.head, scope="row")
    return element("tr", head, (element("td", each) for each in row.cells), id=row.anchor, class_=row.class_)
