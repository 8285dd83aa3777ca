"""Reads cases from any CSV or TSV file by a mapping file: one row a patient, or several that make a case."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.inputs import Input, long_text
from casegraph.loaders.records import Imported, Options, Outcome, RecordBuilder
from casegraph.loaders.table.cells import CellError, completed_years, iso_date, looked_up, refuse_not_finite
from casegraph.loaders.table.columns import add_facts
from casegraph.loaders.table.facts import Kept, RowFacts, cell_text
from casegraph.loaders.table.mapping import FindingColumn, TableMapping, TestColumn
from casegraph.loaders.table.mapping_file import MappingFile, read_mapping
from casegraph.loaders.table.rows import Row, Table, open_table
from casegraph.loaders.table.treatments import Episodes
from casegraph.losses import Loss
from casegraph.model import Age
from casegraph.model.values import Sex
from casegraph.terms import Terms, all_terms

__all__ = ["read_table"]

_SEXES: dict[str, Sex] = {"female": "female", "male": "male", "other": "other", "unknown": "unknown"}
#: what is one thing a patient, and how it is written.
_PUBLICATION = {"doi": re.compile(r"10\.\d{4,9}/\S+"), "pmid": re.compile(r"\d+")}
_NO_ROW = ("empty", "no row stands below the header", "a row a patient, or a row a visit")


def read_table(source: Input, options: Options) -> Iterator[Outcome]:
    """Yield the case of each record of a table, or why there is none.

    A record is all rows with the same identifier, wherever they stand; it comes when its last row was read.
    Columns that the mapping does not name are told of once, with the first case, without their values.

    :raises InputError: if no mapping is given, or it cannot be opened.
    :raises DocumentError: if the mapping is faulty, names a column that the table lacks, or the file is no
        table at all.
    """
    if options.mapping is None:
        todo = f"casegraph map guess {source.name} -o mapping.yaml writes one to begin with"
        raise InputError("a table needs a mapping", where=source.name, todo=todo)
    file, terms = read_mapping(options.mapping), all_terms()
    missing = frozenset(map(cell_text, file.mapping.missing))
    table = open_table(source, file.mapping.delimiter, missing)
    _refuse_missing_columns(file, table)
    yield from _with_columns(_Reading(table, file.mapping, options, terms), file)


def _refuse_missing_columns(file: MappingFile, table: Table) -> None:
    from rapidfuzz import process

    problems = []
    for name, place in file.columns.items():
        if name not in table.columns:
            nearest = process.extractOne(name, table.columns, score_cutoff=60, processor=str.casefold)
            had = f"did you mean {nearest[0]!r}?" if nearest else f"it has {', '.join(table.columns)}"
            message = f"the table {table.source.name} has no column {name!r}"
            problems.append(file.source.problem(place, "missing-key", message, todo=had))
    if problems:
        raise DocumentError(tuple(sorted(problems)))


def _with_columns(reading: _Reading, file: MappingFile) -> Iterator[Outcome]:
    """Yield all outcomes; the first case tells of the columns that no case has a place for."""
    mapping = reading.mapping
    left = [name for name in reading.table.columns if name not in file.columns or name in mapping.ignored]
    filled = reading.filled
    losses = tuple(
        Loss(reading.options.dataset, name, f"{filled[name]} cells", "no-place", filled[name])
        for name in left
        if filled[name]
    )
    for outcome in reading.outcomes(frozenset(file.columns) - {mapping.id, *mapping.ignored}):
        if losses and isinstance(outcome, Imported):
            yield replace(outcome, losses=(*losses, *outcome.losses))
            losses = ()
        else:
            yield outcome


@dataclass
class _Reading:
    """One table being read."""

    table: Table
    mapping: TableMapping
    options: Options
    terms: Terms

    @cached_property
    def _survey(self) -> tuple[Counter[str], Counter[str]]:
        return self.table.survey(self.mapping.id)

    @cached_property
    def _numbers(self) -> tuple[str, ...]:
        return self.mapping.number_columns()

    @property
    def filled(self) -> Counter[str]:
        """How many cells of each column say something."""
        return self._survey[1]

    def outcomes(self, mapped: frozenset[str]) -> Iterator[Outcome]:
        """Yield each record when its last row is there.

        :param mapped: the columns of which each cell is carried or lost.
        """
        rows_of, unfinished = self._survey[0], dict[str, list[Row]]()
        if not rows_of:
            raise DocumentError((Problem(self.table.source.name, 1, 0, *_NO_ROW),))
        for row in self.table.rows():
            name = row.peek(self.mapping.id)
            if name is None:
                todo = f"fill in {self.mapping.id!r}, which names the case"
                yield self._problem(row, "no-patient", "the row names no record", todo)
                continue
            rows = unfinished.setdefault(name, [])
            rows.append(row)
            if len(rows) == rows_of[name]:
                yield self._outcome(name, unfinished.pop(name), mapped)

    def _outcome(self, name: str, rows: list[Row], mapped: frozenset[str]) -> Outcome:
        if problem := self._fault(name, rows):
            return problem
        try:
            return _Record(self, name, rows).imported(mapped)
        except DocumentError as error:
            return error.problems[0]

    def _fault(self, name: str, rows: list[Row]) -> Problem | None:
        """Return why the rows of a record are not read: half a patient is worse than none."""
        for row in rows:
            if fault := self._row_fault(name, row):
                return self._problem(row, *fault)
        if len(rows) > 1 and self.mapping.rows == "one":
            message = f"record {name!r} has rows {', '.join(str(row.number) for row in rows)}"
            return self._problem(
                rows[1], "same-case", message, "one row a patient: say rows: several, or part them"
            )
        return None

    def _row_fault(self, name: str, row: Row) -> tuple[str, str, str] | None:
        if row.width != (wanted := len(self.table.columns)):
            message = f"record {name!r}: the row has {row.width} cells, the header {wanted}"
            return (
                "ragged-row",
                message,
                "put cells with a delimiter in quotes, and fill the row up to its end",
            )
        if column := row.long_column():
            code, message, todo = long_text()
            return code, f"column {column!r}: {message}", todo
        for column in self._numbers:
            try:
                refuse_not_finite(row.peek(column) or "")
            except CellError as error:
                return error.code, f"column {column!r}: {error}", error.todo
        return None

    def _problem(self, row: Row, code: str, message: str, todo: str) -> Problem:
        return Problem(self.table.source.name, row.line, 0, code, message, todo)


class _Record:
    """The rows of one record on their way to a case."""

    def __init__(self, reading: _Reading, name: str, rows: list[Row]) -> None:
        self.mapping, self.rows, self.options = reading.mapping, rows, reading.options
        self.file = reading.table.source.name
        self.builder = RecordBuilder(reading.options, name)
        self._kept: Kept = {}
        told = (self.file, self.mapping, self.builder)
        self._facts = [RowFacts(*told, row, rows, reading.terms, self._kept) for row in rows]

    def imported(self, mapped: frozenset[str]) -> Imported:
        """Return the case.

        :raises DocumentError: if a cell can be read more than one way, or rows contradict each other.
        """
        self._who()
        episodes = Episodes(self.builder)
        for facts in self._facts:
            self.builder.times.place = (self.file, facts.row.line)
            add_facts(facts)
            episodes.add(facts)
        episodes.finish()
        self._age()
        self._undated()
        self._repeated()
        self._leave(mapped)
        return self.builder.imported()

    def _who(self) -> None:
        if (sex := self.mapping.sex) is not None and (found := self._single(sex.column)):
            word = looked_up(found[1], sex.values or _SEXES)
            if word is None:
                found[0].lose(sex.column, found[1], "unmapped-code")
            self.builder.sex = word or "unknown"
        self._birth()
        for kind, pattern in _PUBLICATION.items():
            column = getattr(self.mapping, kind)
            if column is not None and (found := self._single(column.column)):
                if pattern.fullmatch(found[1]):
                    setattr(self.builder, kind, found[1])
                else:
                    found[0].lose(column.column, found[1], "no-code")

    def _single(self, column: str) -> tuple[RowFacts, str] | None:
        """Return the first row that fills a column of which a patient has one value, and the value.

        :raises DocumentError: if another row says something else; the values are not repeated.
        """
        told = [(facts, cell) for facts in self._facts if (cell := facts.row.value(column)) is not None]
        for facts, cell in told:
            if cell.casefold() != told[0][1].casefold():
                first = told[0][0].row.number
                message = f"column {column!r}: row {first} and row {facts.row.number} of one patient differ"
                raise facts.refused("wrong-value", message, "correct one, or give them two identifiers")
        return told[0] if told else None

    def _birth(self) -> None:
        column = self.mapping.birth
        if column is None or (found := self._single(column.column)) is None:
            return
        facts, cell = found
        keep = self.options.keep_identifiers
        try:
            printed = iso_date(cell, column.order)
        except CellError as error:
            message = f"column {column.column!r} is no date that can be read one way only"
            raise facts.refused(error.code, message, error.todo) from error
        if printed is None or not self.builder.times.birth_date(printed, keep=keep) or not keep:
            facts.lose(column.column, "", "identifier")

    def _age(self) -> None:
        """Take the first age; another one is carried only where it is the time of something."""
        column, first = self.mapping.age, None
        for facts in self._facts if column else ():
            cell = facts.row.peek(column.column) if column else None
            if column is None or cell is None:
                continue
            if first is None:
                first = cell
                self._set_age(facts, column.column, column.unit)
            elif cell != first and column.column not in facts.row.taken:
                facts.lose(column.column, cell, "no-place")
            facts.row.taken.add(column.column)

    def _set_age(self, facts: RowFacts, column: str, unit: str) -> None:
        at = facts.age(column, unit)
        if at is None:
            facts.lose(column, facts.row.value(column) or "", "unmapped-code")
            return
        self.builder.age = Age(years=completed_years(facts.number(column) or 0, unit), at=at)

    def _undated(self) -> None:
        """Name the cells that rows fill differently and of which the mapping does not say when it was so."""
        columns: Iterator[FindingColumn | TestColumn] = chain(self.mapping.findings, self.mapping.tests)
        for column in columns:
            if column.at is not None or (column.what is None and column.named is None):
                continue
            told: dict[str, list[tuple[RowFacts, str]]] = {}
            for facts in self._facts:
                what = facts.row.peek(column.named.column) if column.named else ""
                if (cell := facts.row.peek(column.column)) is not None:
                    told.setdefault(what or "", []).append((facts, cell))
            for cells in told.values():
                for facts, cell in cells if len({cell.casefold() for _, cell in cells}) > 1 else ():
                    facts.lose(column.column, cell, "no-time")

    def _repeated(self) -> None:
        """Name each cell that says again what another one has said."""
        for facts, column, said in chain.from_iterable(told[1:] for told in self._kept.values()):
            facts.lose(column, said, "duplicate")

    def _leave(self, mapped: frozenset[str]) -> None:
        """Name each cell that no claim took up: a dose without a drug, a time of nothing."""
        for column in self.mapping.identifiers:
            if any(row.peek(column) is not None for row in self.rows):
                self.builder.lose(column, "", "identifier")
        for facts in self._facts:
            for column in sorted(mapped - facts.row.taken - set(self.mapping.identifiers)):
                if (cell := facts.row.peek(column)) is not None:
                    facts.lose(column, cell, "no-place")
