"""Reads a foreign document, any RDF, into quads without blank nodes, named by what it says alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import islice

import pyoxigraph as ox

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.ingest.origins import origin_of
from casegraph.loaders.care_sm.rdf import is_quads
from casegraph.loaders.inputs import MOST_BYTES, Input
from casegraph.merge.canonical import TooSymmetricalError, canonical
from casegraph.merge.lexical import ill_typed
from casegraph.merge.stages import stage
from casegraph.namespaces import BASE, PREFIXES, compact
from casegraph.store.ledger import Origin
from casegraph.terms.owl import require_xml

__all__ = ["FOREIGN", "MOST_QUADS", "ForeignDocument", "depth_of_json", "read_foreign"]

#: What the graphs of foreign documents begin with.
FOREIGN = f"{BASE}foreign/"
#: How many quads of one document are read.
MOST_QUADS = 2_000_000
_BEGINNING = 1 << 12
#: So many statements are read before it is told how many there are.
_AT_ONCE = 50_000
_DEEPEST = 200
_SIGNS = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
#: How JSON-LD begins; Turtle may begin with ``[]`` too, but does not end with it.
_JSON = re.compile(rb"\{|\[\s*(\{|\]\s*\Z)")
#: What relative IRIs are made absolute by, so that they are seen: a name that nobody can have (RFC 6761).
_NOWHERE = "https://relative.invalid/"
_SUBCLASS = ox.NamedNode(f"{PREFIXES['rdfs']}subClassOf")
#: By what the properties end that tell how a document may be used: dcterms, dc, cc, schema.org.
_LICENCE = ("/license", "#license", "/rights")
_MOST_TOLD = 3
_TELL_APART = "give those nodes IRIs, or say of each what no other has, such as its place in a list"


@dataclass(frozen=True, slots=True)
class ForeignDocument:
    """What a file says, or all files of a folder or an archive together.

    :param name: what the user called it.
    :param origins: each file, its name without a folder, and the SHA-256 of its bytes.
    :param hash: 32 hexadecimal digits that are made of what it says, whatever its syntax and order.
    :param quads: in the graphs that it names; blank nodes have IRIs that are made of the hash.
    :param licences: what it says of how it may be used.
    """

    name: str
    origins: tuple[Origin, ...]
    hash: str
    quads: tuple[ox.Quad, ...] = field(repr=False)
    licences: tuple[str, ...] = ()

    @property
    def iri(self) -> str:
        """The name of its graph in a store."""
        return f"{FOREIGN}{self.hash}"


def read_foreign(name: str, inputs: Sequence[Input]) -> ForeignDocument:
    """Read Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD; nothing that it mentions is fetched.

    :param name: what the user called it.
    :param inputs: a file, or all files of a folder or an archive, which are one document together.
    :raises DocumentError: if a file is no RDF, is cut off, names a context elsewhere, has a triple term, a
        relative IRI or a value that its datatype does not have; or if there is a class below itself, or
        blank nodes that cannot be told apart.
    :raises InputError: if a file cannot be read.

    >>> import io
    >>> read = read_foreign("a", [Input("a.ttl", lambda: io.BytesIO(b"<urn:s> <urn:p> [ <urn:q> 1 ] ."))])
    >>> len(read.quads), read.hash[:8], read.hash in read.quads[0].object.value
    (2, '24d668c3', True)
    """
    quads: dict[ox.Quad, None] = {}
    problems: list[Problem] = []
    for source in inputs:
        found = _parsed(source)
        stage(f"checking {source.name}: {len(found):,} statements")
        wrong = (*_triple_terms(found), *_relative(found), *_ill_typed(found))
        problems += (Problem(source.name, 0, 0, *each) for each in wrong)
        quads |= dict.fromkeys(found)
        if len(quads) > MOST_QUADS:
            told = f"more than {MOST_QUADS:,} statements"
            problems.append(Problem(source.name, 0, 0, "too-large", told, "split it by patient"))
            break
    problems += (Problem(name, 0, 0, *each) for each in _circular(quads))
    if problems:
        raise DocumentError(tuple(problems))
    stage(f"naming {name}: {len(quads):,} statements")
    try:
        named, digest = canonical(list(quads))
    except TooSymmetricalError as error:
        refused = Problem(name, 0, 0, "too-symmetrical", str(error), _TELL_APART)
        raise DocumentError((refused,)) from error
    licences = tuple(
        sorted({_text(each.object) for each in named if each.predicate.value.endswith(_LICENCE)})
    )
    return ForeignDocument(
        name, tuple(sorted(map(origin_of, inputs), key=str)), digest, tuple(named), licences
    )


def _parsed(source: Input) -> list[ox.Quad]:
    form = _form(source.name, source.head(_BEGINNING))
    content = source.content(MOST_BYTES * 10)
    if form == ox.RdfFormat.RDF_XML:
        _require_xml(content, source)
    if form == ox.RdfFormat.JSON_LD and depth_of_json(content) > _DEEPEST:
        told = f"nested more than {_DEEPEST} deep"
        raise _refused(
            source, (0, 0), "too-deep", told, "name the inner nodes and tell of them by themselves"
        )
    base = None if form == ox.RdfFormat.N_QUADS else _NOWHERE
    try:
        found = ox.parse(content, format=form, base_iri=base, rename_blank_nodes=True)
        quads: list[ox.Quad] = []
        while len(quads) <= MOST_QUADS and (some := list(islice(found, _AT_ONCE))):
            quads += some
            stage(f"reading {source.name}: {len(quads):,} statements")
    except SyntaxError as error:
        raise _not_rdf(source, error) from error
    except MemoryError as error:
        raise _refused(source, (0, 0), "too-large", str(error), "shorten its texts") from error
    return quads


def _require_xml(content: bytes, source: Input) -> None:
    try:
        require_xml(content, source.name)
    except InputError as error:
        raise _refused(source, (0, 0), "not-rdf", error.what, error.todo or "give the whole file") from error


def depth_of_json(content: bytes) -> int:
    """Return how deep JSON is nested; what reads it takes a step down for each.

    >>> depth_of_json(b'{"a": [{"b": "[[[["}]}')
    3
    """
    depth = deepest = 0
    for sign in _SIGNS.finditer(content):
        if sign[0] in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif sign[0] in b"}]":
            depth -= 1
    return deepest


def _form(name: str, head: bytes) -> ox.RdfFormat:
    """Return the syntax of a file, by how it begins; by its name where Turtle and N-Quads look alike."""
    begun = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _JSON.match(begun) and not name.lower().endswith((".trig", ".ttl")):
        return ox.RdfFormat.JSON_LD
    if begun.startswith((b"<?xml", b"<rdf:RDF", b"<!DOCTYPE", b"<!--")):
        return ox.RdfFormat.RDF_XML
    if name.lower().endswith((".ttl", ".trig", ".turtle")) or not is_quads(begun):
        return ox.RdfFormat.TRIG
    return ox.RdfFormat.N_QUADS


def _not_rdf(source: Input, error: SyntaxError) -> DocumentError:
    said = str(error.msg)
    place = (error.lineno or 0, error.offset or 0)
    if "LoadDocumentCallback" in said:
        told = "a JSON-LD context that stands elsewhere, and nothing is fetched"
        return _refused(source, place, "remote-context", told, "write the context into the file")
    if "UTF-8" in said:
        return _refused(source, place, "not-utf-8", said, "save it as UTF-8")
    return _refused(
        source, place, "not-rdf", said, "give Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD"
    )


def _triple_terms(quads: Iterable[ox.Quad]) -> Iterator[tuple[str, str, str]]:
    """Yield what to say of statements about statements (RDF 1.2), which have no canonical form as yet."""
    found = sum(isinstance(each.object, ox.Triple) for each in quads)
    if found:
        told = f"statements about statements (triple terms of RDF 1.2): {found:,}"
        yield "triple-term", told, "write each as an rdf:Statement, with its subject, predicate and object"


def _relative(quads: Iterable[ox.Quad]) -> Iterator[tuple[str, str, str]]:
    """Yield what to say of the IRIs that were relative."""
    terms = (term for quad in quads for term in _terms(quad))
    found = sorted({each for each in terms if each.startswith(_NOWHERE)})
    if found:
        said = ", ".join(repr(each.removeprefix(_NOWHERE)) for each in found[:_MOST_TOLD])
        told = f"{len(found)} relative IRIs: {said}" if len(found) > 1 else f"a relative IRI: {said}"
        yield "relative-iri", told, "write them whole, or say @base in the file"


def _ill_typed(quads: Iterable[ox.Quad]) -> Iterator[tuple[str, str, str]]:
    """Yield what to say of the values that their datatypes do not have."""
    literals = (each.object for each in quads if isinstance(each.object, ox.Literal))
    found = sorted({str(each) for each in literals if ill_typed(each)})
    for each in found[:_MOST_TOLD]:
        yield "ill-typed", f"{compact_literal(each)} is no value of its datatype", "correct it at its source"
    if len(found) > _MOST_TOLD:
        yield "ill-typed", f"and {len(found) - _MOST_TOLD} more such values", "correct them at their source"


def compact_literal(text: str) -> str:
    """Return a literal as Turtle writes it with a prefix.

    >>> compact_literal('"x"^^<http://www.w3.org/2001/XMLSchema#integer>')
    '"x"^^xsd:integer'
    """
    value, sign, datatype = text.rpartition("^^")
    return f"{value}{sign}{compact(datatype[1:-1])}" if sign else text


def _circular(quads: Iterable[ox.Quad]) -> Iterator[tuple[str, str, str]]:
    """Yield what to say of a class that is below itself by way of others."""
    above: dict[str, set[str]] = {}
    for each in quads:
        if each.predicate == _SUBCLASS and each.subject != each.object:
            above.setdefault(_text(each.subject), set()).add(_text(each.object))
    try:
        TopologicalSorter(above).prepare()
    except CycleError as error:
        said = " below ".join(compact(each) for each in reversed(error.args[1]))
        yield "circular-classes", f"classes that are below themselves: {said}", "take one of these links out"


def _terms(quad: ox.Quad) -> Iterator[str]:
    for each in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        if isinstance(each, ox.NamedNode):
            yield each.value
        elif isinstance(each, ox.Literal):
            yield each.datatype.value


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def _refused(source: Input, place: tuple[int, int], code: str, told: str, todo: str) -> DocumentError:
    return DocumentError((Problem(source.name, *place, code, told, todo),))
