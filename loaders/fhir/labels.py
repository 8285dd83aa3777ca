"""What a FHIR resource is about, in its own words: for telling that it was left behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["label_of"]

#: Elements whose concepts say what a resource is about, the most telling first.
_ABOUT = (
    "code",
    "vaccineCode",
    "medicationCodeableConcept",
    "medication",
    "type",
    "serviceType",
    "category",
)


def label_of(resource: Mapping[str, Any]) -> str:
    """Return what a resource is about, in the words of its code, and the components that it has.

    >>> systolic = {"code": {"coding": [{"code": "8480-6"}]}}
    >>> label_of({"code": {"text": "Blood pressure"}, "component": [systolic]})
    'Blood pressure: 8480-6'
    """
    told = (_words(resource[name]) for name in _ABOUT if name in resource)
    parts = [_words(each.get("code")) for each in _objects(resource.get("component"))]
    return ": ".join(filter(None, (next(filter(None, told), ""), ", ".join(filter(None, parts)))))


def _words(concepts: object) -> str:
    """Return the text of concepts, else the displays or the codes of their first codings."""
    return ", ".join(filter(None, (each.get("text") or _display(each) for each in _objects(concepts))))


def _display(concept: Mapping[str, Any]) -> str:
    first = next(iter(_objects(concept.get("coding"))), {})
    return str(first.get("display") or first.get("code") or "")


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
