"""Finds the comments of a YAML text, and lines them up with what they stand above."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

__all__ = ["Comment", "aligned", "find_comments"]

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#.*$", re.MULTILINE)

_DASHES = re.compile(r"\s*(?:-\s+)*\S")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment from its number sign on; line and column are 0-based; whether it has the line to itself."""

    line: int
    column: int
    text: str
    alone: bool


def find_comments(text: str) -> list[Comment]:
    r"""Return the comments of a well-formed text in order; what looks like one within a value is none.

    >>> [each.text for each in find_comments("# one\na: 'not # this'  # two\n")]
    ['# one', '# two']
    """
    bare = text
    for start, end in _values(text):
        bare = bare[:start] + re.sub(r"[^\n]", "x", bare[start:end]) + bare[end:]
    found = []
    for match in _COMMENT.finditer(bare):
        line = bare.count("\n", 0, match.start())
        column = match.start() - (bare.rfind("\n", 0, match.start()) + 1)
        alone = not bare[match.start() - column : match.start()].strip()
        found.append(Comment(line, column, match[0].rstrip(), alone))
    return found


def _values(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each scalar that could hold a number sign: quoted, or with lines of its own."""
    starts = [0, *(found.end() for found in re.finditer("[\n\r\x85\u2028\u2029]", text))]
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.ScalarToken) and not token.plain:
            start, end = (starts[mark.line] + mark.column for mark in (token.start_mark, token.end_mark))
            yield start, end - (text[end - 1] == "\n")


def aligned(before: str, after: str) -> str:
    """Return a text whose comments are in line with what is below, else around them, as they were before.

    A comment behind a value begins two spaces after it.

    :param before: the same text with other indentation.
    """
    old_lines, lines = before.split("\n"), after.split("\n")
    for was, now in zip(find_comments(before), find_comments(after), strict=False):
        if not now.alone:
            lines[now.line] = f"{lines[now.line][: now.column].rstrip()}  {now.text}"
        elif was.alone:
            columns = dict(
                zip(*map(_columns_around, (old_lines[: was.line], lines[: now.line])), strict=False)
            )
            column = columns.get(was.column, now.column)
            if was.column in _columns(old_lines[was.line + 1 :]):
                column = _columns(lines[now.line + 1 :])[0]
            lines[now.line] = " " * column + now.text
    return "\n".join(lines)


def _columns(lines: list[str]) -> list[int]:
    """Return where the first line with content begins, and where again after each dash."""
    content = (line for line in lines if line.strip() and not line.lstrip().startswith("#"))
    found = _DASHES.match(next(content, ""))
    return [place.start() for place in re.finditer(r"\S", found[0])] if found else []


def _columns_around(lines: list[str]) -> list[int]:
    """Return where each of the entries begins that the end of some lines is within, from the outermost on."""
    columns: list[int] = []
    for number in range(len(lines) - 1, -1, -1):
        found = _columns(lines[number : number + 1])
        columns = [column for column in found if not columns or column < columns[0]] + columns
        if columns and columns[0] == 0:
            break
    return columns
