"""Writes mapping sets as canonical SSSOM/TSV: the same set gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from casegraph.mappings.content import MappingSet, cells, split_cell
from casegraph.mappings.slots import BUILT_IN, MAPPING_SLOTS, SET_SLOTS, Slot
from casegraph.namespaces import known_prefixes

__all__ = ["write_mappings"]

#: What YAML itself takes a plain text for; where a slot is of such a kind, it is written plain all the same.
_RESOLVED = {"date": "timestamp", "share": "float", "version": "float"}


def write_mappings(mapping_set: MappingSet) -> str:
    """Return a mapping set as SSSOM/TSV, in the canonical form of the standard.

    Mappings are sorted, columns are in the order of the standard, extensions last; a value that all mappings
    share goes into the head. Numbers keep all their digits, where the standard has three. A text that YAML
    would take for something else is quoted.
    """
    rows = [each.values() for each in mapping_set.mappings]
    shared = _condensed(mapping_set, rows)
    rows = [{name: value for name, value in row.items() if name not in shared} for row in rows]
    told = {**mapping_set.told, **{name: _split(name, value) for name, value in shared.items()}}
    columns = _columns(mapping_set, rows)
    head = _head(mapping_set, told, {*told, *columns}, _prefixes_of(mapping_set, told, rows))
    return "".join(f"#{line}\n" for line in head) + _table(columns, rows)


def _split(name: str, cell: str) -> tuple[str, ...]:
    return split_cell(cell) if MAPPING_SLOTS[name].many else (cell,)


def _condensed(mapping_set: MappingSet, rows: list[dict[str, str]]) -> dict[str, str]:
    """Return the values that all mappings share, of the slots that can be told of the set."""
    found = {}
    for name, slot in MAPPING_SLOTS.items():
        values = {row.get(name, "") for row in rows} if slot.shared else set()
        own = mapping_set.told.get(name)
        if len(values) == 1 and "" not in values:
            (value,) = values
            if own is None or own == _split(name, value):
                found[name] = value
    return found


def _columns(mapping_set: MappingSet, rows: list[dict[str, str]]) -> list[str]:
    used = {name for row in rows for name in row} | {"subject_id", "predicate_id", "object_id"}
    used |= {"mapping_justification"}
    extensions = sorted(used - MAPPING_SLOTS.keys(), key=mapping_set.property_of)
    return [name for name in MAPPING_SLOTS if name in used] + extensions


def _table(columns: list[str], rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    lines = sorted([row.get(name, "") for name in columns] for row in rows)
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows([columns, *lines])
    return out.getvalue()


def _prefixes_of(
    mapping_set: MappingSet, told: Mapping[str, tuple[str, ...]], rows: list[dict[str, str]]
) -> dict[str, str]:
    """Return the prefixes that are in use, sorted; those that a set need not declare are left out."""
    used = set(_references(mapping_set, told, rows))
    known = {**known_prefixes(), **mapping_set.prefixes}
    return {each: known[each] for each in sorted(used) if each in known and each not in BUILT_IN}


def _references(
    mapping_set: MappingSet, told: Mapping[str, tuple[str, ...]], rows: list[dict[str, str]]
) -> Iterator[str]:
    """Yield the prefixes of all references."""
    pairs: list[tuple[Slot | None, Iterable[str]]] = [
        (SET_SLOTS.get(name), values) for name, values in told.items()
    ]
    pairs += [(MAPPING_SLOTS.get(name), values) for row in rows for name, values in cells(row)]
    for slot, values in pairs:
        if slot is not None and slot.kind == "reference":
            yield from (each.partition(":")[0] for each in values)
    for extension in mapping_set.extensions:
        if extension.is_reference:
            yield from (
                row[extension.slot_name].partition(":")[0] for row in rows if extension.slot_name in row
            )
        yield extension.meaning.partition(":")[0]
        yield extension.type_hint.partition(":")[0]


def _head(
    mapping_set: MappingSet,
    told: Mapping[str, tuple[str, ...]],
    used: set[str],
    prefixes: Mapping[str, str],
) -> Iterator[str]:
    """Yield the lines of the head without the ``#``."""
    told = {**told, "mapping_set_id": (mapping_set.iri,)}
    for position, (name, slot) in enumerate(SET_SLOTS.items()):
        if position == 1 and prefixes:
            yield "curie_map:"
            yield from (f"  {_plain(prefix)}: {_plain(iri)}" for prefix, iri in prefixes.items())
        yield from _entry(slot, told.get(name, ()))
    declared = [each for each in mapping_set.extensions if each.slot_name in used]
    for position, each in enumerate(
        sorted(declared, key=lambda each: mapping_set.property_of(each.slot_name))
    ):
        if not position:
            yield "extension_definitions:"
        yield f"  - slot_name: {_plain(each.slot_name)}"
        if each.meaning:
            yield f"    property: {_plain(each.meaning)}"
        if each.type_hint:
            yield f"    type_hint: {_plain(each.type_hint)}"
    for name in sorted(told.keys() - SET_SLOTS.keys(), key=mapping_set.property_of):
        yield from _entry(Slot(name), told[name])


def _entry(slot: Slot, values: tuple[str, ...]) -> Iterator[str]:
    if slot.many and values:
        yield f"{slot.name}:"
        yield from (f"  - {_plain(value, slot.kind)}" for value in values)
    elif values:
        yield f"{slot.name}: {_plain(values[0], slot.kind)}"


def _plain(text: str, kind: str = "text") -> str:
    """Return a text as YAML, plain where that reads as the same text."""
    try:
        whole: Any = yaml.compose(f"a:\n  - {text}\n", Loader=yaml.CSafeLoader)
        node = whole.value[0][1].value[0]
        is_plain = isinstance(node, yaml.ScalarNode) and node.style in (None, "") and node.value == text
        tag = str(node.tag).rpartition(":")[2]
    except yaml.YAMLError:
        is_plain, tag = False, ""
    fits = is_plain and tag in ("str", _RESOLVED.get(kind, "str"), "int" if kind == "share" else "str")
    return text if fits else json.dumps(text, ensure_ascii=False)
