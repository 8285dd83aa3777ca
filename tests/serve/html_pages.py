"""Reads HTML strictly, for the tests of pages: tags in balance, names, links, and whatever could run."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["Page"]

_VOID = {"br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """A page as it was read.

    ``tags`` are all elements with their attributes, ``ids`` the names in their order, ``texts`` the texts by
    the id of the nearest element around them that has one.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(content.decode())
        self.close()
        assert not self._open, f"left open: {self._open}"

    @property
    def ids(self) -> list[str]:
        """The names in their order."""
        return [said["id"] for _, said in self.tags if "id" in said]

    def addresses(self, tag: str = "a") -> list[str]:
        """Return where the elements of a kind lead."""
        return [said["href"] for name, said in self.tags if name == tag]

    def first(self, tag: str) -> dict[str, str]:
        """Return the attributes of the first element of a kind."""
        return next(said for name, said in self.tags if name == tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        assert len(said) == len(attrs), f"an attribute twice: {attrs}"
        self.tags.append((tag, said))
        if tag not in _VOID:
            around = self._open[-1][1] if self._open else ""
            self._open.append((tag, said.get("id") or around))

    def handle_endtag(self, tag: str) -> None:
        name, _ = self._open.pop()
        assert name == tag, f"{tag} closes {name}"

    def handle_data(self, data: str) -> None:
        around = self._open[-1][1] if self._open else ""
        self.texts[around] = self.texts.get(around, "") + data
