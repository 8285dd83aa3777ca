"""Infers which defined classes a case is in, from what did occur in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from casegraph.errors import InputError
from casegraph.namespaces import CG, PREFIXES
from casegraph.reason.added import added_axioms
from casegraph.reason.classes import superclasses_in
from casegraph.reason.definitions import Axioms, Expression, Some
from casegraph.reason.hermit import hermit_graph
from casegraph.reason.individuals import TYPE, Link, Links, facts, individuals, links_of
from casegraph.reason.ontology import read_triples, shipped_axioms, shipped_triples
from casegraph.resources import shipped
from casegraph.terms import Terms
from casegraph.triples.written import Told

__all__ = ["case_class_claims", "case_class_quads", "infer_case_classes"]

_OWL = PREFIXES["owl"]
_EQUIVALENT = _OWL + "equivalentClass"
_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_WITHIN = f"{CG}within"


def infer_case_classes(
    nquads: str, *, engine: str = "hermit", terms: Terms | None = None
) -> dict[str, frozenset[str]]:
    """Return for each case the defined classes that it is in, such as ``cg:MyositisCase``.

    :param nquads: what cases assert, as N-Quads.
    :param engine: ``hermit``, the reference, which needs Java; or ``closure``, which follows the definitions
        along what the ontology states and needs none.
    :param terms: a vocabulary that knows more classes than the shipped ontology; None is that alone.
    :raises InputError: if the engine is unknown or HermiT has no Java, if the text is not N-Quads, if the
        cases contradict the ontology (``hermit`` only), or if a definition says more than ``closure`` reads.

    >>> infer_case_classes(f"<https://example.org/case> <{TYPE}> <{CG}Case> .", engine="closure")
    {'https://example.org/case': frozenset()}
    """
    engines = {"hermit": _by_hermit, "closure": _by_closure}
    if engine not in engines:
        raise InputError(f"unknown engine {engine!r}", expected="hermit or closure")
    return engines[engine](nquads, terms)


def case_class_quads(nquads: Told, terms: Terms | None = None) -> str:
    """Return that cases are of the defined classes that they are in, as N-Quads of their inferred graphs.

    The engine is the closure: HermiT takes seconds a case.

    :param nquads: what cases assert, as N-Quads.
    :param terms: see :func:`infer_case_classes`.
    :raises InputError: if the text is not N-Quads.

    >>> case_class_quads(f"<https://example.org/case> <{TYPE}> <{CG}Case> .")
    ''
    """
    found = _by_closure(nquads, terms)
    return "".join(
        f"<{case}> <{TYPE}> <{name}> <{case}/inferred> .\n"
        for case, classes in found.items()
        for name in sorted(classes)
    )


def case_class_claims(nquads: Told, terms: Terms | None = None) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return for each case, for each defined class that it is in, the claims that put it there, sorted.

    Where a definition asks for several things there are claims for each; one of several alike is enough.

    :param nquads: what cases assert, as N-Quads.
    :param terms: see :func:`infer_case_classes`.
    :raises InputError: if the text is not N-Quads.

    >>> case_class_claims(f"<https://example.org/case> <{TYPE}> <{CG}Case> .")
    {'https://example.org/case': {}}
    """
    said = facts(nquads)
    links, kinds = links_of(said), _kinds_of(terms)
    return {
        case: {
            name: tuple(sorted(kinds.links_behind(case, wanted, links)))
            for name, wanted in _definitions().items()
            if kinds.hold(case, wanted, links)
        }
        for case in _cases(said)
    }


def _by_hermit(nquads: str, terms: Terms | None) -> dict[str, frozenset[str]]:
    from pyoxigraph import RdfFormat, parse
    from rdflib import RDF, URIRef

    more = added_axioms(terms.chains(_types(facts(nquads)))) if terms is not None else ()
    made = [quad.triple for quad in parse(individuals(nquads), format=RdfFormat.N_TRIPLES)]
    graph = hermit_graph((*shipped_triples(), *more, *made), instead="closure")
    if graph is None:
        raise InputError("the cases contradict the ontology", todo="validate them to see where")
    above = superclasses_in(graph)
    found = {}
    for case in _cases(facts(nquads)):
        direct = {str(kind) for kind in graph.objects(URIRef(case), RDF.type)}
        found[case] = direct.union(*(above.get(kind, ()) for kind in direct)) & _definitions().keys()
    return {case: frozenset(classes) for case, classes in found.items()}


def _by_closure(nquads: Told, terms: Terms | None) -> dict[str, frozenset[str]]:
    said = facts(nquads)
    links, kinds = links_of(said), _kinds_of(terms)
    return {
        case: frozenset(name for name, wanted in _definitions().items() if kinds.hold(case, wanted, links))
        for case in _cases(said)
    }


def _types(said: Iterable[Link]) -> set[str]:
    return {value for _, link, value in said if link == TYPE}


