"""Refuses shapes that use what the engines would pass over in silence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from casegraph.errors import ShapesError
from casegraph.namespaces import PREFIXES, compact
from casegraph.validate.documents import named_owner, owners

__all__ = ["KNOWN_TERMS", "refuse_unsupported"]

_SH = PREFIXES["sh"]
_TYPE = PREFIXES["rdf"] + "type"

_CONSTRAINTS = """
    and class closed datatype disjoint equals hasValue in languageIn lessThan lessThanOrEquals maxCount
    maxExclusive maxInclusive maxLength minCount minExclusive minInclusive minLength node nodeKind not or
    pattern property qualifiedMaxCount qualifiedMinCount uniqueLang xone
"""
_OTHERS = """
    Shape NodeShape PropertyShape deactivated message severity Severity Info Warning Violation
    targetClass targetNode targetObjectsOf targetSubjectsOf
    NodeKind BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRI IRIOrLiteral Literal
    path alternativePath inversePath oneOrMorePath zeroOrMorePath zeroOrOnePath
    flags ignoredProperties qualifiedValueShape qualifiedValueShapesDisjoint
    defaultValue description group name order PropertyGroup
    AbstractResult ValidationReport ValidationResult conforms detail focusNode result resultMessage
    resultPath resultSeverity shapesGraphWellFormed sourceConstraint sourceConstraintComponent
    sourceShape value shapesGraph suggestedShapesGraph entailment
    sparql SPARQLConstraint SPARQLConstraintComponent select ask prefixes declare prefix namespace
    PrefixDeclaration SPARQLExecutable SPARQLAskExecutable SPARQLSelectExecutable
    ConstraintComponent Parameter Parameterizable parameter optional labelTemplate Validator validator
    nodeValidator propertyValidator SPARQLAskValidator SPARQLSelectValidator
"""

#: Local names of the terms of SHACL 1.0 Core and SHACL-SPARQL.
KNOWN_TERMS = frozenset(
    _CONSTRAINTS.split()
    + _OTHERS.split()
    + [f"{name[0].upper()}{name[1:]}ConstraintComponent" for name in _CONSTRAINTS.split()]
)

_STRINGS_IRIS_COMMENTS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r'|<[^<>"{}|^`\\\s]*>'
    r"|#[^\n]*",
    re.DOTALL,
)
_FORBIDDEN = re.compile(r"(?<![\w:?$.-])(MINUS|SERVICE|VALUES)(?![\w:-])", re.IGNORECASE)
_REBOUND = re.compile(r"(?<![\w:?$.-])AS\s+[?$](this|shapesGraph|currentShape|value)\b", re.IGNORECASE)
_PROJECTION = re.compile(r"(?<![\w:?$.-])SELECT\b(.*?)(?:\{|\bWHERE\b)", re.IGNORECASE | re.DOTALL)
_THIS = re.compile(r"[?$]this\b")


def refuse_unsupported(triples: Sequence[Triple], path: Path) -> None:
    """Do nothing if the shapes use SHACL 1.0 Core and SHACL-SPARQL alone.

    :raises ShapesError: naming the first other construct, the shape it is in, and the file.
    """
    leads_from = owners(triples)
    data = _data_subjects(triples)
    for triple in triples:
        for construct, todo in () if triple.subject in data else _problems(triple):
            shape = compact(named_owner(str(triple.subject), leads_from).strip("<>"))
            raise ShapesError(f"{shape} uses {construct}", where=str(path), todo=todo)


def _data_subjects(triples: Sequence[Triple]) -> set[Any]:
    """Return what has a class of its own and nothing of SHACL 1.0: data that stand beside the shapes."""
    typed = {subject for subject, predicate, _ in triples if predicate.value == _TYPE}
    shapes = {
        subject
        for subject, predicate, value in triples
        if _local(predicate) in KNOWN_TERMS or (predicate.value == _TYPE and _local(value))
    }
    return typed - shapes


def _local(term: Any) -> str:
    """Return the local name of a SHACL term; of any other term, nothing."""
    is_shacl = isinstance(term, NamedNode) and term.value.startswith(_SH)
    return term.value.removeprefix(_SH) if is_shacl else ""


def _problems(triple: Triple) -> Iterator[tuple[str, str]]:
    """Yield each construct of a triple that is not implemented, and what to do about it."""
    for name in filter(None, map(_local, triple)):
        if name not in KNOWN_TERMS:
            near = difflib.get_close_matches(name, KNOWN_TERMS, n=1, cutoff=0.75)
            hint = f"did you mean sh:{near[0]}?" if near else "use SHACL Core or sh:sparql"
            yield f"sh:{name}, which is not in SHACL 1.0 Core or SHACL-SPARQL", hint
    predicate = _local(triple.predicate)
    if predicate == "entailment":
        yield "sh:entailment, which no engine here performs", "put the entailed triples into the data"
    if predicate in ("select", "ask") and isinstance(triple.object, Literal):
        yield from _query_problems(triple.object.value, ask=predicate == "ask")


def _query_problems(query: str, *, ask: bool) -> Iterator[tuple[str, str]]:
    """Yield what SHACL forbids in a query whose ``$this`` is bound beforehand."""
    bare = _STRINGS_IRIS_COMMENTS.sub(" ", query)
    for word in _FORBIDDEN.findall(bare):
        yield f"{word.upper()} in a query", "SHACL forbids it beside a bound $this; use FILTER"
    for variable in _REBOUND.findall(bare):
        if variable != "value" or ask:
            yield f"AS ?{variable} in a query", "choose another variable: this one is bound already"
    projections = _PROJECTION.findall(bare)
    for projection in projections if ask else projections[1:]:
        if not _THIS.search(projection):
            yield "a SELECT inside a query that does not return $this", "add $this to the inner SELECT"
