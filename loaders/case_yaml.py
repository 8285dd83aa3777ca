"""Reads a case document from YAML, or JSON, keeping the line and column of each value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import yaml

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.located import Located, Place, Source, structure_problems
from casegraph.model import CaseDocument

__all__ = ["read_case_document"]

#: A case document is a few hundred lines; a file beyond this size is something else.
MOST_BYTES = 10_000_000
_DEEPEST = 40
_TOO_DEEP = ("too-deep", f"nested more than {_DEEPEST} deep", "casegraph schema tells the form")
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"[-+]?\d{1,18}\.\d{1,18}")


def read_case_document(path: Path) -> Located:
    """Read a case document.

    :raises InputError: if the file cannot be opened.
    :raises DocumentError: if it is too large, not UTF-8, not YAML, uses aliases or repeated keys, or does not
        have the structure of a case document; the error carries every problem with its line and column.
    """
    node = _compose(_text(path), str(path))
    places: dict[Place, tuple[int, int]] = {}
    problems: list[Problem] = []
    source = Source(str(path), places)
    data = _construct(node, (), source, problems)
    if not problems:
        try:
            return Located(msgspec.convert(data, CaseDocument), source)
        except msgspec.ValidationError as error:
            problems += structure_problems(data, source) or (source.problem((), "wrong-value", str(error)),)
    raise DocumentError(tuple(sorted(problems)))


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            _reject(
                path, 0, 0, "too-large", f"{size:,} bytes, more than {MOST_BYTES:,}", "split the document"
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8"
        _reject(path, *_line_and_column(content, error.start), "not-utf-8", message, "save the file as UTF-8")
    if not text.strip():
        _reject(path, 1, 1, "empty", "the file is empty", "start from `casegraph schema` or a shipped case")
    return text


def _line_and_column(content: bytes, offset: int) -> tuple[int, int]:
    line = content[content.rfind(b"\n", 0, offset) + 1 : offset]
    return content.count(b"\n", 0, offset) + 1, len(line.decode("utf-8", errors="replace")) + 1


def _reject(path: Path, line: int, column: int, code: str, *message: str) -> NoReturn:
    raise DocumentError((Problem(str(path), line, column, code, *message),))


def _compose(text: str, file: str) -> yaml.Node:
    loader = yaml.CSafeLoader(text)
    try:
        _refuse_events(text, file)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise DocumentError((_not_yaml(error, text, file),)) from error
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):
        problem = Problem(file, 1, 1, "not-a-document", "no keys and values", "begin with 'casegraph: 1'")
        raise DocumentError((problem,))
    return node


def _not_yaml(error: yaml.YAMLError, text: str, file: str) -> Problem:
    todo = "look for a missing quote, colon or bracket, a tab, or wrong indentation, here or just before"
    if isinstance(error, yaml.reader.ReaderError):
        place = _line_and_column(text.encode("utf-8"), error.position)
        code = error.character if isinstance(error.character, int) else ord(error.character)
        message = f"the character U+{code:04X} is not allowed: {error.reason}"
        return Problem(file, *place, "not-yaml", message, "remove it")
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(file, 0, 0, "not-yaml", str(error), todo)
    if "maximum nesting depth" in str(error.problem):  # newer libyaml looks ahead on a line, and stops there
        return Problem(file, *_place(error.problem_mark), *_TOO_DEEP)
    begun = f" that began in line {_place(error.context_mark)[0]}" if error.context_mark else ""
    said = f"{error.context}{begun}: {error.problem}" if error.context else str(error.problem)
    return Problem(file, *_place(error.problem_mark), "not-yaml", said, todo)


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)


def _refuse_events(text: str, file: str) -> None:
    """Refuse what can make a small file huge or run code elsewhere: aliases, tags, nesting beyond all use."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            refused = ("alias", f"alias *{event.anchor} is not allowed", "write the value out")
        elif tag is not None:
            named = str(tag).replace("tag:yaml.org,2002:", "!!")
            refused = ("tag", f"the tag {named} is not allowed", "write the value without it")
        elif depth > _DEEPEST:
            refused = _TOO_DEEP
        else:
            continue
        raise DocumentError((Problem(file, *_place(event.start_mark), *refused),))


def _construct(node: yaml.Node, place: Place, source: Source, problems: list[Problem]) -> object:
    source.places.setdefault(place, _place(node.start_mark))
    if isinstance(node, yaml.SequenceNode):
        return [_construct(each, (*place, at), source, problems) for at, each in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node)
    built: dict[str, object] = {}
    for key_node, value_node in node.value:
        here = _place(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            todo = "write a plain word before the colon"
            problems.append(Problem(source.file, *here, "bad-key", "a list or mapping stands as a key", todo))
            continue
        key = str(key_node.value)
        way = (*place, key)
        if key in built:
            todo = f"the first is in line {source.places[way][0]}; keep one"
            problems.append(Problem(source.file, *here, "duplicate-key", f"key {key!r} stands twice", todo))
            continue
        source.places[way] = here
        built[key] = _construct(value_node, way, source, problems)
    return built


def _scalar(node: yaml.Node) -> object:
    """Return a plain value; what is not a plain decimal number, true or false, or null stays text."""
    text = str(node.value)
    kind = node.tag.rpartition(":")[2]
    if kind == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "float" and _DECIMAL.fullmatch(text):
        return float(text)
    if kind == "bool" and text in ("true", "false"):
        return text == "true"
    return None if kind == "null" else text
