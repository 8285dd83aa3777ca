"""Reads the fields of query strings and forms, and the parts of multipart forms, strictly."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from casegraph.errors import InputError
from casegraph.serve.http.bodies import MediaType, parse_media_type, parse_parameters
from casegraph.serve.http.problems import RefusedError

logging.getLogger("python_multipart").addHandler(logging.NullHandler())
logging.getLogger("python_multipart").propagate = False  # what is wrong is answered

__all__ = ["Fields", "Part", "fields_of", "parts_of"]

_MOST: Final = 100
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class Fields:
    """The fields of a query string or a form, in their order; a name may be there more than once.

    >>> Fields([("graph", "a"), ("graph", "b"), ("default", "")]).all("graph")
    ['a', 'b']
    """

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = tuple(pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __contains__(self, name: str) -> bool:
        return any(each == name for each, _ in self._pairs)

    def all(self, name: str) -> list[str]:
        """Return all values of a name."""
        return [value for each, value in self._pairs if each == name]

    def one(self, name: str) -> str | None:
        """Return the only value of a name, or None if there is none.

        :raises InputError: if there are several.
        """
        found = self.all(name)
        if len(found) > 1:
            raise InputError("the parameter is there more than once", where=name, expected="one")
        return found[0] if found else None

    def names(self) -> frozenset[str]:
        """Return all names."""
        return frozenset(name for name, _ in self._pairs)


class Part(msgspec.Struct, frozen=True):
    """A part of a multipart form.

    :param media_type: as it is told, or None where it is not.
    """

    name: str
    file_name: str
    media_type: MediaType | None
    content: bytes


def fields_of(text: bytes, *, most: int = _MOST) -> Fields:
    """Return the fields of a query string or of a form (``application/x-www-form-urlencoded``).

    :param most: how many fields there may be.
    :raises RefusedError: 413 if there are more.
    :raises InputError: if a ``%`` stands before anything but two hexadecimal digits, or it is not UTF-8.

    >>> dict(fields_of(b"query=ASK+%7B%7D&default"))
    {'query': 'ASK {}', 'default': ''}
    """
    if text.count(b"&") >= most:
        raise _too_many("fields", most)
    pairs = []
    for piece in filter(None, text.split(b"&")):
        name, _, value = piece.partition(b"=")
        pairs.append((_decoded(name, "a name"), _decoded(value, name.decode("latin-1"))))
    return Fields(pairs)


def parts_of(body: bytes, kind: MediaType, *, most: int = _MOST) -> list[Part]:
    """Return the parts of a multipart form.

    :param kind: of the whole body, which names the boundary.
    :param most: how many parts there may be.
    :raises RefusedError: 413 if there are more.
    :raises InputError: if it is no multipart form, or cut off.
    """
    boundary = kind.parameters.get("boundary", "")
    if not boundary:
        raise InputError("the multipart form names no boundary", where="Content-Type")
    reader = _Reader(most)
    try:
        MultipartParser(boundary.encode("latin-1", "replace"), reader.callbacks()).write(body)  # type: ignore[arg-type]
    except FormParserError as error:
        raise InputError("the body is no multipart form", expected="parts between boundaries") from error
    if not reader.whole:
        raise InputError("the multipart form is cut off", expected="a last boundary that ends with --")
    return reader.parts


class _Reader:
    """Takes what the parser of multipart forms finds."""

    def __init__(self, most: int) -> None:
        self.most, self.whole = most, False
        self.parts: list[Part] = []
        self._headers: list[tuple[bytearray, bytearray]] = []
        self._content = bytearray()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_begin": lambda: self._headers.append((bytearray(), bytearray())),
            "on_header_field": lambda data, start, end: self._headers[-1][0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._headers[-1][1].extend(data[start:end]),
            "on_part_data": lambda data, start, end: self._content.extend(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.parts) >= self.most:
            raise _too_many("parts", self.most)
        self._headers, self._content = [], bytearray()

    def _end(self) -> None:
        headers = {bytes(name).lower(): value.decode("latin-1") for name, value in self._headers}
        disposition = parse_parameters(headers.get(b"content-disposition", "").removeprefix("form-data"))
        if disposition is None:
            raise InputError("a part of the multipart form has a malformed Content-Disposition")
        kind = headers.get(b"content-type")
        self.parts.append(
            Part(
                disposition.get("name", ""),
                disposition.get("filename", ""),
                None if kind is None else parse_media_type(kind),
                bytes(self._content),
            )
        )

    def _finish(self) -> None:
        self.whole = True


def _decoded(text: bytes, where: str) -> str:
    wrong = _BAD_PERCENT.search(text)
    if wrong:
        raise InputError(
            f"a % without two hexadecimal digits after it, at byte {wrong.start() + 1}",
            where=where,
            todo="write %25 for a %",
        )
    try:
        return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start + 1}", where=where) from error


def _too_many(what: str, most: int) -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the request has too many {what}", expected=f"at most {most}"
    )
