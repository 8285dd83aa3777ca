"""Codes of FHIR that are no disorder and no treatment of the patient become none, and are told."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, RecordBuilder
from casegraph.losses import Loss
from casegraph.model import Case, Diagnosis

SNOMED, UNKNOWN = "http://snomed.info/sct", "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ICD10GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
ICD9CM = "http://hl7.org/fhir/sid/icd-9-cm"
ICD10, ICD10CM = "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"


def read(*resources: dict[str, Any]) -> tuple[Case, tuple[Loss, ...]]:
    subject = {"subject": {"reference": "Patient/p"}}
    told = [{"resourceType": "Patient", "id": "p"}, *(each | subject for each in resources)]
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": each} for each in told]})
    source = Input("x.json", lambda: io.BytesIO(text.encode()))
    (outcome,) = read_fhir(source, Options("demo", fhir_version="R4"))
    assert isinstance(outcome, Imported), outcome
    return outcome.document.cases["1"], outcome.losses


def about(kind: str, system: str, code: str, display: str) -> dict[str, Any]:
    concept = {"coding": [{"system": system, "code": code, "display": display}]}
    surgical = {"coding": [{"system": SNOMED, "code": "387713003"}]}
    more: dict[str, dict[str, Any]] = {
        "Condition": {"code": concept},
        "MedicationStatement": {"status": "active", "medicationCodeableConcept": concept},
        "Procedure": {"status": "completed", "code": concept, "category": surgical},
    }
    return {"resourceType": kind, **more[kind]}


def claims(case: Case) -> Iterator[object]:
    for name in ("final", "working", "considered", "excluded"):
        yield from getattr(case.diagnoses, name)
    yield from (*case.findings.present, *case.findings.absent, *case.treatments)


@pytest.mark.parametrize(
    ("kind", "system", "code", "display", "reason"),
    [
        ("Condition", SNOMED, "160245001", "No current problems or disability (situation)", "no-place"),
        ("Condition", SNOMED, "160245001", "Keine aktuellen Probleme", "no-place"),
        ("Condition", SNOMED, "162607003", "Cough absent (situation)", "no-place"),
        ("Condition", SNOMED, "275937001", "Family history of cancer (situation)", "not-a-case"),
        ("Condition", SNOMED, "161432005", "History of malignant melanoma (situation)", "no-place"),
        ("Condition", SNOMED, "162573006", "Suspected lung cancer", "no-place"),
        ("Condition", SNOMED, "1", "H/O: chickenpox", "no-place"),
        ("Condition", SNOMED, "1", "history of malignant melanoma", "no-place"),
        ("Condition", SNOMED, "1", "Past history of asthma", "no-place"),
        ("Condition", SNOMED, "1", "Maternal history of epilepsy", "no-place"),
        ("Condition", SNOMED, "1", "Paternal history of epilepsy", "no-place"),
        ("Condition", SNOMED, "1", "FH: Epilepsy", "no-place"),
        ("Condition", SNOMED, "1", "Family history: Epilepsy", "not-a-case"),
        ("Condition", SNOMED, "1", "No family history of asthma", "not-a-case"),
        ("Condition", SNOMED, "1", "No known allergies", "no-place"),
        ("Condition", SNOMED, "1", "No evidence of epilepsy", "no-place"),
        ("MedicationStatement", SNOMED, "1", "No known medications", "no-place"),
        ("Condition", UNKNOWN, "no-known-problems", "No known problems", "no-place"),
        ("Condition", ICD10CM, "Z80.3", "Family history of malignant neoplasm of breast", "not-a-case"),
        ("Condition", ICD10, "Z51.1", "Chemotherapy session for neoplasm", "no-place"),
        ("Condition", ICD10CM, "z80.0", "FH", "no-place"),
        ("Condition", ICD10GM, "Z95.1", "Vorhandensein", "no-place"),
        ("Condition", ICD9CM, "V10.3", "Personal history of malignant neoplasm of breast", "no-place"),
        ("Condition", ABSENT, "unknown", "Unknown", "no-place"),
        ("MedicationStatement", SNOMED, "787481004", "No known medications (situation)", "no-place"),
        ("MedicationStatement", SNOMED, "182904002", "Drug treatment unknown (finding)", "no-place"),
        ("Condition", SNOMED, "261665006", "Unknown (qualifier value)", "no-place"),
        ("MedicationStatement", UNKNOWN, "no-known-medications", "No known medications", "no-place"),
        ("Procedure", SNOMED, "787480003", "No known procedures (situation)", "no-place"),
        ("Procedure", UNKNOWN, "no-known-procedures", "No known procedures", "no-place"),
    ],
)
def test_a_situation_is_no_disorder_and_no_treatment(
    kind: str, system: str, code: str, display: str, reason: str
) -> None:
    case, losses = read(about(kind, system, code, display))
    assert list(claims(case)) == []
    (lost,) = losses
    assert (lost.path, lost.reason) == ("/entry/1/resource", reason)
    assert lost.value.startswith(f"{kind} ")
    assert code in lost.value
    assert display in lost.value


def test_a_disorder_of_icd_9_is_one() -> None:
    case, _ = read(about("Condition", ICD9CM, "710.3", "Dermatomyositis"))
    assert len(case.diagnoses.final) == 1


@pytest.mark.parametrize(
    ("system", "display"),
    [
        ("http://x.org/own", "History of the present illness"),
        (SNOMED, "Absence of thumb"),
        (SNOMED, "Maternal diabetes mellitus"),
        (SNOMED, "Disorder with family history of epilepsy"),
    ],
)
def test_words_alone_make_no_situation(system: str, display: str) -> None:
    case, _ = read(about("Condition", system, "7", display))
    assert len(case.diagnoses.final) == 1


def test_a_finding_by_its_tag_is_no_situation_whatever_its_words() -> None:
    case, _ = read(about("Condition", SNOMED, "7", "No evidence of recurrence (finding)"))
    assert len(case.findings.present) == 1


def test_a_diagnosis_of_any_format_is_a_disorder() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    what = "SNOMEDCT:275937001 Family history of cancer (situation)"
    builder.final += [builder.claim(Diagnosis, what=each) for each in (what, "MONDO:0016367 dermatomyositis")]
    imported = builder.imported()
    assert [each.what for each in imported.document.cases["1"].diagnoses.final] == [
        "MONDO:0016367 dermatomyositis"
    ]
    assert imported.losses == (Loss("1", "/final-diagnosis", what, "not-a-case"),)
