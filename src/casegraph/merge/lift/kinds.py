"""Makes a claim of each kind that an adapter can tell of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from casegraph.loaders.records import PASSAGE
from casegraph.loaders.words import schedule_of, word_of
from casegraph.merge.lift.subject import ForeignSubject
from casegraph.model import Course, Diagnosis, DoseSegment, Finding, TestResult, Treatment

__all__ = ["KINDS"]

_DISORDERS: Mapping[str, str] = MappingProxyType(
    {
        "FinalDiagnosis": "final",
        "WorkingDiagnosis": "working",
        "ConsideredDiagnosis": "considered",
        "ExcludedDiagnosis": "excluded",
    }
)
_FINDINGS: Mapping[str, str] = MappingProxyType(
    {"PresentFinding": "present", "AbsentFinding": "absent", "IndeterminateFinding": "indeterminate"}
)


def _finding(subject: ForeignSubject, claim: str) -> None:
    what = subject.what(claim)
    if what is not None:
        kept = getattr(subject.builder, _FINDINGS[subject.said.kinds(claim)[0]])
        kept.append(subject.builder.claim(Finding, what=what, at=subject.at(claim)))


def _diagnosis(subject: ForeignSubject, claim: str) -> None:
    what = subject.what(claim)
    if what is not None:
        kept = getattr(subject.builder, _DISORDERS[subject.said.kinds(claim)[0]])
        kept.append(subject.builder.claim(Diagnosis, what=what, at=subject.at(claim)))


def _test(subject: ForeignSubject, claim: str) -> None:
    what = subject.what(claim)
    told = _result(subject, claim) if what else {}
    if what is None or not told:
        if what is not None:
            subject.builder.lose(claim, what, "required-missing")
            subject.dropped.add(claim)
        return
    told |= {name: subject.code(claim, name) for name in ("specimen", "method")}
    site = tuple(subject.codes(claim, "site"))
    made = subject.builder.claim(TestResult, what=what, at=subject.at(claim), site=site, **told)
    subject.builder.tests.append(made)


def _result(subject: ForeignSubject, claim: str) -> dict[str, Any]:
    """Take the outcome of a test: a number, or a term. A text alone is no outcome, and stays behind."""
    value, result = subject.number(claim, "value"), subject.code(claim, "resultConcept")
    if value is None and result is None:
        return {}
    told: dict[str, Any] = {"printed": subject.said.take(claim, "valuePrinted")}
    if result is not None:
        word = word_of("result", result)
        told |= {"result": word} if word else {"result_term": result}
    return told if value is None else {**told, "value": value, **subject.unit(claim)}


def _treatment(subject: ForeignSubject, claim: str) -> None:
    what = subject.what(claim)
    if what is None:
        return
    end = subject.said.take(claim, "untilDate")
    start = subject.said.take(claim, "onDate")
    subject.in_order(claim, start, end)
    at = subject.moment(claim, start) if start else subject.at(claim)
    if end and end == start:
        subject.builder.lose(f"{claim} untilDate", end, "not-exact")
    ends_at = subject.moment(claim, end) if end and end != start else None
    dose = subject.number(claim, "dose")
    doses = (_dosing(subject, claim, dose, at),) if dose is not None else ()
    subject.builder.treatments.append(
        subject.builder.claim(Treatment, what=what, at=at, ends_at=ends_at, doses=doses)
    )


def _dosing(subject: ForeignSubject, claim: str, dose: float, at: str | None) -> DoseSegment:
    if dose <= 0:
        raise subject.wrong(claim, f"{dose} is no dose")
    route = subject.code(claim, "routeConcept")
    word = word_of("route", route) if route else None
    if route and not word:
        subject.builder.lose(f"{claim} routeConcept", route, "unmapped-code")
    times, period = _schedule(subject, claim)
    made: DoseSegment = subject.builder.claim(
        DoseSegment,
        at=at,
        dose=dose,
        times=times,
        period_days=period,
        route=word,
        **(subject.unit(claim) or {"unit_missing": "notStated"}),
    )
    return made


def _schedule(subject: ForeignSubject, claim: str) -> tuple[float | None, float | None]:
    """Return how often in how many days; what cannot be read of it stays behind."""
    often, count = subject.code(claim, "frequencyConcept"), subject.number(claim, "frequencyCount")
    known = schedule_of(often) if often else None
    if known and count and count > 0:
        return known[0] * count, known[1]
    reason = "unmapped-code" if often and not known else "no-place"
    for name, value in (("frequencyConcept", often), ("frequencyCount", count)):
        if value is not None:
            subject.builder.lose(f"{claim} {name}", str(value), reason)
    return None, None


def _death(subject: ForeignSubject, claim: str) -> None:
    cause = subject.code(claim, "aboutConcept")
    made = Course(stated_in=PASSAGE, kind="death", at=subject.at(claim), cause=cause)
    subject.builder.course.append(made)


#: kind of claim -> what makes one of it.
KINDS: Mapping[str, Callable[[ForeignSubject, str], None]] = MappingProxyType(
    {
        **dict.fromkeys(_FINDINGS, _finding),
        **dict.fromkeys(_DISORDERS, _diagnosis),
        "TestResult": _test,
        "TreatmentEpisode": _treatment,
        "Death": _death,
    }
)
