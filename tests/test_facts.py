"""Every fact of the first shipped report is in the store, and no claim is there that no fact bears out.

``facts/miao-2020.tsv`` holds the facts as typed from the report by hand: number, status, a SPARQL group
pattern about ``?case`` or ``?report``, expected answers. ``c:`` and ``r:`` are parts of the case and of the
report. A row asks for its variables in order of appearance, without those that begin with ``_``; a row
without any asks only whether its pattern holds. Answers are split by `` | ``, the values of one by `` ; ``.
``facts/miao-2020-claims.tsv`` names for each claim the facts, or the conflict (X), that it rests on.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.loaders import read_document
from casegraph.model import CaseDocument, Claim, iterate_claims
from casegraph.namespaces import BASE, CG, PREFIXES, compact
from casegraph.resources import shipped
from casegraph.store import Answer, Store
from casegraph.triples import claim_names

FACTS = Path(__file__).parent / "facts"
CASE = BASE + "case/10.1007/s13555-020-00421-8/1"
REPORT = BASE + "report/10.1007/s13555-020-00421-8"
HEADER = "".join(
    f"PREFIX {prefix}: <{namespace}>\n"
    for prefix, namespace in {**PREFIXES, "": CG, "c": CASE + "#", "r": REPORT + "#"}.items()
)
NUMBERS = range(1, 109)
LAST_OF_CASE = 86
#: status -> what a pattern of that status says: an absence, a silence, somebody's word.
SAYS = {
    "S": r"\?case|\?report|c:",
    "N": r":excludes(Finding|Diagnosis|AdverseEvent)\b|:hasTestResult\b",
    "D": r"\?case",
    "U": r":leavesOpen\b|:leavesUnstated\b",
    "CL": r":hasStatement .*:basis :authorClaim",
    "LIT": r":makesStatement\b|:Reference\b",
}
#: facts that are no claims: patient, age, bibliography; and one that a curator must not add.
WITHOUT_CLAIM = {1, 2, 3, 18, 104, 105, 106, 107}
SUMMARIES = ("abstract", "key-summary-points")
ONLY_IN_SUMMARIES = {
    "definition-hypomyopathic",
    "literature-skin-resistance",
    "no-significant-adverse-event",
    "long-term-therapy-failed",
}
PLACE = re.compile(r"\b(?:[ACDIK]\d|CO1|FUND|AUTH|DISC|ETH|OA)\b")
Ask = Callable[[str], Answer]


@dataclass(frozen=True)
class Row:
    fact: int
    part: int
    status: str
    what: str
    pattern: str
    reason: str
    expected: frozenset[str]


def table(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def rows() -> tuple[Row, ...]:
    parts: Counter[int] = Counter()
    found = []
    for each in table("miao-2020.tsv"):
        number, answers = int(each["fact"]), each["expected"].split(" | ")
        parts[number] += 1
        words = each["status"], each["what"], each["pattern"], each["reason"]
        found.append(Row(number, parts[number], *words, frozenset(filter(None, answers))))
    return tuple(found)


def asking() -> list[Row]:
    return [row for row in rows() if row.pattern]


@cache
def rests_on() -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    """Return the claims that rest on facts with these, and the notes of conflicts with the conflict."""
    listed = [(each["claim"], each["rests_on"].split()) for each in table("miao-2020-claims.tsv")]
    assert len(dict(listed)) == len(listed), "a claim stands twice"
    notes = {claim: names[0] for claim, names in listed if names[0].startswith("X")}
    return {claim: tuple(map(int, names)) for claim, names in listed if claim not in notes}, notes


@cache
def document() -> CaseDocument:
    (path,) = shipped("cases", "miao-2020.yaml")
    return read_document(path).document


@cache
def claims() -> dict[str, tuple[str, Claim]]:
    """Return the claims of the case and of the report: name -> class, claim."""
    report = document().report
    stated = [("ReportStatement", each) for each in (*report.literature, *report.publication)]
    silent = [("NotReported", each) for each in report.silences]
    named = claim_names([*stated, *silent, *iterate_claims(document().cases["1"])])
    assert len({name for name, _, _ in named}) == len(named)
    return {name: (kind, claim) for name, kind, claim in named}


def answer(ask: Ask, row: Row) -> frozenset[str]:
    names = dict.fromkeys(re.findall(r"\?([a-z]\w*)", row.pattern))
    asked = [name for name in names if name not in ("case", "report")]
    head = "SELECT DISTINCT " + " ".join(f"?{name}" for name in asked) if asked else "ASK"
    about = f"VALUES (?case ?report) {{ (<{CASE}> <{REPORT}>) }}"
    found = ask(f"{HEADER}{head} {{ {about} {row.pattern} }}")
    if isinstance(found, ox.QueryBoolean):
        return frozenset({str(bool(found)).lower()})
    assert isinstance(found, ox.QuerySolutions)
    return frozenset(" ; ".join(shown(term) for term in solution) for solution in found)


def shown(term: object) -> str:
    if isinstance(term, ox.Literal):
        return term.value
    assert isinstance(term, ox.NamedNode)
    if term.value == CASE:
        return "case"
    part = term.value.removeprefix(CASE + "#").removeprefix(REPORT + "#")
    return compact(part).removeprefix("cg:")


def missed(ask: Ask, some: Iterable[Row]) -> set[str]:
    return {f"{row.fact}.{row.part}" for row in some if answer(ask, row) != row.expected}


def test_the_table_has_every_fact_and_leaves_a_value_out_only_for_interpretations() -> None:
    assert {row.fact for row in rows()} == set(NUMBERS)
    assert len(asking()) >= 160
    for row in rows():
        if row.status == "I":
            assert row.reason and not row.pattern and not row.expected, row.fact
        else:
            assert row.pattern and row.expected and not row.reason, row.fact
            assert re.search(SAYS[row.status], row.pattern), f"{row.fact} is {row.status}"


@pytest.mark.parametrize("row", asking(), ids=lambda row: f"{row.fact}.{row.part}")
def test_fact(row: Row, seed_store: Store) -> None:
    assert answer(seed_store.query, row) == row.expected, row.what


def test_what_is_not_stated_is_never_absent_or_present(seed_store: Store) -> None:
    finding = ":hasFinding|:excludesFinding|:questionsFinding|:hasTestResult|:hasTreatment"
    disease = ":hasDiagnosis|:considersDiagnosis|:excludesDiagnosis"
    pattern = "?case :leavesOpen/:aboutConcept ?value ."
    silent = Row(0, 1, "U", "", pattern, "", frozenset())
    both = Row(0, 2, "U", "", f"{pattern} ?case ({finding}|{disease})/:aboutConcept ?value", "", frozenset())
    assert len(answer(seed_store.query, silent)) >= 9
    assert answer(seed_store.query, both) == frozenset()


@pytest.fixture(scope="module")
def copy(seed_store: Store) -> ox.Store:
    """Return a copy of the report and its case, without ontology and ledger, to take quads out of."""
    graphs = [graph for graph in seed_store.graphs() if graph.startswith((CASE, REPORT))]
    assert len(graphs) == 4
    store = ox.Store()
    for graph in graphs:
        store.extend(ox.parse("\n".join(seed_store.dump(graph)), format=ox.RdfFormat.N_QUADS))
    return store


@contextmanager
def without(store: ox.Store, quads: Iterable[ox.Quad]) -> Iterator[Ask]:
    """Give the query function of a store that lacks some quads for a while."""
    taken = list(quads)
    for quad in taken:
        store.remove(quad)
    try:
        yield partial(store.query, use_default_graph_as_union=True)
    finally:
        store.extend(taken)


@pytest.fixture(scope="module")
def missed_before(seed_store: Store) -> set[str]:
    return missed(seed_store.query, asking())


def test_without_the_case_every_row_about_it_is_missed(copy: ox.Store, missed_before: set[str]) -> None:
    of_case = [row for row in asking() if row.fact <= LAST_OF_CASE]
    of_report = [row for row in asking() if row.fact > LAST_OF_CASE]
    with without(copy, copy.quads_for_pattern(None, None, None, ox.NamedNode(f"{CASE}/asserted"))) as ask:
        assert len(missed(ask, of_case)) == len(of_case) >= 120
        assert missed(ask, of_report) <= missed_before


@pytest.mark.parametrize("claim", sorted(rests_on()[0]))
def test_a_claim_that_is_taken_out_is_missed(claim: str, copy: ox.Store, missed_before: set[str]) -> None:
    me = [ox.NamedNode(f"{whole}#{claim}") for whole in (CASE, REPORT)]
    borne = [row for row in asking() if row.fact in rests_on()[0][claim]]
    with without(copy, (quad for each in me for quad in copy.quads_for_pattern(each, None, None))) as ask:
        assert missed(ask, borne) - missed_before


def test_no_claim_without_a_fact_and_no_fact_without_a_claim() -> None:
    by_facts, notes = rests_on()
    assert set(claims()) == {*by_facts, *notes}
    assert {fact for facts in by_facts.values() for fact in facts} == set(NUMBERS) - WITHOUT_CLAIM


def test_each_conflict_note_rests_on_an_issue_of_its_own_and_nothing_else_does() -> None:
    notes = rests_on()[1]
    assert set(notes) == {name for name, (kind, _) in claims().items() if kind == "ConflictNote"}
    assert len(notes) == len(set(notes.values())) >= 12
    assert set(notes.values()) <= {f"X{number}" for number in range(1, 19)}


def content(kind: str, claim: Claim) -> tuple[object, ...]:
    """Return what a claim says, without its name, its places and its words."""
    apart = {"id", "stated_in", "restated_in", "gist", "printed", "repaired_from", "doses"}
    return kind, *(getattr(claim, name) for name in claim.__struct_fields__ if name not in apart)


def test_no_two_claims_say_the_same() -> None:
    told = Counter(content(kind, claim) for kind, claim in claims().values())
    assert len(told) >= 100
    assert [said for said, times in told.items() if times > 1] == []


def test_abstract_and_key_points_are_further_places_not_further_claims() -> None:
    summary = {key for key, each in document().passages.items() if each.section in SUMMARIES}
    only_there = {name for name, (_, claim) in claims().items() if claim.stated_in in summary}
    assert only_there == ONLY_IN_SUMMARIES
    for name in only_there:
        assert set(claims()[name][1].restated_in) <= summary, name
    again = [name for name, (_, claim) in claims().items() if summary & set(claim.restated_in)]
    assert len(again) >= 8


@dataclass(frozen=True)
class Listed:
    """A line of the inventory of facts."""

    statuses: set[str]
    places: set[str]


@pytest.fixture(scope="module")
def inventory(material: Path) -> dict[int, Listed]:
    text = (material / "seed" / "facts.md").read_text(encoding="utf-8").split("\n## 2.")[0]
    found = {}
    for digits, middle in re.findall(r"^\| (\d+) \|(.+)\|$", text, re.MULTILINE):
        number, cells = int(digits), [cell.strip() for cell in middle.split("|")]
        usual = "CL" if number in range(79, 87) else "LIT" if number in range(87, 100) else "S"
        kinds = re.findall(r"\b[SNDIU]\b", cells[-2] if number < 79 else cells[-1])
        found[number] = Listed(set(kinds) or {usual}, set(PLACE.findall(cells[-1])))
    assert set(found) == set(NUMBERS)
    return found


def test_the_table_has_the_statuses_of_the_inventory(inventory: dict[int, Listed]) -> None:
    for number, listed in inventory.items():
        assert {row.status for row in rows() if row.fact == number} == listed.statuses, number


def codes(*keys: str | None) -> set[str]:
    """Return the sections and paragraphs of passages, by which their keys begin."""
    return {key.split("-")[0].upper() for key in keys if key is not None}


def test_each_claim_stands_where_its_facts_stand(inventory: dict[int, Listed]) -> None:
    for name, facts in rests_on()[0].items():
        places = set[str]().union(*(inventory[fact].places for fact in facts))
        assert name not in claims() or codes(claims()[name][1].stated_in) <= places, name


def test_each_place_of_a_stated_fact_is_named_by_a_claim(inventory: dict[int, Listed]) -> None:
    told = {number for number, each in inventory.items() if not each.statuses & {"U", "D", "I"}}
    lacking = {number: set(inventory[number].places) for number in told - WITHOUT_CLAIM}
    for name, facts in rests_on()[0].items():
        for fact in told.intersection(facts):
            claim = claims()[name][1] if name in claims() else Claim()
            lacking[fact] -= codes(claim.stated_in, *claim.restated_in)
    assert len(lacking) >= 70
    assert {number: places for number, places in lacking.items() if places} == {}