def _cases(said: Iterable[Link]) -> list[str]:
    return sorted(subject for subject, link, value in said if link == TYPE and value == f"{CG}Case")


@cache
def _definitions() -> Mapping[str, Expression]:
    """Return the defined classes of cases and what defines them, with no other defined class in it."""
    axioms = Axioms(read_triples(shipped("ontology", "case_classes.ttl")))
    said = dict(axioms.expressions(_EQUIVALENT))
    return {name: _written_out(wanted, said) for name, wanted in said.items()}


def _written_out(wanted: Expression, said: Mapping[str, Expression]) -> Expression:
    if isinstance(wanted, Some):
        return Some(wanted.link, _written_out(wanted.filler, said))
    if isinstance(wanted, tuple):
        return tuple(_written_out(each, said) for each in wanted)
    return _written_out(said[wanted], said) if wanted in said else wanted


@dataclass(frozen=True, slots=True, eq=False)
class _Kinds:
    """What of the ontology is needed to follow a definition.

    :param parents: the named classes directly above a class.
    :param told: the links that a class entails.
    """

    parents: Callable[[str], frozenset[str]]
    told: Callable[[str], frozenset[Some]]
    transitive: frozenset[str]
    reflexive: frozenset[str]

    def hold(self, one: str, wanted: Expression, links: Links) -> bool:
        """Say whether an individual is of a class, by its types and links."""
        if isinstance(wanted, tuple):
            return all(self.hold(one, each, links) for each in wanted)
        if any(_entails(self, kind, wanted) for kind in links.get((one, TYPE), ())):
            return True
        return isinstance(wanted, Some) and any(
            self.hold(other, wanted.filler, links) for other in links.get((one, wanted.link), ())
        )

    def links_behind(self, one: str, wanted: Expression, links: Links) -> set[str]:
        """Return the individuals that one of a class is linked to and that make it one."""
        if isinstance(wanted, tuple):
            return set().union(*(self.links_behind(one, each, links) for each in wanted))
        if isinstance(wanted, str):
            return set()
        linked = links.get((one, wanted.link), ())
        return {other for other in linked if self.hold(other, wanted.filler, links)}

    def entail(self, kind: str, wanted: Expression) -> bool:
        """Say whether all members of a named class are of another class."""
        kinds = self._above(kind)
        if isinstance(wanted, str):
            return wanted in kinds
        if isinstance(wanted, tuple):
            return all(_entails(self, kind, each) for each in wanted)
        if wanted.link in self.reflexive and _entails(self, kind, wanted.filler):
            return True
        return any(self._leads_to(each, wanted) for name in kinds for each in self.told(name))

    def _above(self, kind: str) -> set[str]:
        """Return a class and all that it is a kind of."""
        seen, todo = {kind}, [kind]
        while todo:
            new = self.parents(todo.pop()) - seen
            seen |= new
            todo += new
        return seen

    def _leads_to(self, told: Some, wanted: Some) -> bool:
        if told.link != wanted.link or not isinstance(told.filler, str):
            return False
        further = told.link in self.transitive and _entails(self, told.filler, wanted)
        return further or _entails(self, told.filler, wanted.filler)


@lru_cache(maxsize=65_536)  # cases share their terms
def _entails(kinds: _Kinds, kind: str, wanted: Expression) -> bool:
    return kinds.entail(kind, wanted)


@cache
def _kinds() -> _Kinds:
    axioms = shipped_axioms()
    parents, told = _links_up(axioms)
    return _Kinds(
        parents=lambda kind: parents.get(kind, frozenset()),
        told=lambda kind: told.get(kind, frozenset()),
        transitive=axioms.of_type(f"{_OWL}TransitiveProperty"),
        reflexive=axioms.of_type(f"{_OWL}ReflexiveProperty"),
    )


def _links_up(axioms: Axioms) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[Some]]]:
    """Return the named classes directly above each class, and the links that each entails."""
    parents: dict[str, frozenset[str]] = {}
    told: dict[str, frozenset[Some]] = {}
    for name, above in axioms.expressions(_SUBCLASS):
        if isinstance(above, str):
            parents[name] = parents.get(name, frozenset()) | {above}
        elif isinstance(above, Some):
            told[name] = told.get(name, frozenset()) | {above}
    return parents, told


@lru_cache(maxsize=8)
def _kinds_of(terms: Terms | None) -> _Kinds:
    """Return what is needed for classes: the shipped ontology with what a vocabulary says beyond it.

    What a class is a part or a kind of is, as in the shipped slices, ``cg:within some`` of it.
    """
    known = _kinds()
    if terms is None or not terms.has_added():
        return known
    return _Kinds(
        parents=lambda kind: known.parents(kind).union(terms.parents.get(kind, ())),
        told=lambda kind: known.told(kind).union(Some(_WITHIN, each) for each in terms.wholes.get(kind, ())),
        transitive=known.transitive,
        reflexive=known.reflexive,
    )
