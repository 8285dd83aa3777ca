"""Turns graph names, N-Quads and queries into what the engines take, and content into canonical lines."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.namespaces import BASE
from casegraph.store.tokens import Token, scan

__all__ = [
    "DEFAULT_GRAPH",
    "as_stored",
    "brings_dataset",
    "digest",
    "graph_lines",
    "graph_term",
    "is_derived",
    "named",
    "quads",
    "replacement",
    "triples_by_graph",
    "without_strings",
]

#: What the default graph is called where a name is needed: in the ledger, in digests, by ``dump``.
DEFAULT_GRAPH = f"{BASE}default-graph"

#: So many quads at a time are looked at as they are stored.
_AT_ONCE = 1_000
_DEPTHS = {"(": 1, ")": -1, "{": 1, "}": -1}
_ESCAPE = re.compile(r"\\\\(?P<u>[uU])|\\.")
_BLANK = re.compile(r"^_:|(?<= )_:(?=c14n\d+ (?:<[^>]*> )?\.$)")


def named(graph: str) -> ox.NamedNode:
    """Return the term of a graph name.

    :raises InputError: if it is not an absolute IRI.

    >>> str(named("http://e.org/g"))
    '<http://e.org/g>'
    """
    try:
        return ox.NamedNode(graph)
    except ValueError as error:
        raise InputError(f"no graph name: {error}", where=repr(graph), expected="an absolute IRI") from error


def graph_term(graph: str) -> ox.NamedNode | ox.DefaultGraph:
    """Return the term of a graph, named or the default graph.

    :raises InputError: if it is not an absolute IRI.

    >>> graph_term(DEFAULT_GRAPH)
    <DefaultGraph>
    """
    return ox.DefaultGraph() if graph == DEFAULT_GRAPH else named(graph)


def is_derived(graph: str) -> bool:
    """Tell whether a graph is the inferred one of a case, which holds what was derived and nothing else.

    >>> is_derived("http://e.org/case/1/inferred"), is_derived("http://e.org/case/1/asserted")
    (True, False)
    """
    return graph.endswith("/inferred") and not graph.startswith(f"{BASE}report/")


def quads(nquads: str) -> Iterator[ox.Quad]:
    """Parse N-Quads of named graphs, one after the other.

    :raises InputError: at the first quad that does not parse or has no named graph; *where* is
        ``nquads:line:column`` or the quad.

    >>> [quad.object.value for quad in quads('<http://e.org/s> <http://e.org/p> "x" <http://e.org/g> .')]
    ['x']
    """
    try:
        for quad in ox.parse(nquads.encode("utf-8"), format=ox.RdfFormat.N_QUADS):
            if not isinstance(quad.graph_name, ox.NamedNode):
                raise InputError("a quad outside of the named graphs", where=str(quad))
            yield quad
    except SyntaxError as error:
        where = f"nquads:{error.lineno}:{error.offset}"
        raise InputError(f"not N-Quads: {error.msg}", where=where) from error
    except UnicodeEncodeError as error:
        raise InputError(f"not N-Quads: {error.reason}", where="nquads", expected="Unicode text") from error


def as_stored(content: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield quads with their literals as a store of Oxigraph gives them back, in any order.

    It keeps values and not how they are written: ``007`` is ``7`` then. What the ledger tells of a graph is
    the digest of what it gives.

    >>> iri, kind = ox.NamedNode("urn:s"), ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    >>> [quad.object.value for quad in as_stored([ox.Quad(iri, iri, ox.Literal("007", datatype=kind))])]
    ['7']
    """
    rest = iter(content)
    while some := list(islice(rest, _AT_ONCE)):
        store = ox.Store()
        store.extend(some)
        yield from store


def replacement(old_graphs: Iterable[str], nquads: str) -> str:
    r"""Return the SPARQL update that drops the graphs and inserts the quads.

    A backslash before a ``u`` is written so that it means the same to servers that decode ``\u`` before
    they parse and to those that do it within strings.

    :raises InputError: as :func:`quads` and :func:`named`.

    >>> print(replacement(["http://e.org/g"], '<http://e.org/s> <http://e.org/p> "x" <http://e.org/g> .'))
    DROP SILENT GRAPH <http://e.org/g> ;
    INSERT DATA {
    GRAPH <http://e.org/g> {
    <http://e.org/s> <http://e.org/p> "x" .
    }
    }
    """
    drops = [f"DROP SILENT GRAPH {named(graph)} ;\n" for graph in old_graphs]
    new = triples_by_graph(nquads)
    data = "".join(f"GRAPH <{graph}> {{\n{''.join(lines)}}}\n" for graph, lines in new.items())
    return f"{''.join(drops)}INSERT DATA {{\n{_ESCAPE.sub(_unambiguous, data)}}}"


