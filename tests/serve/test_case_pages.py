"""The page of a case against what its paper tells: nothing lost, nothing mixed, nothing made up."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from answering import answer_of
from html_tree import Node, tree_of

from casegraph.facts import case_iris, read_case
from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE, CG, PREFIXES, SCHEMA
from casegraph.plot.timeline.timeline import timeline
from casegraph.resources import shipped
from casegraph.serve.jobs.resource import ResourcePage
from casegraph.serve.telling.catalogue import about_a_case
from casegraph.serve.telling.service import Service
from casegraph.store import Store, open_store
from casegraph.store.embedded import EmbeddedStore
from casegraph.story.shown import story_of
from casegraph.story.words import Words
from casegraph.subjects import find_case
from casegraph.told import with_told

SERVER = "http://localhost:7878/"
PATH = "10.1007/s13555-020-00421-8"
CASE, REPORT = f"{BASE}case/{PATH}/1", f"{BASE}report/{PATH}"
#: One report with two patients, and one of a group.
TWO, GROUP = "10.1186/s12969-021-00637-8", "10.1001/jamadermatol.2014.504/1"
#: how often interleukin-2 was given in the first shipped case, before and after the flare.
DOSES = ("1x/week", "2x/week")
LINKED = "application/ld+json"
#: data, which no browser runs, and scripts that come with the server.
RUNS_NOT = re.compile(rf"application/(ld\+)?json$|{SERVER}static/[\w.-]+\.js$")
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "case_page.md"


def tree(store: Store, iri: str) -> Node:
    kind, _, path = iri.removeprefix(BASE).partition("/")
    job = ResourcePage(service=Service(base=SERVER), kind=kind, path=path, questions=about_a_case())
    _, content = answer_of(job, store)
    return tree_of(content)


@pytest.fixture(scope="module")
def page(seed_store: Store) -> Node:
    return tree(seed_store, CASE)


@pytest.fixture(scope="module")
def others() -> Iterable[Store]:
    paths = [*shipped("cases", "jak-inhibitors-review-2021.yaml"), *shipped("cases", "castela-2014.yaml")]
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, paths))
        yield store


def changed(store: Store, case: str, lines: Iterable[str], without: str = "\n") -> Store:
    """Return a store of one case of another, with some more quads, and without those that name something."""
    quads = "".join(read_case(store, case).quads.values()).splitlines()
    text = "\n".join([*(line for line in quads if without not in line), *lines]) + "\n"
    return EmbeddedStore.of_quads(ox.parse(text, format=ox.RdfFormat.N_QUADS), "a store")


@pytest.mark.slow
def test_a_name_that_is_percent_encoded_is_read_as_letters(seed_store: Store) -> None:
    odd = f"{BASE}case/clinic/odd%20id%2F%3Cscript%3E%C3%A9"
    quads = "".join(read_case(seed_store, CASE).quads.values()).replace(CASE, odd)
    store = EmbeddedStore.of_quads(ox.parse(quads, format=ox.RdfFormat.N_QUADS), "a store")
    page = tree(store, odd)
    (title,) = page.all("title")
    assert title.text.startswith("case/clinic/odd id/<script>\u00e9: ")
    drawn = timeline(Words(read_case(store, odd), with_told(store))).title
    assert drawn.startswith("Timeline of clinic/odd id/<script>\u00e9: ")


def named(node: Node) -> set[str]:
    """Return the names of the claims below a node, without those that the page itself gives."""
    return {each for each in node.ids() if not each.startswith("_")}


def test_every_claim_has_its_anchor_once(page: Node, seed_store: Store) -> None:
    facts = read_case(seed_store, CASE)
    claims = {facts.name(each) for each in facts.having("basis") if each.startswith(f"{CASE}#")}
    names = Counter(page.ids())
    assert len(claims) == 114
    assert [each for each in claims if names[each] != 1] == []
    assert max(names.values()) == 1


@pytest.mark.slow
def test_so_has_each_claim_of_other_cases_and_of_a_group(others: Store) -> None:
    found = [f"{BASE}case/{TWO}/{each}" for each in ("papadopoulou-2019", "sabbagh-2019-2")]
    for iri, many in zip([*found, f"{BASE}group/{GROUP}"], (25, 21, 15), strict=True):
        facts = read_case(others, iri)
        claims = {facts.name(each) for each in facts.having("basis") if each.startswith(f"{iri}#")}
        names = Counter(tree(others, iri).ids())
        assert len(claims) == many
        assert [each for each in claims if names[each] != 1] == []


def test_the_parts_stand_in_the_order_of_what_is_asked(page: Node) -> None:
    assert [each for each in page.ids() if each.startswith("_")] == [
        "_main",
        "_short",
        "_pictures",
        "_timeline",
        "_picture-_timeline",
        "_diagnoses",
        "_findings",
        "_antibodies",
        "_tests",
        "_treatments",
        "_responses",
        "_adverse-events",
        "_course",
        "_verdicts",
        "_words",
        "_conflicts",
        "_statements",
        "_care",
        "_times",
        "_source",
        "_questions",
        "_data",
    ]


def test_the_timeline_leads_to_the_claims_that_it_shows(page: Node) -> None:
    figure = page.named("_timeline")
    (block,) = figure.all("script")
    text = "".join(each for each in block.content if isinstance(each, str))
    drawn = set(re.findall('"href": "#([^"]+)"', text))
    listed = {each[1:] for each in figure.links() if each.startswith("#")}
    assert {"il2-weekly", "il2-twice-weekly", "flare", "skin-on-weekly-il2", "no-adverse-event"} <= drawn
    assert drawn <= set(page.ids())
    assert {"il2-weekly", "flare"} <= listed <= set(page.ids())
    assert "not to scale" in figure.text


@pytest.mark.slow
def test_a_picture_that_cannot_be_drawn_is_told_of_and_the_page_stands(
    seed_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(words: object) -> None:
        raise ValueError("no day")

    monkeypatch.setattr("casegraph.plot.timeline.timeline.timeline", fails)
    page = tree(seed_store, CASE)
    assert (
        "the timeline of the case cannot be drawn from what the store has: no day"
        in page.section("Read this first").text
    )
    assert "Over time" not in page.headings()
    assert page.all("figure") == []


FOUND = {
    *("erythema", "rough-skin", "desquamation", "pruritus", "periorbital-erythema", "rough-skin-worse"),
    *("leg-weakness", "strength-decline", "flare-weakness", "flare-rough-skin"),
}
NOT_FOUND = {
    *("no-myalgia-at-onset", "no-weakness-at-onset", "no-wheezing-at-onset", "no-fever-at-onset"),
    *("no-myalgia-at-worsening", "no-dysphagia", "no-chest-pain"),
}


def test_found_not_found_and_not_stated_are_never_mixed(page: Node) -> None:
    findings = page.named("_findings")
    assert findings.tag == "h2"
    part = page.section("Findings")
    assert named(part.section("Found")) == FOUND
    assert named(part.section("Explicitly not found")) == NOT_FOUND
    unstated = named(part.section("Not stated"))
    assert len(unstated) == 18
    assert {each for each in unstated if not each.startswith("unstated-")} == set()
    assert "Left open" not in part.headings()
    weakness = page.named("no-weakness-at-onset").text
    assert weakness.startswith("Muscle weakness, at onset (told as found elsewhere: strength-decline)")


def test_antibodies_over_time_are_as_the_paper_tells(page: Node) -> None:
    head, *rows = page.section("Antibodies over time").rows()
    assert [each.partition(" ")[0] for each in head] == ["antibody", "panel-1", "workup", "il2-month-2"]
    assert {row[0]: row[1:] for row in rows} == {
        "antinuclear antibody": ["+ positive", "", ""],
        "anti-SSA antibody": ["+ positive", "", ""],
        "rheumatoid factor": ["+ positive", "", ""],
        "anti-PL-7 antibody": ["", "+ positive", ""],
        "anti-TIF1-gamma antibody": ["", "+ positive", ""],
        "anti-Ro52 antibody": ["", "+ positive", ""],
        "autoantibody": ["", "", "\N{MINUS SIGN} negative, a summary whose members are not listed"],
        **{
            f"anti-{each} antibody": ["", "not stated", ""]
            for each in ("MDA5", "Mi-2", "Jo-1", "NXP2", "SAE", "SRP")
        },
    }


def test_a_test_at_any_time_on_a_drug_is_not_told_in_an_order(page: Node) -> None:
    part = page.section("All tests, in the order of time where it is known")
    apart = "In no known order to those above: each only between the times that are told with it"
    loose = part.section(apart)
    assert named(loose) == {"th17", "treg", "th17-treg-ratio"}
    assert all("(anywhere from il2-start to writing)" in page.named(each).text for each in named(loose))
    assert {"ana", "ssa", "rheumatoid-factor"} <= named(part) - named(loose)


def test_the_picture_alone_numbers_the_occasions(page: Node) -> None:
    rows = {row[0]: row[1:] for row in page.section("Times").rows()}
    assert rows["occasion"] == ["when", "order"]
    assert rows["on-il2"][1] == "anywhere from il2-start to writing"
    assert rows["il2-month-2"][1] == ""
    assert list(rows).index("prednisone-20") < list(rows).index("flare-time")
    assert not any(cell.isdigit() for row in rows.values() for cell in row)


def test_treatments_stand_with_their_doses_and_ends(page: Node) -> None:
    rows = page.section("Treatments and doses").rows()[1:]
    assert len(rows) == 5 + 11
    ends = {row[0]: row[2] for row in rows}
    assert ends["interleukin-2"] == "still given at writing"
    assert [row[2] for row in rows if row[0] == "prednisone"] == [
        "a stop is only implied at il2-start",
        "still given at writing",
    ]
    weekly, twice = (row for row in rows if row[0].startswith("1,000,000 IU"))
    assert weekly[0].endswith("once a week, subcutaneous")
    assert weekly[2] == "followed by il2-twice-weekly"
    assert twice[2:4] == ["not told", "because of flare"]


def test_outcomes_are_told_by_domain(page: Node) -> None:
    part = page.section("What became of it")
    assert named(part.section("skin")) == {
        *("skin-on-prednisone-hcq", "skin-worse-on-prednisone-hcq", "skin-on-weekly-il2"),
        "skin-on-twice-weekly-il2",
    }
    assert part.headings()[1:] == ["immune cells", "muscle", "overall", "serology", "skin"]


def test_a_verdict_unfolds_to_the_places_of_what_it_rests_on(page: Node) -> None:
    verdict = page.named("outcome-Interleukin2Drug-skin")
    (folded,) = verdict.all("details")
    text, links = folded.text, folded.links()
    assert "By the rule drug_outcome" in text
    for passage, place in (
        ("c2-6", "paragraph 2, characters 4525 to 4679"),
        ("c3-8", "paragraph 3, characters 5572 to 5687"),
    ):
        assert place in text
        assert f"{SERVER}reports/{PATH}#{passage}" in links
    assert "beside it ran hydroxychloroquine" in text
    lists = page.section("What follows by rule")
    assert all(each.all("details") for each in lists.all("li") if each.said.get("class") == "claim")
    assert len(named(lists)) == 49


def test_a_conflict_has_both_sides_with_their_places(page: Node) -> None:
    part = page.section("What does not fit together")
    assert len(named(part)) == 12
    sides = page.named("conflict-adverse-events")
    assert {"#no-adverse-event", "#no-significant-adverse-event"} <= set(sides.links())
    assert "case presentation, paragraph 3, characters 6047 to 6112" in sides.text
    assert "abstract, paragraph 1, characters 660 to 852" in sides.text


ONE, OTHER = (f"{BASE}case/{TWO}/{each}" for each in ("papadopoulou-2019", "sabbagh-2019-2"))


@pytest.mark.slow
def test_another_report_that_says_otherwise_stands_beside(others: Store) -> None:
    graph, conflict = f"<{BASE}compared/x>", f"<{BASE}compared/x#conflict-1>"
    theirs = read_case(others, OTHER).claims("hasTestResult")[0]
    told = {
        "a": "cg:TellingConflict",
        "cg:ofComparison": graph,
        "cg:conflictMatter": "cg:sexConflict",
        "cg:conflictCertainty": "cg:certainConflict",
        "cg:firstTelling": f"<{ONE}>",
        "cg:firstSays": '"it is <b>so</b>"',
        "cg:secondTelling": f"<{theirs}>",
        "cg:secondSays": '"it is otherwise"',
    }
    lines = f"""PREFIX cg: <{CG}> INSERT DATA {{
      GRAPH {graph} {{ {graph} cg:compares <{ONE}>, <{OTHER}> .
        {" ".join(f"{conflict} {name} {value} ." for name, value in told.items())} }}
      GRAPH <{BASE}patients> {{ <{ONE}> cg:countedAs <{ONE}> . <{OTHER}> cg:countedAs <{ONE}> }} }}"""
    compared = ox.Store()
    compared.update(lines)
    told_before = ox.parse("\n".join(others.dump()), format=ox.RdfFormat.N_QUADS)
    both = EmbeddedStore.of_quads([*told_before, *compared], "both")
    for mine, other in ((ONE, OTHER), (OTHER, ONE)):
        part = tree(both, mine).section("With other reports on this patient")
        said = ["it is <b>so</b>", "it is otherwise"]
        ours, theirs_said = said if mine == ONE else reversed(said)
        assert f"This report: {ours}" in part.text
        assert f"The other report: {theirs_said}" in part.text
        assert "certain" in part.text
        assert any(each.startswith(other.replace(f"{BASE}case/", f"{SERVER}cases/")) for each in part.links())


#: A document of a report whose DOI has letters that addresses and shells have another meaning for.
ODD = """
casegraph: 1
report: {title: Odd, doi: '10.5555/a(b)<c>;d#e?f%2g', extent: fullText}
curation: {by: x, date: '2026-11-26', source: none}
passages: {p: {section: case}}
cases: {'1': {sex: female}}
"""


def shell_words(line: str) -> list[str]:
    """Return the words of a line for the shell, and what has a meaning of its own there and is not quoted."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    return list(words)


