"""What one row of a table tells, by its mapping: each cell becomes a claim or is lost by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, TypeVar

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.codes import coded
from casegraph.loaders.records import RecordBuilder
from casegraph.loaders.table.cells import CellError, days_of, iso_date, looked_up, number
from casegraph.loaders.table.mapping import (
    Cell,
    FactColumn,
    NamedColumn,
    SeverityColumn,
    TableMapping,
    TimeColumn,
    UnitColumn,
)
from casegraph.loaders.table.rows import Row
from casegraph.loaders.times import BIRTH
from casegraph.model import Claim
from casegraph.model.values import Severity
from casegraph.namespaces import expand
from casegraph.terms import Terms

__all__ = ["Kept", "RowFacts", "cell_text"]

T = TypeVar("T")
W_co = TypeVar("W_co", covariant=True)
Polarity = Literal["present", "absent", "indeterminate"]
#: a bound or a range: a value that the model has no place for.
_BOUND = re.compile(r"[<>\u2264\u2265~]\s*=?\s*\d.*|\d[\d.,]*\s*[-\u2013]\s*\d[\d.,]*")
_ISO_UNIT = {"years": "Y", "months": "M", "weeks": "W", "days": "D"}


#: list of the builder and claim in it -> each row, column and words that say so; it is carried once.
Kept = dict[tuple[str, Claim], list[tuple["RowFacts", str, str]]]


class _Words(Protocol[W_co]):
    """A column whose cells are words of a closed list."""

    @property
    def column(self) -> str: ...
    @property
    def values(self) -> Mapping[str, W_co]: ...


def cell_text(cell: Cell) -> str:
    """Return what stands in a cell of a table for what YAML made of it."""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


@dataclass(frozen=True, slots=True)
class RowFacts:
    """Reads one row of a record; what it finds goes into the builder of the record.

    :param file: the name of the table for problems.
    :param rows: all rows of the record.
    :param kept: what rows of the record have told so far.
    """

    file: str
    mapping: TableMapping
    builder: RecordBuilder
    row: Row
    rows: Sequence[Row]
    terms: Terms
    kept: Kept
    _times: dict[str, str | None] = field(default_factory=dict)

    def lose(self, column: str, value: str, reason: str) -> None:
        """Note what a cell says and is not carried."""
        self.row.taken.add(column)
        if (column, value) not in self.row.lost:
            self.row.lost.add((column, value))
            self.builder.lose(self.row.path(column), value, reason)

    def keep(self, kind: str, claim: Claim, column: str, said: str) -> None:
        """Take up what a cell says into a list of the builder, unless it is there already."""
        told = self.kept.setdefault((kind, claim), [])
        if not told:
            getattr(self.builder, kind).append(claim)
        told.append((self, column, said))

    def read(self, column: str, reader: Callable[..., T], *more: str) -> T | None:
        """Return what a reader of cells makes of a column; None where the cell says nothing.

        :raises DocumentError: if the cell cannot be read one way only.
        """
        cell = self.row.value(column)
        try:
            return None if cell is None else reader(cell, *more)
        except CellError as error:
            raise self.refused(error.code, f"column {column!r}: {error}", error.todo) from error

    def refused(self, code: str, message: str, todo: str) -> DocumentError:
        """Return the error that refuses the record for what stands in this row."""
        return DocumentError((Problem(self.file, self.row.line, 0, code, message, todo),))

    def number(self, column: str) -> int | float | None:
        """Return the number in a column; a text that is none is lost."""
        found = self.read(column, number, self.mapping.decimal)
        cell = self.row.value(column)
        if found is None and cell is not None:
            self.lose(column, cell, "no-place" if _BOUND.fullmatch(cell) else "unmapped-code")
        return found

    def word(self, words: _Words[T] | None) -> T | None:
        """Return the word that a cell stands for; a cell that stands for none is lost."""
        cell = self.row.value(words.column) if words is not None else None
        if words is None or cell is None:
            return None
        found = looked_up(cell, words.values)
        if found is None:
            self.lose(words.column, cell, "unmapped-code")
        return found

    def unit(self, fixed: str | None, column: UnitColumn | None) -> tuple[str | None, bool]:
        """Return the unit, and whether it is known: a unit that no entry has makes the value useless."""
        if column is None or self.row.peek(column.column) is None:
            return fixed, True
        found = self.word(column)
        return found, found is not None

    def time(self, name: str | None) -> str | None:
        """Return the occasion of a time of the mapping in this row; None where the row does not tell it."""
        if name is None:
            return None
        if name not in self._times:
            self._times[name] = self._time(name, self.mapping.times[name])
        return self._times[name]

    def _time(self, name: str, told: TimeColumn) -> str | None:
        times = self.builder.times
        if told.column is None:
            return times.event(name)
        cell = self.row.value(told.column)
        if cell is None:
            return None
        if told.since is None or told.unit is None:
            printed = self.read(told.column, iso_date, told.order)
            found = times.date(printed) if printed else None
        elif told.since == BIRTH:
            found = self.age(told.column, told.unit)
        else:
            found = self._since(told.column, told.unit, told.since)
        if found is None:
            self.lose(told.column, cell, "no-time")
        return found

    def age(self, column: str, unit: str) -> str | None:
        """Return the occasion at the age in a column; None where it is a text.

        :raises DocumentError: if it is no age: below 0, or beyond what anybody lived.
        """
        cell = self.row.value(column)
        days = self.read(column, days_of, unit, self.mapping.decimal)
        if days is None or cell is None:
            return None
        if days[0] < 0:
            todo = "if it stands for what is not known, say so under missing in the mapping"
            raise self.refused("wrong-value", f"column {column!r}: {cell!r} is no age", todo)
        if cell.isdigit():
            return self.builder.times.age(f"P{int(cell)}{_ISO_UNIT[unit]}")
        return self.builder.times.age_range(f"P{days[0]}D", f"P{days[1]}D")

    def _since(self, column: str, unit: str, since: str) -> str | None:
        days = self.read(column, days_of, unit, self.mapping.decimal)
        anchor = self.time(since) or next(filter(None, (each.time(since) for each in self._others())), None)
        if days is None or anchor is None:
            return None
        return self.builder.times.since(anchor, days, f"{self.row.value(column)} {unit}")

    def _others(self) -> Iterator[RowFacts]:
        return (replace(self, row=row, _times={}) for row in self.rows if row is not self.row)

    def concept(self, what: str | None, named: NamedColumn | None) -> str | None:
        """Return the fixed concept, or that which another column names; a name that no entry has is lost."""
        if named is None:
            return what
        cell = self.row.value(named.column)
        found = looked_up(cell, named.codes) if cell is not None else None
        if cell is not None and found is None:
            self.lose(named.column, cell, "unmapped-code")
        return found

    def concepts(self, fact: FactColumn) -> Iterator[tuple[str, Polarity, str]]:
        """Yield each concept that a cell tells of, whether it is present, and the words that say so."""
        cell = self.row.value(fact.column)
        if cell is None:
            return
        if fact.what is not None or fact.named is not None:
            yield from self._asked(fact, cell)
            return
        for part in cell.split(fact.split) if fact.split else (cell,):
            if not (said := part.strip()) or said in self.row.missing:
                continue
            code = looked_up(said, fact.codes) if fact.codes else self._term(said)
            if code is None:
                self.lose(fact.column, said, "unmapped-code" if fact.codes else "no-code")
            else:
                yield code, "present", said

    def _asked(self, fact: FactColumn, cell: str) -> Iterator[tuple[str, Polarity, str]]:
        answers: dict[str, Polarity] = {}
        for polarity in ("present", "absent", "indeterminate"):
            answers |= dict.fromkeys(map(cell_text, getattr(fact, polarity, ())), polarity)
        answer = looked_up(cell, answers)
        if answer is None:
            self.lose(fact.column, cell, "unmapped-code")
        elif (code := self.concept(fact.what, fact.named)) is None:
            self.lose(fact.column, cell, "no-place")
        else:
            yield code, answer, cell

    def _term(self, said: str) -> str | None:
        identifier, _, label = said.partition(" ")
        code = coded(identifier, label)
        own = code and self.terms.label(expand(code.split(" ", 1)[0]))
        return coded(identifier, own) if own else code

    def severity(self, column: SeverityColumn | None, answer: Polarity) -> Severity | None:
        """Return how severe something is; where it is not present, a severity has no place."""
        if answer == "present" or column is None:
            return self.word(column)
        return None
