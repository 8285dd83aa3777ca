"""The pool of workers: hands out jobs, kills what passes its time or has lost its client, starts new ones."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from casegraph.errors import CasegraphError, StoreError
from casegraph.serve.answer import Answer
from casegraph.serve.errors import FullError
from casegraph.serve.jobs import Job
from casegraph.serve.line import Line
from casegraph.serve.worker import Place

__all__ = ["Pool"]


class Pool:
    """Workers that are started when they are needed, and one more.

    :param place: what they work on.
    :param most: how many there may be.
    """

    def __init__(self, place: Place, most: int) -> None:
        self.place, self.most = place, most
        self._free: deque[Line] = deque()
        self._all: set[Line] = set()
        self._waiting: deque[asyncio.Future[Line]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._is_open = True

    async def __aenter__(self) -> Self:
        self._add(await Line.start(self.place))
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
        for task in self._starting:
            task.cancel()
        for line in list(self._all):
            await line.end()
        self._all.clear()
        self._free.clear()

    async def _take(self) -> Line:
        if self._free:
            line = self._free.popleft()
            if not self._free:
                self._start_another()
            return line
        self._start_another()
        limits = self.place.limits
        if len(self._waiting) >= limits.waiting:
            raise FullError("all workers are busy, and as many requests wait as may", todo="try again later")
        waiting: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            return await asyncio.wait_for(waiting, limits.patience)
        except TimeoutError as error:
            raise FullError("all workers are busy", todo="try again later") from error
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self._hand_out(waiting.result())
            raise
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def _give_back(self, line: Line) -> None:
        if line.is_alive and self._is_open:
            self._hand_out(line)
            return
        self._all.discard(line)
        if self._waiting or not self._free:
            self._start_another()

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

    def _start_another(self) -> None:
        if not self._is_open or len(self._all) + len(self._starting) >= self.most:
            return
        task = asyncio.get_running_loop().create_task(self._started())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _started(self) -> None:
        try:
            self._add(await Line.start(self.place))
        except CasegraphError as error:
            self._refuse_waiting(error)

    def _refuse_waiting(self, error: CasegraphError) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(StoreError(error.what, where=error.where, todo=error.todo))
