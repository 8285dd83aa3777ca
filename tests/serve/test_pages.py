"""The pages of cases, reports, the ontology and the stored queries, and what hostile data do to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import pyoxigraph as ox
import pytest
from answering import answer_of
from html_pages import Page

from casegraph.facts import case_iris, read_case
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.query import get_query, stored_queries
from casegraph.resources import shipped
from casegraph.serve.errors import NotThereError
from casegraph.serve.jobs.resource import ResourcePage
from casegraph.serve.pages.markup import element, link, rendered
from casegraph.serve.pages.ontology import ontology_page
from casegraph.serve.pages.queries import parameter_field, queries_page, query_page
from casegraph.serve.telling.catalogue import about, all_queries
from casegraph.serve.telling.service import Service
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore

SERVICE = Service(base="http://localhost:7878/")
PATH = "10.1007/s13555-020-00421-8"
CASE, REPORT = f"{BASE}case/{PATH}/1", f"{BASE}report/{PATH}"
#: data, which no browser runs, and scripts that come with the server.
RUNS_NOT = re.compile(r"application/(ld\+)?json$|http://localhost:7878/static/[\w.-]+\.js$")
#: what a page may lead to: the web, and itself.
LEADS = re.compile(r"https?://|#")


def page_of(store: Store, kind: str, path: str) -> Page:
    head, content = answer_of(ResourcePage(service=SERVICE, kind=kind, path=path), store)
    assert (head.status, head.media_type) == (200, "text/html; charset=utf-8")
    return checked(content)


def checked(content: bytes) -> Page:
    """Return a page, after a look at what every page must be."""
    assert content.startswith(b"<!DOCTYPE html>\n")
    page = Page(content)
    names = [name for name, _ in page.tags]
    assert not {"style", "iframe", "object", "embed", "img", "base"} & set(names)
    assert all(
        RUNS_NOT.match(said.get("src") or said["type"]) for name, said in page.tags if name == "script"
    )
    assert not [
        said for _, said in page.tags if any(each == "style" or each.startswith("on") for each in said)
    ]
    assert len(page.ids) == len(set(page.ids))
    assert not [each for each in page.ids if not each or re.search(r"\s", each)]
    assert all(LEADS.match(each) for each in page.addresses())
    assert {each[1:] for each in page.addresses() if each.startswith("#")} <= set(page.ids)
    assert page.first("html")["lang"] == "en"
    assert [names.count(each) for each in ("h1", "main", "title", "header", "footer")] == [1] * 5
    assert page.addresses()[0] == "#_main"
    assert {said["aria-labelledby"] for _, said in page.tags if "aria-labelledby" in said} <= set(page.ids)
    assert all(said.get("scope") in ("col", "row") for name, said in page.tags if name == "th")
    levels = [int(name[1]) for name in names if name in ("h1", "h2", "h3")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    return page


def with_quads(store: Store, lines: Iterable[str], without: str = "\n") -> Store:
    """Return a store of the case of another with some more quads, and without those that name something."""
    quads = "".join(read_case(store, CASE).quads.values()).splitlines()
    text = "\n".join([*(line for line in quads if without not in line), *lines]) + "\n"
    return EmbeddedStore.of_quads(ox.parse(text, format=ox.RdfFormat.N_QUADS), "a store")


def test_each_claim_of_a_case_has_a_place_of_its_name(seed_store: Store) -> None:
    page = page_of(seed_store, "case", f"{PATH}/1")
    facts = read_case(seed_store, CASE)
    claims = [facts.name(each) for each in facts.having("basis") if each.startswith(f"{CASE}#")]
    assert len(claims) >= 100
    assert set(claims) <= set(page.ids)
    assert "interleukin-2il2-start" in page.texts["il2"]
    assert "cg:Interleukin2Drug" in page.texts["il2"]


def test_the_head_tells_patient_and_diagnosis(seed_store: Store) -> None:
    text = page_of(seed_store, "case", f"{PATH}/1").texts["_main"]
    assert text.startswith(
        "Hypomyopathic Dermatomyositis with Refractory Dermatitis Treated by Low-dose IL-2"
    )
    for told in ("female, 61 years old at onset", "hypomyopathic dermatomyositis (MONDO:1010089)"):
        assert told in text


def test_the_evidence_leads_to_passages_on_the_page_of_the_report(seed_store: Store) -> None:
    report = f"http://localhost:7878/reports/{PATH}"
    led = {
        each for each in page_of(seed_store, "case", f"{PATH}/1").addresses() if each.startswith(f"{report}#")
    }
    page = page_of(seed_store, "report", PATH)
    assert len(led) >= 30
    assert {each.partition("#")[2] for each in led} <= set(page.ids)
    assert "5011 to 5107" in page.texts["c3-4"]
    assert f"http://localhost:7878/cases/{PATH}/1" in page.addresses()
    assert "https://creativecommons.org/licenses/by-nc/4.0/" in page.addresses()


def test_the_same_can_be_had_as_data(seed_store: Store) -> None:
    links = [said for name, said in page_of(seed_store, "case", f"{PATH}/1").tags if name == "link"]
    here = f"http://localhost:7878/cases/{PATH}/1?format="
    assert {said["type"]: said["href"] for said in links if said["rel"] == "alternate"} == {
        "text/turtle": f"{here}ttl",
        "application/trig": f"{here}trig",
        "application/ld+json": f"{here}jsonld",
        "application/n-quads": f"{here}nq",
        "application/rdf+xml": f"{here}rdf",
    }
    assert [said["href"] for said in links if said["rel"] == "stylesheet"] == [
        "http://localhost:7878/static/casegraph.css"
    ]


@pytest.mark.slow
def test_all_shipped_cases_groups_and_reports_have_pages(corpus_store: Store) -> None:
    cases = case_iris(corpus_store)
    assert len(cases) >= 30
    for iri in cases:
        kind, _, path = iri.removeprefix(BASE).partition("/")
        page_of(corpus_store, kind, path)
    reports = {read_case(corpus_store, iri).report for iri in cases}
    assert len(reports) >= 20
    for iri in reports:
        page_of(corpus_store, "report", iri.removeprefix(f"{BASE}report/"))


def test_a_retracted_report_says_so_before_all_else(seed_store: Store) -> None:
    notice = f"<{REPORT}#notice>"
    quads = (
        f"<{REPORT}> <{CG}hasNotice> {notice} <{REPORT}> .",
        f"{notice} <{PREFIXES['rdf']}type> <{CG}Retraction> <{REPORT}> .",
        f"{notice} <{CG}affects> <{REPORT}> <{REPORT}> .",
    )
    for kind, path in (("case", f"{PATH}/1"), ("report", PATH)):
        page = page_of(with_quads(seed_store, quads), kind, path)
        names = [name for name, _ in page.tags]
        assert names.index("h1") < page.tags.index(("h2", {"id": "_notices"})) < names.index("dl")
        assert f"{PATH} was retracted" in page.texts["_main"]


HOSTILE = (
    f'<{REPORT}> <{CG}authors> "<script>alert(1)</script>" <{REPORT}> .',
    f'<{REPORT}> <{CG}doi> "x\\" onmouseover=\\"alert(1)" <{REPORT}> .',
    f'<{REPORT}> <{CG}journal> "a\\u202Eb\\u2066c\\u0000d\\u001Be" <{REPORT}> .',
    f"<{REPORT}> <{PREFIXES['dcterms']}license> <javascript:alert(1)> <{REPORT}> .",
    f'<{CASE}#il2> <{CG}gist> "</section></main><img src=x onerror=alert(1)>" <{CASE}/asserted> .',
    f"<{CASE}#il2> <{CG}aboutConcept> <javascript:alert(2)> <{CASE}/asserted> .",
    f"<{CASE}#il2> <{CG}aboutConcept> <data:text/html,x> <{CASE}/asserted> .",
    f"<{CASE}#il2> <{CG}statedIn> <javascript:alert(3)#x> <{CASE}/asserted> .",
    f"<{CASE}> <{CG}hasFinding> <{CASE}#_main> <{CASE}/asserted> .",
    f"<{CASE}> <{CG}hasFinding> <{CASE}#il2> <{CASE}/asserted> .",
    f"<{CASE}> <{CG}hasFinding> <{CASE}#'onclick=alert(1)'> <{CASE}/asserted> .",
)


@pytest.mark.parametrize(("kind", "path"), [("case", f"{PATH}/1"), ("report", PATH)])
def test_hostile_data_stay_text(kind: str, path: str, seed_store: Store) -> None:
    page = page_of(with_quads(seed_store, HOSTILE), kind, path)
    text = "".join(page.texts.values())
    assert "<script>alert(1)</script>" in text
    assert "a\ufffdb\ufffdc\ufffdd\ufffde" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", text)
    assert not [each for each in page.addresses() if each.lower().startswith(("javascript", "data"))]
    if kind == "case":
        assert "</section></main><img src=x onerror=alert(1)>" in text


def test_a_case_that_has_no_words_is_told_of_so(seed_store: Store) -> None:
    cycle = f"<{CASE}#flare> <{CG}trigger> <{CASE}#flare> <{CASE}/asserted> ."
    bad_number = f'<{CASE}#il2-weekly> <{CG}doseMin> "plenty" <{CASE}/asserted> .'
    none = with_quads(seed_store, (), without=f"{CG}reportedIn")
    for store in (with_quads(seed_store, [cycle]), with_quads(seed_store, [bad_number]), none):
        with pytest.raises(NotThereError) as caught:
            page_of(store, "case", f"{PATH}/1")
        assert "text/turtle" in caught.value.todo


def test_a_link_leads_to_the_web_or_within_the_page_alone() -> None:
    assert (
        rendered(link("https://example.org/?a=1&b", "x")) == '<a href="https://example.org/?a=1&amp;b">x</a>'
    )
    for bad in (
        "javascript:alert(1)",
        " javascript:x",
        "JaVaScRiPt:x",
        "data:x",
        "//evil.example",
        "http:",
        "vbs:x",
    ):
        assert rendered(link(bad, "x")) == "x", bad
    assert rendered(element("p", '<&">', title='"<')) == '<p title="&quot;&lt;">&lt;&amp;"&gt;</p>\n'


def test_each_term_of_the_ontology_has_its_anchor() -> None:
    page = checked(ontology_page(SERVICE))
    kinds = {f"{PREFIXES['owl']}{each}" for each in ("Class", "ObjectProperty", "DatatypeProperty")}
    quads = [quad for path in shipped("ontology", "*.ttl") for quad in ox.parse(path=path)]
    own = [quad for quad in quads if str(quad.subject).startswith(f"<{CG}")]
    terms = {str(quad.subject)[1:-1].removeprefix(CG) for quad in own if str(quad.object)[1:-1] in kinds}
    assert len(terms) >= 300
    assert terms <= set(page.ids)
    assert "One patient as one case report tells of that person." in page.texts["Case"]
    assert "cg:Subject" in page.texts["Case"]


def test_the_list_of_queries_leads_to_each() -> None:
    page = checked(queries_page(SERVICE, all_queries(SERVICE)))
    assert {f"http://localhost:7878/queries/{name}" for name in stored_queries()} <= set(page.addresses())


@pytest.mark.parametrize("name", stored_queries())
def test_a_query_has_a_form_with_a_label_for_each_parameter(name: str) -> None:
    query = about(SERVICE, get_query(name))
    page = checked(query_page(SERVICE, query))
    form = page.first("form")
    assert (form["action"], form["method"]) == (f"http://localhost:7878/queries/{name}/results", "get")
    fields = [said for tag, said in page.tags if tag in ("input", "select")]
    assert [said["name"] for said in fields] == list(query.parameters)
    assert [said["for"] for tag, said in page.tags if tag == "label"] == [said["id"] for said in fields]
    assert {said["aria-describedby"] for said in fields if "aria-describedby" in said} <= set(page.ids)


def test_the_form_holds_an_example_or_the_list() -> None:
    page = checked(query_page(SERVICE, about(SERVICE, get_query("drug_responses"))))
    assert page.first("input")["value"] == "cg:Interleukin2Drug"
    page = checked(query_page(SERVICE, about(SERVICE, get_query("autoantibodies_at"))))
    values = {said["name"]: said.get("value", "") for tag, said in page.tags if tag == "input"}
    assert values == {"drug": "cg:Interleukin2Drug", "days": "60", "antibody": ""}
    page = checked(query_page(SERVICE, about(SERVICE, get_query("refractory_cases"))))
    chosen = [said["value"] for tag, said in page.tags if tag == "option" and "selected" in said]
    assert len(chosen) == 1


@pytest.mark.parametrize("said", ["two-lines", "Two-Lines", "twoLinesDefinition", f"{CG}twoLinesDefinition"])
def test_a_form_shows_the_value_that_was_asked_however_it_was_said(said: str) -> None:
    (parameter,) = [
        each
        for each in about(SERVICE, get_query("refractory_cases")).parameters.values()
        if "twoLinesDefinition" in each.values
    ]
    text = rendered(element("form", parameter_field("refractory", parameter, said)))
    (chosen,) = (each for each in re.findall("<option[^>]*>", text) if " selected" in each)
    assert 'value="twoLinesDefinition"' in chosen
