"""FHIR is read as cases: what is carried, what is told as left behind, and what is refused."""

from __future__ import annotations

import io
import json
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, Outcome
from casegraph.losses import Loss
from casegraph.model import Case

SNOMED, RXNORM = "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970-05-06"}
SUBJECT = {"reference": "Patient/p1"}
MEASURED = {"status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}}
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
TREATING = {f"{MCODE}cancer-related-surgical-procedure", f"{MCODE}radiotherapy-course-summary"}
#: An element that R5 does not have and one that STU3 does not have: the bundle is of R4 or R4B.
OLD = {
    "resourceType": "Encounter",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": SUBJECT,
    "serviceType": {"text": "rheumatology"},
    "hospitalization": {"dischargeDisposition": {"text": "home"}},
}


def from_text(text: str, **options: Any) -> list[Outcome]:
    source = Input("test.json", lambda: io.BytesIO(text.encode()))
    return list(read_fhir(source, Options("demo", **options)))


def bundle(*resources: Mapping[str, Any]) -> str:
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    )


def read(*resources: Mapping[str, Any], **options: Any) -> tuple[Case, tuple[Loss, ...]]:
    (outcome,) = from_text(bundle(PATIENT, OLD, *resources), **options)
    assert isinstance(outcome, Imported), outcome
    return outcome.document.cases["1"], outcome.losses


def refused(text: str, **options: Any) -> Problem:
    with pytest.raises(DocumentError) as error:
        from_text(text, **options)
    (problem,) = error.value.problems
    return problem


def coded(system: str, code: str, display: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} | ({"display": display} if display else {})]}


def condition(code: dict[str, Any], verification: str | None = "confirmed", **more: Any) -> dict[str, Any]:
    status = {"verificationStatus": coded("http://x.org/ver", verification)} if verification else {}
    return {"resourceType": "Condition", "code": code, "subject": SUBJECT, **status, **more}


def reasons(losses: tuple[Loss, ...], end: str) -> list[str]:
    return [each.reason for each in losses if each.path.endswith(end)]


def _is_valued(observation: Mapping[str, Any]) -> bool:
    return any(_is_one_value(part) for part in (observation, *observation.get("component", ())))


def _is_one_value(part: Mapping[str, Any]) -> bool:
    """Tell whether there is a value, and no several codes of one system, such as of seven genes."""
    codings = part.get("valueCodeableConcept", {}).get("coding", [])
    systems = [each["system"] for each in codings]
    return any(key.startswith("value") for key in part) and len(systems) == len(set(systems))


def _is_situation(condition: Mapping[str, Any]) -> bool:
    """Tell whether a condition is of SNOMED CT and by its tag no disorder, such as of what once was."""
    codings = condition.get("code", {}).get("coding", [])
    return condition["resourceType"] == "Condition" and "(situation)" in codings[0]["display"]


R4_FILES = ["Alberto", "Dannie", "Hershel", "Jules", "Wilson", "mcode"]


@pytest.fixture(params=R4_FILES)
def shared(request: pytest.FixtureRequest, material: Path) -> Path:
    (path,) = (material / "data").glob(f"fhir-r4-*/{request.param}*")
    return path


@pytest.mark.slow
def test_all_of_a_shared_bundle_is_carried_or_told(shared: Path) -> None:
    begun = time.perf_counter()
    source = Input(shared.name, lambda: shared.open("rb"))
    (outcome,) = read_fhir(source, Options("demo"))
    assert time.perf_counter() - begun < 10
    assert isinstance(outcome, Imported)
    case, told = outcome.document.cases["1"], json.loads(shared.read_text(encoding="utf-8"))
    resources = [each["resource"] for each in told["entry"]]
    kinds = Counter(each["resourceType"] for each in resources)
    valued = [each for each in resources if each["resourceType"] == "Observation"]
    parts = [part for each in valued for part in (each, *each.get("component", ()))]
    outcomes = [part for part in parts if _is_one_value(part)]
    assert len(case.tests) == len(outcomes) > 20
    treating = [
        i for i, each in enumerate(resources) if TREATING & set(each.get("meta", {}).get("profile", ()))
    ]
    assert len(treating) == (2 if shared.parent.name == "fhir-r4-mcode" else 0)
    assert len(case.treatments) == kinds["MedicationRequest"] + len(treating)
    diagnoses = (case.diagnoses.final, case.diagnoses.working, case.diagnoses.considered)
    past = [i for i, each in enumerate(resources) if _is_situation(each)]
    assert sum(map(len, diagnoses)) + len(case.findings.present) == kinds["Condition"] - len(past)
    assert {each.basis for each in case.treatments} <= {"stated", "implied"}
    read_kinds = {"Patient", "Condition", "Observation", "MedicationRequest", "Procedure"}
    whole = Counter(each.path for each in outcome.losses if each.path.endswith("/resource"))
    left = [i for i, each in enumerate(resources) if each["resourceType"] not in read_kinds]
    left += [*past, *(resources.index(each) for each in valued if not _is_valued(each))]
    left += [
        i for i, each in enumerate(resources) if each["resourceType"] == "Procedure" and i not in treating
    ]
    assert whole == Counter(f"/entry/{i}/resource" for i in left)


