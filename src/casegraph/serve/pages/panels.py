"""Antibodies over time as a table, and all tests as a list in the order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from casegraph.namespaces import CG
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import Content, Element, element
from casegraph.serve.pages.tables import Row, table
from casegraph.story.order import between, without_place
from casegraph.story.outcomes import outcome
from casegraph.story.telling import told
from casegraph.story.words import joined

__all__ = ["antibodies", "found_antibodies", "tests"]

_AUTOANTIBODY = f"{CG}Autoantibody"
_EMPTY = "An empty cell: no result is told for that time, which is not a negative result."
_SUMMARY = "A summary such as “all negative” does not list its members: it says nothing about one antibody."
_LOOSE = "In no known order to those above: each only between the times that are told with it"
_UNTIMED = "Of no told time"
_MARKS = {"positive": "+ ", "negative": "\N{MINUS SIGN} "}


def antibodies(claims: Claims) -> Content:
    """Return the antibodies of the case by occasion; nothing where none is told of."""
    words, facts = claims.words, claims.words.facts
    found = found_antibodies(claims, "hasTestResult", "leavesOpen")
    occasions = _occasions(claims, found)
    analytes = dict.fromkeys(facts.value(each, "aboutConcept") or "" for each in found)
    loose = without_place(facts, set(occasions) - {""})
    columns = ["antibody", *(_head(claims, each, is_loose=each in loose) for each in occasions)]
    rows = (
        Row(
            words.label(analyte),
            [
                _cell(claims, (each for each in found if _is_at(claims, each, analyte, time)))
                for time in occasions
            ],
        )
        for analyte in sorted(analytes, key=lambda each: _order(claims, found, each))
    )
    made = table("Results by antibody and time, each leading to where it stands", columns, rows)
    summary = any(facts.values(each, "coverage") for each in found)
    notes = element("p", _EMPTY, f" {_SUMMARY}" if summary else "")
    return claims.section("_antibodies", "Antibodies over time", notes, made) if made else ""


def tests(claims: Claims) -> Content:
    """Return all tests with where they stand; nothing where there are none.

    Those of which no order to the others is known are set apart: in one list they would seem to have one.
    """
    facts = claims.words.facts
    found = facts.claims("hasTestResult")
    at = {each: facts.value(each, "at") or "" for each in found}
    loose = without_place(facts, set(at.values()) - {""})
    lists = (
        ("", (each for each in found if at[each] and at[each] not in loose)),
        (_LOOSE, (each for each in found if at[each] in loose)),
        (_UNTIMED, (each for each in found if not at[each])),
    )
    made = [_tests(claims, heading, each) for heading, each in lists]
    return claims.section("_tests", "All tests, in the order of time where it is known", made)


def _tests(claims: Claims, heading: str, found: Iterable[str]) -> Content:
    lines = told(claims.words, found)
    if heading == _LOOSE:
        lines = [replace(each, text=f"{each.text} ({_between(claims, each.node)})") for each in lines]
    entries = claims.entries(lines)
    return element("section", element("h3", heading), entries) if heading and entries else entries


def _between(claims: Claims, claim: str) -> str:
    return between(claims.words.facts, claims.words.facts.value(claim, "at") or "")


def found_antibodies(claims: Claims, *links: str) -> list[str]:
    """Return the claims of a case about autoantibodies, in the order of time.

    :param links: the properties by which the case has them.
    """
    return [each for each in claims.words.facts.claims(*links) if _is_antibody(claims, each)]


def _is_antibody(claims: Claims, claim: str) -> bool:
    terms = claims.words.terms
    concepts = claims.words.facts.values(claim, "aboutConcept")
    return any(each == _AUTOANTIBODY or _AUTOANTIBODY in terms.above(each) for each in concepts)


def _occasions(claims: Claims, found: Iterable[str]) -> list[str]:
    """Return the occasions of some claims in order, then those of no known order; last, as no text, none."""
    facts = claims.words.facts
    at = dict.fromkeys(facts.value(each, "at") or "" for each in found)
    loose = without_place(facts, set(at) - {""})
    return sorted(at, key=lambda each: (not each, each in loose, facts.rank(each), each))


def _is_at(claims: Claims, claim: str, analyte: str, occasion: str) -> bool:
    facts = claims.words.facts
    return (facts.value(claim, "aboutConcept") or "", facts.value(claim, "at") or "") == (analyte, occasion)


def _order(claims: Claims, found: list[str], analyte: str) -> tuple[bool, bool, int, str]:
    """Return the place of an antibody: by its first result, then a summary, then those not stated."""
    facts = claims.words.facts
    mine = [each for each in found if facts.value(each, "aboutConcept") == analyte]
    results = [each for each in mine if facts.kind(each) == "TestResult"]
    ranks = (facts.rank(facts.value(each, "at")) for each in results)
    return not results, analyte == _AUTOANTIBODY, min(ranks, default=0), claims.words.label(analyte)


def _head(claims: Claims, occasion: str, *, is_loose: bool) -> Content:
    if not occasion:
        return "time not told"
    order = between(claims.words.facts, occasion) if is_loose else ""
    when = joined(claims.words.time(occasion), order)
    return element("span", claims.to(occasion), element("span", f" {when}", class_="when") if when else "")


def _cell(claims: Claims, found: Iterable[str]) -> list[Element]:
    facts = claims.words.facts
    told = []
    for each in found:
        mark = _MARKS.get(facts.name(facts.value(each, "result") or ""), "")
        said = outcome(claims.words, each) if facts.kind(each) == "TestResult" else "not stated"
        told.append(element("p", claims.to(each, f"{mark}{said}")))
    return told
