"""Patients of whom several reports tell: listed with what agrees and what does not, and counted once."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from pyoxigraph import Literal, NamedNode
from rdflib import Dataset
from rdflib import Literal as RdflibLiteral

from casegraph.ingest import Loaded, load
from casegraph.merge.applying import apply
from casegraph.merge.beside import CasePair
from casegraph.merge.conflicts import Conflict, Matter, Side, conflict_quads
from casegraph.merge.patients import comparison_graph, patients_quads
from casegraph.merge.plan import MergePlan, PlannedLink
from casegraph.namespaces import BASE, CG, compact
from casegraph.parameters import ParameterValue
from casegraph.query import get_query, run, stored_queries
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.terms import shipped_terms

TESTS = Path(__file__).parent
TELLINGS = sorted((TESTS / "tellings").glob("*.yaml"))
FIRST, SECOND = (f"{BASE}case/10.5555/{which}-telling/1" for which in ("first", "second"))
NAMES = sorted(name for name, query in stored_queries().items() if "merging" in query.head.tags)
#: what each is asked for; what it is not asked for keeps its example.
ASKED: dict[str, dict[str, ParameterValue]] = {"merged_patient": {"case": SECOND}}
TOFACITINIB, DERMATOMYOSITIS = "CHEBI:71200", "MONDO:0016367"
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
    return compact(text.removeprefix(f"{BASE}case/"))


def decide(store: Store, a: str, b: str) -> None:
    """Decide that two cases tell of one patient."""
    link = PlannedLink(between=(a, b), proposed="same-patient", decision="same-patient", by="x", why="y")
    apply(store, MergePlan(version=1, links=(link,)))


def filled(*, linked: bool, paths: list[Path]) -> Store:
    store = open_store(":memory:", writable=True)
    outcomes = tuple(load(store, paths))
    assert outcomes
    assert all(isinstance(each, Loaded) for each in outcomes), outcomes
    if linked:
        decide(store, FIRST, SECOND)
    return store


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Return the shipped cases, and two made reports of which the first patients are one."""
    with filled(linked=True, paths=[*shipped("cases", "*.yaml"), *TELLINGS]) as opened:
        yield opened


@pytest.fixture(scope="module")
def tellings() -> Iterator[tuple[Store, Store]]:
    """Return the made reports alone, without and with the decision."""
    with filled(linked=False, paths=TELLINGS) as two, filled(linked=True, paths=TELLINGS) as one:
        yield two, one


def ask(store: Store, name: str, **values: ParameterValue) -> list[Row]:
    rows = run(store, get_query(name), values, terms=shipped_terms())
    return [dict(zip(rows.columns, map(plain, row), strict=True)) for row in rows.rows]