def test_values_and_codes_of_a_shared_bundle_are_those_of_the_file(material: Path) -> None:
    path = material / "data" / "fhir-r4-mcode" / "mcode-patient-bundle-jenny-m.json"
    (outcome,) = read_fhir(Input(path.name, lambda: path.open("rb")), Options("mcode"))
    assert isinstance(outcome, Imported)
    case, record = outcome.document.cases["1"], outcome.document.report.record
    assert record is not None
    assert record.id == "cancer-patient-jenny-m"
    (cancer,) = case.diagnoses.final
    assert cancer.what.startswith("SNOMEDCT:353431000119107 Primary malignant neoplasm of female left breast")
    assert [each.split()[0] for each in cancer.stage] == ["SNOMEDCT:1222806003"]
    assert case.course[0].kind == "remission"
    assert case.course[0].concerns == (cancer.id,)
    cyclophosphamide = next(each for each in case.treatments if each.what.startswith("RXNORM:3002 "))
    (dose,) = cyclophosphamide.doses
    assert (dose.dose, dose.unit, dose.route) == (932.59, "mg", "intravenous")
    assert case.occasions[cyclophosphamide.at or ""].printed == "2018-04-01"
    assert cyclophosphamide.indication == cancer.what
    assert cyclophosphamide.intent is not None
    assert cyclophosphamide.intent.startswith("SNOMEDCT:373808002 ")
    doxorubicin = next(each for each in case.treatments if each.what.startswith("RXNORM:3639 "))
    assert [each.dose for each in doxorubicin.doses] == [None]  # 60 mg/m2 stands there as a rate
    neutrophils = next(each for each in case.tests if each.what.startswith("LOINC:26499-4 "))
    assert (neutrophils.value, neutrophils.range_low, neutrophils.range_high) == (3000, 2500, 5000)
    assert neutrophils.unit == "10*3/uL"
    invasion = next(each for each in case.tests if each.what.startswith("SNOMEDCT:370052007 "))
    assert invasion.result == "negative"
    panels = {each.component_of for each in case.tests if each.what.startswith("LOINC:33728-7")}
    assert panels == {"LOINC:21889-1 Size Tumor"}


@pytest.mark.slow
def test_what_identifies_the_patient_stays_out_of_case_and_losses(material: Path) -> None:
    path = next((material / "data" / "fhir-r4-synthea").glob("Hershel*"))
    (outcome,) = read_fhir(Input(path.name, lambda: path.open("rb")), Options("demo"))
    assert isinstance(outcome, Imported)
    (patient,) = (
        each["resource"]
        for each in json.loads(path.read_text(encoding="utf-8"))["entry"]
        if each["resource"]["resourceType"] == "Patient"
    )
    told = repr(outcome)
    secrets = [patient["birthDate"], patient["name"][0]["family"], patient["address"][0]["city"]]
    secrets += [each["value"] for each in patient["identifier"] if each["value"] != patient["id"]]
    secrets += [patient["telecom"][0]["value"]]
    assert len(secrets) >= 6
    assert [each for each in secrets if each in told] == []
    named = {each.path.rpartition("/")[2] for each in outcome.losses if each.reason == "identifier"}
    assert {"name", "address", "telecom", "identifier", "birthDate", "text"} <= named


def test_a_kept_name_and_birth_date_are_carried() -> None:
    named = PATIENT | {"name": [{"given": ["Ann", "B"], "family": "Gray"}]}
    (outcome,) = from_text(bundle(named, OLD), keep_identifiers=True)
    assert isinstance(outcome, Imported)
    case = outcome.document.cases["1"]
    assert (case.label, case.sex) == ("Ann B Gray", "female")
    assert case.occasions["birth"].printed == "1970-05-06"


def test_a_bundle_without_resources_is_told_to_have_none() -> None:
    with pytest.raises(DocumentError, match=r"no-patient no Patient among its resources \(there are none\)"):
        from_text('{"resourceType": "Bundle", "type": "collection", "entry": []}')


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("hospitalInformation", "no-patient", "Organization"),
        ("O'Kon", "wrong-version", "STU3"),
        ("patient-4444001", "not-json", "DSTU2"),
    ],
)
def test_shared_files_that_are_no_case_are_refused(material: Path, name: str, code: str, said: str) -> None:
    (path,) = (material / "data").glob(f"fhir-*/{name}*")
    with pytest.raises(DocumentError) as error:
        list(read_fhir(Input(path.name, lambda: path.open("rb")), Options("demo")))
    (problem,) = error.value.problems
    assert problem.code == code
    assert said in problem.message


