"""A FHIR bulk export has a file for each type of resource: its patients are read from all of them."""

from __future__ import annotations

import json
import tarfile
import weakref
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from casegraph.errors import Problem
from casegraph.ingest import LoadedRecord, RejectedRecord, load_paths
from casegraph.loaders.fhir import bundle as bundles
from casegraph.loaders.fhir import read_fhir
from casegraph.loaders.formats import Reading, arrivals
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, Outcome
from casegraph.model import Case
from casegraph.store import open_store

SNOMED = "http://snomed.info/sct"


def resource(kind: str, own: str, patient: str | None = None, code: str = "", **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"resourceType": kind, "id": own}
    if patient:
        told["subject"] = {"reference": patient}
    if code:
        told["code"] = {"coding": [{"system": SNOMED, "code": code, "display": f"Thing {code}"}]}
    return told | more


def lines(*resources: Mapping[str, Any] | str) -> str:
    return "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in resources)


def measured(own: str, patient: str | None, code: str, value: float, **more: Any) -> dict[str, Any]:
    return resource("Observation", own, patient, code, status="final", valueQuantity={"value": value}, **more)


CONFIRMED: dict[str, Any] = {
    "verificationStatus": {"coding": [{"system": "http://x.org/v", "code": "confirmed"}]}
}
#: An element that R4 alone has, and one that STU3 does not have: the export is of R4.
OF_R4 = resource(
    "Encounter",
    "e1",
    "Patient/a",
    status="finished",
    serviceType={"text": "rheumatology"},
    period={"start": "2020-03-04", "end": "2020-03-04"},
    hospitalization={"dischargeDisposition": {"text": "home"}},
) | {"class": {"code": "AMB"}}
EXPORT = {
    "Condition.ndjson": lines(
        resource("Condition", "c1", "Patient/a", "11", **CONFIRMED),
        resource("Condition", "c2", "Patient/b", "22", note=[{"text": "words"}], **CONFIRMED),
        '{"resourceType": "Condition", "id": ',
        resource("Condition", "c3", "Patient/nobody", "33", **CONFIRMED),
    ),
    "Encounter.ndjson": lines(OF_R4),
    "Observation.ndjson": lines(
        measured("o1", "Patient/b", "55", 5),
        measured("o2", "Patient/a", "44", 4, encounter={"reference": "Encounter/e1"}),
        measured("o3", "Group/g1", "66", 6),
        measured("o4", None, "77", 7),
    ),
    "Patient.ndjson": lines(
        resource("Patient", "a", gender="female"), resource("Patient", "b", gender="male")
    ),
}


