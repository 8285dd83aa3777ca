"""JSON and YAML as plain values; what could be read in two ways is refused."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import yaml

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.inputs import Input

__all__ = ["plain_data", "reject"]

_DEEPEST = 100
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"[-+]?\d{1,18}\.\d{1,18}")


class _RefusedError(ValueError):
    """What is well-formed, and yet refused: the code of the problem, what is wrong, what to do."""


def plain_data(content: bytes, source: Input) -> Any:
    """Return the values of a JSON or YAML text.

    :raises DocumentError: if it is neither, or could be read in two ways.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reject(source, "not-utf-8", f"the byte 0x{content[error.start]:02x} is not UTF-8", "save it as UTF-8")
    try:
        data = _from_json(text) if text.lstrip()[0] in "{[" else _from_yaml(text)
        if "\\u" in text.lower():
            _refuse_half_characters(data)
        return data
    except json.JSONDecodeError as error:
        reject(source, "not-json", error.msg, place=(error.lineno, error.colno))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        reject(source, "not-yaml", str(getattr(error, "problem", None) or error), place=place)
    except _RefusedError as error:
        reject(source, *error.args)
    except RecursionError:
        reject(source, "too-deep", f"nested more than {_DEEPEST} deep")


def _from_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)


def _refuse_half_characters(data: Any) -> None:
    """Refuse half of a pair of escapes: it is no character, and protobuf's enums do not survive it."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(str(error.object)[error.start]):04x}"
        raise _RefusedError("wrong-value", f"{half} is half of a character", "write both halves") from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError("duplicate-key", f"key {twice!r} stands twice in one object", "keep one")
    return found


def _no_number(constant: str) -> NoReturn:
    raise _RefusedError("wrong-value", f"{constant} is no number", "leave out what was not measured")


def _from_yaml(text: str) -> Any:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise _RefusedError("alias", f"alias *{event.anchor} is not allowed", "write the value out")
        if tag := getattr(event, "tag", None):
            raise _RefusedError("tag", f"the tag {tag} is not allowed", "write the value without it")
        if depth > _DEEPEST:
            raise _RefusedError("too-deep", f"nested more than {_DEEPEST} deep")
    return _built(yaml.compose(text, Loader=yaml.CSafeLoader))


def _built(node: yaml.Node | None) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_built(each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        return _each_once([(str(key.value), _built(value)) for key, value in node.value])
    return None if node is None else _scalar(node)


def _scalar(node: yaml.Node) -> object:
    """Return a plain value as JSON has it; what YAML alone takes for a number or a truth stays text."""
    text, kind = str(node.value), node.tag.rpartition(":")[2]
    if kind == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "float" and _DECIMAL.fullmatch(text):
        return float(text)
    if kind == "bool" and text in ("true", "false"):
        return text == "true"
    return None if kind == "null" else text


def reject(
    source: Input, code: str, message: str, todo: str = "", place: tuple[int, int] = (0, 0)
) -> NoReturn:
    """Refuse a file of which nothing can be read.

    :raises DocumentError: always.
    """
    raise DocumentError((Problem(source.name, *place, code, message, todo),))
