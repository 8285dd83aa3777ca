"""Counts the rows of an answer while Oxigraph writes them, and stops where there are too many."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any, cast

import pyoxigraph as ox

from casegraph.serve.errors import LimitError
from casegraph.serve.jobs.out import Out

__all__ = ["at_most", "write_at_most"]

#: Format -> what stands once for each row, and how often more than that. In JSON and CSV it may stand in
#: quotation marks too, where it does not count; in JSON it stands between rows.
_MARKS = {
    ox.QueryResultsFormat.JSON: (b"},{", -1),
    ox.QueryResultsFormat.XML: (b"<result>", 0),
    ox.QueryResultsFormat.CSV: (b"\r\n", 1),
    ox.QueryResultsFormat.TSV: (b"\n", 1),
}


def write_at_most(limit: int, answer: ox.QuerySolutions, format_: ox.QueryResultsFormat, out: Out) -> None:
    """Write rows, if there are not more than so many.

    :raises LimitError: if there are more.
    """
    counted = _Counted(out, format_, limit)
    try:
        answer.serialize(cast(IO[bytes], counted), format_)
    except _TooManyError as error:
        raise _too_many(limit, "rows") from error


def at_most(limit: int, triples: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield triples, if there are not more than so many.

    :raises LimitError: at the first that is too many.

    >>> list(at_most(1, iter([])))
    []
    """
    for number, triple in enumerate(triples):
        if number >= limit:
            raise _too_many(limit, "triples")
        yield triple


def _too_many(limit: int, what: str) -> LimitError:
    return LimitError(
        f"the answer has more than {limit:,} {what}",
        where="query",
        todo="add a LIMIT, or ask with the parameter rows=all for all of them",
    )


class _TooManyError(OSError):
    pass


class _Counted(io.RawIOBase):
    def __init__(self, out: Out, format_: ox.QueryResultsFormat, limit: int) -> None:
        super().__init__()
        self._out = out
        self._mark, more = _MARKS[format_]
        self._left = limit + more
        self._end = b""
        self._quoted = False
        self._escape = b""
        self._is_json = format_ == ox.QueryResultsFormat.JSON
        self._has_quotes = self._is_json or format_ == ox.QueryResultsFormat.CSV

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        content = bytes(piece)
        seen = self._end + (self._unquoted(content) if self._has_quotes else content)
        self._left -= seen.count(self._mark)
        if self._left < 0:
            raise _TooManyError
        self._end = seen[-(len(self._mark) - 1) :] if len(self._mark) > 1 else b""
        return self._out.write(content)

    def _unquoted(self, content: bytes) -> bytes:
        """Return what stands outside of quotation marks; CSV doubles one that stands in them."""
        if self._is_json:
            content = self._unescaped(content)
        parts = content.split(b'"')
        outside = b'"'.join(parts[1 if self._quoted else 0 :: 2])
        if len(parts) % 2 == 0:
            self._quoted = not self._quoted
        return outside

    def _unescaped(self, content: bytes) -> bytes:
        """Return JSON without escapes; a backslash at the end waits for the next piece."""
        content = (self._escape + content).replace(b"\\\\", b"")
        self._escape = b"\\" if content.endswith(b"\\") else b""
        return content.removesuffix(b"\\").replace(b'\\"', b"")
