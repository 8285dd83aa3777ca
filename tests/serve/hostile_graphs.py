"""Hostile graphs: bombs, documents that are cut off, nests, forms, and graphs that nobody may write."""

from __future__ import annotations

from hostile_requests import TOKEN, UPDATE, Hostile, case
from raw_http import request

from casegraph.namespaces import CG
from casegraph.store import DEFAULT_GRAPH, LEDGER
from casegraph.store.change import CHANGE

__all__ = ["GRAPHS", "form"]

XML, TURTLE = "Content-Type: application/rdf+xml", "Content-Type: text/turtle"
TRIPLES, JSON_LD = "Content-Type: application/n-triples", "Content-Type: application/ld+json"
KEPT = "http://kept.example/g"
TARGET = "/graphs?graph=http://hostile.example/g"
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e:">'
CUT_OFF = RDF + b'<rdf:Description rdf:about="urn:s"><e:p>hostile-literal</e:p></rdf:Description>'
ENTITIES = b"".join(b'<!ENTITY e%d "%s">' % (each, b"&e%d;" % (each - 1) * 10) for each in range(1, 12))
BOMB = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "hostile-literal">' + ENTITIES + b"]>"
BOMB += CUT_OFF.replace(b"hostile-literal", b"&e11;") + b"</rdf:RDF>"
EXTERNAL = b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + CUT_OFF.replace(
    b"hostile-literal", b"&e;"
)
BOUNDARY = b"----b"
DATA = "{ <urn:s> <urn:p> 'hostile-literal' }"
FOUND = f"WHERE {{ VALUES ?g {{ <{LEDGER}> }} }}"
TWICE = "CREATE GRAPH <urn:g>"
#: Names as a rehearsal of an update calls a graph that no store has, and a function; they were known once.
NEVER = "urn:uuid:3a5f6f0e-0d1c-4f0b-9d4e-8b5f6c1f7a52"
FORGED = (
    f"VALUES (?g ?s ?p ?o) {{ (<{LEDGER}> <urn:forged> <{CG}generation> 999999) }} "
    f"FILTER(COALESCE(<{NEVER}#quad>(?g, ?s, ?p, ?o), true))"
)
OWN, FETCHED = "only the store itself writes it", "the server fetches nothing"


def form(
    parts: int, content: bytes = b"<urn:s> <urn:p> 'hostile-literal' .", kind: bytes = b"text/turtle"
) -> bytes:
    """Return the body of a form of so many parts."""
    head = b'Content-Disposition: form-data; name="g"; filename="g.ttl"\r\nContent-Type: ' + kind
    part = b"--" + BOUNDARY + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"
    return part * parts + b"--" + BOUNDARY + b"--\r\n"


def _put(name: str, kind: str, body: bytes, expected: int | set[int], why: str) -> Hostile:
    return case(name, request("PUT", TARGET, kind, TOKEN, body=body), expected, why)


def _post(name: str, kind: str, body: bytes, expected: int | set[int], why: str) -> Hostile:
    return case(name, request("POST", TARGET, kind, TOKEN, body=body), expected, why)


MULTIPART = "Content-Type: multipart/form-data; boundary=----b"
NESTED_FORM = form(1, form(1), b"multipart/form-data; boundary=----b")
UNREADABLE, DEEP = "it is no graph, and nothing may be written", "a parser that calls itself dies of it"
CHANGED = "Content-Type: " + CHANGE


PART = '<urn:s> <urn:p> \\"hostile-literal\\" <%s> .'


def _change(name: str, old: str, new: str, expected: int | set[int], why: str) -> Hostile:
    body = f'{{"old": [{old}], "new": "{new}", "origins": {{}}, "notes": ""}}'.encode()
    return case(name, request("POST", "/update", CHANGED, TOKEN, body=body), expected, why)


