"""Tells which parameters of a stored query kept its own example, and what that asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from casegraph.namespaces import compact, expand
from casegraph.parameters import closed_list
from casegraph.query import StoredQuery, example_of

if TYPE_CHECKING:
    from casegraph.terms import Terms

__all__ = ["example_as_said", "kept_examples"]


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
    told = ", ".join(
        name if terms is None else f"{name}: {example_as_said(query, name, terms)}" for name in kept
    )
    return f"asked with the query's own example of {told}" if kept else ""


def example_as_said(query: StoredQuery, parameter: str, terms: Callable[[], Terms]) -> str:
    """Return the example of a parameter as people say it; of a concept and all below it, the concept.

    >>> from casegraph.query import get_query
    >>> from casegraph.terms import shipped_terms
    >>> example_as_said(get_query("refractory_cases"), "disease", shipped_terms)
    'dermatomyositis and 12 terms below it'
    """
    example, kind = example_of(query, parameter), query.head.parameters[parameter].type
    if kind == "value":
        return closed_list(example)[re.split("[#:]", example.strip("<>"))[-1]]
    if kind not in ("concept", "concept-and-below"):
        return example
    known, meant = terms(), [expand(each.strip("<>")) for each in example.split()]
    names = [known.plain(iri) or compact(iri) for iri in meant]
    for iri, name in zip(meant, names, strict=True):
        if len(meant) > 1 and all(iri in known.above(each) for each in meant):
            more = len(meant) - 1
            return f"{name} and {more} {'term' if more == 1 else 'terms'} below it"
    return ", ".join(names)
