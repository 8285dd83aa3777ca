"""A request is served only under a name of the server."""

from __future__ import annotations

import pytest
from starlette.types import Receive, Scope, Send

from asgi_calls import call, fine
from casegraph.errors import InputError
from casegraph.serve.http.hosts import Hosts
from casegraph.serve.http.origins import Origins
from casegraph.serve.http.problems import Problems
from casegraph.serve.http.request import Request

NAMES = ("cases.example.org", "Other.example.org:8443")
HOSTS = [
    ("localhost", 200),
    ("LocalHost:7878", 200),
    ("127.0.0.1:1", 200),
    ("[::1]:65535", 200),
    ("[::1]", 200),
    ("cases.example.org", 200),
    ("cases.example.org:80", 200),
    ("other.example.org:8443", 200),
    ("other.example.org", 421),
    ("other.example.org:8444", 421),
    ("evil.example", 421),
    ("localhost.evil.example", 421),
    ("evil.example:localhost", 400),
    ("cases.example.org.", 421),
    ("127.0.0.2", 421),
    ("0.0.0.0", 421),  # noqa: S104
    ("[::ffff:127.0.0.1]", 421),
    ("localhost:0", 400),
    ("localhost:65536", 400),
    ("localhost:", 400),
    ("localhost:80:80", 400),
    ("localhost/", 400),
    ("user@localhost", 400),
    ("localhost, evil.example", 400),
    ("", 400),
    (" ", 400),
    ("l\u00f6calhost", 400),
    ("localhost\u0000", 400),
    ("::1", 400),
    ("localhost:\u00b2", 400),
]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_only_the_names_of_the_server_are_served(host: str, status: int) -> None:
    app = Problems(Hosts(fine, NAMES))
    for _ in range(2):  # a name that was let in once is remembered
        assert call(app, headers=[("Host", host)]).status == status


def test_two_hosts_or_none_are_refused() -> None:
    app = Problems(Hosts(fine))
    assert call(app, headers=[("Host", "localhost"), ("Host", "localhost")]).status == 400
    called: list[int] = []

    async def without(scope: Scope, receive: Receive, send: Send) -> None:
        scope["headers"] = []
        await app(scope, receive, send)
        called.append(1)

    assert call(without).status == 400
    assert called == [1]


def test_a_refusal_says_nothing_of_the_host_that_was_asked_for() -> None:
    told = call(Problems(Hosts(fine)), headers=[("Host", "evil.example")])
    assert told.status == 421
    assert b"evil" not in told.body
    assert b"--allow-host" in told.body


@pytest.mark.parametrize("name", ["http://x.org", "x.org/", "", "x y", "*", "x.org:99999"])
def test_a_name_that_is_none_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(InputError, match="no name of a host"):
        Hosts(fine, [name])


PUBLIC = "https://Cases.example.org/"


@pytest.mark.parametrize(
    ("public", "host", "address"),
    [
        (PUBLIC, "127.0.0.1:8765", "https://cases.example.org/cases/1"),  # of a proxy that names no other
        (PUBLIC, "cases.example.org", "https://cases.example.org/cases/1"),
        (
            "https://cases.example.org:8443",
            "cases.example.org:8443",
            "https://cases.example.org:8443/cases/1",
        ),
        ("http://cases.example.org:80", "cases.example.org", "http://cases.example.org/cases/1"),
        ("", "localhost:8765", "http://localhost:8765/cases/1"),
    ],
)
def test_addresses_are_as_clients_see_them(public: str, host: str, address: str) -> None:
    found = []

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(Request(scope, receive, send).address)
        await fine(scope, receive, send)

    app = Problems(Hosts(told, public=public))
    assert call(app, target="/cases/1", headers=[("Host", host)]).status == 200
    assert found == [address]
    assert call(app, headers=[("Host", "other.example")]).status == 421


def test_a_page_of_the_public_address_is_one_of_ours() -> None:
    """Also where the proxy does not pass on by which name it was called."""
    told = [("Host", "127.0.0.1:8765"), ("Origin", "https://cases.example.org")]
    assert call(Problems(Hosts(Origins(fine), public=PUBLIC)), "POST", headers=told).status == 200
    assert call(Problems(Hosts(Origins(fine))), "POST", headers=told).status == 403


@pytest.mark.parametrize(
    "url",
    ["cases.example.org", "ftp://x.org", "https://", "https://x.org/below", "https://u@x.org", "https://x?y"],
)
def test_a_public_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(InputError, match="no public address of a server"):
        Hosts(fine, public=url)
