"""Values with the places they were read from, so that an error can name file, line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from casegraph.errors import Problem
from casegraph.loaders.hurried import date_fault, number_fault
from casegraph.model import CaseDocument, Value

__all__ = ["Draft", "Located", "Place", "Source", "structure_faults"]

#: The way to a value: keys and list positions from the top of the document.
Place = tuple[str | int, ...]

_SHORT = 60
_TODO = {
    bool: "write true or false",
    int: "write a plain number such as 12 or 0.5: no quotes, words, exponent or separators",
    float: "write a plain number such as 12 or 0.5: no quotes, words, exponent or separators",
    str: "write text; put quotes around what looks like a number",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file and where each of its values stands: way to the value -> (line, column), both 1-based."""

    file: str
    places: Mapping[Place, tuple[int, int]]

    def warning(self, place: Place, code: str, message: str, *, todo: str = "") -> Problem:
        """Return a problem that rejects nothing, at a value or at the nearest value around it."""
        return replace(self.problem(place, code, message, todo=todo), severity="warning")

    def problem(self, place: Place, code: str, message: str, *, todo: str = "") -> Problem:
        """Return a problem at a value, or at the nearest value around it that has a place."""
        return Problem(self.file, *self.position(place), code, message, todo)

    def position(self, place: Place) -> tuple[int, int]:
        """Return line and column of a value, or of the nearest value around it; zeros if there is none."""
        while place not in self.places and place:
            place = place[:-1]
        return self.places.get(place, (0, 0))


@dataclass(frozen=True, slots=True)
class Located:
    """A case document and the source it was read from."""

    document: CaseDocument
    source: Source


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file holds, whether or not it is a case document yet.

    :param data: its plain values: keys, lists, texts, numbers.
    :param problems: in what it is no case document, in reading order; empty if it is one.
    :param located: the document; where parts of the file are faulty, what is left of it without them, or
        None if that is no document either.
    """

    data: object
    source: Source
    problems: tuple[Problem, ...]
    located: Located | None


def structure_faults(data: object, source: Source, kind: type[Value] = CaseDocument) -> dict[Place, Problem]:
    """Return everything in which data differ from the structure of a case document, by the way to it.

    :param kind: what they are to be, if no case document.
    """
    return dict(_walk(data, kind, (), source))


def _walk(value: object, kind: object, place: Place, source: Source) -> Iterator[tuple[Place, Problem]]:
    kind, optional = _unwrapped(kind)
    if optional and value is None:
        return
    struct = _struct(kind)
    if struct is not None:
        yield from _walk_struct(value, struct, place, source)
    elif get_origin(kind) is dict and isinstance(value, dict):
        key_kind, value_kind = get_args(kind)
        for key, each in value.items():
            yield from _leaf(key, key_kind, (*place, key), source)
            yield from _walk(each, value_kind, (*place, key), source)
    elif get_origin(kind) is tuple and isinstance(value, list):
        yield from _walk_list(value, get_args(kind), place, source)
    else:
        yield from _leaf(value, kind, place, source)


def _walk_list(
    value: list[object], kinds: tuple[object, ...], place: Place, source: Source
) -> Iterator[tuple[Place, Problem]]:
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(value)
    if len(value) != len(kinds):
        message, todo = f"a list of {len(value)} cannot stand here", f"write a list of {len(kinds)}"
        yield place, source.problem(place, "wrong-value", message, todo=todo)
        return
    for position, (each, kind) in enumerate(zip(value, kinds, strict=True)):
        yield from _walk(each, kind, (*place, position), source)


def _unwrapped(kind: object) -> tuple[object, bool]:
    """Return the kind without an annotation or a None around structs, and whether None is allowed."""
    if get_origin(kind) is Annotated and _holds_structs(get_args(kind)[0]):
        kind = get_args(kind)[0]
    structs = [each for each in get_args(kind) if _struct(each)]
    if get_origin(kind) in (Union, UnionType) and structs:
        return structs[0], True
    return kind, False


def _walk_struct(
    value: object, struct: type[Value], place: Place, source: Source
) -> Iterator[tuple[Place, Problem]]:
    if not isinstance(value, dict):
        message = f"expected keys and values here, found {_said(value)}"
        yield place, source.problem(place, "wrong-type", message, todo="indent the keys below this one")
        return
    fields, hints = _fields(struct)
    for key, each in value.items():
        if key not in fields:
            here = (*place, key)
            code, message, todo = _unknown_key(str(key), tuple(fields))
            yield here, source.problem(here, code, message, todo=todo)
        else:
            yield from _walk(each, hints[fields[key].name], (*place, key), source)
    for name, field in fields.items():
        if field.required and name not in value:
            problem = source.problem(place, "missing-key", f"missing key {name!r}", todo=f"add {name!r} here")
            yield (*place, name), problem


@cache
def _fields(struct: type[Value]) -> tuple[dict[str, msgspec.structs.FieldInfo], dict[str, Any]]:
    """Return the fields of a struct by their keys in a document, and their types by their names."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    return fields, get_type_hints(struct, include_extras=True)


