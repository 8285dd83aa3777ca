"""Passes the calls of SERVICE on to hosts that are allowed, in place of the engine, which asks anyone.

The engine resolves names and follows redirects itself. So a query that may call a service is given an address
of this machine instead, made for it alone, and what is sent there goes on to the one host that was meant: at
an address that was looked at before, by TLS for its name, with no redirect followed and no end without limit.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx

from casegraph.errors import InputError
from casegraph.serve.guard.addresses import HERE, address_here
from casegraph.serve.guard.calls import ServiceCalls
from casegraph.serve.guard.reaching import Resolve, is_public, pinned, resolve

__all__ = ["Forwarder", "Terms"]

_LONGEST_HEAD: Final = 1 << 14
_LONGEST_BODY: Final = 1 << 20
_MOST_KNOWN: Final = 10_000
_PORTS: Final = {"http": 80, "https": 443}
_WITHOUT: Final = "ask without it"
_AGAIN: Final = f"try again, or {_WITHOUT}"
_PASSED_ON: Final[tuple[str, ...]] = ("accept", "content-type")


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms other servers are called.

    :param seconds: that a call may take.
    :param size: bytes that an answer may have.
    :param may_reach: whether an address may be connected to.
    :param resolver: what gives the addresses of a host.
    :param tls: how certificates are checked; by those that this machine trusts if omitted.
    """

    seconds: float = 30.0
    size: int = 64 << 20
    may_reach: Callable[[str], bool] = is_public
    resolver: Resolve = resolve
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    """A request of the engine: the address that is meant, what it says of itself, and its query."""

    address: str
    calls: ServiceCalls | None
    headers: dict[str, str]
    body: bytes

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""


