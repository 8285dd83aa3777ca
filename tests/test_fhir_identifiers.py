"""No name, no number and no birth date of a patient of FHIR stands in the case or among its losses."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options
from casegraph.loaders.times import RecordTimes

BORN = "1970-06-15"
PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "birthDate": BORN,
    "name": [{"family": "Quill", "given": ["Ada", "B."]}],
}
SUBJECT = {"subject": {"reference": "Patient/p"}}


def imported(*resources: dict[str, Any], patient: dict[str, Any] = PATIENT, **options: Any) -> Imported:
    entry = [{"resource": patient}, *({"resource": each | SUBJECT} for each in resources)]
    beside = {"identifier": {"value": "quill-1"}}
    text = json.dumps({"resourceType": "Bundle", "entry": entry} | beside)
    source = Input("x.json", lambda: io.BytesIO(text.encode()))
    (outcome,) = read_fhir(source, Options("demo", fhir_version="R4", **options))
    assert isinstance(outcome, Imported), outcome
    return outcome


def observation(code: str, display: str, **value: str) -> dict[str, Any]:
    concept = {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]}
    return {"resourceType": "Observation", "status": "final", "code": concept, **value}


@pytest.mark.parametrize(
    ("told", "value", "reason"),
    [
        (observation("21112-8", "Birth date", valueDateTime=BORN), "", "identifier"),
        (observation("21112-8", "Birth date", valueString="15 June 1970"), "", "identifier"),
        (observation("1-8", "Day", valueDateTime=f"{BORN}T08:00:00Z"), "", "identifier"),
        (observation("1-8", "Day", valueDateTime="1970-06-16"), "Observation Day = 1970-06-16", "no-place"),
        (observation("1-8", "Primary insured name", valueString="Ada Quill"), "Observation", "no-code"),
        (observation("1-8", "Said", valueString=f"born {BORN}"), "Observation", "no-code"),
        (observation("1-8", "Said", valueString="Adaptive"), "Observation Said = Adaptive", "no-code"),
    ],
)
def test_an_observation_that_names_the_patient_is_lost_without_its_value(
    told: dict[str, Any], value: str, reason: str
) -> None:
    losses = imported(told).losses
    assert [(each.value, each.reason) for each in losses if each.path == "/entry/1/resource"] == [
        (value, reason)
    ]
    assert [each.value for each in losses if each.path == "/identifier"] == [""]


def condition(onset: str) -> dict[str, Any]:
    concept = {"coding": [{"system": "http://snomed.info/sct", "code": "69896004"}]}
    return {"resourceType": "Condition", "code": concept, "onsetDateTime": onset, "recordedDate": "2001"}


@pytest.mark.parametrize("onset", [BORN, f"{BORN}T08:00:00Z"])
def test_what_happened_on_the_day_of_birth_is_at_age_0_and_has_no_date(onset: str) -> None:
    outcome = imported(condition(onset))
    (found,) = outcome.document.cases["1"].diagnoses.final
    occasion = outcome.document.cases["1"].occasions[found.onset_at or ""]
    assert (occasion.anchor, occasion.start, occasion.printed) == ("birth", (0, 0), "P0D")
    assert BORN not in repr(outcome)
    kept = imported(condition(onset), keep_identifiers=True).document.cases["1"]
    assert kept.occasions[kept.diagnoses.final[0].onset_at or ""].printed == onset


def test_a_stretch_that_begins_with_the_birth_has_no_occasion_that_tells_it() -> None:
    times = RecordTimes()
    times.birth_date(BORN)
    assert times.stretch(BORN, "1971") is times.between(BORN, "1971") is None
    assert times.stretch("1970-06-16", "1971") is not None
    times.birth_date("1970")
    assert times.date("1970") == "date-1970"


NUMBERED = PATIENT | {
    "identifier": [{"value": "MRN-998877"}, {"value": "77"}, {"value": "p"}, {"system": "http://x.org"}],
    "telecom": [{"system": "phone", "value": "+1 (555) 010-2030"}, {"use": "home"}],
}


@pytest.mark.parametrize("secret", ["MRN-998877", "mrn-998877", "+1 (555) 010-2030"])
def test_a_number_of_the_patient_is_not_repeated_from_a_text(secret: str) -> None:
    told = observation("1-8", "Said", valueString=f"call {secret}, room 77")
    lost = [
        each.value for each in imported(told, patient=NUMBERED).losses if each.path == "/entry/1/resource"
    ]
    assert lost == ["Observation"]
    other = observation("1-8", "Said", valueString="call MRN-9988771, room 77 of p")
    (lost_other,) = (
        each.value for each in imported(other, patient=NUMBERED).losses if each.path == "/entry/1/resource"
    )
    assert lost_other.endswith("room 77 of p")


@pytest.mark.parametrize("secret", ["Ada", "QUILL", "MRN-998877", "+1 (555) 010-2030", BORN])
def test_a_label_that_names_the_patient_is_dropped_and_the_term_stays(secret: str) -> None:
    system = "http://snomed.info/sct"
    asthma = {"system": system, "code": "195967001", "display": f"Asthma of {secret}"}
    lung = {"system": system, "code": "39607008", "display": f"Lung of {secret}"}
    told = {"code": {"coding": [asthma]}, "bodySite": [{"coding": [lung]}]}
    for options in ({}, {"keep_identifiers": True}):
        outcome = imported({"resourceType": "Condition", **told}, patient=NUMBERED, **options)
        (found,) = outcome.document.cases["1"].diagnoses.final
        assert found.what == "SNOMEDCT:195967001 SNOMEDCT:195967001"
        assert found.site == ("SNOMEDCT:39607008 SNOMEDCT:39607008",)
        lost = [(each.path, each.value, each.reason) for each in outcome.losses]
        for place in ("what", "site/0"):
            assert (f"/diagnoses/final/0/{place}", "", "identifier") in lost
        assert secret not in repr((found, outcome.losses))
    plain = told | {"code": {"coding": [asthma | {"display": "Asthma of Adams"}]}, "bodySite": []}
    outcome = imported({"resourceType": "Condition", **plain}, patient=NUMBERED)
    assert outcome.document.cases["1"].diagnoses.final[0].what == "SNOMEDCT:195967001 Asthma of Adams"
