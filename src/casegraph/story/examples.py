"""Tells which parameters of a stored query kept its own example, and what that asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from textwrap import shorten
from typing import TYPE_CHECKING

from casegraph.namespaces import expand
from casegraph.parameters import closed_list
from casegraph.query import StoredQuery, example_of

if TYPE_CHECKING:
    from casegraph.terms import Terms

__all__ = ["kept_examples"]

_LONGEST = 80


def kept_examples(query: StoredQuery, set_: Collection[str], terms: Callable[[], Terms] | None) -> str:
    """Return what is said where parameters kept the example of the query; nothing if none did.

    :param set_: the parameters that were set.
    :param terms: loads what terms are called, where that is needed; without it, parameters are named only.

    >>> from casegraph.query import get_query
    >>> kept_examples(get_query("refractory_cases"), ["disease"], None)
    "asked with the query's own example of refractory"
    >>> kept_examples(get_query("refractory_cases"), ["disease", "refractory"], None)
    ''
    """
    kept = [name for name in query.head.parameters if name not in set_]
    told = ", ".join(name if terms is None else f"{name}: {_as_said(query, name, terms)}" for name in kept)
    return f"asked with the query's own example of {told}" if kept else ""


def _as_said(query: StoredQuery, parameter: str, terms: Callable[[], Terms]) -> str:
    """Return the example of a parameter as people say it."""
    example, kind = example_of(query, parameter), query.head.parameters[parameter].type
    if kind == "value":
        return closed_list(example)[re.split("[#:]", example.strip("<>"))[-1]]
    if kind in ("concept", "concept-and-below"):
        known = terms()
        names = (known.label(expand(each.strip("<>"))) or each for each in example.split())
        return shorten(", ".join(names), _LONGEST)
    return shorten(example, _LONGEST)