def test_a_version_is_told_by_elements_or_given_and_never_guessed() -> None:
    nothing = bundle(PATIENT, {"resourceType": "Observation", "subject": SUBJECT, **MEASURED})
    assert refused(nothing).code == "wrong-version"
    assert "--fhir-version" in refused(nothing).todo
    for version in ("R4", "R4B", "R5", "4.0.1", "4.3.0", "5.0.0"):
        assert len(from_text(nothing, fhir_version=version)) == 1
    assert refused(bundle(PATIENT, OLD), fhir_version="R5").code == "wrong-version"
    assert refused(bundle(PATIENT, OLD), fhir_version="R5").todo == "leave --fhir-version out"
    assert refused(bundle(PATIENT, OLD), fhir_version="STU3").code == "wrong-version"
    profile = {"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Patient|5.0.0"]}}
    assert len(from_text(bundle(PATIENT | profile))) == 1
    assert refused(bundle({"resourceType": "MedicationOrder"}, PATIENT)).message.startswith("FHIR DSTU2")


def test_medication_of_r5_and_r4_is_read_alike() -> None:
    drug = coded(RXNORM, "3002", "cyclophosphamide")
    new = {
        "resourceType": "MedicationStatement",
        "status": "recorded",
        "medication": {"concept": drug},
        "subject": SUBJECT,
        "effectivePeriod": {"start": "2020-01", "end": "2020-03-04"},
    }
    (outcome,) = from_text(bundle(PATIENT, new))
    assert isinstance(outcome, Imported)
    old = {key: value for key, value in new.items() if key != "medication"}
    case, _ = read(old | {"status": "completed", "medicationCodeableConcept": drug})
    assert outcome.document.cases["1"].treatments == case.treatments
    (outcome,) = from_text(bundle(PATIENT, new | {"status": "entered-in-error"}))
    assert isinstance(outcome, Imported)
    assert "MedicationStatement cyclophosphamide" in [each.value for each in outcome.losses]
    (treatment,) = case.treatments
    assert treatment.what == "RXNORM:3002 cyclophosphamide"
    assert case.occasions[treatment.ends_at or ""].printed == "2020-03-04"


def test_a_medication_may_be_referred_to_or_contained() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": coded(RXNORM, "3002", "cyclophosphamide")}
    given = {"resourceType": "MedicationStatement", "status": "active", "subject": SUBJECT}
    case, _ = read(medication, given | {"medicationReference": {"reference": "Medication/m"}})
    inner, _ = read(given | {"contained": [medication], "medicationReference": {"reference": "#m"}})
    assert [each.what for each in case.treatments] == ["RXNORM:3002 cyclophosphamide"]
    assert inner.treatments == case.treatments
    none, losses = read(given | {"medicationReference": {"reference": "Medication/other"}})
    assert none.treatments == ()
    assert reasons(losses, "/entry/2/resource") == ["no-code"]


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("confirmed", "final"),
        (None, "final"),
        ("provisional", "working"),
        ("differential", "considered"),
        ("unconfirmed", "considered"),
        ("refuted", "excluded"),
        ("entered-in-error", None),
    ],
)
def test_a_condition_stands_where_its_verification_puts_it(status: str | None, standing: str | None) -> None:
    case, losses = read(condition(coded(SNOMED, "69896004", "Rheumatoid arthritis (disorder)"), status))
    found = {
        name: len(getattr(case.diagnoses, name)) for name in ("final", "working", "considered", "excluded")
    }
    assert found == {name: int(name == standing) for name in found}
    if standing is None:
        assert reasons(losses, "/entry/2/resource") == ["entered-in-error"]


def test_a_condition_that_names_itself_a_finding_is_one() -> None:
    job = coded(SNOMED, "160903007", "Full-time employment (finding)")
    itch = coded("http://human-phenotype-ontology.org", "HP:0000989", "Pruritus")
    case, _ = read(condition(job), condition(itch, "refuted"), condition(itch, "provisional"))
    assert [each.what for each in case.findings.present] == [
        "SNOMEDCT:160903007 Full-time employment (finding)"
    ]
    assert [each.what for each in case.findings.absent] == ["HP:0000989 Pruritus"]
    assert [each.what for each in case.findings.indeterminate] == ["HP:0000989 Pruritus"]
    assert case.diagnoses.final == ()


def test_a_finding_that_is_over_was_not_seen_when_it_was_recorded() -> None:
    itch = coded("http://human-phenotype-ontology.org", "HP:0000989", "Pruritus")
    recorded = {"recordedDate": "2019-06-01"}
    case, losses = read(
        condition(itch, **recorded, abatementDateTime="2019-01-01"), condition(itch, **recorded)
    )
    assert [(each.at, each.resolved_at) for each in case.findings.present] == [
        (None, "date-2019-01-01"),
        ("date-2019-06-01", None),
    ]
    assert reasons(losses, "/recordedDate") == ["no-place"]


