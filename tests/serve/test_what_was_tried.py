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
  doses-begun:
    zero_point: onset
    occasions:
      onset: {}
      low: {anchor: onset, start: [20, 20]}
      seen: {anchor: onset, start: [40, 40]}
    treatments:
      - id: untimed
        what: 'CHEBI:8378 prednisolone'
        stated_in: abstract
        doses:
          - {id: sixty, dose: 60, unit: mg, stated_in: abstract}
          - {id: ten, dose: 10, unit: mg, at: low, stated_in: abstract}
      - id: lowered
        what: 'CHEBI:8382 prednisone'
        at: onset
        stated_in: abstract
        doses:
          - {id: high, dose: 50, unit: mg, at: onset, stated_in: abstract}
          - {id: less, at: low, change: lowered, follows: high, stated_in: abstract}
      - id: sole
        what: 'CHEBI:66919 ruxolitinib'
        stated_in: abstract
        doses: [{id: five, dose: 5, unit: mg, stated_in: abstract}]
    responses:
      - {id: a, to: [untimed], at: seen, domain: skin, direction: improved, stated_in: abstract}
      - {id: b, to: [lowered], at: seen, domain: muscle, direction: improved, stated_in: abstract}
      - {id: c, to: [sole], at: seen, domain: lung, direction: improved, stated_in: abstract}
  second-raised:
    zero_point: onset
    occasions:
      onset: {}
      again: {anchor: onset, start: [100, 100]}
      raise: {anchor: onset, start: [170, 170]}
      seen: {anchor: onset, start: [240, 240]}
    treatments:
      - {id: hcq-a, what: 'CHEBI:5801 hydroxychloroquine', at: onset, stated_in: abstract}
      - id: hcq-b
        what: 'CHEBI:5801 hydroxychloroquine'
        at: again
        stated_in: abstract
        doses:
          - {id: small, dose: 200, unit: mg, at: again, stated_in: abstract}
          - {id: large, dose: 400, unit: mg, at: raise, follows: small, change: raised, stated_in: abstract}
      - id: ruxolitinib-a
        what: 'CHEBI:66919 ruxolitinib'
        stated_in: abstract
        doses: [{id: rux-five, dose: 5, unit: mg, at: again, stated_in: abstract}]
      - {id: ruxolitinib-b, what: 'CHEBI:66919 ruxolitinib', at: raise, stated_in: abstract}
    responses:
      - {id: good, to: [large], at: seen, domain: skin, direction: resolved, stated_in: abstract}
      - {id: rux, to: [rux-five], at: seen, domain: lung, direction: improved, stated_in: abstract}
  two-perhaps:
    occasions:
      onset: {}
      one-start: {}
      hcq-start: {}
      one-end: {after: [one-start]}
      two-low: {}
      seen: {after: [hcq-start]}
    treatments:
      - {id: hcq, what: 'CHEBI:5801 hydroxychloroquine', at: hcq-start, stated_in: abstract}
      - {id: one, what: 'CHEBI:8378 prednisolone', at: one-start, ends_at: one-end, stated_in: abstract}
      - id: two
        what: 'CHEBI:8378 prednisolone'
        stated_in: abstract
        doses: [{id: low, dose: 5, unit: mg, at: two-low, change: lowered, stated_in: abstract}]
    responses:
      - {id: on, to: [hcq], at: seen, domain: skin, direction: improved, stated_in: abstract}
  once:
    zero_point: onset
    occasions:
      onset: {}
      begun: {anchor: onset, start: [5, 5]}
      infusion: {anchor: onset, start: [30, 30]}
      seen: {anchor: onset, start: [40, 40]}
      loose: {}
    treatments:
      - {id: hcq, what: 'CHEBI:5801 hydroxychloroquine', at: begun, stated_in: abstract}
      - {id: rux, what: 'CHEBI:66919 ruxolitinib', at: infusion, ends_at: infusion, stated_in: abstract}
      - {id: pred, what: 'CHEBI:8378 prednisolone', at: loose, ends_at: loose, stated_in: abstract}
    responses:
      - {id: on, to: [hcq], at: seen, domain: skin, direction: improved, stated_in: abstract}
  causes:
    zero_point: onset
    occasions:
      onset: {}
      worse: {anchor: onset, start: [40, 40]}
      hcq-start: {after: [onset]}
      dead: {anchor: hcq-start, start: [10, 10], printed: 'ten days later'}
      dated: {anchor: worse, start: [5, 5], printed: 'five days later'}
      written: {anchor: onset, start: [400, 400], after: [dead]}
    treatments:
      - {id: hcq, what: 'CHEBI:5801 hydroxychloroquine', at: hcq-start, stated_in: abstract}
    adverse_events:
      observed:
        - {id: rash, what: 'HP:0000988 Skin rash', at: dated, stated_in: abstract}
    course:
      - {id: flare, kind: flare, at: worse, domain: [skin], cause: 'MONDO:0005550 infectious disease',
         stated_in: abstract}
      - {id: death, kind: death, at: dead, trigger: hcq, stated_in: abstract}
  repeated:
    occasions: {one: {}, two: {after: [one]}, three: {after: [two]}}
    treatments:
      - id: rux
        what: 'CHEBI:66919 ruxolitinib'
        stated_in: abstract
        doses:
          - {id: rux-1, dose: 5, unit: mg, at: one, doses_in_all: 1, stated_in: abstract}
          - {id: rux-2, dose: 5, unit: mg, at: two, doses_in_all: 1, stated_in: abstract}
          - {id: rux-3, dose: 5, unit: mg, at: three, doses_in_all: 1, stated_in: abstract}
      - id: hcq
        what: 'CHEBI:5801 hydroxychloroquine'
        stated_in: abstract
        doses:
          - {id: hcq-1, dose: 5, unit: mg, at: one, doses_in_all: 2, stated_in: abstract}
          - {id: hcq-2, dose: 5, unit: mg, at: two, doses_in_all: 2, stated_in: abstract}
    responses:
      - {id: a, to: [rux], domain: skin, direction: improved, stated_in: abstract}
      - {id: b, to: [hcq-1, hcq-2], domain: lung, direction: worse, stated_in: abstract}
    course:
      - {id: back, kind: relapse, at: three, trigger: b, stated_in: abstract}
  antibodies:
    occasions: {one: {}, two: {after: [one]}}
    tests:
      - {id: odd, what: 'cg:AntiPL7 anti-PL-7 antibody', result: abnormal, at: one, stated_in: abstract}
      - {id: none, what: 'cg:AntiPL7 anti-PL-7 antibody', result: negative, at: two, stated_in: abstract}
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
    flare = "flare (skin), following prednisone lowered, when is not told; where it stands"
    assert above(store, "turn", "course") == [flare]
    assert (drug, domain) == ("prednisone", "skin")
    assert became.startswith("flare: relapse on taper, following prednisone lowered")


