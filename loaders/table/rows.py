"""The rows of a CSV or TSV file: its delimiter and header, each row with its line, what is no table refused.

A file is read twice: once to count the rows of each record, once to hand each record over as soon as its last
row is there. So the rows of one record may stand anywhere, and only unfinished records are in memory.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NoReturn

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.inputs import MOST_LINE, MOST_TEXT, Input
from casegraph.loaders.tables import csv_reader

__all__ = ["DELIMITERS", "Row", "Table", "open_table"]

DELIMITERS = (",", ";", "\t")
_SAMPLE_LINES = 100


@dataclass(slots=True)
class Row:
    """One row.

    :param number: as a spreadsheet counts: the header is row 1.
    :param line: the line it begins in; a cell may hold line breaks.
    :param cells: column -> what stands there, without the blanks around it.
    :param width: how many cells it has.
    :param taken: the columns that were carried or lost.
    :param lost: each column and what of it was lost.
    """

    number: int
    line: int
    cells: Mapping[str, str]
    width: int
    missing: frozenset[str] = frozenset({""})
    taken: set[str] = field(default_factory=set)
    lost: set[tuple[str, str]] = field(default_factory=set)

    def value(self, column: str) -> str | None:
        """Return what stands in a column, which is dealt with thereby; None where the cell says nothing."""
        self.taken.add(column)
        return self.peek(column)

    def peek(self, column: str) -> str | None:
        """Return what stands in a column; None where the cell says nothing."""
        cell = self.cells.get(column, "")
        return None if cell in self.missing else cell

    def long_column(self) -> str | None:
        """Return the first column with a text that is longer than any may be."""
        return next((name for name, cell in self.cells.items() if len(cell) > MOST_TEXT), None)

    def path(self, column: str) -> str:
        """Return where a cell stands, as a loss tells it."""
        return f"row {self.number}, {column}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that has a header.

    :param columns: the names of its columns; one without a name is called by its number: ``column 3``.
    """

    source: Input
    delimiter: str
    columns: tuple[str, ...]
    missing: frozenset[str] = frozenset({""})

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header; a row without any cell that is filled is none.

        :raises DocumentError: if the file is not UTF-8, or its quotes do not match.
        """
        for number, line, cells in islice(_records(self.source, self.delimiter), 1, None):
            if any(cell.strip() for cell in cells):
                named = {name: cell.strip() for name, cell in zip(self.columns, cells, strict=False)}
                yield Row(number, line, named, len(cells), self.missing)

    def survey(self, key: str) -> tuple[Counter[str], Counter[str]]:
        """Return how many rows each record has, and how many cells of each column say something."""
        rows: Counter[str] = Counter()
        filled: Counter[str] = Counter()
        for row in self.rows():
            rows[row.peek(key) or ""] += 1
            filled.update(name for name in row.cells if row.peek(name) is not None)
        return rows, filled


def open_table(source: Input, delimiter: str | None = None, missing: frozenset[str] = frozenset()) -> Table:
    """Return the table of a file.

    :param delimiter: what parts its cells; found in its first lines where it is None.
    :param missing: what stands in cells that say nothing, beside empty ones.
    :raises DocumentError: if the file is empty, is not UTF-8, has a column twice, or no delimiter fits.
    """
    parted = delimiter or _sniffed(source)
    header = next(_records(source, parted), None)
    if header is None:
        _refuse(source, 1, "empty", "the file is empty", "a table begins with the names of its columns")
    _, line, cells = header
    names = tuple(cell.strip() or f"column {at}" for at, cell in enumerate(cells, start=1))
    if twice := [name for name, many in Counter(names).items() if many > 1]:
        message = f"column {twice[0]!r} stands {names.count(twice[0])} times in the header"
        _refuse(source, line, "duplicate-key", message, "give each column a name of its own")
    return Table(source, parted, names, missing | {""})


def _sniffed(source: Input) -> str:
    lines = list(islice(_lines(source), _SAMPLE_LINES))
    fitting: dict[str, tuple[int, int]] = {}
    for delimiter in DELIMITERS:
        widths = [len(cells) for cells in csv_reader(lines, delimiter, strict=False) if cells]
        if widths and widths[0] > 1:
            fitting[delimiter] = (widths.count(widths[0]), widths[0])
    best = max(fitting.values(), default=None)
    found = [delimiter for delimiter, fit in fitting.items() if fit == best]
    if len(found) != 1:
        said = "more than one of , ; and tab part" if found else "none of , ; and tab parts"
        todo = "say delimiter: in the mapping"
        _refuse(source, 1, "not-a-table", f"{said} the first row into columns", todo)
    return found[0]


def _records(source: Input, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (number of the row, line it begins in, cells)."""
    reader = csv_reader(_lines(source), delimiter)
    number, begun = 0, 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            todo = "a quote within a quoted cell is written twice; look here and just before"
            _refuse(source, begun, "not-a-table", f"the row cannot be read: {error}", todo)
        number += 1
        yield number, begun, cells
        begun = reader.line_num + 1


def _lines(source: Input) -> Iterator[str]:
    with source.open() as file:
        number = 0
        while raw := file.readline(MOST_LINE + 1):
            number += 1
            if len(raw) > MOST_LINE:
                message = f"a line of more than {MOST_LINE:,} bytes"
                _refuse(source, number, "too-large", message, "this is no table of rows")
            try:
                yield (raw.removeprefix(BOM_UTF8) if number == 1 else raw).decode("utf-8")
            except UnicodeDecodeError as error:
                message = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
                _refuse(source, number, "not-utf-8", message, "save the file as UTF-8")


def _refuse(source: Input, line: int, code: str, message: str, todo: str) -> NoReturn:
    raise DocumentError((Problem(source.name, line, 0, code, message, todo),))
