"""Reads a mapping set back out of its graph; CURIEs are made with the prefixes that the set declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

import pyoxigraph as ox

from casegraph.mappings.content import Extension, MappingSet, TermMapping, joined, number
from casegraph.mappings.slots import MAPPING_SLOTS, MEANINGS, SET_SLOTS, Slot
from casegraph.namespaces import PREFIXES, UNDECLARED, expand, known_prefixes

__all__ = ["set_of"]

_SSSOM, _SH = PREFIXES["sssom"], PREFIXES["sh"]
#: closed list and IRI -> the word of the list that it stands for.
_WORDS = {
    (kind, expand(curie)): word for kind, words in MEANINGS.items() for word, curie in words.items() if curie
}
_Node = Mapping[str, list[ox.NamedNode | ox.Literal]]
_Shorten = Callable[[str], str]


def set_of(graph: str, lines: Iterable[str]) -> MappingSet:
    """Return the mapping set of a graph, as :func:`casegraph.mappings.quads.mapping_quads` told it.

    The values of a slot that has several are sorted: RDF keeps no order of them.

    :param lines: its N-Quads, a quad a line.
    """
    nodes: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse("\n".join(lines).encode(), format=ox.RdfFormat.N_QUADS):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
            nodes[quad.subject.value][quad.predicate.value].append(quad.object)
    about = nodes[graph]
    declared = [nodes[each.value] for each in about[f"{_SH}declare"]]
    prefixes = {_text(each, f"{_SH}prefix"): _text(each, f"{_SH}namespace") for each in declared}
    shorten = _shortener(prefixes)
    definitions = [nodes[each.value] for each in about[f"{_SSSOM}extension_definitions"]]
    extensions = tuple(sorted((_extension(each, shorten) for each in definitions), key=str))
    empty = MappingSet(iri="", mappings=(), prefixes=prefixes, extensions=extensions)
    names = {empty.property_of(each.slot_name): each.slot_name for each in extensions}
    told = dict(_told(about, SET_SLOTS, names, shorten))
    iri = told.pop("mapping_set_id", ("",))[0]
    rows = (
        {
            name: _cell(name, values)
            for name, values in _told(nodes[each.value], MAPPING_SLOTS, names, shorten)
        }
        for each in about[f"{_SSSOM}mappings"]
    )
    mappings = tuple(TermMapping.of(row, graph) for row in rows)
    return MappingSet(iri=iri, mappings=mappings, told=told, prefixes=prefixes, extensions=extensions)


def _text(node: _Node, name: str) -> str:
    return next((each.value for each in node.get(name, ())), "")


def _extension(node: _Node, shorten: _Shorten) -> Extension:
    name, *references = (_text(node, _SSSOM + key) for key in ("slot_name", "property", "type_hint"))
    return Extension(name, *(shorten(each) if each else "" for each in references))


def _shortener(prefixes: Mapping[str, str]) -> _Shorten:
    """Return what makes a CURIE of an IRI; an IRI that no prefix fits stays as it is.

    Of two prefixes of one namespace, the one that the set declares is taken, then the first.
    """
    from curies import Converter, Record

    by_namespace: dict[str, list[str]] = defaultdict(list)
    for prefix, namespace in (*sorted(prefixes.items()), *sorted(known_prefixes().items())):
        if prefix not in by_namespace[namespace]:
            by_namespace[namespace].append(prefix)
    records = [
        Record(prefix=first, prefix_synonyms=others, uri_prefix=namespace)
        for namespace, (first, *others) in by_namespace.items()
    ]
    converter = Converter(records)

    def shorten(iri: str) -> str:
        return converter.compress(iri) or iri

    return shorten


def _told(
    node: _Node, slots: Mapping[str, Slot], names: Mapping[str, str], shorten: _Shorten
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the slots of a node that SSSOM or the set has, in that order, with their values."""
    for name, slot in slots.items():
        if values := node.get(slot.iri):
            yield name, tuple(sorted(_value(slot, each, shorten) for each in values))
    for iri, values in node.items():
        undeclared = iri.removeprefix(UNDECLARED) if iri.startswith(UNDECLARED) else ""
        name = names.get(iri) or undeclared
        if name:
            value = values[0]
            yield name, (shorten(value.value) if isinstance(value, ox.NamedNode) else value.value,)


def _value(slot: Slot, value: ox.NamedNode | ox.Literal, shorten: _Shorten) -> str:
    """Return a value as it stands in a file."""
    if slot.is_number:
        return number(float(value.value))
    if slot.kind in MEANINGS:
        return _WORDS.get((slot.kind, value.value), value.value)
    return shorten(value.value) if slot.kind == "reference" else value.value


def _cell(name: str, values: tuple[str, ...]) -> str:
    slot = MAPPING_SLOTS.get(name)
    return joined(values) if slot is not None and slot.many else values[0]
