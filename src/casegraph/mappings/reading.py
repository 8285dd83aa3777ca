"""Reads mapping sets in SSSOM/TSV and tells, with its line, whatever is wrong with one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path

from casegraph.errors import InputError
from casegraph.mappings.content import MappingSet, TermMapping, cells
from casegraph.mappings.heads import Head, Reader, read_head
from casegraph.mappings.slots import MAPPING_SLOTS, NO_TERM, PREDICATES, Slot

__all__ = ["parse_mappings", "read_mappings"]

_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
#: How like a slot a column must be named to be taken for a slip of the pen.
_LIKE = 0.85


def read_mappings(path: Path) -> MappingSet:
    """Return the mapping set of a file.

    :raises InputError: if the file is not SSSOM/TSV; *where* is the file and the line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read: {error}", where=str(path), expected="UTF-8") from error
    return parse_mappings(text, str(path))


def parse_mappings(text: str, file: str = "mappings") -> MappingSet:
    """Return the mapping set that a text in SSSOM/TSV tells.

    A value of the set that holds for each of its mappings is given to each. A column that neither SSSOM has
    nor the set declares is kept.

    :param file: what errors call it.
    :raises InputError: if it is not SSSOM/TSV; *where* is the file and the line.
    """
    lines = re.split(r"(?<=\n)", text)
    head_lines = list(takewhile(lambda line: line.startswith("#"), lines))
    head = read_head("".join(line[1:] for line in head_lines), file)
    references = frozenset(each.slot_name for each in head.extensions if each.is_reference)
    reader = Reader(file, head.prefixes, references)
    rows = list(_rows(io.StringIO("".join(lines[len(head_lines) :]), newline=""), head, reader))
    shared = _shared(head, [values for values, _ in rows])
    for values, line in rows:
        _check(values | shared, reader, line)
    return MappingSet(
        iri=head.iri,
        mappings=tuple(TermMapping.of(values | shared, f"{file}:{line}") for values, line in rows),
        told={name: values for name, values in head.told.items() if name not in shared},
        prefixes=head.prefixes,
        extensions=head.extensions,
    )


def _rows(body: io.StringIO, head: Head, reader: Reader) -> Iterator[tuple[dict[str, str], int]]:
    """Yield the values of each row by the names of their slots, and its line."""
    table = csv.reader(body, delimiter="\t", strict=True)
    columns: list[str] | None = None
    before = head.lines
    try:
        for row in table:
            line, before = before + 1, head.lines + table.line_num
            if columns is None:
                columns = row
                _check_columns(columns, head, reader, line)
            elif row:
                if len(row) != len(columns):
                    raise reader.error(line, f"{len(row)} cells", f"{len(columns)}, one for each column")
                yield {name: cell for name, cell in zip(columns, row, strict=True) if cell}, line
    except csv.Error as error:
        todo = 'put a value with a tab, a line end or a " between ", and write each " in it twice'
        raise reader.error(
            head.lines + table.line_num, f"the table cannot be read: {error}", todo=todo
        ) from error
    if columns is None:
        raise reader.error(head.lines + 1, "there is no table", "the names of the columns, then the mappings")


def _check_columns(columns: list[str], head: Head, reader: Reader, line: int) -> None:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise reader.error(line, f"the column {twice[0]!r} is there twice")
    declared = {each.slot_name for each in head.extensions}
    for name in [each for each in columns if each not in MAPPING_SLOTS and each not in declared]:
        like = get_close_matches(name, MAPPING_SLOTS, n=1, cutoff=_LIKE)
        if like or not name:
            hint = f"did you mean {like[0]}? Else " if like else ""
            todo = f"{hint}declare it in the extension_definitions of the set"
            raise reader.error(line, f"no slot is called {name!r}", todo=todo)
    if missing := [name for name in _REQUIRED[1::2] if name not in columns]:
        raise reader.error(line, f"the mapping has no column {missing[0]}", f"columns {', '.join(_REQUIRED)}")


def _shared(head: Head, rows: list[dict[str, str]]) -> dict[str, str]:
    """Return the values of the set that hold for each of its mappings: none of these has one of its own."""
    found = {}
    for name, cell in head.shared.items():
        if rows and not any(name in values for values in rows):
            found[name] = cell
    return found


def _check(values: dict[str, str], reader: Reader, line: int) -> None:
    """Raise what is wrong with a mapping."""
    ends = [
        f"{side}_label" if values.get(f"{side}_type") == "rdfs literal" else f"{side}_id"
        for side in ("subject", "object")
    ]
    for name in (*ends, *_EXAMPLES):
        if not values.get(name):
            expected = f"a CURIE such as {_EXAMPLES[name]}" if name in _EXAMPLES else f"a value, or {NO_TERM}"
            raise reader.error(line, f"the mapping has no {name}", expected)
    for name, given in cells(values):
        if slot := MAPPING_SLOTS.get(name):
            for value in given:
                reader.check(slot, value, line)
            if NO_TERM in given and name not in ("subject_id", "object_id"):
                raise reader.error(line, f"{name} is {NO_TERM}", "that of subject_id or object_id only")
    for name in reader.references & values.keys():
        reader.check(Slot(name, "reference"), values[name], line)
    _check_predicate(values["predicate_id"], reader, line)


_EXAMPLES = {"predicate_id": "skos:exactMatch", "mapping_justification": "semapv:ManualMappingCuration"}


def _check_predicate(curie: str, reader: Reader, line: int) -> None:
    """Raise that a predicate is unknown, where all predicates of its vocabulary are known."""
    prefix, _, local = curie.partition(":")
    known = PREDICATES.get(prefix, (local,))
    if local not in known:
        folded = {each.casefold(): each for each in known}
        like = get_close_matches(local.casefold(), folded, n=1)
        todo = f"did you mean {prefix}:{folded[like[0]]}?" if like else ""
        expected = ", ".join(f"{prefix}:{each}" for each in known)
        raise reader.error(line, f"unknown predicate {curie}", f"one of {expected}", todo)
