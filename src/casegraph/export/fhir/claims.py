"""Findings, diagnoses, tests, responses and adverse events as FHIR resources.

A finding is an Observation with a value of yes or no, as the NHS Genomics Implementation Guide 0.5.3 has it
for terms of HPO: its ``effective`` is when the finding was there, whereas the onset of a Condition would say
when it began.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

from casegraph.export.claims import is_broadened, is_general
from casegraph.export.fhir.parts import Json, Writing, codeable, own, quantity
from casegraph.loaders.fhir.clinical import is_finding
from casegraph.loaders.fhir.codes import ADDRESSES
from casegraph.loaders.words import code_of
from casegraph.model import AdverseEvent, Diagnosis, Finding, Response, TestResult

__all__ = [
    "coded_word",
    "write_adverse_event",
    "write_diagnosis",
    "write_finding",
    "write_response",
    "write_tests",
]

_PRESENT = {"PresentFinding": {"valueBoolean": True}, "AbsentFinding": {"valueBoolean": False}}
_VERIFIED = {
    "FinalDiagnosis": "confirmed",
    "WorkingDiagnosis": "provisional",
    "ConsideredDiagnosis": "differential",
    "ExcludedDiagnosis": "refuted",
}
_VERIFICATION, _CLINICAL = ADDRESSES["condition-ver-status"], ADDRESSES["condition-clinical"]
_MOMENT = ("DateTime", "Age", "Range", "Between")


def coded_word(closed_list: str, word: str) -> Json:
    """Return the concept that stands for a word of a closed list: a known one, else casegraph's own."""
    term = code_of(closed_list, word, ("SNOMEDCT", "cgt"))
    return codeable(term) if term else {"coding": [own(word)]}


def _changed(direction: str) -> Json:
    """Return how something changed, in casegraph's words: high and low of FHIR are of a range of normal."""
    return {"coding": [own(direction)]}


def write_finding(writing: Writing, path: str, finding: Finding, kind: str) -> None:
    """Write a finding as an observation; without a time of its start, the time of its end has no place.

    A denial that would say more than the report does is left out.
    """
    before = len(writing.losses)
    ends = (finding.at, finding.resolved_at)
    dated = writing.span(path, ends, ("at", "resolved_at"))
    resource: Json = {
        "resourceType": "Observation",
        "status": "final",
        "category": writing.basis(finding, kind),
        "code": codeable(finding.what),
        "subject": writing.subject,
        **{f"effective{form}": value for form, value in dated.items()},
        **_PRESENT.get(kind, {}),
    }
    words = [coded_word("severity", finding.severity)] if finding.severity else []
    words += [_changed(finding.direction)] if finding.direction else []
    if words:
        resource["interpretation"] = words
    _add_site(writing, path, resource, finding.site)
    carried = ("what", "at", "resolved_at", "site", "severity", "direction")
    writing.lose_rest(path, finding, carried)
    if kind == "AbsentFinding" and _is_too_broad(writing, path, finding, before):
        writing.lose_whole(path, finding)
    else:
        writing.add(path, resource)


def _is_too_broad(writing: Writing, path: str, claim: Finding | Diagnosis, before: int) -> bool:
    """Tell whether a denial says more than the report, by what was left of it since ``before``."""
    left = writing.losses[before:]
    return is_general(claim) or is_broadened(left, path, at=isinstance(claim, Finding))


def _add_site(writing: Writing, path: str, resource: Json, sites: tuple[str, ...]) -> None:
    """Give an observation its site, of which it has one."""
    if sites:
        resource["bodySite"] = codeable(sites[0])
    for site in sites[1:]:
        writing.lose(f"{path}/site", site, "no-place")


def write_diagnosis(writing: Writing, path: str, diagnosis: Diagnosis, kind: str, turn: str | None) -> None:
    """Write a diagnosis as a condition, with the turn of the disease that is told of it.

    One that was excluded is left out where the condition would exclude more than the report does.
    """
    before = len(writing.losses)
    resource = _condition(writing, path, diagnosis, kind, turn)
    writing.lose_rest(path, diagnosis, ("what", "at", "onset_at", "resolved_at", "site", "stage"))
    if kind == "ExcludedDiagnosis" and _is_too_broad(writing, path, diagnosis, before):
        writing.lose_whole(path, diagnosis)
    else:
        writing.add(path, resource)


def _condition(writing: Writing, path: str, diagnosis: Diagnosis, kind: str, turn: str | None) -> Json:
    resource: Json = {"resourceType": "Condition"}
    status = turn or ("resolved" if diagnosis.resolved_at else None)
    if status:
        resource["clinicalStatus"] = {"coding": [{"system": _CLINICAL, "code": status}]}
    resource["verificationStatus"] = {"coding": [{"system": _VERIFICATION, "code": _VERIFIED[kind]}]}
    category = writing.basis(diagnosis, *((kind,) if is_finding(diagnosis.what) else ()))
    if category:
        resource["category"] = category
    resource |= {"code": codeable(diagnosis.what), "subject": writing.subject}
    if diagnosis.site:
        resource["bodySite"] = [codeable(each) for each in diagnosis.site]
    if diagnosis.stage:
        resource["stage"] = [{"summary": codeable(each)} for each in diagnosis.stage]
    resource |= writing.when(f"{path}/onset_at", diagnosis.onset_at, "onset", _MOMENT)
    resource |= writing.when(f"{path}/resolved_at", diagnosis.resolved_at, "abatement", _MOMENT)
    made = writing.when(f"{path}/at", diagnosis.at, "", ("DateTime",))
    if made:
        resource["recordedDate"] = made["DateTime"]
    return resource


