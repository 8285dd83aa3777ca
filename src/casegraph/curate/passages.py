"""Finds the paragraphs of a pasted article, so that claims can say where they stand to the character."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator

from casegraph.model import CapturedText, Passage

__all__ = ["captured", "passages_of"]

_BLOCK = re.compile(r"\S(?:[^\n]|\n(?![ \t]*\n))*")
_LINE = re.compile(r"\S[^\n]*")
_LONGEST_HEADING = 80
_NUMBERED = re.compile(r"^[\d.]+\s+")


def captured(text: str) -> CapturedText:
    """Return what a document says of the text that its ranges count in.

    >>> captured("A rash.").characters
    7
    """
    return CapturedText(sha256=_hash(text), characters=len(text))


def passages_of(text: str) -> dict[str, Passage]:
    r"""Return the paragraphs of a text by section and number; a short line without a full stop is a heading.

    Ranges count code points of the text as it is. Paragraphs are set apart by empty lines; where there are
    none, by line ends.

    >>> found = passages_of("Case report\n\nA woman had a rash.\n\nIt faded.")
    >>> {key: passage.chars for key, passage in found.items()}
    {'case-report-1': (13, 32), 'case-report-2': (34, 43)}
    """
    found: dict[str, Passage] = {}
    section, counted = "text", Counter[str]()
    for start, end in _paragraphs(text):
        words = text[start:end]
        if _is_heading(words):
            section = _slug(words) or section
            continue
        counted[section] += 1
        found[f"{section}-{counted[section]}"] = Passage(
            section=section, paragraph=counted[section], chars=(start, end), sha256=_hash(words)
        )
    return found


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    blocks = [found.span() for found in _BLOCK.finditer(text)]
    if len(blocks) == 1:
        blocks = [found.span() for found in _LINE.finditer(text)]
    for start, end in blocks:
        yield start, start + len(text[start:end].rstrip())


def _is_heading(words: str) -> bool:
    return "\n" not in words and len(words) <= _LONGEST_HEADING and words[-1] not in ".;:?!)]"


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _NUMBERED.sub("", words).casefold()).strip("-")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
