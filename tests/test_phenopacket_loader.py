"""Phenopackets become cases: each field of the schema is carried or lost by name, nothing is half read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from phenopackets.schema.v2.phenopackets_pb2 import Cohort, Family, Phenopacket
from pyoxigraph import Store

from casegraph.errors import DocumentError, Problem
from casegraph.loaders import json_lines
from casegraph.loaders.detect import format_of
from casegraph.loaders.inputs import MOST_TEXT, Input
from casegraph.loaders.phenopacket import looks_like_phenopacket, read_phenopacket
from casegraph.loaders.phenopacket.json import message_of
from casegraph.loaders.phenopacket.values import said
from casegraph.loaders.records import Imported, Options, Outcome
from casegraph.model import Case, CaseDocument

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
    return {"id": "p1", "subject": {"id": "p1"}} | fields


def read_file(path: Path) -> list[Outcome]:
    return list(read_phenopacket(Input(str(path), lambda: path.open("rb")), OPTIONS))


# --- every field of the schema

#: message -> the fields without which what else it says cannot be told apart from nothing.
AROUND: dict[str, dict[str, Any]] = {
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
    assert kind is not None
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
        inside = field.containing_type
        if inside is None or inside.GetOptions().map_entry or inside.name == "Timestamp":
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
        ({"id": "1", "subject": ["A"]}, "wrong-value"),
        (packet(subject={"timeAtLastEncounter": {"age": {}, "gestationalAge": {}}}), "duplicate-key"),
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
        (r'{"id": "1", "subject": {"sex": "\ud800"}}', "wrong-value"),
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
    other = packet(files=[{"uri": "file://x.vcf"}])
    found = outcomes(
        {"id": "c", "members": [packet(), {"id": "p2", "no": 1}, packet(id="p3"), other, packet()]}
    )
    assert [each.code if isinstance(each, Problem) else "" for each in found] == [
        "",
        "unknown-field",
        "",
        "same-case",
        "",
    ]
    found = outcomes([{"id": "f", "pedigree": 3, "proband": packet()}, packet()])
    assert [type(each) for each in found] == [Problem, Imported]


# --- JSON line by line


def told(name: str) -> dict[str, Any]:
    return {"id": name, "subject": {"id": name}}


def lines_of(*packets: Any) -> bytes:
    return b"".join(
        each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n" for each in packets
    )


def test_each_line_is_a_packet_and_a_bad_one_stops_no_other() -> None:
    content = lines_of(
        told("a"),
        b'{"id": "cut", "sub\n',
        b"\n",
        {"id": "c", "members": [told("d"), {"id": "e"}]},
        {"id": "f", "no": 1},
        b"id: yaml\n",
        {**told("a"), "files": [{"uri": "file://x.vcf"}]},
        b'{"id": "\xff"}\n',
        told("a"),
        told("z"),
    )
    found = outcomes(content)
    seen = [
        (each.line, each.code)
        if isinstance(each, Problem)
        else each.document.report.record and each.document.report.record.id
        for each in found
    ]
    assert seen == [
        "a",
        (2, "not-json"),
        "d",
        (4, "no-patient"),
        (5, "unknown-field"),
        (6, "not-json"),
        (7, "same-case"),
        (8, "not-utf-8"),
        "a",
        "z",
    ]
    assert "that of line 1 too, with other content" in next(
        each.message for each in found if isinstance(each, Problem) and each.line == 7
    )


@pytest.mark.parametrize(
    "first",
    [b"", b"\xef\xbb\xbf", b"\n \n", b'{"id": "cut", "subject": {"id"\n', b"{}\r\n"],
    ids=["plain", "mark", "blank", "cut", "empty"],
)
def test_lines_are_known_whatever_the_first_is(first: bytes) -> None:
    content = first + lines_of(told("a"), told("b"))
    assert format_of(given(content)) == "phenopacket"
    found = outcomes(content)
    ids = [each.document.report.record for each in found if isinstance(each, Imported)]
    assert [each and each.id for each in ids] == ["a", "b"]
    assert len(found) == 2 + first.startswith(b"{")


@pytest.mark.parametrize("text", ['{"id": "1", "subject":\n{"id": "A"}\n}', '{"id": "1",\n"subject": {}}'])
def test_an_object_inside_another_begins_no_line_of_its_own(text: str) -> None:
    assert imported(text).document.cases.keys() == {"1"}


def test_lines_are_read_one_by_one_and_none_that_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MOST_BYTES", 200)
    line = lines_of(told("a"))
    whole = lines_of(*(told(f"p{number}") for number in range(100)))
    assert len(line) < 200 < len(whole)
    assert len(outcomes(whole)) == 100
    found = outcomes(line + lines_of(told("b" * 300), told("c")))
    assert [(each.line, each.code) for each in found if isinstance(each, Problem)] == [(2, "too-large")]


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
    cut = refused(whole.SerializeToString()[:-1])
    assert (cut.code, cut.todo) == ("not-protobuf", "get the file again, whole, or give it as JSON")
    last = len(Phenopacket(id=whole.id).SerializeToString())  # the subject is all that follows the id
    assert cut.message.endswith(f"binary form: what begins at byte {last} is cut off, or is no field")
    whole.subject.alternate_ids.append("x" * (MOST_TEXT + 1))
    assert refused(whole.SerializeToString()).code == "too-large"


def test_the_fast_way_reads_as_protobuf_does(material: Path) -> None:
    paths = sorted((material / "data").glob("phenopacket*/**/*.json"))
    data = [each for each in map(_loaded, paths) if "proband" not in each and "genes" not in each]
    assert len(data) > 250
    for each in data:
        assert message_of(each, Phenopacket) == ParseDict(each, Phenopacket())


def _loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


FEVER: dict[str, Any] = {"type": {"id": "HP:0001945", "label": "Fever"}}
ACTION: dict[str, Any] = {"treatment": {"agent": {"id": "CHEBI:8382", "label": "prednisone"}}}

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
    assert not found.document.cases["1"].occasions
    assert lost(found) == {("/subject/timeAtLastEncounter", "no-place")}


# --- findings, measurements, diseases


def test_a_finding_with_all_that_is_said_of_it() -> None:
    feature = {
        "type": {"id": "HP:0000555", "label": "Leukocoria"},
        "description": "seen by the mother",
        "severity": {"id": "HP:0012828", "label": "Severe"},
        "modifiers": [
            {"id": "HP:0012835", "label": "Left"},
            {"id": "HP:0031796", "label": "Recurrent"},
            {"id": "Triggered by cold", "label": "HP:0025206"},
        ],
        "onset": {"ontologyClass": {"id": "HP:0003577", "label": "Congenital onset"}},
        "resolution": {"timestamp": "2020-02-03T00:00:00Z"},
    }
    found = imported(packet(phenotypicFeatures=[feature, {"type": {"id": "HP:0001945"}, "excluded": True}]))
    (present,), (absent,) = (
        found.document.cases["1"].findings.present,
        found.document.cases["1"].findings.absent,
    )
    assert (present.what, present.gist, present.severity) == (
        "HP:0000555 Leukocoria",
        "seen by the mother",
        "severe",
    )
    assert (present.laterality, present.modifier) == ("left", ("HP:0031796 Recurrent",))
    assert found.document.cases["1"].occasions[str(present.at)].stage == "HP:0003577 Congenital onset"
    assert found.document.cases["1"].occasions[str(present.resolved_at)].printed == "2020-02-03"
    assert absent.what == "HP:0001945 HP:0001945"
    assert lost(found) == {("/phenotypicFeatures/0/modifiers/2", "no-code")}


@pytest.mark.parametrize(
    ("told", "path", "term", "name"),
    [
        (
            {"medicalActions": [ACTION | {"responseToTreatment": {"id": "NCIT:C123584", "label": "X"}}]},
            "/medicalActions/0/responseToTreatment",
            "NCIT:C123584 X",
            "Favorable Response",
        ),
        (
            {
                "medicalActions": [
                    ACTION | {"treatmentTerminationReason": {"id": "NCIT:C105740", "label": "X"}}
                ]
            },
            "/medicalActions/0/treatmentTerminationReason",
            "NCIT:C105740 X",
            "Treatment Completed as Prescribed",
        ),
        (
            {"phenotypicFeatures": [FEVER | {"modifiers": [{"id": "HP:0012834", "label": "Left"}]}]},
            "/phenotypicFeatures/0/modifiers",
            "HP:0012834 Left",
            "Right",
        ),
        (
            {
                "measurements": [
                    {
                        "assay": {"id": "LOINC:1-1"},
                        "value": {"ontologyClass": {"id": "NCIT:C38757", "label": "X"}},
                    }
                ]
            },
            "/measurements/0/value/ontologyClass",
            "NCIT:C38757 X",
            "Negative Finding",
        ),
    ],
)
def test_a_code_that_is_read_under_another_label_is_warned_of(
    told: dict[str, Any], path: str, term: str, name: str
) -> None:
    found = imported(packet(**told))
    assert [(each.path, each.value) for each in found.losses if each.reason == "other-label"] == [
        (path, term)
    ]
    (doubt,) = found.doubts
    assert (doubt.code, doubt.severity) == ("label-mismatch", "warning")
    assert all(each in doubt.message for each in (repr(name), term.split(" ", maxsplit=1)[0]))


@pytest.mark.parametrize("label", ["favorable response", ""])
def test_a_code_under_its_own_label_or_none_is_not_warned_of(label: str) -> None:
    response = {"responseToTreatment": {"id": "NCIT:C123584", "label": label}}
    found = imported(packet(medicalActions=[ACTION | response]))
    assert [each.direction for each in found.document.cases["1"].responses] == ["improved"]
    assert found.doubts == ()


def test_two_sides_are_not_one() -> None:
    sides = [{"id": "HP:0012834", "label": "Right"}, {"id": "HP:0012835", "label": "Left"}]
    (finding,) = case_of(
        packet(phenotypicFeatures=[{"type": {"id": "HP:1"}, "modifiers": sides}])
    ).findings.present
    assert finding.laterality is None
    assert finding.modifier == ("HP:0012834 Right", "HP:0012835 Left")


@pytest.mark.parametrize(
    ("element", "printed", "start"),
    [
        ({"age": {"iso8601duration": "P14D"}}, "P14D", (14, 14)),
        (
            {"ageRange": {"start": {"iso8601duration": "P14D"}, "end": {"iso8601duration": "P21D"}}},
            "P14D/P21D",
            (14, 21),
        ),
        ({"gestationalAge": {"weeks": 23, "days": 4}}, "23w4d", (165, 165)),
        ({"timestamp": "2000-01-23T01:23:45Z"}, "2000-01-23T01:23:45Z", (0, 0)),
        (
            {"interval": {"start": "2000-01-01T00:00:00Z", "end": "2000-01-31T00:00:00Z"}},
            "2000-01-01/2000-01-31",
            (0, 30),
        ),
    ],
)
def test_each_way_of_telling_a_time(element: dict[str, Any], printed: str, start: tuple[int, int]) -> None:
    case = case_of(packet(phenotypicFeatures=[{"type": {"id": "HP:1"}, "onset": element}]))
    occasion = case.occasions[str(case.findings.present[0].at)]
    assert (occasion.printed, occasion.start) == (printed, start)


@pytest.mark.parametrize(
    ("stamp", "printed", "lost_at"),
    [
        ("2011-01-01T00:00:00+01:00", "2011-01-01", True),  # in UTC the day before
        ("2011-01-01T20:00:00.5-05:00", "2011-01-01", True),  # in UTC the day after
        ("2011-01-01T00:00:00-05:00", "2011-01-01", True),
        ("2011-01-01T14:30:00+01:00", "2011-01-01T13:30:00Z", False),
        ("2011-01-01T00:00:00+00:00", "2011-01-01", False),
        ("2011-01-01T00:00:00Z", "2011-01-01", False),
    ],
)
def test_a_date_with_an_offset_is_the_date_that_is_printed(stamp: str, printed: str, lost_at: bool) -> None:
    onset = {"type": {"id": "HP:1"}, "onset": {"timestamp": stamp}}
    found = imported([packet(phenotypicFeatures=[onset])])
    case = found.document.cases["1"]
    assert case.occasions[str(case.findings.present[0].at)].printed == printed
    told = [(each.path, each.value) for each in found.losses if each.reason == "not-exact"]
    assert told == [("/0/phenotypicFeatures/0/onset/timestamp", stamp)] * lost_at


def test_a_birth_date_with_an_offset_is_the_day_of_birth_and_stands_in_no_loss() -> None:
    stamp = "1985-04-17T00:00:00+02:00"
    times = {"onset": {"timestamp": stamp}, "resolution": {"interval": {"start": stamp, "end": stamp}}}
    told = packet(
        subject={"id": "A", "dateOfBirth": stamp},
        phenotypicFeatures=[{"type": {"id": "HP:1"}, **times}],
        biosamples=[{"id": "x", "timeOfCollection": {"timestamp": stamp}}],
    )
    found = imported(told)
    assert found.document.cases["1"].findings.present[0].at == "age-p0d"
    assert {(each.path, each.value, each.reason) for each in found.losses if "/meta" not in each.path} == {
        ("/subject/dateOfBirth", "", "identifier"),
        ("/phenotypicFeatures/0/onset/timestamp", "", "not-exact"),
        ("/phenotypicFeatures/0/resolution", "", "identifier"),
        ("/biosamples/0", "", "not-a-case"),
    }


def test_the_offset_of_a_family_is_named_with_a_packet_that_has_its_meta_data() -> None:
    created = {"created": "2021-01-01T00:00:00+02:00", "createdBy": "x"}
    own = {
        "id": "b",
        "subject": {"id": "b"},
        "metaData": {"created": "2021-02-02T00:00:00Z", "createdBy": "y"},
    }
    members = [{"id": "a", "subject": {"id": "a"}}, own]
    read = outcomes({"id": "c", "members": members, "metaData": created})
    dates = [each.document.curation for each in read if isinstance(each, Imported)]
    assert [each and each.date for each in dates] == ["2021-01-01", "2021-02-02"]
    named = [lost(each) & {("/metaData/created", "not-exact")} for each in read if isinstance(each, Imported)]
    assert list(map(len, named)) == [1, 0]


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ({"age": {"iso8601duration": "in childhood"}}, "no-code"),
        ({"ontologyClass": {"label": "as a child"}}, "no-code"),
        ({"interval": {"start": "2000-01-01T00:00:00Z"}}, "no-place"),
        ({"ageRange": {"start": {"iso8601duration": "P3Y"}, "end": {"iso8601duration": "P1Y"}}}, "no-time"),
        ({"ageRange": {"start": {"iso8601duration": "young"}, "end": {"iso8601duration": "old"}}}, "no-code"),
        ({"ageRange": {"start": {"iso8601duration": "P3Y"}}}, "no-place"),
        ({"interval": {"start": "2000-01-02T00:00:00Z", "end": "2000-01-01T00:00:00Z"}}, "no-time"),
    ],
)
def test_a_time_that_no_occasion_can_say_is_lost(element: dict[str, Any], reason: str) -> None:
    found = imported(packet(phenotypicFeatures=[{"type": {"id": "HP:1"}, "onset": element}]))
    assert found.document.cases["1"].findings.present[0].at is None
    assert lost(found) == {("/phenotypicFeatures/0/onset", reason)}


def measured(**fields: Any) -> dict[str, Any]:
    return packet(measurements=[{"assay": {"id": "LOINC:26515-7", "label": "Platelets"}, **fields}])


def quantity(value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"quantity": {"value": value, "unit": {"id": unit, "label": "u"}, **more}}


def test_a_quantity_has_its_unit_and_its_range_where_that_is_in_the_same_unit() -> None:
    (test,) = case_of(
        measured(
            value=quantity(
                24.5, "UCUM:mg", referenceRange={"unit": {"id": "NCIT:C28253"}, "low": 0, "high": 9}
            )
        )
    ).tests
    assert (test.value, test.unit, test.range_low, test.range_high) == (24.5, "mg", 0, 9)
    found = imported(
        measured(value=quantity(0, "FOO:1", referenceRange={"unit": {"id": "FOO:2"}, "high": 9}))
    )
    (test,) = found.document.cases["1"].tests
    assert (test.value, test.unit, test.unit_term, test.range_high) == (0, None, "cgt:FOO:1 u", None)
    assert lost(found) == {("/measurements/0/value/quantity/referenceRange", "no-place")}


@pytest.mark.parametrize(
    ("value", "held"),
    [(1e21, False), (-1.8e20, False), (1.7e20, True), (1e16, True), (1e-18, True), (1e-19, False)],
)
def test_a_number_that_no_store_holds_is_refused_with_its_place(value: float, held: bool) -> None:
    """The engine itself is asked: what it can hold it adds up."""
    query = f'SELECT (xsd:decimal("{Decimal(str(value)):f}") + 0 AS ?sum) {{}}'
    (row,) = Store().query(f"PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> {query}")  # type: ignore[misc]
    assert (row["sum"] is not None) == held
    assay = {"id": "LOINC:2157-6", "label": "Creatine kinase"}
    (read,) = outcomes([packet(measurements=[{"assay": assay, "value": {"quantity": {"value": value}}}])])
    assert isinstance(read, Imported) == held
    if isinstance(read, Problem):
        assert (read.code, f"{value} at /0/measurements/0/value/quantity" in read.message) == (
            "wrong-value",
            True,
        )


def test_a_result_in_words_and_a_panel() -> None:
    negative = {"ontologyClass": {"id": "NCIT:C38757", "label": "Negative Finding"}}
    other = {"ontologyClass": {"id": "NCIT:C1", "label": "odd"}}
    assert case_of(measured(value=negative)).tests[0].result == "negative"
    assert case_of(measured(value=other)).tests[0].result_term == "NCIT:C1 odd"
    typed = [{"type": {"id": "NCIT:C25298", "label": "Systolic"}, "quantity": {"value": 165}}]
    (test,) = case_of(measured(complexValue={"typedQuantities": typed})).tests
    assert (test.what, test.component_of, test.value) == (
        "NCIT:C25298 Systolic",
        "LOINC:26515-7 Platelets",
        165,
    )


@pytest.mark.parametrize("value", [{}, {"value": {}}, {"value": {"quantity": {}}}, {"complexValue": {}}])
def test_a_measurement_without_a_value_is_lost(value: dict[str, Any]) -> None:
    found = imported(measured(**value))
    assert found.document.cases["1"].tests == ()
    assert lost(found) == {("/measurements/0", "required-missing")}


def interpreted(status: str, call: str = "CAUSATIVE", **fields: Any) -> Case:
    calls = [{"interpretationStatus": call}]
    disease = {"id": "OMIM:1", "label": "it"}
    told = {"progressStatus": status, "diagnosis": {"disease": disease, "genomicInterpretations": calls}}
    return case_of(packet(interpretations=[told], **fields))


def test_an_interpretation_says_no_more_than_its_status() -> None:
    lists = {
        (status, call): [
            name
            for name in ("final", "working", "considered", "excluded")
            if getattr(interpreted(status, call).diagnoses, name)
        ]
        for status in ("SOLVED", "COMPLETED", "IN_PROGRESS", "UNSOLVED", "UNKNOWN_PROGRESS")
        for call in ("CAUSATIVE", "REJECTED")
    }
    assert lists == {
        ("SOLVED", "CAUSATIVE"): ["final"],
        ("SOLVED", "REJECTED"): ["considered"],
        ("COMPLETED", "CAUSATIVE"): ["considered"],
        ("COMPLETED", "REJECTED"): ["considered"],
        ("IN_PROGRESS", "CAUSATIVE"): ["working"],
        ("IN_PROGRESS", "REJECTED"): [],
        ("UNSOLVED", "CAUSATIVE"): [],
        ("UNSOLVED", "REJECTED"): [],
        ("UNKNOWN_PROGRESS", "CAUSATIVE"): [],
        ("UNKNOWN_PROGRESS", "REJECTED"): [],
    }
    known = interpreted("SOLVED", diseases=[{"term": {"id": "OMIM:1", "label": "it"}}])
    assert len(known.diagnoses.final) == 1


# --- treatments


def treated(**fields: Any) -> dict[str, Any]:
    return packet(medicalActions=[{"treatment": {"agent": {"id": "NCIT:C557", "label": "drug"}, **fields}}])


def test_doses_of_a_drug_have_their_times_and_follow_each_other() -> None:
    def dosing(start: str, end: str, value: float) -> dict[str, Any]:
        span = {"start": f"{start}T00:00:00Z", "end": f"{end}T00:00:00Z"}
        often = {"id": "NCIT:C64496", "label": "Twice Daily"}
        return {**quantity(value, "UCUM:mg"), "interval": span, "scheduleFrequency": often}

    doses = [dosing("2020-03-20", "2020-03-20", 450), dosing("2020-03-21", "2020-03-22", 200)]
    (drug,) = case_of(treated(doseIntervals=[*doses, dosing("2020-05-01", "2020-05-02", 100)])).treatments
    assert (drug.at, drug.ends_at) == ("date-2020-03-20", "date-2020-05-02")
    first, second, third = drug.doses
    assert (first.dose, first.unit, first.times, first.period_days) == (450, "mg", 2, 1)
    assert first.schedule == "NCIT:C64496 Twice Daily"
    assert (first.follows, second.follows, third.follows) == (None, first.id, None)


def test_an_end_before_its_beginning_is_lost() -> None:
    span = {"start": "2020-03-20T00:00:00Z", "end": "2020-03-01T00:00:00Z"}
    found = imported(treated(doseIntervals=[{**quantity(5, "UCUM:mg"), "interval": span}]))
    (drug,) = found.document.cases["1"].treatments
    assert (drug.at, drug.ends_at, drug.doses[0].at, drug.doses[0].dose) == (None, None, None, 5)
    assert lost(found) == {("/medicalActions/0/treatment/doseIntervals/0/interval", "no-time")}
    begun = imported(treated(doseIntervals=[{"interval": {"start": "2020-03-20T00:00:00Z"}}]))
    (drug,) = begun.document.cases["1"].treatments
    assert (drug.at, drug.ends_at) == ("date-2020-03-20", None)


def test_a_drug_without_times_has_none_and_a_route_is_a_word_or_lost() -> None:
    oral = treated(routeOfAdministration={"id": "NCIT:C38288", "label": "Oral Route of Administration"})
    (drug,) = case_of(oral).treatments
    assert (drug.at, drug.ends_at, [each.route for each in drug.doses]) == (None, None, ["oral"])
    found = imported(
        treated(routeOfAdministration={"id": "NCIT:C38284", "label": "Nasal"}, doseIntervals=[{}])
    )
    assert found.document.cases["1"].treatments[0].doses == ()
    assert lost(found) == {("/medicalActions/0/treatment/routeOfAdministration", "unmapped-code")}


def test_no_dose_of_nothing_is_made() -> None:
    found = imported(
        treated(doseIntervals=[quantity(0, "UCUM:mg")], cumulativeDose=quantity(0, "UCUM:mg")["quantity"])
    )
    (drug,) = found.document.cases["1"].treatments
    assert (drug.doses, drug.cumulative_dose) == ((), None)
    assert {reason for _, reason in lost(found)} == {"required-missing"}


@pytest.mark.parametrize("unit", ["NCIT:C91060", "UCUM:cm[H2O]", "UCUM:kPa", "UCUM:mbar"])
def test_a_pressure_is_no_dose(unit: str) -> None:
    span = {"start": "2020-03-22T00:00:00Z", "end": "2020-03-28T00:00:00Z"}
    found = imported(treated(doseIntervals=[{**quantity(14, unit), "interval": span}]))
    (drug,) = found.document.cases["1"].treatments
    assert (drug.at, drug.ends_at) == ("date-2020-03-22", "date-2020-03-28")
    assert [(each.dose, each.unit, each.unit_term) for each in drug.doses] == [(None, None, None)]
    assert lost(found) == {("/medicalActions/0/treatment/doseIntervals/0/quantity", "no-place")}


def test_what_became_of_a_treatment_points_to_it() -> None:
    action = {
        "procedure": {"code": {"id": "NCIT:C48601", "label": "Enucleation"}},
        "treatmentTarget": {"id": "NCIT:C7541", "label": "Retinoblastoma"},
        "treatmentIntent": {"id": "NCIT:C62220", "label": "Cure"},
        "responseToTreatment": {"id": "NCIT:C18058", "label": "Partial Remission"},
        "adverseEvents": [{"id": "HP:0025637", "label": "Vasospasm"}],
        "treatmentTerminationReason": {"id": "NCIT:C41331", "label": "Adverse Event"},
    }
    case = case_of(packet(medicalActions=[action, action]))
    one, other = case.treatments
    assert one.id != other.id
    assert (one.stop_reason, one.indication, one.intent) == (
        "adverseEvent",
        "NCIT:C7541 Retinoblastoma",
        "NCIT:C62220 Cure",
    )
    assert [(each.to, each.direction, each.degree) for each in case.responses] == [
        ((one.id,), "improved", "partial"),
        ((other.id,), "improved", "partial"),
    ]
    assert [each.during for each in case.adverse_events.observed] == [(one.id,), (other.id,)]
    unknown = {**action, "responseToTreatment": {"id": "NCIT:C123617", "label": "Unfavorable Response"}}
    found = imported(packet(medicalActions=[unknown]))
    assert found.document.cases["1"].responses == ()
    assert ("/medicalActions/0/responseToTreatment", "unmapped-code") in lost(found)


# --- what a packet says of itself


def test_the_publication_of_a_packet() -> None:
    meta = {
        "externalReferences": [
            {"id": "DOI:10.1016/j.x.1", "reference": "PMID:32292915", "description": "A title"},
            {"id": "PMID:1", "description": "another"},
            {"id": "https://example.org/a"},
            {"id": "see the text"},
        ],
        "resources": [{"id": "hp", "namespacePrefix": "HP", "version": "2025-01-16"}, {"id": "x"}],
    }
    evidence = [{"reference": {"id": "PMID:32292915"}}, {"reference": {"id": "PMID:1"}}]
    found = imported(
        packet(metaData=meta, phenotypicFeatures=[{"type": {"id": "HP:1"}, "evidence": evidence}])
    )
    report = found.document.report
    assert (report.doi, report.pmid, report.title) == ("10.1016/j.x.1", "32292915", "A title")
    assert report.record is not None
    assert report.record.references == ("https://pubmed.ncbi.nlm.nih.gov/1", "https://example.org/a")
    assert report.record.resources == ("HP 2025-01-16",)
    assert lost(found) == {
        ("/metaData/externalReferences/1/description", "no-place"),
        ("/metaData/externalReferences/3/id", "no-code"),
        ("/metaData/resources/0", "implied"),
        ("/metaData/resources/1", "no-place"),
        ("/phenotypicFeatures/0/evidence/0/reference", "implied"),
        ("/phenotypicFeatures/0/evidence/1/reference", "no-place"),
    }


@pytest.mark.parametrize(
    ("head", "like"),
    [
        ({"id": "1", "subject": {"id": "A"}}, True),
        ({"proband": {}}, True),
        ({"members": [{"subject": {}}]}, True),
        ([{"metaData": {"phenopacketSchemaVersion": "1.0"}}], True),
        ({"resourceType": "Condition", "subject": {}}, False),
        ({"id": "1", "phenotypicFeatures": [{"featureType": {}}], "sex": {}}, False),
        ({"casegraph": 1}, False),
        (b'{"id": "1", "subject": {"id"', True),
        (b"id: x\nsubject:\n  id: y\n", True),
        (b'{"resourceType": "Bundle", "entry": [{"subject": {', False),
        (b"patient,sex\n1,male\n", False),
        (b"<a> <b> <c> .\n", False),
        (Phenopacket(id="1", subject={"id": "A"}).SerializeToString(), True),
        (b"\x50\x4b\x03\x04", False),
        (b"", False),
    ],
)
def test_what_looks_like_a_phenopacket(head: object, like: bool) -> None:
    assert looks_like_phenopacket(head) is like


def test_the_birth_date_stands_in_no_loss() -> None:
    born = "1985-04-17T00:00:00Z"
    subject = {"id": "A", "dateOfBirth": born, "timeAtLastEncounter": {"timestamp": born}}
    fever = {"type": {"id": "HP:0001945", "label": "Fever"}}
    (read,) = outcomes({"id": "1", "subject": subject, "phenotypicFeatures": [fever]})
    assert isinstance(read, Imported)
    assert "/subject/timeAtLastEncounter" in {each.path for each in read.losses}
    assert not [each for each in read.losses if "1985-04" in each.value]


def test_a_map_is_told_in_one_order() -> None:
    names = [f"key-{each:02}" for each in range(40)]
    packet = Phenopacket()
    attributes = packet.files.add(uri="file://x.vcf").file_attributes
    for name in reversed(names):
        attributes[name] = "x"
    told = said(packet)
    assert isinstance(told, dict)
    assert list(told["files"][0]["fileAttributes"]) == names


# --- other people's data


def test_one_packet_in_three_formats_is_one_document(material: Path) -> None:
    for name, many in (("v2-phenopacket", 1), ("v2-family", 3)):
        files = [
            material / "data/phenopackets-formats" / f"{name}.{ending}" for ending in ("json", "yaml", "pb")
        ]
        first, second, third = (read_file(path) for path in files)
        assert first == second == third
        assert len(first) == many
        assert all(isinstance(each, Imported) for each in first)
    old = list((material / "data/phenopackets-formats").glob("v1-*"))
    assert len(old) == 6
    for path in old:
        problem = refused(path.read_bytes())
        assert problem.code == "wrong-version"
        assert "Phenopackets v1" in problem.message


@pytest.mark.slow
def test_what_the_store_says_is_carried(material: Path) -> None:
    """Counted in the files as plain JSON: nothing is left out, and nothing turns from absent to present."""
    paths = sorted((material / "data/phenopacket-store").glob("**/*.json"))
    assert len(paths) == 247
    total = 0
    for path in paths:
        data = _loaded(path)
        (outcome,) = read_file(path)
        assert isinstance(outcome, Imported)
        case = outcome.document.cases["1"]
        assert msgspec.convert(msgspec.to_builtins(outcome.document), CaseDocument) == outcome.document
        features, diseases = data.get("phenotypicFeatures", []), data.get("diseases", [])
        absent = {each["type"]["id"] for each in features if each.get("excluded")}
        assert {each.what.split(" ")[0] for each in case.findings.absent} == absent
        assert len(case.findings.present) + len(case.findings.absent) == len(features)
        assert len(case.diagnoses.final) + len(case.diagnoses.excluded) == len(diseases)
        assert len(case.tests) == len(data.get("measurements", []))
        dead = data["subject"].get("vitalStatus", {}).get("status") == "DECEASED"
        assert [each.kind for each in case.course] == ["death"] * dead
        total += len(features)
    assert total > 4000


def test_the_medical_actions_of_others_are_treatments(material: Path) -> None:
    found = {}
    for path in sorted((material / "data/phenopackets-medical-actions").glob("*.json")):
        (outcome,) = read_file(path)
        assert isinstance(outcome, Imported)
        case = outcome.document.cases["1"]
        assert len(case.treatments) == len(_loaded(path)["medicalActions"])
        found[path.stem] = case
    assert len(found) == 6
    covid = found["covid19"]
    assert [(each.dose, each.unit, each.times) for each in covid.treatments[2].doses] == [
        (450, "mg", 2),
        (450, "mg", 1),
    ]
    assert [(each.dose, each.unit) for each in covid.treatments[1].doses] == [(2, "L/min"), (50, "L/min")]
    assert [(each.dose, each.unit) for each in covid.treatments[4].doses] == [(None, None)]
    assert [each.cause for each in covid.course] == ["MONDO:0100096 COVID-19"]
    radiation = found["bethlem-myopathy-5-actions"].treatments[2]
    assert (radiation.cumulative_dose, radiation.cumulative_unit, radiation.doses[0].doses_in_all) == (
        5,
        "Gy",
        3,
    )
    assert [each.what for each in found["pxf-00-ataxia-vitamin-e-deficiency"].diagnoses.considered] == [
        "MONDO:0100340 Friedreich ataxia 1"
    ]


def test_what_is_deliberately_wrong_is_refused_or_read_whole(material: Path) -> None:
    """A packet with too few or odd findings is a packet; one without an identifier or a patient is none."""
    found = {
        path.name: read_file(path)[0] for path in (material / "data/phenopackets-invalid").glob("*.json")
    }
    assert len(found) == 4
    problems = {name: each.code for name, each in found.items() if isinstance(each, Problem)}
    assert problems == {
        "missing-fields.json": "missing-key",
        "marfan.annotation-propagation-rule.json": "no-patient",
    }


def test_registry_records_without_a_usable_code_lose_it_by_name(material: Path) -> None:
    paths = sorted((material / "data/erdri").glob("*.json"))
    assert len(paths) == 5
    for path in paths:
        (outcome,) = read_file(path)
        assert isinstance(outcome, Imported)
        odd = [each for each in _loaded(path)["diseases"] if " " in each["term"]["id"]]
        kept = outcome.document.cases["1"].diagnoses.final
        assert len(kept) + len(odd) == len(_loaded(path)["diseases"])
        assert sum(each.path.startswith("/diseases/") for each in outcome.losses) == len(odd)
