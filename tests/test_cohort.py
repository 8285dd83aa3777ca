"""Queries over all cases for a disease, drug, antibody or finding: from what is rare, and never by a scan."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from synthetic import case_documents
from synthetic_store import fill, quads_of

from casegraph.query import get_query, run, stored_queries
from casegraph.store import open_store

COHORT = [name for name, each in stored_queries().items() if "cohort" in each.head.tags]
OXIGRAPH = Path(sys.executable).with_name("oxigraph")
#: A join that reads all there is of one side, whatever the other side is: by a hash over a key they share.
SCAN = re.compile(r'"(?:Left)?Join\(HashBuild\w+, keys = \?[^"]{0,60}')


def test_the_headline_is_one_of_at_least_ten() -> None:
    assert len(COHORT) >= 10
    assert "refractory_cases_responding" in COHORT
    kinds = {name: {each.type for each in get_query(name).head.parameters.values()} for name in COHORT}
    assert {name for name, types in kinds.items() if not types & {"concept", "concept-and-below"}} == set()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store without a quad: the engine plans by the shape of a query and not by its data."""
    folder = tmp_path_factory.mktemp("plans") / "store"
    ox.Store(folder).flush()
    return folder


def plan(store: Path, text: str) -> str:
    """Return how the engine would answer a query."""
    query, told = store.with_name("query.rq"), store.with_name("plan.json")
    query.write_text(text, encoding="utf-8")
    call: list[str | Path] = [OXIGRAPH, "query", "--location", store, "--query-file", query]
    call += ["--results-file", store.with_name("answer.csv"), "--explain-file", told]
    call += ["--union-default-graph"]
    subprocess.run(call, check=True, capture_output=True)
    return told.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", COHORT)
def test_no_cohort_query_reads_all_claims_of_a_kind(empty: Path, name: str) -> None:
    found = plan(empty, get_query(name).text)
    assert "QuadPattern" in found
    assert SCAN.findall(found) == []


@pytest.mark.slow
def test_the_plan_shows_a_scan_where_there_is_one(empty: Path) -> None:
    text = """PREFIX cg: <https://w3id.org/casegraph/ontology#>
    SELECT * { VALUES ?case { <urn:case> } ?case cg:hasResponse ?claim .
      { SELECT ?claim (COUNT(?place) AS ?places) { ?claim cg:restatedIn ?place } GROUP BY ?claim } }"""
    assert SCAN.findall(plan(empty, text))


@pytest.mark.slow
def test_a_synthetic_store_holds_the_quads_of_its_documents(tmp_path: Path) -> None:
    fill(tmp_path / "store", 30, seed=2, jobs=1)
    quads = set("".join(quads_of(case_documents(30, seed=2))).splitlines())
    with open_store(tmp_path / "store") as store:
        held = {line for graph in store.graphs() if "/synthetic-2-" in graph for line in store.dump(graph)}
        (counts,) = run(store, get_query("corpus_counts"))
    assert held == {f"{each} ." for each in ox.parse("\n".join(quads).encode(), format=ox.RdfFormat.N_QUADS)}
    assert counts["cases"] == counts["reports"] == 30
