"""What two tellings of one patient agree in, and what they contradict each other in.

Nothing is preferred and nothing is put right: both sides stand, each with its passage. Differences of
precision are no conflicts, and silence contradicts nothing.
"""

from casegraph.merge.conflicts.compared import Comparison, compared
from casegraph.merge.conflicts.items import Agreement, Conflict, Matter, Side
from casegraph.merge.conflicts.telling import Place, Telling, read_tellings
from casegraph.merge.conflicts.written import conflict_quads

__all__ = [
    "Agreement",
    "Comparison",
    "Conflict",
    "Matter",
    "Place",
    "Side",
    "Telling",
    "compared",
    "conflict_quads",
    "read_tellings",
]
