"""The evidence and the rules behind what a store holds about a case."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox
import yaml

from casegraph.cli.story import tell
from casegraph.cli.words import Words
from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.resources import shipped
from casegraph.rows import Term
from casegraph.rules import apply_rules

__all__ = ["of_claim", "of_property", "properties"]

_RULE = CG + "derivedByRule"
_DEFINITION = PREFIXES["skos"] + "definition"
_ABOUT = CG + "aboutConcept"
_LINKS = ("statedIn", "restatedIn", "derivedFrom", "searchedIn", "between")


def of_claim(words: Words, claim: str) -> Iterator[str]:
    """Yield the lines that tell where a claim stands, what it was derived from, and what follows for it."""
    facts = words.facts
    yield tell(words, claim)
    yield f"  {claim}"
    basis = words.labels(claim, "basis")
    if basis:
        yield f"  basis: {basis}"
    repaired = words.text(claim, "repairedFrom", "  repaired; the text prints “{}”")
    if repaired:
        yield repaired
    for name in _LINKS:
        for value in facts.values(claim, name):
            label = words.label(CG + name)
            yield f"  {label}: {_target(words, value)}"
    yield from _inferred(words, claim)


def _target(words: Words, node: str) -> str:
    if words.facts.kind(node) == "Passage":
        checksum = words.text(node, "sha256", " (SHA-256 of the stretch {})")
        return f"{words.place(node)}{checksum}"
    if words.facts.values(node, "basis"):
        return f"{tell(words, node)} {words.evidence(node)}"
    return node


def _inferred(words: Words, node: str) -> Iterator[str]:
    """Yield what is derived of a node, with the definition of each property."""
    quads = ox.parse(words.facts.quads[f"{words.facts.case}/inferred"].encode(), format=ox.RdfFormat.N_QUADS)
    found: dict[str, list[str]] = {}
    for quad in quads:
        if quad.subject == ox.NamedNode(node) and not isinstance(quad.object, ox.Triple):
            found.setdefault(quad.predicate.value, []).append(_shown(words, quad.object))
    for name, values in found.items():
        definition = _ontology().get((name, _DEFINITION))
        if definition is not None:
            yield f"  derived: {words.label(name)} {', '.join(values)} ({definition})"


def _shown(words: Words, term: Term) -> str:
    if not isinstance(term, ox.NamedNode):
        return term.value
    own = term.value.startswith(f"{words.facts.case}#")
    return f"#{words.facts.name(term.value)}" if own else words.label(term.value)


def properties(words: Words) -> tuple[str, ...]:
    """Return the properties of the case that a rule derives and that it has, sorted."""
    named = {name for name, kind in _ontology() if kind == _RULE}
    return tuple(sorted(name for name in named if words.facts.values(words.facts.case, compact(name))))


def of_property(words: Words, name: str, only: str | None = None) -> Iterator[str]:
    """Yield the lines that tell each value of a derived property of a case: rule, definition, inputs.

    :param name: the IRI of the property.
    :param only: tell this value alone; None is all of them.
    """
    facts = words.facts
    rule = _ontology().get((name, _RULE), "")
    head = _rule_heads().get(rule, {})
    for value in facts.values(facts.case, compact(name)):
        if only is not None and value != only:
            continue
        yield f"{words.label(name)}: {words.label(value)} ({compact(value)})"
        yield f"  rule {rule}: {head.get('definition', '').strip()} Source: {head.get('source', 'not told')}."
        for claim in _inputs(words, name, value):
            yield f"  because of {_target(words, claim)}"


def _inputs(words: Words, name: str, value: str) -> list[str]:
    """Return the claims that give a derived triple each on its own; else all that are about its value."""
    graph = words.facts.quads[f"{words.facts.case}/asserted"]
    quads = list(ox.parse(graph.encode(), format=ox.RdfFormat.N_QUADS))
    claims = {quad.subject for quad in quads if quad.predicate.value == f"{CG}basis"}
    about = sorted(
        (
            quad.subject
            for quad in quads
            if quad.predicate.value == _ABOUT and quad.object == ox.NamedNode(value)
        ),
        key=str,
    )
    derived = f"<{words.facts.case}> <{name}> <{value}> "
    alone = []
    for claim in about:
        others = claims - {claim}
        rest = "".join(f"{quad} .\n" for quad in quads if not {quad.subject, quad.object} & others)
        if derived in apply_rules(rest, words.facts.case, words.terms):
            alone.append(claim)
    return [claim.value for claim in alone or about if isinstance(claim, ox.NamedNode)]


@cache
def _ontology() -> dict[tuple[str, str], str]:
    """Return (property, kind of note) -> the note, of the shipped ontology."""
    quads = [quad for path in shipped("ontology", "casegraph.ttl") for quad in ox.parse(path=path)]
    return {
        (quad.subject.value, quad.predicate.value): quad.object.value
        for quad in quads
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.Literal)
        and quad.predicate.value in (_RULE, _DEFINITION)
    }


@cache
def _rule_heads() -> dict[str, dict[str, str]]:
    """Return rule -> what the ``#+`` lines of its file say."""
    heads = {}
    for path in shipped("ontology", "rules/*.rq"):
        lines = path.read_text(encoding="utf-8").splitlines()
        heads[path.stem] = yaml.safe_load("\n".join(line[2:] for line in lines if line.startswith("#+")))
    return heads
