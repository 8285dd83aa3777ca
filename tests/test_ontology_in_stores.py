"""A store whose ontology was taken out or edited: who asks is told so, and the next load brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.ingest import load
from casegraph.namespaces import BASE
from casegraph.query import get_query, run
from casegraph.resources import shipped
from casegraph.store import Store, open_store
from casegraph.store.by_hand import HandEdit, edited_by_hand
from casegraph.store.editing import add_to_graph, drop_graph, update
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import commit
from casegraph.store.verifying import verify
from casegraph.story.noticed import noticed, notices_of_all
from command_line import run_cli

ONTOLOGY, ADDED = f"{BASE}ontology", f"{BASE}ontology/added"
(DOCUMENT,) = shipped("cases", "miao-2020.yaml")
LABELS = "http://www.w3.org/2000/01/rdf-schema#label"
TAKEN_OUT = f"DROP GRAPH <{ONTOLOGY}>"
EDITED = f"DELETE WHERE {{ GRAPH <{ONTOLOGY}> {{ ?term <{LABELS}> ?label }} }}"


@pytest.fixture
def store(directory: Path) -> Iterator[EmbeddedStore]:
    with EmbeddedStore(str(directory), writable=True) as opened:
        yield opened


def said(store: Store) -> list[str]:
    query = get_query("cases_treated_with_group")
    return list(noticed(store, query, run(store, query)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "what"), [(TAKEN_OUT, "taken out"), pytest.param(EDITED, "edited", marks=pytest.mark.long)]
)
def test_a_load_brings_it_back(text: str, what: str, store: EmbeddedStore) -> None:
    before, rows = store.digest(), run(store, get_query("cases_treated_with_group"))
    assert rows.rows
    update(store, text)
    assert list(edited_by_hand(store)) == [HandEdit(ONTOLOGY, 3, gone=what == "taken out")]
    list(load(store, [DOCUMENT]))
    assert store.digest() == before
    assert (said(store), list(edited_by_hand(store))) == ([], [])
    assert run(store, get_query("cases_treated_with_group")) == rows
    assert list(verify(store)) == []


@pytest.mark.parametrize(("text", "what"), [(TAKEN_OUT, "taken out"), (EDITED, "edited")])
def test_answers_and_counts_tell_of_it(text: str, what: str) -> None:
    with EmbeddedStore(":memory:", writable=True) as store:
        commit(store, [], f'<urn:t> <{LABELS}> "t" <{ONTOLOGY}> .\n<urn:t> <urn:p> "x" <{ONTOLOGY}> .\n')
        assert said(store) == list(notices_of_all(store)) == []
        update(store, text)
        (line,) = said(store)
        assert line.startswith(f"the ontology in the store was {what} by hand in change 2, so that rows may")
        assert "casegraph load brings it back" in line
        assert list(notices_of_all(store)) == [line]


def test_an_ontology_that_a_store_of_cases_never_had_is_missed(store: EmbeddedStore) -> None:
    with EmbeddedStore(":memory:", writable=True) as copy:
        assert said(copy) == []
        for graph in (each for each in store.graphs() if not each.startswith(ONTOLOGY)):
            copy.replace([], "".join(f"{line}\n" for line in store.dump(graph)))
        (line,) = said(copy)
        assert line.startswith("the ontology is not in the store, so that rows may be missing")


def test_terms_that_were_added_are_of_the_ontology(store: EmbeddedStore) -> None:
    name = ox.NamedNode("urn:term")
    add_to_graph(store, ADDED, [ox.Triple(name, ox.NamedNode(LABELS), ox.Literal("x"))])
    assert list(edited_by_hand(store)) == [HandEdit(ADDED, 3, gone=False)]
    (line,) = said(store)
    assert line.endswith(f"; loading the documents that name its terms brings it back: {ADDED}")
    drop_graph(store, ADDED)


@pytest.mark.slow
def test_the_commands_tell_of_it(directory: Path) -> None:
    with open_store(directory, writable=True) as store:
        assert isinstance(store, EmbeddedStore)
        drop_graph(store, ONTOLOGY)
    told = run_cli("verify", "--store", directory)
    assert told.stdout == f"{ONTOLOGY}\ttaken out by hand in change 3\n"
    assert "queries may find less; a load brings it back" in told.stderr
    for words in (("query", "cases_treated_with_group"), ("stats", "--part", "counts")):
        assert (
            "the ontology in the store was taken out by hand" in run_cli(*words, "--store", directory).stderr
        )
