"""The evidence of one claim: where it stands, what it was derived from, and what follows for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox

from casegraph.namespaces import CG, PREFIXES
from casegraph.resources import shipped
from casegraph.rows import Term
from casegraph.story.telling import tell
from casegraph.story.words import Words

__all__ = ["definitions", "of_claim"]

_DEFINITION = PREFIXES["skos"] + "definition"
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
        definition = definitions().get(name)
        if definition is not None:
            yield f"  derived: {words.label(name)} {', '.join(values)} ({definition})"


def _shown(words: Words, term: Term) -> str:
    if not isinstance(term, ox.NamedNode):
        return term.value
    own = term.value.startswith(f"{words.facts.case}#")
    return f"#{words.facts.name(term.value)}" if own else words.label(term.value)


@cache
def definitions() -> dict[str, str]:
    """Return the definitions of our own terms, as IRI -> definition."""
    quads = [quad for path in shipped("ontology", "casegraph.ttl") for quad in ox.parse(path=path)]
    return {
        quad.subject.value: quad.object.value
        for quad in quads
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.Literal)
        and quad.predicate.value == _DEFINITION
    }
