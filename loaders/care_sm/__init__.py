"""Reads CARE-SM: the CSV of its toolkit, short or full, that of EJP-RD CDE v1, and N-Quads.

The rows of one patient, in one file or in several, make one case, named by the ``pid``. All rows are held in
memory until the last is read, at most :data:`MOST_ROWS`. A patient one of whose rows is wrong makes no case:
each wrong row is a problem of its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn, TextIO

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.care_sm.cde import Layout, cde_rows, layout_of
from casegraph.loaders.care_sm.elements import imported
from casegraph.loaders.care_sm.rdf import is_quads, rdf_rows
from casegraph.loaders.care_sm.rows import Row, addresses, short_cells
from casegraph.loaders.inputs import MOST_LINE, MOST_TEXT, Input, long_text
from casegraph.loaders.records import Imported, Options, Outcome, RecordBuilder, told
from casegraph.loaders.tables import csv_reader
from casegraph.namespaces import PREFIXES

__all__ = ["MOST_ROWS", "CareSmFiles", "looks_like_care_sm", "read_care_sm", "read_care_sm_files"]

#: How many rows, or records of N-Quads, are read at once.
MOST_ROWS = 1_000_000
_REQUIRED = ("model", "pid")

#: A row of a patient, or what is wrong with one; the patient is empty where none is named.
Read = tuple[str, Row | Problem]


def looks_like_care_sm(first: bytes) -> bool:
    r"""Return whether a file is CARE-SM or EJP-RD CDE v1, by how it begins.

    >>> looks_like_care_sm(b"model,pid,value\n"), looks_like_care_sm(b"id,sex\n")
    (True, False)
    """
    if is_quads(first):
        return any(each.encode() in first for each in (addresses()["CARE-SM"], PREFIXES["SIO"]))
    line = first.decode("utf-8-sig", errors="replace").partition("\n")[0]
    header = _header(line)
    return set(_REQUIRED) <= set(header) or layout_of(header) is not None


def read_care_sm(source: Input, options: Options) -> Iterator[Outcome]:
    """Yield the case of each patient of one file; see :func:`read_care_sm_files`."""
    return read_care_sm_files((source,), options)


def read_care_sm_files(
    sources: Sequence[Input], options: Options, files: dict[str, str] | None = None
) -> Iterator[Outcome]:
    """Yield the case of each patient of files that belong together, such as one file a data element.

    :param files: takes the file that each patient is first told of in.
    :raises DocumentError: if one of the files cannot be read at all, or there are more than MOST_ROWS rows.
    """
    patients: dict[str, list[Row | Problem]] = {}
    orphans: list[Problem] = []
    many = 0
    for source in sources:
        for pid, row in _rows(source):
            many += 1
            if many > MOST_ROWS:
                _refuse(source, 0, "too-large", f"more than {MOST_ROWS} rows", "split the files by patient")
            if pid:
                patients.setdefault(pid, []).append(row)
                if files is not None:
                    files.setdefault(pid, source.name)
            elif isinstance(row, Problem):
                orphans.append(row)
    yield from orphans
    for pid, rows in patients.items():
        yield from _outcomes(pid, rows, options)


class CareSmFiles:
    """Keeps the files that come together until the last of them has come."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._sources: list[Input] = []

    def read(self, source: Input) -> Iterator[tuple[str, Outcome]]:
        """Yield nothing yet: a patient of this file may be in another one too."""
        self._sources.append(source)
        return iter(())

    def rest(self) -> Iterator[tuple[str, Outcome]]:
        """Yield the case of each patient of all files, with the name of the first that tells of them."""
        files: dict[str, str] = {}
        first = self._sources[0].name
        read = told(first, lambda: read_care_sm_files(self._sources, self._options, files))
        for name, outcome in read:
            record = outcome.document.report.record if isinstance(outcome, Imported) else None
            yield (files[record.id] if record else name), outcome


def _outcomes(pid: str, found: Iterable[Row | Problem], options: Options) -> Iterator[Outcome]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for each in found:
        if isinstance(each, Problem):
            problems.append(each)
        else:
            rows.append(each)
    read = imported(RecordBuilder(options, pid), rows)
    yield from problems
    yield from (each for each in read if isinstance(each, Problem) or not problems)


def _rows(source: Input) -> Iterator[Read]:
    with source.open() as file:
        first = file.read(4096)
    if not first.strip():
        _refuse(source, 0, "empty", "nothing stands in the file", "give a file with a header and rows")
    yield from rdf_rows(source) if is_quads(first) else _table(source)


