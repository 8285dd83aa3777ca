"""CARE-SM, EJP-RD CDE v1 and CARE-SM's N-Quads as cases, and cases as CARE-SM's CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from casegraph.errors import DocumentError, Problem
from casegraph.export.care_sm import COLUMNS, to_care_sm, write_care_sm
from casegraph.export.stored import StoredCase
from casegraph.loaders import care_sm, read_document
from casegraph.loaders.care_sm import CareSmFiles, looks_like_care_sm, read_care_sm, read_care_sm_files
from casegraph.loaders.care_sm import rdf as care_sm_rdf
from casegraph.loaders.inputs import MOST_TEXT, Input
from casegraph.loaders.records import Imported, Options, RecordBuilder
from casegraph.losses import REASONS
from casegraph.model import Case, DoseSegment, Finding, Treatment, iterate_claims
from casegraph.resources import shipped
from casegraph.triples import claim_names, subjects

HERE = Path(__file__).parent / "care_sm"
OPTIONS = Options("demo")
HEADER = "model,pid,value_datatype,startdate,enddate,value,valueIRI\n"
DIAGNOSIS = "Diagnosis,{},xsd:string,2016-09-20,2016-09-20,,http://www.orpha.net/ORDO/Orphanet_221\n"


def given(data: bytes | str, name: str = "given.csv") -> Input:
    content = data.encode() if isinstance(data, str) else data
    return Input(name, lambda: io.BytesIO(content))


def on_disk(path: Path) -> Input:
    return Input(str(path), lambda: path.open("rb"))


def split(outcomes: Iterable[Imported | Problem]) -> tuple[dict[str, Imported], list[Problem]]:
    cases: dict[str, Imported] = {}
    problems: list[Problem] = []
    for each in outcomes:
        if isinstance(each, Problem):
            problems.append(each)
        else:
            assert each.document.report.record is not None
            assert each.document.report.record.id not in cases
            cases[each.document.report.record.id] = each
    return cases, problems


def cases_of(*sources: Input, options: Options = OPTIONS) -> dict[str, Imported]:
    cases, problems = split(read_care_sm_files(sources, options))
    assert problems == []
    return cases


def case(imported: Imported) -> Case:
    return imported.document.cases["1"]


def stored(imported: Imported) -> StoredCase:
    document = imported.document
    ((iri, _),) = subjects(document)
    return StoredCase(iri, document.cases["1"], document.report, document.passages)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def curie(address: str) -> str:
    """Return the CURIE of an address of the shared files, by its last part."""
    return address.rpartition("/")[2].rpartition("=")[2].replace("_", ":", 1)


@pytest.fixture(scope="module")
def patient() -> Imported:
    return cases_of(on_disk(HERE / "patient.csv"))["p-1"]


# --- one patient, by hand


def test_the_person_is_told_without_the_birth_date(patient: Imported) -> None:
    told = case(patient)
    assert told.sex == "female"
    assert "1985-09-10" not in repr(patient)
    assert "Atlantis" not in repr(patient)
    # Born on 1985-09-10, the first dated thing is on 2016-01-01: 30 completed years.
    first = told.occasions["first-date"]
    assert (first.anchor, first.start) == ("birth", (10957, 11323))


def test_what_was_seen_on_the_day_of_birth_does_not_tell_the_day() -> None:
    rows = "Birthdate,p,,,,1985-09-10,\n" + DIAGNOSIS.format("p").replace("2016-09-20", "1985-09-10")
    one = cases_of(given(HEADER + rows))["p"]
    assert [each.at for each in case(one).diagnoses.final] == ["age-p0d"]
    assert "1985-09-10" not in repr(one)


def test_a_date_of_birth_stays_out_of_the_losses_in_every_row() -> None:
    rows = "Birthdate,p,,,,1985-09-10,\nFirst_visit,p,,1985-09-10,,,\n"
    lost = {each.path: each.value for each in cases_of(given(HEADER + rows))["p"].losses}
    assert lost["given.csv/3/First_visit/startdate"] == ""


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize(
    "row",
    [
        "Birthdate,p,,1970-05-03,,,",
        "Birthdate,p,,,,03/05/1970,",
        "Birthdate,p,03/05/1970,,,1970-05-03,",
        "Birthdate,p,,,03/05/1970,1970-05-03,1970-05-03",
        "Birthyear,p,,1970-05-03,,1970-05,1970-05-03",
        "Birthplace,p,,1970-05-03,1970-05-04x,Atlantis 1970,",
        "Pseudonym,p,1970,1970-05-03,,Ada Quill 1970,1970",
        "Birthdate,p,,,,1970-05-03,\nBirthyear,p,,,,1970,",
    ],
)
def test_nothing_of_a_row_that_tells_who_it_is_stands_in_errors_or_losses(row: str, keep: bool) -> None:
    options = Options("demo", keep_identifiers=keep)
    outcomes = list(read_care_sm(given(HEADER + row + "\n" + DIAGNOSIS.format("p")), options))
    told = [(each.message, each.todo) for each in outcomes if isinstance(each, Problem)]
    losses = [loss for each in outcomes if isinstance(each, Imported) for loss in each.losses]
    assert told or losses
    assert "1970" not in repr((told, [(each.path, each.value) for each in losses]))
    assert "Ada" not in repr(losses)
    assert "Atlantis" not in repr((told, losses))


@pytest.mark.parametrize(
    "row",
    [
        "Medication,p,,1985-09-10,1985-09-10,,{}",
        "Phenotype,p,,1985-09-10,1985-09-10T12:00:00Z,,{}",
        "First_visit,p,,1985-09-10T12:00:00Z,,,",
        "Diagnosis,p,,2016-01-01,1985-09-10,,{}",
    ],
)
def test_a_row_of_the_day_of_birth_does_not_tell_the_day(row: str) -> None:
    header = HEADER.replace("valueIRI", "valueIRI,agent")
    obo = "http://purl.obolibrary.org/obo"
    rows = f"Birthdate,p,,,,1985-09-10,,\n{row.format(f'{obo}/HP_0001945')},{obo}/CHEBI_44185\n"
    told = list(read_care_sm(given(header + rows), OPTIONS))
    assert len(told) == 1
    assert "1985-09-10" not in repr(told)


def test_the_birth_date_is_kept_where_it_is_asked_for() -> None:
    told = case(
        cases_of(on_disk(HERE / "patient.csv"), options=Options("demo", keep_identifiers=True))["p-1"]
    )
    assert told.occasions["birth"].printed == "1985-09-10"


def test_findings_and_diagnoses(patient: Imported) -> None:
    told = case(patient)
    assert [(each.what, each.at) for each in told.diagnoses.final] == [
        ("Orphanet:221 Orphanet:221", "date-2016-09-20")
    ]
    itch, pain = told.findings.present
    assert (itch.what, itch.at, itch.resolved_at) == (
        "HP:0000989 HP:0000989",
        "from-2016-01-01-to-2016-03-01",
        "date-2016-05-01",
    )
    assert (pain.what, pain.at) == ("HP:0003326 HP:0003326", "age-p30y")
    assert [each.what for each in told.findings.absent] == ["HP:0001945 HP:0001945"]


def test_numbers_have_their_units(patient: Imported) -> None:
    first, second = case(patient).tests
    assert (first.value, first.unit, first.unit_term) == (138, "mg", None)
    assert (second.value, second.unit_term, second.printed) == (None, None, "4.5 mmol per litre")


def test_treatments(patient: Imported) -> None:
    rituximab, chlormethine, valsartan, operation = case(patient).treatments
    (dose,) = rituximab.doses
    assert (rituximab.what, rituximab.at, rituximab.ends_at) == (
        "ATC:L01XC02 ATC:L01XC02",
        "date-2016-02-01",
        "date-2016-08-01",
    )
    assert (dose.dose, dose.unit, dose.times, dose.period_days, dose.route) == (50.0, "mg", 2, 1, "oral")
    assert dose.unit_term is None
    (plain,) = chlormethine.doses
    assert (chlormethine.ends_at, plain.unit_missing, plain.times, plain.route) == (
        None,
        "notStated",
        None,
        None,
    )
    assert valsartan.doses == ()
    assert (operation.what, operation.site) == ("NCIT:C51692 NCIT:C51692", ("NCIT:C12470 NCIT:C12470",))


@pytest.mark.parametrize(
    ("end", "over"),
    [("", "2020-01-01"), ("2020-01-01", "2020-01-01"), ("2020-01-03", "2020-01-03")],
)
def test_an_operation_is_over_when_it_is_done_unless_it_has_another_end(end: str, over: str) -> None:
    row = f"Surgery,p,http://purl.obolibrary.org/obo/NCIT_C51692,2020-01-01,{end}\n"
    one = cases_of(given("model,pid,activity,startdate,enddate\n" + row))["p"]
    (operation,) = case(one).treatments
    assert (operation.at, operation.ends_at) == ("date-2020-01-01", f"date-{over}")
    assert one.losses == ()


def test_a_unit_that_ucum_has_not_stays_a_term() -> None:
    row = "Medication,p,5,xsd:integer,http://purl.obolibrary.org/obo/NCIT_C67245,http://purl.obolibrary.org/obo/CHEBI_44185,,\n"
    (treatment,) = case(cases_of(given(DRUGS + row))["p"]).treatments
    assert [(each.unit, each.unit_term) for each in treatment.doses] == [(None, "NCIT:C67245 NCIT:C67245")]


def test_a_death_is_told_once_and_on_its_own_date(patient: Imported) -> None:
    (death,) = case(patient).course
    assert (death.kind, death.at, death.cause) == ("death", "date-2022-08-15", "HP:0100806 HP:0100806")


def test_a_status_without_a_date_of_death_gives_a_death_without_a_time() -> None:
    row = "Status,p,xsd:string,2022-08-20,2022-08-20,,http://semanticscience.org/resource/SIO_010059\n"
    (death,) = case(cases_of(given(HEADER + row))["p"]).course
    assert (death.kind, death.at) == ("death", None)


FEVER = "Phenotype,p,xsd:string,2016-09-20,,{},http://purl.obolibrary.org/obo/HP_0001945\n"


@pytest.mark.parametrize(
    ("said", "present", "reasons"),
    [
        ("", 1, {}),
        ("TRUE", 1, {}),
        ("1", 1, {}),
        ("False", 0, {}),
        ("0", 0, {}),
        ("fever", 1, {"value": "implied"}),
        ("Pyrexia", 1, {"value": "implied"}),
        *[
            (
                no,
                None,
                {"value": "unmapped-code", "startdate": "required-missing", "valueIRI": "required-missing"},
            )
            for no in ("no", "No", "absent", "nein", "N", "yes", "Tremor")
        ],
    ],
)
def test_only_a_truth_value_or_the_label_says_that_a_thing_is_there(
    said: str, present: int | None, reasons: dict[str, str]
) -> None:
    for model in ("Phenotype", "Diagnosis"):
        row = FEVER.format(said).replace("Phenotype", model)
        one = cases_of(given(HEADER + row + DIAGNOSIS.format("p")))["p"]
        found, named = case(one).findings, case(one).diagnoses
        there, absent = (
            (found.present, found.absent) if model == "Phenotype" else (named.final, named.excluded)
        )
        fevers = [sum(each.what.startswith("HP:0001945 ") for each in claims) for claims in (there, absent)]
        assert fevers == [int(present == 1), int(present == 0)]
        lost = {each.path.rpartition("/")[2]: each.reason for each in one.losses if f"2/{model}" in each.path}
        assert lost == reasons


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Oculocutaneous albinism", "other-label"),
        ("Albinism", "other-label"),
        ("ja", "unmapped-code"),
        ("not observed", "unmapped-code"),
        ("Ausgeschlossen", "unmapped-code"),
        ("kein Albinismus", "unmapped-code"),
    ],
)
def test_a_label_is_told_from_a_denial_where_no_vocabulary_knows_the_term(said: str, reason: str) -> None:
    row = DIAGNOSIS.format("p").replace(",,", f",{said},").replace("_221", "_55")
    one = cases_of(given(HEADER + row + FEVER.format("")))["p"]
    assert len(case(one).diagnoses.final) == (reason == "other-label")
    assert ("given.csv/2/Diagnosis/value", reason) in {(each.path, each.reason) for each in one.losses}


@pytest.mark.parametrize(
    ("said", "found"),
    [("NM_000350.3:c.5882G>A", True), ("", True), ("not detected", False), ("false", False)],
)
def test_a_variant_that_was_not_found_is_no_result(said: str, found: bool) -> None:
    row = f"Genetic,p,xsd:string,2016-09-20,,{said},http://www.ncbi.nlm.nih.gov/clinvar/variation/7\n"
    one = cases_of(given(HEADER + row + DIAGNOSIS.format("p")))["p"]
    assert [bool(each.result_term) for each in case(one).tests] == ([True] if found else [])
    lost = {each.path: each.reason for each in one.losses}
    assert lost.get("given.csv/2/Genetic/valueIRI") == (None if found else "no-place")


@pytest.mark.parametrize("said", ["false", "no", "not done"])
def test_an_operation_that_was_not_done_is_none(said: str) -> None:
    header = HEADER.replace("valueIRI", "activity")
    rows = f"Surgery,p,,2016-03-01,,{said},http://purl.obolibrary.org/obo/NCIT_C51692\n"
    one = cases_of(given(header + rows + rows.replace(f",{said},", ",,")))["p"]
    assert len(case(one).treatments) == 1
    lost = {each.path: each.reason for each in one.losses}
    assert lost["given.csv/2/Surgery/activity"] == ("no-place" if said == "false" else "required-missing")


def test_what_is_left_behind_is_named(patient: Imported) -> None:
    lost = {(loss.path.removeprefix("patient.csv/"), loss.reason): loss.value for loss in patient.losses}
    expected = {
        ("2/Sex/startdate", "identifier"): "",
        ("3/Birthdate/value", "identifier"): "",
        ("4/Diagnosis/event_id", "no-place"): "7",
        ("4/Diagnosis/comments", "no-place"): "seen in clinic",
        ("8/Phenotype/valueIRI", "no-code"): "itching",
        ("8/Phenotype/startdate", "required-missing"): "2016-01-01",
        ("10/Laboratory/unit", "no-code"): "mmol per litre",
        ("12/Medication/activity", "unmapped-code"): "http://example.org/by-tube",
        ("12/Medication/frequency_type", "unmapped-code"): "http://example.org/now-and-then",
        ("12/Medication/frequency_value", "unmapped-code"): "3",
        ("12/Medication/enddate", "not-exact"): "2016-02-01",
        ("13/Medication/value", "required-missing"): "10",
        ("13/Medication/unit", "no-code"): "tablets",
        ("16/Status/valueIRI", "duplicate"): "http://semanticscience.org/resource/SIO_010059",
        ("17/Birthplace/value", "identifier"): "",
        ("18/Biobank/value", "not-a-case"): "s-1",
    }
    assert {key: lost.get(key) for key in expected} == expected
    assert {loss.record for loss in patient.losses} == {"p-1"}
    assert {loss.reason for loss in patient.losses} <= set(REASONS)


def test_each_cell_is_carried_or_named(patient: Imported) -> None:
    """Whatever text of the file is in neither the case nor the losses was dropped without a word."""
    told = repr(patient.document) + repr([(loss.path, loss.value) for loss in patient.losses])
    lines = {loss.path.split("/")[1] for loss in patient.losses}
    dropped = []
    for number, row in enumerate(table(HERE / "patient.csv"), 2):
        for column, text in row.items():
            short = curie(text) if text.startswith("http") else text
            private = row["model"] in ("Sex", "Birthdate", "Birthplace") and str(number) in lines
            if (
                text
                and column not in ("model", "value_datatype")
                and not private
                and short not in told
                and text not in told
            ):
                dropped.append((number, column, text))
    # A code that stands for a word of a closed list or a unit of UCUM, two doses per day, and false are
    # carried as such.
    assert Counter(column for _, column, _ in dropped) == {
        **dict.fromkeys(("activity", "frequency_type", "value"), 1),
        "unit": 2,
    }


DRUGS = "model,pid,value,value_datatype,unit,agent,startdate,enddate\n"
_DRUG = (
    "Medication,p,{},xsd:integer,http://purl.obolibrary.org/obo/UO_0000022,"
    "http://purl.obolibrary.org/obo/CHEBI_44185,2020-01-01,{}\n"
)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # the end that is the start is none: the end of the other row is not that of this one
        ([(10, "2020-01-01"), (20, "2020-05-01")], {None: {10}, "date-2020-05-01": {20}}),
        ([(10, "2020-02-01"), (20, "2020-03-01")], {"date-2020-02-01": {10}, "date-2020-03-01": {20}}),
        ([(10, "2020-02-01"), (20, "2020-02-01")], {"date-2020-02-01": {10, 20}}),
        ([(10, "2020-01-01"), (20, "")], {None: {10, 20}}),
    ],
)
def test_a_treatment_has_one_end_and_the_doses_of_the_rows_with_that_end(
    rows: list[tuple[int, str]], expected: dict[str | None, set[int]]
) -> None:
    one = cases_of(given(DRUGS + "".join(_DRUG.format(*row) for row in rows)))["p"]
    found: dict[str, tuple[set[str | None], set[float | None]]] = {}
    for name, kind, claim in claim_names(iterate_claims(case(one))):
        if isinstance(claim, Treatment):
            ends, doses = found.setdefault(name, (set(), set()))
            ends.add(claim.ends_at)
            doses.update(dose.dose for dose in claim.doses)
        else:
            assert kind == "DoseSegment"
    assert sorted(map(repr, found.values())) == sorted(
        repr(({end}, doses)) for end, doses in expected.items()
    )
    names = [name for name, _, _ in claim_names(iterate_claims(case(one)))]
    assert len(names) == len(set(names)) == 2 + len(expected)


# --- what is wrong with a file


@pytest.mark.parametrize(
    ("row", "place", "code", "said"),
    [
        ("Diagnosis,p,,2016-13-01,,,http://a.org/b\n", (2, 4), "wrong-value", "2016-13-01"),
        (
            "Sex,p,,1985-02-30,,,http://purl.obolibrary.org/obo/NCIT_C16576\n",
            (2, 4),
            "wrong-value",
            "1985-02-30",
        ),
        ("First_visit,p,,,2016-01-40,,\n", (2, 5), "wrong-value", "2016-01-40"),
        ("Diagnosis,p,,2016-02-01,2016-01-01,,http://a.org/b\n", (2, 5), "wrong-value", "before the start"),
        ("Examination,p,xsd:float,2016-02-01,,NaN,http://a.org/b\n", (2, 6), "wrong-value", "NaN"),
        ("Laboratory,p,xsd:float,2016-02-01,,NaN,http://a.org/b\n", (2, 6), "wrong-value", "NaN"),
        ("First_visit,p,,2016-02-01,,-inf,\n", (2, 6), "wrong-value", "-inf"),
        ("Examination,p,xsd:float,2016-02-01,,1e999,http://a.org/b\n", (2, 6), "wrong-value", "1e999"),
        ("Examination,p,xsd:flaot,2016-02-01,,1,http://a.org/b\n", (2, 3), "wrong-value", "xsd:flaot"),
        ("Diagnosis,p,xsd:boolean,2016-02-01,,perhaps,http://a.org/b\n", (2, 6), "wrong-value", "perhaps"),
        ("Diagnose,p,,2016-02-01,,,http://a.org/b\n", (2, 1), "unknown-field", "Diagnose"),
        ("Diagnosis,,,2016-02-01,,,http://a.org/b\n", (2, 2), "missing-key", "pid"),
        (",p,,2016-02-01,,,http://a.org/b\n", (2, 1), "missing-key", "model"),
        ("Diagnosis,p,,2016-02-01,,,http://a.org/b,more\n", (2, 8), "ragged-row", "8 cells"),
        ("Diagnosis,p,,2016-02-01,,http://a.org/b\n", (2, 7), "ragged-row", "6 cells"),
    ],
)
def test_a_wrong_row_is_told_and_the_other_patients_go_on(
    row: str, place: tuple[int, int], code: str, said: str
) -> None:
    text = HEADER + row + DIAGNOSIS.format("other")
    cases, problems = split(read_care_sm(given(text), OPTIONS))
    assert list(cases) == ["other"]
    (problem,) = problems
    assert (problem.file, problem.line, problem.column, problem.code) == ("given.csv", *place, code)
    assert said in problem.message


def test_a_patient_with_a_wrong_row_makes_no_case_and_each_wrong_row_is_told() -> None:
    wrong = (
        "Diagnosis,p,,2016-13-01,,,http://a.org/b\nSex,p,,,,,http://purl.obolibrary.org/obo/NCIT_C16576,x\n"
    )
    cases, problems = split(read_care_sm(given(HEADER + DIAGNOSIS.format("p") + wrong), OPTIONS))
    assert cases == {}
    assert sorted(problem.line for problem in problems) == [3, 4]


@pytest.mark.parametrize(
    ("model", "one", "other"),
    [
        ("Sex", ",http://purl.obolibrary.org/obo/NCIT_C16576", ",http://purl.obolibrary.org/obo/NCIT_C20197"),
        ("Birthdate", "1985-09-10,", "1985-09-11,"),
        ("Birthyear", "1985,", "1986,"),
        ("Deathdate", "2022-08-15,", "2022-08-16,"),
    ],
)
def test_what_can_be_told_once_only_is_refused_if_told_in_two_ways(model: str, one: str, other: str) -> None:
    text = HEADER + "".join(f"{model},p,,,,{value}\n" for value in (one, other))
    cases, problems = split(read_care_sm(given(text), OPTIONS))
    assert (cases, [(each.line, each.code) for each in problems]) == ({}, [(3, "wrong-value")])
    assert len(cases_of(given(HEADER + f"{model},p,,,,{one}\n" * 2))) == 1


@pytest.mark.parametrize(
    ("data", "line", "code", "said"),
    [
        (b"", 0, "empty", "nothing"),
        (b" \n\n", 0, "empty", "nothing"),
        (b"id,sex\n1,f\n", 1, "missing-key", "model, pid"),
        (b"model,value\nSex,1\n", 1, "missing-key", "no column pid"),
        (b"model,pid,value,value\nSex,p,1,2\n", 1, "duplicate-key", "value"),
        (HEADER.encode() + b"Sex,p,,,,,\nSex,q,,,,\xff,\n", 3, "not-utf-8", "0xff"),
        (HEADER.encode() + b'Sex,p,,,,"open,\nSex,q,,,,,\n', 3, "not-csv", "unexpected end"),
        (b"<http://a.org/a> <http://a.org/b> <http://a.org\n", 1, "not-rdf", ""),
        (b'<http://a.org/a> <http://a.org/b> "\xff" .\n', 1, "not-utf-8", ""),
        (b'<http://a.org/a> <http://a.org/b> "c" .\n', 0, "missing-key", "no record"),
    ],
)
def test_a_file_of_which_nothing_can_be_read(data: bytes, line: int, code: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        list(read_care_sm(given(data), OPTIONS))
    (problem,) = caught.value.problems
    assert (problem.line, problem.code) == (line, code)
    assert said in problem.message


def test_there_is_a_limit_and_it_is_told(monkeypatch: pytest.MonkeyPatch, material: Path) -> None:
    monkeypatch.setattr(care_sm, "MOST_ROWS", 2)
    monkeypatch.setattr(care_sm_rdf, "MOST_QUADS", 70)
    rows = given(HEADER + "".join(DIAGNOSIS.format(pid) for pid in "abc"))
    for source in (rows, on_disk(material / "data/care-sm/nquads/CARE-SM-Sex.nq")):
        with pytest.raises(DocumentError) as caught:
            list(read_care_sm(source, OPTIONS))
        assert caught.value.problems[0].code == "too-large"


def test_other_signs_between_cells_blank_lines_and_a_byte_order_mark() -> None:
    text = "\ufeff" + (HEADER + "\n" + DIAGNOSIS.format("p")).replace(",", ";") + ";;;;;;\n"
    assert len(case(cases_of(given(text))["p"]).diagnoses.final) == 1


def test_a_cell_that_is_too_long_refuses_its_patient_alone() -> None:
    long = "x" * (MOST_TEXT + 1)
    text = HEADER + f"Genetic,q,,,,{long[2:]},\nGenetic,p,,,,{long},\n" + DIAGNOSIS.format("p")
    cases, (problem,) = split(read_care_sm(given(text + DIAGNOSIS.format("r")), OPTIONS))
    assert list(cases) == ["q", "r"]
    assert (problem.line, problem.column, problem.code) == (3, 6, "too-large")
    with pytest.raises(DocumentError, match=r"given\.csv:2:1 too-large a line of more than 10,000,000"):
        list(read_care_sm(given(HEADER + "Genetic,q,,,," + long * 2 + ",\n"), OPTIONS))


def test_a_cell_over_two_lines_does_not_shift_the_lines_of_problems() -> None:
    text = (
        HEADER
        + 'Diagnosis,q,,2016-02-01,,"one\ntwo",http://a.org/b\nDiagnosis,p,,2016-13-01,,,http://a.org/b\n'
    )
    _, problems = split(read_care_sm(given(text), OPTIONS))
    assert [problem.line for problem in problems] == [4]


def test_the_same_row_in_two_files_is_carried_once() -> None:
    text = HEADER + "Surgery,p,,2016-02-01,,,\n"
    rows = "model,pid,activity,startdate\nSurgery,p,http://purl.obolibrary.org/obo/NCIT_C51692,2016-02-01\n"
    found = cases_of(given(rows, "one.csv"), given(rows, "two.csv"), given(text, "three.csv"))["p"]
    assert len(case(found).treatments) == 1
    assert [loss.path for loss in found.losses if loss.reason == "duplicate"] == ["two.csv/2/Surgery"]


def test_what_a_template_adds_is_no_loss_and_what_differs_from_it_is() -> None:
    header = "model,pid,role_type,process_type,output_id\n"
    fixed = "http://purl.obolibrary.org/obo/OBI_0000093"
    row = f"Diagnosis,p,{fixed},http://example.org/own,http://www.orpha.net/ORDO/Orphanet_221\n"
    found = cases_of(given(header + row))["p"]
    assert [(loss.path, loss.value) for loss in found.losses] == [
        ("given.csv/2/Diagnosis/process_type", "http://example.org/own")
    ]


# --- the shared files


def test_the_format_is_known_by_how_a_file_begins(material: Path) -> None:
    files = [
        *(material / "data/care-sm").glob("*/*.*"),
        *(material / "data/ejp-rd-cde-v1").glob("*.csv"),
    ]
    known = [path for path in files if looks_like_care_sm(path.read_bytes()[:4096])]
    assert (len(known), len(files)) == (36, 36)
    others = list((material / "data").glob("*/*.json"))
    assert others
    assert not any(looks_like_care_sm(path.read_bytes()[:4096]) for path in others)
    assert not looks_like_care_sm(b"id,label,model\n")


@pytest.fixture(scope="module")
def folder(material: Path) -> Path:
    return material / "data/care-sm/csv-obo"


#: file -> where its claims stand in a case, and the column that names the concept.
CARRIED = {
    "Diagnosis": ("diagnoses.final", "valueIRI"),
    "Phenotype": ("findings.present", "valueIRI"),
    "Symptoms_onset": ("findings.present", "target"),
    "Examination": ("tests", "valueIRI"),
    "Laboratory": ("tests", "target"),
    "Medication": ("treatments", "agent"),
    "Surgery": ("treatments", "activity"),
}


@pytest.mark.parametrize("name", CARRIED)
def test_each_row_of_a_shared_file_is_a_claim(name: str, folder: Path) -> None:
    path, column = CARRIED[name]
    rows = [row for row in table(folder / f"{name}.csv") if row[column]]
    expected = Counter((row["pid"], curie(row[column]).removeprefix("ATC:")) for row in rows)
    found: Counter[tuple[str, str]] = Counter()
    for pid, imported in cases_of(on_disk(folder / f"{name}.csv")).items():
        claims = attrgetter(path)(case(imported))
        found.update((pid, claim.what.split(" ")[0].removeprefix("ATC:")) for claim in claims)
    assert rows
    assert found == expected


def test_sexes_deaths_numbers_and_dates_are_those_of_the_files(folder: Path) -> None:
    words = {"C16576": "female", "C20197": "male"}
    sexes = {row["pid"]: words[row["valueIRI"][-6:]] for row in table(folder / "Sex.csv")}
    assert {pid: case(each).sex for pid, each in cases_of(on_disk(folder / "Sex.csv")).items()} == sexes
    deaths = {row["pid"]: row["value"] for row in table(folder / "Deathdate.csv")}
    found = cases_of(on_disk(folder / "Deathdate.csv"))
    assert {pid: case(each).course[0].at for pid, each in found.items()} == {
        pid: f"date-{day}" for pid, day in deaths.items()
    }
    values = {
        row["pid"]: (float(row["value"]), f"date-{row['startdate']}")
        for row in table(folder / "Laboratory.csv")
    }
    tests = {pid: case(each).tests[0] for pid, each in cases_of(on_disk(folder / "Laboratory.csv")).items()}
    assert {pid: (each.value, each.at) for pid, each in tests.items()} == values
    assert (len(sexes), len(deaths), len(values)) == (100, 68, 72)


def test_all_elements_of_a_patient_make_one_case_and_two_patients_are_refused(folder: Path) -> None:
    """One has an end date on the 35th of March, one a birth year that is not that of the birth date."""
    names = sorted(path for path in folder.glob("*.csv") if path.name != "CARE.csv")
    cases, problems = split(read_care_sm_files([on_disk(path) for path in names], OPTIONS))
    assert len(names) == 18
    assert len(cases) == 98
    told = [(Path(each.file).name, each.line, each.column, each.code) for each in problems]
    assert told == [("Disability.csv", 2, 5, "wrong-value"), ("Birthyear.csv", 57, 5, "wrong-value")]
    together, also = split(read_care_sm(on_disk(folder / "CARE.csv"), OPTIONS))
    assert len(also) == 2
    assert together.keys() == cases.keys()
    same = [pid for pid in cases if facts(cases[pid]) == facts(together[pid])]
    assert len(same) == 98


def facts(imported: Imported) -> tuple[object, ...]:
    """Return what a case says, whatever the order of its rows."""
    told = case(imported)
    lists = (told.findings.present, told.diagnoses.final, told.tests, told.treatments, told.course)
    return (told.sex, *(sorted(map(repr, each)) for each in lists), sorted(told.occasions.items()))


NQUADS = ("Birthdate", "Diagnosis", "First_visit", "Laboratory", "Medication", "Sex", "Status")


def test_quads_say_the_same_as_the_row_of_the_same_patient(material: Path, folder: Path) -> None:
    claims = 0
    for name in (*NQUADS, "Symptoms_onset"):
        found = cases_of(on_disk(material / f"data/care-sm/nquads/CARE-SM-{name}.nq"))
        ((pid, one),) = found.items()
        rows = case(cases_of(on_disk(folder / f"{name}.csv"))[pid])
        told = case(one)
        for path in ("findings.present", "diagnoses.final", "tests", "treatments", "course"):
            here, there = attrgetter(path)(told), attrgetter(path)(rows)
            assert set(map(repr, here)) <= set(map(repr, there)), name
            claims += len(here)
        assert told.sex == rows.sex
    assert claims == 4


def test_quads_of_a_phenotype_that_the_rows_of_the_patient_do_not_have(material: Path) -> None:
    (one,) = cases_of(on_disk(material / "data/care-sm/nquads/CARE-SM-Phenotype.nq")).values()
    (found,) = case(one).findings.present
    assert (found.what, found.at) == ("HP:0000790 HP:0000790", "date-1993-12-25")


def test_quads_and_rows_lose_the_same_but_the_number_of_the_record(material: Path, folder: Path) -> None:
    for name in ("Medication", "Laboratory", "Status", "Sex"):
        ((pid, one),) = cases_of(on_disk(material / f"data/care-sm/nquads/CARE-SM-{name}.nq")).items()
        other = cases_of(on_disk(folder / f"{name}.csv"))[pid]
        quads = Counter((each.value, each.reason) for each in one.losses if not each.path.endswith("/uniqid"))
        assert quads == Counter((each.value, each.reason) for each in other.losses)
        assert quads


def test_a_record_with_two_outputs_or_no_patient_is_told(material: Path) -> None:
    data = (material / "data/care-sm/nquads/CARE-SM-Laboratory.nq").read_text(encoding="utf-8")
    line = next(each for each in data.splitlines() if '"138.0"' in each)
    _, problems = split(read_care_sm(given(data + line.replace("138.0", "139.0") + "\n"), OPTIONS))
    assert [(each.code, "2 of value" in each.message) for each in problems] == [("wrong-value", True)]
    without = "".join(f"{each}\n" for each in data.splitlines() if "50012001_Identifier" not in each)
    _, problems = split(read_care_sm(given(without), OPTIONS))
    assert [each.code for each in problems] == ["missing-key"]


@pytest.mark.parametrize(
    ("value", "code"),
    [("NaN", "wrong-value"), ("INF", "wrong-value"), ("x" * (MOST_TEXT + 1), "too-large")],
    ids=["NaN", "INF", "too long"],
)
def test_a_record_of_quads_with_a_wrong_value_is_told_with_its_line(
    value: str, code: str, material: Path
) -> None:
    good = (material / "data/care-sm/nquads/CARE-SM-Sex.nq").read_text(encoding="utf-8")
    bad = (material / "data/care-sm/nquads/CARE-SM-Laboratory.nq").read_text(encoding="utf-8")
    assert bad.count('"138.0"') == 1
    data = f"{good}# the next\n{bad.replace('138.0', value).replace('50012001', '7')}"
    record = next(each for each in bad.splitlines() if "_Record>" in each.split()[0]).split()[0]
    start = next(at for at, each in enumerate(data.splitlines(), 1) if each.startswith(record))
    assert start > len(good.splitlines()) + 1
    cases, (problem,) = split(read_care_sm(given(data, "a.nq"), OPTIONS))
    assert len(cases) == 1
    assert (problem.line, problem.code) == (start, code)
    assert "value" in problem.message


def test_a_line_of_quads_that_fills_the_memory_is_refused_with_its_number() -> None:
    line = b'<http://a.org/a> <http://a.org/b> "' + b"x" * 20_000_000 + b'" .\n'
    with pytest.raises(DocumentError, match=r"given\.csv:2:1 too-large a line of more than 10,000,000 bytes"):
        list(read_care_sm(given(b"# quads\n" + line), OPTIONS))


def test_a_patient_is_told_under_the_file_that_tells_of_them() -> None:
    files = CareSmFiles(OPTIONS)
    for name, pids in (("one.csv", "a"), ("two.csv", "ab"), ("three.csv", "c")):
        assert list(files.read(given(HEADER + "".join(map(DIAGNOSIS.format, pids)), name))) == []
    assert [name for name, _ in files.rest()] == ["one.csv", "two.csv", "three.csv"]


def test_a_row_that_is_told_twice_is_named_by_its_line_and_what_it_says() -> None:
    birth = "Birthdate,p,xsd:date,1985-09-10,1985-09-10,1985-09-10,\n"
    diagnosis = DIAGNOSIS.format("p")
    (one,) = cases_of(given(HEADER + birth + diagnosis + birth + diagnosis)).values()
    told = {(each.path, each.value) for each in one.losses if each.reason == "duplicate"}
    assert told == {
        ("given.csv/4/Birthdate", ""),
        ("given.csv/5/Diagnosis", "http://www.orpha.net/ORDO/Orphanet_221"),
    }


def test_what_a_record_says_beside_the_pattern_is_named(material: Path) -> None:
    data = (material / "data/care-sm/nquads/CARE-SM-Sex.nq").read_text(encoding="utf-8")
    graph = next(each for each in data.splitlines() if "_Process>" in each).rsplit(" ", 2)[1]
    more = f"<http://a.org/x> <http://a.org/says> <http://a.org/y> {graph} .\n"
    (one,) = cases_of(given(data + more)).values()
    assert any(
        each.path.endswith("http://a.org/says") and each.value == "http://a.org/y" for each in one.losses
    )


# --- EJP-RD CDE v1


def cde(material: Path, *names: str) -> dict[str, Imported]:
    return cases_of(*(on_disk(material / f"data/ejp-rd-cde-v1/{name}.csv") for name in names))


def test_the_tables_of_cde_v1(material: Path) -> None:
    cases = cde(
        material, "personal_information", "diagnosis", "disease_history", "patient_consent", "pseudonym"
    )
    folder = material / "data/ejp-rd-cde-v1"
    sexes = {row["pid"]: row["sexLabel"].lower() for row in table(folder / "personal_information.csv")}
    assert {pid: case(each).sex for pid, each in cases.items()} == {
        pid: sex if sex in ("female", "male") else "unknown" for pid, sex in sexes.items()
    }
    diagnoses = {row["pid"]: curie(row["ordo_uri"]) for row in table(folder / "diagnosis.csv")}
    assert {pid: case(each).diagnoses.final[0].what.split(" ")[0] for pid, each in cases.items()} == diagnoses
    assert len(cases) == 20
    lost = Counter(each.reason for one in cases.values() for each in one.losses if "sexURI" in each.path)
    assert lost == {"unmapped-code": 1}


def test_measurements_and_drugs_of_cde_v1_keep_their_labels(material: Path) -> None:
    cases = cde(material, "body_measurement")
    first = case(cases["273532bd5"]).tests[0]
    assert (first.what, first.value, first.unit) == ("PATO:0000119 Height quality (PATO)", 122.1, "cm")
    assert (first.unit_term, first.at) == (None, "date-2019-06-11")
    assert len(cases) == 5
    drugs = (material / "data/ejp-rd-cde-v1/drug_treatment.csv").read_text(encoding="utf-8")
    header, row = drugs.splitlines()
    (drug,) = cases_of(given(f"pid,{header}\np1,{row}\n".encode())).values()
    (given_drug,) = case(drug).treatments
    assert (given_drug.what, given_drug.at, given_drug.ends_at) == (
        "ATC:L01XC02 rituximab",
        "date-2019-04-05",
        "date-2021-08-08",
    )
    assert (given_drug.doses[0].dose, given_drug.doses[0].route) == (60, "oral")


def test_a_table_that_names_no_patient_is_refused_and_the_others_are_read(material: Path) -> None:
    folder = material / "data/ejp-rd-cde-v1"
    files = [on_disk(folder / f"{name}.csv") for name in ("drug_treatment", "body_measurement")]
    cases, (problem,) = split(read_care_sm_files(files, OPTIONS))
    assert (problem.file, problem.line, problem.code) == (files[0].name, 1, "no-patient")
    assert len(cases) == 5


def test_an_onset_of_no_named_disease_cannot_be_held(material: Path) -> None:
    cases = cde(material, "disease_history")
    found = Counter(
        (each.path.rpartition("/")[2], each.reason) for one in cases.values() for each in one.losses
    )
    rows = table(material / "data/ejp-rd-cde-v1/disease_history.csv")
    assert found["onset_uri", "required-missing"] == sum(bool(row["onset_uri"]) for row in rows) > 0
    assert found["onset_date", "required-missing"] == sum(bool(row["onset_date"]) for row in rows) > 0
    assert found["uniqid", "no-place"] == len(rows)


def test_imaging_without_a_result_is_named_and_not_carried(material: Path) -> None:
    (one,) = cde(material, "imaging").values()
    assert case(one).tests == ()
    images = [each.value for each in one.losses if each.path.endswith("/imageID")]
    assert images == [row["imageID"] for row in table(material / "data/ejp-rd-cde-v1/imaging.csv")]


# --- to CARE-SM


def test_a_timestamp_has_a_date_and_its_time_of_day_is_named() -> None:
    builder = RecordBuilder(OPTIONS, "p")
    times = builder.times
    at = times.date("2018-08-12T07:56:53+00:00")
    lasting = times.stretch("2018-09-01T07:56:53-05:00", "2018-09-03T08:00:00Z")
    builder.present += [
        builder.claim(Finding, what="HP:0001945 Fever", at=at),
        builder.claim(Finding, what="HP:0000989 Pruritus", at=lasting),
        builder.claim(Finding, what="HP:0000988 Skin rash", at=times.date("2018-08")),
    ]
    rows, losses = to_care_sm(stored(builder.imported()))
    dates = [(row["startdate"], row.get("enddate")) for row in rows if row["model"] == "Phenotype"]
    assert dates == [("2018-08-12", None), ("2018-09-01", "2018-09-03")]
    assert sorted((each.path, each.reason) for each in losses if "occasions/" in each.path) == [
        ("occasions/date-2018-08", "no-time"),
        (f"occasions/{at}/printed", "not-exact"),
        (f"occasions/{lasting}/printed", "not-exact"),
    ]


@pytest.mark.parametrize(
    ("unit", "term"), [("mg", "UO_0000022"), ("L/min", "NCIT_C67388")], ids=["of UO", "of NCIT alone"]
)
def test_a_dose_in_ucum_has_the_term_of_its_unit(unit: str, term: str) -> None:
    builder = RecordBuilder(OPTIONS, "p")
    dose = builder.claim(DoseSegment, at=builder.times.date("2020-01-01"), dose=6, unit=unit)
    builder.treatments.append(builder.claim(Treatment, what="NCIT:C722 Oxygen", doses=(dose,)))
    rows, _ = to_care_sm(stored(builder.imported()))
    assert [(row["value"], row["unit"]) for row in rows if row["model"] == "Medication"] == [
        ("6", f"http://purl.obolibrary.org/obo/{term}")
    ]


def again(cases: Iterable[Imported], options: Options = OPTIONS) -> dict[str, Imported]:
    out = io.BytesIO()
    list(write_care_sm(map(stored, cases), out))
    return cases_of(given(out.getvalue()), options=options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("Deathdate", 68),
        ("Diagnosis", 72),
        ("Examination", 100),
        ("Genetic", 67),
        ("Laboratory", 72),
        ("Medication", 32),
        ("Phenotype", 97),
        ("Sex", 100),
        ("Birthdate", 100),
        ("Birthyear", 100),
        ("Status", 68),
        ("Symptoms_onset", 46),
    ],
)
def test_a_shared_file_goes_out_and_comes_back(name: str, count: int, folder: Path) -> None:
    options = Options("demo", keep_identifiers=True)
    cases = cases_of(on_disk(folder / f"{name}.csv"), options=options)
    back = again(cases.values(), options)
    assert len(back) == count
    assert {pid: each.document for pid, each in back.items()} == {pid: cases[pid].document for pid in back}
    empty = [each for pid, each in cases.items() if pid not in back]
    assert all(facts(each)[:6] == ("unknown", [], [], [], [], []) for each in empty)


@pytest.mark.slow
def test_all_of_a_patient_goes_out_and_comes_back_but_operations(folder: Path) -> None:
    options = Options("demo", keep_identifiers=True)
    cases, _ = split(read_care_sm(on_disk(folder / "CARE.csv"), options))
    losses = [each for one in cases.values() for each in to_care_sm(stored(one))[1]]
    back = again(cases.values(), options)
    assert len(back) == 98
    operations = [each for each in losses if each.path.startswith("treatments/")]
    assert {each.reason for each in operations} == {"required-missing"}
    assert len(operations) == 11
    for pid, one in back.items():
        before, after = case(cases[pid]), case(one)
        drugs = tuple(each for each in before.treatments if each.doses)
        assert after.treatments == drugs
        for part in ("sex", "findings", "diagnoses", "tests", "course"):
            assert getattr(after, part) == getattr(before, part)


def test_nothing_that_is_absent_undated_or_unmeasured_is_written(patient: Imported) -> None:
    rows, losses = to_care_sm(stored(patient))
    written = {row.get("valueIRI") for row in rows if row["model"] == "Phenotype"}
    assert written == {"http://purl.obolibrary.org/obo/HP_0000989"}
    lost = {each.path: each.reason for each in losses}
    assert lost["findings/absent/0"] == "no-place"
    assert lost["findings/present/1"] == "no-time"
    assert lost["tests/1"] == "no-place"
    assert lost["treatments/3"] == "required-missing"
    assert lost["passages"] == "no-place"
    assert {row["pid"] for row in rows} == {"p-1"}
    assert all(set(row) <= set(COLUMNS) for row in rows)
    assert {each.record for each in losses} == {"https://w3id.org/casegraph/case/demo/p-1"}


def test_only_what_is_known_to_be_a_drug_is_written_as_one() -> None:
    builder = RecordBuilder(OPTIONS, "p")
    at = builder.times.date("2020-01-01")
    fractions = builder.claim(DoseSegment, at=at, doses_in_all=5)
    radiation = {"cumulative_dose": 50, "cumulative_unit": "Gy", "doses": (fractions,)}
    more: dict[str, Any]
    for what, more in (
        ("CHEBI:44185 methotrexate", {}),
        ("SNOMEDCT:277132007 Therapeutic procedure (procedure)", {}),
        ("NCIT:C40431 Proton Radiation", radiation),
        ("NCIT:C722 Oxygen", {}),
    ):
        builder.treatments.append(builder.claim(Treatment, what=what, at=at, **more))
    rows, losses = to_care_sm(stored(builder.imported()))
    assert [row["agent"][-5:] for row in rows if row["model"] != "Sex"] == ["44185"]
    assert {each.path: each.reason for each in losses if each.path.startswith("treatments/")} == {
        "treatments/1": "required-missing",
        "treatments/2": "no-place",
        "treatments/3": "required-missing",
    }


def test_a_label_that_no_vocabulary_has_is_named_once_for_each_term() -> None:
    builder = RecordBuilder(OPTIONS, "p", sex="female")
    at, later = builder.times.date("2020-01-01"), builder.times.date("2020-02-01")
    dose = builder.claim(DoseSegment, dose=50, unit="mg", times=1, period_days=1, route="oral")
    for each in (at, later):
        builder.treatments.append(
            builder.claim(Treatment, what="cgt:DrugCentral:1610 losartan", at=each, doses=(dose,))
        )
    builder.present.append(builder.claim(Finding, what="HP:0001945 Fever", at=at))
    builder.present.append(builder.claim(Finding, what="HP:0000790 HP:0000790", at=at))
    rows, losses = to_care_sm(stored(builder.imported()))
    assert Counter(row["model"] for row in rows) == {"Sex": 1, "Medication": 2, "Phenotype": 2}
    assert [(each.path, each.value, each.reason) for each in losses if each.path.endswith("/label")] == [
        ("treatments/0/what/label", "losartan", "no-place")
    ]


@pytest.mark.parametrize(("second", "several"), [("2020-01-01", False), ("2020-02-01", True)])
def test_doses_at_several_times_are_several_treatments_which_is_named(second: str, several: bool) -> None:
    builder = RecordBuilder(OPTIONS, "p")
    first, then = builder.times.date("2020-01-01"), builder.times.date(second)
    doses = tuple(
        builder.claim(DoseSegment, dose=dose, unit="mg", at=at) for dose, at in ((5, first), (10, then))
    )
    builder.treatments.append(
        builder.claim(Treatment, what="CHEBI:44185 methotrexate", at=first, doses=doses)
    )
    _, losses = to_care_sm(stored(builder.imported()))
    told = [(each.value, each.reason) for each in losses if each.path == "treatments/0/doses"]
    assert told == ([("read again as 2 treatments", "not-exact")] if several else [])


def test_curated_cases_go_out_with_the_losses_told() -> None:
    """They count days from an anchor and have no calendar: CARE-SM can hold the sex and a death."""
    models: Counter[str] = Counter()
    sexes = deaths = claims = 0
    for path in shipped("cases", "*.yaml"):
        document = read_document(path).document
        for key, told in document.cases.items():
            one = StoredCase(f"https://x.org/case/{key}", told, document.report, document.passages)
            rows, losses = to_care_sm(one)
            models.update(row["model"] for row in rows)
            sexes += told.sex in ("female", "male")
            deaths += sum(turn.kind == "death" for turn in told.course)
            lost = {each.path for each in losses}
            claims += len(told.findings.absent)
            assert {f"findings/absent/{number}" for number in range(len(told.findings.absent))} <= lost
            assert {f"responses/{number}" for number in range(len(told.responses))} <= lost
            assert {f"treatments/{number}" for number in range(len(told.treatments))} <= {
                "/".join(each.split("/")[:2]) for each in lost
            }
    assert models == {"Sex": sexes, "Status": deaths}
    assert min(sexes, deaths, claims) > 0


def _curated_cases() -> Iterator[StoredCase]:
    for path in shipped("cases", "*.yaml"):
        document = read_document(path).document
        for iri, told in subjects(document):
            if isinstance(told, Case):
                yield StoredCase(iri, told, document.report, document.passages)


def test_no_two_cases_of_an_export_are_one_patient() -> None:
    cases = list(_curated_cases())
    out = io.BytesIO()
    list(write_care_sm(cases, out))
    pids = [row["pid"] for row in csv.DictReader(io.StringIO(out.getvalue().decode()))]
    told = [
        one
        for one in cases
        if one.case.sex in ("female", "male") or any(turn.kind == "death" for turn in one.case.course)
    ]
    assert len(told) > 15
    assert list(dict.fromkeys(pids)) == [one.iri.partition("/case/")[2] for one in told]


def test_records_of_two_data_sets_with_one_identifier_are_two_patients(folder: Path) -> None:
    found = [cases_of(on_disk(folder / "Sex.csv"), options=Options(name)) for name in ("one", "two")]
    out = io.BytesIO()
    list(write_care_sm([stored(each) for cases in found for each in cases.values()], out))
    pids = [row["pid"] for row in csv.DictReader(io.StringIO(out.getvalue().decode()))]
    assert pids == [*found[0], *(f"two/{quote(pid, safe='')}" for pid in found[1])]
    assert len(set(pids)) == 200
