"""What a foreign document says of terms is quoted: plain queries over other cases stay as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.errors import InputError
from casegraph.ingest import load
from casegraph.merge.applying import apply
from casegraph.merge.incoming import incoming
from casegraph.merge.merged import merged_documents
from casegraph.merge.original import original_lines
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


@pytest.mark.slow
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


def cli(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(each) for each in args])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a store with two documents: that of a clinic, and one with blank nodes and named graphs."""
    graphs = tmp_path / "graphs.trig"
    graphs.write_text(
        """@prefix ex: <https://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        ex:s ex:p [ ex:q 37.50 , 037.5 ] ; rdfs:label "said of all" .
        ex:g { ex:s ex:p _:x ; rdfs:label "said in a graph" . _:x ex:q "2024-01-01T24:00:00Z" }
        _:h { ex:s ex:p _:h ; ex:r ( 1 1 2 ) } """,
        encoding="utf-8",
    )
    place = tmp_path / "store"
    with open_store(str(place), writable=True) as opened:
        merge(opened, FOREIGN / "clinic_a.ttl", graphs)
    return place


@pytest.mark.parametrize("name", ["clinic_a.ttl", "graphs.trig"])
def test_a_document_is_given_back_as_it_came(name: str, place: Path, tmp_path: Path) -> None:
    path = FOREIGN / name if name.startswith("clinic") else tmp_path / name
    came = incoming(path).document
    given = cli("merge", "get", name, "--store", place)
    again = tmp_path / "again.nq"
    told = cli("merge", "get", came.hash[:12], "-o", again, "--store", place)
    assert again.read_text(encoding="utf-8") == given.stdout
    assert hashlib.sha256(again.read_bytes()).hexdigest()[:32] == came.hash
    back = incoming(again).document
    assert (back.hash, back.quads) == (came.hash, came.quads)
    licence = "https://creativecommons.org/licenses/by/4.0/; redistribution: allowed"
    assert (licence if name == "clinic_a.ttl" else "none told; redistribution: unstated") in told.stderr
    parsed = ox.Dataset(ox.parse(path=path, format=ox.RdfFormat.from_extension(path.suffix[1:])))
    parsed.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert sorted(f"{each} ." for each in parsed) == given.stdout.splitlines()


def test_what_is_not_as_it_came_or_not_there_is_told(place: Path, tmp_path: Path) -> None:
    refused = cli("merge", "get", "none.ttl", "--store", place, code=2)
    assert "no document is called 'none.ttl'" in refused.stderr
    with open_store(str(place), writable=True) as opened:
        (graph,) = (
            each for each in opened.graphs() if "/foreign/" in each and _has(opened, each, "said of all")
        )
        lines = [*opened.dump(graph), f"<urn:a> <urn:b> <urn:c> <{graph}> ."]
        opened.replace([graph], "\n".join(lines))
    damaged = cli("merge", "get", "graphs.trig", "-o", tmp_path / "again.nq", "--store", place, code=3)
    assert "not what came" in damaged.stderr
    assert not (tmp_path / "again.nq").exists()


def test_a_document_that_casegraph_wrote_is_not_given_back_in_part(store: Store, tmp_path: Path) -> None:
    with open_store(":memory:", writable=True) as other:
        list(load(other, shipped("cases", "behcet-il2-2022.yaml")))
        lines = "".join(f"{line}\n" for line in other.dump() if "/ontology" not in line.split("> ")[-2])
    path = tmp_path / "theirs.nq"
    path.write_text(lines, encoding="utf-8")
    merge(store, path)
    (found,) = merged_documents(store)
    with pytest.raises(InputError, match="casegraph wrote it"):
        original_lines(store, found)
