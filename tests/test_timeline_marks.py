"""The marks of a timeline one by one: nothing stands where nobody told, and what is printed is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from casegraph.facts import CaseFacts, read_case
from casegraph.namespaces import BASE
from casegraph.plot.picture import Picture
from casegraph.plot.timeline import axis
from casegraph.plot.timeline.axis import Axis, unseen_order
from casegraph.plot.timeline.legend import key_panel
from casegraph.plot.timeline.marks import Panel
from casegraph.plot.timeline.places import Place
from casegraph.plot.timeline.timeline import timeline
from casegraph.store import Store
from casegraph.story.words import Words
from casegraph.told import with_told
from drawn_pictures import Mark, columns, lanes, marks, only_picture, said, signs, stretches, views

ASPERGILLOSIS = "case/10.1186/s13256-024-04793-9/1"
AUTHOREA = "case/key/authorea-708183/1"
BARICITINIB = "case/key/dermatology-advisor-baricitinib/2"
CAFARDI = "case/10.2174/1874312901409010077/1"
PL12 = "case/key/the-rheumatologist-antisynthetase/1"
SCREENED = "case/pmid/39790853/1"
DIED = "case/10.14740/jmc3965/1"
SEED = "case/10.1007/s13555-020-00421-8/1"
TIMES = "Times, as the report tells them"
TACROLIMUS = "case/10.1007/s10067-008-0973-2/1"
SOARES = "case/10.1155/crrh/5560523/1"
RAMSEUR = "case/key/pemphigus-il2-interferon-1989/1"
REGISTRY_2 = "case/10.3899/jrheum.101321/2"
REGISTRY_4 = "case/10.3899/jrheum.101321/4"
YANEZ = "case/10.4067/s0034-98872009000100013/1"


def picture_of(store: Store, case: str) -> Picture:
    return timeline(Words(read_case(store, f"{BASE}{case}"), with_told(store)))


def of_claim(picture: Picture, claim: str) -> list[Mark]:
    return [mark for mark in marks(picture) if mark["href"] == f"#{claim}"]


def labels(drawn: list[Mark]) -> list[str]:
    """Return the labels of the rows of some marks, each once."""
    return list(dict.fromkeys(mark["row"][4:].replace("\n", " ") for mark in drawn))


#: made up: a death is told, and nothing of when it was.
_UNDATED = """
casegraph: 1
report: {title: Made up - a death without a time, doi: 10.5555/undated, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: male
    course:
      - {id: death, kind: death, stated_in: p1}
"""


def test_a_death_without_a_time_is_told_and_no_empty_panel_breaks_the_picture(tmp_path: Path) -> None:
    picture = only_picture(tmp_path, _UNDATED)
    assert list(views(picture)) == ["Course"]
    assert said(marks(picture)) == ["when is not told"]
    assert all(view["layer"] and view["data"]["values"] for view in picture.spec["vconcat"])
    assert "No time is told of it, so that nothing has a place." in picture.summary
    assert "order" not in picture.summary
    assert not any("columns" in note for note in picture.notes)
    # nor is there a note on a bar, a line or a treatment
    assert picture.notes == ("Findings and diagnoses are told in the text, not here.",)


# ends and starts of which neither time nor order is told


def test_a_stop_of_which_no_more_is_told_than_what_it_came_after_has_words_alone(corpus_store: Store) -> None:
    """Methotrexate was replaced by mycophenolate, after it had been begun within 3 months of admission."""
    picture = picture_of(corpus_store, TACROLIMUS)
    stopped = lanes(picture)["methotrexate"]
    assert signs(stopped) == []
    assert said(stopped) == ["stopped: replaced, after month-3"]
    assert {mark["part"] for mark in stopped} == {"unsure", "words"}
    assert said(lanes(picture)["mmf"]) == ["after month-3"]
    assert said(of_claim(picture, "relapses")) == ["after after-first"]  # of the first combination
    middle = {mark["x"] for mark in marks(picture) if mark["part"] == "about"}
    assert not middle & set(columns(picture).values())


def test_a_stop_before_something_of_which_no_more_is_told_has_no_sign(corpus_store: Store) -> None:
    """Radiotherapy, from December 1985 to February 1987, and interleukin-2 at some time after that."""
    stopped = lanes(picture_of(corpus_store, RAMSEUR))["radiotherapy"]
    assert signs(stopped) == []
    assert said(stopped) == ["stopped, 397 to 454 days after radiotherapy-start"]


#: made up: a turn that can lie anywhere, certainly after one treatment was begun and before another.
_BETWEEN = """
casegraph: 1
report: {title: Made up - between two starts, doi: 10.5555/between, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: female
    occasions:
      first: {}
      flare-time: {after: [first]}
      second: {after: [flare-time]}
      elsewhere: {}
      later: {after: [elsewhere]}
      last: {after: [later]}
      end: {after: [last]}
    treatments:
      - {id: hydroxychloroquine, what: 'CHEBI:5801 hydroxychloroquine', at: first, stated_in: p1}
      - {id: thalidomide, what: 'CHEBI:9513 thalidomide', at: second, stated_in: p1}
      - {id: prednisolone, what: 'CHEBI:8378 prednisolone', at: elsewhere, ends_at: end, stated_in: p1}
      - {id: other, what: 'CHEBI:6888 methylprednisolone', at: later, ends_at: last, stated_in: p1}
    course:
      - {id: flare, kind: flare, at: flare-time, stated_in: p1}
"""


def test_of_what_can_lie_anywhere_both_sides_are_told(tmp_path: Path) -> None:
    picture = only_picture(tmp_path, _BETWEEN)
    assert list(columns(picture)) == ["elsewhere", "later", "last", "end"]
    assert said(of_claim(picture, "flare")) == ["after first, before second"]
    assert said(lanes(picture)["hydroxychloroquine"]) == ["before flare-time"]
    assert said(lanes(picture)["thalidomide"]) == ["after flare-time"]


def test_the_orders_that_are_not_to_be_seen_are_sought_once_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought: list[int] = []

    def count(facts: CaseFacts, places: Mapping[str, Place]) -> tuple[tuple[str, str], ...]:
        sought.append(len(places))
        return unseen_order(facts, places)

    monkeypatch.setattr(axis, "unseen_order", count)
    only_picture(tmp_path, _BETWEEN)
    assert sought == [7]


def test_the_sign_of_what_lies_on_a_stretch_stands_at_no_column(corpus_store: Store) -> None:
    """Somewhere on interleukin-2, which begins in column 6 and still runs in 18: not at column 12."""
    picture = picture_of(corpus_store, SEED)
    unsure = {mark["href"] for mark in marks(picture) if mark["part"] == "unsure"}
    placed = {mark["href"]: mark["x"] for mark in marks(picture) if mark["part"] == "about"}
    assert {"#cells-after-treatment", "#no-adverse-event", "#treg"} <= placed.keys() <= unsure
    assert not set(placed.values()) & set(columns(picture).values())
    assert 12 < placed["#no-adverse-event"] < 13


def test_what_was_seen_on_a_drug_and_no_more_is_told_of_when_has_words_alone(corpus_store: Store) -> None:
    """The lung was better on tofacitinib, begun at day 28: before or after the infection of day 49."""
    drawn = of_claim(picture_of(corpus_store, ASPERGILLOSIS), "breathing-on-tofacitinib")
    assert {mark["part"] for mark in drawn} == {"unsure", "words"}
    assert said(drawn) == ["improved, when is not told, anywhere from day 28 to day 61"]


def test_a_told_day_has_a_column_though_others_of_no_order_to_it_have_none(corpus_store: Store) -> None:
    """The steroid was stopped in week 16 of tofacitinib; the lung got better some time on tofacitinib."""
    picture = picture_of(corpus_store, AUTHOREA)
    at = columns(picture)
    assert list(at)[-2:] == ["tofacitinib-start", "week-16"]
    assert signs(lanes(picture)["glucocorticoid"])[-1] == ("stopped", at["week-16"])
    ((_, low, high),) = stretches(of_claim(picture, "lung-on-tofacitinib"))
    assert low == at["tofacitinib-start"] < at["week-16"] < high


#: made up: three drugs begun after the onset in no told order; of the first it is told as *at or after*.
_ORDER_ALONE = """
casegraph: 1
report: {title: Made up - an order and no day, doi: 10.5555/order, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: female
    zero_point: onset
    occasions:
      onset: {}
      first: {anchor: onset, start: [0, null]}
      second: {after: [onset]}
      third: {after: [onset]}
      some-time: {}
      loose: {after: [onset]}
      last: {anchor: onset, start: [400, 400], after: [first, second, third]}
    treatments:
      - {id: hydroxychloroquine, what: 'CHEBI:5801 hydroxychloroquine', at: first, stated_in: p1}
      - {id: thalidomide, what: 'CHEBI:9513 thalidomide', at: second, stated_in: p1}
      - {id: other, what: 'CHEBI:6888 methylprednisolone', at: third, stated_in: p1}
      - {id: prednisolone, what: 'CHEBI:8378 prednisolone', at: some-time, stated_in: p1}
    responses:
      - {id: skin, to: [hydroxychloroquine], at: last, domain: skin, direction: improved, stated_in: p1}
"""


@pytest.mark.parametrize(
    ("told", "has_column"),
    [
        ("onset, start: [0, null]", False),
        ("onset, start: [30, 60]", True),
        ("loose, start: [10, 10]", False),  # ten days after what has no day itself
    ],
)
def test_what_is_told_to_be_at_or_after_another_has_no_day_and_no_column(
    told: str, has_column: bool, tmp_path: Path
) -> None:
    picture = only_picture(tmp_path, _ORDER_ALONE.replace("onset, start: [0, null]", told))
    assert list(columns(picture)) == ["onset", *(["first"] if has_column else []), "last"]


@pytest.mark.parametrize(
    ("case", "claim", "begins", "ends"),
    [
        # the chemotherapy ended some time before interleukin-2 began: nobody tells that it was seen by then
        (RAMSEUR, "lymphoma-on-chemotherapy", "chemotherapy-start", "death-time"),
        # of the first course of rituximab; the second had an outcome of its own
        (REGISTRY_2, "course-a-not-evaluable", "course-a", "course-b"),
        # replaced, on the day on which tofacitinib began
        (ASPERGILLOSIS, "none-to-cyclophosphamide", None, "day-28"),
        # no end of interleukin-2 is told
        (RAMSEUR, "fever", "il2-start", "death-time"),
    ],
)
def test_the_line_of_an_outcome_without_a_time_ends_where_its_drug_was_replaced_or_begun_again(
    case: str, claim: str, begins: str | None, ends: str, corpus_store: Store
) -> None:
    picture = picture_of(corpus_store, case)
    at, drawn = columns(picture), of_claim(picture, claim)
    left = 0.4 if begins is None else at[begins]
    assert stretches(drawn) == [("unsure", left, at[ends])]
    assert signs(drawn) == []
    assert any("not how long it lasted" in note for note in picture.notes)


#: made up: a drug given once, another begun twenty days later, and an outcome of which no time is told.
_NEXT = """
casegraph: 1
report: {title: Made up - an unrelated next drug, doi: 10.5555/next, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: female
    zero_point: onset
    occasions:
      onset: {}
      once: {anchor: onset, start: [300, 300]}
      next: {anchor: onset, start: [320, 320]}
      last: {anchor: onset, start: [400, 400]}
    treatments:
      - {id: thalidomide, what: 'CHEBI:9513 thalidomide', at: once, ends_at: once, stated_in: p1}
      - {id: other, what: 'CHEBI:6888 methylprednisolone', at: next, stated_in: p1}
    responses:
      - {id: skin, to: [thalidomide], domain: skin, direction: improved, stated_in: p1}
      - {id: lung, to: [other], at: last, domain: lung, direction: improved, stated_in: p1}
"""


def test_an_outcome_may_be_seen_after_an_unrelated_drug_was_begun(tmp_path: Path) -> None:
    picture = only_picture(tmp_path, _NEXT)
    assert signs(of_claim(picture, "lung")) == [("improved", 400)]
    ((_, low, high),) = stretches(of_claim(picture, "skin"))
    assert low == 300
    assert high > 400


@pytest.mark.parametrize(
    ("case", "claim", "label", "words"),
    [
        (BARICITINIB, "panniculitis-on-baricitinib", "skin (panniculitis) on", "resolved, within 153 days"),
        (
            SEED,
            "skin-on-twice-weekly-il2",
            "skin (rough skin of bilateral hand) on interleukin-2",
            "resolved",
        ),
        # no room beside two drugs
        (SEED, "skin-worse-on-prednisone-hcq", "", "worse (Erythema of periorbital skin; rough skin)"),
    ],
)
def test_an_outcome_of_one_place_or_disease_is_not_told_of_the_whole_organ(
    case: str, claim: str, label: str, words: str, corpus_store: Store
) -> None:
    drawn = of_claim(picture_of(corpus_store, case), claim)
    assert labels(drawn)[0].startswith(label)
    assert said(drawn)[0].startswith(words)


def test_the_times_say_that_what_ends_before_its_latest_day_was_before_treatment(corpus_store: Store) -> None:
    """Nobody tells the day of admission; it was before treatment, and a treatment began on day 13."""
    picture = picture_of(corpus_store, ASPERGILLOSIS)
    ((_, low, high),) = stretches(of_claim(picture, "ferritin"))
    assert (low, high) == (0.4, columns(picture)["day-13"])
    times = [mark for mark in marks(picture, TIMES) if mark["href"] == "#admission"]
    assert said(times) == ["derived day 28 or earlier, before treatment"]


def test_a_day_that_is_not_told_is_derived_and_a_death_without_one_says_so(corpus_store: Store) -> None:
    """Of a death about 10 weeks after the first symptom, days are told; of two others none are."""
    died = picture_of(corpus_store, DIED)
    found = {mark["href"]: mark["text"] for mark in marks(died, TIMES) if mark["part"] == "words"}
    assert found["#infection"] == "derived day 15 to 74"
    assert found["#death"] == "day 66 to 74, “about 10 weeks after the first symptom”"
    assert any(note.startswith("A derived day") for note in died.notes)
    assert said(of_claim(died, "death-1")) == ["day 66 to 74"]
    ramseur = picture_of(corpus_store, RAMSEUR)
    times = [mark for mark in marks(ramseur, TIMES) if mark["href"] == "#death-time"]
    assert said(times) == ["derived day 4 or later"]
    assert said(of_claim(ramseur, "death")) == ["when is not told"]
    assert said(of_claim(ramseur, "lymphoma-on-chemotherapy")) == ["worse, when is not told"]
    assert said(of_claim(picture_of(corpus_store, SCREENED), "death-1")) == ["when is not told"]


# several courses of one drug


def test_two_courses_of_one_drug_have_different_labels(corpus_store: Store) -> None:
    """Rituximab first within three months of admission, again after September 2006: this one failed."""
    picture = picture_of(corpus_store, TACROLIMUS)
    drawn = lanes(picture)
    assert labels(drawn["rituximab"]) == ["rituximab, from month-3"]
    assert labels(drawn["rituximab-2"]) == ["rituximab, from after- september-2006"]
    assert labels(of_claim(picture, "none-to-second-rituximab")) == [
        "overall on rituximab, from after-september-2006"
    ]
    whats = [row[1].text for row in picture.rows if row[0].text == "Treatments"]
    assert {"rituximab, from month-3", "rituximab, from after-september-2006"} <= set(whats)
    assert "rituximab" not in whats


@pytest.mark.parametrize(
    ("case", "last"),
    [
        # apremilast came before anifrolumab or with it: nobody tells; immunoglobulin ran beside it
        (SOARES, ["apremilast", "ivig-2"]),
        # nothing is told of when methylprednisolone began or ended
        (REGISTRY_4, ["methylprednisolone"]),
        # the second rituximab is not placed before the first
        (TACROLIMUS, ["rituximab", "mmf", "rituximab-2", "ivig-2", "methylprednisolone"]),
    ],
)
def test_treatments_of_unknown_start_stand_below_the_others(
    case: str, last: list[str], corpus_store: Store
) -> None:
    drawn = lanes(picture_of(corpus_store, case))
    assert [each for each in drawn if each in last] == list(drawn)[-len(last) :] == last


def test_what_was_stopped_before_a_drug_stands_above_it(corpus_store: Store) -> None:
    order = list(lanes(picture_of(corpus_store, REGISTRY_4)))
    assert max(map(order.index, ("azathioprine", "cyclosporin", "methotrexate"))) < order.index("rituximab")


# doses that were lowered


def test_a_lowering_to_an_untold_dose_is_no_full_bar(corpus_store: Store) -> None:
    """The glucocorticoid was tapered from the relapse on, was stopped in week 16; no dose is told."""
    picture = picture_of(corpus_store, AUTHOREA)
    at, lowered = columns(picture), lanes(picture)["glucocorticoid-lowered"]
    assert labels(lowered) == ["lowered, dose not stated"]
    assert ("lowered", at["glucocorticoid-taper"], at["week-16"]) in stretches(lowered)
    assert "given" not in {part for part, _, _ in stretches(lowered)}
    assert signs(lowered)[0] == ("changed", at["glucocorticoid-taper"])
    (row,) = [row for row in picture.rows if row[-1].text == "#glucocorticoid-lowered"]
    assert row[3].text == "lowered, dose not stated"


def test_a_dose_of_one_bound_is_told_as_printed_and_stands_at_the_flare_that_followed(
    corpus_store: Store,
) -> None:
    picture = picture_of(corpus_store, CAFARDI)
    dose = lanes(picture)["prednisone-below-20"]
    assert labels(dose) == ["lowered, “below 20 mg/day”"]
    assert signs(dose) == [("changed", columns(picture)["below-20"])]
    assert said(of_claim(picture, "rash-back")) == ["following prednisone “below 20 mg/day”"]
    assert not any("up to" in cell.text for row in picture.rows for cell in row)
    relapse = of_claim(picture_of(corpus_store, AUTHOREA), "relapse-on-taper")
    assert said(relapse) == ["following glucocorticoid lowered"]


# the order of the rows, the key, and the names of the times


#: made up: one harm on two drugs, and between them another harm.
_HARMS = """
casegraph: 1
report: {title: Made up - one harm on two drugs, doi: 10.5555/harms, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: female
    zero_point: onset
    occasions:
      onset: {}
      month-1: {anchor: onset, start: [30, 30], printed: one month later}
    treatments:
      - {id: thalidomide, what: 'CHEBI:9513 thalidomide', at: onset, stated_in: p1}
      - {id: hydroxychloroquine, what: 'CHEBI:5801 hydroxychloroquine', at: onset, stated_in: p1}
    adverse_events:
      observed:
        - {id: a-fever, what: 'HP:0001945 Fever', during: [thalidomide], at: month-1, stated_in: p1}
        - {id: b-fatigue, what: 'HP:0012378 Fatigue', during: [thalidomide], at: month-1, stated_in: p1}
        - {id: c-fever, what: 'HP:0001945 Fever', during: [hydroxychloroquine], at: month-1, stated_in: p1}
"""


def test_what_one_harm_was_seen_on_stands_in_rows_below_each_other(tmp_path: Path) -> None:
    drawn = marks(only_picture(tmp_path, _HARMS), "Adverse events")
    assert [each.split(", ")[0] for each in labels(drawn)] == ["Fever", "Fever", "Fatigue"]


def test_each_mark_among_the_times_says_of_which_occasion_it_is(tmp_path: Path) -> None:
    drawn = marks(only_picture(tmp_path, _HARMS), TIMES)
    told = {(mark["href"], mark["told"]) for mark in drawn}
    assert told == {
        ("#onset", "onset: day 0"),
        ("#month-1", "month-1: day 30, printed as “one month later”"),
    }


def test_the_key_leaves_out_a_sign_that_has_no_meaning_of_its_own() -> None:
    panel = Panel("Made up")
    panel.marks = [{"part": "sign", "sign": "time"}, {"part": "sign", "sign": "Death"}]
    axis_of_one = Axis(to_scale=False, title="", columns=(), places={}, first=0, last=1, life=Place(0, 1))
    assert [row[4:] for row in key_panel(axis_of_one, (panel,)).rows] == ["death"]


# what was done at one time


#: made up: a device and a pressure, of which a record tells when it was put in and how long it was held.
_DONE = """
casegraph: 1
report: {title: Made up - a procedure, doi: 10.5555/done, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: male
    zero_point: day-0
    occasions:
      day-0: {}
      day-4: {anchor: day-0, start: [4, 4]}
    treatments:
      - {id: device, what: 'MAXO:0000002 therapeutic procedure', at: day-0, ends_at: day-0, stated_in: p1}
      - id: pressure
        what: 'CHEBI:8382 prednisone'
        at: day-0
        ends_at: day-4
        stated_in: p1
        doses:
          - {id: held, at: day-0, dose: 14, unit: 'cm[H2O]', ends_at: day-4, stated_in: p1}
"""


def test_what_was_done_at_one_time_is_not_stopped_and_a_pressure_is_not_repeated(tmp_path: Path) -> None:
    picture = only_picture(tmp_path, _DONE)
    assert "1 stopped, 1 done or given at one time" in picture.summary
    assert [row[4].text for row in picture.rows if row[-1].text == "#device"] == ["done or given at day-0"]
    assert not any("how often not told" in text for text in said(marks(picture)))
    told = {mark["told"] for mark in of_claim(picture, "device")}
    assert told == {"treatment episode: therapeutic procedure: done or given at day-0"}


# what a test gave


#: made up: the same test against its range, once below, once at its edge, once above, and once without one.
_RANGES = {"low": (0.7, "range_low: 1, range_high: 4.5"), "edge": (1, "range_low: 1, range_high: 4.5")}
_RANGES |= {"high": (1500, "range_high: 145"), "silent": (1500, "stated_in: p1")}
#: what is printed holds the letters of the value, and is another number
_RANGES |= {"odd": (24, "printed: '240'"), "full": (24, "printed: 24 U/L (mean)")}
_TEST = """
      - id: {name}
        what: 'cg:CreatineKinaseLevel creatine kinase level'
        at: came
        value: {value}
        unit: U/L
        {bounds}"""


def test_a_value_outside_its_range_has_a_sign_of_its_own(tmp_path: Path) -> None:
    tests = "".join(
        _TEST.format(name=name, value=value, bounds=bounds.replace(", ", "\n        "))
        + ("" if "stated" in bounds else "\n        stated_in: p1")
        for name, (value, bounds) in _RANGES.items()
    )
    text = _UNDATED.replace("    course:", f"    occasions: {{came: {{}}}}\n    tests:{tests}\n    course:")
    picture = only_picture(tmp_path, text)
    told = {each: of_claim(picture, each) for each in _RANGES}
    assert {name: [sign for sign, _ in signs(drawn)] for name, drawn in told.items()} == {
        "low": ["belowRange"],
        "edge": ["value"],
        "high": ["aboveRange"],
        "silent": ["value"],
        "odd": ["value"],
        "full": ["value"],
    }
    assert {name: said(drawn) for name, drawn in told.items()} == {
        "low": ["0.7 U/L, below range (1 to 4.5)"],
        "edge": ["1 U/L, in range (1 to 4.5)"],
        "high": ["1500 U/L, above range (to 145)"],
        "silent": ["1500 U/L"],
        "odd": ["24 U/L, “240”"],
        "full": ["“24 U/L (mean)”"],
    }
    key = labels(views(picture)["What is drawn"]["data"]["values"])
    assert {"test: below the range", "test: above the range"} <= set(key)


@pytest.mark.parametrize(
    ("case", "claim", "words"),
    [
        (ASPERGILLOSIS, "mda5", "“5600”, positive"),
        (CAFARDI, "ana", "“1:1280”, positive (implied)"),
        (PL12, "fvc", "“60 % predicted”, when is not told"),
        (PL12, "ck", "1500 U/L, above range (to 145), when is not told"),
        (PL12, "crp", "181 mg/L, when is not told"),  # printed as 181.0, which is the same
        (SEED, "body-weight", "50 kg (derived)"),
        ("group/10.1001/jamadermatol.2014.504/1", "salt-month-6", "“69 (28-100)”"),
        (AUTHOREA, "mda5-week-96", "negative, “after 96 weeks”"),
        (YANEZ, "relapse", "“at 6 months”"),
        # it had been normal, and fell after a relapse: to below normal is not told
        (YANEZ, "ck-after-second", "lower than before or than normal"),
    ],
)
def test_what_is_printed_stands_at_the_mark(case: str, claim: str, words: str, corpus_store: Store) -> None:
    assert said(of_claim(picture_of(corpus_store, case), claim)) == [words]


def test_a_screen_of_unlisted_members_says_so_and_that_it_came_before_the_panel(corpus_store: Store) -> None:
    """The routine screen was negative; a later myositis panel found anti-MDA5."""
    picture = picture_of(corpus_store, SCREENED)
    screen, panel = (of_claim(picture, each) for each in ("routine-screen", "mda5"))
    assert labels(screen) == ["autoantibody, members not listed"]
    assert said(screen) == ["negative, before myositis-panel"]
    assert labels(panel) == ["anti-MDA5 antibody"]
    assert said(panel) == ["positive"]


def test_a_dose_has_no_dot_where_the_start_of_its_treatment_is_not_told(corpus_store: Store) -> None:
    """Immunoglobulin, monthly beside baricitinib: whether it ran on from before is not told."""
    drawn = lanes(picture_of(corpus_store, BARICITINIB))
    assert signs(drawn["ivig-monthly"]) == []
    assert stretches(drawn["ivig-monthly"]) == [("given", 1, 2)]
    assert said(drawn["ivig-2"]) == ["start not told"]
    assert signs(drawn["baricitinib"])[0] == ("start", 1)


# what fits


def test_words_wider_than_a_narrow_drawing_are_folded_and_nothing_of_them_is_lost(
    corpus_store: Store,
) -> None:
    picture = picture_of(corpus_store, ASPERGILLOSIS)
    (words,) = [mark for mark in lanes(picture)["cyclophosphamide-dose"] if mark["part"] == "words"]
    assert words["narrow"].replace("\n", " ") == "800 mg, how often not told, stopped: replaced"
    assert max(map(len, words["narrow"].splitlines())) == words["longest"] <= 27
    assert views(picture)["Treatments"]["height"]["step"] >= 28 + 12 * (words["lines"] - 1) > 28
    assert "narrow" not in of_claim(picture, "aspergillosis")[-1]


def test_a_head_of_a_column_is_as_high_as_its_name(tmp_path: Path) -> None:
    name = "between-2019-09-01-and-2020-03-01"
    picture = only_picture(
        tmp_path, _DONE.replace("{anchor: day-0, start: [4, 4]}", "{after: [day-0]}").replace("day-0", name)
    )
    heads = views(picture)["order as told; not to scale"]
    assert heads["mark"]["limit"] == heads["height"] >= 6 * len(f"1 {name}")
