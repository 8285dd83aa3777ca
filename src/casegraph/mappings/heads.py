"""Reads the head of a mapping set in SSSOM/TSV: YAML that tells of the whole set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from casegraph.errors import InputError
from casegraph.mappings.content import Extension, joined
from casegraph.mappings.slots import BUILT_IN, MAPPING_SLOTS, SET_SLOTS, Slot, fault_of
from casegraph.namespaces import PREFIXES, known_prefixes

__all__ = ["Head", "Reader", "read_head"]

_EXTENSION_KEYS = ("slot_name", "property", "type_hint")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_FORBIDDEN = (yaml.AliasToken, yaml.AnchorToken, yaml.TagToken, yaml.DirectiveToken)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a set tells.

    :param told: name -> values, of all slots but the identifier, the prefixes and the extensions.
    :param shared: name -> cell, of those that hold for each mapping where none has its own value.
    :param lines: how many lines it has.
    """

    iri: str
    told: Mapping[str, tuple[str, ...]]
    shared: Mapping[str, str]
    prefixes: Mapping[str, str]
    extensions: tuple[Extension, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class Reader:
    """What is at hand while a file is read: its name, its prefixes, its extensions that hold CURIEs."""

    file: str
    prefixes: Mapping[str, str]
    references: frozenset[str] = frozenset()

    def error(self, line: int, what: str, expected: str = "", todo: str = "") -> InputError:
        """Return the error of a line."""
        return InputError(what, where=f"{self.file}:{line}", expected=expected, todo=todo)

    def check(self, slot: Slot, value: str, line: int) -> None:
        """Raise what is wrong with a value of a slot.

        :raises InputError: if it is not of its kind, or is a CURIE with an unknown prefix.
        """
        if expected := fault_of(slot, value):
            raise self.error(line, f"{slot.name} is {value!r}", expected)
        if slot.kind == "reference":
            self.check_prefix(value, line)

    def check_prefix(self, curie: str, line: int) -> None:
        """Raise that the prefix of a CURIE is unknown; an IRI of the web has none."""
        prefix, _, local = curie.partition(":")
        is_iri = local.startswith("//") and prefix in ("http", "https")
        if not is_iri and prefix not in self.prefixes and prefix not in known_prefixes():
            todo = f"name it in the curie_map: #curie_map: and, below, #  {prefix}: its namespace"
            raise self.error(line, f"unknown prefix in {curie!r}", todo=todo)


def read_head(text: str, file: str) -> Head:
    """Return what the head of a file tells.

    :param text: its lines without the ``#``.
    :raises InputError: if it is no YAML that SSSOM allows, or a slot or a prefix is not right.
    """
    nodes = dict(_keys(_composed(text, file), file))
    prefixes = _prefixes(nodes.pop("curie_map", None), file)
    reader = Reader(file, prefixes)
    extensions = tuple(_extensions(nodes.pop("extension_definitions", None), reader))
    told = {name: tuple(_values(name, node, reader)) for name, node in nodes.items()}
    told = {name: values for name, values in told.items() if values}
    iri = next(iter(told.pop("mapping_set_id", ())), "")
    if not iri:
        todo = "put it into the head: #mapping_set_id: and an IRI that names the set"
        raise reader.error(1, "the set has no mapping_set_id", todo=todo)
    names = (name for name, slot in MAPPING_SLOTS.items() if slot.shared and name in told)
    shared = {name: joined(told[name]) if MAPPING_SLOTS[name].many else told[name][0] for name in names}
    return Head(iri, told, shared, prefixes, extensions, text.count("\n"))


def _composed(text: str, file: str) -> yaml.MappingNode | None:
    try:
        for token in yaml.scan(text, Loader=yaml.CBaseLoader):
            if isinstance(token, _FORBIDDEN):
                where = f"{file}:{token.start_mark.line + 1}"
                raise InputError("an anchor, alias or tag of YAML is not allowed here", where=where)
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"the head is not YAML: {getattr(error, 'problem', None) or error}"
        where = f"{file}:{mark.line + 1 if mark else 1}"
        raise InputError(what, where=where, expected="lines #key: value, and nothing else after #") from error
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise InputError("the head is no keys and values", where=f"{file}:1", expected="lines #key: value")
    return node


def _keys(node: yaml.Node | None, file: str) -> Iterator[tuple[str, yaml.Node]]:
    """Yield the keys of a node with their values; each must be there once."""
    found: set[str] = set()
    for key, value in node.value if node is not None else ():
        name, where = str(key.value), f"{file}:{key.start_mark.line + 1}"
        if name in found:
            raise InputError(f"the key {name!r} is there twice", where=where)
        found.add(name)
        yield name, value


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _prefixes(node: yaml.Node | None, file: str) -> dict[str, str]:
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise InputError(
            "the curie_map is no map", where=f"{file}:{_line(node)}", expected="PREFIX: namespace"
        )
    found = {}
    for prefix, value in _keys(node, file):
        namespace, where = str(value.value), f"{file}:{_line(value)}"
        if not isinstance(value, yaml.ScalarNode) or fault_of(_NAMESPACE, namespace):
            raise InputError(f"{prefix} is no prefix", where=where, expected="PREFIX: an absolute IRI")
        known = PREFIXES.get(prefix, namespace)
        if known != namespace:
            what = f"the prefix {prefix} is {namespace}, and {known} everywhere else"
            todo = (
                "correct the namespace"
                if prefix in BUILT_IN
                else "correct it, or rename the prefix in the file"
            )
            raise InputError(what, where=where, todo=todo)
        found[prefix] = namespace
    return found


_NAMESPACE = Slot("curie_map", "uri")


def _extensions(node: yaml.Node | None, reader: Reader) -> Iterator[Extension]:
    names: set[str] = set()
    for each in node.value if isinstance(node, yaml.SequenceNode) else ():
        if not isinstance(each, yaml.MappingNode):
            raise reader.error(
                _line(each), "an extension is no map", f"the keys {', '.join(_EXTENSION_KEYS)}"
            )
        told = {name: str(value.value) for name, value in _keys(each, reader.file)}
        name = told.get("slot_name", "")
        if unknown := sorted(told.keys() - set(_EXTENSION_KEYS)):
            raise reader.error(
                _line(each), f"unknown key {unknown[0]}", f"one of {', '.join(_EXTENSION_KEYS)}"
            )
        if not _NAME.fullmatch(name) or name in names or name in MAPPING_SLOTS or name in SET_SLOTS:
            expected = "a name that no slot of SSSOM and no other extension has"
            raise reader.error(_line(each), f"an extension has the slot_name {name!r}", expected)
        names.add(name)
        for curie in filter(None, (told.get("property"), told.get("type_hint"))):
            reader.check(Slot("extension_definitions", "reference"), curie, _line(each))
        yield Extension(name, told.get("property", ""), told.get("type_hint", ""))
    if node is not None and not isinstance(node, yaml.SequenceNode):
        raise reader.error(_line(node), "extension_definitions is no list", "a list of extensions")


def _values(name: str, node: yaml.Node, reader: Reader) -> Iterator[str]:
    """Yield the values of a slot of the set."""
    slot = SET_SLOTS.get(name, Slot(name))
    items = node.value if isinstance(node, yaml.SequenceNode) and slot.many else [node]
    for each in items:
        if not isinstance(each, yaml.ScalarNode):
            expected = "a list of values" if slot.many else "one value"
            raise reader.error(_line(each), f"{name} has parts", expected)
        if each.value:
            reader.check(slot, each.value, _line(each))
            yield each.value
