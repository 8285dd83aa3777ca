"""Lets in what is sent to a name of this server only, so that no web page reaches it by a name of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from casegraph.errors import InputError
from casegraph.serve.http.problems import RefusedError

__all__ = ["LOOPBACK", "SITE", "Hosts", "allowed_host", "host_of", "public_site"]

#: Names of this machine, which are served at any port.
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

#: Where in the scope stands what the addresses of the server begin with, where the server was told.
SITE: Final = "casegraph.site"

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[0-9a-z._-]+)(?::([0-9]{1,5}))?", re.ASCII)
_LAST_PORT = 65535
_PORTS = {"http": ":80", "https": ":443"}
_KNOWN = 1000  # names and ports that are remembered


class Hosts:
    """Refuses what is not sent to one of the names of this server: 421, and 400 if no host or two are named.

    A web page can make its own name resolve to the address of this server (DNS rebinding), and would then be
    of the same origin; but the browser sends the page's name.

    :param names: besides those of this machine; one with a port is served at that port alone.
    :param public: what the addresses of the server begin with for its clients, as behind a proxy; its host is
        one of the names. If omitted, it is as each request calls the server.
    :raises InputError: if one of the names is none, or the public address.
    """

    def __init__(self, app: ASGIApp, names: Sequence[str] = (), public: str = "") -> None:
        self.app = app
        self._site = public_site(public) if public else ""
        names = (*names, urlsplit(self._site).netloc) if public else names
        self._allowed = frozenset((*LOOPBACK, *(allowed_host(each) for each in names)))
        self._known: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            self._check(host_of(scope))
            if self._site:
                scope[SITE] = self._site
        await self.app(scope, receive, send)

    def _check(self, host: bytes) -> None:
        if host in self._known:
            return
        matched = _matched(host.decode("latin-1"))
        if matched is None:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the Host header names no host")
        if self._allowed.isdisjoint((matched[0].lower(), matched[1].lower())):
            raise RefusedError(
                HTTPStatus.MISDIRECTED_REQUEST,
                "the request is for a host that this server does not have",
                todo="start it with --allow-host NAME if it is one of its names",
            )
        if len(self._known) < _KNOWN:
            self._known.add(host)


def allowed_host(name: str) -> str:
    """Return a name of a host as it is compared.

    :raises InputError: if it is none.

    >>> allowed_host("Cases.example.org:8443")
    'cases.example.org:8443'
    """
    if _matched(name) is None:
        raise InputError(
            "no name of a host", where=f"--allow-host {name}", expected="NAME or NAME:PORT, without http://"
        )
    return name.lower()


def public_site(url: str) -> str:
    """Return the public address of a server, as addresses begin with it: in lower case, without a slash.

    :raises InputError: if it is none of http or https, or has more than a host.

    >>> public_site("https://Cases.example.org/"), public_site("http://cases.example.org:80")
    ('https://cases.example.org', 'http://cases.example.org')
    """
    scheme, _, rest = url.lower().partition("://")
    netloc = rest.removesuffix("/")
    if scheme not in _PORTS or _matched(netloc) is None:
        raise InputError(
            "no public address of a server",
            where=f"--public-url {url}",
            expected="https://NAME or https://NAME:PORT, without a path",
        )
    return f"{scheme}://{netloc.removesuffix(_PORTS[scheme])}"


def host_of(scope: Scope) -> bytes:
    """Return the one Host header of a request.

    :raises RefusedError: 400 if there is none, or more than one.
    """
    found = [value for name, value in scope["headers"] if name == b"host"]
    if len(found) != 1:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, "the request names no host or several", expected="one Host header"
        )
    return bytes(found[0])


def _matched(host: str) -> re.Match[str] | None:
    matched = _HOST.fullmatch(host.lower())
    if matched and matched[2] and not 0 < int(matched[2]) <= _LAST_PORT:
        return None
    return matched
