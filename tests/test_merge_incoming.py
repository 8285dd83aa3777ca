"""What casegraph wrote comes in as it is, what others wrote is lifted; nothing of either goes in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.errors import DocumentError
from casegraph.ingest import load
from casegraph.merge.applying import apply
from casegraph.merge.incoming import Incoming, incoming
from casegraph.merge.merged import links
from casegraph.merge.plan import MergePlan, PlannedLink
from casegraph.merge.planning import make_plan
from casegraph.merge.quoting import graph_names, original_quads
from casegraph.namespaces import BASE, CG
from casegraph.resources import shipped
from casegraph.store import Store, open_store

TESTS = Path(__file__).parent
CLINIC = (TESTS / "foreign" / "clinic_a.ttl").read_text(encoding="utf-8")
TELLINGS = sorted((TESTS / "tellings").glob("*.yaml"))
FIRST, SECOND = (f"{BASE}case/10.5555/{which}-telling/1" for which in ("first", "second"))
KG = "https://example.org/kg"


@pytest.fixture(scope="module")
def theirs() -> Iterator[Store]:
    """Return the store of another casegraph: two reports of one patient, and a clinic that was merged."""
    link = PlannedLink(
        between=(FIRST, SECOND), proposed="same-patient", decision="same-patient", by="x", why="y"
    )
    with open_store(":memory:", writable=True) as store:
        list(load(store, TELLINGS))
        clinic = make_plan(store, [TESTS / "foreign" / "clinic_a.ttl"])
        apply(store, MergePlan(version=1, sources=clinic.sources, links=(link,)))
        yield store


def dumped(store: Store) -> str:
    return "".join(f"{line}\n" for line in store.dump())


def document(folder: Path, text: str, name: str = "x.nq") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def kept(found: Incoming) -> set[ox.Quad]:
    """Return what of a document stands in a store as foreign, as the document says it."""
    names = {name: graph for graph, name in graph_names(found.document).items()}
    return original_quads(ox.parse(found.text.encode(), format=ox.RdfFormat.N_QUADS), names)


def in_graphs(found: Incoming, begins: str) -> set[ox.Quad]:
    quads = found.document.quads
    return {each for each in quads if getattr(each.graph_name, "value", "").startswith(begins)}


def as_quads(turtle: str, graph: str) -> str:
    triples = [each.triple for each in ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)]
    return "".join(f"{each} <{graph}> .\n" for each in triples)


def test_a_graph_that_only_says_reported_in_is_lifted_and_kept_whole(tmp_path: Path) -> None:
    said = f"<{KG}/x> <{CG}reportedIn> <{KG}/y> <{KG}/inferred> .\n"
    found = incoming(document(tmp_path, as_quads(CLINIC, f"{KG}/inferred") + said))
    assert found.models == ("neurobagel",)
    assert found.cases == (f"{BASE}case/x/p1", f"{BASE}case/x/p2")
    assert kept(found) == set(found.document.quads)


@pytest.mark.slow
def test_what_another_casegraph_decided_is_left_and_listed(theirs: Store, tmp_path: Path) -> None:
    found = incoming(document(tmp_path, dumped(theirs)))
    assert len(found.cases) == 5
    decided = [in_graphs(found, f"{BASE}{name}") for name in ("link/", "merged/", "patients", "compared/")]
    assert all(decided)
    assert set().union(*decided) <= kept(found)
    left = {each.iri: each.times for each in found.unread}
    assert left[f"{CG}countedAs"] == 2
    assert left[f"{CG}TellingConflict"] >= 1
    with open_store(":memory:", writable=True) as store:
        apply(store, make_plan(store, [tmp_path / "x.nq"]))
        assert links(store) == ()
        assert f"{BASE}patients" not in store.graphs()


@pytest.mark.slow
def test_of_what_was_derived_only_that_of_its_cases_is_made_anew(theirs: Store, tmp_path: Path) -> None:
    other = f"<{KG}/x> <{KG}/p> <{KG}/y> <{KG}/inferred> .\n"
    found = incoming(document(tmp_path, dumped(theirs) + other))
    graphs = {getattr(each.graph_name, "value", "") for each in kept(found)}
    assert f"{KG}/inferred" in graphs
    assert in_graphs(found, f"{FIRST}/inferred")
    assert f"{FIRST}/inferred" not in graphs


@pytest.mark.slow
def test_cases_that_another_casegraph_lifted_are_not_lifted_again(theirs: Store, tmp_path: Path) -> None:
    found = incoming(document(tmp_path, dumped(theirs)))
    assert found.models == ("casegraph",)
    assert {each for each in found.cases if "clinic" in each} == {
        f"{BASE}case/clinic_a/p1",
        f"{BASE}case/clinic_a/p2",
    }
    assert in_graphs(found, f"{BASE}foreign/") <= kept(found)


@pytest.mark.slow
@pytest.mark.parametrize("files", [1, 2])
def test_a_document_that_is_half_ours_comes_in_both_ways(theirs: Store, tmp_path: Path, files: int) -> None:
    parts = (dumped(theirs), as_quads(CLINIC, KG))
    for number, text in enumerate(parts if files > 1 else ("".join(parts),)):
        document(tmp_path, text, f"{number}.nq")
    found = incoming(tmp_path, "half")
    assert found.models == ("casegraph", "neurobagel")
    lifted = {f"{BASE}case/half/p1", f"{BASE}case/half/p2"}
    assert lifted < set(found.cases)
    assert {FIRST, SECOND} < set(found.cases)
    assert in_graphs(found, KG) <= kept(found)


@pytest.mark.slow
@pytest.mark.parametrize(("graph", "code"), [("", "no-graphs"), (f"<{KG}>", "not-read-back")])
def test_a_case_of_ours_in_another_graph_is_refused_by_name(tmp_path: Path, graph: str, code: str) -> None:
    (seed,) = shipped("cases", "miao-2020.yaml")
    with open_store(":memory:", writable=True) as store:
        list(load(store, [seed]))
        lines = [line.removesuffix(" .").rpartition(" ")[0] for line in store.dump()]
    text = "".join(f"{line} {graph} .\n" for line in lines)
    with pytest.raises(DocumentError) as told:
        incoming(document(tmp_path, text))
    assert {each.code for each in told.value.problems} == {code}
