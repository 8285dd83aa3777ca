"""Each code of the check has an example that gives that code and no other; two planted mistakes give both."""

from __future__ import annotations

import importlib.util
import re
from itertools import combinations
from pathlib import Path

import pytest

from casegraph.check.codes import codes, example
from casegraph.errors import Problem
from casegraph.examine import examine
from casegraph.terms import all_terms

ROOT = Path(__file__).resolve().parents[1]
CHECK = ROOT / "src" / "casegraph" / "check"
SOURCE = (CHECK / "example.txt").read_text(encoding="utf-8")
EXAMPLES = {name: code for name, code in codes().items() if code.failing is not None}
#: found only with the text that the document was read from.
WITH_SOURCE = {"passage-hash", "number-not-in-passage", "words-not-in-passage", "other-text"}
WARNINGS = {"circle-in-time", "redundant-term", "unlikely-dose", "unmarked-repair", "words-not-in-passage"}
#: codes of whole files, and one that needs a release: these have tests of their own.
WITHOUT_EXAMPLE = {
    *("unreadable", "too-large", "not-utf-8", "empty", "not-a-document", "too-deep", "same-report"),
    *("obsolete-term", "no-case", "other-text"),
    *("unknown-format", "not-json", "damaged-archive", "nested-archive", "encrypted", "not-a-file"),
    *("not-a-table", "ragged-row"),
    *("not-csv", "not-rdf", "not-protobuf", "unknown-field", "wrong-version", "not-human", "no-patient"),
    *("same-case", "no-claims", "not-read-back", "no-graphs"),
    *("same-case", "no-claims", "after-last-encounter"),
}
#: what stops everything behind it, so that a second mistake cannot be seen.
STOPS = {"not-yaml", "tab", "alias", "tag"}
#: what is looked at only in a document that has no other mistake, or whose parts the other takes away.
LAST = {"same-report", *WITH_SOURCE}


#: with these the file cannot be read whole, or says another thing: shapes are not asked.
UNREAD = {
    "antigen-name",
    "bad-address",
    "bad-bounds",
    "bad-key",
    "bound-as-number",
    "brand-name",
    "circle",
    "damaged-number",
    "day-or-month-first",
    "decimal-comma",
    "duplicate-key",
    "empty-value",
    "exponent",
    "impossible-time",
    "missing-key",
    "misspelt-term",
    "name-clash",
    "negated-term",
    "no-anchor",
    "no-code",
    "no-identifier",
    "no-label",
    "number-as-text",
    "range-as-number",
    "smart-quotes",
    "thousands-separator",
    "unit-in-number",
    "unknown-definition",
    "unknown-key",
    "unknown-prefix",
    "wrong-type",
    "wrong-value",
}
#: pairs about one claim: one that cannot be read, or is of something else, is not looked at further.
HIDING = {
    ("missing-key", "unknown-claim"),
    ("missing-key", "unknown-treatment"),
    ("range-as-number", "unknown-treatment"),
    ("bound-as-number", "unknown-treatment"),
    ("no-label", "unknown-treatment"),
    ("no-code", "unknown-treatment"),
    ("missing-key", "unknown-occasion"),
    ("missing-key", "name-clash"),
    ("wrong-type", "impossible-time"),
    ("exponent", "unmarked-repair"),
    ("damaged-number", "unmarked-repair"),
    ("range-as-number", "unknown-claim"),
    ("range-as-number", "unknown-occasion"),
    ("range-as-number", "name-clash"),
    ("bound-as-number", "unknown-claim"),
    ("bound-as-number", "unknown-occasion"),
    ("bound-as-number", "name-clash"),
    ("no-label", "no-evidence"),
    ("no-code", "present-and-absent"),
    ("no-code", "no-evidence"),
    ("unknown-prefix", "present-and-absent"),
    ("unknown-term", "present-and-absent"),
    ("label-mismatch", "present-and-absent"),
    ("brand-name", "unlikely-dose"),
    ("antigen-name", "test-outcome"),
    ("negated-term", "unknown-passage"),
    ("wrong-branch", "present-and-absent"),
    ("lost-exponent", "unmarked-repair"),
    ("no-anchor", "impossible-time"),
    ("bad-bounds", "impossible-time"),
    ("bad-bounds", "line-number"),
    ("brand-name", "line-number"),
    ("impossible-time", "line-number"),
    *((name, "violation") for name in UNREAD),
    *(("violation", name) for name in UNREAD),
}


