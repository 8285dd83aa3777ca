"""The triples of a case by subject and property, with their values as the model has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from typing import Any, get_origin

import msgspec
import pyoxigraph as ox

from casegraph.model import Value
from casegraph.namespaces import CG, PREFIXES, compact
from casegraph.triples.fields import (
    Render,
    address,
    boolean,
    concept,
    decimal,
    individual,
    integer,
    part,
    reference,
    report_part,
)

__all__ = ["Labels", "Triples"]

#: What a concept is called, by its IRI; None where that is not known.
Labels = Callable[[str], str | None]

_TYPE = PREFIXES["rdf"] + "type"


class Triples:
    """The triples about a case or a report, by subject and property.

    :param found: the triples; the graphs they stand in do not matter.
    """

    def __init__(self, found: Iterable[ox.Triple | ox.Quad], labels: Labels) -> None:
        self._of: dict[str, dict[str, list[Any]]] = {}
        self._labels = labels
        for each in found:
            if isinstance(each.subject, ox.NamedNode):
                self._of.setdefault(each.subject.value, {}).setdefault(each.predicate.value, []).append(
                    each.object
                )

    def texts(self, subject: str, predicate: str) -> tuple[str, ...]:
        """Return the values of a property as plain text, sorted."""
        found = self._of.get(subject, {}).get(predicate)
        return tuple(sorted(each.value for each in found)) if found else ()

    def text(self, subject: str, predicate: str) -> str | None:
        """Return the one value of a property as plain text; None if there is none."""
        return next(iter(self.texts(subject, predicate)), None)

    def kind(self, subject: str) -> str | None:
        """Return the name of the class of casegraph's that a subject is of; None if it is of none."""
        types = self.texts(subject, _TYPE)
        return next((each.removeprefix(CG) for each in types if each.startswith(CG)), None)

    def of_kind(self, *kinds: str) -> Iterator[tuple[str, str]]:
        """Yield each subject of these classes and its class, sorted."""
        yield from sorted((subject, kind) for kind in kinds for subject in self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for subject in self._of:
            if kind := self.kind(subject):
                found.setdefault(kind, []).append(subject)
        return found

    def values(
        self, subject: str, fields: Mapping[str, tuple[str, Render]], kind: type[Value]
    ) -> dict[str, Any]:
        """Return the values of the fields of a part of the model."""
        many = _lists(kind)
        found: dict[str, Any] = {}
        for name, (predicate, render) in fields.items():
            values = [self._decoded(render, each) for each in self.texts(subject, predicate)]
            if values:
                found[name] = tuple(values) if name in many else values[0]
        return found

    def _decoded(self, render: Render, value: str) -> object:
        if render is concept:
            return f"{compact(value)} {self._labels(value) or compact(value)}"
        return _DECODERS.get(render, str)(value)


@cache
def _lists(kind: type[Value]) -> frozenset[str]:
    """Return the fields of a part of the model that hold any number of values."""
    return frozenset(each.name for each in msgspec.structs.fields(kind) if get_origin(each.type) is tuple)


def fragment(value: str) -> str:
    return value.rpartition("#")[2]


def number(value: str) -> int | float:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is no number") from error
    return int(number) if number == number.to_integral_value() else float(number)


_DECODERS: Mapping[Render, Callable[[str], object]] = {
    individual: lambda value: value.removeprefix(CG),
    part: fragment,
    report_part: fragment,
    reference: lambda value: int(value.rpartition("-")[2]),
    integer: int,
    decimal: number,
    boolean: lambda value: value == "true",
    address: str,
}