def test_onset_of_every_form_is_a_time_or_is_told() -> None:
    code, years = coded(SNOMED, "1", "x"), {"system": "http://unitsofmeasure.org", "code": "a"}
    case, losses = read(
        condition(code, onsetAge={"value": 40, **years}),
        condition(code, onsetRange={"low": {"value": 30, **years}, "high": {"value": 32, **years}}),
        condition(code, onsetPeriod={"start": "2001", "end": "2003"}),
        condition(code, onsetString="as a child"),
        condition(code, onsetAge={"value": 40.5, **years}),
    )
    printed = [case.occasions[each.onset_at].printed for each in case.diagnoses.final if each.onset_at]
    assert printed == ["P40Y", "P30Y/P32Y", "2001/2003"]
    assert reasons(losses, "/onsetString") == ["no-place"]
    assert reasons(losses, "/entry/6/resource/onsetAge") == ["no-place"]


def test_a_value_that_would_read_as_another_is_no_test() -> None:
    def observed(**more: Any) -> dict[str, Any]:
        return {"resourceType": "Observation", "subject": SUBJECT, **MEASURED, **more}

    unit = {"system": "http://unitsofmeasure.org", "code": "mg/dL"}
    case, losses = read(
        observed(valueQuantity={"value": 5, "comparator": "<", **unit}),
        observed(valueQuantity={"value": 5, "unit": "mg/dl"}),
        observed(valueString="raised"),
        observed(),
        observed(status="entered-in-error", valueInteger=3),
        observed(status="cancelled", valueInteger=3),
        observed(valueCodeableConcept={"text": "gone"}),
        observed(valueBoolean=True),
        observed(interpretation=[coded("http://x.org", "ODD")]),
        observed(component=[{"code": {"text": "x"}, "valueTime": "12:00:00"}]),
    )
    assert case.tests == ()
    lost = [
        (each.value.removeprefix("Observation "), each.reason) for each in losses if each.value[:3] == "Obs"
    ]
    assert lost == [
        ("8302-2 = <5 mg/dL", "no-place"),
        ("8302-2 = 5 mg/dl", "no-code"),
        ("8302-2 = raised", "no-code"),
        ("8302-2", "required-missing"),
        ("8302-2 = 3", "entered-in-error"),
        ("8302-2 = 3", "no-place"),
        ("8302-2 = gone", "no-code"),
        ("8302-2 = true", "no-place"),
        ("8302-2", "unmapped-code"),
        ("8302-2: x = 12:00:00", "no-place"),
    ]


def test_a_number_keeps_its_digits() -> None:
    text = bundle(PATIENT, OLD, {"resourceType": "Observation", "subject": SUBJECT, **MEASURED})
    unit = '"system": "http://unitsofmeasure.org", "code": "Cel"'
    value = f'"valueQuantity": {{"value": 37.50, {unit}}}'
    (outcome,) = from_text(text.replace('"status": "final"', f'"status": "final", {value}'))
    assert isinstance(outcome, Imported)
    (test,) = outcome.document.cases["1"].tests
    assert (test.value, test.printed, test.unit) == (37.5, "37.50", "Cel")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"intent": "proposal"}, "no-place"),
        ({"intent": "plan"}, "no-place"),
        ({"status": "cancelled"}, "no-place"),
        ({"status": "draft"}, "no-place"),
        ({"doNotPerform": True}, "no-place"),
        ({"status": "entered-in-error"}, "entered-in-error"),
        ({}, None),
    ],
)
def test_only_an_order_stands_for_a_treatment(change: dict[str, Any], reason: str | None) -> None:
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": coded(RXNORM, "3002", "cyclophosphamide"),
        "subject": SUBJECT,
    }
    case, losses = read(order | change)
    assert [each.basis for each in case.treatments] == ([] if reason else ["implied"])
    assert reasons(losses, "/entry/2/resource") == ([reason] if reason else [])


def test_the_doses_of_an_order_are_implied_as_it_is() -> None:
    drug = {"medicationCodeableConcept": coded(RXNORM, "3002"), "subject": SUBJECT, "status": "completed"}
    milligram = {"value": 5, "system": "http://unitsofmeasure.org", "code": "mg"}
    dosage = [{"doseAndRate": [{"doseQuantity": milligram}]}]
    order = {"resourceType": "MedicationRequest", "intent": "order", "dosageInstruction": dosage}
    taken = {"resourceType": "MedicationStatement", "dosage": dosage}
    case, losses = read(drug | order, drug | taken)
    doses = {each.basis: [dose.basis for dose in each.doses] for each in case.treatments}
    assert doses == {"implied": ["implied"], "stated": ["stated"]}
    assert reasons(losses, "/status") == ["no-place"] * 2
    ended = {"effectivePeriod": {"start": "2020-01-01", "end": "2020-02-01"}}
    _, losses = read(drug | taken | ended)
    assert reasons(losses, "/status") == []


