"""A case as its story, which notebooks show by itself: what ``casegraph show`` tells, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from casegraph.facts import read_case
from casegraph.store import Store
from casegraph.story.around import PERHAPS, notices_of_case, perhaps_same
from casegraph.story.judged import what_follows
from casegraph.story.lines import Line
from casegraph.story.telling import sections
from casegraph.story.words import Words
from casegraph.told import with_told

__all__ = ["CaseStory", "story_of"]

_FOLLOWS = "What follows by rule, and is no word of the report"


@dataclass(frozen=True, slots=True)
class CaseStory:
    """The story of a case or group: headings with their lines, each with where the report says so.

    :param iri: of the case.
    """

    iri: str
    parts: tuple[tuple[str, tuple[Line, ...]], ...]

    def __str__(self) -> str:
        return "\n".join(
            line for heading, lines in self.parts for line in (heading, *(f"  {each}" for each in lines), "")
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the story as notebooks show it."""
        html = "".join(
            f"<h4>{escape(heading)}</h4><ul>{''.join(f'<li>{escape(str(each))}</li>' for each in lines)}</ul>"
            for heading, lines in self.parts
        )
        return {"text/plain": str(self), "text/html": html}


def story_of(store: Store, case: str) -> CaseStory:
    """Return the story of a case.

    :param case: its IRI.
    :raises InputError: if the case is not in the store.
    :raises StoreError: if the store fails.
    """
    words = Words(read_case(store, case), with_told(store))
    notices = [Line(each) for each in notices_of_case(store, words.facts)]
    perhaps = [Line(f"{said} {iri}") for iri, said in perhaps_same(store, case).items()]
    around = (("Notices about the report", notices), (PERHAPS, perhaps))
    told = [*around, *sections(words), (_FOLLOWS, what_follows(words))]
    return CaseStory(case, tuple((heading, tuple(lines)) for heading, lines in told if lines))
