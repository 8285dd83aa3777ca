"""Whether the words of a document are what they should be: no quotes by accident, nobody's name or number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from casegraph.check.walk import entries
from casegraph.errors import Problem
from casegraph.loaders.located import Source

__all__ = ["writing_problems"]

_OPENING, _CLOSING = "\u201c\u201e\u2018\u201a\u00ab", "\u201d\u201c\u2019\u2018\u00bb"
#: what tells who a patient is -> how it is written.
_DATE = (
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
    r"|\d{1,2}\.? [A-Z][a-z]+,? \d{4}|[A-Z][a-z]+ \d{1,2},? \d{4})"
)
_IDENTIFIERS = {
    "a date of birth": re.compile(
        rf"\b(?:born|geb\.?|date of birth|d\.?o\.?b\.?|birth ?date)\b.{{0,12}}?{_DATE}"
        r"|\*\s?\d{1,2}\.\d{1,2}\.\d{4}",
        re.IGNORECASE,
    ),
    "a record number": re.compile(
        r"\b(?:MRN|SSN|social security|Fallnummer|Aktenzeichen"
        r"|(?:record|hospital|chart|patient|case|accession|insurance|NHS|file|dossier)\s?(?:no|nr|number|id))"
        r"\b\.?\s*(?:is|was)?\s*[:#]?\s*(?=[\w -]*\d{4})[\w][\w -]{4,}",
        re.IGNORECASE,
    ),
    "the name of a person": re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Frau|Herr|Mme|Sra?)\.? [A-Z][a-z]+"),
    "an address of electronic mail": re.compile(r"\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b", re.IGNORECASE),
    "a telephone number": re.compile(
        r"\b(?:tel|phone|mobile|fax)\w*\b\.?[ :]*\+?\d[\d ()/-]{6,}", re.IGNORECASE
    ),
}
_OF_THE_PATIENT = ("cases", "groups")


def writing_problems(data: object, source: Source) -> Iterator[Problem]:
    """Yield typographic quotes that YAML takes for text, and what tells who a patient is."""
    for place, key, value in entries(data):
        for here, text in _texts(place, value):
            if _quoted(text):
                words = text.strip(_OPENING + _CLOSING)
                message = f"typographic quotes around {words!r} are part of the value"
                todo = "write straight quotes, ' or \", or none"
                yield source.problem(here, "smart-quotes", message, todo=todo)
            if place[0] in _OF_THE_PATIENT and key != "possibly_same_patient_as":
                what = next((what for what, pattern in _IDENTIFIERS.items() if pattern.search(text)), None)
                if what is not None:
                    todo = "take it out: a case document is published; give an age in years instead"
                    yield source.problem(here, "direct-identifier", f"this is like {what}", todo=todo)


def _quoted(text: str) -> bool:
    """Say whether a text begins or ends with a typographic quote that has no other inside."""
    if not text:
        return False
    ends = text[:1] in _OPENING, text[-1:] in _CLOSING and text[-1:] != "\u2019"
    if not any(ends):
        return False
    return all(ends) or sum(text.count(each) for each in "\u201c\u201d\u201e\u00ab\u00bb") == 1


def _texts(place: tuple[str | int, ...], value: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield place, value.strip()
    elif isinstance(value, list):
        yield from (((*place, at), each.strip()) for at, each in enumerate(value) if isinstance(each, str))
