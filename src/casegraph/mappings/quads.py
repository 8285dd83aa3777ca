"""Tells a mapping set as RDF: each mapping as an annotated axiom, and as a plain triple where that is safe.

The standard's RDF, with nodes of our own for the set and its mappings, since the names that a set gives
could be those of anything else in a store.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.mappings.content import Extension, MappingSet, TermMapping, cells
from casegraph.mappings.slots import MAPPING_SLOTS, MEANINGS, SET_SLOTS, Slot
from casegraph.namespaces import BASE, CG, PREFIXES

__all__ = ["GRAPHS", "graph_of", "mapping_quads", "name_of"]

#: Where the graphs of mapping sets are.
GRAPHS = f"{BASE}mappings/"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
#: The predicates that are told as plain triples too: no reasoner takes them for more.
_PLAIN = frozenset(
    PREFIXES["skos"] + name
    for name in ("mappingRelation", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
)
#: Of casegraph's own names, those of terms may be mapped; and the properties that its sets are written with.
_TERMS = (CG, PREFIXES["cgt"])
_OWN_PROPERTY = f"{CG}closedList"
_RESERVED = tuple(PREFIXES[each] for each in ("owl", "rdf", "rdfs", "skos", "sssom"))
_TYPE, _OWL, _SSSOM = f"{PREFIXES['rdf']}type", PREFIXES["owl"], PREFIXES["sssom"]
_XSD = PREFIXES["xsd"]
_Pair = tuple[str, ox.NamedNode | ox.Literal]


def name_of(mapping_set: MappingSet) -> str:
    """Return what a set is called in a store, unless it is given another name: the end of its identifier.

    >>> name_of(MappingSet(iri="https://example.org/sets/Mondo_OMIM.sssom.tsv", mappings=()))
    'mondo_omim'
    """
    last = re.split(r"[/#:]", mapping_set.iri.rstrip("/#"))[-1].lower()
    return re.sub(r"[^a-z0-9._-]+", "-", re.sub(r"(\.sssom)?\.tsv$", "", last)).strip("-._") or "mappings"


def graph_of(name: str) -> str:
    """Return the graph of a set by its name.

    :raises InputError: if it is no name.

    >>> graph_of("mondo_omim")
    'https://w3id.org/casegraph/mappings/mondo_omim'
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name", expected="small letters, digits, dots, dashes, underscores")
    return GRAPHS + name


def mapping_quads(mapping_set: MappingSet, name: str = "") -> str:
    """Return a mapping set as sorted N-Quads of one graph; there is no blank node in it.

    An exact match never becomes ``owl:equivalentClass`` or ``owl:sameAs``. Where a set says one of these
    itself, or any predicate that is no mapping relation of SKOS, the annotated axiom tells so and no plain
    triple does. A mapping that is negated, or lacks one of its terms, has no plain triple either.

    :param name: what the graph is called; by default :func:`name_of` the set.
    :raises InputError: if it maps what is no term, or claims one of casegraph's own names.

    >>> one = TermMapping(subject_id="HP:0012828", predicate_id="skos:exactMatch", object_id="cg:severe",
    ...     mapping_justification="semapv:ManualMappingCuration")
    >>> text = mapping_quads(MappingSet(iri="https://example.org/m", mappings=(one,)))
    >>> sum("exactMatch> <https://w3id.org/casegraph/ontology#severe> " in line for line in text.splitlines())
    1
    """
    graph = graph_of(name or name_of(mapping_set))
    own = mapping_set.iri.startswith(BASE) and not mapping_set.iri.startswith(GRAPHS)
    if own:
        what = f"the mapping_set_id {mapping_set.iri} is a name of casegraph's own"
        raise InputError(what, expected="an identifier of the set")
    triples = set(_about(mapping_set, graph))
    for each in mapping_set.mappings:
        triples |= set(_of_mapping(mapping_set, each, graph))
    return "".join(f"{each} <{graph}> .\n" for each in sorted(triples))


def _triples(node: str, pairs: Iterable[_Pair]) -> Iterator[str]:
    """Yield triples of a node as N-Triples has them, without the full stop."""
    subject = str(_iri(node))
    return (f"{subject} <{name}> {value}" for name, value in pairs)


