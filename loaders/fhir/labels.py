"""What a FHIR resource is about and what it found, in its own words: for telling that it was left behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from casegraph.loaders.fhir.element import plain
from casegraph.losses import shortened

__all__ = ["label_of"]

#: Elements whose concepts say what a resource is about, the most telling first.
_ABOUT = (
    "code",
    "vaccineCode",
    "medicationCodeableConcept",
    "medication",
    "event",
    "relationship",
    "type",
    "serviceType",
    "category",
)


def label_of(resource: Mapping[str, Any]) -> str:
    """Return what a resource is about, in the words of its code, with its value and those of its parts.

    >>> systolic = {"code": {"coding": [{"code": "8480-6"}]}, "valueQuantity": {"value": 120, "unit": "mmHg"}}
    >>> label_of({"code": {"text": "Blood pressure"}, "component": [systolic]})
    'Blood pressure: 8480-6 = 120 mmHg'
    >>> label_of({"medication": {"concept": {"text": "methotrexate"}}})
    'methotrexate'
    >>> label_of({"relationship": {"text": "mother"}, "condition": [{"code": {"text": "asthma"}}]})
    'mother: asthma'
    """
    told = (_words(resource[name]) for name in _ABOUT if name in resource)
    parts = [_valued(_words(each.get("code")), each) for each in _objects(resource.get("component"))]
    parts += [_words(each.get("code")) for each in _objects(resource.get("condition"))]
    parts += [*_extended(resource), *_discharged(resource)]
    about = _valued(next(filter(None, told), ""), resource)
    return ": ".join(filter(None, (about, ", ".join(filter(None, parts)))))


def _extended(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the extensions of an observation, its value, name by a code or a reference."""
    observed = resource.get("resourceType") == "Observation"
    for each in _objects(resource.get("extension")) if observed else ():
        pointed = _objects(each.get("valueReference"))
        said = _all_words(each.get("valueCodeableConcept")) or (
            pointed[0].get("reference") if pointed else ""
        )
        if said:
            yield f"{str(each.get('url')).rpartition('/')[2]} = {said}"


def _discharged(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield how an encounter ended."""
    for stay in _objects([resource.get(name) for name in ("hospitalization", "admission")]):
        if said := _words(stay.get("dischargeDisposition")):
            yield f"dischargeDisposition = {said}"


def _valued(about: str, told: Mapping[str, Any]) -> str:
    """Return words with the value that stands beside them, or with why there is none."""
    name = next((each for each in told if each.startswith("value")), "dataAbsentReason")
    value = told.get(name)
    if name == "valueQuantity" and isinstance(value, dict):
        parts = (value.get("comparator", ""), value.get("value", ""))
        said = f"{''.join(map(str, parts))} {value.get('unit') or value.get('code') or ''}".strip()
    elif value is not None:
        said = _all_words(value) or shortened(plain(value))
    else:
        said = ""
    return f"{about} = {said}" if said else about


def _words(concepts: object) -> str:
    """Return the text of concepts, in place or of a CodeableReference, else of their first codings."""
    found = [each.get("concept") or each for each in _objects(concepts)]
    return ", ".join(filter(None, (each.get("text") or _display(each) for each in _objects(found))))


def _all_words(value: object) -> str:
    """Return the text of concepts, else the displays or the codes of all their codings."""
    each = ((one.get("text"), _objects(one.get("coding"))) for one in _objects(value))
    return ", ".join(text or ", ".join(map(_named, codings)) for text, codings in each)


def _display(concept: Mapping[str, Any]) -> str:
    return _named(next(iter(_objects(concept.get("coding"))), {}))


def _named(coding: Mapping[str, Any]) -> str:
    return str(coding.get("display") or coding.get("code") or "")


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
