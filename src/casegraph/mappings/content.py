"""What a mapping set holds: mappings, each with all that is told of it, and what is told of the set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from casegraph.errors import InputError
from casegraph.mappings.slots import MAPPING_SLOTS, NO_TERM
from casegraph.namespaces import PREFIXES, UNDECLARED, known_prefixes

__all__ = ["Extension", "MappingSet", "TermMapping", "cells", "joined", "number", "split_cell"]

#: The slots of a mapping that are fields of :class:`TermMapping`; it is in ``others`` with the rest.
_FIELDS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
)

#: Below it, Python writes a number with an exponent.
_SMALL = 1e-4


class TermMapping(msgspec.Struct, frozen=True, kw_only=True):
    """One mapping. A slot without a value is empty; identifiers are CURIEs, as the file has them.

    :param predicate_modifier: ``Not`` where it is told that the mapping does not hold.
    :param confidence: from 0 to 1; None where it is not told.
    :param others: name -> value of each other slot, as it stands in a cell of a file.
    :param place: the file and the line it was read from.
    """

    subject_id: str = ""
    subject_label: str = ""
    predicate_id: str
    predicate_modifier: str = ""
    object_id: str = ""
    object_label: str = ""
    mapping_justification: str
    confidence: float | None = None
    others: tuple[tuple[str, str], ...] = ()
    place: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str], place: str = "") -> TermMapping:
        """Return the mapping that has these values, by the names of slots."""
        fields: dict[str, Any] = {name: values.get(name, "") for name in _FIELDS}
        told = values.get("confidence")
        others = {name: value for name, value in values.items() if value and name not in _FIELDS}
        others.pop("confidence", None)
        confidence = float(told) if told else None
        return cls(**fields, confidence=confidence, others=tuple(others.items()), place=place)

    def values(self) -> dict[str, str]:
        """Return the values of all slots that have one, by name, as they stand in the cells of a file.

        >>> said = {"subject_id": "HP:1", "predicate_id": "skos:exactMatch", "object_id": "MONDO:1"}
        >>> said |= {"mapping_justification": "semapv:ManualMappingCuration", "confidence": "0.90"}
        >>> TermMapping.of(said).values()["confidence"]
        '0.9'
        """
        found = {name: getattr(self, name) for name in _FIELDS} | dict(self.others)
        if self.confidence is not None:
            found["confidence"] = number(self.confidence)
        return {name: value for name, value in found.items() if value}

    @property
    def links_terms(self) -> bool:
        """Say whether it tells that one term is mapped to another: it is not negated, and has both terms."""
        types = {value for name, value in self.others if name in ("subject_type", "object_type")}
        ends = (self.subject_id, self.object_id)
        return (
            not self.predicate_modifier
            and NO_TERM not in ends
            and "" not in ends
            and types.isdisjoint({"rdfs literal"})
        )


class Extension(msgspec.Struct, frozen=True):
    """A slot that SSSOM does not have and a set declares.

    :param meaning: the CURIE of its property in RDF; empty where the set names none.
    :param type_hint: the CURIE of its type; empty is text.
    """

    slot_name: str
    meaning: str = ""
    type_hint: str = ""

    @property
    def is_reference(self) -> bool:
        """Say whether its values are CURIEs."""
        names = ("linkml:uriorcurie", f"{PREFIXES['linkml']}uriorcurie")
        return self.type_hint.casefold() in names


class MappingSet(msgspec.Struct, frozen=True, kw_only=True):
    """A set of mappings.

    :param iri: its identifier (``mapping_set_id``).
    :param told: name -> values of its other slots; those that hold for each mapping are with the mappings.
    :param prefixes: prefix -> namespace, as the set declares them.
    """

    iri: str
    mappings: tuple[TermMapping, ...]
    told: Mapping[str, tuple[str, ...]] = {}
    prefixes: Mapping[str, str] = {}
    extensions: tuple[Extension, ...] = ()

    def value(self, name: str) -> str:
        """Return the first value of a slot of the set; empty where it has none."""
        return next(iter(self.told.get(name, ())), "")

    def expand(self, curie: str) -> str:
        """Return the IRI of a CURIE by the prefixes of the set and those of casegraph; an IRI as it is.

        :raises InputError: if neither has the prefix.
        """
        prefix, _, local = curie.partition(":")
        if local.startswith("//") and prefix in ("http", "https"):
            return curie
        namespace = self.prefixes.get(prefix) or known_prefixes().get(prefix)
        if namespace is None:
            expected = f"one of {', '.join(sorted({*self.prefixes, *known_prefixes()}, key=str.lower))}"
            todo = "name the prefix in the curie_map of the mapping set"
            raise InputError(f"unknown prefix in {curie!r}", expected=expected, todo=todo)
        return namespace + local

    def property_of(self, name: str) -> str:
        """Return the IRI of the property of a slot that is not one of SSSOM."""
        found = next((each.meaning for each in self.extensions if each.slot_name == name), "")
        return self.expand(found) if found else UNDECLARED + name

    def chosen(self, predicates: Iterable[str] = (), confidence: float = 0) -> MappingSet:
        """Return the set with the mappings of some predicates that are told with enough confidence.

        :param predicates: their CURIEs or IRIs; none means all.
        :param confidence: the least; a mapping that tells none is left out where it is above 0.
        :raises InputError: if a predicate has an unknown prefix.
        """
        wanted = {self.expand(each) for each in predicates}
        kept = (
            each
            for each in self.mappings
            if (not wanted or self.expand(each.predicate_id) in wanted)
            and (confidence <= 0 or (each.confidence or 0) >= confidence)
        )
        return msgspec.structs.replace(self, mappings=tuple(kept))


def number(value: float) -> str:
    """Return a number as it stands in a file, with all its digits.

    >>> number(1.0), number(0.95), number(0.00001)
    ('1', '0.95', '0.00001')
    """
    text = f"{value:.17f}".rstrip("0").rstrip(".") if abs(value) < _SMALL else repr(value)
    return text.removesuffix(".0")


def cells(values: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the slots of a mapping with their values, of a slot that may have several each by itself."""
    for name, value in values.items():
        slot = MAPPING_SLOTS.get(name)
        yield name, split_cell(value) if slot is not None and slot.many else (value,)


def split_cell(cell: str) -> tuple[str, ...]:
    r"""Return the values of a cell that are separated by ``|``.

    >>> split_cell(r"a|b\|c|d\\|e\f")
    ('a', 'b|c', 'd\\', 'e\\f')
    """
    found, at = [""], 0
    while at < len(cell):
        if cell[at] == "\\" and cell[at + 1 : at + 2] in ("|", "\\") and at + 1 < len(cell):
            at += 1
            found[-1] += cell[at]
        elif cell[at] == "|":
            found.append("")
        else:
            found[-1] += cell[at]
        at += 1
    return tuple(each for each in found if each)


def joined(values: Iterable[str]) -> str:
    r"""Return the cell of several values.

    >>> joined(["a", "b|c", "d\\"])
    'a|b\\|c|d\\\\'
    """
    return "|".join(each.replace("\\", "\\\\").replace("|", "\\|") for each in values)
