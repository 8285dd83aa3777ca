"""Where the statements of a foreign document stand in a store; those that would speak for us are quoted."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator

import pyoxigraph as ox

from casegraph.merge.foreign import ForeignDocument
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.terms import all_terms

__all__ = ["graph_names", "original_quads", "quoted", "standing"]

_RDF = PREFIXES["rdf"]
_TYPE, _STATEMENT = ox.NamedNode(f"{_RDF}type"), ox.NamedNode(f"{_RDF}Statement")
_SUBJECT, _PREDICATE, _OBJECT = (ox.NamedNode(f"{_RDF}{name}") for name in ("subject", "predicate", "object"))
#: What the names of quoted statements hold.
_SAID = "#said-"


def graph_names(document: ForeignDocument) -> dict[str, str]:
    """Return the name that each graph of a document has in a store; that of its default graph is empty."""
    names = {each.graph_name.value for each in document.quads if isinstance(each.graph_name, ox.NamedNode)}
    numbered = {name: f"{document.iri}/{number}" for number, name in enumerate(sorted(names), 1)}
    return {"": document.iri, **numbered}


def standing(document: ForeignDocument, quads: Iterable[ox.Quad], concepts: Collection[str] = ()) -> str:
    """Return the N-Quads by which statements of a document stand in a store.

    A statement about a term that casegraph knows, about an IRI of its own or in its vocabulary is quoted, so
    that it is said and changes no answer about other people's cases.

    :param concepts: further terms that cases name.
    """
    names = graph_names(document)
    lines: list[str] = []
    for quad in quads:
        graph = names[quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""]
        if _speaks_for_us(quad, concepts, document):
            lines += (f"{each} <{graph}> .\n" for each in quoted(quad.triple, document.iri))
        else:
            lines.append(f"{quad.triple} <{graph}> .\n")
    return "".join(lines)


def quoted(triple: ox.Triple, place: str) -> Iterator[ox.Triple]:
    """Yield the statements that quote one (RDF Schema 1.1, section 5.3).

    :param place: what the name of the quotation begins with.
    """
    digest = hashlib.sha256(str(triple).encode()).hexdigest()[:32]
    me = ox.NamedNode(f"{place}{_SAID}{digest}")
    yield ox.Triple(me, _TYPE, _STATEMENT)
    yield ox.Triple(me, _SUBJECT, triple.subject)
    yield ox.Triple(me, _PREDICATE, triple.predicate)
    yield ox.Triple(me, _OBJECT, triple.object)


def original_quads(content: Iterable[ox.Quad], graphs: dict[str, str]) -> list[ox.Quad]:
    """Return the statements of a document as it says them, out of those by which it stands in a store.

    :param graphs: the name that each of its graphs has there -> the name in the document.
    """
    plain: list[ox.Quad] = []
    said: dict[tuple[str, str], dict[str, object]] = {}
    for quad in content:
        subject = getattr(quad.subject, "value", "")
        graph = graphs[getattr(quad.graph_name, "value", "")]
        if _SAID in subject and subject.startswith(tuple(graphs)):
            said.setdefault((subject, graph), {})[quad.predicate.value] = quad.object
        else:
            plain.append(ox.Quad(quad.subject, quad.predicate, quad.object, _graph(graph)))
    for (_, graph), parts in said.items():
        subject, predicate, value = (parts[each.value] for each in (_SUBJECT, _PREDICATE, _OBJECT))
        plain.append(ox.Quad(subject, predicate, value, _graph(graph)))  # type: ignore[arg-type]  # as quoted
    return plain


def _graph(name: str) -> ox.NamedNode | ox.DefaultGraph:
    return ox.NamedNode(name) if name else ox.DefaultGraph()


def _speaks_for_us(quad: ox.Quad, concepts: Collection[str], document: ForeignDocument) -> bool:
    subject = str(getattr(quad.subject, "value", ""))
    if subject.startswith(BASE) and document.hash not in subject:
        return True
    said = str(getattr(quad.object, "value", "")) if quad.predicate == _TYPE else quad.predicate.value
    return said.startswith(CG) or subject in concepts or subject in all_terms()
