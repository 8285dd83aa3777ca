"""The interface apart from SPARQL: stored queries, cases, reports, the ontology, descriptions, health."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph
from serving import Server, serving

from casegraph.ingest import Loaded, load
from casegraph.namespaces import CG, PREFIXES
from casegraph.query import stored_queries
from casegraph.resources import shipped
from casegraph.serve.static import FILES
from casegraph.store import open_store

pytestmark = pytest.mark.slow

QUESTIONS = Path(__file__).parents[1] / "questions"
SEED = "10.1007/s13555-020-00421-8/1"
HEADLINE = "/queries/refractory_cases_responding/results"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
#: format -> how its answer begins, by the standard of the format.
BEGINNINGS = {
    "application/sparql-results+json": '{"head":{"vars":["case",',
    "application/sparql-results+xml": '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">',
    "text/csv": "case,doi,diagnosis,domain,",
    "text/tab-separated-values": "?case\t?doi\t?diagnosis\t?domain\t",
    "text/html": "<!DOCTYPE html>",
    "application/jsonl": '{"case":"https://w3id.org/casegraph/case/',
    "text/markdown": "| case | doi | diagnosis | domain |",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rest") / "store"
    with open_store(place, writable=True) as made:
        outcomes = tuple(load(made, shipped("cases", "*.yaml")))
        assert all(isinstance(each, Loaded) for each in outcomes)
    return place


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(store, tmp_path_factory.mktemp("served"), "--workers", "2") as running:
        yield running


def get(server: Server, path: str, accept: str = "*/*", **asked: str | int) -> httpx.Response:
    return httpx.get(f"{server.address}{path}", params=asked or None, headers={"Accept": accept}, timeout=60)


def test_the_headline_answer_is_that_of_the_facts(server: Server) -> None:
    expected = list(csv.DictReader((QUESTIONS / "refractory_cases_responding.csv").open()))
    answer = get(server, HEADLINE, "text/csv", drug="IL-2")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.status_code == 200
    assert len(rows) == len(expected) == 3
    found = sorted((row["domain"].removeprefix(CG), row["beside"]) for row in rows)
    assert found == sorted((row["domain"].removeprefix("cg:"), row["beside"]) for row in expected)


@pytest.mark.parametrize("accept", BEGINNINGS)
def test_rows_come_in_each_format(server: Server, accept: str) -> None:
    answer = get(server, HEADLINE, accept, drug="IL-2")
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert answer.text.startswith(BEGINNINGS[accept])


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_rows_come_as_rdf_that_rdflib_reads_as_rows(server: Server, accept: str) -> None:
    from rdflib import Graph
    from rdflib.plugins.sparql.results.rdfresults import RDFResult

    answer = get(server, HEADLINE, accept, drug="IL-2")
    graph = Graph().parse(data=answer.text, format=accept)
    assert len(RDFResult(graph).bindings) == 3


def test_pages_are_linked_and_make_the_whole(server: Server) -> None:
    whole = get(server, HEADLINE, drug="IL-2").json()["results"]["bindings"]
    address, found = f"{server.address}{HEADLINE}?drug=IL-2&limit=2", []
    for _ in range(2):
        answer = httpx.get(address)
        found += answer.json()["results"]["bindings"]
        assert answer.headers["x-total-count"] == "3"
        address = answer.links.get("next", {}).get("url", "")
    assert found == whole
    assert address == ""
    assert answer.links["prev"]["url"].endswith("limit=2&offset=0")
    assert answer.links["describedby"]["url"] == f"{server.address}/queries/refractory_cases_responding"


def test_what_a_person_must_know_is_told_beside_the_rows(server: Server) -> None:
    answer = get(server, HEADLINE, drug="IL-2")
    told = "own example of disease: dermatomyositis and 12 terms below it, refractory: authors"
    assert told in answer.headers["casegraph-notice"]
    page = get(server, HEADLINE, "text/html", drug="IL-2").text
    assert told in page


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"drug": "Xyzzy"}, "parameter drug"),
        ({"dragg": "IL-2"}, "refractory_cases_responding"),
        ({"refractory": "perhaps"}, "parameter refractory"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"format": "pdf"}, "format"),
    ],
)
def test_a_value_that_is_none_is_refused_by_its_name(
    server: Server, asked: dict[str, str], where: str
) -> None:
    answer = get(server, HEADLINE, **asked)
    assert answer.status_code == 400
    assert answer.json()["where"] == where


def test_a_field_of_the_form_that_is_left_empty_keeps_the_example(server: Server) -> None:
    answer = get(server, HEADLINE, "text/html", drug="IL-2", disease="", refractory="")
    assert answer.text == get(server, HEADLINE, "text/html", drug="IL-2").text
    assert "own example of disease: " in answer.headers["casegraph-notice"]
    form = get(server, HEADLINE.removesuffix("/results"), "text/html").text
    assert form.count("left empty, the example of the query stands") == 2  # refractory is chosen from a list
    page = get(server, HEADLINE, "text/html", drug="", disease="", refractory="").text
    assert re.search(r"own example of drug: \w[^<]*, disease: \w[^<]*, refractory: \w", page)


def test_a_program_that_gives_no_value_is_not_answered_for_the_example(server: Server) -> None:
    answer = get(server, HEADLINE, drug="")
    assert (answer.status_code, answer.json()["where"]) == (400, "drug")
    assert answer.json()["todo"] == "leave it out to ask with the query's own example"
    answer = get(server, HEADLINE, drug="x" * 2001)
    assert (answer.status_code, answer.json()["where"]) == (400, "drug")


def test_an_unknown_format_is_not_acceptable(server: Server) -> None:
    answer = get(server, HEADLINE, "application/pdf")
    assert answer.status_code == 406
    assert "text/csv" in answer.json()["expected"]


def test_each_stored_query_is_listed_described_and_answers(server: Server) -> None:
    listed = get(server, "/queries").json()["queries"]
    assert [each["name"] for each in listed] == sorted(stored_queries())
    for name, query in stored_queries().items():
        about = get(server, f"/queries/{name}").json()
        assert about["returns"] == query.head.returns
        assert get(server, f"/queries/{name}/results", limit=1).status_code == 200, name


def test_a_query_is_rdf_and_a_page_too(server: Server) -> None:
    turtle = get(server, "/queries/drug_responses", "text/turtle").text
    graph = ox.Dataset(ox.parse(turtle, ox.RdfFormat.TURTLE))
    select = ox.NamedNode(f"{PREFIXES['sh']}select")
    (text,) = [quad.object.value for quad in graph if quad.predicate == select]
    assert text.strip() in stored_queries()["drug_responses"].text
    assert "<form" in get(server, "/queries/drug_responses", "text/html").text


def test_the_seed_case_is_all_of_its_graphs(server: Server, store: Path) -> None:
    case = f"https://w3id.org/casegraph/case/{SEED}"
    answer = get(server, f"/cases/{SEED}", "application/n-quads")
    with open_store(store) as opened:
        expected = set(opened.dump(f"{case}/asserted")) | set(opened.dump(f"{case}/inferred"))
    assert len(expected) > 1000
    assert expected <= set(answer.text.splitlines())


def test_fragments_lead_to_claims(server: Server) -> None:
    page = get(server, f"/cases/{SEED}", "text/html").text
    for claim in ("il2-weekly", "skin-on-weekly-il2", "muscle-on-twice-weekly-il2"):
        assert f'id="{claim}"' in page


@pytest.mark.parametrize(
    "path", ["/cases/10.1000/none/1", "/reports/10.1000/none", "/queries/none", "/none", "/cases/"]
)
def test_what_is_not_there_is_404(server: Server, path: str) -> None:
    answer = get(server, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("path", "is_told"), [("/workbench/", True), ("/queries/", True), ("/none", False)])
def test_a_slash_too_many_is_told(server: Server, path: str, is_told: bool) -> None:
    answer = get(server, path)
    assert (answer.status_code, "leave out the slash at its end" in answer.text) == (404, is_told)


def test_head_tells_what_get_does(server: Server) -> None:
    paths = ["/", "/queries", HEADLINE, HEADLINE.removesuffix("/results"), f"/cases/{SEED}", "/ontology"]
    paths += ["/graphs", "/graphs?default", "/graphs?graph=https://w3id.org/casegraph/ontology", "/sparql"]
    paths += ["/sparql?query=ASK%20%7B%7D", "/health", "/docs", "/openapi.json", "/.well-known/void"]
    paths += ["/.well-known/sparql-examples", "/none", "/graphs?graph=urn:none", "/graphs?graph=none"]
    own = ("date", "x-request-id", "content-length", "transfer-encoding")  # each answer has its own
    for path in paths:
        head, got = httpx.head(f"{server.address}{path}"), get(server, path)
        assert head.headers.get("content-length") in (None, str(len(got.content))), path
        told, said = ({n: v for n, v in each.headers.items() if n not in own} for each in (head, got))
        assert (head.status_code, told) == (got.status_code, said), path


def test_what_takes_long_to_count_can_be_left_out_of_the_description(server: Server) -> None:
    soon, whole = (
        get(server, "/.well-known/void", "application/n-triples", parts=parts) for parts in ("no", "yes")
    )
    assert soon.headers["etag"] != whole.headers["etag"]
    named = re.compile(r"<http://rdfs.org/ns/void#(?:class|property)> (<[^>]+>)")
    assert {*named.findall(soon.text)} == {*named.findall(whole.text)}
    assert len(named.findall(soon.text)) * 3 < len(named.findall(whole.text))
    assert get(server, "/.well-known/void", "application/n-triples").text == whole.text
    refused = get(server, "/.well-known/void", parts="some")
    assert (refused.status_code, refused.json()["where"]) == (400, "parts")


@pytest.mark.parametrize("asked", [{}, {"parts": "yes"}, {"parts": "no"}])
def test_the_page_of_the_data_is_the_same_as_its_data(server: Server, asked: dict[str, str]) -> None:
    shown = get(server, "/.well-known/void", BROWSER, **asked)
    (turtle,) = re.findall("<pre[^>]*>(.*?)</pre>", shown.text, re.DOTALL)
    said = Graph().parse(data=unescape(turtle), format="turtle")
    forms = re.findall(r'rel="alternate" type="text/turtle" href="([^"]+)"', shown.text)
    assert {*forms} == {f"{server.address}/.well-known/void?parts={asked.get('parts', 'no')}&amp;format=ttl"}
    same = Graph().parse(data=httpx.get(unescape(forms[0])).text, format="turtle")
    assert len(said) == len(same) > 10


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void", "/.well-known/sparql-examples"])
def test_what_is_told_as_rdf_is_a_page_for_browsers_alone(server: Server, path: str) -> None:
    shown = get(server, path, BROWSER)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    (turtle,) = re.findall("<pre[^>]*>(.*?)</pre>", shown.text, re.DOTALL)
    said = Graph().parse(data=unescape(turtle), format="turtle")
    for accept in ("*/*", "", "text/turtle", "application/rdf+xml, text/html;q=0.5", "text/*", "*/*;q=0.1"):
        kind = "application/rdf+xml" if "xml" in accept else "text/turtle; charset=utf-8"
        found = get(server, path, accept)
        assert found.headers["content-type"] == kind, accept
    whole = Graph().parse(data=get(server, path).text, format="turtle")
    assert len(said) > 10
    assert all(triple in whole for triple in said)
    for form in re.findall(r'rel="alternate" type="([^"]+)" href="([^"]+)"', shown.text):
        assert httpx.get(unescape(form[1])).headers["content-type"].startswith(form[0])


def test_a_state_of_the_store_is_sent_once(server: Server) -> None:
    for path in (HEADLINE, f"/cases/{SEED}", "/ontology", "/graphs", "/sparql?query=ASK%20%7B%7D"):
        first = get(server, path)
        again = httpx.get(f"{server.address}{path}", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
    for unlike in ("*", first.headers["etag"]):
        asked = httpx.get(f"{server.address}/sparql?query=garbage", headers={"If-None-Match": unlike})
        assert asked.status_code == 400
    for word in ("RAND", "NOW", "UUID", "BNODE"):
        for text in (f"{word}()", f"{word.lower()} ()", f"\\u00{ord(word[0]):x}{word[1:]}()"):
            assert "etag" not in get(server, "/sparql", query=f"SELECT ({text} AS ?x) {{}}").headers
    assert "etag" in get(server, "/sparql", query="SELECT (1 AS ?nowUnknown) {}").headers


def test_the_first_page_leads_to_all_others(server: Server) -> None:
    page = get(server, "/", "text/html")
    links = set(re.findall(r'href="([^"#]+)"', page.text))
    assert page.status_code == 200
    assert len(links) >= 8
    assert {httpx.get(each).status_code for each in links} == {200}


def test_xml_that_cannot_be_is_not_sent(server: Server) -> None:
    query = 'SELECT ("a\u0001b" AS ?x) {}'
    for accept, status in (("application/sparql-results+xml", 406), ("application/sparql-results+json", 200)):
        assert get(server, "/sparql", accept, query=query).status_code == status
    odd = "CONSTRUCT { <urn:a> <http://example.org/1> 'x' } {}"
    for accept, status in (("application/rdf+xml", 406), ("text/turtle", 200)):
        assert get(server, "/sparql", accept, query=odd).status_code == status


def test_health_reads_data_and_tells_of_the_last_verify(server: Server, store: Path) -> None:
    found = get(server, "/health").json()
    assert found["cases"] == 26
    assert found["last_verify"] is None
    command = [sys.executable, "-m", "casegraph", "verify", "--store", str(store)]
    subprocess.run(command, check=True, capture_output=True)
    told = get(server, "/health").json()["last_verify"]
    assert told["damages"] == 0
    assert told["generation"] == found["generation"]


def test_an_address_may_hold_a_line_break(server: Server) -> None:
    told = get(server, "/cases/10.1007/a%0Ab/1").json()
    assert told["status"] == 404
    assert told["detail"] == "no case '10.1007/a%0Ab/1'"


def test_the_page_of_the_interface_needs_nothing_from_elsewhere(server: Server) -> None:
    page = get(server, "/docs").text
    needed = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(needed) == 4
    assert all(each.startswith("/static/") for each in needed)
    assert [get(server, each).status_code for each in needed] == [200] * 4
    assert "<script>" not in page


def test_a_file_is_asked_for_again_and_sent_once(server: Server) -> None:
    sent = get(server, "/static/pictures.js")
    assert sent.headers["cache-control"] == "no-cache"
    tags = {get(server, f"/static/{name}").headers["etag"] for name in FILES if name != "docs.html"}
    assert len(tags) == len(FILES) - 1
    again = httpx.get(f"{server.address}/static/pictures.js", headers={"If-None-Match": sent.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_openapi_has_an_operation_for_each_query_with_its_parameters(server: Server) -> None:
    paths = get(server, "/openapi.json").json()["paths"]
    for name, query in stored_queries().items():
        parameters = paths[f"/queries/{name}/results"]["get"]["parameters"]
        assert {each["name"] for each in parameters} == {*query.head.parameters, "limit", "offset", "format"}


def test_a_load_beside_the_server_is_seen_by_the_next_answer(tmp_path: Path) -> None:
    place = tmp_path / "store"
    with open_store(place, writable=True) as made:
        tuple(load(made, shipped("cases", "miao-2020.yaml")))
    with serving(place, tmp_path, "--workers", "2") as running:
        assert get(running, "/health").json()["cases"] == 1
        counted = [get(running, "/queries/corpus_counts/results", "text/csv").text for _ in range(2)]
        assert counted[0] == counted[1]
        with open_store(place, writable=True) as made:
            tuple(load(made, shipped("cases", "grover-2013.yaml")))
        for _ in range(4):  # each worker
            assert get(running, "/health").json()["cases"] > 1
            assert get(running, "/queries/corpus_counts/results", "text/csv").text != counted[0]
