"""The job that counts what the store holds."""

from __future__ import annotations

import msgspec

from casegraph.serve.jobs import Job, Out
from casegraph.serve.telling.counts import counts_of, names_of
from casegraph.store.embedded import EmbeddedStore

__all__ = ["CountAll"]


class CountAll(Job, frozen=True, kw_only=True):
    """Count all that the store holds; the answer is :class:`casegraph.serve.telling.counts.Counts` as JSON.

    It is the same for all who ask, until the store changes, and takes a while: keep it.

    :param parts: whether to count which properties the things of each class have, which takes longest.
    """

    parts: bool = True

    def smaller(self) -> str:
        """See :meth:`casegraph.serve.jobs.Job.smaller`."""
        return "ask with parts=no" if self.parts else super().smaller()

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """See :meth:`casegraph.serve.jobs.Job.run`.

        :raises StoreError: if the store fails.
        """
        counts = msgspec.json.encode(counts_of(store) if self.parts else names_of(store))
        out.begin("application/json")
        out.write(counts)
