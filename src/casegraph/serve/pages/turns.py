"""The course at the top of the page of a case: relapses, flares, remissions, and a steroid spared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import Content, Element, element
from casegraph.story.judged import tell_derived
from casegraph.story.moments import UNTIMED, moment
from casegraph.story.outcomes import followed, note_of, turned
from casegraph.story.words import joined

__all__ = ["failing_turns", "turns"]

#: the turns for the worse that show that a drug failed.
_TURNS = ("Flare", "Relapse")


def failing_turns(claims: Claims) -> list[str]:
    """Return the judgements that a flare or a relapse shows a drug to have failed: each has a row."""
    facts = claims.words.facts
    return [
        each
        for each in facts.having("shownBy")
        if facts.kind(each) == "TreatmentFailure" and facts.kind(facts.value(each, "shownBy") or "") in _TURNS
    ]


def turns(claims: Claims) -> tuple[str, list[Content]]:
    """Return the heading and all turns of the course but death, those too that have a row of their own.

    The heading says so where their order is not certain.
    """
    facts = claims.words.facts
    found = [each for each in facts.claims("hasCourse") if facts.kind(each) != "Death"]
    heading = "course" if _is_in_order(claims, found) else "course, in no certain order"
    return heading, [*(_turn(claims, each) for each in found), *_spared(claims)]


def _is_in_order(claims: Claims, found: Sequence[str]) -> bool:
    facts = claims.words.facts
    at = [facts.value(each, "at") for each in found]
    return all(
        first and second and second in facts.values(first, "notAfter") for first, second in pairwise(at)
    )


def _turn(claims: Claims, turn: str) -> Element:
    """Return a turn in a line; what ran beside it stands with it below."""
    words = claims.words
    printed = words.text(turn, "timePrinted", "printed as “{}”")
    what = joined(turned(words, turn), followed(words, turn))
    said = joined(what, words.duration(turn), printed, words.marks(turn), _when(claims, turn))
    note = note_of(words, turn)
    return element("span", f"{said}{f' ({note})' if note else ''}; ", claims.to(turn, "where it stands"))


def _when(claims: Claims, turn: str) -> str:
    """Return the occasion of a turn with what is printed of it, but for its length, which stands before."""
    words, facts = claims.words, claims.words.facts
    at, length = facts.values(turn, "at"), facts.value(turn, "timePrinted")
    told = [words.text(each, "timePrinted") for each in at]
    printed = [f" (printed as “{each}”)" for each in told if each and not (length and length in each)]
    return f"{moment(words, turn) or UNTIMED}{''.join(printed)}"


def _spared(claims: Claims) -> Iterator[Element]:
    """Yield by rule that a steroid was lowered or stopped on a drug, with all that ran beside it."""
    facts = claims.words.facts
    for each in facts.values(facts.case, "hasJudgement"):
        if facts.kind(each) == "SteroidSparing":
            said = f"by rule, {tell_derived(claims.words, each)}; "
            yield element("span", said, claims.to(each, "why"))
