"""Each rule on made-up cases: some fire it, some just do not, and by hand what follows from them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.check import check
from casegraph.derive import derive
from casegraph.ingest import validate_document
from casegraph.loaders import read_draft
from casegraph.model import CaseDocument, Subject
from casegraph.namespaces import CG
from casegraph.rules import Rule, apply_rules, shipped_rules
from casegraph.terms import all_terms
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_quads, inferred_quads, subjects

FOLDERS = Path(__file__).parent / "rules"
RULES = {rule.name: rule for rule in shipped_rules()}
#: what is derived from solved time and not by a file -> the properties that say it.
BY_TIME = {
    "attribution": ("attribution", "togetherWith", "possiblyTogetherWith"),
    "lowering_beside": ("whileLowering", "possiblyWhileLowering"),
    "length_of_response": ("lastedMinDays", "lastedMaxDays", "endedBy"),
    "since_first_dose": ("sinceFirstDoseMinDays", "sinceFirstDoseMaxDays"),
    "treatment_line": ("includes", "ordinalMin", "ordinalMax"),
    "dose_change": ("doseChange",),
}
REGIMEN = "#regimen-"
NAMES = (*sorted(RULES), *BY_TIME)
DOCUMENTS = sorted(FOLDERS.glob("*/*.yaml"))
FIRING = [path for path in DOCUMENTS if path.stem != "just_not"]

Triples = set[tuple[str, str, str]]


@cache
def document(path: Path) -> CaseDocument:
    draft = read_draft(path)
    assert draft.located is not None, draft
    return draft.located.document


def solved(iri: str, subject: Subject, asserted: str, *, whole: bool) -> str:
    timeline = solve_subject(subject)
    own = [line for line in asserted.splitlines(keepends=True) if line.endswith(f" <{iri}/asserted> .\n")]
    return "".join(own) + inferred_quads(iri, timeline, derive(subject, timeline, whole=whole))


@cache
def quads(path: Path) -> dict[str, str]:
    """Return, for each case of a document, its asserted quads and those of its solved timeline."""
    read = document(path)
    asserted, whole = asserted_quads(read), read.report.extent == "fullText"
    return {iri: solved(iri, each, asserted, whole=whole) for iri, each in subjects(read)}


def needed(rule: Rule) -> set[str]:
    return set(rule.head.needs).union(*(needed(RULES[name]) for name in rule.head.needs))


def triples(nquads: str) -> Triples:
    found = ox.parse(nquads.encode(), format=ox.RdfFormat.N_QUADS)
    return {(str(each.subject), str(each.predicate), str(each.object)) for each in found}


def given(path: Path) -> dict[str, Triples]:
    """Return what the rule of a folder gives beyond the rules that it needs, for each case of a document."""
    name, cases = path.parent.name, quads(path)
    if name in BY_TIME:
        own = {f"<{CG}{each}>" for each in BY_TIME[name]}
        return {
            iri: {each for each in triples(nquads) if each[1] in own and REGIMEN not in each[0]}
            for iri, nquads in cases.items()
        }
    before = [rule for rule in shipped_rules() if rule.name in needed(RULES[name])]
    without = apply_rules(cases, all_terms(), before)
    with_it = apply_rules(cases, all_terms(), [*before, RULES[name]])
    return {iri: triples(with_it[iri]) - triples(without[iri]) for iri in cases}


def expected(path: Path) -> dict[str, Triples]:
    """Return what somebody wrote down beside a document, for each case."""
    found: dict[str, Triples] = {}
    for each in ox.parse(path=path.with_suffix(".ttl")):
        assert isinstance(each.subject, ox.NamedNode)
        case = each.subject.value.partition("#")[0]
        found.setdefault(case, set()).add((str(each.subject), str(each.predicate), str(each.object)))
    return found


@pytest.mark.slow
def test_each_rule_has_cases_that_fire_it_and_cases_that_just_do_not() -> None:
    assert {path.name for path in FOLDERS.iterdir()} == set(NAMES)
    assert [name for name in NAMES if not (FOLDERS / name / "fires.yaml").is_file()] == []
    assert [name for name in NAMES if not (FOLDERS / name / "just_not.yaml").is_file()] == []
    counts = {path: len(document(path).cases) for path in DOCUMENTS}
    assert min(counts.values()) >= 1
    assert sum(counts.values()) >= 150


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_cases_are_right_and_say_what_they_turn_on(path: Path) -> None:
    draft, read = read_draft(path), document(path)
    assert [problem for problem in check(draft, all_terms()) if problem.severity == "error"] == []
    assert validate_document(read, all_terms()).violations == ()
    assert [key for key, case in read.cases.items() if not case.label] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", FIRING, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_rule_gives_what_follows_by_hand_and_nothing_else(path: Path) -> None:
    by_hand, found = expected(path), given(path)
    assert sorted(by_hand) == sorted(found)
    for iri, each in found.items():
        assert each == by_hand[iri], iri


@pytest.mark.parametrize("name", NAMES)
def test_one_step_away_a_rule_gives_nothing(name: str) -> None:
    found = given(FOLDERS / name / "just_not.yaml")
    assert {iri: each for iri, each in found.items() if each} == {}
