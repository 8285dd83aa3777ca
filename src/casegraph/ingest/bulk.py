"""Very many cases into a store: mapped by several workers, loaded at once or part by part.

A store in a directory gets all at once, as new data. The parts that chunks become are kept beside the data
until then, so that a load that was stopped can go on: nothing of it is in the store before all of it is. At
an endpoint each part goes in as soon as it is mapped, in one transaction.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from casegraph.errors import InputError, StoreError
from casegraph.ingest.chunks import Chunk, chunks_of
from casegraph.ingest.in_place import Job
from casegraph.ingest.outcomes import Arrived
from casegraph.ingest.parts import read_part, remove_part, results_of
from casegraph.ingest.settling import Settling
from casegraph.ingest.stopping import STOP
from casegraph.ingest.workers import Workers
from casegraph.loaders.records import Options
from casegraph.loaders.remote import Place
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore

__all__ = ["BulkJob", "Told"]

#: A part that is being made, what waits for it and says how many results it has, and the size of its chunk.
_Waiting = tuple[Path, Callable[[], int], int]

_INCOMING = "incoming"
#: Is called with how many documents and records, and how many bytes, are mapped.
Told = Callable[[int, int], object]


class BulkJob:
    """One load of very many cases.

    :param store: a store, open for writing.
    :param workers: who map; they are let go when all is mapped.
    :param told: is called with how many documents and records were mapped so far, out of how many bytes.
    """

    def __init__(self, store: Store, workers: Workers, told: Told = lambda *_: None) -> None:
        self._store, self._workers, self._told = store, workers, told
        self._done = self._size = 0

    def load(
        self, paths: Iterable[Place], options: Options, *, form: str | None = None, resume: bool = False
    ) -> Iterator[Arrived]:
        """Bring what paths name into the store, and say what became of each once it is there.

        Where it is asked to stop (:data:`casegraph.ingest.stopping.STOP`), nothing is in a store in a
        directory, and the parts stay; an endpoint has what was told of.

        :param form: take every file for this format.
        :param resume: use the parts of a load of the same that was stopped.
        :raises InputError: if a path does not exist or cannot be read, or an option is wrong.
        :raises StoreError: if the store fails, or the workers are lost.
        """
        chunks = chunks_of(paths, options, form)
        if isinstance(self._store, EmbeddedStore):
            return self._at_once(self._store, chunks, resume=resume)
        if resume:
            todo = "leave --resume out: what is there already is found by its digest"
            raise InputError("an endpoint keeps no parts", where=self._store.location, todo=todo)
        return self._part_by_part(chunks)

    def _at_once(self, store: EmbeddedStore, chunks: Iterator[Chunk], *, resume: bool) -> Iterator[Arrived]:
        folder = Path(store.location, _INCOMING)
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        parts = list(self._mapped(chunks, folder))
        if STOP.is_set():
            return
        settling = Settling(parts)
        store.rebuild(settling.fill)
        yield from settling.outcomes()
        shutil.rmtree(folder)

    def _part_by_part(self, chunks: Iterator[Chunk]) -> Iterator[Arrived]:
        job = Job(self._store)
        with TemporaryDirectory(prefix="casegraph-") as folder:
            for part in self._mapped(chunks, Path(folder)):
                yield from job.put(results_of(part))
                remove_part(part)

    def _mapped(self, chunks: Iterator[Chunk], folder: Path) -> Iterator[Path]:
        """Have chunks mapped and yield their parts, in order."""
        try:
            yield from self._parts(chunks, folder)
        except OSError as error:
            what = f"a part cannot be written: {error.strerror or error}"
            raise StoreError(what, where=str(folder), todo="mend that, then go on") from error
        finally:
            self._workers.close()

    def _parts(self, chunks: Iterator[Chunk], folder: Path) -> Iterator[Path]:
        """Give chunks to the workers, a few at a time."""
        waiting: deque[_Waiting] = deque()
        wanted = takewhile(lambda _: not STOP.is_set(), chunks)
        for number, chunk in enumerate(wanted):
            waiting.append(self._begun(chunk, folder / f"part-{number:07}"))
            if len(waiting) > 2 * self._workers.many():
                yield self._whole(waiting.popleft())
        while waiting:
            yield self._whole(waiting.popleft())

    def _begun(self, chunk: Chunk, part: Path) -> _Waiting:
        key = chunk.key()
        had = _had(key, part)
        wait = self._workers.begin(chunk, key, part) if had is None else lambda: had
        return part, wait, chunk.size()

    def _whole(self, waiting: _Waiting) -> Path:
        part, wait, size = waiting
        self._done += wait()
        self._size += size
        self._told(self._done, self._size)
        return part


def _had(key: str, part: Path) -> int | None:
    """Return how many documents and records a part has that is there already and has a key; else None."""
    try:
        found = read_part(part)
        quads = part.with_suffix(".nq").read_bytes()
    except (OSError, msgspec.MsgspecError):
        return None
    whole = found.key == key and found.digest == hashlib.sha256(quads).hexdigest()
    return len(found.results) if whole else None
