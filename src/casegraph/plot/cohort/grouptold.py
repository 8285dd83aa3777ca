"""Puts into words what is told of a group of patients: harm first, then what became of them, as counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final

from casegraph.namespaces import CG, PREFIXES
from casegraph.plot.cohort.cohort import Cohort, label_of, treatment_label
from casegraph.story.outcomes import responded

__all__ = [
    "Claims",
    "all_told",
    "exposures_of",
    "harms_concerned",
    "harms_told",
    "outcomes_told",
    "said_of",
    "with_remarks",
]

_TYPE: Final = f"{PREFIXES['rdf']}type"
_RESPONSES: Final = ("hasResponse", "lacksResponse", "questionsResponse")
_HARMS: Final = ("hasAdverseEvent", "excludesAdverseEvent")
_TURNS: Final = ("hasCourse",)
_OF_HARM: Final = (f"{CG}SafetyStatement", f"{CG}AttributionStatement")

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


def said_of(cohort: Cohort, claims: Claims, exposures: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield what the authors say of harm by some treatments, or of safety, in these patients, in words."""
    for iri in sorted(claims):
        claim = claims[iri]
        is_of_these = str(True) not in claim.get("general", ())
        if is_of_these and _has(claim, _TYPE, _OF_HARM) and _has(claim, "concerns", exposures):
            harms = _labels(cohort, harms_concerned(claims, claim))
            for said in sorted(claim.get("gist", ())) or [_labels(cohort, claim[_TYPE])]:
                yield iri, f"the authors say{f' of {harms}' if harms else ''}: {said}"


def harms_concerned(claims: Claims, claim: Values) -> set[str]:
    """Return the concepts of the adverse events and findings that a claim concerns."""
    concerned = (claims[each] for each in claim.get("concerns", ()) if each in claims)
    harms = (each for each in concerned if _has(each, "link", ("hasAdverseEvent", "hasFinding")))
    return {concept for each in harms for concept in each.get("aboutConcept", ())}


def outcomes_told(cohort: Cohort, claims: Claims, exposures: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield the claims of what was seen on some treatments, or after their stop, each with its words."""
    for iri in _linked(claims, _RESPONSES):
        if _has(claims[iri], "responseTo", exposures):
            yield iri, _outcome(cohort, claims, claims[iri])
        elif _has(claims[iri], "afterStopping", exposures):
            yield iri, f"{_seen_on(cohort, claims, claims[iri])}{_outcome(cohort, claims, claims[iri])}"


def all_told(cohort: Cohort, claims: Claims) -> Iterator[tuple[str, str]]:
    """Yield the claims of harm, outcomes, death and other turns, with the treatment or that none is told."""
    for iri in _linked(claims, _HARMS):
        yield iri, f"{_seen_on(cohort, claims, claims[iri])}{_harm(cohort, claims[iri])}"
    for iri in _linked(claims, _RESPONSES):
        yield iri, f"{_seen_on(cohort, claims, claims[iri])}{_outcome(cohort, claims, claims[iri])}"
    for iri in _linked(claims, _TURNS):
        remarks = [*_local(claims[iri].get("domain", ())), *sorted(claims[iri].get("gist", ()))]
        yield iri, f"course: {with_remarks(_labels(cohort, claims[iri][_TYPE]), remarks)}"


def _linked(claims: Claims, links: Iterable[str]) -> list[str]:
    """Return the claims that a group has in some ways; what was seen after a stop comes last."""
    found = (iri for iri in claims if _has(claims[iri], "link", links))
    return sorted(found, key=lambda iri: ("afterStopping" in claims[iri], iri))


def _seen_on(cohort: Cohort, claims: Claims, claim: Values) -> str:
    """Return what stands before the words of a claim: the treatments it hangs on, or after whose stop."""
    on = _drugs(cohort, claims, {*claim.get("duringTreatment", ()), *claim.get("responseTo", ())})
    stopped = _drugs(cohort, claims, claim.get("afterStopping", frozenset()))
    said = [f"on {on}"] if on else []
    said += [f"after the stop of {stopped}"] if stopped else []
    return f"{', '.join(said) or 'no treatment told'}: "


def _drugs(cohort: Cohort, claims: Claims, exposures: Set[str]) -> str:
    """Return the names of the drugs of some treatments, or dosings; nothing where there are none of these."""
    given = (iri for iri in claims if "hasTreatment" in claims[iri]["link"])
    meant = (each for each in given if not exposures.isdisjoint(exposures_of(claims, [each])))
    drugs = {drug for each in meant for drug in claims[each].get("aboutConcept", ())}
    names = ", ".join(sorted(treatment_label(cohort, drug) for drug in drugs))
    return names or ("a treatment" if exposures else "")


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
    gist = sorted(claim.get("gist", ()))
    if not (what := _labels(cohort, claim.get("aboutConcept", ()))):
        is_none = f"{CG}NoAdverseEvent" in claim[_TYPE]
        return with_remarks("no adverse event" if is_none else "no significant adverse event", gist)
    return with_remarks("adverse event: " + what, [*_local(claim.get("severity", ())), *gist])


def _outcome(cohort: Cohort, claims: Claims, claim: Values) -> str:
    about = {
        concept
        for each in claim.get("concerns", ())
        if each in claims
        for concept in claims[each].get("aboutConcept", ())
    }
    directions = _local(claim.get("direction", ()))
    words = f"{_labels(cohort, claim.get('domain', ()))} {_labels(cohort, claim.get('direction', ()))}"
    more = [_labels(cohort, each) for each in (claim.get("degree", ()), about) if each]
    what = f" ({'; '.join(more)})" if more else ""
    some, evaluated = (min(claim.get(each, ()), default="") for each in ("responderCount", "evaluatedCount"))
    many = responded(some, evaluated, " ".join(directions))
    remarks = [*sorted(claim.get("criterion", ())), *sorted(claim.get("gist", ()))]
    return with_remarks(f"{words}{what}{f': {many}' if many else ''}", remarks)


def _labels(cohort: Cohort, iris: Iterable[str]) -> str:
    return ", ".join(sorted(label_of(cohort, iri) for iri in iris))


def _local(iris: Iterable[str]) -> list[str]:
    return sorted(iri.removeprefix(CG) for iri in iris)
