"""The store on this machine: Oxigraph in a directory, or in memory."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Self, TypeVar

import pyoxigraph as ox

from casegraph.errors import InputError, StoreError, StoreLockedError
from casegraph.store import Answer, Store
from casegraph.store.snapshot import Snapshot, manifest, remove_stale
from casegraph.store.syntax import (
    brings_dataset,
    graph_lines,
    is_derived,
    named,
    quads,
    refused_query,
    replacement,
)

__all__ = ["EmbeddedStore"]

#: From so many quads on, new graphs go in by bulk load: five times as fast, but it leaves new files
#: behind each time, so that many small ones would slow the store down.
_BULK_QUADS = 20_000

_T = TypeVar("_T")


class EmbeddedStore(Store):
    """A store in a directory; ``:memory:`` is one that ends with the program.

    :param location: the directory; a writer makes it if it does not exist.
    :param writable: one process at a time can write. A reader works beside it on the state at its opening.
    :raises InputError: if there is no store to read, or the directory holds something else.
    :raises StoreLockedError: if the store is open for writing already.
    :raises StoreError: if the store is damaged or cannot be opened.

    >>> with EmbeddedStore(":memory:") as store:
    ...     store.graphs()
    ()
    """

    def __init__(self, location: str, *, writable: bool = False) -> None:
        self.location = location
        self._writable = writable
        self._turn = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._store: ox.Store | None = None
        if location == ":memory:":
            self._store = ox.Store()
        elif writable:
            self._store = self._guard(lambda: _open_to_write(Path(location)))
        else:
            self._snapshot = self._guard(lambda: _snapshot(Path(location)))
            folder = str(self._snapshot.folder)
            self._store = self._guard(lambda: ox.Store.read_only(folder))

    def replace(self, old_graphs: Iterable[str], nquads: str) -> None:
        """See :meth:`casegraph.store.Store.replace`; many new quads at once go in by bulk load.

        :raises InputError: see there.
        :raises StoreError: see there.
        """
        store = self._opened()
        if not self._writable:
            raise InputError("the store is open for reading only", where=self.location)
        names = [named(graph) for graph in old_graphs]
        with self._turn:
            old = self._guard(lambda: [name.value for name in names if store.contains_named_graph(name)])
            if not old and nquads.count("\n") >= _BULK_QUADS:
                for _ in quads(nquads):
                    pass
                self._guard(lambda: store.bulk_load(nquads.encode("utf-8"), ox.RdfFormat.N_QUADS))
            else:
                update = replacement(old, nquads)
                self._guard(lambda: store.update(update))
            self._guard(store.flush)

    def query(self, sparql: str, *, union: bool = True) -> Answer:
        """See :meth:`casegraph.store.Store.query`.

        :raises InputError: see there.
        :raises StoreError: see there.
        """
        store = self._opened()
        union = union and not brings_dataset(sparql)
        try:
            return store.query(sparql, use_default_graph_as_union=union)
        except (SyntaxError, UnicodeEncodeError) as error:
            raise refused_query(str(error)) from error
        except RuntimeError as error:
            if str(error).startswith("Corruption"):
                raise self._failure(error) from error
            raise InputError(f"the query cannot be answered: {error}", where="query") from error
        except OSError as error:
            raise self._failure(error) from error

    def graphs(self) -> tuple[str, ...]:
        """See :meth:`casegraph.store.Store.graphs`.

        :raises StoreError: see there.
        """
        store = self._opened()
        found = self._guard(lambda: list(store.named_graphs()))
        return tuple(sorted(graph.value for graph in found if isinstance(graph, ox.NamedNode)))

    def dump(self, graph: str | None = None) -> Iterator[str]:
        """See :meth:`casegraph.store.Store.dump`.

        :raises InputError: see there.
        :raises StoreError: see there.
        """
        chosen = [named(name) for name in (self.graphs() if graph is None else (graph,))]
        return chain.from_iterable(map(self._lines, chosen))

    def without_derived(self) -> Store:
        """See :meth:`casegraph.store.Store.without_derived`.

        :raises StoreError: see there.
        """
        store = self._opened()
        kept = [named(graph) for graph in self.graphs() if not is_derived(graph)]
        content = chain.from_iterable(store.quads_for_pattern(None, None, None, graph) for graph in kept)
        return self._guard(lambda: EmbeddedStore.of_quads(content, self.location))

    @classmethod
    def of_quads(cls, content: Iterable[ox.Quad], location: str) -> Self:
        """Return a store in memory that holds these quads, to read only.

        :param location: the store that they are of.
        """
        copy = cls(":memory:")
        copy._opened().bulk_extend(content)
        copy.location = location
        return copy

    def close(self) -> None:
        """See :meth:`casegraph.store.Store.close`."""
        self._store = None
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None

    def _lines(self, graph: ox.NamedNode) -> list[str]:
        store = self._opened()
        return self._guard(lambda: graph_lines(store, graph))

    def _opened(self) -> ox.Store:
        if self._store is None:
            raise StoreError("the store is closed", where=self.location)
        return self._store

    def _guard(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except (OSError, RuntimeError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> StoreError:
        reason = str(error)
        if _says_locked(reason):
            return StoreLockedError(
                "another process has the store open for writing",
                where=self.location,
                todo="wait until it is done or stop it; reading works meanwhile",
            )
        if reason.startswith("Corruption"):
            todo = "restore it from a backup, or load the documents into a new store"
            return StoreError(f"the store is damaged: {reason}", where=self.location, todo=todo)
        todo = "check that you may write there" if "Permission denied" in reason else ""
        return StoreError(f"the store failed: {reason}", where=self.location, todo=todo)


def _says_locked(reason: str) -> bool:
    held_elsewhere = re.match(r"IO error: While lock file: .*temporarily unavailable$", reason)
    return bool(held_elsewhere) or reason.startswith("IO error: lock hold by current process")


def _snapshot(directory: Path) -> Snapshot:
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        todo = "make one with `casegraph load` or `casegraph demo`"
        raise InputError(f"no store at {directory}", todo=todo)
    _refuse_other_content(directory)
    return Snapshot(directory)


def _open_to_write(directory: Path) -> ox.Store:
    if directory.exists():
        _refuse_other_content(directory)
    directory.mkdir(parents=True, exist_ok=True)
    store = ox.Store(directory)
    remove_stale(directory)
    return store


def _refuse_other_content(directory: Path) -> None:
    if not directory.is_dir():
        raise InputError("a file, not a store", where=str(directory), expected="a directory")
    if (directory / "CURRENT").is_file():
        manifest(directory)
    elif any(directory.iterdir()):
        raise InputError(
            "a folder with other content, not a store",
            where=str(directory),
            expected="a store, or a new or empty folder",
        )
