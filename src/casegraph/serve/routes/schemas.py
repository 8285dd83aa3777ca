"""What OpenAPI says of answers: the schemas of those in JSON, and which errors can come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from casegraph.serve.http.negotiation import Format
from casegraph.serve.jobs.named import OfferedTerm
from casegraph.serve.telling.catalogue import AboutQuery, QueryEntry
from casegraph.serve.telling.labels import Named
from casegraph.serve.telling.listed import LISTS, Entry
from casegraph.store.verified import Verified

__all__ = ["BEARER", "components", "responses"]

#: What the token of a server is called.
BEARER: Final = "token"
_REF: Final = "#/components/schemas/{name}"
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_ERRORS: Final = {
    400: "The request is malformed.",
    403: "A page of another site sent it.",
    404: "It is not there.",
    406: "No format that Accept asks for.",
    421: "The Host is none of the names of the server.",
    422: "It passes a limit of time, memory or rows.",
    503: "All workers are busy, or the server stops.",
}
_NO_TOKEN: Final = "The token is missing, or is another one."  # noqa: S105 - words


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}


def _object(required: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties}


_LIST_OF_TEXT: Final = {"type": "array", "items": _TEXT}
_COUNT: Final = {"type": "integer", "minimum": 0}
_OWN: Final[dict[str, Any]] = {
    "Problem": _object(
        "type title status detail",
        type=_TEXT,
        title=_TEXT,
        status={"type": "integer"},
        detail={**_TEXT, "description": "what is wrong"},
        where={**_TEXT, "description": "the parameter, or the line and the column"},
        expected={**_TEXT, "description": "what would have been right"},
        todo={**_TEXT, "description": "the next step"},
        problems={**_LIST_OF_TEXT, "description": "all that is wrong, where that is more than one thing"},
        request={**_TEXT, "description": "what the log calls the request"},
    )
    | {"description": "Problem details (RFC 9457)."},
    "Term": _object(
        "type value",
        type={"enum": ["uri", "literal", "bnode", "triple"]},
        value={"type": ["string", "object"]},
        datatype=_TEXT,
        **{"xml:lang": _TEXT},
    ),
    "Results": _object(
        "head results",
        head=_object("vars", vars=_LIST_OF_TEXT),
        results=_object(
            "bindings",
            bindings={"type": "array", "items": {"type": "object", "additionalProperties": _ref("Term")}},
        ),
    )
    | {"description": "Rows, as SPARQL 1.1 Query Results JSON has them."},
    "Queries": _object("queries", queries={"type": "array", "items": _ref("QueryEntry")}),
    "Listed": {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": {"enum": list(LISTS)},
        "additionalProperties": {"type": "array", "items": _ref("Entry")},
    },
    "Terms": _object("terms", terms={"type": "array", "items": _ref("OfferedTerm")}),
    "Names": _object("names", names={"type": "object", "additionalProperties": _ref("Named")}),
    "JsonLd": {"type": ["object", "array"], "description": "RDF as JSON-LD 1.1."},
    "Health": _object(
        "status casegraph generation cases quads_read last_verify writable workers",
        status={"const": "ok"},
        casegraph={**_TEXT, "description": "the version"},
        generation={**_COUNT, "description": "the last change of the store"},
        cases=_COUNT,
        quads_read={**_COUNT, "description": "so many were read, to see that they can be"},
        last_verify={"anyOf": [_ref("Verified"), {"type": "null"}]},
        writable={"type": "boolean"},
        workers=_object("most busy", most=_COUNT, busy=_COUNT),
    ),
    "Failed": _object("status detail", status={"const": "failed"}, detail=_TEXT),
}


_NAMED: Final = (AboutQuery, Entry, Named, OfferedTerm, QueryEntry, Verified)


def components(named: Iterable[type] = _NAMED) -> dict[str, Any]:
    """Return the schemas that answers refer to, and how the token is sent.

    >>> sorted(components()["schemas"]["Problem"]["required"])
    ['detail', 'status', 'title', 'type']
    """
    _, schemas = msgspec.json.schema_components(named, ref_template=_REF)
    for schema in schemas.values():  # what it says of its fields is for those who write Python
        schema["description"] = schema.get("description", "").partition("\n")[0]
    told = "the token of the server; see `casegraph serve --new-token`"
    bearer = {"type": "http", "scheme": "bearer", "description": told}
    return {"schemas": {**schemas, **_OWN}, "securitySchemes": {BEARER: bearer}}


def responses(
    formats: Iterable[Format], json: str, *, needs_token: bool, failed: str = ""
) -> dict[int | str, dict[str, Any]]:
    """Return the answers that an operation can have.

    :param formats: of the answer.
    :param json: the name of the schema of its JSON.
    :param needs_token: whether reading needs the token.
    :param failed: the name of the schema of an answer with 503 that is JSON of its own.
    """
    answers: dict[str, Any] = {}
    for each in formats:
        answers.setdefault(each.media_type, {"schema": _schema(each, json)})
    told: dict[int | str, dict[str, Any]] = {200: {"description": "The answer.", "content": answers}}
    errors = _ERRORS | ({401: _NO_TOKEN} if needs_token else {})
    for status, text in sorted(errors.items()):
        content = {"application/problem+json": {"schema": _ref("Problem")}}
        told[status] = {"description": text, "content": content}
    if failed:
        told[503]["content"]["application/json"] = {"schema": _ref(failed)}
    return told


def _schema(format_: Format, json: str) -> dict[str, Any]:
    """Return the schema of a format: what is no JSON is text."""
    if format_.name == "jsonld":
        return _ref("JsonLd")
    return _ref(json) if format_.name == "json" else _TEXT
