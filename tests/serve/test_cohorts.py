"""The pages of cohorts: who is counted, each picture with data and queries, and a form to ask for others."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from answering import answer_of
from html_tree import Node, tree_of
from serving import Server, serving

from casegraph.errors import InputError
from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.plot.cohort.besides import Besides, besides
from casegraph.plot.cohort.cohort import cohort_of, is_cohort
from casegraph.plot.cohort.nothere import NotHere
from casegraph.query import get_query, stored_queries
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.serve.errors import NotThereError
from casegraph.serve.jobs.cohort import CohortData, CohortPage
from casegraph.serve.routes.cohorts import PICTURES
from casegraph.serve.telling.service import Service
from casegraph.store import Store, open_store
from casegraph.store.embedded import EmbeddedStore

SERVICE = Service(base="http://localhost:7878/")
HEADLINE = "refractory_cases_responding"
SEED = f"{BASE}case/10.1007/s13555-020-00421-8/1"


def page(store: Store, name: str, **values: str) -> Node:
    _, content = answer_of(CohortPage(name=name, values=values, service=SERVICE), store)
    return tree_of(content)


def words(node: Node) -> str:
    return " ".join(node.text.split())


def notice_of(shown: Node) -> Node:
    return next(each for each in shown.walk() if each.said.get("class") == "notice")


def copied(store: Store, without: str = "\n", more: str = "") -> Store:
    """Return a copy of a store without the quads that name something, and with some more."""
    assert isinstance(store, EmbeddedStore)
    kept = (str(quad) for quad in store.data)
    lines = [f"{line} .\n" for line in kept if without not in line]
    text = "".join(lines) + more
    return EmbeddedStore.of_quads(ox.parse(text, format=ox.RdfFormat.N_QUADS), "a store")


@pytest.fixture(scope="module")
def headline(seed_store: Store) -> Node:
    return page(seed_store, HEADLINE)


def test_the_page_counts_patients_cases_and_reports(headline: Node) -> None:
    assert headline.all("h1")[0].text == "Refractory cases that responded to a drug"
    assert headline.all("strong")[0].text == "1 patient, told of in 1 case of 1 report."
    assert "Groups are left out" in headline.text
    asked = [each.text for each in headline.all("dd")]
    assert asked[0] == "interleukin-2, the example of the query"
    assert asked[1] == "dermatomyositis and 12 terms below it, the example of the query"
    assert asked[2] == "authors, the example of the query"
    assert [each.said["id"] for each in headline.all("figure")] == list(PICTURES)
    assert f"{SERVICE.base}cases/{SEED.partition('/case/')[2]}" in headline.links()


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_has_its_drawing_its_words_its_data_and_its_queries(headline: Node, name: str) -> None:
    figure = headline.named(name)
    (spec,) = (json.loads("".join(map(str, each.content))) for each in figure.all("script"))
    assert spec["$schema"].endswith("/vega-lite/v6.json")
    assert figure.all("figcaption")[0].all("li")
    assert "its data are in the table below" in figure.all("noscript")[0].text
    assert [each.text.partition(" (")[0] for each in figure.all("summary")] == [
        "The data of this picture",
        "Its queries",
    ]
    for form in ("csv", "json"):
        assert f"{SERVICE.base}cohorts/{HEADLINE}/{name}?format={form}" in figure.links()
    assert f"{SERVICE.base}queries/{HEADLINE}" in figure.links()


def test_the_queries_on_the_page_can_be_asked_as_they_are(seed_store: Store, headline: Node) -> None:
    found: dict[str, int] = {}
    for each in headline.all("pre"):
        text = "".join(map(str, each.content))
        if text.startswith("# "):
            name = text.partition("\n")[0].removeprefix("# ")
            found[name] = len(Rows.read(seed_store.query(text, union=False)))
    # hydroxychloroquine, two courses of prednisone, interleukin-2, cyclosporin A; one report, read whole
    assert found["given"] == 5
    assert found["read whole"] == 1
    assert found["records"] == found["unclear"] == 0
    assert all(
        found[name] for name in ("verdicts", "failures", "attributions", "tests", "observed", "excluded")
    )


def test_cases_without_treatment_are_told_of_in_a_sentence(seed_store: Store) -> None:
    untreated = copied(seed_store, without="#hasTreatment>")
    shown = page(untreated, "cases_by_diagnosis")
    assert "Of 1 case no treatment is told." in shown.text
    assert "Of 1 case, none is told to have been given any treatment, so nothing is drawn." in shown.text
    drawn = [bool(shown.named(name).all("script")) for name in PICTURES]
    assert drawn == [False, False, True]


def test_of_two_cases_the_one_without_treatment_is_counted(corpus_store: Store) -> None:
    untreated = copied(corpus_store, without=f"<{SEED}> <{CG}hasTreatment>")
    shown = page(untreated, "cases_by_diagnosis")
    assert "Of 1 case no treatment is told." in shown.text
    assert "20 cases given any treatment" in shown.named("swimmer").text


def test_no_case_is_said_to_be_none(seed_store: Store) -> None:
    shown = page(seed_store, "cases_treated_with", drug="rituximab")
    assert "No case of the store answers this." in shown.text
    assert not any(shown.named(name).all("script") for name in PICTURES)


def test_a_group_that_was_given_the_drug_is_told_of_first_with_its_counts(corpus_store: Store) -> None:
    shown = page(corpus_store, "adverse_events", drug="hydroxychloroquine")
    notice = next(each for each in shown.walk() if each.said.get("class") == "notice")
    # no case tells of harm on it; in the group it made the rash worse, of three who were looked at
    assert "1 group of 3 patients was given hydroxychloroquine and is left out" in words(notice)
    assert "adverse event: Skin rash (In all three)" in words(notice)
    assert "evaluated" not in words(notice)  # who asks for harm is not told outcomes
    group = f"{SERVICE.base}groups/10.5070/d329562407/1"
    assert {group, f"{group}#rash-exacerbation"} <= set(notice.links())
    assert "No case of the store answers this. 1 group left out" in words(shown)
    treated = page(corpus_store, "cases_treated_with", drug="hydroxychloroquine")
    counted = "3 patients evaluated, how many became worse is not counted here"
    assert f"skin worse (Skin rash): {counted} (In all three)" in words(treated)


def test_of_a_group_the_criterion_and_who_may_be_in_it_are_told(corpus_store: Store) -> None:
    notice = next(each for each in page(corpus_store, HEADLINE).walk() if each.said.get("class") == "notice")
    assert "1 group of 18 patients was given interleukin-2" in words(notice)
    assert "overall improved: 14 of 18 patients responded (IMACS definition of improvement)" in words(notice)
    assert "overall improved: 15 of 18 patients responded (ACR/EULAR 2016 response criteria)" in words(notice)
    assert f"Possibly one of its patients: case {SEED.partition('/case/')[2]}." in words(notice)


def test_within_some_days_is_told_apart_by_how_certain_it_is(corpus_store: Store) -> None:
    shown = page(corpus_store, "outcomes_within", drug="IL-2", days="90")
    # of the seed the skin was better within a week; of the others no day is told
    assert "3 patients (1 certainly, 2 only possibly), told of in 3 cases" in words(shown)
    assert words(shown).count("(only possibly)") == 2
    notice = words(notice_of(shown))
    # the 18 were looked at in week 12; of the five the hair was better at month 6
    assert notice.count("certainly within 90 days: after 84 days") == 3
    assert "median SALT score" not in notice
    assert "skin improved: 4 of 5 patients responded" in notice
    assert "possibly within 90 days: when is not told" in notice
    assert "1 outcome on it of later than 90 days is left out here." in notice
    later = words(notice_of(page(corpus_store, "outcomes_within", drug="IL-2", days="200")))
    assert "median SALT score fell from 82 to 69), certainly within 200 days: after 167 to 198 days" in later


def test_those_who_did_not_respond_are_not_counted_as_responders(corpus_store: Store) -> None:
    notice = next(
        each
        for each in page(corpus_store, "cases_treated_with", drug="rituximab").walk()
        if each.said.get("class") == "notice"
    )
    assert "overall unchanged (Calcinosis): 0 of 6 patients responded" in words(notice)
    assert "muscle resolved (complete): 3 of 6 patients responded" in words(notice)
    # of the nine patients of the registry four are told of one by one
    four = ", ".join(f"case 10.3899/jrheum.101321/{number}" for number in (2, 4, 6, 8))
    assert f"4 cases below are among its patients: {four}." in words(notice)
    assert "is not recorded" not in words(notice)


@pytest.mark.slow
def test_of_a_case_beside_a_group_it_is_said_that_nobody_recorded_whether_it_is_one_of_it(
    corpus_store: Store,
) -> None:
    # the first of the three children on tacrolimus is told as one of them
    asked = {"name": "cases_by_diagnosis", "disease": "juvenile dermatomyositis"}
    child = "10.1007/s10067-008-0973-2/1"
    told = words(notice_of(page(corpus_store, **asked)))
    assert f"1 case below is one of its patients: case {child}." in told
    parted = copied(corpus_store, without=f"<{BASE}case/{child}> <{CG}memberOf>")
    told = words(notice_of(page(parted, **asked)))
    assert "Its report tells of 1 case below; whether it is among its patients is not recorded." in told
    assert child not in told
    parted = copied(corpus_store, without=f"<{BASE}case/10.3899/jrheum.101321/2> <{CG}memberOf>")
    told = words(notice_of(page(parted, **asked)))
    assert "3 cases below are among its patients: " in told
    assert "Its report tells of 1 more case below; whether it is among" in told


def test_a_cohort_of_a_disease_names_the_groups_that_have_it(corpus_store: Store) -> None:
    notice = notice_of(page(corpus_store, "cases_by_diagnosis", disease="juvenile dermatomyositis"))
    # nine in the registry, of six of whom the muscle is told; three children on tacrolimus
    assert "1 group of 9 patients was diagnosed with juvenile dermatomyositis (Severe)" in words(notice)
    assert "on rituximab: muscle resolved (complete): 3 of 6 patients responded" in words(notice)
    assert "1 group of 3 patients was diagnosed with juvenile dermatomyositis and is left" in words(notice)
    assert "on tacrolimus: overall improved: 3 of 3 patients responded" in words(notice)
    assert words(notice).count("1 group of") == 2


@pytest.mark.parametrize(
    ("name", "asked", "why"),
    [
        ("cases_by_finding", {"finding": "calcinosis"}, "is reported with Calcinosis (In six)"),
        (
            "cases_with_autoantibody",
            {"antibody": "anti-TIF1-gamma"},
            "is reported with a positive anti-TIF1-gamma antibody (2 of 3)",
        ),
    ],
)
def test_of_a_group_it_is_told_in_how_many_something_was_found(
    corpus_store: Store, name: str, asked: dict[str, str], why: str
) -> None:
    assert f"{why} and is left out" in words(notice_of(page(corpus_store, name, **asked)))


def test_a_cohort_of_harm_tells_of_the_harm_of_groups_and_of_no_benefit(corpus_store: Store) -> None:
    notice = words(notice_of(page(corpus_store, "harms_attributed_to_drug")))
    told = "What is told of harm in this group on interleukin-2: "
    assert f"{told}no significant adverse event (No serious adverse event)." in notice
    assert f"{told}the authors say: Well tolerated." in notice
    assert notice.count("The harm that is asked for, autoimmune disease, is not named in what is told") == 2
    assert "improved" not in notice
    skin = page(corpus_store, "harms_attributed_to_drug", drug="HCQ", harm="Skin rash")
    assert "adverse event: Skin rash (In all three)" in words(notice_of(skin))
    assert "is not named" not in words(notice_of(skin))


def not_here(shown: Node) -> list[str]:
    return [words(each) for each in notice_of(shown).all("li") if "not here." in words(each)]


def test_who_had_no_harm_is_told_apart_from_whom_nothing_is_told_of(corpus_store: Store) -> None:
    shown = page(corpus_store, "adverse_events", drug="IL-2")
    assert not_here(shown) == [
        # the seed says once that there was none, and once that there was no significant one
        "1 case not here. Told to have had no significant adverse event on interleukin-2, which leaves mild "
        "ones open: Miao 2020, patient 1 (elsewhere in its report: none at all).",
        "1 case not here. No adverse event is named on interleukin-2, and of its safety there is only the "
        "authors' word: Refractory Behçet's disease… 2022, patient 1 (“Called safe; single events are not "
        "listed”).",
        "1 case not here. No adverse event on interleukin-2 is recorded, which is not to say that "
        "there was none: Rapid induction of clinical… 2015, patient 1 (not read whole).",
    ]
    assert f"{SERVICE.base}cases/{SEED.partition('/case/')[2]}" in notice_of(shown).links()
    assert "not here" not in words(page(corpus_store, "cases_treated_with", drug="IL-2"))
    # of one given rituximab infections are told, and not on which drug
    placed = not_here(page(corpus_store, "adverse_events", drug="rituximab"))[0]
    assert placed == (
        "1 case not here. An adverse event is told, but not on which drug: Antisynthetase syndrome with…, "
        "patient 1 (Recurrent infections, before or after the start of rituximab is not told, put down to "
        "immune suppressant agent therapy)."
    )


#: The aspergillosis of day 49: three weeks after tofacitinib replaced cyclophosphamide.
_ASPERGILLOSIS = (
    "Management of anti-melanoma… 2024, patient 1 (invasive aspergillosis, after the {} of {}, put down to "
    "immune suppressant agent therapy; died{}, printed “day 61”)."
)


def test_harm_on_no_told_drug_is_named_with_its_cause_and_death(corpus_store: Store) -> None:
    told = not_here(page(corpus_store, "adverse_events", drug="tofacitinib"))
    said = _ASPERGILLOSIS.format("start", "tofacitinib", "")
    assert told[0] == f"1 case not here. An adverse event is told, but not on which drug: {said}"
    # what was seen on another drug is not told as of none
    told = not_here(page(corpus_store, "adverse_events", drug="trimetrexate"))
    assert told == [
        "1 case not here. No adverse event on trimetrexate is recorded, which is not to say that there was "
        "none: A Case of Fatal Pemphigus… 1989, patient 1 (not read whole; died)."
    ]


def test_harm_put_down_to_a_drug_by_another_name_is_told_with_who_has_it(corpus_store: Store) -> None:
    asked = {"drug": "immune suppressant agent therapy", "harm": "infectious disease"}
    shown = page(corpus_store, "harms_attributed_to_drug", **asked)
    assert not_here(shown) == [
        "2 cases not here. Harm is put down to immune suppressant agent therapy, by another name than "
        "infectious disease, or of no kind of it: Anti-MDA5 Associated Clinically… 2022, patient 1 "
        "(Pneumocystis jirovecii pneumonia, on immune suppressant agent therapy, put down to immune "
        "suppressant agent therapy; died, printed “about 10 weeks after the first symptom”); "
        "Antisynthetase syndrome with…, patient 1 (Recurrent infections, put down to immune suppressant "
        "agent therapy)."
    ]
    # the one who is here was given four drugs, and none by the general name
    assert (
        "Of 1 case no treatment by the name of immune suppressant agent therapy, or of a kind of it, is told"
        in words(shown)
    )


def test_harm_of_those_given_a_drug_is_told_where_it_is_put_down_to_another_cause(
    corpus_store: Store,
) -> None:
    asked = {"harm": "infectious disease"}
    such = (
        "1 case not here. Given {}, with infectious disease that is put down to something else, or to "
        "nothing that is told: "
    )
    told = not_here(page(corpus_store, "harms_attributed_to_drug", drug="tofacitinib", **asked))
    said = _ASPERGILLOSIS.format("start", "tofacitinib", "")
    assert told == [f"{such.format('tofacitinib')}{said}"]
    told = not_here(page(corpus_store, "harms_attributed_to_drug", drug="cyclophosphamide", **asked))
    said = _ASPERGILLOSIS.format("stop", "cyclophosphamide", " after the stop of cyclophosphamide")
    assert told[0] == f"{such.format('cyclophosphamide')}{said}"
    assert told[1].startswith(
        "2 cases not here. Given cyclophosphamide, with harm by another name than infectious disease, or of "
        "no kind of it, that is put down to something else, or to nothing that is told: A Case of Fatal "
    )
    assert "patient 1 (Recurrent infections, before or after the start of cyclophosphamide is not" in told[1]
    # voriconazole was given for the aspergillosis, which came before it
    shown = page(corpus_store, "harms_attributed_to_drug", drug="voriconazole", **asked)
    assert "not here" not in words(shown)


#: What is told of the death on interleukin-2 of 1989, by the same words for each of its adverse events.
_BOTH = "interferon beta and interleukin-2"
_FATAL = "; ".join(
    f"adverse event: {each}, on {_BOTH}, put down to {_BOTH}"
    for each in ("pemphigus vulgaris, fatal", "Fever", "Hypotension")
)


@pytest.mark.parametrize(("name", "more"), [("outcomes_within", {"days": "90"}), ("drug_responses", {})])
def test_who_was_given_a_drug_and_has_no_outcome_on_it_is_told_with_harm_and_death(
    corpus_store: Store, name: str, more: dict[str, str]
) -> None:
    assert not_here(page(corpus_store, name, drug="IL-2", **more)) == [
        "1 case not here. Given interleukin-2, and no outcome on it is told: A Case of Fatal Pemphigus… "
        f"1989, patient 1 ({_FATAL}; died)."
    ]
    # whose lymphoma did not change on trimetrexate: an outcome, and no response; nor harm on it
    told = not_here(page(corpus_store, "drug_responses", drug="trimetrexate"))
    assert told == [
        "1 case not here. Given trimetrexate, and no outcome on it is told that is what is asked for: "
        "A Case of Fatal Pemphigus… 1989, patient 1 (died)."
    ]


def test_the_data_of_a_picture_say_who_is_not_here_as_the_page_does(corpus_store: Store) -> None:
    asked = {"drug": "tofacitinib", "harm": "infectious disease"}
    cohort = cohort_of(corpus_store, get_query("harms_attributed_to_drug"), asked)
    (line,) = (each for each in besides(cohort).lines() if each.startswith("not here. "))
    (item,) = not_here(page(corpus_store, "harms_attributed_to_drug", **asked))
    assert f"1 case {line}." == item
    # of many cases ten are named in both
    told = NotHere("Told", tuple((f"{BASE}case/{each}", f"patient {each}") for each in range(12)))
    assert list(Besides(not_here=(told,)).lines()) == [
        f"not here. Told: {'; '.join(f'patient {each}' for each in range(10))} and 2 more"
    ]


def test_harm_put_down_to_a_dosing_is_told(tmp_path: Path) -> None:
    text = shipped("cases", "ramseur-1989.yaml")[0].read_text(encoding="utf-8")
    path = tmp_path / "dosing.yaml"
    dosing = text.replace("attributed_to: [il2, interferon-beta]", "attributed_to: [il2-first]", 1)
    path.write_text(dosing, encoding="utf-8")
    store = open_store(":memory:", writable=True)
    assert all(isinstance(each, Loaded) for each in load(store, [path]))
    told = not_here(page(store, "harms_attributed_to_drug", drug="IL-2", harm="MONDO:0007179"))
    assert told[0] == (
        "1 case not here. With autoimmune disease that is put down to a dosing of interleukin-2: A Case of "
        f"Fatal Pemphigus… 1989, patient 1 (pemphigus vulgaris, fatal, on {_BOTH}, put down to "
        "interleukin-2; died)."
    )


#: What a document of the rash on hydroxychloroquine is without what hangs on the drug, and with a death.
_APART = {
    "          during: [hcq]\n": "",
    "        to: [hcq]\n": "",
    "    statements:\n": """    course:
      - {id: end, kind: death, at: after-stop, stated_in: abstract, gist: One died}
    statements:
