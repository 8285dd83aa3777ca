"""One suite for every kind of store: in a directory, in memory, and at a real SPARQL server."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.errors import InputError
from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE
from casegraph.query import StoredQuery, run, stored_queries
from casegraph.resources import shipped
from casegraph.store import LEDGER, Store, open_store
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.endpoint import EndpointStore
from casegraph.store.syntax import replacement

XSD = "http://www.w3.org/2001/XMLSchema#"
A, B = "http://e.org/a", "http://e.org/b"
ALL = tuple(stored_queries().values())


def quad(value: str, graph: str, subject: str = "<http://e.org/s>") -> str:
    return f"{subject} <http://e.org/p> {value} <{graph}> .\n"


#: kind of store -> the fixture that runs its server.
SERVERS = {"oxigraph": "oxigraph_server", "virtuoso": "virtuoso_server"}


@pytest.fixture(params=["directory", "memory", *SERVERS])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param in SERVERS:
        location = request.getfixturevalue(SERVERS[request.param])
    else:
        location = ":memory:" if request.param == "memory" else str(tmp_path / "store")
    with open_store(location, writable=True) as opened:
        opened.replace(opened.graphs(), "")
        assert opened.graphs() == ()
        yield opened


def values(store: Store, sparql: str, *, union: bool = True) -> list[str]:
    answer = store.query(sparql, union=union)
    assert isinstance(answer, ox.QuerySolutions)
    return sorted(row[0].value for row in answer)


def test_replace_touches_only_what_it_names(store: Store) -> None:
    store.replace([], quad('"1"', A) + quad('"2"', A) + quad('"3"', B))
    before = store.digest()
    store.replace([A, "http://e.org/never-there"], quad('"4"', A))
    assert list(store.dump(A)) == ['<http://e.org/s> <http://e.org/p> "4" <http://e.org/a> .']
    assert store.digest()[B] == before[B]
    assert store.digest()[A] != before[A]
    store.replace([A], "")
    assert store.graphs() == (B,)


def test_replacing_twice_is_replacing_once(store: Store) -> None:
    text = quad('"1"', A) + quad("_:x", A) + quad('"2"', A, "_:x")
    store.replace([A], text)
    once = store.digest()
    store.replace([A], text)
    assert store.digest() == once
    assert len(list(store.dump())) == 3


@pytest.mark.parametrize(
    ("old", "text", "where"),
    [
        (A, quad('"2"', A) + quad('"3', A), "nquads:2:"),
        (A, '<http://e.org/s> <http://e.org/p> "default graph" .', '"default graph"'),
        (A, quad('"2"', A).replace(f"<{A}>", "_:graph"), "_:"),
        (A, quad('"\ud800"', A), "nquads"),
        ("no iri", quad('"2"', A), "no iri"),
        ("http://e.org/x> ; DROP ALL #", quad('"2"', A), "DROP ALL"),
    ],
)
def test_a_refused_replacement_leaves_the_store_as_it_was(
    store: Store, old: str, text: str, where: str
) -> None:
    store.replace([], quad('"1"', A))
    before = list(store.dump())
    with pytest.raises(InputError) as refused:
        store.replace([B, old], text)
    assert where in refused.value.where
    assert list(store.dump()) == before != []


@pytest.mark.parametrize("more", [[], [" _:c14n0 <http://e.org/g> .", "_:c14n0"]])
def test_text_comes_back_as_it_went_in(store: Store, more: list[str]) -> None:
    texts = [
        "\\u0022", "\\\\U00000022 } } ; DROP ALL", "\\", "\\\x01", "a\\u", '"', "'''\"\"\"", "line\nend\r\t",
        "} # <x>", "no\u00a0break", "\u2028", "\x85", "\x0c", "\U0001f600", "", *more,
    ]  # fmt: skip
    lines = [quad(str(ox.Literal(text)), A) for text in texts]
    store.replace([], "".join(lines) + quad('"mild"@en-gb', A))
    assert values(store, "SELECT ?o { ?s <http://e.org/p> ?o FILTER(LANG(?o) = '') }") == sorted(texts)
    assert len(list(store.dump(A))) == len(texts) + 1
    with open_store(":memory:", writable=True) as other:
        other.replace([], "\n".join(store.dump()))
        assert other.digest() == store.digest()


@pytest.mark.parametrize("text", ["\\u0022 } } ; DROP ALL", "\\\\U00000022", "\\\x01\\u0041"])
def test_an_update_means_the_same_to_a_server_that_decodes_escapes_first(text: str) -> None:
    update = replacement([], quad(str(ox.Literal(text)), A))
    decoded = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda escape: chr(int(escape[1], 16)), update)
    for sent in (update, decoded):
        content = ox.Store()
        content.update(sent)
        assert [each.object for each in content] == [ox.Literal(text)]


def test_digest_is_the_hash_of_sorted_normal_lines_without_the_ledger(store: Store) -> None:
    given = quad(f'"1000000.0"^^<{XSD}decimal>', A) + quad(f'"007"^^<{XSD}integer>', A)
    normal = quad(f'"1000000"^^<{XSD}decimal>', A) + quad(f'"7"^^<{XSD}integer>', A)
    store.replace([], given + quad('"loaded"', LEDGER))
    assert store.digest() == {A: hashlib.sha256(normal.encode()).hexdigest()}
    assert store.graphs() == (A, LEDGER)


def test_blank_nodes_have_lasting_labels_of_their_graph(store: Store) -> None:
    text = "".join(quad("_:y", graph, "_:x") + quad('"1"', graph, "_:y") for graph in (A, B))
    store.replace([], text)
    lines = list(store.dump())
    assert len({line.split()[0] for line in lines}) == 4
    with open_store(":memory:", writable=True) as other:
        other.replace([], text.replace("_:x", "_:m").replace("_:y", "_:k"))
        assert list(other.dump()) == lines
        assert other.digest() == store.digest()


def test_the_three_kinds_of_answer_can_be_serialised(store: Store) -> None:
    store.replace([], quad('"x"', A))
    formats = (ox.QueryResultsFormat.XML, ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV)
    for sparql, said in (("SELECT ?o { ?s <http://e.org/p> ?o }", b"x"), ("ASK { ?s ?p ?o }", b"true")):
        for form in formats:
            answer = store.query(sparql)
            assert not isinstance(answer, ox.QueryTriples)
            assert said in (answer.serialize(format=form) or b"")
    rows = store.query("SELECT ?o { ?s <http://e.org/p> ?o }")
    assert isinstance(rows, ox.QuerySolutions)
    found = json.loads(rows.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    assert found["results"]["bindings"] == [{"o": {"type": "literal", "value": "x"}}]
    for syntax in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE):
        triples = store.query("CONSTRUCT { ?o_ <http://e.org/q> ?o } { ?o_ <http://e.org/p> ?o }")
        assert isinstance(triples, ox.QueryTriples)
        assert triples.serialize(format=syntax) == b'<http://e.org/s> <http://e.org/q> "x" .\n'


def test_the_default_graph_is_the_union_unless_the_query_says_otherwise(store: Store) -> None:
    store.replace([], quad('"1"', A) + quad('"2"', B))
    everywhere = "SELECT ?from { ?s <http://e.org/p> ?from }  # FROM <http://e.org/b>"
    assert values(store, everywhere) == ["1", "2"]
    if not isinstance(store, EndpointStore) or not store.is_virtuoso:  # which always sees the union
        assert values(store, everywhere, union=False) == []
    assert values(store, "SELECT ?o { GRAPH <http://e.org/a> { ?s ?p ?o } }") == ["1"]
    for name in ("<http://e.org/b>", "e:b", "\n<http://e.org/b>"):
        asked = f"PREFIX e: <http://e.org/>\nselect ?o from {name} {{ ?s ?p ?o }}"
        assert values(store, asked) == ["2"], name
    assert values(store, "SELECT ?o FROM NAMED <http://e.org/b> { GRAPH ?g { ?s ?p ?o } }") == ["2"]


def test_a_query_is_never_taken_for_an_update(store: Store) -> None:
    store.replace([], quad('"1"', A))
    asked = "PREFIX add: <http://e.org/> # INSERT, DROP, ADD are only words\nSELECT ?o { ?s add:p ?o }"
    assert values(store, asked) == ["1"]
    with pytest.raises(InputError):
        store.query("DROP ALL")
    assert store.graphs() == (A,)


@pytest.mark.parametrize(
    ("sparql", "where"),
    [("SELECT * {\n ?s ?p }", "query:2:"), ("", "query:1:1"), ("ASK { e:s }", "query:1:"), ("\ud800", "")],
)
def test_a_query_that_is_no_sparql_is_refused_with_its_place(store: Store, sparql: str, where: str) -> None:
    with pytest.raises(InputError) as refused:
        store.query(sparql)
    assert refused.value.where.startswith(where)
    assert refused.value.exit_code == 2


def test_names_of_graphs_are_checked_and_reading_stores_not_written(store: Store) -> None:
    with pytest.raises(InputError):
        store.dump("not an iri")
    assert list(store.dump("http://e.org/never-there")) == []
    reader = open_store(store.location if "//" in store.location else ":memory:")
    with pytest.raises(InputError, match="reading only"):
        reader.replace([], quad('"1"', A))


def test_nothing_heavy_is_imported_for_a_look_up() -> None:
    asked = (
        "import sys; from casegraph.store import open_store; open_store(':memory:').query('ASK {}');"
        "print({'rdflib', 'SPARQLWrapper', 'pyshacl', 'owlready2'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"


CASE = f"{BASE}case/10.5555/x/1"
#: a report may be called so; its graph holds nothing derived.
REPORT = f"{BASE}report/10.5555/inferred"
#: Virtuoso has triples of its own, with other properties.
ANY = "SELECT ?o { ?s <http://e.org/p> ?o }"
ANY_NAMED = "SELECT ?o { GRAPH ?g { ?s <http://e.org/p> ?o } }"


def test_a_store_without_what_was_derived(store: Store) -> None:
    asserted, inferred = f"{CASE}/asserted", f"{CASE}/inferred"
    store.replace([], quad('"1"', asserted) + quad('"2"', inferred) + quad('"3"', REPORT))
    everything = store.digest()
    view = store.without_derived()
    assert values(store, ANY) == ["1", "2", "3"]
    assert values(view, ANY) == ["1", "3"]
    assert values(view, ANY_NAMED) == ["1", "3"]
    assert values(view, ANY_NAMED, union=False) == ["1", "3"]
    assert values(view, ANY, union=False) == []
    assert values(view, f"SELECT ?o {{ GRAPH <{inferred}> {{ ?s ?p ?o }} }}") == []
    assert not view.query('ASK { ?s ?p "2" }')
    assert view.graphs() == (asserted, REPORT)
    assert view.digest() == {graph: everything[graph] for graph in (asserted, REPORT)}
    assert list(view.dump(inferred)) == []
    assert len(list(view.dump())) == 2
    assert view.location == store.location
    with pytest.raises(InputError, match="reading only"):
        view.replace([], quad('"4"', A))
    assert store.digest() == everything


def test_a_dataset_of_ones_own_brings_nothing_derived_back(store: Store) -> None:
    store.replace([], quad('"1"', f"{CASE}/asserted") + quad('"2"', f"{CASE}/inferred"))
    view = store.without_derived()
    dataset = f"FROM <{CASE}/inferred> FROM <{CASE}/asserted>"
    asked = f"SELECT ?o {dataset} {{ ?s ?p ?o }}"
    assert values(store, asked) == ["1", "2"]
    if isinstance(view, EmbeddedStore):
        assert values(view, asked) == ["1"]
        return
    with pytest.raises(InputError, match="names its own dataset"):
        view.query(asked)


@pytest.fixture(scope="module")
def bare_answers() -> dict[str, tuple[list[str], bool]]:
    """Return what the stored queries answer of a case from which nothing was derived, and if that is less."""
    with (
        open_store(":memory:", writable=True) as whole,
        open_store(":memory:", writable=True) as bare,
    ):
        outcomes = tuple(load(whole, shipped("cases", "miao-2020.yaml")))
        assert all(isinstance(each, Loaded) for each in outcomes)
        bare.replace([], "\n".join(whole.dump()))
        bare.replace([graph for graph in whole.graphs() if graph.endswith("/inferred")], "")
        both = {query.name: [answered(each, query) for each in (bare, whole)] for query in ALL}
    return {name: (answer, answer != more) for name, (answer, more) in both.items()}


def answered(store: Store, query: StoredQuery) -> list[str]:
    return sorted(map(str, run(store, query).rows))


@pytest.mark.slow
@pytest.mark.parametrize(
    "store",
    [
        "memory",
        "virtuoso",
        *(pytest.param(each, marks=pytest.mark.long) for each in ("directory", "oxigraph")),
    ],
    indirect=True,
)
def test_stored_queries_answer_as_if_nothing_had_been_derived(
    store: Store, bare_answers: dict[str, tuple[list[str], bool]]
) -> None:
    outcomes = tuple(load(store, shipped("cases", "miao-2020.yaml")))
    assert all(isinstance(each, Loaded) for each in outcomes)
    view = store.without_derived()
    telling = [query for query in ALL if bare_answers[query.name][1]]
    assert len(telling) >= 10
    for query in ALL if isinstance(store, EmbeddedStore) else telling:  # a server takes its time
        assert answered(view, query) == bare_answers[query.name][0], query.name
