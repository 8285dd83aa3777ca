"""The timeline of a case as a picture: what the facts of the cases say must be drawn, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from casegraph.facts import CaseFacts
from casegraph.namespaces import BASE
from casegraph.plot.picture import Picture
from casegraph.plot.timeline.timeline import timeline
from casegraph.store import Store
from casegraph.story.words import Words
from drawn_pictures import (
    columns,
    doses,
    lanes,
    marks,
    only_picture,
    said,
    signs,
    stretches,
    texts,
    timelines,
)

SEED = f"{BASE}case/10.1007/s13555-020-00421-8/1"
PICTURES = Path(__file__).parent / "pictures"
#: file -> the case; of each kind one, and each was compared with its document line by line.
REVIEWED = {
    "miao-2020": SEED,
    "rituximab-registry-2011-4": f"{BASE}case/10.3899/jrheum.101321/4",
    "ramseur-1989": f"{BASE}case/key/pemphigus-il2-interferon-1989/1",
    "jak-inhibitors-review-2021-sabbagh": f"{BASE}case/10.1186/s12969-021-00637-8/sabbagh-2019-2",
    "miao-2021-group": f"{BASE}group/10.1007/s40744-021-00301-3/1",
    "mda5-aspergillosis-2024": f"{BASE}case/10.1186/s13256-024-04793-9/1",
}
#: stopped at a time that is open on one side, or in no order to anything else that is drawn.
NO_ORDER = {
    f"{BASE}case/10.1007/s10067-008-0973-2/1#methotrexate",
    f"{BASE}case/key/pemphigus-il2-interferon-1989/1#radiotherapy",
}
#: a dose of which one bound alone is told.
IN_PRINT = {f"{BASE}case/10.2174/1874312901409010077/1#prednisone-below-20": "lowered, “below 20 mg/day”"}
TIMES = "Times, as the report tells them"
OUTCOMES = ("hasResponse", "lacksResponse", "questionsResponse")
EVENTS = (*OUTCOMES, "hasCourse", "hasAdverseEvent", "excludesAdverseEvent", "hasTestResult")


@pytest.fixture(scope="module")
def drawn(corpus_store: Store) -> dict[str, tuple[Words, Picture]]:
    """Return the timelines of all shipped cases."""
    found = timelines(corpus_store)
    assert len(found) == 32
    return found


@pytest.fixture(scope="module")
def seed(drawn: dict[str, tuple[Words, Picture]]) -> Picture:
    return drawn[SEED][1]


def names(facts: CaseFacts, *links: str) -> list[str]:
    return [facts.name(each) for each in facts.claims(*links)]


# what the seed says


def test_il2_goes_from_weekly_to_twice_weekly_after_the_flare_and_still_runs_when_written(
    seed: Picture,
) -> None:
    at, drawn = columns(seed), lanes(seed)
    assert doses(drawn["il2-weekly"]) == ["1,000,000 IU 1x/week (repaired)"]
    assert doses(drawn["il2-twice-weekly"]) == ["1,000,000 IU 2x/week (repaired)"]
    assert stretches(drawn["il2-weekly"]) == [("given", at["il2-start"], at["il2-increase"])]
    assert stretches(drawn["il2-twice-weekly"]) == [("given", at["il2-increase"], at["writing"])]
    assert signs(drawn["il2"]) == [("start", at["il2-start"]), ("ongoing", at["writing"])]
    flare = next(
        mark for mark in marks(seed, "Course") if mark["href"] == "#flare" and mark["part"] == "sign"
    )
    assert at["csa-start"] < flare["x"] == at["flare-time"] < at["il2-increase"]


def test_between_its_courses_prednisone_is_neither_given_nor_stopped(seed: Picture) -> None:
    at, drawn = columns(seed), lanes(seed)
    first = stretches(drawn["prednisone-1"])
    assert first == [
        ("given", at["start"], at["il2-start"]),
        ("open", at["il2-start"], at["csa-start"]),
    ]
    assert ("implied", at["il2-start"]) in signs(drawn["prednisone-1"])
    assert "stopped" not in {sign for each in drawn.values() for sign, _ in signs(each)}


def test_printed_times_say_from_what_they_count(seed: Picture) -> None:
    """The report prints within 1 week thrice: after interleukin-2, cyclosporin A, and the higher dose."""
    found = {mark["href"]: mark["text"] for mark in marks(seed, TIMES) if mark["part"] == "words"}
    reading = "(by the curator's reading)"
    for name, anchor, printed in (
        ("il2-week-1", "il2-start", "Within"),
        ("csa-week-1", "csa-start", "within"),
        ("flare-week-1", "il2-increase", "within"),
    ):
        told = found[f"#{name}"].removesuffix(f" {reading}")
        assert told.endswith(f"0 to 7 days after {anchor}, “{printed} 1 week”")
    # a day that only follows from the order does not stand beside them
    assert not found["#csa-week-1"].startswith(("day", "derived"))
    assert found["#csa-start"] == f"derived day 197 or later {reading}"
    assert found["#worsening"].endswith(f"0 to 31 days before il2-start, “last month of ...” {reading}")
    assert max(map(len, found.values())) <= 97


def test_the_taper_is_told_step_by_step(seed: Picture) -> None:
    drawn, at = lanes(seed), columns(seed)
    steps = [doses(drawn[f"prednisone-2-{each}"]) for each in ("start", "weekly-steps", "fortnightly-steps")]
    assert steps == [["50 mg/day"], ["50→30 mg/day (repaired)"], ["30→20 mg/day (repaired)"]]
    assert [doses(drawn[f"prednisone-2-{each}"])[0] for each in ("at-20", "late-steps", "now")] == [
        "20 mg/day",
        "20→10 mg/day (derived)",
        "10 mg/day",
    ]
    assert stretches(drawn["prednisone-2-fortnightly-steps"]) == [
        ("lowered", at["taper-fortnightly"], at["prednisone-20"])
    ]


def test_the_skin_got_better_and_strength_fell_on_weekly_il2(seed: Picture) -> None:
    found = {mark["href"]: mark["sign"] for mark in marks(seed) if mark["part"] == "sign"}
    assert found["#skin-on-weekly-il2"] == "improved"
    assert found["#muscle-on-weekly-il2"] == "worse"
    assert found["#skin-on-twice-weekly-il2"] == found["#muscle-on-twice-weekly-il2"] == "resolved"
    assert found["#flare"] == "Flare"
    assert found["#no-adverse-event"] == "NoAdverseEvent"
    assert found["#no-significant-adverse-event"] == "NoSignificantAdverseEvent"
    assert found["#all-autoantibodies"] == "negative"
    assert {
        found[f"#{each}"] for each in ("ana", "ssa", "rheumatoid-factor", "pl7", "tif1-gamma", "ro52")
    } == {"positive"}


def test_what_lies_between_two_times_has_no_place_of_its_own(seed: Picture) -> None:
    at = columns(seed)
    assert "on-il2" not in at
    assert "csa-week-1" not in at
    treg = [mark for mark in marks(seed, "Tests") if mark["href"] == "#treg"]
    assert stretches(treg) == [("unsure", at["il2-start"], at["writing"])]
    assert [mark["part"] for mark in treg].count("about") == 1


def test_the_times_tell_their_days_and_their_printed_words(seed: Picture) -> None:
    found = {
        mark["href"]: mark["text"]
        for mark in marks(seed, "Times, as the report tells them")
        if "text" in mark
    }
    assert found["#start"] == "day 0"
    assert found["#first-improvement"] == "day 0 to 183, “within 6 months”"
    assert found["#il2-start"] == "day 152 or later (by the curator's reading)"


def test_silence_is_told_beside_the_picture_and_not_drawn(seed: Picture) -> None:
    assert any("interstitial lung disease" in note for note in seed.notes)
    assert not any("interstitial lung disease" in text for text in texts(seed.spec))


# what holds for each shipped case


def test_each_treatment_has_a_lane_and_each_claim_is_drawn_and_stands_in_the_table_once(
    drawn: dict[str, tuple[Words, Picture]],
) -> None:
    count = 0
    for words, picture in drawn.values():
        facts = words.facts
        episodes = names(facts, "hasTreatment")
        dosings = [
            facts.name(each)
            for one in facts.claims("hasTreatment")
            for each in facts.values(one, "hasSegment")
        ]
        events = names(facts, *EVENTS)
        assert sorted(lanes(picture)) == sorted([*episodes, *dosings])
        other = [mark["href"][1:] for mark in marks(picture) if mark["part"] in ("sign", "words")]
        signed = [mark["href"][1:] for mark in marks(picture) if mark["part"] == "sign"]
        assert {each for each in other if each in events} == set(events)
        assert all(signed.count(each) <= 1 for each in events)
        assert sorted(row[-1].text[1:] for row in picture.rows) == sorted([*episodes, *dosings, *events])
        assert all(row[-1].iri == f"{facts.case}{row[-1].text}" for row in picture.rows)
        count += len(picture.rows)
    assert count > 400


def test_a_bar_ends_as_the_case_says_and_no_other_way(drawn: dict[str, tuple[Words, Picture]]) -> None:
    ends: list[str] = []
    for words, picture in drawn.values():
        facts = words.facts
        for name, lane in lanes(picture).items():
            claim = f"{facts.case}#{name}"
            found = {sign for sign, _ in signs(lane)} - {"start", "changed"}
            implied = bool(facts.values(claim, "endBasis"))
            stops = bool(facts.values(claim, "endsAt")) and facts.value(claim, "endsAt") != facts.value(
                claim, "at"
            )
            expected = "implied" if implied else "stopped" if stops else ""
            expected = expected or ("ongoing" if facts.values(claim, "ongoingAt") else "")
            expected = "" if claim in NO_ORDER else expected
            assert found == ({expected} if expected else set()), claim
            ends += found
            if not expected and facts.kind(claim) == "TreatmentEpisode":
                parts = {part for part, _, _ in stretches(lane)}
                assert parts & {"open", "unsure"} or facts.values(claim, "endsAt"), claim
    assert {end: ends.count(end) for end in ("stopped", "implied", "ongoing")} == {
        "stopped": 20,
        "implied": 1,
        "ongoing": 19,
    }


@pytest.mark.parametrize(
    ("case", "drug", "until", "then"),
    [
        # 26 weeks of tofacitinib are told, and week 26 is the second column: day 182 of both
        ("case/10.1186/s12969-021-00637-8/sabbagh-2019-2", "tofacitinib", "week-26", "open"),
        ("case/10.1186/s12969-021-00637-8/papadopoulou-2019", "baricitinib", "week-26", "open"),
        # 4 mg every day, and the skin was seen on it at five months, under treatment
        ("case/key/dermatology-advisor-baricitinib/1", "baricitinib", "month-5", "open"),
        # every other day for three months: over somewhere, no more open
        ("case/10.1097/md.0000000000031173/1", "il2", "on-il2", "unsure"),
    ],
)
def test_a_treatment_ran_as_long_as_is_told_and_while_its_outcome_was_seen(
    case: str, drug: str, until: str, then: str, drawn: dict[str, tuple[Words, Picture]]
) -> None:
    _, picture = drawn[f"{BASE}{case}"]
    at, lane = columns(picture), lanes(picture)
    (whole,) = [each for each in lane[drug] if each["part"] == "given"]
    assert (whole["x"], whole["x2"]) == (at[f"{drug}-start"], at[until])
    assert [part for part, low, _ in stretches(lane[drug]) if low >= at[until]] == [then]


def test_what_was_seen_later_on_a_drug_given_once_does_not_lengthen_it(
    drawn: dict[str, tuple[Words, Picture]],
) -> None:
    lane = lanes(drawn[f"{BASE}case/10.4067/s0034-98872009000100013/1"][1])
    assert "given" not in {part for part, _, _ in stretches(lane["rituximab"])}
    plasma = lanes(drawn[REVIEWED["mda5-aspergillosis-2024"]][1])["plasma-exchange"]
    assert [part for part, _, _ in stretches(plasma)] == ["open"]


def test_a_dose_of_which_no_rhythm_is_told_is_no_bar(drawn: dict[str, tuple[Words, Picture]]) -> None:
    """How often interferon beta was given is not told, nor whether it was once, as interleukin-2 was."""
    lane = lanes(drawn[REVIEWED["ramseur-1989"]][1])
    at = columns(drawn[REVIEWED["ramseur-1989"]][1])
    given = [*lane["interferon-beta"], *lane["interferon-beta-dose"]]
    assert set(stretches(given)) == {("open", at["il2-start"], at["death-time"])}
    assert ("start", at["il2-start"]) in signs(given)
    assert any("5,000,000 arbitrary units/m2, how often not told" in each for each in doses(given))


def test_a_dose_that_is_counted_as_one_is_a_dot(drawn: dict[str, tuple[Words, Picture]]) -> None:
    """One dose of interleukin-2, then two of half of it, on day 2 and day 4."""
    first = drawn[REVIEWED["ramseur-1989"]][1]
    at, il2 = columns(first), lanes(first)
    for name, day in (
        ("il2-first", "il2-start"),
        ("il2-half-day-2", "il2-day-2"),
        ("il2-half-day-4", "il2-day-4"),
    ):
        assert stretches(il2[name]) == []
        assert ("start", at[day]) in signs(il2[name])
    assert doses(il2["il2-first"]) == ["5,000,000 arbitrary units/m2 (repaired), one dose"]
    assert doses(il2["il2-half-day-2"]) == ["2,500,000 arbitrary units/m2 (derived), one dose"]
    lane = lanes(drawn[f"{BASE}case/key/the-rheumatologist-antisynthetase/1"][1])
    assert stretches(lane["rituximab-dose-1"]) == stretches(lane["rituximab-dose-2"]) == []
    assert doses(lane["rituximab-dose-1"]) == ["1,000 mg, one dose"]


@pytest.mark.parametrize(
    ("case", "dose", "told"),
    [
        ("case/10.1097/md.0000000000031173/1", "il2", "1x/2 days, amount not stated, for 76 to 107 days"),
        ("case/10.1186/s13256-024-04793-9/1", "tacrolimus-dose", "5 mg, how often not told"),
        ("case/key/dermatology-advisor-baricitinib/1", "baricitinib-daily", "4 mg 1x/day"),
        ("case/10.3899/jrheum.101321/4", "rituximab-dose", "2 doses of 500 mg/m2"),
    ],
)
def test_what_of_a_dose_is_not_told_is_said(
    case: str, dose: str, told: str, drawn: dict[str, tuple[Words, Picture]]
) -> None:
    lane = lanes(drawn[f"{BASE}{case}"][1])
    assert told in [text for each in lane.values() for text in doses(each)], dose


def test_what_has_no_certain_place_is_marked_so(drawn: dict[str, tuple[Words, Picture]]) -> None:
    marked = 0
    for words, picture in drawn.values():
        at = columns(picture)
        if not at:
            continue
        for mark in marks(picture):
            claim = f"{words.facts.case}{mark['href']}"
            time = words.facts.value(claim, "at")
            if mark["part"] == "sign" and mark["sign"] not in ("stopped", "implied", "ongoing"):
                here = [each for each in marks(picture) if each["href"] == mark["href"]]
                sure = time is not None and words.facts.name(time) in at
                if mark["sign"] == "start":
                    assert sure or words.facts.kind(claim) == "DoseSegment", claim
                elif not sure and mark["x"] not in at.values():
                    assert {"unsure", "about"} <= {each["part"] for each in here}, claim
                    marked += 1
    assert marked > 20


def test_columns_are_in_a_certain_order(drawn: dict[str, tuple[Words, Picture]]) -> None:
    pairs = 0
    for words, picture in drawn.values():
        for first, one in columns(picture).items():
            for second, other in columns(picture).items():
                if one < other and " = " not in first + second:
                    later = words.facts.values(f"{words.facts.case}#{first}", "notAfter")
                    assert f"{words.facts.case}#{second}" in later, (first, second)
                    assert f"{words.facts.case}#{first}" not in words.facts.values(
                        f"{words.facts.case}#{second}", "notAfter"
                    )
                    pairs += 1
    assert pairs > 300


def test_no_place_says_more_than_is_certain(drawn: dict[str, tuple[Words, Picture]]) -> None:
    """Of two events whose stretches do not meet, the left one is certainly not after the right one."""
    checked = 0
    for words, picture in drawn.values():
        facts = words.facts
        found = []
        for name in names(facts, *EVENTS):
            here = [mark for mark in marks(picture) if mark["href"] == f"#{name}"]
            spans = stretches(here) or [("", x, x) for _, x in signs(here)]
            time = facts.value(f"{facts.case}#{name}", "at")
            found += [(time, low, high) for _, low, high in spans[:1] if time is not None]
        for first, _, to in found:
            for second, start, _ in found:
                if to < start:
                    before = second in facts.values(first, "notAfter") or is_untreated(facts, first, second)
                    assert before, (first, second)
                    checked += 1
    assert checked > 200


def test_what_has_no_time_has_words_and_no_sign(drawn: dict[str, tuple[Words, Picture]]) -> None:
    untimed = 0
    for words, picture in drawn.values():
        facts = words.facts
        for claim in facts.claims(*EVENTS):
            if facts.value(claim, "at") is None:
                here = [mark for mark in marks(picture) if mark["href"] == f"#{facts.name(claim)}"]
                assert {mark["part"] for mark in here} <= {"words", "unsure"}, claim
                assert all(text.endswith("when is not told") for text in said(here)), claim
                untimed += 1
    assert untimed > 70


@pytest.mark.parametrize(
    ("case", "claim", "since", "until"),
    [
        ("case/key/pemphigus-il2-interferon-1989/1", "lymphoma-on-chemotherapy", 1, 7),
        ("case/key/pemphigus-il2-interferon-1989/1", "fever", 3, 7),
        ("case/10.14740/jmc3965/1", "none-to-immunosuppression", 2, 4),
        ("case/10.1097/md.0000000000031173/1", "none-to-thalidomide", None, None),
        ("case/key/dermatology-advisor-baricitinib/2", "panniculitis-on-methotrexate", None, None),
    ],
)
def test_an_outcome_without_a_time_is_between_the_start_of_its_drug_and_death(
    case: str, claim: str, since: int | None, until: int | None, drawn: dict[str, tuple[Words, Picture]]
) -> None:
    """Chemotherapy begins in column 1, interleukin-2 in 3, death is 7; of the last two nothing is ordered."""
    here = [mark for mark in marks(drawn[f"{BASE}{case}"][1]) if mark["href"] == f"#{claim}"]
    assert said(here)
    assert stretches(here) == ([] if since is None else [("unsure", since, until)])


def is_untreated(facts: CaseFacts, first: str, second: str) -> bool:
    """Say whether one occasion is before the first treatment, and another not before some treatment began."""
    phases = [facts.name(each) for each in facts.values(first, "phase")]
    starts = [facts.value(each, "at") for each in facts.claims("hasTreatment")]
    begun = any(second in facts.values(each, "notAfter") for each in starts if each is not None)
    return phases == ["beforeTreatment"] and begun


def test_nothing_of_a_patient_is_drawn_after_death_or_before_birth(
    drawn: dict[str, tuple[Words, Picture]],
) -> None:
    checked = dict.fromkeys(("death", "birth"), 0)
    for words, picture in drawn.values():
        facts, at = words.facts, columns(picture)
        deaths = [
            facts.value(each, "at") for each in facts.claims("hasCourse") if facts.kind(each) == "Death"
        ]
        ends = {mark.get("x2") or mark["x"] for mark in marks(picture) if mark["part"] != "words"}
        starts = {mark["x"] for mark in marks(picture) if mark["part"] != "words"}
        for death in deaths:
            assert max(ends) == at[facts.name(death or "")], facts.case
            checked["death"] += 1
        if "birth" in at:
            assert min(starts) >= at["birth"], facts.case
            checked["birth"] += 1
    assert checked == {"death": 4, "birth": 4}


def test_a_test_of_no_told_order_to_death_ends_there_and_only_an_autopsy_is_behind_it(
    drawn: dict[str, tuple[Words, Picture]], tmp_path: Path
) -> None:
    """The abstract tells of a later panel, and of death, and of no order of these two."""
    _, picture = drawn[f"{BASE}case/pmid/39790853/1"]
    death = columns(picture)["death"]
    for claim in ("routine-screen", "mda5"):
        here = [mark for mark in marks(picture, "Tests") if mark["href"] == f"#{claim}"]
        assert stretches(here) == [("unsure", 1, death)]
    assert any("behind it" in each for each in picture.notes)
    dead = only_picture(tmp_path, _DEAD)
    places = {mark["href"]: mark["x"] for mark in marks(dead, "Tests") if mark["part"] == "sign"}
    at = columns(dead)
    assert places["#at-autopsy"] == at["autopsy"] > at["died"] > places["#panel"] > at["came"]


@pytest.mark.parametrize(
    ("case", "claim", "treatment"),
    [
        ("case/10.1186/s13256-024-04793-9/1", "ferritin", "day-13"),
        ("case/10.14740/jmc3965/1", "mda5", "treatment-start"),
    ],
)
def test_what_was_seen_before_treatment_is_not_drawn_behind_its_start(
    case: str, claim: str, treatment: str, drawn: dict[str, tuple[Words, Picture]]
) -> None:
    _, picture = drawn[f"{BASE}{case}"]
    here = [mark for mark in marks(picture, "Tests") if mark["href"] == f"#{claim}"]
    assert [to for _, _, to in stretches(here)] == [columns(picture)[treatment]]


def test_each_dose_is_printed(drawn: dict[str, tuple[Words, Picture]]) -> None:
    printed = 0
    for words, picture in drawn.values():
        for name, lane in lanes(picture).items():
            dose = IN_PRINT.get(f"{words.facts.case}#{name}") or words.dose(f"{words.facts.case}#{name}")
            if dose:
                assert any(dose in text for text in doses(lane)), (name, dose)
                printed += 1
    assert printed == 47


def test_only_days_that_keep_the_order_are_drawn_to_scale(drawn: dict[str, tuple[Words, Picture]]) -> None:
    to_scale = [case for case, (_, picture) in drawn.items() if not columns(picture)]
    assert to_scale == [f"{BASE}group/10.1007/s40744-021-00301-3/1"]
    lane = lanes(drawn[to_scale[0]][1])["il2"]
    assert stretches(lane) == [("given", 0, 84)]
    assert signs(lane) == [("start", 0), ("stopped", 84)]


#: made up: of two tests after admission one is of the dead, and of the other nothing more is told.
_DEAD = """
casegraph: 1
report: {title: Made up - an autopsy, doi: 10.5555/autopsy, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: male
    occasions:
      came: {}
      panel-time: {after: [came]}
      died: {after: [came]}
      autopsy: {after: [died]}
    treatments:
      - {id: one, what: 'CHEBI:8382 prednisone', at: came, stated_in: p1}
    course:
      - {id: death, kind: death, at: died, stated_in: p1}
    tests:
      - {id: panel, what: 'cg:AntiMDA5 anti-MDA5 antibody', at: panel-time, result: positive, stated_in: p1}
      - {id: at-autopsy, what: 'cg:AntiMDA5 anti-MDA5 antibody', at: autopsy, result: positive, stated_in: p1}
"""


#: made up: two dates that are counted from a birth of which the year alone is known.
_DATES = """
casegraph: 1
report: {title: Made up - two dates, doi: 10.5555/two-dates, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: male
    zero_point: birth
    occasions:
      birth: {}
      first: {anchor: birth, start: [19000, 19365]}
      second: {anchor: first, start: [LEAST, LEAST]}
    treatments:
      - {id: one, what: 'CHEBI:8382 prednisone', at: first, ends_at: second, stated_in: p1}
      - {id: two, what: 'CHEBI:4031 cyclosporin A', at: second, stated_in: p1}
"""


@pytest.mark.parametrize(("least", "to_scale"), [(30, False), (365, True)])
def test_days_that_hide_which_came_first_are_no_scale(least: int, to_scale: bool, tmp_path: Path) -> None:
    picture = only_picture(tmp_path, _DATES.replace("LEAST", str(least)))
    assert (columns(picture) == {}) == to_scale
    if not to_scale:
        assert columns(picture) == {"birth": 1, "first": 2, "second": 3}
        assert stretches(lanes(picture)["one"]) == [("given", 2, 3)]
    else:
        parts = [part for part, _, _ in stretches(lanes(picture)["one"])]
        assert parts == ["unsure"]


#: made up: a child is born after the treatment of its mother began; an exchange of plasma ends when it began.
_BORN = """
casegraph: 1
report: {title: Made up - a birth, doi: 10.5555/a-birth, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: female
    zero_point: birth
    occasions:
      early: {anchor: birth, start: [null, -30]}
      birth: {}
      exchange-begin: {after: [birth]}
      exchange-end: {same_time_as: [exchange-begin]}
      any-time: {}
      week-3: {anchor: birth, start: [20, 22], after: [exchange-begin]}
    course:
      - {id: worse-again, kind: flare, at: week-3, stated_in: p1}
    treatments:
      - {id: drug, what: 'CHEBI:8382 prednisone', at: early, stated_in: p1}
      - {id: other, what: 'CHEBI:4031 cyclosporin A', at: any-time, stated_in: p1}
      - {id: short, what: 'CHEBI:5801 hydroxychloroquine', at: birth, duration_min_days: 5,
         duration_max_days: 9, stated_in: p1}
      - {id: exchange, what: 'cg:PlasmaExchange plasma exchange', at: exchange-begin,
         ends_at: exchange-end, stated_in: p1}
"""


@pytest.fixture(scope="module")
def born(tmp_path_factory: pytest.TempPathFactory) -> Picture:
    return only_picture(tmp_path_factory.mktemp("born"), _BORN)


def test_a_birth_after_which_not_all_comes_cuts_nothing(born: Picture) -> None:
    at, lane = columns(born), lanes(born)
    assert at["early"] < at["birth"]
    assert min(low for _, low, _ in stretches(lane["other"])) < at["early"]


def test_a_told_length_ends_somewhere_behind_its_start_and_not_open(born: Picture) -> None:
    at = columns(born)
    assert stretches(lanes(born)["short"]) == [("unsure", at["birth"], at["week-3"])]
    (row,) = [each for each in born.rows if each[-1].text == "#short"]
    assert row[4].text == "over, when is not told"


def test_what_was_over_at_the_time_it_began_was_not_stopped(born: Picture) -> None:
    assert {sign for sign, _ in signs(lanes(born)["exchange"])} <= {"start"}
    (row,) = [each for each in born.rows if each[-1].text == "#exchange"]
    assert row[4].text == "done or given at exchange-end"


def test_outcomes_of_a_group_have_counts_denominators_and_criteria(
    drawn: dict[str, tuple[Words, Picture]],
) -> None:
    found = outcomes(drawn[REVIEWED["miao-2021-group"]][1])
    assert found["imacs"] == (
        "overall by IMACS definition of improvement on interleukin-2 + background",
        "improved, 14 of 18 patients responded",
    )
    assert found["acr-eular"][1] == "improved, 15 of 18 patients responded"
    assert found["acr-eular"][0].startswith("overall by ACR/EULAR 2016 response criteria on interleukin-2")
    series = outcomes(drawn[f"{BASE}group/10.3899/jrheum.101321/series"][1])
    assert series["muscle-complete"][1] == "resolved (complete), 3 of 6 patients responded"
    assert series["calcinosis-unchanged"][1] == "unchanged, 0 of 6 patients responded"
    rash = outcomes(drawn[f"{BASE}group/10.5070/d329562407/1"][1])
    counted = "3 patients evaluated, how many became worse is not counted here"
    assert rash["skin-on-hcq"][1] == f"worse, after 14 to 290 days, {counted}"
    assert said(marks(drawn[f"{BASE}group/10.5070/d329562407/1"][1], "Adverse events")) == [
        "observed: In all three"
    ]


def test_an_outcome_tells_how_fast_it_came_and_that_other_drugs_ran_beside_it(seed: Picture) -> None:
    found = outcomes(seed)
    assert found["skin-on-weekly-il2"] == ("skin on interleukin-2 + background", "improved, within 7 days")
    assert found["muscle-on-twice-weekly-il2"] == (
        "muscle (Lower limb muscle weakness) on interleukin-2 + background",
        "resolved, within 7 days",
    )
    second = "muscle (Muscle weakness) on cyclosporin A + prednisone, from csa-start + background"
    assert found["muscle-on-csa-prednisone"][0] == second


def outcomes(picture: Picture) -> dict[str, tuple[str, str]]:
    """Return the labels and words of outcomes, by the names of their claims."""
    label, found = "", {}
    for mark in sorted(
        marks(picture, "What became of it, by part of the disease"), key=lambda each: each["row"]
    ):
        label = mark["row"][4:].replace("\n", " ") or label
        if mark["part"] == "words":
            found[mark["href"][1:]] = (label, mark["text"])
    return found


#: results of tests that share one sign, which has one line in the key.
PLAIN = {"value", "normal", "abnormal", "notRaised", "unremarkable"}


def test_there_is_a_key_to_each_kind_of_stretch_and_end(drawn: dict[str, tuple[Words, Picture]]) -> None:
    kinds = set()
    for _, picture in drawn.values():
        key = {mark.get("sign", mark["part"]) for mark in marks(picture, "What is drawn")}
        used = {mark.get("sign", mark["part"]) for mark in marks(picture)} - PLAIN
        assert used - {"words", "about", "halo"} <= key
        kinds |= used
    assert {"given", "lowered", "whole", "unsure", "open", "start", "stopped", "implied", "ongoing"} <= kinds


def test_no_sign_of_any_timeline_has_two_meanings_even_in_black_and_white(
    drawn: dict[str, tuple[Words, Picture]],
) -> None:
    shapes: dict[tuple[str, bool], set[str]] = {}
    encoded = (
        layer["encoding"]
        for _, picture in drawn.values()
        for view in picture.spec["vconcat"]
        for layer in view.get("layer", ())
        if "shape" in layer.get("encoding", {})
    )
    for found in encoded:
        scales = [found[each]["scale"] for each in ("shape", "fill")]
        for sign, shape, fill in zip(scales[0]["domain"], *(each["range"] for each in scales), strict=True):
            shapes.setdefault((shape, fill == "white"), set()).add(sign)
    meanings = [names - PLAIN or {"value"} for names in shapes.values()]
    assert sorted(map(len, meanings)) == [1] * len(shapes)
    assert len(shapes) == len({name for names in meanings for name in names}) > 20
    assert shapes["diamond", False] == {"Death"}


# the specification


def test_all_views_are_as_wide_as_each_other_and_have_the_same_axis(seed: Picture) -> None:
    found = seed.spec["vconcat"]
    assert {each["width"] for each in found} == {640}
    assert len({json.dumps(each["encoding"]["x"]["scale"]) for each in found}) == 1


def test_only_plain_characters_and_the_arrow_are_drawn(drawn: dict[str, tuple[Words, Picture]]) -> None:
    for _, picture in drawn.values():
        assert not set(re.findall(r"[^\x00-\x7f]", json.dumps(picture.spec, ensure_ascii=False))) - set(
            "≈→“”αβγ²"
        )


def test_a_case_without_anything_to_draw_says_so(seed_store: Store, seed: Picture) -> None:
    assert seed.spec
    facts = CaseFacts(SEED, SEED, {}, {})
    found = timeline(Words(facts, timelines(seed_store)[SEED][0].terms))
    assert found.spec == {}
    assert found.summary.startswith("Nothing to draw")


@pytest.mark.parametrize("name", REVIEWED)
def test_the_picture_is_the_reviewed_one(name: str, drawn: dict[str, tuple[Words, Picture]]) -> None:
    recorded = json.loads((PICTURES / f"{name}.json").read_text(encoding="utf-8"))
    assert without_stories(drawn[REVIEWED[name]][1].spec) == recorded


def without_stories(value: Any) -> Any:
    """Return a specification without the lines of the story, which are tested with the story."""
    if isinstance(value, dict):
        return {key: without_stories(each) for key, each in value.items() if key != "told"}
    return [without_stories(each) for each in value] if isinstance(value, list) else value


@pytest.mark.slow
def test_each_picture_is_vega_lite_and_is_drawn_without_a_warning(
    drawn: dict[str, tuple[Words, Picture]], capfd: pytest.CaptureFixture[str]
) -> None:
    altair = pytest.importorskip("altair")
    convert = pytest.importorskip("vl_convert")
    for name in REVIEWED.values():
        spec = drawn[name][1].spec
        jsonschema.validate(spec, altair.Chart._rootschema)
        svg = convert.vegalite_to_svg(json.dumps(spec), show_warnings=True, allowed_base_urls=[])
        assert svg.startswith("<svg")
        assert all(words in svg for words in ("Treatments", "What is drawn"))
    told = capfd.readouterr()
    assert "WARN" not in told.out + told.err
