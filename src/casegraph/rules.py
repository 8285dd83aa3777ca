"""Applies the rules of ``ontology/rules/``: SPARQL CONSTRUCT queries that derive triples of a case.

A rule is local: it follows links from one case and gives triples about that case and its parts only. So the
rules can be applied to many cases in one call, and what they give for each is the same as for it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import cast

import msgspec
import pyoxigraph as ox
import yaml

from casegraph.errors import CasegraphError, InputError
from casegraph.namespaces import BASE, CG, OBO, PREFIXES
from casegraph.resources import shipped
from casegraph.roles import declared_terms, roles_of
from casegraph.terms import Terms, all_terms
from casegraph.triples.fields import CONCEPT_PROPERTIES
from casegraph.triples.written import Statement, Told, statements

__all__ = [
    "Rule",
    "RuleHead",
    "apply_rules",
    "data_with_hierarchy",
    "in_order",
    "read_rule",
    "rule_head",
    "shipped_rules",
]

_STRING = re.compile(r'"[^"\n]*"')
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.M)
_PREFIX = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.M | re.I)
_IRI = re.compile(r"<[^>\s]*>")
_FORM = re.compile(r"^\s*(SELECT|ASK|DESCRIBE)\b", re.M | re.I)
_NAMED = re.compile(rf"<{re.escape(CG)}(?P<ours>\w+)>|\b(?P<prefix>[A-Za-z][\w-]*):(?P<name>\w+)")
_END = " .\n"
_RDF_TYPE = f"{PREFIXES['rdf']}type"
_RECORD_ID = f"<{CG}recordId>"
_CONCEPTS = frozenset(f"<{each}>" for each in CONCEPT_PROPERTIES)
#: What claims are about and treatments are given for; rules ask for what is above these.
_ABOUT = frozenset(f"<{CG}{name}>" for name in ("aboutConcept", "aboutDisease", "indication"))
#: Where no class lives: cases and reports, and their parts.
_PARTS = tuple(f"<{BASE}{kind}/" for kind in ("case", "group", "report", "dataset"))


class RuleHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the ``#+`` lines of a rule say: its definition in words, whose it is, the rules it builds on."""

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
    head = rule_head(path, text)
    if head.name != path.stem:
        where = f"{path}:{_line_of(text, 'name')}"
        raise InputError(f"the rule is called {head.name!r}", where=where, expected=path.stem)
    code = _COMMENT.sub(_blank, _STRING.sub(_blank, text))
    _check_prefixes(path, code)
    _check_construct(path, text, code)
    _check_terms(path, code)
    return Rule(head, text, path)


def rule_head(path: Path, text: str) -> RuleHead:
    """Return the head of a rule out of the text of its file.

    :raises InputError: if it is not right; it says in which line.
    """
    said = "\n".join(line[2:] if line.startswith("#+") else "" for line in text.split("\n"))
    try:
        return msgspec.convert(yaml.load(said, Loader=yaml.CSafeLoader), RuleHead)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise InputError(
            f"the head of the rule is not right: {getattr(error, 'problem', None) or error}",
            where=f"{path}:{_line_of_head(error, text)}",
            expected="#+ lines that form YAML with name, definition, source and perhaps needs",
        ) from error


def _line_of_head(error: Exception, text: str) -> int:
    mark = getattr(error, "problem_mark", None)
    field = re.search(r"(?:unknown field `|`\$\.)(\w+)", str(error))
    return mark.line + 1 if mark else _line_of(text, field[1] if field else "name")


def _line_of(text: str, field: str) -> int:
    """Return the line of the head that gives a field; the first one if none does."""
    found = re.search(rf"^#\+ {field}:", text, re.M)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _place(path: Path, text: str, position: int) -> str:
    line = text.count("\n", 0, position)
    return f"{path}:{line + 1}:{position - text.rfind(chr(10), 0, position)}"


def _check_prefixes(path: Path, code: str) -> None:
    declared = {match[1]: match for match in _PREFIX.finditer(code)}
    for prefix, match in declared.items():
        known = PREFIXES.get(prefix)
        if known != match[2]:
            raise InputError(
                f"the prefix {prefix}: is not one of casegraph's with <{match[2]}>",
                where=_place(path, code, match.start(1)),
                expected=f"<{known}>" if known else "a prefix that `casegraph.namespaces` knows",
            )
    for used in _NAMED.finditer(_IRI.sub(_blank, code)):
        if used["prefix"] not in declared:
            where = _place(path, code, used.start())
            raise InputError(
                f"the prefix {used['prefix']}: is not declared", where=where, expected="a PREFIX line"
            )


def _check_construct(path: Path, text: str, code: str) -> None:
    try:
        answer = ox.Store().query(text)
    except (SyntaxError, RuntimeError) as error:
        place = re.match(r"error at (\d+:\d+): (.{,100})", str(error))
        where = f"{path}:{place[1]}" if place else str(path)
        raise InputError("not SPARQL", where=where, expected=place[2] if place else str(error)) from error
    if not isinstance(answer, ox.QueryTriples):
        form = _FORM.search(code)
        where = _place(path, code, form.start(1)) if form else str(path)
        raise InputError("a rule must be a CONSTRUCT", where=where, expected="CONSTRUCT { } WHERE { }")


