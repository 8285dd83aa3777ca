"""Phenopackets out: the seed case by hand from its facts, all cases, times, dated records, losses."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from google.protobuf import json_format
from phenopackets import Phenopacket

from casegraph.errors import MissingExtraError
from casegraph.export.phenopacket import to_json, to_phenopacket, write_phenopackets
from casegraph.export.phenopacket.packing import Packing
from casegraph.export.phenopacket.times import time_element
from casegraph.export.stored import StoredCase
from casegraph.loaders import read_document
from casegraph.loaders.inputs import Input
from casegraph.loaders.phenopacket import read_phenopacket
from casegraph.loaders.records import Imported, Options, RecordBuilder
from casegraph.losses import REASONS, Loss
from casegraph.model import (
    AdverseEvent,
    Age,
    Case,
    Claim,
    Course,
    Diagnosis,
    DoseSegment,
    Finding,
    Findings,
    Occasion,
    Report,
    Response,
    TestResult,
    Treatment,
)
from casegraph.resources import shipped
from casegraph.triples import subject_iri

#: What the standard's documentation requires of a message, by the names of its JSON form.
_REQUIRED = {
    "Phenopacket": ("id", "metaData"),
    "MetaData": ("created", "createdBy", "resources", "phenopacketSchemaVersion"),
    "Individual": ("id",),
    "OntologyClass": ("id", "label"),
    "PhenotypicFeature": ("type",),
    "Disease": ("term",),
    "Measurement": ("assay",),
    "Quantity": ("value",),
    "Treatment": ("agent",),
    "Procedure": ("code",),
}


def _stored(path: Path) -> list[StoredCase]:
    document = read_document(path).document
    return [
        StoredCase(
            subject_iri(document.report, key), case, document.report, document.passages, document.curation
        )
        for key, case in document.cases.items()
    ]


def _packed(stored: StoredCase) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    packet, losses = to_phenopacket(stored)
    return json_format.MessageToDict(packet), losses


@pytest.fixture(scope="module")
def seed() -> tuple[dict[str, Any], tuple[Loss, ...]]:
    (stored,) = _stored(shipped("cases", "miao-2020.yaml")[0])
    return _packed(stored)


def _builder() -> RecordBuilder:
    return RecordBuilder(Options("demo"), "patient-1")


def _of_record(builder: RecordBuilder) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    document = builder.imported().document
    return _packed(StoredCase("https://x.org/1", document.cases["1"], document.report, document.passages))


def _reasons(losses: tuple[Loss, ...], path: str) -> list[str]:
    return [each.reason for each in losses if each.path == path]


def _labels(entries: list[dict[str, Any]], field: str, *, excluded: bool) -> list[str]:
    return sorted(each[field]["label"] for each in entries if each.get("excluded", False) is excluded)


def test_the_findings_of_the_seed_keep_their_polarity(
    seed: tuple[dict[str, Any], tuple[Loss, ...]],
) -> None:
    features = seed[0]["phenotypicFeatures"]
    # facts 9-13 at onset, 27-29 at worsening, 49 the decline, 61 the flare
    assert _labels(features, "type", excluded=False) == [
        "Erythema",
        "Erythema",
        "Lower limb muscle weakness",
        "Muscle weakness",
        "Proximal lower limb muscle weakness",
        "Pruritus",
        "Scaling skin",
        "rough skin",
        "rough skin",
        "rough skin",
    ]
    # facts 14, 16, 17 at onset; 15, weakness, is present later without a time; 30-32 have no time to be told
    assert _labels(features, "type", excluded=True) == ["Fever", "Myalgia", "Wheezing"]
    whole = {each.path for each in seed[1] if each.path.rpartition("/")[0] == "findings/absent"}
    assert whole == {f"findings/absent/{each}" for each in (1, 4, 5, 6)}


def test_the_diagnoses_of_the_seed(seed: tuple[dict[str, Any], tuple[Loss, ...]]) -> None:
    diseases = seed[0]["diseases"]
    assert _labels(diseases, "term", excluded=False) == ["hypomyopathic dermatomyositis"]
    assert _labels(diseases, "term", excluded=True) == [
        "chronic disease, unspecified",
        "infectious disease",
        "internal malignancy",
    ]
    # that there is no other disease at all is not what "no other disease" meant
    assert _reasons(seed[1], "diagnoses/excluded/3") == ["no-place"]


def test_the_two_dosings_of_il_2_are_a_million_units_and_no_time_is_made_up(
    seed: tuple[dict[str, Any], tuple[Loss, ...]],
) -> None:
    packet, losses = seed
    (il2,) = (
        each["treatment"]
        for each in packet["medicalActions"]
        if each["treatment"]["agent"]["id"] == "cg:Interleukin2Drug"
    )
    assert [each["quantity"] for each in il2["doseIntervals"]] == [
        {"unit": {"id": "UCUM:[IU]", "label": "[IU]"}, "value": 1_000_000.0}
    ] * 2
    assert not any("interval" in each for each in il2["doseIntervals"])
    assert _reasons(losses, "treatments/2/doses/0/at") == ["no-time"]
    text = msgspec.json.encode(packet | {"metaData": {}}).decode()
    assert "timestamp" not in text
    assert "T00:00:00Z" not in text
    assert packet["metaData"]["created"] == "2026-11-22T00:00:00Z"


def test_the_age_of_the_seed_is_that_of_the_onset_and_not_of_the_last_encounter(
    seed: tuple[dict[str, Any], tuple[Loss, ...]],
) -> None:
    packet, losses = seed
    assert packet["subject"]["sex"] == "FEMALE"
    assert "timeAtLastEncounter" not in packet["subject"]
    assert _reasons(losses, "age") == ["no-place"]
    timed = [each for each in packet["phenotypicFeatures"] if "onset" in each]
    assert [each["onset"] for each in timed] == [{"age": {"iso8601duration": "P61Y"}}] * 7


def test_what_a_packet_cannot_say_of_the_seed_is_in_the_losses(
    seed: tuple[dict[str, Any], tuple[Loss, ...]],
) -> None:
    packet, losses = seed
    assert "interstitial" not in msgspec.json.encode(packet).decode()
    silent = [each for each in losses if each.path.startswith("not_reported/")]
    assert any("MONDO:0015925" in each.value for each in silent)
    by_kind = {
        name: len([each for each in losses if each.path.rpartition("/")[0] == name])
        for name in ("not_reported", "statements", "conflicts", "responses", "adverse_events/none")
    }
    case = read_document(shipped("cases", "miao-2020.yaml")[0]).document.cases["1"]
    assert by_kind == {
        "not_reported": len(case.not_reported),
        "statements": 10,
        "conflicts": 12,
        "responses": 11,
        "adverse_events/none": 1,
    }
    # HCQ and prednisone were given together: their response is no one's alone
    assert not any("responseToTreatment" in each for each in packet["medicalActions"])


def test_each_prefix_in_use_has_its_resource(seed: tuple[dict[str, Any], tuple[Loss, ...]]) -> None:
    resources = {each["namespacePrefix"]: each for each in seed[0]["metaData"]["resources"]}
    assert {"HP", "MONDO", "CHEBI", "UCUM", "cg"} <= resources.keys()
    assert resources["HP"]["version"] == "2026-02-16"
    assert resources["HP"]["iriPrefix"] == "http://purl.obolibrary.org/obo/HP_"
    assert _reasons(seed[1], "meta_data/resources/UCUM/version") == ["required-missing"]
    (reference,) = seed[0]["metaData"]["externalReferences"]
    assert reference["id"] == "DOI:10.1007/s13555-020-00421-8"


def _messages(message: Any) -> list[Any]:
    below = [
        each
        for field, value in message.ListFields()
        if field.message_type is not None and field.message_type.full_name.startswith("org.")
        for part in (value if field.is_repeated else (value,))
        for each in _messages(part)
    ]
    return [message, *below]


def test_every_shipped_case_is_a_packet_of_the_standard() -> None:
    packets, named = 0, 0
    for stored in (each for path in shipped("cases", "*.yaml") for each in _stored(path)):
        packet, losses = to_phenopacket(stored)
        assert json_format.Parse(to_json(packet), Phenopacket()) == packet
        assert {each.reason for each in losses} <= REASONS.keys()
        assert {each.record for each in losses} == {stored.iri}
        used = set()
        for message in _messages(packet):
            told = json_format.MessageToDict(message)
            kind = message.DESCRIPTOR.name
            missing = [name for name in _REQUIRED.get(kind, ()) if name not in told]
            assert not missing, (kind, told)
            if kind == "OntologyClass":
                used.add(message.id.partition(":")[0])
                named += 1
        assert used == {each.namespace_prefix for each in packet.meta_data.resources}
        _counts(stored.case, packet, losses)
        packets += 1
    assert packets > 20
    assert named > 300


def _counts(case: Case, packet: Any, losses: tuple[Loss, ...]) -> None:
    """Every claim is carried or is lost whole; none is carried with another polarity."""
    present = [each for each in packet.phenotypic_features if not each.excluded]
    assert len(present) == len(case.findings.present)
    whole = {each.path for each in losses}
    lost = len([each for each in range(len(case.findings.absent)) if f"findings/absent/{each}" in whole])
    assert len(packet.phenotypic_features) - len(present) == len(case.findings.absent) - lost
    assert len([each for each in packet.diseases if not each.excluded]) == len(case.diagnoses.final)
    lost = len([each for each in range(len(case.tests)) if f"tests/{each}" in whole])
    assert len(packet.measurements) == len(case.tests) - lost
    lost = len([each for each in range(len(case.treatments)) if f"treatments/{each}" in whole])
    assert len(packet.medical_actions) == len(case.treatments) - lost
    assert lost == 0


#: What the standard has a field for, by kind of claim; a hand-made list, to hold the losses against.
_PLACES: dict[type[Claim], set[str]] = {
    Finding: {"what", "at", "severity", "modifier", "laterality", "resolved_at", "gist"},
    Diagnosis: {"what", "onset_at", "resolved_at", "stage", "site", "laterality"},
    TestResult: {"what", "at", "value", "unit", "range_low", "range_high", "result", "method", "gist"},
    Treatment: {"what", "at", "indication", "intent", "stop_reason", "site", "doses"},
    DoseSegment: {"dose", "unit", "times", "period_days", "route", "at", "ends_at"},
    Response: {"to", "direction", "degree", "domain"},
    AdverseEvent: {"what", "during"},
    Course: {"kind", "at", "cause"},
}


def _claims(case: Case) -> Iterator[tuple[str, Claim]]:
    lists: dict[str, tuple[Claim, ...]] = {
        **{f"findings/{name}": getattr(case.findings, name) for name in case.findings.__struct_fields__},
        **{f"diagnoses/{name}": getattr(case.diagnoses, name) for name in case.diagnoses.__struct_fields__},
        **{
            f"adverse_events/{name}": getattr(case.adverse_events, name)
            for name in case.adverse_events.__struct_fields__
        },
        **{
            name: getattr(case, name)
            for name in (
                "tests",
                "treatments",
                "responses",
                "course",
                "statements",
                "not_reported",
                "conflicts",
            )
        },
        **{f"treatments/{index}/doses": each.doses for index, each in enumerate(case.treatments)},
    }
    for name, claims in lists.items():
        yield from ((f"{name}/{index}", claim) for index, claim in enumerate(claims))


def _is_lost(path: str, lost: set[str]) -> bool:
    steps = path.split("/")
    return any("/".join(steps[:end]) in lost for end in range(1, len(steps) + 1))


@pytest.mark.slow
def test_every_field_of_every_claim_is_carried_or_named() -> None:
    told, named = 0, 0
    for stored in (each for path in shipped("cases", "*.yaml") for each in _stored(path)):
        packet, losses = _packed(stored)
        text, lost = msgspec.json.encode(packet).decode(), {each.path for each in losses}
        for path, claim in _claims(stored.case):
            for field in msgspec.structs.fields(claim):
                value = getattr(claim, field.name)
                if field.name == "id" or value == field.default or value in ((), None):
                    continue
                told += 1
                if _is_lost(f"{path}/{field.name}", lost):
                    named += 1
                    continue
                assert field.name in _PLACES.get(type(claim), set()), (stored.iri, path, field.name)
                if field.name == "what":
                    assert str(value).split(" ", 1)[0] in text
    assert told > named > 1000


@pytest.mark.parametrize(
    ("occasion", "element"),
    [
        (Occasion(anchor="birth", start=(1095, 1460), printed="P3Y"), {"age": {"iso8601duration": "P3Y"}}),
        (
            Occasion(anchor="birth", start=(1095, 1826), printed="P3Y/P4Y"),
            {"ageRange": {"start": {"iso8601duration": "P3Y"}, "end": {"iso8601duration": "P4Y"}}},
        ),
        (
            Occasion(anchor="gestation", start=(165, 165), printed="23w4d"),
            {"gestationalAge": {"weeks": 23, "days": 4}},
        ),
        (
            Occasion(anchor="first-date", start=(0, 0), printed="2020-07-09"),
            {"timestamp": "2020-07-09T00:00:00Z"},
        ),
        (
            Occasion(anchor="first-date", start=(0, 0), printed="2020-10-01T10:54:20.123Z"),
            {"timestamp": "2020-10-01T10:54:20.123Z"},
        ),
        (
            Occasion(anchor="first-date", start=(0, 28), printed="2020-02"),
            {"interval": {"start": "2020-02-01T00:00:00Z", "end": "2020-02-29T00:00:00Z"}},
        ),
        (
            Occasion(anchor="first-date", start=(0, 9), printed="2020-02-01/2020-02-10"),
            {"interval": {"start": "2020-02-01T00:00:00Z", "end": "2020-02-10T00:00:00Z"}},
        ),
        (
            Occasion(
                anchor="first-date", start=(0, 9), printed="2020-02-01T10:54:20.123Z/2020-02-10T09:00:00Z"
            ),
            {"interval": {"start": "2020-02-01T10:54:20.123Z", "end": "2020-02-10T09:00:00Z"}},
        ),
        (Occasion(anchor="birth", start=(1000, 1460), printed="P3Y"), None),
        (Occasion(anchor="start", start=(0, 7), printed="within 1 week"), None),
        (Occasion(phase="onset"), None),
    ],
)
def test_an_occasion_is_a_time_only_where_it_is_one(
    occasion: Occasion, element: dict[str, Any] | None
) -> None:
    assert time_element(occasion) == element


@pytest.mark.parametrize(
    "what",
    [
        "cgt:http%3A%2F%2Ffhir.de%2FCodeSystem%2Fbfarm%2Ficd-10-gm:G40.9 epilepsy",
        "cgt:urn%3Aoid%3A2.16.840.1.113883.6.42:345.9 epilepsy",
        "cgt:DrugCentral:1610 losartan",
        "http://example.org/terms/a%20b epilepsy",
    ],
)
def test_a_term_of_a_system_without_a_prefix_is_the_same_on_the_way_back(what: str) -> None:
    builder = _builder()
    builder.final.append(builder.claim(Diagnosis, what=what))
    packet, _ = _of_record(builder)
    written = json.dumps(packet).encode()
    (back,) = read_phenopacket(Input("back", lambda: io.BytesIO(written)), Options("clinic"))
    assert isinstance(back, Imported)
    assert [each.what for each in back.document.cases["1"].diagnoses.final] == [what]


@pytest.mark.parametrize(
    ("printed", "written", "named"),
    [
        ("2020-01-01T00:00:00+11:00", "2020-01-01T00:00:00Z", True),
        ("2020-01-01T22:00:00-05:00", "2020-01-01T00:00:00Z", True),
        ("2020-01-01T14:00:00+11:00", "2020-01-01T03:00:00Z", False),
        ("2020-01-01T14:00:00Z", "2020-01-01T14:00:00Z", False),
        ("2020-01-01", "2020-01-01T00:00:00Z", False),
    ],
)
def test_a_date_with_an_offset_stays_on_its_day(printed: str, written: str, named: bool) -> None:
    builder = _builder()
    at = builder.times.date(printed)
    builder.present.append(builder.claim(Finding, what="HP:0001166 Arachnodactyly", at=at))
    dose = builder.claim(DoseSegment, dose=30, unit="mg", at=at, ends_at=at)
    drug = "cgt:DrugCentral:1610 losartan"
    builder.treatments.append(builder.claim(Treatment, what=drug, at=at, ends_at=at, doses=(dose,)))
    packet, losses = _of_record(builder)
    assert packet["phenotypicFeatures"][0]["onset"] == {"timestamp": written}
    (interval,) = packet["medicalActions"][0]["treatment"]["doseIntervals"]
    assert interval["interval"] == {"start": written, "end": written}
    told = {(each.path, each.value) for each in losses if each.reason == "not-exact"}
    places = ("findings/present/0/at", "treatments/0/doses/0/at", "treatments/0/doses/0/ends_at")
    assert told == ({(place, printed) for place in places} if named else set())


def test_a_dated_record_keeps_its_times_and_its_own_identifier() -> None:
    builder = _builder()
    builder.label, builder.sex = "proband A", "male"
    builder.age = Age(years=6, at=builder.times.age("P6Y3M"))
    builder.present.append(
        builder.claim(Finding, what="HP:0001166 Arachnodactyly", at=builder.times.age("P3Y"))
    )
    builder.final.append(
        builder.claim(
            Diagnosis,
            what="OMIM:154700 Marfan syndrome",
            onset_at=builder.times.stage("HP:0011463 Childhood onset"),
        )
    )
    start, end = builder.times.date("2019-03-20"), builder.times.date("2021-03-20")
    dose = builder.claim(
        DoseSegment, dose=30, unit="mg", schedule="NCIT:C64496 Twice Daily", at=start, ends_at=end
    )
    builder.treatments.append(
        builder.claim(Treatment, what="cgt:DrugCentral:1610 losartan", at=start, ends_at=end, doses=(dose,))
    )
    packet, losses = _of_record(builder)
    assert packet["id"] == "patient-1"
    assert packet["subject"] == {
        "id": "proband A",
        "sex": "MALE",
        "timeAtLastEncounter": {"age": {"iso8601duration": "P6Y3M"}},
    }
    assert packet["phenotypicFeatures"][0]["onset"] == {"age": {"iso8601duration": "P3Y"}}
    assert packet["diseases"][0]["onset"]["ontologyClass"]["id"] == "HP:0011463"
    treatment = packet["medicalActions"][0]["treatment"]
    assert treatment["agent"] == {"id": "DrugCentral:1610", "label": "losartan"}
    assert treatment["doseIntervals"] == [
        {
            "quantity": {"unit": {"id": "UCUM:mg", "label": "mg"}, "value": 30.0},
            "scheduleFrequency": {"id": "NCIT:C64496", "label": "Twice Daily"},
            "interval": {"start": "2019-03-20T00:00:00Z", "end": "2021-03-20T00:00:00Z"},
        }
    ]
    assert {(each.path, each.reason) for each in losses if "resources" not in each.path} == {
        ("curation", "required-missing")
    }


@pytest.mark.parametrize(
    ("second", "left"),
    [
        ((None, None), ["at", "ends_at"]),
        (("2019-03-20", None), ["ends_at"]),
        (("2018-03-20", "2021-03-20"), ["at"]),
        (("2020-03-20", "2021-03-20"), []),
        (("2020-03-20", "2022-03-20"), ["ends_at"]),
    ],
)
def test_a_drug_keeps_its_time_where_all_its_doses_together_tell_it(
    second: tuple[str | None, str | None], left: list[str]
) -> None:
    builder = _builder()
    given, ends = ("2019-03-20", "2021-03-20"), ("at", "ends_at")
    doses = [
        builder.claim(
            DoseSegment,
            dose=30,
            unit="mg",
            **{name: builder.times.date(day) for name, day in zip(ends, days, strict=True) if day},
        )
        for days in (given, second)
    ]
    start, end = map(builder.times.date, given)
    builder.treatments.append(
        builder.claim(
            Treatment, what="cgt:DrugCentral:1610 losartan", at=start, ends_at=end, doses=tuple(doses)
        )
    )
    losses = _of_record(builder)[1]
    assert [name for name in ends if _reasons(losses, f"treatments/0/{name}")] == left


def test_what_was_left_open_is_never_read_as_present() -> None:
    builder = _builder()
    builder.indeterminate.append(builder.claim(Finding, what="HP:0001945 Fever"))
    builder.working.append(builder.claim(Diagnosis, what="MONDO:0016367 dermatomyositis"))
    builder.considered.append(builder.claim(Diagnosis, what="MONDO:0019127 polymyositis"))
    builder.final.append(builder.claim(Diagnosis, what="MONDO:0016367 dermatomyositis", basis="authorClaim"))
    packet, losses = _of_record(builder)
    assert "phenotypicFeatures" not in packet
    assert "diseases" not in packet
    for path in (
        "findings/indeterminate/0",
        "diagnoses/working/0",
        "diagnoses/considered/0",
        "diagnoses/final/0",
    ):
        assert _reasons(losses, path) == ["no-place"]


def test_a_measurement_without_a_value_is_lost_and_a_panel_is_one_measurement() -> None:
    builder = _builder()
    pressure = "LOINC:55417-0 Short blood pressure panel"
    for what, value in (("NCIT:C25298 Systolic Blood Pressure", 125), ("NCIT:C25299 Diastolic", 75)):
        builder.tests.append(
            builder.claim(TestResult, what=what, value=value, unit="mm[Hg]", component_of=pressure)
        )
    builder.tests.append(builder.claim(TestResult, what="cg:AntiPL7 anti-PL-7 antibody", coverage=None))
    builder.tests.append(
        builder.claim(TestResult, what="LOINC:5802-4 Nitrite", result_term="NCIT:C25626 Present")
    )
    builder.tests.append(builder.claim(TestResult, what="cg:CreatineKinaseLevel ck", value=0.0, range_low=1))
    packet, losses = _of_record(builder)
    panel, nitrite, zero = packet["measurements"]
    assert [each["quantity"]["value"] for each in panel["complexValue"]["typedQuantities"]] == [125.0, 75.0]
    assert nitrite["value"] == {"ontologyClass": {"id": "NCIT:C25626", "label": "Present"}}
    assert "quantity" in zero["value"]
    assert _reasons(losses, "tests/2") == ["required-missing"]
    assert _reasons(losses, "tests/4/unit") == ["required-missing"]
    assert _reasons(losses, "tests/4/range_low") == ["required-missing"]


def test_harm_belongs_to_the_one_treatment_that_it_was_seen_during() -> None:
    builder = _builder()
    for key, what in (("a", "CHEBI:8382 prednisone"), ("b", "MAXO:0000002 therapeutic procedure")):
        builder.treatments.append(builder.claim(Treatment, id=key, what=what))
    builder.treatments.append(builder.claim(Treatment, id="c", what="NCIT:C999 something"))
    for during in (("a",), ("a", "b"), (), ("c",)):
        builder.adverse_events.append(builder.claim(AdverseEvent, what="HP:0025637 Vasospasm", during=during))
    builder.responses.append(builder.claim(Response, to=("a", "b"), domain="overall", direction="improved"))
    packet, losses = _of_record(builder)
    drug, procedure = packet["medicalActions"]
    assert [each["id"] for each in drug["adverseEvents"]] == ["HP:0025637"]
    assert procedure["procedure"]["code"]["id"] == "MAXO:0000002"
    assert "adverseEvents" not in procedure
    assert _reasons(losses, "treatments/2") == ["required-missing"]
    assert _reasons(losses, "adverse_events/observed/1") == ["no-place"]
    assert _reasons(losses, "adverse_events/observed/2") == ["no-place"]
    assert _reasons(losses, "adverse_events/observed/3") == ["no-place"]
    assert _reasons(losses, "responses/0") == ["no-place"]


@pytest.mark.parametrize(
    ("responses", "carried"),
    [
        ([("overall", ("a",))], True),
        ([("overall", ("a-daily",))], True),
        ([("skin", ("a",))], False),
        ([("overall", ("a",)), ("overall", ("a-daily",))], False),
        ([("overall", ("a", "b"))], False),
        ([("overall", ("b",)), ("overall", ("a", "b"))], False),
    ],
)
def test_a_response_is_carried_if_it_is_of_the_whole_and_of_one_treatment_alone(
    responses: list[tuple[Any, tuple[str, ...]]], carried: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    favourable = "NCIT:C123584 Favorable Response"
    monkeypatch.setattr(Packing, "code", staticmethod(lambda closed_list, word: favourable))
    builder = _builder()
    dose = builder.claim(DoseSegment, id="a-daily", dose=1, unit="mg")
    builder.treatments.append(builder.claim(Treatment, id="a", what="CHEBI:8382 prednisone", doses=(dose,)))
    builder.treatments.append(builder.claim(Treatment, id="b", what="CHEBI:4031 cyclosporin A"))
    for domain, to in responses:
        builder.responses.append(builder.claim(Response, to=to, domain=domain, direction="improved"))
    packet, losses = _of_record(builder)
    told = [
        each["responseToTreatment"]["id"]
        for each in packet["medicalActions"]
        if "responseToTreatment" in each
    ]
    assert told == (["NCIT:C123584"] if carried else [])
    lost = [each.reason for each in losses if each.path.startswith("responses/")]
    of_a_dose = ["not-exact"] if responses == [("overall", ("a-daily",))] else []
    assert lost == (of_a_dose if carried else ["no-place"] * len(responses))


def test_a_death_is_the_vital_status() -> None:
    builder = _builder()
    builder.course.append(Course(stated_in="record", kind="death", cause="MONDO:0100096 COVID-19"))
    builder.course.append(Course(stated_in="record", kind="flare"))
    packet, losses = _of_record(builder)
    assert packet["subject"]["vitalStatus"] == {
        "status": "DECEASED",
        "causeOfDeath": {"id": "MONDO:0100096", "label": "COVID-19"},
    }
    assert _reasons(losses, "course/1") == ["no-place"]


def test_one_packet_a_line_and_the_same_bytes_each_time() -> None:
    cases = [each for path in shipped("cases", "m*.yaml") for each in _stored(path)]
    written = []
    for _ in range(2):
        out = io.BytesIO()
        losses = list(write_phenopackets(cases, out))
        assert losses
        written.append(out.getvalue())
    assert written[0] == written[1]
    lines = written[0].decode().splitlines()
    assert [json_format.Parse(each, Phenopacket()).id for each in lines] == [each.iri for each in cases]
    assert len(lines) > 3


def test_without_the_package_the_line_to_type_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phenopackets", None)
    with pytest.raises(MissingExtraError) as caught:
        list(write_phenopackets([], io.BytesIO()))
    assert caught.value.todo == "pip install 'casegraph[formats]'"


@pytest.mark.parametrize(
    ("finding", "carried"),
    [
        (Finding(what="HP:0001945 Fever"), True),
        (Finding(what="HP:0001945 Fever", modifier=("HP:0012834 Right",)), True),
        (Finding(what="HP:0001945 Fever", at="age"), True),
        (Finding(what="HP:0001945 Fever", at="later"), False),
        (Finding(what="HP:0001945 Fever", site=("UBERON:0002398 manus",)), False),
        (Finding(what="HP:0001945 Fever", direction="worse"), False),
        (Finding(what="HP:0000118 Phenotypic abnormality"), False),
        (Finding(what="HP:0000989 Pruritus", at="age"), False),
    ],
)
def test_a_denial_is_never_broadened(finding: Finding, carried: bool) -> None:
    case = Case(
        occasions={
            "age": Occasion(anchor="birth", start=(1095, 1460), printed="P3Y"),
            "later": Occasion(after=("age",)),
        },
        findings=Findings(present=(Finding(what="HP:0000989 Pruritus"),), absent=(finding,)),
    )
    stored = StoredCase("https://x.org/1", case, Report(title="t", extent="fullText"), {})
    packet, losses = _packed(stored)
    assert [each.get("excluded", False) for each in packet["phenotypicFeatures"]] == [False, True][
        : 1 + carried
    ]
    about = [(each.path, each.reason) for each in losses if each.path.startswith("findings/absent")]
    assert about == ([] if carried else [("findings/absent/0", "no-place")])


def test_a_positive_and_a_negative_are_told_and_a_summary_is_not() -> None:
    tests = (
        TestResult(what="cg:AntiPL7 anti-PL-7", result="positive"),
        TestResult(what="cg:AntiJo1 anti-Jo-1", result="negative"),
        TestResult(what="cg:Autoantibody autoantibody", result="negative", coverage="membersNotListed"),
        TestResult(what="cg:AntiMi2 anti-Mi-2", value=1, coverage="membersNotListed"),
        TestResult(what="LOINC:1 c", value=3, unit="g"),
    )
    stored = StoredCase("https://x.org/1", Case(tests=tests), Report(title="t", extent="fullText"), {})
    packet, losses = _packed(stored)
    told = {
        each["assay"]["id"]: each["value"].get("ontologyClass", {}).get("label")
        for each in packet["measurements"]
    }
    assert told == {"cg:AntiPL7": "Positive", "cg:AntiJo1": "Negative Finding", "LOINC:1": None}
    lost = {each.path: each.reason for each in losses if each.path.count("/") == 1}
    assert lost["tests/2"] == lost["tests/3"] == "no-place"


def test_a_zero_is_told() -> None:
    score = TestResult(what="LOINC:89247-1 ECOG", value=0, unit="{score}", range_low=0, range_high=5)
    one = StoredCase("https://example.org/c", Case(tests=(score,)), Report(title="t", extent="fullText"), {})
    out = io.BytesIO()
    list(write_phenopackets([one], out))
    for text in (out.getvalue(), to_json(to_phenopacket(one)[0])):
        quantity = json.loads(text)["measurements"][0]["value"]["quantity"]
        assert quantity["value"] == 0
        assert (quantity["referenceRange"]["low"], quantity["referenceRange"]["high"]) == (0, 5)
