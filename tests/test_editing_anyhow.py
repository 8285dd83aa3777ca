"""Updates by hand in every way: at random, of a few graphs, on a copy, by threads; the ledger is true."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from casegraph.namespaces import BASE, PREFIXES
from casegraph.store import LEDGER, editing, rehearsing
from casegraph.store.editing import update
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import generation
from casegraph.store.verifying import verify
from edited_stores import BEFORE, ONE, G, H, content, plain

CASE = f"{BASE}case/10.1007/s13555-020-00421-8/1"


@pytest.fixture(params=["directory", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedStore]:
    location = ":memory:" if request.param == "memory" else str(tmp_path / "store")
    with EmbeddedStore(location, writable=True) as opened:
        yield opened


_TERMS = some.sampled_from(["<urn:a>", "<urn:b>", '"x y"', "5", '"_:a"@en', "<<( <urn:a> <urn:b> 7 )>>"])
_GRAPHS = some.sampled_from([G, f"{H}/asserted", f"{H}/inferred", f"{CASE}/asserted"])
_QUADS = some.builds("GRAPH <{}> {{ <urn:a> <urn:b> {} }}".format, _GRAPHS, _TERMS)
_DATA = some.one_of(_QUADS, some.builds("<urn:a> <urn:c> {} .".format, _TERMS))
_NAMES = some.one_of(some.just("DEFAULT"), some.builds("GRAPH <{}>".format, _GRAPHS))
_PLACES = some.one_of(some.builds("GRAPH <{}>".format, _GRAPHS), some.just("GRAPH ?g"))
_OPERATIONS = some.one_of(
    some.builds("INSERT DATA {{ {} {} }}".format, _DATA, _DATA),
    some.builds("DELETE DATA {{ {} {} }}".format, _DATA, _DATA),
    some.builds("{} SILENT {}".format, some.sampled_from(["CLEAR", "DROP"]), _NAMES),
    some.builds("{} SILENT {} TO {}".format, some.sampled_from(["ADD", "COPY", "MOVE"]), _NAMES, _NAMES).map(
        lambda text: text.replace("GRAPH ", "")
    ),
    some.builds(
        f"DELETE {{{{ {{}} {{{{ ?s ?p ?o }}}} }}}} INSERT {{{{ {{}} {{{{ ?s <urn:c> ?o }}}} }}}} WHERE "
        f"{{{{ GRAPH ?g {{{{ ?s ?p ?o }}}} FILTER(?g != <{LEDGER}>) }}}}".format,
        _PLACES,
        _PLACES,
    ),
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(some.lists(some.lists(_OPERATIONS, min_size=1, max_size=3).map(" ;\n".join), max_size=4))
def test_any_updates_leave_what_a_bare_engine_has_and_a_true_ledger(texts: list[str]) -> None:
    with EmbeddedStore(":memory:", writable=True) as store:
        for text in texts:
            update(store, text)
        assert content(store) == plain(*texts)
        assert list(verify(store)) == []


@pytest.mark.parametrize(
    ("text", "units"),
    [
        (ONE, (G,)),
        ("DELETE WHERE { GRAPH ?g { ?s <urn:q> ?o . ?s ?p ?o } }", (G,)),
        ("WITH <urn:h/asserted> DELETE { ?s ?p ?o } INSERT { GRAPH ?g { ?s ?p ?o } GRAPH $x { ?s ?p 1 } } "
         "WHERE { ?s ?p ?o VALUES (?g ?x) { (<urn:n> <urn:m>) (<urn:n> UNDEF) } }; # FILTER",
         ("urn:h", "urn:m", "urn:n")),
        ("INSERT { GRAPH ?g { ?s ?p ?o } } WHERE { SELECT ?s ?p ?o (IRI(CONCAT('urn:', STR(?o))) AS ?g) "
         "{ GRAPH <urn:g> { ?s ?p ?o } } }; DELETE WHERE { GRAPH ?d { <urn:s> <urn:p> '1' } }",
         ("urn:1", "urn:2", "urn:g")),
    ],
)  # fmt: skip
def test_an_update_of_a_few_cases_needs_no_copy(
    text: str, units: tuple[str, ...], store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_copy(*_: object, **__: object) -> None:
        pytest.fail("the store was copied")

    update(store, BEFORE.replace('"1"', '"0"') if text == ONE else BEFORE)
    monkeypatch.setattr(editing, "update_copy", no_copy)
    assert update(store, text).units == units
    assert content(store) == plain(BEFORE.replace('"1"', '"0"') if text == ONE else BEFORE, text)
    assert list(verify(store)) == []


def test_an_update_of_very_many_graphs_is_done_on_a_copy(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "MOST_GRAPHS", 1)
    monkeypatch.setattr(rehearsing, "MOST_GRAPHS", 1)
    update(store, BEFORE)
    text = (
        f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o FILTER(?g != <{LEDGER}>) }} }}"
    )
    assert update(store, text).units == (G, H)
    assert content(store) == plain(BEFORE, text)
    assert list(verify(store)) == []


@pytest.mark.slow
def test_edits_of_four_threads_are_all_there(store: EmbeddedStore) -> None:
    update(store, f"INSERT DATA {{ GRAPH <{G}> {{ <urn:s> <urn:p> 0 }} }}")
    text = f"""DELETE {{ GRAPH <{G}> {{ ?s ?p ?n }} }} INSERT {{ GRAPH <{G}> {{ ?s ?p ?m }} }}
      WHERE {{ GRAPH <{G}> {{ ?s ?p ?n }} BIND(?n + 1 AS ?m) }}"""
    threads = [threading.Thread(target=lambda: [update(store, text) for _ in range(5)]) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert content(store) == [f'<urn:s> <urn:p> "20"^^<{PREFIXES["xsd"]}integer> <{G}> .']
    assert generation(store) == 21
    assert list(verify(store)) == []