def problems_of(text: str, folder: Path, source: str | None = None) -> tuple[Problem, ...]:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    (found,) = examine([path], all_terms(), text=source)
    return found


def test_the_example_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(example(), tmp_path, SOURCE) == ()


def test_there_are_enough_codes_and_those_without_example_are_known() -> None:
    assert len(EXAMPLES) >= 60
    assert set(codes()) - set(EXAMPLES) == WITHOUT_EXAMPLE


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_failing_example_gives_its_code_and_no_other(name: str, tmp_path: Path) -> None:
    text = EXAMPLES[name].failing_document()
    assert text is not None
    assert text != example()
    found = problems_of(text, tmp_path, SOURCE if name in WITH_SOURCE else None)
    assert {problem.code for problem in found} == {name}, found
    for problem in found:
        assert problem.line > 0
        assert problem.todo
        assert problem.severity == ("warning" if name in WARNINGS else "error")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_place_is_in_what_was_broken(name: str, tmp_path: Path) -> None:
    text = EXAMPLES[name].failing_document()
    assert text is not None
    (*_, found) = problems_of(text, tmp_path, SOURCE if name in WITH_SOURCE else None)
    pairs = zip(text.splitlines(), example().splitlines(), strict=False)
    first = next(number for number, (new, old) in enumerate(pairs, 1) if new != old)
    assert abs(found.line - first) <= 12, (found, first)


def _with_both(one: str, other: str) -> str | None:
    """Return the example with two mistakes in it, or None where both are about the same words."""
    text, second = EXAMPLES[one].failing_document() or "", EXAMPLES[other]
    pattern = re.compile(re.escape(second.mended or "") + r"(?![\w'])")
    words = (str(EXAMPLES[one].mended), str(second.mended))
    if not pattern.search(text) or words[0] in words[1] or words[1] in words[0]:
        return None
    return pattern.sub(lambda _: str(second.failing), text, count=1)


def _pairs() -> list[tuple[str, str]]:
    able = [name for name in EXAMPLES if name not in STOPS | LAST]
    return [pair for pair in combinations(able, 2) if _with_both(*pair) and pair not in HIDING]


def test_there_are_enough_pairs() -> None:
    assert len(_pairs()) >= 900


@pytest.mark.slow
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("first", sorted({one for one, _ in _pairs()}))
def test_two_planted_mistakes_give_both(first: str, every: int, tmp_path: Path) -> None:
    for one, other in _pairs()[::every]:
        if one == first:
            text = _with_both(one, other)
            assert text is not None
            assert {problem.code for problem in problems_of(text, tmp_path)} == {one, other}, (one, other)


