"""What the plan of a merge tells a person, and what a policy leaves to persons."""

from __future__ import annotations

from pathlib import Path

import pytest

from casegraph.merge.plan import PlannedLink
from casegraph.merge.planning import make_plan
from casegraph.merge.writing import link_text
from casegraph.namespaces import PREFIXES
from casegraph.store import open_store
from command_line import run_cli

CLINIC = Path(__file__).parent / "foreign" / "clinic_a.ttl"
TELLING = Path(__file__).parent / "tellings" / "first_telling.yaml"


def test_a_subject_that_is_no_case_is_told_with_the_reason(tmp_path: Path) -> None:
    text = CLINIC.read_text(encoding="utf-8")
    wrong = tmp_path / "clinic.ttl"
    wrong.write_text(text.replace("nb:hasAge 40.0", "nb:hasAge 400.0"), encoding="utf-8")
    with open_store(":memory:") as store:
        (source,) = make_plan(store, [wrong]).sources
    (refused,) = source.refused
    assert refused.startswith("p2: violation: <https://w3id.org/casegraph/case/clinic/p2>")
    assert "from 0 to 125" in refused
    assert source.cases == ("https://w3id.org/casegraph/case/clinic/p1",)


@pytest.mark.slow
def test_a_policy_leaves_alone_what_a_person_decided(tmp_path: Path) -> None:
    place, plan, person = tmp_path / "store", tmp_path / "plan.yaml", tmp_path / "person.yaml"
    copy = tmp_path / "copy.yaml"
    copy.write_text(
        TELLING.read_text(encoding="utf-8").replace("first-telling", "copied-telling"), encoding="utf-8"
    )
    run_cli("load", TELLING, copy, "--store", place)
    run_cli("merge", "plan", "-o", plan, "--store", place)
    text = plan.read_text(encoding="utf-8")
    (proposed,) = {
        line.split(": ")[1] for line in text.splitlines() if "proposed: " in line and "patient" in line
    }
    decided = text.replace("decision: undecided", "decision: different-patients")
    person.write_text(
        decided.replace("by: ''", "by: Dr A").replace("why: ''", "why: read both"), encoding="utf-8"
    )
    run_cli("merge", "apply", person, "--store", place)
    before = run_cli("digest", "--store", place).stdout
    policy = ("--accept", proposed, "--by", "a pipeline", "--why", "nightly")
    done = run_cli("merge", "apply", plan, *policy, "--store", place)
    assert "0 links decided, 1 undecided" in done.stderr
    assert run_cli("digest", "--store", place).stdout == before
    assert "different-patients" in run_cli("merge", "list", "--store", place).stdout


@pytest.mark.parametrize(("score", "written"), [(-0.04, "0"), (12.0, "12"), (-3.26, "-3.3"), (0.0, "0")])
def test_a_score_is_written_as_a_store_writes_it(score: float, written: str) -> None:
    link = PlannedLink(between=("urn:a", "urn:b"), score=score, decision="different-patients")
    assert f' "{written}"^^<{PREFIXES["xsd"]}decimal> <{link.iri}> .\n' in link_text(link)
