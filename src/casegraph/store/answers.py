"""Reads the body of an answer to a query, and refuses one that is broken, cut or of another kind."""

from __future__ import annotations

import re

import msgspec
import pyoxigraph as ox

from casegraph.namespaces import PREFIXES
from casegraph.store import Answer
from casegraph.store.refused import refused_query
from casegraph.store.sending import Reply

__all__ = ["ACCEPT", "XML", "kind_of_answer", "read_answer", "says_ask_in_rows"]

_ROWS, _TRIPLES = "application/sparql-results+json", "application/n-triples, text/turtle;q=0.9"
#: What Virtuoso writes four times as fast.
XML = "application/sparql-results+xml"
#: The kind of answer that is expected -> what is asked for.
ACCEPT: dict[type[Answer] | None, str] = {
    ox.QuerySolutions: _ROWS,
    ox.QueryBoolean: _ROWS,
    ox.QueryTriples: _TRIPLES,
    None: f"{_ROWS}, {_TRIPLES}",
}
_BOOLEAN = f"{PREFIXES['xsd']}boolean"
_TRUTH = {"0": "false", "1": "true", "false": "false", "true": "true"}
#: The one column of what Virtuoso answers to ASK, and what its names of blank nodes begin with.
_ASKED, _NODE = "__ASK_RETVAL", "nodeID://"
_XML_TRUTH = re.compile(rb'(<literal datatype="' + re.escape(_BOOLEAN).encode() + rb'">)([01])<')
_XML_NODE = re.compile(rb"<bnode>" + _NODE.encode())


class _Head(msgspec.Struct):
    vars: list[str] = []


class _Results(msgspec.Struct):
    bindings: list[dict[str, dict[str, str]]]


class _Said(msgspec.Struct):
    head: _Head
    results: _Results


def kind_of_answer(sparql: str) -> type[Answer] | None:
    """Return the kind of result that a query asks for; None if that shows only when it is answered.

    :raises InputError: if it is no SPARQL query.

    >>> kind_of_answer("ASK {}").__name__
    'QueryBoolean'
    """
    try:
        return type(ox.Store().query(sparql))
    except (SyntaxError, UnicodeEncodeError) as error:
        raise refused_query(str(error), sparql) from error
    except RuntimeError:
        return None


def read_answer(reply: Reply, expected: type[Answer] | None) -> Answer:
    """Return what a reply says.

    Truth values are written ``true`` and ``false``, as Oxigraph writes them.

    :param expected: the kind of answer to the query; None if any will do.
    :raises ValueError: if the body is broken, not whole or of another kind; it says so.
    """
    answer = _parsed(reply, expected)
    if expected is not None and not isinstance(answer, expected):
        raise ValueError("answered with another kind of result than the query asks for")
    return answer


def says_ask_in_rows(reply: Reply) -> bool:
    """Tell whether the answer to an ASK is rows, which only Virtuoso gives."""
    return _ASKED.encode() in reply.body


def _parsed(reply: Reply, expected: type[Answer] | None) -> Answer:
    try:
        form = ox.QueryResultsFormat.from_media_type(reply.kind)
        if form == ox.QueryResultsFormat.JSON:
            return _rows(_usual(reply.body, asked=expected is ox.QueryBoolean), form)
        if form == ox.QueryResultsFormat.XML:
            return _rows(_XML_TRUTH.sub(_written_out, _XML_NODE.sub(b"<bnode>", reply.body)), form)
        found = ox.RdfFormat.from_media_type(reply.kind)
        if found in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE):
            if not reply.bounded:
                raise SyntaxError("nothing tells where it ends")
            content = ox.Store()
            content.load(reply.body, found)
            return content.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    except (SyntaxError, ValueError, msgspec.MsgspecError) as error:
        raise ValueError(f"answered with broken {reply.kind}: {error}") from error
    raise ValueError(f"answered with {reply.kind or 'no media type'}, which is no SPARQL answer")


def _written_out(found: re.Match[bytes]) -> bytes:
    return found[1] + _TRUTH[found[2].decode()].encode() + b"<"


def _rows(body: bytes, form: ox.QueryResultsFormat) -> Answer:
    ox.parse_query_results(body, form).serialize(format=form)  # a broken row shows only when read
    return ox.parse_query_results(body, form)


def _usual(body: bytes, *, asked: bool) -> bytes:
    """Return rows as others write them: Virtuoso has ``1`` for true, and rows in answer to ASK."""
    if not any(each.encode() in body for each in (_BOOLEAN, _ASKED, _NODE)):
        return body
    said = msgspec.json.decode(body, type=_Said)
    rows = said.results.bindings
    if asked and said.head.vars == [_ASKED]:
        truth = any(row.get(_ASKED, {}).get("value") == "1" for row in rows)
        return msgspec.json.encode({"head": {}, "boolean": truth})
    for term in (term for row in rows for term in row.values()):
        _write_as_usual(term)
    return msgspec.json.encode(said)


def _write_as_usual(term: dict[str, str]) -> None:
    if term.get("datatype") == _BOOLEAN:
        term["value"] = _TRUTH.get(term.get("value", ""), "")
    elif term.get("type") == "bnode":
        term["value"] = term.get("value", "").removeprefix(_NODE)
