"""Tells on the page of a cohort which groups of patients it leaves out, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from casegraph.plot.cohort.called import address_of
from casegraph.plot.cohort.leftout import LeftOut, Told
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service

__all__ = ["groups_left_out"]

#: So many groups are told of, and so many cases of a group are named.
_MOST: Final = 10
#: what of a group is told -> the words before it, and where there is nothing.
_SCOPES: Final[Mapping[Told, tuple[str, str]]] = {
    "all": ("What is told of this group", "No harm, outcome or death that was seen is told of this group"),
    "on the drug": (
        "What is told of this group on {}",
        "No harm and no outcome that was seen on {} is told of this group",
    ),
    "harm on the drug": (
        "What is told of harm in this group on {}",
        "Of harm in this group on {} nothing is told, which is not to say that there was none",
    ),
}


def groups_left_out(service: Service, groups: Sequence[LeftOut]) -> list[Element]:
    """Return an item for each group that a cohort leaves out, with what is told of it and links to where."""
    items = [element("li", list(_words(service, each))) for each in groups[:_MOST]]
    if len(groups) > _MOST:
        items.append(element("li", f"{len(groups) - _MOST:,} more groups have it and are left out."))
    return items


def _words(service: Service, group: LeftOut) -> Iterator[Content]:
    yield element("strong", group.size)
    yield f" {group.left}: "
    yield link(service.address(group.iri), group.name)
    told, nothing = (each.format(group.what) for each in _SCOPES[group.scope])
    yield f". {told}: " if group.told else f". {nothing}."
    for number, (claim, words) in enumerate(group.told):
        yield link(service.address(claim), words)
        yield "; " if number + 1 < len(group.told) else "."
    if group.apart:
        yield f" {group.apart}"
    if group.unnamed:
        yield f" The harm that is asked for, {group.unnamed}, is not named in what is told of it."
    one = len(group.members) == 1
    many = "1 case below is one of" if one else f"{len(group.members):,} cases below are among"
    yield from _cases(service, f" {many} its patients: ", group.members)
    if group.beside:
        more, they = " more" * bool(group.members), "it is" if group.beside == 1 else "they are"
        told = f" Its report tells of {group.beside:,}{more} case{'s' * (group.beside > 1)} below"
        yield f"{told}; whether {they} among its patients is not recorded."
    yield from _cases(service, " Possibly one of its patients: ", group.possibly_same)


def _cases(service: Service, words: str, cases: Sequence[str]) -> Iterator[Content]:
    for number, case in enumerate(cases[:_MOST]):
        yield ", " if number else words
        yield link(service.address(case), f"case {address_of(case)}")
    if cases:
        yield f" and {len(cases) - _MOST:,} more." if len(cases) > _MOST else "."
