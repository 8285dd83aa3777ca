"""Gives the SPARQL that a store is asked for a stored query, with what people say for its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from casegraph.parameters import ParameterValue
from casegraph.query import StoredQuery, bind

if TYPE_CHECKING:
    from casegraph.store import Store
    from casegraph.terms import Terms

__all__ = ["text_for"]

_CONCEPTS = frozenset(("concept", "concept-and-below"))


def text_for(
    store: Store,
    query: StoredQuery,
    values: Mapping[str, ParameterValue] | None = None,
    *,
    terms: Terms | None = None,
) -> str:
    """Return the SPARQL that a store is asked for a query, with values bound.

    :param values: as :func:`run` takes them.
    :raises InputError: if a parameter is unknown, a value is not of its type, or the store has no such case.
    :raises StoreError: if the store fails.
    """
    given, heads = dict(values or {}), query.head.parameters
    kinds = {name: heads[name].type for name in given if name in heads}
    for name in (each for each, kind in kinds.items() if kind == "case"):
        from casegraph.subjects import find_case

        given[name] = find_case(store, str(given[name]))
    if not _CONCEPTS.isdisjoint(kinds.values()):
        from casegraph.told import with_told

        terms = with_told(store, terms)
    return bind(query, given, terms=terms)
