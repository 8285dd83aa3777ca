"""Puts claims on a page: each in one place that has its name, with where it stands and what else names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.namespaces import compact
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service
from casegraph.story.lines import Line
from casegraph.story.words import Words

__all__ = ["Claims"]

#: the properties by which a claim is about terms.
_TERMS = ("aboutConcept", "aboutDisease")
#: the properties that lead to other claims -> how a page says so.
_LINKS = {
    "derivedFrom": "derived from",
    "supportedBy": "supported by",
    "responseTo": "answers to",
    "concerns": "concerns",
    "continues": "goes on from",
}
_PASSAGES = {"statedIn": "stated in", "restatedIn": "again in"}
#: what has a place of its own on the page has one of these.
_TOLD = ("basis", "rank", "ordinalMin", "ofOutcome")


class Claims:
    """The claims of one page; each name is given to one place alone.

    :param words: of the case or the report that the page is about.
    """

    def __init__(self, service: Service, words: Words) -> None:
        self.service, self.words = service, words
        facts = words.facts
        self._own = f"{facts.case}#"
        self._places = {each for name in _TOLD for each in facts.having(name)}
        self._places.update(facts.values(facts.case, "hasJudgement"))
        self._taken = set[str]()
        self._passages = dict[str, Content]()

    def anchor(self, node: str) -> str | None:
        """Return the name of the place of a node, the first time; None again, or where it has none."""
        name = self._name(node)
        if node in self._taken or not name:
            return None
        self._taken.add(node)
        return name

    def _name(self, node: str) -> str:
        """Return the name of a node on the page; none that looks like those which the page itself gives."""
        name = node.removeprefix(self._own)
        return name if name != node and not name.startswith("_") and name.isprintable() else ""

    def left(self) -> tuple[str, ...]:
        """Return the claims of the case or report that have no place yet."""
        own = (each for each in self.words.facts.having("basis") if self._name(each))
        return tuple(each for each in own if each not in self._taken)

    def address(self, node: str) -> str:
        """Return where a node is told of: within the page if it has a place there."""
        name = self._name(node)
        is_here = node in self._places or self.words.facts.kind(node) == "Passage"
        return f"#{name}" if name and is_here else self.service.address(node)

    def to(self, node: str, text: str = "") -> Content:
        """Return the link to a node; the text alone where no page tells of it."""
        text = text or self.words.facts.name(node) or node
        if self._name(node) and node not in self._places:
            return text
        return link(self.address(node), text)

    def section(self, name: str, heading: str, *content: Content | Iterable[Content]) -> Content:
        """Return a part of the page with its heading; nothing where there is nothing to tell.

        :param name: of the part; it begins with ``_``.
        """
        held = element("div", *content).content
        return element("section", element("h2", heading, id=name), held, aria_labelledby=name) if held else ""

    def entries(self, lines: Iterable[Line]) -> Content:
        """Return claims as a list; nothing where there are none."""
        entries = [self.entry(line) for line in lines]
        return element("ul", entries, class_="claims") if entries else ""

    def entry(self, line: Line, *more: Content) -> Element:
        """Return a claim as an entry of a list: what it says, and where that stands.

        :param more: what comes below.
        """
        set_in = " set-in" * bool(line.level)
        where = self.where(line.node) if line.node else ""
        anchor = self.anchor(line.node) if line.node else None
        return element("li", element("p", line.text), where, *more, id=anchor, class_=f"claim{set_in}")

    def where(self, node: str, *, timed: bool = True) -> Element:
        """Return on what a claim rests: time, basis, passages, other claims; then its codes and its name.

        :param timed: whether to tell its time; not where that stands beside it already.
        """
        parts = [element("span", each) for each in (*(self._when(node) if timed else ()), *self._where(node))]
        return element("p", _apart(parts), class_="where")

    def _when(self, node: str) -> Iterator[Iterable[Content]]:
        for occasion in self.words.facts.values(node, "at"):
            when = self.words.time(occasion)
            yield self.to(occasion), f": {when}" if when else ""

    def _where(self, node: str) -> Iterator[Iterable[Content]]:
        facts, words = self.words.facts, self.words
        if basis := words.basis(node):
            yield (f"basis: {basis}",)
        yield from self.passages(node)
        if facts.values(node, "searchedIn"):
            yield "searched for in ", link(self.service.address(facts.report), "the whole report")
        for name, said in _LINKS.items():
            if found := [self.to(each) for each in facts.values(node, name)]:
                yield f"{said} ", *_apart(found, ", ")
        codes = dict.fromkeys(each for name in _TERMS for each in facts.values(node, name))
        if codes:
            yield _apart((link(self.service.address(each), compact(each)) for each in codes), ", ")
        yield (self.to(node, f"#{facts.name(node)}"),)

    def passages(self, node: str) -> Iterator[Iterable[Content]]:
        """Yield where a claim is stated, and where again, as links to the passages."""
        for name, said in _PASSAGES.items():
            if found := [self.passage(each) for each in self.words.facts.values(node, name)]:
                yield f"{said} ", *_apart(found, ", and ")

    def passage(self, node: str) -> Content:
        """Return the link to a passage, told by its place; of a whole report or record, that."""
        if node not in self._passages:
            self._passages[node] = self._passage(node)
        return self._passages[node]

    def _passage(self, node: str) -> Content:
        facts = self.words.facts
        if facts.kind(node) == "Passage":
            return link(self.address(node), self.words.place(node))
        return link(
            self.address(node), "the whole report" if node == facts.report else facts.name(node) or node
        )

    def term(self, iri: str) -> Element:
        """Return a term as people read it: its label, and its short name as a link if it is of the web."""
        short, label = link(self.service.address(iri), compact(iri)), self.words.terms.plain(iri) or ""
        return element("span", *((f"{label} ", "(", short, ")") if label else (short,)), class_="term")


def _apart(parts: Iterable[Content], by: str = "; ") -> list[Content]:
    told = [each for each in parts if each != "" and not (isinstance(each, Element) and not each.content)]
    return [part for each in told for part in (by, each)][1:]
