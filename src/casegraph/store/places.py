"""Where a process reads or writes a store on the disk: a reader what stays as it is, a writer the data."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyoxigraph as ox

from casegraph.errors import InputError, StoreError
from casegraph.store.directory import BACKUP, FILES, FORMAT, Directory, Head, WriterLock, digests_of
from casegraph.store.snapshot import Snapshot, manifest, remove_stale

__all__ = ["WritersPlace", "changed_files", "copied_in_memory", "opened_to_read", "taken"]


def changed_files(directory: Directory, head: Head, folder: Path) -> list[str]:
    """Return the data files that are not what was written: those of the head, or all of a backup.

    :param folder: where a reader has them.
    :raises StoreError: if it is a backup whose list of files is damaged.
    :raises OSError: if they cannot be read.
    """
    if directory.is_backup():
        wanted = directory.files_of_backup()
        found = digests_of(directory.data(head), files="*")
        names = sorted(wanted.keys() | found.keys() - {"LOCK"})
        return [name for name in names if found.get(name) != wanted.get(name)]
    found = digests_of(folder)
    return [name for name, digest in head.files.items() if found.get(name, digest) != digest]


def copied_in_memory(store: ox.Store) -> ox.Store:
    """Return a copy of a store, in memory."""
    copy = ox.Store()
    copy.bulk_extend(store)
    for graph in store.named_graphs():
        copy.add_graph(graph)
    return copy


def opened_to_read(path: Path) -> tuple[Head, Snapshot, ox.Store]:
    """Return what :func:`taken` returns, and the store of Oxigraph that reads it.

    :raises InputError: if there is no store of this format, or not yet.
    :raises StoreError: if the store is damaged.
    :raises OSError: if the system does not let it be.
    """
    directory = Directory(path)
    first = directory.head()
    try:
        head, snapshot = taken(path)
        return head, snapshot, ox.Store.read_only(str(snapshot.folder))
    except (StoreError, OSError) as error:
        if first.is_of_first_writer and getattr(error, "errno", None) != errno.ENOSPC:
            raise directory.nothing() from error
        raise


def taken(path: Path) -> tuple[Head, Snapshot]:
    """Return the head and the data of a store as they are now, for a reader; the data may be newer.

    :raises InputError: if there is no store of this format.
    :raises StoreError: if the store is damaged.
    """
    directory = Directory(path)
    head = directory.head()
    while True:
        try:
            return head, Snapshot(directory.data(head))
        except FileNotFoundError as error:
            before, head = head, directory.head()
            if head.data == before.data:
                raise directory.damaged(f"a file is missing: {error.filename}") from error


class WritersPlace:
    """The data of a store, open for writing, with the lock that keeps other processes from it.

    :param path: the directory of the store; it is made if it does not exist.
    :raises InputError: if the directory holds something else, or a store of another format.
    :raises StoreLockedError: if another process has it.
    :raises OSError: if the system does not let it be.
    """

    def __init__(self, path: Path) -> None:
        self.directory = Directory(path)
        if not self.directory.is_empty():
            self.directory.head()
        if (path / BACKUP).exists():
            todo = "`casegraph restore` makes a store of it"
            raise InputError("a backup, which nobody changes", where=str(path), todo=todo)
        path.mkdir(parents=True, exist_ok=True)
        self._lock = WriterLock(path)
        try:
            self.head, self.store = self._opened()
        except BaseException:
            self._lock.release()
            raise

    def take_up(self, generation: int) -> None:
        """Go on where the last writer ended: acknowledge a change that it could not any more.

        Readers that opened before it and after it would else take what they read for the same.

        :param generation: that of the data.
        :raises StoreError: if changes were acknowledged and are gone: their trace is not to be written over.
        :raises OSError: if that fails.
        """
        acknowledged = self.head.generation
        if generation < acknowledged:
            lost = f"the changes {generation + 1} to {acknowledged} were acknowledged and are gone"
            raise self.directory.damaged(lost)
        if generation > acknowledged:
            self.acknowledge(generation)

    def acknowledge(self, generation: int) -> None:
        """Bring all changes to the disk and say so in the head.

        :param generation: that of the data.
        :raises OSError: if that fails.
        """
        self.store.flush()
        self._write_head(msgspec.structs.replace(self.head, generation=generation))

    def rebuild(self, fill: Callable[[ox.Store], int]) -> None:
        """Let new data take the place of those there, at one moment; until then nobody sees them.

        :param fill: is given a copy of the data to change, and returns their generation.
        :raises OSError: if that fails; the data are as they were then.
        """
        folder = self.directory.next_data(self.head)
        shutil.rmtree(folder, ignore_errors=True)  # a rebuild that failed may have left some, while it closed
        self.store.flush()
        self.store.backup(folder)
        try:
            store = ox.Store(folder)
            generation = fill(store)
            store.flush()
            files = self._files(store)
            head = Head(format=FORMAT, data=folder.name, generation=generation, files=files)
            self.directory.write_head(head)
        except BaseException:
            if self.directory.head().data != folder.name:  # else it failed once the head was replaced
                shutil.rmtree(folder, ignore_errors=True)
            raise
        before, self.head, self.store = self.directory.data(self.head), head, store
        shutil.rmtree(before)

    def leave(self, generation: int) -> None:
        """Bring all changes to the disk, note the digests of the data files, and let others write.

        :param generation: that of the data.
        :raises OSError: if that fails.
        """
        try:
            self.acknowledge(generation)
            del self.store  # which waits until Oxigraph merges no more files
            files = digests_of(self.directory.data(self.head), self.head.files)
            self._write_head(msgspec.structs.replace(self.head, files=files))
        finally:
            self._lock.release()

    def abandon(self) -> None:
        """Let others write, and leave all as it is."""
        del self.store
        self._lock.release()

    def _files(self, store: ox.Store) -> dict[str, str]:
        """Return the digests of the files that hold what is on the disk now."""
        with tempfile.TemporaryDirectory(prefix=FILES, dir=self.directory.path) as folder:
            files = Path(folder, "files")
            store.backup(files)
            return digests_of(files, self.head.files)

    def _opened(self) -> tuple[Head, ox.Store]:
        directory = self.directory
        head = None if directory.is_empty() else directory.head()
        directory.remove_leavings(head)
        if head and head.is_of_first_writer and _is_not_begun(directory.data(head)):
            shutil.rmtree(directory.data(head))
            head = None
        if head is None:
            folder = directory.next_data(None)
            head = Head(format=FORMAT, data=folder.name)
            directory.write_head(head)  # first: data without a head are a store that was damaged
            try:
                store = ox.Store(folder)
                store.flush()
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        else:
            if not (listing := manifest(directory.data(head))).exists():
                raise directory.damaged(f"its file {listing.name} is not there")
            store = ox.Store(directory.data(head))
        remove_stale(directory.path)
        return head, store

    def _write_head(self, head: Head) -> None:
        if head != self.head:
            self.directory.write_head(head)
            self.head = head


def _is_not_begun(data: Path) -> bool:
    """Tell whether the first writer was killed before Oxigraph had made its files."""
    return not (data / "CURRENT").exists() and not any(data.glob("*.sst"))
