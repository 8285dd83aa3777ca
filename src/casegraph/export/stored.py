"""A case as an exporter gets it, out of a store."""

from __future__ import annotations

from dataclasses import dataclass

from casegraph.model import Case, Curation, Passage, Report

__all__ = ["StoredCase"]


@dataclass(frozen=True, slots=True)
class StoredCase:
    """One case with what is known of its report; every code carries its label.

    :param iri: the IRI of the case.
    """

    iri: str
    case: Case
    report: Report
    passages: dict[str, Passage]
    curation: Curation | None = None