def test_a_doi_with_odd_letters_leads_to_itself_and_is_one_word_of_the_shell(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(ODD, encoding="utf-8")
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, [path]))
        (case,) = case_iris(store)
        page = tree(store, case)
        (shell,) = (each for each in page.all("pre") if each.said.get("aria-label") == "Lines for the shell")
        lines = "".join(each for each in shell.content if isinstance(each, str)).splitlines()
        assert len(lines) == 10
        assert {find_case(store, shell_words(line)[-1]) for line in lines} == {case}
    address = "https://doi.org/10.5555/a(b)%3Cc%3E;d%23e%3Ff%252g"
    assert [each for each in page.links() if "doi.org" in each] == [address]
    assert address in page.section("Source").text
    assert "10.5555/a(b)<c>;d#e?f%2g" in page.section("Source").text


def test_the_source_tells_licence_consent_and_what_was_read(page: Node) -> None:
    part = page.section("Source")
    assert "https://creativecommons.org/licenses/by-nc/4.0/" in part.links()
    assert f"https://doi.org/{PATH}" in part.links()
    text = part.text
    assert "Miao Miao; Yuhui Li; Bo Huang; Jing He; Zhanguo Li (2020). Hypomyopathic" in text
    assert re.search(r"Dermatology and Therapy, issue\s5/2020\. https://doi\.org/", text)
    assert f"{SERVER}reports/{PATH}#i3" in part.links()