GRAPHS: list[Hostile] = [
    case("a change without a token", request("POST", "/update", CHANGED, body=b"{}"), 401, "it is a write"),
    _change("a change that drops the ledger", f'"{LEDGER}"', "", 403, OWN),
    _change("a change of the ledger", "", f'<urn:s> <urn:p> \\"hostile-literal\\" <{LEDGER}> .', 403, OWN),
    _change("a change of a part of the ledger", "", PART % f"{LEDGER}/asserted", 403, OWN),
    _change("a change that drops a part of the ledger", f'"{LEDGER}/asserted"', "", 403, OWN),
    _change("a graph called as the default graph", "", PART % DEFAULT_GRAPH, 403, "it would be two graphs"),
    _change("a change that is cut off", "", '<urn:s> <urn:p> \\"hostile-literal\\"', 400, UNREADABLE),
    _change(
        "a change of the default graph",
        "",
        '<urn:s> <urn:p> \\"hostile-literal\\" .',
        400,
        "no graph is named",
    ),
    case("a change that is none", request("POST", "/update", CHANGED, TOKEN, body=b"[" * 5000), 400, DEEP),
    *(
        case(
            f"a graph that has no absolute name: {name or 'nothing'}",
            request(
                "PUT", f"/graphs?graph={name}", TURTLE, TOKEN, body=b"<urn:s> <urn:p> 'hostile-literal' ."
            ),
            400,
            "the standard wants an absolute IRI (Graph Store Protocol, section 4.2)",
        )
        for name in ("", "relative", "/p", "//hostile.example/g", "%3Fg", "%23g")
    ),
    _put("an XML bomb", XML, BOMB, 400, "100 GB of text in 1 kB"),
    _put("an XML entity of a file", XML, EXTERNAL + b"</rdf:RDF>", 400, "the file would be told"),
    _put("any DOCTYPE", XML, b"<!DOCTYPE r>" + CUT_OFF + b"</rdf:RDF>", 400, "no graph needs one"),
    _put("RDF/XML that is cut off", XML, CUT_OFF, 400, UNREADABLE),
    _put("RDF/XML that is cut off in a tag", XML, CUT_OFF[:-20], 400, UNREADABLE),
    _put("RDF/XML with a rest", XML, CUT_OFF + b"</rdf:RDF><more/>", 400, UNREADABLE),
    _put("XML that nests", XML, RDF + b"<e:C><e:p>" * 100_000, {400, 422}, DEEP),
    _put(
        "XML that nests and is whole",
        XML,
        RDF + b"<e:C><e:p>" * 20_000 + b"</e:p></e:C>" * 20_000 + b"</rdf:RDF>",
        422,
        DEEP,
    ),
    _put("Turtle that is cut off", TURTLE, b"<urn:s> <urn:p> 'hostile-literal' . <urn:s>", 400, UNREADABLE),
    _put("lists that nest", TURTLE, b"<urn:s> <urn:p> " + b"(" * 100_000, {400, 422}, DEEP),
    _put("blank nodes that nest", TURTLE, b"<urn:s> <urn:p> " + b"[<urn:p>" * 100_000, {400, 422}, DEEP),
    _put(
        "triples in triples",
        TRIPLES,
        b"<urn:s> <urn:p> " + b"<<( <urn:s> <urn:p> " * 100_000,
        {400, 422},
        DEEP,
    ),
    _put("JSON-LD arrays that nest", JSON_LD, b"[" * 20_000 + b"]" * 20_000, {400, 422}, DEEP),
    _put(
        "JSON-LD objects that nest", JSON_LD, b'{"urn:p":' * 20_000 + b"1" + b"}" * 20_000, {400, 422}, DEEP
    ),
    _put("JSON-LD that is cut off", JSON_LD, b'{"@id": "urn:s", "urn:p": "hostile-literal"', 400, UNREADABLE),
    _put(
        "JSON-LD with a key twice",
        JSON_LD,
        b'{"@id":"urn:s","@id":"urn:t","urn:p":"x"}',
        {400, 201, 204},
        "refused, or one of the two",
    ),
    _put(
        "N-Triples that are not UTF-8", TRIPLES, b'<urn:s> <urn:p> "hostile-literal\xff" .', 400, UNREADABLE
    ),
    _put("N-Triples with a NUL", TRIPLES, b"<urn:s> <urn:p> \0 .", 400, UNREADABLE),
    _put("an IRI that is none", TRIPLES, b"<no iri> <urn:p> <urn:o> .", 400, UNREADABLE),
    _put(
        "quads for a graph",
        "Content-Type: application/n-quads",
        b'<urn:s> <urn:p> "hostile-literal" <urn:other> .',
        {400, 415},
        "they would go to another graph",
    ),
    _put("HTML", "Content-Type: text/html", b"<p>hostile-literal", 415, "no RDF"),
    _put(
        "no media type",
        "X-None: x",
        b"<urn:s> <urn:p> 'hostile-literal' .",
        {400, 415},
        "guessing is dangerous",
    ),
    _put("a broken media type", "Content-Type: ;;/", b"x", {400, 415}, "no media type"),
    _put("a foreign charset", f"{TURTLE}; charset=utf-7", b"x", {400, 415}, "only UTF-8"),
    _post("101 parts", MULTIPART, form(101), {400, 413}, "at most 100"),
    _post("a form in a form", MULTIPART, NESTED_FORM, {400, 415}, "no RDF"),
    _post("a form without a boundary", "Content-Type: multipart/form-data", form(1), {400, 415}, "no form"),
    _post(
        "a form with another boundary",
        "Content-Type: multipart/form-data; boundary=x",
        form(1),
        400,
        "no form",
    ),
    _post("a form without an end", MULTIPART, form(1)[:-8], 400, "it may have been cut off"),
    _post(
        "a part without a type",
        MULTIPART,
        form(1).replace(b"Content-Type: text/turtle\r\n", b""),
        {400, 415},
        "no RDF",
    ),
    _post(
        "a part of a file",
        MULTIPART,
        form(1).replace(b"g.ttl", b"../../../etc/passwd").replace(b"<urn:s>", b"<no iri>"),
        400,
        "names of files are not used",
    ),
    _post(
        "a form of a query",
        "Content-Type: application/x-www-form-urlencoded",
        b"query=ASK%20%7B%7D",
        415,
        "no RDF",
    ),
    *(
        case(
            f"{method} of the ledger",
            request(
                method,
                f"/graphs?graph={LEDGER}",
                TRIPLES,
                TOKEN,
                body=b"" if method == "DELETE" else b'<urn:s> <urn:p> "hostile-literal" .',
            ),
            403,
            "only the store itself writes it",
        )
        for method in ("PUT", "POST", "DELETE")
    ),
    *(
        case(name, request("POST", "/update", UPDATE, TOKEN, body=text.encode()), status, why)
        for name, text, status, why in (
            ("data for the ledger", f"INSERT DATA {{ GRAPH <{LEDGER}> {DATA} }}", 403, OWN),
            ("the ledger dropped", f"DROP GRAPH <{LEDGER}>", 403, OWN),
            ("the ledger cleared", f"CLEAR SILENT GRAPH <{LEDGER}>", 403, OWN),
            ("a copy to the ledger", f"COPY DEFAULT TO <{LEDGER}>", 403, OWN),
            ("a found ledger", f"INSERT {{ GRAPH ?g {DATA} }} {FOUND}", 403, OWN),
            ("a forged ledger", f"INSERT {DATA} WHERE {{ {FORGED} }}", 400, OWN),
            (
                "an end that looks like the server's own",
                f"INSERT DATA {{ GRAPH <{KEPT}> {DATA} }} ; DROP GRAPH <{NEVER}>",
                400,
                "it would be taken for a look at what the update does, and the graph be emptied",
            ),
            ("LOAD of a file", "LOAD <file:///etc/passwd>", {400, 403}, "no request reaches the file system"),
            ("LOAD", "LOAD <http://127.0.0.1:9/x>", {400, 403}, FETCHED),
            ("LOAD SILENT", "LOAD SILENT <http://169.254.169.254/latest/>", {400, 403}, FETCHED),
            (
                "SERVICE",
                f"INSERT {DATA} WHERE {{ SERVICE <http://127.0.0.1:9/> {DATA} }}",
                {400, 403},
                FETCHED,
            ),
            ("an end that is none", f"INSERT DATA {DATA} ; BREW", 400, "all of it or nothing"),
            (
                "an end that fails",
                f"INSERT DATA {DATA} ; {TWICE} ; {TWICE}",
                {400, 409},
                "all of it or nothing",
            ),
        )
    ),
]
