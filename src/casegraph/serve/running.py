"""Runs a server until it is told to stop, if what it is to do is safe."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import uvloop

from casegraph.errors import InputError
from casegraph.serve.http.logs import log_to
from casegraph.serve.settings import Settings
from casegraph.serve.workers.forks import Forks
from casegraph.store.directory import Directory

__all__ = ["run"]

_BACKLOG = 1024


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
    if not settings.is_of_this_machine:
        if not settings.allow_remote:
            todo = "add --allow-remote, and a token by --token-file FILE"
            raise InputError("an address that other machines reach", where=settings.address, todo=todo)
        if settings.token_file is None:
            todo = "make one with `casegraph serve --new-token FILE`, and name it by --token-file FILE"
            what = "serving other machines needs a token, also where --open lets anybody read"
            raise InputError(what, where="--allow-remote", todo=todo)


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
    async with Forks() as forks:  # which imports what workers need, while this process imports the rest
        from casegraph.serve.answering import answer

        await answer(settings, listener, forks)
