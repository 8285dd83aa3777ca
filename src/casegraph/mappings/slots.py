"""The slots of SSSOM 1.1: which there are of a mapping and of a set, and what a value of each must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from casegraph.namespaces import PREFIXES

__all__ = [
    "BUILT_IN",
    "MAPPING_SLOTS",
    "MEANINGS",
    "NO_TERM",
    "PREDICATES",
    "SET_SLOTS",
    "Slot",
    "fault_of",
]

#: Prefixes that a set need not declare.
BUILT_IN = ("linkml", "owl", "rdf", "rdfs", "semapv", "skos", "sssom", "xsd")
#: What stands for a term that was looked for and is not there.
NO_TERM = "sssom:NoTermFound"
#: The predicates of mappings that the vocabularies have which SSSOM names; of others any is taken.
PREDICATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "skos": ("mappingRelation", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"),
        "owl": ("sameAs", "equivalentClass", "equivalentProperty"),
        "rdfs": ("subClassOf", "subPropertyOf", "seeAlso"),
    }
)
_ENTITY_TYPES = {
    "owl class": "owl:Class",
    "owl object property": "owl:ObjectProperty",
    "owl data property": "owl:DataProperty",
    "owl annotation property": "owl:AnnotationProperty",
    "owl named individual": "owl:NamedIndividual",
    "skos concept": "skos:Concept",
    "rdfs resource": "rdfs:Resource",
    "rdfs class": "rdfs:Class",
    "rdfs literal": "rdfs:Literal",
    "rdfs datatype": "rdfs:Datatype",
    "rdf property": "rdf:Property",
    "composed entity expression": "sssom:ComposedEntityExpression",
}
#: closed list -> its words, each with the CURIE that stands for it in RDF; empty where text does.
MEANINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "entity type": _ENTITY_TYPES,
        "modifier": {"Not": "sssom:NegatedPredicate"},
        "cardinality": dict.fromkeys(("1:1", "1:n", "n:1", "n:n", "1:0", "0:1", "0:0"), ""),
        "version": {"1.0": "sssom:version1.0", "1.1": "sssom:version1.1"},
    }
)
#: name, kind, then: many values (*), a value of the set holds for each of its mappings (^).
_MAPPING = """
record_id reference|subject_id reference|subject_label|subject_category|predicate_id reference|predicate_label
predicate_modifier modifier|object_id reference|object_label|object_category|mapping_justification reference
author_id reference *|author_label text *|reviewer_id reference *|reviewer_label text *
creator_id reference *|creator_label text *|license uri|subject_type entity-type ^
subject_source reference ^|subject_source_version text ^|object_type entity-type ^
object_source reference ^|object_source_version text ^|predicate_type entity-type ^|mapping_provider uri ^
mapping_source reference|mapping_cardinality cardinality|cardinality_scope text *^|mapping_tool text ^
mapping_tool_id reference ^|mapping_tool_version text ^|mapping_date date ^|publication_date date
review_date date|confidence share|reviewer_agreement agreement
curation_rule reference *^|curation_rule_text text *^|subject_match_field reference *^
object_match_field reference *^|match_string text *
subject_preprocessing reference *^|object_preprocessing reference *^|similarity_score share
similarity_measure text ^|see_also text *|issue_tracker_item reference|other|comment"""
_SET = """
sssom_version version|mapping_set_id uri|mapping_set_version|mapping_set_source uri *|mapping_set_title
mapping_set_description|mapping_set_confidence share|creator_id reference *|creator_label text *|license uri
subject_type entity-type|subject_source reference|subject_source_version|object_type entity-type
object_source reference|object_source_version|predicate_type entity-type|mapping_provider uri
cardinality_scope text *|mapping_tool|mapping_tool_id reference|mapping_tool_version|mapping_date date
publication_date date|subject_match_field reference *|object_match_field reference *
subject_preprocessing reference *|object_preprocessing reference *|similarity_measure
curation_rule reference *|curation_rule_text text *|see_also text *|issue_tracker uri|other|comment"""
#: The slots that have a property of another vocabulary; all others are properties of SSSOM.
_PROPERTIES = {
    "subject_id": "owl:annotatedSource",
    "predicate_id": "owl:annotatedProperty",
    "object_id": "owl:annotatedTarget",
    "mapping_set_version": "owl:versionInfo",
    "mapping_set_title": "dcterms:title",
    "mapping_set_description": "dcterms:description",
    "creator_id": "dcterms:creator",
    "author_id": "pav:authoredBy",
    "license": "dcterms:license",
    "mapping_set_source": "prov:wasDerivedFrom",
    "mapping_date": "dcterms:created",
    "publication_date": "dcterms:issued",
    "see_also": "rdfs:seeAlso",
    "comment": "rdfs:comment",
}
#: kind of a number -> the least and the most that it may be.
_RANGES = {"share": (0, 1), "agreement": (-1, 1)}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of a mapping or a set.

    :param kind: text, reference (a CURIE), uri, date, share (0 to 1), agreement (-1 to 1), or a closed list.
    :param many: whether it may have several values.
    :param shared: whether a value of the set holds for each of its mappings.
    """

    name: str
    kind: str = "text"
    many: bool = False
    shared: bool = False

    @property
    def iri(self) -> str:
        """Return the IRI of its property in RDF."""
        prefix, _, local = _PROPERTIES.get(self.name, f"sssom:{self.name}").partition(":")
        return PREFIXES[prefix] + local

    @property
    def is_number(self) -> bool:
        """Say whether its values are numbers."""
        return self.kind in _RANGES


def _slots(table: str) -> Mapping[str, Slot]:
    found = {}
    for line in re.split(r"[|\n]", table.strip()):
        name, kind, marks = (*line.split(), "text", "")[:3] if " " in line else (line, "text", "")
        marks = marks if set(marks) <= set("*^") else ""
        found[name] = Slot(name, kind.replace("-", " "), "*" in marks, "^" in marks)
    return MappingProxyType(found)


#: name -> slot of a mapping, in the order of the columns.
MAPPING_SLOTS: Mapping[str, Slot] = _slots(_MAPPING)
#: name -> slot of a set, in the order of the keys; without the map of prefixes and the extensions.
SET_SLOTS: Mapping[str, Slot] = _slots(_SET)


def fault_of(slot: Slot, value: str) -> str:
    """Return what a value of a slot should be, where it is not; else nothing.

    Whether the prefix of a reference is known is not looked at.

    >>> fault_of(MAPPING_SLOTS["confidence"], "1.5"), fault_of(MAPPING_SLOTS["confidence"], "0.5")
    ('a number from 0 to 1', '')
    """
    if slot.kind in _RANGES:
        least, most = _RANGES[slot.kind]
        within = _NUMBER.fullmatch(value) and least <= Decimal(value) <= most
        return "" if within else f"a number from {least} to {most}"
    if slot.kind in MEANINGS:
        return "" if value in MEANINGS[slot.kind] else f"one of {', '.join(MEANINGS[slot.kind])}"
    if slot.kind == "date":
        return "" if _is_date(value) else "a date such as 2026-01-31"
    if slot.kind == "uri":
        return "" if _URI.fullmatch(value) else "an absolute IRI"
    if slot.kind == "reference":
        return "" if _URI.fullmatch(value) else "a CURIE such as MONDO:0005336"
    return ""


def _is_date(value: str) -> bool:
    try:
        return len(value) == len("2026-01-31") and bool(date.fromisoformat(value))
    except ValueError:
        return False
