"""Makes a projection: the store streams its rows to files, DuckDB numbers and sorts them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casegraph.errors import InputError, MissingExtraError, StoreError
from casegraph.projection import place
from casegraph.projection.place import Projection, folder_of
from casegraph.projection.tables import DERIVED, LINKED, NODES, TERMS, WORDS, asked_of, derived_sql
from casegraph.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["build", "duckdb", "quoted", "write"]

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


def quoted(path: Path) -> str:
    """Return the name of a file as SQL has it.

    >>> print(quoted(Path("it's")))
    'it''s'
    """
    return "'" + str(path).replace("'", "''") + "'"


def build(store: Store) -> Projection:
    """Make the projection of a store as it is now, beside it, and take those of other generations away.

    It is written aside and renamed when it is whole.

    :param store: in a directory, and open: what it holds does not change meanwhile if it is a reader.
    :raises InputError: if the store is in no directory, or counts no generations.
    :raises MissingExtraError: if DuckDB is not installed.
    :raises StoreError: if the store fails, or the files cannot be written.
    """
    beside, generation = folder_of(store), place.generation_of(store)
    if beside is None or generation == 0:
        what = "is in no directory" if beside is None else "counts no generations"
        raise InputError(f"no projection can be made: the store {what}", where=store.location)
    final = _made(store, beside / str(generation), generation)
    _remove(each for each in beside.iterdir() if each.name.isdigit() and each != final.folder)
    return final


def write(store: Store, folder: Path) -> Projection:
    """Write the tables of a store as it is now into a folder, for other programs to read.

    :param folder: is made, and is there once the tables are whole.
    :raises InputError: if there is something of that name.
    :raises MissingExtraError: if DuckDB is not installed.
    :raises StoreError: if the store fails, or the files cannot be written.
    """
    if folder.is_symlink() or folder.exists():
        raise InputError("something is there already", where=str(folder), todo="name a new folder")
    found = place.find(store)
    return _made(store, folder, place.generation_of(store)) if found is None else _copied(found, folder)


def _copied(found: Projection, folder: Path) -> Projection:
    try:
        with _aside(folder) as work:
            shutil.copytree(found.folder, work / "made")
            (work / "made").rename(folder)
    except OSError as error:
        raise _unwritten(error, folder) from error
    return Projection(folder, found.generation)


def _made(store: Store, folder: Path, generation: int) -> Projection:
    """Write the tables aside, and rename them when they are whole."""
    engine = duckdb()
    try:
        with _aside(folder) as work:
            _fill(store, made := Projection(work / "made", generation), work, engine)
            shutil.rmtree(folder, ignore_errors=True)
            made.folder.rename(folder)
    except (OSError, engine.Error) as error:
        raise _unwritten(error, folder) from error
    return Projection(folder, generation)


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """Give a folder to work in, beside the one that is meant."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as name:
        yield Path(name)


def _unwritten(error: Exception, folder: Path) -> StoreError:
    todo = "see that there is room and that it can be written, or name another: export columns -o FOLDER/"
    return StoreError(f"the projection cannot be written: {error}", where=str(folder.parent), todo=todo)


def _fill(store: Store, made: Projection, work: Path, engine: Any) -> None:
    made.folder.mkdir()
    with engine.connect(work / "work.duckdb") as opened:
        opened.execute(f"SET memory_limit = '{_MEMORY}'; SET temp_directory = {quoted(work / 'spill')}")
        opened.execute("SET preserve_insertion_order = false")
        for table in _ALL:
            _read(store, table, opened, work / "rows.tsv")
        _number(opened)
        _write(opened, made, TERMS, "SELECT id, term FROM nodes ORDER BY id")
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
        "CREATE TABLE nodes AS SELECT term, row_number() OVER (ORDER BY term) AS id"
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
    opened.execute(f"COPY ({query}) TO {quoted(made.table(table))} (FORMAT parquet, COMPRESSION zstd)")


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
