"""Ways through a document: its structs, and the entries of the plain values it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casegraph.loaders.located import Place
from casegraph.model import Value
from casegraph.model.parts import part_fields

__all__ = ["Mappings", "curie_of", "each_of", "entries", "mappings", "structs", "subjects_of"]

#: Mappings of plain values, each with the way to it.
Mappings = Sequence[tuple[Place, dict[str, object]]]


def structs(value: object, place: Place) -> Iterator[tuple[Place, Value]]:
    """Yield every struct at or below a value with its place."""
    if isinstance(value, Value):
        yield place, value
        for name in part_fields(type(value)):
            if part := getattr(value, name):
                yield from structs(part, (*place, name))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from structs(each, (*place, key))
    elif isinstance(value, tuple):
        for position, each in enumerate(value):
            yield from structs(each, (*place, position))


def each_of(values: object, place: Place) -> Iterator[tuple[Place, object]]:
    """Yield a value, or each of several, with its place; nothing for None."""
    if isinstance(values, tuple):
        yield from (((*place, position), each) for position, each in enumerate(values))
    elif values is not None:
        yield place, values


def mappings(data: object, place: Place = ()) -> Mappings:
    """Return all mappings at or below a value, each with the way to it."""
    found: list[tuple[Place, dict[str, object]]] = []
    _gather(data, place, found)
    return found


def _gather(data: object, place: Place, found: list[tuple[Place, dict[str, object]]]) -> None:
    if isinstance(data, dict):
        found.append((place, data))
        steps = iter(data.items())
    else:
        steps = enumerate(data) if isinstance(data, list) else iter(())
    for step, value in steps:
        if isinstance(value, dict | list):
            _gather(value, (*place, step), found)


def entries(told: Mappings) -> Iterator[tuple[Place, str, object]]:
    """Yield each entry of mappings: the way to it, its key, its value."""
    for place, mapping in told:
        yield from (((*place, key), key, value) for key, value in mapping.items())


def subjects_of(data: object) -> Iterator[tuple[Place, dict[str, object]]]:
    """Yield each case and group of the plain values of a document, with the way to it."""
    for kind in ("cases", "groups"):
        found = data.get(kind) if isinstance(data, dict) else None
        for key, subject in found.items() if isinstance(found, dict) else ():
            if isinstance(subject, dict):
                yield (kind, key), subject


def curie_of(code: object) -> str:
    """Return the CURIE of a code such as ``HP:0000989 Pruritus``; an empty text for anything else."""
    return code.partition(" ")[0] if isinstance(code, str) else ""
