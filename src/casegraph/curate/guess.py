"""Proposes a mapping for a table: what its header and first rows may mean, for a person to confirm.

A column is written as an entry only where its name or its cells are exactly the name of a term, or words
whose meaning is plain; all else is written behind ``#``, with what it is like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from casegraph.curate.guess_columns import MOST_ODD, Column
from casegraph.curate.guess_terms import MEASURED, Meanings
from casegraph.curate.guess_writing import Entry, flow, written
from casegraph.loaders.inputs import Input
from casegraph.loaders.table.rows import Row, Table, open_table
from casegraph.terms import Terms, all_terms

__all__ = ["guess"]

_SAYS_NOTHING = ("NA", "N/A", "n/a", "na", "NaN", "nan", "NULL", "null", "missing", ".")
_IDENTIFIER = {"id", "pid", "patient", "subject", "participant", "case", "record"}
_PERSONAL = {"name", "surname", "forename", "firstname", "lastname", "mrn", "address", "phone", "email"}
_OF_PERSON = {"patient", "first", "last", "full", *_PERSONAL}
_BIRTH = {"birth", "dob", "born", "birthdate", "geburtsdatum", "geboortedatum", "naissance", "nacimiento"}
_SEXES = {"f": "female", "female": "female", "m": "male", "male": "male"}
_YES = {"yes", "y", "true", "1", "present", "positive", "pos", "+", "ja", "oui", "sí", "si"}
_NO = {"no", "n", "false", "0", "absent", "negative", "neg", "-", "nein", "nee", "non"}
_RESULTS = {"positive": "positive", "pos": "positive", "negative": "negative", "neg": "negative"}
_COMMA = re.compile(r"-?\d+,(\d{1,2}|\d{4,})")
_GROUPED = re.compile(r"-?\d{1,3}([.,]\d{3})+")
#: words of a header -> the unit of an age.
_AGE_UNITS = {
    **dict.fromkeys(("years", "year", "yrs", "yr", "y"), "years"),
    **dict.fromkeys(("months", "month", "mo"), "months"),
    **dict.fromkeys(("weeks", "week", "wk"), "weeks"),
    **dict.fromkeys(("days", "day", "d"), "days"),
}
#: words of a header that make an age the time of something.
_EVENTS = {"at", "onset", "diagnosis", "diagnosed", "death", "visit", "start", "end", "follow", "followup"}
#: parts of a mapping that leave a column out.
_LEFT_OUT = ("identifiers", "ignored")
#: words of a header -> what to do about a column for which no term was found.
_HINTS = {
    "dose": "a dose? it stands with its drug, under treatments: dose: {column: ..., unit: ...}",
    "dosage": "a dose? it stands with its drug, under treatments: dose: {column: ..., unit: ...}",
    "response": "an outcome? it stands with its drug, under treatments: responses:",
    "outcome": "an outcome? it stands with its drug, under treatments: responses:",
}
_MOST_VALUES = 30


def guess(source: Input, *, rows: int = 200, terms: Terms | None = None) -> str:
    """Return a mapping file to begin with, with comments.

    :param rows: how many rows are looked at.
    :param terms: what names are looked up in; by default the terms at hand.
    :raises DocumentError: if the file is no table.
    """
    plain = open_table(source)
    look = list(islice(plain.rows(), rows))
    said = {cell for row in look for cell in row.cells.values()}
    missing = [word for word in _SAYS_NOTHING if word in said]
    columns = tuple(_column(name, look, {"", *missing}) for name in plain.columns)
    decimal = "," if any(_COMMA.fullmatch(cell) for each in columns for cell in each.cells) else "."
    key = _key(columns, len(look))
    at = _visit(columns) if key is not None and len(key.values) < len(look) else ""
    guessing = _Guessing(Meanings(terms or all_terms()), decimal, at)
    entries = [each for column in columns if column is not key for each in guessing.entries(column)]
    return written(_head(plain, key, missing, decimal, len(look)), entries)


def _column(name: str, rows: list[Row], nothing: set[str]) -> Column:
    cells = (row.cells.get(name, "") for row in rows)
    return Column(name, tuple(cell for cell in cells if cell not in nothing))


def _key(columns: tuple[Column, ...], rows: int) -> Column | None:
    """Return the column that may name the case: filled in every row, and called so or all different."""
    filled = [each for each in columns if rows and len(each.cells) == rows and not each.words & _PERSONAL]
    called = [each for each in filled if each.words & _IDENTIFIER]
    different = [each for each in filled if len(each.values) == rows and not each.date_order]
    return next(iter((*called, *different)), None)


def _visit(columns: tuple[Column, ...]) -> str:
    """Return the one time that rows of a case may tell of; empty where there is none, or more than one."""
    plain = (each for each in columns if not each.words & _BIRTH and not each.against)
    dates = [each.key for each in plain if each.date_order not in ("", "?")]
    return dates[0] if len(dates) == 1 else ""


def _head(
    table: Table, key: Column | None, missing: list[str], decimal: str, rows: int
) -> Iterator[tuple[str, str]]:
    """Yield the entries about the table as a whole, each with a comment."""
    yield "casegraph-table: 1", f"a guess from {rows} rows: check every line"
    if key is None:
        yield "id:", "fill in: no column surely names the case in every row"
    else:
        many = len(key.values) < rows
        several = (
            "some have several rows, which make one case: say when with at:" if many else "all different"
        )
        yield f"id: {flow(key.name)}", f"the column that names the case; {several}"
    yield f"delimiter: {flow(table.delimiter)}", ""
    if decimal == ",":
        yield "decimal: ','", "34,1 is read as 34.1"
    if missing:
        yield f"missing: {flow(missing)}", "cells that say nothing, beside empty ones"


class _Guessing:
    """Proposes entries for one column after another."""

    def __init__(self, meanings: Meanings, decimal: str, at: str) -> None:
        self._meanings, self._decimal = meanings, decimal
        self._at: dict[str, object] = {"at": at} if at else {}

    def entries(self, column: Column) -> Iterator[Entry]:
        """Yield what is proposed for a column; always something, so that none is overlooked."""
        if not column.cells:
            yield Entry("ignored", flow(column.name), "empty in the rows that were looked at")
            return
        for proposed in (self._person, self._time, self._answer, self._number, self._names):
            if found := list(proposed(column)):
                yield from (_doubted(each, column) for each in found)
                return
        hints = (_HINTS[word] for word in sorted(column.words & _HINTS.keys()))
        yield Entry("ignored", flow(column.name), next(hints, "nothing exact was found for it"))

    def _person(self, column: Column) -> Iterator[Entry]:
        name, words = column.name, column.words
        if words & _PERSONAL and words <= _OF_PERSON:
            yield Entry("identifiers", flow(name), "identifies a person")
        elif words & {"sex", "gender"}:
            known = {each: _SEXES[each.lower()] for each in column.values if each.lower() in _SEXES}
            rest = [each for each in column.values if each not in known]
            note = f"fill in what these mean: {flow(rest)}" if rest else ""
            yield Entry("sex", flow({"column": name, "values": known}), note, certain=bool(known))
        elif "age" in words and column.no_numbers(self._decimal) == []:
            yield _age(column)
        elif words & _BIRTH and (order := column.date_order):
            odd = "" if not column.no_dates() else "some cells are no dates, which refuses their records"
            note = _notes("gives an age and is left out", odd)
            yield Entry("birth", flow({"column": name, "order": order}), note)
        elif words & {"doi", "pmid"}:
            kind = "doi" if "doi" in words else "pmid"
            yield Entry(kind, flow({"column": name}), "the publication that tells of the patient")

    def _time(self, column: Column) -> Iterator[Entry]:
        if order := column.date_order:
            sure, note = order != "?", "use it below as at:, starts:, ends: or onset:"
            said = {"column": column.name, "order": order if sure else "dmy"}
            note = note if sure else "day or month first? dmy or mdy"
            odd = column.no_dates()[:MOST_ODD]
            note = _notes(note, f"no dates: {flow(odd)}" if odd else "")
            yield Entry("times", flow(said), note, certain=sure, key=column.key)

    def _answer(self, column: Column) -> Iterator[Entry]:
        """Propose what a column of yes and no tells of: that which it is called."""
        rest = [each for each in column.values if each.lower() not in _YES | _NO]
        answered = sum(cell.lower() in _YES | _NO for cell in column.cells)
        if len(rest) > MOST_ODD or 2 * answered <= len(column.cells):
            return
        left = f"lost unless you say what it means: {flow(rest)}" if rest else ""
        for kind, code, doubt in self._meanings.of(column.parted[0]):
            said: dict[str, object] = {"column": column.name, "what": code}
            if kind == MEASURED:
                said["results"] = {
                    each: _RESULTS[each.lower()] for each in column.values if each.lower() in _RESULTS
                }
            else:
                said["present"] = [each for each in column.values if each.lower() in _YES]
                said["absent"] = [each for each in column.values if each.lower() in _NO]
            note = _notes(doubt, left)
            sure = not doubt and said.get("results", True) != {}
            yield Entry(kind, flow(said | self._at), note, certain=sure)

    def _number(self, column: Column) -> Iterator[Entry]:
        odd = column.no_numbers(self._decimal)
        if odd is None:
            return
        doubtful = self._ambiguous(column)
        words = [each for each in odd if each not in doubtful][:MOST_ODD]
        name, unit = column.parted
        ask = "is the unit UCUM?" if unit else 'add its unit in UCUM, such as unit: "U/L"'
        two_ways = f"may be read two ways: {flow(doubtful)}" if doubtful else ""
        for kind, code, doubt in self._meanings.of(name):
            if kind == MEASURED:
                said = {"column": column.name, "what": code, **({"unit": unit} if unit else {}), **self._at}
                note = _notes(doubt, ask, two_ways, f"lost, no numbers: {flow(words)}" if words else "")
                yield Entry(kind, flow(said), note, certain=not doubt)

    def _names(self, column: Column) -> Iterator[Entry]:
        """Propose what the cells of a column are the names of."""
        split = next((each for each in ";|" if any(each in cell for cell in column.cells)), None)
        parts = (part.strip() for cell in column.values for part in (cell.split(split) if split else [cell]))
        values = tuple(dict.fromkeys(filter(None, parts)))
        if len(values) > _MOST_VALUES:
            return
        kind, codes, near = self._meanings.of_values(values)
        if codes:
            said = {"column": column.name, **({"split": split} if split else {})}
            yield Entry(kind, flow(said), "", codes=codes, near=near)

    def _ambiguous(self, column: Column) -> list[str]:
        """Return the first few cells that may be one number or another."""
        sign = "." if self._decimal == "," else ","
        grouped = (cell for cell in column.values if sign in cell and _GROUPED.fullmatch(cell))
        return list(islice(grouped, MOST_ODD))


def _doubted(entry: Entry, column: Column) -> Entry:
    """Return an entry that is only proposed where the header says that it may be no fact of the patient."""
    if not column.against or entry.part in _LEFT_OUT:
        return entry
    note = _notes(f"{', '.join(column.against)}: perhaps no fact of the patient", entry.note)
    return replace(entry, certain=False, note=note)


def _age(column: Column) -> Entry:
    """Return the age of the patient, or, where the header says more than that, a time."""
    unit = next((_AGE_UNITS[word] for word in sorted(column.words & _AGE_UNITS.keys())), "")
    note = "" if unit else "or months, weeks, days"
    said = {"column": column.name, "unit": unit or "years"}
    if not column.words & _EVENTS:
        return Entry("age", flow(said), note)
    use = "use it below as at:, starts:, ends: or onset:"
    return Entry("times", flow(said | {"from": "birth"}), _notes(use, note), key=column.key)


def _notes(*notes: str) -> str:
    return "; ".join(filter(None, notes))
