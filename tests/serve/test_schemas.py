"""OpenAPI has a schema for each answer in JSON, and tells which errors can come and how the token is sent."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from casegraph.serve.routes.rest import rest
from casegraph.serve.state import State

pytestmark = pytest.mark.slow

ERRORS = {"400", "403", "404", "406", "421", "422", "503"}


def _told(*, needs_token: bool) -> dict[str, Any]:
    return rest(cast(State, SimpleNamespace(reading_needs_token=needs_token))).openapi()


@pytest.fixture(scope="module")
def interface() -> dict[str, Any]:
    return _told(needs_token=False)


def _operations(interface: dict[str, Any]) -> list[dict[str, Any]]:
    found = [operation for path in interface["paths"].values() for operation in path.values()]
    assert len(found) >= 100
    return found


def test_each_answer_in_json_has_a_schema_that_is_there(interface: dict[str, Any]) -> None:
    named = set[str]()
    for operation in _operations(interface):
        for media_type, answer in operation["responses"]["200"]["content"].items():
            if media_type.endswith("json"):
                named.add(answer["schema"]["$ref"].removeprefix("#/components/schemas/"))
            else:
                assert answer["schema"] == {"type": "string"}
    assert named == {"Queries", "AboutQuery", "Listed", "Results", "JsonLd", "Health", "Names", "Terms"}
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(interface)))
    assert referred == set(interface["components"]["schemas"])


def test_the_errors_that_can_come_are_told(interface: dict[str, Any]) -> None:
    for operation in _operations(interface):
        assert operation["responses"].keys() == {"200"} | ERRORS
        assert operation["security"] == []
    failed = interface["paths"]["/health"]["get"]["responses"]["503"]["content"]
    assert set(failed) == {"application/problem+json", "application/json"}


def test_where_reading_needs_the_token_that_is_told() -> None:
    interface = _told(needs_token=True)
    assert interface["servers"] == [{"url": "/"}]
    ((name, scheme),) = interface["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for operation in _operations(interface):
        assert operation["responses"].keys() == {"200", "401"} | ERRORS
        assert operation["security"] == [{name: []}]
