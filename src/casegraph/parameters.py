"""Turns what a user says for a parameter of a query into RDF terms of the type that the parameter has."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

import pyoxigraph

from casegraph.errors import InputError
from casegraph.namespaces import CG, PREFIXES, compact, expand, identified
from casegraph.resources import shipped

if TYPE_CHECKING:
    from casegraph.terms import Terms

__all__ = ["ParameterType", "ParameterValue", "closed_list", "example_pattern", "terms_of"]

ParameterType = Literal[
    "concept", "concept-and-below", "case", "term", "value", "text", "integer", "decimal", "boolean"
]
ParameterValue = str | int | float | Decimal

_IRI_EXAMPLE = r"(?:<[^<>\s]+>|[A-Za-z][\w.-]*:[^\s{}<>]*)"
#: type of a literal -> how its example looks in the file.
_EXAMPLES = {
    "text": r'"(?:[^"\\\n]|\\.)*"',
    "integer": "[+-]?[0-9]+",
    "decimal": r"[+-]?[0-9]*\.[0-9]+",
    "boolean": "(?:true|false)",
}
#: type of a literal -> what a value must look like, within the digits that every engine keeps, and in words.
_LITERALS = {
    "text": (r"(?s:.*)", "text"),
    "integer": ("[+-]?[0-9]{1,18}", "a whole number of at most 18 digits, such as 12"),
    "decimal": (r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", "a decimal number, such as 37.5"),
    "boolean": ("true|false", "true or false"),
}
#: The members of the closed lists: what OWL calls individuals, with the class that lists them.
_MEMBERS = f"""
PREFIX owl: <{PREFIXES["owl"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
SELECT ?list ?member ?label {{
  ?member a owl:NamedIndividual, ?list ; rdfs:label ?label .
  FILTER(STRSTARTS(STR(?list), "{CG}"))
}} ORDER BY ?list ?member"""


def example_pattern(kind: ParameterType) -> str:
    """Return the regular expression of one example of a type, as it stands in a query."""
    return _EXAMPLES.get(kind, _IRI_EXAMPLE)


def terms_of(
    kind: ParameterType,
    value: ParameterValue,
    *,
    example: str,
    within: tuple[str, ...] = (),
    terms: Terms | None = None,
) -> tuple[pyoxigraph.NamedNode | pyoxigraph.Literal, ...]:
    """Return the RDF terms that a value means; many for a concept and all below it, else mostly one.

    A group of drugs, such as the calcineurin inhibitors, means its drugs too; no drug means its group.
    A ``term`` is an IRI or a CURIE, of a vocabulary at hand or not; else the concept of a name.
    Where records name a term that no vocabulary knows as the vocabulary names another, both are meant.

    :param example: the example of the parameter; it tells which closed list a ``value`` is from.
    :param within: CURIEs of concepts; a concept must be one of them or below one. Empty is any.
    :param terms: the vocabulary that concepts are looked up in; None is all at hand.
    :raises InputError: if the value is not one of the type.

    >>> print(*terms_of("integer", 12, example="7"))
    "12"^^<http://www.w3.org/2001/XMLSchema#integer>
    >>> print(*terms_of("value", "immune cells", example="cg:skin"))
    <https://w3id.org/casegraph/ontology#immuneCells>
    """
    text = _as_text(value)
    try:
        if kind in _LITERALS:
            return (_literal(kind, text),)
        if kind == "value":
            return (pyoxigraph.NamedNode(_individual(text, example)),)
        if kind == "case":
            return (_case(text),)
        if kind == "term" and (iri := identified(text)):
            return (pyoxigraph.NamedNode(iri),)
        found = _concepts(text, within, _known() if terms is None else terms, kind=kind)
        return tuple(map(pyoxigraph.NamedNode, found))
    except ValueError as error:
        raise InputError(f"{text!r} cannot be written as an RDF term: {error}") from error


def _known() -> Terms:
    from casegraph.terms import all_terms

    return all_terms()


def _as_text(value: ParameterValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _literal(kind: str, text: str) -> pyoxigraph.Literal:
    pattern, expected = _LITERALS[kind]
    if not re.fullmatch(pattern, text):
        raise InputError(f"{text!r} is not {kind}", expected=expected)
    datatype = PREFIXES["xsd"] + ("string" if kind == "text" else kind)
    return pyoxigraph.Literal(text, datatype=pyoxigraph.NamedNode(datatype))


def _concepts(text: str, within: tuple[str, ...], terms: Terms, *, kind: str) -> tuple[str, ...]:
    """Return what a text means in the vocabulary, and each term of records alone that has this name.

    Nobody knows what the latter are below; so they are taken whatever the parameter is for.
    """
    name = text.strip("<> ").casefold()
    told = tuple(
        iri
        for iri, names in terms.told.items()
        if name in (each.casefold() for each in (iri, compact(iri), *names))
    )
    try:
        concept = terms.resolve(text, within=frozenset(map(expand, within)))
        _require_within(concept, within, terms)
    except InputError:
        if not told:
            raise
        return told
    meant = _asked_with(concept, terms) if kind == "concept-and-below" else (concept,)
    return tuple(dict.fromkeys((*meant, *told)))


def _asked_with(concept: str, terms: Terms) -> tuple[str, ...]:
    from casegraph.roles import asked_with

    return asked_with(concept, terms)


def _require_within(concept: str, within: tuple[str, ...], terms: Terms) -> None:
    roots = [expand(curie) for curie in within]
    if roots and not set(roots) & set(terms.above(concept)):
        what = f"{compact(concept)} {terms.label(concept)!r} is of another kind"
        named = (
            f"{curie} {terms.label(root) or ''}".rstrip() for curie, root in zip(within, roots, strict=True)
        )
        raise InputError(what, expected=f"a term below {' or '.join(named)}")


def _case(text: str) -> pyoxigraph.NamedNode:
    """Return the term of a case; what else a person may say for it is looked up in a store beforehand."""
    if "://" not in text:
        raise InputError(f"{text!r} names no case", expected="the IRI of a case")
    return pyoxigraph.NamedNode(text)


def closed_list(example: str) -> dict[str, str]:
    """Return the closed list of the ontology that a value is from, as local name -> label.

    :param example: the value as SPARQL writes it.
    :raises InputError: if it is in none.

    >>> closed_list("cg:authorsDefinition")["twoLinesDefinition"]
    'two-lines'
    """
    local = re.split("[#:]", example.split(maxsplit=1)[0].strip("<>"))[-1]
    for members in _closed_lists():
        if local in members:
            return members
    raise InputError(f"the example {example} is in no closed list of the ontology")


def _individual(text: str, example: str) -> str:
    """Return the individual that a local name or label means in the closed list that the example is from."""
    members = closed_list(example)
    name = text.removeprefix(CG).removeprefix("cg:")
    if name in members:
        return CG + name
    found = [each for each, label in members.items() if label.casefold() == name.casefold()]
    if len(found) == 1:
        return CG + found[0]
    raise InputError(f"unknown value {text!r}", expected=f"one of {', '.join(members.values())}")


@cache
def _closed_lists() -> tuple[dict[str, str], ...]:
    """Return the closed lists of the ontology, each as local name -> label."""
    store = pyoxigraph.Store()
    for path in (*shipped("ontology", "casegraph.ttl"), *shipped("ontology", "merging.ttl")):
        store.load(path=path)
    lists: dict[str, dict[str, str]] = {}
    for each, member, label in cast(pyoxigraph.QuerySolutions, store.query(_MEMBERS)):
        lists.setdefault(each.value, {})[member.value.removeprefix(CG)] = label.value
    return tuple(lists.values())