def test_what_was_excluded_is_told_in_words_that_say_what(page: Node) -> None:
    text = page.section("In short").text
    assert "internal malignancy; other diseases that would explain it (which ones is not told)" in text
    assert "other disease than the diagnosis" not in page.text


def test_claims_about_a_drug_in_general_are_no_claims_about_this_patient(page: Node) -> None:
    safe = "Low-dose IL-2 is safe in this disease"
    assert safe not in page.section("In short").text
    assert safe in page.section("What the authors say of it").text
    assert "Low-dose IL-2 worked in this patient" in page.section("In short").text


def test_care_is_told_item_by_item(page: Node) -> None:
    rows = page.section("Completeness by CARE").rows()[1:]
    assert len(rows) == 19
    assert [row[1] for row in rows if row[2] != "✓ reported"] == ["limitations"]
    assert [row[2] for row in rows if row[1] == "limitations"] == ["✗ not reported"]


def test_the_page_tells_programs_of_the_report_and_nothing_of_the_patient(page: Node) -> None:
    (block,) = (each for each in page.all("script") if each.said.get("type") == LINKED)
    text = "".join(each for each in block.content if isinstance(each, str))
    assert not re.search("[<>&]", text)
    quads = list(ox.parse(text, format=ox.RdfFormat.JSON_LD))
    kinds = {
        (quad.subject.value, quad.object.value)
        for quad in quads
        if quad.predicate.value == PREFIXES["rdf"] + "type"
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    }
    assert {(REPORT, f"{SCHEMA}MedicalScholarlyArticle"), (CASE, f"{SCHEMA}Dataset")} <= kinds
    said = {(quad.predicate.value, getattr(quad.object, "value", "")) for quad in quads}
    assert (f"{SCHEMA}sameAs", f"https://doi.org/{PATH}") in said
    assert (f"{SCHEMA}license", "https://creativecommons.org/licenses/by-nc/4.0/") in said
    assert "Patient" not in text
    assert not {"female", "61", "Female"} & set(re.findall(r"[\w.]+", text))


