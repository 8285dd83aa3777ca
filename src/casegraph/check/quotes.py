"""Whether passages are what the source text holds there, and claims say what their passages say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from casegraph.check.amounts import numbers
from casegraph.check.walk import structs
from casegraph.errors import InputError, Problem
from casegraph.loaders.located import Located, Place
from casegraph.model import Claim, ConceptClaim, DoseSegment, Subject, TestResult
from casegraph.namespaces import expand
from casegraph.terms import Terms

__all__ = ["quote_problems"]

_WORD = re.compile(r"[a-z]{2,}|\d+")
_NUMBERS = ("value", "dose", "dose_min", "dose_max", "dose_from", "dose_to", "range_low", "range_high")
#: words that many labels share and that say nothing about which term it is.
_COMMON = frozenset(
    (
        *("the", "of", "in", "on", "to", "and", "for", "not", "with", "other", "than", "unspecified"),
        *("disease", "disorder", "syndrome", "level", "amount", "antibody", "anti", "concentration"),
        *("abnormal", "abnormality", "appearance", "positive", "negative", "increased", "decreased"),
        *("elevated", "circulating"),
    )
)
_SHARED = 4


def quote_problems(located: Located, text: str, terms: Terms) -> Iterator[Problem]:
    """Yield what of a document does not fit the text it was read from.

    The text's own hash; each passage's range and hash; each number of a claim, which should stand in its
    passage; and each term, some word of whose names should. Passages without a range cannot be compared.

    :param text: the captured text of the report, as it was when the ranges were counted.
    """
    document, source = located.document, located.source
    captured = document.report.text
    if captured is not None and _hash(text) != captured.sha256:
        todo = "give the file that the ranges were counted in, or count them anew"
        message = f"the text has {len(text):,} characters and another hash than report.text"
        yield source.problem(("report", "text"), "other-text", message, todo=todo)
        return
    quotes: dict[str, str] = {}
    for key, passage in document.passages.items():
        if passage.chars is None:
            continue
        start, end = passage.chars
        quotes[key] = text[start:end]
        if _hash(quotes[key]) != passage.sha256:
            message = f"characters {start} to {end} of the text are not those of the hash"
            todo = "look at the range; casegraph counts code points from 0, end excluded"
            yield source.problem(("passages", key), "passage-hash", message, todo=todo)
    for kind, subjects in (("cases", document.cases), ("groups", document.groups)):
        for key, subject in subjects.items():
            yield from _claims(subject, (kind, key), quotes, located, terms)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _claims(
    subject: Subject, place: Place, quotes: dict[str, str], located: Located, terms: Terms
) -> Iterator[Problem]:
    for here, claim in structs(subject, place):
        if not isinstance(claim, Claim) or claim.basis != "stated":
            continue
        read = [key for key in (claim.stated_in, *claim.restated_in) if key in quotes]
        quote = " ".join(quotes[key] for key in read)
        if not read or claim.repaired_from:
            continue
        if isinstance(claim, DoseSegment | TestResult):
            yield from _numbers(claim, quote, here, located)
        if isinstance(claim, ConceptClaim):
            yield from _words(claim, quote, here, located, terms)


def _numbers(
    claim: DoseSegment | TestResult, quote: str, place: Place, located: Located
) -> Iterator[Problem]:
    told = numbers(quote, claim.unit)
    for name in _NUMBERS:
        value = getattr(claim, name, None)
        if value is not None and not any(abs(value - each) <= 1e-9 * max(abs(value), 1) for each in told):
            todo = "correct the number or the passage, or say by 'repaired_from' what is printed"
            message = f"{value} does not stand in the passage"
            yield located.source.problem((*place, name), "number-not-in-passage", message, todo=todo)


def _words(
    claim: ConceptClaim, quote: str, place: Place, located: Located, terms: Terms
) -> Iterator[Problem]:
    """Yield a term that fits its label and not the page, as the identifier of something else does."""
    try:
        iri = expand(claim.what.partition(" ")[0])
    except InputError:
        return
    names = [*terms.names(iri), claim.gist or ""]
    words = {word for name in names for word in _WORD.findall(name.casefold())} - _COMMON
    told = set(_WORD.findall(quote.casefold()))
    if words and not any(_alike(word, other) for word in words for other in told):
        todo = "look whether the passage speaks of this; if it does, say in 'gist' in which words"
        message = f"no word of {claim.what!r} stands in the passage"
        yield located.source.warning((*place, "what"), "words-not-in-passage", message, todo=todo)


def _alike(word: str, other: str) -> bool:
    return word == other or (
        len(word) > _SHARED and len(other) > _SHARED and word[:_SHARED] == other[:_SHARED]
    )
