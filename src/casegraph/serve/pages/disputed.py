"""Says beside a claim that the report says something else too, and leads to both sides."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import Content

__all__ = ["disputed"]


def disputed(claims: Claims, claim: str) -> Iterator[Content]:
    """Yield the links to the conflicts of which a claim is a side; nothing where there are none."""
    facts = claims.words.facts
    found = [each for each in facts.claims("hasConflict") if claim in facts.values(each, "between")]
    for place, each in enumerate(found):
        yield ", " if place else f"; see the conflict{'s' if len(found) > 1 else ''} "
        yield claims.to(each, facts.name(each).removeprefix("conflict-"))
