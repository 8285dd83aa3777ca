"""Records that say of a finding, a disease or a test that it was and that it was not: a note joins both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from casegraph.model import Case, CaseDocument, Conflict, Diagnosis, Finding, TestResult
from casegraph.namespaces import expand
from casegraph.terms import Terms
from casegraph.triples import claim_names

__all__ = ["with_conflicts"]

_GIST = "the record tells both"
_THERE = ("positive", "abnormal")
_NOT_THERE = ("negative", "normal", "unremarkable")
C = TypeVar("C", bound=Finding | Diagnosis | TestResult)


def with_conflicts(document: CaseDocument, terms: Terms) -> CaseDocument:
    """Return a document in which findings, diagnoses and test results that contradict each other have notes.

    One contradicts another that was not so at the same occasion, and at the same place or by the same method,
    if it is about the same or a kind of it. A disease that began at one time was excluded at another, if both
    are told. Which of the two is right, nobody here can know.
    """
    cases = {key: _noted(case, terms) for key, case in document.cases.items()}
    if all(cases[key] is case for key, case in document.cases.items()):
        return document
    return msgspec.structs.replace(document, cases=cases)


def _noted(case: Case, terms: Terms) -> Case:
    findings, diagnoses, tests = case.findings, case.diagnoses, case.tests
    positive = (each for each in tests if each.result in _THERE)
    negative = (each for each in tests if each.result in _NOT_THERE)
    notes = (
        *_notes(
            _named("PresentFinding", findings.present),
            _named("AbsentFinding", findings.absent),
            terms,
            _same_place,
        ),
        *_notes(
            _named("FinalDiagnosis", diagnoses.final),
            _named("ExcludedDiagnosis", diagnoses.excluded),
            terms,
            _same_onset,
        ),
        *_notes(_named("TestResult", positive), _named("TestResult", negative), terms, _same_method),
    )
    return msgspec.structs.replace(case, conflicts=(*case.conflicts, *notes)) if notes else case


def _named(kind: str, claims: Iterable[C]) -> list[tuple[str, C]]:
    told: list[C] = list(claims)
    names = [name for name, _, _ in claim_names([(kind, each) for each in told])]
    return list(zip(names, told, strict=True))


def _notes(
    there: list[tuple[str, C]],
    not_there: list[tuple[str, C]],
    terms: Terms,
    comparable: Callable[[C, C], bool],
) -> Iterator[Conflict]:
    by_concept: dict[str, list[tuple[str, C]]] = {}
    for denied_name, denied in not_there:
        by_concept.setdefault(_iri(denied), []).append((denied_name, denied))
    if not by_concept:
        return
    for name, claim in there:
        for general in sorted({_iri(claim), *terms.above(_iri(claim))} & by_concept.keys()):
            for other, against in by_concept[general]:
                if claim.at == against.at and comparable(claim, against):
                    yield _note(name, other)


def _note(name: str, other: str) -> Conflict:
    said = hashlib.sha256(f"{name} {other}".encode()).hexdigest()[:8]
    both = (name, other)
    return Conflict(id=f"conflict-{said}", between=both, derived_from=both, basis="derived", gist=_GIST)


def _iri(claim: Finding | Diagnosis | TestResult) -> str:
    return expand(claim.what.split(" ", 1)[0])


def _same_place(present: Finding, absent: Finding) -> bool:
    return not absent.site or bool(set(present.site) & set(absent.site))


def _same_onset(final: Diagnosis, excluded: Diagnosis) -> bool:
    """Say whether diagnoses of one occasion, or of none, are of one time as far as anybody knows."""
    onsets = (final.onset_at, excluded.onset_at)
    return final.at is not None or None in onsets or final.onset_at == excluded.onset_at


def _same_method(positive: TestResult, negative: TestResult) -> bool:
    return None in (positive.method, negative.method) or positive.method == negative.method
