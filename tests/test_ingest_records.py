"""Records of data sets in a store: who they are, what they share, what is refused, and how they go again."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from casegraph.cli import commands
from casegraph.cli.tally import Tally
from casegraph.errors import InputError, MissingExtraError
from casegraph.facts import case_iris
from casegraph.ingest import (
    Arrived,
    Loaded,
    LoadedRecord,
    Rejected,
    RejectedRecord,
    load_paths,
    load_records,
    remove,
)
from casegraph.ingest.outcomes import State
from casegraph.loaders.fhir import version
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, RecordBuilder
from casegraph.loaders.table import read_table
from casegraph.losses import Loss, summary_of
from casegraph.model import Finding, TestResult
from casegraph.namespaces import BASE, CG, PREFIXES, expand
from casegraph.query import get_query
from casegraph.query import run as run_query
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import LEDGER, Store, open_store
from casegraph.store.ledger import current_digests
from casegraph.store.verifying import verify
from casegraph.subjects import find_case
from casegraph.terms.adding import add
from casegraph.timeline import solve_subject
from casegraph.told import told_names, with_told

CASE = f"{BASE}case/clinic/"
REPORT = f"{BASE}report/pmid/12345678"
FEVER, ARTHRITIS = "HP:0001945", "HP:0001369"
DERMATOMYOSITIS = "MONDO:0016367"


def packet(name: str, *features: str, absent: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """Return a small phenopacket; features are terms of the HPO, labelled by their own identifiers."""
    told: list[dict[str, Any]] = [{"type": {"id": each, "label": each}} for each in features]
    told += [{"type": {"id": each, "label": each}, "excluded": True} for each in absent]
    head = {"created": "2026-01-02T00:00:00Z", "createdBy": "curator", "phenopacketSchemaVersion": "2.0"}
    references = more.pop("references", [])
    return {
        "id": name,
        "subject": {"id": f"person of {name}", "sex": "FEMALE"},
        "phenotypicFeatures": told,
        "metaData": head | {"externalReferences": references},
        **more,
    }


def reference(title: str) -> list[dict[str, str]]:
    return [{"id": "PMID:12345678", "description": title}]


def written(folder: Path, **packets: dict[str, Any] | str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in packets.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:", writable=True) as opened:
        yield opened


def bring(store: Store, *paths: Path, dataset: str = "clinic", **more: bool) -> list[Arrived]:
    return list(load_paths(store, paths, Options(dataset), **more))  # type: ignore[arg-type]


def values(store: Store, what: str) -> set[str]:
    return {str(row["x"]) for row in Rows.read(store.query(f"SELECT ?x {{ {what} }}"))}


def test_a_record_is_a_case_of_its_data_set_and_tells_of_its_publication(
    store: Store, tmp_path: Path
) -> None:
    folder = written(tmp_path / "in", a=packet("P/1 é", FEVER, references=reference("A girl with fever")))
    (loaded,) = bring(store, folder)
    assert isinstance(loaded, LoadedRecord)
    assert (loaded.state, loaded.iri) == ("new", f"{CASE}P%2F1%20%C3%A9")
    assert values(store, f"<{loaded.iri}> <{CG}reportedIn> ?x") == {REPORT}
    assert values(store, f"<{loaded.iri}#record> <{PREFIXES['void']}inDataset> ?x") == {
        f"{BASE}dataset/clinic"
    }
    assert values(store, f"<{REPORT}> <{PREFIXES['dcterms']}title> ?x") == {"A girl with fever"}
    assert values(store, f"<{loaded.iri}> <{CG}phenotype> ?x") == {expand(FEVER)}
    for said in ("clinic/P/1 é", "clinic/P%2F1%20%C3%A9", loaded.iri):
        assert find_case(store, said) == loaded.iri


def test_a_record_without_a_publication_is_told_of_by_its_data_set_which_is_no_report(
    store: Store, tmp_path: Path
) -> None:
    (loaded,) = bring(store, written(tmp_path / "in", a=packet("1", FEVER)))
    assert isinstance(loaded, LoadedRecord)
    assert values(store, f"<{loaded.iri}> <{CG}reportedIn> ?x") == {f"{BASE}dataset/clinic"}
    assert values(store, f"?x a <{CG}CaseReport>") == set()


def test_the_same_identifier_in_two_data_sets_is_two_people(store: Store, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", a=packet("arbitrary.id", FEVER))
    bring(store, folder, dataset="one")
    bring(store, folder, dataset="two")
    assert values(store, f"?x a <{CG}Case>") == {f"{BASE}case/{name}/arbitrary.id" for name in ("one", "two")}


def test_the_data_set_is_named_by_the_folder_or_the_file(store: Store, tmp_path: Path) -> None:
    folder = written(tmp_path / "registry-7", a=packet("1", FEVER))
    bring(store, folder, dataset="")
    bring(store, folder / "a.json", dataset="")
    assert values(store, f"?x a <{CG}DataSet>") == {f"{BASE}dataset/{name}" for name in ("registry-7", "a")}


def test_the_same_record_twice_is_one_and_other_content_is_rejected_by_name(
    store: Store, tmp_path: Path
) -> None:
    one, other = packet("arbitrary.id", FEVER), packet("arbitrary.id", ARTHRITIS)
    first, again, second = bring(store, written(tmp_path / "in", a=one, b=one, c=other))
    assert isinstance(first, LoadedRecord) and first.state == "new"
    assert isinstance(again, LoadedRecord) and again.state == "same"
    assert isinstance(second, RejectedRecord)
    (problem,) = second.problems
    assert problem.code == "same-case"
    assert "a.json" in problem.message and second.source.endswith("c.json")
    assert values(store, f"?case <{CG}phenotype> ?x") == {expand(FEVER)}


@pytest.mark.slow
def test_a_later_load_replaces_the_case_and_touches_no_other(store: Store, tmp_path: Path) -> None:
    bring(store, written(tmp_path / "in", a=packet("1", FEVER), b=packet("2", FEVER)))
    before = store.digest()
    (loaded,) = bring(store, written(tmp_path / "later", a=packet("1", ARTHRITIS)))
    assert isinstance(loaded, LoadedRecord) and loaded.state == "replaced"
    changed = {graph for graph, found in store.digest().items() if before.get(graph) != found}
    assert changed == {f"{CASE}1/asserted", f"{CASE}1/inferred"}
    assert values(store, f"<{CASE}1> <{CG}phenotype> ?x") == {expand(ARTHRITIS)}
    (again,) = bring(store, tmp_path / "later")
    assert isinstance(again, LoadedRecord) and again.state == "unchanged"


@pytest.mark.slow
def test_an_empty_answer_says_what_a_wider_term_cannot_find(tmp_path: Path) -> None:
    rare = {"term": {"id": "OMIM:1", "label": "A myopathy of nobody"}}
    ask = ("query", "cases_by_diagnosis", "-p", "disease=dermatomyositis", "--store", tmp_path / "s")
    run("load", written(tmp_path / "in", a=packet("1", diseases=[rare])), "--store", tmp_path / "s")
    assert "what is above 1 of the store's terms is not known here" in run(*ask).stderr
    run("load", *shipped("cases", "miao-2020.yaml"), "--store", tmp_path / "s")
    assert "what is above" not in run(*ask).stderr


@pytest.mark.slow
def test_a_file_name_that_is_no_utf8_stops_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", b=packet("1", FEVER))
    name = os.fsdecode(b"a\xff.json")
    (folder / name).write_text(json.dumps({"id": "2"}), encoding="utf-8")
    losses, rejects = tmp_path / "l.jsonl", tmp_path / "r.jsonl"
    told = ("load", folder, "--store", tmp_path / "s", "--losses", losses, "--rejects", rejects)
    command = [sys.executable, "-m", "casegraph", *map(str, told)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("\n")) == (1, 2), done.stderr
    assert "1 of 2 records rejected" in done.stderr
    assert json.loads(rejects.read_text(encoding="utf-8"))["source"].endswith(r"a\udcff.json")
    (folder / name).write_text(json.dumps(packet("3", FEVER)), encoding="utf-8")
    with_jobs = [sys.executable, "-m", "casegraph", "load", str(folder), "--store", str(tmp_path / "j")]
    done = subprocess.run([*with_jobs, "--jobs", "1"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("\n")) == (0, 3), done.stderr
    alone = [sys.executable, "-m", "casegraph", "load", str(folder / name), "--dry-run"]
    done = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("state", "said"), [("replaced", True), ("unchanged", False)])
def test_the_last_lines_say_that_other_content_was_replaced(state: State, said: bool) -> None:
    tally = Tally()
    tally.add(LoadedRecord("a.json", f"{CASE}1", state))
    lines = "\n".join(tally.lines(told=False))
    assert f"1 {state}" in lines
    assert ("had other content" in lines) is said


@pytest.mark.slow
def test_the_same_load_gives_the_same_store(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", a=packet("1", FEVER), b=packet("2", "FOO:1"))
    digests = []
    for _ in range(2):
        with open_store(":memory:", writable=True) as store:
            bring(store, folder)
            digests.append(store.digest())
    assert digests[0] == digests[1]
    assert len(digests[0]) >= 7


def test_a_publication_keeps_one_title_whatever_its_records_print(store: Store, tmp_path: Path) -> None:
    packets = {
        name: packet(name, FEVER, references=reference(title))
        for name, title in (("a", "Fever in a girl"), ("b", "FEVER IN A GIRL."))
    }
    bring(store, written(tmp_path / "in", **packets))
    assert values(store, f"<{REPORT}> <{PREFIXES['dcterms']}title> ?x") == {"Fever in a girl"}
    assert len(values(store, f"?x <{CG}reportedIn> <{REPORT}>")) == 2


@pytest.mark.slow
def test_no_triple_stands_in_two_graphs(store: Store, tmp_path: Path) -> None:
    packets = {name: packet(name, "FOO:1", references=reference("Two girls")) for name in ("a", "b")}
    bring(store, written(tmp_path / "in", **packets))
    triples = [line.rsplit(" ", 2)[0] for line in store.dump() if f"<{LEDGER}>" not in line]
    assert len(triples) == len(set(triples)) > 100


def test_a_finding_that_was_and_was_not_there_is_joined_by_a_note(store: Store, tmp_path: Path) -> None:
    (loaded,) = bring(store, written(tmp_path / "in", a=packet("1", FEVER, ARTHRITIS, absent=(FEVER,))))
    assert isinstance(loaded, LoadedRecord)
    noted = f"<{loaded.iri}> <{CG}hasConflict>/<{CG}between>/<{CG}aboutConcept> ?x"
    assert values(store, noted) == {expand(FEVER)}
    assert values(store, f"<{loaded.iri}> <{CG}hasConflict>/a ?x") == {f"{CG}ConflictNote"}


def at_age(iso: str) -> dict[str, Any]:
    return {"age": {"iso8601duration": iso}}


def diagnosed(excluded: str, final_at: Any = None, excluded_at: Any = None) -> dict[str, Any]:
    """Return a packet of a patient with dermatomyositis in whom something else was excluded."""
    final = {"term": {"id": DERMATOMYOSITIS}} | ({"onset": final_at} if final_at else {})
    other = {"term": {"id": excluded}, "excluded": True} | ({"onset": excluded_at} if excluded_at else {})
    return {"id": "1", "subject": {"id": "1"}, "diseases": [final, other]}


@pytest.mark.parametrize(
    ("told", "noted"),
    [
        (diagnosed("MONDO:0016367"), True),
        (diagnosed("MONDO:0019127"), True),  # polymyositis, which has dermatomyositis below it
        (diagnosed("MONDO:0015925"), False),  # interstitial lung disease
        (diagnosed("MONDO:0016367", at_age("P40Y"), at_age("P38Y")), False),
        (diagnosed("MONDO:0016367", at_age("P40Y"), at_age("P40Y")), True),
        (diagnosed("MONDO:0016367", at_age("P40Y")), True),
    ],
)
def test_a_disease_that_was_diagnosed_and_excluded_is_joined_by_a_note(
    store: Store, tmp_path: Path, told: dict[str, Any], noted: bool
) -> None:
    (loaded,) = bring(store, written(tmp_path / "in", a=told))
    assert isinstance(loaded, LoadedRecord)
    kinds = values(store, f"<{loaded.iri}> <{CG}hasConflict>/<{CG}between>/a ?x")
    assert kinds == ({f"{CG}FinalDiagnosis", f"{CG}ExcludedDiagnosis"} if noted else set())


def test_what_no_vocabulary_knows_is_kept_with_its_label_and_is_no_violation(
    store: Store, tmp_path: Path
) -> None:
    told = packet("1", FEVER)
    told["phenotypicFeatures"].append({"type": {"id": "CLINIC:7", "label": "a code of the clinic"}})
    (loaded,) = bring(store, written(tmp_path / "in", a=told))
    assert isinstance(loaded, LoadedRecord) and loaded.report is not None
    (iri,) = loaded.unresolved
    assert iri == f"{BASE}term/CLINIC:7"
    assert values(store, f"<{loaded.iri}> <{CG}hasFinding>/<{CG}aboutConcept> ?x") == {expand(FEVER), iri}
    assert values(store, f"GRAPH <{BASE}ontology/unresolved> {{ <{iri}> <{PREFIXES['rdfs']}label> ?x }}") == {
        "a code of the clinic"
    }
    told_of = [each for each in loaded.report.results if "UnresolvedConcept" in each.shape]
    assert [each.focus for each in told_of] == [f"<{iri}>"]
    assert loaded.report.violations == ()


def test_one_bad_record_among_many_stops_no_other(store: Store, tmp_path: Path) -> None:
    packets: dict[str, Any] = {f"p{number:03}": packet(f"p{number:03}", FEVER) for number in range(250)}
    packets["p100"] = '{"id": "p100", "subject": {"id": "x"}, "phenotypicFeatures": [{"tpye": {}}]}'
    packets["p200"] = packet("p200")
    arrived = bring(store, written(tmp_path / "in", **packets))
    rejected = [each for each in arrived if isinstance(each, RejectedRecord)]
    assert [(each.source[-9:], each.problems[0].code) for each in rejected] == [
        ("p100.json", "unknown-field"),
        ("p200.json", "no-claims"),
    ]
    assert len(values(store, f"?x a <{CG}Case>")) == 248


def test_a_dry_run_leaves_the_store_as_it_is(store: Store, tmp_path: Path) -> None:
    (loaded,) = bring(store, written(tmp_path / "in", a=packet("1", FEVER)), dry_run=True)
    assert isinstance(loaded, LoadedRecord) and loaded.state == "dry run"
    assert store.graphs() == ()


def test_times_that_cannot_all_be_true_reject_the_record(store: Store) -> None:
    builder = RecordBuilder(Options("clinic"), "1")
    day = builder.times.date("2020-05-05") or ""
    builder.present.append(builder.claim(Finding, what="HP:0001945 Fever", at=day))
    document = builder.imported().document
    told = document.cases["1"].occasions
    impossible = {key: replace(each, after=(day,) if key != day else ()) for key, each in told.items()}
    impossible[day] = replace(impossible[day], start=(3, 3))
    case = replace(document.cases["1"], occasions=impossible)
    (rejected,) = load_records(store, [("x.json", Imported(replace(document, cases={"1": case})))])
    assert isinstance(rejected, RejectedRecord)
    assert [each.code for each in rejected.problems] == ["impossible-time"]
    assert values(store, f"?x a <{CG}Case>") == set()


def test_rows_whose_times_exclude_each_other_are_named_by_file_and_line(store: Store, tmp_path: Path) -> None:
    header = "model,pid,value,agent,startdate\n"
    folder = tmp_path / "in"
    folder.mkdir()
    drug = "Medication,{},,http://purl.obolibrary.org/obo/CHEBI_44185,2019-06-08\n"
    (folder / "a.csv").write_text(f"{header}Birthdate,p,1971-05-03,,\n", encoding="utf-8")
    (folder / "b.csv").write_text(header + drug.format("q") + drug.format("p"), encoding="utf-8")
    (folder / "c.csv").write_text(f"{header}Deathdate,p,1993-10-05,,\n", encoding="utf-8")
    rejected, loaded = sorted(bring(store, folder), key=lambda each: isinstance(each, LoadedRecord))
    assert isinstance(loaded, LoadedRecord)
    assert isinstance(rejected, RejectedRecord)
    (problem,) = rejected.problems
    assert (problem.code, Path(problem.file).name, problem.line) == ("impossible-time", "c.csv", 2)
    told = problem.message.replace(f"{folder}/", "")
    assert "at date-2019-06-08 is not after the death at date-1993-10-05; " in told
    assert told.endswith("; date-1993-10-05 in c.csv:2; date-2019-06-08 in b.csv:3")
    assert "1971" not in repr(rejected)
    assert "days" not in told


def test_a_row_of_a_table_whose_times_exclude_each_other_is_named(store: Store, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "casegraph-table: 1\nid: id\ntimes: {from: {column: from}, to: {column: to}}\ntreatments:\n"
        '  - {column: drug, codes: {mtx: "CHEBI:44185 methotrexate"}, starts: from, ends: to}\n',
        encoding="utf-8",
    )
    table = b"id,drug,from,to\np,mtx,2019-01-01,2019-02-01\np,mtx,2020-01-01,2019-12-01\n"
    read = read_table(Input("t.csv", lambda: io.BytesIO(table)), Options("clinic", mapping=mapping))
    (rejected,) = load_records(store, (("t.csv", each) for each in read))
    assert isinstance(rejected, RejectedRecord)
    (problem,) = rejected.problems
    assert (problem.code, problem.file, problem.line) == ("impossible-time", "t.csv", 3)
    assert "date-2020-01-01 in t.csv:3" in problem.message


def aged(**subject: Any) -> dict[str, Any]:
    """Return a packet of a patient with a disease from the age of nine, in which something else is told."""
    disease = {"term": {"id": "MONDO:0016367", "label": "dermatomyositis"}, "onset": at_age("P9Y")}
    return {"id": "1", "subject": {"id": "1", **subject}, "diseases": [disease]}


@pytest.mark.parametrize(("death", "refused"), [("P7Y", True), ("P9Y", False), ("P10Y", False)])
def test_a_disease_does_not_begin_after_death(
    store: Store, tmp_path: Path, death: str, refused: bool
) -> None:
    packet = aged(vitalStatus={"status": "DECEASED", "timeOfDeath": at_age(death)})
    (arrived,) = bring(store, written(tmp_path / "in", a=packet))
    problems = arrived.problems if isinstance(arrived, RejectedRecord) else ()
    assert [each.code for each in problems] == ["impossible-time"] * refused
    assert all("the onset of MONDO:0016367 dermatomyositis" in each.message for each in problems)


def on(day: str) -> dict[str, Any]:
    return {"timestamp": f"{day}T00:00:00Z"}


@pytest.mark.parametrize(
    ("began", "over", "refused"),
    [
        (at_age("P40Y"), at_age("P30Y"), True),
        (at_age("P40Y"), at_age("P40Y"), False),
        (on("2019-05-01"), on("2019-01-01"), True),
        (on("2019-01-01"), on("2019-05-01"), False),
    ],
)
def test_nothing_is_over_before_it_begins(
    store: Store, tmp_path: Path, began: Any, over: Any, refused: bool
) -> None:
    times = {"onset": began, "resolution": over}
    disease = {"term": {"id": "MONDO:0016367", "label": "dermatomyositis"}} | times
    packets: dict[str, Any] = {
        "a": {"id": "1", "subject": {"id": "1"}, "diseases": [disease]},
        "b": packet("2", FEVER),
    }
    packets["b"]["phenotypicFeatures"][0] |= times
    arrived = bring(store, written(tmp_path / "in", **packets))
    assert len(arrived) == 2
    for each in arrived:
        problems = each.problems if isinstance(each, RejectedRecord) else ()
        assert [problem.code for problem in problems] == ["impossible-time"] * refused


@pytest.mark.parametrize(
    ("last", "doubted"), [("P7Y", True), ("P9Y", False), ("P8Y10M", True), ("P9Y2M", False)]
)
def test_what_began_after_the_last_encounter_is_loaded_and_warned_of(
    tmp_path: Path, last: str, doubted: bool
) -> None:
    folder = written(tmp_path / "in", a=aged(timeAtLastEncounter=at_age(last)))
    told = run("load", folder, "--dry-run")
    warnings = [line for line in told.stderr.splitlines() if "after-last-encounter (warning)" in line]
    assert len(warnings) == doubted
    assert all(f"was at {last}, but 1 thing began later" in line and "at P9Y" in line for line in warnings)
    assert "1 dry run" in told.stderr


def test_case_documents_and_records_come_together(store: Store, tmp_path: Path) -> None:
    folder = written(tmp_path / "in", a=packet("1", FEVER))
    (seed,) = shipped("cases", "miao-2020.yaml")
    (folder / "seed.yaml").write_bytes(seed.read_bytes())
    (folder / "notes.txt").write_text("not a case", encoding="utf-8")
    assert [type(each) for each in bring(store, folder)] == [LoadedRecord, Loaded]


@pytest.mark.slow
def test_an_archive_is_read_as_the_folder_it_holds(tmp_path: Path) -> None:
    (seed,) = shipped("cases", "miao-2020.yaml")
    folder = written(tmp_path / "in", a=packet("1", FEVER), b=packet("2", ARTHRITIS), c="{")
    (folder / "seed.yaml").write_bytes(seed.read_bytes())
    archive = tmp_path / "in.tar.xz"
    with tarfile.open(archive, "w:xz") as packed:
        packed.add(folder, "in")
    digests = []
    for path in (folder, archive):
        with open_store(":memory:", writable=True) as store:
            arrived = bring(store, path)
            assert sorted(type(each).__name__ for each in arrived) == [
                "Loaded",
                "LoadedRecord",
                "LoadedRecord",
                "RejectedRecord",
            ]
            digests.append(store.digest())
    assert digests[0] == digests[1]


def test_a_curated_report_and_records_of_the_same_paper_leave_each_other_alone(
    store: Store, tmp_path: Path
) -> None:
    curated = tmp_path / "curated.yaml"
    curated.write_text(
        "casegraph: 1\nreport: {title: Curated title, pmid: '12345678', extent: fullText}\n"
        "passages: {p: {section: results}}\n"
        "cases:\n  '1': {sex: male, findings: {present: [{what: 'HP:0001945 Fever', stated_in: p}]}}\n",
        encoding="utf-8",
    )
    folder = written(tmp_path / "in", a=packet("1", FEVER, references=reference("Printed title")))
    bring(store, folder)
    (loaded,) = bring(store, curated)
    assert isinstance(loaded, Loaded), getattr(loaded, "problems", "")
    bring(store, folder)
    assert values(store, f"?x <{CG}reportedIn> <{REPORT}>") == {f"{CASE}1", f"{BASE}case/pmid/12345678/1"}
    assert values(store, f"<{REPORT}> <{PREFIXES['dcterms']}title> ?x") == {"Curated title"}
    remove(store, REPORT)
    assert values(store, f"?x <{CG}reportedIn> <{REPORT}>") == {f"{CASE}1"}
    assert values(store, f"<{REPORT}> <{CG}pmid> ?x") == {"12345678"}


def test_a_case_of_a_data_set_goes_alone_and_the_data_set_with_all(store: Store, tmp_path: Path) -> None:
    packets = {name: packet(name, FEVER, references=reference("Two girls")) for name in ("a", "b")}
    bring(store, written(tmp_path / "in", **packets))
    gone = remove(store, f"{CASE}a")
    assert set(gone) == {f"{CASE}a/{kind}" for kind in ("asserted", "inferred", "provenance")}
    assert values(store, f"?x a <{CG}Case>") == {f"{CASE}b"}
    assert values(store, f"<{REPORT}> <{CG}pmid> ?x") == {"12345678"}
    gone = remove(store, f"{BASE}dataset/clinic")
    assert {REPORT, f"{BASE}dataset/clinic", f"{CASE}b/asserted"} <= set(gone)
    assert {graph for graph in store.graphs() if "/ontology" not in graph} == {LEDGER}


def test_what_no_path_names_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        bring(store, tmp_path / "missing.json")
    assert store.graphs() == ()


def run(*words: object, code: int = 0) -> Any:
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.slow
def test_cases_calls_a_record_by_its_publication_or_by_its_data_set_and_itself(tmp_path: Path) -> None:
    disease = [{"term": {"id": "MONDO:0016367", "label": "dermatomyositis"}}]
    paper = packet("a", references=reference("A paper"), diseases=disease)
    folder = written(tmp_path / "in", a=paper, b=packet("b/2", FEVER))
    run("load", folder, "--dataset", "clinic", "--store", tmp_path / "s")
    listed = run("cases", "--store", tmp_path / "s", "-f", "csv").stdout.splitlines()
    rows = [(row["case"], row["diagnosis"], row["title"]) for row in csv.DictReader(listed)]
    assert rows == [
        (f"{BASE}case/clinic/a", "dermatomyositis", "A paper"),
        (f"{BASE}case/clinic/b%2F2", "", "clinic, b/2"),
    ]
    table = run("cases", "--store", tmp_path / "s", "-f", "table").stdout.splitlines()
    names = [line.split()[0] for line in table if line.startswith("clinic/")]
    assert names == ["clinic/a", "clinic/b%2F2"]
    for name in names:
        run("show", name, "--store", tmp_path / "s")


def test_losses_and_rejects_are_written_line_by_line(tmp_path: Path) -> None:
    told = packet("1", FEVER, files=[{"uri": "file://x.vcf"}])
    told["subject"]["dateOfBirth"] = "1990-04-05T00:00:00Z"
    folder = written(tmp_path / "in", a=told, b="{")
    losses, rejects = tmp_path / "losses.jsonl", tmp_path / "rejects.jsonl"
    result = run("load", folder, "--dry-run", "--losses", losses, "--rejects", rejects, code=1)
    lost = [json.loads(line) for line in losses.read_text(encoding="utf-8").splitlines()]
    assert {
        "record": "1",
        "path": "/files/0",
        "value": '{"uri":"file://x.vcf"}',
        "reason": "not-a-case",
    } in lost
    (birth,) = [each for each in lost if each["path"] == "/subject/dateOfBirth"]
    assert (birth["value"], birth["reason"]) == ("", "identifier")
    (rejected,) = [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()]
    assert rejected["source"] == str(folder / "b.json")
    assert rejected["problems"][0]["code"] == "not-json"
    assert "1990" not in result.output
    assert f"{len(lost)} things were left behind" in result.stderr


def started(folder: Path) -> tuple[subprocess.Popen[str], list[str]]:
    """Begin to load a thousand packets; return the process and the case of each line once there are some."""
    lines = (json.dumps(packet(str(number), FEVER)) + "\n" for number in range(1000))
    (folder / "packets.jsonl").write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "casegraph", "load", "packets.jsonl", "--store", "cases"]
    command += ["--losses", "losses.jsonl", "--rejects", "rejects.jsonl"]
    process = subprocess.Popen(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    return process, [process.stdout.readline() for _ in range(2)]


def held(folder: Path) -> tuple[int, int]:
    """Return how many cases a store has, and of how many its ledger tells, after a look that all is whole."""
    with open_store(folder / "cases") as store:
        assert list(verify(store)) == []
        cases = case_iris(store)
        return len(cases), len(current_digests(store, cases))


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_load_that_is_stopped_says_what_it_has_stored(
    sent: signal.Signals, code: int, tmp_path: Path
) -> None:
    process, begun = started(tmp_path)
    process.send_signal(sent)
    assert process.stdout is not None
    assert process.stderr is not None
    out, said = process.stdout.read(), process.stderr.read()
    assert process.wait(timeout=120) == code, said
    cases, told = held(tmp_path)
    assert 0 < cases == told < 1000
    assert len("".join([*begun, out]).splitlines()) == cases + 1
    assert f"stopped: {cases:,} of the records and documents are in the store, each whole; the same" in said
    lost = (tmp_path / "losses.jsonl").read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["record"] for line in lost}) == cases
    assert {path.name for path in tmp_path.iterdir()} == {
        "cases",
        "packets.jsonl",
        "losses.jsonl",
        "rejects.jsonl",
    }


@pytest.mark.slow
def test_a_load_that_is_killed_leaves_whole_records_and_the_ledger_tells_of_each(tmp_path: Path) -> None:
    process, _ = started(tmp_path)
    process.kill()
    process.communicate(timeout=60)
    cases, told = held(tmp_path)
    assert cases % 200 == 0
    assert 0 < cases == told
    assert not (tmp_path / "losses.jsonl").exists()
    run(
        "load",
        written(tmp_path / "in", a=packet("7", FEVER)),
        "--dataset",
        "packets",
        "--store",
        tmp_path / "cases",
    )
    assert held(tmp_path) == (cases, cases)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["phenopacket", "fhir"])
def test_a_format_that_is_not_installed_ends_the_load_with_the_line_to_type(
    form: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(
        tmp_path / "in", packet=packet("1", FEVER), patient={"resourceType": "Patient", "id": "a"}
    )
    (folder / "c.csv").write_text(
        "model,pid,valueIRI\nDiagnosis,c,http://purl.obolibrary.org/obo/MONDO_0016367\n"
    )
    missing = {"phenopacket": "casegraph.loaders.phenopacket.records", "fhir": "fhir.resources"}
    monkeypatch.setitem(sys.modules, missing[form], None)
    version._model.cache_clear()
    version._elements.cache_clear()
    version._fitting.cache_clear()
    with pytest.raises(MissingExtraError, match=r"is not installed; pip install 'casegraph\[formats\]'"):
        bring(store, folder)
    refused = run("load", folder, "--store", tmp_path / "s", code=2).stderr
    assert "are in the store, each whole; the same command again" in refused


def test_what_weighs_most_is_told_first_and_each_cell_of_a_column_counts(tmp_path: Path) -> None:
    told = packet("p", FEVER, files=[{"uri": "file://x.vcf"}])
    told["subject"]["alternateIds"] = ["x", "y", "z"]
    folder, mapping = written(tmp_path / "in", a=told), tmp_path / "m.yaml"
    (folder / "t.csv").write_text("id,fever,ward\n1,yes,A\n2,no,B\n3,no,\n")
    fever = f"{{column: fever, what: '{FEVER} Fever', present: [yes], absent: [no]}}"
    mapping.write_text(f"casegraph-table: 1\nid: id\nfindings: [{fever}]\n")
    said = run("load", folder, "--dry-run", "--dataset", "b", "--mapping", mapping).stderr
    lines = said[said.index(" left behind; --losses FILE writes each:") :].splitlines()[1:]
    kinds = [tuple(line.split()) for line in lines if line.startswith(" ")]
    assert kinds[:2] == [("1", "/files/*", "not-a-case"), ("2", "ward", "no-place")]
    assert kinds[-1] == ("3", "/subject/alternateIds/*", "identifier")


def test_lines_of_a_file_are_one_kind_and_terms_are_not() -> None:
    paths = ("in/a.ndjson:1", "in/a.ndjson:12", "a.ndjson:3/code", "HP:0000988", "row 7, ck", "/a/0/b")
    assert list(summary_of(Loss("1", path, "", "no-place") for path in paths)) == [
        ("in/a.ndjson:*", "no-place"),
        ("a.ndjson:*/code", "no-place"),
        ("HP:0000988", "no-place"),
        ("row *, ck", "no-place"),
        ("/a/*/b", "no-place"),
    ]


def test_an_option_that_no_file_can_use_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", a=packet("1", FEVER))
    (mapping := tmp_path / "m.yaml").write_text("casegraph-table: 1\nid: id\n")
    load = ("load", folder, "--dry-run", "--mapping", mapping, "--fhir-version", "R4", "--keep-identifiers")
    said = run(*load)
    assert f"{CASE.replace('clinic', 'in')}1" in said.stdout
    assert "--mapping was not used: it is for a table, and the files are phenopacket" in said.stderr
    assert "--fhir-version was not used: it is for FHIR" in said.stderr
    assert "--keep-identifiers" not in said.stderr
    refused = run(*load, "--format", "fhir", code=2)
    assert "--mapping is for a table, and --format says fhir" in refused.stderr
    assert refused.stdout == ""
    document = shipped("cases", "miao-2020.yaml")[0]
    said = run("load", document, "--dry-run", "--keep-identifiers")
    assert "--keep-identifiers was not used: it is for a record of a data set" in said.stderr


@pytest.mark.slow
def test_the_exact_birth_date_comes_in_only_where_it_is_asked_for(tmp_path: Path) -> None:
    told = packet("1", FEVER)
    told["subject"]["dateOfBirth"] = "1990-04-05T00:00:00Z"
    told["phenotypicFeatures"][0]["onset"] = {"timestamp": "2020-05-05T00:00:00Z"}
    folder = written(tmp_path / "in", a=told)
    dumps = []
    for keep in (False, True):
        with open_store(":memory:", writable=True) as store:
            list(load_paths(store, [folder], Options("clinic", keep_identifiers=keep)))
            dumps.append("\n".join(store.dump()))
    assert "1990" not in dumps[0]
    assert "1990-04-05" in dumps[1]


def test_rejections_of_documents_are_told_as_before(store: Store, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("casegraph: 1\n", encoding="utf-8")
    (rejected,) = bring(store, bad)
    assert isinstance(rejected, Rejected)
    assert {each.code for each in rejected.problems} == {"missing-key"}


def test_a_vocabulary_that_was_added_takes_the_mark_away(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEGRAPH_VOCABULARY", str(tmp_path / "vocabulary"))
    told = packet("1", FEVER)
    told["phenotypicFeatures"].append({"type": {"id": "OMIM:609200", "label": "a myopathy"}})
    folder = written(tmp_path / "in", a=told)
    marked = f"GRAPH <{BASE}ontology/unresolved> {{ ?x a <{CG}UnresolvedConcept> }}"
    bring(store, folder)
    assert values(store, marked) == {expand("OMIM:609200")}
    list(add(str(Path(__file__).parent / "vocabularies" / "mondo_omim.sssom.tsv")))
    (loaded,) = bring(store, folder)
    assert isinstance(loaded, LoadedRecord) and loaded.unresolved == ()
    assert values(store, marked) == set()


def test_opposite_results_of_one_test_are_joined_by_a_note(store: Store) -> None:
    builder = RecordBuilder(Options("clinic"), "1")
    for result in ("positive", "negative"):
        builder.tests.append(builder.claim(TestResult, what="cg:AntiPL7 anti-PL-7 antibody", result=result))
    (loaded,) = load_records(store, [("x.json", builder.imported())])
    assert isinstance(loaded, LoadedRecord)
    assert values(store, f"<{loaded.iri}> <{CG}hasConflict>/<{CG}between>/<{CG}result> ?x") == {
        f"{CG}positive",
        f"{CG}negative",
    }


def test_a_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", a=packet("1", FEVER))
    before = (folder / "a.json").read_bytes()
    for words in (("--losses", folder / "a.json"), ("--rejects", folder / "a.json", "--dry-run")):
        for path in (folder, folder / "a.json"):
            told = run("load", path, *words, "--store", tmp_path / "store", code=2)
            assert "it is read, and not written over" in told.stderr
    both = tmp_path / "both.jsonl"
    told = run("load", folder, "--losses", both, "--rejects", both, "--store", tmp_path / "store", code=2)
    assert "two things" in told.stderr
    assert (folder / "a.json").read_bytes() == before
    assert not (tmp_path / "store").exists() and not both.exists()


@pytest.mark.slow
def test_a_refused_export_leaves_the_files_as_they_were(tmp_path: Path) -> None:
    folder, store, kept = (
        written(tmp_path / "in", a=packet("1", FEVER)),
        tmp_path / "store",
        tmp_path / "kept.csv",
    )
    run("load", folder, "--store", store)
    kept.write_text("kept", encoding="utf-8")
    run("export", "csv", "-o", kept, "--losses", tmp_path / "no" / "l.jsonl", "--store", store, code=2)
    run("export", "csv", "-o", kept, "--losses", kept, "--store", store, code=2)
    run("export", "csv", "-o", f"{kept}/below/", "--store", store, code=2)
    assert kept.read_text(encoding="utf-8") == "kept"
    assert {each.name for each in tmp_path.iterdir()} == {"in", "store", "kept.csv"}
    run("export", "csv", "-o", kept, "--store", store)
    assert kept.read_text(encoding="utf-8").startswith("case,")


@pytest.mark.slow
@pytest.mark.parametrize("dataset", ["clinic", "..", "../up"])
def test_an_export_stays_in_its_folder_with_a_file_for_each_case(dataset: str, tmp_path: Path) -> None:
    names = (
        "..",
        ".",
        "A",
        "a",
        "a-2",
        "a b",
        "a_b",
        "../../a",
        "/a",
        "a\\b",
        "x" * 300,
        "x" * 301,
        "\u00e9",
        "CON",
    )
    packets = {f"p{at}": packet(name, FEVER) for at, name in enumerate(names)}
    folder, cases, out = written(tmp_path / "in", **packets), tmp_path / "cases", tmp_path / "1" / "2" / "out"
    run("load", folder, "--dataset", dataset, "--store", cases)
    before = {path for path in tmp_path.rglob("*") if cases not in path.parents}
    run("export", "phenopacket", "--store", cases, "-o", f"{out}/")
    new = {path for path in tmp_path.rglob("*") if cases not in path.parents} - before
    assert new == {out.parent.parent, out.parent, out, *out.iterdir()}
    files = sorted(path.name for path in out.iterdir())
    assert len({name.lower() for name in files}) == len(names)
    assert not [name for name in files if name.startswith(".")]
    ids = [json.loads((out / name).read_text(encoding="utf-8"))["id"] for name in files]
    assert len(set(ids)) == len(names)


def test_a_label_that_the_vocabulary_does_not_have_is_told(store: Store, tmp_path: Path) -> None:
    told = packet("1")
    told["phenotypicFeatures"] = [{"type": {"id": "HP:0000989", "label": "Fever"}}]
    (loaded,) = bring(store, written(tmp_path / "in", a=told))
    assert isinstance(loaded, LoadedRecord)
    assert [(each.path, each.value) for each in loaded.losses if each.reason == "other-label"] == [
        ("HP:0000989", "Fever")
    ]
    (doubt,) = loaded.doubts
    assert doubt.code == "label-mismatch"
    assert "HP:0000989 is 'Pruritus'; 'Fever', which the record calls it, is HP:0001945" in str(doubt)


def test_a_label_of_a_known_term_on_a_code_that_nobody_knows_is_a_doubt(store: Store, tmp_path: Path) -> None:
    told = packet("1")
    told["phenotypicFeatures"] = [{"type": {"id": "HP:9999999", "label": "fever"}}]
    (loaded,) = bring(store, written(tmp_path / "in", a=told))
    assert isinstance(loaded, LoadedRecord)
    (doubt,) = loaded.doubts
    assert doubt.code == "label-mismatch"
    assert "no vocabulary at hand knows HP:9999999; 'fever', which the record calls it, is HP:0001945" in str(
        doubt
    )


def called(store: Store, record: str, label: str, tmp_path: Path) -> list[tuple[str, str]]:
    """Load a record that calls a code of its own so; return its losses of labels."""
    told = packet(record, FEVER)
    told["phenotypicFeatures"].append({"type": {"id": "CLINIC:7", "label": label}})
    (loaded,) = bring(store, written(tmp_path / f"{record}-{label}", a=told))
    assert isinstance(loaded, LoadedRecord)
    return [(each.path, each.value) for each in loaded.losses if each.reason == "other-label"]


def test_a_record_renames_no_term_of_another_record(store: Store, tmp_path: Path) -> None:
    iri, labels = f"<{BASE}term/CLINIC:7>", f"GRAPH <{BASE}ontology/unresolved>"
    shows = (
        f"{labels} {{ {iri} <{PREFIXES['rdfs']}label> ?x }}",
        f"{labels} {{ {iri} <{PREFIXES['skos']}altLabel> ?x }}",
    )
    assert called(store, "1", "seizure", tmp_path) == []
    assert called(store, "2", "tremor", tmp_path) == [("cgt:CLINIC:7", "tremor")]
    assert called(store, "3", "Seizure", tmp_path) == []
    assert [values(store, each) for each in shows] == [{"seizure"}, {"tremor"}]
    assert with_told(store).label(f"{BASE}term/CLINIC:7") == "seizure (also called tremor)"
    assert told_names(store) == {f"{BASE}term/CLINIC:7": ("seizure", "tremor")}
    for name in ("Seizure", "tremor"):
        rows = run_query(store, get_query("cases_by_finding"), {"finding": name})
        assert [str(row["case"])[-1] for row in rows] == ["1", "2", "3"]


def test_rdf_that_goes_out_has_what_is_told_of_unknown_terms_and_of_no_others(tmp_path: Path) -> None:
    store, out = tmp_path / "s", tmp_path / "cases.nq"
    for record, code in (("1", "CLINIC:7"), ("2", "CLINIC:8")):
        told = packet(record, FEVER)
        told["phenotypicFeatures"].append({"type": {"id": code, "label": f"called {code}"}})
        run("load", written(tmp_path / record, a=told), "--dataset", "clinic", "--store", store)
    run("export", "nquads", "--case", "clinic/1", "--store", store, "-o", out)
    lines = [line for line in out.read_text(encoding="utf-8").splitlines() if f"<{BASE}ontology/" in line]
    mark, label = f"<{PREFIXES['rdf']}type> <{CG}UnresolvedConcept>", f"<{PREFIXES['rdfs']}label>"
    assert lines == [
        f"<{BASE}term/CLINIC:7> {mark} <{BASE}ontology/unresolved> .",
        f'<{BASE}term/CLINIC:7> {label} "called CLINIC:7" <{BASE}ontology/unresolved> .',
    ]


def test_a_record_that_alone_has_a_term_may_rename_it(store: Store, tmp_path: Path) -> None:
    assert called(store, "1", "tremor", tmp_path) == []
    assert called(store, "1", "seizure", tmp_path) == []
    assert told_names(store) == {f"{BASE}term/CLINIC:7": ("seizure",)}
    assert called(store, "2", "tremor", tmp_path) == [("cgt:CLINIC:7", "tremor")]


def test_a_label_that_is_no_name_of_another_term_is_no_doubt(store: Store, tmp_path: Path) -> None:
    told = packet("1")
    told["phenotypicFeatures"] = [{"type": {"id": "HP:0000989", "label": "Itches at night"}}]
    (loaded,) = bring(store, written(tmp_path / "in", a=told))
    assert isinstance(loaded, LoadedRecord)
    assert "other-label" in {each.reason for each in loaded.losses}
    assert loaded.doubts == ()


def test_what_a_refused_record_held_is_among_the_losses(store: Store, tmp_path: Path) -> None:
    (rejected,) = bring(store, written(tmp_path / "in", a=packet("1", files=[{"uri": "file://x.vcf"}])))
    assert isinstance(rejected, RejectedRecord)
    assert "/files/0" in {each.path for each in rejected.losses}


def test_no_label_of_a_record_can_forge_a_line(store: Store, tmp_path: Path) -> None:
    told = packet("1", FEVER)
    told["subject"]["id"] = "A\x1b[2J\nfinal: cancer"
    (loaded,) = bring(store, written(tmp_path / "in", a=told))
    assert isinstance(loaded, LoadedRecord)
    assert values(store, f"<{loaded.iri}> <{CG}patientLabel> ?x") == {"A [2J final: cancer"}


# --- what is dated before birth


@pytest.mark.parametrize("keep", [False, True])
def test_what_was_before_birth_is_before_it_and_no_day_of_birth_is_told(keep: bool) -> None:
    builder = RecordBuilder(Options("clinic", keep_identifiers=keep), "p-1")
    times = builder.times
    times.birth_date("2020-03-03", keep=keep)
    keys = {
        "weeks": times.gestational(20, 3),
        "day": times.date("2019-12-01"),
        "month": times.date("2020-03"),
        "year": times.date("2019"),
        "age": times.age("P1Y"),
    }
    for at in keys.values():
        builder.present.append(builder.claim(Finding, what=f"{FEVER} Fever", at=at))
    case = builder.imported().document.cases["1"]
    line = solve_subject(case)
    before = {name for name, key in keys.items() if key and line.certainly_not_after(key, "birth")}
    assert before == {"weeks", "day", "year"}
    assert line.between("birth", str(keys["day"])) == ((-93, -93) if keep else (None, 0))
    assert line.certainly_before("birth", str(keys["age"]))


def _dated(day: str, born: str, *, keep: bool) -> LoadedRecord | RejectedRecord:
    builder = RecordBuilder(Options("clinic", keep_identifiers=keep), "p-1")
    builder.times.birth_date(born, keep=keep)
    for each in (day, "1999-01-01"):
        at = builder.times.date(each)
        builder.present.append(builder.claim(Finding, what=f"{FEVER} Fever", at=at))
    at = builder.times.gestational(20, 0)
    builder.present.append(builder.claim(Finding, what=f"{ARTHRITIS} Arthritis", at=at))
    with open_store(":memory:", writable=True) as store:
        (one,) = load_records(store, [("p-1", builder.imported())])
    assert isinstance(one, LoadedRecord | RejectedRecord)
    return one


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize(
    ("day", "born"),
    [("1960-01-01", "1970-05-03"), ("1969-05-02", "1970-05-03"), ("1960", "1970-05"), ("1968", "1970")],
)
def test_what_is_dated_before_birth_is_refused_without_the_birth_date(
    day: str, born: str, keep: bool
) -> None:
    one = _dated(day, born, keep=keep)
    assert isinstance(one, RejectedRecord)
    assert [each.code for each in one.problems] == ["impossible-time"]
    assert f"date-{day} is after birth" in one.problems[0].message
    assert "1970" not in repr(one)
    # no count of days between what is dated and the birth either
    assert "1999" not in repr(one)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize(
    ("day", "born"),
    [("1969-12-01", "1970-05-03"), ("1970-05-03", "1970-05-03"), ("1970", "1970-05-03"), ("1969", "1970-05")],
)
def test_what_may_be_of_the_time_before_birth_is_loaded(day: str, born: str, keep: bool) -> None:
    assert isinstance(_dated(day, born, keep=keep), LoadedRecord)


def test_a_text_with_any_character_is_carried(store: Store, tmp_path: Path) -> None:
    text = "a\u2028b\x85c\x0cd\x1ce\x7f\ttab \\u0041"
    told = packet("1", FEVER)
    told["phenotypicFeatures"][0]["description"] = text
    (loaded,) = bring(store, written(tmp_path / "in", a=told))
    assert isinstance(loaded, LoadedRecord), loaded
    assert values(store, f"?claim <{CG}gist> ?x") == {text}
    assert list(verify(store)) == []


def test_the_last_line_of_a_load_tells_documents_from_records() -> None:
    document, record = Rejected("a.yaml", ()), RejectedRecord("b.json", ())
    for arrived, told in (
        ([document], "1 of 1 document rejected"),
        ([record, record], "2 of 2 records rejected"),
        ([document, record], "2 of 2 documents and records rejected"),
    ):
        tally = Tally()
        for each in arrived:
            tally.add(each)  # type: ignore[arg-type]
        assert list(tally.lines(told=True)) == [told]
