"""Runs HermiT, the reference reasoner, through owlready2."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from casegraph.errors import InputError
from casegraph.namespaces import BASE
from casegraph.reason.ontology import declared_classes, ntriples

if TYPE_CHECKING:
    from pyoxigraph import Triple
    from rdflib import Graph

__all__ = ["hermit_graph"]


def hermit_graph(triples: Iterable[Triple], *, instead: str) -> Graph | None:
    """Return triples together with what HermiT infers from them, or None if they contradict each other.

    HermiT gives direct superclasses and direct types only: follow ``rdfs:subClassOf`` for the others.

    :param instead: the engine to name to a user who has no Java.
    :raises InputError: if there is no Java, or if HermiT does not take the triples.
    """
    if shutil.which("java") is None:
        raise InputError("HermiT needs Java, and no java is on the PATH", todo=f"use --engine {instead}")
    import owlready2

    triples = tuple(triples)
    content = ntriples(triples).encode("utf-8")
    world = owlready2.World()
    world.get_ontology(f"{BASE}reasoning#").load(fileobj=BytesIO(content))
    _check_read(world, triples)
    try:
        owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return None
    except owlready2.OwlReadyJavaError as error:
        raise InputError(f"HermiT stopped: {error}", todo=f"use --engine {instead}") from error
    graph: Graph = world.as_rdflib_graph()
    return graph


def _check_read(world: Any, triples: tuple[Triple, ...]) -> None:
    """Make sure that owlready2 has the classes: what it cannot read it takes for an empty ontology."""
    read = {each.iri for each in world.classes()}
    missing = declared_classes(triples) - read
    if missing:
        raise InputError(
            f"owlready2 did not read {len(missing)} of the classes, among them {min(missing)}",
            expected="classes declared as owl:Class only",
        )
