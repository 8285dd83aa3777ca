"""Asks a stored query once for each value of a closed list, and lays the answers side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode

from casegraph.errors import InputError
from casegraph.namespaces import compact
from casegraph.parameters import ParameterValue, closed_list
from casegraph.query import StoredQuery, example_of, run
from casegraph.rows import Rows, Term
from casegraph.store import Store
from casegraph.terms import Terms
from casegraph.told import with_told

__all__ = ["compare"]

_Key = tuple[Term | None, ...]


def compare(
    store: Store,
    query: StoredQuery,
    parameter: str,
    values: Mapping[str, ParameterValue] | None = None,
    *,
    terms: Terms | None = None,
) -> Rows:
    """Return the answers of a query for each value of a parameter, one column a value.

    A row is one combination of the columns ``compared_by`` of the query's head, else one case. A cell holds
    the texts of the columns ``compared_shows``, else yes; it is empty where that value has no such row.

    :param parameter: a parameter of the type ``value``, whose closed list is gone through.
    :param values: the other parameters; those that are not named keep their example.
    :raises InputError: if the parameter has no closed list, or a value means nothing.
    :raises StoreError: if the store fails.
    """
    members = _members(query, parameter, values or {})
    keys = query.head.compared_by or ("case",)
    missing = sorted(set(keys) - query.head.returns.keys())
    if missing:
        what = f"the answers cannot be laid side by side: no column {', '.join(missing)}"
        raise InputError(
            what, where=query.name, expected="compared_by, with columns, in the head of the query"
        )
    vocabulary = with_told(store, terms)
    found: dict[_Key, dict[str, list[str]]] = {}
    for member in members:
        rows = run(store, query, {**(values or {}), parameter: member}, terms=terms)
        for row in rows.rows:
            told = dict(zip(rows.columns, row, strict=True))
            cell = found.setdefault(tuple(told[name] for name in keys), {}).setdefault(member, [])
            cell += [text for text in _texts(query, told, vocabulary) if text not in cell]
    columns = (*keys, *(re.sub(r"\W", "_", label) for label in members.values()))
    lines = sorted(found.items(), key=lambda each: [str(term) for term in each[0]])
    return Rows(columns, tuple((*key, *map(_cell, map(cells.get, members))) for key, cells in lines))


def _members(query: StoredQuery, parameter: str, values: Mapping[str, ParameterValue]) -> dict[str, str]:
    """Return the closed list of a parameter, as local name -> label."""
    listed = [name for name, each in query.head.parameters.items() if each.type == "value"]
    expected = f"one of {', '.join(listed)}" if listed else "a query with a parameter of the type value"
    if parameter not in query.head.parameters:
        raise InputError(f"unknown parameter {parameter!r}", where=query.name, expected=expected)
    if parameter not in listed:
        raise InputError(
            f"the values of {parameter!r} are no closed list", where=query.name, expected=expected
        )
    if parameter in values:
        what = f"{parameter!r} is compared over all its values and cannot be given one"
        raise InputError(what, where=query.name, todo=f"leave -p {parameter}=... out")
    return closed_list(example_of(query, parameter))


def _texts(query: StoredQuery, row: Mapping[str, Term | None], terms: Terms) -> Iterator[str]:
    if not query.head.compared_shows:
        yield "yes"
    for name in query.head.compared_shows:
        term = row[name]
        if isinstance(term, NamedNode):
            yield terms.plain(term.value) or compact(term.value)
        elif term is not None and term.value:
            yield term.value


def _cell(texts: list[str] | None) -> Literal | None:
    return None if texts is None else Literal("; ".join(texts) or "yes")
