"""Makes a claim of each kind that an adapter can tell of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from casegraph.loaders.records import PASSAGE
from casegraph.loaders.words import schedule_of, word_of
from casegraph.merge.telling import Telling
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


def _finding(telling: Telling, claim: str) -> None:
    what = telling.what(claim)
    if what is not None:
        kept = getattr(telling.builder, _FINDINGS[telling.said.kinds(claim)[0]])
        kept.append(telling.builder.claim(Finding, what=what, at=telling.at(claim)))


def _diagnosis(telling: Telling, claim: str) -> None:
    what = telling.what(claim)
    if what is not None:
        kept = getattr(telling.builder, _DISORDERS[telling.said.kinds(claim)[0]])
        kept.append(telling.builder.claim(Diagnosis, what=what, at=telling.at(claim)))


def _test(telling: Telling, claim: str) -> None:
    what = telling.what(claim)
    told = _result(telling, claim) if what else {}
    if what is None or not told:
        if what is not None:
            telling.builder.lose(claim, what, "required-missing")
            telling.dropped.add(claim)
        return
    told |= {name: telling.code(claim, name) for name in ("specimen", "method")}
    site = tuple(telling.codes(claim, "site"))
    made = telling.builder.claim(TestResult, what=what, at=telling.at(claim), site=site, **told)
    telling.builder.tests.append(made)


def _result(telling: Telling, claim: str) -> dict[str, Any]:
    """Take the outcome of a test: a number, or a term. A text alone is no outcome, and stays behind."""
    value, result = telling.number(claim, "value"), telling.code(claim, "resultConcept")
    if value is None and result is None:
        return {}
    told: dict[str, Any] = {"printed": telling.said.take(claim, "valuePrinted")}
    if result is not None:
        word = word_of("result", result)
        told |= {"result": word} if word else {"result_term": result}
    return told if value is None else {**told, "value": value, **telling.unit(claim)}


def _treatment(telling: Telling, claim: str) -> None:
    what = telling.what(claim)
    if what is None:
        return
    end = telling.said.take(claim, "untilDate")
    start = telling.said.take(claim, "onDate")
    telling.in_order(claim, start, end)
    at = telling.moment(claim, start) if start else telling.at(claim)
    if end and end == start:
        telling.builder.lose(f"{claim} untilDate", end, "not-exact")
    ends_at = telling.moment(claim, end) if end and end != start else None
    dose = telling.number(claim, "dose")
    doses = (_dosing(telling, claim, dose, at),) if dose is not None else ()
    telling.builder.treatments.append(
        telling.builder.claim(Treatment, what=what, at=at, ends_at=ends_at, doses=doses)
    )


def _dosing(telling: Telling, claim: str, dose: float, at: str | None) -> DoseSegment:
    if dose <= 0:
        raise telling.wrong(claim, f"{dose} is no dose")
    route = telling.code(claim, "routeConcept")
    word = word_of("route", route) if route else None
    if route and not word:
        telling.builder.lose(f"{claim} routeConcept", route, "unmapped-code")
    times, period = _schedule(telling, claim)
    made: DoseSegment = telling.builder.claim(
        DoseSegment,
        at=at,
        dose=dose,
        times=times,
        period_days=period,
        route=word,
        **(telling.unit(claim) or {"unit_missing": "notStated"}),
    )
    return made


def _schedule(telling: Telling, claim: str) -> tuple[float | None, float | None]:
    """Return how often in how many days; what cannot be read of it stays behind."""
    often, count = telling.code(claim, "frequencyConcept"), telling.number(claim, "frequencyCount")
    known = schedule_of(often) if often else None
    if known and count and count > 0:
        return known[0] * count, known[1]
    reason = "unmapped-code" if often and not known else "no-place"
    for name, value in (("frequencyConcept", often), ("frequencyCount", count)):
        if value is not None:
            telling.builder.lose(f"{claim} {name}", str(value), reason)
    return None, None


def _death(telling: Telling, claim: str) -> None:
    cause = telling.code(claim, "aboutConcept")
    made = Course(stated_in=PASSAGE, kind="death", at=telling.at(claim), cause=cause)
    telling.builder.course.append(made)


#: kind of claim -> what makes one of it.
KINDS: Mapping[str, Callable[[Telling, str], None]] = MappingProxyType(
    {
        **dict.fromkeys(_FINDINGS, _finding),
        **dict.fromkeys(_DISORDERS, _diagnosis),
        "TestResult": _test,
        "TreatmentEpisode": _treatment,
        "Death": _death,
    }
)
