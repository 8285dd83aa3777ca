"""A worker: a process that does one job after the other on the store, until it is ended."""

from __future__ import annotations

import os
import resource
import socket
import traceback
from pathlib import Path

import msgspec

from casegraph.errors import CasegraphError, InputError, StoreError
from casegraph.serve.errors import LimitError
from casegraph.serve.jobs import Out
from casegraph.serve.jobs.table import JOBS
from casegraph.serve.workers.frames import ERROR, JOB, READY, Frames, failure_of, frame
from casegraph.serve.workers.place import Place
from casegraph.serve.workers.stamp import stamp_of
from casegraph.store.directory import HEAD
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.failures import failure
from casegraph.store.ledger import generation

__all__ = ["Worker", "work"]

_RECEIVED = 1 << 18
_SPARE_SECONDS = 5
#: How often the memory of a reader the writer may take.
_OF_WRITER = 4
_STATM, _STATM_LENGTH = Path("/proc/self/statm"), 128


class Worker:
    """Does jobs.

    :param line: to the server.
    """

    def __init__(self, place: Place, line: socket.socket) -> None:
        self._place, self._line = place, line
        self._head = Path(place.store, HEAD)
        self._decoder = msgspec.msgpack.Decoder(JOBS)
        self._statm = os.open(_STATM, os.O_RDONLY) if _STATM.exists() else None
        self._open()

    def work(self) -> None:
        """Do what comes, until the server hangs up."""
        self._line.sendall(frame(READY))
        frames = Frames()
        while arrived := self._line.recv(_RECEIVED):
            for kind, content in frames.feed(arrived):
                if kind == JOB:
                    self._do(content)
        self._store.close()

    def _do(self, content: bytes) -> None:
        job = self._decoder.decode(content)
        try:
            self._refresh()
            self._limit()
            out = Out(self._line.sendall, generation(self._store) if self._place.writable else self._number)
            job.run(self._store, out)
            out.end()
        except CasegraphError as error:
            self._fail(error)
        except MemoryError:
            self._fail(LimitError("it needs more memory than a request may take", todo=job.smaller()))
        except (OSError, RuntimeError) as error:
            self._fail(failure(error, self._place.store))
        except Exception as error:
            traceback.print_exc()
            self._fail(StoreError(f"a fault of the server: {type(error).__name__}", todo="please report it"))

    def _open(self) -> None:
        seen = stamp_of(self._head)
        store = EmbeddedStore(self._place.store, writable=self._place.writable)
        self._seen, self._store, self._number = seen, store, generation(store)

    def _refresh(self) -> None:
        """Open the store anew if it was written to since; the one before answers until then."""
        if self._place.writable or stamp_of(self._head) == self._seen:
            return
        before = self._store
        try:
            self._open()
        except InputError as error:  # it was there when the server began, so it is no fault of the request
            raise StoreError(error.what, where=error.where, todo=error.todo) from error
        before.close()

    def _limit(self) -> None:
        """Let the next job take so much memory and time of the processors, and no more."""
        limits = self._place.limits
        memory = self._size() + limits.memory * (_OF_WRITER if self._place.writable else 1)
        resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = (limits.write_seconds if self._place.writable else limits.seconds) * (os.cpu_count() or 1)
        until = int(used.ru_utime + used.ru_stime + seconds) + _SPARE_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))

    def _size(self) -> int:
        """Return the bytes of the address space of this process; 0 where the system does not tell."""
        if self._statm is None:
            return 0
        return int(os.pread(self._statm, _STATM_LENGTH, 0).split()[0]) * resource.getpagesize()

    def _fail(self, error: CasegraphError) -> None:
        self._line.sendall(frame(ERROR, failure_of(error)))


def work(place: Place, line: int) -> int:
    """Work on a line until the server hangs up; return the status that the process is to end with.

    If the store cannot be opened, the reason is sent and the status is 1.
    """
    with socket.socket(fileno=line) as opened:
        try:
            worker = Worker(place, opened)
        except CasegraphError as error:
            opened.sendall(frame(ERROR, failure_of(error)))
            return 1
        worker.work()
    return 0