def test_what_is_hostile_stays_text(seed_store: Store) -> None:
    bad = "</script><script>alert(1)</script>\\u2028<!--"
    lines = (
        f'<{REPORT}> <{PREFIXES["dcterms"]}title> "{bad}" <{REPORT}> .',
        f'<{CASE}#ana> <{CG}valuePrinted> "<img src=x>" <{CASE}/asserted> .',
        f'<{CASE}#curation> <{PREFIXES["dcterms"]}creator> "<i>x</i>" <{CASE}/provenance> .',
        f"<{CASE}> <{CG}hasJudgement> <{CASE}#no-kind> <{CASE}/inferred> .",
        f'<{CASE}#outcome-Interleukin2Drug-skin> <{CG}rule> "no_such_rule" <{CASE}/inferred> .',
        f"<{CASE}#lost> <{CG}basis> <{CG}stated> <{CASE}/asserted> .",
    )
    page = tree(changed(seed_store, CASE, lines), CASE)
    assert all(RUNS_NOT.match(each.said.get("type") or each.said["src"]) for each in page.all("script"))
    (block,) = (each for each in page.all("script") if each.said.get("type") == LINKED)
    graph = json.loads("".join(each for each in block.content if isinstance(each, str)))["@graph"]
    assert any(each.get("name", "").startswith("</script>") for each in graph)
    assert page.all("img") == []
    assert "<img src=x>" in page.section("Antibodies over time").text
    assert "by <i>x</i>" in page.section("Source").text
    assert "cannot explain it" in page.named("outcome-Interleukin2Drug-skin").text
    assert named(page.section("Also told")) == {"lost"}


