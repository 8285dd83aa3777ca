"""Which cases are of one patient after what was decided of two: the same as the same are the same."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["patients_of"]


def patients_of(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Return the cases of each patient, sorted; the same as the same are the same.

    :param pairs: IRIs of cases that were decided to tell of one patient, in any order and direction.

    >>> patients_of([("urn:c", "urn:b"), ("urn:b", "urn:a"), ("urn:x", "urn:y")])
    (('urn:a', 'urn:b', 'urn:c'), ('urn:x', 'urn:y'))
    """
    first: dict[str, str] = {}
    for one, other in pairs:
        if one != other:
            least, most = sorted((_root(first, one), _root(first, other)))
            first[most] = first[least] = least
    found: dict[str, list[str]] = {}
    for case in sorted(first):
        found.setdefault(_root(first, case), []).append(case)
    return tuple(tuple(cases) for _, cases in sorted(found.items()))


def _root(first: dict[str, str], case: str) -> str:
    """Return the first case of a person, and put all that lead to it next to it."""
    way = []
    while (up := first.setdefault(case, case)) != case:
        way.append(case)
        case = up
    first.update(dict.fromkeys(way, case))
    return case
