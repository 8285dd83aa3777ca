"""Phenopackets become cases: each field of the schema is carried or named as lost, and nothing is half read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from phenopackets.schema.v2.phenopackets_pb2 import Cohort, Family, Phenopacket

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.inputs import Input
from casegraph.loaders.phenopacket import looks_like_phenopacket, read_phenopacket
from casegraph.loaders.phenopacket_json import message_of
from casegraph.loaders.records import Imported, Options, Outcome
from casegraph.model import Case, CaseDocument

OWN = Path(__file__).parent / "phenopackets"
OPTIONS = Options("test")


def given(content: bytes | str | dict[str, Any] | list[Any], name: str = "given") -> Input:
    text = content if isinstance(content, bytes | str) else json.dumps(content)
    raw = text.encode() if isinstance(text, str) else text
    return Input(name, lambda: io.BytesIO(raw))


def outcomes(content: Any, options: Options = OPTIONS) -> list[Outcome]:
    return list(read_phenopacket(given(content), options))


def imported(content: Any, options: Options = OPTIONS) -> Imported:
    (outcome,) = outcomes(content, options)
    assert isinstance(outcome, Imported), outcome
    return outcome


def case_of(content: Any) -> Case:
    return imported(content).document.cases["1"]


def lost(found: Imported) -> set[tuple[str, str]]:
    return {(each.path, each.reason) for each in found.losses}


def refused(content: Any) -> Problem:
    try:
        (outcome,) = outcomes(content)
    except DocumentError as error:
        (outcome,) = error.problems
    assert isinstance(outcome, Problem)
    return outcome


def packet(**fields: Any) -> dict[str, Any]:
    return {"id": "p1", **fields}


def read_file(path: Path) -> list[Outcome]:
    return list(read_phenopacket(Input(str(path), lambda: path.open("rb")), OPTIONS))


# --- every field of the schema

#: message -> the fields without which what else it says cannot be told apart from nothing.
AROUND = {
    "PhenotypicFeature": {"type": {"id": "HP:0001945", "label": "Fever"}},
    "Measurement": {"assay": {"id": "LOINC:26515-7", "label": "Platelets"}},
    "TypedQuantity": {"type": {"id": "NCIT:C25298", "label": "Systolic"}},
    "Disease": {"term": {"id": "MONDO:0005015", "label": "diabetes mellitus"}},
    "Procedure": {"code": {"id": "NCIT:C48601", "label": "Enucleation"}},
    "Treatment": {"agent": {"id": "DrugCentral:1610", "label": "losartan"}},
    "RadiationTherapy": {"modality": {"id": "NCIT:C40431", "label": "Proton Radiation"}},
    "TherapeuticRegimen": {"ontologyClass": {"id": "NCIT:C10894", "label": "a regimen"}},
    "MedicalAction": {"procedure": {"code": {"id": "NCIT:C48601", "label": "Enucleation"}}},
    "VitalStatus": {"status": "DECEASED"},
}
#: what a term stands for is read from its identifier, which must be one.
TEXTS = {"id": "HP:0012825", "iso8601duration": "P3Y", "phenopacket_schema_version": "2.0"}
Way = tuple[FieldDescriptor, ...]


def leaves(kind: Descriptor, way: Way = (), above: tuple[str, ...] = ()) -> Iterator[Way]:
    """Yield the way to each field that holds a value; a message within itself is not gone into again."""
    if kind.full_name in above:
        return
    for field in kind.fields:
        if field.message_type is None:
            yield (*way, field)
        else:
            yield from leaves(field.message_type, (*way, field), (*above, kind.full_name))


WAYS = list(leaves(Phenopacket.DESCRIPTOR))


def value_of(field: FieldDescriptor) -> Any:
    if field.enum_type is not None:
        return field.enum_type.values[1].name
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return TEXTS.get(field.name, f"some {field.name}")
    return True if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL else 1


def filled(way: Way, *, told: bool) -> dict[str, Any]:
    """Return a packet with one field and the least around it; without the field where it is not *told*."""
    field, *rest = way
    if not rest:
        own = value_of(field)
        return {field.json_name: [own] if field.is_repeated else own} if told else {}
    kind = field.message_type
    if kind.GetOptions().map_entry:
        return {field.json_name: {"a": "b"}} if told else {}
    if kind.full_name == "google.protobuf.Timestamp":
        return {field.json_name: "1970-01-01T00:00:01Z"} if told else {}
    inner = filled(tuple(rest), told=told)
    if field.name == "taxonomy" and "id" in inner:
        inner = {"id": "NCBITaxon:9606"}
    others = AROUND.get(kind.name, {})
    chosen = rest[0].containing_oneof
    kept = {
        key: each
        for key, each in others.items()
        if chosen is None or key not in {one.json_name for one in chosen.fields}
    }
    held = merged(kept, inner)
    return {field.json_name: [held] if field.is_repeated else held}


def merged(around: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    both = dict(around)
    for key, each in inner.items():
        both[key] = {**both[key], **each} if isinstance(both.get(key), dict) else each
    return both


def pointer(way: Way) -> str:
    steps = []
    for field in way:
        if field.containing_type.GetOptions().map_entry or field.containing_type.name == "Timestamp":
            break
        steps += [field.json_name, "0"] if field.is_repeated and not is_map(field) else [field.json_name]
    return "/" + "/".join(steps)


def is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def told_of(way: Way) -> bool:
    """Say whether a field of a packet changes the document or stands in the losses."""
    with_it, without = (imported(merged(packet(), filled(way, told=each))) for each in (True, False))
    if with_it.document != without.document:
        return True
    here = pointer(way)
    told = set(with_it.losses) - {each for each in without.losses if not each.value.endswith("\u2026")}
    return any(here == each.path or here.startswith(f"{each.path}/") for each in told)


def test_each_field_of_the_schema_is_carried_or_lost() -> None:
    names = {".".join(field.name for field in way) for way in WAYS}
    assert len(names) == len(WAYS) > 1000
    assert "medical_actions.treatment.dose_intervals.interval.start.seconds" in names
    assert [".".join(field.name for field in way) for way in WAYS if not told_of(way)] == []


def test_each_field_of_a_family_and_of_a_cohort_is_carried_or_lost() -> None:
    """The packets are cases of their own; the rest stands with the first of them."""
    family = {
        "id": "f",
        "proband": packet(subject={"id": "A"}),
        "relatives": [{"subject": {"id": "B", "sex": "FEMALE"}}],
        "consanguinousParents": True,
        "pedigree": {"persons": [{"individualId": "A"}, {"individualId": "C", "sex": "MALE"}]},
        "files": [{"uri": "file:x.vcf"}],
        "metaData": {"created": "2020-01-02T00:00:00Z", "createdBy": "someone"},
    }
    cohort = {"id": "c", "description": "all", "members": [packet()], "files": [{"uri": "x"}], "metaData": {}}
    assert set(family) == {field.json_name for field in Family.DESCRIPTOR.fields}
    assert set(cohort) == {field.json_name for field in Cohort.DESCRIPTOR.fields}
    proband, relative = outcomes(family)
    assert isinstance(proband, Imported)
    assert isinstance(relative, Imported)
    assert lost(proband) == {
        ("/id", "no-place"),
        ("/consanguinousParents", "no-place"),
        ("/pedigree/persons/0", "no-place"),
        ("/pedigree/persons/1", "not-a-case"),
        ("/files/0", "not-a-case"),
    }
    assert relative.losses == ()
    assert [each.document.report.record.id for each in (proband, relative)] == ["p1", "B"]  # type: ignore[union-attr]
    assert relative.document.cases["1"].sex == "female"
    assert proband.document.curation == relative.document.curation is not None
    assert lost(imported(cohort)) == {
        ("/id", "no-place"),
        ("/description", "no-place"),
        ("/files/0", "not-a-case"),
    }


# --- what is refused


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"id": "1", "phenotypicFeature": []}, "unknown-field"),
        ({"id": "1", "subject": {"sexx": "MALE"}}, "unknown-field"),
        ({"id": "1", "subject": {"sex": "UNISEX"}}, "wrong-value"),
        ({"id": "1", "subject": {"dateOfBirth": "yesterday"}}, "wrong-value"),
        ({"id": "1", "subject": "A"}, "wrong-value"),
        ({"id": "1", "diseases": [{"excluded": 1}]}, "wrong-value"),
        ({"id": "1", "metaData": {"meta": 1}}, "unknown-field"),
        ('{"id": "1", "id": "2"}', "duplicate-key"),
        ("id: '1'\nid: '2'\n", "duplicate-key"),
        ('{"id": "1", "meta_data": {}, "metaData": {}}', "duplicate-key"),
        ('{"id": "1", "measurements": [{"value": {"quantity": {"value": NaN}}}]}', "wrong-value"),
        (
            packet(measurements=[{"assay": {"id": "LOINC:1-8"}, "value": {"quantity": {"value": "NaN"}}}]),
            "wrong-value",
        ),
        ('{"id": "1",', "not-json"),
        ("id: [1", "not-yaml"),
        ("a: &a {id: x}\nb: *a\n", "alias"),
        ("id: !!python/object:os.system x\n", "tag"),
        ("[" * 100_000, "too-deep"),
        ("- " * 5_000 + "x", "too-deep"),
        (b"\xff\xfe{}", "not-utf-8"),
        (b"   ", "empty"),
        ("just words", "wrong-value"),
        (b"\x00\x01\x02", "not-protobuf"),
        ({"subject": {"sex": "MALE"}}, "missing-key"),
        (packet(metaData={"phenopacketSchemaVersion": "3.0"}), "wrong-version"),
        (packet(metaData={"phenopacketSchemaVersion": "1.0.0"}), "wrong-version"),
        (packet(phenotypicFeatures=[{"type": {"id": "HP:1"}, "negated": True}]), "wrong-version"),
        (packet(subject={"taxonomy": {"id": "NCBITaxon:10090", "label": "Mus musculus"}}), "not-human"),
        ({"id": "f", "proband": {"id": "1"}, "members": []}, "unknown-field"),
    ],
)
def test_what_is_no_packet_of_v2_is_refused_by_name(content: Any, code: str) -> None:
    problem = refused(content)
    assert problem.code == code, problem
    assert problem.file == "given"


def test_an_unknown_field_is_refused_in_the_words_of_protobuf_with_its_place() -> None:
    problem = refused([{"id": "1", "subject": {"sexx": "MALE"}}])
    assert 'no field named "sexx" at "Phenopacket.subject"' in problem.message
    assert problem.message.endswith(" at /0")
    assert refused('{\n "id": }').line == 2


def test_one_bad_packet_does_not_stop_the_others() -> None:
    found = outcomes({"id": "c", "members": [packet(), {"id": "p2", "no": 1}, {"id": "p3"}, packet()]})
    assert [each.code if isinstance(each, Problem) else "" for each in found] == [
        "",
        "unknown-field",
        "",
        "same-case",
    ]
    found = outcomes([{"id": "f", "pedigree": 3, "proband": packet()}, packet()])
    assert [type(each) for each in found] == [Problem, Imported]


# --- binary


def test_binary_is_told_apart_by_what_fits_alone() -> None:
    whole = ParseDict(packet(subject={"id": "A", "sex": "MALE"}), Phenopacket())
    family = Family(id="f", proband=whole)
    cohort = Cohort(id="c", members=[whole, Phenopacket(id="p2")])
    assert case_of(whole.SerializeToString()).sex == "male"
    assert case_of(family.SerializeToString()).sex == "male"
    assert len(outcomes(cohort.SerializeToString())) == 2
    vague = Phenopacket(id="1")
    vague.subject.id = "A"
    problem = refused(vague.SerializeToString())
    assert problem.code == "not-protobuf"
    assert "Phenopacket or Family" in problem.message
    assert refused(whole.SerializeToString() + b"\xf8\x01\x01").code == "not-protobuf"


def test_the_fast_way_reads_as_protobuf_does(material: Path) -> None:
    paths = sorted((material / "data").glob("phenopacket*/**/*.json"))
    data = [each for each in map(_loaded, paths) if "proband" not in each and "genes" not in each]
    assert len(data) > 250
    for each in data:
        assert message_of(each, Phenopacket) == ParseDict(each, Phenopacket())


def _loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


# --- what is said of the patient


def test_the_patient() -> None:
    found = imported(
        packet(
            subject={
                "id": "A",
                "alternateIds": ["x"],
                "sex": "OTHER_SEX",
                "dateOfBirth": "1990-05-05T00:00:00Z",
                "timeAtLastEncounter": {"age": {"iso8601duration": "P6Y3M"}},
                "vitalStatus": {
                    "status": "DECEASED",
                    "timeOfDeath": {"age": {"iso8601duration": "P7Y"}},
                    "causeOfDeath": {"id": "MONDO:0100096", "label": "COVID-19"},
                },
            }
        )
    )
    case = found.document.cases["1"]
    assert (case.label, case.sex) == ("A", "other")
    assert case.age is not None
    assert (case.age.years, case.age.at) == (6, "age-p6y3m")
    assert [(each.kind, each.at, each.cause) for each in case.course] == [
        ("death", "age-p7y", "MONDO:0100096 COVID-19")
    ]
    assert lost(found) == {("/subject/alternateIds/0", "identifier"), ("/subject/dateOfBirth", "identifier")}
    assert [each.value for each in found.losses] == ["", ""]
    assert "1990" not in repr(found)


def test_a_birth_date_is_kept_where_it_is_asked_for() -> None:
    data = packet(subject={"id": "A", "dateOfBirth": "1990-05-05T00:00:00Z"})
    assert "1990-05-05" in repr(imported(data, Options("test", keep_identifiers=True)))


def test_a_time_that_is_no_age_makes_no_age() -> None:
    found = imported(packet(subject={"timeAtLastEncounter": {"gestationalAge": {"weeks": 30}}}))
    assert found.document.cases["1"].age is None
    assert lost(found) == {("/subject/timeAtLastEncounter", "not-exact")}
