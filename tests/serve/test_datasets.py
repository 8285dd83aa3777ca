"""The dataset of an update by the request: as if it had been written into the update, tried on the engine."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from casegraph.errors import InputError
from casegraph.serve.guard.datasets import with_using

A, B, OUT = "http://e.org/a", "http://e.org/b", "http://e.org/out"
DATA = f"""INSERT DATA {{ <urn:s> <urn:p> 0 .
  GRAPH <{A}> {{ <urn:s> <urn:p> 1 }} GRAPH <{B}> {{ <urn:s> <urn:p> 2 }} }}"""


def _copied(update: str, default: list[str], named: list[str]) -> set[str]:
    """Return the objects that an update has put into the graph OUT."""
    store = ox.Store()
    store.update(DATA)
    store.update(with_using(update, default, named))
    copies = store.quads_for_pattern(None, None, None, ox.NamedNode(OUT))
    return {quad.object.value for quad in copies if isinstance(quad.object, ox.Literal)}


COPY = f"INSERT {{ GRAPH <{OUT}> {{ ?s <urn:q> ?o }} }} WHERE {{ ?s <urn:p> ?o }}"
COPY_NAMED = f"INSERT {{ GRAPH <{OUT}> {{ ?s <urn:q> ?o }} }} WHERE {{ GRAPH ?g {{ ?s <urn:p> ?o }} }}"


@pytest.mark.parametrize(
    ("update", "default", "named", "expected"),
    [
        (COPY, [], [], {"0"}),
        (COPY, [A], [], {"1"}),
        (COPY, [A, B], [], {"1", "2"}),
        (COPY, [], [A], set()),
        (COPY_NAMED, [], [], {"1", "2"}),
        (COPY_NAMED, [], [B], {"2"}),
        (COPY_NAMED, [A], [], set()),
        (COPY_NAMED, [A], [A, B], {"1", "2"}),
        (f"{COPY} ; {COPY_NAMED}", [A], [B], {"1", "2"}),
        (f"# WHERE\nDELETE {{ ?s ?x 'WHERE' }} {COPY.replace('WHERE {', 'where{ ')}", [B], [], {"2"}),
    ],
)
def test_where_looks_into_the_graphs_of_the_request(
    update: str, default: list[str], named: list[str], expected: set[str]
) -> None:
    assert _copied(update, default, named) == expected


def _left(update: str, default: list[str]) -> set[tuple[str, str]]:
    store = ox.Store()
    store.update(DATA)
    store.update(with_using(update, default, []))
    return {
        (str(quad.graph_name), quad.object.value) for quad in store if isinstance(quad.object, ox.Literal)
    }


ALL = {("DEFAULT", "0"), (f"<{A}>", "1"), (f"<{B}>", "2")}


def test_delete_where_deletes_by_what_it_finds_there() -> None:
    """It looks into the graph of the request, and deletes from the default graph, which has another."""
    assert _left("DELETE WHERE { ?s ?p ?o }", []) == ALL - {("DEFAULT", "0")}
    assert _left("DELETE WHERE { ?s ?p ?o }", [A]) == ALL
    zero = f"INSERT DATA {{ GRAPH <{A}> {{ <urn:s> <urn:p> 0 }} }}"
    assert _left(f"{zero} ; DELETE WHERE {{ ?s ?p ?o }} ; CLEAR GRAPH <{B}>", [A]) == {
        (f"<{A}>", "0"),
        (f"<{A}>", "1"),
    }


def test_data_and_graphs_are_not_touched() -> None:
    for update in (
        DATA,
        f"DELETE DATA {{ GRAPH <{A}> {{ <urn:s> <urn:p> 1 }} }}",
        f"CLEAR GRAPH <{A}>",
        "DROP ALL;",
    ):
        assert with_using(update, [B], [B]) == update


@pytest.mark.parametrize("update", [f"WITH <{A}> {COPY}", COPY.replace("WHERE", f"USING NAMED <{A}> WHERE")])
def test_two_datasets_are_a_conflict(update: str) -> None:
    with pytest.raises(
        InputError, match=r"query:1:\d+: (WITH|USING) in an update whose request names a dataset"
    ):
        with_using(update, [B], [])
    assert with_using(update, [], []) == update


def test_the_words_in_other_places_are_no_conflict() -> None:
    text = f"PREFIX with: <urn:w> INSERT {{ ?using with:using 'USING' }} WHERE {{ ?using ?p <{A}#WITH> }}"
    assert with_using(text, [B], []).count(f"USING <{B}>") == 1


def test_a_graph_name_cannot_carry_an_update() -> None:
    with pytest.raises(InputError, match="no graph name"):
        with_using(COPY, ["urn:a> WHERE { } ; DROP ALL #"], [])
    with pytest.raises(InputError, match="DELETEWHERE in one word; expected DELETE WHERE"):
        with_using("DELETEWHERE{ ?s ?p ?o }", [A], [])
