"""Cases as FHIR R4B bundles: valid, the same case on the way back, and all that is left behind told."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle

from casegraph.export.fhir import to_fhir, write_fhir
from casegraph.export.stored import StoredCase
from casegraph.loaders import read_document
from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, RecordBuilder
from casegraph.losses import Loss
from casegraph.model import (
    AdverseEvent,
    AdverseEvents,
    Case,
    Course,
    Diagnoses,
    Diagnosis,
    DoseSegment,
    Finding,
    Findings,
    Occasion,
    Record,
    Report,
    Response,
    TestResult,
    Treatment,
    iterate_claims,
)
from casegraph.resources import shipped
from casegraph.triples import subjects

IRI = "https://w3id.org/casegraph/case/demo/1"
ITCH, DISEASE = "HP:0000989 Pruritus", "MONDO:0016367 dermatomyositis"
R4_FILES = ["Alberto", "Dannie", "Hershel", "Jules", "Wilson", "mcode"]


def stored(case: Case) -> StoredCase:
    record = Record(dataset="demo", id="1")
    return StoredCase(IRI, case, Report(title="t", extent="dataRecord", record=record), {})


def exported(case: StoredCase) -> tuple[bytes, tuple[Loss, ...]]:
    out = io.BytesIO()
    losses = tuple(write_fhir([case], out))
    Bundle.model_validate_json(out.getvalue())
    return out.getvalue(), losses


def read(content: bytes) -> Imported:
    (outcome,) = read_fhir(Input("bundle.json", lambda: io.BytesIO(content)), Options("demo"))
    assert isinstance(outcome, Imported), outcome
    return outcome


def there_and_back(case: Case) -> tuple[Case, tuple[Loss, ...]]:
    content, losses = exported(stored(case))
    return read(content).document.cases["1"], losses


def resources(case: Case) -> list[dict[str, Any]]:
    return [each["resource"] for each in to_fhir(stored(case))[0]["entry"]]


def built(builder: RecordBuilder) -> Case:
    return builder.imported().document.cases["1"]


@pytest.mark.parametrize("name", R4_FILES)
def test_a_shared_bundle_comes_back_but_for_the_age(material: Path, name: str) -> None:
    (path,) = (material / "data").glob(f"fhir-r4-*/{name}*")
    document = read(path.read_bytes()).document
    first = document.cases["1"]
    content, losses = exported(StoredCase(IRI, first, document.report, document.passages))
    again = read(content).document.cases["1"]
    assert len(first.tests) > 20
    (age,) = (each for each in losses if each.reason not in ("implied", "derived") and each.path != "report")
    assert (age.path, age.reason) == ("occasions/first-date", "no-place")
    ageless = {key: value for key, value in first.occasions.items() if key != "birth"}
    ageless["first-date"] = Occasion()
    assert again == msgspec.structs.replace(first, occasions=ageless, zero_point="first-date")


def _curated() -> Iterator[tuple[str, StoredCase]]:
    for path in shipped("cases", "*.yaml"):
        document = read_document(path).document
        for key, case in document.cases.items():
            yield (
                f"{path.stem}-{key}",
                StoredCase(f"{IRI}/{path.stem}/{key}", case, document.report, document.passages),
            )


@pytest.mark.slow
def test_every_shipped_case_is_a_valid_bundle_that_names_its_version_and_invents_no_date() -> None:
    seen = 0
    for name, case in _curated():
        content, losses = exported(case)
        bundle = json.loads(content)
        assert bundle["meta"]["profile"] == ["http://hl7.org/fhir/StructureDefinition/Bundle|4.3.0"], name
        ids = [bundle["id"], *(each["resource"]["id"] for each in bundle["entry"])]
        assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", each) for each in ids), name
        assert len(set(ids)) == len(ids), name
        printed = {each.printed for each in case.case.occasions.values()}
        dates = {each for each in _texts(bundle["entry"]) if re.match(r"\d{4}-\d\d", each)}
        assert dates <= printed, name
        assert losses, name
        seen += 1
    assert seen > 20


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _said(test: TestResult) -> tuple[object, ...]:
    return test.what, test.value, test.unit, test.result, test.direction


def test_the_first_shipped_case_is_carried_or_told() -> None:
    (path,) = shipped("cases", "miao-2020.yaml")
    document = read_document(path).document
    case = document.cases["1"]
    content, losses = exported(StoredCase(IRI, case, document.report, document.passages))
    kinds = Counter(each["resource"]["resourceType"] for each in json.loads(content)["entry"])
    again = read(content).document.cases["1"]
    assert {each.what for each in again.findings.present} == {each.what for each in case.findings.present}
    denied = [each.path for each in losses if each.path.startswith("findings/absent/")]
    assert denied == [f"findings/absent/{each}" for each in range(len(case.findings.absent))] != []
    assert again.findings.absent == ()
    for standing in ("final", "working", "considered", "excluded"):
        back, first = getattr(again.diagnoses, standing), getattr(case.diagnoses, standing)
        told = [each.what for each in first if not each.what.startswith("cg:OtherDisease ")]
        assert [each.what for each in back] == told
    assert [each.what for each in again.treatments] == [each.what for each in case.treatments]
    assert kinds["MedicationStatement"] + kinds["Procedure"] == len(case.treatments) == 5
    outcomes = [(each.domain, each.direction, each.degree) for each in case.responses]
    assert [(each.domain, each.direction, each.degree) for each in again.responses] == outcomes
    single = [each for each in case.tests if each.coverage is None]
    assert {_said(each) for each in again.tests} == {_said(each) for each in single}
    assert len(case.tests) - len(single) == 1
    lost = Counter(each.path.split("/")[0] for each in losses if each.path.count("/") == 1)
    assert lost["not_reported"] == len(case.not_reported) > 0
    assert lost["statements"] == len(case.statements) > 0
    assert {each.record for each in losses} == {IRI}


def test_the_same_case_gives_the_same_bytes_and_another_iri_other_identifiers() -> None:
    case = Case(findings=Findings(present=(Finding(what=ITCH),)), sex="female")
    one, _ = exported(stored(case))
    same, _ = exported(stored(case))
    other, _ = exported(StoredCase(f"{IRI}0", case, Report(title="t", extent="dataRecord"), {}))
    assert one == same
    assert _ids(one) & _ids(other) == set()
    assert len(_ids(one)) == 3


@pytest.mark.parametrize("own", ["1", "P-00.7", "a" * 64])
def test_a_record_read_of_its_export_is_the_same_case(own: str) -> None:
    document = RecordBuilder(Options("demo"), own).imported().document
    ((iri, case),) = subjects(document)
    assert isinstance(case, Case)
    content, _ = exported(StoredCase(iri, case, document.report, document.passages))
    assert [each for each, _ in subjects(read(content).document)] == [iri]


@pytest.mark.parametrize("own", ["a b", "PMID_1", "a" * 65, "1\n"])
def test_an_id_that_fhir_does_not_allow_is_an_identifier_in_the_data_set(own: str) -> None:
    document = RecordBuilder(Options("demo"), own).imported().document
    content, _ = exported(StoredCase(IRI, document.cases["1"], document.report, document.passages))
    patient = json.loads(content)["entry"][0]
    assert patient["fullUrl"] == f"urn:uuid:{patient['resource']['id']}"
    told = {"system": "https://w3id.org/casegraph/dataset/demo", "value": own}
    assert patient["resource"]["identifier"] == [told]
    assert json.loads(content)["meta"]["source"] == IRI


def _ids(content: bytes) -> set[str]:
    bundle = json.loads(content)
    return {bundle["id"], *(each["resource"]["id"] for each in bundle["entry"])}


def test_absent_is_told_as_absent_and_indeterminate_as_neither() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    builder.present.append(builder.claim(Finding, what=ITCH, severity="severe"))
    builder.absent.append(builder.claim(Finding, what="HP:0001945 Fever"))
    builder.indeterminate.append(builder.claim(Finding, what=DISEASE))
    case = built(builder)
    said = [each.get("valueBoolean") for each in resources(case) if each["resourceType"] == "Observation"]
    assert said == [True, False, None]
    again, _ = there_and_back(case)
    assert again.findings == case.findings


def test_diagnoses_keep_their_standing_and_their_times() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    times = builder.times
    key = builder.fragment("diagnosis", DISEASE, "age-p40y")
    onset, end = times.age("P40Y"), times.age_range("P50Y", "P52Y")
    builder.final.append(
        builder.claim(Diagnosis, id=key, what=DISEASE, onset_at=onset, resolved_at=end, stage=(ITCH,))
    )
    seen = times.date("2020-03")
    builder.working.append(
        builder.claim(Diagnosis, id="diagnosis-hp-0000989-date-2020-03", what=ITCH, at=seen)
    )
    builder.course.append(builder.claim(Course, kind="remission", concerns=(key,)))
    case = built(builder)
    conditions = [each for each in resources(case) if each["resourceType"] == "Condition"]
    assert [each["verificationStatus"]["coding"][0]["code"] for each in conditions] == [
        "confirmed",
        "provisional",
    ]
    assert conditions[0]["onsetAge"] == {
        "value": 40,
        "unit": "a",
        "system": "http://unitsofmeasure.org",
        "code": "a",
    }
    again, losses = there_and_back(case)
    assert (again.diagnoses, again.course, again.occasions) == (case.diagnoses, case.course, case.occasions)
    assert {each.reason for each in losses} <= {"implied", "no-place"}


def test_a_treatment_comes_back_with_its_doses_basis_and_harm() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    start, end = builder.times.date("2020-03-01"), builder.times.date("2020-04")
    key = builder.fragment("treatment", "CHEBI:8382 prednisone", start)
    said: tuple[dict[str, Any], ...] = (
        {"dose": 40, "unit": "mg/d", "route": "oral", "at": start},
        {"dose_min": 1, "dose_max": 2, "unit": "mg/kg/d", "times": 1, "period_days": 1},
        {"dose": 5, "unit": "mg", "times": 2, "period_days": 7, "doses_in_all": 4, "route": "topical"},
    )
    doses = tuple(builder.claim(DoseSegment, basis="implied", **each) for each in said)
    builder.treatments.append(
        builder.claim(
            Treatment,
            id=key,
            what="CHEBI:8382 prednisone",
            basis="implied",
            at=start,
            ends_at=end,
            stop_reason="intolerance",
            indication=DISEASE,
            doses=doses,
        )
    )
    builder.adverse_events.append(builder.claim(AdverseEvent, what=ITCH, at=end, during=(key,)))
    builder.responses.append(
        builder.claim(Response, to=(key,), at=end, domain="skin", direction="improved", degree="partial")
    )
    case = built(builder)
    (statement,) = (each for each in resources(case) if each["resourceType"] == "MedicationStatement")
    assert statement["status"] == "stopped"
    assert "rateQuantity" in statement["dosage"][0]["doseAndRate"][0]
    again, losses = there_and_back(case)
    assert again.treatments == case.treatments
    (harm,) = (each for each in resources(case) if each["resourceType"] == "AdverseEvent")
    assert "suspectEntity" not in harm
    lost = {each.path: each.reason for each in losses}
    assert lost["adverse_events/observed/0/during"] == "no-place"
    (back,) = again.adverse_events.observed
    assert (back.what, back.at, back.during) == (ITCH, end, ())
    assert again.responses == case.responses


def test_a_derived_claim_comes_back_as_stated_since_its_sources_stay_behind() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    builder.present.append(builder.claim(Finding, what=ITCH, basis="derived"))
    builder.final.append(builder.claim(Diagnosis, what=ITCH, basis="derived"))
    builder.tests.append(builder.claim(TestResult, what="LOINC:2157-6 CK", value=3, basis="derived"))
    builder.treatments.append(builder.claim(Treatment, what="CHEBI:8382 prednisone", basis="derived"))
    builder.adverse_events.append(builder.claim(AdverseEvent, what=ITCH, basis="derived"))
    content, _ = exported(stored(built(builder)))
    back = read(content)
    bases = [claim.basis for _, claim in iterate_claims(back.document.cases["1"])]
    assert bases == ["stated"] * 5
    told = [(each.path.split("/")[4], each.reason) for each in back.losses if each.value == "derived"]
    assert told == [("category", "not-exact")] * 5


def test_a_status_says_no_more_than_is_known() -> None:
    statuses = []
    ends: tuple[dict[str, Any], ...] = (
        {},
        {"ongoing_at": "x"},
        {"ends_at": "x"},
        {"ends_at": "x", "stop_reason": "inefficacy"},
        {"ends_at": "x", "end_basis": "implied"},
    )
    for more in ends:
        case = Case(
            occasions={"x": Occasion()}, treatments=(Treatment(what="CHEBI:8382 prednisone", **more),)
        )
        statuses.append(resources(case)[1]["status"])
    assert statuses == ["unknown", "active", "completed", "stopped", "unknown"]
    bare, _ = there_and_back(Case(treatments=(Treatment(what="CHEBI:8382 prednisone"),)))
    assert [each.what for each in bare.treatments] == ["CHEBI:8382 prednisone"]


def test_tests_of_a_panel_are_components_and_keep_their_digits() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    at, panel = builder.times.date("2020-03-01T10:00:00Z"), "LOINC:55284-4 Blood Pressure"
    shared = {"at": at, "specimen": "SNOMEDCT:1 blood", "method": "SNOMEDCT:2 cuff"}
    for code, value, printed in (
        ("LOINC:8462-4 Diastolic", 80.5, "80.50"),
        ("LOINC:8480-6 Systolic", 120, None),
    ):
        builder.tests.append(
            builder.claim(
                TestResult,
                what=code,
                component_of=panel,
                value=value,
                unit="mm[Hg]",
                printed=printed,
                **shared,
            )
        )
    builder.tests.append(builder.claim(TestResult, what="cg:AntiPL7 anti-PL-7", result="positive", at=at))
    builder.tests.append(builder.claim(TestResult, what="LOINC:1 c", direction="raised", site=(ITCH,)))
    builder.tests.append(
        builder.claim(TestResult, what="LOINC:1 c", value=3, unit="g", range_low=1, range_high=2)
    )
    case = built(builder)
    found = [each for each in resources(case) if each["resourceType"] == "Observation"]
    assert [len(each.get("component", ())) for each in found] == [2, 0, 0, 0]
    assert b"80.50" in exported(stored(case))[0]
    again, losses = there_and_back(case)
    assert again.tests == case.tests
    assert [each.path for each in losses if each.reason != "implied"] == ["report"]


def test_a_procedure_is_at_an_age_of_years_and_months() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    at = builder.times.age("P53Y3M")
    what = "SNOMEDCT:288086009 Suture open wound"
    builder.treatments.append(builder.claim(Treatment, what=what, at=at, ends_at=at))
    case, losses = there_and_back(built(builder))
    (procedure,) = (each for each in resources(built(builder)) if each["resourceType"] == "Procedure")
    assert procedure["performedAge"]["value"] == 53 * 12 + 3
    assert procedure["performedAge"]["code"] == "mo"
    (again,) = case.treatments
    assert case.occasions[again.at or ""].start == built(builder).occasions[at or ""].start
    assert [each.reason for each in losses if each.path.startswith(("treatments/0/at", "occasions"))] == []


def test_an_end_that_no_date_says_does_not_make_a_procedure_one_of_a_moment() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    times = {"at": builder.times.date("2019-03-20"), "ends_at": builder.times.age("P3Y2M")}
    what = "SNOMEDCT:288086009 Suture open wound"
    builder.treatments.append(builder.claim(Treatment, what=what, **times))
    case, losses = there_and_back(built(builder))
    (again,) = case.treatments
    assert (again.at, again.ends_at) == ("date-2019-03-20", None)
    assert "treatments/0/ends_at" in {each.path for each in losses}


def test_a_moment_that_a_procedure_cannot_have_is_lost_as_start_and_as_end() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    at = builder.times.between("2019-03-20", "2020-02-01")
    what = "SNOMEDCT:288086009 Suture open wound"
    builder.treatments.append(builder.claim(Treatment, what=what, at=at, ends_at=at))
    _, losses = there_and_back(built(builder))
    assert {"treatments/0/at", "treatments/0/ends_at"} <= {each.path for each in losses}


def test_an_age_that_an_element_does_not_take_is_no_place_of_every_form() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    for age in ("P5M15D", "P6M", "P2Y3M"):
        builder.present.append(builder.claim(Finding, what=ITCH, at=builder.times.age(age)))
    builder.final.append(builder.claim(Diagnosis, what=DISEASE, onset_at=builder.times.age("P5M15D")))
    _, losses = exported(stored(built(builder)))
    lost = [(each.value, each.reason) for each in losses if each.path.endswith(("/at", "/onset_at"))]
    assert len(lost) == 4
    assert {reason for _, reason in lost} == {"no-place"}


def test_a_time_that_no_calendar_has_is_told_and_not_filled_in() -> None:
    after = Occasion(anchor="start", start=(7, 14), printed="2 weeks")
    case = Case(
        occasions={"start": Occasion(), "later": after},
        findings=Findings(present=(Finding(what=ITCH, at="later"),)),
        course=(Course(kind="death", at="later"),),
    )
    content, losses = exported(stored(case))
    assert b"effective" not in content
    assert json.loads(content)["entry"][0]["resource"]["deceasedBoolean"] is True
    told = {(each.path, each.reason) for each in losses}
    assert ("findings/present/0/at", "no-time") in told
    assert ("course/0/at", "no-time") in told
    assert ("occasions/later", "no-place") in told


def test_a_death_keeps_its_date() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    builder.course.append(builder.claim(Course, kind="death", at=builder.times.date("2020-02-03")))
    case = built(builder)
    assert resources(case)[0]["deceasedDateTime"] == "2020-02-03"
    assert there_and_back(case)[0].course == case.course


FILLED: dict[str, Any] = {
    "gist": "words",
    "restated_in": ("record",),
    "repaired_from": "x",
    "derived_from": ("k",),
}
LEFT = {"restated_in", "repaired_from", "gist", "derived_from"}
SITES: dict[str, Any] = {"site": ("UBERON:1 a", "UBERON:2 b")}


@pytest.mark.parametrize(
    ("place", "case", "left"),
    [
        (
            "findings/present/0",
            Case(
                findings=Findings(
                    present=(
                        Finding(
                            what=ITCH, modifier=(ITCH,), laterality="left", continues="k", **FILLED, **SITES
                        ),
                    )
                )
            ),
            {"modifier", "laterality", "continues", "site"},
        ),
        (
            "diagnoses/final/0",
            Case(
                diagnoses=Diagnoses(
                    final=(
                        Diagnosis(
                            what=DISEASE,
                            laterality="left",
                            supported_by=("k",),
                            by_definition="k",
                            **FILLED,
                            **SITES,
                        ),
                    )
                )
            ),
            {"laterality", "supported_by", "by_definition"},
        ),
        (
            "tests/0",
            Case(
                tests=(
                    TestResult(
                        what=ITCH,
                        value=1,
                        unit="g",
                        printed="one",
                        degree="marked",
                        positive_count=1,
                        evaluated_count=2,
                        **FILLED,
                        **SITES,
                    ),
                )
            ),
            {"printed", "degree", "positive_count", "evaluated_count", "site"},
        ),
        (
            "treatments/0",
            Case(
                treatments=(
                    Treatment(
                        what="CHEBI:8382 prednisone",
                        end_basis="implied",
                        cumulative_dose=3,
                        cumulative_unit="g",
                        line=2,
                        duration_min_days=1,
                        duration_max_days=2,
                        **FILLED,
                        **SITES,
                    ),
                )
            ),
            {
                "end_basis",
                "cumulative_dose",
                "cumulative_unit",
                "line",
                "duration_min_days",
                "duration_max_days",
                "site",
            },
        ),
        (
            "treatments/0/doses/0",
            Case(
                treatments=(
                    Treatment(
                        what="CHEBI:8382 prednisone",
                        doses=(
                            DoseSegment(
                                dose_from=4,
                                dose_to=2,
                                dose_step=1,
                                step_days=7,
                                per_weight=1,
                                per_weight_unit="mg/kg/d",
                                change="lowered",
                                change_reason="k",
                                ongoing_at="k",
                                **FILLED,
                            ),
                        ),
                    ),
                )
            ),
            {
                "dose_from",
                "dose_to",
                "dose_step",
                "step_days",
                "per_weight",
                "per_weight_unit",
                "change",
                "change_reason",
                "ongoing_at",
            },
        ),
        (
            "responses/0",
            Case(
                responses=(
                    Response(
                        domain="skin",
                        direction="improved",
                        to=("nowhere",),
                        after_stopping=("k",),
                        latency_min_days=1,
                        latency_max_days=2,
                        criterion="c",
                        assessor="a",
                        concerns=("k",),
                        **FILLED,
                    ),
                )
            ),
            {
                "to",
                "after_stopping",
                "latency_min_days",
                "latency_max_days",
                "criterion",
                "assessor",
                "concerns",
            },
        ),
        (
            "adverse_events/observed/0",
            Case(
                adverse_events=AdverseEvents(observed=(AdverseEvent(what=ITCH, severity="mild", **FILLED),))
            ),
            {"severity"},
        ),
    ],
)
def test_every_field_that_fhir_has_no_place_for_is_told(place: str, case: Case, left: set[str]) -> None:
    _, losses = exported(stored(case))
    told = [each.path.removeprefix(f"{place}/") for each in losses if each.path.startswith(f"{place}/")]
    assert sorted(told) == sorted(left | LEFT)


@pytest.mark.parametrize(
    ("more", "carried"),
    [
        ({}, True),
        ({"at": "day"}, True),
        ({"site": ("UBERON:0002398 manus",), "severity": "severe"}, True),
        ({"at": "age"}, False),
        ({"at": "later"}, False),
        ({"laterality": "left"}, False),
        ({"modifier": ("HP:0012834 Right",)}, False),
        ({"what": "HP:0000118 Phenotypic abnormality"}, False),
    ],
)
def test_a_denial_is_never_broadened(more: dict[str, Any], carried: bool) -> None:
    occasions = {
        "day": Occasion(anchor="first-date", start=(0, 0), printed="2020-03-01"),
        "age": Occasion(anchor="birth", start=(1095, 1460), printed="P3Y"),
        "later": Occasion(after=("day",)),
    }
    finding = Finding(**{"what": ITCH, **more})
    case = Case(occasions=occasions, findings=Findings(absent=(finding,)))
    assert len(resources(case)) == 1 + carried
    _, losses = exported(stored(case))
    about = [(each.path, each.reason) for each in losses if each.path.startswith("findings/")]
    assert about == ([] if carried else [("findings/absent/0", "no-place")])


def test_an_excluded_disease_is_never_broadened() -> None:
    for diagnosis, carried in (
        (Diagnosis(what=DISEASE, at="later"), True),
        (Diagnosis(what=DISEASE, laterality="left"), False),
        (Diagnosis(what="MONDO:0000001 disease"), False),
        (Diagnosis(what="cg:OtherDisease other disease than the diagnosis"), False),
    ):
        case = Case(occasions={"later": Occasion()}, diagnoses=Diagnoses(excluded=(diagnosis,)))
        assert len(resources(case)) == 1 + carried, diagnosis
        _, losses = exported(stored(case))
        assert ("diagnoses/excluded/0" in {each.path for each in losses}) is not carried
        final = Case(occasions={"later": Occasion()}, diagnoses=Diagnoses(final=(diagnosis,)))
        assert len(resources(final)) == 2


@pytest.mark.parametrize(
    ("treatment", "kind"),
    [
        (Treatment(what="CHEBI:8382 prednisone"), "MedicationStatement"),
        (Treatment(what="NCIT:C1 x", doses=(DoseSegment(dose=1, unit="mg"),)), "MedicationStatement"),
        (Treatment(what="SNOMEDCT:1 x (substance)"), "MedicationStatement"),
        (Treatment(what="SNOMEDCT:1 x (procedure)"), "Procedure"),
        (Treatment(what="NCIT:C1 x", site=("UBERON:0002398 manus",)), "Procedure"),
        (Treatment(what="NCIT:C1 x", cumulative_dose=60, cumulative_unit="Gy"), "Procedure"),
        (Treatment(what="NCIT:C15329 Surgical Procedure", id="surgery"), None),
    ],
)
def test_what_is_not_known_to_be_a_drug_is_not_written_as_one(treatment: Treatment, kind: str | None) -> None:
    response = Response(domain="skin", direction="improved", to=("surgery",))
    case = Case(treatments=(treatment,), responses=(response,))
    written = [each["resourceType"] for each in resources(case)]
    assert written == ["Patient", *([kind] if kind else []), "Observation"]
    _, losses = exported(stored(case))
    whole = [each.reason for each in losses if each.path == "treatments/0"]
    assert whole == ([] if kind else ["required-missing"])


def test_a_misprint_that_was_repaired_is_no_text_of_a_dosage() -> None:
    doses = (
        DoseSegment(dose=1_000_000, unit="[IU]", printed="106 IU", repaired_from="106"),
        DoseSegment(
            dose_from=50,
            dose_to=30,
            dose_step=5,
            step_days=7,
            unit="mg/d",
            printed="to 5 mg per week",
            repaired_from="to 5",
        ),
        DoseSegment(dose_from=20, dose_to=10, unit="mg/d", basis="derived"),
        DoseSegment(dose=20, unit="mg/d", printed="20 mg/day"),
    )
    case = Case(treatments=(Treatment(what="CHEBI:8382 prednisone", doses=doses),))
    dosages = resources(case)[1]["dosage"]
    assert [each.get("text") for each in dosages] == [
        None,
        "from 50 to 30 mg/d, by 5 mg/d every 7 days",
        "20 mg/day",
    ]
    _, losses = exported(stored(case))
    lost = {each.path for each in losses}
    assert {f"treatments/0/doses/{at}/printed" for at in (0, 1)} <= lost
    assert "treatments/0/doses/3/printed" not in lost


def test_what_sums_up_members_that_are_not_listed_is_no_test() -> None:
    summary = TestResult(what="cg:Autoantibody autoantibody", result="negative", coverage="membersNotListed")
    single = TestResult(what="cg:AntiPL7 anti-PL-7", result="positive")
    written = [each for each in resources(Case(tests=(summary, single))) if "code" in each]
    assert [each["code"]["coding"][0]["code"] for each in written] == ["AntiPL7"]
    _, losses = exported(stored(Case(tests=(summary, single))))
    assert [each.reason for each in losses if each.path.startswith("tests/0")] == ["no-place"]


def test_a_change_is_no_place_in_a_range_of_normal() -> None:
    case = Case(
        tests=(TestResult(what="LOINC:1 c", direction="raised"),),
        findings=Findings(present=(Finding(what=ITCH, direction="lowered"),)),
    )
    said = [each["interpretation"][0]["coding"][0] for each in resources(case) if "interpretation" in each]
    assert [(each["system"], each["code"]) for each in said] == [
        ("https://w3id.org/casegraph/ontology#", "lowered"),
        ("https://w3id.org/casegraph/ontology#", "raised"),
    ]


def test_an_iri_that_ends_with_a_slash_is_a_code_that_is_a_uri_and_comes_back() -> None:
    builder = RecordBuilder(Options("demo"), "1")
    what = "https://www.ncbi.nlm.nih.gov/clinvar/variation/897001/ a variant"
    builder.tests.append(builder.claim(TestResult, what=what, result="positive"))
    case = built(builder)
    (coding,) = (each["code"]["coding"][0] for each in resources(case) if "code" in each)
    assert (coding["system"], coding["code"]) == ("urn:ietf:rfc:3986", what.split(" ", 1)[0])
    assert there_and_back(case)[0].tests == case.tests


def test_an_age_that_no_resource_says_is_told_with_the_age() -> None:
    times = {"visit": Occasion(anchor="birth", start=(1095, 1460), printed="P3Y"), "birth": Occasion()}
    findings = Findings(present=(Finding(what=ITCH, at="visit", stated_in="record"),))
    _, of_finding = exported(stored(Case(occasions=times, findings=findings)))
    assert [each.reason for each in of_finding if each.path == "findings/present/0/at"] == ["no-place"]
    (lost,) = (each for each in of_finding if each.path == "occasions/visit")
    assert "P3Y" in lost.value
    diagnoses = Diagnoses(final=(Diagnosis(what=DISEASE, onset_at="visit", stated_in="record"),))
    _, of_diagnosis = exported(stored(Case(occasions=times, diagnoses=diagnoses)))
    assert not [each for each in of_diagnosis if each.path == "occasions/visit"]
