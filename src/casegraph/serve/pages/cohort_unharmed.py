"""Tells on the page of a cohort of harm who was given the drug and is not in it, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from casegraph.plot.cohort.unharmed import Unharmed
from casegraph.plot.shown import counted
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service

__all__ = ["unharmed_besides"]

#: So many cases are named.
_MOST: Final = 10


def unharmed_besides(service: Service, found: Iterable[Unharmed]) -> Iterator[Element]:
    """Yield an item for each thing that is told, with links to the cases."""
    for each in found:
        many = element("strong", f"{counted(len(each.cases), 'case')} not here.")
        yield element("li", many, f" {each.words}: ", list(_links(service, each)), ".")


def _links(service: Service, each: Unharmed) -> Iterator[Content]:
    for number, (case, name) in enumerate(each.cases[:_MOST]):
        yield "; " if number else ""
        yield link(service.address(case), name)
    if len(each.cases) > _MOST:
        yield f" and {len(each.cases) - _MOST:,} more"
