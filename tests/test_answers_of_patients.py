"""An answer says what another report has against it, and which of its cases are one patient."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import Dataset, Variable

import casegraph
from casegraph.cli import commands
from casegraph.ingest import Loaded, load
from casegraph.merge.applying import apply
from casegraph.merge.plan import MergePlan, PlannedLink
from casegraph.namespaces import BASE
from casegraph.notices import told_twice
from casegraph.query import bind, get_query, run, stored_queries
from casegraph.rows import Rows
from casegraph.store import Store, open_store

TELLINGS = sorted((Path(__file__).parent / "tellings").glob("*.yaml"))
FIRST, SECOND, OTHER = "10.5555/first-telling/1", "10.5555/second-telling/1", "10.5555/second-telling/2"
#: What the two made reports say of the skin on tofacitinib after 90 days, as the conflict has it.
IMPROVED = f"certain: skin improved on tofacitinib (after 90 days), {FIRST}#skin"
UNCHANGED = f"certain: skin unchanged on tofacitinib (onTreatment), {SECOND}#skin"
#: query -> case -> what the column says of its one response to tofacitinib.
SAID = {
    "responders_to_drug": {FIRST: UNCHANGED, OTHER: ""},
    "nonresponders_to_drug": {SECOND: IMPROVED},
    "drug_responses": {FIRST: UNCHANGED, OTHER: ""},
}
REFRACTORY = """
casegraph: 1
report: {title: Made up - %(name)s on refractory skin, doi: 10.5555/%(name)s, extent: fullText}
passages: {p1: {section: case, paragraph: 1}}
cases:
  '1':
    zero_point: start
    occasions:
      start: {phase: onTreatment}
      month-3: {anchor: start, start: [90, 90], phase: onTreatment}
    diagnoses: {final: [{what: 'MONDO:0016367 dermatomyositis', stated_in: p1}]}
    treatments: [{id: drug, what: 'CHEBI:71200 tofacitinib', at: start, stated_in: p1}]
    responses:
      - {id: skin, to: [drug], domain: skin, direction: %(skin)s, at: month-3, stated_in: p1}
      - {id: muscle, to: [drug], domain: muscle, direction: improved, at: month-3, stated_in: p1}
    statements:
      - {kind: refractory, basis: authorClaim, domain: [skin], gist: Refractory rash, stated_in: p1}
"""


def decide(store: Store, *pairs: tuple[str, str]) -> None:
    """Decide of pairs of cases that they tell of one patient, as ``merge apply`` does."""
    links = tuple(
        PlannedLink(
            between=(f"{BASE}case/{a}", f"{BASE}case/{b}"),
            proposed="same-patient",
            decision="same-patient",
            by="x",
            why="y",
        )
        for a, b in pairs
    )
    apply(store, MergePlan(version=1, links=links))


def filled(place: str | Path, paths: list[Path], *pairs: tuple[str, str]) -> Store:
    store = open_store(place, writable=True)
    assert [type(each) for each in load(store, paths)] == [Loaded] * len(paths)
    if pairs:
        decide(store, *pairs)
    return store


@pytest.fixture(scope="module")
def tellings() -> Iterator[tuple[Store, Store]]:
    """Return the two made reports, without and with the decision that their first patients are one."""
    assert len(TELLINGS) == 2
    with filled(":memory:", TELLINGS) as apart, filled(":memory:", TELLINGS, (FIRST, SECOND)) as linked:
        yield apart, linked


def against(store: Store, name: str) -> dict[str, str]:
    """Return what the column says of each case, of which each has one row."""
    rows = list(run(store, get_query(name), {"drug": "tofacitinib"}))
    found = {str(row["case"]).removeprefix(f"{BASE}case/"): str(row["contradicted_by"]) for row in rows}
    assert len(found) == len(rows)
    return found


# --- what another report says against it


def test_four_queries_tell_what_contradicts_a_response() -> None:
    told = {name for name, each in stored_queries().items() if "contradicted_by" in each.head.returns}
    assert told == {*SAID, "refractory_cases_responding"}


@pytest.mark.parametrize("name", SAID)
def test_a_response_has_what_the_other_report_says_against_it(
    tellings: tuple[Store, Store], name: str
) -> None:
    apart, linked = tellings
    assert against(linked, name) == SAID[name]
    assert against(apart, name) == dict.fromkeys(SAID[name], "")


@pytest.mark.parametrize("name", SAID)
def test_without_a_decision_the_other_columns_are_the_same(tellings: tuple[Store, Store], name: str) -> None:
    kept = [
        each for each in get_query(name).head.returns if each not in ("contradicted_by", "patient", "reports")
    ]
    both = [
        [[row[each] for each in kept] for row in run(store, get_query(name), {"drug": "tofacitinib"})]
        for store in tellings
    ]
    assert [line for line in both[1] if "reported by another report" not in line] == both[0]


def of_three(folder: Path) -> list[Path]:
    """Write three reports on one patient: the one that is between the others by its IRI differs from both."""
    paths = []
    for name, skin in (("case-a", "improved"), ("case-b", "worse"), ("case-c", "improved")):
        paths.append(folder / f"{name}.yaml")
        paths[-1].write_text(REFRACTORY % {"name": name, "skin": skin}, encoding="utf-8")
    return paths


def test_the_headline_tells_it_for_each_response_of_each_report(tmp_path: Path) -> None:
    a, b, c = (f"10.5555/case-{which}/1" for which in "abc")
    asked = {"drug": "tofacitinib", "disease": "dermatomyositis"}
    with filled(":memory:", of_three(tmp_path), (a, b), (b, c)) as store:
        rows = list(run(store, get_query("refractory_cases_responding"), asked))
        worse = list(run(store, get_query("nonresponders_to_drug"), {"drug": "tofacitinib"}))
    said = f"certain: skin worse on tofacitinib (onTreatment), {b}#skin"
    told = [(row["case"], str(row["domain"]).partition("#")[2], row["contradicted_by"]) for row in rows]
    assert sorted(told) == [
        (f"{BASE}case/{a}", "muscle", ""),
        (f"{BASE}case/{a}", "skin", said),
        (f"{BASE}case/{b}", "muscle", ""),
        (f"{BASE}case/{c}", "muscle", ""),
        (f"{BASE}case/{c}", "skin", said),
    ]
    improved = (f"certain: skin improved on tofacitinib (onTreatment), {each}#skin" for each in (a, c))
    assert [row["contradicted_by"] for row in worse] == ["; ".join(improved)]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SAID, "refractory_cases_responding"])
def test_rdflib_says_the_same(tmp_path: Path, name: str) -> None:
    a, b, c = (f"10.5555/case-{which}/1" for which in "abc")
    with filled(":memory:", of_three(tmp_path), (a, b), (b, c)) as store:
        text = bind(get_query(name), {"drug": "tofacitinib"})
        ours = Rows.read(store.query(text))
        place = ours.columns.index("contradicted_by")
        dataset = Dataset(default_union=True)
        dataset.parse(data="\n".join(store.dump()) + "\n", format="nquads")
    theirs = [str(row[Variable("contradicted_by")]) for row in dataset.query(text).bindings]
    found = [getattr(row[place], "value", "") for row in ours.rows]
    assert sorted(theirs) == sorted(found)
    assert any(found)


def test_side_by_side_it_is_told_too(tellings: tuple[Store, Store]) -> None:
    head = get_query("refractory_cases_responding").head
    assert "contradicted_by" in head.compared_by


# --- which cases are one patient


def command(*arguments: str) -> Result:
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return where the two made reports are, without and with the decision."""
    folder = tmp_path_factory.mktemp("stores")
    filled(folder / "apart", TELLINGS).close()
    filled(folder / "linked", TELLINGS, (FIRST, SECOND)).close()
    return str(folder / "apart"), str(folder / "linked")


