"""Makes a projection: the store streams its rows to files, DuckDB numbers and sorts them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casegraph.errors import InputError, MissingExtraError, StoreError
from casegraph.projection import place
from casegraph.projection.place import Projection, folder_of
from casegraph.projection.tables import DERIVED, LINKED, NODES, WORDS, asked_of, derived_sql
from casegraph.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["build", "duckdb"]

_MEMORY = "1GB"
_ALL = (*NODES, LINKED, *WORDS)


def duckdb() -> Any:
    """Return the module.

    :raises MissingExtraError: if it is not installed.
    """
    try:
        import duckdb as found
    except ImportError as error:
        raise MissingExtraError(
            "DuckDB is not installed", todo="pip install 'casegraph[analytics]'"
        ) from error
    return found


def build(store: Store) -> Projection:
    """Make the projection of a store as it is now, beside it, and take those of other generations away.

    It is written aside and renamed when it is whole.

    :param store: in a directory, and open: what it holds does not change meanwhile if it is a reader.
    :raises InputError: if the store is in no directory, or counts no generations.
    :raises MissingExtraError: if DuckDB is not installed.
    :raises StoreError: if the store fails, or the files cannot be written.
    """
    engine, beside, generation = duckdb(), folder_of(store), place.generation_of(store)
    if beside is None or generation == 0:
        what = "is in no directory" if beside is None else "counts no generations"
        raise InputError(f"no projection can be made: the store {what}", where=store.location)
    try:
        beside.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=beside) as name:
            made = Projection(Path(name, "made"), generation)
            _fill(store, made, Path(name), engine)
            final = _placed(made, beside)
    except (OSError, engine.Error) as error:
        raise StoreError(f"the projection cannot be written: {error}", where=str(beside)) from error
    _remove(each for each in beside.iterdir() if each.name.isdigit() and each != final.folder)
    return final


def _placed(made: Projection, beside: Path) -> Projection:
    final = Projection(beside / str(made.generation), made.generation)
    shutil.rmtree(final.folder, ignore_errors=True)
    made.folder.rename(final.folder)
    return final


def _fill(store: Store, made: Projection, work: Path, engine: Any) -> None:
    made.folder.mkdir()
    with engine.connect(work / "work.duckdb") as opened:
        opened.execute(f"SET memory_limit = '{_MEMORY}'; SET temp_directory = '{work / 'spill'}'")
        opened.execute("SET preserve_insertion_order = false")
        for table in _ALL:
            _read(store, table, opened, work / "rows.tsv")
        _number(opened)
        for table in _ALL:
            _write(opened, made, table, f"FROM {table} ORDER BY s")
        for table in DERIVED:
            opened.execute(f"CREATE TABLE {table} AS {derived_sql(table)}")
            _write(opened, made, table, f"FROM {table} ORDER BY 1")
    made.stamp()


def _read(store: Store, table: str, opened: DuckDBPyConnection, rows: Path) -> None:
    """Take the rows of a property, terms as SPARQL writes them, into a table."""
    from pyoxigraph import QueryResultsFormat, QuerySolutions

    answer = store.query(asked_of(table))
    if isinstance(answer, QuerySolutions):
        answer.serialize(rows, QueryResultsFormat.TSV)
    opened.execute(
        f"CREATE TABLE said_{table} AS SELECT * FROM read_csv(?, delim = '\\t', header = false, skip = 1,"
        " quote = '', escape = '', auto_detect = false, columns = {'s': 'VARCHAR', 'o': 'VARCHAR'})",
        [str(rows)],
    )
    rows.unlink()


def _number(opened: DuckDBPyConnection) -> None:
    """Give each node a number and put it in the place of its IRI."""
    terms = [f"SELECT s AS term FROM said_{table}" for table in _ALL]
    terms += [f"SELECT o FROM said_{table}" for table in (*NODES, LINKED)]
    opened.execute(
        "CREATE TABLE nodes AS SELECT term, row_number() OVER () AS id"
        f" FROM (SELECT DISTINCT term FROM ({' UNION ALL '.join(terms)}))"
    )
    for table in _ALL:
        word = table in WORDS
        value, join = ("r.o", "") if word else ("m.id", "JOIN nodes m ON m.term = r.o")
        opened.execute(
            f"CREATE TABLE {table} AS SELECT n.id AS s, {value} AS o"
            f" FROM said_{table} r JOIN nodes n ON n.term = r.s {join}"
        )
        opened.execute(f"DROP TABLE said_{table}")


def _write(opened: DuckDBPyConnection, made: Projection, table: str, query: str) -> None:
    opened.execute(f"COPY ({query}) TO '{made.table(table)}' (FORMAT parquet)")


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
