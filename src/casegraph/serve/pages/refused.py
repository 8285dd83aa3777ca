"""The page of an error: what is wrong, with links to where a person can go on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from casegraph.serve.pages.frame import page
from casegraph.serve.pages.markup import Content, element, link
from casegraph.serve.telling.service import Service

__all__ = ["refused_page"]

#: The lists that a message may name; what else looks like an address may have been sent by anybody.
_LISTS: Final = re.compile(r"((?<!\S)/(?:cases|cohorts|groups|queries|reports)(?!\S))")
_STORED: Final = re.compile(r"/(?:queries|cohorts)/(\w+)(?:/|\Z)", re.ASCII)


def refused_page(title: str, lines: Sequence[str], path: str = "") -> str:
    """Return the page.

    :param lines: what is told of the error.
    :param path: that was asked for, of a stored query with its form; empty where nothing is there.
    """
    content: list[Content] = [element("h1", title), *(element("p", [*_linked(each)]) for each in lines)]
    if found := _STORED.match(path):
        content.append(element("p", link(f"/queries/{found[1]}", f"{found[1]}: what it asks, and its form")))
    return page(Service(base="/"), title, content).decode()


def _linked(line: str) -> Iterator[Content]:
    for place, part in enumerate(_LISTS.split(line)):
        yield link(part, part) if place % 2 else part
