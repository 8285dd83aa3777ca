"""Whether the words of a document are what they should be: no quotes by accident, nobody's name or number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from casegraph.check.walk import Mappings, each_of
from casegraph.errors import Problem
from casegraph.loaders.located import Place, Source

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
_SHORT = 60
_OF_THE_PATIENT = ("cases", "groups")


def writing_problems(told: Mappings, source: Source) -> Iterator[Problem]:
    """Yield typographic quotes that YAML takes for text, and what tells who a patient is."""
    for place, mapping in told:
        for key, value in mapping.items():
            if any(_doubtful(each) for each in _texts(value)):
                yield from _of_entry(value, (*place, key), source)


def _of_entry(value: object, place: Place, source: Source) -> Iterator[Problem]:
    for here, text in each_of(tuple(value) if isinstance(value, list) else value, place):
        if not isinstance(text, str):
            continue
        said = text.strip()
        if _quoted(said):
            words = said.strip(_OPENING + _CLOSING)
            message = f"typographic quotes around {words!r} are part of the value"
            todo = "write straight quotes, ' or \", or none"
            yield source.problem(here, "smart-quotes", message, todo=todo)
        of_patient = place[0] in _OF_THE_PATIENT and place[-1] != "possibly_same_patient_as"
        if of_patient and (what := _identifying(said)):
            todo = "take it out: a case document is published; give an age in years instead"
            yield source.problem(here, "direct-identifier", f"this is like {what}", todo=todo)


def _doubtful(text: str) -> bool:
    return _is_doubtful(text) if len(text) <= _SHORT else _wrong(text)


def _wrong(text: str) -> bool:
    said = text.strip()
    return _quoted(said) or _identifying(said) is not None


#: Words of closed lists, terms and keys stand in many documents.
_is_doubtful = lru_cache(maxsize=65_536)(_wrong)


def _identifying(text: str) -> str | None:
    return next((what for what, pattern in _IDENTIFIERS.items() if pattern.search(text)), None)


def _quoted(text: str) -> bool:
    """Say whether a text begins or ends with a typographic quote that has no other inside."""
    if not text:
        return False
    ends = text[:1] in _OPENING, text[-1:] in _CLOSING and text[-1:] != "\u2019"
    if not any(ends):
        return False
    return all(ends) or sum(text.count(each) for each in "\u201c\u201d\u201e\u00ab\u00bb") == 1


def _texts(value: object) -> Iterator[str]:
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, str):
            yield each
