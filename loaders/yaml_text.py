"""Reads YAML as the plain data that JSON can hold, and refuses the rest of YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import msgspec
import yaml

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.inputs import MOST_TEXT, long_text
from casegraph.loaders.json_text import DEEPEST
from casegraph.loaders.utf8 import decoded, line_and_column, refuse, shortened

__all__ = ["MOST_BYTES", "mark_place", "not_yaml", "parse_yaml", "plain_events"]

#: YAML takes far longer to read than JSON.
MOST_BYTES = 10_000_000
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def parse_yaml(text: bytes, name: str) -> object:
    r"""Return the value of a YAML text: dicts with keys of text, lists, texts, numbers, truth values, None.

    What stands without quotes is a number where it is one in JSON, a truth value only as ``true`` or
    ``false``; dates and everything else stay text.

    :param text: UTF-8, with or without a byte order mark.
    :param name: of the file, for messages.
    :raises DocumentError: with one problem, which tells line and column: ``too-large``, ``empty``,
        ``not-utf-8``, ``not-yaml``, ``tab``, ``alias``, ``tag``, ``too-deep``, ``bad-key``,
        ``duplicate-key``, or ``wrong-value`` for a number that no computer holds.

    >>> parse_yaml(b"id: 007\nborn: 2001-02-03\nage: 1.5e1\nalive: yes\n", "a.yaml")
    {'id': '007', 'born': '2001-02-03', 'age': 15.0, 'alive': 'yes'}
    """
    if len(text) > MOST_BYTES:
        size = f"{len(text):,} bytes, more than {MOST_BYTES:,}"
        refuse(name, (0, 0), "too-large", size, "split the file, or write it as JSON")
    written = decoded(text, name)
    if not written.strip():
        refuse(name, (1, 1), "empty", "the file is empty", "check that it was written whole")
    try:
        return _built(plain_events(written, name, DEEPEST), name)
    except yaml.YAMLError as error:
        raise DocumentError((not_yaml(error, written, name, DEEPEST),)) from error


def plain_events(text: str, file: str, deepest: int) -> Iterator[yaml.Event]:
    """Yield the events of a YAML text without what can make it huge or run code: aliases, tags, deep nesting.

    :raises DocumentError: where there is an alias, a tag, or nesting more than *deepest* deep.
    :raises yaml.YAMLError: if it is not YAML; ``not_yaml`` makes a problem of that.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            refused = ("alias", f"alias *{event.anchor} is not allowed", "write the value out")
        elif tag is not None:
            named = str(tag).replace("tag:yaml.org,2002:", "!!")
            refused = ("tag", f"the tag {named} is not allowed", "write the value without it")
        elif depth > deepest:
            refused = _too_deep(deepest)
        elif isinstance(event, yaml.ScalarEvent) and len(event.value) > MOST_TEXT:
            refused = long_text()
        else:
            yield event
            continue
        refuse(file, mark_place(event.start_mark), *refused)


def not_yaml(error: yaml.YAMLError, text: str, file: str, deepest: int) -> Problem:
    """Return what PyYAML says against a text, as a problem."""
    todo = "look for a missing quote, colon or bracket, a tab, or wrong indentation, here or just before"
    if isinstance(error, yaml.reader.ReaderError):
        place = line_and_column(text.encode("utf-8"), error.position)
        code = error.character if isinstance(error.character, int) else ord(error.character)
        message = f"the character U+{code:04X} is not allowed: {error.reason}"
        return Problem(file, *place, "not-yaml", message, "remove it")
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(file, 0, 0, "not-yaml", str(error), todo)
    if "maximum nesting depth" in str(error.problem):  # newer libyaml looks ahead on a line, and stops there
        return Problem(file, *mark_place(error.problem_mark), *_too_deep(deepest))
    if _tab_before(error.problem_mark, text):
        todo = "indent with spaces; set the editor to write spaces for the tab key"
        where = mark_place(error.problem_mark)
        return Problem(file, *where, "tab", "a tab stands in the indentation", todo)
    begun = f" that began in line {mark_place(error.context_mark)[0]}" if error.context_mark else ""
    said = f"{error.context}{begun}: {error.problem}" if error.context else str(error.problem)
    return Problem(file, *mark_place(error.problem_mark), "not-yaml", said, todo)


def _too_deep(deepest: int) -> tuple[str, str, str]:
    return "too-deep", f"nested more than {deepest} deep", "no format that is read needs that"


def _tab_before(mark: Any, text: str) -> bool:
    if mark is None or mark.line >= len(lines := text.splitlines()):
        return False
    line = lines[mark.line]
    return "\t" in line[: len(line) - len(line.lstrip())]


def mark_place(mark: Any) -> tuple[int, int]:
    """Return line and column of a mark of PyYAML, 1-based; zeros if there is none."""
    return (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)


class _Builder:
    """Builds plain values out of events."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.whole: list[Any] = []
        #: the lists and mappings that are open, the innermost last.
        self._around: list[Any] = [self.whole]
        #: of each, the key that its next value belongs to.
        self._keys: list[str | None] = [None]

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        if isinstance(event, yaml.DocumentStartEvent) and self.whole:
            self._refuse(event, "not-yaml", "a second document begins", "write one file for each document")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._around.pop()
            self._keys.pop()
        elif isinstance(event, yaml.CollectionStartEvent):
            value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._put(value, event)
            self._around.append(value)
            self._keys.append(None)
        elif isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event), event)

    def _put(self, value: Any, event: yaml.Event) -> None:
        innermost, key = self._around[-1], self._keys[-1]
        if isinstance(innermost, list):
            innermost.append(value)
        elif key is None:
            self._keys[-1] = self._key(value, event, innermost)
        else:
            innermost[key] = value
            self._keys[-1] = None

    def _key(self, value: Any, event: yaml.Event, known: dict[str, Any]) -> str:
        if not isinstance(value, str):
            said = repr(event.value) if isinstance(event, yaml.ScalarEvent) else "a list or mapping"
            self._refuse(event, "bad-key", f"{shortened(said)} stands as a key", "put quotes around a key")
        if value in known:
            message = f"the key {shortened(value)!r} stands twice"
            self._refuse(event, "duplicate-key", message, "keep one of the two")
        return value

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        text = str(event.value)
        if not event.implicit[0]:
            return text
        if _NUMBER.fullmatch(text):
            return self._number(text, event)
        return _WORDS.get(text, text)

    def _number(self, text: str, event: yaml.Event) -> object:
        try:
            number = msgspec.json.decode(text)
            float(number)
        except (msgspec.ValidationError, OverflowError):
            self._refuse(event, "wrong-value", f"the number {shortened(text)} is too large", "correct it")
        return number

    def _refuse(self, event: yaml.Event, code: str, message: str, todo: str) -> NoReturn:
        refuse(self.name, mark_place(event.start_mark), code, message, todo)


def _built(events: Iterator[yaml.Event], name: str) -> object:
    builder = _Builder(name)
    for event in events:
        builder.take(event)
    if not builder.whole:
        refuse(name, (1, 1), "empty", "nothing but comments", "check that it was written whole")
    return builder.whole[0]
