"""The treatments that the rows of a record tell of: one episode a drug, start and end, with its doses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from msgspec.structs import replace

from casegraph.loaders.records import RecordBuilder
from casegraph.loaders.table.cells import looked_up
from casegraph.loaders.table.facts import RowFacts
from casegraph.loaders.table.mapping import DoseColumn, ResponseColumn, TreatmentColumn
from casegraph.model import DoseSegment, Response, Treatment

__all__ = ["Episodes"]


@dataclass(slots=True)
class _Episode:
    """What rows say of one treatment."""

    told: Treatment
    doses: list[DoseSegment] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)


@dataclass(slots=True)
class Episodes:
    """Collects the treatments of one record.

    Rows that name the same drug with the same start, end and reason to stop tell of one episode: a table
    repeats a drug at every visit. Each different dose, or dose at another time, is a stretch of it.
    """

    builder: RecordBuilder
    _episodes: dict[Treatment, _Episode] = field(default_factory=dict)

    def add(self, facts: RowFacts) -> None:
        """Take up what a row tells."""
        for column in facts.mapping.treatments:
            found = list(_treatments(facts, column))
            for told in found:
                episode = self._episodes.setdefault(told, _Episode(told))
                if len(found) == 1:
                    _add_dose(episode, facts, column)
                    _add_responses(episode, facts, column.responses)

    def finish(self) -> None:
        """Hand all treatments over, each with its doses and what it did."""
        taken: set[str] = set()
        for told, episode in self._episodes.items():
            name = _unused(self.builder.fragment("treatment", told.what, told.at), taken)
            doses = tuple(
                replace(each, id=f"{name}-dose-{at}") for at, each in enumerate(episode.doses, start=1)
            )
            self.builder.treatments.append(replace(told, id=name, doses=doses))
            self.builder.responses += [replace(each, to=(name,)) for each in episode.responses]


def _unused(name: str, taken: set[str]) -> str:
    """Return a name that no other treatment of the record has, and take it."""
    own = next(each for at in count(1) if (each := name if at == 1 else f"{name}-{at}") not in taken)
    taken.add(own)
    return own


def _treatments(facts: RowFacts, column: TreatmentColumn) -> Iterator[Treatment]:
    for what, answer, said in facts.concepts(column):
        if answer != "present":
            facts.lose(column.column, said, "no-place")
            continue
        yield facts.builder.claim(
            Treatment,
            what=what,
            at=facts.time(column.starts),
            ends_at=facts.time(column.ends),
            stop_reason=facts.word(column.stop_reason),
            indication=column.indication,
        )


def _add_dose(episode: _Episode, facts: RowFacts, column: TreatmentColumn) -> None:
    if column.dose is not None and (dose := _dose(facts, column.dose, episode.told.at)) is not None:
        if dose in episode.doses:
            cell = facts.row.value(column.dose.column) or ""
            facts.lose(column.dose.column, cell, "duplicate")
        else:
            episode.doses.append(dose)


def _dose(facts: RowFacts, column: DoseColumn, starts: str | None) -> DoseSegment | None:
    value = facts.number(column.column)
    if value is None:
        return None
    cell = facts.row.value(column.column) or ""
    if value < 0:
        todo = "if it stands for what is not known, say so under missing in the mapping"
        raise facts.refused("wrong-value", f"column {column.column!r}: {cell!r} is no dose", todo)
    unit, known = facts.unit(column.unit, column.unit_from)
    if not known:
        facts.lose(column.column, cell, "required-missing")
        return None
    at = facts.time(column.at) if column.at else starts
    route = facts.word(column.route)
    missing = None if unit else "notStated"
    return facts.builder.claim(DoseSegment, dose=value, unit=unit, unit_missing=missing, at=at, route=route)


def _add_responses(episode: _Episode, facts: RowFacts, columns: Iterable[ResponseColumn]) -> None:
    for column in columns:
        cell, direction = facts.row.value(column.column), facts.word(column)
        if cell is not None and direction is not None:
            response = facts.builder.claim(
                Response,
                domain=column.domain,
                direction=direction,
                degree=looked_up(cell, column.degrees),
                criterion=column.criterion,
                at=facts.time(column.at),
            )
            episode.responses.append(response)
