"""Turns what Oxigraph and the system say of a failure into an error of ours."""

from __future__ import annotations

import errno
import re

from casegraph.errors import NoSpaceError, StoreError, StoreLockedError

__all__ = ["failure"]

_NO_SPACE = {errno.ENOSPC: "No space left on device", errno.EDQUOT: "Disk quota exceeded"}


def failure(error: Exception, location: str) -> StoreError:
    """Return the error for a store in a directory that failed.

    >>> str(failure(OSError("Permission denied"), "store"))
    'store: the store failed: Permission denied; check that you may read and write there'
    """
    reason = str(error)
    if _says_locked(reason):
        return StoreLockedError(
            "another program has the data of the store open for writing",
            where=location,
            todo="wait until it is done or stop it; reading works meanwhile",
        )
    if reason.startswith("Corruption"):
        todo = "restore it from a backup, or load the documents into a new store"
        return StoreError(f"the store is damaged: {reason}", where=location, todo=todo)
    what = f"the store failed: {reason}"
    if _says_no_space(error, reason):
        todo = "make space; reading takes some megabytes too, beside the data"
        return NoSpaceError(what, where=location, todo=todo)
    todo = "check that you may read and write there" if "Permission denied" in reason else ""
    return StoreError(what, where=location, todo=todo)


def _says_no_space(error: Exception, reason: str) -> bool:
    """Tell whether the disk is full: errors of the system have a number, those of Oxigraph words alone."""
    return getattr(error, "errno", None) in _NO_SPACE or any(words in reason for words in _NO_SPACE.values())


def _says_locked(reason: str) -> bool:
    held_elsewhere = re.match(r"IO error: While lock file: .*temporarily unavailable$", reason)
    return bool(held_elsewhere) or reason.startswith("IO error: lock hold by current process")
