"""Terms that no vocabulary knows: people read and ask for them by what the records call them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from casegraph.cli import commands
from casegraph.namespaces import BASE, compact

Ask = Callable[..., str]


def term(identifier: str, label: str) -> dict[str, str]:
    return {"id": identifier, "label": label}


DISEASE, DRUG = term("CLINIC:1", "a disease of the clinic"), term("CLINIC:2", "A drug of the clinic")
SIGN = term("CLINIC:3", "a sign of the clinic")
DOSE = {
    "quantity": {"unit": term("UCUM:mg", "milligram"), "value": 30},
    "scheduleFrequency": term("CLINIC:5", "Once Weekly"),
    "interval": {"start": "2020-03-20T00:00:00Z", "end": "2020-03-22T00:00:00Z"},
}


def phenopacket(**more: Any) -> dict[str, Any]:
    """Return a phenopacket whose terms are all of the clinic's own."""
    head = {"created": "2026-01-02T00:00:00Z", "createdBy": "curator", "phenopacketSchemaVersion": "2.0"}
    return {
        "id": "one",
        "subject": {"id": "a", "sex": "FEMALE"},
        "diseases": [{"term": DISEASE}],
        "phenotypicFeatures": [{"type": SIGN}],
        "medicalActions": [{"treatment": {"agent": DRUG, "doseIntervals": [DOSE]}}],
        "metaData": head,
        **more,
    }


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Return what runs a command on a store that holds one phenopacket, made of the given parts."""

    def asked(*call: str, **more: Any) -> str:
        file = tmp_path / "one.json"
        file.write_text(json.dumps(phenopacket(**more)), encoding="utf-8")
        store = ("--store", str(tmp_path / "store"))
        loaded = CliRunner().invoke(commands, ["load", str(file), "--dataset", "clinic", *store])
        assert loaded.exit_code == 0, loaded.output
        result = CliRunner().invoke(commands, [*call, *store])
        assert result.exit_code == 0, result.output
        return result.stdout

    return asked


CASE = "clinic/one"


@pytest.mark.slow
def test_show_calls_them_by_their_labels(ask: Ask) -> None:
    text = ask("show", CASE)
    for each in (DISEASE, DRUG, SIGN):
        assert each["label"] in text
        assert f"{compact(BASE)}term/{each['id']}" not in text


@pytest.mark.slow
def test_cases_names_the_disease(ask: Ask) -> None:
    (row,) = csv.DictReader(ask("cases", "-f", "csv").splitlines())
    assert row["diagnosis"] == DISEASE["label"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["timeline", "treatments_in_order"])
def test_rows_for_people_carry_the_labels(name: str, ask: Ask) -> None:
    query = ("query", name, "-p", f"case={CASE}", "-f")
    assert f"{DRUG['label']} (" in ask(*query, "md")
    labels = {value for line in ask(*query, "jsonl").splitlines() for value in json.loads(line).values()}
    assert DRUG["label"] in labels


def drugs(ask: Ask, drug: str) -> list[str]:
    asked = ask("query", "cases_treated_with", "-p", f"drug={drug}", "-f", "jsonl")
    return [json.loads(line)["drug"] for line in asked.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("said", ["cgt:CLINIC:2", f"{BASE}term/CLINIC:2", "a Drug of the clinic"])
def test_a_parameter_takes_what_only_records_name(said: str, ask: Ask) -> None:
    assert drugs(ask, said) == [f"{BASE}term/CLINIC:2"]


def test_a_name_that_records_and_the_vocabulary_share_means_both(ask: Ask, material: Path) -> None:
    """The record gives hydroxychloroquine by a code of the NCIT, which is not at hand."""
    packet = json.loads((material / "data/phenopackets-medical-actions/covid19.json").read_text("utf-8"))
    found = drugs(lambda *call: ask(*call, medicalActions=packet["medicalActions"]), "hydroxychloroquine")
    assert [compact(each) for each in found] == ["NCIT:C557"]


@pytest.mark.slow
def test_a_schedule_that_no_word_stands_for_is_told_with_the_dose(ask: Ask) -> None:
    assert "30 mg Once Weekly" in ask("show", CASE)


@pytest.mark.slow
def test_numbers_have_the_unit_and_results_the_words_of_the_record(ask: Ask) -> None:
    counted = {"quantity": {"unit": term("CLINIC:6", "cells per field"), "value": 12}}
    seen = term("CLINIC:7", "Former smoker")
    measured = [
        {"assay": term("CLINIC:8", "Cells"), "value": counted},
        {"assay": term("CLINIC:9", "Smoking"), "value": {"ontologyClass": seen}},
    ]
    text = ask("show", CASE, measurements=measured)
    assert "  Cells: 12 cells per field [" in text
    assert "  Smoking: Former smoker [" in text
    query = ("query", "investigations", "-p", f"case={CASE}", "-f", "jsonl")
    rows = [json.loads(line) for line in ask(*query, measurements=measured).splitlines()]
    told = {(row["test_label"], row.get("unit_label"), row.get("result_label")) for row in rows}
    assert told == {("Cells", "cells per field", None), ("Smoking", None, "Former smoker")}


@pytest.mark.slow
def test_onset_end_cause_and_site_are_told(ask: Ask) -> None:
    died = {"status": "DECEASED", "causeOfDeath": term("CLINIC:10", "a cause of the clinic")}
    died["timeOfDeath"] = {"age": {"iso8601duration": "P60Y"}}
    sign = {"type": SIGN, "onset": {"age": {"iso8601duration": "P5Y"}}}
    sign["resolution"] = {"age": {"iso8601duration": "P7Y"}}
    done = {"code": term("CLINIC:11", "an operation"), "bodySite": term("UBERON:0000970", "eye")}
    text = ask(
        "show",
        CASE,
        phenotypicFeatures=[sign],
        medicalActions=[{"procedure": done}],
        subject={"id": "a", "vitalStatus": died},
    )
    assert f"{SIGN['label']}, " in text
    assert "over at age-p7y" in text
    assert "put down to a cause of the clinic" in text
    assert "an operation (eye): " in text


@pytest.mark.slow
def test_dates_that_nothing_joins_to_ages_are_not_put_in_one_order(ask: Ask) -> None:
    signs = [
        {"type": SIGN, "onset": {"age": {"iso8601duration": "P5Y"}}},
        {"type": DISEASE, "onset": {"timestamp": "2016-01-01T00:00:00Z"}},
    ]
    days, others = ask("show", CASE, phenotypicFeatures=signs).split(
        "Not known whether before or after those:"
    )
    assert "age-p5y: day 1826" in days
    assert "date-2016-01-01: printed" not in days
    assert "date-2016-01-01: printed" in others


@pytest.mark.slow
def test_the_timeline_has_when_a_finding_was_over(ask: Ask) -> None:
    sign = {"type": SIGN, "onset": {"age": {"iso8601duration": "P5Y"}}}
    sign["resolution"] = {"age": {"iso8601duration": "P7Y"}}
    query = ("query", "timeline", "-p", f"case={CASE}", "-f", "jsonl")
    rows = [json.loads(line) for line in ask(*query, phenotypicFeatures=[sign]).splitlines()]
    of_sign = [(row["when"], row["ends"]) for row in rows if row.get("concept_label") == SIGN["label"]]
    assert of_sign == [("P5Y", False), ("P7Y", True)]


@pytest.mark.slow
def test_a_remission_says_of_what(tmp_path: Path) -> None:
    status = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "Patient/p"},
        "clinicalStatus": {"coding": [{"system": status, "code": "remission"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "an illness"}]},
    }
    entries = [{"resource": {"resourceType": "Patient", "id": "p"}}, {"resource": condition}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    file, store = tmp_path / "b.json", ("--store", str(tmp_path / "store"))
    file.write_text(json.dumps(bundle), encoding="utf-8")
    call = ["load", str(file), "--dataset", "clinic", "--fhir-version", "R4", *store]
    loaded = CliRunner().invoke(commands, call)
    assert loaded.exit_code == 0, loaded.output
    assert "  remission of an illness " in CliRunner().invoke(commands, ["show", "clinic/p", *store]).stdout
