"""What FHIR tells of others is none of the patient's facts."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

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
