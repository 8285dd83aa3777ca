"""How complete a case is told, by the CARE reporting checklist, item by item."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.care import STATES, Item, Score, score_quads
from casegraph.namespaces import BASE
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import Content, element
from casegraph.serve.pages.tables import Row, table

__all__ = ["completeness"]

_MEANING = (
    "Which items of the CARE checklist are told. Not reported: missing in a paper that was read whole, or "
    "that was searched for it. Not captured: only a part was read, or a record of data, whose silence means "
    "nothing."
)
_MARKS = {"reported": "✓ ", "not reported": "✗ ", "not captured": "? "}


def completeness(claims: Claims) -> Content:
    """Return the items with their states; nothing for a group, which is no patient."""
    facts = claims.words.facts
    quads = facts.quads[f"{facts.case}/asserted"] + facts.quads[facts.report]
    scores = [each for each in score_quads(quads, claims.words.terms) if each.case == facts.case]
    return _score(claims, scores[0]) if scores else ""


def _score(claims: Claims, score: Score) -> Content:
    rows = (
        Row(each.number, (each.label, f"{_MARKS[each.state]}{each.state}", list(_shown(claims, each))))
        for each in score.items
    )
    made = table("CARE items", ("item", "asks for", "state", "shown by"), rows)
    folded = element("details", element("summary", "Item by item"), made)
    told = element("p", element("strong", f"{_told(score)}."))
    return claims.section("_care", "Completeness by CARE", told, element("p", _MEANING), folded)


def _told(score: Score) -> str:
    """Return how many items are told; a share of one item would say no more.

    >>> items = [Item("1", "title", "reported", (), ""), Item("2", "key words", "not captured", (), "")]
    >>> _told(Score("", "", tuple(items)))
    '1 reported, 0 not reported, 1 not captured: one item can be known'
    >>> _told(Score("", "", tuple(items + items)))
    '2 reported, 0 not reported, 2 not captured: 100% of the 2 items that can be known'
    """
    counts = ", ".join(f"{score.count(state)} {state}" for state in STATES)
    known = len(score.items) - score.count("not captured")
    if known == 1:
        return f"{counts}: one item can be known"
    share = "" if score.share is None else f": {score.share:.0%} of the {known} items that can be known"
    return f"{counts}{share}"


def _shown(claims: Claims, item: Item) -> Iterator[Content]:
    words, facts = claims.words, claims.words.facts
    for number, name in enumerate(item.evidence):
        node = f"{facts.case}#{name}"
        joint = ", " if number else ""
        if facts.values(node, "basis"):
            yield joint
            yield claims.to(node)
        elif facts.values(f"{facts.report}#{name}", "basis"):
            yield joint
            yield claims.to(f"{facts.report}#{name}")
        else:
            yield joint + (words.label(name) if name.startswith(BASE) else name)
