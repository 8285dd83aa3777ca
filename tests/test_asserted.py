"""What was derived can be left out of an answer: in the commands and in Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import casegraph
from casegraph.cli import commands
from casegraph.errors import InputError
from casegraph.namespaces import CG
from casegraph.resources import shipped

SEED = "10.1007/s13555-020-00421-8"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asserted") / "store"
    casegraph.open(folder).load(*shipped("cases", "miao-2020.yaml"))
    return folder


def run(place: Path, *words: str) -> Result:
    return CliRunner().invoke(commands, [*words, "--store", str(place)])


@pytest.mark.slow
def test_a_question_about_the_glance_level_finds_nothing_and_it_is_said_why(place: Path) -> None:
    assert "/1" in run(place, "query", "cases_by_finding", "-f", "csv").stdout
    found = run(place, "query", "cases_by_finding", "-f", "csv", "--asserted")
    assert found.exit_code == 0
    assert found.stdout.split() == ["case,finding"]
    assert "derived triples are left out" in found.stderr


@pytest.mark.slow
def test_a_question_about_claims_is_answered_all_the_same(place: Path) -> None:
    asked = ("query", "literature_statements", "-f", "csv")
    assert run(place, *asked, "--asserted").stdout == run(place, *asked).stdout
    assert "derived triples" not in run(place, *asked).stderr


@pytest.mark.slow
def test_a_query_of_ones_own(place: Path) -> None:
    asked = ("sparql", "ASK { ?case cg:phenotype ?finding }")
    assert run(place, *asked).exit_code == 0
    assert run(place, *asked, "--asserted").exit_code == 1
    graphs = run(place, "sparql", "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", "-f", "csv", "--asserted")
    assert f"{SEED}/1/asserted" in graphs.stdout
    assert "/inferred" not in graphs.stdout


@pytest.mark.slow
def test_a_case_is_told_without_what_follows_from_it(place: Path) -> None:
    told, asserted = (run(place, "show", SEED, *more).stdout for more in ((), ("--asserted",)))
    assert "beside it ran" in told
    assert "beside it ran" not in asserted
    assert {line.strip() for line in asserted.splitlines() if "[#il2-weekly;" in line} <= {
        line.strip() for line in told.splitlines()
    }
    assert "[#il2-weekly;" in asserted


def test_the_list_of_queries_has_nothing_to_leave_out(place: Path) -> None:
    refused = run(place, "query", "--asserted")
    assert refused.exit_code == 2
    assert "need the NAME of a query" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize("location", ["directory", ":memory:"])
def test_in_python(place: Path, location: str) -> None:
    with casegraph.open(place if location == "directory" else location) as cases:
        cases.load(*shipped("cases", "miao-2020.yaml"))
        assert len(cases.query("cases_by_finding")) > 0
        assert len(cases.query("cases_by_finding", asserted=True)) == 0
        asked = f"SELECT ?case {{ ?case <{CG}treatedWith> ?drug }}"
        assert len(cases.sparql(asked)) > 0
        assert len(cases.sparql(asked, asserted=True)) == 0
        whole, asserted = (
            {str(graph.identifier) for graph in cases.graph(asserted=each).graphs()} for each in (False, True)
        )
        assert {each for each in whole - asserted if not each.endswith("/inferred")} == set()
        assert len(whole - asserted) == 1


def test_a_query_that_counts_what_was_derived_is_refused_without_it(place: Path) -> None:
    found = run(place, "query", "drug_verdicts", "-f", "csv", "--asserted")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "drug_verdicts: it counts what was derived, which would count as not told" in found.stderr
    assert run(place, "query", "drug_verdicts", "-f", "csv").stdout.count("\n") > 3
    with pytest.raises(InputError, match="would count as not told"):
        casegraph.open(place).query("drug_verdicts", asserted=True)