def written(folder: Path, texts: Mapping[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(path: Path, **options: Any) -> list[tuple[str, Outcome]]:
    reading = Reading(Options("demo", **options))
    return [*reading.read(arrivals(path)), *reading.rest()]


def cases_of(outcomes: Iterable[tuple[str, Outcome]]) -> dict[str, Case]:
    return {
        each.document.report.record.id: each.document.cases["1"]
        for _, each in outcomes
        if isinstance(each, Imported) and each.document.report.record
    }


def problems_of(outcomes: Iterable[tuple[str, Outcome]]) -> list[Problem]:
    return [each for _, each in outcomes if isinstance(each, Problem)]


def told_in(case: Case) -> tuple[list[str], list[str]]:
    return (
        [each.what.split()[0] for each in case.diagnoses.final],
        [each.what.split()[0] for each in case.tests],
    )


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return written(tmp_path / "export", EXPORT)


def test_each_patient_is_one_case_from_all_files(export: Path) -> None:
    outcomes = read(export)
    cases = cases_of(outcomes)
    assert {each: told_in(case) for each, case in cases.items()} == {
        "a": (["SNOMEDCT:11"], ["SNOMEDCT:44"]),
        "b": (["SNOMEDCT:22"], ["SNOMEDCT:55"]),
    }
    assert [case.sex for case in cases.values()] == ["female", "male"]
    names = [name for name, each in outcomes if isinstance(each, Imported)]
    assert names == [str(export / "Patient.ndjson")] * 2


def test_a_reference_means_a_resource_of_another_file(export: Path) -> None:
    case = cases_of(read(export))["a"]
    (test,) = case.tests
    assert case.occasions[test.at or ""].printed == "2020-03-04"


def test_a_bad_line_and_an_orphan_are_told_with_file_and_line(export: Path) -> None:
    broken, orphan = problems_of(read(export))
    path = str(export / "Condition.ndjson")
    assert (broken.file, broken.line, broken.code) == (path, 3, "not-json")
    assert (orphan.file, orphan.line, orphan.code) == (path, 4, "no-patient")
    assert "Patient/nobody" in orphan.message


def test_what_no_patient_is_named_for_is_nobodys(export: Path) -> None:
    (first, second) = (each for _, each in read(export) if isinstance(each, Imported))
    left = {each.path: each.reason for each in second.losses}
    assert left["Observation.ndjson:3"] == left["Observation.ndjson:4"] == "not-a-case"
    assert not any(each.path.startswith("Observation.ndjson:3") for each in first.losses)
    assert ("Condition.ndjson:2/note", "no-code") in {(each.path, each.reason) for each in second.losses}


def test_a_wrong_resource_is_told_with_file_and_line(export: Path) -> None:
    wrong = resource("Condition", "c9", "Patient/b", "99", onsetDateTime=["2020"], **CONFIRMED)
    written(export, {"Condition.more.ndjson": lines(resource("Condition", "c8", "Patient/a", "88"), wrong)})
    outcomes = read(export)
    assert list(cases_of(outcomes)) == ["a"]
    found = next(each for each in problems_of(outcomes) if each.code == "wrong-value")
    assert (found.file, found.line) == (str(export / "Condition.more.ndjson"), 2)


def test_the_version_is_that_of_all_files_together(export: Path) -> None:
    assert len(cases_of(read(export))) == 2
    (export / "Encounter.ndjson").unlink()
    (refusal,) = (each for each in problems_of(read(export)) if each.code != "not-json")
    assert refusal.code == "wrong-version"
    assert len(cases_of(read(export, fhir_version="R4"))) == 2


def test_files_of_one_name_in_two_folders_stay_two(export: Path) -> None:
    part = lines(resource("Condition", "d", "Patient/a", "12", **CONFIRMED))
    written(export / "part", {"Condition.ndjson": part})
    cases = cases_of(read(export))
    assert told_in(cases["a"])[0] == ["SNOMEDCT:11", "SNOMEDCT:12"]
    assert len({each.id for each in cases["a"].diagnoses.final}) == 2


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_the_members_of_an_archive_belong_together(kind: str, export: Path, tmp_path: Path) -> None:
    path = tmp_path / f"export.{kind}"
    if kind == "tar":
        with tarfile.open(path, "w") as tar:
            tar.add(export, "x")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for each in sorted(export.iterdir()):
                archive.write(each, f"x/{each.name}")
    outcomes = read(path)
    assert {each: told_in(case)[0] for each, case in cases_of(outcomes).items()} == {
        "a": ["SNOMEDCT:11"],
        "b": ["SNOMEDCT:22"],
    }
    assert {each.file for each in problems_of(outcomes)} == {f"{path}!x/Condition.ndjson"}


def bundle(own: str, code: str) -> dict[str, Any]:
    entries = (
        resource("Patient", own, gender="female"),
        OF_R4 | {"subject": {"reference": f"Patient/{own}"}},
        resource("Condition", "c", f"Patient/{own}", code, **CONFIRMED),
    )
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": e} for e in entries],
    }


def test_a_line_may_be_a_bundle_of_its_own(tmp_path: Path) -> None:
    nobody = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": OF_R4}]}
    path = tmp_path / "cases.ndjson"
    path.write_text(lines(bundle("p", "1"), nobody, bundle("q", "2"), bundle("r", "3")), encoding="utf-8")
    outcomes = read(path)
    assert {each: told_in(case)[0] for each, case in cases_of(outcomes).items()} == {
        "p": ["SNOMEDCT:1"],
        "q": ["SNOMEDCT:2"],
        "r": ["SNOMEDCT:3"],
    }
    (problem,) = problems_of(outcomes)
    assert (problem.file, problem.line, problem.code) == (str(path), 2, "no-patient")
    assert [each for _, each in outcomes] == list(read_fhir(Input.of(path), Options("demo")))


def test_bundles_are_read_one_after_the_other_and_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(
        tmp_path / "bundles", {f"{i}.json": json.dumps(bundle(f"p{i}", str(i))) for i in range(5)}
    )
    written(folder, EXPORT)

    class Watched(bundles.Content):
        __slots__ = ("__weakref__",)

    alive: list[weakref.ref[Watched]] = []
    opened: list[str] = []
    original = bundles._bundle

    def watched(value: dict[str, Any], name: str, line: int) -> bundles.Content:
        made = original(value, name, line)
        held = Watched(made.name, made.line)
        for entry in made.entries:
            held.add(entry)
        assert not [each for each in alive if each() is not None]
        alive.append(weakref.ref(held))
        opened.append(Path(name).name)
        return held

    monkeypatch.setattr(bundles, "_bundle", watched)
    reading = Reading(Options("demo"))
    found = reading.read(arrivals(folder))
    first = next(found)
    assert opened == ["0.json"]
    assert list(cases_of([first, *found])) == [f"p{i}" for i in range(5)]
    assert list(cases_of(reading.rest())) == ["a", "b"]


def test_there_is_a_limit_for_what_is_read_together_and_bundles_pass_it(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = max(len(text) for text in EXPORT.values()) + 1
    written(export, {"z.json": json.dumps(bundle("z", "1"))})
    monkeypatch.setattr(bundles, "MOST_BYTES", most)
    outcomes = read(export)
    assert list(cases_of(outcomes)) == ["z"]
    refusal = problems_of(outcomes)[-1]
    assert (refusal.file, refusal.code) == (str(export / "Condition.ndjson"), "too-large")
    assert f"{most:,}" in refusal.message


def test_without_a_patient_anywhere_the_folder_is_asked_for(export: Path) -> None:
    (export / "Patient.ndjson").unlink()
    refusal = problems_of(read(export))[-1]
    assert refusal.code == "no-patient"
    assert "folder" in refusal.todo


def test_other_files_between_them_part_nothing(export: Path, tmp_path: Path) -> None:
    written(export, {"Group.json": '{"a": 1}', "Log.csv": "model,pid\n"})
    with open_store(":memory:", writable=True) as store:
        arrived = list(load_paths(store, [export]))
    loaded = [each for each in arrived if isinstance(each, LoadedRecord)]
    assert [each.iri.rpartition("/case/")[2] for each in loaded] == ["export/a", "export/b"]
    rejected = [problem.code for each in _rejected(arrived) for problem in each.problems]
    assert rejected.count("unknown-format") == 1
    assert {"not-json", "no-patient"} <= set(rejected)


def _rejected(arrived: Iterable[object]) -> Iterator[RejectedRecord]:
    return (each for each in arrived if isinstance(each, RejectedRecord))


@pytest.mark.slow
def test_the_bundles_of_a_shared_folder_stay_apart(material: Path) -> None:
    outcomes = read(material / "data" / "fhir-r4-synthea")
    assert len(cases_of(outcomes)) == 5
    (hospitals,) = problems_of(outcomes)
    assert (Path(hospitals.file).name[:8], hospitals.code) == ("hospital", "no-patient")
    assert len({name for name, _ in outcomes}) == 6
