"""No request that OpenAPI allows is a fault of the server, and each answer is one that it tells of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import Server, filled, serving

from casegraph.query import stored_queries

pytestmark = pytest.mark.slow

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
_UNHURRIED: Any = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("openapi")
    with serving(filled(folder), folder, "--workers", "2") as running:
        yield running


def _ask_all(server: Server, many: int) -> int:
    """Send so many requests for each operation of OpenAPI; return how many operations there are."""
    interface = schemathesis.openapi.from_url(f"{server.address}/openapi.json")
    operations = 0
    for found in interface.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        operations += 1

        @given(case=operation.as_strategy())
        @settings(max_examples=many, **_UNHURRIED)
        def ask(case: Any) -> None:
            case.validate_response(case.call(), checks=CHECKS)

        ask()
    return operations


def test_requests_that_are_allowed(server: Server) -> None:
    assert _ask_all(server, 2) == 15 + 2 * len(stored_queries())


@pytest.mark.long
def test_many_requests_that_are_allowed(server: Server) -> None:
    assert _ask_all(server, 100) == 15 + 2 * len(stored_queries())
