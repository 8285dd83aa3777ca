"""Holds the files of a store as they are at one moment, so that a reader is safe from the writer.

RocksDB opens the files of a read-only store one by one, when they are needed, while a writer removes
those it has merged: a directory opened beside a writer showed missing files and half a commit. A snapshot
is a directory inside the store with links to the data files and copies of the small files that grow; it
is taken again until no commit was under way while it was taken.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from casegraph.errors import StoreError

__all__ = ["Snapshot", "manifest", "remove_stale"]

_PREFIX = "reader-"
_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.005
_NO_ACCESS = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EOPNOTSUPP}


class Snapshot:
    """The state of a store at one moment, in a directory of its own until :meth:`close`.

    Where the reader may not write into the store or link its files, *folder* is the store itself: that
    is safe as long as nobody writes.

    :raises StoreError: if the store is damaged, or written to for ten seconds without a pause.
    """

    def __init__(self, store: Path) -> None:
        self.folder = store
        self._removal: Callable[[], object] | None = None
        manifest(store)
        try:
            remove_stale(store)
            folder, lock = _locked_folder(store)
            self._removal = weakref.finalize(self, _remove, folder, lock)
            _fill(store, folder)
        except OSError as error:
            if error.errno not in _NO_ACCESS:
                raise
        else:
            self.folder = folder

    def close(self) -> None:
        """Remove the snapshot; the store itself is not touched. Closing twice is no error."""
        if self._removal is not None:
            self._removal()


def manifest(store: Path) -> Path:
    """Return the file that lists the data files of a store.

    :raises StoreError: if ``CURRENT`` does not name one.
    """
    name = (store / "CURRENT").read_bytes()
    if not re.fullmatch(rb"MANIFEST-\d+\n", name):
        raise StoreError(
            "the store is damaged: its file CURRENT names no manifest",
            where=str(store),
            todo="restore it from a backup, or load the documents into a new store",
        )
    return store / name.decode("ascii").strip()


def remove_stale(store: Path) -> None:
    """Remove the snapshots of readers that died; those of living readers are locked.

    :raises OSError: if the store may not be written to.
    """
    for folder in store.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)


def _locked_folder(store: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=store))
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _fill(store: Path, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            if _take(store, folder):
                return
        time.sleep(_PAUSE_SECONDS)
    raise StoreError("no moment without a commit was found", where=str(store), todo="try again")


def _take(store: Path, folder: Path) -> bool:
    before = _state(store)
    for outdated in (path for path in folder.iterdir() if path.suffix != ".sst"):
        outdated.unlink()
    for path in store.iterdir():
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            if path.suffix == ".sst":
                (folder / path.name).hardlink_to(path)
            elif path.suffix == ".log" or path.name in ("CURRENT", before[0]):
                shutil.copyfile(path, folder / path.name)
    return _state(store) == before


def _state(store: Path) -> tuple[str, int]:
    listing = manifest(store)
    return listing.name, listing.stat().st_size
