"""Puts into words what is told of a group of patients: harm first, then what became of them, as counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final

from casegraph.namespaces import CG, PREFIXES
from casegraph.plot.cohort.cohort import Cohort, label_of

__all__ = ["Claims", "exposures_of", "harms_told", "outcomes_told", "said_of", "with_remarks"]

_TYPE: Final = f"{PREFIXES['rdf']}type"
_RESPONSES: Final = ("hasResponse", "lacksResponse", "questionsResponse")
_HARMS: Final = ("hasAdverseEvent", "excludesAdverseEvent")
_OF_HARM: Final = (f"{CG}SafetyStatement", f"{CG}AttributionStatement")
_BETTER: Final = ("improved", "resolved", "stabilised")

#: What is said of a claim: property, as its local name -> values; ``link`` is how its group has it.
Values = Mapping[str, Set[str]]
#: The claims of a group, by their IRIs.
Claims = Mapping[str, Values]


def exposures_of(claims: Claims, episodes: Iterable[str]) -> dict[str, str]:
    """Return some treatments, and their dosings -> the treatment."""
    return {
        exposure: episode
        for episode in episodes
        for exposure in (episode, *claims.get(episode, {}).get("hasSegment", ()))
    }


def harms_told(cohort: Cohort, claims: Claims, exposures: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield the claims of harm on some treatments, or that there was none, each with its words."""
    for iri in sorted(claims):
        if _has(claims[iri], "link", _HARMS) and _has(claims[iri], "duringTreatment", exposures):
            yield iri, _harm(cohort, claims[iri])


def said_of(claims: Claims, exposures: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield what the authors say of harm by some treatments, or of safety, each with its words."""
    for iri in sorted(claims):
        if _has(claims[iri], _TYPE, _OF_HARM) and _has(claims[iri], "concerns", exposures):
            for gist in claims[iri].get("gist", ()):
                yield iri, f"the authors say: {gist}"


def outcomes_told(cohort: Cohort, claims: Claims, exposures: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield the claims of what was seen on some treatments, each with its words."""
    for iri in sorted(claims):
        if _has(claims[iri], "link", _RESPONSES) and _has(claims[iri], "responseTo", exposures):
            yield iri, _outcome(cohort, claims, claims[iri])


def with_remarks(words: str, more: Iterable[str]) -> str:
    """Return words with remarks on them.

    >>> with_remarks("fever", ["mild", "in two"]), with_remarks("fever", [])
    ('fever (mild; in two)', 'fever')
    """
    said = "; ".join(more)
    return f"{words} ({said})" if said else words


def _has(claim: Values, name: str, any_of: Iterable[str]) -> bool:
    return not claim.get(name, frozenset()).isdisjoint(any_of)


def _harm(cohort: Cohort, claim: Values) -> str:
    gist = claim.get("gist", ())
    if not (what := _labels(cohort, claim.get("aboutConcept", ()))):
        is_none = f"{CG}NoAdverseEvent" in claim[_TYPE]
        return with_remarks("no adverse event" if is_none else "no significant adverse event", gist)
    return with_remarks("adverse event " + what, [*_local(claim.get("severity", ())), *gist])


def _outcome(cohort: Cohort, claims: Claims, claim: Values) -> str:
    about = {
        concept
        for each in claim.get("concerns", ())
        if each in claims
        for concept in claims[each].get("aboutConcept", ())
    }
    directions = _local(claim.get("direction", ()))
    words = " ".join([*_local(claim.get("domain", ())), *directions, *_local(claim.get("degree", ()))])
    what = f" ({_labels(cohort, about)})" if about else ""
    many = _many(claim, is_better=not set(directions).isdisjoint(_BETTER))
    remarks = [*sorted(claim.get("criterion", ())), *sorted(claim.get("gist", ()))]
    return with_remarks(f"{words}{what}{many}", remarks)


def _many(claim: Values, *, is_better: bool) -> str:
    """Return how many of how many; those who responded are not those who did not."""
    responded = min(claim.get("responderCount", ()), default="")
    evaluated = min(claim.get("evaluatedCount", ()), default="")
    if not responded:
        return f", {evaluated} evaluated, in how many is not counted here" if evaluated else ""
    of = f"{responded} of {evaluated}" if evaluated else f"{responded}, of how many is not told"
    return f": {of}" if is_better else f": {of} responded"


def _labels(cohort: Cohort, iris: Iterable[str]) -> str:
    return ", ".join(sorted(label_of(cohort, iri) for iri in iris))


def _local(iris: Iterable[str]) -> list[str]:
    return sorted(iri.removeprefix(CG) for iri in iris)
