"""The evidence of each row of a stored query: of the claims and derived things that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from casegraph.cli.chains import Telling, as_data
from casegraph.cli.form import write, write_records
from casegraph.errors import InputError
from casegraph.facts import read_case
from casegraph.namespaces import BASE, CG
from casegraph.query import StoredQuery
from casegraph.rows import PythonValue, Rows
from casegraph.store import Store
from casegraph.story.evidence import of_claim
from casegraph.story.words import Words
from casegraph.subjects import find_case
from casegraph.terms import Terms
from casegraph.told import with_told
from casegraph.why import Explainer, Step, is_derived

__all__ = ["CaseInWords", "Cases", "explained_rows", "is_part", "row_steps", "write_rows_because"]

_OWNERS = tuple(f"{BASE}{kind}/" for kind in ("case", "group", "report"))
_FORMATS = ("table", "json", "jsonl")


def is_part(value: PythonValue) -> bool:
    """Say whether a value is the IRI of a part of a case, group or report."""
    return isinstance(value, str) and "#" in value and value.startswith(_OWNERS)


class CaseInWords:
    """One case with its words, what explains it, and what was told of it."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.explainer = Explainer(words.facts, words.terms)
        self.telling = Telling(words)
        self.claims: set[str] = set()


class Cases:
    """The cases of a store that an answer needs, each read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.terms = with_told(store)
        self._read: dict[str, CaseInWords] = {}

    def of(self, owner: str) -> CaseInWords:
        """Return a case or group; of a report, its first case.

        :raises InputError: if the store has none such.
        """
        if owner not in self._read:
            case = find_case(self._store, owner)
            if case not in self._read:
                self._read[case] = CaseInWords(Words(read_case(self._store, case), self.terms))
            self._read[owner] = self._read[case]
        return self._read[owner]


def row_steps(
    cases: Cases, asked: StoredQuery, row: Mapping[str, PythonValue]
) -> Iterator[tuple[CaseInWords, Step]]:
    """Yield why each claim and derived thing of a row holds, and each property of the case that it is of."""
    listed = (each for value in row.values() if isinstance(value, str) for each in value.split("; "))
    for part in filter(is_part, dict.fromkeys(listed)):
        case = cases.of(part.rpartition("#")[0])
        if case.words.facts.values(part, "basis") or is_derived(case.words.facts, part):
            yield case, case.explainer.node(part)
    for column, glance in asked.head.explained_by.items():
        if row[column] is not None:
            case = cases.of(str(row["case"]))
            yield case, case.explainer.property(CG + glance, str(row[column]))


def explained_rows(cases: Cases, asked: StoredQuery, rows: Rows) -> Iterator[list[str]]:
    """Yield, for each row, the lines that explain it; what was told before is only referred to."""
    for row in rows:
        lines: list[str] = []
        told: dict[int, Telling] = {}
        for case, step in row_steps(cases, asked, row):
            if step.rules:
                lines += case.telling.chain(step)
                told[id(case)] = case.telling
            else:
                lines += _claim(case, step.node)
        for telling in told.values():
            lines += telling.legend()
        yield lines


def _claim(case: CaseInWords, claim: str) -> Iterator[str]:
    """Yield the evidence of a claim; in full the first time only."""
    lines = of_claim(case.words, claim)
    yield from lines if claim not in case.claims else (f"{next(lines)} (explained above)",)
    case.claims.add(claim)


def write_rows_because(store: Store, asked: StoredQuery, rows: Rows, form: str | None) -> None:
    """Write the rows of an answer, each with what explains it.

    :param form: table (also for None), json or jsonl.
    :raises InputError: if the form has no room for it.
    """
    if form not in (*_FORMATS, None):
        raise InputError(f"{form} has no room for --why", expected=f"-f with one of {', '.join(_FORMATS)}")
    cases = Cases(store)
    if form in (None, "table"):
        write_records(rows.columns, rows.to_table(cases.terms), explained_rows(cases, asked, rows))
        return
    why = [[as_data(case.words, step) for case, step in row_steps(cases, asked, row)] for row in rows]
    write(_json(rows, why) if form == "json" else _jsonl(rows, why, cases.terms))


def _json(rows: Rows, why: list[Any]) -> str:
    answer = msgspec.json.decode(rows.to_json())
    for binding, because in zip(answer["results"]["bindings"], why, strict=True):
        binding["why"] = because
    return msgspec.json.encode(answer).decode()


def _jsonl(rows: Rows, why: list[Any], terms: Terms) -> str:
    """Return one flat object a row, its values as they are written without the member ``why``."""
    lines = rows.to_jsonl(terms).splitlines()
    flat = (msgspec.json.decode(line, type=dict[str, msgspec.Raw]) for line in lines)
    both = ({**row, "why": because} for row, because in zip(flat, why, strict=True))
    return "".join(f"{msgspec.json.encode(each).decode()}\n" for each in both)
