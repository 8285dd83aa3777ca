"""Keeps named graphs and answers SPARQL, in a directory of this machine or at a SPARQL 1.1 endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.namespaces import BASE
from casegraph.store.syntax import DEFAULT_GRAPH, digest

__all__ = ["DEFAULT_GRAPH", "LEDGER", "Answer", "GraphContent", "Store", "open_store"]

#: The graph that says when and by whom something was loaded; it is no part of a digest.
LEDGER = BASE + "ledger"

#: What a query gives: rows (SELECT), a truth value (ASK) or triples (CONSTRUCT, DESCRIBE). Each has
#: ``serialize(format=...)``: SPARQL JSON, XML, CSV and TSV for the first two, any RDF format for triples.
Answer = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class GraphContent(NamedTuple):
    """A graph with the SHA-256 of its dump and the number of its quads."""

    graph: str
    digest: str
    quads: int


class Store(Protocol):
    """A set of named graphs; the default graph holds only what somebody put there by hand."""

    #: The directory or the address that the store was opened with.
    location: str

    @property
    def keeps_ledger_true(self) -> bool:
        """Whether graphs are what the ledger tells of them, since both are written together or not at all."""
        return True

    @property
    def gives_default_graph(self) -> bool:
        """Whether :meth:`contents` gives the default graph too; at an endpoint it may be the union."""
        return True

    def replace(self, old_graphs: Iterable[str], nquads: str) -> None:
        """Remove these graphs and add these quads, in one transaction: all of it or nothing.

        When it returns, an embedded store is on the disk; at an endpoint that is up to the server. Virtuoso
        takes graph by graph, the ledger last: after an error some are replaced and others not, and the same
        call made again brings all to their end.

        :param old_graphs: IRIs of named graphs; one that does not exist is no error.
        :param nquads: N-Quads, each quad in a named graph; empty only to remove.
        :raises InputError: if the N-Quads do not parse, a quad has no named graph, a graph name is no
            IRI, or the store was opened for reading.
        :raises StoreError: if the store cannot take it.
        """

    def query(self, sparql: str, *, union: bool = True) -> Answer:
        """Answer a SPARQL query.

        :param union: whether patterns outside ``GRAPH`` see the union of all named graphs. A query that
            names its own dataset (``FROM``, ``FROM NAMED``) gets that dataset either way.
        :raises InputError: if the query is not SPARQL; *where* is ``query:line:column``.
        :raises StoreError: if the store fails.
        """

    def graphs(self) -> tuple[str, ...]:
        """Return the IRIs of the named graphs, sorted.

        :raises StoreError: if the store fails.
        """

    def dump(self, graph: str | None = None) -> Iterator[str]:
        """Give the N-Quads lines, without line ends: graph after graph by name, sorted within each.

        The same content gives the same lines in every kind of store: values are written as Oxigraph
        normalises them, blank nodes get canonical labels that are unique to their graph.

        :param graph: one graph only; all named graphs if omitted. A store in a directory or in memory also
            gives its default graph, called ``DEFAULT_GRAPH``.
        :raises InputError: if the graph name is no IRI.
        :raises StoreError: if the store fails.
        """

    def without_derived(self) -> Store:
        """Return the store as it would be had nothing been derived, to read only.

        An embedded store is copied into memory, at about 300,000 quads a second. An endpoint is sent the
        names of the graphs that are not inferred with each query, which some servers answer slowly where
        there are thousands; a query that names its own dataset is refused there, for it would be ignored.

        :raises StoreError: if the store fails.

        >>> with open_store(":memory:", writable=True) as store:
        ...     store.replace([], "<urn:s> <urn:p> <urn:o> <urn:case/inferred> .")
        ...     store.without_derived().graphs()
        ()
        """

    def close(self) -> None:
        """Let go of the store; answers must have been read by then. Closing twice is no error."""

    def turn(self) -> AbstractContextManager[object]:
        """Keep the other threads of this program from writing, so that what was read is what is changed.

        A thread that has the turn may take it again. At an endpoint, other programs are not kept off.
        """

    def contents(self) -> Iterator[GraphContent]:
        """Give each graph that holds anything, with the digest of its dump and the number of its quads.

        The order is any. Of an endpoint only the named graphs are given (:attr:`gives_default_graph`).

        :raises StoreError: if the store fails.
        """
        for graph in self.graphs():
            lines = list(self.dump(graph))
            if lines:
                yield GraphContent(graph, digest(lines), len(lines))

    def changed_files(self) -> Iterator[str]:
        """Give the data files on the disk whose bytes are not those that were written.

        :raises StoreError: if the store fails.
        """
        return iter(())

    def files_without_digest(self) -> int:
        """Return how many data files have no digest yet, since the writer of them was killed."""
        return 0

    def acknowledged(self) -> int:
        """Return how many changes were acknowledged, as far as that is known without the data; else 0."""
        return 0

    def digest(self) -> dict[str, str]:
        """Return the SHA-256 of the dump of each graph that holds anything, but the ledger.

        :raises StoreError: if the store fails.
        """
        return {graph: found for graph, found, _ in self.contents() if graph != LEDGER}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(location: str | Path, *, writable: bool = False, sync: bool = True) -> Store:
    """Open a store.

    :param location: a directory; or ``:memory:`` for a store that ends with the program; or the address
        of an endpoint. ``http://host:port`` means ``/query`` and ``/update`` there (Oxigraph); an address
        with a path is the query address, and also takes the updates, unless its last part is ``query``:
        then they go to ``update`` beside it, or the server is a ``casegraph serve``.
    :param writable: whether :meth:`Store.replace` is wanted. A directory is made if it does not exist;
        one process at a time can have it. A reader sees the directory as it was when it was opened.
    :param sync: whether what is written is on the disk when :meth:`Store.replace` returns; else it is when
        the store is closed, and a power cut before that may take it, though no kill can. An endpoint has its
        own ways.
    :raises InputError: if there is no store to read, or the directory holds something else, or a store of
        another format.
    :raises StoreLockedError: if the store is open for writing already.
    :raises StoreError: if the store is damaged or cannot be opened.

    >>> with open_store(":memory:", writable=True) as store:
    ...     store.replace([], "<http://e.org/s> <http://e.org/p> <http://e.org/o> <http://e.org/g> .")
    ...     bool(store.query("ASK { ?s <http://e.org/p> ?o }")), store.graphs()
    (True, ('http://e.org/g',))
    """
    text = str(location)
    if text.lower().startswith(("http://", "https://")):
        from casegraph.store.endpoint import EndpointStore

        return EndpointStore(text, writable=writable)
    if "://" in text or not text.strip():
        raise InputError(f"no store is called {text!r}", expected="a directory, or an http or https address")
    from casegraph.store.embedded import EmbeddedStore

    return EmbeddedStore(text, writable=writable, sync=sync)
