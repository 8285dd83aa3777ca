"""Tables through a mapping: each cell becomes a claim or is lost by name; two meanings are refused."""

from __future__ import annotations

import csv
import io
import textwrap
from collections import Counter
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from casegraph.cli import commands
from casegraph.errors import DocumentError, InputError, Problem
from casegraph.ingest import LoadedRecord, load_records, validate_document
from casegraph.loaders.inputs import MOST_TEXT, Input
from casegraph.loaders.records import Imported, Options, Outcome
from casegraph.loaders.table import mapping as table_mapping
from casegraph.loaders.table import read_table
from casegraph.loaders.table.mapping_file import read_mapping
from casegraph.model import Case, iterate_claims
from casegraph.namespaces import expand
from casegraph.store import open_store
from casegraph.terms import Terms, all_terms
from casegraph.timeline import solve_subject
from casegraph.triples import subject_iri

TABLES = Path(__file__).parent / "tables"
CLINIC = TABLES / "clinic.yaml"
FEVER = '  - {column: fever, what: "HP:0001945 Fever", present: [yes], absent: [no]}\n'
CK = 'tests:\n  - {column: ck, what: "cg:CreatineKinaseLevel creatine kinase level", unit: "U/L"}\n'


def outcomes(table: Path | bytes, mapping: Path | str, folder: Path, *, keep: bool = False) -> list[Outcome]:
    if isinstance(mapping, str):
        written = folder / "mapping.yaml"
        written.write_text(mapping, encoding="utf-8")
        mapping = written
    data = table if isinstance(table, bytes) else table.read_bytes()
    source = Input("t.csv", lambda: io.BytesIO(data))
    return list(read_table(source, Options("clinic", mapping=mapping, keep_identifiers=keep)))


def mapped(table: str, mapping: str, folder: Path, *, keep: bool = False) -> list[Outcome]:
    return outcomes(table.encode(), f"casegraph-table: 1\nid: id\n{mapping}", folder, keep=keep)


def case(outcome: Outcome) -> Case:
    assert isinstance(outcome, Imported), outcome
    return outcome.document.cases["1"]


def record(outcome: Outcome) -> str:
    assert isinstance(outcome, Imported), outcome
    assert outcome.document.report.record is not None
    return outcome.document.report.record.id


def problem(outcome: Outcome) -> Problem:
    assert isinstance(outcome, Problem), outcome
    return outcome


def refused(table: bytes, mapping: str, folder: Path) -> Problem:
    with pytest.raises(DocumentError) as caught:
        outcomes(table, f"casegraph-table: 1\nid: id\n{mapping}", folder)
    return caught.value.problems[0]


def test_each_cell_of_a_clinic_table_is_carried_or_lost(tmp_path: Path) -> None:
    rows = {row["patient"]: row for row in csv.DictReader((TABLES / "clinic.csv").open(encoding="utf-8"))}
    found = outcomes(TABLES / "clinic.csv", CLINIC, tmp_path)
    assert len(found) == len(rows) == 4
    cases = {record(each): case(each) for each in found[:3]}
    first, row = cases["P1"], rows["P1"]
    assert (first.sex, first.age and first.age.years) == ("female", int(row["age"]))
    assert [each.what for each in first.findings.present] == [
        "HP:0040324 Heliotrope rash",
        "HP:0025508 Gottron's papules",
        "HP:0000988 Skin rash",
    ]
    assert [each.what for each in first.findings.absent] == ["HP:0001945 Fever"]
    assert [each.what for each in first.diagnoses.final] == ["MONDO:0016367 dermatomyositis"]
    assert [(each.value, each.unit, each.result) for each in first.tests] == [
        (int(row["CK"]), "U/L", None),
        (None, None, "positive"),
    ]
    (drug,) = first.treatments
    assert (drug.what, drug.doses[0].dose, drug.doses[0].unit) == ("CHEBI:44185 methotrexate", 15, "mg")
    assert first.occasions[drug.at or ""].printed == row["started"]
    assert [(each.to, each.direction) for each in first.responses] == [((drug.id,), "improved")]
    assert cases["P2"].responses[0].direction == "unchanged"
    assert [each.value for each in cases["P2"].tests][:2] == [140, float(rows["P2"]["ferritin"])]
    assert cases["P3"].age is None
    assert cases["P3"].treatments == ()


def test_what_is_lost_is_named_and_no_name_of_a_patient_is(tmp_path: Path) -> None:
    found = outcomes(TABLES / "clinic.csv", CLINIC, tmp_path)
    losses = [each for outcome in found if isinstance(outcome, Imported) for each in outcome.losses]
    assert [(each.record, each.path, each.value, each.reason) for each in losses] == [
        ("clinic", "remarks", "2 cells", "no-place"),
        ("P1", "name", "", "identifier"),
        ("P2", "name", "", "identifier"),
        ("P3", "row 4, fever", "?", "unmapped-code"),
        ("P3", "row 4, signs", "arthritis?", "unmapped-code"),
        ("P3", "name", "", "identifier"),
    ]
    assert "Example" not in repr(found)


