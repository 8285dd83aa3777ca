"""Tells which look-alikes need no reader: one of the two has a partner that fits better by far."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from casegraph.merge.identity.candidates import CLEAR, rival_source
from casegraph.merge.identity.features import Features
from casegraph.merge.identity.scoring import Candidate, one_source

__all__ = ["outdone"]

_MAY_BE_ONE = ("same-patient", "probably-same-patient")


def outdone(
    found: Sequence[Candidate], pool: Mapping[str, Features], refuted: Collection[tuple[str, str]] = ()
) -> set[tuple[str, str]]:
    """Return the look-alikes that a better pair has settled, each by its two IRIs, the first one first.

    A source tells of a patient once. So a look-alike says nothing more where one of its two is proposed as
    the patient of somebody else of the same source, by 6 bits more. Two patients of one report are never
    among them: that they are alike is a warning.

    :param found: as :func:`casegraph.merge.identity.candidates` gives them.
    :param pool: IRI -> what is told of a subject, for all of them.
    :param refuted: pairs that a person decided not to be one patient; they settle nothing.
    """
    best: dict[tuple[str, str], float] = {}
    for each in found:
        if each.kind in _MAY_BE_ONE and (each.a, each.b) not in refuted:
            for end in _ends(each, pool):
                best[end] = max(best.get(end, each.score), each.score)
    return {
        (each.a, each.b)
        for each in found
        if each.kind == "look-alike"
        and not one_source(pool[each.a], pool[each.b])
        and any(best.get(end, each.score) >= each.score + CLEAR for end in _ends(each, pool))
    }


def _ends(each: Candidate, pool: Mapping[str, Features]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return each of the two with the source of the other."""
    return (each.a, rival_source(pool[each.b])), (each.b, rival_source(pool[each.a]))
