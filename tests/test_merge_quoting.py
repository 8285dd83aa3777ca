"""What a foreign document says of terms is quoted: plain queries over other cases stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casegraph.ingest import load
from casegraph.merge.applying import apply
from casegraph.merge.planning import make_plan
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store, open_store

FOREIGN = Path(__file__).parent / "foreign"
#: About a term that a case of clinic_a.ttl names and no vocabulary knows, and about one that nobody names.
OF_TERMS = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix HP: <http://purl.obolibrary.org/obo/HP_> .
@prefix ex: <https://example.org/> .
<http://snomed.info/id/406506008> a owl:Class , skos:Concept ; rdfs:label "Bar" ; skos:prefLabel "Bar" ;
  skos:altLabel "Bar" ; skos:hiddenLabel "Bar" ; rdfs:subClassOf HP:0001945 ; skos:broader HP:0001945 ;
  owl:equivalentClass HP:0001945 ; owl:sameAs ex:d .
ex:d owl:sameAs <http://snomed.info/id/406506008> ; skos:exactMatch <http://snomed.info/id/406506008> .
ex:named rdfs:subPropertyOf rdfs:label .
ex:p ex:age 7 .
"""
_HEAD = """
PREFIX cg: <https://w3id.org/casegraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX HP: <http://purl.obolibrary.org/obo/HP_>
"""
#: Query -> whether it has rows.
PLAIN = {
    "?claim cg:aboutConcept ?term . ?term rdfs:label|skos:prefLabel|skos:altLabel ?name": True,
    "?claim cg:aboutConcept ?term . ?term rdfs:subClassOf+ HP:0001945": False,
    "?claim cg:aboutConcept ?term . ?term (skos:broader|owl:equivalentClass)+ HP:0001945": False,
    "?claim cg:aboutConcept ?term . ?term owl:sameAs|^owl:sameAs|^skos:exactMatch ?other": False,
    "?claim cg:aboutConcept ?term . ?term ?property ?value": True,
}


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:", writable=True) as opened:
        yield opened


def merge(store: Store, *paths: Path) -> None:
    apply(store, make_plan(store, paths))


def of_terms(folder: Path) -> Path:
    path = folder / "terms.ttl"
    path.write_text(OF_TERMS, encoding="utf-8")
    return path


def answers(store: Store) -> dict[str, list[str]]:
    """Return what a store answers to each plain query."""
    return {
        query: sorted(map(str, Rows.read(store.query(f"{_HEAD}SELECT * {{ {query} }}")))) for query in PLAIN
    }


def test_plain_queries_about_terms_that_no_vocabulary_knows_stay_as_they_are(
    store: Store, tmp_path: Path
) -> None:
    list(load(store, shipped("cases", "behcet-il2-2022.yaml")))
    merge(store, FOREIGN / "clinic_a.ttl")
    before = answers(store)
    assert {query: bool(rows) for query, rows in before.items()} == PLAIN
    assert any("406506008" in row for row in before["?claim cg:aboutConcept ?term . ?term ?property ?value"])
    merge(store, of_terms(tmp_path))
    assert answers(store) == before


@pytest.mark.parametrize("first", ["terms", "cases"])
def test_what_is_quoted_depends_on_no_order(first: str, store: Store, tmp_path: Path) -> None:
    paths = [of_terms(tmp_path), FOREIGN / "clinic_a.ttl"]
    for path in paths if first == "terms" else reversed(paths):
        merge(store, path)
    with open_store(":memory:", writable=True) as together:
        merge(together, *paths)
        assert store.digest() == together.digest()
    (graph,) = (
        each for each in store.graphs() if "/foreign/" in each and _has(store, each, "example.org/p>")
    )
    plain = [line for line in store.dump(graph) if "#said-" not in line]
    assert len(plain) == 1
    assert "<https://example.org/age>" in plain[0]


def _has(store: Store, graph: str, text: str) -> bool:
    return any(text in line for line in store.dump(graph))
