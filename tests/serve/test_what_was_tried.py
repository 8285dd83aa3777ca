"""What was tried, on made cases: courses that only their names tell apart, and what hangs on no outcome."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from answering import answer_of
from html_tree import Node, tree_of

from casegraph.ingest import Loaded, load
from casegraph.serve.jobs.resource import ResourcePage
from casegraph.serve.telling.service import Service
from casegraph.store import Store, open_store

DOCUMENT = """
casegraph: 1
report: {title: Made cases, key: made-courses, extent: abstractOnly}
curation: {by: The casegraph developers, date: '2026-11-26', source: Made for a test}
passages: {abstract: {section: abstract}}
cases:
  two-courses:
    treatments:
      - {id: hcq-a, what: 'CHEBI:5801 hydroxychloroquine', stated_in: abstract}
      - {id: hcq-b, what: 'CHEBI:5801 hydroxychloroquine', stated_in: abstract}
    responses:
      - {id: good, to: [hcq-a], domain: skin, direction: improved, stated_in: abstract}
      - {id: bad, to: [hcq-b], domain: skin, direction: worse, stated_in: abstract}
  no-outcome:
    treatments:
      - {id: hcq, what: 'CHEBI:5801 hydroxychloroquine', stated_in: abstract}
      - {id: ruxolitinib, what: 'CHEBI:66919 ruxolitinib', stated_in: abstract}
    adverse_events:
      observed:
        - {id: rash, what: 'HP:0000988 Skin rash', during: [hcq], stated_in: abstract}
    statements:
      - {id: st, kind: nonResponse, concerns: [ruxolitinib], basis: authorClaim,
         domain: [skin], stated_in: abstract}
  courses-alone:
    treatments:
      - {id: hcq-a, what: 'CHEBI:5801 hydroxychloroquine', stated_in: abstract}
      - {id: hcq-b, what: 'CHEBI:5801 hydroxychloroquine', stated_in: abstract}
  on-nothing:
    responses:
      - {id: good, domain: skin, direction: improved, stated_in: abstract}
  turn:
    treatments:
      - id: prednisone
        what: 'CHEBI:8382 prednisone'
        stated_in: abstract
        doses: [{id: less, change: lowered, stated_in: abstract}]
    course:
      - {id: flare, kind: flare, domain: [skin], trigger: less, stated_in: abstract}
  unordered:
    occasions: {one: {}, two: {}}
    course:
      - {id: quiet, kind: remission, at: two, stated_in: abstract}
      - {id: back, kind: relapse, at: one, stated_in: abstract}
  ordered:
    occasions: {one: {}, two: {after: [one]}}
    course:
      - {id: quiet, kind: remission, at: two, stated_in: abstract}
      - {id: back, kind: relapse, at: one, stated_in: abstract}
  five: {}
  six: {}
  seven: {}
groups:
  alone:
    patients: 1
    treatments:
      - {id: hcq, what: 'CHEBI:5801 hydroxychloroquine', stated_in: abstract}
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Store]:
    made = Path(tmp_path_factory.mktemp("made") / "made.yaml")
    made.write_text(DOCUMENT, encoding="utf-8")
    with open_store(":memory:", writable=True) as store:
        (loaded,) = load(store, [made])
        assert isinstance(loaded, Loaded), loaded
        yield store


def short(store: Store, case: str, kind: str = "case") -> Node:
    service = Service(base="http://localhost:7878/")
    job = ResourcePage(service=service, kind=kind, path=f"key/made-courses/{case}")
    return tree_of(answer_of(job, store)[1]).section("In short")


def rows(store: Store, case: str) -> list[list[str]]:
    return short(store, case).rows()[1:]


def test_two_courses_of_which_no_start_is_told_have_two_names(store: Store) -> None:
    drug = "hydroxychloroquine, start not told"
    heads = {cells[2].partition(":")[0]: cells[0] for cells in rows(store, "two-courses")}
    assert heads == {"improved": f"{drug}, hcq-a", "worse": f"{drug}, hcq-b"}
    assert [cells[0] for cells in rows(store, "courses-alone")] == [f"{drug}, hcq-a", f"{drug}, hcq-b"]


def test_without_any_outcome_harm_and_what_the_authors_say_stand_all_the_same(store: Store) -> None:
    assert rows(store, "no-outcome") == [
        [
            "hydroxychloroquine",
            "",
            "no outcome of it is told; adverse events during it: Skin rash where it stands",
        ],
        [
            "ruxolitinib",
            "",
            "no outcome observed is told; the authors say of it: non-response (skin) where it stands",
        ],
    ]


def test_an_outcome_on_nothing_that_is_told_says_so(store: Store) -> None:
    assert rows(store, "on-nothing") == [["no treatment told", "skin", "improved where it stands"]]


def test_the_words_on_the_rule_stand_only_where_a_rule_judged(store: Store) -> None:
    assert "derived by rule" in short(store, "two-courses").text
    for case in ("no-outcome", "courses-alone", "on-nothing"):
        assert "derived by rule" not in short(store, case).text


def test_a_flare_stands_with_the_change_of_dose_that_it_followed_as_in_the_picture(store: Store) -> None:
    ((drug, domain, became),) = rows(store, "turn")
    assert (drug, domain) == ("prednisone", "skin")
    assert became.startswith("flare: relapse on taper, following prednisone lowered")


def test_turns_of_no_certain_order_are_told_to_have_none(store: Store) -> None:
    back, quiet = "relapse, at one; where it stands", "remission, at two; where it stands"
    ordered, unordered = (short(store, case).text for case in ("ordered", "unordered"))
    assert f"course {back} {quiet}" in ordered
    assert f"course, in no certain order {back} {quiet}" in unordered
