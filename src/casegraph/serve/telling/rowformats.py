"""Writes the rows of an answer in the formats that can be asked for by Accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from casegraph.namespaces import PREFIXES
from casegraph.rows import Rows
from casegraph.serve.http.negotiation import GRAPHS, HTML, RESULTS, Format
from casegraph.terms import Terms

__all__ = ["ROWS", "written"]

_RS, _TYPE = PREFIXES["rs"], ox.NamedNode(f"{PREFIXES['rdf']}type")
_LINES: Final = Format("jsonl", "application/jsonl")
_MARKDOWN: Final = Format("md", "text/markdown")

#: The formats of rows, the first one where the client has no wish.
ROWS: Final = (*RESULTS, HTML, _LINES, _MARKDOWN, *GRAPHS)


def written(rows: Rows, format_: str, terms: Callable[[], Terms]) -> bytes:
    r"""Return rows in a format, by the name that it has in :data:`ROWS`, but for pages.

    :param terms: gives the vocabulary that labels are from.

    >>> written(Rows(("n",), ((ox.Literal(3),),)), "csv", Terms)
    b'n\r\n3\r\n'
    """
    plain: Mapping[str, Callable[[], str]] = {
        "json": rows.to_json,
        "csv": rows.to_csv,
        "tsv": rows.to_tsv,
        "jsonl": lambda: rows.to_jsonl(terms()),
        "md": lambda: rows.to_markdown(terms()),
    }
    if format_ in plain:
        return plain[format_]().encode()
    if format_ == "xml":
        answer = ox.parse_query_results(rows.to_json().encode(), ox.QueryResultsFormat.JSON)
        return answer.serialize(format=ox.QueryResultsFormat.XML) or b""
    media_type = next(each.media_type for each in GRAPHS if each.name == format_)
    rdf = ox.RdfFormat.from_media_type(media_type)
    names = {name: PREFIXES[name] for name in ("rs", "cg", "xsd")}
    return ox.serialize(_as_graph(rows), format=rdf, prefixes=names) or b""


def _as_graph(rows: Rows) -> Iterator[ox.Triple]:
    """Yield rows as the result set vocabulary of the W3C's tests has them."""

    def triple(subject: ox.BlankNode, name: str, value: object) -> ox.Triple:
        return ox.Triple(subject, ox.NamedNode(f"{_RS}{name}"), value)  # type: ignore[arg-type]

    results = ox.BlankNode("results")
    yield ox.Triple(results, _TYPE, ox.NamedNode(f"{_RS}ResultSet"))
    yield from (triple(results, "resultVariable", ox.Literal(column)) for column in rows.columns)
    for number, row in enumerate(rows.rows, 1):
        solution = ox.BlankNode(f"row{number}")
        yield triple(results, "solution", solution)
        yield triple(solution, "index", ox.Literal(number))
        for place, (column, value) in enumerate(zip(rows.columns, row, strict=True)):
            if value is not None:
                binding = ox.BlankNode(f"row{number}-{place}")
                yield triple(solution, "binding", binding)
                yield triple(binding, "variable", ox.Literal(column))
                yield triple(binding, "value", value)
