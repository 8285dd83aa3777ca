"""Applies the rules of ``ontology/rules/``: SPARQL CONSTRUCT queries that derive triples of one case."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox

from casegraph.resources import shipped
from casegraph.terms import Terms

__all__ = ["apply_rules", "data_with_hierarchy"]


@cache
def _rules() -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8") for path in shipped("ontology", "rules/*.rq"))


def data_with_hierarchy(nquads: str, terms: Terms) -> str:
    """Return quads as N-Triples, with the links from every class they name up to its root.

    Without those links, shapes and rules that ask for a kind of something pass in silence.
    """
    triples = [quad.triple for quad in ox.parse(nquads.encode(), format=ox.RdfFormat.N_QUADS)]
    named = {triple.object.value for triple in triples if isinstance(triple.object, ox.NamedNode)}
    return "".join(f"{triple} .\n" for triple in triples) + terms.chains(named)


def apply_rules(nquads: str, subject: str, terms: Terms) -> str:
    """Return what the shipped rules derive from the asserted quads of a case, as inferred N-Quads.

    :param nquads: the asserted quads of the case.
    :param subject: the IRI of the case or group.
    """
    store = ox.Store()
    store.load(data_with_hierarchy(nquads, terms).encode(), format=ox.RdfFormat.N_TRIPLES)
    derived: set[str] = set()
    for rule in _rules():
        answer = store.query(rule)
        if isinstance(answer, ox.QueryTriples):
            derived |= {str(triple) for triple in answer}
    return "".join(sorted(f"{triple} <{subject}/inferred> .\n" for triple in derived))
