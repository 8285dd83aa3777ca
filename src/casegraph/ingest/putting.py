"""Puts quads into a store: the graphs of a report and its cases, and what cases share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pyoxigraph as ox

from casegraph.ingest.mapping import Mapped
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.reason import ontology_ntriples
from casegraph.resources import ontology_digest
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.ledger import Content, case_graphs, commit, current_digests, unit_of

__all__ = [
    "ADDED",
    "UNRESOLVED",
    "graphs_before",
    "graphs_of_report",
    "grown",
    "ontology_content",
    "put_ontology",
]

_ONTOLOGY = BASE + "ontology"
#: The graph of what cases name out of added vocabularies.
ADDED = BASE + "ontology/added"
#: The graph of what records name and no vocabulary knew when they were loaded.
UNRESOLVED = BASE + "ontology/unresolved"
_END = " .\n"


def grown(store: Store, graph: str, new: str, gone: Callable[[str], bool] | None = None) -> str | None:
    """Return what a graph that cases share is to hold, with new N-Triples; None if it holds just that.

    :param gone: whether what is said of a term, by its IRI, is no longer so.
    """
    known = store.query(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", union=False)
    lines = {f"{triple}{_END}" for triple in known} if isinstance(known, ox.QueryTriples) else set[str]()
    kept = {line for line in lines if gone is None or not gone(line[1 : line.index(">")])}
    wanted = kept | {f"{line}\n" for line in new.split("\n") if line}
    if wanted == lines:
        return None
    return "".join(f"{line[: -len(_END)]} <{graph}>{_END}" for line in sorted(wanted))


def graphs_before(store: Store, mapped: Mapped) -> tuple[str, ...]:
    """Return the graphs that hold a document or a record now, or can."""
    return case_graphs(mapped.iri) if mapped.record else graphs_of_report(store, mapped.iri)


def graphs_of_report(store: Store, report: str) -> tuple[str, ...]:
    """Return the graphs that hold a report now, also those of cases that its new version lacks.

    The cases of data sets that tell of the same publication are not its own and are left alone.
    """
    me = ox.NamedNode(report)
    record = f"FILTER NOT EXISTS {{ GRAPH ?graph {{ ?record <{CG}recordId> ?id }} }}"
    reported = f"SELECT ?graph {{ GRAPH ?graph {{ ?subject <{CG}reportedIn> {me} }} {record} }}"
    answer = store.query(reported, union=False)
    asserted = [str(row["graph"]) for row in Rows.read(answer)]
    held = store.query(f"ASK {{ GRAPH {me} {{ ?s ?p ?o }} }}", union=False)
    graphs = {graph for each in asserted for graph in case_graphs(unit_of(each))}
    return tuple(sorted(graphs | ({report} if held else set())))


def put_ontology(store: Store) -> None:
    """Put the shipped ontology into its graph, unless this very version is there."""
    if (content := ontology_content(store)) is not None:
        commit(store, [_ONTOLOGY], content)


def ontology_content(store: Store) -> Content | None:
    """Return the graph of the shipped ontology; None if this very version is there, and nobody edited it.

    :raises StoreError: if the store fails.
    """
    known = store.query(f"ASK {{ GRAPH <{_ONTOLOGY}> {{ {_mark()} }} }}", union=False)
    if not known:
        return _ontology()
    is_edited = current_digests(store, [_ONTOLOGY], of_documents=True).get(_ONTOLOGY) == ""
    return _ontology() if is_edited else None


def _mark() -> str:
    return f'<{_ONTOLOGY}> <{PREFIXES["dcterms"]}identifier> "sha256:{ontology_digest()}"'


@cache
def _ontology() -> Content:
    triples = ox.parse(f"{ontology_ntriples()}{_mark()} .\n".encode(), format=ox.RdfFormat.N_TRIPLES)
    graph = ox.NamedNode(_ONTOLOGY)
    quads = (ox.Quad(each.subject, each.predicate, each.object, graph) for each in triples)
    return Content.of("".join(f"{quad} .\n" for quad in quads))
