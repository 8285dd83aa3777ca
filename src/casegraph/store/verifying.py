"""Finds what changed in a store since it was written: every quad is held against the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from casegraph.errors import EndpointError, StoreError
from casegraph.namespaces import CG, PREFIXES
from casegraph.store import DEFAULT_GRAPH, LEDGER, GraphContent, Store
from casegraph.store.ledger import Unit, unit_from, unit_of

__all__ = ["Damage", "units_told", "verify"]

_PROV = PREFIXES["prov"]
_CHANGES = f"""SELECT ?number ?said (COUNT(?entry) AS ?entries) {{ GRAPH <{LEDGER}> {{
  ?change <{CG}generation> ?number ; <{CG}entryCount> ?said
  OPTIONAL {{ ?entry <{_PROV}wasGeneratedBy> ?change }} }} }}
GROUP BY ?change ?number ?said ORDER BY ?number"""
_ENTRIES = f"""SELECT ?unit ?number ?quads ?digest {{ GRAPH <{LEDGER}> {{
  ?entry <{CG}entryOf> ?unit ; <{CG}quadCount> ?quads ; <{_PROV}wasGeneratedBy>/<{CG}generation> ?number
  OPTIONAL {{ ?entry <{CG}contentDigest> ?digest }} }} }}"""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in a store that is not what was written.

    :param where: a case, a graph, a file, or the store.
    :param what: in what way.

    >>> print(Damage("urn:g", "it is gone"))
    urn:g: it is gone
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def verify(store: Store) -> Iterator[Damage]:
    """Read a store from its first quad to its last, and yield what is not as the ledger has it.

    Of a store in a directory the bytes of its files are looked at first, whatever is in them; where they have
    changed, nothing more is read. The default graph of an endpoint is not read.

    >>> from casegraph.store import open_store
    >>> with open_store(":memory:", writable=True) as store:
    ...     store.replace([], "<urn:s> <urn:p> <urn:o> <urn:g> .")
    ...     print(*verify(store))
    urn:g: 1 quad that the ledger does not tell of
    """
    try:
        damaged = [
            Damage(file, "its bytes are not those that were written") for file in store.changed_files()
        ]
        yield from damaged
        if not damaged:  # Oxigraph may go on for ever with a damaged file
            yield from _changes(store)
            yield from _units(store)
    except EndpointError:
        raise
    except StoreError as error:
        yield Damage(error.where or store.location, error.what)
    except OSError as error:
        yield Damage(store.location, str(error))


def _changes(store: Store) -> Iterator[Damage]:
    """Look whether each change is told of with all its entries, up to the last that was acknowledged."""
    expected = 0
    for number, said, entries in _rows(store, _CHANGES):
        expected += 1
        if int(number) != expected:
            yield Damage(LEDGER, f"the change {expected} is not told of")
            expected = int(number)
        if said != entries:
            yield Damage(LEDGER, f"the change {number} has {entries} entries and had {said}")
    acknowledged = store.acknowledged()
    if acknowledged > expected:
        yield Damage(
            store.location, f"the changes {expected + 1} to {acknowledged} were acknowledged and are gone"
        )


def _units(store: Store) -> Iterator[Damage]:
    told = units_told(store)
    if not store.gives_default_graph:
        told.pop(DEFAULT_GRAPH, None)
    graphs: dict[str, list[GraphContent]] = {}
    for found in store.contents():
        if found.graph != LEDGER:
            graphs.setdefault(unit_of(found.graph), []).append(found)
    for unit in sorted(graphs.keys() | told.keys()):
        there = unit_from(graphs.get(unit, ()))
        if unit not in told:
            yield Damage(unit, f"{_quads(there.quads)} that the ledger does not tell of")
        elif there.quads != told[unit].quads:
            yield Damage(unit, f"{_quads(there.quads)}, and {told[unit].quads:,} were written")
        elif there != told[unit] and there.quads:
            yield Damage(unit, f"its {_quads(there.quads)} are not those that were written")


def units_told(store: Store) -> dict[str, Unit]:
    """Return the units as the ledger has them, also those that were taken out.

    :raises StoreError: if the store fails.
    """
    latest: dict[str, tuple[int, Unit]] = {}
    for unit, number, quads, digest in _rows(store, _ENTRIES):
        if int(number) > latest.get(unit, (0, None))[0]:
            latest[unit] = (int(number), Unit(digest, int(quads)))
    return {unit: each for unit, (_, each) in latest.items()}


def _rows(store: Store, sparql: str) -> Iterator[list[str]]:
    """Yield the rows of a query as text; empty where there is no value."""
    for row in store.query(sparql, union=False):  # type: ignore[union-attr]  # a SELECT gives rows
        yield ["" if value is None else value.value for value in row]


def _quads(many: int) -> str:
    return f"{many:,} quad{'' if many == 1 else 's'}"
