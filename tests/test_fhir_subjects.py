"""What FHIR tells of others, modifies or deletes is none of the patient's facts."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from casegraph.errors import Problem
from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, Outcome
from casegraph.losses import Loss
from casegraph.model import Case

HPO, SNOMED = "http://human-phenotype-ontology.org", "http://snomed.info/sct"
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female"}
SUBJECT = {"subject": {"reference": "Patient/p"}}


def outcomes(*entries: dict[str, Any], version: str = "R4") -> list[Outcome]:
    text = json.dumps({"resourceType": "Bundle", "entry": entries})
    source = Input("x.json", lambda: io.BytesIO(text.encode()))
    return list(read_fhir(source, Options("demo", fhir_version=version)))


def read(*resources: dict[str, Any], version: str = "R4") -> tuple[Case, tuple[Loss, ...]]:
    """Return the case of the patient and the resources, the last of which is entry 1, and its losses."""
    told = [PATIENT, *reversed(resources)]
    (outcome,) = outcomes(*({"resource": each} for each in told), version=version)
    assert isinstance(outcome, Imported), outcome
    return outcome.document.cases["1"], outcome.losses


def concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def observation(**more: Any) -> dict[str, Any]:
    told = {"code": concept(HPO, "HP:0001250", "Seizure"), "valueBoolean": True}
    return {"resourceType": "Observation", "status": "final", **told, **SUBJECT, **more}


def condition(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": concept(SNOMED, "69896004", "RA"), **SUBJECT, **more}


MOTHER = {"resourceType": "RelatedPerson", "id": "m", "patient": {"reference": "Patient/p"}}
CHILD = {"resourceType": "Condition", "id": "c", "subject": {"reference": "RelatedPerson/m"}}


@pytest.mark.parametrize(
    ("focus", "is_own"),
    [
        ([{"reference": "RelatedPerson/m"}], False),
        ([{"reference": "RelatedPerson/nowhere"}], False),
        ([{"display": "fetus"}], False),
        ([{"reference": "Patient/p"}, {"reference": "RelatedPerson/m"}], False),
        ([{"reference": "Condition/c"}], False),
        ([{"reference": "Condition/own"}], True),
        ([{"reference": "Patient/p"}], True),
        ([], True),
    ],
)
def test_what_an_observation_has_in_focus_is_of_the_patient_only_if_it_is_the_patients(
    focus: list[dict[str, Any]], is_own: bool
) -> None:
    case, losses = read(MOTHER, CHILD, condition(id="own"), observation(focus=focus))
    assert [each.what for each in case.findings.present] == (["HP:0001250 Seizure"] if is_own else [])
    whole = [each for each in losses if each.path == "/entry/1/resource"]
    assert [(each.value.split()[0], each.reason) for each in whole] == (
        [] if is_own else [("Observation", "not-a-case")]
    )


#: An extension that nobody here understands, and that may say "not".
MODIFIED = {"modifierExtension": [{"url": "http://example.org/negated", "valueBoolean": True}]}
DRUG = {"medicationCodeableConcept": concept("http://www.nlm.nih.gov/research/umls/rxnorm", "3002", "CYC")}
GIVEN = {"resourceType": "MedicationStatement", "status": "completed", **DRUG, **SUBJECT}
DONE = {"resourceType": "Procedure", "status": "completed", "category": concept(SNOMED, "387713003", "Op")}


@pytest.mark.parametrize(
    "resource",
    [
        condition(),
        observation(),
        GIVEN,
        GIVEN | {"resourceType": "MedicationAdministration", "effectiveDateTime": "2020"},
        GIVEN | {"resourceType": "MedicationRequest", "intent": "order", "status": "active"},
        DONE | SUBJECT | {"code": concept(SNOMED, "80146002", "Appendectomy")},
        {
            "resourceType": "AllergyIntolerance",
            "patient": {"reference": "Patient/p"},
            "code": concept(SNOMED, "91935009", "Allergy to peanut (finding)"),
        },
        {
            "resourceType": "AdverseEvent",
            "actuality": "actual",
            "event": concept(SNOMED, "422587007", "Nausea"),
            **SUBJECT,
        },
    ],
    ids=lambda each: each["resourceType"],
)
def test_a_resource_with_a_modifier_extension_is_left_as_a_whole(resource: dict[str, Any]) -> None:
    plain, losses = read(resource)
    assert not [each for each in losses if each.path == "/entry/1/resource"]
    case, losses = read(resource | MODIFIED)
    (empty,) = outcomes({"resource": PATIENT})
    assert isinstance(empty, Imported)
    assert case == empty.document.cases["1"] != plain
    (lost,) = losses
    assert (lost.path, lost.reason) == ("/entry/1/resource", "no-place")
    assert lost.value.startswith(resource["resourceType"])


def test_a_modified_entry_is_left_and_a_modified_patient_is_no_case() -> None:
    (outcome,) = outcomes({"resource": PATIENT}, {"resource": condition()} | MODIFIED)
    assert isinstance(outcome, Imported)
    assert outcome.document.cases["1"].diagnoses.final == ()
    (refused,) = outcomes({"resource": PATIENT | MODIFIED}, {"resource": condition()})
    assert isinstance(refused, Problem)
    assert (refused.code, "modifierExtension" in refused.message) == ("wrong-value", True)


def test_what_a_modified_resource_says_is_not_read_through_a_reference() -> None:
    drug = {"resourceType": "Medication", "id": "m", "code": DRUG["medicationCodeableConcept"]}
    given = {name: each for name, each in GIVEN.items() if name != "medicationCodeableConcept"}
    referred = given | {"medicationReference": {"reference": "Medication/m"}}
    assert len(read(referred, drug)[0].treatments) == 1
    assert read(referred, drug | MODIFIED)[0].treatments == ()
    inner = given | {"medicationReference": {"reference": "#m"}}
    assert len(read(inner | {"contained": [drug]})[0].treatments) == 1
    assert read(inner | {"contained": [drug | MODIFIED]})[0].treatments == ()


def test_a_part_with_a_modifier_extension_is_left_as_a_whole() -> None:
    of_mg = {"system": "http://unitsofmeasure.org", "code": "mg"}
    five, six = ({"doseAndRate": [{"doseQuantity": {"value": each} | of_mg}]} for each in (5, 6))
    case, losses = read(GIVEN | {"dosage": [five, six | MODIFIED]})
    assert [each.dose for each in case.treatments[0].doses] == [5]
    assert [each.reason for each in losses if each.path.endswith("/dosage/1")] == ["no-place"]
    loinc = "http://loinc.org"
    systolic, diastolic = (
        {"code": concept(loinc, code, "pressure"), "valueInteger": value}
        for code, value in (("8480-6", 120), ("8462-4", 80))
    )
    pressure = observation(code=concept(loinc, "85354-9", "Blood pressure"))
    del pressure["valueBoolean"]
    case, losses = read(pressure | {"component": [systolic, diastolic | MODIFIED]})
    assert [each.value for each in case.tests] == [120]
    assert [each.reason for each in losses if each.path.endswith("/component/1")] == ["no-place"]
    case, losses = read(pressure | {"component": [diastolic | MODIFIED]})
    assert [(each.path, each.reason) for each in losses] == [("/entry/1/resource", "no-place")]
    ends = [{"low": {"value": each} | of_mg} for each in (1, 2)]
    one = pressure | {"valueQuantity": {"value": 3} | of_mg}
    assert read(one | {"referenceRange": ends[:1]})[0].tests[0].range_low == 1
    assert read(one | {"referenceRange": [ends[0], ends[1] | MODIFIED]})[0].tests[0].range_low is None


def test_what_a_bundle_deletes_is_no_fact() -> None:
    def deleted(url: str) -> dict[str, Any]:
        return {"request": {"method": "DELETE", "url": url}}

    posted = {"resource": condition()} | {"request": {"method": "POST", "url": "Condition"}}
    (outcome,) = outcomes({"resource": PATIENT}, posted)
    assert isinstance(outcome, Imported)
    assert len(outcome.document.cases["1"].diagnoses.final) == 1
    both = ({"resource": condition()} | deleted("Condition/c"), deleted("Condition/d"))
    (outcome,) = outcomes({"resource": PATIENT}, *both)
    assert isinstance(outcome, Imported)
    assert outcome.document.cases["1"].diagnoses.final == ()
    told = {each.path: (each.value, each.reason) for each in outcome.losses}
    assert told["/entry/1/resource"] == ("Condition RA", "no-place")
    assert told["/entry/2"] == ("DELETE", "no-place")
    (refused,) = outcomes({"resource": PATIENT} | deleted("Patient/p"), {"resource": condition()})
    assert isinstance(refused, Problem)
    assert refused.code == "no-patient"


def test_what_a_deleted_drug_says_is_not_read() -> None:
    drug = {"resourceType": "Medication", "id": "m", "code": DRUG["medicationCodeableConcept"]}
    given = {name: each for name, each in GIVEN.items() if name != "medicationCodeableConcept"}
    referred = given | {"medicationReference": {"reference": "Medication/m"}}
    entries = {"resource": PATIENT}, {"resource": referred}
    (whole,) = outcomes(*entries, {"resource": drug})
    (outcome,) = outcomes(
        *entries, {"resource": drug, "request": {"method": "DELETE", "url": "Medication/m"}}
    )
    assert isinstance(whole, Imported)
    assert isinstance(outcome, Imported)
    assert len(whole.document.cases["1"].treatments) == 1
    assert outcome.document.cases["1"].treatments == ()


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (
            {
                "resourceType": "FamilyMemberHistory",
                "status": "completed",
                "patient": {"reference": "Patient/p"},
                "relationship": {"coding": [{"code": "MTH", "display": "mother"}]},
                "condition": [{"code": {"text": "breast cancer"}}, {"code": {"text": "asthma"}}],
            },
            ("FamilyMemberHistory mother: breast cancer, asthma", "not-a-case"),
        ),
        (
            {
                "resourceType": "AdverseEvent",
                "actuality": "potential",
                "event": concept(SNOMED, "422587007", "Nausea"),
                **SUBJECT,
            },
            ("AdverseEvent Nausea", "no-place"),
        ),
        (observation(focus=[{"display": "fetus"}]), ("Observation Seizure = true", "not-a-case")),
    ],
)
def test_what_is_left_whole_is_told_by_what_stood_there(
    resource: dict[str, Any], told: tuple[str, str]
) -> None:
    _, losses = read(resource)
    assert [(each.path, each.value, each.reason) for each in losses] == [("/entry/1/resource", *told)]


def test_what_is_of_no_patient_at_hand_is_not_told_by_its_words() -> None:
    group = {"resourceType": "Group", "id": "g", "type": "person", "actual": True}
    named = observation(subject={"reference": "Group/g"}, valueString="Ada Quill")
    del named["valueBoolean"]
    _, losses = read(group, named)
    assert [each.value for each in losses if each.path == "/entry/1/resource"] == ["Observation"]