def test_a_number_with_two_meanings_refuses_its_record_alone(tmp_path: Path) -> None:
    *others, last = outcomes(TABLES / "clinic.csv", CLINIC, tmp_path)
    assert len(others) == 3
    assert all(isinstance(each, Imported) for each in others)
    assert (problem(last).line, problem(last).code) == (5, "thousands-separator")
    assert "'CK'" in problem(last).message


def test_rows_of_one_record_may_stand_anywhere(tmp_path: Path) -> None:
    found = outcomes(TABLES / "visits.tsv", TABLES / "visits.yaml", tmp_path)
    assert [record(each) for each in found] == ["A", "B"]
    first, second = map(case, found)
    assert [(each.value, first.occasions[each.at or ""].printed) for each in first.tests] == [
        (2300, "2021-05-03"),
        (310.5, "2021-08-02"),
    ]
    assert [each.value for each in second.tests] == [90, 85]
    (drug,) = first.treatments
    assert [(dose.dose, solve_subject(first).between("baseline", dose.at or "")) for dose in drug.doses] == [
        (10, (0, 0)),
        (15, (91, 91)),
    ]
    (pred,) = second.treatments
    assert solve_subject(second).between("baseline", pred.doses[0].at or "") == (-7, -7)


def test_a_value_whose_unit_is_unknown_is_lost_with_its_unit(tmp_path: Path) -> None:
    (first, _) = outcomes(TABLES / "visits.tsv", TABLES / "visits.yaml", tmp_path)
    assert isinstance(first, Imported)
    lost = {(each.path, each.value, each.reason) for each in first.losses}
    assert ("row 5, unit", "xU", "unmapped-code") in lost
    assert ("row 5, value", "300", "required-missing") in lost
    assert ("row 4, age", "34,4", "no-place") in lost


def test_an_age_with_decimals_spans_what_was_cut_or_rounded(tmp_path: Path) -> None:
    (first, _) = outcomes(TABLES / "visits.tsv", TABLES / "visits.yaml", tmp_path)
    read = case(first)
    assert read.age is not None
    assert read.age.years == 34
    least, most = read.occasions[read.age.at or ""].start or (None, None)
    assert least is not None
    assert most is not None
    assert 34.05 * 365.25 - 1 < least <= 34.05 * 365.25
    assert 34.2 * 365.25 - 1 <= most < 34.2 * 365.25


def test_a_second_row_is_refused_where_there_is_one_a_patient(tmp_path: Path) -> None:
    table = "id,fever\n1,yes\n2,no\n1,no\n"
    found = mapped(table, f"rows: one\nfindings:\n{FEVER}", tmp_path)
    assert [type(each) for each in found] == [Imported, Problem]
    assert (problem(found[1]).code, problem(found[1]).line) == ("same-case", 4)


@pytest.mark.parametrize(
    ("cell", "decimal", "code"),
    [
        ('"1,234"', ".", "thousands-separator"),
        ('"3,5"', ".", "decimal-comma"),
        ("1.234", ",", "thousands-separator"),
        ("NaN", ".", "wrong-value"),
        ("-inf", ".", "wrong-value"),
        ("1.2.3", ".", "wrong-value"),
        ("1'234", ".", "thousands-separator"),
    ],
)
def test_no_number_is_guessed(cell: str, decimal: str, code: str, tmp_path: Path) -> None:
    found = mapped(f"id,ck\n1,{cell}\n2,7\n", f"delimiter: ','\ndecimal: '{decimal}'\n{CK}", tmp_path)
    assert problem(found[0]).code == code
    assert problem(found[0]).line == 2
    assert problem(found[0]).todo
    assert [each.value for each in case(found[1]).tests] == [7]


def test_a_number_that_is_none_is_refused_where_nothing_is_made_of_it_either(tmp_path: Path) -> None:
    drug = (
        'treatments:\n  - {column: drug, what: "CHEBI:71200 tofacitinib", '
        "present: [yes], dose: {column: mg, unit: mg}}\n"
    )
    table = "id,drug,mg,age\n1,no,NaN,\n2,no,5,\n3,no,,inf\n4,yes,5,40\n4,yes,5,nan\n"
    found = mapped(table, f"age: {{column: age, unit: years}}\n{drug}", tmp_path)
    assert [(each.line, each.code) for each in found if isinstance(each, Problem)] == [
        (2, "wrong-value"),
        (4, "wrong-value"),
        (6, "wrong-value"),
    ]
    assert [record(each) for each in found if isinstance(each, Imported)] == ["2"]


@pytest.mark.parametrize(
    ("cell", "reason"), [("<10", "no-place"), ("5-7", "no-place"), ("haemolysed", "unmapped-code")]
)
def test_a_text_in_place_of_a_number_is_lost(cell: str, reason: str, tmp_path: Path) -> None:
    (found,) = mapped(f"id,ck\n1,{cell}\n", CK, tmp_path)
    assert isinstance(found, Imported)
    assert [(each.path, each.value, each.reason) for each in found.losses] == [("row 2, ck", cell, reason)]
    assert case(found).tests == ()


