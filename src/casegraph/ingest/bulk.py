"""Very many cases into a store in a directory: mapped by several workers, loaded at once into new data.

The parts that chunks become are kept beside the data until all is done, so that a load that was stopped can
go on. Nothing of it is in the store before all of it is.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from pathlib import Path

import msgspec

from casegraph.errors import StoreError
from casegraph.ingest.chunks import Chunk, chunks_of
from casegraph.ingest.outcomes import Arrived
from casegraph.ingest.parts import read_part
from casegraph.ingest.settling import Settling
from casegraph.ingest.stopping import STOP
from casegraph.ingest.workers import Workers
from casegraph.loaders.records import Options
from casegraph.loaders.remote import Place
from casegraph.store.embedded import EmbeddedStore

__all__ = ["BulkJob", "Told"]

_INCOMING = "incoming"
#: Is called with how many documents and records, and how many bytes, are mapped.
Told = Callable[[int, int], object]


class BulkJob:
    """One load of very many cases.

    :param store: a store in a directory, open for writing.
    :param workers: who map; they are let go when all is mapped.
    :param told: is called with how many documents and records were mapped so far, out of how many bytes.
    """

    def __init__(self, store: EmbeddedStore, workers: Workers, told: Told = lambda *_: None) -> None:
        self._store, self._workers, self._told = store, workers, told
        self._folder = Path(store.location, _INCOMING)
        self._done = self._size = 0

    def load(
        self, paths: Iterable[Place], options: Options, *, form: str | None = None, resume: bool = False
    ) -> Iterator[Arrived]:
        """Bring what paths name into the store, and say what became of each once all are there.

        Where it is asked to stop (:data:`casegraph.ingest.stopping.STOP`), nothing is in the store, and the
        parts stay.

        :param form: take every file for this format.
        :param resume: use the parts of a load of the same that was stopped.
        :raises InputError: if a path does not exist or cannot be read, or an option is wrong.
        :raises StoreError: if the store fails, or the workers are lost.
        """
        if not resume:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(exist_ok=True)
        parts = self._map(chunks_of(paths, options, form))
        if STOP.is_set():
            return
        settling = Settling(parts)
        self._store.rebuild(settling.fill)
        yield from settling.outcomes()
        shutil.rmtree(self._folder)

    def _map(self, chunks: Iterator[Chunk]) -> list[Path]:
        """Have chunks mapped and return their parts, in order."""
        try:
            return self._mapped(chunks)
        except OSError as error:
            raise StoreError(
                f"a part cannot be written, and the store is as it was: {error.strerror or error}",
                where=str(self._folder),
                todo="the same command with --resume goes on once that is mended",
            ) from error
        finally:
            self._workers.close()

    def _mapped(self, chunks: Iterator[Chunk]) -> list[Path]:
        """Give chunks to the workers, a few at a time."""
        parts: list[Path] = []
        waiting: deque[tuple[Callable[[], int], int]] = deque()
        for chunk in takewhile(lambda _: not STOP.is_set(), chunks):
            key, part = chunk.key(), self._folder / f"part-{len(parts):07}"
            parts.append(part)
            if (had := _had(key, part)) is not None:
                self._count(had, chunk.size())
                continue
            waiting.append((self._workers.begin(chunk, key, part), chunk.size()))
            if len(waiting) > 2 * self._workers.many():
                self._wait(waiting)
        while waiting:
            self._wait(waiting)
        return parts

    def _wait(self, waiting: deque[tuple[Callable[[], int], int]]) -> None:
        wait, size = waiting.popleft()
        self._count(wait(), size)

    def _count(self, done: int, size: int) -> None:
        self._done += done
        self._size += size
        self._told(self._done, self._size)


def _had(key: str, part: Path) -> int | None:
    """Return how many documents and records a part has that is there already and has a key; else None."""
    try:
        found = read_part(part)
        quads = part.with_suffix(".nq").read_bytes()
    except (OSError, msgspec.MsgspecError):
        return None
    whole = found.key == key and found.digest == hashlib.sha256(quads).hexdigest()
    return len(found.results) if whole else None
