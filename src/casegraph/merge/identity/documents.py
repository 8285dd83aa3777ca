"""Which reports are one publication: by DOI and PubMed number for certain, by title and year perhaps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from casegraph.merge.identity.features import Features
from casegraph.terms.search import key_of

__all__ = ["SameDocument", "same_documents"]

#: A title of fewer words is no name: case reports have titles such as "A case".
_LEAST_WORDS = 4
#: More reports of one title are a series, such as "Images in clinical medicine".
_MOST_OF_TITLE = 10


@dataclass(frozen=True, slots=True, order=True)
class SameDocument:
    """Two reports, by IRI, that are one publication; ``certain`` by their identifiers, else a proposal."""

    a: str
    b: str
    certain: bool
    reason: str


def same_documents(features: Iterable[Features]) -> list[SameDocument]:
    """Return the pairs of reports with different IRIs that are one publication, sorted.

    >>> one = Features(iri="urn:case/1", report="urn:report/1", pmid="33852146")
    >>> two = Features(iri="urn:case/2", report="urn:report/2", pmid="33852146")
    >>> [(each.a, each.b, each.certain, each.reason) for each in same_documents([one, two])]
    [('urn:report/1', 'urn:report/2', True, 'PubMed number: 33852146 in both')]
    """
    reports = {each.report: each for each in features if each.published}
    blocks: dict[tuple[bool, str], set[str]] = {}
    for iri, each in reports.items():
        for key in _keys(each):
            blocks.setdefault(key, set()).add(iri)
    found: dict[tuple[str, str], SameDocument] = {}
    for (certain, reason), iris in sorted(blocks.items(), key=lambda each: (not each[0][0], each[0][1])):
        if certain or len(iris) <= _MOST_OF_TITLE:
            for a, b in combinations(sorted(iris), 2):
                if certain or not _other_identifier(reports[a], reports[b]):
                    found.setdefault((a, b), SameDocument(a, b, certain, reason))
    return sorted(found.values())


def _keys(each: Features) -> Iterable[tuple[bool, str]]:
    if each.doi:
        yield True, f"DOI: {each.doi} in both"
    if each.pmid:
        yield True, f"PubMed number: {each.pmid} in both"
    title = key_of(each.title or "")
    if each.year is not None and len(title.split()) >= _LEAST_WORDS:
        yield False, f"title and year: {title}, {each.year}"


def _other_identifier(one: Features, other: Features) -> bool:
    """Say whether both name an identifier of one kind, and not the same: then they are two."""
    return bool(
        (one.doi and other.doi and one.doi != other.doi)
        or (one.pmid and other.pmid and one.pmid != other.pmid)
    )
