"""What the ontology says that concepts and values count as when something is judged, flat, for the rules."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from casegraph.namespaces import CG, PREFIXES, expand
from casegraph.resources import shipped
from casegraph.terms import Terms

__all__ = ["asked_with", "declared_terms", "roles_of"]

_GROUP, _ROLE = f"{CG}drugGroup", f"{CG}treatmentRole"
_JUDGED_CLASS = f"{CG}judgedClass"
_ANY_ROLE = expand("CHEBI:50906")
_VALUES = (f"{CG}countsAs", f"{CG}isClinical")
_TYPE = f"{PREFIXES['rdf']}type"


class _Tables(NamedTuple):
    groups: dict[str, set[str]]
    roles: dict[str, set[str]]
    values: str
    declared: frozenset[str]


@cache
def _tables() -> _Tables:
    groups: dict[str, set[str]] = {}
    roles: dict[str, set[str]] = {}
    values, declared = [], set()
    files = (*shipped("ontology", "casegraph.ttl"), *shipped("ontology", "concepts.ttl"))
    for path in (*files, *shipped("ontology", "imports/chebi.ttl")):
        for quad in ox.parse(path=path):
            link, subject = quad.predicate.value, quad.subject
            if not isinstance(subject, ox.NamedNode):
                continue
            if link in (_GROUP, _ROLE) and isinstance(quad.object, ox.NamedNode):
                (groups if link == _GROUP else roles).setdefault(subject.value, set()).add(quad.object.value)
            elif link in _VALUES:
                values.append(f"{quad.triple} .\n")
            elif link == _TYPE and subject.value.startswith(CG):
                declared.add(subject.value.removeprefix(CG))
    return _Tables(groups, roles, "".join(sorted(values)), frozenset(declared))


def declared_terms() -> frozenset[str]:
    """Return the local names of our own classes, properties and values."""
    return _tables().declared


def asked_with(concept: str, terms: Terms) -> tuple[str, ...]:
    """Return what a concept that is asked for means: it, all below it and, of a group, its drugs; sorted.

    A drug never means its group: of a patient who was given *an immunosuppressant*, nobody knows which.

    >>> from casegraph.terms import shipped_terms
    >>> found = asked_with(expand("cg:CalcineurinInhibitor"), shipped_terms())
    >>> [shipped_terms().label(each) for each in found]
    ['cyclosporin A', 'tacrolimus (anhydrous)', 'calcineurin inhibitor']
    """
    below = set(terms.below(concept))
    if _ANY_ROLE in terms.above(concept):
        drugs = [drug for drug, groups in _tables().groups.items() if groups & below]
        below |= {kind for drug in drugs for kind in terms.below(drug)}
    return tuple(sorted(below))


def roles_of(concepts: Iterable[str], terms: Terms) -> str:
    """Return what treatments count as, the groups that they are of, and what values count as, as N-Triples.

    A drug has the groups and roles of all classes above it, and those of its groups.

    :param concepts: the IRIs of the treatments.
    """
    found = {triple for concept in set(concepts) for triple in _roles(concept, terms)}
    return "".join(sorted(found)) + _tables().values


@lru_cache(maxsize=4096)
def _roles(concept: str, terms: Terms) -> frozenset[str]:
    groups, roles, _, _ = _tables()
    above = {concept, *terms.above(concept)}
    of = set[str]().union(*(groups.get(each, ()) for each in above))
    found = set()
    for each in above | of.union(*(terms.above(each) for each in of)):
        mine = roles.get(each, set())
        found |= {f"<{concept}> <{_ROLE}> <{role}> .\n" for role in mine - {_JUDGED_CLASS}}
        if _JUDGED_CLASS in mine and each != concept:
            found |= {f"<{concept}> <{_GROUP}> <{each}> .\n", f"<{each}> <{_ROLE}> <{_JUDGED_CLASS}> .\n"}
    return frozenset(found)
