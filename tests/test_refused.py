"""A query that does not parse: its error tells the place and what is wrong, not what the parser tried."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from casegraph.errors import InputError
from casegraph.store.asking import ask

FORMS = "SELECT, ASK, CONSTRUCT or DESCRIBE"
VAGUE = "something is wrong here or just before"
NO_GROUP = "with groups or counts, SELECT names what GROUP BY does not and AS does not make"


@pytest.mark.parametrize(
    ("query", "where", "what"),
    [
        ("SELEC ?x {}", "1:1", "it begins with SELEC"),
        ("PREFIX a: <urn:x>\n  SELCT * {}", "2:3", "it begins with SELCT"),
        ("BASE <http://e.org/> # SELECT\n{ ?s ?p ?o }", "2:1", "it begins with {"),
        ("INSERT DATA { <urn:a> <urn:b> 3 }", "1:1", "it is an update (INSERT)"),
        ("prefix : <urn:x> drop all", "1:18", "it is an update (DROP)"),
    ],
)
def test_what_begins_with_no_form_is_told_at_its_place(query: str, where: str, what: str) -> None:
    with pytest.raises(InputError) as refused:
        ask(ox.Store(), query)
    told = refused.value
    assert (told.where, told.what, told.expected) == (f"query:{where}", f"not a SPARQL query: {what}", FORMS)
    assert ("server that is writable" in told.todo) is ("update" in what)


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("SELECT ?x { ?x ?y }", VAGUE),
        ("SELECT * { ?s ?p ?o FILTR(?o) }", VAGUE),
        ("", VAGUE),
        ("SELECTT * {}", VAGUE),
        ("PREFIX a <urn:x> SELECT * {}", VAGUE),
        ("SELECT * { ?s ?p ?o } GROUP ?s", "expected BY"),
        ("SELECT * { ?s ?p ?o } LIMT 3", "expected one of HAVING, OFFSET, VALUES"),
        ("ASK", 'expected "{"'),
        ("SELECT * { ?s 'x ?o a:b }", VAGUE),
        ("SELECT ?a { ?a ?b _:x { ?a ?b _:x } }", VAGUE),
        ("SELECT ?a ?a { ?a ?b ?c }", "SELECT names a variable twice"),
        ("SELECT (1 AS ?a) (2 AS ?a) {}", "SELECT names a variable twice"),
        ("SELECT ?a ?b { ?a ?b ?c } GROUP BY ?a", NO_GROUP),
        ("SELECT ?a (COUNT(*) AS ?n) { ?a ?b ?c }", NO_GROUP),
        (
            "SELECT * { ?a ?b ?c } GROUP BY ?a",
            "SELECT * cannot stand with GROUP BY: name what is selected",
        ),
    ],
)
def test_what_the_parser_tries_everywhere_is_not_told(query: str, what: str) -> None:
    with pytest.raises(InputError) as refused:
        ask(ox.Store(), query)
    assert refused.value.what == f"not a SPARQL query: {what}"
    assert refused.value.where.startswith("query:1:")
    assert not refused.value.todo


@pytest.mark.parametrize(
    ("query", "where", "name"),
    [
        ("PREFIX x: <urn:x> SELECT * { ?s x:a ?o ; a:b ?c }", "1:42", "a:b"),
        ("a:b", "1:1", "a:b"),
        ("SELECT * { ?s : ?o }\n PREFIX : <urn:x>", "1:15", ":"),
    ],
)
def test_a_prefix_that_is_not_declared_is_told_at_its_place(query: str, where: str, name: str) -> None:
    with pytest.raises(InputError, match=f"that is not declared: {name}; declare it") as refused:
        ask(ox.Store(), query)
    assert refused.value.where == f"query:{where}"


def test_words_that_are_glued_are_no_reason() -> None:
    """The parser needs no space after the first word."""
    assert ask(ox.Store(), "SELECTDISTINCT * {}")
    with pytest.raises(InputError, match="expected BY"):
        ask(ox.Store(), "SELECTDISTINCT * {} GROUP ?s")
