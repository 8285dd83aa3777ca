"""The page that lists cases, groups or reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casegraph.namespaces import BASE
from casegraph.serve.pages.frame import page
from casegraph.serve.pages.markup import Content, element, link
from casegraph.serve.telling.listed import Entry
from casegraph.serve.telling.service import Service

__all__ = ["list_page"]

_TURNS = (("first", "first"), ("prev", "before"), ("next", "next"))


def list_page(service: Service, kind: str, entries: Sequence[Entry], links: Mapping[str, str]) -> bytes:
    """Return the page.

    :param kind: ``cases``, ``groups`` or ``reports``.
    :param links: ``first``, ``prev``, ``next`` -> the address of that page, if there is one.
    """
    title = kind.capitalize()
    items = (
        element("li", link(each.link, each.iri.removeprefix(BASE)), f": {each.label}" if each.label else "")
        for each in entries
    )
    turns = [element("li", link(links[name], said, rel=name)) for name, said in _TURNS if name in links]
    content: list[Content] = [
        element("h1", title),
        element("ul", items) if entries else element("p", "There are none here."),
        element("nav", element("ul", turns), aria_label="Pages"),
    ]
    return page(service, title, content, address=f"{service.base}{kind}")
