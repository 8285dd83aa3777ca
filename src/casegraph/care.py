"""Scores the cases of a document by the CARE reporting checklist: what is reported, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pyoxigraph as ox

from casegraph.model import CaseDocument
from casegraph.namespaces import PREFIXES
from casegraph.query import get_query
from casegraph.resources import shipped
from casegraph.rows import PythonValue, Rows
from casegraph.rules import data_with_hierarchy
from casegraph.terms import Terms
from casegraph.triples import asserted_quads

__all__ = ["STATES", "Item", "Score", "State", "score", "score_quads"]

State = Literal["reported", "not reported", "not captured"]
STATES: tuple[State, ...] = ("reported", "not reported", "not captured")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist for one case.

    :param number: its number in the checklist, such as ``9b``.
    :param label: what it asks for, in a few words.
    :param state: *not reported* is the paper's silence, *not captured* that of a paper not read whole.
    :param evidence: the keys of the claims that show it, or the values themselves; sorted.
    :param field: where it stands in a case document.
    """

    number: str
    label: str
    state: State
    evidence: tuple[str, ...]
    field: str

    @property
    def todo(self) -> str:
        """What a curator can do about it; empty where it is reported."""
        steps = {
            "reported": "",
            "not reported": f"not in the paper as it was read; if a second look finds it: {self.field}",
            "not captured": f"read the rest of the paper for it: {self.field}",
        }
        return steps[self.state]


@dataclass(frozen=True, slots=True)
class Score:
    """The items of one case in the order of the checklist, and how much of the paper was read."""

    case: str
    extent: str
    items: tuple[Item, ...]

    def count(self, state: State) -> int:
        """Return how many items have a state."""
        return sum(item.state == state for item in self.items)

    @property
    def share(self) -> float | None:
        """The reported items among those that can be known, from 0 to 1; None where nothing can be."""
        known = self.count("reported") + self.count("not reported")
        return self.count("reported") / known if known else None


def score(document: CaseDocument, terms: Terms) -> tuple[Score, ...]:
    """Return the score of each case of a document; groups have none, for a group is no patient.

    :raises InputError: if the report has no identifier.

    >>> from casegraph.loaders import read_document
    >>> from casegraph.terms import shipped_terms
    >>> (seed,) = shipped("cases", "miao-2020.yaml")
    >>> (one,) = score(read_document(seed).document, shipped_terms())
    >>> [item.label for item in one.items if item.state != "reported"]
    ['limitations']
    """
    return score_quads(asserted_quads(document), terms)


def score_quads(quads: str, terms: Terms) -> tuple[Score, ...]:
    """Return the score of each case that some N-Quads hold, by IRI.

    :param quads: of cases as they are asserted, and of their reports.
    """
    store = ox.Store()
    store.load(data_with_hierarchy(quads, terms).encode(), format=ox.RdfFormat.N_TRIPLES)
    store.extend(_checklist())
    rows = list(Rows.read(store.query(get_query("care_items").text)))
    cases = dict.fromkeys((str(row["case"]), str(row["extent"]).rpartition("#")[2]) for row in rows)
    return tuple(
        Score(case, extent, tuple(_items([row for row in rows if row["case"] == case], store)))
        for case, extent in cases
    )


@cache
def _checklist() -> tuple[ox.Quad, ...]:
    """Return what the ontology says of the items."""
    return tuple(quad for path in shipped("ontology", "care.ttl") for quad in ox.parse(path=path))


def _items(rows: list[dict[str, PythonValue]], store: ox.Store) -> Iterator[Item]:
    for row in rows:
        item = ox.NamedNode(str(row["item"]))
        (state,) = (state for state in STATES if state == row["state"])
        yield Item(
            number=str(row["number"]),
            label=_said(store, item, PREFIXES["rdfs"] + "label").partition(": ")[2],
            state=state,
            evidence=tuple(filter(None, str(row["evidence"]).split("; "))),
            field=_said(store, item, PREFIXES["skos"] + "scopeNote"),
        )


def _said(store: ox.Store, item: ox.NamedNode, prop: str) -> str:
    (quad,) = store.quads_for_pattern(item, ox.NamedNode(prop), None)
    return quad.object.value if isinstance(quad.object, ox.Literal) else str(quad.object)
