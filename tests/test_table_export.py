"""The table of claims: what went in by a table comes out once; nothing is left out without a word."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from casegraph.errors import MissingExtraError
from casegraph.export.stored import StoredCase
from casegraph.export.table import to_rows, write_csv, write_parquet
from casegraph.export.table.columns import COLUMNS
from casegraph.loaders import read_document
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options
from casegraph.loaders.table import read_table
from casegraph.losses import Loss
from casegraph.model import (
    Case,
    CaseDocument,
    Course,
    Diagnoses,
    Diagnosis,
    Finding,
    Findings,
    Occasion,
    Report,
    Response,
    TestResult,
    iterate_claims,
)
from casegraph.resources import shipped
from casegraph.triples import asserted_quads, subject_iri

TABLES = Path(__file__).parent / "tables"


def stored(document: CaseDocument) -> Iterator[StoredCase]:
    for key, case in document.cases.items():
        iri = subject_iri(document.report, key)
        yield StoredCase(iri, case, document.report, document.passages, document.curation)


def of_table(table: str, mapping: str) -> list[StoredCase]:
    source = Input(table, lambda: (TABLES / table).open("rb"))
    found = read_table(source, Options("clinic", mapping=TABLES / mapping))
    return [case for each in found if isinstance(each, Imported) for case in stored(each.document)]


def as_csv(cases: list[StoredCase]) -> tuple[list[dict[str, str]], list[Loss]]:
    out = io.BytesIO()
    losses = list(write_csv(cases, out))
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8"), newline=""))), losses


def corpus() -> list[StoredCase]:
    paths = shipped("cases", "*.yaml")
    return [case for path in paths for case in stored(read_document(path).document)]


def test_each_mapped_value_of_a_table_comes_out_once() -> None:
    with (TABLES / "visits.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    expected = Counter((r["pid"], float(r["value"].replace(",", "."))) for r in rows if r["unit"] == "U/l")
    expected_doses = Counter((r["pid"], float(r["dose"])) for r in rows if r["dose"] and r["unit"] == "U/l")
    assert (expected.total(), expected_doses.total()) == (4, 3)
    written, _ = as_csv(of_table("visits.tsv", "visits.yaml"))
    assert Counter((r["record"], float(r["value"])) for r in written if r["value"]) == expected
    assert Counter((r["record"], float(r["dose"])) for r in written if r["dose"]) == expected_doses
    dates = {r["time_printed"] for r in written if r["value"]}
    assert dates == {r["visit"] for r in rows if r["unit"] == "U/l"}
    assert {r["unit"] for r in written if r["value"]} == {"U/L"}


def test_days_count_from_the_zero_point(tmp_path: Path) -> None:
    mapping = (TABLES / "visits.yaml").read_text(encoding="utf-8").replace("age: {column: age}\n", "")
    path = tmp_path / "mapping.yaml"
    path.write_text(mapping, encoding="utf-8")
    source = Input("visits.tsv", lambda: (TABLES / "visits.tsv").open("rb"))
    found = [
        each for each in read_table(source, Options("clinic", mapping=path)) if isinstance(each, Imported)
    ]
    written, losses = as_csv([case for each in found for case in stored(each.document)])
    days = (date(2021, 8, 2) - date(2021, 5, 3)).days
    assert [
        (r["zero"], r["from_days"], r["to_days"]) for r in written if r["record"] == "A" and r["value"]
    ] == [
        ("first-date", "0", "0"),
        ("first-date", str(days), str(days)),
    ]
    far = [r for r in written if r["record"] == "A" and r["dose"]]
    assert [(r["time_printed"], r["from_days"]) for r in far] == [("0 days", ""), ("91 days", "")]
    assert any(each.path == "occasions/baseline-day-91/start" for each in losses)


def test_words_of_a_clinic_table_come_out_as_kinds() -> None:
    with (TABLES / "clinic.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["patient"] != "P4"]
    written, _ = as_csv(of_table("clinic.csv", "clinic.yaml"))
    kinds = {"yes": "PresentFinding", "no": "AbsentFinding"}
    for column, label in (("fever", "Fever"), ("Heliotrope rash", "Heliotrope rash")):
        expected = {(row["patient"], kinds[row[column]]) for row in rows if row[column] in kinds}
        assert len(expected) >= 2
        found = [(each["record"], each["kind"]) for each in written if each["concept_label"] == label]
        assert sorted(found) == sorted(expected)
    drugs = {each["claim"]: each["concept_label"] for each in written if each["kind"] == "TreatmentEpisode"}
    doses = [(each["record"], drugs[each["treatment"]], each["dose"]) for each in written if each["dose"]]
    assert doses == [(row["patient"], row["drug"], row["dose"]) for row in rows if row["drug"]]
    answers = [(each["record"], each["direction"], drugs[each["to"]]) for each in written if each["to"]]
    words = {"improved": "improved", "none": "unchanged"}
    assert answers == [(row["patient"], words[row["outcome"]], row["drug"]) for row in rows if row["drug"]]


@pytest.mark.slow
def test_there_is_one_row_a_claim_of_the_corpus_under_the_name_it_has_in_the_graph() -> None:
    cases = corpus()
    rows = [row for case in cases for row in to_rows(case)[0]]
    assert len(rows) == sum(1 for case in cases for _ in iterate_claims(case.case)) > 500
    assert len({row["claim"] for row in rows}) == len(rows)
    (path,) = shipped("cases", "miao-2020.yaml")
    graph = asserted_quads(read_document(path).document)
    mine = [row for row in rows if str(row["doi"]) == "10.1007/s13555-020-00421-8"]
    assert len(mine) > 100
    assert all(f"<{row['claim']}>" in graph for row in mine)
    assert all(list(row) == list(COLUMNS) for row in rows)


@pytest.mark.slow
def test_every_field_of_the_corpus_is_in_a_column_or_lost() -> None:
    for case in corpus():
        rows, losses = to_rows(case)
        lost = {loss.path.rpartition("/")[2] for loss in losses if "/" in loss.path}
        for row, (_, claim) in zip(rows, iterate_claims(case.case), strict=True):
            told = {name for name in claim.__struct_fields__ if getattr(claim, name) not in (None, ())}
            named = {"id": "claim", "what": "concept", "during": "to"}
            for name in told - {"ends_at", "stated_in", "at", "doses"}:
                column = named.get(name, name)
                column = "dose_unit" if (type(claim).__name__, name) == ("DoseSegment", "unit") else column
                assert row.get(column) is not None or name in lost, (case.iri, claim, name)


@pytest.mark.slow
def test_the_same_rows_are_in_parquet_with_types() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    cases = corpus()
    out = io.BytesIO()
    losses = list(write_parquet(cases, out))
    out.seek(0)
    table = parquet.read_table(out)
    types = {"text": "string", "integer": "int64", "number": "double"}
    assert {field.name: str(field.type) for field in table.schema} == {
        name: types[kind] for name, (kind, _) in COLUMNS.items()
    }
    assert table.to_pylist() == [row for case in cases for row in to_rows(case)[0]]
    assert [each for each in losses if each.reason != "not-exact"] == [
        each for each in as_csv(cases)[1] if each.reason != "not-exact"
    ]
    assert table.schema.field("from_days").metadata[b"description"].decode() == COLUMNS["from_days"][1]


@pytest.mark.parametrize("label", ["=1+1", "+49", "-2", "@x", "\tx", "\rx"])
def test_a_text_that_a_spreadsheet_would_run_is_disarmed_and_named(label: str) -> None:
    case = Case(label=label, findings=Findings(present=(Finding(what="HP:0001945 Fever"),)))
    one = StoredCase("https://example.org/c", case, Report(title="t", key="k", extent="fullText"), {})
    (row,), losses = as_csv([one])
    assert row["patient"] == f"'{label}"
    assert [(each.path.rpartition("/")[2], each.value) for each in losses if each.reason == "not-exact"] == [
        ("patient", label)
    ]
    assert to_rows(one)[0][0]["patient"] == label


def test_cells_with_quotes_commas_and_line_breaks_come_back() -> None:
    label = 'say "a, b"\r\nand ; c'
    case = Case(label=label, findings=Findings(absent=(Finding(what="HP:0001945 Fever"),)))
    one = StoredCase("https://example.org/c", case, Report(title="t", key="k", extent="fullText"), {})
    (row,), _ = as_csv([one])
    assert (row["patient"], row["kind"]) == (label, "AbsentFinding")
    assert (row["value"], row["sex"]) == ("", "unknown")


def test_what_followed_a_stop_is_not_told_as_an_answer_to_the_drug() -> None:
    response = Response(after_stopping=("il2",), domain="skin", direction="worse", criterion="by eye")
    one = StoredCase(
        "https://example.org/c",
        Case(responses=(response,)),
        Report(title="t", key="k", extent="fullText"),
        {},
    )
    (row,), _ = to_rows(one)
    assert (row["to"], row["after_stopping"]) == (None, "https://example.org/c#il2")
    assert row["criterion"] == "by eye"


def test_a_case_without_claims_is_named() -> None:
    one = StoredCase("https://example.org/c", Case(), Report(title="t", key="k", extent="fullText"), {})
    rows, losses = as_csv([one])
    assert rows == []
    assert ("", "no-place") in {(each.path, each.reason) for each in losses}


def test_without_pyarrow_the_pip_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match="pip install"):
        list(write_parquet([], io.BytesIO()))


def test_cases_are_written_one_after_the_other() -> None:
    asked: list[str] = []

    def cases() -> Iterator[StoredCase]:
        for each in of_table("clinic.csv", "clinic.yaml"):
            asked.append(each.iri)
            yield each

    losses = write_csv(cases(), io.BytesIO())
    next(losses)
    assert len(asked) == 1


def test_an_onset_a_cause_and_a_unit_without_ucum_have_columns() -> None:
    occasions = {"first": Occasion(), "before": Occasion(anchor="first", start=(-9, -7))}
    case = Case(
        zero_point="first",
        occasions=occasions,
        diagnoses=Diagnoses(final=(Diagnosis(what="MONDO:0016367 dermatomyositis", onset_at="before"),)),
        tests=(TestResult(what="LOINC:8302-2 Body height", value=3, unit_term="NCIT:C1 span"),),
        course=(Course(kind="death", cause="HP:0001945 Fever"),),
    )
    one = StoredCase("https://example.org/c", case, Report(title="t", key="k", extent="fullText"), {})
    rows, losses = to_rows(one)
    told = {row["kind"]: row for row in rows}
    disease = told["FinalDiagnosis"]
    assert [disease[f"onset{end}"] for end in ("", "_from_days", "_to_days")] == ["before", -9, -7]
    assert told["TestResult"]["unit"] == "NCIT:C1 span"
    assert [row["cause"] for row in rows if row["cause"]] == ["HP:0001945 Fever"]
    assert not [each for each in losses if each.path.endswith(("onset_at", "cause", "unit_term"))]
