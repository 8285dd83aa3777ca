"""Reads RDF files of any syntax into triples; nothing read is an error, not an empty graph."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pyoxigraph import BlankNode, RdfFormat, Triple, parse, serialize

from casegraph.errors import InputError

__all__ = [
    "SYNTAXES",
    "blank_nodes",
    "named_owner",
    "number_blank_nodes",
    "owners",
    "read_data",
    "read_triples",
    "to_ntriples",
]

#: file suffix -> syntax
SYNTAXES = {
    ".json": RdfFormat.JSON_LD,
    ".jsonld": RdfFormat.JSON_LD,
    ".nq": RdfFormat.N_QUADS,
    ".nt": RdfFormat.N_TRIPLES,
    ".owl": RdfFormat.RDF_XML,
    ".rdf": RdfFormat.RDF_XML,
    ".trig": RdfFormat.TRIG,
    ".ttl": RdfFormat.TURTLE,
    ".xml": RdfFormat.RDF_XML,
}


def read_data(path: Path) -> str:
    """Return the N-Triples of an RDF file, all its graphs merged, each triple once, lexical forms kept.

    Relative IRIs are resolved against the file's own ``file:`` IRI; blank nodes are numbered.

    :raises InputError: if the file is missing, its suffix unknown, its syntax wrong, or no triple is in it.
    """
    return to_ntriples(number_blank_nodes(read_triples(path), "b", count()))


def read_triples(path: Path, *, error: type[InputError] = InputError) -> list[Triple]:
    """Return the triples of an RDF file, each once, in the file's order.

    :param error: the kind of error to raise.
    :raises InputError: as :func:`read_data` does.
    """
    syntax = SYNTAXES.get(path.suffix.lower())
    if syntax is None:
        raise error("unknown kind of RDF file", where=str(path), expected=" ".join(sorted(SYNTAXES)))
    if path.exists() and not path.is_file():
        raise error("not a regular file", where=str(path), expected="a file")
    try:
        content = path.read_bytes().removeprefix(BOM_UTF8)
    except OSError as problem:
        raise error(f"cannot be read: {problem.strerror}", where=str(path)) from problem
    if syntax == RdfFormat.RDF_XML:
        _require_whole_xml(content, path, error)
    try:
        quads = parse(content, syntax, base_iri=path.resolve().as_uri())
        triples = list(dict.fromkeys(quad.triple for quad in quads))
    except (SyntaxError, ValueError) as problem:
        line = getattr(problem, "lineno", None)
        raise error(str(problem), where=f"{path}:{line}" if line else str(path)) from problem
    if not triples:
        raise error(f"no triples in {path.name}", where=str(path), todo="check the file and its suffix")
    return triples


def _require_whole_xml(content: bytes, path: Path, error: type[InputError]) -> None:
    """Refuse XML that is cut off or unfolds entities without bounds; the RDF/XML parser takes both."""
    try:
        expat.ParserCreate().Parse(content, True)
    except expat.ExpatError as problem:
        raise error(str(problem), where=f"{path}:{problem.lineno}") from problem


def number_blank_nodes(triples: Iterable[Triple], prefix: str, numbers: Iterator[int]) -> list[Triple]:
    """Return the triples with their blank nodes named prefix + number, in the order they appear."""
    names: dict[BlankNode, BlankNode] = {}

    def renamed(term: Any) -> Any:
        if not isinstance(term, BlankNode):
            return term
        if term not in names:
            names[term] = BlankNode(f"{prefix}{next(numbers)}")
        return names[term]

    return [Triple(renamed(subject), predicate, renamed(value)) for subject, predicate, value in triples]


def blank_nodes(ntriples: str) -> list[str]:
    """Return the blank nodes of N-Triples such as ``_:b0``, each once, in the order they appear."""
    terms = (term for quad in parse(ntriples, RdfFormat.N_TRIPLES) for term in (quad.subject, quad.object))
    return list(dict.fromkeys(str(term) for term in terms if isinstance(term, BlankNode)))


def owners(triples: Sequence[Triple]) -> dict[str, str]:
    """Return blank node -> the first node that points to it, both as in N-Triples."""
    pairs = (
        (str(value), str(subject)) for subject, _, value in reversed(triples) if isinstance(value, BlankNode)
    )
    return dict(pairs)


def named_owner(term: str, owners: Mapping[str, str]) -> str:
    """Return the term itself or, of a blank node, the nearest named node that leads to it.

    >>> named_owner("_:s1", {"_:s1": "_:s0", "_:s0": "<https://example.org/Shape>"})
    '<https://example.org/Shape>'
    """
    seen = set()
    while term in owners and term not in seen:
        seen.add(term)
        term = owners[term]
    return term


def to_ntriples(triples: Iterable[Triple]) -> str:
    """Return the triples as canonical N-Triples, in the order given."""
    return (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode("utf-8")
