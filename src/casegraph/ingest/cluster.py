"""Maps chunks on many machines, by the workers of a Dask cluster.

A chunk goes to a worker with all that it is read from, and its part comes back: workers need no folder in
common. Where a worker dies, Dask has another one do what it had begun.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from casegraph.errors import CasegraphError, InputError, MissingExtraError, StoreError
from casegraph.ingest.chunks import Chunk, mapped_by
from casegraph.ingest.parts import map_chunk, part_of, write_part

if TYPE_CHECKING:
    from distributed import Future

__all__ = ["Cluster"]

_SECONDS_TO_CONNECT = 10
#: For so long a chunk may wait while the cluster has no worker.
_SECONDS_WITHOUT_WORKERS = 60
_WORKER = "dask worker {} --nthreads 1"
_TURN = Lock()


class Cluster:
    """The workers of a Dask scheduler; others may come and go while they work.

    :param address: of the scheduler, such as ``tcp://host:8786``.
    :raises MissingExtraError: if Dask is not installed.
    :raises InputError: if it is no address.
    :raises StoreError: if no scheduler answers there, or it has no workers.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
            from distributed.comm import resolve_address
        except ModuleNotFoundError as error:
            raise MissingExtraError("Dask is not installed", todo="pip install 'casegraph[dask]'") from error
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it logs as errors is told here
        self._address = address
        try:
            resolve_address(address)
            self._client: Any = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except ValueError as error:
            raise InputError(
                f"no address of a scheduler: {error}", expected="such as tcp://host:8786"
            ) from error
        except OSError as error:
            what, todo = "no Dask scheduler answers there", "check the address and that `dask scheduler` runs"
            raise StoreError(what, where=address, todo=todo) from error
        try:
            self._client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
        except TimeoutError as error:
            self.close()
            raise self._without_workers() from error
        for worker, by in self._client.run(mapped_by, on_error="return").items():
            self._refuse_other(f"the worker {worker}", by)

    def many(self) -> int:
        """See :meth:`casegraph.ingest.workers.Workers.many`."""
        with self._told():
            threads: dict[str, int] = self._client.nthreads()
        return max(sum(threads.values()), 1)

    def begin(self, chunk: Chunk, key: str, part: Path) -> Callable[[], int]:
        """See :meth:`casegraph.ingest.workers.Workers.begin`; this process tells what cannot be read."""
        try:
            carried = pickle.dumps((chunk.carried(), key))
        except CasegraphError:
            return lambda: map_chunk(chunk, key, part)
        with self._told():
            future = self._client.submit(_map_there, mapped_by(), carried, pure=False)
        return lambda: self._kept(future, part)

    def close(self) -> None:
        """See :meth:`casegraph.ingest.workers.Workers.close`."""
        self._client.close()

    def _kept(self, future: Future[tuple[str, bytes, bytes, int]], part: Path) -> int:
        with self._told():
            by, quads, told, many = self._result(future)
        self._refuse_other("a worker", by)
        write_part(part, quads, told)
        return int(many)

    def _result(self, future: Future[Any]) -> Any:
        while True:
            try:
                return future.result(timeout=_SECONDS_WITHOUT_WORKERS)
            except TimeoutError as error:
                if not self._client.nthreads():
                    raise self._without_workers() from error

    def _refuse_other(self, worker: str, by: object) -> None:
        """Refuse a worker that would not map just as this process, or cannot.

        :param by: what it maps by, or why it does not know.
        """
        if by != mapped_by():
            self.close()
            what = f"{worker} has another casegraph, or none: {by}"
            todo = "install the same on all machines"
            raise StoreError(what, where=self._address, expected=mapped_by(), todo=todo)

    def _without_workers(self) -> StoreError:
        todo = f"start some: {_WORKER.format(self._address)}"
        return StoreError("the Dask scheduler has no workers", where=self._address, todo=todo)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what happened to a cluster: it may fail in any way that Dask, or a worker, can."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        try:
            yield
        except CasegraphError:
            raise
        except KilledWorker as error:
            what = "the workers that mapped one chunk died, one after the other"
            raise StoreError(what, where=self._address, todo="look into their logs (memory?)") from error
        except (CancelledError, OSError) as error:
            raise StoreError(f"the Dask cluster was lost: {error}", where=self._address) from error


def _map_there(by: str, carried: bytes) -> tuple[str, bytes, bytes, int]:
    """Map a chunk on a worker; nothing where it would not do it just as the process that asks.

    :return: by what it is mapped, and what the two files of its part hold, with the number of its results.
    """
    with _TURN:  # threads of one worker share the vocabulary, and gain nothing from each other
        if by != mapped_by():
            return mapped_by(), b"", b"", 0
        return by, *part_of(*pickle.loads(carried))  # noqa: S301  what asks is whom the scheduler lets in