def test_turns_of_no_certain_order_are_told_to_have_none(store: Store) -> None:
    back, quiet = "relapse, at one; where it stands", "remission, at two; where it stands"
    ordered, unordered = (short(store, case).text for case in ("ordered", "unordered"))
    assert f"course {back} {quiet}" in ordered
    assert f"course, in no certain order {back} {quiet}" in unordered


def heads(store: Store, case: str) -> dict[str, str]:
    """Return domain -> the treatment and dose of its row; each domain once, and no other row."""
    found = [(domain, head) for head, domain, _ in rows(store, case) if domain]
    assert len(found) == len(dict(found))
    return dict(found)


def became(store: Store, case: str) -> str:
    """Return what became of the skin."""
    (said,) = (cells[2] for cells in rows(store, case) if cells[1] == "skin")
    return said


def above(store: Store, case: str, name: str) -> list[str]:
    """Return the entries under a name above the table."""
    (listed,) = short(store, case).all("dl")
    found: dict[str, list[str]] = {}
    for each in listed.content:
        if isinstance(each, Node) and each.tag == "dt":
            found[head := each.text] = []
        elif isinstance(each, Node):
            found[head].append(each.text)
    return found[name]


def test_no_dose_is_told_as_the_first_or_the_only_one_where_that_is_not_told(store: Store) -> None:
    assert heads(store, "doses-begun") == {
        "skin": "prednisolone",  # which dose it was begun at is not told
        "muscle": "prednisone begun at 50 mg",  # lowered before the outcome, to what is not told
        "lung": "ruxolitinib 5 mg",
    }


def test_a_course_stands_with_its_own_start_and_a_dose_of_it_with_that_of_the_dose(store: Store) -> None:
    assert heads(store, "second-raised") == {
        "skin": "hydroxychloroquine 400 mg, second course told, from again, this dose from raise",
        "lung": "ruxolitinib 5 mg, start not told, this dose from again",
    }


def test_equal_doses_stand_once_with_how_many_they_were(store: Store) -> None:
    assert heads(store, "repeated") == {
        "skin": "ruxolitinib 3 doses of 5 mg",
        "lung": "hydroxychloroquine 2 times 2 doses of 5 mg",
    }
    # a turn that no drug set off
    assert above(store, "repeated", "course") == ["relapse, following lung: worse, at three; where it stands"]


def test_what_perhaps_changed_of_two_courses_of_one_drug_stands_for_each(store: Store) -> None:
    said = "prednisolone (perhaps lowered at two low; perhaps stopped at one end)"
    assert said in became(store, "two-perhaps")


def test_what_was_given_once_is_told_as_given_and_not_as_begun_and_stopped(store: Store) -> None:
    said = became(store, "once")
    assert "ruxolitinib given at infusion" in said
    assert "prednisolone (perhaps given at loose)" in said
    assert "stopped" not in said
    assert "begun at infusion" not in said


def test_a_turn_stands_with_what_it_is_put_down_to_and_a_death_with_what_it_followed(store: Store) -> None:
    assert above(store, "causes", "course") == [
        "flare (skin), put down to infectious disease, at worse; where it stands"
    ]
    (died,) = above(store, "causes", "died")
    assert died.partition(": ")[2] == "death, following hydroxychloroquine; where it stands"


def test_days_from_an_occasion_of_no_told_day_stand_from_that_occasion_alone(store: Store) -> None:
    (died,) = above(store, "causes", "died")
    assert died.partition(": ")[0] == "10 days after hcq-start, printed as “ten days later”"
    assert above(store, "causes", "adverse events") == [
        "Skin rash, at dated (5 days after worse, day 45, counted from onset, printed as “five days later”)"
    ]


def test_an_antibody_that_was_neither_positive_nor_only_negative_stands_with_all_results(
    store: Store,
) -> None:
    assert above(store, "antibodies", "antibodies") == [
        "anti-PL-7 antibody: abnormal, at one; negative, at two"
    ]
