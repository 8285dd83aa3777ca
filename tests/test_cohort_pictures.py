"""The pictures of cohorts show what the shipped cases tell: counts, denominators, and no end untold."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF

from casegraph.errors import InputError
from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE, CG
from casegraph.plot.cohort import cohort as of_cases
from casegraph.plot.cohort import verdicts
from casegraph.plot.cohort.called import address_of, called
from casegraph.plot.cohort.cohort import GIVEN, Cohort, cohort_of
from casegraph.plot.cohort.harms import harms, told_to_have_died
from casegraph.plot.cohort.pictures import cohort_pictures, picture_of
from casegraph.plot.cohort.responses import _died, _harmed, _pieces
from casegraph.plot.cohort.seen import EVENTS
from casegraph.plot.cohort.verdicts import VERDICTS, DrugVerdicts, drug_verdicts
from casegraph.plot.picture import Picture
from casegraph.plot.signs import SIGNS
from casegraph.query import get_query, run
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.store.embedded import EmbeddedStore

SNAPSHOTS = Path(__file__).parent / "pictures"
SEED = f"{BASE}case/10.1007/s13555-020-00421-8/1"
#: cohort -> query and values; a snapshot of each of its pictures was looked at beside the case documents.
COHORTS: dict[str, tuple[str, dict[str, str]]] = {
    "headline": ("refractory_cases_responding", {}),
    "tofacitinib": ("cases_treated_with", {"drug": "tofacitinib"}),
}
NAMES = ("swimmer", "responses", "antibodies")
RDF_TYPE = ox.NamedNode(str(RDF.type))
REGISTRY = f"{BASE}case/10.3899/jrheum.101321"


@pytest.fixture(scope="module")
def pictures(corpus_store: Store) -> Mapping[tuple[str, str], Picture]:
    """Return all pictures of the cohorts."""
    return {
        (name, each.name): each
        for name, (query, values) in COHORTS.items()
        for each in cohort_pictures(corpus_store, get_query(query), values)
    }


def texts(picture: Picture, *columns: str) -> set[tuple[str, ...]]:
    """Return what some columns of the table of a picture say."""
    places = [list(picture.columns).index(each) for each in columns]
    return {tuple(row[place].text for place in places) for row in picture.rows}


def drawn(picture: Picture) -> list[str]:
    """Return the texts that stand in a picture, each line by itself."""
    rows = (row for layer in picture.spec["layer"] for row in layer["data"]["values"])
    return [row["text"] for row in rows if "text" in row]


# --- what the papers tell


def test_the_headline_is_one_lane_of_a_treatment_that_went_on(
    pictures: Mapping[tuple[str, str], Picture],
) -> None:
    picture = pictures["headline", "swimmer"]
    # the flare came at least 45 + 42 days after the start, and she was free of signs for 243 more;
    # that the dose went down for 42 days before the flare is the curator's reading
    read = "by the curator's reading"
    assert texts(picture, "case", "what was given", "starts", "lasted", "end") == {
        ("Miao 2020, patient 1", "interleukin-2", "at the start", f"at least 330 days {read}", "ongoing"),
        ("Miao 2020, patient 1", "", "", "", ""),
    }
    assert texts(picture, "treatment", "seen") == {
        ("il2", ""),
        ("skin-on-weekly-il2", "first response: after at most 7 days"),
        ("muscle-on-twice-weekly-il2", f"first resolved: after at least 87 days {read}"),
        ("flare", f"flare: after at least 87 days {read}"),
    }
    assert picture.rows[0][0].iri == SEED
    assert picture.rows[0][1].iri == f"{SEED}#il2"
    shown = " ".join(drawn(picture))
    assert "still given when" in shown
    assert shown.count(read) == 3
    # the muscle was free of disease after the flare
    assert shown.index("flare: after") < shown.index("first resolved")


def test_a_lane_has_the_signs_of_a_timeline(pictures: Mapping[tuple[str, str], Picture]) -> None:
    (seen,) = (
        layer["encoding"]
        for layer in pictures["headline", "swimmer"].spec["layer"]
        if layer["mark"]["type"] == "point"
    )
    scales = [seen[channel]["scale"] for channel in ("shape", "stroke", "fill")]
    assert {tuple(each["domain"]) for each in scales} == {EVENTS}
    drawn_as = dict(zip(EVENTS, zip(*(each["range"] for each in scales), strict=True), strict=True))
    assert drawn_as == {
        called: SIGNS[sign][:3]
        for called, sign in {
            "first response": "improved",
            "first resolved": "resolved",
            "flare": "Flare",
            "relapse": "Relapse",
            "adverse event": "AdverseEvent",
            "death": "Death",
        }.items()
    }


def test_the_verdicts_of_the_headline_are_those_of_its_paper(
    pictures: Mapping[tuple[str, str], Picture],
) -> None:
    picture = pictures["headline", "responses"]
    columns = ("drug", "patients given it", "improved", "mixed", "when it improved")
    assert texts(picture, *columns) == {
        ("hydroxychloroquine", "1", "0", "1", "together with other changes 1"),
        ("prednisone", "1", "0", "1", "together with other changes 1"),
        ("cyclosporin A", "1", "1", "0", "together with other changes 1"),
        (
            "interleukin-2",
            "1",
            "0",
            "1",
            "its dose was raised 1, added to others 1, together with other changes 1",
        ),
    }
    notes = " ".join(picture.notes)
    assert "no rates of success" in notes
    assert "published more often" in notes


def test_what_the_query_asks_for_comes_first(pictures: Mapping[tuple[str, str], Picture]) -> None:
    picture = pictures["headline", "responses"]
    assert "interleukin-2, given to 1 patient: mixed 1" in picture.summary
    assert drawn(picture)[0] == "interleukin-2: given to 1 patient"
    assert picture.rows[0][0].iri == f"{CG}Interleukin2Drug"


def test_the_antibodies_of_the_headline_are_those_of_its_paper(
    pictures: Mapping[tuple[str, str], Picture],
) -> None:
    picture = pictures["headline", "antibodies"]
    names = ("anti-PL-7", "anti-Ro52", "anti-SSA", "anti-TIF1-gamma")
    positive = {(f"{name} antibody", "1", "1") for name in names}
    positive |= {("antinuclear antibody", "1", "1"), ("rheumatoid factor", "1", "1")}
    assert texts(picture, "antibody", "patients tested", "positive") == positive
    # said to be absent at onset and never seen: fever; absent at first and seen later: muscle weakness
    told = texts(picture, "finding", "observed", "excluded", "not told")
    assert {("Fever", "0", "1", "0"), ("Muscle weakness", "1", "0", "0")} <= told
    assert {"0/1", "1/1"} == set(drawn(picture))
    assert "never positive" not in " ".join(picture.notes)


def test_the_legend_of_a_heat_map_has_each_number_once_and_no_half_patients(
    pictures: Mapping[tuple[str, str], Picture], corpus_store: Store
) -> None:
    many = picture_of(cohort_of(corpus_store, get_query("cases_by_diagnosis")), "antibodies")
    assert many is not None
    most = max(int(observed) for (observed,) in texts(many, "observed"))
    for picture, seen in ((pictures["headline", "antibodies"], 1), (many, most)):
        colour = picture.spec["layer"][0]["encoding"]["fill"]
        numbers = colour["legend"]["values"]
        assert all(isinstance(each, int) for each in numbers)
        assert numbers == sorted({*numbers, 0})
        assert 2 <= len(numbers) <= 5
        assert numbers[-1] <= seen == colour["scale"]["domain"][1]
    assert pictures["headline", "antibodies"].spec["layer"][0]["encoding"]["fill"]["legend"]["values"] == [
        0,
        1,
    ]


def test_no_name_of_a_heat_map_is_cut_and_it_fits_on_a_page(corpus_store: Store) -> None:
    picture = picture_of(cohort_of(corpus_store, get_query("cases_by_diagnosis")), "antibodies")
    assert picture is not None
    place = picture.spec["layer"][0]["encoding"]
    assert [place[axis]["axis"]["labelLimit"] for axis in "xy"] == [0, 0]
    drawn_names, rows = place["x"]["sort"], place["y"]["sort"]
    # upright names reach no further than their columns
    assert place["x"]["axis"]["labelAngle"] == -90
    assert len(drawn_names) * picture.spec["width"]["step"] + 7 * max(map(len, rows)) < 1_120
    assert 10 < len(drawn_names) < len(texts(picture, "finding")) == 25
    assert f"{len(drawn_names)} findings told most often; the table has 25 findings." in picture.notes[-1]


def test_five_patients_were_given_tofacitinib_and_four_improved(
    pictures: Mapping[tuple[str, str], Picture],
) -> None:
    picture = pictures["tofacitinib", "responses"]
    row = next(row for row in picture.rows if row[0].text == "tofacitinib")
    told = dict(zip(picture.columns, (each.text for each in row), strict=True))
    assert told["patients given it"] == "5"
    found = {verdict: told[verdict] for verdict in VERDICTS if told[verdict] != "0"}
    assert found == {"improved": "4", "not improved": "1"}
    assert "tofacitinib: given to 5 patients" in drawn(picture)
    assert "outcome told of 5: improved 4, not" in drawn(picture)


def test_of_whom_it_could_not_be_judged_no_outcome_is_told(corpus_store: Store) -> None:
    found = cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": "rituximab"})
    picture = picture_of(found, "responses")
    assert picture is not None
    # 13 were given it; in one of the registry it could not be judged
    shown = " ".join(drawn(picture))
    assert (
        "rituximab: given to 13 patients outcome told of 12: improved 6, mixed 1, not improved 5; not"
        in shown
    )
    # in the table of its sixth patient the cells of regimen and outcome are fused
    assert " not evaluable 1 (“The cells of regimen and outcome are fused”) " in shown
    # the relapse at six months and those of the child came after its start; the flares of a third at baseline
    assert (
        "also told: adverse event (drug not told) 1, flare or relapse after its start 2, flare or relapse "
        "(before or after is not told) 1"
    ) in shown
    swimmer = picture_of(found, "swimmer")
    assert swimmer is not None
    assert "outcome not evaluable: “The cells of regimen and outcome are fused”" in " ".join(drawn(swimmer))
    seen = {case: told for case, told in texts(swimmer, "case", "seen") if "not evaluable" in told}
    assert seen == {
        "Safety and Efficacy of Rituximab… 2011, patient 2": "outcome not evaluable",  # on the first course
        "Safety and Efficacy of Rituximab… 2011, patient 6": "outcome not evaluable: “The cells of regimen "
        "and outcome are fused”",
    }
    # of mycophenolate mofetil no one is said to be better: what is told stands in words too
    assert "mycophenolate mofetil: given to 3 patients outcome told of 3: stable 1, not improved 2" in shown


def test_who_improved_has_an_answer_to_what_else_was_changed(corpus_store: Store) -> None:
    found = cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": "tacrolimus"})
    picture = picture_of(found, "responses")
    assert picture is not None
    told = texts(picture, "drug", "improved", "when it improved")
    assert ("tacrolimus", "1", "what else was changed is not known 1") in told
    assert ("cyclophosphamide", "0", "no response told") in told


def test_what_was_lowered_as_it_improved_is_no_only_change(
    pictures: Mapping[tuple[str, str], Picture],
) -> None:
    # of one the glucocorticoid was stopped at week 16, and whether the lung was better by then is not told;
    # another had plasma exchange too, and of two nothing is told to have changed
    assert (
        "tofacitinib",
        "the only change told (what ran beside it is not known) 2, the only one told to be begun or raised "
        "(what ran beside it is not known) 1, together with other changes 1",
    ) in texts(pictures["tofacitinib", "responses"], "drug", "when it improved")


def test_a_doubtful_start_and_a_death_without_a_day_are_told_in_words(corpus_store: Store) -> None:
    def shown(drug: str) -> str:
        found = picture_of(
            cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": drug}), "swimmer"
        )
        assert found is not None
        assert "death" not in [each.get("kind") for each in points(found)]
        return " ".join(drawn(found))

    # patient 2 had a second course a year and more after the first, and was free of disease after that
    given = shown("rituximab")
    assert "rituximab: began after 455 to 513 days; length not told" in given
    # the relapse after which it was given again is dated by the curator, and how long it ran then by nobody
    assert "began after at least 167 days by the curator's reading; length not told relapse" in given
    assert "at least 14 days (2 single doses), end not told" in given
    assert "first resolved: after at least 455 days" in shown("rituximab")
    assert "death: after at least 4 days" in shown("IL-2")  # three doses were given, and then he died


def points(picture: Picture) -> list[dict[str, Any]]:
    layers = [each for each in picture.spec["layer"] if each["mark"]["type"] == "point"]
    return [mark for layer in layers for mark in layer["data"]["values"]]


def test_who_died_is_told_beside_who_improved(pictures: Mapping[tuple[str, str], Picture]) -> None:
    # one was better on it, and died of aspergillosis on day 61; on which drug that began is not told
    picture = pictures["tofacitinib", "responses"]
    assert ("tofacitinib", "1", "0", "1") in texts(
        picture, "drug", "died", "adverse event during it", "adverse event (drug not told)"
    )
    assert "died 1 (printed “day 61”)" in picture.summary
    assert "also told: died 1 (printed “day 61”), adverse event (drug not told) 1" in " ".join(drawn(picture))
    assert ("tofacitinib", "printed “day 61”") in texts(picture, "drug", "when they died")


def test_of_deaths_without_a_printed_time_it_is_said_so(corpus_store: Store) -> None:
    """Three who were given cyclophosphamide died: one on day 61, and of two the reports print no time."""
    cohort = cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": "cyclophosphamide"})
    picture = picture_of(cohort, "responses")
    assert picture is not None
    told = "printed “day 61”; of 1 no time is printed"
    columns = ("drug", "died", "died after its stop", "when they died")
    # of one it had been replaced on day 28, and of one chemotherapy was over before interleukin-2 began
    assert ("cyclophosphamide", "1", "2", f"died after its stop: {told}") in texts(picture, *columns)
    assert f"died 1, died after its stop 2 ({told})" in " ".join(drawn(picture))
    other = cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": "MAXO:0000297"})
    (died,) = drug_verdicts(other)
    assert list(died.deaths.values()) == ["about 10 weeks after the first symptom"]


def test_a_printed_time_stands_beside_the_deaths_that_it_is_of() -> None:
    harmed = {"died": frozenset({"one", "other"}), "died after its stop": frozenset({"third"})}
    found = DrugVerdicts("drug", dict.fromkeys(("one", "other", "third"), "improved"), harms=harmed)
    told = replace(found, deaths={"one": "day 61"})
    when = "printed “day 61”; of 1 no time is printed"
    assert _harmed(told) == f"died 2 ({when}), died after its stop 1"
    assert _died(told) == f"died: {when}"
    told = replace(found, deaths={"one": "day 61", "other": "day 63", "third": "year 3"})
    assert _died(told) == "died: printed “day 61”, “day 63”; died after its stop: printed “year 3”"
    assert _died(found) == ""


def test_a_death_is_told_apart_at_what_was_over_before_it(corpus_store: Store) -> None:
    """Chemotherapy ended before interleukin-2 and interferon began; of trimetrexate no stop is told."""
    picture = picture_of(cohort_of(corpus_store, get_query("adverse_events"), {"drug": "IL-2"}), "responses")
    assert picture is not None
    told = texts(picture, "drug", "died", "died after its stop")
    over = ("cyclophosphamide", "vincristine", "prednisone", "radiotherapy")
    open_ended = ("interleukin-2", "interferon beta", "trimetrexate")
    assert told == {(name, "0", "1") for name in over} | {(name, "1", "0") for name in open_ended}


def made(store: EmbeddedStore, case: str, *triples: tuple[str, str, str]) -> None:
    """Add made triples to what a case asserts."""
    for subject, name, value in triples:
        store.data.add(ox.Quad(*map(ox.NamedNode, (subject, CG + name, value, f"{case}/asserted"))))


def a_death(store: EmbeddedStore) -> tuple[Cohort, str, list[str]]:
    """Add a death, and a made occasion certainly before it, to a case with two courses of rituximab."""
    case, death, inferred = f"{REGISTRY}/2", f"{REGISTRY}/2#made", f"{REGISTRY}/2/inferred"
    made(store, case, (case, "hasCourse", death), (death, "at", f"{case}#end"))
    quads = (
        (death, str(RDF.type), f"{CG}Death", f"{case}/asserted"),
        (f"{case}#stop", f"{CG}notAfter", f"{case}#end", inferred),
    )
    for quad in quads:
        store.data.add(ox.Quad(*map(ox.NamedNode, quad)))
    cohort = cohort_of(store, get_query("cases_treated_with"), {"drug": "rituximab"})
    given = [row for row in cohort.given if row["case"] == case and row["drug"] in cohort.drugs]
    return cohort, case, sorted(row["episode"] for row in given)


def died(cohort: Cohort, told: str = "died") -> dict[str, set[str]]:
    """Return which patients are told to have died, at what they were given."""
    (drug,) = cohort.drugs
    return {name: {*patients} for name, patients in harms(cohort)[drug].items() if told in name}


def test_who_was_given_a_drug_again_did_not_die_after_its_stop(registry: EmbeddedStore) -> None:
    """Of the first course of two a stop is made, and a death after it: the second may have run then."""
    cohort, case, (first, second) = a_death(registry)
    made(registry, case, (first, "endsAt", f"{case}#stop"))
    assert died(cohort) == {"died": {case}}
    assert told_to_have_died(cohort) == "1 of 4 patients is told to have died."
    as_one = replace(cohort, patients=dict.fromkeys(cohort.patients, case))  # all decided to be one patient
    assert told_to_have_died(as_one) == "1 of 1 patient is told to have died."
    harm = "adverse event (drug not told)"
    made(registry, case, (case, "hasAdverseEvent", f"{case}#harm"), (f"{case}#harm", "at", f"{case}#end"))
    where = ox.NamedNode(f"{case}/asserted")
    registry.data.add(
        ox.Quad(ox.NamedNode(f"{case}#harm"), RDF_TYPE, ox.NamedNode(f"{CG}AdverseEvent"), where)
    )
    assert died(cohort, harm) == {harm: {case}}
    made(registry, case, (second, "endsAt", f"{case}#stop"))
    assert died(cohort) == {"died after its stop": {case}}
    assert died(cohort, harm) == {f"{harm} after its stop": {case}}


def test_what_was_given_once_has_no_stop_to_die_after(registry: EmbeddedStore) -> None:
    """That it was given and was over at one time is told of a dose, as that a device was put in."""
    cohort, case, courses = a_death(registry)
    assert len(courses) == 2
    for course in courses:
        made(registry, case, (course, "at", f"{case}#stop"), (course, "endsAt", f"{case}#stop"))
    assert died(cohort) == {"died": {case}}


def test_a_death_on_a_lane_has_the_day_that_the_report_prints(corpus_store: Store) -> None:
    """Tofacitinib began on day 28 of the report, so that day 61 is the 33rd or so of the lane."""

    def shown(drug: str) -> tuple[list[str], list[str]]:
        found = picture_of(
            cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": drug}), "swimmer"
        )
        assert found is not None
        return [text for text in drawn(found) if "death" in text], [
            row[-1].text for row in found.rows if row[-1].text.startswith("death")
        ]

    assert shown("tofacitinib") == (
        ["death: printed “day 61”"],
        ["death: after 32 to 34 days, printed “day 61”"],
    )
    assert shown("IL-2") == (["death: after at least 4 days"], ["death: after at least 4 days"])


def test_harm_is_not_counted_at_what_was_begun_for_it_or_stopped_before(
    pictures: Mapping[tuple[str, str], Picture],
) -> None:
    columns = ("adverse event (drug not told)", "adverse event (drug not told) after its stop")
    told = texts(pictures["tofacitinib", "responses"], "drug", *columns)
    # aspergillosis of day 49: treated by two drugs; cyclophosphamide was replaced on day 28
    assert {(each, "0", "0") for each in ("micafungin", "voriconazole")} <= told
    assert ("cyclophosphamide", "0", "1") in told
    assert {(each, "1", "0") for each in ("tofacitinib", "plasma exchange")} <= told


def test_the_note_and_the_column_say_alike_which_harm_is_not_counted(
    pictures: Mapping[tuple[str, str], Picture],
) -> None:
    picture = pictures["tofacitinib", "responses"]
    name, before, after = "adverse event (drug not told)", "no later than its start", "after its stop"
    assert f"with no drug; not where it certainly came {before}, or {after}" in picture.columns[name]
    assert f"with no drug and certainly came {after}" in picture.columns[f"{name} {after}"]
    note = next(each for each in picture.notes if "Adverse events with" in each)
    assert f"what certainly came {before} is not counted" in note
    assert f"what certainly came {after} is counted apart" in note


def test_a_fatal_event_is_told_with_both_drugs_it_came_on(corpus_store: Store) -> None:
    picture = picture_of(cohort_of(corpus_store, get_query("adverse_events"), {"drug": "IL-2"}), "responses")
    assert picture is not None
    told = texts(picture, "drug", "died", "adverse event during it", "severe or fatal one during it")
    # the one case: fatal pemphigus on interleukin-2 with interferon
    assert ("interleukin-2", "1", "1", "1") in told
    assert any("interferon" in drug and rest == ["1", "1", "1"] for drug, *rest in told)


def test_that_authors_say_that_a_drug_failed_stands_beside_what_was_seen(
    pictures: Mapping[tuple[str, str], Picture], corpus_store: Store
) -> None:
    told = texts(pictures["headline", "responses"], "drug", "improved", "failed by the authors' word")
    # of cyclosporin A the authors say so, and strength rose on it
    assert told == {
        ("hydroxychloroquine", "0", "1"),
        ("prednisone", "0", "1"),
        ("cyclosporin A", "1", "1"),
        ("interleukin-2", "0", "0"),
    }
    found = cohort_of(corpus_store, get_query("drug_responses"), {"drug": "tacrolimus"})
    picture = picture_of(found, "responses")
    assert picture is not None
    # of prednisolone, which was not enough
    assert "told) 1, failed by the authors' word 1" in " ".join(drawn(picture))


def test_of_the_headline_the_flare_came_as_all_of_them_ran(
    pictures: Mapping[tuple[str, str], Picture],
) -> None:
    names = ("hydroxychloroquine", "prednisone", "cyclosporin A", "interleukin-2")
    told = texts(pictures["headline", "responses"], "drug", "flare or relapse as it ran", "died")
    assert told == {(name, "1", "0") for name in names}


def test_of_tofacitinib_the_length_is_told_once(pictures: Mapping[tuple[str, str], Picture]) -> None:
    picture = pictures["tofacitinib", "swimmer"]
    lasted = [row[4].text for row in picture.rows if row[2].text]
    # seen 26 weeks after its start; the others tell no length, and none that it was stopped
    assert sorted(lasted) == ["at least 182 days", *["not told"] * 4]
    assert {row[5].text for row in picture.rows if row[2].text} == {"not told"}
    assert not [layer for layer in picture.spec["layer"] if layer["mark"].get("strokeWidth") == 3]


def test_where_no_author_is_told_a_lane_is_called_by_its_title(
    corpus_store: Store, pictures: Mapping[tuple[str, str], Picture]
) -> None:
    names = {name for (name,) in texts(pictures["tofacitinib", "swimmer"], "case")}
    assert {
        "Tofacitinib as a Treatment for\u2026 2020, patient 1",
        "Anti-MDA5 antibody turning\u2026, patient 1",  # its curator had no title, and no year
        "JAK inhibitors: a potential\u2026 2021, sabbagh-2019-2",
    } <= names
    found = cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": "tofacitinib"})
    one, other = found.cases[:2]
    alike = called(found, {one: found.reports[one], one.replace("/case/", "/group/"): "", f"{one}0": ""})
    assert alike[f"{one}0"] == address_of(f"{one}0")
    twice = called(found, {f"{other}/1": found.reports[other], f"{other}/x/1": found.reports[other]})
    assert len(set(twice.values())) == 2
    odd = called(found, {f"{one}/a%20%C3%A9": found.reports[one], f"{BASE}case/clinic/a%3Cb": ""})
    (one_name, other_name) = odd.values()
    assert one_name.endswith(", a \u00e9")
    assert other_name == "clinic/a<b"


def test_treatments_are_coloured_by_groups_that_tell_them_apart(corpus_store: Store) -> None:
    asked = {"disease": "juvenile dermatomyositis"}
    picture = picture_of(cohort_of(corpus_store, get_query("cases_by_diagnosis"), asked), "swimmer")
    assert picture is not None
    (fill,) = (each["encoding"]["fill"] for each in picture.spec["layer"] if each["mark"]["type"] == "rect")
    bars = {
        bar["group"] for layer in picture.spec["layer"] for bar in layer["data"]["values"] if "group" in bar
    }
    # when the tacrolimus of the child was begun no day tells, and no day is less than none
    (begun,) = {
        when
        for what, when in texts(picture, "what was given", "starts")
        if what == "tacrolimus" and "," in when
    } - {"earlier, or with it"}
    assert begun == "no earlier than 1,491 days before the start; whether before or after it is not told"
    # baricitinib, tofacitinib and cyclosporin A have bars
    assert set(fill["scale"]["domain"]) == bars == {"antirheumatic drug", "immunosuppressive agent"}
    assert len(fill["scale"]["range"]) == 2
    # of those positive for anti-MDA5, tofacitinib and a glucocorticoid ran so many days, and share no colour
    asked = {"antibody": "anti-MDA5 antibody"}
    picture = picture_of(cohort_of(corpus_store, get_query("cases_with_autoantibody"), asked), "swimmer")
    assert picture is not None
    # three drugs were begun between admission and day 28, and days count from plasma exchange, of day 13
    told = {row[1].text: (row[3].text, row[4].text) for row in picture.rows if "13256-024" in row[0].iri}
    perhaps = ("no later than 16 days after the start, perhaps before it", "not told")
    assert [told[each] for each in ("steroid-pulse", "tacrolimus", "cyclophosphamide")] == [perhaps] * 3
    fill = next(each["encoding"]["fill"] for each in picture.spec["layer"] if "fill" in each["encoding"])
    assert fill["scale"]["domain"] == ["antirheumatic drug", "glucocorticoid"]
    assert len({*fill["scale"]["range"]}) == 2


def test_a_treatment_that_the_report_does_not_name_is_called_so(corpus_store: Store) -> None:
    # earlier therapy over decades, which is not named
    found = cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": "baricitinib"})
    picture = picture_of(found, "responses")
    assert picture is not None
    assert "drug not named: given to 1 patient" in drawn(picture)
    assert "pharmacotherapy" not in str(picture)


def test_where_no_day_is_told_a_sentence_says_so_and_no_frame_is_drawn(corpus_store: Store) -> None:
    found = cohort_of(corpus_store, get_query("cases_treated_with"), {"drug": "methotrexate"})
    picture = picture_of(found, "swimmer")
    assert picture is not None
    assert picture.spec == {}
    assert picture.summary.startswith("Of 7 cases given what the query asks for, none tells how long")
    assert len({row[0].iri for row in picture.rows}) == 7
    assert {row[4].text for row in picture.rows if row[2].text} == {"not told"}


def test_a_cohort_without_treatment_says_so(corpus_store: Store) -> None:
    found = cohort_of(corpus_store, get_query("cases_by_diagnosis"), {"disease": "asthma"})
    assert found.cases == ()
    shown = [picture_of(found, name) for name in NAMES]
    assert all(each is not None and not each.spec and "othing is drawn" in each.summary for each in shown)


def test_what_gives_no_cases_is_no_cohort(corpus_store: Store) -> None:
    with pytest.raises(InputError, match="is no cohort"):
        cohort_of(corpus_store, get_query("group_outcomes"))


# --- denominators


@given(
    st.dictionaries(st.integers(0, 30).map(str), st.sampled_from(list(VERDICTS)), min_size=1),
)
def test_the_pieces_of_a_bar_are_all_who_were_given_it(verdicts: dict[str, str]) -> None:
    found = DrugVerdicts("drug", verdicts=verdicts)
    pieces = list(_pieces(found, 0))
    assert sum(found.counts().values()) == found.given == len(verdicts)
    assert [each["from"] for each in pieces] == [0, *(each["to"] for each in pieces[:-1])]
    assert pieces[-1]["to"] == found.given


def test_every_drug_of_the_corpus_has_the_counts_of_the_query_ofall_cases(corpus_store: Store) -> None:
    everyone = {term.value for (term,) in all_cases(corpus_store)}
    some = cohort_of(corpus_store, get_query("cases_treated_with"))
    whole = replace(some, cases=tuple(sorted(everyone)), patients={case: case for case in everyone})
    told = drug_verdicts(replace(whole, given=tuple(whole.ask(GIVEN))))
    rows = {str(row["drug"]): row for row in run(corpus_store, get_query("drug_verdicts"))}
    names = {verdict: verdict.replace(" ", "_") for verdict in VERDICTS} | {"no outcome told": "not_reported"}
    assert len(told) == len(rows) > 30
    for each in told:
        expected = {verdict: rows[each.drug][names[verdict]] for verdict in VERDICTS}
        assert each.counts() == expected, each.drug


def all_cases(store: Store) -> Any:
    return store.query(f"SELECT DISTINCT ?case {{ GRAPH ?g {{ ?case a <{CG}Case> }} }}", union=False)


@pytest.fixture
def registry() -> Iterator[EmbeddedStore]:
    """Return a store with the registry that tells of several patients who were given rituximab."""
    with open_store(":memory:", writable=True) as opened:
        (path,) = shipped("cases", "rituximab-registry-2011.yaml")
        assert all(isinstance(each, Loaded) for each in load(opened, [path]))
        assert isinstance(opened, EmbeddedStore)
        yield opened


def one_patient(store: EmbeddedStore) -> None:
    """Decide that two cases of the registry tell of one patient."""
    patients, counted = ox.NamedNode(f"{BASE}patients"), ox.NamedNode(f"{CG}countedAs")
    first = ox.NamedNode(f"{REGISTRY}/4")
    for case in ("4", "6"):
        store.data.add(ox.Quad(ox.NamedNode(f"{REGISTRY}/{case}"), counted, first, patients))


def test_a_patient_of_whom_two_cases_tell_counts_once(registry: EmbeddedStore) -> None:
    query, values = get_query("cases_treated_with"), {"drug": "rituximab"}
    before = drug_verdicts(cohort_of(registry, query, values))
    one_patient(registry)
    found = cohort_of(registry, query, values)
    after = drug_verdicts(found)
    assert len(found.cases) == 4
    assert len(found.patients_of(found.cases)) == 3
    named = {each.drug: each for each in before}
    for each in after:
        both = {f"{REGISTRY}/4", f"{REGISTRY}/6"} <= set(named[each.drug].verdicts)
        assert each.given == named[each.drug].given - both
        assert sum(each.counts().values()) == each.given
    assert any(len(cases) == 2 for each in after for cases in each.cases.values())


def test_the_lanes_of_one_patient_stand_together_and_say_so(registry: EmbeddedStore) -> None:
    query, values = get_query("cases_treated_with"), {"drug": "rituximab"}
    patients, decided = ox.NamedNode(f"{BASE}patients"), ox.NamedNode(f"{CG}countedAs")
    for case in ("2", "8"):  # the longest and, before, the last
        told = (ox.NamedNode(f"{REGISTRY}/{case}"), decided, ox.NamedNode(f"{REGISTRY}/2"), patients)
        registry.data.add(ox.Quad(*told))
    picture = picture_of(cohort_of(registry, query, values), "swimmer")
    assert picture is not None
    lanes = list(dict.fromkeys(row[0].iri.rpartition("/")[2] for row in picture.rows))
    assert lanes == ["2", "8", "4", "6"]
    shown = " ".join(drawn(picture))
    assert "2011, patient 8, the same patient as above" in shown
    assert shown.count("the same patient") == 1
    assert "Possibly one patient" not in " ".join(picture.notes)


def test_lanes_that_are_possibly_of_one_patient_are_named(registry: EmbeddedStore) -> None:
    said = (f"{REGISTRY}/4", f"{CG}possiblySamePatientAs", f"{REGISTRY}/6", f"{REGISTRY}/4/asserted")
    registry.data.add(ox.Quad(*map(ox.NamedNode, said)))
    found = cohort_of(registry, get_query("cases_treated_with"), {"drug": "rituximab"})
    picture = picture_of(found, "swimmer")
    assert picture is not None
    (line,) = (each for each in picture.notes if each.startswith("Possibly one patient"))
    assert line.count("2011, patient") == 2
    assert "patient 4; " in line
    assert line.endswith("patient 6.")
    assert "the same patient" not in " ".join(drawn(picture))


def test_silence_is_not_captured_where_one_report_on_the_patient_was_not_read_whole(
    registry: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_patient(registry)
    found = cohort_of(registry, get_query("cases_treated_with"), {"drug": "rituximab"})
    monkeypatch.setattr(verdicts, "_told", lambda *_: defaultdict(set))
    for unread, verdict in ((set(), "no outcome told"), ({f"{REGISTRY}/6"}, "not captured")):
        monkeypatch.setattr(verdicts, "_unread", lambda _, those=unread: those)
        told = next(each for each in drug_verdicts(found) if len(each.cases[f"{REGISTRY}/4"]) > 1)
        assert told.verdicts[f"{REGISTRY}/4"] == verdict


def test_what_a_laboratory_tells_makes_no_verdict(registry: EmbeddedStore) -> None:
    query, values = get_query("cases_treated_with"), {"drug": "rituximab"}
    before = drug_verdicts(cohort_of(registry, query, values))
    drug = before[0].drug
    for case in before[0].verdicts:
        node, where = ox.NamedNode(f"{case}#made"), ox.NamedNode(f"{case}/inferred")
        said = {"aboutConcept": drug, "domain": f"{CG}serology", "verdict": f"{CG}mixedVerdict"}
        quads = [(node, f"{CG}{name}", value) for name, value in said.items()]
        quads += [
            (node, str(RDF.type), f"{CG}DrugOutcome"),
            (ox.NamedNode(case), f"{CG}hasJudgement", node.value),
        ]
        for subject, name, value in quads:
            registry.data.add(ox.Quad(subject, ox.NamedNode(name), ox.NamedNode(value), where))
    assert drug_verdicts(cohort_of(registry, query, values)) == before


def test_what_one_report_saw_and_another_did_not_was_seen(registry: EmbeddedStore) -> None:
    one_patient(registry)
    for case, name in (("4", "phenotype"), ("6", "excludedPhenotype")):
        me = ox.NamedNode(f"{REGISTRY}/{case}")
        link, fever = ox.NamedNode(f"{CG}{name}"), ox.NamedNode(f"{BASE}fever")
        registry.data.add(ox.Quad(me, link, fever, ox.NamedNode(f"{REGISTRY}/{case}/inferred")))
        where = ox.NamedNode(f"{REGISTRY}/{case}/asserted")
        said = {"aboutConcept": f"{CG}AntiJo1", "result": f"{CG}positive"}
        test = ox.NamedNode(f"{REGISTRY}/{case}#made")
        registry.data.add(ox.Quad(me, ox.NamedNode(f"{CG}hasTestResult"), test, where))
        for each, value in said.items():
            registry.data.add(ox.Quad(test, ox.NamedNode(f"{CG}{each}"), ox.NamedNode(value), where))
    found = cohort_of(registry, get_query("cases_treated_with"), {"drug": "rituximab"})
    picture = picture_of(found, "antibodies")
    assert picture is not None
    row = next(row for row in picture.rows if row[3].iri == f"{BASE}fever" and row[0].iri == f"{CG}AntiJo1")
    assert [each.text for each in row[1:3]] == ["1", "1"]
    assert [each.text for each in row[4:7]] == ["1", "0", "0"]


def test_a_group_is_no_case_of_a_cohort(corpus_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = (ox.NamedNode(f"{BASE}group/10.1001/x/1"), ox.NamedNode(SEED), None)
    monkeypatch.setattr(of_cases, "_answer", lambda *_: Rows(("case",), tuple((each,) for each in found)))
    assert cohort_of(corpus_store, get_query("cases_treated_with")).cases == (SEED,)


# --- the specifications


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", COHORTS)
def test_the_picture_is_as_it_was_looked_at(
    pictures: Mapping[tuple[str, str], Picture], which: str, name: str
) -> None:
    kept = SNAPSHOTS / f"cohort_{which}_{name}.json"
    assert json.loads(kept.read_text(encoding="utf-8")) == pictures[which, name].spec


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", COHORTS)
def test_the_specification_is_one_of_vega_lite(
    pictures: Mapping[tuple[str, str], Picture], which: str, name: str
) -> None:
    import altair
    import vl_convert

    spec = pictures[which, name].spec
    altair.Chart.from_dict(spec, validate=True)
    drawn_as = vl_convert.vegalite_to_svg(json.dumps(spec))
    shown = re.sub(r"<[^>]+>", "\n", drawn_as)
    for text in drawn(pictures[which, name]):
        assert text in shown, text
    # no mark is called by its place: its data are read in the table
    called_so = re.findall(r'aria-label="([^"]+)"', drawn_as)
    assert called_so
    assert not [each for each in called_so if re.search(r"\b(from|to|top|centre|y|told): ", each)]


def test_who_is_said_to_have_had_no_harm_is_no_case_of_harm(corpus_store: Store) -> None:
    harmed = cohort_of(corpus_store, get_query("adverse_events"), {"drug": "IL-2"})
    assert harmed.cases == (f"{BASE}case/key/pemphigus-il2-interferon-1989/1",)  # of the seed: none at all
    assert SEED in {row["case"] for row in run(corpus_store, get_query("adverse_events"), {"drug": "IL-2"})}


@pytest.mark.parametrize(("days", "there"), [("-1", False), ("100000", True)])
def test_what_was_seen_later_makes_no_case_of_those_within_some_days(
    corpus_store: Store, days: str, there: bool
) -> None:
    values = {"drug": "IL-2", "days": days}
    found = cohort_of(corpus_store, get_query("outcomes_within"), values)
    assert (SEED in found.cases) is there
    assert {row["within"] for row in found.rows} == ({"certainly", "possibly"} if there else set())
    bars = picture_of(found, "responses")
    assert bars is not None
    assert not bars.notes or "an outcome that came later than was asked for is in them" in bars.notes[0]