def _table(source: Input) -> Iterator[Read]:
    with source.open() as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        lines = _Lines(text, source)
        try:
            header = _header(next(lines, ""))
            layout = _layout(source, header)
            if "pid" not in header:
                yield "", _no_patient(source, header)
                return
            reader = csv_reader(lines, lines.delimiter)
            begins = 2
            for cells in reader:
                yield from _row(source, header, layout, (begins, [cell.strip() for cell in cells]))
                begins = reader.line_num + 2
        except UnicodeDecodeError as error:
            told = f"the byte {error.object[error.start]:#04x} is not UTF-8"
            raise _problem(source, _bad_line(source), "not-utf-8", told, "save the file as UTF-8") from error
        except csv.Error as error:
            raise _problem(
                source, lines.read, "not-csv", f"{error}", "check the quotes of this row"
            ) from error


class _Lines:
    """The lines of a table, counted, and the sign between its cells: comma, semicolon or tab."""

    def __init__(self, text: TextIO, source: Input) -> None:
        self._text, self._source = text, source
        self.read = 0
        self.delimiter = ","

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MOST_LINE + 1)
        if not line:
            raise StopIteration
        self.read += 1
        if len(line) > MOST_LINE:
            told = f"a line of more than {MOST_LINE:,} characters"
            _refuse(self._source, self.read, "too-large", told, "this is no table of rows")
        if self.read == 1:
            self.delimiter = _delimiter(line)
        return line


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _header(line: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.strip().split(_delimiter(line))]


def _layout(source: Input, header: list[str]) -> Layout | None:
    """Return the layout of CDE v1 that the columns are; None where they are those of CARE-SM.

    :raises DocumentError: if they are neither.
    """
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        _refuse(source, 1, "duplicate-key", f"two columns are called {', '.join(twice)}", "keep one of them")
    layout = layout_of(header)
    missing = [column for column in _REQUIRED if column not in header]
    if layout is None and missing:
        told = f"no column {', '.join(missing)}; found {', '.join(header)}"
        todo = "give the columns of CARE-SM (model, pid, ...) or those of a table of EJP-RD CDE v1"
        _refuse(source, 1, "missing-key", told, todo)
    return layout


def _no_patient(source: Input, header: list[str]) -> Problem:
    """Return why a table that has no column for the patient is refused: a row is none."""
    message = f"no column pid tells whose rows these are; found {', '.join(header)}"
    return Problem(source.name, 1, 0, "no-patient", message, "give each row the pid of its patient")


def _row(
    source: Input, header: list[str], layout: Layout | None, read: tuple[int, list[str]]
) -> Iterator[Read]:
    line, values = read
    if not any(values):
        return
    cells = {column: value for column, value in zip(header, values, strict=False) if value and column}
    pid = cells.pop("pid", "")
    if len(values) != len(header):
        told = f"the row has {len(values)} cells, the header {len(header)}"
        todo = "put quotes around a cell with a delimiter in it, and fill the row up to its end"
        yield pid, Problem(source.name, line, min(len(values), len(header)) + 1, "ragged-row", told, todo)
        return
    if long := next((at for at, text in enumerate(values, 1) if len(text) > MOST_TEXT), 0):
        yield pid, Problem(source.name, line, long, *long_text())
        return
    needed = {"pid": pid} if layout else {"pid": pid, "model": cells.get("model", "")}
    missing = next((name for name, text in needed.items() if not text), None)
    if missing:
        told, todo = f"the row has no {missing}", "fill the cell"
        yield pid, Problem(source.name, line, header.index(missing) + 1, "missing-key", told, todo)
        return
    positions = {column: number for number, column in enumerate(header, 1)}
    place = f"{source.name.replace(chr(92), '/').rpartition('/')[2]}/{line}"
    if layout:
        yield from ((pid, row) for row in cde_rows(layout, cells, (source.name, line, place), positions))
        return
    model = cells.pop("model")
    short, names = short_cells(model, cells)
    yield pid, Row(source.name, line, f"{place}/{model}", model, short, names, positions)


def _bad_line(source: Input) -> int:
    """Return the first line that is not UTF-8."""
    with source.open() as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def _problem(source: Input, line: int, code: str, told: str, todo: str) -> DocumentError:
    return DocumentError((Problem(source.name, line, 1 if line else 0, code, told, todo),))


def _refuse(source: Input, line: int, code: str, told: str, todo: str) -> NoReturn:
    raise _problem(source, line, code, told, todo)
