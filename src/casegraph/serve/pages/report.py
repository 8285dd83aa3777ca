"""The page of a report: its bibliography, its cases, what it says beyond them, and its passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.namespaces import BASE, PREFIXES, doi_address
from casegraph.serve.pages.case import notice_part
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.frame import FORMS, described, page
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service
from casegraph.story.telling import sections
from casegraph.story.words import Words

__all__ = ["report_page"]

_OF_THE_HEAD = 2
_COUNTED = "Where the report says what is told. Characters are counted from 0 in the text as it was read."
_DIGEST = "SHA-256 {}"
_COLUMNS = ("passage", "section", "paragraph", "characters", "SHA-256")


def report_page(
    service: Service, words: Words, subjects: Iterable[str], notices: Iterable[str] = ()
) -> bytes:
    """Return the page of a report.

    :param words: of the report alone, as :func:`casegraph.facts.read_report` reads it.
    :param subjects: the IRIs of its cases and groups.
    :param notices: lines about it, as that it was retracted.
    """
    facts, claims = words.facts, Claims(service, words)
    title = facts.value(facts.report, "dcterms:title") or facts.report.removeprefix(BASE)
    parts = enumerate(list(sections(words))[_OF_THE_HEAD:])
    content: list[Content] = [
        element("h1", title),
        notice_part(notices),
        described(_bibliography(words)),
        _cases(service, subjects),
        *(
            claims.section(f"_part-{number}", heading, claims.entries(each))
            for number, (heading, each) in parts
        ),
        _passages(words),
    ]
    return page(service, title, content, forms=FORMS, address=service.address(facts.report))


def _bibliography(words: Words) -> Iterator[tuple[str, list[Content]]]:
    facts, me = words.facts, words.facts.report
    yield "authors", [words.text(me, "authors")]
    yield "journal", [words.text(me, "journal"), words.text(me, "issue", "issue {}")]
    yield "published", [words.text(me, "dcterms:issued"), words.text(me, "dcterms:publisher")]
    yield "DOI", [link(doi_address(each), each) for each in facts.values(me, "doi")]
    yield "PubMed", [link(PREFIXES["pubmed"] + each, each) for each in facts.values(me, "pmid")]
    yield "licence", [link(each, each) for each in facts.values(me, "dcterms:license")]
    yield "read", [words.labels(me, "extentRead")]
    yield (
        "text read",
        [words.text(me, "textLength", "{} characters"), words.text(me, "textSha256", "SHA-256 {}")],
    )
    yield "report", [link(me, me)]


def _cases(service: Service, subjects: Iterable[str]) -> Content:
    entries = [element("li", link(service.address(each), each.removeprefix(BASE))) for each in subjects]
    if not entries:
        return ""
    heading = element("h2", "Cases and groups", id="_cases")
    return element("section", heading, element("ul", entries), aria_labelledby="_cases")


def _passages(words: Words) -> Content:
    facts = words.facts
    found = {*facts.having("section"), *facts.having("pointer")}
    passages = sorted(
        (each for each in found if facts.kind(each) == "Passage"),
        key=lambda each: (facts.number(each, "charStart") or 0, each),
    )
    if not passages:
        return ""
    head = element("tr", (element("th", name, scope="col") for name in _COLUMNS))
    rows = (_passage(words, each) for each in passages)
    table = element("table", element("thead", head), element("tbody", rows))
    return element(
        "section",
        element("h2", "Passages", id="_passages"),
        element(
            "p", "Where the report says what is told; characters are counted from 0 in the text as read."
        ),
        element("div", table, class_="wide", tabindex="0"),
        aria_labelledby="_passages",
    )


def _passage(words: Words, passage: str) -> Element:
    facts = words.facts
    start, end = facts.value(passage, "charStart"), facts.value(passage, "charEnd")
    cells = (
        facts.value(passage, "section") or f"record {facts.value(passage, 'pointer')}",
        facts.value(passage, "paragraph") or "",
        f"{start} to {end}" if start and end else "",
        facts.value(passage, "sha256") or "",
    )
    name = facts.name(passage)
    return element("tr", element("th", name, scope="row"), (element("td", each) for each in cells), id=name)
