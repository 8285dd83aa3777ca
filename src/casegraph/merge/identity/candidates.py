"""Finds the pairs that may be one patient or overlap, and settles which partner each case has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from casegraph.merge.identity.background import Background
from casegraph.merge.identity.blocking import pairs_worth_comparing
from casegraph.merge.identity.features import Features
from casegraph.merge.identity.scoring import Candidate, Kind, compare, needs_no_rival, one_source
from casegraph.terms import Terms

__all__ = ["CLEAR", "candidates", "rival_source"]

#: So many bits the next best partner must stay behind the one that is surely the same patient.
CLEAR = 6.0
#: A partner that stays more bits behind a better one is a look-alike.
_OUTDONE = 3.0
#: Of more partners that fit as well as each other, none is probable.
_MOST_EQUALS = 4

#: case -> source of the other -> (score, IRI of the other), the best first.
_Ranks = Mapping[tuple[str, str], list[tuple[float, str]]]


def candidates(ours: Iterable[Features], theirs: Iterable[Features] | None, terms: Terms) -> list[Candidate]:
    """Return the pairs that may be one patient or overlap, sorted by IRI; nothing is written.

    A pair is ``same-patient`` only where each is the clearly best partner of the other among all that the
    other's source tells of; those that cannot be told apart are at most ``probably-same-patient``. Who is
    outdone by another partner is a ``look-alike``.

    :param theirs: None is pairs within ours. A case that is in both is compared with the others only.
    :param terms: the vocabulary that tells what is a kind of what.
    """
    mine = sorted(ours, key=lambda each: each.iri)
    here = {each.iri for each in mine}
    other = (
        None
        if theirs is None
        else sorted((each for each in theirs if each.iri not in here), key=lambda each: each.iri)
    )
    pool = {each.iri: each for each in (*mine, *(other or ()))}
    background = Background.of(pool.values(), terms)
    found = [compare(a, b, background) for a, b in pairs_worth_comparing(mine, other, background)]
    return list(_settled(found, pool, background))


def _settled(
    found: list[Candidate], pool: Mapping[str, Features], background: Background
) -> Iterator[Candidate]:
    """Yield the pairs that are of some kind, in view of the other partners of both."""
    ranks: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for each in found:
        if each.score > 0 and not one_source(pool[each.a], pool[each.b]):
            for one, other in ((each.a, each.b), (each.b, each.a)):
                ranks.setdefault((one, rival_source(pool[other])), []).append((each.score, other))
    for each in found:
        if each.kind in ("same-patient", "probably-same-patient"):
            alone = needs_no_rival(each, background)
            yield _in_view_of_others(each, _rivals(each, ranks, pool), alone=alone)
        elif each.kind is not None:
            yield each


def rival_source(one: Features) -> str:
    """Return the source within which only one can be a given patient: the data set, else the report."""
    return one.dataset or one.report


def _rivals(each: Candidate, ranks: _Ranks, pool: Mapping[str, Features]) -> list[tuple[float, str]]:
    """Return the other partners of both, the best first."""
    found = [
        (score, iri)
        for one, other in ((each.a, each.b), (each.b, each.a))
        for score, iri in ranks.get((one, rival_source(pool[other])), ())
        if iri != other
    ]
    return sorted(found, key=lambda rival: (-rival[0], rival[1]))


def _in_view_of_others(each: Candidate, rivals: list[tuple[float, str]], *, alone: bool) -> Candidate:
    """Return a pair as it is in view of other partners.

    :param alone: whether it may have none that fits nearly as well.
    """
    if not rivals:
        return each
    best, name = rivals[0]
    if best > each.score + _OUTDONE:
        return _as(each, "look-alike", f"another fits better: {name}")
    equals = sum(score > each.score - _OUTDONE for score, _ in rivals)
    if equals > _MOST_EQUALS or (equals and alone):
        return _as(each, "look-alike", f"{equals} more fit about as well, such as {name}")
    if best > each.score - CLEAR:
        return _as(each, "probably-same-patient", f"another fits nearly as well: {name}")
    return each


def _as(each: Candidate, kind: Kind, reason: str) -> Candidate:
    return replace(each, kind=kind, speaks_against=(*each.speaks_against, reason))
