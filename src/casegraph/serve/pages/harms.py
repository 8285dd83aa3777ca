"""The harm that is told of a case, or that there was none: what, during what, and when."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.namespaces import CG
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.disputed import disputed
from casegraph.serve.pages.markup import Content, Element, element
from casegraph.story.moments import at_moment, called, counts_from_zero, has_day, untimed
from casegraph.story.outcomes import beside, followed, note_of, turned
from casegraph.story.spans import open_side
from casegraph.story.telling import during, harm
from casegraph.story.words import Words, joined

__all__ = ["deaths", "harms", "place_of_harm"]

_HARMS, _FATAL = ("AdverseEvent", "Death"), f"{CG}fatal"


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
    yield claims.to(claim, joined(harm(words, claim), words.marks(claim)))
    if drugs := during(words, claim):
        yield f", {drugs}"
    for occasion in facts.values(claim, "at"):
        before, name = at_moment(facts, occasion)
        yield f", {before}"
        yield claims.to(occasion, name)
        yield f" ({_moment(claims.words, occasion)})"
    yield from disputed(claims, claim)
    if facts.kind(facts.case) == "Group":
        yield words.text(claim, "gist", ". {}")


def _moment(words: Words, occasion: str) -> str:
    """Return how long after another an occasion was, its day with what that is counted from, and its print.

    Where no time of it is told, no day stands: one that follows from the days of others would read as told.
    """
    facts, printed = words.facts, words.text(occasion, "timePrinted", "printed as “{}”")
    if not has_day(facts, occasion):
        return printed or untimed(facts, occasion)
    zero, days = facts.value(facts.case, "zeroPoint"), words.days(occasion)
    if zero and days and not open_side(facts, occasion):
        days += f", counted from {_zero(words, zero)}"
    return joined(words.since(occasion), days if counts_from_zero(facts, occasion) else "", printed)


def _zero(words: Words, zero: str) -> str:
    """Return what days are counted from; that it is not told, where a start has nothing that starts."""
    facts, name = words.facts, called(words.facts, zero)
    is_told = any(zero in facts.values(each, "at") for each in facts.having("at"))
    is_bare = name.endswith("start") and not is_told and not facts.values(zero, "timePrinted")
    return "a day that is not told" if is_bare else name


def deaths(claims: Claims) -> list[Element]:
    """Return what is told of each death, behind its day: of what, and what certainly ran."""
    facts = claims.words.facts
    found = [each for each in facts.claims("hasCourse") if facts.kind(each) == "Death"]
    return [_death(claims, each) for each in found]


def _death(claims: Claims, death: str) -> Element:
    """Return a death behind its day, with what certainly ran beside it."""
    words, facts = claims.words, claims.words.facts
    what = joined(turned(words, death), followed(words, death), words.marks(death))
    said = joined(what, beside(words, death), by="; ")
    when, printed = _moment(words, facts.value(death, "at") or ""), words.text(death, "timePrinted")
    when = joined(when, f"printed as “{printed}”" if printed and printed not in when else "")
    note = note_of(words, death)
    more = f" ({note})" if note else ""
    return element("span", f"{when}: {said}{more}; ", claims.to(death, "where it stands"))


def place_of_harm(claims: Claims, statement: str) -> tuple[bool, bool]:
    """Return the place of a statement among others: those on harm first, that which was fatal before all."""
    facts = claims.words.facts
    found = [each for each in facts.values(statement, "concerns") if facts.kind(each) in _HARMS]
    return not found, not any(_was_fatal(claims, each) for each in found)