def _unknown_key(key: str, known: tuple[str, ...]) -> tuple[str, str, str]:
    if re.match(r"\d", key):
        message = f"a comma before {key!r} parts the entries of braces"
        todo = "write a number without separators and with a decimal point, and the unit apart"
        return "thousands-separator", message, todo
    return "unknown-key", f"unknown key {key!r}", _nearest(key, known)


def _leaf(value: object, kind: object, place: Place, source: Source) -> Iterator[tuple[Place, Problem]]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        code, message, todo = _fault(value, kind)
        yield place, source.problem(place, code, message, todo=todo)


def _fault(value: object, kind: object) -> tuple[str, str, str]:
    """Return the code, the message and what to do about a value that cannot stand where it does."""
    kinds = tuple(_parts(kind))
    if value is None:
        return "empty-value", "nothing stands here", f"fill it in, or take the key away: {_allowed(kind)}"
    if isinstance(value, str) and (int in kinds or float in kinds):
        return number_fault(value) or ("wrong-value", f"{_said(value)} is no number", _allowed(kind))
    if isinstance(value, str) and any(isinstance(each, msgspec.Meta) and each.pattern for each in kinds):
        found = date_fault(value) if any(_is_date(each) for each in kinds) else None
        return found or ("wrong-value", f"{_said(value)} cannot stand here", _allowed(kind))
    return "wrong-value", f"{_said(value)} cannot stand here", _allowed(kind)


def _is_date(kind: object) -> bool:
    return isinstance(kind, msgspec.Meta) and str(kind.pattern).startswith(r"^\d{4}")


def _struct(kind: object) -> type[Value] | None:
    return kind if isinstance(kind, type) and issubclass(kind, Value) else None


def _holds_structs(kind: object) -> bool:
    return any(_struct(each) or _holds_structs(each) for each in get_args(kind))


def _said(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}..."


def _allowed(kind: object) -> str:
    """Return in words what a value may be: the members of a closed list, the meaning of a pattern, a type."""
    kinds = tuple(_parts(kind))
    members = [str(value) for each in kinds if get_origin(each) is Literal for value in get_args(each)]
    if members:
        return "expected one of " + ", ".join(members)
    if any(get_origin(each) is tuple and get_args(each)[-1] is Ellipsis for each in kinds):
        return "write a list, such as [one, two]"
    if get_origin(kind) is tuple:
        return f"write a list of {len(get_args(kind))}"
    metas = [each for each in kinds if isinstance(each, msgspec.Meta)]
    meant = [each.description for each in metas if each.description]
    if meant:
        return " ".join([*meant, *(f"Such as {each.examples[0]!r}." for each in metas if each.examples)])
    return next(
        (todo for each in kinds for wanted, todo in _TODO.items() if each is wanted), "see the schema"
    )


def _parts(kind: object) -> Iterator[object]:
    yield kind
    if get_origin(kind) is not Literal:
        for each in get_args(kind):
            yield from _parts(each)


def _nearest(key: str, known: tuple[str, ...]) -> str:
    from rapidfuzz import process

    match = process.extractOne(key, known, score_cutoff=60)
    return f"did you mean {match[0]!r}?" if match else "known keys are " + ", ".join(known)
