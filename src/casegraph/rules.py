"""Applies the rules of ``ontology/rules/``: SPARQL CONSTRUCT queries that derive triples of a case.

A rule is local: it follows links from one case and gives triples about that case and its parts only. So the
rules can be applied to many cases in one call, and what they give for each is the same as for it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import msgspec
import pyoxigraph as ox
import yaml

from casegraph.errors import CasegraphError, InputError
from casegraph.namespaces import CG
from casegraph.resources import shipped
from casegraph.roles import declared_terms, roles_of
from casegraph.terms import Terms

__all__ = ["Rule", "RuleHead", "apply_rules", "data_with_hierarchy", "in_order", "read_rule", "shipped_rules"]

_CLAIMED = re.compile(r"\bcg:([A-Za-z]\w*)")
_END = " .\n"


class RuleHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the ``#+`` lines of a rule say: its definition in words, its source, the rules it needs."""

    name: str
    definition: str
    source: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One file with one rule; it runs unchanged in any SPARQL tool."""

    head: RuleHead
    text: str
    path: Path

    @property
    def name(self) -> str:
        """The name of the rule, which is that of its file."""
        return self.head.name


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the shipped rules, each after those that it needs."""
    return in_order([read_rule(path) for path in shipped("ontology", "rules/*.rq")])


def read_rule(path: Path) -> Rule:
    """Read a rule: a CONSTRUCT with a head of ``#+`` lines.

    :raises InputError: if the head or the SPARQL is not right, or it names a term that the ontology lacks; it
        says in which line.
    """
    text = path.read_text(encoding="utf-8")
    said = "\n".join(line[2:] if line.startswith("#+") else "" for line in text.split("\n"))
    try:
        head = msgspec.convert(yaml.safe_load(said), RuleHead)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(
            f"the head of the rule is not right: {getattr(error, 'problem', None) or error}",
            where=f"{path}:{mark.line + 1 if mark else 1}",
            expected="#+ lines that form YAML: name, definition, source, and needs if it builds on others",
        ) from error
    if head.name != path.stem:
        raise InputError(f"the rule is called {head.name!r}", where=str(path), expected=path.stem)
    _check_construct(path, text)
    _check_terms(path, text)
    return Rule(head, text, path)


def _check_construct(path: Path, text: str) -> None:
    try:
        answer = ox.Store().query(text)
    except (SyntaxError, RuntimeError) as error:
        place = re.search(r"at (\d+):", str(error))
        raise InputError(f"not SPARQL: {error}", where=f"{path}:{place[1] if place else 1}") from error
    if not isinstance(answer, ox.QueryTriples):
        raise InputError("a rule must be a CONSTRUCT", where=str(path))


def _check_terms(path: Path, text: str) -> None:
    known = declared_terms()
    for number, line in enumerate(text.split("\n"), start=1):
        for match in () if line.startswith("#") else _CLAIMED.finditer(line):
            if match[1] not in known:
                raise InputError(
                    f"the ontology has no term cg:{match[1]}",
                    where=f"{path}:{number}:{match.start() + 1}",
                    expected="a class, property or value of ontology/casegraph.ttl or concepts.ttl",
                )


def in_order(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return rules so that each stands after those it needs.

    :raises InputError: if a rule needs one that is not there, or rules need each other.
    """
    left = {rule.name: rule for rule in rules}
    for rule in rules:
        missing = set(rule.head.needs) - left.keys()
        if missing:
            raise InputError(f"there is no rule {', '.join(sorted(missing))}", where=str(rule.path))
    done: dict[str, Rule] = {}
    while left:
        ready = [rule for rule in left.values() if done.keys() >= set(rule.head.needs)]
        if not ready:
            raise InputError(f"the rules {', '.join(sorted(left))} need each other")
        done |= {rule.name: rule for rule in ready}
        left = {name: rule for name, rule in left.items() if name not in done}
    return tuple(done.values())


def data_with_hierarchy(nquads: str, terms: Terms) -> str:
    """Return quads as N-Triples, with the links from every class they name up to its root.

    Without those links, shapes and rules that ask for a kind of something pass in silence.
    """
    triples = [quad.triple for quad in ox.parse(nquads.encode(), format=ox.RdfFormat.N_QUADS)]
    named = {triple.object.value for triple in triples if isinstance(triple.object, ox.NamedNode)}
    return "".join(f"{triple}{_END}" for triple in triples) + terms.chains(named)


def apply_rules(
    cases: Mapping[str, str], terms: Terms, rules: Iterable[Rule] | None = None
) -> dict[str, str]:
    """Return what rules derive from many cases, each as inferred N-Quads.

    :param cases: IRI of a case or group -> its asserted quads and those derived by its solved timeline.
    :param rules: the rules in the order to apply; by default the shipped ones.
    """
    store = ox.Store()
    triples = (line.rsplit(" ", 2)[0] for quads in cases.values() for line in quads.splitlines())
    _load(store, "".join(f"{triple}{_END}" for triple in triples))
    concepts = set(_concepts(store))
    _load(store, terms.chains(concepts) + roles_of(concepts, terms))
    derived: dict[str, set[str]] = {iri: set() for iri in cases}
    for rule in shipped_rules() if rules is None else rules:
        new = [ox.Quad(*triple) for triple in cast(ox.QueryTriples, store.query(rule.text))]
        for quad in new:
            derived[_owner(rule, quad, cases)].add(f"{quad.triple}")
        store.extend(new)
    return {
        iri: "".join(sorted(f"{triple} <{iri}/inferred>{_END}" for triple in triples))
        for iri, triples in derived.items()
    }


def _load(store: ox.Store, ntriples: str) -> None:
    store.load(ntriples.encode(), format=ox.RdfFormat.N_TRIPLES)


def _concepts(store: ox.Store) -> Iterator[str]:
    """Yield what claims are about and treatments are given for; rules ask for what is above these."""
    for name in ("aboutConcept", "aboutDisease", "indication"):
        for quad in store.quads_for_pattern(None, ox.NamedNode(CG + name), None):
            if isinstance(quad.object, ox.NamedNode):
                yield quad.object.value


def _owner(rule: Rule, quad: ox.Quad, cases: Mapping[str, str]) -> str:
    owner = quad.subject.value.partition("#")[0] if isinstance(quad.subject, ox.NamedNode) else ""
    if owner not in cases:
        raise CasegraphError(
            f"the rule {rule.name} derives something of {quad.subject}, which is no part of a case",
            todo=f"correct {rule.path}",
        )
    return owner
