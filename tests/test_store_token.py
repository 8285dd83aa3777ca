"""Which servers get the token of ``CASEGRAPH_TOKEN``: those that ask as a casegraph does, no others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from canned_endpoint import PROBLEM, Canned, canned_endpoint
from casegraph.errors import EndpointError, InputError
from casegraph.store import open_store

TOKEN = "a-token-of-tests_0123456789"  # noqa: S105
CHALLENGE = 'Bearer realm="casegraph"'


@pytest.fixture
def canned() -> Iterator[Canned]:
    with canned_endpoint() as endpoint:
        yield endpoint


def test_a_token_is_sent_where_it_is_asked_for_and_told_nowhere(
    canned: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEGRAPH_TOKEN", TOKEN)
    canned.challenge, canned.body = CHALLENGE, b'{"head": {}, "boolean": true}'
    store = open_store(canned.address, writable=True)
    assert store.query("ASK {}")
    store.replace(["http://e.org/a"], "")
    assert canned.credentials == ["", *[f"Bearer {TOKEN}"] * (len(canned.asked) - 1)]
    assert len(canned.asked) > 2
    canned.status, canned.headers, canned.body = 403, PROBLEM, f'{{"detail": "no {TOKEN}"}}'.encode()
    with pytest.raises(EndpointError, match=r"403: no \*\*\*; check CASEGRAPH_TOKEN") as refused:
        store.query("ASK {}")
    assert TOKEN not in f"{refused.value!r} {refused.value}"


def test_a_server_of_this_kind_gets_the_token_before_a_long_change(
    canned: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEGRAPH_TOKEN", TOKEN)
    canned.name, canned.body = "casegraph", b'{"head": {}, "boolean": true}'
    open_store(f"{canned.address}/sparql", writable=True).replace(["http://e.org/a"], "")
    assert canned.asked == ["POST /sparql", "POST /update"]
    assert canned.credentials == ["", f"Bearer {TOKEN}"]


@pytest.mark.parametrize("challenge", ["", 'Bearer realm="another"', 'Basic realm="casegraph"'])
def test_other_servers_never_get_the_token(
    canned: Canned, monkeypatch: pytest.MonkeyPatch, challenge: str
) -> None:
    monkeypatch.setenv("CASEGRAPH_TOKEN", TOKEN)
    canned.challenge, canned.status = challenge, 404
    for _ in range(2):
        with pytest.raises(EndpointError, match="401" if challenge else "404"):
            open_store(canned.address).query("ASK {}")
    assert canned.credentials == [""] * 2


def test_a_token_goes_over_plain_http_to_this_machine_only(
    canned: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All addresses of a machine are named by 0.0.0.0, which is not of this machine alone."""
    monkeypatch.setenv("CASEGRAPH_TOKEN", TOKEN)
    canned.name, canned.body = "casegraph", b'{"head": {}, "boolean": true}'
    store = open_store(f"http://0.0.0.0:{canned.server_port}/sparql", writable=True)
    assert store.query("ASK {}", union=False)
    assert store.query("ASK {}", union=False)
    canned.challenge = CHALLENGE
    with pytest.raises(InputError, match=r"can be read on the way.*https"):
        store.query("ASK {}", union=False)
    assert canned.credentials == [""] * 3


def test_an_endpoint_that_asks_for_a_token_is_told_how_to_give_it(canned: Canned) -> None:
    canned.challenge = CHALLENGE
    with pytest.raises(EndpointError, match="set CASEGRAPH_TOKEN"):
        open_store(canned.address).query("ASK {}")
    assert canned.credentials == [""]


@pytest.mark.parametrize("token", ["two words", "line\nline", "Ünï", "="])
def test_what_is_no_token_is_not_sent(canned: Canned, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("CASEGRAPH_TOKEN", token)
    with pytest.raises(InputError, match="CASEGRAPH_TOKEN") as refused:
        open_store(canned.address)
    assert token not in str(refused.value).replace("CASEGRAPH_TOKEN", "")


def test_a_token_and_a_user_are_too_much(canned: Canned, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CASEGRAPH_TOKEN", "CASEGRAPH_ENDPOINT_USER", "CASEGRAPH_ENDPOINT_PASSWORD"):
        monkeypatch.setenv(name, "given")
    with pytest.raises(InputError, match="a token and a user"):
        open_store(canned.address)
