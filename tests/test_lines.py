"""Numbers of lines of treatment against the order in time, and what a dose says against its own numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from casegraph.cli import commands
from casegraph.errors import Problem
from casegraph.examine import examine
from casegraph.ingest import Loaded, Rejected, load
from casegraph.store import open_store
from casegraph.terms import all_terms

DOCUMENT = """casegraph: 1
report: {{title: Made up, key: lines, extent: fullText}}
passages: {{text: {{section: case}}}}
cases:
  '1':
    zero_point: d0
    occasions:
      d0: {{}}
      d20: {{anchor: d0, start: [20, 20]}}
      d60: {{anchor: d0, start: [60, 60]}}
    treatments:
      - {{id: one, what: 'CHEBI:8382 prednisone', at: d0, line: {one}, stated_in: text}}
      - {{id: two, what: 'CHEBI:5801 hydroxychloroquine', at: {at}, line: {two}, stated_in: text}}
"""


def problems(tmp_path: Path, one: int, two: int, at: str) -> list[Problem]:
    path = tmp_path / "case.yaml"
    path.write_text(DOCUMENT.format(one=one, two=two, at=at), encoding="utf-8")
    return [each for found in examine([path], all_terms()) for each in found if each.code == "line-number"]


@pytest.mark.parametrize(
    ("one", "two", "at", "said"),
    [
        (1, 1, "d60", "line 1 is numbered twice: one and two were started apart"),
        (2, 1, "d60", "two and one are numbered as lines 1 and 2, against their order in time"),
    ],
)
def test_a_number_that_does_not_fit_is_named_and_placed(
    one: int, two: int, at: str, said: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, one, two, at)
    assert problem.message == said
    assert problem.line in (12, 13)


@pytest.mark.parametrize(("one", "two", "at"), [(1, 2, "d60"), (1, 1, "d20"), (1, 1, "d0"), (1, 3, "d20")])
def test_a_number_that_fits_is_not(one: int, two: int, at: str, tmp_path: Path) -> None:
    assert problems(tmp_path, one, two, at) == []


def test_a_dose_that_says_the_opposite_of_its_numbers_is_rejected(tmp_path: Path) -> None:
    dose = "doses: [{id: taper, dose_from: 50, dose_to: 30, unit: mg/d, change: raised, stated_in: text}]"
    path = tmp_path / "case.yaml"
    text = DOCUMENT.format(one=1, two=2, at="d60").replace("line: 1, stated_in", f"{dose}, stated_in")
    path.write_text(text, encoding="utf-8")
    with open_store(":memory:", writable=True) as store:
        (outcome,) = load(store, [path])
        assert isinstance(outcome, Rejected)
        (problem,) = outcome.problems
        assert "#taper" in problem.message
        assert "as its numbers do" in problem.todo
        assert not any("lines" in line for line in store.dump() if "/case/" in line)


def test_a_load_tells_what_the_check_doubts(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    circle = "d20: {after: [d60]}\n      d60: {after: [d20]}"
    text = DOCUMENT.format(one=1, two=2, at="d60")
    start = text.index("d20: {anchor")
    path.write_text(text[:start] + circle + text[text.index("\n    treatments") :], encoding="utf-8")
    with open_store(":memory:", writable=True) as store:
        (outcome,) = load(store, [path])
    assert isinstance(outcome, Loaded)
    (doubt,) = outcome.doubts
    assert (doubt.code, doubt.line) == ("circle-in-time", 9)
    said = CliRunner().invoke(commands, ["load", str(path), "--dry-run"]).stderr
    assert f"{path}:9:" in said
    assert "circle-in-time" in said
