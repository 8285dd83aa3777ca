"""The top of the page of a case: who, which diagnosis, and what was tried with what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.namespaces import BASE, CG
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.frame import described
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.pages.tried import OUTCOMES, tried
from casegraph.story.frame import person
from casegraph.story.lines import Line
from casegraph.story.telling import during, harm, told
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
_HARMS, _FATAL = ("AdverseEvent", "Death"), f"{CG}fatal"


def in_short(claims: Claims) -> Content:
    """Return who the patient is, the diagnoses, and what was tried and happened, with whose word that is."""
    return claims.section(
        "_short", "In short", described(_head(claims)), tried(claims) or _outcomes(claims), _claimed(claims)
    )


def _head(claims: Claims) -> Iterator[tuple[str, list[Content]]]:
    words, facts = claims.words, claims.words.facts
    is_group = facts.kind(facts.case) == "Group"
    yield "group" if is_group else "patient", [person(words)]
    yield "called", [words.text(facts.case, "patientLabel", "“{}”")]
    held = facts.claims("hasDiagnosis")
    yield "diagnosis", [_diagnosis(claims, each) for each in held] or ["none is told"]
    yield "considered, not held", [_named(claims, facts.claims("considersDiagnosis"))]
    yield "excluded", [_named(claims, facts.claims("excludesDiagnosis"))]
    yield "adverse events", [element("span", _harm(claims, each)) for each in _harms(claims)]
    deaths = [each for each in facts.claims("hasCourse") if facts.kind(each) == "Death"]
    yield "died", [_death(claims, each) for each in told(words, deaths)]
    yield "report", [link(claims.service.address(facts.report), facts.report.removeprefix(BASE))]
    yield "group" if is_group else "case", [link(claims.service.address(facts.case), facts.case)]


def _harms(claims: Claims) -> list[str]:
    """Return the adverse events, the fatal ones first, else in the order of time."""
    return sorted(claims.words.facts.claims("hasAdverseEvent"), key=lambda each: not _was_fatal(claims, each))


def _was_fatal(claims: Claims, claim: str) -> bool:
    facts = claims.words.facts
    return facts.kind(claim) == "Death" or _FATAL in facts.values(claim, "severity")


def _harm(claims: Claims, claim: str) -> Iterator[Content]:
    """Return an adverse event, during what it was, and of a group also in whom, which only its gist tells."""
    words, facts = claims.words, claims.words.facts
    yield claims.to(claim, harm(words, claim))
    if drugs := during(words, claim):
        yield f", {drugs}"
    if facts.kind(facts.case) == "Group":
        yield words.text(claim, "gist", ". {}")


def _death(claims: Claims, line: Line) -> Element:
    """Return what is told of a death, behind its day: the name of an occasion alone tells no time."""
    words, facts = claims.words, claims.words.facts
    at = facts.value(line.node, "at") or ""
    zero = facts.name(facts.value(facts.case, "zeroPoint") or "")
    days = words.days(at)
    counted = f"{days}, counted from {zero}" if days and zero else days
    printed = words.text(at, "timePrinted", "printed as “{}”")
    when = joined(counted, "" if printed and printed in line.text else printed)
    return element(
        "span", f"{when or 'when is not told'}: {line.text}; ", claims.to(line.node, "where it stands")
    )


def _diagnosis(claims: Claims, claim: str) -> Content:
    facts = claims.words.facts
    concepts = [claims.term(each) for each in facts.values(claim, "aboutConcept")]
    about = [part for each in concepts for part in (", ", each)][1:]
    standing = _STANDINGS.get(facts.kind(claim), "")
    return element(
        "span", about, f", {standing}; " if standing else "; ", claims.to(claim, "where it stands")
    )


def _named(claims: Claims, found: Iterable[str]) -> Content:
    """Return what some claims are about, each as the link to where that is told."""
    links = (claims.to(each, harm(claims.words, each)) for each in found)
    return element("span", [part for each in links for part in ("; ", each)][1:]) if found else ""


def _outcomes(claims: Claims) -> Content:
    """Return what became of it as it is told, where no rule judged it, as of a group."""
    lines = told(claims.words, claims.words.facts.claims(*OUTCOMES))
    entries = [element("li", each.text, " ", claims.to(each.node, "where it stands")) for each in lines]
    return element("div", element("p", "What became of it:"), element("ul", entries)) if entries else ""


def _claimed(claims: Claims) -> Content:
    """Return what the authors claim of this patient or group: harm first, that which was fatal before all."""
    facts = claims.words.facts
    found = [
        each
        for each in facts.claims("hasStatement")
        if facts.kind(each) in _CLAIMED and facts.value(each, "general") != "true"
    ]
    if not found:
        return ""
    found.sort(key=lambda each: _place_of_harm(claims, each))
    whom = "group" if facts.kind(facts.case) == "Group" else "patient"
    entries = (
        element("li", line.text, " ", claims.to(line.node, "where it stands"))
        for line in told(claims.words, found)
    )
    return element(
        "div",
        element("p", f"What the authors claim of this {whom}; claimed is not observed:"),
        element("ul", entries),
    )


def _place_of_harm(claims: Claims, statement: str) -> tuple[bool, bool]:
    facts = claims.words.facts
    harms = [each for each in facts.values(statement, "concerns") if facts.kind(each) in _HARMS]
    return not harms, not any(_was_fatal(claims, each) for each in harms)
