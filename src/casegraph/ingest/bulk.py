"""Very many cases into a store in a directory: mapped by several processes, loaded at once into new data.

The parts that chunks become are kept beside the data until all is done, so that a load that was stopped can
go on. Nothing of it is in the store before all of it is.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import takewhile
from pathlib import Path

import msgspec

from casegraph.errors import StoreError
from casegraph.ingest.chunks import Chunk, chunks_of, map_chunk, read_part
from casegraph.ingest.outcomes import Arrived
from casegraph.ingest.putting import put_ontology
from casegraph.ingest.settling import Settling
from casegraph.ingest.stopping import STOP
from casegraph.loaders.records import Options
from casegraph.store.embedded import EmbeddedStore

__all__ = ["BulkJob"]

_INCOMING = "incoming"
Told = Callable[[int, int], None]


class BulkJob:
    """One load of very many cases.

    :param store: a store in a directory, open for writing.
    :param jobs: how many processes map.
    :param told: is called with how many documents and records were mapped so far, out of how many bytes.
    """

    def __init__(self, store: EmbeddedStore, jobs: int, told: Told = lambda *_: None) -> None:
        self._store, self._jobs, self._told = store, jobs, told
        self._folder = Path(store.location, _INCOMING)
        self._done = self._size = 0

    def load(
        self, paths: Iterable[Path], options: Options, *, form: str | None = None, resume: bool = False
    ) -> Iterator[Arrived]:
        """Bring what paths name into the store, and say what became of each once all are there.

        Where it is asked to stop (:data:`casegraph.ingest.stopping.STOP`), nothing is in the store, and the
        parts stay.

        :param form: take every file for this format.
        :param resume: use the parts of a load of the same that was stopped.
        :raises InputError: if a path does not exist or cannot be read, or an option is wrong.
        :raises StoreError: if the store or one of the processes fails.
        """
        if not resume:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(exist_ok=True)
        put_ontology(self._store)
        parts = self._map(chunks_of(paths, options, form))
        if STOP.is_set():
            return
        settling = Settling(parts)
        self._store.rebuild(settling.fill)
        yield from settling.outcomes()
        shutil.rmtree(self._folder)

    def _map(self, chunks: Iterator[Chunk]) -> list[Path]:
        """Map chunks in several processes and return their parts, in order."""
        context = multiprocessing.get_context("spawn")
        try:
            with ProcessPoolExecutor(self._jobs, context, initializer=_prepare_process) as processes:
                try:
                    return self._map_by(processes, chunks)
                except BaseException:
                    processes.shutdown(cancel_futures=True)
                    raise
        except BrokenProcessPool as error:
            raise StoreError(
                "a process that mapped was killed; the store is as it was",
                where=self._store.location,
                todo="the same command with --resume goes on, perhaps with fewer --jobs",
            ) from error
        except OSError as error:
            raise StoreError(
                f"a part cannot be written, and the store is as it was: {error.strerror or error}",
                where=str(self._folder),
                todo="the same command with --resume goes on once that is mended",
            ) from error

    def _map_by(self, processes: ProcessPoolExecutor, chunks: Iterator[Chunk]) -> list[Path]:
        """Give chunks to processes, a few at a time."""
        parts: list[Path] = []
        waiting: deque[tuple[Future[int], int]] = deque()
        for chunk in takewhile(lambda _: not STOP.is_set(), chunks):
            parts.append(self._folder / f"part-{len(parts):07}")
            if (had := _had(chunk, parts[-1])) is not None:
                self._count(had, chunk.size())
                continue
            waiting.append((processes.submit(map_chunk, chunk, parts[-1]), chunk.size()))
            if len(waiting) > 2 * self._jobs:
                self._wait(waiting)
        while waiting:
            self._wait(waiting)
        return parts

    def _wait(self, waiting: deque[tuple[Future[int], int]]) -> None:
        future, size = waiting.popleft()
        self._count(future.result(), size)

    def _count(self, done: int, size: int) -> None:
        self._done += done
        self._size += size
        self._told(self._done, self._size)


def _had(chunk: Chunk, part: Path) -> int | None:
    """Return how many documents and records a part has that is there already and of this chunk; else None."""
    try:
        found = read_part(part)
        quads = part.with_suffix(".nq").read_bytes()
    except (OSError, msgspec.MsgspecError):
        return None
    whole = found.key == chunk.key() and found.digest == hashlib.sha256(quads).hexdigest()
    return len(found.results) if whole else None


def _prepare_process() -> None:
    """Leave it to the process that asked for the work to end it, and end with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
