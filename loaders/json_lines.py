"""Files that have a JSON object in every line: which they are, and their lines, one in memory at a time."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import islice
from typing import TypeVar

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.inputs import MOST_BYTES, Input, unreadable
from casegraph.loaders.utf8 import refuse

__all__ = ["MOST_BYTES", "each_line", "is_lines", "read_lines"]

T = TypeVar("T")
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def is_lines(source: Input) -> bool:
    r"""Say whether a second object begins in the second line, where no JSON text can have one inside it.

    >>> import io
    >>> [is_lines(Input("a", lambda: io.BytesIO(text))) for text in (b'{}\n{"a": 1}', b'{"a":\n{}}')]
    [True, False]
    """
    if source.first_line > 1:
        return True
    begun = [line.removeprefix(BOM_UTF8).strip() for _, line in islice(_lines(source), 2)]
    return (
        [line[:1] for line in begun] == [b"{", b"{"]
        and not begun[0].endswith((b":", b",", b"["))
        and not any(map(_BINARY.search, begun))
    )


def read_lines(source: Input, read: Callable[[bytes, int], Iterator[T]]) -> Iterator[T | Problem]:
    """Yield what is read of each line that is not blank; one that cannot be read stops no other.

    A line that fills the memory is the last.

    :param read: is given the line, without its end, and its number.
    """
    for number, line in _lines(source):
        try:
            if len(line) > MOST_BYTES:
                message = f"a line of more than {MOST_BYTES:,} bytes"
                refuse(source.name, (number, 0), "too-large", message, "give what follows by itself")
            yield from read(line.rstrip(b"\r\n"), number)
        except DocumentError as error:
            yield from (replace(problem, line=number) for problem in error.problems)
        if len(line) > MOST_BYTES:
            return


def each_line(source: Input) -> Iterator[Input]:
    r"""Yield each line that is not blank as an input of its own, under a name with its number.

    >>> import io
    >>> [line.name for line in each_line(Input("a.jsonl", lambda: io.BytesIO(b"{}\n\n{}")))]
    ['a.jsonl:1', 'a.jsonl:3']
    """
    for number, line in _lines(source):
        yield Input(f"{source.name}:{number}", partial(BytesIO, line))


def _lines(source: Input) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank; no more than the beginning of one that is too long."""
    try:
        with source.open() as file:
            for number, line in enumerate(
                iter(lambda: file.readline(MOST_BYTES + 1), b""), source.first_line
            ):
                if line.removeprefix(BOM_UTF8).strip():
                    yield number, line
    except OSError as error:
        raise unreadable(error, source.name) from error
