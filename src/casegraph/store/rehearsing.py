"""Carries out a SPARQL update in a transaction that is not kept, to see what it would leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.store.engine import carry_out
from casegraph.store.syntax import DEFAULT_GRAPH, graph_term, named
from casegraph.store.targets import joint

__all__ = ["Seen", "rehearse"]

#: A graph that no store has, and functions that no update of others can know of.
_NEVER = "urn:uuid:3a5f6f0e-0d1c-4f0b-9d4e-8b5f6c1f7a52"
_QUAD, _GRAPH = f"{_NEVER}#quad", f"{_NEVER}#graph"


@dataclass(slots=True)
class Seen:
    """What graphs hold.

    :param lines: graph -> its lines as N-Quads, with the labels of blank nodes that the store gave them.
    :param there: the named graphs that are there, also those that hold nothing.
    """

    lines: dict[str, set[str]] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)


def rehearse(store: ox.Store, sparql: str, graphs: Sequence[str], base: str | None = None) -> Seen:
    """Return what graphs would hold after an update; nothing is changed.

    The update is followed by operations that show each quad to a function of ours, and by one that always
    fails, which takes the transaction back.

    :param sparql: the update; empty for what they hold now.
    :param graphs: the graphs to look at, :data:`casegraph.store.DEFAULT_GRAPH` among them if wanted.
    :param base: what relative IRIs are relative to.
    :raises InputError: as :func:`casegraph.store.engine.carry_out`.
    :raises OSError: if the store fails.
    """
    watching = _Watching()
    after = f"{joint(sparql)}{_looking(graphs)}DROP GRAPH <{_NEVER}>"
    functions: dict[ox.NamedNode, Callable[..., None]] = {
        ox.NamedNode(_QUAD): watching.quad,
        ox.NamedNode(_GRAPH): watching.graph,
    }
    try:
        carry_out(store, sparql, base, after, functions)
    except InputError as error:
        if _NEVER not in error.what:
            raise
    if watching.failed:
        raise watching.failed[0]
    return watching.seen


class _Watching:
    """Notes what the engine shows of a transaction; it takes an error of a function for an unknown value."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.failed: list[Exception] = []

    def quad(self, graph: ox.NamedNode, subject: Any, predicate: Any, value: Any) -> None:
        try:
            line = f"{ox.Quad(subject, predicate, value, graph_term(graph.value))} ."
            self.seen.lines.setdefault(graph.value, set()).add(line)
        except Exception as error:
            self.failed.append(error)
            raise

    def graph(self, graph: ox.NamedNode) -> None:
        self.seen.there.add(graph.value)


def _looking(graphs: Iterable[str]) -> str:
    """Return operations that change nothing and show a function each quad of graphs."""
    asked = []
    for graph in graphs:
        name = named(graph)
        look = f"?s ?p ?o FILTER(<{_QUAD}>({name}, ?s, ?p, ?o))"
        if graph == DEFAULT_GRAPH:
            asked.append(f"INSERT {{}} WHERE {{ {look} }} ;\n")
        else:
            asked.append(f"INSERT {{}} WHERE {{ GRAPH {name} {{ {look} }} }} ;\n")
            asked.append(f"INSERT {{}} WHERE {{ GRAPH {name} {{}} FILTER(<{_GRAPH}>({name})) }} ;\n")
    return "".join(asked)
