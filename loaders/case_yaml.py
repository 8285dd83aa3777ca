"""Reads a case document from YAML, or JSON, keeping the line and column of each value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import msgspec
import yaml

from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders.located import Located, Place, Source, structure_problems
from casegraph.model import CaseDocument

__all__ = ["read_case_document"]

#: A case document is a few hundred lines; a file beyond this size is something else.
MOST_BYTES = 10_000_000
_DEEPEST = 40
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
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start} is not UTF-8"
        _reject(path, line, 1, "not-utf-8", message, "save the file as UTF-8")
    if not text.strip():
        _reject(path, 1, 1, "empty", "the file is empty", "start from `casegraph schema` or a shipped case")
    return text


def _reject(path: Path, line: int, column: int, code: str, *message: str) -> NoReturn:
    raise DocumentError((Problem(str(path), line, column, code, *message),))


def _compose(text: str, file: str) -> yaml.Node:
    loader = yaml.CSafeLoader(text)
    try:
        _refuse_aliases(text, file)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        problem = Problem(file, line, column, "not-yaml", error.problem or "not YAML")
        raise DocumentError((problem,)) from error
    except yaml.YAMLError as error:
        raise DocumentError((Problem(file, 0, 0, "not-yaml", str(error).splitlines()[0]),)) from error
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):
        problem = Problem(file, 1, 1, "not-a-document", "no keys and values", "begin with 'casegraph: 1'")
        raise DocumentError((problem,))
    return node


def _refuse_aliases(text: str, file: str) -> None:
    """Refuse YAML aliases, by which a small file can stand for a huge one, and nesting beyond all use."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        place = (file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent):
            message = f"alias *{event.anchor} is not allowed"
            raise DocumentError((Problem(*place, "alias", message, "write the value out"),))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise DocumentError((Problem(*place, "too-deep", f"nested more than {_DEEPEST} deep"),))


def _construct(node: yaml.Node, place: Place, source: Source, problems: list[Problem]) -> object:
    source.places.setdefault(place, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.SequenceNode):
        return [_construct(each, (*place, at), source, problems) for at, each in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node)
    built: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        way = (*place, key)
        here = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
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
