"""Carries out a SPARQL update whose graphs cannot be told from its text, on a copy of the store."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO

from casegraph.errors import ForbiddenError
from casegraph.store import LEDGER, GraphContent
from casegraph.store.editing_graphs import graphs_with, refuse_protected, told_by_hand
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import GONE, Unit, unit_from, unit_of
from casegraph.store.syntax import digest
from casegraph.store.verifying import units_told

__all__ = ["update_copy"]


class _NothingChanged(Exception):  # noqa: N818 - no error: it ends the work on a copy that is not needed
    pass


def update_copy(store: EmbeddedStore, sparql: str, base: str | None, *, clears: bool) -> tuple[str, ...]:
    """Carry out an update on a copy that takes the place of the store, and tell the ledger of it.

    All that the store holds is read, to find what changed.

    :param clears: whether the update clears all graphs; the ledger stays then all the same.
    :return: the units that changed, sorted.
    :raises ForbiddenError: if it would change the ledger, or make a graph of the name of the default graph.
    :raises InputError: if it does not parse or cannot be carried out.
    :raises StoreError: if the store fails.
    """
    changed: dict[str, Unit] = {}

    def fill(copy: EmbeddedStore) -> None:
        copy.carry_out(sparql, base=base)
        _keep_ledger(store, copy, clears=clears)
        appeared = set(copy.graphs()) ^ set(store.graphs())
        for graph in appeared:
            refuse_protected(graph)
        changed.update(_changed(store, copy, set(map(unit_of, appeared))))
        if not changed:
            raise _NothingChanged
        copy.replace([], told_by_hand(copy, changed))

    with suppress(_NothingChanged):
        store.rebuild(fill)
    return tuple(sorted(changed))


def _keep_ledger(store: EmbeddedStore, copy: EmbeddedStore, *, clears: bool) -> None:
    before = list(store.dump(LEDGER))
    after = list(copy.dump(LEDGER))
    if clears and not after:
        copy.bulk_load(BytesIO("".join(f"{line}\n" for line in before).encode()))
    elif after != before:
        what = "the ledger, which tells of each change, is not changed by hand"
        todo = f"keep it off the variables: FILTER(?g != <{LEDGER}>)"
        raise ForbiddenError(what, where=LEDGER, todo=todo)


def _changed(store: EmbeddedStore, copy: EmbeddedStore, appeared: Iterable[str]) -> dict[str, Unit]:
    """Return the units that a copy holds otherwise than the store.

    What the ledger does not tell of as it is had been damaged before, if it is the same in the store.
    """
    graphs: dict[str, list[GraphContent]] = {}
    for found in copy.contents():
        graphs.setdefault(unit_of(found.graph), []).append(found)
    graphs.pop(LEDGER, None)
    told = units_told(store)
    changed = {}
    for unit in graphs.keys() | told.keys() | set(appeared):
        now = unit_from(graphs[unit]) if unit in graphs else GONE
        if unit in appeared or (now != told.get(unit, GONE) and now != _unit(store, unit)):
            changed[unit] = now
    return changed


def _unit(store: EmbeddedStore, unit: str) -> Unit:
    found = []
    for graph in graphs_with([unit]):
        lines = list(store.dump(graph))
        found.append(GraphContent(graph, digest(lines), len(lines)))
    there = unit_from(found)
    return there if there.quads else GONE
