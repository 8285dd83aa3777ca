"""Reads JSON as RFC 8259 has it, and refuses what readers of JSON take in different ways."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any, NoReturn

import msgspec

from casegraph.loaders.inputs import MOST_BYTES, MOST_TEXT, long_text
from casegraph.loaders.utf8 import decoded, line_and_column, refuse, shortened

__all__ = ["DEEPEST", "check_size", "parse_json"]

#: Brackets within brackets; the deepest known record of a patient has less than 20.
DEEPEST = 100
#: Empty lists are two bytes in a file and thirty times that in memory.
_MOST_VALUES = 5_000_000
_POINTER = 200
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode
#: escapes: of a plain character, both halves of a pair, or one half alone.
_ESCAPES = re.compile(
    rb"\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_OFFSET = re.compile(r"(?:JSON is malformed: )?(.*) \(byte (\d+)\)")
_TRAILING = "trailing characters"
_NOT_FINITE = re.compile(rb"-?(?:NaN|Infinity)\b")
_AS_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 309
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\],]|-?\d[\d.eE+-]*+', re.DOTALL)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_CONTAINERS = (dict, list)


def _exactly(digits: str) -> Decimal:
    if not isfinite(float(digits)):
        raise ValueError("the number is too large")
    return Decimal(digits)


_DECODE = msgspec.json.Decoder().decode
_DECODE_EXACTLY = msgspec.json.Decoder(float_hook=_exactly).decode


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong at a byte: code, message, and what to do."""

    offset: int
    code: str
    message: str
    todo: str


@dataclass(frozen=True, slots=True)
class _Text:
    """What is read, and the line of the file it begins in."""

    content: bytes
    name: str
    first_line: int

    def refuse(self, fault: _Fault) -> NoReturn:
        line, column = line_and_column(self.content, fault.offset)
        refuse(self.name, (line + self.first_line - 1, column), fault.code, fault.message, fault.todo)


