"""What a case has a place for is carried from FHIR, and the rest is told for what it is."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options
from casegraph.losses import Loss
from casegraph.model import Case

UCUM, RXNORM = "http://unitsofmeasure.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
TIMES = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
OWN = "https://example.org/units"


def read(resource: dict[str, Any], version: str = "R4") -> tuple[Case, tuple[Loss, ...]]:
    told = [{"resourceType": "Patient", "id": "p"}, resource | {"subject": {"reference": "Patient/p"}}]
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": each} for each in told]})
    source = Input("x.json", lambda: io.BytesIO(text.encode()))
    (outcome,) = read_fhir(source, Options("demo", fhir_version=version))
    assert isinstance(outcome, Imported), outcome
    return outcome.document.cases["1"], outcome.losses


def observation(**more: Any) -> dict[str, Any]:
    code = {"coding": [{"system": "http://loinc.org", "code": "2157-6"}]}
    return {"resourceType": "Observation", "status": "final", "code": code, **more}


def given(*dosages: dict[str, Any], kind: str = "MedicationStatement") -> dict[str, Any]:
    drug = {"coding": [{"system": RXNORM, "code": "3002", "display": "cyclophosphamide"}]}
    told = {"status": "completed", "medicationCodeableConcept": drug, "effectiveDateTime": "2020"}
    return {"resourceType": kind, **told, "dosage": dosages[0] if "Adm" in kind else list(dosages)}


def of_unit(value: float, system: str = UCUM, code: str = "mg") -> dict[str, Any]:
    return {"value": value, "system": system, "code": code}


@pytest.mark.parametrize(
    ("bound", "carried"), [((OWN, "u1"), True), ((OWN, "u2"), False), (("https://other.org", "u1"), False)]
)
def test_a_range_of_normal_of_the_unit_of_the_value_is_carried(bound: tuple[str, str], carried: bool) -> None:
    ends = {"low": of_unit(2, *bound), "high": of_unit(5, *bound)}
    case, losses = read(observation(valueQuantity=of_unit(3, OWN, "u1"), referenceRange=[ends]))
    (test,) = case.tests
    assert (test.value, test.range_low, test.range_high) == (3, *((2, 5) if carried else (None, None)))
    assert [each.reason for each in losses] == ([] if carried else ["no-place"])


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_a_unit_in_words_is_no_code_in_every_version(version: str) -> None:
    case, losses = read(observation(valueQuantity={"value": 5, "unit": "U/L"}), version)
    assert case.tests == ()
    assert [each.reason for each in losses] == ["no-code"]
    bounds = {"low": {"value": 2, "unit": "U/L"}}
    _, losses = read(observation(valueQuantity=of_unit(5, UCUM, "U/L"), referenceRange=[bounds]), version)
    assert [(each.path[-15:], each.reason) for each in losses] == [("/referenceRange", "no-code")]


def test_a_dose_beside_a_rate_is_carried_and_the_rate_is_told() -> None:
    rate = {"rateQuantity": of_unit(100, UCUM, "mL/h")}
    for name, kind in (("dose", "MedicationAdministration"), ("doseQuantity", "MedicationStatement")):
        both = {name: of_unit(500)} | rate
        case, losses = read(given({"doseAndRate": [both]} if "State" in kind else both, kind=kind))
        ((dose,),) = (each.doses for each in case.treatments)
        assert (dose.dose, dose.unit) == (500, "mg")
        assert [each.reason for each in losses if each.path.endswith("/rateQuantity")] == ["no-place"]
    case, _ = read(given({"doseAndRate": [rate]}))
    ((dose,),) = (each.doses for each in case.treatments)
    assert (dose.dose, dose.unit) == (100, "mL/h")


@pytest.mark.parametrize(
    ("code", "repeat", "carried", "reasons"),
    [
        ({"coding": [{"system": TIMES, "code": "BID"}]}, {}, (2, 1, None), []),
        ({"coding": [{"system": TIMES, "code": "BID"}]}, {"frequency": 2, "period": 1}, (2, 1, None), []),
        (
            {"coding": [{"system": TIMES, "code": "BID"}]},
            {"frequency": 3, "period": 1},
            (3, 1, None),
            ["no-place"],
        ),
        (
            {"coding": [{"system": OWN, "code": "x", "display": "Now and then"}]},
            {"frequency": 3, "period": 1},
            (3, 1, "Now and then"),
            [],
        ),
        ({"text": "BID"}, {}, (None, None, None), ["no-code"]),
    ],
)
def test_the_code_of_a_timing_is_a_frequency_or_a_schedule(
    code: dict[str, Any], repeat: dict[str, Any], carried: tuple[Any, ...], reasons: list[str]
) -> None:
    daily = {"repeat": repeat | {"periodUnit": "d"}} if repeat else {}
    dose = {"doseAndRate": [{"doseQuantity": of_unit(5)}], "timing": {"code": code} | daily}
    case, losses = read(given(dose))
    ((found,),) = (each.doses for each in case.treatments)
    schedule = found.schedule and found.schedule.partition(" ")[2]
    assert (found.times, found.period_days, schedule) == carried
    assert [each.reason for each in losses if "/timing" in each.path] == reasons


def test_a_medication_whose_code_is_that_of_a_treatment_is_not_lost() -> None:
    coding = {"system": RXNORM, "code": "3002", "display": "cyclophosphamide"}
    code: dict[str, Any] = {"coding": [coding]}
    drug = {"resourceType": "Medication", "id": "m", "code": code, "batch": {"lotNumber": "7"}}
    patients = [{"resourceType": "Patient", "id": each} for each in ("p", "q")]
    taken = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationReference": {"reference": "Medication/m"},
        "subject": {"reference": "Patient/q"},
    }
    entry = [{"resource": each} for each in (drug, drug | {"id": "n"}, *patients, taken)]
    text = json.dumps({"resourceType": "Bundle", "entry": entry})
    source = Input("x.json", lambda: io.BytesIO(text.encode()))
    first, last = read_fhir(source, Options("demo", fhir_version="R4"))
    assert isinstance(first, Imported)
    assert isinstance(last, Imported)
    assert [each.what for each in last.document.cases["1"].treatments] == ["RXNORM:3002 cyclophosphamide"]
    told = [(each.path, each.reason) for each in (*first.losses, *last.losses)]
    assert told == [
        ("/entry/4/resource/status", "no-place"),
        ("/entry/0/resource/batch", "no-place"),
        ("/entry/1/resource", "not-a-case"),
    ]
    inner = taken | {"contained": [drug], "medicationReference": {"reference": "#m"}}
    _, losses = read(inner)
    paths = {each.path.removeprefix("/entry/1/resource") for each in losses}
    assert paths == {"/contained/0/batch", "/status"}


def test_a_component_with_yes_or_no_is_a_finding_like_an_observation_of_its_own() -> None:
    hpo, snomed = "http://human-phenotype-ontology.org", "http://snomed.info/sct"
    coded: dict[str, tuple[str, dict[str, Any]]] = {
        "HP:0001250": ("Seizure", {"valueBoolean": False}),
        "HP:0000988": ("Skin rash", {"valueBoolean": True}),
        "HP:0001945": (
            "Fever",
            {"valueCodeableConcept": {"coding": [{"system": snomed, "code": "373067005"}]}},
        ),
    }
    yes_or_no = [
        {"code": {"coding": [{"system": hpo, "code": code, "display": label}]}, **value}
        for code, (label, value) in coded.items()
    ]
    method = {"method": {"coding": [{"system": OWN, "code": "asked"}]}}
    panel = observation(component=yes_or_no, effectiveDateTime="2020-01-02", **method)
    case, losses = read(panel)
    assert [each.what for each in case.findings.present] == ["HP:0000988 Skin rash"]
    assert [each.what for each in case.findings.absent] == ["HP:0001250 Seizure", "HP:0001945 Fever"]
    findings = (*case.findings.present, *case.findings.absent)
    assert {case.occasions[each.at or ""].printed for each in findings} == {"2020-01-02"}
    assert case.tests == ()
    assert [(each.path, each.reason) for each in losses] == [
        ("/entry/1/resource/code", "no-place"),
        ("/entry/1/resource/method", "no-place"),
    ]
    alone, _ = read(observation(effectiveDateTime="2020-01-02", **yes_or_no[0]))
    assert alone.findings.absent == case.findings.absent[:1]
    number = {"code": {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]}, "valueInteger": 39}
    case, losses = read(panel | {"component": [*yes_or_no, number]})
    assert [(each.value, each.component_of) for each in case.tests] == [(39, "LOINC:2157-6 LOINC:2157-6")]
    assert (len(case.findings.present), len(case.findings.absent), losses) == (1, 2, ())
    both = {"code": yes_or_no[1]["code"], "valueBoolean": True, "component": yes_or_no[:1]}
    case, losses = read(observation(**both))
    assert (len(case.findings.present), len(case.findings.absent), losses) == (1, 1, ())


@pytest.mark.parametrize(
    ("code", "system", "reason"),
    [
        ("taking", None, None),
        ("stopped", None, None),
        ("on-hold-as-directed", None, None),
        ("not-taking", None, "no-place"),
        ("unknown", None, "no-place"),
        ("taking", OWN, "unmapped-code"),
    ],
)
def test_a_drug_of_r5_was_given_by_what_its_adherence_says(
    code: str, system: str | None, reason: str | None
) -> None:
    coding = {
        "system": system or "http://hl7.org/fhir/CodeSystem/medication-statement-adherence",
        "code": code,
    }
    drug = {"concept": {"coding": [{"system": RXNORM, "code": "3002", "display": "cyclophosphamide"}]}}
    told = {"resourceType": "MedicationStatement", "status": "recorded", "medication": drug}
    case, losses = read(told | {"adherence": {"code": {"coding": [coding]}}}, "R5")
    assert len(case.treatments) == (reason is None)
    place = "/adherence" if reason is None else ""
    assert [(each.path, each.reason) for each in losses] == [
        (f"/entry/1/resource{place}", reason or "no-place")
    ]
    in_words, losses = read(told | {"adherence": {"code": {"text": "taking"}}}, "R5")
    assert in_words.treatments == ()
    assert [each.reason for each in losses] == ["no-code"]
