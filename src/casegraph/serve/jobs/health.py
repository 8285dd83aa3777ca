"""Reads real data, to tell whether they can be read, and what the last verify of the store found."""

from __future__ import annotations

from pathlib import Path

import msgspec

from casegraph.namespaces import CG
from casegraph.rows import Rows
from casegraph.serve.jobs import Job, Out
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import generation
from casegraph.store.verified import last_verify
from casegraph.version import __version__

__all__ = ["Health"]

_CASES = f"SELECT (COUNT(?case) AS ?cases) {{ GRAPH ?graph {{ ?case a <{CG}Case> }} }}"
_ANY = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } LIMIT 1000"


class Health(Job, frozen=True, kw_only=True):
    """How the server is.

    :param workers: how many there may be at most.
    :param busy: how many are at work.
    """

    writable: bool
    workers: int
    busy: int

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Write it as JSON; the status is 500 if the data cannot be read.

        :raises StoreError: if they cannot.
        """
        (cases,) = Rows.read(store.query(_CASES, union=False))
        quads = len(Rows.read(store.query(_ANY, union=False)))
        told = {
            "status": "ok",
            "casegraph": __version__,
            "generation": generation(store),
            "cases": cases["cases"],
            "quads_read": quads,
            "last_verify": last_verify(Path(store.location)),
            "writable": self.writable,
            "workers": {"most": self.workers, "busy": self.busy},
        }
        out.begin("application/json")
        out.write(msgspec.json.encode(told))
