"""The synthetic cases of the benchmarks are checked and valid, and of the size and mix of real ones."""

from __future__ import annotations

import io
import re
import statistics
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import msgspec
import pytest
from synthetic import SEED, case_document, case_documents, case_line
from synthetic_terms import pools

from casegraph.ingest import prepare
from casegraph.loaders.inputs import Input
from casegraph.terms import shipped_terms

MANY = 200


@pytest.mark.slow
def test_every_document_is_checked_and_valid_and_of_the_size_of_real_ones() -> None:
    sizes, kinds = [], Counter[str]()
    for number in range(MANY):
        ready = prepare(Input(f"{number}.json", partial(io.BytesIO, case_line(number))))
        assert not ready.imported.doubts, (number, ready.imported.doubts)
        assert ready.report.ok, (number, ready.report.violations)
        sizes.append(ready.asserted.count("\n") + ready.inferred.count("\n"))
        kinds.update(
            re.findall(r"ontology#(\w+Finding|\w+Diagnosis|\w*ResponseClaim|\w+Statement)> <", ready.asserted)
        )
        kinds.update(
            re.findall(
                r"ontology#(DoseSegment|\w*AdverseEvent|TestResult|Occasion|Passage)> <", ready.asserted
            )
        )
    assert 150 <= statistics.mean(sizes) <= 250
    assert max(sizes) < 600
    told = {"PresentFinding", "AbsentFinding", "FinalDiagnosis", "ExcludedDiagnosis", "ResponseClaim"}
    told |= {"NonResponseClaim", "RefractoryStatement", "DoseSegment", "AdverseEvent", "NoAdverseEvent"}
    told |= {"TestResult", "Occasion", "Passage", "EffectivenessStatement", "WorkingDiagnosis"}
    assert {each for each in told if kinds[each] < 5} == set(), kinds


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    script = Path(__file__).parents[1] / "benchmarks/synthetic.py"
    out = tmp_path / "cases.jsonl"
    subprocess.run([sys.executable, script, "--cases", "20", "--seed", "3", "-o", out], check=True)
    assert out.read_bytes() == b"".join(case_line(number, 3) for number in range(20))
    assert case_line(19, 3) != case_line(19, SEED)


def test_a_few_of_a_thousand_are_dermatomyositis_given_il2() -> None:
    held = pools()
    il2, myositis = held.il2.code, set(held.myositis)
    both = one = other = 0
    for case in (each.cases["1"] for each in case_documents(2000)):
        ill = bool({each.what for each in (*case.diagnoses.final, *case.diagnoses.working)} & myositis)
        given = il2 in {each.what for each in case.treatments}
        both, one, other = both + (ill and given), one + ill, other + given
    assert 2 <= both <= 14, both
    assert both < other < 30, other
    assert 50 < one < 140, one


def test_the_terms_are_those_that_ship_under_their_own_labels() -> None:
    held, terms = pools(), shipped_terms()
    codes = (*held.findings, *held.diseases, *held.myositis, *held.antibodies, *held.levels)
    codes += tuple(each.code for each in held.drugs)
    assert len(codes) > 200
    for code in codes:
        curie, _, label = code.partition(" ")
        assert terms.label(terms.resolve(curie)) == label
    assert msgspec.json.encode(case_document(1)) != msgspec.json.encode(case_document(2))
