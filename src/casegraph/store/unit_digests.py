"""The digest of each unit of a store, so that two stores are compared without reading what is the same."""

from __future__ import annotations

from casegraph.namespaces import CG, PREFIXES
from casegraph.store import LEDGER, GraphContent, Store
from casegraph.store.ledger import generation, unit_from, unit_of

__all__ = ["unit_digests"]

_PROV = PREFIXES["prov"]
_TOLD = f"""SELECT ?unit ?number ?digest {{ GRAPH <{LEDGER}> {{
  ?entry <{CG}entryOf> ?unit ; <{_PROV}wasGeneratedBy> ?change . ?change <{CG}generation> ?number
  OPTIONAL {{ ?entry <{CG}contentDigest> ?digest }} }} }}"""


def unit_digests(store: Store) -> dict[str, str]:
    """Return unit -> digest for all that a store holds but the ledger; see :mod:`casegraph.store.ledger`.

    They are taken from the ledger where it is known to be true, at about 200,000 entries a second; else every
    quad is read.

    :raises StoreError: if the store fails.

    >>> from casegraph.store import open_store
    >>> with open_store(":memory:", writable=True) as store:
    ...     store.replace([], "<urn:s> <urn:p> <urn:o> <urn:case/1/asserted> .")
    ...     list(unit_digests(store))
    ['urn:case/1']
    """
    if store.keeps_ledger_true and generation(store):
        return _told(store)
    graphs: dict[str, list[GraphContent]] = {}
    for found in store.contents():
        if found.graph != LEDGER:
            graphs.setdefault(unit_of(found.graph), []).append(found)
    return {unit: unit_from(each).digest for unit, each in graphs.items()}


def _told(store: Store) -> dict[str, str]:
    """Return the digests as the ledger has them: the latest entry of a unit holds."""
    latest: dict[str, tuple[int, str]] = {}
    for row in store.query(_TOLD, union=False):  # type: ignore[union-attr]  # a SELECT gives rows
        unit, number, digest = row["unit"].value, int(row["number"].value), row["digest"]
        if number > latest.get(unit, (0, ""))[0]:
            latest[unit] = (number, digest.value if digest is not None else "")
    return {unit: digest for unit, (_, digest) in latest.items() if digest}
