"""The line to one worker: its process, and the socket on which frames come and go."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from typing import Final, Protocol, cast

from casegraph.serve.errors import FullError, StartError
from casegraph.serve.workers.forks import Fork, Forks
from casegraph.serve.workers.frames import ERROR, READY, Frames, error_of
from casegraph.serve.workers.place import Place

__all__ = ["Line", "Listener"]

_START_SECONDS: Final = 60.0
_END_SECONDS: Final = 2.0
#: How nice a worker is that lets others go first: on Linux it gets a tenth of what another one gets.
_BEHIND: Final = 10
#: A writer may have to wait until Oxigraph has merged its files, and takes their digests.
_LEAVE_SECONDS: Final = 60.0


class Listener(Protocol):
    """Who is told of what a worker says."""

    def told(self, kind: bytes, content: bytes) -> None:
        """Take a frame."""

    def lost(self) -> None:
        """Take that the worker is gone."""


class Line(asyncio.Protocol):
    """A worker and what is said on its line."""

    def __init__(self, lost: Callable[[Line], None]) -> None:
        self._lost = lost
        self._is_writer = False
        self.is_alive = True
        self.is_behind = False
        self.listener: Listener | None = None
        self._frames = Frames()
        self._fork: Fork | None = None
        self._transport: asyncio.Transport | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(cls, forks: Forks, place: Place, lost: Callable[[Line], None]) -> Line:
        """Start a worker, and wait until it can work.

        :param forks: starts its process.
        :param lost: is told when it is gone while nobody asks it anything.
        :raises CasegraphError: if it cannot open the store.
        :raises StartError: if it does not come up.
        """
        line = cls(lost)
        line._is_writer = place.writable
        try:
            async with asyncio.timeout(_START_SECONDS):
                await line._come_up(forks, place)
        except TimeoutError as error:
            await line._give_up()
            raise StartError("a worker did not come up in a minute", where=place.store) from error
        except OSError as error:
            await line._give_up()
            raise StartError(f"a worker cannot be started: {error.strerror}") from error
        except BaseException:
            await line._give_up()
            raise
        return line

    async def _come_up(self, forks: Forks, place: Place) -> None:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._fork = await forks.start(place, theirs)
            ours.setblocking(False)
            await asyncio.get_running_loop().create_connection(lambda: self, sock=ours)
        except BaseException:
            ours.close()
            raise
        await self._ready

    async def _give_up(self) -> None:
        """Leave nothing of a worker that did not come up; a writer has let go of the store then."""
        self._ready.cancel()
        self.kill()
        if self._fork is not None:
            await self._fork.wait()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._fork.pid if self._fork is not None else 0

    def send(self, content: bytes, listener: Listener) -> None:
        """Send a frame, and tell the listener of what comes back.

        :raises FullError: if the worker is gone.
        """
        if self._transport is None or self._transport.is_closing():
            raise FullError("the worker has just ended", todo="try again")
        self.listener = listener
        self._transport.write(content)

    def pause(self) -> None:
        """Take nothing from the worker, which waits then."""
        if self.is_alive and self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take again what the worker says."""
        if self.is_alive and self._transport is not None:
            self._transport.resume_reading()

    def step_back(self) -> None:
        """Let all others go first from now on; the system does not let a process take that back."""
        if self.is_alive and self._fork is not None:
            self.is_behind = True
            with contextlib.suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self._fork.pid, _BEHIND)

    def kill(self) -> None:
        """End the worker at once, whatever it does."""
        self.is_alive = False
        self.listener = None
        if self._fork is not None:
            self._fork.kill()
        if self._transport is not None:
            self._transport.abort()

    async def end(self) -> None:
        """Hang up and wait until the worker has left; one that works on is killed."""
        if self.listener is not None:
            self.kill()
        self.is_alive = False
        if self._transport is not None:
            self._transport.close()
        if self._fork is not None:
            try:
                async with asyncio.timeout(_LEAVE_SECONDS if self._is_writer else _END_SECONDS):
                    await self._fork.wait()
            except TimeoutError:
                self.kill()
                await self._fork.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; called by asyncio."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes; called by asyncio."""
        for kind, content in self._frames.feed(data):
            if self.listener is not None:
                self.listener.told(kind, content)
            elif not self._ready.done():
                self._came_up(kind, content)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take that the worker is gone; called by asyncio."""
        self.is_alive = False
        if not self._ready.done():
            self._ready.set_exception(StartError("a worker ended before it could work"))
        if self.listener is not None:
            listener, self.listener = self.listener, None
            listener.lost()
        else:
            self._lost(self)

    def _came_up(self, kind: bytes, content: bytes) -> None:
        if kind == READY:
            self._ready.set_result(None)
        elif kind == ERROR:
            self._ready.set_exception(error_of(content))
