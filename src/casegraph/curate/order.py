"""Puts the keys of a document into one order by moving its text, each key with its comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import yaml

from casegraph.model import CaseDocument, Claim, Value

__all__ = ["key_order", "ordered"]

_HEAD = ("id", "what", "kind", "at")
_Pair = tuple[yaml.Node, yaml.Node]
#: Start and end of what changes, and the pieces of the text, as start and end, that come to stand there.
_Move = tuple[int, int, list[tuple[int, int]]]
_LINE_END = re.compile("[\n\r\x85\u2028\u2029]")
_CONTENT = re.compile(r"^[ \t]*[^#\s]", re.MULTILINE)
_COMMENTS = re.compile(r"(?:[ \t]*\n)*(?P<indent>[ \t]*)#[^\n]*\n")


@cache
def key_order(struct: type[Value]) -> tuple[str, ...]:
    """Return the keys of a part of a document in their order.

    It is the order of the model, a class's own fields before what it shares with others; a claim begins with
    its name, what it is about and when, and ends with the parts it is made of.

    >>> from casegraph.model import Finding
    >>> key_order(Finding)[:5]
    ('id', 'what', 'at', 'site', 'modifier')
    """
    names = [name for part in struct.__mro__ for name in get_annotations(part)]
    names = [name for name in dict.fromkeys(names) if name in struct.__struct_fields__]
    if issubclass(struct, Claim):
        hints = get_type_hints(struct)
        head = [name for name in _HEAD if name in names]
        parts = [name for name in names if any(_struct(each) for each in get_args(hints[name]))]
        names = [*head, *(name for name in names if name not in (*head, *parts)), *parts]
    return tuple(names)


def ordered(text: str) -> str:
    """Return the text of a document with its keys in order; comments above a key move with it.

    What a curator named (occasions, passages, cases) keeps the order it has. The text has line feeds alone as
    its line ends, ends with one, and is well-formed, without tags and aliases.
    """
    places = _Places(text, (0, *(found.end() for found in _LINE_END.finditer(text))))
    moves = [
        move
        for node, struct in _mappings(yaml.compose(text, Loader=yaml.CSafeLoader), CaseDocument)
        for move in places.moves(node, key_order(struct))
    ]
    for start, end, spans in moves:
        pieces = [text[first:last] for first, last in spans]
        text = text[:start] + "".join(pieces) + text[end:]
    return text


def _mappings(node: Any, kind: object) -> Iterator[tuple[yaml.MappingNode, type[Value]]]:
    """Yield the mappings of a document that have a class of the model, the inner before the outer ones."""
    kind = _plain(kind)
    struct = _struct(kind)
    if isinstance(node, yaml.MappingNode):
        hints = get_type_hints(struct, include_extras=True) if struct else {}
        within = get_args(kind)[1] if get_origin(kind) is dict else None
        for key, value in node.value:
            yield from _mappings(value, hints.get(str(key.value), within))
        if struct:
            yield node, struct
    elif isinstance(node, yaml.SequenceNode) and get_origin(kind) is tuple:
        for each in node.value:
            yield from _mappings(each, get_args(kind)[0])


def _plain(kind: object) -> object:
    """Return a kind without its annotations and without the None beside it."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
    return kind


def _struct(kind: object) -> type[Value] | None:
    return kind if isinstance(kind, type) and issubclass(kind, Value) else None


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the entries of mappings stand in a text. A move keeps the length of what it changes.

    ``lines`` are the offsets of the lines.
    """

    text: str
    lines: tuple[int, ...]

    def moves(self, node: yaml.MappingNode, order: tuple[str, ...]) -> Iterator[_Move]:
        """Yield the move that puts the entries of a mapping into order, if one is needed."""
        names = [str(key.value) for key, _ in node.value]
        ranks = [order.index(name) if name in order else len(order) for name in names]
        if ranks != sorted(ranks):
            sequence = sorted(range(len(ranks)), key=ranks.__getitem__)
            yield from (self._flow if node.flow_style else self._block)(node.value, sequence)

    def _flow(self, pairs: list[_Pair], sequence: list[int]) -> Iterator[_Move]:
        entries = [(self._at(key.start_mark), self._end(value)) for key, value in pairs]
        ends = [end for _, end in entries]
        gaps = list(zip(ends, [start for start, _ in entries[1:]], strict=False))
        gaps.append((ends[-1], ends[-1]))
        spans = [span for index, gap in zip(sequence, gaps, strict=True) for span in (entries[index], gap)]
        yield entries[0][0], ends[-1], spans

    def _block(self, pairs: list[_Pair], sequence: list[int]) -> Iterator[_Move]:
        starts = [self._at(key.start_mark) for key, _ in pairs]
        heads = [self._line(start) for start in starts]
        column = starts[-1] - heads[-1]
        if any(
            self.text[head:start].strip(" -") or start - head != column
            for head, start in zip(heads, starts, strict=True)
        ):
            return
        tops = [self._top(head, column) for head in heads]
        tops[1:] = [max(top, self._end(value)) for top, (_, value) in zip(tops[1:], pairs, strict=False)]
        if "-" in self.text[heads[0] : starts[0]] or not _CONTENT.search(self.text, 0, heads[0]):
            tops[0] = heads[0]
        end = self._tail(self._end(pairs[-1][1]), column)
        stops = [*tops[1:], end]
        spans = []
        for index, head, start in zip(sequence, heads, starts, strict=True):
            spans += [(tops[index], heads[index]), (head, start), (starts[index], stops[index])]
        yield tops[0], end, spans

    def _at(self, mark: yaml.Mark) -> int:
        return self.lines[mark.line] + mark.column

    def _line(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def _end(self, node: yaml.Node) -> int:
        """Return where the text of a value ends, without the comments after it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        end = self._at(node.end_mark)
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            start = self._at(node.start_mark)
            header = self.text[start : self.text.index("\n", start)]
            return end if "+" in header else start + len(self.text[start:end].rstrip())
        return end

    def _top(self, head: int, column: int) -> int:
        """Return where the comments and blank lines begin that belong to the key of a line."""
        top = line = head
        while line > 0:
            above = self._line(line - 1)
            said = self.text[above:line]
            if said.lstrip().startswith("#"):
                top = above if len(said) - len(said.lstrip()) <= column else top
            elif said.strip():
                break
            line = above
        while top > 0 and not self.text[self._line(top - 1) : top].strip():
            top = self._line(top - 1)
        return top

    def _tail(self, end: int, column: int) -> int:
        """Return where the comments after a value end that stand deeper than its key."""
        stop = end if end and self.text[end - 1] == "\n" else self.text.index("\n", end) + 1
        for comment in _COMMENTS.finditer(self.text, stop):
            if comment.start() != stop or len(comment["indent"]) <= column:
                break
            stop = comment.end()
        return stop
