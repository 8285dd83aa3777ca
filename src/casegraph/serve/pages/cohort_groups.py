"""Tells on the page of a cohort which groups of patients it leaves out, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from casegraph.plot.cohort.called import address_of
from casegraph.plot.cohort.leftout import LeftOut
from casegraph.plot.shown import counted
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service

__all__ = ["groups_left_out"]

#: So many groups are told of.
_MOST: Final = 10


def groups_left_out(service: Service, groups: Sequence[LeftOut]) -> list[Element]:
    """Return an item for each group that a cohort leaves out, with what is told of it and links to where."""
    items = [element("li", list(_words(service, each))) for each in groups[:_MOST]]
    if len(groups) > _MOST:
        items.append(element("li", f"{len(groups) - _MOST:,} more groups were given it and are left out."))
    return items


def _words(service: Service, group: LeftOut) -> Iterator[Content]:
    many = "an unknown number of patients" if group.patients is None else counted(group.patients, "patient")
    given = f"was given {', '.join(group.drugs)} and is left out, for a group is no one patient: "
    yield element("strong", f"1 group of {many}")
    yield f" {given}"
    yield link(service.address(group.iri), group.name)
    yield ". Told of it on this: " if group.told else ". Nothing is told of it on this."
    for number, (claim, words) in enumerate(group.told):
        yield link(service.address(claim), words)
        yield "; " if number + 1 < len(group.told) else "."
    if group.shares_report:
        yield " Its report tells of a case below too, which may be one of its patients."
    for number, case in enumerate(group.possibly_same):
        yield ", " if number else " Possibly one of its patients: "
        yield link(service.address(case), f"case {address_of(case)}")
    if group.possibly_same:
        yield "."
