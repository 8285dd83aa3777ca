"""A store says of each case which defined classes it is in: what the facts, the closure and HermiT say."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE, CG, compact
from casegraph.reason import case_class_claims, infer_case_classes
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.terms import all_terms

TESTS = Path(__file__).parent
CASES = f"{BASE}case/"
SEED = "10.1007/s13555-020-00421-8/1"
JAK_INHIBITORS = {"CHEBI:71200", "CHEBI:95341", "CHEBI:66919", "cg:Upadacitinib", "cg:JanusKinaseInhibitor"}
CALCINEURIN_INHIBITORS = {"CHEBI:4031", "CHEBI:61049", "cg:CalcineurinInhibitor"}
OF_SYNTHETASES = {"cg:AntiPL7", "cg:AntiPL12", "cg:AntiJo1"}
#: cases whose only positive antibody is antinuclear, which the answer about specific ones leaves out.
ANTINUCLEAR = {"10.2174/1874312901409010077/1", *(f"10.3899/jrheum.101321/{number}" for number in (4, 6, 8))}
NEW = {
    "DermatomyositisCase",
    "AutoantibodyCase",
    "JanusKinaseInhibitorTreatedCase",
    "CalcineurinInhibitorTreatedCase",
    "RituximabTreatedCase",
    "Interleukin2TreatedMyositisCase",
}
#: a made-up document -> which of these classes its case is in.
NEAR = {
    "antibody_negative": {"DermatomyositisCase"},
    "antibody_at_another_time": {"DermatomyositisCase", "Interleukin2TreatedMyositisCase"},
    "better_after_stopping": {"DermatomyositisCase", "JanusKinaseInhibitorTreatedCase"},
    "cohort": set(),
    "disease_only_considered": set(),
    "drug_only_talked_about": {"DermatomyositisCase"},
    "jak_inhibitor_not_given": {"DermatomyositisCase"},
    "not_evaluable": {"DermatomyositisCase", "RituximabTreatedCase"},
    "worse_on_interleukin_2": {
        "DermatomyositisCase",
        "Interleukin2TreatedMyositisCase",
        "CalcineurinInhibitorTreatedCase",
    },
}


@pytest.fixture(scope="module")
def store(corpus_store: Store) -> Iterator[Store]:
    """Return a store with the shipped cases and every near miss."""
    with open_store(":memory:", writable=True) as opened:
        opened.replace([], "\n".join(corpus_store.dump()))
        outcomes = tuple(load(opened, sorted((TESTS / "near_misses").glob("*.yaml"))))
        assert all(isinstance(each, Loaded) for each in outcomes), outcomes
        yield opened


@cache
def answered(question: str, column: str) -> tuple[tuple[str, str], ...]:
    """Return the cases and one other column of an answer that was typed from the facts."""
    with (TESTS / "questions" / f"{question}.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["case"], row[column]) for row in csv.DictReader(file))


def with_one_of(question: str, column: str, values: set[str]) -> set[str]:
    return {case for case, value in answered(question, column) if value in values}


def expected() -> dict[str, set[str]]:
    """Return the shipped cases of each new class, as the answers to other questions tell them."""
    antibodies = answered("cases_with_autoantibody", "antibody")
    drugs = "cases_treated_with_group", "drug"
    return {
        "DermatomyositisCase": {case for case, _ in answered("cases_by_diagnosis", "diagnosis")},
        "AutoantibodyCase": {case for case, _ in antibodies} | ANTINUCLEAR,
        "AntisynthetaseAntibodyCase": with_one_of("cases_with_autoantibody", "antibody", OF_SYNTHETASES),
        "JanusKinaseInhibitorTreatedCase": with_one_of(*drugs, JAK_INHIBITORS),
        "CalcineurinInhibitorTreatedCase": with_one_of(*drugs, CALCINEURIN_INHIBITORS),
        "RituximabTreatedCase": with_one_of(*drugs, {"cg:Rituximab"}),
        "Interleukin2TreatedMyositisCase": {SEED},
    }


def stored(store: Store) -> dict[str, frozenset[str]]:
    """Return the defined classes that the inferred graph of each case puts it into."""
    cases = Rows.read(store.query(f"SELECT ?case {{ ?case a <{CG}Case> }}"))
    found = {}
    for row in cases:
        graph = f"<{row['case']}/inferred>"
        kinds = Rows.read(store.query(f"SELECT ?kind {{ GRAPH {graph} {{ <{row['case']}> a ?kind }} }}"))
        found[str(row["case"])] = frozenset(str(each["kind"]) for each in kinds)
    return found


def asserted(store: Store) -> str:
    graphs = [graph for graph in store.graphs() if graph.endswith("/asserted")]
    return "".join(f"{line}\n" for graph in graphs for line in store.dump(graph))


def test_each_class_has_the_cases_of_the_facts(store: Store) -> None:
    members: dict[str, set[str]] = {}
    for case, classes in stored(store).items():
        for name in classes:
            if "/10.5555/" not in case:
                members.setdefault(name.removeprefix(CG), set()).add(case.removeprefix(CASES))
    found = {name: members.get(name, set()) for name in expected()}
    assert found == expected()
    assert [len(cases) for cases in expected().values()] == [21, 15, 3, 9, 11, 13, 1]


def test_near_misses_are_in_what_they_are_in_and_in_nothing_else(store: Store) -> None:
    cases = stored(store)
    for name, classes in NEAR.items():
        case = f"{CASES}10.5555/{name.replace('_', '-')}/1"
        found = {each.removeprefix(CG) for each in cases.get(case, ())}
        assert found & NEW == classes, name
    assert not [iri for iri in cases if "/group/" in iri]


def test_the_store_holds_what_the_closure_says_and_no_triple_twice(store: Store) -> None:
    by_closure = infer_case_classes(asserted(store), engine="closure", terms=all_terms())
    assert len(by_closure) >= 50
    assert stored(store) == by_closure
    twice = "SELECT ?s { GRAPH ?g { ?s a ?o } GRAPH ?h { ?s a ?o } FILTER(?g != ?h) }"
    assert list(Rows.read(store.query(twice))) == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, and no java is on the PATH")
def test_hermit_says_the_same_of_every_case_of_the_store(store: Store) -> None:
    assert infer_case_classes(asserted(store), engine="hermit") == stored(store)


@pytest.mark.slow
def test_a_load_starts_no_reasoner(tmp_path: Path) -> None:
    (case,) = shipped("cases", "miao-2020.yaml")
    asked = (
        "import sys, pathlib; from casegraph.store import open_store; from casegraph.ingest import load;"
        f"tuple(load(open_store(':memory:', writable=True), [pathlib.Path({str(case)!r})]));"
        "print({'rdflib', 'owlready2', 'rustdl', 'pyshacl'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


@pytest.mark.slow
def test_a_class_is_found_by_its_label_and_given_up_with_its_case() -> None:
    (case,) = shipped("cases", "miao-2020.yaml")
    assert compact(all_terms().resolve("JAK inhibitor-treated case")) == "cg:JanusKinaseInhibitorTreatedCase"
    with open_store(":memory:", writable=True) as opened:
        tuple(load(opened, [case]))
        (once,) = stored(opened).values()
        tuple(load(opened, [case]))
        assert list(stored(opened).values()) == [once]
        assert len(once) == 10


@pytest.mark.slow
def test_the_claims_behind_a_class_are_those_of_the_facts_and_without_them_it_is_gone(store: Store) -> None:
    case = f"{CASES}{SEED}"
    nquads = "".join(f"{line}\n" for line in store.dump(f"{case}/asserted"))
    behind = {
        name.removeprefix(CG): {claim.removeprefix(f"{case}#") for claim in claims}
        for name, claims in case_class_claims(nquads)[case].items()
    }
    assert behind["Interleukin2TreatedMyositisCase"] == {"diagnosis", "il2"}
    assert behind["CalcineurinInhibitorTreatedCase"] == {"csa"}
    assert behind["GlucocorticoidTreatedCase"] == {"prednisone-1", "prednisone-2"}
    assert behind["AntisynthetaseAntibodyCase"] == {"pl7"}
    for name, claims in behind.items():
        rest = [line for line in nquads.splitlines() if not any(f"#{claim}>" in line for claim in claims)]
        left = infer_case_classes("\n".join(rest), engine="closure")[case]
        assert CG + name not in left, name
