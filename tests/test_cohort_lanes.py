"""The lanes of a swimmer plot: no edge where no end is told, no bar without length, no mark without time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from casegraph.model import Case, Occasion, Treatment
from casegraph.namespaces import BASE, CG
from casegraph.plot.cohort.courses import Lane, Run, _Reading, lane
from casegraph.plot.cohort.seen import Event
from casegraph.plot.cohort.strokes import Strokes
from casegraph.store import Store
from casegraph.timeline import solve_subject


def all_cases(store: Store) -> Any:
    return store.query(f"SELECT DISTINCT ?case {{ GRAPH ?g {{ ?case a <{CG}Case> }} }}", union=False)


def lane_of(*treatments: Treatment) -> Lane:
    """Return the lane of a made case; days count from its occasion ``a``, and ``d9`` is nine days later."""
    occasions = {"a": Occasion(), "late": Occasion(after=("a",))}
    occasions |= {f"d{day}": Occasion(anchor="a", start=(day, day)) for day in (9, 50)}
    subject = Case(zero_point="a", occasions=occasions, treatments=treatments)
    return _Reading("case", subject, solve_subject(subject)).lane(list(treatments))


def test_a_stop_that_is_only_implied_sets_no_most() -> None:
    (run,) = lane_of(Treatment(id="x", what="CHEBI:1 x", at="a", ends_at="d9", end_basis="implied")).runs
    assert (run.length, run.end) == ((9, None), "stop implied")
    (run,) = lane_of(Treatment(id="x", what="CHEBI:1 x", at="a", ends_at="d9")).runs
    assert (run.length, run.ends, run.end) == ((9, 9), (9, 9), "stopped")


def test_what_began_at_some_time_still_ran_when_it_was_told_of() -> None:
    first = Treatment(id="x", what="CHEBI:1 x", at="a")
    lane = lane_of(first, Treatment(id="y", what="CHEBI:2 y", at="late", ongoing_at="d50"))
    run = next(each for each in lane.runs if each.claim == "case#y")
    assert (run.starts, run.ends, run.end) == ((0, 50), (50, 50), "ongoing")
    assert run.length[0] in (0, None)


def strokes_of(*runs: Run, events: tuple[Event, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """Return what is drawn of one lane, by the kind of the stroke."""
    strokes = Strokes(dict.fromkeys((run.drug for run in runs), "drug"), has_drug=True)
    strokes.add(Lane("case", runs, events, ()), "case", {run.claim: ("drug", "words") for run in runs})
    found: dict[str, list[dict[str, Any]]] = {}
    for layer in strokes.view()["layer"]:
        mark = layer["mark"]
        kind = mark["type"] + (" dashed" if "strokeDash" in mark else "")
        kind = "stop" if mark.get("strokeWidth") == 3 else kind
        found.setdefault(kind, []).extend(layer["data"]["values"])
    return found


def signs(found: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    return [each["sign"] for each in found.get("text", ()) if "sign" in each]


def run_of(
    ends: tuple[int | None, int | None], end: str, starts: tuple[int | None, int | None] = (0, 0)
) -> Run:
    return Run("case#run", "drug", starts, ends, ends, end)


def test_a_certain_stop_is_a_stroke_at_its_day() -> None:
    found = strokes_of(run_of((9, 9), "stopped"))
    assert [(each["from"], each["to"]) for each in found["rect"]] == [(0, 9)]
    assert [each["from"] for each in found["stop"]] == [9]
    assert "rule dashed" not in found
    assert "rect dashed" not in found


def test_between_the_least_and_the_most_it_is_dashed() -> None:
    found = strokes_of(run_of((5, 9), "stopped"))
    assert [(each["from"], each["to"]) for each in found["rect"]] == [(0, 5)]
    assert [(each["from"], each["to"]) for each in found["rect dashed"]] == [(5, 9)]
    assert [each["from"] for each in found["stop"]] == [9]


@pytest.mark.parametrize("end", ["not told", "stop implied", "ongoing", "stopped"])
def test_an_end_that_is_not_told_is_no_edge(end: str) -> None:
    found = strokes_of(run_of((5, None), end))
    assert [(each["from"], each["to"]) for each in found["rect"]] == [(0, 5)]
    assert [each["from"] for each in found["rule dashed"]] == [5]
    assert "stop" not in found
    assert [each["sign"] for each in found.get("text", ()) if "sign" in each] == ["\u25b6"] * (
        end == "ongoing"
    )


def test_what_went_on_between_two_days_did_not_stop() -> None:
    found = strokes_of(run_of((5, 9), "ongoing"))
    assert [(each["from"], each["to"]) for each in found["rect dashed"]] == [(5, 9)]
    assert "stop" not in found
    assert signs(found) == ["\u25b6"]


def test_a_length_that_is_not_told_is_no_bar() -> None:
    found = strokes_of(run_of((0, None), "not told"))
    assert "rect" not in found
    assert signs(found) == ["?"]


def test_a_start_that_may_have_been_later_is_dashed() -> None:
    found = strokes_of(run_of((0, 0), "stopped"), Run("case#b", "drug", (3, 6), (10, 10), (4, 7), "stopped"))
    assert (6, 10) in [(each["from"], each["to"]) for each in found["rect"]]
    assert [(each["from"], each["to"]) for each in found["rect dashed"]] == [(3, 6)]


def test_an_event_between_two_days_has_a_line_and_one_without_a_latest_day_no_mark() -> None:
    events = (Event("case#a", "first response", (3, 7)), Event("case#b", "flare", (20, None)))
    found = strokes_of(run_of((30, 30), "stopped"), events=events)
    assert {each["kind"]: each["from"] for each in found["point"]} == {"first response": 7}
    assert "flare: after at least 20 days" in [each.get("text") for each in found["text"]]
    assert [(each["from"], each["to"]) for each in found["rule"]] == [(3, 7)]
    assert [each["from"] for each in found["rule dashed"]] == [20]


def test_when_it_may_have_begun_is_a_line_where_no_more_is_told_of_it() -> None:
    found = strokes_of(Run("case#b", "drug", (3, 60), (3, None), (0, None), "not told"))
    assert "rect dashed" not in found
    assert (3, 60) in [(each["from"], each["to"]) for each in found["rule dashed"]]
    bounded = strokes_of(Run("case#b", "drug", (3, 6), (3, 10), (0, 7), "stopped"))
    assert [(each["from"], each["to"]) for each in bounded["rect dashed"]] == [(3, 6), (6, 10)]


def test_what_may_have_come_before_the_start_has_words_and_no_line(corpus_store: Store) -> None:
    # cyclophosphamide was begun after admission, replaced on day 28; plasma exchange was of day 13
    case = f"{BASE}case/10.1186/s13256-024-04793-9/1"
    found = lane(corpus_store, case, frozenset())
    assert found is not None
    run = next(each for each in found.runs if each.claim == f"{case}#cyclophosphamide")
    assert (run.starts, run.is_placed) == ((None, 16), False)
    may_be = Run("case#b", "drug", (None, 16), (14, 90), (5, 9), "stopped")
    event = Event("case#e", "flare", (-4, 16))
    strokes = strokes_of(run_of((30, 30), "stopped"), may_be, events=(event,))
    assert [(each["from"], each["to"]) for each in strokes["rect"]] == [(0, 30)]
    assert [each["from"] for each in strokes["stop"]] == [30]
    assert not {"rect dashed", "rule dashed", "rule", "point"} & strokes.keys()
    said = [each.get("text") for each in strokes["text"]]
    assert "flare: from 4 days before the start to 16" in said
    assert not Lane("case", (may_be,), (event,), ()).has_days
    # that it certainly ran later is drawn, and nothing before that
    certain = strokes_of(Run("case#b", "drug", (None, 16), (40, 40), (24, None), "stopped"))
    assert [(each["from"], each["to"]) for each in certain["rect"]] == [(16, 40)]
    assert not {"rect dashed", "rule dashed"} & certain.keys()


def test_no_line_goes_on_after_death() -> None:
    death = (Event("case#death", "death", (60, 61)),)
    found = strokes_of(run_of((60, None), "not told"), events=death)
    assert [(each["from"], each["to"]) for each in found["rule dashed"]] == [(60, 61)]
    found = strokes_of(run_of((61, None), "not told"), events=death)
    assert [(each["from"], each["to"]) for each in found["rule dashed"]] == [(61, 61)]


def test_what_only_death_bounds_has_no_latest_day(corpus_store: Store) -> None:
    # better on tofacitinib, begun on day 28, when is not told; aspergillosis on day 49, death on day 61
    found = lane(
        corpus_store,
        f"{BASE}case/10.1186/s13256-024-04793-9/1",
        {"http://purl.obolibrary.org/obo/CHEBI_71200"},
    )
    assert found is not None
    placed = {each.kind: each.at for each in found.events}
    assert placed == {"adverse event": (20, 22), "death": (32, 34)}
    assert [(each.kind, each.at) for each in found.unplaced] == [("first response", (0, None))]


def test_harm_that_only_a_told_order_puts_before_death_has_no_latest_day(corpus_store: Store) -> None:
    # the death of about the tenth week is told to be after the pneumonia, and no day of that is told
    found = lane(corpus_store, f"{BASE}case/10.14740/jmc3965/1", frozenset())
    assert found is not None
    assert [(each.kind, each.at) for each in found.unplaced] == [("adverse event", (0, None))]
    assert [each.kind for each in found.events] == ["death"]


def test_a_response_is_that_of_its_drug_and_has_no_mark_at_another(corpus_store: Store) -> None:
    # slightly better after plasma exchange, from day 13, and worse before tofacitinib, from day 28;
    # how long plasma exchange ran is not told, so that it has no bar
    found = lane(corpus_store, f"{BASE}case/10.1186/s13256-024-04793-9/1", frozenset())
    assert found is not None
    strokes = Strokes(dict.fromkeys((run.drug for run in found.runs), "drug"), has_drug=False)
    strokes.add(found, "case", {run.claim: (run.claim.partition("#")[2], "how long") for run in found.runs})
    layers = strokes.view()["layer"]
    shown = " ".join(each["text"] for each in layers[-2]["data"]["values"])
    assert "counted from the start of plasma-exchange tofacitinib: how long" in shown
    assert shown.endswith("when is not told: first response on plasma-exchange")
    marked = [
        each for layer in layers if layer["mark"]["type"] == "point" for each in layer["data"]["values"]
    ]
    assert [each["kind"] for each in marked] == ["adverse event", "death"]


def test_what_is_bounded_only_by_what_came_later_has_no_latest_day(corpus_store: Store) -> None:
    # strength improved on rituximab, and only then the relapse of month 6: no day is told of the improvement
    found = lane(corpus_store, f"{BASE}case/10.4067/s0034-98872009000100013/1", frozenset({f"{CG}Rituximab"}))
    assert found is not None
    assert [(each.claim.partition("#")[2], each.at) for each in found.events] == [("relapse", (167, 198))]


def test_only_what_is_told_is_by_a_reading(corpus_store: Store) -> None:
    # the relapse 167 to 198 days after rituximab, upon which it was given again, has its days by a reading
    found = lane(corpus_store, f"{BASE}case/10.4067/s0034-98872009000100013/1", frozenset({f"{CG}Rituximab"}))
    assert found is not None
    read = {each.claim.partition("#")[2]: (each.is_start_read, each.is_length_read) for each in found.runs}
    assert read == {"rituximab": (False, False), "rituximab-2": (True, False)}


def test_a_response_has_its_mark_beside_the_course_that_it_was_to() -> None:
    runs = (run_of((9, 9), "stopped"), Run("case#b", "other", (0, 0), (9, 9), (9, 9), "stopped"))
    events = (Event("case#e", "first response", (3, 7), drugs=("other",)),)
    strokes = Strokes(dict.fromkeys(("drug", "other"), "drug"), has_drug=True)
    strokes.add(Lane("case", runs, events, ()), "case", {"case#run": ("one", ""), "case#b": ("two", "")})
    layers = strokes.view()["layer"]
    assert "first response on two: after 3 to 7 days" in [
        each["text"] for each in layers[-2]["data"]["values"]
    ]
    (mark,) = (layer for layer in layers if layer["mark"]["type"] == "point")
    assert [each["from"] for each in mark["data"]["values"]] == [7]


def test_no_dashed_line_of_an_event_goes_on_after_death() -> None:
    events = (Event("case#a", "first response", (60, None)), Event("case#death", "death", (60, 61)))
    found = strokes_of(run_of((30, 30), "stopped"), events=events)
    assert [(each["from"], each["to"]) for each in found["rule dashed"]] == [(60, 61)]


def test_a_lane_counts_from_the_drug_of_which_a_length_is_told(corpus_store: Store) -> None:
    # after nine drugs of unknown times, better after 26 weeks of baricitinib
    found = lane(corpus_store, f"{BASE}case/10.1186/s12969-021-00637-8/papadopoulou-2019", frozenset())
    assert found is not None
    (run,) = (each for each in found.runs if not each.is_earlier)
    assert (run.claim.partition("#")[2], run.starts, run.ends) == ("baricitinib", (0, 0), (182, None))
    assert (found.since, len(found.runs)) == ((run.drug,), 10)
    assert [(each.kind, each.at) for each in found.events] == [("first response", (182, 182))]


def test_a_lane_of_several_drugs_names_its_start_wherever_one_of_them_is_drawn(corpus_store: Store) -> None:
    # of patient 4 plasma exchange was still given as rituximab began, and no length of it is told
    found = lane(corpus_store, f"{BASE}case/10.3899/jrheum.101321/4", frozenset())
    assert found is not None
    strokes = Strokes(dict.fromkeys((run.drug for run in found.runs), "drug"), has_drug=False)
    strokes.add(found, "case", {run.claim: (run.claim.partition("#")[2], "how long") for run in found.runs})
    shown = [each["text"] for each in strokes.view()["layer"][-2]["data"]["values"]]
    assert shown[:2] == ["counted from the start of plasma-exchange", "plasma-exchange: how long"]


def test_what_came_before_the_start_of_a_lane_is_told_in_words(corpus_store: Store) -> None:
    # a flare before tofacitinib, and better after 26 weeks of it
    found = lane(corpus_store, f"{BASE}case/10.1186/s12969-021-00637-8/sabbagh-2019-2", frozenset())
    assert found is not None
    assert [each.kind for each in found.earlier] == ["flare"]
    strokes = Strokes(dict.fromkeys((run.drug for run in found.runs), "drug"), has_drug=False)
    strokes.add(found, "case", {run.claim: (run.claim.partition("#")[2], "how long") for run in found.runs})
    shown = " ".join(each["text"] for each in strokes.view()["layer"][-2]["data"]["values"])
    assert "counted from the start of tofacitinib tofacitinib: how long begun earlier, length not" in shown
    assert "before that: flare" in shown
    assert "not told: flare" not in shown


def test_what_may_have_come_at_any_time_has_no_place(corpus_store: Store) -> None:
    found = lane(corpus_store, f"{BASE}case/10.3899/jrheum.101321/8", frozenset())
    assert found is not None
    for each in (*found.events, *found.unplaced):
        is_told = each.at[1] is not None or (each.at[0] or 0) > 0
        assert (each in found.events) == is_told


def test_no_lane_of_the_corpus_is_longer_than_is_told(corpus_store: Store) -> None:
    seen = 0
    for (term,) in all_cases(corpus_store):
        found = lane(corpus_store, term.value, frozenset())
        for each in found.runs if found else ():
            seen += 1
            least, most = each.length
            assert least is None or most is None or least <= most
            assert each.ends[0] is None or each.ends[1] is None or each.ends[0] <= each.ends[1]
    assert seen > 100
