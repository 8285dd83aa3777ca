"""What is merged and what exports hand on of it: cases whose licence allows it; what stays is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import run_cli

FOREIGN = Path(__file__).parent / "foreign"
LINK = """
links:
- between: [https://w3id.org/casegraph/case/clinic_a/p2, https://w3id.org/casegraph/case/clinic_b/q2]
  decision: same-patient
  by: A. Curator
  why: one form in two clinics
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Return a store with two foreign documents, of which clinic_b may not be handed on, and a link."""
    store, plan = str(tmp_path / "store"), tmp_path / "plan.yaml"
    run_cli("load", Path(__file__).parent / "tellings", "--store", store)
    documents = (FOREIGN / "clinic_a.ttl", FOREIGN / "clinic_b.ttl")
    run_cli("merge", "plan", *documents, "-o", plan, "--store", store)
    text = plan.read_text(encoding="utf-8").partition("\nlinks:")[0]
    plan.write_text(text + LINK, encoding="utf-8")
    run_cli("merge", "apply", plan, "--store", store)
    return store


@pytest.mark.parametrize("form", ["nquads", "csv"])
def test_what_may_not_be_handed_on_is_kept_out(form: str, place: str) -> None:
    exported = run_cli("export", form, "--store", place)
    assert "clinic_a" in exported.stdout
    assert "clinic_b" not in exported.stdout
    assert "2 cases and groups are left out" in exported.stderr


def test_a_case_or_the_columns_that_may_not_be_handed_on_are_refused(place: str, tmp_path: Path) -> None:
    alone = run_cli("export", "nquads", "--case", "clinic_b/q1", "--store", place, code=2)
    assert alone.stdout == ""
    assert "forbids to hand it on" in alone.stderr
    run_cli("export", "columns", "-o", str(tmp_path / "c"), "--store", place, code=2)


@pytest.mark.parametrize("form", ["nquads", "csv"])
def test_an_export_says_what_it_has_no_place_for(form: str, place: str) -> None:
    exported = run_cli("export", form, "--store", place)
    assert "not in it: 2 foreign documents, 1 links between cases" in exported.stderr
    run_cli("merge", "undo", "--all", "--store", place)
    assert "not in it" not in run_cli("export", form, "--store", place).stderr


def test_a_store_of_which_nothing_may_be_handed_on_is_not_called_empty(tmp_path: Path) -> None:
    store, plan = str(tmp_path / "only"), tmp_path / "only.yaml"
    run_cli("merge", "plan", FOREIGN / "clinic_b.ttl", "-o", plan, "--store", store)
    run_cli("merge", "apply", plan, "--store", store)
    refused = run_cli("export", "nquads", "--store", store, code=2)
    assert "nothing is left that may be handed on" in refused.stderr
    assert "2 cases and groups are left out" in refused.stderr
