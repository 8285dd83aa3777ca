"""The top of the page of a case: who, which diagnosis, and what was tried with what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from casegraph.namespaces import BASE, CG
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.disputed import disputed
from casegraph.serve.pages.frame import described
from casegraph.serve.pages.harms import deaths, harms, place_of_harm
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.pages.serology import serology
from casegraph.serve.pages.tried import OUTCOMES, tried
from casegraph.serve.pages.turns import turns
from casegraph.story.frame import person
from casegraph.story.moments import moment, seen
from casegraph.story.telling import answer, harm, is_of_history, told
from casegraph.story.words import joined

__all__ = ["in_short"]

_STANDINGS = {"FinalDiagnosis": "final", "WorkingDiagnosis": "working"}
#: the statements of the authors about what treatments did.
_CLAIMED = frozenset(
    (
        *("AttributionStatement", "RefractoryStatement", "EffectivenessStatement", "NonResponseStatement"),
        "SafetyStatement",
    )
)
_EXPOSURES = ("TreatmentEpisode", "DoseSegment")
#: of more conflicts than so many only the number stands at the top.
_MOST_CONFLICTS = 3
#: so many groups or patients of the same report are named.
_MOST_BESIDE = 10


def in_short(claims: Claims, in_report: Mapping[str, tuple[str, str]] | None = None) -> Content:
    """Return who the patient is, the diagnoses, and what was tried and happened, with whose word that is.

    :param in_report: groups of the same report, of a group its patients, as
        :func:`casegraph.story.grouped.beside_in_report` gives them.
    """
    others: list[Content] = [*_in_report(claims, in_report or {})]
    head = [*_who(claims), ("told of as well", others), *_head(claims)]
    return claims.section(
        "_short", "In short", described(head), tried(claims) or _outcomes(claims), _claimed(claims)
    )


def _who(claims: Claims) -> Iterator[tuple[str, list[Content]]]:
    facts = claims.words.facts
    yield "group" if facts.kind(facts.case) == "Group" else "patient", [person(claims.words)]
    yield "called", [claims.words.text(facts.case, "patientLabel", "“{}”")]


def _in_report(claims: Claims, others: Mapping[str, tuple[str, str]]) -> Iterator[Element]:
    """Yield who else is told of in the report; of many the first, and that the report has more."""
    for iri, (before, behind) in islice(others.items(), _MOST_BESIDE):
        to = link(claims.service.address(iri), iri.removeprefix(BASE).partition("/")[2])
        yield element("span", f"{before} ", to, f"{' ' if behind.startswith('(') else ': '}{behind}")
    if (more := len(others) - _MOST_BESIDE) > 0:
        report = claims.words.facts.report
        yield element(
            "span", f"and {more:,} more, of ", link(claims.service.address(report), "the same report")
        )


def _head(claims: Claims) -> Iterator[tuple[str, list[Content]]]:
    words, facts = claims.words, claims.words.facts
    held = facts.claims("hasDiagnosis")
    yield "diagnosis", [_diagnosis(claims, each) for each in held] or ["none is told"]
    yield "considered, not held", [_named(claims, facts.claims("considersDiagnosis"))]
    denied = facts.claims("excludesDiagnosis")
    yield "excluded", [_named(claims, (each for each in denied if not is_of_history(words, each)))]
    yield "no history of", [_named(claims, (each for each in denied if is_of_history(words, each)))]
    yield "antibodies", [*serology(claims)]
    yield "adverse events", [*harms(claims)]
    yield turns(claims)
    yield "died", [*deaths(claims)]
    yield "does not fit together", _conflicts(claims)
    yield "report", [link(claims.service.address(facts.report), facts.report.removeprefix(BASE))]
    is_group = facts.kind(facts.case) == "Group"
    yield "group" if is_group else "case", [link(claims.service.address(facts.case), facts.case)]


def _conflicts(claims: Claims) -> list[Content]:
    """Return what does not fit together in the report; of many, how many they are."""
    facts = claims.words.facts
    found = facts.claims("hasConflict")
    if len(found) > _MOST_CONFLICTS:
        return [link("#_conflicts", f"{len(found)} conflicts within the report")]
    return [claims.to(each, facts.value(each, "gist") or facts.name(each)) for each in found]


def _diagnosis(claims: Claims, claim: str) -> Content:
    """Return a diagnosis with its standing and its note, which may say how severe, or that it was revised."""
    words, facts = claims.words, claims.words.facts
    concepts = [claims.term(each) for each in facts.values(claim, "aboutConcept")]
    about = [part for each in concepts for part in (", ", each)][1:]
    standing = joined(_STANDINGS.get(facts.kind(claim), ""), words.marks(claim), moment(words, claim))
    note = words.text(claim, "gist", " ({})")
    return element(
        "span",
        about,
        f", {standing}" if standing else "",
        note,
        *disputed(claims, claim),
        "; ",
        claims.to(claim, "where it stands"),
    )


def _named(claims: Claims, found: Iterable[str]) -> Content:
    """Return what some claims are about, each as the link to where that is told; if implied, by what."""
    words, parts = claims.words, list[Content]()
    for each in found:
        parts += ["; ", claims.to(each, harm(words, each))]
        marks = words.marks(each)
        parts.append(f", {marks}" if marks else "")
        if words.facts.value(each, "basis") == f"{CG}implied":
            parts.append(words.text(each, "gist", " by: {}"))
    return element("span", parts[1:]) if parts else ""


def _outcomes(claims: Claims) -> Content:
    """Return what became of it as it is told, where no rule judged it, as of a group."""
    words = claims.words
    lines = {each: answer(words, each, seen(words, each)) for each in words.facts.claims(*OUTCOMES)}
    entries = [element("li", text, " ", claims.to(each, "where it stands")) for each, text in lines.items()]
    return element("div", element("p", "What became of it:"), element("ul", entries)) if entries else ""


def _claimed(claims: Claims) -> Content:
    """Return what the authors claim of this patient or group: harm first, that which was fatal before all."""
    facts = claims.words.facts
    found = [each for each in facts.claims("hasStatement") if _is_claimed(claims, each)]
    if not found:
        return ""
    found.sort(key=lambda each: place_of_harm(claims, each))
    whom = "group" if facts.kind(facts.case) == "Group" else "patient"
    entries = (
        element("li", line.text, *disputed(claims, line.node), " ", claims.to(line.node, "where it stands"))
        for line in told(claims.words, found)
    )
    return element(
        "div",
        element("p", f"What the authors claim of this {whom}; claimed is not observed:"),
        element("ul", entries),
    )


def _is_claimed(claims: Claims, statement: str) -> bool:
    """Say whether a statement is about what treatments did to this patient or group, or about a treatment."""
    facts = claims.words.facts
    if facts.value(statement, "general") == "true":
        return False
    if facts.kind(statement) in _CLAIMED:
        return True
    concerned = (facts.kind(each) for each in facts.values(statement, "concerns"))
    is_about_it = bool(facts.values(statement, "domain")) or any(each in _EXPOSURES for each in concerned)
    return facts.kind(statement) == "AuthorStatement" and is_about_it
