"""Tells one state of a file, or of the store whose head it is, from the next."""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["stamp_of", "state_of"]


def stamp_of(file: Path) -> tuple[int, ...]:
    """Return what is another one each time that a file is written or replaced; nothing if it is not there.

    One number of a file is not enough: some file systems give the inode of the one before to the next.
    """
    try:
        found = file.stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def state_of(head: Path) -> str:
    """Return what names the state of a store: another state, another name.

    :param head: its head.
    :raises OSError: if that cannot be read.
    """
    return hashlib.sha256(head.read_bytes()).hexdigest()[:16]