def test_a_decimal_comma_is_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    (found,) = mapped("id;ck\n1;3,5\n", f"decimal: ','\n{CK}", tmp_path)
    assert [each.value for each in case(found).tests] == [3.5]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter: str, tmp_path: Path) -> None:
    table = (
        delimiter.join(("id", "ck", "remark")) + "\r\n" + delimiter.join(("1", "90", '"a, b; c"')) + "\r\n"
    )
    (found,) = outcomes(b"\xef\xbb\xbf" + table.encode(), f"casegraph-table: 1\nid: id\n{CK}", tmp_path)
    assert [each.value for each in case(found).tests] == [90]


def test_a_line_break_in_quotes_is_part_of_a_cell(tmp_path: Path) -> None:
    table = 'id,remark,fever\n1,"two\nlines",yes\n2,x,?\n3,y\n'
    found = mapped(table, f"findings:\n{FEVER}", tmp_path)
    assert len(case(found[0]).findings.present) == 1
    assert isinstance(found[1], Imported)
    assert [each.path for each in found[1].losses] == ["row 3, fever"]
    assert (problem(found[2]).code, problem(found[2]).line) == ("ragged-row", 5)


def test_a_cell_that_is_too_long_refuses_its_record_alone(tmp_path: Path) -> None:
    long = "x" * (MOST_TEXT + 1)
    table = f"id,fever,more\n1,yes,{long[2:]}\n2,yes,{long}\n3,no,\n"
    first, second, third = mapped(table, f"findings:\n{FEVER}", tmp_path)
    assert (record(first), record(third)) == ("1", "3")
    assert (problem(second).line, problem(second).code) == (3, "too-large")
    assert problem(second).message == "column 'more': a text of more than 5,000,000 characters"


def test_a_ragged_row_refuses_its_record_whole(tmp_path: Path) -> None:
    found = mapped("id,fever\n1,yes\n2,no\n1,yes,x\n", f"findings:\n{FEVER}", tmp_path)
    assert [type(each) for each in found] == [Imported, Problem]
    assert record(found[0]) == "2"


def test_a_row_without_identifier_is_refused_alone(tmp_path: Path) -> None:
    found = mapped("id,fever\n,yes\n2,no\n", f"findings:\n{FEVER}", tmp_path)
    assert (problem(found[0]).code, problem(found[0]).line) == ("no-patient", 2)
    assert record(found[1]) == "2"


@pytest.mark.parametrize(
    ("table", "code", "line"),
    [
        (b"id,fever\n1,yes\n2,\xe4\n", "not-utf-8", 3),
        (b"id,fever,fever\n1,yes,no\n", "duplicate-key", 1),
        (b"id\n1\n", "not-a-table", 1),
        (b'id,fever\n1,"yes\n', "not-a-table", 2),
        (b"", "not-a-table", 1),
        (b"id,fever\n", "empty", 1),
        ("id,fever\n1,yes\n".encode("utf-16"), "not-utf-8", 1),
    ],
)
def test_what_is_no_table_is_refused(table: bytes, code: str, line: int, tmp_path: Path) -> None:
    found = refused(table, f"findings:\n{FEVER}", tmp_path)
    assert (found.code, found.line) == (code, line), found


def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    found = refused(b"id,Fevers\n1,yes\n", f"findings:\n{FEVER}", tmp_path)
    assert found.file.endswith("mapping.yaml")
    assert (found.code, found.line) == ("missing-key", 4)
    assert "t.csv" in found.message
    assert "'fever'" in found.message
    assert "'Fevers'" in found.todo


