"""Turns what Oxigraph and the system say of a failure into an error of ours."""

from __future__ import annotations

import re

from casegraph.errors import StoreError, StoreLockedError

__all__ = ["failure"]

_TODO = {
    "Permission denied": "check that you may read and write there",
    "No space left": "make space; reading takes some megabytes too, beside the data",
}


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
    todo = next((each for words, each in _TODO.items() if words in reason), "")
    return StoreError(f"the store failed: {reason}", where=location, todo=todo)


def _says_locked(reason: str) -> bool:
    held_elsewhere = re.match(r"IO error: While lock file: .*temporarily unavailable$", reason)
    return bool(held_elsewhere) or reason.startswith("IO error: lock hold by current process")