def test_different_codes_of_one_system_are_several_things_and_none_of_them_is_taken() -> None:
    genes = {
        "coding": [
            {"system": "http://www.genenames.org", "code": "1100", "display": "BRCA1"},
            {"system": "http://www.genenames.org", "code": "1101", "display": "BRCA2"},
        ]
    }
    of_genes = {"resourceType": "Observation", "subject": SUBJECT, **MEASURED, "valueCodeableConcept": genes}
    case, losses = read(of_genes, condition(genes))
    assert case.tests == ()
    assert case.diagnoses.final == ()
    assert [
        (each.path, each.value, each.reason)
        for each in losses
        if each.path.startswith(("/entry/2/", "/entry/3/"))
    ] == [
        ("/entry/3/resource", "Condition BRCA1", "no-place"),
        ("/entry/2/resource", "Observation 8302-2 = BRCA1, BRCA2", "no-place"),
    ]
    translated = {"coding": [genes["coding"][0], {"system": "http://example.org", "code": "x"}]}
    case, _ = read(of_genes | {"valueCodeableConcept": translated})
    assert [each.result_term for each in case.tests] == ["HGNC:1100 BRCA1"]


@pytest.mark.parametrize(("day", "panel"), [("2018-04-01T08:00:00Z", "LOINC:24323-8"), ("2018-03-10", None)])
def test_a_report_is_the_panel_of_the_values_of_its_own_day(day: str, panel: str | None) -> None:
    value = {"resourceType": "Observation", "id": "o1", "subject": SUBJECT, **MEASURED, "valueInteger": 3}
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": coded("http://loinc.org", "24323-8"),
        "subject": SUBJECT,
        "effectiveDateTime": "2018-04-01",
        "result": [{"reference": "Observation/o1"}],
    }
    case, _ = read(value | {"effectiveDateTime": day}, report)
    (test,) = case.tests
    assert test.component_of == (panel and f"{panel} {panel}")
    assert case.occasions[str(test.at)].printed == day


@pytest.mark.parametrize(
    ("system", "code", "standing"),
    [
        ("http://loinc.org", "LA9633-4", "present"),
        ("http://loinc.org", "LA9634-2", "absent"),
        (SNOMED, "373066001", "present"),
        (SNOMED, "373067005", "absent"),
        (SNOMED, "52101004", "present"),
        (SNOMED, "2667000", "absent"),
        ("http://terminology.hl7.org/CodeSystem/v2-0136", "Y", "present"),
        ("http://terminology.hl7.org/CodeSystem/v2-0136", "N", "absent"),
        ("http://terminology.hl7.org/CodeSystem/v2-0532", "N", "absent"),
        (SNOMED, "261665006", None),
    ],
)
def test_a_term_of_hpo_that_is_present_or_absent_is_a_finding(
    system: str, code: str, standing: str | None
) -> None:
    itch = {"resourceType": "Observation", "status": "final", "subject": SUBJECT}
    itch |= {"code": coded("http://human-phenotype-ontology.org", "HP:0000989", "Pruritus")}
    case, _ = read(itch | {"valueCodeableConcept": coded(system, code)})
    lists = {name: getattr(case.findings, name) for name in ("present", "absent", "indeterminate")}
    assert {name: [each.what for each in found] for name, found in lists.items() if found} == (
        {standing: ["HP:0000989 Pruritus"]} if standing else {}
    )
    assert len(case.tests) == (standing is None)


@pytest.mark.parametrize(("value", "standing"), [(True, "present"), (False, "absent")])
def test_a_finding_of_snomed_that_is_so_or_not_is_one(value: bool, standing: str) -> None:
    job = {"resourceType": "Observation", "status": "final", "subject": SUBJECT, "valueBoolean": value}
    case, losses = read(job | {"code": coded(SNOMED, "160903007", "Full-time employment (finding)")})
    what = "SNOMEDCT:160903007 Full-time employment (finding)"
    assert [each.what for each in getattr(case.findings, standing)] == [what]
    assert len(case.findings.present) + len(case.findings.absent) == 1
    assert reasons(losses, "/entry/2/resource") == []
    _, losses = read(job | {"code": coded(SNOMED, "160903007", "Full-time employment")})
    assert reasons(losses, "/entry/2/resource") == ["no-place"]


@pytest.mark.parametrize(("code", "result"), [("LA6576-8", "positive"), ("LA6577-6", "negative")])
def test_the_answers_of_loinc_positive_and_negative_are_results(code: str, result: str) -> None:
    told = {"resourceType": "Observation", "subject": SUBJECT, **MEASURED}
    case, _ = read(told | {"valueCodeableConcept": coded("http://loinc.org", code)})
    assert [(each.result, each.result_term) for each in case.tests] == [(result, None)]


