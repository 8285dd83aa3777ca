"""Who is the same patient: what speaks for it, what against, and what is no evidence."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import distortions
import identity_pairs
import pytest

from casegraph.ingest import LoadedRecord, load_paths
from casegraph.loaders.records import Options
from casegraph.merge.identity import (
    Background,
    Candidate,
    Features,
    Given,
    Outcome,
    Response,
    candidates,
    compare,
    features,
    outdone,
    same_documents,
)
from casegraph.merge.identity.blocking import pairs_worth_comparing
from casegraph.namespaces import BASE, CG, expand
from casegraph.resources import shipped
from casegraph.store import Answer, Store, open_store
from casegraph.terms import all_terms, shipped_terms
from casegraph.terms.adding import add

FEVER, PRURITUS, WEAKNESS, ERYTHEMA = map(expand, ("HP:0001945", "HP:0000989", "HP:0001324", "HP:0010783"))
DERMATOMYOSITIS, HYPOMYOPATHIC = map(expand, ("MONDO:0016367", "MONDO:1010089"))
LUPUS = expand("MONDO:0007915")
BARICITINIB, RITUXIMAB = expand("CHEBI:95341"), f"{CG}Rituximab"
REPORT = f"{BASE}report/pmid/1"
OURS, THEIRS = f"{BASE}dataset/ours", f"{BASE}dataset/theirs"
FOUND = frozenset({FEVER, PRURITUS, ERYTHEMA})


def person(name: str, dataset: str = OURS, **told: Any) -> Features:
    """Return a patient of one paper: female, 61 years old, with three findings and a diagnosis."""
    usual: dict[str, Any] = {
        "report": REPORT,
        "pmid": "1",
        "record_id": name,
        "sex": "female",
        "age": 61.0,
        "present": FOUND,
        "diagnoses": frozenset({DERMATOMYOSITIS}),
    }
    return Features(iri=f"{dataset.replace('dataset', 'case')}/{name}", dataset=dataset, **(usual | told))


def compared(one: Features, other: Features) -> Candidate:
    return compare(one, other, Background.of((one, other), shipped_terms()))


def found(ours: Iterable[Features], theirs: Iterable[Features] | None) -> list[Candidate]:
    return candidates(ours, theirs, shipped_terms())


def kinds(ours: Iterable[Features], theirs: Iterable[Features] | None) -> dict[tuple[str, str], str | None]:
    return {(name(each.a), name(each.b)): each.kind for each in found(ours, theirs)}


def name(iri: str) -> str:
    return iri.removeprefix(f"{BASE}case/").removeprefix(f"{BASE}group/")


def test_one_record_under_two_names_of_a_data_set_is_one_patient() -> None:
    (only,) = found([person("p1")], [person("p1", THEIRS)])
    assert (name(only.a), name(only.b), only.kind) == ("ours/p1", "theirs/p1", "same-patient")
    said = {"document: the same, pmid:1", "record: p1 in both", "sex: female in both", "age: 61 in both"}
    assert said < set(only.speaks_for)
    assert "present in both: Erythema, Fever, Pruritus" in only.speaks_for
    assert only.speaks_against == ()


def test_two_cases_of_one_report_are_two_people_whatever_they_share() -> None:
    (only,) = found([person("p1"), person("p2")], None)
    assert only.kind == "look-alike"
    assert only.speaks_against == ("source: two patients of one report",)


def test_two_records_of_one_data_set_without_a_paper_are_two_people() -> None:
    ours = [person(each, report=OURS, pmid=None, label="the boy") for each in ("p1", "p2")]
    (only,) = found(ours, None)
    assert only.kind == "look-alike"
    assert only.speaks_against == ("source: two records of one data set",)


def siblings(many: int) -> list[Features]:
    """Return so many other patients of the paper, with whom one would mix up nobody."""
    told: dict[str, Any] = {"sex": "male", "present": frozenset({WEAKNESS})}
    return [person(f"q{number}", age=float(number % 40), **told) for number in range(many)]


def test_of_two_siblings_that_cannot_be_told_apart_none_is_surely_the_patient() -> None:
    others, copy = siblings(20), person("x", THEIRS)
    assert kinds([*others, person("p1")], [copy]) == {("ours/p1", "theirs/x"): "same-patient"}
    twins = kinds([*others, person("p1"), person("p2")], [copy])
    assert twins == dict.fromkeys((("ours/p1", "theirs/x"), ("ours/p2", "theirs/x")), "probably-same-patient")
    assert kinds([*others, person("p1")], [copy, person("y", THEIRS)]) == {
        ("ours/p1", "theirs/x"): "probably-same-patient",
        ("ours/p1", "theirs/y"): "probably-same-patient",
    }


def test_the_sibling_that_fits_less_is_a_look_alike() -> None:
    less = person("p2", present=frozenset({FEVER}), age=62.0)
    pairs = found([*siblings(20), person("p1"), less], [person("x", THEIRS)])
    assert [(name(each.a), each.kind) for each in pairs] == [
        ("ours/p1", "same-patient"),
        ("ours/p2", "look-alike"),
    ]
    assert pairs[1].speaks_against[-1] == f"another fits better: {BASE}case/ours/p1"


def test_a_look_alike_is_outdone_by_a_partner_that_fits_far_better_unless_that_was_refuted() -> None:
    less = person("p2", present=frozenset({FEVER}), age=62.0)
    ours, copy = [*siblings(20), person("p1"), less], person("x", THEIRS)
    pool, pairs = {each.iri: each for each in (*ours, copy)}, found(ours, [copy])
    best, other = ((each.a, each.b) for each in pairs)
    assert outdone(pairs, pool) == {other}
    assert outdone(pairs, pool, refuted={best}) == set()
    nearer = [replace(pairs[0], score=pairs[1].score + 5.9), pairs[1]]
    assert outdone(nearer, pool) == set()


def test_a_partner_in_another_data_set_outdoes_nobody() -> None:
    less = person("p2", f"{BASE}dataset/third", present=frozenset({FEVER}), age=62.0)
    pool = {each.iri: each for each in (person("p1"), person("x", THEIRS), less)}
    ours, third, theirs = sorted(pool)
    pairs = [
        Candidate(a=ours, b=theirs, kind="same-patient", score=40.0),
        Candidate(a=third, b=theirs, kind="look-alike", score=12.0),
    ]
    assert outdone(pairs, pool) == set()


def test_two_patients_of_one_report_are_alike_whoever_fits_better() -> None:
    again = person("p9", report=f"{BASE}report/pmid/2")  # of the same data set, in another report
    everyone = [person("p1"), person("p2"), again]
    pool = {each.iri: each for each in everyone}
    pairs = [
        Candidate(a=everyone[0].iri, b=everyone[2].iri, kind="same-patient", score=40.0),
        Candidate(a=everyone[0].iri, b=everyone[1].iri, kind="look-alike", score=12.0),
    ]
    assert outdone(pairs, pool) == set()


@pytest.mark.parametrize("others", [0, 60])
def test_of_many_siblings_that_cannot_be_told_apart_none_is_even_probable(others: int) -> None:
    twins = [person(f"p{number}") for number in range(8)]
    pairs = kinds([*siblings(others), *twins], [person("x", THEIRS)])
    assert len(pairs) >= 6
    assert set(pairs.values()) == {"look-alike"}


def test_where_little_is_told_it_is_probable_only_of_the_one_that_fits() -> None:
    little: dict[str, Any] = {"age": None, "present": frozenset()}
    others, copy = siblings(60), person("x", THEIRS, **little)
    assert kinds([*others, person("p1", **little)], [copy]) == {
        ("ours/p1", "theirs/x"): "probably-same-patient"
    }
    twins = [person("p1", **little), person("p2", **little)]
    assert set(kinds([*others, *twins], [copy]).values()) == {"look-alike"}


def test_copies_in_three_data_sets_are_no_rivals() -> None:
    three = [person("p1", f"{BASE}dataset/{each}") for each in "abc"]
    assert list(kinds(three, None).values()) == ["same-patient"] * 3


@pytest.mark.parametrize("missing", ["sex", "age", "record_id"])
def test_what_one_does_not_tell_is_no_evidence(missing: str) -> None:
    full = compared(person("p1"), person("p1", THEIRS))
    lacking: dict[str, Any] = {missing: None}
    less = compared(person("p1"), replace(person("p1", THEIRS), **lacking))
    assert less.score < full.score
    assert less.speaks_against == ()
    said = {"sex": "sex", "age": "age", "record_id": "record"}[missing]
    assert not [each for each in less.speaks_for if each.startswith(said)]


def test_a_finding_that_one_does_not_tell_is_no_evidence() -> None:
    one, other = person("p1"), person("p2", THEIRS, present=FOUND | {WEAKNESS})
    assert compared(one, other).speaks_against == ()


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"sex": "male"}, "sex: female against male"),
        ({"age": 62.0}, "age: 61 against 62"),
        ({"age": 7.5}, "age: 61 against 7.5"),
        (
            {"absent": frozenset({FEVER}), "present": frozenset()},
            "absent in one, present in the other: Fever",
        ),
        (
            {"diagnoses": frozenset({LUPUS})},
            "diagnosis: dermatomyositis against systemic lupus erythematosus",
        ),
        (
            {"diagnoses": frozenset(), "excluded_diagnoses": frozenset({DERMATOMYOSITIS})},
            "diagnosis in one, excluded in the other: dermatomyositis",
        ),
    ],
)
def test_what_differs_is_told(told: dict[str, Any], sentence: str) -> None:
    same = compared(person("p1"), person("p1", THEIRS))
    other = compared(person("p1"), person("p1", THEIRS, **told))
    assert other.speaks_against == (sentence,)
    assert other.score < same.score


def test_two_publications_count_against_and_are_named_once_apart_from_what_differs() -> None:
    same = compared(person("p1"), person("p1", THEIRS))
    other = compared(person("p1"), person("p1", THEIRS, report=f"{BASE}report/pmid/2", pmid="2"))
    assert (same.documents, "document: the same, pmid:1" in same.speaks_for) == ("", True)
    assert (other.documents, other.speaks_against) == ("pmid:1 against pmid:2", ())
    assert not any("document" in each for each in other.speaks_for)
    assert other.score < same.score


def test_a_year_is_less_than_a_decade() -> None:
    years = (61.0, 62.0, 64.0, 70.0, 90.0)
    scores = [compared(person("p1"), person("p1", THEIRS, age=each)).score for each in years]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)


def test_another_sex_is_never_surely_the_same_patient() -> None:
    assert compared(person("p1"), person("p1", THEIRS, sex="male")).kind == "probably-same-patient"


def test_what_was_both_absent_and_present_contradicts_nothing() -> None:
    fever, general = frozenset({FEVER}), frozenset(shipped_terms().links(FEVER))
    assert general
    pairs: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        ({"present": fever, "absent": fever}, {"present": fever}),
        ({"present": fever, "absent": fever}, {"present": frozenset(), "absent": fever}),
        ({"present": fever, "absent": fever}, {"present": frozenset(), "absent": general}),
        ({"present": fever}, {"present": fever, "absent": general}),
        ({"present": fever, "absent": general}, {"present": frozenset(), "absent": general}),
    )
    for one, other in pairs:
        assert compared(person("p1", **one), person("p1", THEIRS, **other)).speaks_against == ()
    (said,) = compared(
        person("p1", present=fever), person("p1", THEIRS, present=frozenset(), absent=general)
    ).speaks_against
    assert said == "absent in one, present in the other: Fever"


def test_a_more_general_term_agrees_in_part() -> None:
    def score(disease: str) -> float:
        one, other = (
            person("p1", each, diagnoses=frozenset({what}), present=frozenset())
            for each, what in ((OURS, HYPOMYOPATHIC), (THEIRS, disease))
        )
        return compared(one, other).score

    assert score(HYPOMYOPATHIC) >= score(DERMATOMYOSITIS) > score(LUPUS)
    general = compared(person("p1", diagnoses=frozenset({HYPOMYOPATHIC})), person("p1", THEIRS))
    assert "diagnosis: in both: hypomyopathic dermatomyositis or dermatomyositis" in general.speaks_for


def test_codes_of_two_vocabularies_are_no_evidence_and_two_codes_of_one_are() -> None:
    omim = [f"https://omim.org/entry/{each}" for each in ("1", "2")]
    one = person("p1", diagnoses=frozenset({omim[0]}))
    assert compared(one, person("p1", THEIRS)).speaks_against == ()
    other = person("p1", THEIRS, diagnoses=frozenset({omim[1]}))
    assert compared(one, other).speaks_against == ("diagnosis: OMIM:1 against OMIM:2",)


def test_terms_of_one_name_are_one() -> None:
    known = shipped_terms()
    terms = replace(known, labels={**known.labels, "urn:dm": "Dermatomyositis"}, _by_name={}, _children={})
    one, other = person("p1", diagnoses=frozenset({"urn:dm"})), person("p1", THEIRS)
    said = compare(one, other, Background.of((one, other), terms)).speaks_for
    assert any(each.startswith("diagnosis: in both") for each in said)


def test_tests_treatments_doses_order_and_death() -> None:
    given = (Given(RITUXIMAB, "500 mg"), Given(BARICITINIB, "4 mg"))
    antibody = f"{CG}AntiMDA5"
    told: dict[str, Any] = {"treatments": given, "ordered": True, "events": frozenset({"Death"})}
    one = person("p1", tests=frozenset({Outcome(antibody, "positive")}), **told)
    same = compared(one, replace(one, iri="urn:x", dataset=THEIRS))
    for said in (
        "tests: the same in both: anti-MDA5 antibody positive",
        "treatments: in both: baricitinib, rituximab",
        "doses: the same: baricitinib 4 mg, rituximab 500 mg",
        "treatments: in the same order",
        "course: in both: death",
    ):
        assert said in same.speaks_for
    turned: dict[str, Any] = {"treatments": given[::-1], "tests": frozenset({Outcome(antibody, "negative")})}
    other = compared(one, replace(one, iri="urn:x", dataset=THEIRS, **turned))
    assert set(other.speaks_against) == {
        "tests: opposite results: anti-MDA5 antibody",
        "treatments: in another order",
    }


def test_the_same_responses_speak_for_one_patient_and_opposite_ones_against() -> None:
    told: dict[str, Any] = {"treatments": (Given(RITUXIMAB), Given(BARICITINIB))}
    one = person("p1", responses=frozenset({Response("skin", "improved", RITUXIMAB)}), **told)
    silent = compared(replace(one, responses=frozenset()), person("x", THEIRS, **told))
    assert not any("responses" in each for each in (*silent.speaks_for, *silent.speaks_against))
    same = compared(one, replace(one, iri="urn:x", dataset=THEIRS, record_id="x"))
    assert "responses: the same in both: skin improved on rituximab" in same.speaks_for
    assert same.score > silent.score + 1
    for way, kept in (("worse", {"resolved"}), ("unchanged", set()), ("improved", {"worse"})):
        ways = frozenset(Response("skin", each, RITUXIMAB) for each in {way, *kept})
        other = compared(one, replace(one, iri="urn:x", dataset=THEIRS, responses=ways))
        opposite = "responses: opposite: skin on rituximab" in other.speaks_against
        # who got worse and was free of it did both
        assert opposite == (way == "unchanged")
    elsewhere = frozenset({Response("muscle", "worse", RITUXIMAB), Response("skin", "worse", BARICITINIB)})
    other = compared(one, replace(one, iri="urn:x", dataset=THEIRS, responses=elsewhere))
    assert not any("responses" in each for each in (*other.speaks_for, *other.speaks_against))


def test_a_response_says_no_more_than_the_drug_where_all_who_had_it_responded_alike() -> None:
    usual: dict[str, Any] = {
        "treatments": (Given(RITUXIMAB),),
        "responses": frozenset({Response("skin", "improved", RITUXIMAB)}),
    }
    # a fifth of them had the drug
    crowd = [
        person(f"c{each}", report=f"urn:r{each}", pmid=None, **({} if each % 5 else usual))
        for each in range(100)
    ]
    rare = frozenset({Response("skin", "worse", RITUXIMAB)})
    added = []
    for responses in (usual["responses"], rare):
        one, other = (person("p", each, **{**usual, "responses": responses}) for each in (OURS, THEIRS))
        alone, other_alone = (replace(each, responses=frozenset()) for each in (one, other))
        background = Background.of((*crowd, one, other), shipped_terms())
        score = compare(alone, other_alone, background).score
        added.append(round(compare(one, other, background).score - score, 2))
    assert added[0] == 0.0
    assert added[1] > 2


def test_the_number_of_a_record_alone_is_no_proof() -> None:
    one = person("arbitrary.id", report=OURS, pmid=None, present=frozenset(), age=None)
    assert found([one], [replace(one, iri="urn:x", report=THEIRS, dataset=THEIRS)]) == []


def test_a_rare_value_says_more_than_a_common_one() -> None:
    crowd = [
        person(f"c{number}", report=f"urn:r{number}", pmid=None, present=frozenset({FEVER}))
        for number in range(50)
    ]
    scores = {}
    for finding in (FEVER, PRURITUS):
        one, other = (person("p", each, present=frozenset({finding})) for each in (OURS, THEIRS))
        background = Background.of((*crowd, one, other), shipped_terms())
        scores[finding] = compare(one, other, background).score
    assert scores[PRURITUS] > scores[FEVER] + 2


def group(authors: tuple[str, ...], **told: Any) -> Features:
    usual: dict[str, Any] = {
        "diagnoses": frozenset({DERMATOMYOSITIS}),
        "doi": "10.1/g",
        "report": f"{BASE}report/10.1/g",
    }
    iri = f"{BASE}group/10.1/g/1"
    return Features(iri=iri, is_group=True, patient_count=18, authors=authors, **(usual | told))


AUTHORS = ("Ann Bee", "Cid Dee")


@pytest.mark.parametrize(
    ("cohort", "kind"),
    [
        (group(AUTHORS), "possible-overlap"),
        (group(("Bee Ann", "DEE CID")), "possible-overlap"),
        (group(AUTHORS[:1]), None),
        (group(AUTHORS, diagnoses=frozenset({LUPUS})), None),
        (group(AUTHORS, diagnoses=frozenset()), "possible-overlap"),
        (group((), possibly_same=frozenset({f"{BASE}case/ours/p1"})), "possible-overlap"),
        (group(AUTHORS, report=REPORT, dataset=OURS), None),
    ],
)
def test_a_case_and_a_cohort_of_the_same_authors_may_overlap(cohort: Features, kind: str | None) -> None:
    assert [each.kind for each in found([person("p1", authors=AUTHORS), cohort], None)] == (
        [kind] if kind else []
    )


def test_the_order_in_which_they_come_does_not_matter() -> None:
    ours = [person("p1"), person("p2", age=40.0), person("p3", sex="male")]
    theirs = [person("x", THEIRS), person("y", THEIRS, age=41.0), person("z", THEIRS, sex=None)]
    expected = found(ours, theirs)
    assert len(expected) >= 3
    assert expected == sorted(expected, key=lambda each: (each.a, each.b))
    assert all(each.a < each.b for each in expected)
    assert found(theirs, ours) == expected
    for seed in range(3):
        chance = random.Random(seed)  # noqa: S311  # no secret
        mixed = chance.sample(ours, 3), chance.sample(theirs, 3)
        assert found(*mixed) == expected
    assert compared(ours[0], theirs[1]) == compared(theirs[1], ours[0])


def test_what_many_share_makes_no_pairs_and_each_keeps_a_few() -> None:
    crowd = [
        person(
            f"c{number}", f"{BASE}dataset/{number}", report=f"urn:r{number}", pmid=None, sex=None, age=None
        )
        for number in range(100)
    ]
    background = Background.of(crowd, shipped_terms())
    assert list(pairs_worth_comparing(crowd, None, background)) == []
    few = list(pairs_worth_comparing(crowd[:50], None, Background.of(crowd[:50], shipped_terms())))
    assert 50 <= len(few) <= 50 * 8


def test_reports_that_are_one_publication() -> None:
    def told(number: int, **more: Any) -> Features:
        return Features(iri=f"urn:c{number}", report=f"urn:r{number}", **more)

    title = "A rare disease in an old man"
    pairs = same_documents(
        [
            told(1, doi="10.1/a", pmid="5", title=title, year=2020),
            told(2, doi="10.1/a"),
            told(3, pmid="5"),
            told(4, title="A Rare Disease, in an Old Man.", year=2020),
            told(5, title=title, year=2021),
            told(6, doi="10.1/b", title=title, year=2020),
            told(7, title="A case", year=2020),
            told(8, title="A case", year=2020),
            replace(told(9, pmid="5"), report=OURS, dataset=OURS),
        ]
    )
    assert [(each.a, each.b, each.certain) for each in pairs] == [
        ("urn:r1", "urn:r2", True),
        ("urn:r1", "urn:r3", True),
        ("urn:r1", "urn:r4", False),
        ("urn:r4", "urn:r6", False),
    ]
    assert pairs[0].reason == "DOI: 10.1/a in both"


def test_cases_of_reports_that_are_one_publication_share_a_document() -> None:
    one = person("p1", report=f"{BASE}report/10.1/a", doi="10.1/a")
    (only,) = found([one], [person("p1", THEIRS)])
    assert only.kind == "same-patient"
    assert any(each.startswith("document: the same") for each in only.speaks_for)


# --- what is read of a store


def test_what_is_told_of_the_first_case(seed_store: Store) -> None:
    (case,) = features(seed_store)
    assert case.iri == f"{BASE}case/10.1007/s13555-020-00421-8/1"
    assert (case.sex, case.age, case.year, case.is_group) == ("female", 61.0, 2020, False)
    assert case.doi == "10.1007/s13555-020-00421-8"
    assert case.authors == ("Miao Miao", "Yuhui Li", "Bo Huang", "Jing He", "Zhanguo Li")
    assert PRURITUS in case.present
    assert {FEVER, WEAKNESS} < case.absent
    assert case.diagnoses == {HYPOMYOPATHIC}
    assert {Outcome(f"{CG}AntiPL7", "positive"), Outcome(f"{CG}AntiTIF1Gamma", "positive")} < case.tests
    assert Given(f"{CG}Interleukin2Drug", "1000000 [IU]") in case.treatments
    assert case.events >= {"Flare"}
    # one that answers to the weekly dose is one to the drug
    assert Response("serology", "resolved", f"{CG}Interleukin2Drug") in case.responses


@pytest.mark.slow
def test_a_copy_with_the_same_drugs_and_responses_under_another_doi_is_probably_the_patient(
    corpus_store: Store, tmp_path: Path
) -> None:
    (original,) = shipped("cases", "shinjo-2020.yaml")
    text = original.read_text("utf-8")
    copy = tmp_path / "copy.yaml"
    copy.write_text(text.replace("10.4236/ojra.2020.101005", "10.5555/copy"), "utf-8")
    with open_store(":memory:", writable=True) as store:
        assert len(list(load_paths(store, [copy]))) == 1
        (case,) = features(store)
    told = [*features(corpus_store), case]
    assert len(told) == 33
    assert len(case.responses) == text.count("direction:") == 8
    assert Response("overall", "improved", expand("CHEBI:71200")) in case.responses
    likely = [each for each in found(told, None) if each.kind in ("same-patient", "probably-same-patient")]
    assert [(name(each.a), name(each.b), each.kind) for each in likely] == [
        ("10.4236/ojra.2020.101005/1", "10.5555/copy/1", "probably-same-patient")
    ]


class Counting:
    """A store that counts how often it is asked."""

    def __init__(self, store: Store) -> None:
        self.store, self.asked = store, 0

    def query(self, sparql: str, *, union: bool = True) -> Answer:
        self.asked += 1
        return self.store.query(sparql, union=union)


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_the_cases(seed_store: Store, corpus_store: Store) -> None:
    asked = []
    for store in (seed_store, corpus_store):
        counting = Counting(store)
        assert list(features(counting))  # type: ignore[arg-type]  # no more than this is asked of it
        asked.append(counting.asked)
    assert asked[0] == asked[1]


@pytest.mark.slow
@pytest.mark.parametrize("most_named", [500, 1])
def test_only_those_that_are_wanted(
    corpus_store: Store, monkeypatch: pytest.MonkeyPatch, most_named: int
) -> None:
    monkeypatch.setattr(sys.modules[Features.__module__], "_MOST_NAMED", most_named)
    everyone = {each.iri: each for each in features(corpus_store)}
    assert len(everyone) == 32
    wanted = sorted(everyone)[::7]
    assert list(features(corpus_store, wanted)) == [everyone[each] for each in wanted]
    assert list(features(corpus_store, [])) == []
    assert sum(each.is_group for each in everyone.values()) >= 2


@pytest.mark.slow
def test_of_the_shipped_cases_two_may_overlap_and_none_are_one_patient(corpus_store: Store) -> None:
    pairs = [each for each in found(features(corpus_store), None) if each.kind != "look-alike"]
    (only,) = pairs
    assert (name(only.a), name(only.b)) == ("10.1007/s13555-020-00421-8/1", "10.1007/s40744-021-00301-3/1")
    assert only.kind == "possible-overlap"


# --- published records


def told_of(paths: dict[str, Path]) -> list[Features]:
    with open_store(":memory:", writable=True) as store:
        for dataset, path in paths.items():
            assert all(isinstance(each, LoadedRecord) for each in load_paths(store, [path], Options(dataset)))
        return list(features(store))


@pytest.mark.slow
def test_published_packets_under_two_names_are_the_same_people(material: Path) -> None:
    folder = material / "data" / "phenopacket-store" / "NRAS"
    everyone = told_of({"ours": folder, "theirs": folder})
    assert len(everyone) == 14
    pairs = [each for each in found(everyone, None) if each.kind != "look-alike"]
    assert len(pairs) == 7
    assert {each.kind for each in pairs} == {"same-patient"}
    assert all(name(each.a).partition("/")[2] == name(each.b).partition("/")[2] for each in pairs)


@pytest.mark.slow
def test_packets_with_one_arbitrary_number_are_different_people(material: Path) -> None:
    folder = material / "data" / "phenopackets-medical-actions"
    stems = ("pxf-07-pseudoexfoliation", "retinoblastoma", "pxf-00-ataxia-vitamin-e-deficiency")
    everyone = told_of({each: folder / f"{each}.json" for each in stems})
    assert [each.record_id for each in everyone] == ["arbitrary.id"] * 3
    assert found(everyone, None) == []


@pytest.mark.slow
def test_one_packet_in_three_syntaxes_is_one_person_and_no_other_of_its_paper(material: Path) -> None:
    data = material / "data"
    paths = {
        each: data / "phenopackets-formats" / f"v2-phenopacket.{each}" for each in ("json", "yaml", "pb")
    }
    paths["actions"] = data / "phenopackets-medical-actions" / "bethlem-myopathy-5-actions.json"
    everyone = told_of(paths)
    assert len(everyone) == 4
    assert len({each.report for each in everyone}) == 1
    pairs = [each for each in found(everyone, None) if each.kind != "look-alike"]
    assert [each.kind for each in pairs] == ["same-patient"] * 3
    assert not [each for each in pairs if "/actions/" in f"{each.a} {each.b}"]


# --- copies with named distortions

MAPPING = Path(__file__).parent / "vocabularies" / "mondo_omim.sssom.tsv"


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEGRAPH_VOCABULARY", str(tmp_path_factory.mktemp("vocabulary")))
        for what in ("hpo3", "cellxgene-ontology-guide:MONDO", str(MAPPING)):
            assert list(add(what))
        yield


@pytest.fixture(scope="module")
def real(material: Path, vocabulary: None) -> list[Features]:
    packets = identity_pairs.loaded([material / "data" / "phenopacket-store"], "phenopacket-store")
    assert len(packets) == 247
    return packets + identity_pairs.loaded(shipped("cases", "*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "distortion",
    [
        pytest.param(named, marks=pytest.mark.long if number % 2 else ())
        for number, named in enumerate(distortions.DISTORTIONS)
    ],
)
def test_real_patients_are_known_again_beside_their_siblings(distortion: str, real: list[Features]) -> None:
    """On the half of the cases that no threshold was fixed on."""
    it = identity_pairs.measured(real, distortions.DISTORTIONS[distortion], all_terms(), half=1)
    assert it.pairs == it.compared == 95
    assert it.surely_wrong == 0
    assert it.recall >= 0.95
    assert it.surely >= 0.8 * it.pairs


@pytest.mark.slow
def test_each_distortion_changes_what_it_is_named_after(real: list[Features]) -> None:
    terms = all_terms()
    changed = {
        "age off by one": "age",
        "publication dropped": "report",
        "terms by their parents": "present",
        "terms by their children": "present",
        "disease by another code": "diagnoses",
    }
    for named, field in changed.items():
        chance = random.Random(1)  # noqa: S311  # no secret
        copies = [distortions.DISTORTIONS[named](each, chance, terms) for each in real]
        other = [getattr(a, field) != getattr(b, field) for a, b in zip(real, copies, strict=True)]
        assert sum(other) > len(real) / 2, named


def test_the_halves_of_the_pairs_are_by_the_packet() -> None:
    one = person("p1")
    assert distortions.copied(one).sex == one.sex
    assert distortions.copied(one).record_id != one.record_id
    assert distortions.copied(one).iri.startswith(f"{BASE}case/copies/")
    assert {distortions.number(f"p{each}", 2) for each in range(20)} == {0, 1}
