"""One telling of a patient: a case as it stands in a store or a document, its times solved, its passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.facts import read_quads
from casegraph.model import Case, Claim, Passage, Treatment
from casegraph.namespaces import CG
from casegraph.store import Store
from casegraph.terms import Terms
from casegraph.timeline import Timeline, solve_subject
from casegraph.told import with_told
from casegraph.triples import Triples, named_claims, read_passages, read_subject

__all__ = ["Place", "Telling", "read_tellings", "telling_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report says something: the IRI of the passage, and as much as is known of where that is.

    :param pointer: a JSON pointer, where the source is a data file.
    """

    passage: str
    section: str | None = None
    paragraph: int | None = None
    pointer: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Telling:
    """One case as one report tells it.

    :param iri: the IRI of the case.
    :param places: name of a passage -> where it is.
    :param claims: name of a claim -> its class and what it says.
    :param exposures: name of a treatment or of one of its doses -> the treatment.
    """

    iri: str
    case: Case
    timeline: Timeline
    places: Mapping[str, Place]
    claims: Mapping[str, tuple[str, Claim]]
    exposures: Mapping[str, Treatment]


def read_tellings(store: Store, iris: Iterable[str], terms: Terms | None = None) -> Iterator[Telling]:
    """Yield cases of a store, one after another.

    :param terms: what concepts are called; None is all vocabularies at hand.
    :raises InputError: if there is no such case, or it is a group.
    :raises StoreError: if the store fails.
    :raises TimelineError: if the times of a case contradict each other.
    """
    known = with_told(store, terms)
    for iri in iris:
        graphs = read_quads(store, iri)
        asserted = _triples(graphs[f"{iri}/asserted"], known)
        case = read_subject(iri, asserted)
        source = asserted.text(iri, f"{CG}reportedIn")
        if source is None or not isinstance(case, Case):
            raise InputError(f"{iri} tells of no single patient", where=store.location, expected="a case")
        recorded = asserted.text(iri, f"{CG}recordedIn") is not None
        told = asserted if recorded else _triples(graphs[source], known)
        yield telling_of(iri, case, iri if recorded else source, read_passages(told))


def telling_of(iri: str, case: Case, base: str, passages: Mapping[str, Passage]) -> Telling:
    """Return a case as it is compared.

    :param base: what the IRIs of its passages begin with: its report, or a record's own IRI.
    :raises TimelineError: if the times of the case contradict each other.
    """
    claims = {name: (kind, claim) for name, kind, claim in named_claims(case)}
    whole = {id(dose): treatment for treatment in case.treatments for dose in treatment.doses}
    exposures = {
        name: claim if isinstance(claim, Treatment) else whole[id(claim)]
        for name, (_, claim) in claims.items()
        if isinstance(claim, Treatment) or id(claim) in whole
    }
    return Telling(iri, case, solve_subject(case), _places(base, passages), claims, exposures)


def _triples(quads: str, terms: Terms) -> Triples:
    return Triples(ox.parse(quads.encode(), format=ox.RdfFormat.N_QUADS), terms.label)


def _places(base: str, passages: Mapping[str, Passage]) -> dict[str, Place]:
    return {
        key: Place(f"{base}#{key}", each.section, each.paragraph, each.pointer)
        for key, each in passages.items()
    }
