"""Tells one state of a file from the next."""

from __future__ import annotations

from pathlib import Path

__all__ = ["stamp_of"]


def stamp_of(file: Path) -> tuple[int, ...]:
    """Return what is another one each time that a file is written or replaced; nothing if it is not there.

    One number of a file is not enough: some file systems give the inode of the one before to the next.
    """
    try:
        found = file.stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
