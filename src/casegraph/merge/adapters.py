"""Reads adapters, folders of CONSTRUCT queries that say how a foreign model tells of cases, and runs them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyoxigraph as ox
import yaml

from casegraph.errors import InputError
from casegraph.namespaces import CG, PREFIXES
from casegraph.resources import shipped
from casegraph.store.refused import refused_query
from casegraph.store.tokens import iri_of, scan

__all__ = ["Adapter", "AdapterQuery", "Unread", "read_adapter", "shipped_adapters"]

_TYPE = f"{PREFIXES['rdf']}type"
_SERVICE = re.compile("service", re.IGNORECASE)


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    """What a query of an adapter says of itself."""

    summary: str
    model: str
    source: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A class or a property of a foreign document that no adapter reads.

    :param kind: ``class`` or ``property``.
    :param times: how many nodes are of the class, or how many statements have the property.
    """

    kind: str
    iri: str
    times: int


class AdapterQuery(NamedTuple):
    """A CONSTRUCT query, and the file that it stands in."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """How one foreign model tells of cases.

    :param name: that of its folder.
    :param model: what the model is called.
    :param queries: CONSTRUCT queries; each gives statements in casegraph's vocabulary (``docs/merging.md``).
    :param reads: the classes and properties that the queries name.
    """

    name: str
    model: str
    queries: tuple[AdapterQuery, ...]
    reads: frozenset[str]

    def lifted(self, content: ox.Store) -> list[ox.Triple]:
        """Return what the queries make of a document, which stands in a store of its own.

        :raises InputError: if a query fails.
        """
        found: dict[ox.Triple, None] = {}
        for query in self.queries:
            try:
                answer = content.query(query.text, use_default_graph_as_union=True)
                found |= dict.fromkeys(answer if isinstance(answer, ox.QueryTriples) else ())
            except (RuntimeError, OSError) as error:
                raise _unanswered(query.file, error) from error
        return list(found)

    def unread(self, quads: Iterable[ox.Quad]) -> tuple[Unread, ...]:
        """Return the classes and properties of a document that no query names, the most frequent first."""
        counted: Counter[tuple[str, str]] = Counter()
        for quad in quads:
            if quad.predicate.value == _TYPE and isinstance(quad.object, ox.NamedNode):
                counted["class", quad.object.value] += 1
            elif quad.predicate.value != _TYPE:
                counted["property", quad.predicate.value] += 1
        left = (Unread(*each, many) for each, many in counted.items() if each[1] not in self.reads)
        return tuple(sorted(left, key=lambda each: (-each.times, each.kind, each.iri)))


@cache
def shipped_adapters() -> tuple[Adapter, ...]:
    """Return the adapters that casegraph has, by name.

    >>> [each.name for each in shipped_adapters()]
    ['care_sm', 'neurobagel', 'phenopacket']
    """
    folders = sorted({path.parent for path in shipped("ontology", "adapters/*/*.rq")})
    return tuple(map(read_adapter, folders))


def read_adapter(folder: Path) -> Adapter:
    """Read the adapter of a folder: all its ``.rq`` files, each a CONSTRUCT with a head of ``#+`` lines.

    :raises InputError: if there is none, or one is not UTF-8, its head or its SPARQL is not right, or it
        asks a ``SERVICE``: an adapter reads the document alone.
    """
    files = sorted(folder.glob("*.rq"))
    if not files:
        raise InputError("no adapter", where=str(folder), expected="a folder with CONSTRUCT queries, *.rq")
    texts = {path: _text(path) for path in files}
    heads = [_head(path, text) for path, text in texts.items()]
    for path, text in texts.items():
        _check(path, text)
    reads = frozenset().union(*(_names_in(path, text) for path, text in texts.items()))
    queries = tuple(AdapterQuery(str(path), text) for path, text in texts.items())
    return Adapter(folder.name, heads[0].model, queries, reads)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), expected="a query in UTF-8") from error


def _head(path: Path, text: str) -> _Head:
    said = "\n".join(line[2:] for line in text.split("\n") if line.startswith("#+"))
    try:
        return msgspec.convert(yaml.load(said, Loader=yaml.CSafeLoader), _Head)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        expected = "#+ lines that form YAML with summary, model, source and perhaps description"
        raise InputError(f"the head is not right: {error}", where=str(path), expected=expected) from error


def _check(path: Path, text: str) -> None:
    if _first_error(text) != _first_error(_SERVICE.sub("servicx", text)):
        todo = "fetch what is there beforehand, and put it into the document"
        raise InputError("it asks a SERVICE", where=str(path), expected="a query of the document", todo=todo)
    try:
        answer = ox.Store().query(text)
    except SyntaxError as error:
        refused = refused_query(str(error), text)
        raise InputError(refused.what, where=f"{path}:{refused.where.removeprefix('query:')}") from error
    except (RuntimeError, OSError) as error:
        raise _unanswered(str(path), error) from error
    if not isinstance(answer, ox.QueryTriples):
        raise InputError("no CONSTRUCT", where=str(path), expected="CONSTRUCT { } WHERE { }")


def _unanswered(file: str, error: Exception) -> InputError:
    return InputError(f"the query cannot be answered: {error}", where=file)


def _first_error(text: str) -> str:
    """Return where the parser finds something wrong first: at the latest at a sign that no query has.

    So nothing is run. If that is elsewhere with another word, then the word was one of SPARQL's own.
    """
    try:
        ox.Store().query(f"{text}\n\\")
    except SyntaxError as error:
        return str(error)
    return ""


def _names_in(path: Path, text: str) -> set[str]:
    """Return the IRIs that a query names, those of casegraph's own vocabulary aside."""
    prefixes: dict[str, str] = {}
    named, tokens = set(), scan(text)
    try:
        for token in tokens:
            if token.word == "PREFIX":
                name, space = next(tokens), next(tokens)
                prefixes[name.text[:-1]] = space.text[1:-1]
            elif (iri := iri_of(token, prefixes)) is not None:
                named.add(iri)
    except InputError as error:
        error.where = f"{path}:{error.where.removeprefix('query:')}"
        raise
    return {each for each in named if not each.startswith(CG)}
