"""Holds the files of a store as they are at one moment, so that a reader is safe from the writer.

RocksDB opens the files of a read-only store one by one, when they are needed, while a writer removes
those it has merged: a directory opened beside a writer showed missing files and half a commit. A snapshot
is a directory beside the data with links to the data files and copies of the small files that grow; it is
taken again until no commit was under way while it was taken.
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
from casegraph.store.directory import Directory

__all__ = ["Snapshot", "manifest", "remove_stale"]

_PREFIX = "reader-"
_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.005
_NO_ACCESS = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EOPNOTSUPP}


class Snapshot:
    """The state of the data of a store at one moment, in a directory of its own until :meth:`close`.

    Where the reader may not write into the store or link its files, *folder* is that of the data: that is
    safe as long as nobody writes.

    :param data: the folder of the data.
    :raises FileNotFoundError: if other data took their place meanwhile.
    :raises StoreError: if the store is damaged, or written to for ten seconds without a pause.
    """

    def __init__(self, data: Path) -> None:
        self.folder = data
        self._removal: Callable[[], object] | None = None
        manifest(data)
        try:
            remove_stale(data.parent)
            folder, lock = _locked_folder(data.parent)
            self._removal = weakref.finalize(self, _remove, folder, lock)
            _fill(data, folder)
        except OSError as error:
            if error.errno not in _NO_ACCESS:
                raise
        else:
            self.folder = folder

    def close(self) -> None:
        """Remove the snapshot; the store itself is not touched. Closing twice is no error."""
        if self._removal is not None:
            self._removal()


def manifest(data: Path) -> Path:
    """Return the file that lists the data files of a store.

    :raises FileNotFoundError: if there are no data.
    :raises StoreError: if ``CURRENT`` does not name one.
    """
    try:
        name = (data / "CURRENT").read_bytes()
    except FileNotFoundError as error:
        if data.exists():
            raise Directory(data.parent).damaged("its file CURRENT is not there") from error
        raise
    if not re.fullmatch(rb"MANIFEST-\d+\n", name):
        raise Directory(data.parent).damaged("its file CURRENT names no manifest")
    return data / name.decode("ascii").strip()


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
    """Return a new folder and its lock; until it has that, others take it for that of a dead reader."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=store))
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # one did; where the store is gone, the next folder cannot be made
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _fill(data: Path, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        manifest(data)
        with contextlib.suppress(FileNotFoundError):
            if _take(data, folder):
                return
        time.sleep(_PAUSE_SECONDS)
    if not (listing := manifest(data)).exists():
        raise Directory(data.parent).damaged(f"its file {listing.name} is not there")
    raise StoreError("no moment without a commit was found", where=str(data.parent), todo="try again")


def _take(data: Path, folder: Path) -> bool:
    before = _state(data)
    for outdated in (path for path in folder.iterdir() if path.suffix != ".sst"):
        outdated.unlink()
    for path in data.iterdir():
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            if path.suffix == ".sst":
                (folder / path.name).hardlink_to(path)
            elif path.suffix == ".log" or path.name in ("CURRENT", before[0]):
                shutil.copyfile(path, folder / path.name)
    return _state(data) == before


def _state(data: Path) -> tuple[str, int]:
    listing = manifest(data)
    return listing.name, listing.stat().st_size