class _Reply:
    """The answer to the engine, in chunks, so that it notices one that was cut off."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._begun = False

    def begin(self, media_type: str) -> None:
        self._look()
        self._begun = True
        self._head(HTTPStatus.OK, media_type, "Transfer-Encoding: chunked")

    async def write(self, piece: bytes) -> None:
        self._look()
        self._writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        await self._writer.drain()

    async def refuse(self, why: str) -> None:
        """Tell why there is no answer, or cut off the one that has begun."""
        if self._begun:
            self.cut_off()
            return
        self._look()
        body = why.encode("utf-8")
        self._head(HTTPStatus.BAD_GATEWAY, "text/plain; charset=utf-8", f"Content-Length: {len(body)}")
        self._writer.write(body)
        await self._writer.drain()

    def cut_off(self) -> None:
        self._writer.transport.abort()

    def _look(self) -> None:
        """Look whether the engine is there, before anything is said to it.

        :raises ConnectionError: if it hung up, as it does when its worker is killed.
        """
        if self._writer.transport.is_closing():
            raise ConnectionResetError("the engine hung up")

    def _head(self, status: HTTPStatus, media_type: str, length: str) -> None:
        lines = (f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Type: {media_type}", length)
        self._writer.write("\r\n".join((*lines, "Connection: close", "\r\n")).encode("latin-1"))


class Forwarder:
    """Listens at this machine for calls of the engine, and passes them on.

    It checks no allow-list: :func:`casegraph.serve.guard.services.with_addresses` asks it for the addresses
    of hosts that are allowed, and it knows no others.
    """

    def __init__(self, terms: Terms | None = None) -> None:
        self.terms = Terms() if terms is None else terms
        self._known: dict[str, tuple[str, ServiceCalls | None]] = {}
        self._server: asyncio.Server | None = None
        self._client: httpx.AsyncClient | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen, at any port that is free."""
        self._client = httpx.AsyncClient(
            verify=True if self.terms.tls is None else self.terms.tls,
            follow_redirects=False,
            trust_env=False,
            timeout=self.terms.seconds,
        )
        self._server = await asyncio.start_server(self._accept, HERE, 0, limit=_LONGEST_HEAD)

    async def stop(self) -> None:
        """End all calls and listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def address_of(self, address: str, calls: ServiceCalls | None = None) -> str:
        """Return an address of this machine that leads to an address of a service, and that no one can guess.

        Each call gives another, which is good until it is forgotten.

        :param calls: those of the query that it is for, which have a limit; without it they have none.
        :raises InputError: if the forwarder does not run.
        """
        if self._server is None:
            raise InputError("services are not called: the forwarder does not run", where=address)
        if len(self._known) >= _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        secret = secrets.token_urlsafe(24)
        self._known[secret] = address, calls
        port = self._server.sockets[0].getsockname()[1]
        return address_here(port, secret, urlsplit(address).hostname or "")

    def forget(self, address: str) -> None:
        """Let an address lead nowhere any more; one that was forgotten already may be named again.

        :param address: of this machine, as :meth:`address_of` gave it.
        """
        self._known.pop(_secret(urlsplit(address).path), None)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.create_task(self._answer(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        reply = _Reply(writer)
        try:
            await self._reply(reader, reply)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            reply.cut_off()
        finally:
            writer.close()

    async def _reply(self, reader: asyncio.StreamReader, reply: _Reply) -> None:
        """Answer one request, or tell why there is no answer.

        :raises ConnectionError: if nobody takes it any more.
        """
        call = None
        try:
            async with asyncio.timeout(self.terms.seconds):
                call = await self._read(reader)
                await self._forward(call, reply)
        except (InputError, TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            why = self._why(error)
            if call is not None and call.calls is not None:
                call.calls.failed(call.host, why)
            await reply.refuse(why.what)

    def _why(self, error: Exception) -> InputError:
        """Return why a call has no answer, in words for the client, which have no address of ours."""
        if isinstance(error, InputError):
            return error
        if isinstance(error, TimeoutError):
            return InputError(f"it gave no whole answer within {self.terms.seconds:g} s", todo=_AGAIN)
        return InputError(f"it cannot be reached, or hung up: {type(error).__name__}", todo=_AGAIN)

    async def _read(self, reader: asyncio.StreamReader) -> _Call:
        """Read a request.

        :raises InputError: if it is no call that this forwarder gave an address for.
        """
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        method, _, rest = first.partition(" ")
        known = self._known.get(_secret(rest.partition(" ")[0]))
        if known is None or method != "POST":
            raise InputError("no such service")
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _LONGEST_BODY:
            raise InputError("the query is too long, or its length is not told")
        passed = {name: headers[name] for name in _PASSED_ON if name in headers}
        return _Call(*known, passed, await reader.readexactly(int(length)))

    async def _forward(self, call: _Call, reply: _Reply) -> None:
        """Call the service, and write its answer as it comes.

        :raises InputError: if it may not be called, or not any more, answers with an error, or says too much.
        """
        if call.calls is not None:
            call.calls.begin(call.host)
        async with self._called(call) as answer:
            reply.begin(answer.headers.get("content-type", ""))
            left = self.terms.size
            async for piece in answer.aiter_raw():
                left -= len(piece)
                if left < 0:
                    raise InputError(f"its answer is longer than {self.terms.size:,} bytes", todo=_WITHOUT)
                if piece:
                    await reply.write(piece)
            await reply.write(b"")

    @asynccontextmanager
    async def _called(self, call: _Call) -> AsyncIterator[httpx.Response]:
        """Connect to the very address that was found to be public, and check the answer's head."""
        if self._client is None:
            raise InputError("the forwarder does not run")
        parts, host = urlsplit(call.address), call.host
        port = parts.port or _PORTS[parts.scheme]
        found = await pinned(host, port, self.terms.resolver, self.terms.may_reach)
        netloc = f"[{found}]:{port}" if ":" in found else f"{found}:{port}"
        url = parts._replace(netloc=netloc, fragment="").geturl()
        headers = {
            **call.headers,
            "Host": parts.netloc,
            "Accept-Encoding": "identity",
            "User-Agent": "casegraph",
        }
        asked = self._client.stream(
            "POST", url, content=call.body, headers=headers, extensions={"sni_hostname": host}
        )
        async with asked as answer:
            _require_answer(answer)
            yield answer


def _require_answer(answer: httpx.Response) -> None:
    """Refuse what the head of an answer says is none.

    :raises InputError: if it is an error, leads elsewhere, or is compressed.
    """
    status = answer.status_code
    if answer.has_redirect_location:
        what = f"it answered with a redirect ({status}), which is not followed"
        raise InputError(what, todo="name the address that it leads to, if that is allowed")
    if status != HTTPStatus.OK:
        raise InputError(f"it answered with status {status}", todo=_AGAIN)
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise InputError("it sent a compressed answer that was not asked for", todo=_WITHOUT)


def _secret(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]
