"""The workers' processes as the server knows them: forked, ended and waited for by the fork server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections import deque
from types import TracebackType
from typing import Final, Self

import msgspec

from casegraph.serve.errors import StartError
from casegraph.serve.workers.frames import ERROR, FORK, FORKED, GONE, KILL, PID, Frames, frame
from casegraph.serve.workers.place import Place

__all__ = ["Fork", "Forks"]

_RECEIVED: Final = 1 << 16
_LEAVE_SECONDS: Final = 5.0


class Fork:
    """The process of a worker.

    :param server: the line to its fork server.
    :param pid: its number.
    """

    def __init__(self, server: _Line, pid: int) -> None:
        self._server, self.pid = server, pid
        self._gone = asyncio.Event()

    def kill(self) -> None:
        """End it at once, whatever it does."""
        if not self._gone.is_set():
            self._server.kill(self.pid)

    async def wait(self) -> None:
        """Wait until it is gone, and has let go of all that it held."""
        await self._gone.wait()

    def is_gone(self) -> None:
        """Take that it is gone."""
        self._gone.set()


class Forks:
    """Starts the processes of workers; if the fork server is gone, by another one."""

    def __init__(self) -> None:
        self._line: _Line | None = None
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._line = await _Line.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            await self._line.end()

    async def start(self, place: Place, line: socket.socket) -> Fork:
        """Start a worker.

        :param line: which it is to work on; it is the caller's to close.
        :raises StartError: if it cannot be forked.
        :raises OSError: if no fork server can be started.
        """
        async with self._starting:
            if self._line is None or not self._line.is_alive:
                self._line = await _Line.open()
        return await self._line.fork(place, line)


class _Line:
    """The line to a fork server."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._frames = Frames()
        self._asked: deque[asyncio.Future[Fork]] = deque()
        self._forks: dict[int, Fork] = {}
        self._process: asyncio.subprocess.Process | None = None
        self.is_alive = True

    @classmethod
    async def open(cls) -> _Line:
        """Start a fork server."""
        ours, theirs = socket.socketpair()
        # -P: nothing is imported from the folder that the server was started in
        words = (sys.executable, "-P", "-m", "casegraph.serve.workers.forkserver")
        line = cls(ours)
        try:
            with theirs:
                line._process = await asyncio.create_subprocess_exec(
                    *words,
                    str(os.getpid()),
                    str(theirs.fileno()),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                )
        except BaseException:
            ours.close()
            raise
        ours.setblocking(False)
        asyncio.get_running_loop().add_reader(ours, line._read)
        return line

    async def fork(self, place: Place, line: socket.socket) -> Fork:
        """Have a worker forked.

        :raises StartError: if it cannot be, or the fork server ends meanwhile.
        :raises OSError: if the fork server takes nothing.
        """
        asked: asyncio.Future[Fork] = asyncio.get_running_loop().create_future()
        socket.send_fds(self._line, [frame(FORK, msgspec.json.encode(place))], [line.fileno()])
        self._asked.append(asked)
        return await asked

    def kill(self, pid: int) -> None:
        """End a worker; a fork server that takes nothing any more is ended, and its workers with it."""
        try:
            self._line.send(frame(KILL, PID.pack(pid)))
        except OSError:
            self._kill()

    async def end(self) -> None:
        """Hang up, and wait until it has left."""
        self._lose()
        if self._process is not None:
            try:
                await asyncio.wait_for(self._process.wait(), _LEAVE_SECONDS)
            except TimeoutError:
                self._kill()
                await self._process.wait()

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    def _read(self) -> None:
        try:
            told = self._line.recv(_RECEIVED)
        except ConnectionResetError:
            told = b""
        if not told:
            self._lose()
        for kind, content in self._frames.feed(told):
            self._told(kind, content)

    def _told(self, kind: bytes, content: bytes) -> None:
        if kind == GONE:
            self._forks.pop(PID.unpack(content)[0]).is_gone()
            return
        asked = self._asked.popleft()
        if kind == FORKED:
            fork = Fork(self, PID.unpack(content)[0])
            self._forks[fork.pid] = fork
            if asked.cancelled():
                fork.kill()
            else:
                asked.set_result(fork)
        elif kind == ERROR and not asked.cancelled():
            asked.set_exception(StartError(f"a worker cannot be started: {content.decode()}"))

    def _lose(self) -> None:
        """Take that it is gone; the system ends its workers."""
        if not self.is_alive:
            return
        self.is_alive = False
        asyncio.get_running_loop().remove_reader(self._line)
        self._line.close()
        for fork in self._forks.values():
            fork.is_gone()
        while self._asked:
            asked = self._asked.popleft()
            if not asked.cancelled():
                asked.set_exception(StartError("a worker cannot be started: the fork server has ended"))
