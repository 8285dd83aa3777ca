"""Classifies the ontology: is it consistent, which classes are empty, and what is each class a kind of."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from casegraph.errors import InputError
from casegraph.namespaces import PREFIXES
from casegraph.reason.definitions import Axioms
from casegraph.reason.hermit import hermit_graph
from casegraph.reason.ontology import declared_classes, ontology_files, read_triples

if TYPE_CHECKING:
    from pyoxigraph import Triple
    from rdflib import Graph

__all__ = ["Classification", "classify", "superclasses_in"]

_OWL = PREFIXES["owl"]
_THING = _OWL + "Thing"
_NOTHING = _OWL + "Nothing"
#: an axiom about a list -> the link that says the same of a pair.
_DISJOINT = {
    _OWL + "AllDisjointClasses": _OWL + "disjointWith",
    _OWL + "AllDisjointProperties": _OWL + "propertyDisjointWith",
}


@dataclass(frozen=True, slots=True)
class Classification:
    """What a reasoner says of the named classes of an ontology.

    ``superclasses`` gives for each class all named classes that it is a kind of, without itself and
    ``owl:Thing``; unsatisfiable classes have no entry, and an inconsistent ontology has none at all.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    superclasses: Mapping[str, frozenset[str]]


_INCONSISTENT = Classification(consistent=False, unsatisfiable=(), superclasses={})


def classify(*, engine: str = "rustdl", extra: Sequence[Path] = ()) -> Classification:
    """Classify the shipped ontology.

    :param engine: ``rustdl``, or ``hermit``, the reference, which needs Java.
    :param extra: further ontology files to take in, such as alignments.
    :raises InputError: if the engine is unknown or HermiT has no Java, if a file cannot be read, or if the
        engine cannot take in all axioms or cannot come to an end with them.

    >>> kinds = classify().superclasses["http://purl.obolibrary.org/obo/MONDO_1010089"]
    >>> "http://purl.obolibrary.org/obo/MONDO_0016367" in kinds  # is a kind of dermatomyositis
    True
    """
    engines = {"rustdl": _by_rustdl, "hermit": _by_hermit}
    if engine not in engines:
        raise InputError(f"unknown engine {engine!r}", expected="rustdl or hermit")
    return engines[engine](read_triples((*ontology_files(), *extra)))


def _by_rustdl(triples: tuple[Triple, ...]) -> Classification:
    import rustdl
    from pyoxigraph import RdfFormat, serialize

    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", rustdl.IncompleteClassificationWarning)
        path = str(Path(folder, "ontology.owl"))
        serialize(_with_pairs(triples), path, RdfFormat.RDF_XML)
        try:
            dropped = rustdl.dropped_axioms(path)
            found = rustdl.classify(path)
        except rustdl.RustdlError as error:
            raise InputError(f"rustdl stopped: {error}", todo="use --engine hermit") from error
    missing = declared_classes(triples) - set(found.classes)
    if dropped or missing:
        left_out = [*(f"{number} x {kind}" for kind, number in sorted(dropped.items())), *sorted(missing)[:1]]
        raise InputError(f"rustdl leaves out {', '.join(left_out)}", todo="use --engine hermit")
    unsure = (found.consistency_undetermined, found.wedge_hierarchy_blind, found.wedge_clauses_refused)
    if not found.complete or any(unsure):
        raise InputError("rustdl did not come to an end with the ontology", todo="use --engine hermit")
    if found.inconsistent:
        return _INCONSISTENT
    parents = {
        each: {*found.direct_subsumers(each), *found.equivalent_classes(each)} for each in found.classes
    }
    return _classification(triples, found.unsatisfiable, _closure(parents))


def _with_pairs(triples: tuple[Triple, ...]) -> Iterator[Triple]:
    """Yield triples with disjointness written out pair by pair.

    rustdl passes over ``owl:AllDisjointClasses`` and ``owl:AllDisjointProperties``, and does not report it.
    """
    from pyoxigraph import BlankNode, NamedNode, Triple

    yield from triples
    axioms = Axioms(triples)
    for kind, link in _DISJOINT.items():
        for members in axioms.members(kind):
            for one, other in combinations(members, 2):
                if isinstance(one, NamedNode | BlankNode):
                    yield Triple(one, NamedNode(link), other)


def _by_hermit(triples: tuple[Triple, ...]) -> Classification:
    graph = hermit_graph(triples, instead="rustdl")
    if graph is None:
        return _INCONSISTENT
    above = superclasses_in(graph)
    empty = [each for each, kinds in above.items() if _NOTHING in kinds]
    return _classification(triples, empty, above)


def _classification(
    triples: tuple[Triple, ...], empty: Iterable[str], above: Mapping[str, frozenset[str]]
) -> Classification:
    unsatisfiable = tuple(sorted(empty))
    none: frozenset[str] = frozenset()
    filled = sorted(declared_classes(triples) - set(unsatisfiable))
    return Classification(True, unsatisfiable, {each: above.get(each, none) for each in filled})


def superclasses_in(graph: Graph) -> dict[str, frozenset[str]]:
    """Return for each named class of a reasoned graph all that it is a kind of."""
    return _closure(_parents(graph))


def _parents(graph: Graph) -> dict[str, set[str]]:
    """Return the named classes directly above each class; equivalent classes are above each other."""
    from rdflib import OWL, RDFS, URIRef

    parents: dict[str, set[str]] = {}
    for link in (RDFS.subClassOf, OWL.equivalentClass):
        for child, parent in graph.subject_objects(link):
            if isinstance(child, URIRef) and isinstance(parent, URIRef):
                parents.setdefault(str(child), set()).add(str(parent))
                if link == OWL.equivalentClass:
                    parents.setdefault(str(parent), set()).add(str(child))
    return parents


def _closure(parents: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    closed = {}
    for start in parents:
        above: set[str] = set()
        todo = list(parents[start])
        while todo:
            each = todo.pop()
            if each not in above:
                above.add(each)
                todo += parents.get(each, ())
        closed[start] = frozenset(above - {start, _THING})
    return closed
