"""Which cases are counted as one patient, after what was decided of pairs of them."""

from __future__ import annotations

from collections.abc import Iterable

from casegraph.namespaces import BASE, CG

__all__ = ["PATIENTS", "patients_quads"]

#: The graph that tells which cases are one patient.
PATIENTS = f"{BASE}patients"


def patients_quads(pairs: Iterable[tuple[str, str]]) -> str:
    r"""Return the graph of patients as sorted N-Quads: each linked case is counted as the first of them.

    Who is the same as somebody who is the same as a third is the same as the third. The first is the one
    with the smallest IRI, so that the order of decisions does not matter. A case that is linked with no
    other is left out.

    :param pairs: IRIs of cases that were decided to tell of one patient, in any order and direction.

    >>> said = patients_quads([("urn:c", "urn:b"), ("urn:b", "urn:a")])
    >>> [line.split()[::2] for line in said.splitlines()][-1]
    ['<urn:c>', '<urn:a>', '.']
    """
    first: dict[str, str] = {}
    for one, other in pairs:
        if one != other:
            least, most = sorted((_root(first, one), _root(first, other)))
            first[most] = first[least] = least
    lines = (f"<{case}> <{CG}countedAs> <{_root(first, case)}> <{PATIENTS}> .\n" for case in list(first))
    return "".join(sorted(lines))


def _root(first: dict[str, str], case: str) -> str:
    """Return the first case of a person, and put all that lead to it next to it."""
    way = []
    while (up := first.setdefault(case, case)) != case:
        way.append(case)
        case = up
    first.update(dict.fromkeys(way, case))
    return case
