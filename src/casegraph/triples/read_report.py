"""Reads a report back out of its triples: its bibliography, passages and statements, and who curated it."""

from __future__ import annotations

from typing import Any

from casegraph.model import (
    CapturedText,
    Curation,
    LiteratureStatement,
    NotReported,
    Passage,
    PublicationStatement,
    Record,
    Reference,
    Report,
)
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.triples.asserted import REPORT_FIELDS
from casegraph.triples.fields import integer, text
from casegraph.triples.notices import read_notices
from casegraph.triples.read_subject import read_claim
from casegraph.triples.read_triples import Triples, fragment

__all__ = ["read_curation", "read_passages", "read_report"]

_DCTERMS, _VOID, _PROV = PREFIXES["dcterms"], PREFIXES["void"], PREFIXES["prov"]
_PASSAGE = {
    "section": (f"{CG}section", text),
    "paragraph": (f"{CG}paragraph", integer),
    "sha256": (f"{CG}sha256", text),
    "pointer": (f"{CG}pointer", text),
}
_PUBLICATION = tuple(
    f"{kind}Statement" for kind in ("Consent", "Funding", "Authorship", "Disclosure", "Licence")
)


def read_report(iri: str, triples: Triples) -> Report:
    """Return a report, or the data set that stands for one, out of its graph and those of its cases."""
    fields = {name: (predicate.strip("<>"), render) for name, (predicate, render) in REPORT_FIELDS.items()}
    values: dict[str, Any] = triples.values(iri, fields, Report)
    record = _record(triples)
    if record is not None:
        values |= {"extent": "dataRecord", "time_convention": "completedUnits", "record": record}
    elif iri.startswith(f"{BASE}report/key/"):
        values["key"] = iri.rpartition("/")[2]
    authors = triples.text(iri, f"{CG}authors")
    return Report(
        authors=tuple(authors.split("; ")) if authors else (),
        text=_captured(iri, triples),
        references={
            triples.text(each, f"{CG}referenceNumber") or "": Reference(
                citation=triples.text(each, f"{CG}citation")
            )
            for each, _ in triples.of_kind("Reference")
        },
        notices=read_notices(iri, triples),
        literature=tuple(
            read_claim(each, kind, LiteratureStatement, triples)
            for each, kind in triples.of_kind("LiteratureStatement", "Definition")
        ),
        publication=tuple(
            read_claim(each, kind, PublicationStatement, triples)
            for each, kind in triples.of_kind(*_PUBLICATION)
        ),
        silences=tuple(
            read_claim(each, "NotReported", NotReported, triples)
            for each in triples.texts(iri, f"{CG}leavesUnstated")
        ),
        **values,
    )


def _captured(iri: str, triples: Triples) -> CapturedText | None:
    sha256, length = triples.text(iri, f"{CG}textSha256"), triples.text(iri, f"{CG}textLength")
    return CapturedText(sha256=sha256, characters=int(length)) if sha256 and length else None


def _record(triples: Triples) -> Record | None:
    """Return the record that a case was read from; None where it was read from the text of a report."""
    for each, _ in triples.of_kind("DataRecord"):
        name, dataset = triples.text(each, f"{CG}recordId"), triples.text(each, f"{_VOID}inDataset")
        if name is not None and dataset is not None:
            return Record(
                dataset=triples.text(dataset, f"{_DCTERMS}title") or dataset.rpartition("/")[2],
                id=name,
                references=triples.texts(each, f"{_DCTERMS}references"),
                resources=triples.texts(each, f"{CG}usesRelease"),
            )
    return None


def read_passages(triples: Triples) -> dict[str, Passage]:
    """Return the passages that the triples hold, by their keys."""
    found = {}
    for each, _ in triples.of_kind("Passage", "DataRecord"):
        start, end = triples.text(each, f"{CG}charStart"), triples.text(each, f"{CG}charEnd")
        chars = (int(start), int(end)) if start is not None and end is not None else None
        found[fragment(each)] = Passage(chars=chars, **triples.values(each, _PASSAGE, Passage))
    return found


def read_curation(iri: str, triples: Triples) -> Curation | None:
    """Return who curated a case, and when, out of its provenance graph; None if nothing is said."""
    me = f"{iri}#curation"
    by, date = triples.text(me, f"{_DCTERMS}creator"), triples.text(me, f"{_DCTERMS}created")
    if by is None or date is None:
        return None
    return Curation(by=by, date=date, source=triples.text(me, f"{_DCTERMS}source"))
