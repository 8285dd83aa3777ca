"""The format of an answer follows the Accept header."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
import pytest
from rdflib.plugins.stores.sparqlconnector import SPARQLConnector
from SPARQLWrapper import CSV, JSON, JSONLD, N3, RDFXML, TSV, TURTLE, XML, SPARQLWrapper

from casegraph.serve.http.negotiation import GRAPHS, HTML, RESULTS, Format, choose

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"

ACCEPTED = [
    # header, media type of rows, media type of triples
    (None, "application/sparql-results+json", "text/turtle"),
    ("", "application/sparql-results+json", "text/turtle"),
    (",, ,\t,", "application/sparql-results+json", "text/turtle"),
    ("*/*", "application/sparql-results+json", "text/turtle"),
    ("*", "application/sparql-results+json", "text/turtle"),
    ("text/csv", "text/csv", ""),
    ("TEXT/CSV", "text/csv", ""),
    ("text/turtle", "", "text/turtle"),
    ("text/turtle, application/sparql-results+json", "application/sparql-results+json", "text/turtle"),
    ("application/*", "application/sparql-results+json", "application/n-triples"),
    ("text/*", "text/csv", "text/turtle"),
    ("application/json", "application/json", "application/json"),
    ("application/xml", "application/xml", "application/xml"),
    ("text/plain", "", "text/plain"),
    ("application/json, text/plain, */*", "application/json", "application/json"),
    ("application/rdf+xml, */*", "application/sparql-results+json", "application/rdf+xml"),
    ("*/*, application/trig", "application/sparql-results+json", "application/trig"),
    ("text/tab-separated-values, text/csv", "text/tab-separated-values", ""),
    ("text/csv;q=0.5, application/sparql-results+xml;q=0.7", "application/sparql-results+xml", ""),
    ("text/turtle;q=0.5, application/n-triples;q=0.501", "", "application/n-triples"),
    ("text/turtle;q=0, */*", "application/sparql-results+json", "application/n-triples"),
    ("*/*;q=0", "", ""),
    ("*/*;q=0.1, text/csv;q=0.0", "application/sparql-results+json", "text/turtle"),
    ("text/*;q=0.3, text/csv;q=0.1", "text/tab-separated-values", "text/turtle"),
    ("text/turtle; charset=utf-8; q=0.9", "", "text/turtle"),
    ('application/ld+json;profile="http://x/,y;q=0"', "", "application/ld+json"),
    ('text/csv;a="\\",text/turtle;";q=1', "text/csv", ""),
    ("application/pdf", "", ""),
    (JAVA, "application/sparql-results+json", "text/turtle"),
    (FIREFOX, "application/xml", "application/xml"),
]

MALFORMED = [
    ("garbage", ""),
    ("/", ""),
    ("text/", ""),
    ("*/csv", ""),
    ("text/csv/x", ""),
    ("text/csv;q=2", ""),
    ("text/csv;q=-1", ""),
    ("text/csv;q=much", ""),
    ("text/csv;q=", ""),
    ('text/csv;a="', "text/csv"),
    (",,, text/csv ,", "text/csv"),
    ("garbage, text/csv", "text/csv"),
    ("text/csv;q=2, text/tab-separated-values;q=0.1", "text/tab-separated-values"),
    ("text/csv;q=.5", "text/csv"),
    ("te xt/csv", ""),
    ("\u00e9/csv", ""),
]


def media_type_of(accept: str | None, offered: Sequence[Format]) -> str:
    """Return the media type of the format that is chosen, and an empty text if there is none."""
    chosen = choose(accept, offered)
    return "" if chosen is None else chosen.media_type


@pytest.mark.parametrize(("accept", "rows", "triples"), ACCEPTED)
def test_rows_and_triples_each_have_their_own_format(accept: str | None, rows: str, triples: str) -> None:
    assert (media_type_of(accept, RESULTS), media_type_of(accept, GRAPHS)) == (rows, triples)


@pytest.mark.parametrize(("accept", "rows"), MALFORMED)
def test_what_is_no_media_range_takes_nothing(accept: str, rows: str) -> None:
    assert media_type_of(accept, RESULTS) == rows


@pytest.mark.parametrize("accept", [FIREFOX, JAVA, "text/html"])
def test_a_browser_gets_a_page_where_there_is_one(accept: str) -> None:
    assert choose(accept, (*GRAPHS, HTML)) == HTML


def test_a_client_without_a_wish_gets_what_is_offered_first() -> None:
    assert choose("*/*", (HTML, *GRAPHS)) == HTML
    assert choose(None, (*GRAPHS, HTML)) == GRAPHS[0]


def test_each_media_type_is_that_of_its_format() -> None:
    rows = {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "csv": ox.QueryResultsFormat.CSV,
        "tsv": ox.QueryResultsFormat.TSV,
    }
    for each in RESULTS:
        assert ox.QueryResultsFormat.from_media_type(each.media_type) == rows.pop(each.name, None) or (
            each.media_type in {"application/json", "application/xml", "text/xml"}
        )
    assert not rows
    graphs = {
        "ttl": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES,
        "nq": ox.RdfFormat.N_QUADS,
        "trig": ox.RdfFormat.TRIG,
        "rdf": ox.RdfFormat.RDF_XML,
        "jsonld": ox.RdfFormat.JSON_LD,
        "n3": ox.RdfFormat.N3,
    }
    for each in GRAPHS:
        assert ox.RdfFormat.from_media_type(each.media_type) == graphs[each.name], each
    first = {each.name: each.media_type for each in reversed(GRAPHS)}
    assert first == {name: format_.media_type for name, format_ in graphs.items()}


def test_text_names_its_charset() -> None:
    assert Format("ttl", "text/turtle").content_type == "text/turtle; charset=utf-8"
    assert [each.content_type for each in RESULTS[2:4]] == [
        ox.QueryResultsFormat.CSV.media_type,
        ox.QueryResultsFormat.TSV.media_type,
    ]
    assert Format("jsonld", "application/ld+json").content_type == "application/ld+json"


def accept_of(query: str, return_format: str) -> str:
    """Return the Accept header that SPARQLWrapper sends."""
    client = SPARQLWrapper("http://localhost/sparql")
    client.setQuery(query)
    client.setReturnFormat(return_format)
    return str(client._createRequest().get_header("Accept"))


WRAPPED = [
    ("SELECT * {}", JSON, "application/sparql-results+json"),
    ("SELECT * {}", XML, "application/sparql-results+xml"),
    ("SELECT * {}", CSV, "text/csv"),
    ("SELECT * {}", TSV, "text/tab-separated-values"),
    ("ASK {}", JSON, "application/sparql-results+json"),
    ("ASK {}", XML, "application/sparql-results+xml"),
    ("DESCRIBE <x:y>", TURTLE, "text/turtle"),
    ("DESCRIBE <x:y>", N3, "text/turtle"),
    ("DESCRIBE <x:y>", XML, "application/rdf+xml"),
    ("DESCRIBE <x:y>", RDFXML, "application/rdf+xml"),
    ("DESCRIBE <x:y>", JSONLD, "application/ld+json"),
    ("CONSTRUCT WHERE {}", TURTLE, "text/turtle"),
]


@pytest.mark.parametrize(("query", "return_format", "media_type"), WRAPPED)
def test_sparqlwrapper_gets_what_it_reads(query: str, return_format: str, media_type: str) -> None:
    offered = RESULTS if query.startswith(("SELECT", "ASK")) else GRAPHS
    assert media_type_of(accept_of(query, return_format), offered) == media_type


@pytest.mark.parametrize(
    ("return_format", "rows"),
    [
        ("xml", {"application/sparql-results+xml"}),
        ("json", {"application/sparql-results+json"}),
        ("csv", {"text/csv"}),
        ("tsv", {"text/tab-separated-values"}),
    ],
)
def test_rdflib_gets_what_it_reads(return_format: str, rows: set[str]) -> None:
    accept = SPARQLConnector("http://localhost/sparql", returnFormat=return_format).response_mime_types()
    assert media_type_of(accept, RESULTS) in rows


def test_a_header_of_many_ranges_is_read_to_the_hundredth() -> None:
    assert media_type_of("a/b," * 99 + "text/csv", RESULTS) == "text/csv"
    assert media_type_of("a/b," * 100 + "text/csv", RESULTS) == ""


@pytest.mark.parametrize("piece", ['\\"', '"', '"\\', ",", ";", "; ", "q=", "*/*,", 'a/b;c="'])
def test_a_long_header_of_anything_is_read(piece: str) -> None:
    assert media_type_of(piece * 10_000, RESULTS) == (
        "application/sparql-results+json" if piece in ("*/*,", ",") else ""
    )
