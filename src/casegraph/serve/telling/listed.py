"""The cases, groups or reports of a store, a page of them at a time: IRI, label, and address here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
import pyoxigraph as ox

from casegraph.namespaces import CG, PREFIXES
from casegraph.rows import Rows
from casegraph.serve.telling.service import Service
from casegraph.serve.telling.statements import iri, statements
from casegraph.store import Store
from casegraph.store.syntax import named

__all__ = ["LISTS", "Entry", "entries_of", "entry_triples"]

#: first part of a path -> the class of what is listed there.
LISTS: Final = {"cases": "Case", "groups": "Group", "reports": "CaseReport"}
_IN_ANY = f"SELECT DISTINCT ?me {{ GRAPH ?g {{ ?me a <{CG}%s> }} }}"
#: A report is in the graph of its name; another one may be mentioned elsewhere.
_IN_ITS_OWN = f"SELECT DISTINCT ?me {{ GRAPH ?me {{ ?me a <{CG}%s> }} }}"
_TITLED = f"GRAPH ?report {{ ?report <{PREFIXES['dcterms']}title> ?title }}"
_TITLES = f"SELECT ?report (MIN(?title) AS ?label) {{ VALUES ?report {{ %s }} {_TITLED} }} GROUP BY ?report"
_TITLES_OF_REPORTS = f"""SELECT ?me (MIN(?title) AS ?label) {{
  VALUES ?me {{ %s }} GRAPH ?g {{ ?me <{CG}reportedIn> ?report }} {_TITLED} }} GROUP BY ?me"""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A case, a group or a report in the list of them.

    :param label: the title of the report; empty where it has none.
    :param link: where this server tells of it.
    """

    iri: str
    label: str
    link: str


def entries_of(store: Store, service: Service, kind: str, limit: int, offset: int) -> list[Entry]:
    """Return some of those of a kind, by IRI.

    :param kind: one of :data:`LISTS`.
    :param limit: how many at most.
    :param offset: how many come before.
    :raises StoreError: if the store fails.
    """
    asked = (_IN_ITS_OWN if kind == "reports" else _IN_ANY) % LISTS[kind]
    answer = store.query(asked, union=False)
    nodes = (row["me"] for row in answer)  # type: ignore[union-attr]  # a SELECT gives rows
    every = sorted(node.value for node in nodes if isinstance(node, ox.NamedNode))  # Oxigraph sorts slowly
    page = every[offset : offset + limit]
    titles = _titles(store, kind, page)
    return [Entry(iri=each, label=titles.get(each, ""), link=service.address(each)) for each in page]


def _titles(store: Store, kind: str, iris: Iterable[str]) -> dict[str, str]:
    """Return the titles of reports, or of those that cases and groups are reported in."""
    asked = _TITLES if kind == "reports" else _TITLES_OF_REPORTS
    answer = store.query(asked % " ".join(str(named(each)) for each in iris), union=False)
    found = Rows.read(answer).rows
    return {me.value: label.value for me, label in found if isinstance(label, ox.Literal) and me is not None}


def entry_triples(kind: str, entries: Iterable[Entry]) -> list[ox.Triple]:
    """Return what a list tells, as RDF."""
    return [
        triple
        for each in entries
        for triple in statements(
            ox.NamedNode(each.iri),
            ("rdf:type", iri(f"cg:{LISTS[kind]}")),
            *((("rdfs:label", each.label),) if each.label else ()),
            ("rdfs:seeAlso", ox.NamedNode(each.link)),
        )
    ]
