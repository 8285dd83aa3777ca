"""Reads a case document that is JSON without a doubt; others are read as YAML, of which JSON is a part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from casegraph.loaders.located import Place
from casegraph.model import CaseDocument

__all__ = ["DECIMAL", "GROUPED", "LaterPlaces", "plain_json"]

DECIMAL = re.compile(r"[-+]?\d{1,18}\.\d{1,18}")
#: one, or one thousand: the loader does not decide.
GROUPED = re.compile(r"[1-9]\d{0,2}\.000")

#: YAML limits the length of a key, and that of a document.
_LONGEST, _LONGEST_TEXT = 1_000_000, 1_000
#: What JSON and YAML read alike between quotes and outside of them.
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\n"
#: Escapes that YAML has another rule for, and characters that end a line there or that it does not take.
_OTHER_ESCAPE = re.compile(rb'\\[^"\\bfnrt]')
_OTHER_CHARACTER = re.compile("[\u0080-\u009f\u2028\u2029\ufeff\ufffe\uffff]")
#: A whole number that YAML leaves a text; a hash may have as many digits in a row.
_LONG_NUMBER = re.compile(rb"[:,\[ \n-]\d{19}")
_AS_ZEROS, _ZEROS = bytes.maketrans(b"123456789", b"0" * 9), b"0" * 19


class LaterPlaces(Mapping[Place, tuple[int, int]]):
    """Where the values of a text stand: looked up when that is first asked, for a good document has no need.

    :param look: returns all places.
    """

    def __init__(self, look: Callable[[], Mapping[Place, tuple[int, int]]]) -> None:
        self._look = look
        self._found: Mapping[Place, tuple[int, int]] | None = None

    def _places(self) -> Mapping[Place, tuple[int, int]]:
        if self._found is None:
            self._found = self._look()
        return self._found

    def __getitem__(self, place: Place) -> tuple[int, int]:
        return self._places()[place]

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places())

    def __len__(self) -> int:
        return len(self._places())


def plain_json(content: bytes) -> tuple[object, CaseDocument] | None:
    """Return the plain values and the document, or None if the text has to be read as YAML.

    That is so if it is no case document, and if JSON and YAML could take it in different ways.

    >>> text = b'{"casegraph": 1, "report": {"title": "A", "key": "a", "extent": "fullText"}}'
    >>> plain_json(text)[1].report.title, plain_json(text.replace(b'"A"', b"A"))
    ('A', None)
    """
    if not content.startswith(b"{") or len(content) > _LONGEST or _reads_otherwise(content):
        return None
    try:
        data = _DECODE(content)
        document = msgspec.convert(data, CaseDocument)
    except (msgspec.DecodeError, ValueError):
        return None
    return None if _lost_a_key(content, data) else (data, document)


def _reads_otherwise(content: bytes) -> bool:
    if b"\\" in content and _OTHER_ESCAPE.search(content):
        return True
    if max(map(len, content.split(b'"'))) > _LONGEST_TEXT:
        return True
    if _ZEROS in content.translate(_AS_ZEROS) and _LONG_NUMBER.search(content):
        return True
    if content.isascii():
        return bool(content.translate(None, _PRINTABLE))
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return True
    others = content.translate(None, _PRINTABLE)
    return min(others) < min(_PRINTABLE) or b"\x7f" in others or bool(_OTHER_CHARACTER.search(text))


def _lost_a_key(content: bytes, data: object) -> bool:
    """Say whether a key stood twice: the values written out again then have fewer quotes than the text."""
    return content.count(b'"') != msgspec.json.encode(data).count(b'"')


def _decimal(digits: str) -> float:
    if not DECIMAL.fullmatch(digits) or GROUPED.fullmatch(digits):
        raise ValueError(digits)
    return float(digits)


_DECODE = msgspec.json.Decoder(float_hook=_decimal).decode