def write_tests(writing: Writing, tests: tuple[TestResult, ...]) -> None:
    """Write tests as observations; values of one panel that stand together, as the components of one.

    What sums up members that are not listed is no result of one test, and is left out.
    """
    for at, each in enumerate(tests):
        if each.coverage:
            writing.lose_whole(f"tests/{at}", each)
    single = [(at, each) for at, each in enumerate(tests) if not each.coverage]
    for panel, group in groupby(single, key=lambda each: _panel(*each)):
        together = list(group)
        first, test = together[0]
        resource = _observation(writing, f"tests/{first}", test)
        if panel[0] is None:
            resource |= {"code": codeable(test.what), **_outcome(writing, f"tests/{first}", test)}
        else:
            resource["code"] = codeable(panel[0])
            resource["component"] = [
                {"code": codeable(each.what), **_outcome(writing, f"tests/{at}", each)}
                for at, each in together
            ]
        writing.add(f"tests/{first}", resource)
        for at, each in together:
            writing.lose_rest(f"tests/{at}", each, _TEST_FIELDS)


_TEST_FIELDS = (
    "what",
    "at",
    "result",
    "result_term",
    "value",
    "unit",
    "unit_term",
    "printed",
    "range_low",
    "range_high",
    "direction",
    "method",
    "specimen",
    "component_of",
    "site",
)


def _panel(at: int, test: TestResult) -> tuple[Any, ...]:
    """Return what the components of one observation share; a test of no panel shares it with none."""
    if test.component_of is None:
        return None, at
    return test.component_of, test.at, test.method, test.specimen, test.site, test.basis


def _observation(writing: Writing, path: str, test: TestResult) -> Json:
    resource: Json = {
        "resourceType": "Observation",
        "status": "final",
        "subject": writing.subject,
        **writing.when(f"{path}/at", test.at, "effective", ("DateTime", "Period")),
    }
    if category := writing.basis(test):
        resource["category"] = category
    if test.method:
        resource["method"] = codeable(test.method)
    if test.specimen:
        specimen = {"resourceType": "Specimen", "id": "specimen", "type": codeable(test.specimen)}
        resource |= {"contained": [specimen], "specimen": {"reference": "#specimen"}}
    _add_site(writing, path, resource, test.site)
    return resource


def _outcome(writing: Writing, path: str, test: TestResult) -> Json:
    """Return the value of a test, its range of normal and its interpretation."""
    found: Json = {}
    if test.value is not None:
        found["valueQuantity"] = quantity(_number(test), test.unit, test.unit_term)
    elif test.result:
        found["valueCodeableConcept"] = coded_word("result", test.result)
    elif test.result_term:
        found["valueCodeableConcept"] = codeable(test.result_term)
    carried = found.get("valueQuantity", {}).get("value")
    if test.printed and (carried is None or carried != _decimal(test.printed)):
        writing.lose(f"{path}/printed", test.printed, "no-place")
    if test.direction:
        found["interpretation"] = [_changed(test.direction)]
    bounds = {"low": test.range_low, "high": test.range_high}
    told = {
        name: quantity(value, test.unit, test.unit_term)
        for name, value in bounds.items()
        if value is not None
    }
    return found | ({"referenceRange": [told]} if told else {})


def _number(test: TestResult) -> float | Decimal | None:
    """Return the value with the digits it was printed with, where these are the same number."""
    printed = _decimal(test.printed or "")
    return printed if printed is not None and test.value == float(printed) else test.value


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text.replace(".", "", 1).lstrip("-").isdigit() else None


def write_response(writing: Writing, path: str, response: Response) -> None:
    """Write a response as an observation of a domain that is part of the treatments it answers to."""
    resource: Json = {
        "resourceType": "Observation",
        "partOf": _treatments(writing, f"{path}/to", response.to),
        "status": "final",
        "category": writing.basis(response, "OutcomeClaim"),
        "code": {"coding": [own(response.domain)]},
        "subject": writing.subject,
        **writing.when(f"{path}/at", response.at, "effective", ("DateTime", "Period")),
        "valueCodeableConcept": {"coding": [own(response.direction)]},
    }
    if response.degree:
        resource["interpretation"] = [{"coding": [own(response.degree)]}]
    _add_site(writing, path, resource, response.site)
    writing.add(path, {name: value for name, value in resource.items() if value})
    writing.lose_rest(path, response, ("at", "to", "domain", "direction", "degree", "site"))


def _treatments(writing: Writing, path: str, keys: tuple[str, ...]) -> list[Json]:
    """Return references to treatments; one to a dose goes to its treatment, and is noted."""
    found: list[str] = []
    for key in keys:
        if key not in writing.references:
            writing.lose(path, key, "no-place")
            continue
        reference, is_dose = writing.references[key]
        if is_dose:
            writing.lose(path, key, "not-exact")
        found.append(reference)
    return [{"reference": each} for each in dict.fromkeys(found)]


def write_adverse_event(writing: Writing, path: str, event: AdverseEvent) -> None:
    """Write a harm. That it was seen during a treatment does not make the treatment suspect of it."""
    date = writing.when(f"{path}/at", event.at, "", ("DateTime",)).get("DateTime")
    resource: Json = {
        "resourceType": "AdverseEvent",
        "actuality": "actual",
        "category": writing.basis(event),
        "event": codeable(event.what),
        "subject": writing.subject,
        "date": date,
    }
    if event.severity:
        writing.lose(f"{path}/severity", event.severity, "unmapped-code")
    writing.add(path, {name: value for name, value in resource.items() if value})
    writing.lose_rest(path, event, ("what", "at", "severity"))
