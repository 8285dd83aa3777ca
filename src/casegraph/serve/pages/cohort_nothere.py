"""Tells on the page of a cohort who was given the drug and is not in it, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.plot.cohort.nothere import NotHere
from casegraph.plot.shown import counted
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service

__all__ = ["not_here_besides"]


def not_here_besides(service: Service, found: Iterable[NotHere]) -> Iterator[Element]:
    """Yield an item for each thing that is told, with links to the cases."""
    for each in found:
        many = element("strong", f"{counted(len(each.cases), 'case')} not here.")
        yield element("li", many, f" {each.words}: ", list(_links(service, each)), ".")


def _links(service: Service, each: NotHere) -> Iterator[Content]:
    for number, (case, name) in enumerate(each.named):
        yield "; " if number else ""
        yield link(service.address(case), name)
    yield each.more