""",
}
_RASH = "the authors say of Skin rash: The worse rash is attributed to hydroxychloroquine"


def rash(path: Path, edits: Mapping[str, str]) -> Store:
    """Return a store of the shipped report of a rash on hydroxychloroquine with some of its lines changed."""
    text = shipped("cases", "hydroxychloroquine-rash-2023.yaml")[0].read_text(encoding="utf-8")
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    store = open_store(":memory:", writable=True)
    assert all(isinstance(each, Loaded) for each in load(store, [path]))
    return store


def test_of_a_group_the_harm_the_outcome_and_the_death_without_a_drug_are_told(tmp_path: Path) -> None:
    store = rash(tmp_path / "rash.yaml", _APART)
    notice = words(notice_of(page(store, "cases_by_diagnosis", disease="dermatomyositis")))
    after = "after the stop of hydroxychloroquine: skin improved (Skin rash): "
    assert (
        "What is told of this group: no treatment told: adverse event: Skin rash (In all three); " in notice
    )
    assert "; no treatment told: skin worse (Skin rash): " in notice
    assert f"; {after}" in notice
    assert "; course: death (One died)." in notice
    # none of them was seen on the drug, and one after its stop
    notice = words(notice_of(page(store, "cases_treated_with", drug="HCQ")))
    assert f"What is told of this group on hydroxychloroquine: {after}" in notice
    assert "worse" not in notice
    assert "died" not in notice


def test_a_harm_is_named_where_the_authors_say_what_it_is_put_down_to(tmp_path: Path) -> None:
    store = rash(tmp_path / "rash.yaml", {"          during: [hcq]\n": ""})
    notice = words(notice_of(page(store, "harms_attributed_to_drug", drug="HCQ", harm="Skin rash")))
    assert f"What is told of harm in this group on hydroxychloroquine: {_RASH}." in notice
    assert "is not named" not in notice
    notice = words(notice_of(page(store, "harms_attributed_to_drug", drug="HCQ", harm="Fever")))
    assert "The harm that is asked for, Fever, is not named in what is told of it." in notice


def test_what_the_authors_say_in_general_is_not_told_of_a_group(tmp_path: Path) -> None:
    general = {"        basis: authorClaim\n": "        basis: authorClaim\n        general: true\n"}
    store = rash(tmp_path / "rash.yaml", {**general, "          during: [hcq]\n": ""})
    notice = words(notice_of(page(store, "harms_attributed_to_drug", drug="HCQ", harm="Skin rash")))
    assert "the authors say" not in notice
    assert "Of harm in this group on hydroxychloroquine nothing is told, which is not to say that" in notice


def test_a_group_whose_count_is_none_is_told_of_without(corpus_store: Store) -> None:
    count = f"<{CG}patientCount>"
    group = f"<{BASE}group/10.5070/d329562407/1>"
    more = f'{group} {count} "many" {group[:-1]}/asserted> .\n'
    shown = page(copied(corpus_store, without=f"{group} {count}", more=more), "adverse_events", drug="HCQ")
    assert "1 group of an unknown number of patients was given hydroxychloroquine" in words(shown)


def test_a_group_whose_report_is_no_report_is_called_by_its_address(corpus_store: Store) -> None:
    link, group = f"<{CG}reportedIn>", f"<{BASE}group/10.5070/d329562407/1>"
    more = f'{group} {link} "<b>no report</b>" {group[:-1]}/asserted> .\n'
    shown = page(copied(corpus_store, without=f"{group} {link}", more=more), "adverse_events", drug="HCQ")
    assert "not one patient: 10.5070/d329562407/1. What is told" in words(shown)
    assert not shown.all("b")


@pytest.mark.parametrize(
    ("asked", "many", "why"),
    [
        ({"disease": "anti-MDA5 dermatomyositis"}, 4, "the disease asked for is named after it, and is no"),
        ({"finding": "HP:0033033"}, 6, "the result of a test is none"),
    ],
)
def test_who_was_positive_for_the_antibody_is_told_of_and_can_be_asked_for(
    corpus_store: Store, asked: dict[str, str], many: int, why: str
) -> None:
    # six were positive for anti-MDA5; of four the diagnosis is amyopathic or juvenile dermatomyositis
    shown = page(corpus_store, f"cases_by_{'diagnosis' if 'disease' in asked else 'finding'}", **asked)
    notice = notice_of(shown)
    assert f"{many} more cases were positive for anti-MDA5 antibody by a test" in words(notice)
    assert why in words(notice)
    # three of those with amyopathic dermatomyositis died: of aspergillosis, of pneumocystis, of the lung
    assert "A death is told of 3 of them." in words(notice)
    (there,) = (each for each in notice.links() if "cases_with_autoantibody" in each)
    assert there == f"{SERVICE.base}cohorts/cases_with_autoantibody?antibody=cg%3AAntiMDA5"
    shown = page(corpus_store, "cases_with_autoantibody", antibody="cg:AntiMDA5")
    assert shown.all("strong")[0].text == "6 patients, told of in 6 cases of 6 reports."
    assert "of 6 reports. 3 of 6 patients are told to have died. Groups are left out" in words(shown)


def test_a_disease_that_no_antibody_names_has_none_beside_it(corpus_store: Store) -> None:
    assert "positive for" not in page(corpus_store, "cases_by_diagnosis", disease="dermatomyositis").text
    assert "by a test" not in page(corpus_store, "cases_excluding_finding", finding="HP:0033033").text


def test_who_is_here_by_the_authors_word_alone_is_named(corpus_store: Store) -> None:
    # the seed's authors say that cyclosporin A did not do; strength rose within a week of it
    shown = page(corpus_store, "nonresponders_to_drug", drug="cyclosporine")
    told = "1 of 4 cases is here by the authors' word alone and by no outcome that was seen"
    assert told in words(notice_of(shown))
    # skin and muscle flared as cyclosporin A ran
    noted = "(a conflict note speaks of that word; a flare or relapse as it ran was seen)"
    assert f"what was seen: Miao 2020, patient 1 {noted}." in words(notice_of(shown))
    lanes = {row[0] for row in shown.named("swimmer").rows()[1:]}
    assert [each for each in lanes if "authors' word" in each] == [
        "Miao 2020, patient 1, here by the authors' word alone"
    ]


def test_of_what_authors_put_down_to_a_drug_their_word_is_what_is_asked(corpus_store: Store) -> None:
    asked = {"drug": "MAXO:0000297", "harm": "MONDO:0005550"}  # infections put down to immunosuppression
    shown = page(corpus_store, "harms_attributed_to_drug", **asked)
    assert any(each.text.startswith("1 patient, told of in") for each in shown.all("strong"))
    assert "authors' word alone" not in shown.text


def test_what_is_known_of_a_report_comes_first(seed_store: Store) -> None:
    report = SEED.rpartition("/")[0].replace("/case/", "/report/")
    notice, a = f"<{report}#notice>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    lines = (
        f"<{report}> <{CG}hasNotice> {notice} <{report}> .\n"
        f"{notice} {a} <{CG}Retraction> <{report}> .\n"
        f'{notice} <{CG}noticeDoi> "10.1000/why" <{report}> .\n'
        f"{notice} <{CG}affects> <{report}> <{report}> .\n"
    )
    shown = page(copied(seed_store, more=lines), HEADLINE)
    sections = [each for each in shown.walk() if each.tag in ("section", "figure")]
    assert sections[0].said["class"] == "notice"
    assert "was retracted" in sections[0].text


def test_what_the_store_says_is_never_markup(seed_store: Store) -> None:
    report = SEED.rpartition("/")[0].replace("/case/", "/report/")
    hostile = "</script><script>alert(1)</script>"
    lines = f'<{report}> <{CG}authors> "{hostile}" <{report}> .\n'
    shown = page(copied(seed_store, without="#authors>", more=lines), HEADLINE)
    scripts = [each.said.get("src", "") for each in shown.all("script")]
    assert [each for each in scripts if each] == scripts[-5:]
    assert len(scripts) == 3 + 5
    spec = json.loads("".join(map(str, shown.named("swimmer").all("script")[0].content)))
    assert "<script>alert(1)" in json.dumps(spec)


def test_a_case_whose_times_cannot_be_read_is_left_out_and_named(corpus_store: Store) -> None:
    broken = f'<{SEED}#start> <{CG}startMinDays> "soon" <{SEED}/asserted> .\n'
    twice = f'<{SEED}#il2-start> <{CG}startMaxDays> "1" <{SEED}/asserted> .\n'
    shown = page(copied(corpus_store, more=broken + twice), "cases_treated_with", drug="IL-2")
    swimmer = shown.named("swimmer")
    assert "Left out, for its times cannot be read: 10.1007/s13555-020-00421-8/1" in swimmer.text
    assert swimmer.all("script")


def test_the_form_asks_for_others_and_keeps_what_was_asked(seed_store: Store) -> None:
    shown = page(seed_store, "cases_treated_with", drug="prednisone")
    (form,) = shown.all("form")
    assert form.said["action"] == f"{SERVICE.base}cohorts/cases_treated_with"
    assert "data-fields" in form.said
    assert f"{SERVICE.base}static/fields.js" in [each.said.get("src") for each in shown.all("script")]
    assert [(each.said["name"], each.said["value"]) for each in form.all("input")] == [("drug", "prednisone")]
    assert f"{SERVICE.base}queries/cases_treated_with/results?drug=prednisone" in shown.links()


def rows_of(store: Store, picture: str, name: str = HEADLINE) -> list[Mapping[str, str]]:
    job = CohortData(name=name, values={}, picture=picture, format_="csv", media_type="text/csv")
    _, content = answer_of(job, store)
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def column(head: str) -> str:
    """Return what the data call a column of the table."""
    return re.sub("[ ()']+", "_", head).strip("_")


@pytest.mark.parametrize("picture", PICTURES)
def test_the_data_are_those_of_the_table(seed_store: Store, headline: Node, picture: str) -> None:
    head, *table = headline.named(picture).rows()
    rows = rows_of(seed_store, picture)
    assert [list(row.values())[: len(head)] for row in rows] == table
    assert list(rows[0])[: len(head)] == [column(each) for each in head]
    assert rows[0].keys() >= {f"{column(each)}_iri" for each in head}


@pytest.mark.parametrize("picture", PICTURES)
def test_the_columns_of_the_data_are_names_of_variables(seed_store: Store, picture: str) -> None:
    """Such as *failed by the authors' word*, which no result in XML could have."""
    job = CohortData(name=HEADLINE, values={}, picture=picture, format_="xml", media_type="text/xml")
    _, content = answer_of(job, seed_store)
    found = ox.parse_query_results(content, ox.QueryResultsFormat.XML)
    assert isinstance(found, ox.QuerySolutions)
    names = [each.value for each in found.variables]
    assert names
    assert [each for each in names if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", each)] == []


@pytest.mark.parametrize("picture", PICTURES)
def test_the_data_have_a_line_of_names_where_there_is_nothing_to_draw(
    seed_store: Store, headline: Node, picture: str
) -> None:
    job = CohortData(
        name="cases_treated_with",
        values={"drug": "rituximab"},
        picture=picture,
        format_="csv",
        media_type="text/csv",
    )
    (names,) = csv.reader(io.StringIO(answer_of(job, seed_store)[1].decode(), newline=""))
    head, *_ = headline.named(picture).rows()
    assert names[: len(head)] == [column(each) for each in head]


def test_the_data_have_all_cases_counts_as_numbers_and_who_is_left_out(corpus_store: Store) -> None:
    job = CohortData(
        name="cases_treated_with",
        values={"drug": "rituximab"},
        picture="responses",
        format_="json",
        media_type="application/sparql-results+json",
    )
    head, content = answer_of(job, corpus_store)
    row = json.loads(content)["results"]["bindings"][0]
    assert row["drug"]["value"] == "rituximab"
    # thirteen cases were given it, of nine reports
    number = f"{PREFIXES['xsd']}integer"
    assert row["patients_given_it"] == {"type": "literal", "value": "13", "datatype": number}
    names, iris = row["cases"]["value"].split("; "), row["cases_iri"]["value"].split("; ")
    assert len(names) == len(set(iris)) == 13
    assert [each.removeprefix(f"{BASE}case/") for each in iris] == names
    told = head.headers["casegraph-notice"]
    assert "1 group of 9 patients was given rituximab and is left out" in told
    assert (
        '"None of 13 patients is told to have died."' in told
    )  # nor does any of the nine reports tell of one
    assert "10.3899/jrheum.101321/series" in told


def test_each_lane_of_the_data_leads_to_its_case_and_its_claim(seed_store: Store) -> None:
    (lane, *_) = rows_of(seed_store, "swimmer")
    assert (lane["case_iri"], lane["treatment_iri"]) == (SEED, f"{SEED}#il2")


def test_what_is_no_picture_or_no_parameter_is_refused(seed_store: Store) -> None:
    with pytest.raises(NotThereError, match="no such picture"):
        rows_of(seed_store, "pie")
    with pytest.raises(InputError, match="unknown parameter"):
        page(seed_store, HEADLINE, colour="red")


# --- the routes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, seed_store: Store) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("cohorts")
    with open_store(place / "store", writable=True) as made:
        assert isinstance(made, EmbeddedStore)
        assert isinstance(seed_store, EmbeddedStore)
        made.data.extend(seed_store.data)
    with serving(place / "store", place) as running:
        yield running


@pytest.mark.slow
def test_the_routes_answer_with_pages_and_data(server: Server) -> None:
    with httpx.Client(base_url=server.address, timeout=60) as client:
        listed = client.get("/cohorts")
        names = [name for name, query in stored_queries().items() if is_cohort(query)]
        assert len(names) >= 10
        assert re.findall(r'/cohorts/(\w+)"', listed.text) == names
        first = client.get(f"/cohorts/{HEADLINE}?drug=IL-2")
        assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
        again = client.get(f"/cohorts/{HEADLINE}?drug=IL-2", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        data = client.get(f"/cohorts/{HEADLINE}/responses", headers={"Accept": "text/csv"})
        assert data.text.startswith("drug,patients_given_it,improved,")
        refused = client.get(f"/cohorts/{HEADLINE}?colour=red")
        absent = [
            client.get(f"/cohorts/{each}").status_code for each in ("group_outcomes", f"{HEADLINE}/pie")
        ]
        assert (refused.status_code, absent) == (400, [404, 404])
        about = client.get(f"/queries/{HEADLINE}", headers={"Accept": "text/html"})
        assert f"/cohorts/{HEADLINE}" in about.text
        assert (
            "/cohorts/group_outcomes"
            not in client.get("/queries/group_outcomes", headers={"Accept": "text/html"}).text
        )


def test_a_cohort_gives_cases() -> None:
    assert is_cohort(get_query(HEADLINE))
    assert not is_cohort(get_query("group_outcomes"))


def test_a_page_says_which_rows_of_an_answer_count(seed_store: Store) -> None:
    within = page(seed_store, "outcomes_within")
    assert "Only those rows of the answer count whose within is certainly or possibly. The" in within.text
    harmed = page(seed_store, "adverse_events").text  # it is said that there were none
    assert "0 patients" in harmed
    assert "whose kind is AdverseEvent; 1 case with other rows alone left out." in harmed