def expected(name: str) -> list[Row]:
    with (TESTS / "questions" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(rows: list[Row], columns: list[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(row[name] for name in columns) for row in rows)


# --- what is listed


def test_three_queries_are_of_merged_patients() -> None:
    assert NAMES == ["conflicts_between_reports", "merged_patient", "patients_in_several_reports"]
    assert len(TELLINGS) == 2


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_that_of_the_facts(store: Store, name: str) -> None:
    answer = expected(name)
    assert answer
    columns = list(answer[0])
    assert told(ask(store, name, **ASKED.get(name, {})), columns) == told(answer, columns)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_rows_are_left_without_an_order(store: Store, name: str) -> None:
    keys = re.findall(r"\?(\w+)", get_query(name).text.rpartition("ORDER BY")[2])
    rows = ask(store, name, **ASKED.get(name, {}))
    assert len(told(rows, keys)) == len(rows) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_rdflib_gives_the_same_rows(tellings: tuple[Store, Store], name: str) -> None:
    store, dataset = tellings[1], Dataset(default_union=True)
    graphs = [graph for graph in store.graphs() if graph != f"{BASE}ontology"]  # rdflib looks at all of it
    assert len(graphs) == len(store.graphs()) - 1
    for graph in graphs:
        dataset.parse(data="\n".join(store.dump(graph)) + "\n", format="nquads")
    text = get_query(name).text.replace(f"{BASE}case/10.1007/s13555-020-00421-8/1", SECOND)
    theirs = dataset.query(text)
    variables = theirs.vars or []
    found = Counter(tuple(plain(row.get(each)) for each in variables) for row in theirs.bindings)
    assert found == told(ask(store, name, **ASKED.get(name, {})), list(map(str, variables)))
    assert found


@pytest.mark.slow
@pytest.mark.parametrize(
    "server", ["oxigraph_server", pytest.param("virtuoso_server", marks=pytest.mark.long)]
)
def test_a_server_gives_the_same_rows(
    request: pytest.FixtureRequest, tellings: tuple[Store, Store], server: str
) -> None:
    _, linked = tellings
    with open_store(request.getfixturevalue(server), writable=True) as there:
        there.replace(there.graphs(), "".join(f"{line}\n" for line in linked.dump()))
        for name in (*NAMES, *COUNTED, *LISTED):
            values = ASKED.get(name, {"drug": "tofacitinib"} if name in LISTED else {})
            rows = ask(linked, name, **values)
            assert (name, ask(there, name, **values)) == (name, rows)
            assert rows


def test_without_a_decision_each_case_is_told_by_one(tellings: tuple[Store, Store]) -> None:
    two, _ = tellings
    assert ask(two, "patients_in_several_reports") == ask(two, "conflicts_between_reports") == []
    rows = ask(two, "merged_patient", case=SECOND)
    assert {(row["standing"], row["told_by"]) for row in rows} == {
        ("told by one", "10.5555/second-telling/1")
    }
    assert len(rows) == 9


@pytest.mark.parametrize("case", [FIRST, SECOND])
def test_each_case_of_a_patient_leads_to_all_of_them(store: Store, case: str) -> None:
    assert ask(store, "merged_patient", case=case) == ask(store, "merged_patient", case=FIRST)


@pytest.mark.parametrize(
    ("view", "standings"),
    [
        ("any", {"agreed", "told by one", "in conflict", "possibly in conflict"}),
        ("agreed", {"agreed"}),
        ("conflicting", {"in conflict", "possibly in conflict"}),
    ],
)
def test_a_view_shows_its_claims_and_all_of_them(store: Store, view: str, standings: set[str]) -> None:
    every = ask(store, "merged_patient", case=FIRST)
    shown = ask(store, "merged_patient", case=FIRST, view=view)
    assert shown == [row for row in every if row["standing"] in standings]
    assert {row["standing"] for row in shown} == standings


THIRD = f"{BASE}case/10.5555/third/1"


def contradicted(case: str, **said: tuple[str, str]) -> str:
    """Return the possible conflicts of a case with a third report, by their matters."""
    found = [
        Conflict(cast(Matter, matter), False, (Side(ours, "one", None), Side(theirs, "another", None)))
        for matter, (ours, theirs) in said.items()
    ]
    return conflict_quads(comparison_graph(CasePair(case, THIRD)), found, ())


@pytest.fixture(scope="module")
def with_third() -> Iterator[Store]:
    """Return the linked reports, with what a third one contradicts them in."""
    with filled(linked=True, paths=TELLINGS) as more:
        skin = (f"{FIRST}#erythema", f"{THIRD}#no-erythema")
        disease = (f"{SECOND}#dermatomyositis", f"{THIRD}#no-dermatomyositis")
        more.replace([], contradicted(FIRST, finding=skin, age=(FIRST, THIRD)))
        more.replace([], contradicted(SECOND, diagnosis=disease))
        yield more


def test_what_one_agrees_with_and_another_contradicts_is_in_conflict(with_third: Store) -> None:
    rows = {row["claim"]: row for row in ask(with_third, "merged_patient", case=FIRST)}
    erythema = rows["10.5555/first-telling/1#erythema"]
    assert erythema["standing"] == "possibly in conflict"
    assert (erythema["agrees_with"], erythema["contradicts"]) == (f"{SECOND}#v-sign", f"{THIRD}#no-erythema")
    assert rows["10.5555/second-telling/1#v-sign"]["standing"] == "agreed"
    agreed = ask(with_third, "merged_patient", case=FIRST, view="agreed")
    assert "10.5555/first-telling/1#erythema" not in {row["claim"] for row in agreed}
    assert "10.5555/second-telling/1#v-sign" in {row["claim"] for row in agreed}


def test_sex_and_age_have_their_own_conflicts(with_third: Store) -> None:
    rows = [row for row in ask(with_third, "merged_patient", case=FIRST) if "#" not in row["claim"]]
    assert {(row["told_by"], row["link"], row["standing"], row["contradicts"]) for row in rows} == {
        ("10.5555/first-telling/1", "cg:sex", "in conflict", SECOND),
        ("10.5555/first-telling/1", "cg:ageYears", "possibly in conflict", THIRD),
        ("10.5555/second-telling/1", "cg:sex", "in conflict", FIRST),
        ("10.5555/second-telling/1", "cg:ageYears", "agreed", ""),
    }


def test_a_conflict_of_two_later_cases_is_of_their_patient(with_third: Store) -> None:
    rows = [
        row for row in ask(with_third, "conflicts_between_reports") if row["second_case"] == "10.5555/third/1"
    ]
    assert [(row["patient"], row["first_case"]) for row in rows if "second" in row["first_case"]] == [
        ("10.5555/first-telling/1", "10.5555/second-telling/1")
    ]


BOUND = """
casegraph: 1
report: {title: Made up - a value and how it is printed, doi: 10.5555/bound-%s, extent: fullText}
passages: {p: {section: case}}
cases:
  '1':
    tests: [{id: ferritin, what: 'cg:FerritinLevel ferritin level', value: %s, unit: ng/mL%s, stated_in: p}]
"""


def test_a_value_that_is_a_bound_stands_beside_what_is_printed(tmp_path: Path) -> None:
    for which, value, printed in (("a", "2000", ", printed: '>2000'"), ("b", "3465", "")):
        (tmp_path / f"{which}.yaml").write_text(BOUND % (which, value, printed), encoding="utf-8")
    one, other = (f"{BASE}case/10.5555/bound-{which}/1" for which in "ab")
    with filled(linked=False, paths=sorted(tmp_path.glob("*.yaml"))) as store:
        store.replace([], patients_quads([(one, other)]))
        rows = ask(store, "merged_patient", case=other)
        sides = (Side(f"{one}#ferritin", "one", None), Side(f"{other}#ferritin", "another", None))
        graph = comparison_graph(CasePair(one, other))
        store.replace([], conflict_quads(graph, [Conflict("number", False, sides)], ()))
        (row,) = ask(store, "conflicts_between_reports")
    assert {(each["told_by"][-3], each["value"], each["printed"]) for each in rows} == {
        ("a", "2000", ">2000"),
        ("b", "3465", ""),
    }
    assert (row["first_printed"], row["second_printed"]) == (">2000", "")


def test_what_is_compared_are_two_cases_and_what_is_found_are_two_claims(store: Store) -> None:
    graph = comparison_graph(CasePair(FIRST, SECOND))
    asked = f"""PREFIX cg: <{CG}> SELECT ?kind (COUNT(DISTINCT ?found) AS ?many) {{ GRAPH <{graph}> {{
      <{graph}> a cg:CaseComparison ; cg:compares <{FIRST}> , <{SECOND}> .
      ?found cg:ofComparison <{graph}> ; a ?kind ; cg:firstTelling ?one ; cg:secondTelling ?other
    }} }} GROUP BY ?kind"""
    counted = {str(row["kind"]): row["many"] for row in Rows.read(store.query(asked, union=False))}
    (told_of,) = {(row["agreements"], row["conflicts"]) for row in expected("patients_in_several_reports")}
    assert counted.keys() == {f"{CG}TellingAgreement", f"{CG}TellingConflict"}
    assert tuple(str(counted[each]) for each in sorted(counted)) == told_of


# --- what is counted

#: query -> the row, what it tells of three cases, and what of the two patients that they are.
COUNTED: dict[str, tuple[str, dict[str, int], dict[str, int]]] = {
    "outcomes_by_drug": (
        TOFACITINIB,
        {"given": 3, "reports": 3, "outcome_reported": 3, "improved": 2, "not_improved": 1},
        {"given": 2, "reports": 3, "outcome_reported": 2, "improved": 2, "not_improved": 1},
    ),
    "drug_verdicts": (
        TOFACITINIB,
        {"given": 3, "reports": 3, "with_verdict": 3, "improved": 2, "not_improved": 1, "mixed": 0},
        {"given": 2, "reports": 3, "with_verdict": 2, "improved": 1, "not_improved": 0, "mixed": 1},
    ),
    "corpus_diagnoses": (DERMATOMYOSITIS, {"patients": 3, "reports": 3}, {"patients": 2, "reports": 3}),
    "corpus_counts": ("2", {"cases": 3, "patients": 3}, {"cases": 3, "patients": 2}),
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_patient_is_counted_once(tellings: tuple[Store, Store], name: str) -> None:
    key, apart, together = COUNTED[name]
    for store, counts in zip(tellings, (apart, together), strict=True):
        (row,) = (each for each in ask(store, name) if next(iter(each.values())) == key)
        assert {column: int(row[column]) for column in counts} == counts


@pytest.mark.slow
@pytest.mark.parametrize("name", COUNTED)
def test_the_decision_changes_no_other_row(store: Store, name: str) -> None:
    key = COUNTED[name][0]
    with filled(linked=False, paths=[*shipped("cases", "*.yaml"), *TELLINGS]) as before:
        one, other = (
            [row for row in ask(each, name) if next(iter(row.values())) != key] for each in (before, store)
        )
    changed = [
        {column for column, value in row.items() if value != after[column]}
        for row, after in zip(one, other, strict=True)
    ]
    assert changed == ([{"patients"}] if name == "corpus_counts" else [set()] * len(one))
    assert changed


SILENT = """
casegraph: 1
report: {title: Made up - silent on the outcome, doi: 10.5555/silent-%s, extent: %s}
passages: {p1: {section: case}}
cases:
  '1':
    treatments: [{what: 'CHEBI:71200 tofacitinib', stated_in: p1}]
"""


@pytest.mark.parametrize(("other", "column"), [("fullText", "not_reported"), ("tableOnly", "not_captured")])
@pytest.mark.parametrize("name", ["outcomes_by_drug", "drug_verdicts"])
def test_a_patient_is_silent_only_if_all_reports_were_read(
    tmp_path: Path, name: str, other: str, column: str
) -> None:
    for which, extent in (("a", "fullText"), ("b", other)):
        (tmp_path / f"{which}.yaml").write_text(SILENT % (which, extent), encoding="utf-8")
    with filled(linked=False, paths=sorted(tmp_path.glob("*.yaml"))) as store:
        one, other_one = (f"{BASE}case/10.5555/silent-{which}/1" for which in "ab")
        store.replace([], patients_quads([(one, other_one)]))
        (row,) = ask(store, name)
        assert {each["link"] for each in ask(store, "merged_patient", case=one)} == {"cg:hasTreatment"}
    assert {row["given"], row[column]} == {"1"}
    assert row["reports"] == "2"


LISTED = {
    "responders_to_drug": {"10.5555/first-telling/1": "2", "10.5555/second-telling/2": "1"},
    "nonresponders_to_drug": {"10.5555/second-telling/1": "2"},
}


@pytest.mark.parametrize("name", LISTED)
def test_a_list_of_cases_tells_the_patient_and_how_many_reports(store: Store, name: str) -> None:
    rows = [row for row in ask(store, name, drug="tofacitinib") if row["case"].startswith("10.5555/")]
    assert {row["case"]: row["reports"] for row in rows} == LISTED[name]
    of_both = "10.5555/first-telling/1"
    assert {row["patient"] for row in rows if row["reports"] == "2"} == {of_both}
    assert all(row["patient"] == row["case"] for row in rows if row["reports"] == "1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "many"),
    [("refractory_cases_responding", 6), ("responders_to_drug", 12), ("nonresponders_to_drug", 2)],
)
def test_the_headline_counts_a_patient_of_two_reports_once(tmp_path: Path, name: str, many: int) -> None:
    (seed,) = shipped("cases", "miao-2020.yaml")
    copy = tmp_path / "copy.yaml"
    copy.write_text(seed.read_text("utf-8").replace("10.1007/s13555-020-00421-8", "10.5555/copy"), "utf-8")
    cases = [f"{BASE}case/{doi}/1" for doi in ("10.1007/s13555-020-00421-8", "10.5555/copy")]
    with filled(linked=False, paths=[seed, copy]) as store:
        apart = ask(store, name, drug="IL-2")
        store.replace([], patients_quads([(cases[0], cases[1])]))
        together = ask(store, name, drug="IL-2")
    assert len(apart) == len(together) == many
    assert {(row["patient"], row["reports"]) for row in together} == {("10.1007/s13555-020-00421-8/1", "2")}
    assert {(row["patient"], row["reports"]) for row in apart} == {(row["case"], "1") for row in apart}
    names = [each for each in apart[0] if each not in ("patient", "reports")]
    assert told(apart, names) == told(together, names)
