"""Chooses what answers a stored query, the store or the columns beside it, and says so if asked."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from casegraph.cli.form import say
from casegraph.errors import InputError, StoreError
from casegraph.parameters import ParameterValue
from casegraph.query import StoredQuery, bind, run
from casegraph.rows import Rows
from casegraph.store import Store

__all__ = ["ENGINES", "Asking", "answered"]

ENGINES = ("auto", "sparql", "columns")


@dataclass(frozen=True, slots=True)
class Asking:
    """What was asked of the answer: the engine, whether to explain it, and whether of the whole store."""

    engine: str = "auto"
    explain: bool = False
    whole: bool = True


def answered(store: Store, query: StoredQuery, values: Mapping[str, ParameterValue], asking: Asking) -> Rows:
    """Return the rows for a query from the engine that is asked for, or the faster one that is at hand.

    :raises InputError: if a parameter is not right, or columns are insisted on and cannot answer.
    :raises MissingExtraError: if columns are insisted on and DuckDB is not installed.
    :raises StoreError: if the store fails, or columns that are insisted on cannot be made or read.
    """
    begun = time.perf_counter()
    rows, why = _from_columns(store, query, values, asking)
    if rows is None:
        rows, engine = run(store, query, values), "SPARQL"
    else:
        engine = "columns"
    if asking.explain:
        say(f"answered by {engine}: {why}")
        _say_expanded(store, query, values)
        say(f"{len(rows):,} rows in {time.perf_counter() - begun:.3f} s")
    return rows


def _from_columns(
    store: Store, query: StoredQuery, values: Mapping[str, ParameterValue], asking: Asking
) -> tuple[Rows | None, str]:
    """Return the rows that columns have, or None, and why."""
    from casegraph.projection import answer, build, find, has_sql

    insisted = asking.engine == "columns"
    if asking.engine == "sparql":
        return None, "as asked"
    if not has_sql(query.name) or not asking.whole:
        what = "it has no SQL beside it" if asking.whole else "derived triples are left out"
        if insisted:
            raise InputError(f"{query.name} cannot be answered by columns: {what}")
        return None, what
    bind(query, values)  # refuses a value: what has SQL takes none
    try:
        made = find(store)
        if made is None and not insisted:
            return None, "there are no columns of this state of the store; --engine columns makes them"
        fresh = made or build(store)
        rows = answer(fresh, query.name)
    except (InputError, StoreError) as error:
        if insisted:
            raise
        return None, f"columns cannot answer: {error}"
    return (
        rows,
        f"{fresh.folder}, {'found' if made else 'made now'}, generation {fresh.generation} of the store",
    )


def _say_expanded(store: Store, query: StoredQuery, values: Mapping[str, ParameterValue]) -> None:
    """Say how many terms each concept that is asked for with all below it stands for."""
    from casegraph.told import with_told

    asked = {name: each for name, each in query.head.parameters.items() if each.type == "concept-and-below"}
    terms = with_told(store) if asked else None
    for name in asked:
        given = {name: values[name]} if name in values else {}
        found = re.search(rf"VALUES \?{name} {{([^}}]*)}}", bind(query, given, terms=terms))
        many = len(found[1].split()) if found else 0
        say(f"{name} stands for {many:,} terms, written into the query: all below it, of a group its drugs")
