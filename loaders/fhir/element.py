"""One object of a FHIR resource while it is read: what was taken of it, and what was left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

__all__ = ["MODIFIER", "Element", "Left", "plain"]

#: What may turn round the meaning of the object that it stands in; none is understood here.
MODIFIER = "modifierExtension"


class Left(Exception):  # noqa: N818 -- not an error: the resource is left behind for a reason
    """A resource is left behind as a whole.

    :param reason: one of the reasons of a loss.
    :param told: what it tells of, where that is known better than by its label.
    """

    def __init__(self, reason: str, told: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.told = reason, told


@dataclass(slots=True)
class Element:
    """One JSON object with its place. What is taken counts as carried; :meth:`rest` tells the remainder.

    >>> element = Element({"status": "final", "code": {"text": "x", "id": "1"}}, "/entry/0/resource")
    >>> element.take("status"), element.child("code").take("text")
    ('final', 'x')
    >>> list(element.rest())
    [('/entry/0/resource/code/id', '1')]
    """

    value: Mapping[str, Any]
    pointer: str
    taken: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        """Tell whether the object has a key."""
        return name in self.value

    def peek(self, name: str) -> Any:
        """Return what stands at a key without taking it; None if nothing does."""
        return self.value.get(name)

    def take(self, *names: str) -> Any:
        """Take the first of these keys that is there, with all below it; None if none is."""
        for name in names:
            if name in self.value:
                self._mark(f"{self.pointer}/{name}")
                return self.value[name]
        return None

    def take_all(self) -> None:
        """Take the whole object."""
        self._mark(self.pointer)

    def child(self, *names: str) -> Element | None:
        """Return the object at the first of these keys that is there."""
        return next(iter(self.each(*names)), None)

    def each(self, *names: str) -> list[Element]:
        """Return the objects at the first of these keys that is there: one, or those of a list.

        What has a modifier extension is none of them, so that it is left as a whole.
        """
        for name in names:
            found, place = self.value.get(name), f"{self.pointer}/{name}"
            if isinstance(found, dict):
                return [self._at(found, place)] if MODIFIER not in found else []
            if isinstance(found, list):
                return [self._at(each, f"{place}/{i}") for i, each in enumerate(found) if _is_read(each)]
        return []

    def at(self, place: str) -> Any:
        """Return what stands at a place below the object."""
        found: Any = self.value
        for step in place.removeprefix(self.pointer).split("/")[1:]:
            found = found[int(step)] if isinstance(found, list) else found[step]
        return found

    def beside(self, place: str) -> list[Any]:
        """Return those of the list that a place is in from which something was taken."""
        stem, marked = place.rpartition("/")[0], self.opened | self.taken
        return [each for at, each in enumerate(self.at(stem)) if f"{stem}/{at}" in marked]

    def rest(self) -> Iterator[tuple[str, Any]]:
        """Yield the place and the value of everything that was not taken, as little split up as can be."""
        yield from self._left(self.value, self.pointer)

    def _at(self, value: Mapping[str, Any], pointer: str) -> Element:
        return Element(value, pointer, self.taken, self.opened)

    def _mark(self, pointer: str) -> None:
        self.taken.add(pointer)
        while pointer and pointer not in self.opened:
            self.opened.add(pointer)
            pointer = pointer.rpartition("/")[0]

    def _left(self, value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
        if pointer in self.taken:
            return
        if pointer not in self.opened or not isinstance(value, dict | list):
            yield pointer, plain(value)
            return
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, each in steps:
            yield from self._left(each, f"{pointer}/{step}")


def plain(value: Any) -> Any:
    """Return a JSON value with its numbers as numbers again.

    >>> plain({"value": Decimal("1.50")})
    {'value': 1.5}
    """
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def _is_read(value: Any) -> bool:
    return isinstance(value, dict) and MODIFIER not in value
