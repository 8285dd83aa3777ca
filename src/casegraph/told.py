"""Adds to the vocabulary what the records of a store call the terms that no vocabulary knows."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import replace

from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.terms import Terms, all_terms

__all__ = ["told_labels", "with_told"]

_TOLD = f"""
SELECT ?term ?label {{ GRAPH <{BASE}ontology/unresolved> {{
  ?term a <{CG}UnresolvedConcept> OPTIONAL {{ ?term <{PREFIXES["rdfs"]}label> ?label }}
}} }} ORDER BY ?term ?label"""


def told_labels(store: Store) -> dict[str, str]:
    """Return the terms of a store that no vocabulary knew, as IRI -> what records call it; else empty.

    :raises StoreError: if the store fails.
    """
    rows = Rows.read(store.query(_TOLD, union=False))
    return {str(row["term"]): str(row["label"] or "") for row in rows}


def with_told(store: Store, terms: Terms | None = None) -> Terms:
    """Return a vocabulary with the terms that only the records of a store tell of; its own labels win.

    :param terms: None is all at hand.
    :raises StoreError: if the store fails.
    """
    known = all_terms() if terms is None else terms
    told = told_labels(store)
    labels = ChainMap(known.labels, {iri: label for iri, label in told.items() if label})  # type: ignore[arg-type]  # only ever read
    return replace(known, labels=labels, told=told, _by_name={}, _children={})
