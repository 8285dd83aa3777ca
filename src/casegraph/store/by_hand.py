"""What was edited by hand in a store, and not by a load: the ledger has a mark for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.store import LEDGER, Store
from casegraph.store.syntax import named

__all__ = ["HandEdit", "digests_before_edits", "edited_by_hand"]

_ONTOLOGY = f"{BASE}ontology"
_GENERATION = f"<{PREFIXES['prov']}wasGeneratedBy>/<{CG}generation>"


@dataclass(frozen=True, slots=True)
class HandEdit:
    """A case, or a graph, that is not what a load wrote, since somebody edited it.

    :param unit: its IRI; ``casegraph.store.DEFAULT_GRAPH`` for the default graph.
    :param generation: the change that edited it last.
    :param gone: whether nothing of it is left.

    >>> print(HandEdit("urn:case:1", 17, gone=False))
    edited by hand in change 17
    """

    unit: str
    generation: int
    gone: bool

    @property
    def is_of_terms(self) -> bool:
        """Whether it is the ontology, or terms that cases name and it does not have.

        >>> HandEdit("https://w3id.org/casegraph/ontology", 17, gone=True).is_of_terms
        True
        """
        return self.unit == _ONTOLOGY or self.unit.startswith(f"{_ONTOLOGY}/")

    def __str__(self) -> str:
        return f"{'taken out' if self.gone else 'edited'} by hand in change {self.generation:,}"


def edited_by_hand(store: Store) -> Iterator[HandEdit]:
    """Yield what was edited by hand and not loaded again since, by IRI.

    What an edit brought back to what it was before all edits is not among it.

    :raises StoreError: if the store fails.

    >>> from casegraph.store import open_store
    >>> with open_store(":memory:") as store:
    ...     list(edited_by_hand(store))
    []
    """
    asked = f"""SELECT ?unit ?number ?quads {{ GRAPH <{LEDGER}> {{
      ?entry <{CG}editedByHand> true ; <{CG}entryOf> ?unit ; <{CG}quadCount> ?quads ; {_GENERATION} ?number
      FILTER NOT EXISTS {{ ?later <{CG}entryOf> ?unit ; {_GENERATION} ?after FILTER(?after > ?number) }} }} }}
      ORDER BY STR(?unit)"""
    for row in store.query(asked, union=False):  # type: ignore[union-attr]  # a SELECT gives rows
        yield HandEdit(row["unit"].value, int(row["number"].value), gone=row["quads"].value == "0")


def digests_before_edits(store: Store, units: Iterable[str]) -> dict[str, str]:
    """Return the digests that units had before they were edited by hand; without those that were not there.

    :raises StoreError: if the store fails.
    """
    names = " ".join(str(named(unit)) for unit in units)
    asked = f"""SELECT ?unit ?number ?digest {{ VALUES ?unit {{ {names} }} GRAPH <{LEDGER}> {{
      ?entry <{CG}entryOf> ?unit ; {_GENERATION} ?number
      FILTER NOT EXISTS {{ ?entry <{CG}editedByHand> true }}
      OPTIONAL {{ ?entry <{CG}contentDigest> ?digest }} }} }} ORDER BY ?number"""
    rows = store.query(asked, union=False)
    last = {row["unit"].value: row["digest"] for row in rows}  # type: ignore[union-attr]
    return {unit: digest.value for unit, digest in last.items() if digest is not None}
