"""Reads cases out of a store as the exporters want them, each with its report and its labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.export.stored import StoredCase
from casegraph.facts import read_quads
from casegraph.losses import Loss
from casegraph.model import Case
from casegraph.namespaces import CG
from casegraph.store import Store
from casegraph.terms import Terms
from casegraph.told import told_names
from casegraph.triples import Triples, read_curation, read_passages, read_report, read_subject

__all__ = ["Labels", "stored_case", "stored_cases"]

_REPORTED_IN = f"{CG}reportedIn"


class Labels:
    """What concepts are called: by the vocabularies, else by the records that named them."""

    def __init__(self, store: Store, terms: Terms) -> None:
        self._terms = terms
        self._told = told_names(store)

    def __call__(self, iri: str) -> str | None:
        """Return the label of a concept; None where nobody gives one."""
        return self._terms.label(iri) or next(iter(self._told.get(iri, ())), None)


def stored_case(store: Store, iri: str, labels: Labels) -> StoredCase | None:
    """Return a case of a store; None where the IRI is that of a group.

    :raises InputError: if there is no such case.
    :raises StoreError: if the store fails.
    """
    graphs = read_quads(store, iri)
    asserted = _triples([graphs[f"{iri}/asserted"]], labels)
    subject = read_subject(iri, asserted)
    if not isinstance(subject, Case):
        return None
    source = asserted.text(iri, _REPORTED_IN)
    if source is None:
        raise InputError(f"{iri} names no report", where=store.location, todo="load the case again")
    told = _triples([graphs[source], graphs[f"{iri}/asserted"]], labels)
    return StoredCase(
        iri=iri,
        case=subject,
        report=read_report(source, told),
        passages=read_passages(told),
        curation=read_curation(iri, _triples([graphs[f"{iri}/provenance"]], labels)),
    )


def stored_cases(store: Store, iris: Iterable[str], terms: Terms, left: list[Loss]) -> Iterator[StoredCase]:
    """Yield the cases of a store, one after another.

    :param left: takes the groups: no other format has a place for one.
    """
    labels = Labels(store, terms)
    for iri in iris:
        stored = stored_case(store, iri, labels)
        if stored is None:
            left.append(Loss(iri, "", "a group of patients", "not-a-case"))
        else:
            yield stored


def _triples(quads: list[str], labels: Labels) -> Triples:
    return Triples(ox.parse("".join(quads).encode(), format=ox.RdfFormat.N_QUADS), labels)
