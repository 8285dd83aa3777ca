"""Brings a store of an older format to the present one, after a backup."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pyoxigraph as ox

from casegraph.errors import InputError, StoreError
from casegraph.store import LEDGER, GraphContent
from casegraph.store.backups import copied, new_folder
from casegraph.store.directory import FILES, FORMAT, Directory, Head, WriterLock, digests_of
from casegraph.store.ledger import ledger_lines, unit_from, unit_of
from casegraph.store.streaming import streamed_contents

__all__ = ["migrate"]


def migrate(path: Path, backup: Path) -> Head:
    """Bring a store of format 1 to the present one; its content stays as it is and the ledger tells of it.

    Whenever this is stopped, the store is of one format or of the other, whole.

    :param backup: a folder to make, of the store as it was; it must not be there, or be empty.
    :return: the head of the store.
    :raises InputError: if there is no store of format 1, or something at the place of the backup.
    :raises StoreLockedError: if somebody writes to it.
    :raises StoreError: if it fails.
    """
    directory = Directory(path)
    if not directory.is_of_format_1():
        found = directory.head().format
        raise InputError(f"a store of format {found} already", where=str(path), todo="nothing is to be done")
    lock = WriterLock(path)
    try:
        old = ox.Store(path)
        _back_up(old, path, backup)
        for left in path.glob("data-*"):
            shutil.rmtree(left)
        folder = directory.next_data(None)
        old.backup(folder)
        del old
        _tell_of_all(folder)
        head = Head(format=FORMAT, data=folder.name, generation=1, files=digests_of(folder))
        directory.write_head(head)
        directory.remove_leavings(head)
    except (OSError, RuntimeError) as error:
        raise StoreError(f"the store failed: {error}", where=str(path)) from error
    finally:
        lock.release()
    return head


def _back_up(store: ox.Store, path: Path, goal: Path) -> None:
    with new_folder(goal) as part, tempfile.TemporaryDirectory(prefix=FILES, dir=path) as links:
        files = Path(links, "files")
        store.backup(files)
        part.rmdir()
        copied(files, part)


def _tell_of_all(folder: Path) -> None:
    """Write into the ledger what there is."""
    store = ox.Store(folder)
    graphs: dict[str, list[GraphContent]] = {}
    for found in streamed_contents(store):
        if found.graph != LEDGER:
            graphs.setdefault(unit_of(found.graph), []).append(found)
    units = {unit: unit_from(each) for unit, each in graphs.items()}
    store.bulk_load(ledger_lines(1, units, {}).encode(), ox.RdfFormat.N_QUADS)
    store.flush()
