"""What was found, what was explicitly not found, and what is left open: three lists that are never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import Content, Element, element
from casegraph.story.lines import Line
from casegraph.story.telling import told

__all__ = ["findings"]

_FOUND = "The {} says that this was there."
_ABSENT = "The {} says that this was not there, at the time that is told."
_OPEN = "The {} leaves open whether this was there."
_UNSTATED = "Looked for in the {}, and not told: neither present nor absent."
_REST = "What is in none of these lists was not told of. That is not absence."
_NONE_ABSENT = " None is told to have been absent."


def findings(claims: Claims) -> Content:
    """Return the three lists; nothing where nothing is told of any."""
    words, facts = claims.words, claims.words.facts
    found, absent = facts.claims("hasFinding"), facts.claims("excludesFinding")
    open_ = told(words, facts.claims("questionsFinding"))
    unstated = told(words, facts.claims("leavesOpen"))
    teller = "record" if facts.having("recordId") else "report"
    lists = [
        *_list("Found", _FOUND.format(teller), claims.entries(_also(claims, found, absent, "not found"))),
        *_list(
            "Explicitly not found",
            _ABSENT.format(teller),
            claims.entries(_also(claims, absent, found, "found")),
        ),
        *_list("Left open", _OPEN.format(teller), claims.entries(open_)),
        *_list("Not stated", _UNSTATED.format(teller), claims.entries(unstated)),
    ]
    columns = element("div", lists, class_="beside")
    return (
        claims.section("_findings", "Findings", element("p", _REST, "" if absent else _NONE_ABSENT), columns)
        if lists
        else ""
    )


def _list(heading: str, meaning: str, entries: Content) -> Iterator[Element]:
    if entries:
        yield element("section", element("h3", heading), element("p", meaning, class_="meaning"), entries)


def _also(claims: Claims, ours: Iterable[str], others: Iterable[str], said: str) -> Iterator[Line]:
    """Yield findings, each with a word where the same is told the other way elsewhere."""
    facts = claims.words.facts
    concepts = {each: facts.values(each, "aboutConcept") for each in others}
    for line in told(claims.words, ours):
        mine = set(facts.values(line.node, "aboutConcept"))
        contrary = [facts.name(each) for each, theirs in concepts.items() if mine & set(theirs)]
        also = f" (told as {said} elsewhere: {', '.join(contrary)})" if contrary else ""
        yield Line(f"{line.text}{also}", line.node, line.evidence, line.level)
