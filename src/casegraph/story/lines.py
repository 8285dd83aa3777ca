"""One line of the story of a case: what it is about, in words, and where the report says so."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Line"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a story.

    :param text: what it tells.
    :param node: the IRI of the claim, the occasion or what was derived; empty where it is of none.
    :param evidence: in square brackets the name of the claim, its basis and where it stands.
    :param level: how far it is set in below the lines before; 0 is not at all.

    >>> print(Line("fever", evidence="[#fever; abstract]"))
    fever [#fever; abstract]
    """

    text: str
    node: str = ""
    evidence: str = ""
    level: int = 0

    def __str__(self) -> str:
        return "  " * self.level + " ".join(filter(None, (self.text, self.evidence)))
