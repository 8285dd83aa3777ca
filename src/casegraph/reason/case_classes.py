"""Infers which defined classes a case is in, from what did occur in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from casegraph.errors import InputError
from casegraph.namespaces import CG, PREFIXES
from casegraph.reason.added import added_axioms
from casegraph.reason.classes import classify, superclasses_in
from casegraph.reason.definitions import Axioms, Expression, Some
from casegraph.reason.hermit import hermit_graph
from casegraph.reason.individuals import TYPE, Links, facts, individuals, links_of
from casegraph.reason.ontology import ontology_files, read_triples
from casegraph.resources import shipped
from casegraph.terms import Terms

if TYPE_CHECKING:
    from pyoxigraph import Triple

__all__ = ["infer_case_classes"]

_OWL = PREFIXES["owl"]
_EQUIVALENT = _OWL + "equivalentClass"
_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"


def infer_case_classes(
    nquads: str, *, engine: str = "hermit", terms: Terms | None = None
) -> dict[str, frozenset[str]]:
    """Return for each case the defined classes that it is in, such as ``cg:MyositisCase``.

    :param nquads: what cases assert, as N-Quads.
    :param engine: ``hermit``, the reference, which needs Java; or ``closure``, which follows the definitions
        along the classified ontology and needs none.
    :param terms: a vocabulary that knows more classes than the shipped ontology; None is that alone.
    :raises InputError: if the engine is unknown or HermiT has no Java, if the text is not N-Quads, if the
        cases contradict the ontology (``hermit`` only), or if a definition says more than ``closure`` reads.

    >>> infer_case_classes(f"<https://example.org/case> <{TYPE}> <{CG}Case> .", engine="closure")
    {'https://example.org/case': frozenset()}
    """
    engines = {"hermit": _by_hermit, "closure": _by_closure}
    if engine not in engines:
        raise InputError(f"unknown engine {engine!r}", expected="hermit or closure")
    more: tuple[Triple, ...] = ()
    if terms is not None:
        more = added_axioms({value for _, link, value in facts(nquads) if link == TYPE}, terms)
    return engines[engine](nquads, more)


def _by_hermit(nquads: str, more: tuple[Triple, ...]) -> dict[str, frozenset[str]]:
    from pyoxigraph import RdfFormat, parse
    from rdflib import RDF, URIRef

    made = [quad.triple for quad in parse(individuals(nquads), format=RdfFormat.N_TRIPLES)]
    graph = hermit_graph((*read_triples(ontology_files()), *more, *made), instead="closure")
    if graph is None:
        raise InputError("the cases contradict the ontology", todo="validate them to see where")
    above = superclasses_in(graph)
    found = {}
    for case in _cases(facts(nquads)):
        direct = {str(kind) for kind in graph.objects(URIRef(case), RDF.type)}
        found[case] = direct.union(*(above.get(kind, ()) for kind in direct)) & _definitions().keys()
    return {case: frozenset(classes) for case, classes in found.items()}


def _by_closure(nquads: str, more: tuple[Triple, ...]) -> dict[str, frozenset[str]]:
    said = facts(nquads)
    links, kinds = links_of(said), _kinds_with(more) if more else _kinds()
    return {
        case: frozenset(name for name, wanted in _definitions().items() if kinds.hold(case, wanted, links))
        for case in _cases(said)
    }


def _cases(said: Iterable[tuple[str, str, str]]) -> list[str]:
    return sorted(subject for subject, link, value in said if link == TYPE and value == f"{CG}Case")


@cache
def _definitions() -> Mapping[str, Expression]:
    """Return the defined classes of cases and what defines them."""
    return dict(Axioms(read_triples(shipped("ontology", "case_classes.ttl"))).expressions(_EQUIVALENT))


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What of the ontology is needed to follow a definition; ``told`` are the links that a class entails."""

    superclasses: Mapping[str, frozenset[str]]
    told: Mapping[str, list[Some]]
    transitive: frozenset[str]
    reflexive: frozenset[str]
    _known: dict[tuple[str, Expression], bool] = field(default_factory=dict, repr=False)

    def hold(self, one: str, wanted: Expression, links: Links) -> bool:
        """Say whether an individual is of a class, by its types and links."""
        if isinstance(wanted, tuple):
            return all(self.hold(one, each, links) for each in wanted)
        if any(self.entail(kind, wanted) for kind in links.get((one, TYPE), ())):
            return True
        return isinstance(wanted, Some) and any(
            self.hold(other, wanted.filler, links) for other in links.get((one, wanted.link), ())
        )

    def entail(self, kind: str, wanted: Expression) -> bool:
        """Say whether all members of a named class are of another class; each pair is worked out once."""
        if (kind, wanted) not in self._known:
            self._known[kind, wanted] = self._follows(kind, wanted)
        return self._known[kind, wanted]

    def _follows(self, kind: str, wanted: Expression) -> bool:
        kinds = {kind, *self.superclasses.get(kind, ())}
        if isinstance(wanted, str):
            return wanted in kinds
        if isinstance(wanted, tuple):
            return all(self.entail(kind, each) for each in wanted)
        if wanted.link in self.reflexive and self.entail(kind, wanted.filler):
            return True
        return any(self._leads_to(each, wanted) for name in kinds for each in self.told.get(name, ()))

    def _leads_to(self, told: Some, wanted: Some) -> bool:
        if told.link != wanted.link or not isinstance(told.filler, str):
            return False
        further = told.link in self.transitive and self.entail(told.filler, wanted)
        return further or self.entail(told.filler, wanted.filler)


@cache
def _kinds() -> _Kinds:
    axioms = Axioms(read_triples(ontology_files()))
    told: dict[str, list[Some]] = {}
    for name, above in axioms.expressions(_SUBCLASS):
        if isinstance(above, Some):
            told.setdefault(name, []).append(above)
    return _Kinds(
        superclasses=classify().superclasses,
        told=told,
        transitive=axioms.of_type(f"{_OWL}TransitiveProperty"),
        reflexive=axioms.of_type(f"{_OWL}ReflexiveProperty"),
    )


def _kinds_with(more: tuple[Triple, ...]) -> _Kinds:
    """Return what is needed with axioms of classes beside those of the ontology."""
    shipped_kinds = _kinds()
    told = {name: list(links) for name, links in shipped_kinds.told.items()}
    parents: dict[str, list[str]] = {}
    for name, above in Axioms(more).expressions(_SUBCLASS):
        if isinstance(above, Some):
            told.setdefault(name, []).append(above)
        elif isinstance(above, str):
            parents.setdefault(name, []).append(above)
    superclasses = dict(shipped_kinds.superclasses)
    for name in parents:
        superclasses[name] = _all_above(name, parents, shipped_kinds.superclasses)
    return _Kinds(superclasses, told, shipped_kinds.transitive, shipped_kinds.reflexive)


def _all_above(
    name: str, parents: Mapping[str, list[str]], known: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        each = todo.pop()
        new = {*parents.get(each, ()), *known.get(each, ())} - found
        found |= new
        todo += new
    return frozenset(found - {name})
