"""What the plan of a merge tells a person of each document."""

from __future__ import annotations

from pathlib import Path

from casegraph.merge.planning import make_plan
from casegraph.store import open_store

CLINIC = Path(__file__).parent / "foreign" / "clinic_a.ttl"


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
