"""The pool of workers: hands out jobs, kills what passes its time or has lost its client, starts new ones."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from casegraph.errors import CasegraphError, StoreError
from casegraph.serve.errors import FullError
from casegraph.serve.jobs import Job
from casegraph.serve.workers.answer import Answer
from casegraph.serve.workers.line import Line
from casegraph.serve.workers.worker import Place

__all__ = ["Pool"]

#: After a worker that could not be started, the next one is tried.
_PAUSE_SECONDS = 1.0


class Pool:
    """Workers, of which there are as many as are to be as soon as they have come up.

    :param place: what they work on.
    :param many: how many there are to be.
    """

    def __init__(self, place: Place, many: int) -> None:
        self.place, self.many = place, many
        self._free: list[Line] = []
        self._all: set[Line] = set()
        self._waiting: deque[asyncio.Future[Line]] = deque()
        self._starting: asyncio.Task[None] | None = None
        self._gone: list[Line] = []
        self._is_open = True

    async def __aenter__(self) -> Self:
        self._add(await Line.start(self.place))
        self._fill()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def ask(self, job: Job, seconds: float | None = None) -> Answer:
        """Return the answer to a job, once it has begun.

        :param seconds: that the worker may work, if not as long as for any other job.
        :raises CasegraphError: what the job ended with.
        :raises FullError: if no worker is free in time.
        """
        line = await self._take()
        answer = Answer(line, self._give_back)
        await answer.begin(job, seconds or self._seconds)
        return answer

    @property
    def _seconds(self) -> float:
        limits = self.place.limits
        return limits.write_seconds if self.place.writable else limits.seconds

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return len(self._all) - len(self._free)

    async def close(self) -> None:
        """Let the workers end; those at work are killed."""
        self._is_open = False
        if self._starting is not None:
            self._starting.cancel()
        for line in (*self._all, *self._gone):
            await line.end()
        self._all.clear()
        self._free.clear()

    async def _take(self) -> Line:
        if self._free:
            return self._free.pop()
        limits = self.place.limits
        if len(self._waiting) >= limits.waiting:
            raise FullError("all workers are busy, and as many requests wait as may", todo="try again later")
        waiting: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(limits.patience):  # wait_for of Python 3.11 may lose a cancellation
                return await waiting
        except (TimeoutError, asyncio.CancelledError) as error:
            if waiting.done() and not waiting.cancelled():  # it came in just the moment of the end
                self._hand_out(waiting.result())
            if isinstance(error, TimeoutError):
                raise FullError("all workers are busy", todo="try again later") from error
            raise
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def _give_back(self, line: Line) -> None:
        if line.is_alive and self._is_open:
            self._hand_out(line)
            return
        self._all.discard(line)
        self._gone.append(line)
        self._fill()

    def _add(self, line: Line) -> None:
        self._all.add(line)
        self._hand_out(line)

    def _hand_out(self, line: Line) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(line)
                return
        self._free.append(line)

    def _fill(self) -> None:
        """Start one worker, if one is missing and none is starting; it starts the next."""
        if self._is_open and self._starting is None and len(self._all) < self.many:
            self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        while self._gone:  # a writer cannot have the store before the one before it has let go of it
            await self._gone.pop().end()
        try:
            self._add(await Line.start(self.place))
        except CasegraphError as error:
            self._refuse_waiting(error)
            await asyncio.sleep(_PAUSE_SECONDS)
        self._starting = None
        self._fill()

    def _refuse_waiting(self, error: CasegraphError) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(StoreError(error.what, where=error.where, todo=error.todo))
