"""A change as it is sent to a ``casegraph serve``: whole units, which the server enters in its ledger."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pyoxigraph as ox

from casegraph.errors import ForbiddenError, InputError
from casegraph.namespaces import CG, PREFIXES
from casegraph.store import LEDGER, Store
from casegraph.store.editing_graphs import graphs_with, refuse_protected
from casegraph.store.ledger import Origin, commit
from casegraph.store.syntax import as_stored, named, quads

__all__ = ["CHANGE", "Change", "apply_change", "change_of"]

#: The media type of a change, sent by POST to the address of updates.
CHANGE = "application/vnd.casegraph.change+json"
_PROV, _DCTERMS = PREFIXES["prov"], PREFIXES["dcterms"]
#: What only the ledger of the store itself may tell.
_KEPT = {f"{CG}entryOf", f"{CG}contentDigest", f"{CG}generation", f"{_PROV}wasGeneratedBy"}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Graphs to take out, quads to put in, and what the ledger is to tell of them.

    :param old: names of graphs.
    :param new: N-Quads of whole units.
    :param origins: unit -> name and digest of what it was made from.
    :param notes: N-Quads that the ledger is to tell besides.
    """

    old: tuple[str, ...]
    new: str
    origins: dict[str, tuple[str, str]]
    notes: str


def change_of(old_graphs: Iterable[str], nquads: str) -> bytes:
    r"""Return the content of a request that replaces graphs as :meth:`casegraph.store.Store.replace` does.

    :param nquads: also what the ledger is to tell. Of that the origins of units and the notes are sent on;
        the digests the other finds itself.
    :raises InputError: see there.

    >>> change_of(["urn:g"], '<urn:s> <urn:p> "x" <urn:g> .')
    b'{"old":["urn:g"],"new":"<urn:s> <urn:p> \\"x\\" <urn:g> .\\n","origins":{},"notes":""}'
    """
    told: list[ox.Quad] = []
    new: list[str] = []
    for quad in quads(nquads):
        if quad.graph_name.value == LEDGER:  # type: ignore[union-attr]
            told.append(quad)
        else:
            new.append(f"{quad} .\n")
    notes = (f"{quad} .\n" for quad in told if not _is_entry(quad))
    change = Change(
        old=tuple(named(graph).value for graph in old_graphs),
        new="".join(new),
        origins=_origins(quad for quad in told if _is_entry(quad)),
        notes="".join(notes),
    )
    return msgspec.json.encode(change)


def _is_entry(quad: ox.Quad) -> bool:
    return str(quad.subject).startswith(f"<{LEDGER}#")


def _origins(told: Iterable[ox.Quad]) -> dict[str, tuple[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    for quad in told:
        entries.setdefault(str(quad.subject), {})[quad.predicate.value] = quad.object.value  # type: ignore[union-attr]
    return {
        entry[f"{CG}entryOf"]: (entry[f"{_DCTERMS}source"], entry[f"{CG}sourceDigest"])
        for entry in entries.values()
        if f"{CG}sourceDigest" in entry
    }


def apply_change(store: Store, content: bytes) -> dict[str, str]:
    """Make a change that :func:`change_of` wrote, and enter it in the ledger, in one transaction.

    Units are whole: what else there is of one in the store is taken out, whether the change names it or not.

    :return: see :func:`casegraph.store.ledger.commit`.
    :raises ForbiddenError: if it writes what is the ledger's own to tell, or a graph that would be taken for
        the default graph.
    :raises InputError: if it is none.
    :raises StoreError: if the store fails.

    >>> from casegraph.store import open_store
    >>> with open_store(":memory:", writable=True) as store:
    ...     apply_change(store, change_of([], '<urn:s> <urn:p> "x" <urn:g> .'))
    {'urn:g': 'new'}
    """
    try:
        change = msgspec.json.decode(content, type=Change)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"no change: {error}", where="body", expected=CHANGE) from error
    new = list(quads(change.new))
    graphs = {*change.old, *(quad.graph_name.value for quad in new)}  # type: ignore[union-attr]
    for graph in graphs:
        refuse_protected(graph)
    for note in quads(change.notes):
        if note.graph_name.value != LEDGER or _is_entry(note) or note.predicate.value in _KEPT:  # type: ignore[union-attr]
            raise ForbiddenError("no note, but an entry of the ledger", where=str(note))
    origins = {unit: Origin(name, digest) for unit, (name, digest) in change.origins.items()}
    text = "".join(f"{quad} .\n" for quad in as_stored(new))
    return commit(store, graphs_with(graphs), text, origins, change.notes)
