"""Changes the store by a SPARQL Update."""

from __future__ import annotations

from casegraph.serve.jobs import Job, Out
from casegraph.store.embedded import EmbeddedStore

__all__ = ["Update"]


class Update(Job, frozen=True, kw_only=True):
    """A SPARQL Update.

    :param base: what its relative IRIs are resolved against.
    """

    text: str
    base: str | None = None

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Carry it out, all of it or nothing."""
        raise NotImplementedError
