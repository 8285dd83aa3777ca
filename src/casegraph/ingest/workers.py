"""Who maps chunks into parts: processes of this machine, or whatever else has the same face."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from casegraph.errors import StoreError
from casegraph.ingest.chunks import Chunk
from casegraph.ingest.parts import map_chunk

__all__ = ["Processes", "Workers"]


class Workers(Protocol):
    """Map chunks into parts, several at a time."""

    def many(self) -> int:
        """Return how many chunks are mapped at the same time.

        :raises StoreError: if the workers are lost.
        """

    def begin(self, chunk: Chunk, key: str, part: Path) -> Callable[[], int]:
        """Have a chunk mapped; return what waits for its part, and gives how many results it has.

        :param key: that of the chunk.
        :param part: the file to write, see :func:`casegraph.ingest.parts.map_chunk`.
        :raises StoreError: if the workers are lost; so does what waits.
        """

    def close(self) -> None:
        """Let the workers go; what they have not begun is forgotten. Closing twice is no error."""


class Processes:
    """Processes of this machine, which write the parts themselves.

    :param jobs: how many.
    """

    def __init__(self, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._jobs, self._pool = jobs, ProcessPoolExecutor(jobs, context, initializer=_prepare_process)

    def many(self) -> int:
        """See :meth:`Workers.many`."""
        return self._jobs

    def begin(self, chunk: Chunk, key: str, part: Path) -> Callable[[], int]:
        """See :meth:`Workers.begin`."""
        with _told():
            mapped = self._pool.submit(map_chunk, chunk, key, part)

        def wait() -> int:
            with _told():
                return mapped.result()

        return wait

    def close(self) -> None:
        """See :meth:`Workers.close`."""
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise StoreError(
            "a process that mapped was killed", todo="go on, perhaps with fewer --jobs"
        ) from error


def _prepare_process() -> None:
    """Leave it to the process that asked for the work to end it, and end with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
