"""Holds the rows that answer a query and writes them: standard formats for data, labels for people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec
from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples

from casegraph.errors import InputError, MissingExtraError, StoreError
from casegraph.namespaces import PREFIXES, compact

if TYPE_CHECKING:
    from pandas import DataFrame

    from casegraph.terms import Terms

__all__ = ["PythonValue", "Rows", "Term"]

Term = NamedNode | BlankNode | Literal
PythonValue = str | int | float | Decimal | bool | None

_XSD = PREFIXES["xsd"]
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_BOOLEAN = re.compile("true|false|1|0")
_INTEGERS = (
    "integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    "unsignedInt unsignedLong unsignedShort unsignedByte"
)

#: datatype -> how its text must look, and what makes a Python value of it.
_PYTHON: Mapping[str, tuple[re.Pattern[str], Callable[[str], PythonValue]]] = {
    **{_XSD + name: (_INTEGER, int) for name in _INTEGERS.split()},
    _XSD + "decimal": (_DECIMAL, Decimal),
    _XSD + "double": (_DOUBLE, float),
    _XSD + "float": (_DOUBLE, float),
    _XSD + "boolean": (_BOOLEAN, lambda text: text in ("true", "1")),
}
#: datatype -> the texts that SPARQL reads as that datatype without quotes.
_BARE = {
    _XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    _XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    _XSD + "double": re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"),
    _XSD + "boolean": re.compile("true|false"),
}
_PLACES = 6


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a SELECT query: named columns and, in each row, a term or None for each.

    Iterating gives a dict of Python values a row: an IRI is its text, ``xsd:integer`` an int, ``xsd:decimal``
    a Decimal, ``xsd:boolean`` a bool; what has no value in its datatype stays text.

    >>> rows = Rows(("n",), ((Literal(3),), (None,)))
    >>> list(rows)
    [{'n': 3}, {'n': None}]
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    @classmethod
    def read(cls, answer: QuerySolutions | QueryBoolean | QueryTriples) -> Rows:
        """Read the answer of a store to its end.

        :raises InputError: if it is the answer to ASK, CONSTRUCT or DESCRIBE, which has no rows.
        :raises StoreError: if the store fails on the way.
        """
        if not isinstance(answer, QuerySolutions):
            raise InputError("the answer has no rows", expected="a SELECT query")
        try:
            rows = tuple(tuple(row) for row in answer)
        except (OSError, RuntimeError) as error:
            raise StoreError(f"the answer broke off: {error}") from error
        return cls(tuple(each.value for each in answer.variables), rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, PythonValue]]:
        for row in self.rows:
            yield dict(zip(self.columns, map(_python, row), strict=True))

    def to_pandas(self) -> DataFrame:
        """Return a data frame whose columns keep the Python values as they are.

        :raises MissingExtraError: if pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise MissingExtraError(
                "pandas is not installed", todo="pip install 'casegraph[pandas]'"
            ) from error
        values = [list(map(_python, row)) for row in self.rows]
        return pandas.DataFrame(values, columns=list(self.columns), dtype=object)

    def to_json(self) -> str:
        """Return SPARQL 1.1 Query Results JSON.

        >>> Rows(("x",), ((Literal("a"),),)).to_json()
        '{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"a"}}]}}'
        """
        bindings = [
            {name: _json(term) for name, term in zip(self.columns, row, strict=True) if term is not None}
            for row in self.rows
        ]
        results = {"head": {"vars": self.columns}, "results": {"bindings": bindings}}
        return msgspec.json.encode(results).decode()

    def to_csv(self) -> str:
        """Return SPARQL 1.1 Query Results CSV: values without their datatypes, lines ended by CR LF."""
        text = io.StringIO(newline="")
        lines = csv.writer(text, lineterminator="\r\n")
        lines.writerow(self.columns)
        lines.writerows([_plain(term) for term in row] for row in self.rows)
        return text.getvalue()

    def to_tsv(self) -> str:
        """Return SPARQL 1.1 Query Results TSV: terms as SPARQL writes them."""
        lines = ["\t".join(f"?{name}" for name in self.columns)]
        lines += ["\t".join(_sparql(term) for term in row) for row in self.rows]
        return "".join(f"{line}\n" for line in lines)

    def to_jsonl(self, terms: Terms) -> str:
        """Return one flat JSON object a row, with ``<column>_label`` beside each IRI that has a label."""
        encoder = msgspec.json.Encoder(decimal_format="number")
        return "".join(f"{encoder.encode(each).decode()}\n" for each in self._labelled(terms))

    def to_table(self, terms: Terms) -> list[list[str]]:
        """Return the rows for people: labels beside CURIEs, decimals with grouped digits; without a head."""
        return [[_display(term, terms) for term in row] for row in self.rows]

    def to_markdown(self, terms: Terms) -> str:
        """Return the rows of :meth:`to_table` as a Markdown table with a head."""
        table = [list(self.columns), ["---"] * len(self.columns), *self.to_table(terms)]
        return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in table)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the rows as notebooks show them: a table with the labels of the shipped vocabulary."""
        from casegraph.terms import all_terms

        terms = all_terms()
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        table = ("".join(f"<td>{escape(text)}</td>" for text in row) for row in self.to_table(terms))
        body = "".join(f"<tr>{row}</tr>" for row in table)
        html = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return {"text/plain": self.to_markdown(terms), "text/html": html}

    def _labelled(self, terms: Terms) -> Iterator[dict[str, Any]]:
        for values, row in zip(self, self.rows, strict=True):
            flat: dict[str, Any] = {}
            for name, term in zip(self.columns, row, strict=True):
                flat[name] = values[name]
                label = terms.plain(term.value) if isinstance(term, NamedNode) else None
                if label is not None and f"{name}_label" not in self.columns:
                    flat[f"{name}_label"] = label
            yield flat


def _python(term: Term | None) -> PythonValue:
    if not isinstance(term, Literal):
        return None if term is None else _plain(term)
    pattern, convert = _PYTHON.get(term.datatype.value, (None, str))
    return convert(term.value) if pattern and pattern.fullmatch(term.value) else term.value


def _json(term: Term) -> dict[str, str]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    said = {"type": "literal", "value": term.value}
    if term.language is not None:
        return {**said, "xml:lang": term.language}
    return said if term.datatype.value == _XSD + "string" else {**said, "datatype": term.datatype.value}


def _plain(term: Term | None) -> str:
    if isinstance(term, BlankNode):
        return str(term)
    return "" if term is None else term.value


def _sparql(term: Term | None) -> str:
    if isinstance(term, Literal):
        bare = _BARE.get(term.datatype.value)
        return term.value if bare and bare.fullmatch(term.value) else str(term)
    return "" if term is None else str(term)


def _display(term: Term | None, terms: Terms) -> str:
    if isinstance(term, NamedNode):
        label = terms.plain(term.value)
        return f"{label} ({compact(term.value)})" if label is not None else compact(term.value)
    value = _python(term)
    if isinstance(value, Decimal):
        return _grouped(value)
    return _plain(term)


def _grouped(value: Decimal) -> str:
    """Return a decimal for people: ``1,000,000``; a long fraction is cut, but never down to nothing."""
    text = f"{value:,f}"
    if len(text.partition(".")[2]) > _PLACES:
        places = max(_PLACES, 2 - value.adjusted())
        text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _cell(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("|", "\\|")
    return " ".join(escaped.splitlines())
