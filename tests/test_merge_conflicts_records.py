"""Published records that are loaded as two data sets: the same, in other units, with slips of a decimal."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from casegraph.ingest import load_paths
from casegraph.loaders.records import Options
from casegraph.merge.conflicts import Comparison, Conflict, Telling, compared, read_tellings
from casegraph.model import TestResult
from casegraph.namespaces import CG
from casegraph.store import open_store
from casegraph.terms import shipped_terms

pytestmark = pytest.mark.slow
Json = dict[str, Any]
UNIT = "mg/dL"


def pairs(ours: Path, theirs: Path) -> Iterator[tuple[Telling, Comparison]]:
    """Yield each case of our records with how it compares with that of the same name in theirs."""
    terms = shipped_terms()
    with open_store(":memory:", writable=True) as store:
        for dataset, path in (("ours", ours), ("theirs", theirs)):
            list(load_paths(store, [path], Options(dataset)))
        rows = store.query(f"SELECT DISTINCT ?case {{ GRAPH ?g {{ ?case a <{CG}Case> }} }}")
        iris = sorted(str(row[0]).strip("<>") for row in rows)  # type: ignore[union-attr]
        told = {each.iri: each for each in read_tellings(store, iris)}
    for iri in iris:
        if "/ours/" in iri:
            one, other = told[iri], told[iri.replace("/ours/", "/theirs/")]
            assert compared(one, other, terms) == compared(other, one, terms)
            yield one, compared(one, other, terms)


#: records -> patients, and numbers in what was measured in them, as counted in the files: of the packets in
#: the four that are taken (of three that share a number the first), of mCODE six quantities and one integer.
RECORDS = {
    "phenopacket-store/NRAS": (7, 0),
    "phenopackets-medical-actions": (4, 9),
    "phenopackets-formats/v2-phenopacket.json": (1, 0),
    "fhir-r4-synthea": (5, 271),
    "fhir-r4-mcode": (1, 7),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_does_not_contradict_itself_and_agrees_in_each_number(name: str, material: Path) -> None:
    folder = material / "data" / name
    told = list(pairs(folder, folder))
    numbers = 0
    for telling, both in told:
        assert both.conflicts == ()
        agreed = {claim for each in both.agreements for claim in each.claims}
        tests = {key: each for key, (_, each) in telling.claims.items() if isinstance(each, TestResult)}
        valued = {f"{telling.iri}#{key}" for key, each in tests.items() if each.value is not None}
        assert valued <= agreed
        numbers += len(valued)
    assert (len(told), numbers) == RECORDS[name]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_what_a_record_dates_after_the_death_is_no_conflict_with_its_copy(material: Path) -> None:
    folder = material / "data" / "care-sm" / "csv-obo"
    died = {row["pid"]: row["value"] for row in rows(folder / "Deathdate.csv")}
    diagnosed = [(row["pid"], row["startdate"]) for row in rows(folder / "Diagnosis.csv")]
    late = {pid for pid, day in diagnosed if day > died.get(pid, day)}
    treated = [(row["pid"], row["startdate"]) for row in rows(folder / "Medication.csv")]
    refused = {pid for pid, day in treated if day > died.get(pid, day)}
    told = {telling.iri.rpartition("/")[2]: both.conflicts for telling, both in pairs(folder, folder)}
    assert len(late - refused) == 3
    assert late - refused == late & told.keys()
    assert [each for each in told.values() if each] == []


def measured(node: object) -> Iterator[Json]:
    """Yield the quantities of one unit that a FHIR resource tells."""
    if isinstance(node, dict):
        if node.get("code") == UNIT and "value" in node:
            yield node
        for each in node.values():
            yield from measured(each)
    elif isinstance(node, list):
        for each in node:
            yield from measured(each)


def copied(folder: Path, to: Path, change: Callable[[float], float], unit: str) -> int:
    """Write patients whose numbers in one unit are changed; return how many numbers that are."""
    changed = 0
    for path in folder.glob("*_*.json"):
        bundle = json.loads(path.read_text("utf-8"))
        for each in measured(bundle):
            each.update(value=change(each["value"]), unit=unit, code=unit)
            changed += 1
        (to / path.name).write_text(json.dumps(bundle), "utf-8")
    return changed


#: what the copy tells instead -> the conflict that each number becomes, whether it is certain and a slip.
CHANGES: dict[str, tuple[Callable[[float], float], str, tuple[str, bool, bool] | None]] = {
    "rounded": (lambda value: round(value, 1), UNIT, None),
    "in another unit": (lambda value: value / 100, "g/L", None),
    "a decimal slipped": (lambda value: value * 10, UNIT, ("number", True, True)),
    "another number": (lambda value: value * 1.05, UNIT, ("number", True, False)),
    "the wrong unit": (lambda value: value, "mg/L", ("unit", True, False)),
    "moles": (lambda value: value / 38, "mmol/L", None),
    "the number of milligrams as moles": (lambda value: value, "mmol/L", ("unit", False, False)),
}


def matter(conflict: Conflict) -> tuple[str, bool, bool]:
    slips = {"slip of a decimal" in each.says for each in conflict.sides}
    assert len(slips) == 1
    return conflict.matter, conflict.certain, slips.pop()


@pytest.mark.parametrize("name", CHANGES)
def test_each_number_that_was_changed_is_found_and_no_other(
    name: str, material: Path, tmp_path: Path
) -> None:
    change, unit, expected = CHANGES[name]
    folder = material / "data" / "fhir-r4-synthea"
    assert copied(folder, tmp_path, change, unit) == 36
    found = Counter(matter(each) for _, both in pairs(folder, tmp_path) for each in both.conflicts)
    assert found == ({expected: 36} if expected else {})
