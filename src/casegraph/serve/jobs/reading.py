"""Reads RDF that was sent, as strictly as it can be: nothing cut off, nothing fetched, no traps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.parsers import expat

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.merge.foreign import depth_of_json
from casegraph.serve.errors import LimitError
from casegraph.serve.jobs.document import Document
from casegraph.serve.telling.resources import form_of
from casegraph.terms.owl import require_xml

__all__ = ["triples_of"]

_DEEPEST_JSON = 200
#: What reads RDF/XML looks through all elements around one, so that each level makes the next one slower.
_DEEPEST_XML = 500


def triples_of(documents: Iterable[Document]) -> Iterator[ox.Triple]:
    """Yield the triples of documents; equal labels of blank nodes in two documents are two nodes.

    :raises InputError: at the first place that is wrong, which *where* tells by line and column.
    :raises LimitError: if JSON or XML is nested too deep.
    """
    for number, document in enumerate(documents, 1):
        yield from _triples(document, f"part {number}" if number > 1 else "body")


def _triples(document: Document, where: str) -> Iterator[ox.Triple]:
    format_ = form_of(document.media_type)
    if format_ == ox.RdfFormat.RDF_XML:
        if b"<!DOCTYPE" in document.content:
            raise InputError("a document type declaration", where=where, todo="leave it out")
        require_xml(document.content, where)
        _refuse_deep_xml(document.content, where)
    if format_ == ox.RdfFormat.JSON_LD and depth_of_json(document.content) > _DEEPEST_JSON:
        raise LimitError(f"JSON nested more than {_DEEPEST_JSON} deep", where=where)
    try:
        for quad in ox.parse(
            document.content, format=format_, base_iri=document.base, rename_blank_nodes=True
        ):
            if quad.graph_name != ox.DefaultGraph():
                raise InputError("a triple in a graph of its own", where=where, todo="send it to that graph")
            yield quad.triple
    except SyntaxError as error:
        raise _not_rdf(error, where) from error


def _refuse_deep_xml(content: bytes, where: str) -> None:
    """Refuse XML whose elements are nested too deep, at the first that is."""
    parser, depth = expat.ParserCreate(), 0

    def begin(_: str, __: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST_XML:
            place = f"{where}:{parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}"
            raise LimitError(f"XML nested more than {_DEEPEST_XML} deep", where=place)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(content, True)


def _not_rdf(error: SyntaxError, where: str) -> InputError:
    said = str(error.msg)
    place = f"{where}:{error.lineno}:{error.offset}" if error.lineno else where
    if "LoadDocumentCallback" in said:
        what, todo = "a JSON-LD context that stands elsewhere, and nothing is fetched", "write it out"
        return InputError(what, where=place, todo=todo)
    return InputError(f"it does not parse: {said}", where=place)