def test_every_code_in_the_engine_is_explained() -> None:
    engine = [
        *CHECK.glob("*.py"),
        *(ROOT / "loaders").rglob("*.py"),
        *(ROOT / "src" / "casegraph" / "ingest").glob("*.py"),
        *(ROOT / "src" / "casegraph").glob("ex*.py"),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in engine)
    pointed = {f"unknown-{kind}" for kind in re.findall(r'"([a-z]+)"', text)}
    assert set(codes()) <= {*re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"', text), *pointed}


def test_the_page_of_codes_is_that_of_the_table() -> None:
    spec = importlib.util.spec_from_file_location("make_codes", ROOT / "tools" / "make_codes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    assert written == module.page(), "run tools/make_codes.py"


def test_a_text_that_is_another_one_is_told(tmp_path: Path) -> None:
    found = problems_of(example(), tmp_path, SOURCE.replace("rash", "RASH"))
    assert {problem.code for problem in found} == {"other-text"}


#: what is found in the example -> what a hurried curator writes there, the code, and a part of the proposal.
HURRIED: list[tuple[str, str, str, str]] = [
    ("    sex: female", "\tsex: female", "tab", "spaces"),
    ("label: patient 1", "label: \u201cpatient 1\u201d", "smart-quotes", "straight"),
    ("issued: '2020'", "issued: 09.07.2020", "day-or-month-first", "'2020-07-09' or '2020-09-07'"),
    ("dose: 1000000", "dose: 106", "lost-exponent", "1000000"),
    ("dose: 1000000", "dose: 106 IU", "lost-exponent", "write 1000000"),
    ("dose: 1000000", "dose: 5 x lo6", "damaged-number", "5 x 106"),
    ("dose: 1000000", "dose: 5 x lo6 U/m2", "damaged-number", "repaired_from"),
    (
        "dose: 1000\n            unit: mg",
        "dose: 1,000 mg\n            unit: mg",
        "thousands-separator",
        "write 1000",
    ),
    ("dose: 1000\n", "dose: 1,000\n", "thousands-separator", "write 1000"),
    ("dose: 1000\n            unit: mg\n", "dose: 1000\n", "dose-without-unit", "UCUM"),
    ("groups:\n", "  '1':\n    sex: male\n    zero_point: start\ngroups:\n", "duplicate-key", "keep one"),
    ("what: 'cg:Rituximab rituximab'", "what: MabThera", "brand-name", "cg:Rituximab rituximab"),
    ("what: 'cg:Rituximab rituximab'", "what: 'cg:Rituximab MabThera'", "brand-name", "cg:Rituximab"),
    ("what: 'cg:Rituximab rituximab'", "what: rituximap", "misspelt-term", "cg:Rituximab rituximab"),
    ("what: 'HP:0001945 Fever'", "what: no fever", "negated-term", "HP:0001945 Fever"),
    ("what: 'HP:0000988 Skin rash'", "what: 'HP:0000988 no rash'", "negated-term", "findings.absent"),
    ("what: 'cg:AntiJo1 anti-Jo-1 antibody'", "what: 'cg:AntiJo1 Jo-1'", "antigen-name", "cg:AntiJo1 anti"),
    ("what: 'cg:AntiJo1 anti-Jo-1 antibody'", "what: HGNC:4816 HARS1", "antigen-name", "cg:AntiJo1 anti"),
]


@pytest.mark.parametrize(("right", "written", "code", "proposal"), HURRIED)
def test_what_a_hurried_curator_writes(
    right: str, written: str, code: str, proposal: str, tmp_path: Path
) -> None:
    text = example()
    assert right in text
    (problem,) = problems_of(text.replace(right, written, 1), tmp_path)
    assert problem.code == code
    assert proposal in problem.todo
    line = text.replace(right, written, 1).splitlines()[problem.line - 1]
    assert written.strip().split("\n")[0] in line


FINE = [
    ("unit: mg\n            printed: 1,000 mg", "unit: mg\n            printed: 1 g"),
    ("gist: It itched", "gist: Over 12 months; born in another country, the record of 2019 says so"),
    ("gist: It itched", "gist: 'The patient number 2 of the series; see table 3'"),
    ("value: 62", "value: 110"),
]


@pytest.mark.parametrize(("old", "new"), FINE)
def test_what_is_fine_is_not_flagged(old: str, new: str, tmp_path: Path) -> None:
    text = example()
    assert old in text
    assert problems_of(text.replace(old, new, 1), tmp_path) == ()


def test_a_finding_that_stands_there_twice_is_told(tmp_path: Path) -> None:
    line = "        - {id: no-fever, what: 'HP:0001945 Fever', at: onset, stated_in: history}\n"
    (found,) = problems_of(example().replace(line, line + line.replace("no-fever", "no-fever-2")), tmp_path)
    assert (found.code, found.severity) == ("redundant-term", "warning")
    assert "twice" in found.message
