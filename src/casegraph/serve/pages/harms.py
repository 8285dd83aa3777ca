"""The harm that is told of a case, or that there was none: what, during what, and when."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.namespaces import CG
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.disputed import disputed
from casegraph.serve.pages.markup import Content, Element, element
from casegraph.story.lines import Line
from casegraph.story.spans import open_side
from casegraph.story.telling import during, harm, told
from casegraph.story.words import joined

__all__ = ["deaths", "harms", "place_of_harm"]

_HARMS, _FATAL = ("AdverseEvent", "Death"), f"{CG}fatal"
_UNTIMED = "when is not told"


def harms(claims: Claims) -> Iterator[Element]:
    """Yield the adverse events, the fatal ones first, else in order of time; last, that there was none."""
    facts = claims.words.facts
    found = sorted(facts.claims("hasAdverseEvent"), key=lambda each: not _was_fatal(claims, each))
    for each in (*found, *facts.claims("excludesAdverseEvent")):
        yield element("span", _harm(claims, each))


def _was_fatal(claims: Claims, claim: str) -> bool:
    facts = claims.words.facts
    return facts.kind(claim) == "Death" or _FATAL in facts.values(claim, "severity")


def _harm(claims: Claims, claim: str) -> Iterator[Content]:
    """Yield an adverse event, during what, and when; of a group also in whom, which only its gist tells."""
    words, facts = claims.words, claims.words.facts
    yield claims.to(claim, harm(words, claim))
    if drugs := during(words, claim):
        yield f", {drugs}"
    for occasion in facts.values(claim, "at"):
        yield ", at "
        yield claims.to(occasion)
        yield f" ({_moment(claims, occasion)})"
    yield from disputed(claims, claim)
    if facts.kind(facts.case) == "Group":
        yield words.text(claim, "gist", ". {}")


def _moment(claims: Claims, occasion: str, but: str = "") -> str:
    """Return the day of an occasion with what it is counted from, and what is printed of it.

    :param but: words beside it, which may tell already what is printed.
    """
    words, facts = claims.words, claims.words.facts
    zero = facts.name(facts.value(facts.case, "zeroPoint") or "")
    days = words.days(occasion)
    is_day = days and zero and not open_side(facts, occasion)
    counted = f"{days}, counted from {zero}" if is_day else days
    printed = words.text(occasion, "timePrinted", "printed as “{}”")
    return joined(counted, "" if printed and printed in but else printed) or _UNTIMED


def deaths(claims: Claims) -> list[Element]:
    """Return what is told of each death, behind its day."""
    facts = claims.words.facts
    found = [each for each in facts.claims("hasCourse") if facts.kind(each) == "Death"]
    return [_death(claims, each) for each in told(claims.words, found)]


def _death(claims: Claims, line: Line) -> Element:
    """Return a death behind its day: the name of an occasion alone tells no time."""
    at = claims.words.facts.value(line.node, "at") or ""
    when = _moment(claims, at, but=line.text)
    return element("span", f"{when}: {line.text}; ", claims.to(line.node, "where it stands"))


def place_of_harm(claims: Claims, statement: str) -> tuple[bool, bool]:
    """Return the place of a statement among others: those on harm first, that which was fatal before all."""
    facts = claims.words.facts
    found = [each for each in facts.values(statement, "concerns") if facts.kind(each) in _HARMS]
    return not found, not any(_was_fatal(claims, each) for each in found)
