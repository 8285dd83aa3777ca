"""Writes what graphs are to hold after an edit, with what the ledger tells of it, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from io import BytesIO

import pyoxigraph as ox

from casegraph.errors import ForbiddenError
from casegraph.store import DEFAULT_GRAPH, LEDGER
from casegraph.store.by_hand import digests_before_edits
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import (
    GONE,
    Unit,
    case_graphs,
    generation,
    ledger_lines,
    unit_of,
    unit_of_lines,
)
from casegraph.store.rehearsing import Seen
from casegraph.store.syntax import as_stored, graph_term

__all__ = [
    "graphs_with",
    "is_protected",
    "lines_of",
    "refuse_protected",
    "told_by_hand",
    "touches_blank_nodes",
    "write",
]

#: From so many new quads on they go in by bulk load.
_BULK_QUADS = 50_000
_BLANK = re.compile(r"^_:|(?<= )_:\S+ (?:<[^>]*> )?\.$")
_NONE: frozenset[str] = frozenset()


def graphs_with(graphs: Iterable[str]) -> list[str]:
    """Return graphs with all others that belong to the same units, whether they are there or not.

    >>> graphs_with(["urn:c/asserted"])
    ['urn:c', 'urn:c/asserted', 'urn:c/inferred', 'urn:c/provenance']
    """
    units = sorted(set(map(unit_of, graphs)))
    return [each for unit in units for each in (unit, *case_graphs(unit)) if unit_of(each) == unit]


def is_protected(graph: str) -> bool:
    """Tell whether a graph is one that nobody may change by hand.

    >>> is_protected(LEDGER), is_protected("urn:g")
    (True, False)
    """
    return unit_of(graph) in (LEDGER, DEFAULT_GRAPH)


def refuse_protected(graph: str) -> None:
    """Refuse a graph that nobody may change by hand.

    :raises ForbiddenError: if it is the ledger, or would be taken for the default graph.
    """
    unit = unit_of(graph)
    if unit == LEDGER:
        what = "the ledger, which tells of each change, is not changed by hand"
        raise ForbiddenError(what, where=graph, todo="change the cases: the ledger tells of it by itself")
    if unit == DEFAULT_GRAPH:
        what = "no graph may have this name: the ledger calls the default graph so"
        raise ForbiddenError(what, where=graph, todo="leave the graph out to change the default graph")


def lines_of(graph: str, content: Iterable[ox.Triple]) -> set[str]:
    """Return triples as N-Quads lines of a graph, as Oxigraph writes them once they are stored.

    Blank nodes are others than anything else has.
    """
    name = graph_term(graph)
    known: dict[str, ox.BlankNode] = {}
    fresh = (_fresh(each, known) for each in content)
    new = as_stored(ox.Quad(each.subject, each.predicate, each.object, name) for each in fresh)
    return {f"{each} ." for each in new}


def touches_blank_nodes(before: Seen, after: Seen) -> bool:
    """Tell whether a line with a blank node came or went, which cannot be written as text again."""
    return any(
        _has_blank(line) for graph in _changed(before, after) for line in _differing(before, after, graph)
    )


def write(store: EmbeddedStore, before: Seen, after: Seen) -> tuple[str, ...]:
    """Bring graphs from what they hold to what they are to hold; return the units that changed, sorted.

    :param before: what they hold, with all graphs of the same units.
    :param after: what they are to hold; a blank node that is new there is in no other graph of the store.
    :raises ForbiddenError: if one is the ledger, or would be taken for the default graph.
    :raises StoreError: if the store fails.
    """
    units: dict[str, Unit] = {}
    changed: set[str] = set()
    differing = _changed(before, after)
    for graph in differing - {DEFAULT_GRAPH}:
        refuse_protected(graph)
    for unit, graphs in _by_unit(differing).items():
        now = _unit(after, unit)
        if now != _unit(before, unit) or not graphs.isdisjoint(before.there ^ after.there):
            units[unit] = now
            changed |= graphs
    if units:
        told = told_by_hand(store, units)
        if sum(len(after.lines.get(graph, _NONE)) for graph in changed) < _BULK_QUADS:
            store.carry_out(_operations(changed, before, after, told))
        else:
            _rebuild(store, changed, before, after, told)
    return tuple(sorted(units))


def told_by_hand(store: EmbeddedStore, units: Mapping[str, Unit]) -> str:
    """Return what the ledger is to tell of units that were edited, as N-Quads.

    One that is again what it was before all edits has no mark.

    :raises StoreError: if the store fails.
    """
    before = digests_before_edits(store, units)
    by_hand = {unit for unit, each in units.items() if before.get(unit, "") != each.digest}
    return ledger_lines(generation(store) + 1, units, {}, by_hand)


def _operations(changed: Iterable[str], before: Seen, after: Seen, told: str) -> str:
    """Return one SPARQL update that does it all."""
    operations, new = [], [_data(LEDGER, told.splitlines())]
    for graph in sorted(changed):
        old, lines = before.lines.get(graph, _NONE), after.lines.get(graph, _NONE)
        gone, come = old - lines, lines - old
        if graph in before.there - after.there or (old and not lines) or any(map(_has_blank, gone)):
            operations.append(_emptied(graph, drop=graph not in after.there))
            gone, come = _NONE, lines
        if gone:
            operations.append(f"DELETE DATA {{\n{_data(graph, gone)}}}")
        if come:
            new.append(_data(graph, come))
        elif graph in after.there:
            operations.append(f"CREATE SILENT GRAPH <{graph}>")
    return " ;\n".join([*operations, f"INSERT DATA {{\n{''.join(new)}}}"])


def _rebuild(store: EmbeddedStore, changed: Iterable[str], before: Seen, after: Seen, told: str) -> None:
    """Do it in a copy that takes the place of the store: many quads go in much faster so."""

    def fill(copy: EmbeddedStore) -> None:
        emptied = [each for each in sorted(changed) if each in before.lines or each in before.there]
        drops = [_emptied(each, drop=each not in after.there) for each in emptied]
        copy.carry_out(" ;\n".join(drops))
        lines = (line for graph in changed for line in after.lines.get(graph, _NONE))
        copy.bulk_load(BytesIO("".join((*(f"{line}\n" for line in lines), told)).encode()))

    store.rebuild(fill)


def _emptied(graph: str, *, drop: bool) -> str:
    if graph == DEFAULT_GRAPH:
        return "CLEAR DEFAULT"
    return f"{'DROP' if drop else 'CLEAR'} SILENT GRAPH <{graph}>"


def _data(graph: str, lines: Iterable[str]) -> str:
    """Return lines of a graph as SPARQL has them between the braces of INSERT DATA."""
    if graph == DEFAULT_GRAPH:
        return "".join(f"{line}\n" for line in lines)
    end = len(f" <{graph}> .")
    inside = "".join(f"{line[:-end]} .\n" for line in lines)
    return f"GRAPH <{graph}> {{\n{inside}}}\n"


def _changed(before: Seen, after: Seen) -> set[str]:
    """Return the graphs whose lines are others now, or that came or went."""
    graphs = before.lines.keys() | after.lines.keys()
    return {each for each in graphs if _differing(before, after, each)} | before.there ^ after.there


def _differing(before: Seen, after: Seen, graph: str) -> set[str]:
    return before.lines.get(graph, set()) ^ after.lines.get(graph, set())


def _by_unit(graphs: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for graph in graphs:
        found.setdefault(unit_of(graph), set()).add(graph)
    return found


def _unit(seen: Seen, unit: str) -> Unit:
    found = unit_of_lines({graph: lines for graph, lines in seen.lines.items() if unit_of(graph) == unit})
    return found if found.quads else GONE


def _has_blank(line: str) -> bool:
    return bool(_BLANK.search(line)) or ("<<(" in line and "_:" in line)


def _fresh(triple: ox.Triple, known: dict[str, ox.BlankNode]) -> ox.Triple:
    """Return a triple with blank nodes of its own."""
    if "_:" not in str(triple):
        return triple
    subject, value = triple.subject, triple.object
    if isinstance(subject, ox.BlankNode):
        subject = known.setdefault(subject.value, ox.BlankNode())
    if isinstance(value, ox.BlankNode):
        value = known.setdefault(value.value, ox.BlankNode())
    elif isinstance(value, ox.Triple):
        value = _fresh(value, known)
    return ox.Triple(subject, triple.predicate, value)
