"""``casegraph diff``: what changed between two documents, in words; nothing for order, comments and style."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from casegraph.cli import commands
from casegraph.curate.fmt import formatted
from casegraph.resources import shipped

HERE = Path(__file__).parent
DOCUMENTS = sorted([*shipped("cases", "*.yaml"), *(HERE / "documents").glob("*.yaml")])

BASE = """\
casegraph: 1
curation: {by: Jane Doe, date: '2026-01-02'}
report:
  title: A case
  key: a-case
  authors: [Jane Doe, Jan Roe]
  extent: abstractOnly
passages:
  p: {section: abstract}
  q: {section: discussion}
cases:
  '1':
    sex: female
    age: {years: 52, at: onset}
    zero_point: onset
    occasions:
      onset: {phase: onset}
      later: {anchor: onset, start: [7, 14], phase: followUp}
    findings:
      present:
        - {id: itch, what: 'HP:0000989 Pruritus', at: onset, site: ['UBERON:0002398 manus', 'UBERON:0001461 elbow'], stated_in: p}
      absent:
        - {what: 'HP:0001945 Fever', at: onset, stated_in: p}
    tests:
      - {id: ck, what: 'cg:CreatineKinaseLevel creatine kinase level', value: 850, unit: U/L, at: onset, stated_in: p}
    treatments:
      - id: il2
        what: 'cg:Interleukin2Drug interleukin-2'
        at: onset
        stated_in: p
        doses:
          - {id: il2-weekly, at: onset, dose: 1000000, unit: '[IU]', times: 1, period_days: 7, stated_in: p}
    responses:
      - {id: skin-on-il2, to: [il2], domain: skin, direction: improved, at: later, concerns: [itch], stated_in: p}
    course:
      - {kind: flare, domain: [skin], at: later, stated_in: p}
groups:
  arm: {patients: 3}
