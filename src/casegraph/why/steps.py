"""The parts of an explanation: steps that hold each other, each a derived thing or a claim; without words."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

__all__ = ["Link", "Place", "RuleWords", "Step"]


class RuleWords(msgspec.Struct, frozen=True):
    """A rule by its name, its definition in words, and whose definition it is."""

    name: str
    definition: str
    source: str


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a passage stands: Unicode code points from ``start`` to before ``end`` of the captured text.

    ``sha256`` is that of the stretch; ``pointer`` is the JSON pointer into a data record.
    """

    passage: str
    pointer: str | None = None
    section: str | None = None
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    sha256: str | None = None


class Link(msgspec.Struct, frozen=True):
    """By which property a step builds on another; a local name of the ontology, or a CURIE."""

    name: str
    step: Step


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that holds, and what it rests on.

    :param node: the IRI of the claim or derived thing; of a property of a case, that of the case.
    :param kind: the local name of its class.
    :param name: the IRI of the property of the case that is explained, else None.
    :param value: the IRI of its value, else None.
    :param rules: the rules that derived it; a claim has none.
    :param builds_on: what it was derived from.
    :param stated_in: the passages that state a claim; ``restated_in``, those that state it again.
    :param searched_in: the reports that were searched in vain, for what is not stated.
    """

    node: str
    kind: str
    name: str | None = None
    value: str | None = None
    rules: tuple[RuleWords, ...] = ()
    builds_on: tuple[Link, ...] = ()
    stated_in: tuple[Place, ...] = ()
    restated_in: tuple[Place, ...] = ()
    searched_in: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        """What tells the step from all others."""
        return self.node, self.name, self.value

    def walk(self) -> Iterator[Step]:
        """Yield the step and all that it rests on, each once, in the order of reading."""
        seen = set()
        todo = [self]
        while todo:
            step = todo.pop()
            if step.key not in seen:
                seen.add(step.key)
                yield step
                todo += [link.step for link in reversed(step.builds_on)]
