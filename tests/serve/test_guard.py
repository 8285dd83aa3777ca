"""The guard before SPARQL: what would call out, kill the engine or mislead a reader never reaches it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile import HostileQuery, hostile_queries
from victim import Victim

from casegraph.errors import InputError
from casegraph.serve.errors import LimitError
from casegraph.serve.guard.text import decoded, form_of, refuse
from casegraph.serve.http.problems import RefusedError, status_of
from casegraph.serve.limits import Limits
from casegraph.store.tokens import scan

QUERIES = sorted((Path(__file__).resolve().parents[2] / "queries").glob("*.rq"))
HOSTILE = hostile_queries()
#: What is left to the limits of the worker.
PASSES = [each for each in HOSTILE if each.expected == 200 or each.limit in ("time", "memory")]
CALLING = [each for each in HOSTILE if each.expected == 400 and re.match("SERVICE|LOAD", each.name)]
#: Calls that are not made here: their errors are not told, or another parser would make them.
QUIET = {
    "SERVICE SILENT": "ok",
    "SERVICE and SILENT in one word": "ok",
    "SERVICE in EXISTS": "ok",
    "SERVICE of a variable": "error",
    "SERVICE with an escape": "syntax",
    "SERVICE after an escaped line end": "ok",
    "SERVICE after an escaped quote": "ok",
    "LOAD SILENT in one word": "ok",
    "LOAD in a query": "syntax",
}


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    """Return a process that may die."""
    with_limits = Victim()
    yield with_limits
    with_limits.end()


def _status(each: HostileQuery) -> int:
    """Return the status of what the guard refuses, and 200 for what it lets through."""
    try:
        refuse(each.sent, limits=Limits(), update=each.update)
    except InputError as error:
        return int(status_of(error))
    return 200


def test_there_are_enough_of_each() -> None:
    assert len(HOSTILE) == len({each.name for each in HOSTILE}) >= 100
    assert {each.expected for each in HOSTILE} == {200, 400, 413, 422}
    for each in HOSTILE:
        assert (each.text is None) != (each.python is None), each.name
        assert (each.limit is not None) == (each.expected in (413, 422)), each.name


@pytest.mark.parametrize("each", HOSTILE, ids=lambda each: each.name)
def test_what_the_guard_says(each: HostileQuery) -> None:
    if each in PASSES:
        assert _status(each) == 200
    elif each.expected == 400:
        assert _status(each) in (200, 400)
    else:
        assert _status(each) == each.expected


@pytest.mark.parametrize(
    "each", [each for each in HOSTILE if each.expected in (200, 400)], ids=lambda e: e.name
)
def test_what_the_engine_then_says(victim: Victim, each: HostileQuery) -> None:
    """What is due as 400 and passes the guard is refused by the engine, and calls no one."""
    if _status(each) == 200:
        assert victim.run(each.sent, update=each.update) == {200: "ok", 400: "syntax"}[each.expected]


@pytest.mark.long
@pytest.mark.parametrize(
    "each", [each for each in PASSES if each.expected == 422], ids=lambda each: each.name
)
def test_what_only_the_limits_of_a_worker_stop(victim: Victim, each: HostileQuery) -> None:
    """It takes too long or too much: which of both comes first is up to the machine."""
    assert victim.run(each.sent, update=each.update) in ("time", "memory", "signal 6", "signal 9")


@pytest.mark.long
@pytest.mark.parametrize("each", [e for e in HOSTILE if e.limit == "nesting"], ids=lambda each: each.name)
def test_what_the_guard_stops_is_fatal(victim: Victim, each: HostileQuery) -> None:
    """Without the guard the process is killed, or does not come back in time."""
    assert victim.run(each.sent, update=each.update) in ("signal 11", "signal 6", "time", "memory")


@pytest.mark.slow
@pytest.mark.parametrize("each", CALLING, ids=lambda each: each.name)
def test_what_is_refused_as_a_call_is_one(victim: Victim, each: HostileQuery) -> None:
    """Without the guard the engine calls out."""
    assert victim.run(each.sent, update=each.update) == QUIET.get(each.name, "call")


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_the_stored_queries_pass_with_room(query: Path) -> None:
    refuse(query.read_text(encoding="utf-8"), limits=Limits(text=20_000, nesting=100))


def test_there_are_stored_queries() -> None:
    assert len(QUERIES) > 60


LEGITIMATE = {
    "negative values": "SELECT * { VALUES ?x { " + "-1 " * 5000 + "} }",
    "rows": "SELECT * { VALUES (?x ?y) { " + "(<urn:a> -1) " * 3000 + "} }",
    "a long IN": "SELECT * { ?s ?p ?o FILTER(?o NOT IN (" + ", ".join(["-1.5e3"] * 5000) + ")) }",
    "triples": "SELECT * { " + "?s a/<urn:q> ?o . " * 3000 + "}",
    "objects": "CONSTRUCT { ?s ?p " + ", ".join(["'x'"] * 9000) + " } { ?s ?p ?o }",
    "names of steps": "PREFIX urn: <urn:x> CONSTRUCT { "
    + "?s <urn:p> urn:group, urn:orderBy . " * 1000
    + "} { ?s ?p ?o }",
    "filters": "SELECT * { ?s ?p ?o " + "FILTER(?o != 7) " * 500 + "}",
    "unions": "SELECT * { " + " UNION ".join(["{ ?s a ?o }"] * 300) + " }",
    "alternatives": "SELECT * { ?s " + "|".join(["<urn:p>"] * 1000) + " ?o }",
    "ors": "SELECT * { ?s ?p ?o FILTER(" + " || ".join(["?o = 1"] * 1000) + ") }",
    "groups": "ASK " + "{" * 490 + "}" * 490,
    "parentheses": "ASK { FILTER(" + "(" * 480 + "1" + ")" * 480 + ") }",
    "an IRI with brackets": "SELECT * { ?s ?p <http://e.org/X_(y)#z> . ?s (<urn:p>|<urn:q#r>)+ "
    "(1 <http://e.org/#it's>) }",
    "strings": "SELECT * { ?s ?p 'it\\'s', \"\\\\\", '''a'b''c''', \"\"\"x\"y\"\"\", '\\u00e9', '' }",
    "local names": "PREFIX a: <urn:a> SELECT * { a:b\\-c a:%41 a:b.c, a:\\#d . "
    "_:x-1.y a:1 1, 1.5, .5e-3, 1.e5, +1. }",
    "less than an IRI": "ASK { ?s ?p ?o FILTER(COALESCE(?o<<http://e.org/x#>,true)) }",
    "comparisons": "SELECT (?a < ?b AS ?x) { ?a ?p ?b FILTER(?a<?b && ?b > 3 || ?a <= -1 || 1<2&&3>2) }",
    "quoted triples": "SELECT * { <<( ?s ?p <<( ?a ?b ?c )>> )>> ?q << <urn:s#x> <urn:p> 1 >> . "
    "?s ?p ?o ~ ?r {| ?a ?b |} }",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LEGITIMATE)
def test_large_and_odd_queries_pass(victim: Victim, name: str) -> None:
    refuse(LEGITIMATE[name], limits=Limits())
    if name not in ("triples", "groups"):
        assert victim.run(LEGITIMATE[name]) in ("ok", "time")


def test_a_large_update_passes() -> None:
    graphs = "GRAPH <urn:g> { <urn:s> <urn:p> 'x' } " * 2000
    refuse(f"INSERT DATA {{ {graphs} }}" + " ; DELETE WHERE { ?s ?p 1 }" * 1000, limits=Limits(), update=True)


#: shape -> what ends a process with a stack of 8 MB, measured on pyoxigraph 0.5.13.
FATAL: dict[str, tuple[Callable[[int], str], int]] = {
    "groups": (lambda n: "ASK" + "{" * n + "}" * n, 2_240),
    "subselects": (lambda n: "ASK" + "{SELECT ?s {?s ?p ?o " * n + "}}" * n, 1_184),
    "subselects with steps": (
        lambda n: "ASK" + "{SELECT DISTINCT*{" * n + "}ORDER BY ?s LIMIT 1}" * n,
        672,
    ),
    "graphs": (lambda n: "ASK{" + "GRAPH ?g{" * n + "}" * n + "}", 2_944),
    "EXISTS": (lambda n: "ASK{?s ?p ?o " + "FILTER EXISTS{?s ?p ?o " * n + "}" * n + "}", 864),
    "parentheses": (lambda n: "ASK{FILTER(" + "(" * n + "1" + ")" * n + ")}", 4_736),
    "calls": (lambda n: "ASK{FILTER(" + "STR(" * n + "1" + ")" * n + ")}", 960),
    "calls in columns": (lambda n: "SELECT(" + "SUM(" * n + "1" + ")" * n + " AS ?x){}", 832),
    "calls of IRIs": (lambda n: "ASK{FILTER(" + "<urn:f>(" * n + "1" + ")" * n + ")}", 4_480),
    "blank nodes": (lambda n: "INSERT DATA{" + "[<urn:p> " * n + "1" + "]" * n + "<urn:p> 1}", 3_712),
    "not": (lambda n: "ASK{FILTER(" + "!" * n + "true)}", 9_472),
    "or": (lambda n: "ASK{FILTER(" + "||".join(["true"] * n) + ")}", 9_472),
    "sums": (lambda n: "ASK{FILTER(" + "+".join(["1"] * n) + ")}", 6_912),
    "differences of words": (lambda n: "ASK{FILTER(" + "-".join(["true"] * n) + ")}", 6_912),
    "products": (lambda n: "ASK{FILTER(" + "*".join(["1"] * n) + ")}", 6_912),
    "sequences": (lambda n: "ASK{?s (" + "/".join(["<urn:p>"] * n) + ")* ?o}", 8_448),
    "alternatives": (lambda n: "ASK{?s " + "|".join(["<urn:p>"] * n) + " ?o}", 11_264),
    "unions": (lambda n: "ASK{" + "UNION".join(["{}"] * n) + "}", 6_656),
    "MINUS": (lambda n: "ASK{?s ?p ?o " + "MINUS{?s ?p 7}" * n + "}", 2_688),
    "BIND": (lambda n: "ASK{" + "".join(f"BIND(1 AS ?v{i})" for i in range(n)) + "}", 2_688),
    "columns": (lambda n: "SELECT " + "".join(f"(1 AS ?v{i})" for i in range(n)) + "{}", 2_688),
    "DESCRIBE": (lambda n: "DESCRIBE" + " <urn:s>" * n, 2_688),
    "GROUP BY": (lambda n: "SELECT(1 AS ?x){?s ?p ?o}GROUP BY" + " STR(?s)" * n, 2_688),
    "ORDER BY": (lambda n: "ASK{SELECT*{?s ?p ?o}ORDER BY" + "(STR(?s))" * n + "}", 2_688),
    "HAVING": (lambda n: "SELECT(COUNT(*) AS ?z){?s ?p ?o}HAVING" + "(true)" * n, 9_472),
}


@pytest.mark.parametrize("name", FATAL)
def test_there_is_a_factor_of_four_in_hand(name: str) -> None:
    """A quarter of what is fatal is refused; a twentieth, which is more than anybody writes, is not."""
    shape, fatal = FATAL[name]
    limits, update = Limits(text=1 << 20), name == "blank nodes"
    with pytest.raises(LimitError, match=r"query:1:\d+: the query is nested too deeply.*up to 500 brackets"):
        refuse(shape(fatal // 4), limits=limits, update=update)
    refuse(shape(fatal // 20), limits=limits, update=update)


@pytest.mark.slow
@pytest.mark.parametrize("name", FATAL)
def test_the_fatal_is_fatal(victim: Victim, name: str) -> None:
    """If it is no more, the engine or the machine has changed, and the weights may be chosen anew."""
    shape, fatal = FATAL[name]
    assert victim.run(shape(fatal * 2), update=name == "blank nodes") in ("signal 11", "signal 6", "time")


def test_depth_and_length_add_up() -> None:
    """A chain is a tree as high as it is long, and what is nested in its first part stands on top of it."""
    deep, long = "(" * 250 + "true" + ")" * 250, "||true" * 900
    for each in (f"({deep})", f"(true{long})", f"(true{long},{deep})"):
        refuse(f"ASK {{ FILTER{each} }}", limits=Limits())
    for each in (f"({deep}{long})", f"(true{long}||{deep})"):
        with pytest.raises(LimitError):
            refuse(f"ASK {{ FILTER{each} }}", limits=Limits())


REFUSED = {
    "ASK {\n  SERVICE <http://e.org/> { } }": r"query:2:3: SERVICE is not allowed.*--allow-service HOST",
    "ASK { ?s ?p 'a\nb' }": r"query:1:13: not SPARQL: a string that is not closed",
    "ASK { ?s ?p 'a\\qb' }": r"query:1:15: not SPARQL: no such escape: \\q",
    "ASK { VALUES ?v { '''x' } }": r"query:1:19: not SPARQL: a string that is not closed",
    "ASK { ?s <http://e.org/\\uD800> ?o }": r"query:1:24: not SPARQL: \\uD800 in an IRI",
    "ASK { \\u0041 }": r"query:1:7: not SPARQL: an escape outside of strings and IRIs",
    "ASK { ?s ?p \u00a0 }": r"query:1:13: not SPARQL: the character '\\xa0'",
    "ASK { ?s ?p ?o )": r"query:1:16: not SPARQL: \) closes no bracket; expected a }",
    "ASK { (?s": r"query:1:7: not SPARQL: \( is not closed; expected a \)",
    "INSERT DATA { }": r"query:1:1: INSERT makes an update.*send it to /update",
    "ASK { FILTER(?a<?b#>\n) }": r"query:1:16: .*can be read as an IRI and as 'less than'.*write a space",
    "ASK { FILTER(?a<?b'>1) }": r"query:1:16: .*can be read as an IRI",
    "ASK {\n # a # \\u000a }": r"query:2:8: not SPARQL: an escaped line end in a comment",
    "ASK { ?s ?p '\\u0027' }": r"query:1:14: not SPARQL: \\u0027 ends the string.*expected \\'",
}


@pytest.mark.parametrize("text", REFUSED)
def test_the_refusal_says_where_and_what_to_do(text: str) -> None:
    with pytest.raises(InputError) as refused:
        refuse(text, limits=Limits())
    assert re.match(REFUSED[text], str(refused.value)), str(refused.value)
    assert not isinstance(refused.value, LimitError)


def test_an_update_is_told_from_a_query() -> None:
    with pytest.raises(InputError, match=r"query:2:1: SELECT makes a query.*send it to /sparql"):
        refuse("PREFIX a: <urn:a>\nSELECT * { }", limits=Limits(), update=True)
    with pytest.raises(InputError, match=r"LOAD is not allowed.*PUT /graphs"):
        refuse("LOAD <http://e.org/>", limits=Limits(), update=True)
    with pytest.raises(InputError, match="SERVICE is not allowed in an update"):
        refuse("DELETE { } WHERE { SERVICE <http://e.org/> { } }", limits=Limits(), update=True)
    refuse(
        "PREFIX load: <urn:l> INSERT DATA { load:x load:y 1 ; load:z 2 } ; CLEAR GRAPH load:x ; "
        "COPY load:x TO load:y",
        limits=Limits(),
        update=True,
    )
    assert form_of("# SELECT\nBASE <urn:a> PREFIX insert: <urn:b> DELETE DATA { }") == "update"


def test_the_length_is_counted_in_bytes() -> None:
    refuse("ASK { } #" + "\u00e9" * 40, limits=Limits(text=90))
    with pytest.raises(RefusedError, match="up to 80 bytes"):
        refuse("ASK { } #" + "\u00e9" * 40, limits=Limits(text=80))


def test_a_body_that_is_not_utf_8() -> None:
    with pytest.raises(InputError, match=r"query:2:3: byte 9 is not UTF-8.*send the text as UTF-8"):
        decoded("ASK {\né ".encode() + b"\xff }")
    assert decoded("ASK { ?é ?p 'é' }".encode()) == "ASK { ?é ?p 'é' }"


def test_one_pass_is_enough() -> None:
    """A text is cut in as many steps as it has tokens, whatever stands in it: there is no going back."""
    for text, expected in {
        "a." * 50_000: 2,
        "<a" * 50_000: 100_000,
        ":" * 50_000: 1,
        "?" * 50_000: 50_000,
        "#" * 50_000 + "\\" * 50_000: 0,
    }.items():
        assert sum(1 for _ in scan(text)) == expected
