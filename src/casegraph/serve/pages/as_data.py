"""The case as data: for programs that read the page, for people who fetch it, and the questions about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from shlex import quote
from typing import Any
from urllib.parse import urlencode

from casegraph.namespaces import BASE, PREFIXES, SCHEMA, doi_address
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.frame import FORMS
from casegraph.serve.pages.markup import Content, Element, data_block, element, link
from casegraph.serve.pages.source import citation

__all__ = ["as_data", "linked_data", "questions"]

_EXPORTS = ("phenopacket", "fhir", "care-sm", "csv", "turtle", "trig", "nquads", "jsonld")


def linked_data(claims: Claims) -> Element:
    """Return what programs read of the page, in the words of schema.org: of the report and the data.

    Nothing is said of the patient, for whom schema.org has no words that fit.
    """
    service, facts = claims.service, claims.words.facts
    page = service.address(facts.case)
    graph = [
        {"@id": page, "@type": "WebPage", "mainEntity": {"@id": facts.case}, "inLanguage": "en"},
        {
            "@id": facts.case,
            "@type": "Dataset",
            "name": f"{facts.case.removeprefix(BASE)} as RDF",
            "isBasedOn": {"@id": facts.report},
            "includedInDataCatalog": {
                "@id": service.dataset,
                "@type": "DataCatalog",
                "url": {"@id": service.base},
            },
            "distribution": [
                {
                    "@type": "DataDownload",
                    "encodingFormat": media,
                    "contentUrl": {"@id": f"{page}?format={short}"},
                }
                for media, (short, _) in FORMS.items()
            ],
        },
        {name: value for name, value in _report(claims) if value},
    ]
    return data_block("application/ld+json", {"@context": {"@vocab": SCHEMA}, "@graph": graph})


def _report(claims: Claims) -> Iterator[tuple[str, Any]]:
    words, facts = claims.words, claims.words.facts
    me = facts.report
    yield "@id", me
    yield "@type", "Dataset" if me.startswith(f"{BASE}dataset/") else "MedicalScholarlyArticle"
    yield "name", facts.value(me, "dcterms:title")
    yield "citation", citation(words)
    authors = [each.strip() for each in words.text(me, "authors").split(";")]
    yield "author", [{"@type": "Person", "name": each} for each in authors if each]
    yield "datePublished", facts.value(me, "dcterms:issued")
    journal = facts.value(me, "journal")
    yield "isPartOf", {"@type": "Periodical", "name": journal} if journal else None
    same = [doi_address(each) for each in facts.values(me, "doi")]
    same += [PREFIXES["pubmed"] + each for each in facts.values(me, "pmid")]
    yield "sameAs", [{"@id": each} for each in same]
    yield "license", [{"@id": each} for each in facts.values(me, "dcterms:license")]


def as_data(claims: Claims) -> Content:
    """Return how to get the case as data: forms, and lines for the shell."""
    facts = claims.words.facts
    address, name = claims.service.address(facts.case), _short_name(facts.case)
    forms = (
        element("li", link(f"{address}?format={short}", said, type=media))
        for media, (short, said) in FORMS.items()
    )
    lines = [
        f"casegraph show {name}",
        f"casegraph why {name}",
        *(f"casegraph export {form} --case {name}" for form in _EXPORTS),
    ]
    shell = element("pre", "\n".join(lines), tabindex="0", role="region", aria_label="Lines for the shell")
    return claims.section(
        "_data",
        "As data",
        element("p", "All that this page tells, with its evidence, as RDF:"),
        element("ul", forms),
        element("p", "In a shell, with the store that this server serves:"),
        shell,
    )


def _short_name(case: str) -> str:
    """Return what the command line calls a case, as a word of the shell; its IRI where no shorter name is.

    What an IRI encodes by percent the command line takes as it is, so that such a name is of no use there.

    >>> _short_name("https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1")
    '10.1007/s13555-020-00421-8/1'
    >>> print(_short_name("https://w3id.org/casegraph/case/10.5555/z;id;x/1"))
    '10.5555/z;id;x/1'
    """
    name = case.removeprefix(f"{BASE}case/")
    return quote(name if name.startswith("10.") and name.isascii() and "%" not in name else case)


def questions(claims: Claims, queries: Iterable[tuple[str, str]]) -> Content:
    """Return the links to the answers of stored queries for this case; nothing where there are none.

    :param queries: their names with what they give.
    """
    asked = urlencode({"case": claims.words.facts.case})
    base = claims.service.base
    entries = [
        element("li", link(f"{base}queries/{name}/results?{asked}", summary)) for name, summary in queries
    ]
    if not entries:
        return ""
    folded = element("details", element("summary", "Questions to ask of this case"), element("ul", entries))
    return claims.section("_questions", "Stored queries about this case", folded)