"""  # noqa: E501
WEEKLY = "{id: il2-weekly, at: onset, dose: 1000000, unit: '[IU]', times: 1, period_days: 7, stated_in: p}"
FEVER = "      absent:\n        - {what: 'HP:0001945 Fever', at: onset, stated_in: p}\n"

#: name -> (what to replace, by what, what is said)
CASES: dict[str, tuple[str, str, list[str]]] = {
    "dose": (
        "dose: 1000000",
        "dose: 2500000",
        [
            "patient 1: changed treatment il2 (interleukin-2), dose il2-weekly: "
            "dosing 1,000,000 [IU] once a week -> 2,500,000 [IU] once a week"
        ],
    ),
    "frequency": (
        "times: 1, period_days: 7",
        "times: 2, period_days: 10",
        [
            "patient 1: changed treatment il2 (interleukin-2), dose il2-weekly: "
            "dosing 1,000,000 [IU] once a week -> 1,000,000 [IU] twice every 10 days"
        ],
    ),
    "outcome": (
        "direction: improved",
        "direction: notEvaluable",
        ["patient 1: changed response skin-on-il2 (skin): direction improved -> not evaluable"],
    ),
    "new finding": (
        "      absent:",
        "        - {id: rash, what: 'HP:0000988 Skin rash', at: later, stated_in: p}\n      absent:",
        ["patient 1: new present finding rash: Skin rash at later"],
    ),
    "removed finding": (FEVER, "", ["patient 1: removed absent finding: Fever at onset"]),
    "polarity": (
        "      absent:\n        - {what: 'HP:0001945 Fever', at: onset, stated_in: p}",
        "        - {what: 'HP:0001945 Fever', at: onset, stated_in: p}",
        ["patient 1: changed present finding (Fever): absent finding -> present finding"],
    ),
    "time without id": (
        "{what: 'HP:0001945 Fever', at: onset",
        "{what: 'HP:0001945 Fever', at: later",
        ["patient 1: changed absent finding (Fever): time onset -> later"],
    ),
    "an id given": (
        "{what: 'HP:0001945 Fever'",
        "{id: no-fever, what: 'HP:0001945 Fever'",
        ["patient 1: renamed absent finding no-fever (Fever): no id -> no-fever"],
    ),
    "new treatment": (
        "    responses:",
        "      - {id: mtx, what: 'CHEBI:44185 methotrexate', at: later, stated_in: p, doses:"
        " [{dose: 15, unit: mg, times: 1, period_days: 7, route: oral, stated_in: p}]}\n    responses:",
        ["patient 1: new treatment mtx: methotrexate, 15 mg once a week, oral at later"],
    ),
    "new dose": (
        f"          - {WEEKLY}\n",
        f"          - {WEEKLY}\n          - {{id: low, at: later, dose: 0.5, unit: mg, stated_in: p}}\n",
        ["patient 1: new treatment il2 (interleukin-2), dose low: 0.5 mg at later"],
    ),
    "site": (
        ", 'UBERON:0001461 elbow'",
        "",
        ["patient 1: changed present finding itch (Pruritus): site hand, elbow -> hand"],
    ),
    "concept": (
        "'HP:0000989 Pruritus'",
        "'HP:0000988 Skin rash'",
        ["patient 1: changed present finding itch (Skin rash): concept Pruritus -> Skin rash"],
    ),
    "value": ("850", "1850", ["patient 1: changed test ck (creatine kinase level): value 850 -> 1,850"]),
    "sex": ("sex: female", "sex: unknown", ["patient 1: changed sex: female -> unknown"]),
    "age": ("years: 52", "years: 53", ["patient 1: changed age: 52 years at onset -> 53 years at onset"]),
    "occasion": (
        "start: [7, 14]",
        "start: [7, null]",
        ["patient 1: changed occasion later: start day 7 to 14 -> day 7 or later"],
    ),
    "turn": (
        "kind: flare, domain",
        "kind: relapse, domain",
        [
            "patient 1: changed turn of the disease (relapse): kind flare -> relapse"
        ],
    ),
    "passage": (
        "concerns: [itch], stated_in: p",
        "concerns: [itch], stated_in: q",
        ["patient 1: changed response skin-on-il2 (skin): passage p -> q"],
    ),
    "section": (
        "section: discussion",
        "section: title",
        ["document: changed passage q: section discussion -> title"],
    ),
    "new reference": (
        "  extent: abstractOnly",
        "  references: {'1': {}, '2': {citation: Doe 2020}}\n  extent: abstractOnly",
        ["report: new reference 1", "report: new reference 2: citation “Doe 2020”"],
    ),
    "new passage": (
        "  q: {",
        "  r: {section: title, paragraph: 2}\n  q: {",
        ["document: new passage r: section title, paragraph 2"],
    ),
    "extent": (
        "extent: abstractOnly",
        "extent: fullText",
        ["report: changed bibliography: extent read abstract only -> full text"],
    ),
    "order of authors": (
        "[Jane Doe, Jan Roe]",
        "[Jan Roe, Jane Doe]",
        ["report: changed bibliography: authors Jane Doe, Jan Roe -> Jan Roe, Jane Doe"],
    ),
    "curator": ("by: Jane Doe", "by: Jan Roe", ["document: changed curation: curator Jane Doe -> Jan Roe"]),
    "group": ("patients: 3", "patients: 4", ["group arm: changed patients: 3 -> 4"]),
    "new patient": (
        "groups:",
        "  '2': {sex: male, age: {years: 0.5}}\ngroups:",
        ["document: new patient 2: male, 0.5 years"],
    ),
    "new group": ("  arm: {", "  other: {patients: 2}\n  arm: {", ["document: new group other: 2 patients"]),
}  # fmt: skip

#: name -> what to replace, by what: the same said otherwise.
SAME: dict[str, tuple[str, str]] = {
    "order of sites": (
        "['UBERON:0002398 manus', 'UBERON:0001461 elbow']",
        "['UBERON:0001461 elbow', 'UBERON:0002398 manus']",
    ),
    "order of keys": ("{phase: onset}", "{printed: null, phase: onset}"),
    "comments": ("sex: female", "# known\n    sex: female  # as said"),
    "quotes": ("title: A case", 'title: "A case"'),
    "a default said": ("to: [il2]", "basis: stated, to: [il2]"),
}  # fmt: skip


def diff(first: str, second: str, folder: Path, *options: str) -> tuple[int, str, str]:
    paths = folder / "a.yaml", folder / "b.yaml"
    for path, text in zip(paths, (first, second), strict=True):
        path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(commands, ["diff", *map(str, paths), *options])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_in_words(name: str, tmp_path: Path) -> None:
    before, after, said = CASES[name]
    assert BASE.count(before) == 1
    code, out, _ = diff(BASE, BASE.replace(before, after), tmp_path)
    assert out.splitlines() == said
    assert code == 1


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_a_change_both_ways(name: str, tmp_path: Path) -> None:
    before, after, said = CASES[name]
    code, out, _ = diff(BASE.replace(before, after), BASE, tmp_path)
    assert code == 1
    assert len(out.splitlines()) == len(said)


@pytest.mark.parametrize("name", SAME)
def test_what_says_the_same_is_no_change(name: str, tmp_path: Path) -> None:
    assert BASE.count(SAME[name][0]) == 1
    assert diff(BASE, BASE.replace(*SAME[name]), tmp_path) == (0, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_formatting_is_no_change(path: Path, tmp_path: Path) -> None:
    before, after = formatted(path)
    assert diff(before, after, tmp_path) == (0, "", "")


def test_a_renamed_entry_is_one_change(tmp_path: Path) -> None:
    text = (
        BASE.replace("il2-weekly", "il2-low")
        .replace("id: il2\n", "id: low-dose\n")
        .replace("[il2]", "[low-dose]")
    )
    code, out, _ = diff(BASE, text, tmp_path)
    assert code == 1
    assert out.splitlines() == [
        "patient 1: renamed treatment low-dose (interleukin-2): il2 -> low-dose",
        "patient 1: renamed treatment low-dose (interleukin-2), dose il2-low: il2-weekly -> il2-low",
    ]


def test_entries_in_another_order_are_no_change(tmp_path: Path) -> None:
    text = BASE.replace(FEVER, FEVER + "        - {what: 'HP:0001945 Fever', at: later, stated_in: p}\n")
    lines = "        - {what: 'HP:0001945 Fever', at: onset, stated_in: p}\n"
    turned = text.replace(lines, "").replace(
        "at: later, stated_in: p}\n    tests", f"at: later, stated_in: p}}\n{lines}    tests"
    )
    assert turned != text
    assert diff(text, turned, tmp_path) == (0, "", "")


def test_a_program_gets_the_parts(tmp_path: Path) -> None:
    code, out, _ = diff(BASE, BASE.replace("direction: improved", "direction: worse"), tmp_path, "-f", "json")
    assert code == 1
    assert json.loads(out) == [
        {
            "where": "patient 1",
            "change": "changed",
            "thing": "response skin-on-il2 (skin)",
            "field": "direction",
            "before": "improved",
            "after": "worse",
            "claim": True,
            "text": "patient 1: changed response skin-on-il2 (skin): direction improved -> worse",
        }
    ]
    assert diff(BASE, BASE, tmp_path, "-f", "json")[:2] == (0, "[]\n")


def test_a_document_that_cannot_be_read_is_no_difference(tmp_path: Path) -> None:
    code, out, said = diff(BASE, "casegraph: 2\n", tmp_path)
    assert code == 2
    assert out == ""
    assert "b.yaml:1:1 wrong-value" in said
    missing = CliRunner().invoke(commands, ["diff", str(tmp_path / "a.yaml"), str(tmp_path / "none.yaml")])
    assert missing.exit_code == 2 or "cannot be read" in str(missing.exception)
