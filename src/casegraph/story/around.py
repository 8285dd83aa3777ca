"""What stands around the story of a case: notices about its report, and other reports on the same patient."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from casegraph.facts import CaseFacts
from casegraph.namespaces import BASE, CG
from casegraph.notices import Flag, flags_of
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.by_hand import edited_by_hand
from casegraph.store.syntax import named

__all__ = ["edits_of", "notices_of_case", "same_patient"]

_OF_REPORTS = tuple(f"{BASE}{kind}/" for kind in ("case", "group", "report", "dataset"))


def notices_of_case(store: Store, facts: CaseFacts) -> list[str]:
    """Return a line for each notice about a case or group: that it was edited by hand, or of its report.

    :raises StoreError: if the store fails.
    """
    told = list(edits_of(store, (facts.case, facts.report)))
    return told + [str(flag) for flag in flags_of(store) if flag.report == facts.report]


def edits_of(store: Store, units: Collection[str]) -> Iterator[str]:
    """Yield a line for each of some units that was edited by hand and not loaded again since.

    :param units: the IRIs of cases and groups, or of graphs that cases share, as the ledger names them.
    :raises StoreError: if the store fails.
    """
    for edit in edited_by_hand(store):
        if edit.unit in units and not edit.gone:
            aside = ", so that the report may not say so" if edit.unit.startswith(_OF_REPORTS) else ""
            yield f"{edit}{aside}: {edit.unit}"


def same_patient(store: Store, case: str) -> dict[str, tuple[Flag, ...]]:
    """Return the other cases of the same patient, each with the notices about its report.

    :param case: the IRI of the case.
    :raises InputError: if it is no IRI.
    :raises StoreError: if the store fails.
    """
    me = named(case)
    asked = (
        f"SELECT ?other ?report {{ "
        f"GRAPH ?p {{ {me} <{CG}countedAs> ?first . ?other <{CG}countedAs> ?first }} "
        f"GRAPH ?g {{ ?other <{CG}reportedIn> ?report }} FILTER(?other != {me}) }} ORDER BY ?other"
    )
    rows = list(Rows.read(store.query(asked, union=False)))
    flags = flags_of(store) if rows else ()
    return {
        str(row["other"]): tuple(flag for flag in flags if flag.report == str(row["report"])) for row in rows
    }
