"""The IRIs of reports, cases, groups and claims: the same document always gives the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from urllib.parse import quote

from casegraph.errors import InputError
from casegraph.model import CaseDocument, Claim, Report, Subject, iterate_claims
from casegraph.namespaces import BASE

__all__ = [
    "claim_names",
    "dataset_iri",
    "graphs_of",
    "named_claims",
    "report_iri",
    "subject_iri",
    "subjects",
]


def report_iri(report: Report) -> str:
    """Return the IRI of a report: by its DOI, else its PubMed identifier, else the curator's key.

    A record that names no publication is told of by its data set.

    :raises InputError: if the report has none of these.

    >>> report_iri(Report(title="A case", doi="10.1007/S13555-020-00421-8", extent="fullText"))
    'https://w3id.org/casegraph/report/10.1007/s13555-020-00421-8'
    """
    if report.record is not None and report.doi is None and report.pmid is None:
        return dataset_iri(report.record.dataset)
    return f"{BASE}report/{_identity(report)}"


def dataset_iri(name: str) -> str:
    """Return the IRI of a data set.

    >>> dataset_iri("phenopacket-store")
    'https://w3id.org/casegraph/dataset/phenopacket-store'
    """
    return f"{BASE}dataset/{quote(name, safe='')}"


def subject_iri(report: Report, key: str, *, group: bool = False) -> str:
    """Return the IRI of a case or group of a report by its key in the document.

    The case of a record is named by its data set and the record's identifier, whatever publication it is of.
    """
    kind, record = "group" if group else "case", report.record
    if record is not None:
        return f"{BASE}{kind}/{quote(record.dataset, safe='')}/{quote(record.id, safe='')}"
    return f"{BASE}{kind}/{_identity(report)}/{key}"


def _identity(report: Report) -> str:
    if report.doi is not None:
        return quote(report.doi.lower(), safe="/();:")
    if report.pmid is not None:
        return f"pmid/{report.pmid}"
    if report.key is not None:
        return f"key/{report.key}"
    raise InputError("the report has no identifier", expected="one of doi, pmid, key in its report part")


def graphs_of(document: CaseDocument) -> tuple[str, ...]:
    """Return the names of all graphs that a document fills, sorted."""
    graphs = [report_iri(document.report)]
    for iri, _ in subjects(document):
        graphs += [f"{iri}/asserted", f"{iri}/inferred", f"{iri}/provenance"]
    return tuple(sorted(graphs))


def subjects(document: CaseDocument) -> Iterator[tuple[str, Subject]]:
    """Yield the IRI and the content of each case, then of each group."""
    for key, case in document.cases.items():
        yield subject_iri(document.report, key), case
    for key, group in document.groups.items():
        yield subject_iri(document.report, key, group=True), group


def claim_names(claims: Iterable[tuple[str, Claim]]) -> list[tuple[str, str, Claim]]:
    """Return (fragment, class, claim): the curator's ``id``, else kind + concept or domain + occasion.

    >>> from casegraph.model import Finding
    >>> claim_names([("AbsentFinding", Finding(what="HP:0001945 Fever", at="onset"))])[0][0]
    'absent-finding-HP_0001945-onset'
    >>> claim_names([("PresentFinding", Finding(what="https://example.org/codes#7 rash"))])[0][0]
    'present-finding-https_//example.org/codes_7'
    """
    return [(claim.id or _made_name(kind, claim), kind, claim) for kind, claim in claims]


def named_claims(subject: Subject) -> tuple[tuple[str, str, Claim], ...]:
    """Return :func:`claim_names` of all claims of a case or group; those of the last few are kept."""
    return _named_claims(_Same(subject))


class _Same:
    """A subject as itself, not as what it says: two that are equal are two."""

    __slots__ = ("subject",)

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def __hash__(self) -> int:
        return id(self.subject)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.subject is self.subject


@lru_cache(maxsize=4)  # what is derived of a case asks for them a dozen times
def _named_claims(same: _Same) -> tuple[tuple[str, str, Claim], ...]:
    return tuple(claim_names(iterate_claims(same.subject)))


def _made_name(kind: str, claim: Claim) -> str:
    words = _words(kind)
    about = getattr(claim, "what", None) or getattr(claim, "domain", None) or ""
    about = "-".join(about) if isinstance(about, tuple) else about.split(" ")[0]
    about = about.replace(":", "_").replace("#", "_")  # a code may be an IRI with a fragment of its own
    return "-".join(filter(None, (words, about, claim.at)))


@cache
def _words(kind: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind).lstrip("-")
