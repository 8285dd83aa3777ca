"""Requests whose address is hostile: paths that lead out, parameters given twice, what is no text or IRI."""

from __future__ import annotations

from urllib.parse import quote

from hostile_requests import ASK, FORM, QUERY, TOKEN, UPDATE, WRITE, Hostile, case
from raw_http import CLOSED, request

__all__ = ["PATHS"]

ABSENT = {400, 404}
PATHS: list[Hostile] = [
    case(f"GET {path}", request("GET", path), ABSENT, "no path of a request leads to a file")
    for path in (
        "/graphs/..%2f..%2f..%2fetc/passwd",
        "/graphs/../../../etc/passwd",
        "/graphs?graph=file:///etc/passwd",
        "/graphs?graph=..%2f..%2fetc%2fpasswd",
        "/graphs?graph=%2Fetc%2Fpasswd",
        "/queries/../../x",
        "/queries/..%2f..%2fetc%2fpasswd/results",
        "/queries/%2e%2e",
        "/queries/file:%2f%2f%2fetc%2fpasswd",
        "/queries/patient%00/results",
        "/queries/patient.rq",
        "/queries/PATIENT%20/results",
        "/cases/%2e%2e",
        "/cases/..%5c..%5cetc%5cpasswd",
        "/cases/file:///etc/passwd",
        "/cases/%00",
        "/cases//etc/passwd",
        "/reports/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/static/../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/docs/../../etc/passwd",
        "//etc/passwd",
        "/\\..\\etc\\passwd",
        "/queries/%ff",
        "/queries/\xff",
        "/.git/config",
        "/.well-known/../../etc/passwd",
    )
] + [
    case("query twice", request("GET", f"{ASK}&query=x"), 400, "which of the two?"),
    case("query in both", request("POST", ASK, FORM, body=b"query=ASK%20%7B%7D"), 400, "which of the two?"),
    case("graph twice", request("GET", "/graphs?graph=urn:a&graph=urn:b"), 400, "which of the two?"),
    case("graph and default", request("GET", "/graphs?graph=urn:a&default"), 400, "which of the two?"),
    case("rows twice", request("GET", f"{ASK}&rows=1&rows=2"), 400, "which of the two?"),
    case("rows that are none", request("GET", f"{ASK}&rows=-1"), 400, "no number"),
    case("rows without end", request("GET", f"{ASK}&rows=" + "9" * 5000), 400, "no number"),
    case("a broken escape", request("GET", "/sparql?query=%zz"), 400, "no percent-encoding"),
    case("half an escape", request("GET", "/sparql?query=ASK%20%7B%7"), 400, "no percent-encoding"),
    case("a query that is not UTF-8", request("GET", "/sparql?query=ASK%20%7B%7D%20%23%ff"), 400, "no text"),
    case("a body that is not UTF-8", request("POST", "/sparql", QUERY, body=b"ASK {} #\xff"), 400, "no text"),
    case(
        "a form that is not UTF-8",
        request("POST", "/sparql", FORM, body=b"query=ASK%20%7B%7D%23%ff"),
        400,
        "no text",
    ),
    case("a surrogate", request("POST", "/sparql", QUERY, body=b"ASK {} #\xed\xa0\x80"), 400, "no text"),
    case("a dataset that is no IRI", request("GET", f"{ASK}&default-graph-uri=%3Cno"), 400, "no IRI"),
    case(
        "a dataset of a file",
        request(
            "GET", f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}&default-graph-uri=file:///etc/passwd"
        ),
        {200, 400},
        "the name of a graph that is not there",
    ),
    case(
        "FROM a file",
        request("POST", "/sparql", QUERY, body=b"SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"),
        {200, 400},
        "as above",
    ),
    case(
        "a line end in a graph name",
        request(
            "PUT",
            "/graphs?graph=http://e.org/%0d%0aSet-Cookie:%20a=b",
            "Content-Type: text/turtle",
            TOKEN,
            body=b"",
        ),
        400,
        "it could be a header of an answer",
    ),
    case(
        "a line end in a request's name",
        request("GET", "/sparql?query=x%0d%0aSet-Cookie:%20a=b"),
        400,
        "it could be a header of an answer",
    ),
    case(
        "too many fields",
        request("POST", "/sparql", FORM, body=b"a=b&" * 200 + b"query=ASK%20%7B%7D"),
        {400, 413},
        "at most 100",
    ),
    case(
        "a long query",
        request("POST", "/sparql", QUERY, body=b"ASK {} #" + b"x" * 200_000),
        413,
        "at most 100 kB",
    ),
    case(
        "a long body",
        request("POST", "/update", UPDATE, TOKEN, body=WRITE + b" #" + b"x" * 1_200_000),
        {413, CLOSED},
        "at most 1 MB",
    ),
    case("no query", request("GET", "/sparql?x=y"), {200, 400}, "no query, or the service description"),
    case("an empty query", request("GET", "/sparql?query="), 400, "no query"),
    case("no body", request("POST", "/sparql", QUERY), 400, "no query"),
]
