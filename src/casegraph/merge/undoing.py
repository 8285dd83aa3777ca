"""Takes merged documents and links out of a store again, and all that is there because of them alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain

from casegraph.errors import InputError
from casegraph.merge.beside import Beside
from casegraph.merge.common import graphs_of, needed_lines, needs_in, text_of
from casegraph.merge.foreign import FOREIGN
from casegraph.merge.keeping import linked_patients
from casegraph.merge.merged import (
    LEAST_DIGITS,
    MERGED,
    Link,
    MergedDocument,
    find_document,
    find_link,
    links,
    merged_documents,
)
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import LEDGER, Store
from casegraph.store.ledger import case_graphs, commit

__all__ = ["Undone", "undo"]

_ONTOLOGY = f"{BASE}ontology"
_SUBJECTS = (f"{BASE}case/", f"{BASE}group/")


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken out: documents by their hashes, links by their IRIs, and how many cases and groups."""

    documents: tuple[str, ...]
    links: tuple[str, ...]
    cases: int


def undo(store: Store, names: Iterable[str] | None = None) -> Undone:
    """Take documents and links out, in one transaction; the ledger tells of it, and keeps who decided what.

    A case that was loaded anew since, or that another merged document brings too, stays.

    :param names: the whole name of a document, or at least 8 digits of the hash of a document or a link; None
        is all.
    :raises InputError: if the store has nothing of such a name, or several.
    :raises StoreError: if the store fails.
    """
    with store.turn():
        documents, every = merged_documents(store), links(store)
        gone, cut = (documents, every) if names is None else _named(names, documents, every)
        stay = [each for each in documents if each not in gone]
        units = _units(store, gone, stay)
        cut = tuple(each for each in every if each in cut or not units.isdisjoint(each.between))
        graphs = [*_graphs(store, gone, units), *(each.iri for each in cut)]
        common = _common(store, {each.hash for each in gone}, units)
        kept = [each.between for each in every if each not in cut and each.decision == "same-patient"]
        patients = linked_patients(Beside(store, ()), kept, {})
        commit(store, [*graphs, *common, *patients.graphs], "".join((*common.values(), patients.text)))
    cases = sum(each.startswith(_SUBJECTS) for each in units)
    return Undone(tuple(each.hash for each in gone), tuple(each.iri for each in cut), cases)


def _named(
    names: Iterable[str], documents: tuple[MergedDocument, ...], every: tuple[Link, ...]
) -> tuple[tuple[MergedDocument, ...], tuple[Link, ...]]:
    gone: list[MergedDocument] = []
    cut: list[Link] = []
    for name in names:
        document, link = find_document(documents, name), find_link(every, name)
        if document is None and link is None:
            todo = "casegraph merge list has those that there are"
            wanted = f"the whole name of a document, or an id, {LEAST_DIGITS} digits of it at least"
            raise InputError(f"nothing merged is called {name!r}", expected=wanted, todo=todo)
        if document is not None and link is not None:
            raise InputError(f"{name!r} means a document and a link", expected="more of its hash")
        gone += [document] if document else []
        cut += [link] if link else []
    return tuple(dict.fromkeys(gone)), tuple(dict.fromkeys(cut))


def _units(store: Store, gone: Collection[MergedDocument], stay: Iterable[MergedDocument]) -> set[str]:
    """Return what documents brought and nothing else needs."""
    needed = {unit for each in stay for unit in each.brings}
    units = {unit for each in gone for unit in each.brings} - needed
    units -= _loaded_since(store, units)
    if _ONTOLOGY in units:
        cases = {graph.removesuffix("/asserted") for graph in store.graphs() if graph.endswith("/asserted")}
        units -= {_ONTOLOGY} if cases - units else set()
    return units


def _loaded_since(store: Store, units: Collection[str]) -> set[str]:
    """Return the cases that were last written by a load, even one cut off before it noted that they stay.

    A load does not write what it finds unchanged: :func:`casegraph.merge.keeping.keep_loaded` notes that.
    """
    asked = f"""SELECT ?unit ?digest {{ GRAPH <{LEDGER}> {{
      ?entry <{CG}entryOf> ?unit ; <{CG}sourceDigest> ?digest ; <{CG}contentDigest> ?content ;
        <{PREFIXES["prov"]}wasGeneratedBy>/<{CG}generation> ?number }} }} ORDER BY ?number"""
    last = {str(row["unit"]): str(row["digest"]) for row in Rows.read(store.query(asked, union=False))}
    merged = _ever_merged(store)
    return {unit for unit in units if unit in last and last[unit] not in merged}


def _ever_merged(store: Store) -> set[str]:
    """Return the hashes of all documents that were merged at any time, also of those that are gone."""
    asked = f"""SELECT DISTINCT ?unit {{ GRAPH <{LEDGER}> {{ ?entry <{CG}entryOf> ?unit }}
      FILTER(STRSTARTS(STR(?unit), "{MERGED}")) }}"""
    return {str(row["unit"]).removeprefix(MERGED) for row in Rows.read(store.query(asked, union=False))}


def _graphs(store: Store, gone: Iterable[MergedDocument], units: Iterable[str]) -> list[str]:
    starts = tuple(f"{FOREIGN}{each.hash}" for each in gone)
    described = [f"{MERGED}{each.hash}" for each in gone]
    own = [
        graph for unit in units for graph in (case_graphs(unit) if unit.startswith(_SUBJECTS) else (unit,))
    ]
    return [*(graph for graph in store.graphs() if starts and graph.startswith(starts)), *described, *own]


def _common(store: Store, gone: set[str], units: set[str]) -> dict[str, str]:
    """Return the graphs that cases share as they are to be; empty for one that goes."""
    needs = needs_in(store)
    before = needed_lines(chain.from_iterable(needs.values()))
    after = needed_lines(chain.from_iterable(told for owner, told in needs.items() if owner not in gone))
    graphs = {each.graph for each in before ^ after}
    dropped = {each.subject for each in before - after}
    used = _used(store, dropped - {each.subject for each in after}, units)
    kept = {each for each in before - after if each.subject in used}
    wanted = (
        (graphs_of(store, graphs) - (before - after))
        | kept
        | {each for each in after if each.graph in graphs}
    )
    return {**dict.fromkeys(graphs, ""), **text_of(wanted)}


def _used(store: Store, terms: Iterable[str], units: set[str]) -> set[str]:
    """Return the terms, reports and data sets that cases beside those that go are about."""
    found: set[str] = set()
    for term in sorted(terms):
        asked = f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p {term} }} FILTER(STRENDS(STR(?g), '/asserted')) }}"
        graphs = {str(row["g"]) for row in Rows.read(store.query(asked, union=False))}
        if any(graph.removesuffix("/asserted") not in units for graph in graphs):
            found.add(term)
    return found
