"""Keeps what was merged in line with what is loaded and taken out after it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from casegraph.merge.beside import Beside
from casegraph.merge.merged import MERGED, is_there, links, merged_documents
from casegraph.merge.patients import (
    PATIENTS,
    comparison_graph,
    comparisons,
    comparisons_there,
    digests_of,
    pairs_of,
    patients_quads,
    vocabulary_digest,
)
from casegraph.namespaces import CG
from casegraph.store import Store
from casegraph.store.ledger import commit, current_digests

__all__ = ["Kept", "LinkedPatients", "keep_loaded", "keep_merges", "linked_patients", "refresh_links"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What loading changed of what was merged.

    :param cut: how many links to what is no longer there were taken out.
    :param compared: how many pairs of cases of one patient were compared anew.
    """

    cut: int = 0
    compared: int = 0


def keep_merges(store: Store, units: Collection[str]) -> Kept:
    """Bring what was merged in line after a load: what was loaded stays, and is compared anew if it changed.

    So is what an earlier load left stale that was cut off, whatever this one loaded.

    :param units: the cases and reports that were there already when they were loaded.
    :raises StoreError: if the store fails.
    """
    if units:
        keep_loaded(store, units)
    return refresh_links(store)


def refresh_links(store: Store) -> Kept:
    """Bring what links tell in line with cases and reports that were replaced or taken out.

    A link to what is no longer there is taken out; two cases of one patient are compared anew, where one
    of them is not what was compared, or the vocabularies at hand are others.

    :raises StoreError: if the store fails.
    """
    with store.turn():
        every = links(store)
        if not every:
            return Kept()
        ends = {end for each in every for end in each.between}
        there = current_digests(store, ends)
        cut = [
            each.iri
            for each in every
            if not all(end in there or is_there(store, end) for end in each.between)
        ]
        kept = [each.between for each in every if each.iri not in cut and each.decision == "same-patient"]
        changed = linked_patients(Beside(store, ()), kept, {})
        if cut or changed.stale:
            commit(store, [*cut, *changed.graphs], changed.text)
    return Kept(len(cut), changed.stale)


def keep_loaded(store: Store, units: Collection[str]) -> int:
    """Note that cases and reports are loaded by themselves now: they stay when a merged document goes.

    :return: how many of them a merged document had brought.
    :raises StoreError: if the store fails.
    """
    with store.turn():
        old: list[str] = []
        text, kept = "", 0
        for document in merged_documents(store):
            mine = set(units).intersection(document.brings)
            if mine:
                graph = f"{MERGED}{document.hash}"
                gone = tuple(f" <{CG}brings> <{unit}> <{graph}> ." for unit in mine)
                text += "".join(f"{line}\n" for line in store.dump(graph) if not line.endswith(gone))
                old.append(graph)
                kept += len(mine)
        if old:
            commit(store, old, text)
    return kept


@dataclass(frozen=True, slots=True)
class LinkedPatients:
    """The graphs of patients and of comparisons as links tell.

    :param graphs: those that go or are replaced.
    :param text: those that come, as N-Quads.
    :param stale: how many comparisons are of what a case no longer says, or by other vocabularies.
    """

    graphs: tuple[str, ...]
    text: str
    stale: int


def linked_patients(
    beside: Beside, same: Collection[tuple[str, str]], coming: Mapping[str, str]
) -> LinkedPatients:
    """Return the graphs of patients and comparisons as they are to be.

    :param same: the cases that are one patient, in pairs.
    :param coming: case -> digest of its content, of those that are not in the store yet.
    :raises StoreError: if the store fails.
    """
    wanted, there = pairs_of(same), comparisons_there(beside.store)
    digests = {**current_digests(beside.store, {case for pair in wanted for case in pair}), **coming}
    by = {vocabulary_digest()} if wanted & there.keys() else set()
    stale = {pair for pair in wanted & there.keys() if there[pair] != digests_of(pair, digests) | by}
    new = wanted - there.keys() | stale
    gone = (there.keys() - wanted) | stale
    text = "".join((patients_quads(same), *comparisons(beside, new, digests)))
    return LinkedPatients((PATIENTS, *map(comparison_graph, sorted(gone))), text, len(stale))
