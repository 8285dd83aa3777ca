"""Reads a whole store once, graph after graph, without holding more than one graph."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby

import pyoxigraph as ox

from casegraph.store import GraphContent
from casegraph.store.syntax import DEFAULT_GRAPH, digest, graph_lines

__all__ = ["default_content", "streamed_contents"]


def default_content(store: ox.Store) -> Iterator[GraphContent]:
    """Yield the default graph with its digest, if it holds anything."""
    lines = graph_lines(store, ox.DefaultGraph())
    if lines:
        yield GraphContent(DEFAULT_GRAPH, digest(lines), len(lines))


def streamed_contents(store: ox.Store) -> Iterator[GraphContent]:
    """Yield each graph of an Oxigraph store that holds anything, with its digest.

    :param store: on the disk, where all quads of a named graph come together.
    :raises OSError: if the store is damaged.
    """
    from concurrent.futures import ThreadPoolExecutor

    yield from default_content(store)
    outside = _lines_outside(store)
    source, goal = os.pipe()

    def write() -> None:
        with os.fdopen(goal, "wb") as out:
            store.dump(out, ox.RdfFormat.N_QUADS)

    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(write)
        with os.fdopen(source, encoding="utf-8", newline="\n") as text:
            for graph, group in groupby((line for line in text if line not in outside), key=_graph_of):
                lines = [line[:-1] for line in group]
                if any("_:" in line for line in lines):
                    lines = graph_lines(store, ox.NamedNode(graph))
                yield GraphContent(graph, digest(sorted(lines)), len(lines))
        written.result()


def _lines_outside(store: ox.Store) -> frozenset[str]:
    """Return the lines of the default graph, which no line of a named graph equals."""
    text = (store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b"").decode("utf-8")
    return frozenset(f"{line}\n" for line in text.split("\n")[:-1])


def _graph_of(line: str) -> str:
    return line.rsplit(" ", 2)[1][1:-1]