def test_a_store_without_the_ontology_says_so_before_all_else(seed_store: Store) -> None:
    part = tree(changed(seed_store, CASE, ()), CASE).section("Read this first")
    assert "the ontology is not in the store" in part.text


def test_what_must_be_legible_is(page: Node) -> None:
    rows = re.findall(r"^\| `(_[\w-]+)` \| (.+) \|$", DOCUMENTATION.read_text(encoding="utf-8"), re.M)
    assert len(rows) >= 14
    for part, words in rows:
        (section,) = (each for each in page.all("section") if each.said.get("aria-labelledby") == part)
        for each in re.findall("`([^`]+)`", words):
            assert each in section.text, (part, each)


def test_headings_landmarks_and_tables_are_whole(page: Node, others: Store) -> None:
    for each in (page, tree(others, f"{BASE}group/{GROUP}")):
        assert all(table.all("caption") for table in each.all("table"))
        assert all(head.said["scope"] in ("col", "row") for head in each.all("th"))
        wide = [box for box in each.all("div") if box.said.get("class") == "wide"]
        assert wide
        assert all(box.said["tabindex"] == "0" and box.said["aria-label"] for box in wide)
        assert all(len(section.text) > len(section.headings()[0]) for section in each.all("section"))
        assert {nav.said["aria-label"] for nav in each.all("nav")} >= {"Site", "On this page"}


