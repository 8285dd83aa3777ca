"""The page of a case or a group: what ``casegraph show`` tells, with an anchor for each claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from casegraph.namespaces import BASE
from casegraph.notices import Flag
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.frame import FORMS, described, page, term
from casegraph.serve.pages.markup import Content, element, link
from casegraph.serve.telling.service import Service
from casegraph.story.frame import person
from casegraph.story.judged import what_follows
from casegraph.story.telling import sections
from casegraph.story.words import Words

__all__ = ["case_page", "notice_part"]

_FOLLOWS = "What follows by rule, and is no word of the report"


def case_page(
    service: Service,
    words: Words,
    notices: Iterable[str] = (),
    others: Mapping[str, tuple[Flag, ...]] = MappingProxyType({}),
) -> bytes:
    """Return the page of a case or a group.

    :param notices: lines about its report, as that it was retracted.
    :param others: other cases of the same patient, each with the notices about its report.
    """
    facts, claims = words.facts, Claims(service, words)
    (title, lines), (who, _), *told = sections(words)
    parts = [*told, (_FOLLOWS, what_follows(words))]
    name = facts.case.removeprefix(BASE)
    content: list[Content] = [
        element("h1", title),
        notice_part(notices),
        described(_head(service, words)),
        element("p", "; ".join(line.text for line in lines)),
        _others(service, others),
        *(claims.part(number, heading, each) for number, (heading, each) in enumerate(parts)),
    ]
    return page(service, f"{name}: {who}", content, forms=FORMS, address=service.address(facts.case))


def notice_part(notices: Iterable[str]) -> Content:
    """Return what a reader must know first: that a report was retracted, corrected or put in doubt."""
    told = [element("li", each) for each in notices]
    if not told:
        return ""
    heading = element("h2", "Notices about the report", id="_notices")
    return element("section", heading, element("ul", told), class_="notice", aria_labelledby="_notices")


def _head(service: Service, words: Words) -> Iterator[tuple[str, list[Content]]]:
    facts = words.facts
    is_group = facts.kind(facts.case) == "Group"
    yield "group" if is_group else "patient", [person(words)]
    yield "called", [words.text(facts.case, "patientLabel")]
    diagnoses = facts.values(facts.case, "diagnosis") or _final(words)
    yield "diagnosis", [term(service, each, words.terms.plain(each) or "") for each in diagnoses]
    yield "report", [link(service.address(facts.report), facts.report.removeprefix(BASE))]
    yield "group" if is_group else "case", [link(service.address(facts.case), facts.case)]


def _final(words: Words) -> tuple[str, ...]:
    """Return the concepts of the diagnoses that a group has, of which none is derived."""
    claims = words.facts.claims("hasDiagnosis")
    return tuple(
        dict.fromkeys(each for claim in claims for each in words.facts.values(claim, "aboutConcept"))
    )


def _others(service: Service, others: Mapping[str, tuple[Flag, ...]]) -> Content:
    if not others:
        return ""
    entries = (
        element("li", link(service.address(case), case.removeprefix(BASE)), [f" {flag}" for flag in flags])
        for case, flags in others.items()
    )
    heading = element("h2", "Other reports on this patient", id="_others")
    return element("section", heading, element("ul", entries), aria_labelledby="_others")
