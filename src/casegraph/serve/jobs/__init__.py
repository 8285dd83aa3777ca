"""Jobs: what a worker is asked to do with the store, and where its answer goes."""

from __future__ import annotations

import msgspec

from casegraph.serve.jobs.out import Out
from casegraph.store.embedded import EmbeddedStore

__all__ = ["Job", "Out"]


class Job(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One thing to do, with all that it needs as plain values; it runs in a worker, which may be killed."""

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Do it, and write the answer.

        :raises InputError: if the request is wrong.
        :raises StoreError: if the store fails.
        """
        raise NotImplementedError

    def smaller(self) -> str:
        """Return what who asked can do where it passes a limit of time or memory."""
        return "ask for less at a time"
