"""Where a case comes from: citation, licence and what it allows, consent, what was read, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from casegraph.namespaces import CG, PREFIXES, doi_address
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.frame import described
from casegraph.serve.pages.markup import Content, element, link
from casegraph.story.telling import told
from casegraph.story.words import Words, joined, listed

__all__ = ["citation", "source"]

_CC = re.compile(r"https?://creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/", re.IGNORECASE)
#: the parts of a Creative Commons licence -> what they ask.
_ASKS = {
    "by": "with credit to the authors",
    "nc": "not commercially",
    "nd": "unchanged only",
    "sa": "under the same licence",
}
_FREE = ("zero", "mark")
_NO_LICENCE = "none is told: take it that nothing is allowed but what the law allows without a licence"
_NO_CONSENT = "nothing is told of it in what was read"
_READ = {
    "fullText": "the whole text",
    "dataRecord": "a record of data, and no paper: silence means nothing",
}
_PART = "so that what is not told here may still stand in the rest of the paper"


def source(claims: Claims) -> Content:
    """Return the report behind the case, with what may be done with it."""
    words, facts = claims.words, claims.words.facts
    beyond = [each for each in facts.values(facts.report, "makesStatement") if each not in _consent(words)]
    stated = claims.entries(told(words, beyond))
    unstated = claims.entries(told(words, facts.values(facts.report, "leavesUnstated")))
    folded = [
        element("details", element("summary", summary), entries)
        for summary, entries in (
            ("What the report says beyond the case", stated),
            ("What the report does not state of itself", unstated),
        )
        if entries
    ]
    return claims.section("_source", "Source", described(_about(claims)), folded)


def _about(claims: Claims) -> Iterator[tuple[str, list[Content]]]:
    words, me = claims.words, claims.words.facts.report
    facts = words.facts
    yield "cite as", [citation(words)]
    yield "DOI", [link(doi_address(each), each) for each in facts.values(me, "doi")]
    yield "PubMed", [link(PREFIXES["pubmed"] + each, each) for each in facts.values(me, "pmid")]
    yield (
        "licence of the report",
        [_licence(each) for each in facts.values(me, "dcterms:license")] or [_NO_LICENCE],
    )
    yield "consent of the patient", [_stated(claims, each) for each in _consent(words)] or [_NO_CONSENT]
    yield "read", [_read(words)]
    yield (
        "text read",
        [words.text(me, "textLength", "{} characters"), words.text(me, "textSha256", "SHA-256 {}")],
    )
    yield "curated", [_curated(words)]
    yield (
        "all of the report",
        [link(claims.service.address(me), "passages, and what it says beyond its cases")],
    )


def citation(words: Words) -> str:
    """Return how to cite the report: authors, year, title, journal and issue, DOI; what is known of these.

    A data set is cited by its name.
    """
    facts, me = words.facts, words.facts.report
    year = (facts.value(me, "dcterms:issued") or "")[:4]
    title = facts.value(me, "dcterms:title") or facts.value(me, "rdfs:label") or me
    where = joined(
        words.text(me, "journal"),
        words.text(me, "volume"),
        words.text(me, "issue", "issue {}"),
        words.text(me, "pages"),
    )
    places = [doi_address(each) for each in facts.values(me, "doi")]
    address = listed(places) or words.text(me, "pmid", f"{PREFIXES['pubmed']}{{}}")
    authors = joined(words.text(me, "authors"), f"({year})" if year else "", by=" ")
    return joined(*(each.removesuffix(".") for each in (authors, title, where, address) if each), by=". ")


def _licence(iri: str) -> Content:
    found = _CC.match(iri)
    if found is None:
        return link(iri, iri)
    kind = found[1].casefold()
    asks = [_ASKS[each] for each in kind.split("-") if each in _ASKS]
    may = "may be used freely" if kind in _FREE else f"may be used {', '.join(asks)}" if asks else ""
    return element("span", link(iri, iri), f": {may}" if may else "")


def _consent(words: Words) -> list[str]:
    facts = words.facts
    stated = (*facts.values(facts.report, "makesStatement"), *facts.claims("hasStatement"))
    return [each for each in stated if facts.kind(each) == "ConsentStatement"]


def _stated(claims: Claims, claim: str) -> Content:
    facts = claims.words.facts
    passages = [part for each in claims.passages(claim) for part in ("; ", *each)]
    gist = facts.value(claim, "gist") or claims.words.label(f"{CG}{facts.kind(claim)}")
    return element("span", gist, passages, "; ", claims.to(claim, f"#{facts.name(claim)}"))


def _read(words: Words) -> str:
    facts = words.facts
    extent = facts.name(facts.value(facts.report, "extentRead") or "")
    if facts.values(facts.case, "recordedIn"):
        return _READ["dataRecord"]
    if extent in _READ:
        return _READ[extent]
    return joined(words.labels(facts.report, "extentRead") or "how much is not told", _PART)


def _curated(words: Words) -> str:
    """Return who curated the case, when, and from what, out of its provenance graph."""
    facts = words.facts
    for node in facts.having("prov:generated"):
        if facts.case in facts.values(node, "prov:generated"):
            return joined(
                words.text(node, "dcterms:creator", "by {}"),
                words.text(node, "dcterms:created", "on {}"),
                words.text(node, "dcterms:source", "from: {}"),
            )
    return ""
