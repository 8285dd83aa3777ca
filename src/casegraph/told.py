"""Adds to the vocabulary what the records of a store call the terms that no vocabulary knows."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Set
from dataclasses import replace

from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.terms import Terms, all_terms

__all__ = ["told_labels", "told_quads", "with_told"]

_UNRESOLVED = BASE + "ontology/unresolved"

_TOLD = f"""
SELECT ?term ?label ?other {{ GRAPH <{_UNRESOLVED}> {{
  ?term a <{CG}UnresolvedConcept>
  OPTIONAL {{ ?term <{PREFIXES["rdfs"]}label> ?label }}
  OPTIONAL {{ ?term <{PREFIXES["skos"]}altLabel> ?other }}
}} }} ORDER BY ?term ?label ?other"""
_MOST_OTHERS = 3


def told_labels(store: Store) -> dict[str, str]:
    """Return the terms of a store that no vocabulary knew, as IRI -> what records call it; else empty.

    :raises StoreError: if the store fails.
    """
    rows = Rows.read(store.query(_TOLD, union=False))
    return {str(row["term"]): str(row["label"] or "") for row in rows}


def told_quads(store: Store, terms: Set[str]) -> str:
    """Return what a store tells of those of some terms that no vocabulary knew, as N-Quads.

    :param terms: their IRIs, and those of any other terms.
    :raises StoreError: if the store fails.
    """
    lines = store.dump(_UNRESOLVED)
    return "".join(f"{line}\n" for line in lines if line[1 : line.index(">")] in terms)


def _shown_labels(store: Store) -> dict[str, str]:
    """Return what :func:`told_labels` does, with what other records call a term beside it."""
    shown: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for row in Rows.read(store.query(_TOLD, union=False)):
        shown[str(row["term"])] = str(row["label"] or "")
        if row["other"]:
            others.setdefault(str(row["term"]), []).append(str(row["other"]))
    for term, called in others.items():
        more = ", ..." if len(called) > _MOST_OTHERS else ""
        shown[term] += f" (also called {', '.join(called[:_MOST_OTHERS])}{more})"
    return shown


def with_told(store: Store, terms: Terms | None = None) -> Terms:
    """Return a vocabulary with the terms that only the records of a store tell of; its own labels win.

    :param terms: None is all at hand.
    :raises StoreError: if the store fails.
    """
    known = all_terms() if terms is None else terms
    told = _shown_labels(store)
    labels = ChainMap(known.labels, {iri: label for iri, label in told.items() if label})  # type: ignore[arg-type]  # only ever read
    return replace(known, labels=labels, told=told, _by_name={}, _children={})
