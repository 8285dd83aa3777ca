"""The ledger tells of all that is written, and verify finds whatever is not so any more."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.ingest import load, remove
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.resources import ontology_digest, shipped
from casegraph.rows import Rows
from casegraph.store import LEDGER, Store, open_store
from casegraph.store.directory import Directory
from casegraph.store.ledger import commit, current_digests, generation, unit_of, units_of
from casegraph.store.verifying import verify
from casegraph.version import __version__

CASE, REPORT = f"{BASE}case/10.1007/s13555-020-00421-8/1", f"{BASE}report/10.1007/s13555-020-00421-8"
DOCUMENT = next(path for path in shipped("cases", "*.yaml") if path.stem == "miao-2020")
A, B = "http://e.org/a", "http://e.org/b"


def quad(value: str, graph: str) -> str:
    return f'<http://e.org/s> <http://e.org/p> "{value}" <{graph}> .\n'


@pytest.fixture(params=["directory", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    location = ":memory:" if request.param == "memory" else tmp_path / "store"
    with open_store(location, writable=True) as opened:
        yield opened


def entry(store: Store, unit: str) -> dict[str, str]:
    asked = f"""SELECT ?name ?value {{ GRAPH <{LEDGER}> {{ ?entry <{CG}entryOf> <{unit}> .
      {{ ?entry ?name ?value }} UNION
      {{ ?entry <{PREFIXES["prov"]}wasGeneratedBy> ?change . ?change ?name ?value }} }} }}"""
    return {str(row["name"]): str(row["value"]) for row in Rows.read(store.query(asked, union=False))}


@pytest.mark.slow
def test_an_entry_tells_digest_count_source_versions_and_change(loaded: Path) -> None:
    with open_store(loaded) as store:
        told = entry(store, CASE)
        lines = [line for line in store.dump() if f" <{CASE}/" in line]
        digests = {graph: found for graph, found in store.digest().items() if graph.startswith(f"{CASE}/")}
        assert len(digests) == 3
        assert told[f"{CG}quadCount"] == str(len(lines))
        text = "".join(f"{graph}\t{digest}\n" for graph, digest in sorted(digests.items()))
        assert told[f"{CG}contentDigest"] == hashlib.sha256(text.encode()).hexdigest()
        assert told[f"{PREFIXES['dcterms']}source"] == DOCUMENT.name
        assert told[f"{CG}sourceDigest"] == hashlib.sha256(DOCUMENT.read_bytes()).hexdigest()
        assert told[f"{PREFIXES['dcterms']}hasVersion"] == f"casegraph {__version__}"
        assert told[f"{CG}ontologyDigest"] == ontology_digest()
        assert told[f"{CG}generation"] == str(generation(store)) == "2"
        assert told[f"{CG}entryCount"] == "2"
        assert list(verify(store)) == []


@pytest.mark.slow
def test_the_same_content_again_is_no_change(directory: Path) -> None:
    with open_store(directory, writable=True) as store:
        before = list(store.dump())
        assert len(list(load(store, [DOCUMENT]))) == 1
        assert list(store.dump()) == before


@pytest.mark.slow
def test_what_is_taken_out_is_told_and_may_come_again(directory: Path) -> None:
    with open_store(directory, writable=True) as store:
        remove(store, REPORT)
        assert generation(store) == 3
        assert current_digests(store, [CASE, REPORT]) == {}
        assert list(verify(store)) == []
        assert len(list(load(store, [DOCUMENT]))) == 1
        assert set(current_digests(store, [CASE, REPORT])) == {CASE, REPORT}
        assert list(verify(store)) == []


def test_changes_are_counted_and_each_tells_of_what_it_wrote(store: Store) -> None:
    assert generation(store) == 0
    assert commit(store, [], quad("1", A) + quad("1", B)) == {A: "new", B: "new"}
    assert commit(store, [A, B], quad("2", A) + quad("1", B)) == {A: "replaced", B: "unchanged"}
    assert commit(store, [A], quad("2", A)) == {A: "unchanged"}
    assert commit(store, [A], "") == {A: "removed"}
    assert generation(store) == 3
    assert store.graphs() == (B, LEDGER)
    assert list(verify(store)) == []


def test_digests_are_those_of_the_store_whatever_is_in_a_text(store: Store) -> None:
    texts = ["\u2028a\x85", "tab\t", "\x0c\x1c\x7f", 'quote "', "back\\slash", "line\nend\r", "_:b"]
    lines = "".join(f"<http://e.org/s> <http://e.org/p> {ox.Literal(each)} <{A}> .\n" for each in texts)
    blank = f"_:x <http://e.org/p> _:y <{B}> .\n_:y <http://e.org/p> _:x <{B}> .\n"
    commit(store, [], lines + blank)
    assert units_of(lines)[A].quads == len(texts)
    assert list(verify(store)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("update", "where", "what"),
    [
        (f'INSERT DATA {{ GRAPH <{CASE}/asserted> {{ <urn:s> <urn:p> "x" }} }}', CASE, "were written"),
        (f"DELETE WHERE {{ GRAPH <{CASE}/inferred> {{ <{CASE}> <{CG}treatedWith> ?x }} }}", CASE, "written"),
        (
            f'DELETE {{ GRAPH ?g {{ ?s <{CG}dose> ?x }} }} INSERT {{ GRAPH ?g {{ ?s <{CG}dose> 7 }} }} WHERE '
            f"{{ {{ SELECT * {{ GRAPH ?g {{ ?s <{CG}dose> ?x }} }} LIMIT 1 }} }}",
            CASE,
            "not those that were written",
        ),
        (f"DROP GRAPH <{REPORT}>", REPORT, "0 quads, and"),
        ('INSERT DATA { GRAPH <urn:new> { <urn:s> <urn:p> "x" } }', "urn:new", "1 quad that the ledger"),
        (
            f"DELETE {{ GRAPH <{LEDGER}> {{ ?e ?p ?o }} }} WHERE {{ GRAPH <{LEDGER}> "
            f"{{ ?e <{CG}entryOf> <{CASE}> ; ?p ?o }} }}",
            LEDGER,
            "the change 2 has 1 entries and had 2",
        ),
        (
            f"DELETE {{ GRAPH <{LEDGER}> {{ ?e ?p ?o }} }} WHERE {{ GRAPH <{LEDGER}> "
            f"{{ ?e <{CG}generation> 1 ; ?p ?o }} }}",
            LEDGER,
            "the change 1 is not told of",
        ),
        (
            f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} "
            f"FILTER(?g != <{BASE}ontology> && !CONTAINS(STR(?s), 'ledger#1-')) }}",
            "copy",
            "the changes 2 to 2 were acknowledged and are gone",
        ),
    ],
)  # fmt: skip
def test_a_change_behind_the_back_of_the_ledger_is_found(
    update: str, where: str, what: str, directory: Path
) -> None:
    data = ox.Store(Directory(directory).data(Directory(directory).head()))
    before = len(data)
    data.update(update)
    data.flush()
    assert len(data) != before or "dose" in update
    del data
    with open_store(directory) as store:
        found = [damage for damage in verify(store) if damage.where.endswith(where)]
    assert len(found) == 1
    assert what in found[0].what


@pytest.mark.slow
@pytest.mark.parametrize("place", [":memory:", "store"])
def test_increments_of_four_threads_are_all_there(place: str, tmp_path: Path) -> None:
    location = place if place == ":memory:" else str(tmp_path / place)
    with open_store(location, writable=True, sync=False) as store:
        _increment_in_threads(store)
        assert list(store.dump(A)) == [quad("400", A).strip()]
        assert generation(store) == 400
        assert list(verify(store)) == []


def _increment_in_threads(store: Store) -> None:
    def increment() -> None:
        for _ in range(100):
            with store.turn():
                there = [row[0].value for row in store.query(f"SELECT ?n {{ GRAPH <{A}> {{ ?s ?p ?n }} }}")]  # type: ignore[union-attr]
                commit(store, [A], quad(str(int((there or ["0"])[0]) + 1), A))

    threads = [threading.Thread(target=increment) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def test_graphs_of_a_case_are_one_unit_and_no_report_is_taken_for_a_case() -> None:
    assert {unit_of(f"{CASE}/{kind}") for kind in ("asserted", "inferred", "provenance")} == {CASE}
    for graph in (f"{REPORT}/inferred", f"{BASE}dataset/x/asserted", f"{BASE}ontology/added", LEDGER):
        assert unit_of(graph) == graph
