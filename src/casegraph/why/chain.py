"""Follows what a store holds of a case from something derived, by rules, to the claims and their passages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.facts import CaseFacts
from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.resources import shipped
from casegraph.roles import roles_of
from casegraph.rules import RuleHead, data_with_hierarchy, rule_head
from casegraph.terms import Terms
from casegraph.why.steps import Link, Place, RuleWords, Step

__all__ = ["Explainer", "derived_properties", "derived_values", "is_derived"]

_TYPE = PREFIXES["rdf"] + "type"
_RULE, _ABOUT = CG + "derivedByRule", CG + "aboutConcept"
_LABEL = PREFIXES["rdfs"] + "label"
_DEFINITION, _SOURCE = PREFIXES["skos"] + "definition", PREFIXES["dcterms"] + "source"
_DERIVED_FROM = "prov:wasDerivedFrom"
#: What a derived thing builds on, in the order of reading.
_BUILDS_ON = (
    "ofOutcome",
    "responseTo",
    "ofTreatment",
    "shownBy",
    "lowering",
    _DERIVED_FROM,
    "hasBackground",
    "mayHaveBackground",
    "togetherWith",
    "possiblyTogetherWith",
    "whileLowering",
    "possiblyWhileLowering",
    "lastingShownBy",
    "endedBy",
    "includes",
    "mayInclude",
)
#: What stands on the outcome that is attributed, and the attribution builds on.
_OF_OUTCOME = ("responseTo", "hasBackground", "mayHaveBackground")
_CLAIM_BUILDS_ON = ("derivedFrom", "between")
_TEMPLATE = re.compile(r"CONSTRUCT\s*\{(.*?)\}\s*WHERE", re.DOTALL)
_TERM = re.compile(r"\bcg:(\w+)")


class _RuleFile(NamedTuple):
    head: RuleHead
    text: str
    made: frozenset[str]
    makes_things: bool


def is_derived(facts: CaseFacts, node: str) -> bool:
    """Say whether a part of a case was derived, and is no claim."""
    return f"<{node}> <{_TYPE}> " in facts.quads[f"{facts.case}/inferred"]


def derived_properties(facts: CaseFacts) -> tuple[str, ...]:
    """Return the IRIs of the properties that are derived of a case and that this one has, sorted.

    They are those that a rule derives, and ``rdf:type`` for the classes that are defined in OWL.
    """
    named = {subject for subject, note in _ontology() if note == _RULE} | {_TYPE}
    return tuple(sorted(name for name in named if derived_values(facts, name)))


def derived_values(facts: CaseFacts, name: str) -> tuple[str, ...]:
    """Return the values of a derived property of a case."""
    found = facts.values(facts.case, compact(name))
    return tuple(each for each in found if each in _defined_classes()) if name == _TYPE else found


class Explainer:
    """Explains what a store holds of one case.

    :param terms: the vocabulary by which a rule knows the kinds of a concept.
    """

    def __init__(self, facts: CaseFacts, terms: Terms) -> None:
        self._facts, self._terms = facts, terms
        self._inferred = facts.quads[f"{facts.case}/inferred"]
        self._known: dict[str, Step] = {}
        self._open: set[str] = set()
        self._graph: ox.Store | None = None

    def node(self, node: str) -> Step:
        """Return why a derived thing or a claim of the case holds."""
        if node not in self._known:
            self._open.add(node)
            derived = is_derived(self._facts, node)
            self._known[node] = self._derived(node) if derived else self._claim(node, compared=True)
            self._open.discard(node)
        return self._known[node]

    def property(self, name: str, value: str) -> Step:
        """Return why a derived property of the case has a value.

        :param name: the IRI of the property.
        :param value: the IRI of the value.
        """
        if name == _TYPE:
            words, inputs = _defined_classes()[value], self._claims_of_class(value)
        else:
            rule = _rule_file(_ontology()[(name, _RULE)])
            words, inputs = _words_of(rule.head), tuple(self._alone(rule, name, value))
        return Step(
            node=self._facts.case,
            kind="Case",
            name=name,
            value=value,
            rules=(words,),
            builds_on=tuple(Link(_DERIVED_FROM, self.node(each)) for each in inputs),
        )

    def _claims_of_class(self, name: str) -> tuple[str, ...]:
        from casegraph.reason import case_class_claims

        asserted = self._facts.quads[f"{self._facts.case}/asserted"]
        return case_class_claims(asserted, self._terms)[self._facts.case][name]

    def _derived(self, node: str) -> Step:
        links = [Link(name, self.node(each)) for name, each in self._inputs(node)]
        kind, rules = self._facts.kind(node), tuple(self._rules(node))
        return Step(node=node, kind=kind, rules=rules, builds_on=tuple(links))

    def _inputs(self, node: str) -> Iterator[tuple[str, str]]:
        values = self._facts.values
        treatments, outcomes = values(node, "ofTreatment"), values(node, "ofOutcome")
        segments = {each for episode in treatments for each in values(episode, "hasSegment")}
        for name in _BUILDS_ON:
            of = outcomes if name in _OF_OUTCOME else (node,)
            found = [each for subject in of for each in values(subject, name)]
            if name == "responseTo":
                found = [each for each in found if each in segments]
            yield from ((name, each) for each in found if each not in self._open)

    def _rules(self, node: str) -> Iterator[RuleWords]:
        """Yield the rule that made a thing, then those that added to it."""
        named = self._facts.values(node, "rule")
        yield from (_words_of(_rule_file(name).head) for name in named)
        if not named:
            yield self._rule_of_class(CG + self._facts.kind(node))
        types = {_local(each) for each in self._facts.values(node, "rdf:type")}
        for rule in _rule_files().values():
            added = (each for each in rule.made if each in types or self._facts.values(node, each))
            if not rule.makes_things and any(added):
                yield _words_of(rule.head)

    def _rule_of_class(self, kind: str) -> RuleWords:
        """Return the rule of a class whose members are made from solved time, by what the ontology says."""
        notes = _ontology()
        name = notes.get((kind, _RULE)) or notes[(kind, _LABEL)]
        return RuleWords(name, notes[(kind, _DEFINITION)], notes[(kind, _SOURCE)])

    def _claim(self, node: str, *, compared: bool) -> Step:
        values = self._facts.values
        links = [
            Link(name, self.node(each))
            for name in _CLAIM_BUILDS_ON
            for each in values(node, name)
            if each not in self._open
        ]
        # a dose that was derived to be a rise or a fall from the one before rests on that one too
        change = f"<{node}> <{CG}doseChange> " in self._inferred and not values(node, "doseFrom")
        if compared and change:
            links += [Link("follows", self._claim(each, compared=False)) for each in values(node, "follows")]
        return Step(
            node=node,
            kind=self._facts.kind(node),
            builds_on=tuple(links),
            stated_in=tuple(map(self._place, values(node, "statedIn"))),
            restated_in=tuple(map(self._place, values(node, "restatedIn"))),
            searched_in=values(node, "searchedIn"),
        )

    def _place(self, passage: str) -> Place:
        numbers = (self._facts.value(passage, name) for name in ("paragraph", "charStart", "charEnd"))
        paragraph, start, end = (None if each is None else int(each) for each in numbers)
        return Place(
            passage=passage,
            pointer=self._facts.value(passage, "pointer"),
            section=self._facts.value(passage, "section"),
            paragraph=paragraph,
            start=start,
            end=end,
            sha256=self._facts.value(passage, "sha256"),
        )

    def _alone(self, rule: _RuleFile, name: str, value: str) -> list[str]:
        """Return the parts about a value that let the rule derive it each on its own; else all about it."""
        graph, link = self._whole_graph(), ox.NamedNode(_ABOUT)
        derived = ox.Triple(ox.NamedNode(self._facts.case), ox.NamedNode(name), ox.NamedNode(value))
        about = sorted(graph.quads_for_pattern(None, link, derived.object), key=str)
        for quad in about:
            graph.remove(quad)
        alone = []
        for quad in about:
            graph.add(quad)
            if derived in cast(ox.QueryTriples, graph.query(rule.text)):
                alone.append(quad)
            graph.remove(quad)
        graph.extend(about)
        return [quad.subject.value for quad in alone or about if isinstance(quad.subject, ox.NamedNode)]

    def _whole_graph(self) -> ox.Store:
        """Return all that rules see of the case, derived things among it."""
        if self._graph is None:
            self._graph = ox.Store()
            quads = self._facts.quads[f"{self._facts.case}/asserted"] + self._inferred
            seen = data_with_hierarchy(quads, self._terms)
            self._graph.load(seen.encode(), format=ox.RdfFormat.N_TRIPLES)
            about = self._graph.quads_for_pattern(None, ox.NamedNode(_ABOUT), None)
            concepts = {quad.object.value for quad in about if isinstance(quad.object, ox.NamedNode)}
            roles = roles_of(concepts, self._terms)
            self._graph.load(roles.encode(), format=ox.RdfFormat.N_TRIPLES)
        return self._graph


def _local(iri: str) -> str:
    return iri.removeprefix(CG)


def _words_of(head: RuleHead) -> RuleWords:
    return RuleWords(head.name, head.definition.strip(), head.source)


def _rule_file(name: str) -> _RuleFile:
    try:
        return _rule_files()[name]
    except KeyError as error:
        what = f"the store names a rule {name!r}, which this version of casegraph has not"
        raise InputError(what, todo="load the report again") from error


@cache
def _rule_files() -> dict[str, _RuleFile]:
    """Return the shipped rules by name, each after those that it needs, with the terms that they make."""
    left = {}
    for path in shipped("ontology", "rules/*.rq"):
        text = path.read_text(encoding="utf-8")
        template = _TEMPLATE.search(text)
        made = frozenset(_TERM.findall(template[1])) if template else frozenset()
        left[path.stem] = _RuleFile(rule_head(path, text), text, made, "rule" in made)
    return dict(sorted(left.items(), key=lambda each: (_depth(each[0], left), each[0])))


def _depth(name: str, rules: dict[str, _RuleFile]) -> int:
    return max((1 + _depth(each, rules) for each in rules[name].head.needs), default=0)


@cache
def _defined_classes() -> dict[str, RuleWords]:
    """Return the classes of cases that are defined in OWL, each with what its definition says in words."""
    (path,) = shipped("ontology", "case_classes.ttl")
    notes = _notes(path)
    return {
        term: RuleWords(notes[(term, _LABEL)], definition, f"ontology/{path.name}")
        for (term, note), definition in notes.items()
        if note == _DEFINITION
    }


@cache
def _ontology() -> dict[tuple[str, str], str]:
    """Return (term, kind of note) -> the note, of the shipped ontology."""
    (path,) = shipped("ontology", "casegraph.ttl")
    return _notes(path)


def _notes(path: Path) -> dict[tuple[str, str], str]:
    quads = ox.parse(path=path)
    return {
        (quad.subject.value, quad.predicate.value): quad.object.value
        for quad in quads
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.Literal)
        and quad.predicate.value in (_RULE, _LABEL, _DEFINITION, _SOURCE)
    }
