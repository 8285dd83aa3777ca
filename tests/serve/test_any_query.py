"""Whatever is sent as a query is answered with 200 or 4xx, and brings no worker down by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import Server, filled, serving
from test_guard_fuzz import glued

pytestmark = pytest.mark.slow

_UNHURRIED: Any = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}
texts = st.one_of(
    st.text(max_size=60),
    glued,
    glued.map(lambda inside: f"SELECT * {{ {inside} }}"),
    glued.map(lambda inside: f"ASK {{ ?s ?p ?o FILTER({inside}) }}"),
    glued.map(lambda inside: f"CONSTRUCT WHERE {{ {inside} }} LIMIT 3"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("any")
    with serving(filled(folder), folder, "--workers", "2", "--time-limit", "5") as running:
        yield running


def _ask(server: Server, many: int) -> Counter[int]:
    found: Counter[int] = Counter()
    with httpx.Client(timeout=60) as client:

        @given(text=texts)
        @settings(max_examples=many, **_UNHURRIED)
        def ask(text: str) -> None:
            content = text.encode("utf-8", "surrogatepass")
            kind = {"Content-Type": "application/sparql-query"}
            answer = client.post(f"{server.address}/sparql", content=content, headers=kind)
            assert answer.status_code == 200 or 400 <= answer.status_code < 500, (text, answer.text)
            if answer.status_code == 422:
                assert "process" not in answer.text, (text, answer.text)  # it was ended, and did not die
            found[answer.status_code] += 1

        ask()
    return found


def test_any_text_is_answered(server: Server) -> None:
    found = _ask(server, 300)
    assert found[200] > 5
    assert found[400] > 100


@pytest.mark.long
def test_very_many_texts_are_answered(server: Server) -> None:
    assert _ask(server, 20_000).total() >= 20_000
