"""Which cases are counted as one patient: those that are linked, directly or by way of others."""

from __future__ import annotations

from collections.abc import Iterable

from casegraph.merge.merged import PATIENTS
from casegraph.namespaces import CG

__all__ = ["patients_quads"]


def patients_quads(pairs: Iterable[tuple[str, str]]) -> str:
    """Return what each linked case is counted as, the first of its patient by IRI, as sorted N-Quads.

    :param pairs: cases that were decided to be of one patient.

    >>> len(patients_quads([("urn:b", "urn:c"), ("urn:c", "urn:a")]).splitlines())
    3
    """
    first: dict[str, str] = {}

    def root(case: str) -> str:
        while first.setdefault(case, case) != case:
            first[case] = case = first[first[case]]
        return case

    for one, other in pairs:
        lower, higher = sorted((root(one), root(other)))
        first[higher] = lower
    return "".join(
        sorted(f"<{case}> <{CG}countedAs> <{root(case)}> <{PATIENTS}> .\n" for case in list(first))
    )
