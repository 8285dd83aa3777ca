"""Reads a vocabulary in OBO Graphs JSON (``.json``)."""

from __future__ import annotations

from pathlib import Path

import msgspec

from casegraph.errors import InputError
from casegraph.namespaces import OBO, PREFIXES, expand
from casegraph.terms.entry import Entry, require_terms

__all__ = ["read_obograph"]

_EXPECTED = "an ontology in OBO Graphs JSON, an object with 'graphs'"
_REPLACED_BY = OBO + "IAO_0100001"
_LICENCE = PREFIXES["dcterms"] + "license"
_KINDS, _PARTS = {"is_a"}, {"part_of", OBO + "BFO_0000050"}


class _Value(msgspec.Struct, frozen=True):
    val: str


class _Named(msgspec.Struct, frozen=True):
    pred: str
    val: str


class _Meta(msgspec.Struct, frozen=True):
    definition: _Value | None = None
    synonyms: tuple[_Named, ...] = ()
    values: tuple[_Named, ...] = msgspec.field(default=(), name="basicPropertyValues")
    deprecated: bool = False
    version: str = ""


class _Node(msgspec.Struct, frozen=True):
    id: str
    lbl: str | None = None
    type: str | None = None
    meta: _Meta = _Meta()


class _Edge(msgspec.Struct, frozen=True):
    sub: str
    pred: str
    obj: str


class _Graph(msgspec.Struct, frozen=True):
    nodes: tuple[_Node, ...] = ()
    edges: tuple[_Edge, ...] = ()
    meta: _Meta = _Meta()


class _Document(msgspec.Struct, frozen=True):
    graphs: tuple[_Graph, ...]


def read_obograph(path: Path) -> tuple[tuple[Entry, ...], str, str]:
    """Return the classes of a file, its version and its licence; empty where it does not say.

    :raises InputError: if the file is not OBO Graphs JSON or has no class.
    """
    try:
        document = msgspec.json.decode(path.read_bytes(), type=_Document)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"not OBO Graphs: {error}", where=str(path), expected=_EXPECTED) from error
    links: dict[tuple[str, bool], list[str]] = {}
    for graph in document.graphs:
        for edge in graph.edges:
            if edge.pred in _KINDS | _PARTS:
                links.setdefault((edge.sub, edge.pred in _KINDS), []).append(edge.obj)
    nodes = (node for graph in document.graphs for node in graph.nodes if node.type == "CLASS")
    entries = require_terms(tuple(_entry(node, links) for node in nodes), str(path), _EXPECTED)
    meta = document.graphs[0].meta
    licences = [each.val for each in meta.values if each.pred == _LICENCE]
    return entries, _release(meta.version), licences[0] if licences else ""


def _release(version: str) -> str:
    """Return the date of a version address such as ``.../hp/releases/2026-02-16/hp.json``."""
    parts = version.rstrip("/").split("/")
    return next((each for each in reversed(parts) if each[:1].isdigit()), parts[-1])


def _entry(node: _Node, links: dict[tuple[str, bool], list[str]]) -> Entry:
    meta = node.meta
    replaced = [_iri(each.val) for each in meta.values if each.pred == _REPLACED_BY]
    return Entry(
        node.id,
        node.lbl,
        tuple(each.val for each in meta.synonyms if each.pred == "hasExactSynonym"),
        tuple(links.get((node.id, True), ())),
        tuple(links.get((node.id, False), ())),
        meta.definition.val if meta.definition else None,
        obsolete=meta.deprecated,
        replaced_by=replaced[0] if replaced else None,
    )


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    if local.startswith("//"):
        return name
    return expand(name) if prefix in PREFIXES else f"{OBO}{prefix}_{local}"
