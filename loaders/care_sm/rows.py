"""One row of CARE-SM: the cells of a data element, each taken once or left behind and named."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import NoReturn

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.codes import coded
from casegraph.loaders.records import RecordBuilder
from casegraph.loaders.tables import NOT_FINITE, rows_of
from casegraph.loaders.times import day_span
from casegraph.namespaces import PREFIXES

__all__ = ["Row", "addresses", "short_cells", "term_of"]

#: Columns that name a row or what it belongs to, whatever the row tells.
_OF_THE_ROW = frozenset({"uniqid", "event_id", "context_id"})
_TYPES = frozenset({"string", "float", "double", "decimal", "integer", "int", "date", "boolean"})
#: what stands for yes and for no, in lower case.
_TRUTH: Mapping[str, bool] = MappingProxyType({"true": True, "1": True, "false": False, "0": False})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
#: what a row is about.
_ABOUT = ("valueIRI", "agent", "target", "activity", "input", "specification", "value", "unit")
#: Data elements that tell who the patient is: no cell of theirs is repeated.
_PRIVATE = frozenset({"Birthdate", "Birthyear", "Birthplace", "Pseudonym"})

#: column of the full template -> (column of the short one, the data elements for which it is that).
_SHORT: Mapping[str, tuple[tuple[str, frozenset[str]], ...]] = MappingProxyType(
    {
        "attribute_type": (
            ("valueIRI", frozenset({"Sex", "Status", "Examination"})),
            ("agent", frozenset({"Genetic"})),
        ),
        "output_id": (
            (
                "valueIRI",
                frozenset(
                    {"Diagnosis", "Phenotype", "Birthplace", "Genetic", "Clinical_trial", "Cohort", "Biobank"}
                ),
            ),
        ),
        "cause_id": (("valueIRI", frozenset({"Deathdate"})),),
        "output_type": (("valueIRI", frozenset({"Consent", "Medication"})),),
        "target_id": (("target", frozenset({"Symptoms_onset", "Clinical_trial", "Cohort"})),),
        "target_type": (
            ("target", frozenset({"Examination", "Laboratory", "Surgery", "Diagnosis", "Phenotype"})),
        ),
        "input_type": (("input", frozenset({"Laboratory", "Genetic", "Biobank"})),),
        "input_id": (
            ("agent", frozenset({"Medication"})),
            ("input", frozenset({"Questionnaire", "Disability"})),
        ),
    }
)
#: column of the full template -> column of the short one, whatever the data element.
_ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "specific_method_type": "activity",
        "unit_type": "unit",
        "identifier_value": "value",
        **{f"value_{kind}": "value" for kind in ("date", "integer", "string", "id_string", "float")},
    }
)


@cache
def _template() -> frozenset[tuple[str, str, str]]:
    return frozenset((row["model"], row["column"], row["iri"]) for row in rows_of("care_sm_template.tsv"))


@cache
def addresses() -> Mapping[str, str]:
    """Return prefix -> the address by which CARE-SM names what has a code under it."""
    return MappingProxyType({row["prefix"]: row["address"] for row in rows_of("care_sm_addresses.tsv")})


def short_cells(model: str, cells: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the cells of a row by the columns of the short template, and what the file calls these.

    What the toolkit of CARE-SM adds to every row of a data element is left out: the element says it.

    >>> short_cells("Sex", {"attribute_type": "http://a/F", "role_type": "http://purl.obolibrary.org/obo/OBI_0000093"})
    ({'valueIRI': 'http://a/F'}, {'valueIRI': 'attribute_type'})
    """
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    for column, text in cells.items():
        own = _ALWAYS.get(column) or next(
            (to for to, whose in _SHORT.get(column, ()) if model in whose), None
        )
        if own is None and (model, column, text) in _template():
            continue
        if own is None or cells.get(own, found.get(own, text)) != text:
            own = column
        found[own] = text
        names[own] = column if own not in cells else own
    return found, names


def term_of(text: str, label: str = "") -> str | None:
    """Return the term that a cell names by an address, with or without TLS, or a CURIE; None where by none.

    >>> term_of("https://www.whocc.no/atc_ddd_index/?code=G04BX16"), term_of("tiopronin")
    ('ATC:G04BX16 ATC:G04BX16', None)
    >>> term_of("http://www.whocc.no/atc_ddd_index/?code=L04AX03", "methotrexate")
    'ATC:L04AX03 methotrexate'
    """
    secure = re.sub("^http:", "https:", text)
    for prefix, address in addresses().items():
        if prefix in PREFIXES and secure.startswith(address) and secure != address:
            return coded(f"{prefix}:{secure.removeprefix(address)}", label)
    return coded(text, label)


