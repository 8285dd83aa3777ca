"""Copies of whole stores: taken while others write, checked before they are put back."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from casegraph.errors import InputError, StoreError
from casegraph.store import open_store
from casegraph.store.directory import BACKUP, Directory, Head, digests_of, sync_folder, write_whole
from casegraph.store.ledger import generation
from casegraph.store.places import taken
from casegraph.store.verifying import verify

__all__ = ["backup", "copied", "new_folder", "restore"]

_BLOCK = 1 << 20


def backup(store: Path, target: Path, *, as_is: bool = False) -> Head:
    """Copy a store as it is at this moment; others may read and write it meanwhile.

    The copy has a name of its own until it is whole and on the disk.

    :param target: the folder to make; it must not be there, or be empty.
    :param as_is: copy it also where it is not what its ledger tells.
    :return: the head of the copy.
    :raises InputError: if there is no store, something at the target, or the target in the store.
    :raises StoreError: if it cannot be written, or is not what the ledger tells; it is not kept then.
    """
    if target.resolve().is_relative_to(store.resolve()):
        what = "a backup in the directory of the store goes with it"
        raise InputError(what, where=str(target), todo="name a folder elsewhere, best on another disk")
    with new_folder(target) as part:
        head, snapshot = taken(store)
        try:
            files = copied(snapshot.folder, part / head.data)
        finally:
            snapshot.close()
        Directory(part).write_head(head)
        if not as_is:
            _refuse_damage(part, store)
        with open_store(part) as copy:
            number = generation(copy)
        head = msgspec.structs.replace(head, generation=number, files=digests_of(part / head.data))
        Directory(part).write_head(head)
        write_whole(part / BACKUP, msgspec.json.format(msgspec.json.encode(files), indent=1))
    return head


def restore(source: Path, target: Path, *, as_is: bool = False) -> Head:
    """Make a store of a backup, once each of its files and its quads were found to be what was copied.

    :param source: the folder of the backup.
    :param target: the directory of the store; it must not be there, or be empty.
    :param as_is: restore it also where its quads were not what its ledger tells.
    :return: the head of the store.
    :raises InputError: if there is no backup, or something at the target.
    :raises StoreError: if the backup is damaged, or the store cannot be written; nothing is restored then.
    :raises OSError: if the list of its files cannot be read.
    """
    directory = Directory(source)
    if not directory.is_backup():
        raise InputError("no backup", where=str(source), expected="a folder that `casegraph backup` made")
    head, wanted = directory.head(), directory.files_of_backup()
    with new_folder(target) as part:
        data = part / head.data
        if copied(source / head.data, data) != wanted:
            raise directory.damaged("a file of it is not what was copied")
        Directory(part).write_head(head)
        if not as_is:
            _refuse_damage(part, source)
    return head


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give a folder that gets its name only once it is whole.

    :raises InputError: if something is there, or the name cannot be one of a store.
    :raises StoreError: if it cannot be written, or what goes into it cannot be read.
    """
    goal = Directory(target).path.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError("something is there already", where=str(target), todo="name a new folder")
    part = goal.with_name(f".{goal.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
        part.rename(goal)
        sync_folder(goal.parent)
    except OSError as error:
        todo = "check that there is space, and that you may read and write there"
        raise StoreError(
            f"no copy was made: {error.strerror or error}", where=str(target), todo=todo
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def copied(source: Path, goal: Path) -> dict[str, str]:
    """Copy the files of a folder to the disk, and return the SHA-256 of each."""
    goal.mkdir()
    found = {}
    for path in sorted(source.iterdir()):
        if path.is_file() and path.name != "LOCK":
            found[path.name] = _copy_file(path, goal / path.name)
    sync_folder(goal)
    return found


def _copy_file(source: Path, goal: Path) -> str:
    hashed = hashlib.sha256()
    with source.open("rb") as old, goal.open("wb") as new:
        while block := old.read(_BLOCK):
            hashed.update(block)
            new.write(block)
        new.flush()
        os.fsync(new.fileno())
    return hashed.hexdigest()


def _refuse_damage(copy: Path, source: Path) -> None:
    with open_store(copy) as store:
        found = next(verify(store), None)
    if found is not None:
        what = f"not what was written: {found}".replace(str(copy), str(source))
        todo = "`casegraph verify` tells all; --as-is takes it as it is"
        raise StoreError(what, where=str(source), todo=todo)
