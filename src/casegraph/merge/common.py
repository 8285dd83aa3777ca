"""What merged documents need of the graphs that cases share: publications, data sets, and names of terms.

A need is a statement that is in such a graph for the sake of a document and that was not there without any.
Several documents may need the same, and may call a term differently: what then stands in the graph is made of
all their needs, so that neither the order in which they came nor one that is taken out makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from casegraph.ingest.mapping import Mapped
from casegraph.ingest.putting import ADDED, UNRESOLVED
from casegraph.ingest.unresolved import unresolved_triples
from casegraph.merge.foreign import FOREIGN
from casegraph.merge.merged import MERGED
from casegraph.namespaces import CG, PREFIXES
from casegraph.store import Store

__all__ = ["Need", "graphs_of", "needed_lines", "needs_in", "needs_of", "not_satisfied", "text_of"]

_RDF, _LABEL = PREFIXES["rdf"], f"{PREFIXES['rdfs']}label"
_ALSO = f"{PREFIXES['skos']}altLabel"
#: Properties of which a subject may have any number.
_MANY = frozenset({f"{_RDF}type", _ALSO})


class Need(NamedTuple):
    """A statement in a graph, its terms as N-Triples writes them."""

    graph: str
    subject: str
    predicate: str
    value: str

    @property
    def slot(self) -> tuple[str, ...]:
        """What there can be one of: a subject with a property; where there can be many, the statement."""
        many = self.graph == ADDED or self.predicate[1:-1] in _MANY
        return self if many else self[:3]


def needs_of(mapped: Iterable[Mapped]) -> set[Need]:
    """Return all that cases need of the graphs that they share."""
    found: set[Need] = set()
    for each in mapped:
        for graph, lines in each.shared.items():
            found.update(_needs(graph, "".join(lines)))
        found.update(_needs(ADDED, each.added))
        found.update(_needs(UNRESOLVED, unresolved_triples(each.unresolved, each.other_names)))
    return found


def _needs(graph: str, ntriples: str) -> Iterator[Need]:
    for triple in ox.parse(ntriples.encode(), format=ox.RdfFormat.N_TRIPLES):
        yield Need(graph, str(triple.subject), str(triple.predicate), str(triple.object))


def needs_in(store: Store) -> dict[str, set[Need]]:
    """Return what the documents of a store need, by their hashes.

    :raises StoreError: if the store fails.
    """
    asked = f"""CONSTRUCT {{ ?document <{CG}bringsStatement> ?said . ?said ?property ?value }} {{
      GRAPH ?graph {{ ?document <{CG}bringsStatement> ?said . ?said ?property ?value }}
      FILTER(STRSTARTS(STR(?graph), "{MERGED}")) }}"""
    answer = store.query(asked, union=False)
    parts: dict[str, dict[str, str]] = {}
    owners: dict[str, list[str]] = {}
    for triple in answer if isinstance(answer, ox.QueryTriples) else ():
        subject, name = str(triple.subject), triple.predicate.value
        if name == f"{CG}bringsStatement":
            owners.setdefault(subject[1:-1].removeprefix(FOREIGN), []).append(str(triple.object))
        else:
            parts.setdefault(subject, {})[name] = str(triple.object)
    names = (f"{_RDF}subject", f"{_RDF}predicate", f"{_RDF}object")
    return {
        owner: {
            Need(parts[each][f"{CG}inGraph"][1:-1], *(parts[each][name] for name in names)) for each in said
        }
        for owner, said in owners.items()
    }


def not_satisfied(needs: Iterable[Need], base: set[Need]) -> set[Need]:
    """Return the needs that the graphs do not meet without any merged document.

    Where they call a term otherwise, the name is needed as another name of it.
    """
    slots = {each.slot: each for each in base}
    found: set[Need] = set()
    for need in needs:
        there = slots.get(need.slot)
        if there is None:
            found.add(need)
        elif _is_name(need) and there.value.casefold() != need.value.casefold():
            also = need._replace(predicate=f"<{_ALSO}>")
            found |= {also} - base
    return found


def needed_lines(needs: Iterable[Need]) -> set[Need]:
    """Return what stands in the graphs for the needs of all documents: the first of several, by its text."""
    slots: dict[tuple[str, ...], list[Need]] = {}
    for need in set(needs):
        slots.setdefault(need.slot, []).append(need)
    found: set[Need] = set()
    for several in slots.values():
        first, *others = sorted(several)
        found.add(first)
        for other in others:
            if _is_name(other) and other.value.casefold() != first.value.casefold():
                found.add(other._replace(predicate=f"<{_ALSO}>"))
    return found


def _is_name(need: Need) -> bool:
    return need.graph == UNRESOLVED and need.predicate == f"<{_LABEL}>"


def graphs_of(store: Store, graphs: Iterable[str]) -> set[Need]:
    """Return what stands in graphs.

    :raises StoreError: if the store fails.
    """
    found: set[Need] = set()
    for graph in sorted(set(graphs)):
        asked = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        answer = store.query(asked, union=False)
        for each in answer if isinstance(answer, ox.QueryTriples) else ():
            found.add(Need(graph, str(each.subject), str(each.predicate), str(each.object)))
    return found


def text_of(lines: Iterable[Need]) -> Mapping[str, str]:
    """Return graph -> its N-Quads."""
    found: dict[str, list[str]] = {}
    for each in sorted(lines):
        line = f"{each.subject} {each.predicate} {each.value} <{each.graph}> .\n"
        found.setdefault(each.graph, []).append(line)
    return {graph: "".join(every) for graph, every in found.items()}
