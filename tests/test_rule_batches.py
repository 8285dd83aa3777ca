"""Many cases in one call give what each gives alone, under any name, in any order and by any engine."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest
import rdflib

from casegraph.derive import derive
from casegraph.loaders import read_document
from casegraph.namespaces import BASE, CG
from casegraph.resources import shipped
from casegraph.roles import roles_of
from casegraph.rules import apply_rules, data_with_hierarchy, shipped_rules
from casegraph.terms import all_terms
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_quads, inferred_quads, subjects

pytestmark = pytest.mark.slow

MADE_UP = sorted((Path(__file__).parent / "rules").glob("*/*.yaml"))
PORTED = ("miao-2020.yaml", "yanez-2009.yaml", "mda5-seroconversion-authorea.yaml")


def quads(path: Path) -> dict[str, str]:
    """Return the quads of each case and group of a document before any rule."""
    document, found = read_document(path).document, {}
    asserted = asserted_quads(document).splitlines(keepends=True)
    for iri, subject in subjects(document):
        timeline = solve_subject(subject)
        own = "".join(line for line in asserted if line.endswith(f" <{iri}/asserted> .\n"))
        found[iri] = own + inferred_quads(iri, timeline, derive(subject, timeline, whole=True))
    return found


@cache
def corpus() -> dict[str, str]:
    """Return the quads of all shipped cases and of those made up for the rules, under names of their own."""
    found: dict[str, str] = {}
    for path in shipped("cases", "*.yaml"):
        found |= quads(path)
    for path in MADE_UP:
        key = f"{path.parent.name.replace('_', '-')}-{path.stem.replace('_', '-')}"
        for iri, text in quads(path).items():
            found[iri.replace("made-up", key)] = text.replace("/made-up/", f"/{key}/")
    return found


@cache
def alone() -> dict[str, str]:
    return {iri: apply_rules({iri: text}, all_terms())[iri] for iri, text in corpus().items()}


def test_there_are_enough_cases_and_most_give_a_judgement() -> None:
    assert len(corpus()) >= 180
    assert sum("hasJudgement" in each for each in alone().values()) >= 60


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_call_with_many_cases_gives_each_what_it_gives_alone(seed: int | None) -> None:
    order = list(corpus())
    if seed is not None:
        random.Random(seed).shuffle(order)  # noqa: S311 - for an order, not a secret
        order = order[: len(order) // seed]
    found = apply_rules({iri: corpus()[iri] for iri in order}, all_terms())
    assert found == {iri: alone()[iri] for iri in order}


def test_a_call_with_no_case_gives_nothing() -> None:
    assert apply_rules({}, all_terms()) == {}


def test_a_copy_under_another_name_gives_the_same_under_that_name() -> None:
    copies, expected = {}, {}
    for iri, text in corpus().items():
        other = iri.replace(BASE, f"{BASE}copy/")
        copies[other] = text.replace(iri, other)
        expected[other] = alone()[iri].replace(iri, other)
    found = apply_rules({**corpus(), **copies}, all_terms())
    assert {iri: set(text.splitlines()) for iri, text in found.items()} == {
        iri: set(text.splitlines()) for iri, text in {**alone(), **expected}.items()
    }


def test_no_rule_gives_what_is_there_already() -> None:
    for iri, text in corpus().items():
        there = {line.rpartition(" <")[0] for line in text.splitlines()}
        assert there.isdisjoint(line.rpartition(" <")[0] for line in alone()[iri].splitlines())


@pytest.mark.parametrize("name", PORTED)
def test_another_engine_gives_the_same(name: str) -> None:
    (path,) = shipped("cases", name)
    given, terms = quads(path), all_terms()
    data = data_with_hierarchy("".join(given.values()), terms)
    graph = rdflib.Graph().parse(data=data, format="nt")
    about = set(graph.objects(None, rdflib.URIRef(f"{CG}aboutConcept")))
    graph.parse(data=roles_of((str(each) for each in about), terms), format="nt")
    found = rdflib.Graph()
    for rule in shipped_rules():
        new = graph.query(rule.text).graph
        assert new is not None
        found += new
        graph += new
    expected = rdflib.Dataset(default_union=True)
    expected.parse(data="".join(apply_rules(given, terms).values()), format="nquads")
    assert {" ".join(each.n3() for each in triple) for triple in found} == {
        " ".join(each.n3() for each in triple) for triple in expected.triples((None, None, None))
    }
