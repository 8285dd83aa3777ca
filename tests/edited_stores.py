"""What tests of edits by hand share: what a store holds, and what a bare engine would hold."""

from __future__ import annotations

import pyoxigraph as ox

from casegraph.store import DEFAULT_GRAPH, LEDGER
from casegraph.store.embedded import EmbeddedStore

__all__ = ["BEFORE", "ONE", "G", "H", "content", "plain"]

G, H = "urn:g", "urn:h"
ONE = f'INSERT DATA {{ GRAPH <{G}> {{ <urn:s> <urn:p> "1" }} }}'
#: What is there before an update.
BEFORE = f"""INSERT DATA {{ <urn:d> <urn:p> "0"
  GRAPH <{G}> {{ <urn:s> <urn:p> "1" . <urn:s> <urn:q> "2" }}
  GRAPH <{H}/asserted> {{ <urn:s> <urn:p> "3" }} GRAPH <{H}/inferred> {{ <urn:s> <urn:p> "4" }} }}"""


def content(store: EmbeddedStore) -> list[str]:
    """Return all that a store holds beside its ledger."""
    named = [line for line in store.dump() if not line.endswith(f"<{LEDGER}> .")]
    return [*store.dump(DEFAULT_GRAPH), *named]


def plain(*updates: str) -> list[str]:
    """Return what a bare engine holds after updates."""
    bare = ox.Store()
    for each in updates:
        bare.update(each)
    default = sorted(f"{quad} ." for quad in bare if quad.graph_name == ox.DefaultGraph())
    return [*default, *sorted((f"{q} ." for q in bare if q.graph_name != ox.DefaultGraph()), key=_by_graph)]


def _by_graph(line: str) -> tuple[str, str]:
    return line.rsplit(" ", 2)[1][1:-1], line