def test_what_is_left_whole_is_called_by_its_name() -> None:
    narrative = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
    immunization = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": coded("http://hl7.org/fhir/sid/cvx", "140", "Influenza"),
        "patient": SUBJECT,
        "text": narrative,
    }
    parts = [{"code": coded("http://loinc.org", "8480-6", "Systolic")}, {"code": {"text": "Diastolic"}}]
    panel = {"resourceType": "Observation", "subject": SUBJECT, **MEASURED, "component": parts}
    plan = {"resourceType": "CarePlan", "category": [{"text": "Diet"}], "subject": SUBJECT}
    others = f"{MCODE}related-condition-absent"
    none: dict[str, Any] = {"resourceType": "Observation", "subject": SUBJECT, **MEASURED}
    none["extension"] = [{"url": others, "valueCodeableConcept": coded(SNOMED, "414916001", "Obesity")}]
    _, losses = read(immunization, panel, plan, condition(coded(SNOMED, "1"), text=narrative), none)
    assert ("Observation 8302-2: mcode-related-condition-absent = Obesity", "no-place") in [
        (each.value, each.reason) for each in losses
    ]
    told = [each.value for each in losses if each.path.endswith("/resource")]
    names = ["Immunization Influenza", "Observation 8302-2: Systolic, Diastolic", "CarePlan Diet"]
    names += ["Encounter rheumatology: dischargeDisposition = home"]
    assert set(names) <= set(told)
    assert [each.reason for each in losses if each.path == "/entry/5/resource/text"] == ["no-place"]


SURGERY, DIAGNOSTIC = coded(SNOMED, "387713003"), coded(SNOMED, "103693007")


def intended(code: str) -> dict[str, Any]:
    extension = {"url": f"{MCODE}procedure-intent", "valueCodeableConcept": coded(SNOMED, code)}
    return {"category": SURGERY, "extension": [extension]}


@pytest.mark.parametrize(
    ("more", "treats"),
    [
        ({}, False),
        ({"code": coded(SNOMED, "71651007", "Mammography (procedure)")}, False),
        ({"code": coded(SNOMED, "1", "Chemotherapy and radiation treatment")}, False),
        ({"code": coded(SNOMED, "1", "Therapy of some kind (regime/therapy)")}, True),
        ({"code": coded("http://example.org", "1", "Therapy of some kind (regime/therapy)")}, False),
        ({"category": SURGERY}, True),
        ({"category": DIAGNOSTIC}, False),
        ({"category": coded(SNOMED, "409063005")}, False),
        ({"category": coded("http://example.org", "387713003")}, False),
        ({"category": {"coding": [*SURGERY["coding"], *DIAGNOSTIC["coding"]]}}, False),
        ({"category": DIAGNOSTIC, "meta": {"profile": sorted(TREATING)}}, False),
        ({"meta": {"profile": [f"{MCODE}radiotherapy-course-summary|4.0.0"]}}, True),
        ({"meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-procedure"]}}, False),
        (intended("373808002"), True),
        (intended("261004008"), False),
        ({"code": coded("http://purl.obolibrary.org/obo/MAXO_", "0000058")}, True),
        ({"code": coded("http://purl.obolibrary.org/obo/MAXO_", "0000387")}, False),
        ({"reasonCode": [coded(SNOMED, "2")]}, False),
    ],
)
def test_a_procedure_treats_only_where_its_data_say_so(more: dict[str, Any], treats: bool) -> None:
    done: dict[str, Any] = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": coded(SNOMED, "1", "x"),
    }
    procedure = done | {"subject": SUBJECT} | more
    case, losses = read(procedure)
    assert len(case.treatments) == treats
    whole = [each for each in losses if each.path == "/entry/2/resource"]
    assert [each.reason for each in whole] == ([] if treats else ["no-place"])
    coding = procedure["code"]["coding"][0]
    assert all(each.value == f"Procedure {coding.get('display', coding['code'])}" for each in whole)


@pytest.mark.parametrize(
    ("more", "ended"),
    [
        ({"performedDateTime": "2020-02-03"}, "2020-02-03"),
        ({"performedAge": {"value": 3, "system": "http://unitsofmeasure.org", "code": "a"}}, "P3Y"),
        ({"performedPeriod": {"start": "2020-02-03", "end": "2020-02-05"}}, "2020-02-05"),
        ({"performedPeriod": {"start": "2020-02-03"}}, None),
        ({"performedDateTime": "2020-02-03", "status": "in-progress"}, None),
    ],
)
def test_what_was_done_at_a_time_does_not_run_on(more: dict[str, Any], ended: str | None) -> None:
    done = {"resourceType": "Procedure", "status": "completed", "category": SURGERY, "subject": SUBJECT}
    case, _ = read(done | {"code": coded(SNOMED, "1", "x")} | more)
    (treatment,) = case.treatments
    assert (case.occasions[treatment.ends_at].printed if treatment.ends_at else None) == ended


def test_a_time_of_what_is_lost_is_no_occasion() -> None:
    observed = {"resourceType": "Observation", "subject": SUBJECT, **MEASURED}
    case, _ = read(
        observed | {"effectiveDateTime": "2010-01-01"},
        observed | {"effectiveDateTime": "2020-01-01", "valueInteger": 3},
    )
    assert {key: each.start for key, each in case.occasions.items() if key != "birth"} == {
        "date-2020-01-01": (0, 0),
        "first-date": (17897, 18263),
    }


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "preparation", "unknown"])
def test_what_was_not_done_is_no_treatment(status: str) -> None:
    procedure = {
        "resourceType": "Procedure",
        "status": status,
        "category": SURGERY,
        "code": coded(SNOMED, "1"),
        "subject": SUBJECT,
    }
    case, losses = read(procedure)
    assert case.treatments == ()
    assert len(reasons(losses, "/entry/2/resource")) == 1


