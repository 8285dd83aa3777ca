"""The autoantibodies at the top of the page of a case: all results of each, last those only negative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casegraph.namespaces import CG
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.disputed import disputed
from casegraph.serve.pages.markup import Content, Element, element
from casegraph.serve.pages.panels import found_antibodies
from casegraph.story.moments import UNTIMED, moment
from casegraph.story.outcomes import outcome
from casegraph.story.words import joined

__all__ = ["serology"]

_NEGATIVE = f"{CG}negative"
_UNLISTED = "autoantibodies, which ones is not listed"


def serology(claims: Claims) -> Iterator[Element]:
    """Yield each autoantibody that was not negative alone and each summary, in order; last, those negative.

    The first stand with all of their results; one that was only negative with its name and time.
    """
    facts = claims.words.facts
    by_analyte: dict[str, list[str]] = {}
    negative: dict[str, list[str]] = {}
    for each in found_antibodies(claims, "hasTestResult"):
        is_summary = bool(facts.values(each, "coverage"))
        by_analyte.setdefault("" if is_summary else facts.value(each, "aboutConcept") or "", []).append(each)
    for analyte, found in by_analyte.items():
        results = {facts.value(each, "result") for each in found}
        if not analyte or results != {_NEGATIVE}:
            yield _to_the_end(claims, claims.words.label(analyte) if analyte else _UNLISTED, found)
            continue
        for each in found:
            negative.setdefault(moment(claims.words, each) or UNTIMED, []).append(each)
    for at, found in negative.items():
        names = [part for each in found for part in (", ", claims.to(each, _name(claims, each)))][1:]
        yield element("span", f"negative, {at}: ", names)


def _name(claims: Claims, test: str) -> str:
    return joined(claims.words.labels(test, "aboutConcept"), claims.words.marks(test))


def _to_the_end(claims: Claims, name: str, found: Sequence[str]) -> Element:
    said = [part for each in found for part in ("; ", *_result(claims, each))][1:]
    return element("span", f"{name}: ", said)


def _result(claims: Claims, test: str) -> Iterator[Content]:
    words = claims.words
    is_summary = bool(words.facts.values(test, "coverage"))
    said = words.labels(test, "result") if is_summary else ""
    yield claims.to(test, said or outcome(words, test))
    yield f", {joined(words.marks(test), words.labels(test, 'method'), moment(words, test) or UNTIMED)}"
    yield words.text(test, "gist", " ({})")
    if is_summary:
        yield from disputed(claims, test)
