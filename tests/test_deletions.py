"""Without any of the claims that it follows from, what is derived of a case is gone or leans on others."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec
import pyoxigraph as ox
import pytest
import yaml

from casegraph.derive import derive
from casegraph.model import CaseDocument
from casegraph.namespaces import CG, PREFIXES
from casegraph.resources import shipped
from casegraph.rules import apply_rules
from casegraph.terms import all_terms
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_quads, inferred_quads, subjects

SEED = "miao-2020.yaml"
OTHERS = [path.name for path in shipped("cases", "*.yaml") if path.name != SEED]
#: a node has one of each of these, and does not stand without it; the last one may have several.
NEEDED = ("ofOutcome", "ofTreatment", "shownBy", "lowering")
FROM = f"{PREFIXES['prov']}wasDerivedFrom"
GLANCE = ("improvedOn", "didNotImproveOn", "respondedTo", "refractoryTo")

Document = dict[str, Any]
Nodes = dict[str, dict[str, set[str]]]


@cache
def loaded(name: str) -> Document:
    (path,) = shipped("cases", name)
    found: Document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


def solved(document: Document, case: str) -> tuple[str, str]:
    """Return the IRI of a case, and its quads before any rule."""
    read = msgspec.convert(document, CaseDocument)
    ((iri, subject),) = [
        each for each in subjects(read) if each[0].endswith(f"/{case}") and "/case/" in each[0]
    ]
    timeline, whole = solve_subject(subject), read.report.extent in ("fullText", "dataRecord")
    own = [line for line in asserted_quads(read).splitlines(keepends=True) if f"<{iri}/asserted>" in line]
    return iri, "".join(own) + inferred_quads(iri, timeline, derive(subject, timeline, whole=whole))


def nodes(iri: str, quads: str) -> Nodes:
    """Return each part of a case that is derived, and the case as an empty name: property -> values."""
    found: Nodes = defaultdict(lambda: defaultdict(set))
    for quad in ox.parse(quads.encode(), format=ox.RdfFormat.N_QUADS):
        if quad.graph_name.value == f"{iri}/inferred":
            value = quad.object.value.removeprefix(f"{iri}#")
            subject = quad.subject.value.removeprefix(iri).removeprefix("#")
            found[subject][quad.predicate.value.removeprefix(CG)].add(value)
    return found


@cache
def derived(name: str, case: str) -> Nodes:
    iri, quads = solved(loaded(name), case)
    return nodes(iri, quads + apply_rules({iri: quads}, all_terms())[iri])


def without(name: str, case: str, sets: Iterable[frozenset[str]]) -> dict[frozenset[str], Nodes]:
    """Return what is derived of a case without each of some sets of claims, in one call."""
    variants, original = {}, {}
    for number, keys in enumerate(sorted(sets, key=sorted)):
        document = copy.deepcopy(loaded(name))
        gone = {each["id"] for each in claims_named(document["cases"][case], keys)}
        assert gone >= keys
        document["cases"][case] = cut(document["cases"][case], gone)
        iri, quads = solved(document, case)
        other = f"{iri}-without-{number}"
        variants[other] = quads.replace(iri, other)
        original[keys] = other
    inferred = apply_rules(variants, all_terms())
    return {keys: nodes(iri, variants[iri] + inferred[iri]) for keys, iri in original.items()}


def claims_named(value: Any, keys: frozenset[str]) -> Iterable[dict[str, Any]]:
    """Yield the claims of these keys, each treatment with its doses."""
    if isinstance(value, dict):
        if value.get("id") in keys:
            yield value
            yield from value.get("doses", ())
        else:
            for each in value.values():
                yield from claims_named(each, keys)
    elif isinstance(value, list):
        for each in value:
            yield from claims_named(each, keys)


def cut(part: Any, gone: set[str]) -> Any:
    """Return a part of a document without some claims, and without what means nothing without them."""
    size = -1
    while size < len(gone):
        size, part = len(gone), _cut(part, gone)
    return part


def _cut(part: Any, gone: set[str]) -> Any:
    if isinstance(part, dict):
        return {
            name: each if name in ("id", "kind") else _cut(each, gone)
            for name, each in part.items()
            if name in ("id", "kind") or not (isinstance(each, str) and each in gone)
        }
    if not isinstance(part, list):
        return part
    items = [_cut(each, gone) for each in part if not (isinstance(each, str) and each in gone)]
    hollow = {each["id"] for each in items if isinstance(each, dict) and "id" in each and is_hollow(each)}
    gone.update(hollow)
    return [each for each in items if not (isinstance(each, dict) and each.get("id") in gone)]


def is_hollow(claim: dict[str, Any]) -> bool:
    """Say whether a claim answers to nothing any more, or joins fewer than two claims."""
    emptied = any(claim.get(name) == [] for name in ("to", "during", "derived_from"))
    return emptied or len(claim.get("between", "..")) < 2


def claims_of(found: Nodes, node: str, *links: str) -> set[str]:
    """Return the claims that a derived node follows from by some links, through other derived nodes."""
    claims: set[str] = set()
    for each in set[str]().union(*(found[node][link] for link in links)):
        through = claims_of(found, each, *NEEDED, FROM) if is_derived(found, each) else {each}
        claims |= through
    return claims


def is_derived(found: Nodes, node: str) -> bool:
    return node in found and any(found[node][link] for link in (*NEEDED, FROM))


def cases(name: str) -> list[str]:
    return list(loaded(name).get("cases", ()))


def missing(name: str, case: str) -> list[tuple[str, ...]]:
    """Return every derived node that stands although what it follows from was taken away."""
    found = derived(name, case)
    judged = [node for node in list(found) if node and is_derived(found, node)]
    single = {frozenset({claim}) for node in judged for claim in claims_of(found, node, *NEEDED, FROM)}
    whole = {frozenset(claims_of(found, node, FROM)) for node in judged if found[node][FROM]}
    after = without(name, case, single | whole)
    wrong: list[tuple[str, ...]] = []
    for node in judged:
        for claim in {each for link in NEEDED for each in found[node][link]}:
            if node in after[frozenset({claim})]:
                wrong.append((node, "stands without", claim))
        for claim in claims_of(found, node, FROM):
            left = after[frozenset({claim})]
            if node in left and not left[node][FROM] | set[str]().union(
                *(left[node][each] for each in NEEDED)
            ):
                wrong.append((node, "leans on nothing without", claim))
        if found[node][FROM] and node in after[frozenset(claims_of(found, node, FROM))]:
            wrong.append((node, "stands without all of", *claims_of(found, node, FROM)))
    return wrong


def glance_missing(name: str, case: str) -> list[tuple[str, ...]]:
    """Return every verdict at a glance that stands although its outcomes, or the drug, are gone."""
    found = derived(name, case)
    told = [(link, drug) for link in GLANCE for drug in found[""][link]]
    sets: dict[tuple[str, str], list[frozenset[str]]] = {}
    for link, drug in told:
        of_drug = [
            each
            for each in list(found)
            if each and is_derived(found, each) and drug in found[each]["aboutConcept"]
        ]
        claims = frozenset[str]().union(
            *(claims_of(found, each, "ofOutcome", "shownBy", "lowering") for each in of_drug)
        )
        given = frozenset[str]().union(*(found[each]["ofTreatment"] for each in of_drug))
        sets[link, drug] = [claims, given]
        assert claims, (link, drug)
        assert given, (link, drug)
    after = without(name, case, {each for both in sets.values() for each in both})
    return [
        (link, drug, *each)
        for (link, drug), both in sets.items()
        for each in both
        if drug in after[each][""][link]
    ]


@pytest.mark.slow
def test_each_verdict_at_a_glance_of_the_seed_is_gone_without_what_it_follows_from() -> None:
    assert sum(is_derived(derived(SEED, "1"), node) for node in list(derived(SEED, "1"))) >= 40
    assert glance_missing(SEED, "1") == []


@pytest.mark.slow
def test_each_derived_node_of_the_seed_is_gone_without_what_it_follows_from() -> None:
    assert missing(SEED, "1") == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "case"), [(name, case) for name in OTHERS for case in cases(name)])
def test_each_verdict_of_the_corpus_is_gone_without_what_it_follows_from(name: str, case: str) -> None:
    assert missing(name, case) == []
    assert glance_missing(name, case) == []
