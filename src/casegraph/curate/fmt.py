"""Brings the text of a case document into one style, without changing one value or losing one comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from casegraph.curate.comments import aligned, find_comments
from casegraph.curate.order import ordered
from casegraph.errors import CasegraphError, DocumentError, InputError
from casegraph.loaders import read_draft

__all__ = ["WIDTH", "formatted"]

#: The width of a line that may be folded.
WIDTH = 110
_UNFOLDED = 10_000_000
#: What a document may still lack when it is formatted: it is well-formed, and not yet complete.
#: what no order of keys can be told of.
_UNREADABLE = frozenset({"bad-key", "duplicate-key"})


def formatted(path: Path) -> tuple[str, str]:
    """Return the text of a document as it is, and as it should be.

    Keys stand in the order of :func:`casegraph.curate.order.key_order`; the indentation is two spaces; a list
    or mapping in one line stays so if it fits into :data:`WIDTH`. Formatting twice is formatting once.

    :raises InputError: if the file cannot be opened or is JSON.
    :raises DocumentError: if it is not well-formed.
    :raises CasegraphError: if it holds what cannot be formatted without changing it.
    """
    if path.suffix.lower() == ".json":
        todo = "a program writes JSON; format the YAML documents"
        raise InputError("a JSON document has no style of ours", where=str(path), todo=todo)
    from ruamel.yaml.error import YAMLError

    problems = read_draft(path).problems
    if any(problem.code in _UNREADABLE for problem in problems):
        raise DocumentError(problems)
    before = path.read_bytes().decode("utf-8")
    text = re.sub(r"\r\n?", "\n", before.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
    sorted_text = ordered(text.rstrip("\n") + "\n")
    try:
        after = aligned(sorted_text, _restyled(sorted_text))
        changed = _content(text) != _content(after) or _comments(text) != _comments(after)
    except (yaml.YAMLError, YAMLError):
        changed = True
    if changed:
        todo = (
            "put unusual quotes, line ends or comments into a plain form, each comment on a line of its own"
        )
        raise CasegraphError("cannot be formatted without changing it", where=str(path), todo=todo)
    return before, after


def _restyled(text: str) -> str:
    """Return a text in one style; a list or mapping too long for one line gets a line for each entry."""
    data = _ruamel(WIDTH).load(text)
    for _ in range(text.count("\n") + text.count("{") + text.count("[")):
        unfolded = _written(data, _UNFOLDED)
        if max(map(len, unfolded.split("\n"))) <= WIDTH:
            return unfolded
        wide = set(_too_wide(unfolded))
        if not wide:
            break
        for way in wide:
            _at(data, way).fa.set_block_style()
    return _written(data, WIDTH)


def _ruamel(width: int) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.resolver import VersionedResolver

    class Plain(VersionedResolver):
        """Takes every plain scalar as text, so that it is written as it was read."""

        @property
        def versioned_resolver(self) -> dict[Any, Any]:
            return {}

    made = YAML()
    made.Resolver = Plain
    made.preserve_quotes = True
    made.width = width
    made.indent(mapping=2, sequence=4, offset=2)
    return made


def _written(data: Any, width: int) -> str:
    stream = StringIO()
    _ruamel(width).dump(data, stream)
    return stream.getvalue()


def _too_wide(text: str) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to each outermost list or mapping in one line that is longer than a line may be."""
    lines = text.split("\n")

    def walk(node: yaml.Node, way: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
        if not isinstance(node, yaml.CollectionNode):
            return
        if node.flow_style:
            if node.value and len(lines[node.end_mark.line]) > WIDTH:
                yield way
            return
        for position, each in enumerate(node.value):
            if isinstance(each, tuple):
                yield from walk(each[1], (*way, str(each[0].value)))
            else:
                yield from walk(each, (*way, position))

    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    yield from walk(root, ()) if root else ()


def _at(data: Any, way: tuple[str | int, ...]) -> Any:
    for step in way:
        data = data[step]
    return data


def _content(text: str) -> object:
    """Return what a text says: keys with values in any order, lists, and scalars with their kind."""

    def plain(node: yaml.Node | None) -> object:
        if isinstance(node, yaml.MappingNode):
            return {str(key.value): plain(value) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [plain(each) for each in node.value]
        return node and (node.tag, node.value)

    return plain(yaml.compose(text, Loader=yaml.CSafeLoader))


def _comments(text: str) -> list[str]:
    return sorted(comment.text for comment in find_comments(text))