def _check_terms(path: Path, code: str) -> None:
    """Refuse a term of ours or of an OBO vocabulary that is not there: a rule would pass by it in silence."""
    for match in _NAMED.finditer(code):
        prefix, name = match["prefix"] or "cg", match["ours"] or match["name"]
        if prefix == "cg" and name not in declared_terms():
            lacking, expected = "the ontology has", "one of ontology/casegraph.ttl or concepts.ttl"
        elif PREFIXES.get(prefix, "").startswith(OBO) and f"{PREFIXES[prefix]}{name}" not in all_terms():
            lacking, expected = "the vocabulary has", "one that `casegraph term` knows"
        else:
            continue
        where = _place(path, code, match.start())
        raise InputError(f"{lacking} no term {prefix}:{name}", where=where, expected=expected)


def in_order(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return rules so that each stands after those it needs.

    :raises InputError: if a rule needs one that is not there, or rules need each other.
    """
    named = {rule.name: rule for rule in rules}
    for rule in rules:
        missing = sorted(set(rule.head.needs) - named.keys())
        if missing:
            raise InputError(f"there is no rule {', '.join(missing)}", where=_needs_of(rule))
    graph = TopologicalSorter({name: rule.head.needs for name, rule in named.items()})
    try:
        return tuple(named[name] for name in graph.static_order())
    except CycleError as error:
        circle = list(dict.fromkeys(error.args[1]))
        said = f"the rules {', '.join(sorted(circle))} need each other"
        raise InputError(said, where=", ".join(_needs_of(named[name]) for name in sorted(circle))) from error


def _needs_of(rule: Rule) -> str:
    return f"{rule.path}:{_line_of(rule.text, 'needs')}"


def data_with_hierarchy(nquads: Told, terms: Terms) -> str:
    """Return quads as N-Triples, with the links from every class they name up to its root.

    Without those links, shapes and rules that ask for a kind of something pass in silence. What a record
    names and no vocabulary knows is marked as unresolved.

    :raises InputError: if the quads do not stand a statement a line.
    """
    told = statements(nquads)
    values = {value for _, _, value in told}
    named = {each[1:-1] for each in values if each.startswith("<") and not each.startswith(_PARTS)}
    marks = (f"<{iri}> <{_RDF_TYPE}> <{CG}UnresolvedConcept>{_END}" for iri in _unresolved(told, terms))
    return _ntriples(told) + terms.chains(named) + "".join(marks)


def _unresolved(told: Iterable[Statement], terms: Terms) -> list[str]:
    """Return what the records among the statements name and no vocabulary knows, sorted."""
    if not any(predicate == _RECORD_ID for _, predicate, _ in told):
        return []
    named = {value for _, predicate, value in told if predicate in _CONCEPTS and value.startswith("<")}
    return sorted(iri for each in named if (iri := each[1:-1]) not in terms)


def apply_rules(
    cases: Mapping[str, Told], terms: Terms, rules: Iterable[Rule] | None = None
) -> dict[str, str]:
    """Return what rules derive from many cases, each as inferred N-Quads.

    :param cases: IRI of a case or group -> its asserted quads and those derived by its solved timeline.
    :param rules: the rules in the order to apply; by default the shipped ones.
    :raises InputError: if the quads do not stand a statement a line.
    """
    store = ox.Store()
    told = [each for quads in cases.values() for each in statements(quads)]
    _load(store, _ntriples(told if rules is not None else [each for each in told if each[1] in _asked_for()]))
    concepts = {value[1:-1] for _, predicate, value in told if predicate in _ABOUT and value.startswith("<")}
    _load(store, terms.chains(concepts) + roles_of(concepts, terms))
    derived: dict[str, set[str]] = {iri: set() for iri in cases}
    for rule in shipped_rules() if rules is None else rules:
        answer = cast(ox.QueryTriples, store.query(rule.text))
        new = cast(bytes, answer.serialize(format=ox.RdfFormat.N_TRIPLES)).decode()
        for triple in set(new.split(_END)) - {""}:
            derived[_owner(rule, triple, cases)].add(triple)
        _load(store, new)
    return {
        iri: "".join(sorted(f"{triple} <{iri}/inferred>{_END}" for triple in triples))
        for iri, triples in derived.items()
    }


@cache
def _asked_for() -> frozenset[str]:
    """Return the properties that the shipped rules name; none of them asks for what it does not name."""
    named = (_NAMED.finditer(rule.text) for rule in shipped_rules())
    names = {(match["prefix"] or "cg", match["ours"] or match["name"]) for found in named for match in found}
    iris = (f"{PREFIXES[prefix]}{name}" for prefix, name in names if prefix in PREFIXES)
    return frozenset(f"<{each}>" for each in (*iris, _RDF_TYPE))


def _ntriples(told: Iterable[Statement]) -> str:
    return "".join([f"{subject} {predicate} {value}{_END}" for subject, predicate, value in told])


def _load(store: ox.Store, ntriples: str) -> None:
    store.load(ntriples.encode(), format=ox.RdfFormat.N_TRIPLES, lenient=True)


def _owner(rule: Rule, triple: str, cases: Mapping[str, Told]) -> str:
    subject, _, value = triple.split(" ", 2)
    owner, other = _case_of(subject), _case_of(value)
    if owner not in cases:
        raise CasegraphError(
            f"the rule {rule.name} derives something of {subject}, which is no part of a case",
            where=str(rule.path),
            todo="let it give triples about a case and its parts only",
        )
    if other in cases and other != owner:
        raise CasegraphError(
            f"the rule {rule.name} goes from {subject} to {value}, which is of another case",
            where=str(rule.path),
            todo="let it follow links from one case only",
        )
    return owner


def _case_of(term: str) -> str:
    return term[1:-1].partition("#")[0] if term.startswith("<") else ""
