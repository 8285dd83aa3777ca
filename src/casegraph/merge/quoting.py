"""Where the statements of a foreign document stand in a store; those that would speak for us are quoted."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from casegraph.merge.foreign import ForeignDocument
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.store.syntax import as_stored
from casegraph.terms import all_terms

__all__ = ["graph_names", "original_quads", "quoted", "standing"]

_RDF = PREFIXES["rdf"]
_TYPE, _STATEMENT = ox.NamedNode(f"{_RDF}type"), ox.NamedNode(f"{_RDF}Statement")
_XSD = PREFIXES["xsd"]
_PRINTED = ox.NamedNode(f"{CG}printedAs")
_SUBJECT, _PREDICATE, _OBJECT = (ox.NamedNode(f"{_RDF}{name}") for name in ("subject", "predicate", "object"))
#: The vocabularies of vocabularies: what a term is called, what it is a kind of or the same as.
_OF_TERMS = tuple(PREFIXES[each] for each in ("rdfs", "owl", "skos"))
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
    that it is said and changes no answer about other people's cases. So is what a document says in RDFS, OWL
    or SKOS, whatever it is about: other cases may name a term that no vocabulary knows, or name it later. A
    store writes some values in its own way (``37.50`` as ``37.5``): what the document writes is quoted too.

    :param concepts: further terms that cases name.
    """
    names, known = graph_names(document), all_terms()
    forms = _forms(quads)
    lines: dict[str, None] = {}
    for graph_name, triple in forms:
        graph = names[graph_name]
        printed = forms[graph_name, triple]
        subject = str(getattr(triple.subject, "value", ""))
        if (
            subject in concepts
            or subject in known
            or _speaks_of_us(triple, document)
            or _speaks_of_terms(triple)
        ):
            lines |= {f"{each} <{graph}> .\n": None for each in quoted(triple, document.iri, printed)}
            continue
        lines[f"{triple} <{graph}> .\n"] = None
        if printed != {str(getattr(triple.object, "value", ""))}:
            lines |= {f"{each} <{graph}> .\n": None for each in quoted(triple, document.iri, printed)}
    return "".join(lines)


def _forms(quads: Iterable[ox.Quad]) -> dict[tuple[str, ox.Triple], set[str]]:
    """Return graph and statement, as a store writes it -> how the document writes its value."""
    found: dict[tuple[str, ox.Triple], set[str]] = {}
    for quad in quads:
        value = _stored(quad.object) if isinstance(quad.object, ox.Literal) else quad.object
        triple = ox.Triple(quad.subject, quad.predicate, value)
        printed = found.setdefault((str(getattr(quad.graph_name, "value", "")), triple), set())
        printed.add(str(getattr(quad.object, "value", "")))
    return found


@lru_cache(maxsize=100_000)
def _stored(value: ox.Literal) -> ox.Literal:
    """Return a literal as Oxigraph writes it once it was stored."""
    if not value.datatype.value.startswith(_XSD) or value.datatype.value == f"{_XSD}string":
        return value
    (found,) = (each.object for each in as_stored([ox.Quad(_TYPE, _TYPE, value)]))
    return found if isinstance(found, ox.Literal) else value


def quoted(triple: ox.Triple, place: str, printed: Iterable[str] = ()) -> Iterator[ox.Triple]:
    """Yield the statements that quote one (RDF Schema 1.1, section 5.3).

    :param place: what the name of the quotation begins with.
    :param printed: how its value is written, where a store writes it otherwise.
    """
    digest = hashlib.sha256(str(triple).encode()).hexdigest()[:32]
    me = ox.NamedNode(f"{place}{_SAID}{digest}")
    yield ox.Triple(me, _TYPE, _STATEMENT)
    yield ox.Triple(me, _SUBJECT, triple.subject)
    yield ox.Triple(me, _PREDICATE, triple.predicate)
    yield ox.Triple(me, _OBJECT, triple.object)
    if isinstance(triple.object, ox.Literal):
        for each in printed:
            if each != triple.object.value or len(set(printed)) > 1:
                yield ox.Triple(me, _PRINTED, ox.Literal(each))


def original_quads(content: Iterable[ox.Quad], graphs: Mapping[str, str]) -> set[ox.Quad]:
    """Return the statements of a document as it says them, out of those by which it stands in a store.

    :param graphs: the name that each of its graphs has there -> the name in the document.
    """
    plain: set[ox.Quad] = set()
    said: dict[tuple[str, str], dict[str, list[Any]]] = {}
    for quad in content:
        subject, graph = getattr(quad.subject, "value", ""), graphs[getattr(quad.graph_name, "value", "")]
        if _SAID in subject and subject.startswith(tuple(graphs)):
            parts = said.setdefault((subject, graph), {})
            parts.setdefault(quad.predicate.value, []).append(quad.object)
        else:
            plain.add(ox.Quad(quad.subject, quad.predicate, quad.object, _graph(graph)))
    for (_, graph), parts in said.items():
        subject, predicate, value = (parts[each.value][0] for each in (_SUBJECT, _PREDICATE, _OBJECT))
        plain.discard(ox.Quad(subject, predicate, value, _graph(graph)))
        for each in parts.get(_PRINTED.value) or [value]:
            written = each if each is value else ox.Literal(each.value, datatype=value.datatype)
            plain.add(ox.Quad(subject, predicate, written, _graph(graph)))
    return plain


def _graph(name: str) -> ox.NamedNode | ox.DefaultGraph:
    return ox.NamedNode(name) if name else ox.DefaultGraph()


def _speaks_of_us(triple: ox.Triple, document: ForeignDocument) -> bool:
    """Say whether a statement is about or points at an IRI of casegraph's own, or is in its vocabulary."""
    for each in (triple.subject, triple.object):
        name = each.value if isinstance(each, ox.NamedNode) else ""
        if name.startswith(BASE) and document.hash not in name:
            return True
    return triple.predicate.value.startswith(CG)


def _speaks_of_terms(triple: ox.Triple) -> bool:
    """Say whether a statement is one of a vocabulary: a label, a superclass, a class of classes."""
    said = triple.object if triple.predicate == _TYPE else triple.predicate
    return isinstance(said, ox.NamedNode) and said.value.startswith(_OF_TERMS)
