"""Records that say of a finding that it was there and was not: both stand, joined by a note."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from casegraph.model import Case, CaseDocument, Conflict, Finding
from casegraph.namespaces import expand
from casegraph.terms import Terms
from casegraph.triples import claim_names

__all__ = ["with_conflicts"]


def with_conflicts(document: CaseDocument, terms: Terms) -> CaseDocument:
    """Return a document in which findings that contradict each other are joined by notes.

    A finding contradicts one that is absent at the same occasion and place and is the same or more general.
    Which of the two is right, nobody here can know.
    """
    cases = {key: _noted(case, terms) for key, case in document.cases.items()}
    if all(cases[key] is case for key, case in document.cases.items()):
        return document
    return msgspec.structs.replace(document, cases=cases)


def _noted(case: Case, terms: Terms) -> Case:
    absent = [(name, each) for name, each in _named("AbsentFinding", case.findings.absent)]
    if not absent:
        return case
    notes = tuple(_notes(_named("PresentFinding", case.findings.present), absent, terms))
    return msgspec.structs.replace(case, conflicts=(*case.conflicts, *notes)) if notes else case


def _named(kind: str, findings: Iterable[Finding]) -> Iterator[tuple[str, Finding]]:
    for name, _, claim in claim_names((kind, each) for each in findings):
        if isinstance(claim, Finding):
            yield name, claim


def _notes(
    present: Iterable[tuple[str, Finding]], absent: list[tuple[str, Finding]], terms: Terms
) -> Iterator[Conflict]:
    by_concept: dict[str, list[tuple[str, Finding]]] = {}
    for name, finding in absent:
        by_concept.setdefault(_iri(finding), []).append((name, finding))
    for name, finding in present:
        for general in {_iri(finding), *terms.above(_iri(finding))} & by_concept.keys():
            for other, claim in by_concept[general]:
                if finding.at == claim.at and _same_place(finding, claim):
                    said = hashlib.sha256(f"{name} {other}".encode()).hexdigest()[:8]
                    yield Conflict(
                        id=f"conflict-{said}",
                        between=(name, other),
                        basis="derived",
                        derived_from=(name, other),
                    )


def _iri(finding: Finding) -> str:
    return expand(finding.what.split(" ", 1)[0])


def _same_place(first: Finding, second: Finding) -> bool:
    return not second.site or bool(set(first.site) & set(second.site))
