"""The curation check knows every field of the model that points to another part."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from casegraph.check import check, target_of
from casegraph.loaders import read_draft
from casegraph.model import Key, Value, claims, document
from casegraph.terms import all_terms

CASE = """\
casegraph: 1
report: {title: Made up, key: made-up, extent: fullText}
passages: {p: {section: case-presentation, paragraph: 1}}
cases:
  '1':
    findings: {present: [{id: itch, what: 'HP:0000989 Pruritus', stated_in: p}]}
    treatments:
      - {id: drug, what: 'CHEBI:8382 prednisone', doses: [{id: dose, dose: 20, unit: mg/d}]}
"""
POINTERS_NOT_CHECKED = {"id", "key"}


def key_fields() -> set[tuple[type[Value], str]]:
    """Return the fields of all structs whose value is a key, or several, but not keys of a mapping."""
    structs = {
        each
        for module in (claims, document)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Value)
    }
    return {
        (struct, name)
        for struct in structs
        for name, hint in get_type_hints(struct, include_extras=True).items()
        if _holds_key(hint) and name not in POINTERS_NOT_CHECKED
    }


def _holds_key(hint: Any) -> bool:
    if hint == Key:
        return True
    return getattr(hint, "__origin__", None) is not dict and any(map(_holds_key, get_args(hint)))


def test_every_field_that_points_to_something_is_checked() -> None:
    fields = key_fields()
    assert len(fields) >= 40
    nowhere = [f"{struct.__name__}.{name}" for struct, name in fields if target_of(struct, name) is None]
    assert nowhere == []


@pytest.mark.parametrize(
    ("part", "of_treatment"),
    [
        ("responses: [{id: better, to: [NAME], domain: skin, direction: improved}]", True),
        ("responses: [{id: worse, after_stopping: [NAME], domain: skin, direction: worse}]", True),
        ("adverse_events: {observed: [{id: harm, what: 'HP:0001945 Fever', during: [NAME]}]}", True),
        ("adverse_events: {none: [{id: no-harm, during: [NAME]}]}", True),
        ("conflicts: [{id: both, between: [NAME, drug]}]", False),
    ],
)
def test_only_what_was_given_is_answered_to(part: str, of_treatment: bool, tmp_path: Path) -> None:
    """A finding is no treatment; a treatment and a dose are."""
    path = tmp_path / "case.yaml"
    for name in ("itch", "drug", "dose", "nothing"):
        path.write_text(CASE + "    " + part.replace("NAME", name) + "\n", encoding="utf-8")
        found = {each.code for each in check(read_draft(path), all_terms())}
        if name == "nothing":
            assert ("unknown-treatment" if of_treatment else "unknown-claim") in found
        else:
            assert ("unknown-treatment" in found) == (of_treatment and name == "itch"), name
            assert "unknown-claim" not in found
