"""Reads a whole store once, graph after graph, without holding more than one graph."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby

import pyoxigraph as ox

from casegraph.store import GraphContent
from casegraph.store.syntax import digest, graph_lines

__all__ = ["streamed_contents"]


def streamed_contents(store: ox.Store) -> Iterator[GraphContent]:
    """Yield each named graph of an Oxigraph store with its digest.

    :param store: on the disk, where all quads of a graph come together; its default graph holds nothing.
    :raises OSError: if the store is damaged.
    """
    from concurrent.futures import ThreadPoolExecutor

    source, goal = os.pipe()

    def write() -> None:
        with os.fdopen(goal, "wb") as out:
            store.dump(out, ox.RdfFormat.N_QUADS)

    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(write)
        with os.fdopen(source, encoding="utf-8", newline="\n") as text:
            for graph, group in groupby(text, key=_graph_of):
                lines = [line[:-1] for line in group]
                if any("_:" in line for line in lines):
                    lines = graph_lines(store, ox.NamedNode(graph))
                yield GraphContent(graph, digest(sorted(lines)), len(lines))
        written.result()


def _graph_of(line: str) -> str:
    return line.rsplit(" ", 2)[1][1:-1]
