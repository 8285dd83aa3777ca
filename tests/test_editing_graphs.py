"""Graphs that are put, added to and dropped by hand, and what loads, backups and commands make of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.errors import ForbiddenError, InputError
from casegraph.ingest import Loaded, load, remove
from casegraph.merge.applying import apply
from casegraph.merge.planning import make_plan
from casegraph.merge.undoing import undo
from casegraph.namespaces import BASE, CG
from casegraph.projection import build, find
from casegraph.resources import shipped
from casegraph.store import DEFAULT_GRAPH, LEDGER, GraphContent, Store
from casegraph.store import editing_graphs as writing
from casegraph.store.backups import backup, restore
from casegraph.store.by_hand import HandEdit, edited_by_hand
from casegraph.store.editing import add_to_graph, drop_graph, put_graph, update
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import commit, generation
from casegraph.store.syntax import digest
from casegraph.store.verifying import verify
from command_line import run_cli

CASE, REPORT = f"{BASE}case/10.1007/s13555-020-00421-8/1", f"{BASE}report/10.1007/s13555-020-00421-8"
DOCUMENT = next(path for path in shipped("cases", "*.yaml") if path.stem == "miao-2020")
EDIT = f'INSERT DATA {{ GRAPH <{CASE}/asserted> {{ <{CASE}> <{CG}note> "by hand" }} }}'
BACK = EDIT.replace("INSERT", "DELETE")
FOREIGN = Path(__file__).parent / "foreign" / "clinic_a.ttl"
G = "urn:g"
S, P = ox.NamedNode("urn:s"), ox.NamedNode("urn:p")


@pytest.fixture(params=["directory", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedStore]:
    location = ":memory:" if request.param == "memory" else str(tmp_path / "store")
    with EmbeddedStore(location, writable=True) as opened:
        yield opened


def triple(value: str) -> ox.Triple:
    return ox.Triple(S, P, ox.Literal(value))


def is_whole(store: EmbeddedStore) -> bool:
    return list(verify(store)) == []


@pytest.mark.parametrize("graph", [G, f"{CASE}/asserted", None])
def test_a_graph_is_put_added_to_and_dropped(graph: str | None, store: EmbeddedStore) -> None:
    name, is_named = graph or DEFAULT_GRAPH, graph is not None
    end = f" <{graph}> ." if graph else " ."
    assert put_graph(store, graph, [triple("1"), triple("1")]) is is_named
    assert put_graph(store, graph, [triple("2")]) is False
    assert list(store.dump(name)) == [f'<urn:s> <urn:p> "2"{end}']
    assert add_to_graph(store, graph, [triple("3"), triple("2")]) is False
    assert list(store.dump(name)) == [f'<urn:s> <urn:p> "{each}"{end}' for each in "23"]
    assert store.digest() == {name: digest(store.dump(name))}
    assert (generation(store), is_whole(store)) == (3, True)
    assert put_graph(store, graph, [triple("3"), triple("2")]) is False
    assert generation(store) == 3
    assert drop_graph(store, graph) is True
    assert drop_graph(store, graph) is (not is_named)
    assert (store.digest(), store.graphs()) == ({}, (LEDGER,))
    assert (generation(store), is_whole(store)) == (4, True)
    assert list(edited_by_hand(store)) == []


def test_a_graph_may_be_there_and_hold_nothing(store: EmbeddedStore) -> None:
    assert put_graph(store, G, []) is True
    assert (store.graphs(), generation(store)) == ((LEDGER, G), 1)
    assert add_to_graph(store, G, [triple("1")]) is False
    assert put_graph(store, G, []) is False
    assert (store.graphs(), generation(store)) == ((LEDGER, G), 3)
    assert (store.digest(), is_whole(store)) == ({}, True)
    assert drop_graph(store, G) is True
    assert (store.graphs(), generation(store)) == ((LEDGER,), 4)
    assert is_whole(store)


@pytest.mark.parametrize("graph", [LEDGER, DEFAULT_GRAPH, f"{LEDGER}/asserted"])
def test_the_ledger_and_the_name_of_the_default_graph_are_protected(graph: str, store: EmbeddedStore) -> None:
    commit(store, [], '<urn:s> <urn:p> "1" <urn:g> .\n')
    with pytest.raises(ForbiddenError):
        put_graph(store, graph, [])
    with pytest.raises(ForbiddenError):
        add_to_graph(store, graph, [triple("1")])
    with pytest.raises(ForbiddenError):
        drop_graph(store, graph)
    assert (generation(store), is_whole(store)) == (1, True)


class AtAnEndpoint(EmbeddedStore):
    """A store that gives its named graphs only."""

    gives_default_graph = False

    def contents(self) -> Iterator[GraphContent]:
        return Store.contents(self)


def test_a_default_graph_that_is_not_given_is_no_damage() -> None:
    with AtAnEndpoint(":memory:", writable=True) as store:
        put_graph(store, None, [triple("1")])
        put_graph(store, G, [triple("2")])
        assert is_whole(store)
        store.replace([G], "")
        assert [each.where for each in verify(store)] == [G]


def test_a_name_that_is_no_iri_is_refused(store: EmbeddedStore) -> None:
    for name in ("", "g", "urn:a b"):
        with pytest.raises(InputError, match="no graph name"):
            put_graph(store, name, [])


def test_blank_nodes_of_two_requests_are_two(store: EmbeddedStore) -> None:
    node = ox.BlankNode("b")
    put_graph(store, G, [ox.Triple(node, P, ox.Literal("1"))])
    add_to_graph(store, G, [ox.Triple(node, P, ox.Literal("2")), ox.Triple(S, P, ox.Triple(node, P, node))])
    assert bool(store.query(f"ASK {{ GRAPH <{G}> {{ ?x <urn:p> '1' . ?y <urn:p> '2' }} }}"))
    assert not bool(store.query(f"ASK {{ GRAPH <{G}> {{ ?x <urn:p> '1', '2' }} }}"))
    assert bool(store.query(f"ASK {{ GRAPH <{G}> {{ ?x <urn:p> '2' . <urn:s> <urn:p> <<( ?x ?p ?x )>> }} }}"))
    assert is_whole(store)
    assert put_graph(store, "urn:h", [ox.Triple(node, P, ox.Literal("1"))]) is True
    done = generation(store)
    assert put_graph(store, "urn:h", [ox.Triple(ox.BlankNode("other"), P, ox.Literal("1"))]) is False
    assert generation(store) == done


@pytest.mark.parametrize("graph", [G, None])
def test_many_quads_go_in_the_fast_way(
    graph: str | None, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_BULK_QUADS", 100)
    put_graph(store, "urn:other", [triple("kept")])
    for start in (0, 90):
        put_graph(store, graph, [triple(str(number)) for number in range(start, start + 150)])
        end = f" <{graph}> ." if graph else " ."
        wanted = {f'<urn:s> <urn:p> "{number}"{end}' for number in range(start, start + 150)}
        assert set(store.dump(graph or DEFAULT_GRAPH)) == wanted
        assert is_whole(store)
    assert list(store.dump("urn:other")) == ['<urn:s> <urn:p> "kept" <urn:other> .']
    assert generation(store) == 3


@pytest.mark.slow
def test_a_load_puts_its_document_in_the_place_of_an_edit(directory: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        before = store.digest()
        update(store, EDIT)
        assert list(edited_by_hand(store)) == [HandEdit(CASE, 3, gone=False)]
        (again,) = load(store, [DOCUMENT])
        assert isinstance(again, Loaded)
        assert again.state == "replaced"
        assert (store.digest(), list(edited_by_hand(store))) == (before, [])
        assert is_whole(store)


@pytest.mark.slow
def test_an_edit_that_was_taken_back_is_none(directory: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        update(store, EDIT)
        update(store, BACK)
        assert list(edited_by_hand(store)) == []
        (again,) = load(store, [DOCUMENT])
        assert isinstance(again, Loaded)
        assert (again.state, generation(store)) == ("unchanged", 4)


def test_a_load_of_what_an_edit_wrote_takes_the_mark_away(store: EmbeddedStore) -> None:
    commit(store, [], f'<{CASE}> <urn:p> "1" <{CASE}/asserted> .\n')
    put_graph(store, f"{CASE}/asserted", [ox.Triple(ox.NamedNode(CASE), P, ox.Literal("2"))])
    assert list(edited_by_hand(store)) == [HandEdit(CASE, 2, gone=False)]
    commit(store, [f"{CASE}/asserted"], f'<{CASE}> <urn:p> "2" <{CASE}/asserted> .\n')
    assert (list(edited_by_hand(store)), generation(store), is_whole(store)) == ([], 3, True)


@pytest.mark.slow
def test_what_was_taken_out_by_hand_is_told_until_it_is_loaded_again(directory: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        for kind in ("asserted", "inferred", "provenance"):
            drop_graph(store, f"{CASE}/{kind}")
        assert list(edited_by_hand(store)) == [HandEdit(CASE, 5, gone=True)]
        load_all = list(load(store, [DOCUMENT]))
        assert len(load_all) == 1
        assert (list(edited_by_hand(store)), is_whole(store)) == ([], True)


@pytest.mark.slow
def test_an_edited_case_is_removed_and_a_store_is_compacted(directory: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        update(store, EDIT)
        store.compact()
        assert is_whole(store)
        remove(store, REPORT)
        assert (list(edited_by_hand(store)), is_whole(store)) == ([], True)
        assert not any(graph.startswith(CASE) for graph in store.graphs())


@pytest.mark.slow
def test_a_backup_holds_edits_and_the_default_graph(directory: Path, tmp_path: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        update(store, EDIT)
        put_graph(store, None, [triple("outside"), ox.Triple(S, P, ox.BlankNode("x"))])
        before, told = store.digest(), list(edited_by_hand(store))
    backup(directory, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again")
    with EmbeddedStore(str(tmp_path / "again")) as copy:
        assert (copy.digest(), list(edited_by_hand(copy))) == (before, told)
        assert is_whole(copy)
        assert bool(copy.without_derived().query("ASK { <urn:s> <urn:p> 'outside' }"))


@pytest.mark.slow
def test_the_default_graph_is_in_no_dump_of_all_graphs_and_in_the_way_of_no_load(directory: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        graphs, before = store.graphs(), [line for line in store.dump() if LEDGER not in line]
        put_graph(store, None, [triple("outside")])
        assert [line for line in store.dump() if LEDGER not in line] == before
        assert store.graphs() == graphs
        (again,) = load(store, [DOCUMENT])
        assert isinstance(again, Loaded)
        assert again.state == "unchanged"
        assert list(store.dump(DEFAULT_GRAPH)) == ['<urn:s> <urn:p> "outside" .']
        assert is_whole(store)


@pytest.mark.slow
def test_columns_of_before_an_edit_are_not_used(directory: Path) -> None:
    with EmbeddedStore(str(directory)) as store:
        build(store)
        assert find(store) is not None
    with EmbeddedStore(str(directory), writable=True) as store:
        update(store, EDIT)
    with EmbeddedStore(str(directory)) as store:
        assert find(store) is None


@pytest.mark.slow
def test_verify_names_what_was_edited_by_hand(directory: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        update(store, EDIT)
        put_graph(store, None, [triple("outside")])
    told = run_cli("verify", "--store", directory)
    assert told.stdout.splitlines() == [
        f"{CASE}\tedited by hand in change 3",
        f"{DEFAULT_GRAPH}\tedited by hand in change 4",
    ]
    assert "whole: every quad is as it was written, up to change 4" in told.stderr
    assert "not derived anew; loading it does that" in told.stderr
    run_cli("load", DOCUMENT, "--store", directory)
    told = run_cli("verify", "--store", directory)
    assert told.stdout.splitlines() == [f"{DEFAULT_GRAPH}\tedited by hand in change 4"]
    assert "derived anew" not in told.stderr
    digests = dict(line.split("\t") for line in run_cli("digest", "--store", directory).stdout.splitlines())
    assert digests[DEFAULT_GRAPH] == digest(['<urn:s> <urn:p> "outside" .'])


@pytest.mark.slow
def test_answers_and_the_story_tell_that_a_case_was_edited_by_hand(directory: Path) -> None:
    words = (("query", "refractory_cases_responding", "-p", "drug=IL-2", "-f", "csv"), ("show", CASE))
    with EmbeddedStore(str(directory), writable=True) as store:
        update(store, EDIT)
    for each in words:
        told = run_cli(*each, "--store", directory)
        assert "edited by hand in change 3, so that" in told.stdout + told.stderr, each
    run_cli("load", DOCUMENT, "--store", directory)
    for each in words:
        told = run_cli(*each, "--store", directory)
        assert "by hand" not in told.stdout + told.stderr, each


@pytest.mark.slow
def test_a_load_by_several_processes_replaces_an_edit(directory: Path) -> None:
    with EmbeddedStore(str(directory), writable=True) as store:
        before = store.digest()
        update(store, EDIT)
    told = run_cli("load", DOCUMENT, "--jobs", "2", "--store", directory)
    assert "\nreplaced\t" in told.stdout
    with EmbeddedStore(str(directory)) as store:
        assert (store.digest(), list(edited_by_hand(store)), is_whole(store)) == (before, [], True)


@pytest.mark.slow
def test_a_merged_case_that_was_edited_goes_when_its_document_does(store: EmbeddedStore) -> None:
    apply(store, make_plan(store, [FOREIGN]))
    merged = f"{BASE}case/clinic_a/p1"
    put_graph(store, f"{merged}/inferred", [triple("1")])
    assert list(edited_by_hand(store)) == [HandEdit(merged, generation(store), gone=False)]
    undo(store)
    assert not any(graph.startswith(merged) for graph in store.graphs())
    assert (list(edited_by_hand(store)), is_whole(store)) == ([], True)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_load_of_just_what_was_put_by_hand_takes_the_mark_away(
    jobs: str, loaded: Path, tmp_path: Path
) -> None:
    place = str(tmp_path / "store")
    with EmbeddedStore(str(loaded)) as source, EmbeddedStore(place, writable=True) as store:
        for graph in (each for each in source.graphs() if each != LEDGER):
            lines = "".join(f"{line}\n" for line in source.dump(graph)).encode()
            put_graph(store, graph, (quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS)))
        assert CASE in {edit.unit for edit in edited_by_hand(store)}
        assert store.digest() == (before := source.digest())
    run_cli("load", DOCUMENT, "--jobs", jobs, "--store", place)
    with EmbeddedStore(place) as store:
        assert (store.digest(), is_whole(store)) == (before, True)
        assert not {CASE, REPORT} & {edit.unit for edit in edited_by_hand(store)}
