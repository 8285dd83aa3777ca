"""An explanation as RDF in the terms of PROV-O, https://www.w3.org/TR/prov-o/: no blank node, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.why.steps import Place, RuleWords, Step

__all__ = ["prov_triples"]

_PROV, _RDF, _XSD = PREFIXES["prov"], PREFIXES["rdf"], PREFIXES["xsd"]
_TYPE = _RDF + "type"


def prov_triples(steps: Iterable[Step]) -> list[ox.Triple]:
    """Return what steps, and all that they rest on, are in PROV-O, sorted, each triple once.

    Each derived thing ``prov:wasDerivedFrom`` what it builds on and ``prov:wasGeneratedBy`` an activity that
    used it and the rules, which are plans. A claim has its passage as ``prov:hadPrimarySource``; where it is
    stated again is told by ``cg:restatedIn``. A property of a case is a ``rdf:Statement``.
    """
    found = {
        ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)
        for root in steps
        for step in root.walk()
        for subject, predicate, value in _step(step)
    }
    return sorted(found, key=str)


_Told = tuple[str, str, ox.NamedNode | ox.Literal]


def _step(step: Step) -> Iterator[_Told]:
    me = _entity(step)
    yield me, _TYPE, ox.NamedNode(_PROV + "Entity")
    yield from _statement(step, me) if step.name and step.value else ((me, _TYPE, _cg(step.kind)),)
    for link in step.builds_on:
        yield me, _PROV + "wasDerivedFrom", ox.NamedNode(_entity(link.step))
    if step.rules:
        yield from _activity(step, me)
    for place in step.stated_in:
        yield me, _PROV + "hadPrimarySource", ox.NamedNode(place.passage)
        yield from _passage(place)
    for place in step.restated_in:
        yield me, f"{CG}restatedIn", ox.NamedNode(place.passage)
        yield from _passage(place)
    for report in step.searched_in:
        yield me, f"{CG}searchedIn", ox.NamedNode(report)


def _entity(step: Step) -> str:
    if step.name is None or step.value is None:
        return step.node
    return f"{step.node}#{_local(step.name)}-{_local(step.value)}"


def _statement(step: Step, me: str) -> Iterator[_Told]:
    yield me, _TYPE, ox.NamedNode(_RDF + "Statement")
    told = (("subject", step.node), ("predicate", step.name), ("object", step.value))
    yield from ((me, _RDF + name, ox.NamedNode(iri)) for name, iri in told if iri)


def _activity(step: Step, me: str) -> Iterator[_Told]:
    activity = f"{me}-derivation"
    yield me, _PROV + "wasGeneratedBy", ox.NamedNode(activity)
    yield activity, _TYPE, ox.NamedNode(_PROV + "Activity")
    for link in step.builds_on:
        yield activity, _PROV + "used", ox.NamedNode(_entity(link.step))
    for rule in step.rules:
        yield activity, _PROV + "used", ox.NamedNode(_rule(rule))
        yield from _plan(rule)


def _rule(rule: RuleWords) -> str:
    return PREFIXES["cgr"] + re.sub(r"[^\w-]", "_", rule.name)


def _plan(rule: RuleWords) -> Iterator[_Told]:
    me = _rule(rule)
    yield me, _TYPE, ox.NamedNode(_PROV + "Plan")
    yield me, f"{CG}rule", ox.Literal(rule.name)
    yield me, PREFIXES["skos"] + "definition", ox.Literal(rule.definition, language="en")
    yield me, PREFIXES["dcterms"] + "source", ox.Literal(rule.source)


def _passage(place: Place) -> Iterator[_Told]:
    me = place.passage
    yield me, _TYPE, ox.NamedNode(_PROV + "Entity")
    yield me, _TYPE, _cg("Passage")
    texts = {"pointer": place.pointer, "section": place.section, "sha256": place.sha256}
    numbers = {"paragraph": place.paragraph, "charStart": place.start, "charEnd": place.end}
    yield from ((me, CG + name, ox.Literal(text)) for name, text in texts.items() if text is not None)
    for name, number in numbers.items():
        if number is not None:
            yield me, CG + name, ox.Literal(str(number), datatype=ox.NamedNode(_XSD + "integer"))


def _cg(kind: str) -> ox.NamedNode:
    return ox.NamedNode(CG + kind)


def _local(iri: str) -> str:
    return re.sub(r"[^\w-]", "_", iri.removeprefix(CG) if iri.startswith(CG) else compact(iri))
