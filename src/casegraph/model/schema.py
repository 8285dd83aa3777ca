"""The JSON Schema of a case document, made from the model and from what its fields mean."""

from __future__ import annotations

import inspect
from typing import Any, get_args

import msgspec

from casegraph.model import claims, document
from casegraph.model.descriptions import describe
from casegraph.model.document import CaseDocument
from casegraph.model.values import Key
from casegraph.namespaces import BASE

__all__ = ["case_schema"]

_DIALECT = "https://json-schema.org/"
#: What the type of a name says; where it is a reference to one, it would mislead.
_NAME = next(each.description for each in get_args(Key) if isinstance(each, msgspec.Meta))
_HEAD = {
    "$schema": f"{_DIALECT}draft/2020-12/schema",
    "$id": f"{BASE}schema/case-document",
    "title": "Case document",
    "description": "A published case report as casegraph reads it.",
}


def case_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a case document, each key with its meaning.

    >>> case_schema()["$defs"]["Age"]["properties"]["years"]["description"]
    'Age in years; months as a fraction, such as 0.5.'
    """
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(CaseDocument)))
    for name, part in made["$defs"].items():
        struct = getattr(document, name, None) or getattr(claims, name)
        part["description"] = _plain(inspect.getdoc(struct) or "")
        for field, rules in part["properties"].items():
            rules["description"] = " ".join((describe(name, field), *_form(rules)))
    return _HEAD | made


def _plain(docstring: str) -> str:
    """Return a docstring without its markup and line ends; paragraphs stay."""
    return "\n\n".join(
        " ".join(part.split()) for part in docstring.replace("``", "'").replace(":class:", "").split("\n\n")
    )


def _form(rules: dict[str, Any]) -> tuple[str, ...]:
    """Return how a value is written, where its type says so: a term, a date, a number."""
    options = [rules, *rules.get("anyOf", ())]
    options += [each["items"] for each in options if each.get("items")]
    said = (each.get("description") for each in options)
    return tuple(text for text in said if text and text != _NAME)