def test_what_was_tried_without_a_told_outcome_is_not_left_out() -> None:
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, shipped("cases", "ramseur-1989.yaml")))
        whole = tree(store, f"{BASE}case/key/pemphigus-il2-interferon-1989/1")
    part = whole.section("In short")
    assert "overall (non-Hodgkin lymphoma): worse, on cyclophosphamide" in whole.section("overall").text
    rows = {row[0]: row[1:] for row in part.rows()}
    assert rows["radiotherapy"] == ["", "no outcome of it is told where it stands"]
    # three single doses are told, the first twice the others
    first = "interleukin-2 begun at 5,000,000 arbitrary units/m2, intravenous (printed as lo6 in the text)"
    alone = rows[first][1]
    assert alone.startswith("no outcome of it is told; adverse events during it: ")
    assert rows["trimetrexate"] == [
        "overall (non-Hodgkin lymphoma)",
        "unchanged (No response): not known what else changed why",
    ]
    together = rows["cyclophosphamide + prednisone + vincristine"][1]
    assert together == (
        "worse (The lymphoma progressed): told of them together, what each did is not told. "
        "Why: cyclophosphamide, prednisone, vincristine"
    )
    # the fatal harm first, during what, and put down to what; a death with its day, as far as it is known
    harms = [each.text for each in part.all("dd") if ", during" in each.text]
    both = "during interleukin-2 and interferon beta"
    day = "day 4 to 6, counted from il2 start, printed as “day 5-6”"
    fatal = f"pemphigus vulgaris, fatal, {both}, at vesicles start ({day})"
    assert harms == [fatal, f"Fever, {both}", f"Hypotension, {both}"]
    first, second = (each.text for each in part.all("li"))
    assert first.startswith("attribution (pemphigus vulgaris, fatal): Attributed to interferon beta and")
    assert "; attributed to interleukin-2 and interferon beta where it stands" in first
    assert second.startswith("attribution (Fever and Hypotension): ")
    assert "died when is not told, from vesicles start on: death of pemphigus vulgaris" in part.text


def test_a_group_is_told_as_one(others: Store) -> None:
    page = tree(others, f"{BASE}group/{GROUP}")
    assert "group 5 patients" in page.section("In short").text
    assert "skin: improved, on interleukin-2; beside it" in page.section("In short").text
    assert "4 of 5 patients responded" in page.section("In short").text
    assert "SALT score: 82, printed as “82 (range 63-100)”" in page.text
    assert "Completeness by CARE" not in page.headings()
    assert "None is told to have been absent." in page.section("Findings").text
    assert "so that what is not told here may still stand in the rest" in page.section("Source").text


def test_what_came_of_one_dose_stands_apart_from_what_came_of_another(page: Node) -> None:
    rows = page.section("In short").rows()[1:]
    on = {
        dose: [row[1:] for row in rows if row[0].startswith(f"interleukin-2 1,000,000 IU {dose}")]
        for dose in DOSES
    }
    # its stop is only implied, so that prednisone may have run on
    perhaps = "possibly also prednisone (perhaps stopped at il2 start)"
    added = f"added to background; beside it ran hydroxychloroquine; {perhaps}"
    split = "; see the conflict il2-domains"
    assert on["1x/week"] == [
        ["skin", f"improved (elbow and hand), within 7 days, at il2 week 1: {added}{split} why"],
        [
            "serology",
            f"resolved, after 45 to 77 days, at il2 month 2 (printed as “after 2 months”): {added} why",
        ],
        [
            "muscle (Muscle weakness)",
            f"worse, at decline (printed as “in the following period”): {added}{split} why",
        ],
    ]
    all_ran = "beside it ran cyclosporin A, hydroxychloroquine and prednisone (perhaps lowered at late taper)"
    assert on["2x/week"] == [
        [domain, f"resolved, within 7 days, at flare week 1: after escalation; {all_ran} why"]
        for domain in (
            "muscle (Lower limb muscle weakness, printed as lower muscles in the text)",
            "skin (rough skin of bilateral hand)",
        )
    ]
    flared = [row for row in rows if "flare: relapse on taper" in row[2]]
    course = "second course told, from csa start"
    assert [row[:2] for row in flared] == [[f"prednisone begun at 50 mg/day, {course}", "muscle and skin"]]
    assert not any("mixed" in row[2] for row in rows)
    assert "worse, implied, at worsening" in " ".join(row[2] for row in rows)


