"""The glance level: each rule on the seed case against its facts, and each rule's head."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casegraph.namespaces import expand
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store

ROOT = Path(__file__).resolve().parents[1]
RULES = shipped("ontology", "rules/*.rq")
SEED = "https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1"
GLANCE = {
    "diagnosis": {"MONDO:1010089"},
    "phenotype": {
        "HP:0010783",  # erythema
        "cg:RoughSkin",
        "HP:0040189",  # desquamation
        "HP:0000989",  # pruritus
        "HP:0008994",  # proximal leg weakness
        "HP:0001324",  # strength declined
        "HP:0007340",  # weakness of the flare
    },
    "excludedPhenotype": {
        "HP:0003326",  # myalgia
        "HP:0030828",  # wheezing
        "HP:0001945",  # fever
        "HP:0002015",  # dysphagia
        "HP:0100749",  # chest pain; weakness is not here: absent at onset, present later
    },
    "autoantibody": {
        "cg:AntinuclearAntibody",
        "cg:AntiSSA",
        "cg:RheumatoidFactor",
        "cg:AntiPL7",
        "cg:AntiTIF1Gamma",
        "cg:AntiRo52",
    },
    "treatedWith": {"CHEBI:8382", "CHEBI:5801", "cg:Interleukin2Drug", "CHEBI:4031"},
}


@pytest.mark.parametrize(("name", "concepts"), GLANCE.items())
def test_the_glance_level_of_the_seed(seed_store: Store, name: str, concepts: set[str]) -> None:
    query = f"SELECT ?concept {{ GRAPH <{SEED}/inferred> {{ <{SEED}> <{expand('cg:' + name)}> ?concept }} }}"
    found = {row["concept"] for row in Rows.read(seed_store.query(query))}
    assert found == {expand(each) for each in concepts}


def test_each_rule_has_a_property_and_each_property_one_rule() -> None:
    ontology = (ROOT / "ontology" / "casegraph.ttl").read_text(encoding="utf-8")
    named = re.findall(
        r'^cg:(\w+) a owl:AnnotationProperty(?:(?!^\n).)*?derivedByRule "(\w+)"', ontology, re.M | re.S
    )
    assert {name for name, _ in named} == set(GLANCE)
    assert sorted(rule for _, rule in named) == sorted(path.stem for path in RULES)


@pytest.mark.parametrize("path", RULES, ids=[path.stem for path in RULES])
def test_a_rule_has_a_name_a_definition_and_a_source(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert f"#+ name: {path.stem}\n" in text
    assert re.search(r"^#\+ definition: \S", text, re.M)
    assert re.search(r"^#\+ source: \S", text, re.M)