def test_a_dosage_is_read_with_its_frequency() -> None:
    unit = {"system": "http://unitsofmeasure.org", "code": "mg"}

    def dosed(**dosage: Any) -> dict[str, Any]:
        return {
            "resourceType": "MedicationStatement",
            "status": "active",
            "medicationCodeableConcept": coded(RXNORM, "3002"),
            "subject": SUBJECT,
            "dosage": [dosage],
        }

    eight_hours = {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h", "count": 9}}
    monthly = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo"}}
    case, losses = read(
        dosed(doseAndRate=[{"doseQuantity": {"value": 2, **unit}}], timing=eight_hours),
        dosed(doseAndRate=[{"doseRange": {"low": {"value": 1, **unit}, "high": {"value": 2, **unit}}}]),
        dosed(doseAndRate=[{"doseQuantity": {"value": 5, **unit}}], timing=monthly),
    )
    often, between, seldom = (each.doses[0] for each in case.treatments)
    assert (often.dose, often.unit, often.times, often.period_days, often.doses_in_all) == (2, "mg", 3, 1, 9)
    assert (between.dose, between.dose_min, between.dose_max) == (None, 1, 2)
    assert (seldom.dose, seldom.times) == (5, None)
    assert reasons(losses, "/timing") == ["no-place"]


ORPHA = {"system": "http://www.orpha.net", "code": "ORPHA:732", "display": "Polymyositis"}
MONDO, ICD10CM = "http://purl.obolibrary.org/obo/mondo.owl", "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.mark.parametrize(
    ("others", "carried", "told"),
    [
        (coded(ICD10CM, "G72.9", "Myopathy"), "Orphanet:732 Polymyositis", ["no-place"]),
        (coded(SNOMED, "31384009", "Polymyositis (disorder)"), "Orphanet:732 Polymyositis", ["implied"]),
        (coded(MONDO, "MONDO:0016367", "dermatomyositis"), "MONDO:0016367 dermatomyositis", ["no-place"]),
    ],
)
def test_the_coding_that_says_most_is_carried_and_another_is_implied_only_where_it_is_the_same(
    others: dict[str, Any], carried: str, told: list[str]
) -> None:
    case, losses = read(condition({"coding": [*others["coding"], ORPHA]}))
    assert [each.what for each in case.diagnoses.final] == [carried]
    assert [each.reason for each in losses if "/code/coding/" in each.path] == told


def test_a_coding_above_the_carried_one_is_implied() -> None:
    rash = {"system": "http://human-phenotype-ontology.org", "code": "HP:0000988", "display": "Skin rash"}
    known = coded(MONDO, "MONDO:0016367", "dermatomyositis")["coding"]
    above = {
        "system": "http://purl.obolibrary.org/obo/MONDO_",
        "code": "0005336",
        "display": "Muskelkrankheit",
    }
    case, losses = read(condition({"coding": [above, rash, *known]}))
    assert [each.what for each in case.diagnoses.final] == ["MONDO:0016367 dermatomyositis"]
    assert [each.reason for each in losses if "/code/coding/" in each.path] == ["implied", "no-place"]


def test_several_codings_are_one_concept() -> None:
    several = {"coding": [{"system": "urn:x", "code": "1"}, *coded(SNOMED, "7", "Seven")["coding"]]}
    case, losses = read(condition(several))
    assert case.diagnoses.final[0].what == "SNOMEDCT:7 Seven"
    assert reasons(losses, "/code/coding/0") == ["no-place"]
    unknown, _ = read(condition({"coding": [{"system": "urn:x", "code": "1"}], "text": "one"}))
    assert unknown.diagnoses.final[0].what == "cgt:urn%3Ax:1 one"


def test_every_element_that_is_not_used_is_told() -> None:
    code = coded(SNOMED, "1", "x")
    code["coding"][0]["version"] = "2024"
    _, losses = read(
        condition(code, note=[{"text": "Ann said so"}], recorder={"reference": "Practitioner/3"})
    )
    told = {each.path: (each.reason, each.value) for each in losses if each.path.startswith("/entry/2/")}
    assert told == {
        "/entry/2/resource/code/coding/0/version": ("no-place", "2024"),
        "/entry/2/resource/note": ("no-code", ""),
        "/entry/2/resource/recorder": ("identifier", ""),
    }


def test_patients_of_one_bundle_are_told_apart_and_a_bad_one_stops_no_other() -> None:
    two = PATIENT | {"id": "p2"}
    bad = condition(coded(SNOMED, "1", "x")) | {"onsetDateTime": "yesterday"}
    good = condition(coded(SNOMED, "2", "y")) | {"subject": {"reference": "http://a.org/fhir/Patient/p2"}}
    lost = condition(coded(SNOMED, "3", "z")) | {"subject": {"reference": "Patient/p3"}}
    outcomes = from_text(bundle(PATIENT, two, PATIENT, OLD, bad, good, lost))
    problems = [each for each in outcomes if isinstance(each, Problem)]
    assert [each.code for each in problems] == ["no-patient", "wrong-value"]
    assert "/entry/4/resource/onsetDateTime" in problems[1].message
    (case,) = (each.document.cases["1"] for each in outcomes if isinstance(each, Imported))
    assert [each.what for each in case.diagnoses.final] == ["SNOMEDCT:2 y"]


