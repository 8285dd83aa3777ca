"""What of a packet cannot be as it stands, though each half of it can: it is carried, and warned of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casegraph.errors import Problem
from casegraph.losses import shortened
from casegraph.model import Case, Course, Diagnosis, iterate_claims

__all__ = ["doubts_of", "misnamed"]


def doubts_of(case: Case, file: str, line: int) -> Iterator[Problem]:
    """Yield a warning for what began after the last encounter, where ages tell both.

    :param case: the case of a packet: its age is that at the last encounter.
    :param file: the name of the input.
    :param line: the line of the packet, 0 where it has none.
    """
    last = case.occasions.get(case.age.at or "") if case.age else None
    if last is None or last.start is None or last.start[1] is None:
        return
    later: list[tuple[int, str]] = []
    for _, claim in iterate_claims(case):
        key = claim.onset_at if isinstance(claim, Diagnosis) else claim.at
        began = case.occasions.get(key or "")
        if began is None or began.anchor != last.anchor or isinstance(claim, Course):
            continue
        first = began.start[0] if began.start else None
        if first is not None and first > last.start[1]:
            later.append((first, f"{getattr(claim, 'what', 'a response')} at {began.printed}"))
    if later:
        things = f"{len(later)} thing{'' if len(later) == 1 else 's'} began later"
        text = f"the last encounter was at {last.printed}, but {things}, the latest {max(later)[1]}"
        todo = "correct timeAtLastEncounter, or when they began"
        yield Problem(file, line, 0, "after-last-encounter", text, todo, "warning")


def misnamed(record: str, terms: Mapping[str, str], file: str, line: int) -> Iterator[Problem]:
    """Yield a warning for each term of a closed list whose label is not that of its code, which was read.

    :param terms: the term as the packet has it -> what its code is called.
    """
    for term, name in terms.items():
        curie, _, label = term.partition(" ")
        text = f"{record}: {curie} is {name!r}; the record calls it {shortened(label)!r}"
        todo = "it was read by its identifier; correct one of the two"
        yield Problem(file, line, 0, "label-mismatch", text, todo, "warning")
