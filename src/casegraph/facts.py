"""Reads a case out of a store with its report, as a plain look-up: node and property give values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.namespaces import CG, expand
from casegraph.rows import Rows, Term
from casegraph.store import Store

__all__ = ["CaseFacts", "case_iris", "read_case", "read_quads", "read_report"]

_REPORTED_IN = CG + "reportedIn"
_CASES = f"""
SELECT DISTINCT ?case {{ GRAPH ?g {{ ?case <{_REPORTED_IN}> ?report }} }} ORDER BY ?case"""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """All that a store holds about one case or group and its report.

    :param case: the IRI of the case.
    :param report: the IRI of its report.
    :param quads: graph -> its N-Quads; the graphs of the case and that of the report.
    """

    case: str
    report: str
    quads: Mapping[str, str]
    _values: Mapping[tuple[str, str], tuple[Term, ...]]

    def values(self, node: str, name: str) -> tuple[str, ...]:
        """Return the values of a property, in the order of their text; IRIs and literals alike as text.

        :param name: a local name of the ontology such as ``dose``, or a CURIE.
        """
        return tuple(term.value for term in self._values.get((node, _property(name)), ()))

    def value(self, node: str, name: str) -> str | None:
        """Return the value of a property; None where there is none, the first where there are several."""
        return next(iter(self.values(node, name)), None)

    def number(self, node: str, name: str) -> Decimal | None:
        """Return the value of a numeric property, or None."""
        text = self.value(node, name)
        return None if text is None else Decimal(text)

    def kind(self, node: str) -> str:
        """Return the local name of the class of a node; empty if it has none."""
        return (self.value(node, "rdf:type") or "").removeprefix(CG)

    def claims(self, *links: str) -> tuple[str, ...]:
        """Return the claims that the case has by some properties, in the order of time, then of name."""
        found = [claim for link in links for claim in self.values(self.case, link)]
        return tuple(sorted(found, key=lambda claim: (self.rank(self.value(claim, "at")), claim)))

    def rank(self, occasion: str | None) -> int:
        """Return the place of an occasion in the order of time; 0 if it has none."""
        return int((occasion and self.value(occasion, "rank")) or 0)

    def occasions(self) -> tuple[str, ...]:
        """Return the occasions of the case by rank, then by name."""
        return tuple(sorted(self.having("rank"), key=lambda node: (self.rank(node), node)))

    def having(self, name: str) -> tuple[str, ...]:
        """Return the nodes that have a property, sorted."""
        wanted = _property(name)
        return tuple(sorted(node for node, each in self._values if each == wanted))

    def name(self, node: str) -> str:
        """Return the curator's name of a part: what stands behind the ``#``."""
        return node.rpartition("#")[2]


def _property(name: str) -> str:
    return expand(name) if ":" in name else CG + name


def case_iris(store: Store) -> tuple[str, ...]:
    """Return the IRIs of all cases and groups of a store, sorted.

    :raises StoreError: if the store fails.
    """
    rows = Rows.read(store.query(_CASES, union=False))
    return tuple(str(row["case"]) for row in rows)


def read_quads(store: Store, case: str) -> dict[str, str]:
    """Return graph -> N-Quads of a case and of its report.

    :raises InputError: if the case is not in the store.
    :raises StoreError: if the store fails.
    """
    found = {
        f"{case}/{kind}": _dump(store, f"{case}/{kind}") for kind in ("asserted", "inferred", "provenance")
    }
    if not found[f"{case}/asserted"]:
        raise InputError(f"no case {case}", where=store.location, todo="casegraph cases lists those it has")
    reports = {
        quad.object.value
        for quad in ox.parse(found[f"{case}/asserted"].encode(), format=ox.RdfFormat.N_QUADS)
        if quad.predicate.value == _REPORTED_IN and isinstance(quad.object, ox.NamedNode)
    }
    return found | {report: _dump(store, report) for report in sorted(reports)}


def _dump(store: Store, graph: str) -> str:
    return "".join(f"{line}\n" for line in store.dump(graph))


def read_case(store: Store, case: str) -> CaseFacts:
    """Read a case with its report.

    :param case: the IRI of the case or group.
    :raises InputError: if the case is not in the store, or names no report.
    :raises StoreError: if the store fails.
    """
    quads = read_quads(store, case)
    values = _by_node(quads)
    reports = values.get((case, _REPORTED_IN))
    if not reports:
        raise InputError(
            "the case names no report", where=case, expected="cg:reportedIn, as a load writes it"
        )
    return CaseFacts(case, reports[0].value, quads, values)


def read_report(store: Store, report: str) -> CaseFacts:
    """Read a report alone, with its passages and what it says beyond its cases: no case of it is told.

    :param report: the IRI of the report.
    :return: facts whose case is the report.
    :raises InputError: if the report is not in the store.
    :raises StoreError: if the store fails.
    """
    quads = {report: _dump(store, report)}
    if not quads[report]:
        raise InputError(f"no report {report}", where=store.location, todo="casegraph cases lists the cases")
    return CaseFacts(report, report, quads, _by_node(quads))


def _by_node(quads: Mapping[str, str]) -> dict[tuple[str, str], tuple[Term, ...]]:
    values: dict[tuple[str, str], list[Term]] = {}
    for quad in ox.parse("".join(quads.values()).encode(), format=ox.RdfFormat.N_QUADS):
        if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
            values.setdefault((quad.subject.value, quad.predicate.value), []).append(quad.object)
    return {key: tuple(sorted(found, key=str)) for key, found in values.items()}
