"""Sends requests to an endpoint: with credentials, again where that helps; takes whole answers only."""

from __future__ import annotations

import base64
import http.client
import ipaddress
import logging
import os
import re
import time
import urllib.error
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    OpenerDirector,
    Request,
    build_opener,
)

import msgspec

from casegraph.errors import EndpointError, InputError
from casegraph.store.patience import patience, wait_before_next

__all__ = ["OWN_NAME", "RefusedError", "Reply", "Sender"]

_TIMEOUT_SECONDS = 300
_USER, _PASSWORD = "CASEGRAPH_ENDPOINT_USER", "CASEGRAPH_ENDPOINT_PASSWORD"
_TOKEN = "CASEGRAPH_TOKEN"  # noqa: S105 - its name
#: What a token may be made of (RFC 6750).
_TOKENS = re.compile(r"[A-Za-z0-9._~+/-]+=*")
#: How a ``casegraph serve`` asks for it.
_ASKS = re.compile(r'Bearer +realm="casegraph"', re.IGNORECASE)
_PARTIAL, _MOVED, _UNAUTHORIZED, _SERVER_ERROR = 206, range(300, 400), (401, 403), 500
#: How Virtuoso says that it cut an answer: at the most rows that it gives, or when its time was up.
_CUT = ("X-SPARQL-MaxRows", "X-SQL-State")
#: What a ``casegraph serve`` calls itself.
OWN_NAME = "casegraph"
_PROBLEM = "application/problem+json"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer.

    :param bounded: false where only the end of the connection tells that it ended.
    :param server: what the server calls itself; empty if it does not.
    """

    kind: str
    body: bytes
    bounded: bool
    server: str = ""


class RefusedError(EndpointError):
    """The endpoint answered with an error."""

    def __init__(self, status: int, said: str, *, where: str, todo: str) -> None:
        super().__init__(f"the endpoint answered {status}: {said}", where=where, todo=todo)
        self.status = status
        self.said = said


class Sender:
    """The way to one endpoint.

    A user and a password come from the environment, ``CASEGRAPH_ENDPOINT_USER`` and
    ``CASEGRAPH_ENDPOINT_PASSWORD``, and are sent, by digest or basic authentication, where the server asks
    for them. A token, that of a ``casegraph serve``, comes from ``CASEGRAPH_TOKEN``; it is sent to a
    server that has asked for it (401, ``Bearer realm="casegraph"``) or told that it is one of this kind, by
    https or to this machine; to others never.
    Certificates are verified. No answer is followed to another address.

    :raises InputError: if one of the two is set without the other, or a token beside them; or if the token
        could not be sent.
    """

    def __init__(self, location: str) -> None:
        self._location = location
        self._patience = patience()
        self._user, self._password = os.environ.get(_USER, ""), os.environ.get(_PASSWORD, "")
        if bool(self._user) != bool(self._password):
            raise InputError("a user without a password, or the reverse", expected=f"{_USER} and {_PASSWORD}")
        self._token = os.environ.get(_TOKEN, "").strip()
        if self._token and self._user:
            raise InputError("a token and a user", expected=f"{_TOKEN}, or {_USER} and {_PASSWORD}")
        self._asks_for_token = False
        if self._token and not _TOKENS.fullmatch(self._token):
            raise InputError(
                "a token with signs that no token has", where=_TOKEN, expected="letters and digits"
            )

    def send(self, request: Request, *, again: bool = True) -> Reply:
        """Return the answer to a request; it is sent again while the failure may pass.

        :param again: whether the request may have been carried out already and do so twice.
        :raises RefusedError: if the endpoint answers with an error.
        :raises EndpointError: if it does not answer, or not with all.
        """
        began, tries = time.monotonic(), 0
        while True:
            tries += 1
            try:
                return self._once(request)
            except (OSError, http.client.HTTPException) as error:
                if self._is_to_bring_token(error):
                    tries -= 1
                    continue
                wait = wait_before_next(error, tries) if again else None
                passed = time.monotonic() - began
                if wait is None or passed + wait > self._patience:
                    times = f" ({tries} tries in {passed:.0f} s)" if tries > 1 else ""
                    raise self._failure(error, times) from error
                _LOG.warning("%s: %s; next try in %.1f s", self._location, _reason(error), wait)
            time.sleep(wait)

    def _once(self, request: Request) -> Reply:
        if self._asks_for_token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener(request).open(request, timeout=_TIMEOUT_SECONDS) as response:
                body = response.read()
        except ValueError as error:  # of the handlers of credentials, on a scheme that they do not know
            what = "the endpoint asks for credentials neither by digest nor by basic authentication"
            raise EndpointError(what, where=self._location) from error
        cut = [f"{name}: {response.headers[name]}" for name in _CUT if name in response.headers]
        if response.status == _PARTIAL or cut:
            what = " ".join(["the endpoint answered with a part of the result only", *cut])
            raise EndpointError(what, where=self._location, todo="raise its limits")
        bounded = response.chunked or "Content-Length" in response.headers
        said = response.headers
        server = said.get("Server", "")
        if self._token and server == OWN_NAME and _is_private(self._location):
            self._asks_for_token = True  # before a long change is sent in vain
        return Reply(said.get("Content-Type", ""), body, bounded, server)

    def _is_to_bring_token(self, error: Exception) -> bool:
        """Tell whether an answer is the first that asks for the token; from then on it is sent.

        :raises InputError: if it does so where the token can be read on the way.
        """
        if self._asks_for_token or not self._token or not isinstance(error, urllib.error.HTTPError):
            return False
        asked = error.headers.get("WWW-Authenticate", "")
        if error.code != _UNAUTHORIZED[0] or not _ASKS.match(asked):
            return False
        if not _is_private(self._location):
            raise InputError(
                "the token is not sent: it can be read on the way",
                where=self._location,
                todo="use the https address of the server, or go through a tunnel that ends on this machine",
            )
        self._asks_for_token = True
        return True

    def _opener(self, request: Request) -> OpenerDirector:
        handlers: list[Any] = [_StaysHere]
        if self._user:
            known = HTTPPasswordMgrWithDefaultRealm()
            known.add_password(None, request.full_url, self._user, self._password)
            handlers += [HTTPDigestAuthHandler(known), HTTPBasicAuthHandler(known)]
        return build_opener(*handlers)

    def _failure(self, error: Exception, times: str) -> EndpointError:
        if not isinstance(error, urllib.error.HTTPError):
            what = f"no answer from the endpoint: {_reason(error)}{times}"
            return EndpointError(
                what, where=self._location, todo="check the address and that the server runs"
            )
        if error.code in _MOVED:
            said, todo = f"it sends on to {error.headers.get('Location')}", "use that address"
        else:
            said, todo = _said(error)
        if error.code in _UNAUTHORIZED and not todo:
            todo = self._credentials(error.headers.get("WWW-Authenticate", ""))
        elif not todo and error.code < _SERVER_ERROR:
            todo = "check the address"
        return RefusedError(error.code, self._without_secrets(said) + times, where=self._location, todo=todo)

    def _credentials(self, asked: str) -> str:
        """Return what to do about an answer that asks for credentials, or for others."""
        if self._asks_for_token:
            return f"check {_TOKEN}"
        if self._user:
            return f"check {_USER} and {_PASSWORD}"
        return f"set {_TOKEN}" if _ASKS.match(asked) else f"set {_USER} and {_PASSWORD}"

    def _without_secrets(self, said: str) -> str:
        basic = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        for secret in (basic, self._password) if self._password else ():
            said = said.replace(secret, "***")
        return said.replace(self._token, "***") if self._token else said


def _is_private(location: str) -> bool:
    """Tell whether nobody on the way reads what is sent to an address: by https, or on this machine."""
    parts = urlsplit(location)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _StaysHere(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nowhere: the answer that says so is an error."""


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"answered {error.code}"
    return str(getattr(error, "reason", error)) or type(error).__name__


def _said(error: urllib.error.HTTPError) -> tuple[str, str]:
    """Return what an error says, and what to do where it says that too, without what does not print."""
    try:
        body = error.read() if error.fp is not None else b""
    except (OSError, http.client.HTTPException):
        body = b"the rest of its answer did not come"
    if error.headers.get_content_type() == _PROBLEM:
        said, todo = _problem(body)
    else:
        said, todo = body.decode("utf-8", errors="replace").strip().partition("\n")[0], ""
    return _printable(said) or "no reason given", _printable(todo)


def _problem(body: bytes) -> tuple[str, str]:
    """Return what a problem (RFC 9457) says, and what to do, which ``casegraph serve`` tells."""
    try:
        told = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "a problem that cannot be read", ""
    said = str(told.get("detail") or told.get("title") or "")
    where = f" ({told['where']})" if told.get("where") else ""
    return said + where, str(told.get("todo") or "")


def _printable(text: str) -> str:
    return "".join(letter for letter in text[:300] if letter.isprintable())
