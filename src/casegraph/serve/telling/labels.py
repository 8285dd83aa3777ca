"""What IRIs are called, for those who read them: label, short name, and where this server tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import pyoxigraph as ox

from casegraph.namespaces import BASE, CG, PREFIXES, compact
from casegraph.rows import Rows
from casegraph.serve.telling.service import Service
from casegraph.store import Store
from casegraph.store.syntax import named
from casegraph.terms import Terms

__all__ = ["Named", "names_of"]

_TITLE: Final = f"<{PREFIXES['dcterms']}title>"
_OF_REPORT: Final = f"""
SELECT ?me (MIN(?title) AS ?label) {{ VALUES ?me {{ %s }}
  {{ GRAPH ?me {{ ?me {_TITLE} ?title }} }}
  UNION {{ GRAPH ?g {{ ?me <{CG}reportedIn> ?report }} GRAPH ?report {{ ?report {_TITLE} ?title }} }}
}} GROUP BY ?me"""
_OF_OTHERS: Final = f"""
SELECT ?me (MIN(?said) AS ?label) {{
  VALUES ?me {{ %s }} GRAPH ?g {{ ?me <{PREFIXES["rdfs"]}label> ?said }} }} GROUP BY ?me"""
_KINDS: Final = f"""
SELECT DISTINCT ?me ?kind {{
  VALUES ?me {{ %s }} GRAPH ?g {{ ?me a ?kind }} FILTER(STRSTARTS(STR(?kind), "{CG}")) }}"""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What an IRI is called.

    :param label: empty where nobody gave it one.
    :param short: as a CURIE where a prefix is known; of what is ours, what comes behind the common beginning.
    :param link: where this server, or else the web, tells of it; empty where neither does.
    """

    label: str
    short: str
    link: str


def names_of(store: Store, service: Service, terms: Terms, iris: Sequence[str]) -> dict[str, Named]:
    """Return what some IRIs are called.

    A term has its label; a case, a group or a report the title of the report; a claim its kind. What else has
    a label in the store has that.

    :param iris: absolute.
    :raises InputError: if one is no IRI.
    :raises StoreError: if the store fails.
    """
    known = {iri: label for iri in iris if (label := terms.plain(iri))}
    open_ = [iri for iri in iris if iri not in known]
    for asked in (_OF_REPORT, _OF_OTHERS):
        known |= _asked(store, asked, [iri for iri in open_ if iri not in known])
    known |= _kinds(store, terms, [iri for iri in open_ if iri not in known])
    return {iri: Named(label=known.get(iri, ""), short=_short(iri), link=_link(service, iri)) for iri in iris}


def _asked(store: Store, query: str, iris: Iterable[str]) -> dict[str, str]:
    if not (nodes := " ".join(str(named(each)) for each in iris)):
        return {}
    found = Rows.read(store.query(query % nodes, union=False)).rows
    return {me.value: label.value for me, label in found if isinstance(label, ox.Literal) and me is not None}


def _kinds(store: Store, terms: Terms, iris: Iterable[str]) -> dict[str, str]:
    """Return the label of the narrowest class of casegraph that each is of."""
    if not (nodes := " ".join(str(named(each)) for each in iris)):
        return {}
    found: dict[str, list[str]] = {}
    for me, kind in Rows.read(store.query(_KINDS % nodes, union=False)).rows:
        if me is not None and kind is not None:
            found.setdefault(me.value, []).append(kind.value)
    narrowest = {
        iri: max(sorted(kinds), key=lambda kind: len(terms.above(kind))) for iri, kinds in found.items()
    }
    return {iri: label for iri, kind in narrowest.items() if (label := terms.plain(kind))}


def _short(iri: str) -> str:
    found = compact(iri)
    return iri.removeprefix(BASE) if found == iri else found


def _link(service: Service, iri: str) -> str:
    address = service.address(iri)
    return address if address.startswith(("http://", "https://")) else ""
