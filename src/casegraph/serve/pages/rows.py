"""The page of the rows that answer a stored query, with what there is to know beside them."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from casegraph.query import StoredQuery
from casegraph.rows import Rows, Term
from casegraph.serve.pages.frame import page, term
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service
from casegraph.terms import Terms

__all__ = ["rows_page"]


def rows_page(
    service: Service, query: StoredQuery, rows: Rows, terms: Terms, notices: Iterable[str]
) -> bytes:
    """Return the page.

    :param notices: lines that a reader must know beside the rows.
    """
    about = f"{service.base}queries/{query.name}"
    told = [element("li", each) for each in notices]
    content: list[Content] = [
        element("h1", link(about, query.head.summary)),
        element("p", query.head.question),
        element("p", " ".join(query.head.description.split())),
        element(
            "section", element("h2", "Read this first", id="_notices"), element("ul", told), class_="notice"
        )
        if told
        else "",
        element("p", f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"),
        _table(service, query, rows, terms),
    ]
    return page(service, query.head.summary, content, address=f"{about}/results")


def _table(service: Service, query: StoredQuery, rows: Rows, terms: Terms) -> Element:
    meanings = query.head.returns
    head = element(
        "tr", (element("th", name, scope="col", title=meanings.get(name, "")) for name in rows.columns)
    )
    shown = zip(rows.rows, rows.to_table(terms), strict=True)
    body = (
        element("tr", (_cell(service, value, text, terms) for value, text in zip(row, texts, strict=True)))
        for row, texts in shown
    )
    table = element("table", element("thead", head), element("tbody", body))
    return element("div", table, class_="wide", tabindex="0")


def _cell(service: Service, value: Term | None, text: str, terms: Terms) -> Element:
    if isinstance(value, NamedNode):
        return element("td", term(service, value.value, terms.plain(value.value) or ""))
    return element("td", text)