def triples_by_graph(nquads: str) -> dict[str, list[str]]:
    r"""Return the N-Triples lines of each named graph, with line ends.

    :raises InputError: as :func:`quads`.

    >>> triples_by_graph('<http://e.org/s> <http://e.org/p> "x" <http://e.org/g> .')
    {'http://e.org/g': ['<http://e.org/s> <http://e.org/p> "x" .\n']}
    """
    found: dict[str, list[str]] = {}
    for quad in quads(nquads):
        found.setdefault(str(quad.graph_name)[1:-1], []).append(f"{quad.triple} .\n")
    return found


def brings_dataset(sparql: str) -> bool:
    """Tell whether a query names its own dataset, so that no union may be put in its place.

    It is read up to its pattern.

    :raises InputError: as :func:`casegraph.store.tokens.scan`.

    >>> brings_dataset("SELECT * FROM <http://e.org/g> { ?s ?p ?o }")
    True
    >>> brings_dataset("SELECT ?from { ?s ?from 'FROM <x>' }  # FROM <x>")
    False
    """
    prefixes, before, depth = set[str](), "", 0
    for token in scan(sparql):
        if before == "PREFIX":
            prefixes.add(token.text)
        elif _is_from(token, prefixes):
            return True
        elif token.text == "{" and not depth and not before.endswith("CONSTRUCT"):
            return False
        before = token.word
        depth += _DEPTHS.get(token.text, 0)
    return False


def _is_from(token: Token, prefixes: set[str]) -> bool:
    """Tell whether the engine finds a FROM here: it needs no space around it."""
    prefix, colon, _ = token.text.partition(":")
    is_word = token.kind == "word" or (token.kind == "name" and prefix + colon not in prefixes)
    return is_word and "FROM" in prefix.upper()


def without_strings(sparql: str) -> str:
    """Return a query without what its strings and comments say, and with ``<>`` for each IRI.

    :raises InputError: as :func:`casegraph.store.tokens.scan`.

    >>> without_strings("SELECT * { <urn:s> ?p 'FROM' } # FROM")
    'SELECT * { <> ?p   }'
    """
    pieces, end = [], 0
    for token in scan(sparql):
        pieces.append(" " if token.start > end else "")
        pieces.append({"iri": "<>", "string": " "}.get(token.kind, token.text))
        end = token.end
    return "".join(pieces)


def graph_lines(content: ox.Store, graph: ox.NamedNode | ox.DefaultGraph) -> list[str]:
    """Return the sorted N-Quads lines of one graph, blank nodes with canonical labels (RDFC-1.0).

    A label also tells the graph, so that the lines of several graphs can stand in one file.
    """
    name, end = (graph.value, f"{graph} .") if isinstance(graph, ox.NamedNode) else (DEFAULT_GRAPH, ".")
    text = (content.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b"").decode("utf-8")
    if "_:" not in text:
        return sorted(f"{line[:-1]}{end}" for line in text.split("\n")[:-1])
    dataset = ox.Dataset(content.quads_for_pattern(None, None, None, graph))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    label = f"_:g{digest([name])[:12]}"
    lines = str(dataset).split("\n")[:-1]
    return sorted(_BLANK.sub(label, line) if "_:" in line else line for line in lines)


def digest(lines: Iterable[str]) -> str:
    r"""Return the SHA-256 of lines, each ended by ``\n``, in hexadecimal.

    >>> digest([])[:8]
    'e3b0c442'
    """
    found = hashlib.sha256()
    for line in lines:
        found.update(f"{line}\n".encode())
    return found.hexdigest()


def _unambiguous(escape: re.Match[str]) -> str:
    return rf"\\\u{ord(escape['u']):04x}" if escape["u"] else escape[0]
