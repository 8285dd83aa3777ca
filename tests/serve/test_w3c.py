"""The W3C tests of the SPARQL protocol, the graph store protocol and the service description, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from servers import oxigraph
from serving import serving, token_file
from w3c_answers import Answer, Endpoints, played, sent
from w3c_description import SD, described_wrongly
from w3c_requests import ProtocolTest, protocol_tests, service_tests, store_tests

#: What the reference server fails, so many of so many: a harness that finds other faults is wrong.
FAILED_BY_OXIGRAPH = {
    "protocol": {"bad_update_get"},
    "indirect": {"post_get_post_get_indirect", "head_existing_indirect"},
    "direct": {"post_get_post_get_direct", "head_existing_direct"},
}
NUMBERS = {"protocol": 34, "indirect": 9, "direct": 4}
RDF_TYPES = ["text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"]


@pytest.fixture(scope="module")
def suites(material: Path) -> dict[str, tuple[ProtocolTest, ...]]:
    folder = material / "w3c" / "sparql" / "sparql11"
    graphs = folder / "graph-store-protocol"
    found = {"protocol": protocol_tests(folder / "protocol")}
    found |= {name: store_tests(graphs, name) for name in ("indirect", "direct")}
    assert {name: len(tests) for name, tests in found.items()} == NUMBERS
    return found


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    with oxigraph(tmp_path_factory.mktemp("reference")) as address:
        yield Endpoints(address, "/query", "/update", "/store", is_strict=False)


@pytest.fixture(scope="module", params=["empty", "union"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    folder = tmp_path_factory.mktemp(f"served-{request.param}")
    file, token = token_file(folder)
    words = ["--writable", "--token-file", str(file), "--default-graph", request.param]
    with serving(folder / "store", folder, *words, token=token) as server:
        yield Endpoints(server.address, "/sparql", "/update", "/graphs", server.allowed)


def results(tests: tuple[ProtocolTest, ...], endpoints: Endpoints) -> dict[str, list[str]]:
    return {test.name: wrong for test in tests if (wrong := played(test, endpoints))}


@pytest.mark.parametrize("suite", NUMBERS)
def test_the_reference_server_fails_what_it_is_known_to_fail(
    suite: str, suites: dict[str, tuple[ProtocolTest, ...]], reference: Endpoints
) -> None:
    assert results(suites[suite], reference).keys() == FAILED_BY_OXIGRAPH[suite]


def test_requests_are_sent_as_they_are_written(suites: dict[str, tuple[ProtocolTest, ...]]) -> None:
    by_name = {test.name: test for tests in suites.values() for test in tests}
    assert len(by_name) == 47
    (utf16,) = by_name["bad_query_non_utf8"].exchanges
    assert utf16.body == b"\xff\xfeA\0S\0K\0 \0{\0}\0"
    assert sum(len(test.exchanges) for test in by_name.values()) == 39 + 15 + 24
    assert sum(exchange.is_update for test in by_name.values() for exchange in test.exchanges) == 13
    assert [name for name, test in by_name.items() if test.data and len(test.data) == 3] == [
        "query_dataset_full",
        "query_multiple_dataset",
    ]
    twice = by_name["put_get_uri_pct_encoded_twice"].exchanges
    assert [each.path[-6:] for each in twice] == ["31.ttl"] * 4
    assert "%2531" in twice[1].path


@pytest.mark.slow
@pytest.mark.parametrize("suite", NUMBERS)
def test_all_tests_of_the_protocols_pass(
    suite: str, suites: dict[str, tuple[ProtocolTest, ...]], served: Endpoints
) -> None:
    assert results(suites[suite], served) == {}


def test_there_are_three_tests_of_the_description(material: Path) -> None:
    names = service_tests(material / "w3c" / "sparql" / "sparql11" / "service-description")
    assert names == ("has-endpoint-triple", "returns-rdf", "conforms-to-schema")


def description(answer: Answer, base: str) -> Graph:
    assert answer.status == 200
    form = ox.RdfFormat.from_media_type(answer.media_type)
    assert form is not None, answer.headers
    triples = [quad.triple for quad in ox.parse(answer.body, form, base_iri=base)]
    return Graph().parse(data="".join(f"{each} .\n" for each in triples), format="nt")


def assert_describes(endpoints: Endpoints, accepted: str) -> None:
    answer = sent(endpoints.address, "GET", endpoints.queries, {"Accept": accepted})
    told = description(answer, endpoints.address + endpoints.queries)
    assert list(told.subjects(SD.endpoint, URIRef(endpoints.address + endpoints.queries))), "no endpoint"
    assert described_wrongly(told) == []


def test_the_reference_server_describes_itself(reference: Endpoints) -> None:
    for accepted in [*RDF_TYPES[:3], "*/*"]:
        assert_describes(reference, accepted)


@pytest.mark.slow
@pytest.mark.parametrize("accepted", [*RDF_TYPES, "*/*", "application/n-quads", "application/trig"])
def test_the_server_describes_itself(accepted: str, served: Endpoints) -> None:
    assert_describes(served, accepted)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("<urn:s> sd:feature sd:Colours .", "nothing is called sd:Colours"),
        ("<urn:s> sd:colour <urn:red> .", "no property sd:colour"),
        ("<urn:s> sd:endpoint 'http://localhost/' .", "no resource that it may lead to"),
        (
            "<urn:s> sd:feature sd:SPARQL11Query . sd:SPARQL11Query sd:name <urn:x> .",
            "Language and NamedGraph",
        ),
        ("<urn:s> sd:defaultDataset <urn:s> .", "Dataset and Service"),
        ("<urn:t> a sd:Service .", "a service without sd:endpoint"),
        ("<urn:s> sd:availableGraphs [ sd:namedGraph [ a sd:NamedGraph ] ] .", "without sd:name"),
    ],
)
def test_a_wrong_description_is_found(more: str, said: str) -> None:
    right = f"""@prefix sd: <{SD}> . <urn:s> a sd:Service ; sd:endpoint <http://localhost/> ;
        sd:supportedLanguage sd:SPARQL11Query ; sd:resultFormat <http://www.w3.org/ns/formats/Turtle> ;
        sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ] ."""
    assert described_wrongly(Graph().parse(data=right, format="turtle")) == []
    wrong = described_wrongly(Graph().parse(data=right + more, format="turtle"))
    assert any(said in each for each in wrong), wrong
