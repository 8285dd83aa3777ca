"""Carries out a SPARQL update in a transaction that is not kept, to see what it would leave behind."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.store.engine import carry_out
from casegraph.store.ledger import unit_of
from casegraph.store.syntax import DEFAULT_GRAPH, graph_term, named
from casegraph.store.targets import Targets, joint

__all__ = ["MOST_GRAPHS", "Seen", "rehearse"]

_TRUE = ox.Literal(True)
#: With more graphs than that, the store is read once instead of each graph.
MOST_GRAPHS = 1_000


@dataclass(slots=True)
class Seen:
    """What graphs hold.

    :param lines: graph -> its lines as N-Quads, with the labels of blank nodes that the store gave them.
    :param there: the named graphs that are there, also those that hold nothing.
    :param shown: the graphs that variables stood for, to write to.
    """

    lines: dict[str, set[str]] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)


def rehearse(
    store: ox.Store, sparql: str, graphs: Sequence[str], base: str | None = None, found: Targets | None = None
) -> Seen:
    """Return what graphs would hold after an update; nothing is changed.

    The update is followed by operations that show each quad to a function of ours, and by one that always
    fails, which takes the transaction back. The names of all these are others each time: an update that knew
    them could show us what is not there, or end before we looked.

    :param sparql: the update; empty for what they hold now.
    :param graphs: the graphs to look at, :data:`casegraph.store.DEFAULT_GRAPH` among them if wanted.
    :param base: what relative IRIs are relative to.
    :param found: what it may write to. The graphs that variables stand for there are looked at too, with all
        of their units, unless they are very many.
    :raises InputError: as :func:`casegraph.store.engine.carry_out`.
    :raises OSError: if the store fails.
    """
    found = found or Targets()
    watching = _Watching(frozenset(graphs), found)
    after = f"{joint(sparql)}{watching.looking(graphs)}DROP GRAPH <{watching.never}>"
    try:
        carry_out(store, found.watched or sparql, base, after, watching.functions)
    except InputError as error:
        if watching.never not in error.what:
            if found.watched:
                carry_out(store, sparql, base, after)  # which says where in the text of the user it is wrong
            raise
    if watching.failed:
        raise watching.failed[0]
    return watching.seen


class _Watching:
    """Notes what the engine shows of a transaction; it takes an error of a function for an unknown value."""

    def __init__(self, graphs: Container[str], found: Targets) -> None:
        self.seen = Seen()
        self.failed: list[Exception] = []
        #: a graph that no store has
        self.never = f"urn:uuid:{uuid4()}"
        self._graphs = graphs
        self._has_shown = bool(found.watched)
        self._quad, self._graph, self._is_shown = (
            ox.NamedNode(f"{self.never}#{name}") for name in ("quad", "graph", "is-shown")
        )
        self.functions: dict[ox.NamedNode, Callable[..., ox.Literal | None]] = {
            self._quad: self.quad,
            self._graph: self.graph,
            self._is_shown: self.is_shown,
            ox.NamedNode(found.show): self.show,
        }

    def looking(self, graphs: Iterable[str]) -> str:
        """Return operations that change nothing and show a function each quad of graphs."""
        asked = []
        for graph in graphs:
            name = named(graph)
            look = f"?s ?p ?o FILTER({self._quad}({name}, ?s, ?p, ?o))"
            if graph == DEFAULT_GRAPH:
                asked.append(f"INSERT {{}} WHERE {{ {look} }} ;\n")
            else:
                asked.append(f"INSERT {{}} WHERE {{ GRAPH {name} {{ {look} }} }} ;\n")
                asked.append(f"INSERT {{}} WHERE {{ GRAPH {name} {{}} FILTER({self._graph}({name})) }} ;\n")
        if self._has_shown:
            asked.append(f"""INSERT {{}} WHERE {{
              {{ SELECT DISTINCT ?g {{ GRAPH ?g {{}} FILTER({self._is_shown}(?g)) }} }}
              GRAPH ?g {{ ?s ?p ?o }} FILTER({self._quad}(?g, ?s, ?p, ?o)) }} ;\n""")
        return "".join(asked)

    def quad(self, graph: ox.NamedNode, subject: Any, predicate: Any, value: Any) -> None:
        try:
            line = f"{ox.Quad(subject, predicate, value, graph_term(graph.value))} ."
            self.seen.lines.setdefault(graph.value, set()).add(line)
        except Exception as error:
            self.failed.append(error)
            raise

    def graph(self, graph: ox.NamedNode) -> None:
        self.seen.there.add(graph.value)

    def show(self, value: ox.NamedNode | ox.Literal | ox.BlankNode) -> ox.Literal:
        if isinstance(value, ox.NamedNode):
            self.seen.shown.add(value.value)
        return _TRUE

    def is_shown(self, graph: ox.NamedNode) -> ox.Literal | None:
        """Tell whether a graph is of the unit of one that was shown, and is not looked at anyway."""
        if graph.value in self._graphs or unit_of(graph.value) not in self._units:
            return None
        self.seen.there.add(graph.value)
        return _TRUE

    @cached_property
    def _units(self) -> frozenset[str]:
        shown = self.seen.shown
        return frozenset(map(unit_of, shown)) if len(shown) <= MOST_GRAPHS else frozenset()