@pytest.mark.parametrize(
    ("mapping", "code", "said"),
    [
        ('findings: [{column: f, what: "HP:0001945 Fevver", present: [yes]}]', "label-mismatch", "Fever"),
        ('findings: [{column: f, codes: {a: "HP:9999999 Fever"}}]', "unknown-term", "HP:0001945 Fever"),
        ('findings: [{column: f, codes: {a: "cg:RoughSkins rough skin"}}]', "unknown-term", "cg:RoughSkin"),
        ('findings: [{column: f, codes: {a: "XY:1 Fever"}}]', "unknown-prefix", "HP"),
        ('findings: [{column: f, what: "HP:0001945 Fever"}]', "wrong-value", "present"),
        (
            'findings: [{column: f, what: "HP:0001945 Fever", present: [yes], at: v}]',
            "unknown-occasion",
            "times",
        ),
        ("findings: [{column: f, codez: {}}]", "unknown-key", "codes"),
        ("times: {a: {column: x, unit: days, from: a}}", "circle", "another"),
        ("times: {birth: {column: x}}", "name-clash", "another"),
        ("times: {a: {column: x, unit: days}}", "wrong-value", "both"),
        ("sex: {column: s, values: {f: woman}}", "wrong-value", "female"),
        ("missing: [1.50]", "wrong-value", ""),
        ("tests: [{column: t}]", "wrong-value", "add"),
    ],
)
def test_a_faulty_mapping_is_refused_with_its_line(
    mapping: str, code: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(f"casegraph-table: 1\nid: id\n{mapping}\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_mapping(path)
    found = caught.value.problems
    assert {each.code for each in found} == {code}, found
    assert found[0].line == 3
    assert said in found[0].todo


def test_a_term_of_a_vocabulary_that_is_not_at_hand_cannot_be_checked(tmp_path: Path) -> None:
    (found,) = mapped("id,dx\n1,x\n", 'diagnoses: [{column: dx, codes: {x: "ICD10CM:M33 DM"}}]', tmp_path)
    assert [each.what for each in case(found).diagnoses.final] == ["ICD10CM:M33 DM"]


@pytest.mark.parametrize(
    ("order", "cell", "expected"),
    [
        ("dmy", "3.5.2020", "2020-05-03"),
        ("mdy", "03/05/2020", "2020-03-05"),
        ("ymd", "2020-05", "2020-05"),
        ("dmy", "2020-05-03", "2020-05-03"),
        ("ymd", "03/05/2020", "day-or-month-first"),
        ("dmy", "31.2.2020", "wrong-value"),
        ("dmy", "3.5.20", "day-or-month-first"),
    ],
)
def test_a_date_has_one_meaning(order: str, cell: str, expected: str, tmp_path: Path) -> None:
    mapping = f"times: {{v: {{column: d, order: {order}}}}}\nfindings:\n{FEVER.replace('}', ', at: v}')}"
    (found,) = mapped(f"id,d,fever\n1,{cell},yes\n", mapping, tmp_path)
    if isinstance(found, Problem):
        assert found.code == expected
    else:
        read = case(found)
        assert read.occasions[read.findings.present[0].at or ""].printed == expected


@pytest.mark.parametrize("age", ["-99", "999", "NaN"])
def test_a_stand_in_for_an_unknown_age_is_refused(age: str, tmp_path: Path) -> None:
    (found,) = mapped(f"id,age\n1,{age}\n", "age: {column: age}", tmp_path)
    assert problem(found).code == "wrong-value"
    assert "missing" in problem(found).todo


def test_a_missing_cell_says_nothing(tmp_path: Path) -> None:
    mapping = f"missing: [-99, n/a]\nage: {{column: age}}\nfindings:\n{FEVER}"
    (found,) = mapped("id,age,fever\n1,-99,n/a\n", mapping, tmp_path)
    assert isinstance(found, Imported)
    assert (case(found).age, case(found).findings.present, case(found).findings.absent) == (None, (), ())
    assert found.losses == ()


def test_the_birth_date_gives_an_age_and_stays_out(tmp_path: Path) -> None:
    mapping = (
        f"birth: {{column: born}}\ntimes: {{v: {{column: d}}}}\nfindings:\n{FEVER.replace('}', ', at: v}')}"
    )
    table = "id,born,d,fever\n1,1960-04-13,2020-05-01,yes\n"
    (found,) = mapped(table, mapping, tmp_path)
    assert "1960" not in repr(found)
    assert isinstance(found, Imported)
    assert [(each.path, each.value, each.reason) for each in found.losses] == [
        ("row 2, born", "", "identifier")
    ]
    start = case(found).occasions["first-date"].start
    assert start is not None
    assert start[0] is not None
    assert start[0] // 365.25 == 60 - (start[0] % 365.25 > 364)
    (kept,) = mapped(table, mapping, tmp_path, keep=True)
    assert case(kept).occasions["birth"].printed == "1960-04-13"


def test_two_sexes_of_one_patient_are_refused(tmp_path: Path) -> None:
    (found,) = mapped("id,sex\n1,female\n1,male\n", "sex: {column: sex}", tmp_path)
    assert problem(found).code == "wrong-value"
    assert "row 2 and row 3" in problem(found).message


def test_a_dose_without_its_drug_and_a_severity_of_what_is_absent_are_lost(tmp_path: Path) -> None:
    mapping = (
        "treatments:\n  - {column: drug, codes: {mtx: 'CHEBI:44185 methotrexate'}, "
        "dose: {column: dose, unit: mg}}\n"
        f"findings:\n{FEVER.replace('}', ', severity: {column: sev, values: {m: mild}}}')}"
    )
    (found,) = mapped("id,drug,dose,fever,sev\n1,,15,no,m\n", mapping, tmp_path)
    assert isinstance(found, Imported)
    lost = {(each.path, each.value, each.reason) for each in found.losses}
    assert lost == {("row 2, dose", "15", "no-place"), ("row 2, sev", "m", "no-place")}


def test_a_cell_can_be_a_term_itself(tmp_path: Path) -> None:
    (found,) = mapped("id,hpo\n1,HP:0001945|rash\n", "findings: [{column: hpo, split: '|'}]", tmp_path)
    assert isinstance(found, Imported)
    assert [each.what for each in case(found).findings.present] == ["HP:0001945 Fever"]
    assert [(each.value, each.reason) for each in found.losses] == [("rash", "no-code")]


def test_a_table_needs_a_mapping() -> None:
    with pytest.raises(InputError, match="needs a mapping"):
        list(read_table(Input("t.csv", lambda: io.BytesIO(b"id,a\n")), Options("x")))


def test_only_unfinished_records_are_held(tmp_path: Path) -> None:
    opened: list[io.BytesIO] = []

    def source() -> io.BytesIO:
        opened.append(io.BytesIO(b"id,fever\n" + b"".join(b"%d,yes\n" % each for each in range(20_000))))
        return opened[-1]

    path = tmp_path / "mapping.yaml"
    path.write_text(f"casegraph-table: 1\nid: id\nfindings:\n{FEVER}", encoding="utf-8")
    found = read_table(Input("t.csv", source), Options("x", mapping=path))
    assert record(next(iter(found))) == "0"
    assert opened[-1].tell() < 100


def guessed(path: Path) -> str:
    result = CliRunner().invoke(commands, ["map", "guess", str(path)])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_guess_is_a_mapping_that_is_read(tmp_path: Path) -> None:
    text = guessed(TABLES / "clinic.csv")
    found = outcomes(TABLES / "clinic.csv", text, tmp_path)
    read = case(found[0])
    assert record(found[0]) == "P1"
    assert read.sex == "female"
    assert [each.what for each in read.treatments] == ["CHEBI:44185 methotrexate"]
    assert [each.what for each in read.findings.absent] == ["HP:0001945 Fever"]


def test_a_guess_says_nothing_that_is_only_like_a_term() -> None:
    text = guessed(TABLES / "clinic.csv")
    stated = yaml.safe_load(text)
    assert "diabetes" in text
    assert "diabetes" not in str(stated)
    assert stated["diagnoses"] == [
        {"column": "diagnosis", "codes": {"CADM": "MONDO:1010096 clinically amyopathic dermatomyositis"}}
    ]
    named = {stated["id"], stated["sex"]["column"], stated["age"]["column"], *stated["ignored"]}
    named |= {each["column"] for each in stated["times"].values()} | set(stated["identifiers"])
    named |= {e["column"] for kind in ("findings", "diagnoses", "tests", "treatments") for e in stated[kind]}
    header = (TABLES / "clinic.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert set(header) - named == {"mda5"}
    assert "column: mda5" in text


VISITS = (
    "Patient ID,Age (months),Age at onset,Seen on,CK (U/L),Fever (yes/no),Anti-MDA5,Dose (mg)\n"
    "P1,400,31,2020-05-06,2345,yes,positive,15\n"
    "P1,400,31,2020-07-06,345,no,positive,20\n"
)


def test_a_guess_reads_what_a_header_says_in_brackets_and_takes_the_one_date_for_that_of_the_visit(
    tmp_path: Path,
) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(VISITS, encoding="utf-8")
    stated = yaml.safe_load(guessed(path))
    assert stated["age"] == {"column": "Age (months)", "unit": "months"}
    assert stated["times"] == {
        "age-at-onset": {"column": "Age at onset", "unit": "years", "from": "birth"},
        "seen-on": {"column": "Seen on", "order": "ymd"},
    }
    code = "cg:CreatineKinaseLevel creatine kinase level"
    assert stated["tests"][0] == {"column": "CK (U/L)", "what": code, "unit": "U/L", "at": "seen-on"}
    (fever,) = stated["findings"]
    assert (fever["column"], fever["what"], fever["at"]) == ("Fever (yes/no)", "HP:0001945 Fever", "seen-on")
    assert stated["ignored"] == ["Dose (mg)"]
    assert "a dose? it stands with its drug" in guessed(path)


def test_a_guess_is_not_put_off_by_an_odd_cell_and_names_it(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(
        "id,Date of birth,Seen on,CK (U/L)\n1,1980-02-30,2020-01-02,<15\n2,1970-01-31,2020-13-01,200\n"
        "3,1970-02-01,2020-02-01,300\n4,1971-02-01,2020-02-02,n.d.\n5,1972-02-01,2020-02-03,20\n",
        encoding="utf-8",
    )
    text = guessed(path)
    stated = yaml.safe_load(text)
    assert stated["birth"] == {"column": "Date of birth", "order": "ymd"}
    assert stated["times"] == {"seen-on": {"column": "Seen on", "order": "ymd"}}
    assert [each["column"] for each in stated["tests"]] == ["CK (U/L)"]
    assert "some cells are no dates, which refuses their records" in text
    assert "no dates: ['2020-13-01']" in text
    assert "lost, no numbers: ['<15', n.d.]" in text
    assert "1980" not in text


def test_a_date_is_never_guessed_to_name_the_case(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(
        "MRN,visit date,CK\n7,2020-01-02,10\n7,2020-02-02,11\n8,2020-01-05,10\n", encoding="utf-8"
    )
    stated = yaml.safe_load(guessed(path))
    assert stated["id"] is None
    assert stated["identifiers"] == ["MRN"]


@pytest.mark.parametrize("header", ["Geburtsdatum", "date de naissance", "DOB"])
def test_a_birth_date_is_never_guessed_to_be_a_time(header: str, tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(f"id,{header},visit,fever\nP1,1960-04-13,2020-01-02,ja\nP2,1971-01-02,2020-02-02,nein\n")
    stated = yaml.safe_load(guessed(path))
    assert stated["birth"]["column"] == header
    assert list(stated["times"]) == ["visit"]
    (fever,) = stated["findings"]
    assert (fever["present"], fever["absent"]) == (["ja"], ["nein"])


def test_what_is_told_again_is_named_by_its_row_and_cell(tmp_path: Path) -> None:
    table = (
        "id;day;dx;signs;fever;ck;harm;turn\n"
        "P1;2020-05-06;DM;rash|fever;yes;200;rash;flare\n"
        "P1;2020-05-06;DM;fever|itch;yes;200;rash;flare\n"
        "P1;2020-06-06;DM;rash;no;200;rash;flare\n"
    )
    mapping = """
    delimiter: ';'
    times: {seen: {column: day}}
    diagnoses: [{column: dx, codes: {DM: "MONDO:0016367 dermatomyositis"}}]
    findings:
      - {column: signs, split: "|", codes: {rash: "HP:0000988 Skin rash", fever: "HP:0001945 Fever"}}
      - {column: fever, what: "HP:0001945 Fever", present: [yes], absent: [no]}
    tests: [{column: ck, what: "cg:CreatineKinaseLevel creatine kinase level", unit: U/L, at: seen}]
    adverse_events: [{column: harm, codes: {rash: "HP:0000988 Skin rash"}, at: seen}]
    course: [{column: turn, values: {flare: flare}, at: seen}]
    """
    (one,) = mapped(table, textwrap.dedent(mapping), tmp_path)
    assert isinstance(one, Imported)
    again = [(each.path, each.value) for each in one.losses if each.reason == "duplicate"]
    assert sorted(again) == [
        ("row 3, ck", "200"),
        ("row 3, dx", "DM"),
        ("row 3, harm", "rash"),
        ("row 3, signs", "fever"),
        ("row 3, turn", "flare"),
        ("row 4, dx", "DM"),
        ("row 4, signs", "rash"),
    ]
    assert [(each.path, each.value, each.reason) for each in one.losses if "itch" in each.value] == [
        ("row 3, signs", "itch", "unmapped-code")
    ]
    undated = [each.path for each in one.losses if each.reason == "no-time"]
    assert undated == ["row 2, fever", "row 3, fever", "row 4, fever"]
    assert len(case(one).tests) == 2


@pytest.mark.parametrize(
    ("order", "cell", "told"),
    [
        ("mdy", "31/12/2020", "'31/12/2020' is no date in the order mdy"),
        ("dmy", "5.13.2020", "'5.13.2020' is no date in the order dmy"),
        ("dmy", "2020/13/1", "'2020/13/1' is no date"),
    ],
)
def test_a_cell_that_is_no_date_is_quoted_as_it_stands(
    order: str, cell: str, told: str, tmp_path: Path
) -> None:
    mapping = (
        f"times: {{seen: {{column: day, order: {order}}}}}\nfindings:\n{FEVER.replace('}', ', at: seen}')}"
    )
    (problem,) = mapped(f"id,day,fever\nP1,{cell},yes\n", mapping, tmp_path)
    assert isinstance(problem, Problem)
    assert problem.message == f"column 'day': {told}"
    assert ("order: in the mapping" in problem.todo) == ("order" in told)


@pytest.mark.parametrize(("text", "code"), [("hello\n", "not-a-document"), ("\n", "empty")])
def test_what_is_no_mapping_is_told_how_one_begins(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as error:
        outcomes(b"id,fever\nP1,yes\n", text, tmp_path)
    (problem,) = error.value.problems
    assert (problem.code, problem.todo) == (code, "begin with 'casegraph-table: 1'")


NO_FACTS = (
    "Planned drug",
    "drugPlan",
    "Contraindicated",
    "Recommended (by whom)",
    "History of drugs",
    "drugs_refused",
)


@pytest.mark.parametrize("header", NO_FACTS)
def test_what_is_no_fact_by_its_header_is_only_proposed(header: str, tmp_path: Path) -> None:
    path = tmp_path / "drugs.csv"
    path.write_text(f"id,{header},Drug\nP1,methotrexate,rituximab\n", encoding="utf-8")
    text = guessed(path)
    assert [each["column"] for each in yaml.safe_load(text)["treatments"]] == ["Drug"]
    assert f"#   - column: {header}  # " in text
    assert "perhaps no fact of the patient" in text


def test_a_relative_or_a_plan_gives_no_sex_age_or_time(tmp_path: Path) -> None:
    path = tmp_path / "family.csv"
    path.write_text(
        "id,Father's sex,Mothers age,Next visit (scheduled),Mother: fever,Name,CK\n"
        "P1,m,61,2020-01-02,yes,Roe,200\nP1,m,61,2020-01-02,no,Roe,300\n",
        encoding="utf-8",
    )
    text = guessed(path)
    stated = yaml.safe_load(text)
    assert set(stated) == {"casegraph-table", "id", "delimiter", "tests", "identifiers"}
    assert "at" not in stated["tests"][0]
    assert stated["identifiers"] == ["Name"]
    assert all(f"# {part}:" in text for part in ("sex", "age", "times"))


def test_a_guess_of_visits_without_a_date_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("id,fever\nP1,yes\nP1,no\nP2,no\n", encoding="utf-8")
    assert "say when with at:" in guessed(path)
    path.write_text("id,fever\nP1,yes\nP2,no\n", encoding="utf-8")
    assert "say when" not in guessed(path)


def test_times_that_only_other_times_count_from_are_kept(tmp_path: Path) -> None:
    times = (
        "times:\n  diagnosed: {column: day}\n  first: {column: a, unit: days, from: diagnosed}\n"
        "  visit: {column: b, unit: days, from: first}\n"
    )
    dated = FEVER.replace("]}", "], at: visit}")
    (found,) = mapped("id,day,a,b,fever\nP1,2020-01-01,10,5,yes\n", f"{times}findings:\n{dated}", tmp_path)
    told = case(found)
    visit = told.occasions[str(told.findings.present[0].at)]
    first = told.occasions[str(visit.anchor)]
    diagnosed = told.occasions[str(first.anchor)]
    assert (visit.start, first.start, diagnosed.printed) == ((5, 5), (10, 10), "2020-01-01")
    assert told.zero_point == diagnosed.anchor


def test_what_rows_tell_differently_without_a_time_is_named(tmp_path: Path) -> None:
    table = "id,fever,ck\nP1,yes,100\nP1,no,100\nP2,yes,100\nP2,yes,200\nP3,no,5\n"
    found = mapped(table, f"findings:\n{FEVER}{CK}", tmp_path)
    assert [
        [(each.path, each.value) for each in record.losses if each.reason == "no-time"]
        for record in found
        if isinstance(record, Imported)
    ] == [
        [("row 2, fever", "yes"), ("row 3, fever", "no")],
        [("row 4, ck", "100"), ("row 5, ck", "200")],
        [],
    ]
    dated = FEVER.replace("]}", "], at: seen}")
    times = "times: {seen: {column: day}}\n"
    found = mapped(
        "id,fever,day\nP1,yes,2020-01-02\nP1,no,2020-02-03\n", f"{times}findings:\n{dated}", tmp_path
    )
    assert isinstance(found[0], Imported)
    assert not found[0].losses


def test_a_guess_of_a_public_table(material: Path, tmp_path: Path) -> None:
    path = material / "data" / "neurobagel" / "example_synthetic.tsv"
    rows = list(csv.DictReader(path.open(encoding="utf-8"), delimiter="\t"))
    text = guessed(path)
    found = outcomes(path, text, tmp_path)
    assert [record(each) for each in found] == sorted({row["participant_id"] for row in rows})
    sexes = {row["participant_id"]: row["pheno_sex"] for row in rows}
    words = {"F": "female", "M": "male", "missing": "unknown"}
    ages = {row["participant_id"]: row["pheno_age"] for row in reversed(rows) if row["pheno_age"] != "NA"}
    for each in found:
        read = case(each)
        assert read.sex == words[sexes[record(each)]]
        assert read.age is not None
        assert read.age.years == int(ages[record(each)].split(",")[0])


def test_a_guess_is_not_written_over_a_file(tmp_path: Path) -> None:
    goal = tmp_path / "m.yaml"
    goal.write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(commands, ["map", "guess", str(TABLES / "clinic.csv"), "-o", str(goal)])
    assert result.exit_code != 0
    assert goal.read_text(encoding="utf-8") == "mine"


def test_the_mapping_that_is_shown_reads_a_table_with_everything_into_valid_claims(tmp_path: Path) -> None:
    shown = textwrap.dedent((table_mapping.__doc__ or "").split("code-block:: yaml\n")[1])
    cells = {
        **{"patient_id": "P1", "gender": "F", "age": "54", "born": "", "doi": "10.1000/xyz", "pmid": ""},
        **{"date": "3.5.2020", "age_then": "54,3", "day": "-14", "fever": "1", "symptoms": "rash;cough"},
        **{"sign": "rash", "status": "no idea", "hpo": "HP:0002015", "dx": "DM", "ck": "1850,5"},
        **{
            "mda5": "pos",
            "drug": "MTX",
            "dose": "15",
            "outcome": "better",
            "harm": "fever",
            "event": "flare",
        },
        **{"remarks": "free", "name": "Ann"},
    }
    table = ";".join(cells) + "\n" + ";".join(f'"{cell}"' for cell in cells.values()) + "\n"
    (found,) = outcomes(table.encode(), shown.split("\nA cell and what")[0], tmp_path)
    read = case(found)
    claims = Counter(kind for kind, _ in iterate_claims(read))
    assert claims == {
        **{"PresentFinding": 3, "FinalDiagnosis": 1, "TestResult": 2, "TreatmentEpisode": 1},
        **{"DoseSegment": 1, "ResponseClaim": 1, "AdverseEvent": 1, "Flare": 1},
    }
    assert isinstance(found, Imported)
    assert {(each.path, each.value, each.reason) for each in found.losses} == {
        ("remarks", "1 cells", "no-place"),
        ("row 2, symptoms", "cough", "unmapped-code"),
        ("row 2, status", "no idea", "unmapped-code"),
        ("row 2, sign", "rash", "no-place"),
        ("row 2, age_then", "54,3", "no-place"),
        ("name", "", "identifier"),
    }
    report = validate_document(found.document, all_terms())
    claims_of = f"<{subject_iri(found.document.report, '1')}#"
    assert [each for each in report.violations if each.focus.startswith(claims_of)] == []
    assert found.document.report.doi == cells["doi"]
    assert solve_subject(read).between("diagnosis", read.responses[0].at or "") == (-14, -14)


def test_a_diagnosis_that_a_cell_denies_was_excluded(tmp_path: Path) -> None:
    mapping = 'diagnoses: [{column: dm, what: "MONDO:0016367 dermatomyositis", present: [1], absent: [0]}]'
    with_it, without = map(case, mapped("id,dm\n1,1\n2,0\n", mapping, tmp_path))
    assert (len(with_it.diagnoses.final), len(with_it.diagnoses.excluded)) == (1, 0)
    assert (len(without.diagnoses.final), len(without.diagnoses.excluded)) == (0, 1)


TWO_DRUGS = """
treatments:
  - column: drugs
    split: "+"
    codes: {mtx: "CHEBI:44185 methotrexate", pred: "CHEBI:8382 prednisone"}
    dose: {column: dose, unit: mg}
"""


def test_one_dose_beside_two_drugs_is_of_neither(tmp_path: Path) -> None:
    (found,) = mapped("id,drugs,dose\n1,mtx + pred,15\n", TWO_DRUGS, tmp_path)
    assert isinstance(found, Imported)
    assert [(each.what, each.doses) for each in case(found).treatments] == [
        ("CHEBI:44185 methotrexate", ()),
        ("CHEBI:8382 prednisone", ()),
    ]
    assert [(each.path, each.reason) for each in found.losses] == [("row 2, dose", "no-place")]


def test_a_dose_below_nothing_is_refused(tmp_path: Path) -> None:
    (found,) = mapped("id,drugs,dose\n1,mtx,-9\n", TWO_DRUGS, tmp_path)
    assert problem(found).code == "wrong-value"


def test_days_count_from_an_event_where_no_date_or_birth_is_known(tmp_path: Path) -> None:
    mapping = (
        "times: {start: {}, v: {column: d, unit: weeks, from: start}}\n"
        f"findings:\n{FEVER.replace('}', ', at: v}')}"
    )
    (found,) = mapped("id,d,fever\n1,2,yes\n", mapping, tmp_path)
    read = case(found)
    assert read.zero_point == "start"
    assert solve_subject(read).bounds(read.findings.present[0].at or "") == (14, 20)


def test_a_term_beyond_the_slices_is_kept_with_its_label(tmp_path: Path) -> None:
    """As records keep theirs: it is marked as unresolved when it is loaded."""
    code = "MONDO:0005180 Parkinson disease"
    assert expand("MONDO:0005180") not in all_terms()
    (found,) = mapped(
        "id,d\n1,yes\n", f'diagnoses: [{{column: d, what: "{code}", present: [yes]}}]', tmp_path
    )
    assert [each.what for each in case(found).diagnoses.final] == [code]
    with open_store(":memory:", writable=True) as store:
        (loaded,) = load_records(store, [("t.csv", found)])
    assert isinstance(loaded, LoadedRecord)
    assert loaded.unresolved == (expand("MONDO:0005180"),)


class GivenUp(Terms):
    """Terms all of which are obsolete."""

    def is_obsolete(self, iri: str) -> bool:
        return True


def test_an_obsolete_term_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(f"casegraph-table: 1\nid: id\nfindings:\n{FEVER}", encoding="utf-8")
    terms = GivenUp(frozenset({expand("HP:0001945")}), {expand("HP:0001945"): "Fever"}, {}, {}, {}, {})
    with pytest.raises(DocumentError) as caught:
        read_mapping(path, terms)
    assert [each.code for each in caught.value.problems] == ["obsolete-term"]
