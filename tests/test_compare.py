"""A stored query asked once for each value of a closed list, and the answers side by side."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import casegraph
from casegraph.cli import commands
from casegraph.compare import compare
from casegraph.errors import InputError
from casegraph.query import read_query
from casegraph.resources import shipped
from casegraph.store import Store


def run(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the first shipped case alone; do not write to it."""
    folder = tmp_path_factory.mktemp("compare") / "store"
    run("load", *shipped("cases", "miao-2020.yaml"), "--store", folder)
    return folder


OUTCOMES = """\
#+ summary: Outcomes in a direction
#+ question: Which domains of which case went that way?
#+ tags: [test]
#+ compared_by: [case, domain]
#+ compared_shows: [drugs]
#+ parameters:
#+   direction: {type: value, label: the direction}
#+   drug: {type: concept, label: the drug}
#+ returns:
#+   case: the case
#+   domain: the domain
#+   drugs: the drug
PREFIX cg: <https://w3id.org/casegraph/ontology#>
SELECT DISTINCT ?case ?domain (?drug AS ?drugs) WHERE {
  VALUES ?direction { cg:worse }
  VALUES ?drug { cg:Interleukin2Drug }
  ?seen cg:aboutConcept ?drug ; cg:ofOutcome ?claim ; cg:domain ?domain .
  ?case cg:hasResponse|cg:lacksResponse ?claim .
  ?claim cg:direction ?direction .
}
"""


def side_by_side(tmp_path: Path, text: str, store: Store, **values: str) -> dict[str, dict[str, str]]:
    path = tmp_path / "outcomes.rq"
    path.write_text(text, encoding="utf-8")
    rows = compare(store, read_query(path), "direction", values)
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        told = {name: str(value) for name, value in row.items() if value is not None}
        domain = told.pop("domain", "").rpartition("#")[2]
        del told["case"]
        found[domain] = told
    return found


@pytest.mark.slow
def test_answers_are_laid_side_by_side_one_column_a_value(tmp_path: Path, seed_store: Store) -> None:
    drug = "interleukin-2"
    assert side_by_side(tmp_path, OUTCOMES, seed_store) == {
        "skin": {"improved": drug, "resolved": drug},
        "muscle": {"resolved": drug, "worse": drug},
        "serology": {"resolved": drug},
        "immuneCells": {"improved": drug},
        "overall": {"improved": drug},
    }
    hcq = side_by_side(tmp_path, OUTCOMES, seed_store, drug="hydroxychloroquine")
    assert hcq == {
        "skin": {"improved": "hydroxychloroquine", "worse": "hydroxychloroquine"},
        "muscle": {"worse": "hydroxychloroquine"},
    }


def test_without_more_in_the_head_answers_are_compared_by_case_and_say_yes(
    tmp_path: Path, seed_store: Store
) -> None:
    text = re.sub(r"#\+ compared_.*\n", "", OUTCOMES)
    assert side_by_side(tmp_path, text, seed_store) == {
        "": {"improved": "yes", "resolved": "yes", "worse": "yes"}
    }


def test_the_head_can_only_compare_by_columns_of_the_query(tmp_path: Path, seed_store: Store) -> None:
    for field in ("compared_by: [case, domain]", "compared_shows: [drugs]"):
        wrong = OUTCOMES.replace(field, field.replace("domain", "organ").replace("drugs", "organ"))
        with pytest.raises(InputError, match="no column organ") as caught:
            side_by_side(tmp_path, wrong, seed_store)
        assert re.search(r"outcomes\.rq:[45]$", caught.value.where)
    wrong = OUTCOMES.replace("#+ returns:", "#+ members: {organ: [skin]}\n#+ returns:", 1)
    with pytest.raises(InputError, match="members: no column organ"):
        side_by_side(tmp_path, wrong, seed_store)
    no_case = (
        re.sub(r"#\+ compared_.*\n", "", OUTCOMES).replace("?case ", "?who ").replace("   case:", "   who:")
    )
    with pytest.raises(InputError, match="no column case"):
        side_by_side(tmp_path, no_case, seed_store)


@pytest.mark.slow
def test_three_definitions_of_refractory_differ_in_the_muscle_of_the_seed(store: Path) -> None:
    call = ("query", "refractory_cases", "--compare", "refractory", "--store", store)
    rows = list(csv.DictReader(io.StringIO(run(*call, "-f", "csv").stdout)))
    of = {row["domain"].rpartition("#")[2]: row for row in rows}
    assert set(of) == {"skin", "muscle"}
    assert of["skin"]["authors"] == "A refractory and recurrent dermatitis"
    assert of["muscle"]["authors"] == ""
    assert all(row["clinical"] and row["two_lines"] for row in rows)
    for form in ("table", "tsv", "json", "jsonl", "md"):
        assert "relapse on taper" in run(*call, "-f", form).stdout.replace("\n           ", " ")
    with casegraph.open(store) as cases:
        in_python = cases.compare("refractory_cases", "refractory")
    assert in_python.to_tsv() == run(*call, "-f", "tsv").stdout


def test_a_definition_can_be_given_by_its_label(store: Path) -> None:
    call = ("query", "refractory_cases", "-f", "tsv", "--store", store, "-p")
    by_label = run(*call, "refractory=two-lines").stdout
    assert by_label == run(*call, "refractory=cg:twoLinesDefinition").stdout
    assert "<https://w3id.org/casegraph/ontology#twoLinesDefinition>" in by_label


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("refractory_cases", "--compare", "disease"), "are no closed list; expected one of refractory"),
        (("refractory_cases", "--compare", "refractory", "-p", "refractory=authors"), "refractory=... out"),
        (("patient", "--compare", "refractory"), "a query with a parameter of the type value"),
        (("refractory_cases", "--compare", "refractory", "--why"), "leave --compare out"),
        (("--compare", "refractory"), "need the NAME of a query"),
        (("--why",), "need the NAME of a query"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_told(call: tuple[str, ...], said: str, store: Path) -> None:
    assert said in run("query", *call, "--store", store, code=2).stderr