LINE = f"3 cases of 2 patients: {FIRST} and {SECOND} tell of one patient"
LISTS = (
    ("cases_treated_with", "drug=tofacitinib"),
    ("cases_by_diagnosis", "disease=MONDO:0016367"),
    ("exposed_cases", "drug=tofacitinib"),
)


@pytest.mark.parametrize("form", ["csv", "jsonl", "md"])
@pytest.mark.parametrize(("name", "value"), LISTS)
def test_a_list_of_cases_says_which_are_one_patient(
    places: tuple[str, str], name: str, value: str, form: str
) -> None:
    asked = command("query", name, "-p", value, "-f", form, "--store", places[1])
    assert asked.stderr.splitlines().count(LINE) == 1
    if form == "csv":
        assert len({row["case"] for row in csv.DictReader(io.StringIO(asked.stdout))}) == 3


@pytest.mark.slow
def test_why_says_it_too(places: tuple[str, str]) -> None:
    asked = ("why", "cases_treated_with", "-p", "drug=tofacitinib", "--store")
    assert LINE in command(*asked, places[1]).stderr.splitlines()
    assert "tell of one patient" not in command(*asked, places[0]).stderr


def test_a_store_without_links_says_nothing(places: tuple[str, str]) -> None:
    asked = command(
        "query", "cases_treated_with", "-p", "drug=tofacitinib", "-f", "csv", "--store", places[0]
    )
    assert len(asked.stdout.splitlines()) == 4
    assert asked.stderr == ""


def test_a_patient_that_an_answer_lists_once_is_not_told(tellings: tuple[Store, Store]) -> None:
    _, linked = tellings
    rows = run(linked, get_query("responders_to_drug"), {"drug": "tofacitinib"})
    assert len(rows) == 2
    assert told_twice(linked, rows) == (0, ())
    assert told_twice(linked, Rows(("case",), ())) == (0, ())


@pytest.mark.slow
def test_many_patients_are_counted_and_three_of_them_named(tmp_path: Path) -> None:
    pairs = [(f"10.5555/a-{number}/1", f"10.5555/b-{number}/1") for number in range(5)]
    paths = []
    for name in (each.split("/")[1] for pair in pairs for each in pair):
        paths.append(tmp_path / f"{name}.yaml")
        paths[-1].write_text(REFRACTORY % {"name": name, "skin": "improved"}, encoding="utf-8")
    place = str(tmp_path / "store")
    filled(place, paths, *pairs).close()
    told = command(
        "query", "cases_treated_with", "-p", "drug=tofacitinib", "-f", "csv", "--store", place
    ).stderr
    named = "; ".join(f"{a} and {b} tell of one patient" for a, b in pairs[:3])
    more = "; and 2 more: casegraph query patients_in_several_reports"
    assert f"10 cases of 5 patients: {named}{more}" in told.splitlines()


def test_the_python_interface_gives_them(places: tuple[str, str]) -> None:
    with casegraph.open(places[1]) as cases:
        rows = cases.query("cases_treated_with", drug="tofacitinib")
        assert cases.told_twice(rows) == ((f"{BASE}case/{FIRST}", f"{BASE}case/{SECOND}"),)
