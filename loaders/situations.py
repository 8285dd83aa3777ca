"""Codes that tell of no disorder and no treatment of the patient: absent, of the past or of a relative."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from casegraph.loaders.tables import rows_of

__all__ = ["why_no_event"]

#: The semantic tag of SNOMED CT for what has its context in it: absent, of the past, of a relative.
_TAG = "(situation)"
#: That of what was found, which a label such as *No evidence of recurrence* then says as it is.
_OTHER_TAG = "(finding)"
_OF_RELATIVES = "family history"


def why_no_event(term: str) -> str | None:
    """Return why a term is left where a disorder, a procedure or a drug of the patient is told; None for one.

    Known are the codes of a table, and those of SNOMED CT by their semantic tag or, without one, by what
    their labels begin with; the other words of a label tell only whether such a code is of relatives.

    >>> why_no_event("SNOMEDCT:162607003 Cough absent (situation)"), why_no_event("ICD10CM:Z80.3")
    ('no-place', 'no-place')
    >>> why_no_event("SNOMEDCT:275937001 FH: Cancer"), why_no_event("MONDO:0016367 dermatomyositis")
    ('not-a-case', None)
    """
    curie, _, label = term.partition(" ")
    known = _codes().get(curie)
    tagged = curie.startswith("SNOMEDCT:") and label.endswith(_TAG)
    told = known is not None or tagged or _is_told_in_words(curie, label)
    if not told and not curie.casefold().startswith(_starts()):
        return None
    return "not-a-case" if _OF_RELATIVES in (known or label).lower() else "no-place"


def _is_told_in_words(curie: str, label: str) -> bool:
    """Tell whether the label of a code begins as that of a situation, and has no other tag."""
    said = label.casefold()
    return not label.endswith(_OTHER_TAG) and any(
        curie.startswith(system) and said.startswith(words) for system, words in _words()
    )


@cache
def _words() -> tuple[tuple[str, str], ...]:
    rows = rows_of("situations.tsv")
    return tuple((row["code"], row["label"].casefold()) for row in rows if row["matches"] == "words")


@cache
def _codes() -> Mapping[str, str]:
    rows = rows_of("situations.tsv")
    return MappingProxyType({row["code"]: row["label"] for row in rows if row["matches"] == "code"})


@cache
def _starts() -> tuple[str, ...]:
    return tuple(row["code"].casefold() for row in rows_of("situations.tsv") if row["matches"] == "start")
