"""Takes the labels out of a case that name the patient; the terms stay, under their codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec

from casegraph.model import Code
from casegraph.model.parts import holds_parts

__all__ = ["CODED", "nameless"]

#: the types of fields that hold terms.
CODED = (Code, Code | None, tuple[Code, ...])


def nameless(part: Any, identifies: Callable[[str], bool], lose: Callable[[str], None], at: str = "") -> Any:
    """Return a case, or a part of one, with the code alone of each term whose label identifies somebody.

    A part without such a term is returned as it is.

    :param identifies: tells whether a text does.
    :param lose: takes the place of each such term in the case.
    :param at: where the part stands in the case.

    >>> from casegraph.model import Finding
    >>> fevers = tuple(Finding(what=f"HP:0001945 {each}", stated_in="record") for each in ("Fever", "Ada's"))
    >>> [each.what for each in nameless(fevers, lambda label: "Ada" in label, print)]
    /1/what
    ['HP:0001945 Fever', 'HP:0001945 HP:0001945']
    """
    if isinstance(part, msgspec.Struct):
        told: dict[str, Any] = {}
        for name, coded in _fields(type(part)):
            if old := getattr(part, name):
                take = _terms if coded else nameless
                if (new := take(old, identifies, lose, f"{at}/{name}")) is not old:
                    told[name] = new
        return msgspec.structs.replace(part, **told) if told else part
    if isinstance(part, Mapping):
        return {key: nameless(each, identifies, lose, f"{at}/{key}") for key, each in part.items()}
    return _same_or(part, [nameless(each, identifies, lose, f"{at}/{i}") for i, each in enumerate(part)])


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, bool], ...]:
    """Return the names of the fields of a part that hold terms, or parts; each with whether it is terms."""
    fields = ((each.name, each.type in CODED, each.type) for each in msgspec.structs.fields(kind))
    return tuple((name, coded) for name, coded, of in fields if coded or holds_parts(of))


def _same_or(old: tuple[Any, ...], new: list[Any]) -> tuple[Any, ...]:
    """Return a tuple itself where each of its parts is itself, else the new one."""
    return old if all(one is other for one, other in zip(old, new, strict=True)) else tuple(new)


def _terms(value: Any, identifies: Callable[[str], bool], lose: Callable[[str], None], place: str) -> Any:
    """Return the terms of a field, one or several, without the labels that identify somebody."""
    if isinstance(value, tuple):
        return _same_or(
            value, [_terms(each, identifies, lose, f"{place}/{i}") for i, each in enumerate(value)]
        )
    curie, _, label = value.partition(" ")
    if not label or not identifies(label):
        return value
    lose(place)
    return f"{curie} {curie}"
