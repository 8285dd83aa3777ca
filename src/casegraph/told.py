"""Adds to the vocabulary what the records of a store call the terms that no vocabulary knows."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Set
from dataclasses import replace

from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.terms import Terms, all_terms

__all__ = ["told_names", "told_quads", "with_told"]

_UNRESOLVED = BASE + "ontology/unresolved"

#: Sorted and put together here: that takes the store four times as long.
_TOLD = f"SELECT ?term ?property ?value {{ GRAPH <{_UNRESOLVED}> {{ ?term ?property ?value }} }}"
_TYPE, _LABEL, _OTHER = PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "altLabel"
_MOST_OTHERS = 3


def told_names(store: Store) -> dict[str, tuple[str, ...]]:
    """Return the terms of a store that no vocabulary knew, as IRI -> what records call it, its label first.

    :raises StoreError: if the store fails.
    """
    told: dict[str, dict[str, set[str]]] = {_TYPE: {}, _LABEL: {}, _OTHER: {}}
    for row in Rows.read(store.query(_TOLD, union=False)):
        if (values := told.get(str(row["property"]))) is not None:
            values.setdefault(str(row["term"]), set()).add(str(row["value"]))
    unknown = sorted(term for term, types in told[_TYPE].items() if f"{CG}UnresolvedConcept" in types)
    return {
        term: tuple(
            dict.fromkeys(name for each in (_LABEL, _OTHER) for name in sorted(told[each].get(term, ())))
        )
        for term in unknown
    }


def told_quads(store: Store, terms: Set[str]) -> str:
    """Return what a store tells of those of some terms that no vocabulary knew, as N-Quads.

    :param terms: their IRIs, and those of any other terms.
    :raises StoreError: if the store fails.
    """
    lines = store.dump(_UNRESOLVED)
    return "".join(f"{line}\n" for line in lines if line[1 : line.index(">")] in terms)


def with_told(store: Store, terms: Terms | None = None) -> Terms:
    """Return a vocabulary with the terms that only the records of a store tell of; its own labels win.

    :param terms: None is all at hand.
    :raises StoreError: if the store fails.
    """
    known = all_terms() if terms is None else terms
    told = told_names(store)
    labels = ChainMap(known.labels, {iri: _shown(names) for iri, names in told.items() if names})  # type: ignore[arg-type]  # only ever read
    return replace(known, labels=labels, told=told, _by_name={}, _children={})


def _shown(names: tuple[str, ...]) -> str:
    """Return the label of a term, with the other names that records have for it.

    >>> _shown(("seizure",)), _shown(("seizure", "tremor"))
    ('seizure', 'seizure (also called tremor)')
    """
    label, *others = names
    more = ", ..." if len(others) > _MOST_OTHERS else ""
    return f"{label} (also called {', '.join(others[:_MOST_OTHERS])}{more})" if others else label
