"""Queries that count over all cases, and ``casegraph stats``: asked of documents that stay as they are."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode
from rdflib import Dataset
from rdflib import Literal as RdflibLiteral

from casegraph.cli import commands
from casegraph.cli.stats import NOTE
from casegraph.ingest import Loaded, load
from casegraph.loaders import read_document
from casegraph.model import iterate_claims
from casegraph.namespaces import BASE, compact
from casegraph.query import get_query, run, stored_queries
from casegraph.store import Store, open_store

TESTS = Path(__file__).parent
CASES = (
    "hydroxychloroquine-rash-2023",
    "mda5-aspergillosis-2024",
    "miao-2020",
    "miao-2021",
    "ramseur-1989",
    "rituximab-registry-2011",
)
DOCUMENTS = (
    *(TESTS.parent / "cases" / f"{name}.yaml" for name in CASES),
    *(TESTS / "documents" / f"phenopacket-{name}.yaml" for name in ("covid-19", "retinoblastoma")),
)
NAMES = (
    "claims_by_kind",
    "corpus_counts",
    "corpus_diagnoses",
    "drug_verdicts",
    "outcomes_by_drug",
    "outcomes_of_groups",
)
Row = dict[str, str]


def plain(term: object) -> str:
    """Return a term of either engine as it stands in an answer file."""
    if term is None:
        return ""
    if isinstance(term, Literal | RdflibLiteral):
        text = term.value if isinstance(term, Literal) else str(term)
        kind = term.datatype.value if isinstance(term, Literal) else str(term.datatype)
        return f"{Decimal(text).normalize():f}" if kind.endswith(("#decimal", "#integer")) else text
    text = term.value if isinstance(term, NamedNode) else str(term)
    return compact(text.removeprefix(f"{BASE}group/"))


def ask(store: Store, name: str) -> list[Row]:
    rows = run(store, get_query(name))
    return [dict(zip(rows.columns, map(plain, row), strict=True)) for row in rows.rows]


def expected(name: str) -> list[Row]:
    with (TESTS / "questions" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def filled(rows: Iterable[Row], columns: Iterable[str]) -> Counter[tuple[str, ...]]:
    names = tuple(columns)
    return Counter(tuple(row[name] for name in names) for row in rows)


def loaded(paths: Iterable[Path]) -> Store:
    store = open_store(":memory:", writable=True)
    outcomes = tuple(load(store, paths))
    assert all(isinstance(each, Loaded) for each in outcomes), outcomes
    return store


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with loaded(DOCUMENTS) as opened:
        yield opened


@pytest.fixture(scope="module")
def dataset(store: Store) -> Dataset:
    found = Dataset(default_union=True)
    found.parse(data="\n".join(store.dump()) + "\n", format="nquads")
    return found


# --- every query


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_that_of_the_facts(store: Store, name: str) -> None:
    answer = expected(name)
    assert answer
    assert filled(ask(store, name), answer[0]) == filled(answer, answer[0])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_rdflib_gives_the_same_rows_in_the_same_order(store: Store, dataset: Dataset, name: str) -> None:
    query = get_query(name)
    rows = run(store, query)
    theirs = dataset.query(query.text)
    variables = theirs.vars or []
    assert tuple(map(str, variables)) == rows.columns
    found = [tuple(plain(row.get(each)) for each in variables) for row in theirs.bindings]
    assert found == [tuple(map(plain, row)) for row in rows.rows]


def test_what_is_seen_as_a_chart_first_has_one_bar_for_each_name(store: Store) -> None:
    """The chart puts the first name across and the first number up, and counts rows of one name."""
    charts = [query for query in stored_queries().values() if query.head.view == "chart"]
    assert [query.name for query in charts] == ["claims_by_kind"]
    for query in charts:
        rows = run(store, query).rows
        assert len(rows) > 10
        assert len({name for name, *_ in rows}) == len(rows)
        assert all(isinstance(name, NamedNode) and isinstance(many, Literal) for name, many, *_ in rows)
        assert all(many.value.isdigit() for _, many, *_ in rows if isinstance(many, Literal))


def test_these_are_the_queries_that_count_over_all_cases() -> None:
    assert set(NAMES) == {name for name, query in stored_queries().items() if "corpus" in query.head.tags}


# --- one step away from the answer

#: query -> the document that is added, a column, its value in a row, how the row changes; None: no such row.
NEAR_MISSES: dict[str, tuple[str, str, str, dict[str, int] | None]] = {
    "outcomes_by_drug": (
        "better_after_stopping",
        "drug",
        "CHEBI:71200",
        {"given": 1, "reports": 1, "not_reported": 1},
    ),
    "drug_verdicts": (
        "better_after_stopping",
        "drug",
        "CHEBI:71200",
        {"given": 1, "reports": 1, "not_reported": 1},
    ),
    "outcomes_of_groups": ("cohort", "group", "10.5555/cohort/1", None),
    "corpus_counts": (
        "cohort",
        "cases",
        "9",
        {"reports": 1, "groups": 1, "patients_in_groups": 18, "claims": 1},
    ),
    "claims_by_kind": ("cohort", "kind", "cg:FinalDiagnosis", {"of_groups": 1}),
    "corpus_diagnoses": ("disease_only_considered", "disease", "MONDO:1010089", {}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NEAR_MISSES)
def test_the_near_miss_changes_nothing_but_what_it_is_about(store: Store, name: str) -> None:
    document, column, key, change = NEAR_MISSES[name]
    with loaded((*DOCUMENTS, TESTS / "near_misses" / f"{document}.yaml")) as more:
        after = [row for row in ask(more, name) if row[column] == key]
    before = [row for row in ask(store, name) if row[column] == key]
    if change is None:
        assert (before, after) == ([], [])
        return
    (old,), (new,) = before, after
    assert {each: int(new[each]) - int(old[each]) for each in old if old[each] != new[each]} == change


@pytest.mark.slow
def test_a_drug_that_is_only_talked_about_was_given_to_nobody(store: Store) -> None:
    with loaded((*DOCUMENTS, TESTS / "near_misses" / "drug_only_talked_about.yaml")) as more:
        assert ask(more, "outcomes_by_drug") == ask(store, "outcomes_by_drug")


@pytest.mark.slow
def test_a_cohort_adds_to_no_drug() -> None:
    with loaded([TESTS.parent / "cases" / "miao-2021.yaml"]) as alone:
        assert ask(alone, "outcomes_by_drug") == []
        assert {row["told"] for row in ask(alone, "outcomes_of_groups")} == {"14 of 18", "15 of 18", ""}


# --- the denominator


def test_who_was_given_a_drug_is_told_once_and_wholly(store: Store) -> None:
    rows = ask(store, "outcomes_by_drug")
    assert len(rows) == 23
    for row in rows:
        parts = [int(row[name]) for name in ("outcome_reported", "not_reported", "not_captured")]
        assert sum(parts) == int(row["given"]), row
        told = [int(row[name]) for name in ("improved", "stabilised", "not_improved", "not_evaluable")]
        assert max(told) <= parts[0] <= sum(told), row


def test_the_claims_are_those_of_the_documents(store: Store) -> None:
    counted: Counter[str] = Counter()
    for path in DOCUMENTS:
        document = read_document(path).document
        for subject in (*document.cases.values(), *document.groups.values()):
            counted.update(kind for kind, _ in iterate_claims(subject))
        said = document.report
        counted["of reports"] += len(said.literature) + len(said.publication) + len(said.silences)
    rows = ask(store, "claims_by_kind")
    reports = sum(int(row["of_reports"]) for row in rows)
    assert counted.pop("of reports") == reports
    assert {
        row["kind"].removeprefix("cg:"): total
        for row in rows
        if (total := int(row["of_cases"]) + int(row["of_groups"]))
    } == counted
    (counts,) = ask(store, "corpus_counts")
    assert int(counts["claims"]) == sum(counted.values()) + reports


MORE = """
casegraph: 1
report: {{title: Made up, key: made-up-{name}, extent: {extent}}}
passages: {{p1: {{section: case-presentation, paragraph: 1}}}}
cases:
  '1':
    sex: female
    zero_point: start
    occasions: {{start: {{}}}}
    treatments:
      - id: a
        what: 'CHEBI:71200 tofacitinib'
        at: start
        stated_in: p1
        doses:
          - {{id: a-low, at: start, dose: 5, unit: mg/d, stated_in: p1}}
          - {{id: a-high, at: start, follows: a-low, dose: 10, unit: mg/d, stated_in: p1}}
      - {{id: b, what: 'CHEBI:8382 prednisone', at: start, stated_in: p1}}
    responses: [{responses}]
