"""Updates by hand: the ledger tells of each in the same transaction and is never changed itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.errors import ForbiddenError, InputError
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import DEFAULT_GRAPH, LEDGER
from casegraph.store.by_hand import HandEdit, edited_by_hand
from casegraph.store.directory import Directory
from casegraph.store.editing import Edited, update
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import commit, current_digests, generation
from casegraph.store.verifying import verify
from edited_stores import BEFORE, ONE, G, H, content, plain

CASE, REPORT = f"{BASE}case/10.1007/s13555-020-00421-8/1", f"{BASE}report/10.1007/s13555-020-00421-8"
ASSERTED = f"{CASE}/asserted"
DOCUMENT = next(path for path in shipped("cases", "*.yaml") if path.stem == "miao-2020")


@pytest.fixture(params=["directory", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedStore]:
    location = ":memory:" if request.param == "memory" else str(tmp_path / "store")
    with EmbeddedStore(location, writable=True) as opened:
        yield opened


@pytest.fixture
def small(store: EmbeddedStore) -> EmbeddedStore:
    """Return a store with one case that a load of today wrote, for all that its ledger tells."""
    commit(store, [], f'<{CASE}> <urn:p> "1" <{ASSERTED}> .\n<{REPORT}> <urn:p> "2" <{REPORT}> .\n')
    return store


def edits(store: EmbeddedStore) -> list[HandEdit]:
    assert list(verify(store)) == []
    return list(edited_by_hand(store))


@pytest.mark.slow
def test_an_edited_case_is_told_with_its_digest_and_a_mark(directory: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        done = update(store, f'INSERT DATA {{ GRAPH <{ASSERTED}> {{ <{CASE}> <{CG}note> "by hand" }} }}')
        assert (done.generation, done.units) == (3, (CASE,))
        lines = {graph: list(store.dump(graph)) for graph in store.graphs() if graph.startswith(f"{CASE}/")}
        assert len(lines) == 3
        digests = {
            graph: hashlib.sha256("".join(f"{line}\n" for line in each).encode()).hexdigest()
            for graph, each in lines.items()
        }
        text = "".join(f"{graph}\t{digest}\n" for graph, digest in sorted(digests.items()))
        assert current_digests(store, [CASE]) == {CASE: hashlib.sha256(text.encode()).hexdigest()}
        asked = f"""SELECT ?quads ?mark {{ GRAPH <{LEDGER}> {{ ?e <{CG}entryOf> <{CASE}> ;
          <{CG}quadCount> ?quads ; <{CG}editedByHand> ?mark ;
          <{PREFIXES["prov"]}wasGeneratedBy>/<{CG}generation> 3 }} }}"""
        (row,) = Rows.read(store.query(asked, union=False))
        assert (row["quads"], row["mark"]) == (sum(map(len, lines.values())), True)
        assert edits(store) == [HandEdit(CASE, 3, gone=False)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", ()),
        ("PREFIX e: <urn:e>", ()),
        (ONE, ()),
        (ONE.replace('"1"', '"7"'), (G,)),
        (f"{ONE.replace('1', '7')}; # and nothing more", (G,)),
        (f'PREFIX e: <urn:> INSERT DATA {{ GRAPH e:n {{ e:s e:p "GRAPH <{G}>" }} }}', ("urn:n",)),
        ('INSERT DATA { <urn:d> <urn:p> "x" }', (DEFAULT_GRAPH,)),
        (f'DELETE DATA {{ GRAPH <{H}/inferred> {{ <urn:s> <urn:p> "4" }} }}', (H,)),
        (f"DELETE WHERE {{ GRAPH <{G}> {{ ?s <urn:p> ?o }} }}", (G,)),
        ("DELETE WHERE { ?s ?p ?o }", (DEFAULT_GRAPH,)),
        ("DELETE WHERE { GRAPH ?g { ?s <urn:q> ?o } }", (G,)),
        (f"INSERT {{ GRAPH <{G}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o FILTER(ISLITERAL(?o) && "
         f"?g != <{LEDGER}>) }} }}", (G,)),
        (f"WITH <{G}> DELETE {{ ?s ?p ?o }} INSERT {{ ?s ?p 9 }} WHERE {{ ?s ?p ?o }}", (G,)),
        (f"WITH <{G}> INSERT {{ GRAPH <{H}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}", (H,)),
        (f"INSERT {{ ?s ?p ?o }} USING <{G}> WHERE {{ ?s ?p ?o }}", (DEFAULT_GRAPH,)),
        ("DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p 9 } } WHERE { GRAPH ?g { ?s ?p ?o "
         f"FILTER(?g != <{LEDGER}>) }} }}", (G, H)),
        ("INSERT { GRAPH ?n { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } FILTER(?o = \"2\") "
         'BIND(IRI(CONCAT(STR(?g), ":new")) AS ?n) }', ("urn:g:new",)),
        (f"DROP GRAPH <{G}>; {ONE}; {ONE.replace('1', '2')}", (G,)),
        (f"DROP GRAPH <{G}>", (G,)),
        (f"CLEAR GRAPH <{H}/asserted>; CLEAR SILENT GRAPH <urn:none>", (H,)),
        ("CLEAR DEFAULT", (DEFAULT_GRAPH,)),
        (f"COPY <{G}> TO <urn:n>", ("urn:n",)),
        (f"COPY DEFAULT TO GRAPH <{G}>", (G,)),
        (f"ADD SILENT <{H}/asserted> TO DEFAULT", (DEFAULT_GRAPH,)),
        (f"MOVE <{G}> TO <{H}/provenance>", (G, H)),
        ("CREATE GRAPH <urn:n>", ("urn:n",)),
        ("DROP ALL", (G, H, DEFAULT_GRAPH)),
        (f"CLEAR NAMED; {ONE}", (G, H)),
        ("BASE <urn:x> INSERT DATA { GRAPH <y:z> { <urn:s> <urn:p> 1 } }", ("y:z",)),
        ("INSERT DATA { GRAPH <urn:\\u0067> { <urn:s> <urn:p> 1 } }", (G,)),
    ],
)  # fmt: skip
def test_an_update_does_what_sparql_says_and_the_ledger_tells_what_changed(
    text: str, units: tuple[str, ...], store: EmbeddedStore
) -> None:
    assert update(store, BEFORE).units == (DEFAULT_GRAPH, G, H)
    before = generation(store)
    done = update(store, text)
    assert content(store) == plain(BEFORE, text)
    assert (done.generation, done.units) == (before + bool(units), tuple(sorted(units)))
    assert generation(store) == done.generation
    assert list(verify(store)) == []


@pytest.mark.parametrize(
    "text",
    [
        f'INSERT DATA {{ GRAPH <{LEDGER}> {{ <urn:s> <urn:p> "x" }} }}',
        f'PREFIX l: <{BASE}> INSERT DATA {{ GRAPH l:ledger {{ <urn:s> <urn:p> "x" }} }}',
        f"BASE <{BASE}> INSERT DATA {{ GRAPH <ledger> {{ <urn:s> <urn:p> 5 }} }}",
        f"INSERT DATA {{ GRAPH <{BASE}\\u006cedger> {{ <urn:s> <urn:p> 5 }} }}",
        f"DELETE WHERE {{ GRAPH <{LEDGER}> {{ ?s ?p ?o }} }}",
        f"WITH <{LEDGER}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
        f'INSERT {{ GRAPH ?g {{ <urn:s> <urn:p> 1 }} }} WHERE {{ BIND(IRI("{LEDGER}") AS ?g) }}',
        f"CLEAR GRAPH <{LEDGER}>",
        f"DROP SILENT GRAPH <{LEDGER}>",
        f"MOVE <{LEDGER}> TO <urn:n>",
        f"COPY <{REPORT}> TO <{LEDGER}>",
        f"ADD DEFAULT TO GRAPH <{LEDGER}>",
        f"CLEAR ALL; INSERT DATA {{ GRAPH <{LEDGER}> {{ <urn:s> <urn:p> 1 }} }}",
        f'DROP NAMED; INSERT {{ GRAPH ?g {{ <urn:s> <urn:p> 1 }} }} WHERE {{ BIND(IRI("{LEDGER}") AS ?g) }}',
        f"INSERT DATA {{ GRAPH <{LEDGER}/asserted> {{ <urn:s> <urn:p> 1 }} }}",
        f"INSERT DATA {{ GRAPH <{DEFAULT_GRAPH}> {{ <urn:s> <urn:p> 1 }} }}",
        f'INSERT {{ GRAPH ?g {{ <urn:s> <urn:p> 1 }} }} WHERE {{ BIND(IRI("{DEFAULT_GRAPH}") AS ?g) }}',
    ],
)
def test_an_update_of_the_ledger_is_refused_and_changes_nothing(text: str, small: EmbeddedStore) -> None:
    before = list(small.dump())
    with pytest.raises(ForbiddenError) as caught:
        update(small, text)
    assert (caught.value.exit_code, bool(caught.value.todo)) == (2, True)
    assert list(small.dump()) == before
    assert generation(small) == 1
    assert edits(small) == []


def test_the_ledger_can_be_read_by_an_update(small: EmbeddedStore) -> None:
    text = f"INSERT {{ ?u <urn:seen> true }} WHERE {{ GRAPH <{LEDGER}> {{ ?e <{CG}entryOf> ?u }} }}"
    update(small, text)
    assert len(list(small.dump(DEFAULT_GRAPH))) == len({CASE, REPORT})
    update(small, f"COPY <{LEDGER}> TO <{G}>")
    assert [edit.unit for edit in edits(small)] == [DEFAULT_GRAPH, G]


@pytest.mark.parametrize("text", ["CLEAR ALL", "drop silent all", "CLEAR NAMED", "DROP NAMED"])
def test_with_all_graphs_gone_the_ledger_stays_and_tells_of_it(text: str, small: EmbeddedStore) -> None:
    told = set(small.dump(LEDGER))
    assert update(small, text) == Edited(2, (CASE, REPORT))
    assert told < set(small.dump(LEDGER))
    assert content(small) == []
    assert edits(small) == [HandEdit(CASE, 2, gone=True), HandEdit(REPORT, 2, gone=True)]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("INSERT DATA { <urn:s> <urn:p> }", "update:1:31"),
        ('INSERT DATA {\n GRAPH <urn:g> { <urn:s> <urn:p> "x" }', "update:2:39"),
        ("INSERT { GRAPH ?g { ?s ?p ?o } } WHERE { ?s ?p }", "update:1:49"),
        ("SELECT * { ?s ?p ?o }", "update:1:8"),
        ("INSERT DATA { e:s <urn:p> 1 }", "update"),
        ("INSERT DATA { <urn:s> <urn:p> '\ud800' }", "update"),
        ("WITH <urn:g>", "update:1:13"),
        ("CLEAR DEFAULT;;", "update:1:16"),
    ],
)
def test_what_is_no_update_is_refused_with_its_place(text: str, where: str, store: EmbeddedStore) -> None:
    with pytest.raises(InputError) as caught:
        update(store, text)
    assert caught.value.where.startswith(where)
    assert "not a SPARQL update" in caught.value.what


def test_an_update_that_cannot_end_changes_nothing(store: EmbeddedStore) -> None:
    update(store, ONE)
    for text in (f"{ONE.replace('1', '2')}; CREATE GRAPH <{G}>", f"CLEAR ALL; {ONE}; DROP GRAPH <{H}>"):
        with pytest.raises(InputError, match="cannot be carried out: The graph"):
            update(store, text)
    assert content(store) == plain(ONE)
    assert generation(store) == 1
    assert list(verify(store)) == []


def test_blank_nodes_are_the_same_in_all_graphs_of_an_update(store: EmbeddedStore) -> None:
    update(store, f"INSERT DATA {{ GRAPH <{G}> {{ _:x <urn:p> 1 }} GRAPH <{H}> {{ _:x <urn:p> 2 }} }}")
    update(store, f"INSERT {{ GRAPH <{G}> {{ ?x <urn:q> ?y }} }} WHERE {{ GRAPH <{H}> {{ ?x ?p ?y }} }}")
    update(store, f"DELETE {{ GRAPH <{G}> {{ ?x <urn:p> 1 }} }} WHERE {{ GRAPH <{G}> {{ ?x <urn:p> 1 }} }}")
    joined = f"ASK {{ GRAPH <{G}> {{ ?x <urn:q> 2 }} GRAPH <{H}> {{ ?x <urn:p> 2 }} }}"
    assert bool(store.query(joined))
    assert len(content(store)) == 2
    assert list(verify(store)) == []


@pytest.mark.slow
def test_damage_is_not_taken_for_an_edit(directory: Path) -> None:
    data = ox.Store(Directory(directory).data(Directory(directory).head()))
    data.update(f'INSERT DATA {{ GRAPH <{REPORT}> {{ <urn:s> <urn:p> "x" }} }}')
    data.flush()
    del data
    with EmbeddedStore(str(directory), writable=True) as store:
        done = update(store, f"INSERT {{ GRAPH ?g {{ <urn:s> <urn:p> 1 }} }} WHERE {{ BIND(<{G}> AS ?g) }}")
        assert done.units == (G,)
        assert [damage.where for damage in verify(store)] == [REPORT]


def test_only_a_store_that_was_opened_to_write_is_edited(loaded: Path) -> None:
    with EmbeddedStore(str(loaded)) as store, pytest.raises(InputError, match="for reading only"):
        update(store, ONE)


def test_the_caller_is_told_to_refuse_load_and_service() -> None:
    assert "``LOAD`` and ``SERVICE`` are not refused here" in (update.__doc__ or "")
