"""Writes what two tellings agree and disagree in, as N-Quads of the graph of their comparison."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from casegraph.merge.conflicts.items import Agreement, Conflict
from casegraph.namespaces import CG, PREFIXES
from casegraph.triples.fields import Names, text

__all__ = ["conflict_quads"]

_TYPE = f"<{PREFIXES['rdf']}type>"
_DIGITS = 16
_NAMELESS = Names("", "", "")
_Lines = Iterator[tuple[str, str]]


def conflict_quads(graph: str, conflicts: Iterable[Conflict], agreements: Iterable[Agreement]) -> str:
    """Return sorted N-Quads of the graph of a comparison: a node for each conflict and each agreement.

    A node is named by the comparison and by what it says, and all is said of the node: nothing is said of a
    claim, which stands in the graph of its case. The same two tellings always give the same bytes.

    :param graph: the IRI of the comparison, which is that of its graph.
    """
    lines: set[str] = set()
    for conflict in conflicts:
        claims = tuple(side.claim for side in conflict.sides)
        node = f"{graph}#conflict-{_hash(conflict.matter, *claims)}"
        lines |= _quads(node, _conflict(conflict), graph)
        lines |= _quads(node, _between(claims), graph)
    for agreement in agreements:
        node = f"{graph}#agreement-{_hash(*agreement.claims)}"
        lines |= _quads(node, _agreement(), graph)
        lines |= _quads(node, _between(agreement.claims), graph)
    return "".join(sorted(lines))


def _conflict(conflict: Conflict) -> _Lines:
    yield _TYPE, _cg("TellingConflict")
    yield _cg("conflictMatter"), _cg(f"{conflict.matter}Conflict")
    yield _cg("conflictCertainty"), _cg("certainConflict" if conflict.certain else "possibleConflict")
    for which, side in zip(("first", "second"), conflict.sides, strict=True):
        yield _cg(f"{which}Says"), text(_NAMELESS, side.says)


def _agreement() -> _Lines:
    yield _TYPE, _cg("TellingAgreement")


def _between(claims: tuple[str, ...]) -> _Lines:
    for which, claim in zip(("first", "second"), claims, strict=True):
        yield _cg(f"{which}Telling"), f"<{claim}>"


def _quads(node: str, said: _Lines, graph: str) -> set[str]:
    about = f"<{node}> {_cg('ofComparison')} <{graph}> <{graph}> .\n"
    return {about, *(f"<{node}> {predicate} {value} <{graph}> .\n" for predicate, value in said)}


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_DIGITS]


def _cg(name: str) -> str:
    return f"<{CG}{name}>"
