"""Puts the lines of a story on a page: a section for each claim, named as the claim is, with its passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.serve.pages.frame import described, term
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.service import Service
from casegraph.story.lines import Line
from casegraph.story.words import Words

__all__ = ["Claims"]

#: what a page calls it -> the properties whose values are terms.
_TERMS = {
    "about": ("aboutConcept", "aboutDisease"),
    "site": ("site",),
    "how": ("method", "specimen", "modifier", "severity"),
    "indication": ("indication",),
}
#: what a page calls it -> the properties that lead to claims, passages and reports.
_LINKS = {
    "stated in": ("statedIn",),
    "also in": ("restatedIn",),
    "searched in": ("searchedIn",),
    "derived from": ("derivedFrom", "prov:wasDerivedFrom"),
    "supported by": ("supportedBy",),
    "answers to": ("responseTo",),
    "between": ("between",),
}


class Claims:
    """The claims of one page; each name is given to one section alone.

    :param words: of the case or the report that the page is about.
    """

    def __init__(self, service: Service, words: Words) -> None:
        self._service, self._words = service, words
        self._own = f"{words.facts.case}#"
        self._taken = set[str]()

    def part(self, number: int, heading: str, lines: Iterable[Line]) -> Content:
        """Return a part of the page with its heading; nothing where there is nothing to tell.

        :param number: of the part on the page.
        """
        told = [self._told(line) for line in lines]
        if not told:
            return ""
        name = f"_part-{number}"
        return element("section", element("h2", heading, id=name), told, aria_labelledby=name)

    def _told(self, line: Line) -> Element:
        if not line.node:
            return element("p", line.text)
        facts = self._words.facts
        fragment = facts.name(line.node)
        is_ours = fragment.startswith("_")  # the names that the page itself gives
        is_own = line.node.startswith(self._own) and line.node not in self._taken and not is_ours
        self._taken.add(line.node)
        address = f"#{fragment}" if is_own else self._service.address(line.node)
        return element(
            "section",
            element("h3", link(address, fragment)),
            element("p", line.text),
            described(self._about(line.node)),
            id=fragment if is_own else None,
            class_=f"claim{' set-in' * bool(line.level)}",
        )

    def _about(self, node: str) -> Iterator[tuple[str, Iterable[Content]]]:
        words, facts = self._words, self._words.facts
        yield "kind", [self._term(each) for each in facts.values(node, "rdf:type")]
        for name, properties in _TERMS.items():
            yield name, [self._term(each) for link in properties for each in facts.values(node, link)]
        yield "basis", [words.label(each) for each in facts.values(node, "basis")]
        yield "by the rule", facts.values(node, "rule")
        for name, properties in _LINKS.items():
            yield name, [self._target(each) for link in properties for each in facts.values(node, link)]

    def _term(self, iri: str) -> Content:
        label = self._words.terms.plain(iri)
        return term(self._service, iri, label or "")

    def _target(self, node: str) -> Content:
        facts = self._words.facts
        address = f"#{facts.name(node)}" if node.startswith(self._own) else self._service.address(node)
        if facts.kind(node) == "Passage":
            return link(address, self._words.place(node))
        return link(address, "the whole report" if node == facts.report else facts.name(node) or node)
