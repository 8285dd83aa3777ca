"""Paths name files, folders and archives; the format of a file is told by what it holds, not by its name."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.archives import members
from casegraph.loaders.detect import FORMATS, format_of
from casegraph.loaders.inputs import Input
from casegraph.loaders.json_text import parse_json
from casegraph.loaders.paths import inputs
from casegraph.loaders.yaml_text import parse_yaml
from casegraph.resources import shipped

#: folder of the material and suffix -> how many files, and their format or what is said of them.
MATERIAL: dict[tuple[str, str], tuple[int, str]] = {
    ("beacon-v2", ".json"): (5, "a Beacon v2 (individual|dataset) is not read"),
    ("care-sm/csv-obo", ".csv"): (19, "care-sm"),
    ("care-sm/nquads", ".nq"): (9, "care-sm"),
    ("ejp-rd-cde-v1", ".csv"): (8, "care-sm"),
    ("erdri", ".json"): (5, "phenopacket"),
    ("fhir-dstu2-smart", ".xml"): (1, "fhir"),
    ("fhir-r4-mcode", ".json"): (1, "fhir"),
    ("fhir-r4-synthea", ".json"): (6, "fhir"),
    ("fhir-stu3-synthea", ".json"): (1, "fhir"),
    ("nanopub-testsuite", ".trig"): (57, "a nanopublication is not read"),
    ("neurobagel", ".json"): (1, "a data dictionary of BIDS or Neurobagel is not read"),
    ("neurobagel", ".jsonld"): (1, "Neurobagel JSON-LD is not read"),
    ("neurobagel", ".tsv"): (1, "table"),
    ("phenopacket-store", ".json"): (247, "phenopacket"),
    ("phenopackets-formats", ".json"): (4, "phenopacket"),
    ("phenopackets-formats", ".pb"): (4, "phenopacket"),
    ("phenopackets-formats", ".yaml"): (4, "phenopacket"),
    ("phenopackets-invalid", ".json"): (4, "phenopacket"),
    ("phenopackets-medical-actions", ".json"): (6, "phenopacket"),
}


def told(source: Input) -> str:
    """Return the format of a file, or what is said against it."""
    try:
        return format_of(source)
    except DocumentError as error:
        (problem,) = error.problems
        assert len(problem.todo) >= 9
        return f"{problem.code} {problem.message}"


def of(content: bytes, name: str = "a") -> Input:
    """Return an input with a content."""
    return Input(name, lambda: io.BytesIO(content))


def records(material: Path) -> list[tuple[str, str, Path]]:
    """Return group, suffix and path of each file of records that the material lists and holds."""
    with (material / "data" / "PROVENANCE.tsv").open(encoding="utf-8") as file:
        names = [row["file"] for row in csv.DictReader(file, delimiter="\t")]
    found = []
    for path in (material / "data" / name for name in names):
        group = path.parent.relative_to(material / "data").as_posix()
        if path.exists() and group != ".":
            found.append((group.partition("/")[0] if "store" in group else group, path.suffix, path))
    return found


def test_the_format_of_each_file_of_the_material(material: Path) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for group, suffix, path in records(material):
        counted[group, suffix] += 1
        _, expected = MATERIAL[group, suffix]
        said = told(Input.of(path))
        assert said == expected or re.search(f"unknown-format {expected}", said), (path, said)
    assert counted == {key: count for key, (count, _) in MATERIAL.items()}
    assert counted.total() == 384


def test_the_json_and_yaml_of_the_material_are_read_strictly(material: Path) -> None:
    count = 0
    for _, suffix, path in records(material):
        if suffix in (".json", ".jsonld", ".yaml"):
            parse = parse_yaml if suffix == ".yaml" else parse_json
            assert parse(path.read_bytes(), path.name)
            count += 1
    assert count == 285


def test_yaml_and_json_of_one_phenopacket_are_the_same_data(material: Path) -> None:
    folder = material / "data" / "phenopackets-formats"
    paths = sorted(folder.glob("*.yaml"))
    assert len(paths) == 4
    for path in paths:
        other = path.with_suffix(".json")
        read = parse_yaml(path.read_bytes(), path.name)
        assert as_text(read) == as_text(parse_json(other.read_bytes(), other.name)), path


def as_text(value: object) -> object:
    """Return data with its numbers as text: YAML writes 64-bit numbers without the quotes of JSON."""
    if isinstance(value, dict):
        return {key: as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_text(each) for each in value]
    return str(float(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def test_the_shipped_cases_are_case_documents() -> None:
    paths = shipped("cases", "*.yaml")
    assert len(paths) >= 12
    assert {told(Input.of(path)) for path in paths} == {"case"}


CONTENTS: dict[str, tuple[bytes, str]] = {
    "case in JSON": (b'{"report": {}, "casegraph": 1}', "case"),
    "case in brackets": (b"{casegraph: 1}", "unknown-format|not-json"),
    "case after comments": (b"# one\n\n---\n# two\n\ncasegraph: 1\n", "case"),
    "case after a mark": (b"\xef\xbb\xbfcasegraph: 1\n", "case"),
    "phenopacket with snake case": (b'{"id": "a", "meta_data": {}}', "phenopacket"),
    "phenopacket, features only": (b'{"id": "a", "phenotypicFeatures": []}', "phenopacket"),
    "phenopackets by line": (b'{"id": "a", "subject": {}}\n{"id": "b", "subject": {}}\n', "phenopacket"),
    "cohort": (b'{"id": "a", "members": []}', "phenopacket"),
    "family in YAML": (b"id: x\nproband:\n  id: y\n", "phenopacket"),
    "FHIR by line": (b'{"resourceType":"Patient"}\n{"resourceType":"Condition"}\n', "fhir"),
    "FHIR by line, first bad": (b'{"resourceType":"Patient"\n{"resourceType":"Patient","id":"1"}\n', "fhir"),
    "FHIR, type last": (b'{"entry": [' + b'{"a": 1}, ' * 20_000 + b'1], "resourceType": "Bundle"}', "fhir"),
    "FHIR in a list": (b'[{"resourceType": "Patient"}]', "fhir"),
    "FHIR in XML, after a comment": (
        b"<?xml version='1.0'?>\n<!-- <a> -->\n<f:Patient xmlns:f='http://hl7.org/fhir'/>",
        "fhir",
    ),
    "FHIR in XML, with a document type": (
        b'<!DOCTYPE Bundle [<!ENTITY a "b">]><Bundle xmlns="http://hl7.org/fhir">',
        "fhir",
    ),
    "other XML": (
        b"<?xml version='1.0'?><ClinVarSet ID='1'/>",
        "unknown-format XML of the kind 'ClinVarSet'",
    ),
    "web page": (b"<!DOCTYPE html>\n<html lang='de'><body>", "unknown-format a web page"),
    "care-sm": (b"model,pid,value\nSex,1,x\n", "care-sm"),
    "OMOP": (
        b"person_id,condition_concept_id\n1,2\n",
        "unknown-format a table of the OMOP common data model",
    ),
    "table": (b"name;age\nx;1\ny;2\n", "table"),
    "table with a broken line in a cell": (b'a,b\n"x\ny",1\n', "table"),
    "table in latin 1": (b"name\tage\nM\xfcller\t1\n", "table"),
    "prose": (
        b"It itched, and then, as it were, it stopped.\nShe left.\n",
        "unknown-format .*'It itched, and",
    ),
    "list in YAML": (b"- a\n- b\n", "unknown-format a file that begins with '- a'"),
    "other YAML": (b"name: x\nversion: 1\n", "unknown-format YAML with the keys name, version"),
    "other JSON": (b'{"name": "x"}', "unknown-format JSON with the keys name"),
    "no keys": (b"{}", "unknown-format JSON without keys"),
    "list of numbers": (b"[1, 2]", "unknown-format JSON without keys"),
    "Beacon response": (b'{"meta": {}, "responseSummary": {}}', "unknown-format a Beacon v2 response"),
    "other lines of RDF": (b'# x\n<a:b> <a:c> "x" .\n', "unknown-format RDF"),
    "other Turtle": (b"@prefix a: <a:b> .\n", "unknown-format RDF"),
    "zip": (b"PK\x03\x04....", r"unknown-format an archive \(zip\)"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "unknown-format a PDF file"),
    "binary": (bytes(range(256)), "unknown-format a binary file"),
    "protobuf of another kind": (b"\x7a\x02\x01\x02", "unknown-format a binary file"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not-utf-8 the byte 0xff"),
    "empty": (b"", "empty "),
    "blank": (b"\xef\xbb\xbf \n", "empty "),
    "JSON cut off": (b'{"subject": {"id": "a"', "not-json the text ends"),
    "JSON too deep": (b'{"a":' * 100_000, "too-deep "),
    "key twice": (b'{"subject": 1, "subject": 2}', "phenopacket"),
}


@pytest.mark.parametrize("suffix", ["json", "csv", "xml", "pb", "txt"])
@pytest.mark.parametrize("name", CONTENTS)
def test_the_content_tells_the_format_whatever_the_name(name: str, suffix: str) -> None:
    content, expected = CONTENTS[name]
    if suffix == "csv" and name in ("prose", "list in YAML"):
        expected = "table"  # a table may have one column, and then the name must help
    said = told(of(content, f"a.{suffix}"))
    assert re.match(expected, said), said
    assert said in FORMATS or " " in said


def test_brackets_of_yaml_are_yaml_where_the_name_says_so() -> None:
    assert told(of(b"{casegraph: 1}", "a.yaml")) == "case"
    assert told(of(b"{id: a, proband: {}}", "a.yml")) == "phenopacket"


@pytest.mark.parametrize("content", [b"- a\n", b"name: x\n", b"It itched.", b"a: '\x00'", bytes(range(256))])
def test_the_reader_of_cases_tells_what_is_wrong_with_a_file_called_yaml(content: bytes) -> None:
    assert told(of(content, "a.yaml")) == "case"
    assert told(of(content, "a.json")).startswith("unknown-format")


@pytest.mark.slow
def test_a_beginning_that_looks_for_long_is_told_soon() -> None:
    for begun in (b"# c\n" + b"\n" * 60_000, b"<!--" * 16_000, b"<![" * 20_000, b"@prefix " * 8_000):
        assert "unknown-format" in told(of(begun + b"?"))


# --- paths


def names(*paths: Path, ignored: Counter[str] | None = None) -> list[str]:
    """Return the names of what paths give; of a problem, its code and file."""
    found = inputs(paths, ignored)
    return [each.name if isinstance(each, Input) else f"{each.code} {each.file}" for each in found]


def test_a_folder_gives_its_files_sorted_and_counts_the_others(tmp_path: Path) -> None:
    for name in ("b/2.JSON", "b/1.yaml", "a.csv", "README.md", "b/LICENSE", "c/x.txt", "._a.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"{}")
    ignored: Counter[str] = Counter()
    expected = [str(tmp_path / name) for name in ("a.csv", "b/1.yaml", "b/2.JSON")]
    assert names(tmp_path, ignored=ignored) == expected
    assert ignored == {".md": 1, "": 1, ".txt": 1, ".csv": 1}
    assert names(tmp_path / "b", tmp_path, tmp_path / "a.csv") == [*expected[1:], expected[0]], "twice"
    assert names(tmp_path / "README.md") == [str(tmp_path / "README.md")], "what is named is taken"


def test_links_that_lead_round_do_not_hang(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.json").write_bytes(b"{}")
    (folder / "round").symlink_to(tmp_path, target_is_directory=True)
    (folder / "self.json").symlink_to(folder / "self.json")
    (folder / "nowhere.json").symlink_to(folder / "none")
    os.mkfifo(folder / "pipe.json")
    assert names(folder) == [
        str(folder / "a.json"),
        f"unreadable {folder / 'nowhere.json'}",
        f"not-a-file {folder / 'pipe.json'}",
        f"unreadable {folder / 'self.json'}",
    ]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda _: None, r"no such file or folder; check the path"),
        (
            lambda path: path.mkdir(),
            r"no case document in this folder; expected a file that ends in \.yaml, ",
        ),
        (os.mkfifo, r"not a regular file; expected a file or a folder"),
        (lambda path: path.symlink_to(path), r"cannot be read: Too many levels of symbolic links; check "),
        (lambda path: path.symlink_to("/dev/zero"), r"not a regular file"),
    ],
)
def test_a_path_that_cannot_be_used_is_an_error_of_the_call(
    made: object, expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    assert callable(made)
    made(path)
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}: {expected}"):
        list(inputs([path]))


# --- archives


@pytest.mark.parametrize("name", ["a.tar.gz", "a.json"])
def test_an_archive_is_told_by_its_content_and_keeps_its_order(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with tarfile.open(path, "w:gz") as archive:
        for member in ("z/2.json", "a/1.yaml", "README.md", "__MACOSX/._a.json", "m.csv"):
            content = member.encode()
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    ignored: Counter[str] = Counter()
    found = [each for each in inputs([path], ignored) if isinstance(each, Input)]
    assert [each.name for each in found] == [f"{path}!{name}" for name in ("z/2.json", "a/1.yaml", "m.csv")]
    assert ignored == {".md": 1, ".json": 1}
    for each in found:
        assert each.content() == each.content() == each.name.partition("!")[2].encode()


def test_a_zip_file_and_a_single_compressed_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b.json", b"{}")
    (tmp_path / "c.ndjson.gz").write_bytes(gzip.compress(b"{}\n") + gzip.compress(b"[]\n"))
    found = [each for each in inputs([tmp_path]) if isinstance(each, Input)]
    assert [each.name for each in found] == [f"{tmp_path}/a.zip!b.json", f"{tmp_path}/c.ndjson.gz!c.ndjson"]
    assert found[1].content() == b"{}\n[]\n"


def test_a_sheet_of_excel_is_refused_as_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    (problem,) = inputs([tmp_path / "a.xlsx"])
    assert isinstance(problem, Problem)
    assert str(problem).endswith(
        "unknown-format an Office file (Excel, Word) is not read; save the sheet as CSV"
    )


def test_an_input_is_shown_without_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"a name"))
    (each,) = inputs([tmp_path])
    assert repr(each) == f"Input(name='{tmp_path}/a.json.gz!a.json')"


@pytest.mark.slow
def test_the_archive_of_the_material_is_read_once_from_front_to_back(material: Path) -> None:
    path = material / "data" / "phenopacket-store-10333.tar.xz"
    ignored: Counter[str] = Counter()
    kept = {file.relative_to(material / "data").as_posix(): file for file in store(material)}
    count, seen, previous = 0, 0, ""
    for each in members(Input.of(path), ignored):
        assert isinstance(each, Input), each
        name = each.name.partition("!")[2]
        assert name > previous
        previous, count = name, count + 1
        if name in kept:
            seen += 1
            assert each.content() == kept[name].read_bytes()
            assert format_of(each) == "phenopacket"
    assert (count, seen, ignored) == (10_333, 247, {})


def store(material: Path) -> list[Path]:
    """Return the phenopackets that lie outside the archive too."""
    return [path for group, _, path in records(material) if group == "phenopacket-store"]
