"""A request is served only under a name of the server."""

from __future__ import annotations

import pytest
from starlette.types import Receive, Scope, Send

from asgi_calls import call, fine
from casegraph.errors import InputError
from casegraph.serve.http.hosts import Hosts
from casegraph.serve.http.problems import Problems

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
