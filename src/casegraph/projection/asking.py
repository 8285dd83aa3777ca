"""Asks the tables of a projection by the SQL that stands beside a stored query, for the same rows."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from casegraph.errors import StoreError
from casegraph.namespaces import PREFIXES
from casegraph.projection.building import duckdb, quoted
from casegraph.projection.place import Projection
from casegraph.projection.tables import DERIVED, LINKED, NODES, WORDS
from casegraph.resources import shipped
from casegraph.rows import Rows, Term

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["answer", "has_sql"]

_INTEGER = NamedNode(PREFIXES["xsd"] + "integer")


@cache
def _texts() -> dict[str, Path]:
    return {path.stem: path for path in shipped("queries", "*.sql")}


def has_sql(query: str) -> bool:
    """Say whether a stored query can be asked of a projection.

    >>> has_sql("outcomes_by_drug"), has_sql("timeline")
    (True, False)
    """
    return query in _texts()


def answer(projection: Projection, query: str) -> Rows:
    """Return the rows that a projection has for a stored query: those of its SPARQL, in the same order.

    :raises MissingExtraError: if DuckDB is not installed.
    :raises StoreError: if the files of the projection cannot be read.
    """
    engine, text = duckdb(), _texts()[query].read_text(encoding="utf-8")
    try:
        found = _opened(projection).cursor().execute(text)
        names = tuple(each[0] for each in found.description or ())
        rows = found.fetchall()
    except engine.Error as error:
        raise StoreError(f"the projection cannot be asked: {error}", where=str(projection.folder)) from error
    return Rows(names, tuple(tuple(map(_term, row)) for row in rows))


@cache
def _opened(projection: Projection) -> DuckDBPyConnection:
    """Return a connection, which takes longer to make than most questions, with a view of each table."""
    opened: DuckDBPyConnection = duckdb().connect()
    for name in (*NODES, LINKED, *WORDS, *DERIVED):
        opened.execute(f"CREATE VIEW {name} AS FROM read_parquet({quoted(projection.table(name))})")
    return opened


def _term(value: str | int | None) -> Term | None:
    """Return what a value is in RDF: IRIs are written as SPARQL writes them, numbers are whole.

    >>> print(_term("<urn:a>"), _term(2), _term(None))
    <urn:a> "2"^^<http://www.w3.org/2001/XMLSchema#integer> None
    """
    if value is None:
        return None
    return NamedNode(value.strip("<>")) if isinstance(value, str) else Literal(str(value), datatype=_INTEGER)
