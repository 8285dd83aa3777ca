"""Terms between N-Triples and rdflib, lexical forms kept as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph

from casegraph.errors import InputError

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

__all__ = ["ntriples", "rdflib_graph"]


def rdflib_graph(text: str) -> Graph:
    """Return the rdflib graph of N-Triples.

    :raises InputError: if the text is no N-Triples, or has triple terms.
    """
    from rdflib import Graph

    graph = Graph()
    try:
        for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_TRIPLES):
            graph.add((_rdflib(quad.subject), _rdflib(quad.predicate), _rdflib(quad.object)))
    except SyntaxError as error:
        raise InputError(f"the data are no N-Triples: {error}") from error
    return graph


def _rdflib(term: Any) -> Node:
    """Return the rdflib term with the lexical form kept, which rdflib's own parsers rewrite."""
    from rdflib import XSD, BNode, Literal, URIRef

    match term:
        case pyoxigraph.NamedNode():
            return URIRef(term.value)
        case pyoxigraph.BlankNode():
            return BNode(term.value)
        case pyoxigraph.Literal() if term.language:
            return Literal(term.value, lang=term.language)
        case pyoxigraph.Literal():
            plain = term.datatype.value == str(XSD.string)
            return Literal(
                term.value, datatype=None if plain else URIRef(term.datatype.value), normalize=False
            )
        case _:
            raise InputError(f"pyshacl cannot read the triple term {term}", todo="use the engine shacl")


def ntriples(term: Node | None) -> str:
    """Return an rdflib term as N-Triples writes it."""
    from rdflib import BNode, Literal

    if isinstance(term, BNode):
        return f"_:{term}"
    if not isinstance(term, Literal):
        return f"<{term}>"
    datatype = pyoxigraph.NamedNode(term.datatype) if term.datatype and not term.language else None
    return str(pyoxigraph.Literal(str(term), language=term.language, datatype=datatype))
