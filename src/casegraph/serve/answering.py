"""Answers on a socket: starts the workers, lets requests in, and leaves in good order."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import uvicorn

from casegraph.serve.app import application
from casegraph.serve.guard.forwarding import Forwarder, Terms
from casegraph.serve.http.connections import Connection
from casegraph.serve.http.tokens import Tokens, read_token
from casegraph.serve.routes.rest import rest
from casegraph.serve.settings import Settings
from casegraph.serve.state import State
from casegraph.serve.workers.forks import Forks
from casegraph.serve.workers.place import Place
from casegraph.serve.workers.pool import Pool

__all__ = ["answer"]

_MOST_CONNECTIONS = 1000
_IDLE_SECONDS = 30
_STOP_SECONDS = 10


async def answer(settings: Settings, listener: socket.socket, forks: Forks) -> None:
    """Answer on a socket until the process is told to stop.

    :param forks: starts the workers.
    :raises InputError: if the file of the token is none.
    :raises StoreLockedError: if another process writes, and this is to write.
    :raises StoreError: if the store cannot be opened.
    """
    async with AsyncExitStack() as open_:
        place = Place(store=settings.store, writable=False, limits=settings.limits)
        tokens = Tokens(read_token(settings.token_file)) if settings.token_file is not None else None
        writer = None
        if settings.writable:
            writing = msgspec.structs.replace(place, writable=True)
            writer = await open_.enter_async_context(Pool(forks, writing, 1))
        readers = await open_.enter_async_context(Pool(forks, place, settings.limits.workers))
        needs = not settings.open_to_read and not settings.is_of_this_machine
        forwarder = await open_.enter_async_context(_forwarding(settings))
        watcher = Pool(forks, place, 1)
        open_.push_async_callback(watcher.close)
        state = State(settings, readers, watcher, writer, tokens, needs, forwarder)
        server = _Server(_config(settings, state), settings, listener)
        gc.collect()
        gc.freeze()  # a look through all that was imported would hold every answer for 60 ms, now and then
        await server.serve(sockets=[listener])


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
