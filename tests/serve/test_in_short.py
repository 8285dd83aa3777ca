"""The top of the page of a case against what the reports tell: each course, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from answering import answer_of
from html_tree import Node, tree_of

from casegraph.facts import case_iris, read_case
from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE
from casegraph.resources import shipped
from casegraph.serve.jobs.resource import ResourcePage
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import rendered
from casegraph.serve.pages.short import in_short
from casegraph.serve.telling.service import Service
from casegraph.store import Store, open_store
from casegraph.story.words import Words
from casegraph.told import with_told

SERVER = "http://localhost:7878/"
NAMES = (
    *("baricitinib-news", "cafardi-2015", "jak-inhibitors-review-2021", "mda5-aspergillosis-2024"),
    *("mda5-acute-interstitial-pneumonia-2025", "rituximab-registry-2011", "ruxolitinib-pasteur-2018"),
    *("tacrolimus-juvenile-three-children", "castela-2014", "mda5-seroconversion-authorea"),
    *("miao-2020", "yanez-2009", "ramseur-1989", "mda5-death-2022", "soares-2025", "behcet-il2-2022"),
    *("pl12-rituximab-rheumatologist", "grover-2013"),
)
SEED, YANEZ = "10.1007/s13555-020-00421-8", "10.4067/s0034-98872009000100013"
PNEUMOCYSTIS, SOARES = "10.14740/jmc3965", "10.1155/crrh/5560523"
REPAIRED = "(printed as 106 IU in the text)"
IL2 = f"interleukin-2 begun at 1,000,000 IU 1x/week, subcutaneous {REPAIRED}"
TWICE = f"interleukin-2 1,000,000 IU 2x/week {REPAIRED}"
GROVER = "10.4236/ojra.2013.31006"
BEHCET, PL12 = "10.1097/md.0000000000031173", "key/the-rheumatologist-antisynthetase"
CAFARDI, TACROLIMUS = "10.2174/1874312901409010077", "10.1007/s10067-008-0973-2"
REGISTRY, REVIEW = "10.3899/jrheum.101321", "10.1186/s12969-021-00637-8"
ASPERGILLOSIS, PNEUMONIA = "10.1186/s13256-024-04793-9", "pmid/39790853"


@pytest.fixture(scope="module")
def store() -> Iterable[Store]:
    with open_store(":memory:", writable=True) as store:
        loaded = load(store, [path for each in NAMES for path in shipped("cases", f"{each}.yaml")])
        assert [type(each) for each in loaded] == [Loaded] * len(NAMES)
        yield store


def page(store: Store, name: str) -> Node:
    kind, _, path = name.partition("/")
    _, content = answer_of(ResourcePage(service=Service(base=SERVER), kind=kind, path=path), store)
    return tree_of(content)


def short(store: Store, name: str) -> Node:
    return page(store, name).section("In short")


def rows(store: Store, name: str) -> dict[str, list[list[str]]]:
    """Return treatment -> its rows."""
    found: dict[str, list[list[str]]] = {}
    for head, *cells in short(store, name).rows()[1:]:
        found.setdefault(head, []).append(cells)
    return found


def test_a_flare_on_taper_stands_in_the_row_of_the_drug_that_has_no_other_outcome(store: Store) -> None:
    assert rows(store, f"case/{CAFARDI}/1")["prednisone"] == [
        [
            "skin (Skin rash)",
            "flare: relapse on taper, following prednisone “below 20 mg/day” "
            "(The rash came back whenever the dose fell below 20 mg/day); beside it may have run dapsone why",
        ]
    ]


def test_what_ran_beside_stands_in_the_row_and_the_domain_says_what_it_concerns(store: Store) -> None:
    second = rows(store, "case/key/dermatology-advisor-baricitinib/2")
    assert second["baricitinib 4 mg 1x/day"] == [
        [
            "skin (panniculitis)",
            "resolved, within 153 days, at month 5 (printed as “in under 5 months”): not known what else "
            "changed; beside it ran intravenous immunoglobulin and prednisolone; possibly also azathioprine "
            "and methotrexate why",
        ]
    ]
    (row,) = rows(store, "case/key/dermatology-advisor-baricitinib/1")["baricitinib 4 mg 1x/day"]
    assert row[0] == "skin (Erythema of neck and face; Periungual erythema)"  # of the chest it is not told
    lung = [row[0] for row in rows(store, f"case/{ASPERGILLOSIS}/1")["tofacitinib"]]
    # that it was there is implied where it is told to be better
    assert lung == ["lung (Respiratory failure, implied)", "lung (interstitial lung disease)"]


def test_what_is_told_of_several_together_is_one_row_that_credits_none_of_them_alone(store: Store) -> None:
    of = rows(store, f"case/{TACROLIMUS}/1")
    names = "intravenous immunoglobulin (first course told, from month 3) + methotrexate + rituximab"
    assert of[f"{names} (first course told, from month 3)"] == [
        [
            "overall",
            "improved (To the three together): told of them together, what each did is not "
            "told; beside it may have run cyclophosphamide, hydroxychloroquine, mycophenolate mofetil and "
            "2 more. Why: intravenous immunoglobulin, methotrexate, rituximab",
        ]
    ]
    assert not {"methotrexate", "rituximab, first course told, from month 3"} & set(of)
    of = rows(store, f"case/{SEED}/1")
    both = "hydroxychloroquine 200 mg 2x/day + prednisone 0.5 mg/kg/day (first course told, from start)"
    assert [row[0].partition(" ")[0] for row in of[both]] == ["skin", "muscle", "skin"]
    # begun before: the course that is told of anifrolumab stands behind that of tofacitinib
    heads = [head for head, *_ in short(store, f"case/{SOARES}/1").rows() if "+" in head]
    assert [each.partition(" +")[0] for each in heads] == [
        "intravenous immunoglobulin (begun with tofacitinib)",
        *("anifrolumab",) * 2,
    ]


def test_what_changed_stands_by_name_and_so_does_what_was_stopped_at_the_time(store: Store) -> None:
    of = rows(store, f"case/{ASPERGILLOSIS}/1")
    assert [row[1].partition(": ")[2] for row in of["tofacitinib"]] == [
        "together with other changes: plasma exchange begun at day 13, 14 to 16 days before (changes within "
        "28 days before count); "
        "meanwhile cyclophosphamide stopped at day 28; "
        "beside it may have run micafungin, voriconazole, glucocorticoid and tacrolimus why"
    ] * 2
    for _, became in rows(store, "case/key/authorea-708183/1")["tofacitinib"]:
        assert became.partition(": ")[2] == (
            "the only one told to be begun or raised; beside it may have run glucocorticoid (perhaps stopped "
            "at week 16), cyclophosphamide and tacrolimus why"
        )
    (overall,) = (row for row in rows(store, f"case/{SEED}/1")[IL2] if row[0] == "overall")
    assert "cyclosporin A begun at csa start and prednisone begun at csa start; meanwhile" in overall[1]
    assert "perhaps meanwhile prednisone (first course told, from start) stopped at il2 start" in overall[1]


def test_a_loss_of_which_no_domain_is_told_is_not_told_as_one_of_the_muscle(store: Store) -> None:
    found = rows(store, f"case/{YANEZ}/1").values()
    said = [became for each in found for part, became in each if part == "muscle"]
    assert said == [
        "improved (Strength rose): lost and regained; the loss is a relapse of which no domain "
        "is told; beside it may have run azathioprine, corticosteroid and cyclophosphamide why"
    ]
    assert "the loss is a relapse" in page(store, f"case/{YANEZ}/1").section("What follows by rule").text


def test_each_course_has_a_row(store: Store) -> None:
    of = rows(store, f"case/{TACROLIMUS}/1")
    silent = [["", "no outcome of it is told where it stands"]]
    assert of["intravenous immunoglobulin, second course told, from relapses time"] == silent
    assert of["rituximab, second course told, after september 2006"][0][1].startswith("unchanged (On its")
    of = rows(store, "case/key/dermatology-advisor-baricitinib/2")
    for drug in ("prednisolone", "intravenous immunoglobulin 1x/30 days at baricitinib start"):
        assert of[f"{drug}, start not told, still given at month 5"] == silent


def test_rows_stand_as_treatments_were_begun_or_first_told_of(store: Store) -> None:
    """Prednisone of course b, of which no start is told, is told of years after that of course a."""
    part = short(store, f"case/{REGISTRY}/2")
    heads = [head for head, *_ in part.rows()[1:]]
    first, second = (f"still given at course {each}" for each in "ab")
    found = [
        next(at for at, head in enumerate(heads) if told in head) for told in (first, "500 mg/m2", second)
    ]
    assert found == sorted(found)
    assert "where that order is not told, the order of rows means nothing" in part.text


def test_a_dose_stands_where_it_is_told_and_none_of_a_later_change(store: Store) -> None:
    cafardi = rows(store, f"case/{CAFARDI}/1")
    # below 20 mg/day was a lowering of prednisone: what it was begun at is not told
    assert {"dapsone 150 mg/day", "intravenous immunoglobulin 2 g/kg 1x/28 days", "prednisone"} == {*cafardi}
    heads = {each.partition(",")[0] for each in rows(store, f"case/{REGISTRY}/2") if "doses" in each}
    assert heads == {"rituximab 2 doses of 500 mg/m2", "rituximab 2 doses of 375 mg/m2"}


def test_doses_stand_with_how_often_they_were_given_their_route_print_and_time(store: Store) -> None:
    assert {each for each in rows(store, f"case/{PL12}/1") if "rituximab" in each} == {
        "rituximab 2 doses of 1,000 mg, the second 14 days after the first"
    }
    assert "interleukin-2 1x/2 days, intramuscular" in rows(store, f"case/{BEHCET}/1")
    assert "tacrolimus oral" in rows(store, f"case/{TACROLIMUS}/1")
    seed = rows(store, f"case/{SEED}/1")
    assert {each for each in seed if "2x/week" in each} == {TWICE}
    legs = "muscle (Lower limb muscle weakness, printed as lower muscles in the text)"
    assert legs in [domain for domain, _ in seed[TWICE]]
    # the table has the dose at the rituximab: what it was begun at is not told
    assert "prednisone 0.5 mg/kg/day at rituximab start" in rows(store, f"case/{REGISTRY}/4")
    assert "prednisone 0.2 mg/kg/day at course b, start not told, still given at course b" in rows(
        store, f"case/{REGISTRY}/2"
    )


def test_no_key_of_the_document_stands_as_a_time(store: Store) -> None:
    heads = {*rows(store, "case/key/dermatology-advisor-baricitinib/2"), *rows(store, f"case/{REGISTRY}/2")}
    assert {"prednisolone, start not told", "prednisone, start not told, still given at course a"} < heads
    tofacitinib = rows(store, f"case/{ASPERGILLOSIS}/1")["tofacitinib"]
    assert {said.partition(":")[0] for _, said in tofacitinib} == {"improved", "stabilised (Controlled)"}
    # five drugs that nobody names: only the document tells them apart
    five = {each for each in rows(store, f"case/{GROVER}/1") if each.startswith("antirheumatic drug")}
    assert five == {f"antirheumatic drug, start not told, drug-{number}" for number in range(1, 6)}


def test_the_printed_time_of_an_outcome_stands_with_it(store: Store) -> None:
    follow_up = "at last follow up (printed as “{} years of follow-up”"
    for case, told in (
        (f"{PL12}/1", "at month 6 (printed as “at 6 months”, its days by the curator's reading; Stable lung"),
        *((f"{REGISTRY}/{of}", follow_up.format(many)) for of, many in (("2", 2.5), ("4", 2.2), ("8", 3.5))),
    ):
        assert any(told in said for found in rows(store, f"case/{case}").values() for _, said in found)


@pytest.mark.slow
def test_no_word_stands_twice_and_no_time_with_its_hyphens(store: Store) -> None:
    for case in (each.removeprefix(BASE) for each in case_iris(store)):
        part, facts = short(store, case), read_case(store, f"{BASE}{case}")
        lines = [line for found in entries(part).values() for line in found]
        lines += [cell for row in part.rows() for cell in row] + [each.text for each in part.all("li")]
        keys = "|".join(re.escape(each) for each in map(facts.name, facts.occasions()) if "-" in each)
        for line in lines:
            assert not re.search(r"(?i)\b([a-z]+) \1\b", line), case
            assert not keys or not re.search(rf"\b(at|from|until) ({keys})\b", line), case


def test_treatments_without_any_outcome_are_named(store: Store) -> None:
    part = short(store, "case/key/pasteur-01963025/1")
    assert "Given, and no outcome of any of them is told: ruxolitinib." in part.text
    assert "#ruxolitinib" in part.links()
    of = rows(store, f"case/{REGISTRY}/6")
    assert of["rituximab"] == [
        ["overall", "not evaluable (The cells of regimen and outcome are fused) where it stands"]
    ]
    assert of["mycophenolate"] == [["", "no outcome of it is told where it stands"]]


def test_what_the_authors_say_of_a_drug_stands_where_no_outcome_was_observed(store: Store) -> None:
    said = "no outcome observed is told; the authors say of it: "
    assert rows(store, f"case/{TACROLIMUS}/1")["prednisolone 2 mg/kg/day"] == [
        ["", f"{said}Prednisolone was not enough where it stands"]
    ]
    assert rows(store, f"case/{REVIEW}/papadopoulou-2019")["corticosteroid"] == [
        ["", f"{said}Dependent on the steroid where it stands"]
    ]
    # of no drug of this patient in particular: in no row
    assert not any(said in row[1] for each in rows(store, f"case/{REGISTRY}/4").values() for row in each)


def told(store: Store, name: str) -> dict[str, list[str]]:
    """Return what stands above the table, as its name -> the entries under it."""
    return entries(short(store, name))


def entries(part: Node) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    (listed,) = part.all("dl")
    for each in listed.content:
        if not isinstance(each, Node):
            assert not each.strip()
        elif each.tag == "dt":
            found[head := each.text] = []
        else:
            found[head].append(each.text)
    return found


def test_the_antibodies_that_were_positive_stand_at_the_top_with_all_their_results(store: Store) -> None:
    assert told(store, f"case/{ASPERGILLOSIS}/1")["antibodies"] == [
        "anti-MDA5 antibody: printed as “5600”, positive, enzyme-linked immunosorbent assay, at admission "
        "(Titre of 5600)"
    ]
    assert told(store, "case/key/authorea-708183/1")["antibodies"] == [
        "anti-MDA5 antibody: positive, at baseline; "
        "negative, at week 96 (The page does not say from when the 96 weeks count)"
    ]


def test_what_was_negative_stands_beside_what_was_positive(store: Store) -> None:
    # the routine screen was negative before the panel: it speaks for no antibody by name
    screen, positive = told(store, f"case/{PNEUMONIA}/1")["antibodies"]
    assert screen.startswith("autoantibodies, which ones is not listed: negative, at first screen (A routine")
    assert positive.startswith("anti-MDA5 antibody: positive, at myositis panel")
    positive, negative = told(store, f"case/{CAFARDI}/1")["antibodies"]
    assert positive.startswith("antinuclear antibody: printed as “1:1280”, positive, implied, at workup")
    assert negative == "negative, at workup: anti-Sm antibody, anti-SSA antibody, anti-SSB antibody"
    *before, last = told(store, f"case/{SEED}/1")["antibodies"]
    assert [each.partition(":")[2] for each in before] == [
        " positive, printed as anti-ANA in the text, at panel 1",
        *(" positive, at panel 1",) * 2,
        *(" positive, at workup",) * 3,
    ]
    assert last == (
        "autoantibodies, which ones is not listed: negative, at il2 month 2; see the conflict seroconversion"
    )


@pytest.mark.slow
def test_all_turns_of_the_course_stand_at_the_top_those_too_that_have_a_row(store: Store) -> None:
    course = {
        f"case/{YANEZ}/1": [
            "relapse, at relapse time (printed as “at 6 months”) (With fever; the six months"
        ],
        f"case/{TACROLIMUS}/1": ["relapse, at relapses time (More than one)"],
        f"case/{SEED}/1": [
            "flare (muscle and skin), following prednisone 30→20 mg/day, at flare time",
            "symptom-free interval, for at least 243 days, printed as “8 months”, at symptom free (The start",
            f"by rule, steroid sparing: prednisone lowered 20→10 mg/day on {TWICE}; beside it ran",
        ],
        "case/key/authorea-708183/1": [
            "relapse, following glucocorticoid lowered, at glucocorticoid taper (When the",
            "by rule, steroid sparing: glucocorticoid stopped on tofacitinib",
        ],
        f"case/{CAFARDI}/1": ["flare (skin), following prednisone “below 20 mg/day”, below 20 (The rash"],
    }
    for case, said in course.items():
        found = told(store, case)["course"]
        assert [each[: len(one)] for each, one in zip(found, said, strict=True)] == said
    assert "#relapse" in short(store, f"case/{YANEZ}/1").links()


def test_a_death_is_told_of_what_and_a_day_only_where_one_is_told(store: Store) -> None:
    assert told(store, "case/key/pemphigus-il2-interferon-1989/1")["died"] == [
        "when is not told, from vesicles start on: death of pemphigus vulgaris; where it stands"
    ]
    assert told(store, f"case/{PNEUMOCYSTIS}/1")["adverse events"] == [
        "Pneumocystis jirovecii pneumonia, during immune suppressant agent therapy, at infection "
        "(when is not told, anywhere from treatment start to death)"
    ]
    assert told(store, f"case/{PNEUMOCYSTIS}/1")["died"] == [
        "day 66 to 74, counted from onset, printed as “about 10 weeks after the first symptom”: death; "
        "where it stands"
    ]


def test_a_diagnosis_stands_with_its_note(store: Store) -> None:
    lung = told(store, f"case/{ASPERGILLOSIS}/1")["diagnosis"][1]
    assert (
        lung
        == "interstitial lung disease (MONDO:0015925), final, at admission (Rapidly progressive); "
        + ("where it stands")
    )
    eruption = told(store, f"case/{CAFARDI}/1")["diagnosis"][1]
    assert "working, at first visit (The first diagnosis, revised later)" in eruption


def test_a_disease_that_the_history_did_not_have_is_not_told_as_excluded(store: Store) -> None:
    of = told(store, f"case/{PNEUMONIA}/1")
    assert of["no history of"] == ["chronic disease, unspecified, implied by: Previously healthy"]
    assert "excluded" not in of
    of = told(store, f"case/{CAFARDI}/1")
    assert of["excluded"] == ["internal malignancy"]
    (seed,) = told(store, f"case/{SEED}/1")["excluded"]
    assert seed.endswith("(which ones is not told), printed as complications in the text")
    assert "no history of" not in of
    below = page(store, f"case/{PNEUMONIA}/1").named("no-chronic-disease").text
    assert below.startswith("no history of: chronic disease, unspecified, at history. Previously healthy")


def test_harm_stands_with_its_day_and_so_does_that_there_was_none(store: Store) -> None:
    of = told(store, f"case/{ASPERGILLOSIS}/1")
    assert of["adverse events"] == [
        "invasive aspergillosis, at day 49 "
        "(day 48 to 49, counted from a day that is not told, printed as “day 49”)"
    ]
    # tofacitinib and others may have run: that is no word on what killed
    assert of["died"] == [
        "day 60 to 61, counted from a day that is not told, printed as “day 61”: death; where it stands"
    ]
    assert told(store, "group/10.1001/jamadermatol.2014.504/1")["adverse events"] == [
        "no significant adverse event, during interleukin-2, after il2 (when is not told, from il2 start "
        "on). No serious adverse event"
    ]
    (died,) = told(store, f"case/{PNEUMONIA}/1")["died"]
    assert died == "when is not told, from second treatment on: death of Respiratory failure; where it stands"


def test_what_does_not_fit_together_is_told_at_the_top(store: Store) -> None:
    said = told(store, "case/key/authorea-708183/1")["does not fit together"]
    assert [each.partition(";")[0] for each in said] == [
        "Symptoms persisted in one sentence, remission in the next"
    ]
    assert "does not fit together" not in told(store, f"case/{CAFARDI}/1")


def test_what_the_authors_say_of_the_treatment_before_is_among_their_claims(store: Store) -> None:
    claimed = [each.text for each in short(store, f"case/{REGISTRY}/4").all("li")]
    assert [each.partition(";")[0] for each in claimed] == [
        "opinion (overall): Previous treatment had not been enough"
    ]
    switch = [each.text for each in short(store, "case/key/authorea-708183/1").all("li")]
    assert switch == [
        "opinion: Adverse effects of steroid are named as a reason for the switch where it stands"
    ]


def test_of_many_patients_of_a_report_the_first_are_named(store: Store) -> None:
    facts = read_case(store, f"{BASE}group/{REGISTRY}/series")
    claims = Claims(Service(base=SERVER), Words(facts, with_told(store)))
    others = {f"{BASE}case/{REGISTRY}/{number}": ("with", "") for number in range(1, 13)}
    shown = tree_of(rendered(in_short(claims, others)).encode())
    assert f"{REGISTRY}/10" in shown.text
    assert f"{REGISTRY}/11" not in shown.text
    assert "and 2 more, of the same report" in shown.text
    assert "more, of the same report" not in short(store, f"group/{REGISTRY}/series").text


@pytest.fixture
def unrecorded(tmp_path: Path) -> Iterable[Store]:
    """Return a store of the registry without what tells that its patients are of the nine."""
    text = shipped("cases", "rituximab-registry-2011.yaml")[0].read_text(encoding="utf-8")
    assert text.count("    member_of: [series]\n") == 4
    document = tmp_path / "registry.yaml"
    document.write_text(text.replace("    member_of: [series]\n", ""), encoding="utf-8")
    with open_store(":memory:", writable=True) as store:
        assert [type(each) for each in load(store, [document])] == [Loaded]
        yield store


def test_a_case_and_the_group_of_its_report_lead_to_each_other(store: Store, unrecorded: Store) -> None:
    registry = (f"{REGISTRY}/series", "(“All nine patients”, 9 patients)")
    cases = {
        f"case/{CAFARDI}/1": (f"{CAFARDI}/both", "(“Both patients”, 2 patients)"),
        f"case/{TACROLIMUS}/1": (f"{TACROLIMUS}/children", "(“All three children”, 3 patients)"),
        f"case/{REGISTRY}/4": registry,
    }
    for case, group in cases.items():
        lead_to_each_other(store, case, group, is_member=True)
    lead_to_each_other(unrecorded, f"case/{REGISTRY}/4", registry, is_member=False)
    four = told(store, f"group/{REGISTRY}/series")["told of as well"]
    assert len(four) == 4
    assert "(“patient 4”)" in four[1]
    assert "told of as well" not in told(store, f"case/{PNEUMONIA}/1")
    # another patient of the report is no group
    assert "told of as well" not in told(store, f"case/{REVIEW}/papadopoulou-2019")


def lead_to_each_other(store: Store, case: str, of: tuple[str, str], *, is_member: bool) -> None:
    group, who = of
    not_told = "whether the patient is one of the group is not recorded"
    whether = "the patient is told as one of the group" if is_member else not_told
    said = f"the same report tells of the group {group} {who}: {whether}"
    assert told(store, case)["told of as well"] == [said]
    assert f"{SERVER}groups/{group}" in short(store, case).links()
    back = short(store, f"group/{group}")
    path = case.removeprefix("case/")
    (said,) = (each for each in told(store, f"group/{group}")["told of as well"] if path in each)
    assert re.match(rf"the same report tells of the patient {re.escape(path)}(:| \()", said)
    assert said.endswith(whether)
    assert SERVER + case.replace("case/", "cases/") in back.links()


def test_many_days_stand_with_years_or_months_and_no_day_is_told_where_none_is(store: Store) -> None:
    when = {name: row for name, row, *_ in page(store, f"case/{REGISTRY}/2").section("Times").rows()}
    assert when["course-b"].startswith(
        "day 4839 to 4877, that is 13.2 to 13.4 years after birth, printed as "
    )
    # the table prints months since the last use, as bare numbers
    last = "410 to 442 days before course-b, that is 13.4 to 14.6 months before, printed as “14”"
    assert last in when["cyclophosphamide-last"]
    assert "that is 33.4 to 34.6 months before, printed as “34”" in when["methotrexate-last-again"]
    when = {name: row for name, row, *_ in page(store, f"case/{PNEUMONIA}/1").section("Times").rows()}
    assert when["death"] == "when is not told, not before presentation"
    assert when["presentation"].startswith("day 0")
    assert not re.search(r"day 0 or (later|earlier)(?! by)", page(store, f"case/{PNEUMONIA}/1").text)