@dataclass(slots=True)
class Row:
    """One data element of one patient.

    :param line: where it begins in the file, or what tells of it.
    :param place: its name in a loss report: the file and the line or the record.
    :param cells: what is told, by the columns of the short template; empty cells are left out.
    :param names: column -> what the file calls it, where that is something else.
    :param positions: what the file calls a column -> which column it is, counted from 1.
    :param labels: column -> the column that has its label.
    """

    file: str
    line: int
    place: str
    model: str
    cells: dict[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    _left: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with every cell left over."""
        self._left = set(self.cells)

    def told(self) -> tuple[object, ...]:
        """Return what the row says, whichever file says it: two rows that say the same are one."""
        beside = ("uniqid", "value_datatype")
        return (self.model, *sorted(each for each in self.cells.items() if each[0] not in beside))

    def about(self, builder: RecordBuilder) -> str:
        """Return what the row is about in short: its concept, value and unit, without what is private."""
        told = (self.cells.get(column) for column in _ABOUT if self.model not in _PRIVATE)
        return " ".join(each for each in told if each and not builder.times.tells_birth(each))

    def take(self, column: str) -> str:
        """Return the text of a cell, and its label's cell, as carried; empty where there is none."""
        self._left -= {column, self.labels.get(column, column)}
        return self.cells.get(column, "")

    def lose(self, builder: RecordBuilder, column: str, reason: str) -> None:
        """Leave one cell behind; what identifies a person is not repeated."""
        if column in self.cells:
            self._left.discard(column)
            text = self.cells[column]
            own = "identifier" if builder.times.tells_birth(text) else reason
            told = "" if self.model in _PRIVATE else text
            builder.lose(f"{self.place}/{self.names.get(column, column)}", told, own)

    def leave(self, builder: RecordBuilder, reason: str) -> None:
        """Leave behind all that was not taken."""
        self._left.discard("value_datatype")
        for column in self.cells:
            if column in self._left:
                missed = column in _OF_THE_ROW and reason == "required-missing"
                own = "identifier" if self.model in _PRIVATE else "no-place" if missed else reason
                self.lose(builder, column, own)

    def term(self, builder: RecordBuilder, column: str) -> str | None:
        """Return the term of a cell; words that are no identifier are left behind."""
        text = self.cells.get(column)
        if text is None:
            return None
        term = term_of(text, self.cells.get(self.labels.get(column, ""), ""))
        if term is None:
            self.lose(builder, column, "no-code")
            return None
        self.take(column)
        return term

    def date(self, column: str) -> str | None:
        """Return a date as it is written.

        :raises DocumentError: if what stands there is no date.
        """
        self.check_date(column)
        return self.take(column) or None

    def check_date(self, column: str) -> None:
        """Look at a date that is not carried; it stays behind.

        :raises DocumentError: if what stands there is no date.
        """
        text = self.cells.get(column)
        if text is not None and day_span(text) is None:
            self.wrong(column, f"{self._said(column)} is no date", "write the year first: 2020-02-29")

    def in_order(self, first: str, last: str) -> None:
        """See that two dates, which are dates, come one after the other.

        :raises DocumentError: if the last is before the first.
        """
        start, end = day_span(self.cells[first]), day_span(self.cells[last])
        if start and end and end[1] < start[0]:
            self.wrong(last, "the end is before the start", "check both dates")

    def number(self, column: str) -> int | float | None:
        """Return a number.

        :raises DocumentError: if what stands there is no finite number.
        """
        text = self.cells.get(column)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            todo = "write a number such as 12.5, or leave the cell empty"
            self.wrong(column, f"{self._said(column)} is no number", todo)
        self.take(column)
        return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)

    def check_numbers(self) -> None:
        """Look at the numbers, carried or not: NaN and infinity are none.

        :raises DocumentError: if one stands there.
        """
        texts = (
            ("frequency_value", "age") if self.datatype() == "string" else ("value", "frequency_value", "age")
        )
        for column in texts:
            if NOT_FINITE.fullmatch(self.cells.get(column, "")):
                self.number(column)

    def truth(self) -> bool | None:
        """Return the truth value that the row says; None where it says none, or something else.

        :raises DocumentError: if it says something else under the name of a truth value.
        """
        text = self.cells.get("value", "")
        if text.lower() not in _TRUTH and self.datatype() == "boolean":
            self.wrong("value", f"{text!r} is neither true nor false")
        return _TRUTH.get(text.lower())

    def datatype(self) -> str:
        """Return the name of the XSD type of the value; empty where the row has none.

        :raises DocumentError: if it is no type that CARE-SM has.
        """
        text = self.cells.get("value_datatype", "")
        name = text.removeprefix(PREFIXES["xsd"]).removeprefix("xsd:")
        if text and name not in _TYPES:
            self.wrong(
                "value_datatype",
                f"unknown type {self._said('value_datatype')}",
                f"write one of xsd:{', xsd:'.join(sorted(_TYPES))}",
            )
        return name

    def _said(self, column: str) -> str:
        """Return a cell as an error quotes it; what identifies a person is not repeated."""
        return "the cell" if self.model in _PRIVATE else repr(self.cells[column])

    def wrong(self, column: str, message: str, todo: str = "", code: str = "wrong-value") -> NoReturn:
        """Refuse the row for one of its cells."""
        name = self.names.get(column, column)
        told = f"{self.model if self.positions else self.place}: {name}: {message}"
        raise DocumentError((Problem(self.file, self.line, self.positions.get(name, 1), code, told, todo),))
