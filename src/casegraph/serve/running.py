"""Runs a server until it is told to stop: opens its workers, listens, answers, and leaves in good order."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import uvicorn
import uvloop

from casegraph.errors import InputError
from casegraph.serve.app import application
from casegraph.serve.guard.forwarding import Forwarder, Terms
from casegraph.serve.http.connections import Connection
from casegraph.serve.http.logs import log_to
from casegraph.serve.http.tokens import Tokens, read_token
from casegraph.serve.routes.rest import rest
from casegraph.serve.settings import Settings
from casegraph.serve.state import State
from casegraph.serve.workers.forks import Forks
from casegraph.serve.workers.pool import Pool
from casegraph.serve.workers.worker import Place
from casegraph.store.directory import Directory

__all__ = ["run"]

_BACKLOG = 1024
_MOST_CONNECTIONS = 1000
_IDLE_SECONDS = 30
_STOP_SECONDS = 10


def run(settings: Settings) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM); requests at work are finished then.

    :raises InputError: if the settings allow what is not safe, or there is no store to read.
    :raises StoreLockedError: if another process writes, and this is to write.
    :raises StoreError: if the store cannot be opened.
    :raises OSError: if the address or the port cannot be had.
    """
    _refuse(settings)
    log_to(settings.log)
    signal.signal(signal.SIGTERM, _leave)  # uvicorn raises it again when all requests are answered
    with _listening(settings) as listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, listener))


def _leave(number: int, _: object) -> None:
    """End with the status of a signal, but let the workers leave first: who is killed leaves its mark."""
    raise SystemExit(128 + number)


def _refuse(settings: Settings) -> None:
    if "://" in settings.store or settings.store == ":memory:":
        raise InputError("no store that can be served", where=settings.store, expected="a directory")
    if not settings.writable:
        Directory(Path(settings.store)).head()
    elif settings.token_file is None:
        todo = "make one with `casegraph serve --new-token FILE`, and name it by --token-file FILE"
        raise InputError("writing needs a token", where="--writable", todo=todo)
    if not _is_of_this_machine(settings.address):
        if not settings.allow_remote:
            todo = "add --allow-remote, and a token by --token-file FILE"
            raise InputError("an address that other machines reach", where=settings.address, todo=todo)
        if settings.token_file is None:
            todo = "make one with `casegraph serve --new-token FILE`, and name it by --token-file FILE"
            what = "serving other machines needs a token, also where --open lets anybody read"
            raise InputError(what, where="--allow-remote", todo=todo)


def _is_of_this_machine(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError as error:
        raise InputError("no address", where=f"--host {address}", expected="such as 127.0.0.1") from error


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.address, settings.port))
    except OSError as error:
        listener.close()
        where, todo = f"{settings.address}:{settings.port}", "take another with --port N"
        raise InputError(f"cannot listen: {error.strerror}", where=where, todo=todo) from error
    listener.listen(_BACKLOG)
    return listener


async def _serve(settings: Settings, listener: socket.socket) -> None:
    async with AsyncExitStack() as open_:
        place = Place(store=settings.store, writable=False, limits=settings.limits)
        tokens = Tokens(read_token(settings.token_file)) if settings.token_file is not None else None
        forks = await open_.enter_async_context(Forks())
        writer = None
        if settings.writable:
            writing = msgspec.structs.replace(place, writable=True)
            writer = await open_.enter_async_context(Pool(forks, writing, 1))
        readers = await open_.enter_async_context(Pool(forks, place, settings.limits.workers))
        needs = not settings.open_to_read and not _is_of_this_machine(settings.address)
        forwarder = await open_.enter_async_context(_forwarding(settings))
        watcher = Pool(forks, place, 1)
        open_.push_async_callback(watcher.close)
        state = State(settings, readers, watcher, writer, tokens, needs, forwarder)
        await _Server(_config(settings, state), settings, listener).serve(sockets=[listener])


@asynccontextmanager
async def _forwarding(settings: Settings) -> AsyncIterator[Forwarder | None]:
    """Give what passes the calls of SERVICE on, if any are allowed."""
    if not settings.services:
        yield None
        return
    forwarder = Forwarder(Terms(seconds=settings.limits.seconds))
    await forwarder.start()
    try:
        yield forwarder
    finally:
        await forwarder.stop()


def _config(settings: Settings, state: State) -> uvicorn.Config:
    return uvicorn.Config(
        application(state, rest(state)),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_STOP_SECONDS,
        proxy_headers=False,
    )


class _Server(uvicorn.Server):
    """A server that says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, settings: Settings, listener: socket.socket) -> None:
        super().__init__(config)
        self._settings, self._port = settings, listener.getsockname()[1]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        address = self._settings.address
        name = f"[{address}]" if ":" in address else address
        may = "reading and writing" if self._settings.writable else "reading only"
        print(f"{self._settings.store}, {may}: http://{name}:{self._port}/", file=sys.stderr, flush=True)  # noqa: T201
