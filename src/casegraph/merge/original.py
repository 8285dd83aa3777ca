"""Gives a merged document back as it came, out of the statements by which it stands in a store."""

from __future__ import annotations

import pyoxigraph as ox

from casegraph.errors import InputError, StoreError
from casegraph.merge.canonical import canonical_lines, digest_of
from casegraph.merge.foreign import FOREIGN
from casegraph.merge.incoming import CASEGRAPH
from casegraph.merge.merged import MERGED, MergedDocument
from casegraph.merge.quoting import original_quads
from casegraph.namespaces import CG
from casegraph.rows import Rows
from casegraph.store import Store

__all__ = ["original_lines"]


def original_lines(store: Store, document: MergedDocument) -> list[str]:
    """Return what a merged document says, as canonical N-Quads without line ends; blank nodes are such again.

    The name of the document is made of these lines: the first 32 digits of their SHA-256, each with its line
    end.

    :raises InputError: if casegraph itself wrote the document: its cases stand in the store by themselves.
    :raises StoreError: if what the store has is not what came, or the store fails.
    """
    if CASEGRAPH in document.models:
        told = "casegraph wrote it, and its cases stand in the store under their own names"
        raise InputError(told, where=document.hash, todo="casegraph export gives them")
    graphs = _graphs(store, document.hash)
    quads = (
        quad
        for graph in graphs
        for line in store.dump(graph)
        for quad in ox.parse(line.encode(), format=ox.RdfFormat.N_QUADS)
    )
    lines = canonical_lines(original_quads(quads, graphs), document.hash)
    if digest_of(lines) != document.hash:
        told = "the graphs of the document are not what came"
        todo = "casegraph verify tells what changed; undo the merge, and merge its file again"
        raise StoreError(told, where=document.hash, todo=todo)
    return lines


def _graphs(store: Store, name: str) -> dict[str, str]:
    """Return the graphs of a document in a store -> what it calls them; its default graph has no name."""
    asked = f"SELECT ?here ?there {{ GRAPH <{MERGED}{name}> {{ ?here <{CG}nameThere> ?there }} }}"
    rows = Rows.read(store.query(asked, union=False))
    return {f"{FOREIGN}{name}": "", **{str(row["here"]): str(row["there"]) for row in rows}}
