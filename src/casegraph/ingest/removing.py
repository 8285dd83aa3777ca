"""Takes reports, cases of data sets and whole data sets out of a store, and nothing that others need."""

from __future__ import annotations

import pyoxigraph as ox

from casegraph.ingest.putting import graphs_of_report
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.ledger import case_graphs, commit
from casegraph.triples.asserted import SHARED_OF_REPORT

__all__ = ["remove"]

_DATASET = f"{BASE}dataset/"
_IN_DATASET = f"{PREFIXES['void']}inDataset"


def remove(store: Store, iri: str) -> tuple[str, ...]:
    """Take a report or a data set with all its cases, or one case of a data set, out of a store.

    What a report is known by stays while cases of data sets tell of it; it goes with the last of them.

    :param iri: the IRI of the report, of the data set, or of the case of a data set.
    :return: the graphs that were removed, sorted; empty if there was nothing.
    :raises StoreError: if the store fails.
    """
    if not iri.startswith((_DATASET, f"{BASE}case/")):
        return _remove_report(store, iri)
    cases = _cases(
        store, f"?record <{_IN_DATASET}> <{iri}>" if iri.startswith(_DATASET) else f"FILTER(?case = <{iri}>)"
    )
    graphs = [graph for case in cases for graph in case_graphs(case)]
    sources = {each for told in cases.values() for each in told}
    there = set(store.graphs())
    commit(store, graphs, "")
    orphans = [each for each in sorted(sources) if not _is_told_of(store, each)]
    commit(store, orphans, "")
    return tuple(sorted(there.intersection((*graphs, *orphans))))


def _remove_report(store: Store, report: str) -> tuple[str, ...]:
    graphs = graphs_of_report(store, report)
    if not _is_told_of_by_records(store, report):
        commit(store, graphs, "")
        return graphs
    known = store.query(
        f"CONSTRUCT {{ <{report}> ?p ?o }} {{ GRAPH <{report}> {{ <{report}> ?p ?o }} }}", union=False
    )
    kept = known if isinstance(known, ox.QueryTriples) else ()
    lines = (f"{each} <{report}> .\n" for each in kept if each.predicate.value in SHARED_OF_REPORT)
    commit(store, graphs, "".join(lines))
    return tuple(each for each in graphs if each != report)


def _cases(store: Store, which: str) -> dict[str, tuple[str, ...]]:
    """Return cases of data sets, and for each its publication and its data set."""
    asked = (
        f"SELECT ?case ?report ?dataset {{ GRAPH ?g {{ ?case <{CG}reportedIn> ?report . "
        f"?record <{_IN_DATASET}> ?dataset . {which} }} }}"
    )
    rows = Rows.read(store.query(asked, union=False))
    return {str(row["case"]): (str(row["report"]), str(row["dataset"])) for row in rows}


def _is_told_of(store: Store, source: str) -> bool:
    told = f"{{ ?s <{CG}reportedIn> <{source}> }} UNION {{ ?s <{_IN_DATASET}> <{source}> }}"
    return bool(store.query(f"ASK {{ GRAPH ?g {{ {told} }} }}", union=False))


def _is_told_of_by_records(store: Store, report: str) -> bool:
    told = f"?case <{CG}reportedIn> <{report}> . ?record <{CG}recordId> ?id"
    return bool(store.query(f"ASK {{ GRAPH ?g {{ {told} }} }}", union=False))