def test_different_patients_of_one_id_are_all_refused() -> None:
    other = PATIENT | {"gender": "male"}
    found = from_text(bundle(PATIENT, other, OLD, PATIENT | {"id": "p2"}, condition(coded(SNOMED, "1", "x"))))
    codes = [each.code if isinstance(each, Problem) else "" for each in found]
    assert codes == ["same-case", "same-case", ""]


def test_ndjson_is_read_by_lines_and_a_bad_line_stops_no_other() -> None:
    lines = [json.dumps(each) for each in (PATIENT, OLD, condition(coded(SNOMED, "1", "x")))]
    outcomes = from_text("\n".join([lines[0], lines[1], '{"resourceType": ', lines[2], ""]))
    problem, imported = outcomes
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line) == ("not-json", 3)
    assert isinstance(imported, Imported)
    assert len(imported.document.cases["1"].diagnoses.final) == 1
    assert refused("\n".join(lines[1:])).code == "no-patient"


def test_what_is_no_json_is_told_with_line_and_column() -> None:
    whole = refused('{"resourceType": "Bundle",\n "type": "collection",\n "type": "batch"}')
    assert (whole.code, whole.line, whole.column) == ("duplicate-key", 3, 2)
    lines = from_text(
        "\n".join(json.dumps(each) for each in (PATIENT, OLD)) + '\n{"a": 1, "b": {"c": 1, "c": 2}}'
    )
    (problem,) = (each for each in lines if isinstance(each, Problem))
    assert (problem.code, problem.line, problem.column) == ("duplicate-key", 3, 24)
    assert "'/b/c'" in problem.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Bundle xmlns="http://hl7.org/fhir"/>',
            "not-json",
        ),
        ("{", "not-json"),
        ("[]", "missing-key"),
        ('{"resourceType": "Bundle", "resourceType": "Patient"}', "duplicate-key"),
        ('{"resourceType": "Bundle", "entry": {}}', "wrong-value"),
        ("[" * 100_000, "too-deep"),
        ('{"a": NaN}', "wrong-value"),
        ('{"resourceType": "Patient", "a": 1e400}', "wrong-value"),
        ("", "empty"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused(text: str, code: str) -> None:
    assert refused(text).code == code


def test_death_is_a_turn_of_the_course() -> None:
    (dated,) = from_text(bundle(PATIENT | {"deceasedDateTime": "2020-02-03"}, OLD))
    (dead,) = from_text(bundle(PATIENT | {"deceasedBoolean": True}, OLD))
    (alive,) = from_text(bundle(PATIENT | {"deceasedBoolean": False}, OLD))
    assert isinstance(dated, Imported)
    assert isinstance(dead, Imported)
    assert isinstance(alive, Imported)
    (death,) = dated.document.cases["1"].course
    assert dated.document.cases["1"].occasions[death.at or ""].printed == "2020-02-03"
    assert [(each.kind, each.at) for each in dead.document.cases["1"].course] == [("death", None)]
    assert alive.document.cases["1"].course == ()


def test_an_allergy_is_a_finding_only_by_its_own_code() -> None:
    allergy = {"resourceType": "AllergyIntolerance", "patient": SUBJECT}
    itself = allergy | {"code": coded(SNOMED, "91936005", "Allergy to penicillin (finding)")}
    refuted = itself | {"verificationStatus": coded("http://x.org", "refuted")}
    case, losses = read(itself, refuted, allergy | {"code": coded(RXNORM, "723", "amoxicillin")})
    assert len(case.findings.present) == len(case.findings.absent) == 1
    untagged, _ = read(allergy | {"code": coded(SNOMED, "91935009", "Peanut allergy")})
    assert [each.what for each in untagged.findings.present] == ["SNOMEDCT:91935009 Peanut allergy"]
    assert reasons(losses, "/entry/4/resource") == ["no-place"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"onsetDatetime": "2020"}, "/onsetDatetime: no such element; did you mean 'onsetDateTime'?"),
        ({"colour": "red"}, "/colour: no such element"),
        ({"code": {"txt": "x"}}, "/code/txt: no such element"),
    ],
)
def test_an_element_that_a_resource_does_not_have_is_told_with_the_one_that_was_meant(
    more: dict[str, Any], told: str
) -> None:
    named = {"resourceType": "Condition", "code": coded(SNOMED, "2"), "subject": SUBJECT, **more}
    (problem,) = from_text(bundle(PATIENT, OLD, named))
    assert isinstance(problem, Problem)
    assert problem.message == f"/entry/2/resource{told}"
