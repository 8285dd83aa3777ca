"""Reads HTML into a tree, for tests of what stands where on a page."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

__all__ = ["Node", "tree_of"]

_VOID = {"br", "hr", "img", "input", "link", "meta"}


class Node:
    """An element, with its attributes, its elements and its texts."""

    def __init__(self, tag: str, said: dict[str, str]) -> None:
        self.tag, self.said = tag, said
        self.content: list[Node | str] = []

    @property
    def text(self) -> str:
        """Return all its text, with single spaces; not that of scripts."""
        return " ".join(self._text().split())

    def _text(self) -> str:
        parts = (each if isinstance(each, str) else each._text() for each in self.content)
        return "" if self.tag == "script" else "".join(parts) + (" " if self.tag in _BLOCKS else "")

    def walk(self) -> Iterator[Node]:
        """Yield itself and all elements below, in their order."""
        yield self
        for each in self.content:
            if isinstance(each, Node):
                yield from each.walk()

    def all(self, tag: str) -> list[Node]:
        """Return the elements of a kind."""
        return [each for each in self.walk() if each.tag == tag]

    def named(self, name: str) -> Node:
        """Return the one element of a name."""
        (found,) = (each for each in self.walk() if each.said.get("id") == name)
        return found

    def section(self, heading: str) -> Node:
        """Return the innermost section with a heading of this text."""
        found = [
            each
            for each in self.all("section")
            if any(h.tag in ("h2", "h3") and h.text == heading for h in each.content if isinstance(h, Node))
        ]
        assert len(found) == 1, (heading, len(found))
        return found[0]

    def headings(self) -> list[str]:
        """Return the texts of all headings."""
        return [each.text for each in self.walk() if each.tag in ("h1", "h2", "h3")]

    def rows(self) -> list[list[str]]:
        """Return the texts of the cells of its tables, a list a row."""
        return [[each.text for each in row.content if isinstance(each, Node)] for row in self.all("tr")]

    def links(self) -> list[str]:
        """Return where its links lead."""
        return [each.said["href"] for each in self.all("a")]

    def ids(self) -> list[str]:
        """Return the names below it, in their order."""
        return [each.said["id"] for each in self.walk() if "id" in each.said]


_BLOCKS = {"p", "li", "dd", "dt", "td", "th", "tr", "h1", "h2", "h3", "summary", "caption", "figcaption"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].content.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def tree_of(content: bytes) -> Node:
    """Return a page as a tree."""
    reader = _Reader()
    reader.feed(content.decode())
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]