def parse_json(text: bytes, name: str, first_line: int = 1, *, exactly: bool = False) -> object:
    """Return the value of a JSON text: dicts, lists, texts, whole and other numbers, truth values, None.

    :param text: UTF-8, with or without a byte order mark.
    :param name: of the file, for messages.
    :param first_line: the line of the file that the text begins in: that of one line of NDJSON.
    :param exactly: give a number with a fraction as a :class:`~decimal.Decimal`, which keeps its digits.
    :raises DocumentError: with one problem, which tells line and column: ``too-large``, ``empty``,
        ``not-utf-8``, ``not-json``, ``too-deep``, ``duplicate-key``, or ``wrong-value`` for a number that
        is none or that no computer holds.

    >>> parse_json(b'{"id": "a", "age": [1, 2.5, null]}', "a.json")
    {'id': 'a', 'age': [1, 2.5, None]}
    >>> parse_json(b'{"id": "a", "id": "b"}', "a.json")
    Traceback (most recent call last):
        ...
    casegraph.errors.DocumentError: a.json:1:13 duplicate-key the key '/id' stands twice; keep one of the two
    """
    whole = _Text(text.removeprefix(BOM_UTF8), name, first_line)
    check_size(whole.content, name)
    if not whole.content.strip():
        whole.refuse(_Fault(0, "empty", "the file is empty", "check that it was written whole"))
    try:
        value = (_DECODE_EXACTLY if exactly else _DECODE)(whole.content)
    except RecursionError:
        whole.refuse(_first_fault(whole.content) or _too_deep(0))
    except msgspec.ValidationError as error:
        whole.refuse(_first_fault(whole.content) or _Fault(0, "wrong-value", str(error), "correct it"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        decoded(whole.content, name, first_line)
        whole.refuse(_malformed(whole.content, str(error)))
    if _doubtful(whole.content, value) and (fault := _first_fault(whole.content)):
        whole.refuse(fault)
    return value


def check_size(content: bytes, name: str) -> None:
    """Refuse a text that fills the memory: too long, or of too many values, read or not.

    :raises DocumentError: with the code ``too-large``.
    """
    if len(content) > MOST_BYTES:
        size = f"{len(content):,} bytes, more than {MOST_BYTES:,}"
        refuse(name, (0, 0), "too-large", size, "split the file")
    if len(content) > _MOST_VALUES and sum(map(content.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        refuse(name, (0, 0), "too-large", f"more than {_MOST_VALUES:,} values", "split the file")


def _doubtful(content: bytes, value: object) -> bool:
    r"""Whether the text may hold a key twice, nest too deep, or hold too large a number or text.

    A value that is written out again has as many quotes as the text it was read from, except where the text
    has a quote as ``\u0022``, or where a key that stood twice was left out.
    """
    if content.count(b'"') != _ENCODE(value).count(b'"') or b"\\u0022" in content:
        return True
    if len(content) > MOST_TEXT and any(map(_is_long, _STRING.finditer(content))):
        return True
    level: list[Any] = [value] if type(value) in _CONTAINERS else []
    for _ in range(DEEPEST):
        level = [
            each
            for around in level
            for each in (around.values() if type(around) is dict else around)
            if type(each) in _CONTAINERS
        ]
        if not level:
            return _LONG in content.translate(_AS_ZEROS)
    return True


def _is_long(found: re.Match[bytes]) -> bool:
    return found.end() - found.start() > MOST_TEXT


def _malformed(content: bytes, said: str) -> _Fault:
    half = next((each for each in _ESCAPES.finditer(content) if each["half"]), None)
    if half is not None:
        message = f"{half[0].decode()} is half of a character"
        return _Fault(half.start(), "wrong-value", message, "write both halves")
    found = _OFFSET.fullmatch(said)
    if found is None:
        todo = "the file is cut off; get it again, whole"
        return _Fault(len(content), "not-json", "the text ends before its value does", todo)
    offset = int(found[2])
    if number := _NOT_FINITE.match(content, max(offset - 1, 0)) or _NOT_FINITE.match(content, offset):
        message = f"{number[0].decode()} is no number in JSON"
        return _Fault(number.start(), "wrong-value", message, "leave the key out, or write null")
    todo = "look for a missing quote, comma or bracket here or just before"
    at = offset - 1 if found[1] == _TRAILING else offset  # of this one alone, the place is one too far
    return _Fault(at, "not-json", found[1], todo)


def _too_deep(offset: int) -> _Fault:
    return _Fault(offset, "too-deep", f"nested more than {DEEPEST} deep", "no known format needs that")


@dataclass(slots=True)
class _Walk:
    """Where a walk through the tokens of a well-formed text is."""

    way: list[str | int] = field(default_factory=list)
    #: of each object around, its keys so far; of each list, None.
    keys: list[set[str] | None] = field(default_factory=list)
    before_key: bool = False

    def step(self, token: bytes, offset: int) -> _Fault | None:
        """Take the next token; return what is wrong with it."""
        if token in (b"{", b"["):
            return self._enter(token, offset)
        if token in (b"}", b"]"):
            self.way.pop()
            self.keys.pop()
            self.before_key = False
        elif token == b",":
            self.before_key = self.keys[-1] is not None
            if isinstance(at := self.way[-1], int):
                self.way[-1] = at + 1
        elif not token.startswith(b'"'):
            return _number_fault(token, offset)
        elif self.before_key:
            return self._key(str(_DECODE(token)), offset)
        return None

    def _enter(self, token: bytes, offset: int) -> _Fault | None:
        self.before_key = token == b"{"
        self.way.append("" if self.before_key else 0)
        self.keys.append(set() if self.before_key else None)
        return _too_deep(offset) if len(self.way) > DEEPEST else None

    def _key(self, key: str, offset: int) -> _Fault | None:
        self.before_key = False
        self.way[-1] = key
        known = self.keys[-1]
        if known is not None and key not in known:
            known.add(key)
            return None
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in self.way)
        pointer = shortened("/" + "/".join(steps), _POINTER)
        return _Fault(offset, "duplicate-key", f"the key {pointer!r} stands twice", "keep one of the two")


def _number_fault(token: bytes, offset: int) -> _Fault | None:
    try:
        finite = abs(float(token)) != float("inf")
    except ValueError:
        return None
    if finite:
        return None
    message = f"the number {shortened(token.decode())} is too large"
    return _Fault(offset, "wrong-value", message, "correct it")


def _first_fault(content: bytes) -> _Fault | None:
    walk = _Walk()
    for found in _TOKEN.finditer(content):
        if _is_long(found) and len(str(_DECODE(found[0]))) > MOST_TEXT:
            return _Fault(found.start(), *long_text())
        if fault := walk.step(found[0], found.start()):
            return fault
    return None
