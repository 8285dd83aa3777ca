"""The fork server: a process that has imported what a worker needs, and forks one when it is asked.

It draws nothing at random and opens no store: the workers would draw the same numbers after it, and a fork
takes one thread only.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pkgutil
import select
import signal
import socket
import sys
import traceback
from collections import deque
from typing import NoReturn

import msgspec

from casegraph import plot, story
from casegraph.serve import pages
from casegraph.serve.workers.frames import ERROR, FORK, FORKED, GONE, KILL, PID, Frames, frame
from casegraph.serve.workers.place import Place
from casegraph.serve.workers.worker import work

__all__ = ["ForkServer", "import_late", "main"]

_RECEIVED = 1 << 16
_MOST_AT_ONCE = 16
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h


class ForkServer:
    """Forks workers, ends them and tells when they have ended.

    :param line: to the server.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._frames = Frames()
        self._lines: deque[int] = deque()
        self._workers: set[int] = set()
        self._ended, self._wakes = socket.socketpair()

    def serve(self) -> None:
        """Do what is asked, until the server hangs up."""
        for each in (self._ended, self._wakes):
            each.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakes.fileno())
        while True:
            readable, _, _ = select.select([self._line, self._ended], [], [])
            if self._ended in readable:
                self._ended.recv(_RECEIVED)
                self._reap()
            if self._line in readable:
                asked, lines, _, _ = socket.recv_fds(self._line, _RECEIVED, _MOST_AT_ONCE)
                if not asked:
                    return
                self._lines += lines
                for kind, content in self._frames.feed(asked):
                    self._do(kind, content)

    def _do(self, kind: bytes, content: bytes) -> None:
        if kind == FORK:
            self._fork(msgspec.json.decode(content, type=Place), self._lines.popleft())
        elif kind == KILL:
            (pid,) = PID.unpack(content)
            if pid in self._workers:  # its number is nobody else's until it was waited for
                os.kill(pid, signal.SIGKILL)

    def _fork(self, place: Place, line: int) -> None:
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(line)
            self._line.sendall(frame(ERROR, str(error.strerror).encode()))
            return
        if pid == 0:
            self._become_worker(place, line, server)
        os.close(line)
        self._workers.add(pid)
        self._line.sendall(frame(FORKED, PID.pack(pid)))

    def _become_worker(self, place: Place, line: int, server: int) -> NoReturn:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (self._line, self._ended, self._wakes):
                each.close()
            _end_with(server)
            status = work(place, line)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def _reap(self) -> None:
        for pid in tuple(self._workers):
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                self._workers.remove(pid)
                self._line.sendall(frame(GONE, PID.pack(pid)))


def _end_with(parent: int) -> None:
    """Let the system end this process when the one that started it is gone, even where it is at work.

    Elsewhere than on Linux it ends when its job does, or the time that it may take of the processors is over.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def import_late() -> None:
    """Import what the jobs import when they are first done, so that no reader waits for it."""
    for package in (pages, plot, story):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    importlib.import_module("click")  # of the folder of vocabularies


def main() -> None:
    """Serve the server, whose process and whose line are given as arguments."""
    for each in (signal.SIGINT, signal.SIGTERM):  # the server tells when to end, by hanging up
        signal.signal(each, signal.SIG_IGN)
    _end_with(int(sys.argv[1]))
    import_late()
    gc.collect()
    gc.freeze()  # so that the memory of what was imported stays shared
    with socket.socket(fileno=int(sys.argv[2])) as line:
        ForkServer(line).serve()


if __name__ == "__main__":
    main()
