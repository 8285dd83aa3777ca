"""The store on this machine: Oxigraph in a directory, or in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path
from typing import Self, TypeVar

import pyoxigraph as ox

from casegraph.errors import InputError, StoreError
from casegraph.store import Answer, GraphContent, Store
from casegraph.store.asking import Dataset, ask
from casegraph.store.directory import Directory, Head
from casegraph.store.engine import Reader, bulk_load, carry_out
from casegraph.store.failures import failure
from casegraph.store.ledger import generation
from casegraph.store.places import WritersPlace, changed_files, copied_in_memory, opened_to_read
from casegraph.store.rehearsing import Seen, rehearse
from casegraph.store.snapshot import Snapshot
from casegraph.store.streaming import default_content, streamed_contents
from casegraph.store.syntax import (
    DEFAULT_GRAPH,
    graph_lines,
    graph_term,
    is_derived,
    named,
    quads,
    replacement,
)
from casegraph.store.targets import Targets

__all__ = ["EmbeddedStore"]

#: From so many quads on, new graphs go in by bulk load: five times as fast, but it leaves new files
#: behind each time, so that many small ones would slow the store down.
_BULK_QUADS = 10_000

_T = TypeVar("_T")


class EmbeddedStore(Store):
    """A store in a directory; ``:memory:`` is one that ends with the program.

    :param location: the directory; a writer makes it if it does not exist.
    :param writable: one process at a time can write. A reader works beside it on the state at its opening.
    :param sync: whether each change is on the disk when it is acknowledged; else it is at :meth:`close`.
    :raises InputError: if there is no store to read, or the directory holds something else, or a store of
        another format.
    :raises StoreLockedError: if the store is open for writing already.
    :raises StoreError: if the store is damaged or cannot be opened.

    >>> with EmbeddedStore(":memory:") as store:
    ...     store.graphs()
    ()
    """

    def __init__(self, location: str, *, writable: bool = False, sync: bool = True) -> None:
        self.location = location
        self._writable, self._sync = writable, sync
        self._turn = threading.RLock()
        self._head: Head | None = None
        self._snapshot: Snapshot | None = None
        self._place: WritersPlace | None = None
        self._store: ox.Store | None = None
        if location == ":memory:":
            self._store = ox.Store()
        elif writable:
            self._place = place = self._guard(lambda: WritersPlace(Path(location)))
            self._store = place.store
            self._take_up(place)
        else:
            opened = self._guard(lambda: opened_to_read(Path(location)))
            self._head, self._snapshot, self._store = opened

    def replace(self, old_graphs: Iterable[str], nquads: str) -> None:
        """See :meth:`casegraph.store.Store.replace`; many new quads at once go in by bulk load.

        :raises InputError: see there.
        :raises StoreError: see there.
        """
        store = self._opened_to_write()
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
            self._acknowledge()

    def carry_out(self, update: str, *, base: str | None = None) -> None:
        """Carry out a SPARQL update in one transaction; it must tell the ledger of what it does.

        :raises InputError: if it cannot be carried out, or the store was opened for reading.
        :raises StoreError: if the store fails.
        """
        with self._turn:
            self._guard(lambda: carry_out(self._opened_to_write(), update, base))
            self._acknowledge()

    def rehearse(
        self, update: str, graphs: Sequence[str], *, base: str | None = None, found: Targets | None = None
    ) -> Seen:
        """Return what graphs would hold after an update; see :func:`casegraph.store.rehearsing.rehearse`.

        :raises InputError: see there, or if the store was opened for reading.
        :raises StoreError: if the store fails.
        """
        return self._guard(lambda: rehearse(self._opened_to_write(), update, graphs, base, found))

    def query(
        self, sparql: str, *, union: bool = True, dataset: Dataset | None = None, base: str | None = None
    ) -> Answer:
        """See :meth:`casegraph.store.Store.query`.

        :param dataset: the graphs that a request names beside the query.
        :param base: what relative IRIs of the query are resolved against.
        :raises InputError: see there.
        :raises StoreError: see there.
        """
        return self._guard(lambda: ask(self.data, sparql, union=union, dataset=dataset, base=base))

    def graphs(self) -> tuple[str, ...]:
        """See :meth:`casegraph.store.Store.graphs`.

        :raises StoreError: see there.
        """
        found = self._guard(lambda: list(self.data.named_graphs()))
        return tuple(sorted(graph.value for graph in found if isinstance(graph, ox.NamedNode)))

    def dump(self, graph: str | None = None) -> Iterator[str]:
        """See :meth:`casegraph.store.Store.dump`.

        :raises InputError: see there.
        :raises StoreError: see there.
        """
        chosen = [graph_term(name) for name in (self.graphs() if graph is None else (graph,))]
        return chain.from_iterable(map(self._lines, chosen))

    def without_derived(self) -> Store:
        """See :meth:`casegraph.store.Store.without_derived`.

        :raises StoreError: see there.
        """
        store = self.data
        every = (DEFAULT_GRAPH, *self.graphs())
        kept = [graph_term(graph) for graph in every if not is_derived(graph)]
        content = chain.from_iterable(store.quads_for_pattern(None, None, None, graph) for graph in kept)
        return self._guard(lambda: EmbeddedStore.of_quads(content, self.location))

    @classmethod
    def of_quads(cls, content: Iterable[ox.Quad], location: str) -> Self:
        """Return a store in memory that holds these quads, to read only.

        :param location: the store that they are of.
        """
        copy = cls(":memory:")
        copy.data.bulk_extend(content)
        copy.location = location
        return copy

    def turn(self) -> AbstractContextManager[object]:
        """See :meth:`casegraph.store.Store.turn`."""
        return self._turn

    def contents(self) -> Iterator[GraphContent]:
        """See :meth:`casegraph.store.Store.contents`; on the disk, the store is read once, from end to end.

        :raises StoreError: see there.
        """
        store = self.data
        if self._place is None and self._snapshot is None:
            yield from chain(super().contents(), default_content(store))
            return
        found = streamed_contents(store)
        while (each := self._guard(lambda: next(found, None))) is not None:
            yield each

    def changed_files(self) -> Iterator[str]:
        """See :meth:`casegraph.store.Store.changed_files`; those of the head, or all of a backup.

        :raises StoreError: see there.
        """
        if self._snapshot is None or self._head is None:
            return
        head, folder = self._head, self._snapshot.folder
        changed = self._guard(lambda: changed_files(Directory(Path(self.location)), head, folder))
        yield from (f"{self.location}/{head.data}/{name}" for name in changed)

    def files_without_digest(self) -> int:
        """Return how many data files came into being after the last writer that closed the store."""
        if self._snapshot is None or self._head is None:
            return 0
        return len({path.name for path in self._snapshot.folder.glob("*.sst")} - self._head.files.keys())

    def acknowledged(self) -> int:
        """See :meth:`casegraph.store.Store.acknowledged`."""
        return self._head.generation if self._head is not None else 0

    def rebuild(self, fill: Callable[[EmbeddedStore], None]) -> None:
        """Change a copy of the store, which then takes its place at one moment, as for very many new quads.

        Readers see the store of before until then; if anything fails, that is what stays.

        :param fill: is given the copy; the ledger there is to tell of what is done.
        :raises InputError: if the store was opened for reading.
        :raises StoreError: if the store fails.
        """
        store, place = self._opened_to_write(), self._place

        def filled(data: ox.Store) -> int:
            copy = EmbeddedStore(":memory:", writable=True)
            copy._store, copy.location = data, self.location
            fill(copy)
            return generation(copy)

        with self._turn:
            if place is None:
                filled(changed := copied_in_memory(store))
            else:
                self._guard(lambda: place.rebuild(filled))
                changed = place.store
            self._store = changed

    def bulk_load(self, nquads: Reader) -> None:
        """Add many quads of graphs that are not there, as fast as can be; all of them or none.

        :param nquads: has N-Quads to read.
        :raises InputError: if they do not parse.
        :raises StoreError: if the store fails.
        """
        self._guard(lambda: bulk_load(self._opened_to_write(), nquads))

    def compact(self) -> None:
        """Bring the data into as few and as small files as can be; readers are not disturbed.

        :raises InputError: if the store was opened for reading.
        :raises StoreError: if the store fails, as for want of space: it is as it was then.
        """
        self._guard(self._opened_to_write().optimize)

    def close(self) -> None:
        """See :meth:`casegraph.store.Store.close`.

        :raises StoreError: if what was not on the disk yet cannot be brought there.
        """
        if self._place is not None:
            place, self._place = self._place, None
            number, self._store = generation(self), None
            self._guard(lambda: place.leave(number))
        self._store = None
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None

    def _take_up(self, place: WritersPlace) -> None:
        """Go on where the last writer ended, or leave all as it is."""
        try:
            self._guard(lambda: place.take_up(generation(self)))
        except BaseException:
            self._store = self._place = None
            place.abandon()
            raise

    def _lines(self, graph: ox.NamedNode | ox.DefaultGraph) -> list[str]:
        return self._guard(lambda: graph_lines(self.data, graph))

    @property
    def data(self) -> ox.Store:
        """The data as Oxigraph gives them.

        :raises StoreError: if the store is closed.
        """
        if self._store is None:
            raise StoreError("the store is closed", where=self.location)
        return self._store

    def _opened_to_write(self) -> ox.Store:
        store = self.data
        if not self._writable:
            raise InputError("the store is open for reading only", where=self.location)
        return store

    def _acknowledge(self) -> None:
        if self._place is not None and self._sync:
            place = self._place
            self._guard(lambda: place.acknowledge(generation(self)))

    def _guard(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except (OSError, RuntimeError) as error:
            raise failure(error, self.location) from error