"""
COUNTS: list[tuple[str, str, str, dict[str, str]]] = [
    ("a dose segment counts for its drug, once a patient", "fullText",
     "{id: r1, to: [a-low], domain: skin, direction: improved, stated_in: p1},"
     " {id: r2, to: [a-high], domain: skin, direction: resolved, stated_in: p1}",
     {"outcome_reported": "1", "improved": "1", "named_alone": "2", "named_with_others": "0"}),
    ("two dosings of one drug in one claim are that drug alone", "fullText",
     "{to: [a-low, a-high], domain: skin, direction: improved, stated_in: p1}",
     {"improved": "1", "named_alone": "1", "named_with_others": "0"}),
    ("another drug in the same claim is told", "fullText",
     "{to: [a-high, b], domain: skin, direction: improved, stated_in: p1}",
     {"improved": "1", "named_alone": "0", "named_with_others": "1"}),
    ("better and worse overlap", "abstractOnly",
     "{to: [a], domain: skin, direction: improved, stated_in: p1},"
     " {to: [a], domain: muscle, direction: worse, stated_in: p1}",
     {"outcome_reported": "1", "improved": "1", "not_improved": "1", "not_captured": "0"}),
    ("not evaluable is an outcome", "fullText",
     "{to: [a], domain: overall, direction: notEvaluable, stated_in: p1}",
     {"outcome_reported": "1", "not_evaluable": "1", "improved": "0", "not_reported": "0"}),
    ("an outcome of another drug is none", "fullText",
     "{to: [b], domain: skin, direction: improved, stated_in: p1}",
     {"outcome_reported": "0", "not_reported": "1", "not_captured": "0"}),
    ("silence of a part of the paper means nothing", "abstractOnly", "",
     {"outcome_reported": "0", "not_reported": "0", "not_captured": "1"}),
    ("silence of the whole paper is its own", "dataRecord", "",
     {"outcome_reported": "0", "not_reported": "1", "not_captured": "0"}),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "extent", "responses", "told"), COUNTS, ids=[each[0] for each in COUNTS])
def test_what_counts_for_a_drug(
    tmp_path: Path, name: str, extent: str, responses: str, told: dict[str, str]
) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(MORE.format(name="one", extent=extent, responses=responses), encoding="utf-8")
    with loaded([path]) as alone:
        (row,) = (row for row in ask(alone, "outcomes_by_drug") if row["drug"] == "CHEBI:71200")
    assert row["given"] == "1"
    assert {each: row[each] for each in told} == told


# --- the command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stats") / "store"
    with open_store(str(path), writable=True) as opened:
        assert all(isinstance(each, Loaded) for each in load(opened, DOCUMENTS))
    return path


def stats(folder: Path, *args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, ["stats", "--store", str(folder), *args])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


PARTS = ("counts", "claims", "diagnoses", "outcomes", "groups")


def test_all_parts_stand_together_with_the_note(folder: Path) -> None:
    text = stats(folder).stdout
    assert text.count("\n## ") + text.startswith("## ") == len(PARTS)
    assert text.endswith(f"{NOTE}\n")
    assert "over-represent success" in NOTE
    assert "| interleukin-2 (cg:Interleukin2Drug) | 2 | 2 | 1 | 1 | 0 | 1 | 0 | 0 | 1 | 4 | 0 |" in text
    assert "| 14 of 18 |" in text


def test_the_parts_are_the_rows_of_the_stored_queries(folder: Path, store: Store) -> None:
    told = json.loads(stats(folder, "-f", "json").stdout)
    assert told["note"] == NOTE
    assert tuple(told["parts"]) == PARTS
    queries = (
        "corpus_counts",
        "claims_by_kind",
        "corpus_diagnoses",
        "outcomes_by_drug",
        "outcomes_of_groups",
    )
    for part, name in zip(PARTS, queries, strict=True):
        assert told["parts"][part] == json.loads(run(store, get_query(name)).to_json())


def test_one_row_a_line_says_which_part_it_is_of(folder: Path) -> None:
    lines = [json.loads(line) for line in stats(folder, "-f", "jsonl").stdout.splitlines()]
    assert Counter(line["part"] for line in lines) == {
        "counts": 1, "claims": 32, "diagnoses": 11, "outcomes": 23, "groups": 6,
    }  # fmt: skip


def test_one_table_is_one_part(folder: Path) -> None:
    assert "--part" in stats(folder, "-f", "csv", code=2).stderr
    result = stats(folder, "-f", "csv", "--part", "outcomes")
    assert NOTE in result.stderr
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 23
    assert stats(folder, "--part", "counts").stdout.startswith("?reports\t?cases\t")


def test_the_table_for_a_terminal_has_its_titles(folder: Path) -> None:
    text = stats(folder, "-f", "table").stdout
    places = [
        text.index(title) for title in ("What there is", "Claims by kind", "Diagnoses\n", "Groups, never")
    ]
    assert places == sorted(places)
    assert text.endswith(f"{NOTE}\n")


@pytest.mark.slow
def test_a_drug_is_asked_for_with_its_kinds_and_nothing_is_added_up(folder: Path) -> None:
    parts = json.loads(stats(folder, "-f", "json", "--drug", "IL-2").stdout)["parts"]
    assert list(parts) == ["outcomes", "groups"]
    (row,) = parts["outcomes"]["results"]["bindings"]
    assert row["given"]["value"] == "2"
    assert len(parts["groups"]["results"]["bindings"]) == 3
    every = json.loads(stats(folder, "-f", "json", "--drug", "cg:Drug").stdout)["parts"]["outcomes"]
    drugs = {each["drug"]["value"].rpartition("#")[2] for each in every["results"]["bindings"]}
    assert drugs == {"Drug", "Interleukin2Drug", "InterferonBetaDrug", "Rituximab"}


def test_what_is_no_drug_is_refused(folder: Path) -> None:
    assert "unknown term" in stats(folder, "--drug", "nonsensicol", code=2).stderr
    assert "not told by drug" in stats(folder, "--drug", "IL-2", "--part", "claims", code=2).stderr


def test_the_outcome_of_a_group_has_its_passage(folder: Path) -> None:
    result = CliRunner().invoke(commands, ["why", "outcomes_of_groups", "--store", str(folder)])
    assert result.exit_code == 0
    assert len(re.findall(r"^ +stated in: ", result.stdout, re.MULTILINE)) == 6


@pytest.mark.slow
def test_an_empty_store_counts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with open_store(str(path), writable=True) as opened:
        assert tuple(load(opened, [])) == ()
    told = json.loads(stats(path, "-f", "json").stdout)["parts"]
    (row,) = told["counts"]["results"]["bindings"]
    assert {value["value"] for value in row.values()} == {"0"}
    assert all(not told[part]["results"]["bindings"] for part in PARTS[1:])
