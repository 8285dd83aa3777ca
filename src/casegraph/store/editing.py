"""Changes a store by hand: by SPARQL updates and graph by graph; the ledger tells of it and marks it.

What was derived of a case (its graph ``.../inferred``) is not derived anew by an edit; a load does that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from casegraph.store import DEFAULT_GRAPH
from casegraph.store.editing_copy import update_copy
from casegraph.store.editing_graphs import (
    graphs_with,
    is_protected,
    lines_of,
    refuse_protected,
    touches_blank_nodes,
    write,
)
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import generation
from casegraph.store.rehearsing import MOST_GRAPHS, Seen
from casegraph.store.syntax import named
from casegraph.store.targets import Targets, targets

__all__ = ["Edited", "add_to_graph", "drop_graph", "put_graph", "update"]


@dataclass(frozen=True, slots=True)
class Edited:
    """What an update did.

    :param generation: the number of the change; of the last one before, if nothing was changed.
    :param units: the cases and other graphs whose content is another one now, sorted.
    """

    generation: int
    units: tuple[str, ...]


def update(store: EmbeddedStore, sparql: str, *, base: str | None = None) -> Edited:
    """Carry out a SPARQL 1.1 Update, all of it or nothing, and tell the ledger of it in the same transaction.

    The work grows with the cases that change, up to some hundred. With more, and where blank nodes of the
    store change or a graph is named in an unusual way, the update is carried out on a copy that takes the
    place of the store, and all that it holds is read.
    ``CLEAR ALL`` and their like leave the ledger, which tells then that all is gone.

    :param sparql: the update. ``LOAD`` and ``SERVICE`` are not refused here: the caller does that, since the
        engine would open any address or file that they name.
    :param base: what relative IRIs are relative to.
    :raises ForbiddenError: if it would change the ledger, or make a graph of the name of the default graph.
    :raises InputError: if it does not parse (*where* is ``update:line:column``) or cannot be carried out.
    :raises StoreError: if the store fails.

    >>> with EmbeddedStore(":memory:", writable=True) as store:
    ...     update(store, 'INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> "x" } }')
    Edited(generation=1, units=('urn:g',))
    """
    found = targets(sparql)
    for graph in found.named:
        refuse_protected(graph)
    with store.turn():
        units = _in_place(store, sparql, base, found)
        if units is None:
            units = update_copy(store, sparql, base, clears=found.clears)
        return Edited(generation(store), units)


def _in_place(store: EmbeddedStore, sparql: str, base: str | None, found: Targets) -> tuple[str, ...] | None:
    """Carry out an update of a few graphs; None if it is not known to be one, and nothing was done."""
    if found.others or len(found.named) > MOST_GRAPHS:
        return None
    graphs = graphs_with({*found.named, *([DEFAULT_GRAPH] if found.default else [])})
    after = store.rehearse(sparql, graphs, base=base, found=found)
    if len(after.shown) > MOST_GRAPHS or any(map(is_protected, after.shown)):
        return None
    before = store.rehearse("", graphs_with({*graphs, *after.shown}))
    if found.copies and touches_blank_nodes(before, after):
        return None
    return write(store, before, after)


def put_graph(store: EmbeddedStore, graph: str | None, content: Iterable[ox.Triple]) -> bool:
    """Make triples the content of a graph, in the place of what it held.

    :param graph: the name; None is the default graph.
    :param content: may be empty: then the graph is there and holds nothing.
    :return: whether the graph was made; the default graph is always there.
    :raises ForbiddenError: if it is the ledger.
    :raises InputError: if the name is no IRI.
    :raises StoreError: if the store fails.

    >>> with EmbeddedStore(":memory:", writable=True) as store:
    ...     put_graph(store, "urn:g", []), put_graph(store, "urn:g", [])
    (True, False)
    """
    return _set_graph(store, graph, content, keep=False)


def add_to_graph(store: EmbeddedStore, graph: str | None, content: Iterable[ox.Triple]) -> bool:
    """Add triples to what a graph holds; blank nodes are new ones.

    :param graph: the name; None is the default graph.
    :return: whether the graph was made; the default graph is always there.
    :raises ForbiddenError: if it is the ledger.
    :raises InputError: if the name is no IRI.
    :raises StoreError: if the store fails.
    """
    return _set_graph(store, graph, content, keep=True)


def drop_graph(store: EmbeddedStore, graph: str | None) -> bool:
    """Take a graph out of a store; the default graph is emptied.

    :param graph: the name; None is the default graph.
    :return: whether it was there; the default graph is always there.
    :raises ForbiddenError: if it is the ledger.
    :raises InputError: if the name is no IRI.
    :raises StoreError: if the store fails.
    """
    name = _checked(graph)
    with store.turn():
        before = store.rehearse("", graphs_with({name}))
        after = Seen(
            {each: lines for each, lines in before.lines.items() if each != name}, before.there - {name}
        )
        write(store, before, after)
    return graph is None or name in before.there


def _set_graph(store: EmbeddedStore, graph: str | None, content: Iterable[ox.Triple], *, keep: bool) -> bool:
    name = _checked(graph)
    new = lines_of(name, content)
    with store.turn():
        before = store.rehearse("", graphs_with({name}))
        lines = before.lines.get(name, set()) | new if keep else new
        there = before.there | ({name} if graph is not None else set())
        write(store, before, Seen({**before.lines, name: lines}, there))
    return graph is not None and name not in before.there


def _checked(graph: str | None) -> str:
    """Return the name of a graph that may be changed."""
    if graph is None:
        return DEFAULT_GRAPH
    refuse_protected(named(graph).value)
    return graph