def test_a_group_that_became_worse_did_not_respond() -> None:
    with open_store(":memory:", writable=True) as store:
        paths = shipped("cases", "hydroxychloroquine-rash-2023.yaml")
        assert all(isinstance(each, Loaded) for each in load(store, paths))
        part = tree(store, f"{BASE}group/10.5070/d329562407/1").section("In short")
    worse, better, claimed = (each.text for each in part.all("li"))
    assert worse.startswith("skin: worse, on hydroxychloroquine")
    assert "3 patients evaluated, how many became worse is not counted here. In all three" in worse
    assert "3 patients evaluated, how many improved is not counted here" in better
    assert "responded" not in part.text
    assert "What the authors claim of this group" in part.text
    assert claimed.startswith(
        "attribution (Skin rash; skin; hydroxychloroquine): The worse rash is attributed"
    )
    day = "day 14 to 290, counted from hcq start, printed as “2 weeks to 9 months”"
    assert f"Skin rash, during hydroxychloroquine, at exacerbation ({day}). In all three" in part.text


def test_what_was_the_only_change_is_not_said_to_have_been_alone() -> None:
    with open_store(":memory:", writable=True) as store:
        paths = shipped("cases", "rituximab-registry-2011.yaml")
        assert all(isinstance(each, Loaded) for each in load(store, paths))
        page = tree(store, f"{BASE}case/10.3899/jrheum.101321/2")
    said = "only change told (what ran beside it is not known)"
    rows = {row[0]: row[1:] for row in page.section("In short").rows()}
    ran = "beside it may have run methylprednisolone, mycophenolate and prednisone"
    note = "printed as “2.5 years of follow-up”; Complete clinical response, without a relapse"
    second = f"resolved (complete), at last follow up ({note}): only change told; {ran} why"
    first, again = "first course told, from course a", "second course told, from course b"
    assert rows[f"rituximab 2 doses of 375 mg/m2, {again}"] == ["overall", second]
    assert rows[f"rituximab 2 doses of 500 mg/m2, {first}"] == ["overall", "not evaluable where it stands"]
    assert (
        f"{said} It is the only treatment told to be started or raised"
        in page.section("What follows by rule").text
    )
    assert "sole change" not in page.text


def test_who_may_be_one_patient_is_told_at_the_top_of_both_pages() -> None:
    with open_store(":memory:", writable=True) as store:
        paths = [each for year in ("2020", "2021") for each in shipped("cases", f"miao-{year}.yaml")]
        assert all(isinstance(each, Loaded) for each in load(store, paths))
        group = f"{BASE}group/10.1007/s40744-021-00301-3/1"
        tops = {iri: tree(store, iri).section("Read this first") for iri in (CASE, group)}
        story = str(story_of(store, group))
    one, other = tops[CASE], tops[group]
    assert "This patient may be one of the group group/10.1007/s40744-021-00301-3/1" in one.text
    assert one.links() == [f"{SERVER}groups/10.1007/s40744-021-00301-3/1"]
    assert f"One of this group may be the patient case/{PATH}/1" in other.text
    assert other.links() == [f"{SERVER}cases/{PATH}/1"]
    assert story.startswith(
        "Perhaps the same patient, which nobody has decided: do not count both\n  One of this "
    )
    assert all("Nobody has decided it" in each.text for each in tops.values())
