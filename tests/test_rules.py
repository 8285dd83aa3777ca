"""The rules: the glance level of the seed case against its facts; heads, products and needs of each rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from casegraph.derive import derive
from casegraph.loaders import read_document
from casegraph.namespaces import CG, expand
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.rules import Rule, _asked_for, shipped_rules
from casegraph.store import Store
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_quads, inferred_quads, subjects

ROOT = Path(__file__).resolve().parents[1]
PATHS = shipped("ontology", "rules/*.rq")
RULES = {rule.name: rule for rule in shipped_rules()}
SEED = "https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1"
PREDNISONE, HCQ, CSA, IL2 = "CHEBI:8382", "CHEBI:5801", "CHEBI:4031", "cg:Interleukin2Drug"
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
    "treatedWith": {PREDNISONE, HCQ, IL2, CSA},
    "improvedOn": {PREDNISONE, HCQ, CSA, IL2},
    "didNotImproveOn": {PREDNISONE, HCQ, IL2},  # worse before interleukin-2, and strength fell on it
    "respondedTo": {IL2},  # the others were started together
    "refractoryTo": {PREDNISONE, HCQ},  # a slight response that was lost; cyclosporin was not seen to fail
}
#: what is derived in Python and not by a file.
BY_TIME = {"attribution", "regimen", "treatment_line"}


@pytest.mark.parametrize(("name", "concepts"), GLANCE.items())
def test_the_glance_level_of_the_seed(seed_store: Store, name: str, concepts: set[str]) -> None:
    query = f"SELECT ?concept {{ GRAPH <{SEED}/inferred> {{ <{SEED}> <{expand('cg:' + name)}> ?concept }} }}"
    found = {row["concept"] for row in Rows.read(seed_store.query(query))}
    assert found == {expand(each) for each in concepts}


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_a_rule_has_a_name_a_definition_and_a_source(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert f"#+ name: {path.stem}\n" in text
    assert re.search(r"^#\+ definition: \S", text, re.M)
    assert re.search(r"^#\+ source: \S", text, re.M)


def parts(rule: Rule) -> tuple[set[str], set[str], str]:
    """Return the terms that a rule gives and those that it asks for, and what it gives as text."""
    text = re.sub(r"^\s*#.*$", "", rule.text, flags=re.M)
    match = re.search(r"CONSTRUCT \{(.*?)\}\s*WHERE(.*)", text, re.S)
    assert match, rule.path
    given, asked = (set(re.findall(r"\bcg:(\w+)", each)) for each in match.groups())
    return given, asked, match[1]


def before_rules() -> set[str]:
    """Return the terms that the seed case has before any rule."""
    (path,) = shipped("cases", "miao-2020.yaml")
    document = read_document(path).document
    ((iri, subject),) = subjects(document)
    timeline = solve_subject(subject)
    quads = asserted_quads(document) + inferred_quads(iri, timeline, derive(subject, timeline, whole=True))
    return set(re.findall(rf"<{re.escape(CG)}(\w+)>", quads))


@cache
def products() -> dict[str, set[str]]:
    """Return the terms that one rule alone gives, and that are not there without it."""
    known = before_rules()
    given = {name: parts(rule)[0] - known for name, rule in RULES.items()}
    count = Counter(term for terms in given.values() for term in terms)
    return {name: {term for term in terms if count[term] == 1} for name, terms in given.items()}


def test_each_rule_is_named_once_by_what_it_gives() -> None:
    """A property or class says which rule gives it; a node of a class of several rules says it itself."""
    ontology = (ROOT / "ontology" / "casegraph.ttl").read_text(encoding="utf-8")
    said = re.findall(r'^(cg:\w+) a (?:(?!^\n).)*?derivedByRule "(\w+)"', ontology, re.M | re.S)
    own = [(name, rule) for name in RULES for rule in re.findall(r'cg:rule "(\w+)"', parts(RULES[name])[2])]
    assert [each for each in own if each[0] != each[1]] == []
    named = Counter(rule for _, rule in [*said, *own])
    assert named == Counter([*RULES, *BY_TIME])
    assert {term.removeprefix("cg:") for term, _ in said} >= set(GLANCE)
    for term, rule in said:
        assert rule in BY_TIME or term.removeprefix("cg:") in products()[rule], (term, rule)


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_needs_those_whose_products_it_asks_for_and_no_other(name: str) -> None:
    asked = parts(RULES[name])[1]
    named = set(re.findall(r'"(\w+)"', RULES[name].text.partition("WHERE")[2])) & RULES.keys()
    needed = named | {other for other, given in products().items() if other != name and given & asked}
    assert set(RULES[name].head.needs) == needed
    before = [rule.name for rule in shipped_rules()]
    assert all(before.index(other) < before.index(name) for other in needed)


def test_rules_ask_for_no_property_that_is_not_loaded_for_them() -> None:
    """A variable in the place of a property would ask for all."""
    asked = {each for rule in shipped_rules() for each in properties(rule.text)}
    assert len(asked) >= 40
    assert {f"<{each}>" for each in asked} <= _asked_for()


def properties(text: str) -> Iterator[Node]:
    """Yield what stands in the place of a property in a query, each part of a path by itself."""
    found: list[Any] = []
    traverse(translateQuery(parseQuery(text)).algebra, visitPre=found.append)
    blocks = [each for each in found if isinstance(each, CompValue) and each.name in ("BGP", "TriplesBlock")]
    todo: list[Any] = [link for each in blocks for nodes in each["triples"] for link in nodes[1::3]]
    while todo:
        each = todo.pop()
        if isinstance(each, MulPath | InvPath):
            todo.append(each.path if isinstance(each, MulPath) else each.arg)
        elif isinstance(each, SequencePath | AlternativePath):
            todo += each.args
        else:
            yield each
