"""Decodes what must be UTF-8, tells line and column of a byte, and refuses a file at such a place."""

from __future__ import annotations

from typing import NoReturn

from casegraph.errors import DocumentError, Problem

__all__ = ["decoded", "line_and_column", "refuse", "shortened"]

_SHORT = 60


def decoded(content: bytes, name: str, first_line: int = 1) -> str:
    r"""Return the text of bytes, without a byte order mark.

    :param first_line: the line of the file that the bytes begin in.
    :raises DocumentError: if a byte is not UTF-8.

    >>> decoded(b"\xef\xbb\xbfM\xc3\xbcller", "a.yaml")
    'Müller'
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = line_and_column(error.object, error.start)
        message = f"the byte 0x{error.object[error.start]:02x} is not UTF-8"
        place = (line + first_line - 1, column)
        refuse(name, place, "not-utf-8", message, "save the file as UTF-8")


def line_and_column(content: bytes, offset: int) -> tuple[int, int]:
    r"""Return line and column, both 1-based and in characters, of a byte.

    >>> line_and_column("a\néb".encode(), 4)
    (2, 2)
    """
    line = content[content.rfind(b"\n", 0, offset) + 1 : offset]
    return content.count(b"\n", 0, offset) + 1, len(line.decode("utf-8", errors="replace")) + 1


def refuse(name: str, place: tuple[int, int], code: str, message: str, todo: str) -> NoReturn:
    """Refuse a file for one problem.

    :param place: line and column, 1-based; zeros if there is none.
    :raises DocumentError: always.
    """
    raise DocumentError((Problem(name, *place, code, message, todo),))


def shortened(text: str, most: int = _SHORT) -> str:
    """Return a text as a message can hold it.

    >>> shortened("abcdef", 3)
    'abc…'
    """
    return text if len(text) <= most else f"{text[:most]}…"
