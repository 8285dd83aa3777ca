"""Treatments, doses, what became of the disease on them, its turns, and death."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from casegraph.merge.conflicts.amounts import compared_doses, may_be_one
from casegraph.merge.conflicts.items import Item, Topic, Verdict
from casegraph.merge.conflicts.kinds import Kinds, iri_of
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.times import Times, When
from casegraph.model import Course, DoseSegment, Finding, Response, Statement, Treatment

__all__ = [
    "AFTER_STOPPING",
    "DEATHS",
    "DOSES",
    "REMISSIONS",
    "RESPONSES",
    "ROUTES",
    "STATEMENTS",
    "TREATMENTS",
    "TURNS",
    "WORSENINGS",
]

_BETTER = frozenset({"improved", "resolved"})
_NO_BETTER = frozenset({"unchanged", "worse"})
_WELL = frozenset({"Remission", "SymptomFreeInterval"})
_ON_THE_SKIN = "topical"


def _treatments(telling: Telling) -> Iterator[Item]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Treatment):
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), claim.at)


def _alike(one: Item, other: Item, kinds: Kinds) -> Verdict:
    return "agree" if one.kind == other.kind else None


def _doses(telling: Telling) -> Iterator[Item]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, DoseSegment):
            whole = telling.exposures[name]
            at = claim.at or (whole.at if len(whole.doses) == 1 else None)
            yield Item(telling, name, kind, claim, (iri_of(whole.what),), at)


def _of_dose(one: Item, other: Item, kinds: Kinds) -> Verdict:
    routes = {cast(DoseSegment, each.claim).route for each in (one, other)} - {None}
    if len(routes) > 1:
        return None
    return compared_doses(cast(DoseSegment, one.claim), cast(DoseSegment, other.claim))


def _of_one_dosing(one: Item, other: Item, when: When, times: Times) -> When:
    """Say how sure it is that two doses exclude each other: possible where they may be one after all."""
    doubtful = may_be_one(cast(DoseSegment, one.claim), cast(DoseSegment, other.claim))
    return "open" if when == "same" and doubtful else when


def _routes(telling: Telling) -> Iterator[Item]:
    """Yield the doses whose route is told, by all routes that the telling has of the drug."""
    routed = [item for item in _doses(telling) if _route(item)]
    routes: dict[str, set[str]] = {}
    for item in routed:
        routes.setdefault(item.about[0], set()).add(_route(item))
    for each in routed:
        kind = " ".join(sorted(routes[each.about[0]]))
        yield Item(telling, each.name, kind, each.claim, each.about, each.at)


def _route(item: Item) -> str:
    return cast(DoseSegment, item.claim).route or ""


def _of_route(one: Item, other: Item, kinds: Kinds) -> Verdict:
    """Compare two routes of one drug: what is put on can be given beside what is taken or injected."""
    ours, theirs = _route(one), _route(other)
    told_by_both = ours in other.kind.split() or theirs in one.kind.split()
    if told_by_both or _ON_THE_SKIN in (ours, theirs) or one.about != other.about:
        return None
    return "route"


def _of_one_dose(one: Item, other: Item, when: When, times: Times) -> When:
    """Say how sure a conflict of routes is: with two amounts, a drug may have been given in both ways."""
    doses = compared_doses(cast(DoseSegment, one.claim), cast(DoseSegment, other.claim))
    return "open" if when == "same" and doses not in ("agree", None) else when


def _responses(telling: Telling) -> Iterator[Item]:
    for name, (_, claim) in telling.claims.items():
        if isinstance(claim, Response) and not claim.after_stopping:
            yield _response(telling, name, claim, claim.to)


def _after_stopping(telling: Telling) -> Iterator[Item]:
    for name, (_, claim) in telling.claims.items():
        if isinstance(claim, Response) and claim.after_stopping:
            yield _response(telling, name, claim, claim.after_stopping)


def _response(telling: Telling, name: str, claim: Response, to: tuple[str, ...]) -> Item:
    drugs = dict.fromkeys(iri_of(telling.exposures[each].what) for each in to if each in telling.exposures)
    return Item(telling, name, claim.direction, claim, tuple(drugs) or ("",), claim.at)


def _of_response(one: Item, other: Item, kinds: Kinds) -> Verdict:
    first, second = cast(Response, one.claim), cast(Response, other.claim)
    apart = first.domain != second.domain or not kinds.compatible(_iris(first.site), _iris(second.site))
    if apart or not kinds.compatible(_concerned(one), _concerned(other)):
        return None
    if not _holds(one, other, kinds) and not _holds(other, one, kinds):
        return None
    if one.kind == other.kind or {one.kind, other.kind} <= _BETTER:
        return "agree" if one.kind != "notEvaluable" else None
    ways = {one.kind, other.kind}
    opposed = (ways & _BETTER and ways & _NO_BETTER) or ways == {"stabilised", "worse"}
    return "response" if opposed else None


def _holds(one: Item, other: Item, kinds: Kinds) -> bool:
    """Say whether the drugs of one outcome are among those of another."""
    return all(any(kinds.related(drug, each) for each in one.about) for drug in other.about)


def _of_one_set(one: Item, other: Item, when: When, times: Times) -> When:
    """Say how sure it is that two outcomes exclude each other: one drug may do what two together do not.

    So an outcome on several drugs and one on some of them are compared only where both are of one time.
    """
    return when if len(one.about) == len(other.about) or when == "same" else "different"


def _iris(codes: tuple[str, ...]) -> list[str]:
    return [iri_of(each) for each in codes]


def _concerned(item: Item) -> list[str]:
    """Return the concepts of the claims that an outcome concerns: of two rashes one may go."""
    claims = item.telling.claims
    named = (claims[each][1] for each in cast(Response, item.claim).concerns if each in claims)
    return [iri_of(what) for each in named if (what := getattr(each, "what", None))]


def _turns(telling: Telling) -> Iterator[Item]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Course) and claim.kind != "death":
            yield Item(telling, name, kind, claim, ("",), claim.at)


def _of_turn(one: Item, other: Item, kinds: Kinds) -> Verdict:
    first, second = (set(cast(Course, each.claim).domain) for each in (one, other))
    if first and second and not first & second:
        return None
    if one.kind == other.kind:
        return "agree"
    return "outcome" if (one.kind in _WELL) != (other.kind in _WELL) else None


def _remissions(telling: Telling) -> Iterator[Item]:
    """Yield remissions with the findings that they are told of, and the findings that were there."""
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Finding) and kind == "PresentFinding":
            yield Item(telling, name, kind, claim, (iri_of(claim.what),), claim.at)
        if isinstance(claim, Course) and kind in _WELL:
            gone = (telling.claims[each][1] for each in claim.concerns if each in telling.claims)
            concepts = tuple(iri_of(each.what) for each in gone if isinstance(each, Finding))
            yield Item(telling, name, kind, claim, concepts, claim.at)


def _of_remission(one: Item, other: Item, kinds: Kinds) -> Verdict:
    if (one.kind == "PresentFinding") == (other.kind == "PresentFinding"):
        return None
    there, well = (one, other) if one.kind == "PresentFinding" else (other, one)
    return "outcome" if any(kinds.is_kind(there.about[0], gone) for gone in well.about) else None


def _worsenings(telling: Telling) -> Iterator[Item]:
    """Yield remissions with the domains that they are told of, and what became worse in which domain."""
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Response) and claim.direction == "worse":
            yield Item(telling, name, kind, claim, (claim.domain,), claim.at)
        if isinstance(claim, Course) and kind in _WELL and claim.domain:
            yield Item(telling, name, kind, claim, claim.domain, claim.at)


def _of_worsening(one: Item, other: Item, kinds: Kinds) -> Verdict:
    return "outcome" if (one.kind in _WELL) != (other.kind in _WELL) else None


def _only_then(one: Item, other: Item, when: When, times: Times) -> When:
    """Say how sure what is ill in remission is: possible at one time, for something may be left."""
    return "open" if when == "same" else "different"


def _deaths(telling: Telling) -> Iterator[Item]:
    """Yield deaths without their time: one dies once."""
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Course) and claim.kind == "death":
            yield Item(telling, name, kind, claim, ("",), None)


def _of_death(one: Item, other: Item, kinds: Kinds) -> Verdict:
    causes = [cast(Course, each.claim).cause for each in (one, other)]
    told = [iri_of(each) for each in causes if each is not None]
    return "agree" if len(told) < len(causes) or kinds.related(*told) else "outcome"


def _one_chain(one: Item, other: Item, when: When, times: Times) -> When:
    """Say how sure two causes of one death are: possible, since one may have led to the other."""
    return "open" if when == "same" else when


def _statements(telling: Telling) -> Iterator[Item]:
    for name, (kind, claim) in telling.claims.items():
        if isinstance(claim, Statement) and claim.about:
            yield Item(telling, name, kind, claim, tuple(_iris(claim.about)), claim.at)


#: Drugs and procedures.
TREATMENTS = Topic(_treatments, _alike)
#: Doses of one drug.
DOSES = Topic(_doses, _of_dose, weigh=_of_one_dosing)
#: Routes of one drug.
ROUTES = Topic(_routes, _of_route, weigh=_of_one_dose)
#: What was seen in one domain on one drug, or on several.
RESPONSES = Topic(_responses, _of_response, weigh=_of_one_set)
#: What was seen after one drug was stopped, or several.
AFTER_STOPPING = Topic(_after_stopping, _of_response, weigh=_of_one_set)
#: Flares, relapses, remissions, stretches without symptoms.
TURNS = Topic(_turns, _of_turn)
#: Remissions of findings, and findings that were there.
REMISSIONS = Topic(_remissions, _of_remission, weigh=_only_then)
#: Remissions of a domain, and what became worse in it.
WORSENINGS = Topic(_worsenings, _of_worsening, weigh=_only_then)
#: Deaths and their causes.
DEATHS = Topic(_deaths, _of_death, whole=True, weigh=_one_chain)
#: What the authors hold.
STATEMENTS = Topic(_statements, _alike)