def _about(mapping_set: MappingSet, graph: str) -> Iterator[str]:
    """Yield what is told of the set: its slots, its prefixes, the slots that it declares."""
    pairs: list[_Pair] = [(_TYPE, ox.NamedNode(f"{_SSSOM}MappingSet"))]
    pairs.append((f"{_SSSOM}mapping_set_id", _iri(mapping_set.iri)))
    for name, values in mapping_set.told.items():
        pairs += _values(mapping_set, SET_SLOTS.get(name), name, values)
    yield from _triples(graph, pairs)
    for prefix, namespace in mapping_set.prefixes.items():
        node = f"{graph}#prefix-{prefix}"
        yield from _triples(graph, [(f"{PREFIXES['sh']}declare", ox.NamedNode(node))])
        yield from _triples(
            node,
            [
                (f"{PREFIXES['sh']}prefix", ox.Literal(prefix)),
                (f"{PREFIXES['sh']}namespace", ox.Literal(namespace, datatype=ox.NamedNode(f"{_XSD}anyURI"))),
            ],
        )
    for each in mapping_set.extensions:
        node = f"{graph}#extension-{each.slot_name}"
        told: list[_Pair] = [(_TYPE, ox.NamedNode(f"{_SSSOM}ExtensionDefinition"))]
        told.append((f"{_SSSOM}slot_name", ox.Literal(each.slot_name)))
        references = {"property": each.meaning, "type_hint": each.type_hint}
        told += [
            (_SSSOM + key, _iri(mapping_set.expand(curie))) for key, curie in references.items() if curie
        ]
        yield from _triples(graph, [(f"{_SSSOM}extension_definitions", ox.NamedNode(node))])
        yield from _triples(node, told)


def _of_mapping(mapping_set: MappingSet, mapping: TermMapping, graph: str) -> Iterator[str]:
    """Yield the axiom of a mapping, under a name that is made of its content, and the plain triple."""
    _require_terms(mapping_set, mapping)
    pairs: list[_Pair] = [(_TYPE, ox.NamedNode(f"{_OWL}Axiom"))]
    for name, values in cells(mapping.values()):
        pairs += _values(mapping_set, MAPPING_SLOTS.get(name), name, values)
    content = "\n".join(sorted(f"{name} {value}" for name, value in pairs))
    node = f"{graph}#{hashlib.sha256(content.encode()).hexdigest()[:32]}"
    yield from _triples(graph, [(f"{_SSSOM}mappings", ox.NamedNode(node))])
    yield from _triples(node, pairs)
    predicate = mapping_set.expand(mapping.predicate_id)
    if mapping.links_terms and predicate in _PLAIN:
        ends = (_iri(mapping_set.expand(each)) for each in (mapping.subject_id, mapping.object_id))
        yield f" <{predicate}> ".join(map(str, ends))


def _require_terms(mapping_set: MappingSet, mapping: TermMapping) -> None:
    for curie in filter(None, (mapping.subject_id, mapping.object_id)):
        iri = mapping_set.expand(curie)
        if iri.startswith(BASE) and not iri.startswith(_TERMS):
            what = f"{curie} is no term, but something else of casegraph's own"
            raise InputError(what, where=mapping.place, expected="a term of a vocabulary")


def _values(mapping_set: MappingSet, slot: Slot | None, name: str, values: Iterable[str]) -> Iterator[_Pair]:
    """Yield the values of a slot as RDF; one that SSSOM does not have, as the set declares it."""
    if slot is not None:
        yield from ((slot.iri, _value(mapping_set, slot, each)) for each in values)
        return
    iri = mapping_set.property_of(name)
    if iri.startswith(_RESERVED) or (iri.startswith(BASE) and iri != _OWN_PROPERTY):
        what = f"the property {iri} of the slot {name!r} has a meaning already"
        raise InputError(what, where=mapping_set.iri, todo="declare a property of your own")
    declared = {each.slot_name: each for each in mapping_set.extensions}
    extension = declared.get(name, Extension(name))
    kind = mapping_set.expand(extension.type_hint or "xsd:string")
    for each in values:
        is_reference = extension.is_reference
        yield iri, _iri(mapping_set.expand(each)) if is_reference else _literal(each, kind)


def _value(mapping_set: MappingSet, slot: Slot, value: str) -> ox.NamedNode | ox.Literal:
    if slot.kind == "reference":
        return _iri(mapping_set.expand(value))
    if slot.kind == "uri":
        return _iri(value)
    if meaning := _meanings(slot).get(value, ""):
        return _iri(mapping_set.expand(meaning))
    if slot.is_number:
        return _literal(value, f"{_XSD}double")
    return _literal(value, f"{_XSD}date") if slot.kind == "date" else ox.Literal(value)


def _meanings(slot: Slot) -> Mapping[str, str]:
    return MEANINGS.get(slot.kind, {})


@lru_cache(maxsize=1024)
def _literal(text: str, kind: str) -> ox.Literal:
    """Return a literal as a store of Oxigraph gives it back, which keeps the value and not the digits.

    :param kind: the IRI of its datatype.
    """
    node = ox.NamedNode(_XSD)
    store = ox.Store()
    store.add(ox.Quad(node, node, ox.Literal(text, datatype=_iri(kind))))
    return next(quad.object for quad in store if isinstance(quad.object, ox.Literal))


@lru_cache(maxsize=1024)
def _iri(text: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no IRI: {error}", expected="an absolute IRI") from error
