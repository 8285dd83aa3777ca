"""The pool of workers: hands out jobs, kills what passes its time or has lost its client, starts new ones."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from types import TracebackType
from typing import Self

from casegraph.errors import CasegraphError, StoreError
from casegraph.serve.errors import FullError, StartError
from casegraph.serve.jobs import Job
from casegraph.serve.workers.answer import Answer
from casegraph.serve.workers.forks import Forks
from casegraph.serve.workers.line import Line
from casegraph.serve.workers.place import Place

__all__ = ["Pool"]

#: After a worker that could not be started, the next one is tried.
_PAUSE_SECONDS = 1.0
#: Twice as many as there are processors begin at a time: one of two waits for the server to pass its answer
#: on, and more would be in each other's way. A job that takes longer than this lets the next one begin, so
#: that what is quick does not wait for it.
_YOUNG_SECONDS = 0.05
_LEAST_YOUNG = 4
#: A job that takes longer than this steps back behind all others, and its worker is replaced after it.
_LONG_SECONDS = 2.0
#: Where others wait, a client may not let a worker wait any longer.
_SLOW_SECONDS = 2.0
_LATER = "try again later"


class Pool:
    """Workers, of which there are as many as are to be before the first is asked.

    :param forks: starts their processes.
    :param place: what they work on.
    :param many: how many there are to be.
    """

    def __init__(self, forks: Forks, place: Place, many: int) -> None:
        self._forks, self.place, self.many = forks, place, many
        self._free: list[Line] = []
        self._all: set[Line] = set()
        self._waiting: deque[asyncio.Future[Line]] = deque()
        self._starting: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._answers: dict[Line, Answer] = {}
        self._young: dict[Line, asyncio.TimerHandle] = {}
        self._long: dict[Line, asyncio.TimerHandle] = {}
        self._most_young = max(_LEAST_YOUNG, 2 * (os.cpu_count() or 1))
        self._is_open = True

    async def __aenter__(self) -> Self:
        self._add(await Line.start(self._forks, self.place, self._forget))
        self._fill()
        for _ in range(self.many):  # one that fails is tried again later
            if self._starting is not None:
                await asyncio.wait({self._starting})
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
        answer = Answer(line, self._give_back, writes=self.place.writable)
        self._answers[line] = answer
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
            await asyncio.gather(self._starting, return_exceptions=True)
        for line in tuple(self._all):
            await line.end()
        await asyncio.gather(*self._leaving)
        self._all.clear()
        self._free.clear()

    async def _take(self) -> Line:
        loop, limits = asyncio.get_running_loop(), self.place.limits
        waiting: asyncio.Future[Line] = loop.create_future()
        self._waiting.append(waiting)
        self._hand_out()
        if waiting.done():
            return waiting.result()
        self._fill()
        if len(self._waiting) > limits.waiting:
            self._waiting.remove(waiting)
            raise FullError("all workers are busy, and as many requests wait as may", todo=_LATER)
        timer = loop.call_later(limits.patience, _wait_no_more, waiting)
        room = loop.call_later(_SLOW_SECONDS, self._make_room)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._give_back(waiting.result())
            raise
        finally:
            timer.cancel()
            room.cancel()
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def _give_back(self, line: Line) -> None:
        self._answers.pop(line, None)
        self._grow_old(line)
        timer = self._long.pop(line, None)
        if timer is not None:
            timer.cancel()
        if line.is_alive and self._is_open and not line.is_behind:
            self._free.append(line)
        else:
            self._lose(line)
        self._hand_out()

    def _add(self, line: Line) -> None:
        self._all.add(line)
        if line.is_alive:
            self._free.append(line)
        else:
            self._lose(line)
        self._hand_out()

    def _hand_out(self) -> None:
        """Give free workers to those who wait, while few are at work that began just now."""
        loop = asyncio.get_running_loop()
        while self._waiting and self._free and len(self._young) < self._most_young:
            line = self._free.pop()
            if not line.is_alive:
                self._lose(line)
                continue
            waiting = self._waiting.popleft()
            if waiting.done():
                self._free.append(line)
                continue
            self._young[line] = loop.call_later(_YOUNG_SECONDS, self._pass_by, line)
            if not self.place.writable:
                self._long[line] = loop.call_later(_LONG_SECONDS, line.step_back)
            waiting.set_result(line)

    def _make_room(self) -> None:
        """Break off the answer whose client is the slowest, since somebody waits for its worker."""
        slow = max(self._answers.values(), key=lambda answer: answer.waited, default=None)
        if slow is not None and slow.waited > _SLOW_SECONDS:
            slow.break_off()

    def _pass_by(self, line: Line) -> None:
        """Let others begin, since what this worker does takes its time."""
        self._grow_old(line)
        self._hand_out()

    def _grow_old(self, line: Line) -> None:
        timer = self._young.pop(line, None)
        if timer is not None:
            timer.cancel()

    def _lose(self, line: Line) -> None:
        self._all.discard(line)
        leaving = asyncio.get_running_loop().create_task(line.end())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        self._fill()

    def _fill(self) -> None:
        """Start one worker, if one is missing and none is starting; it starts the next."""
        if self._is_open and self._starting is None and len(self._all) < self.many:
            self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        try:
            if self.place.writable:  # it cannot have the store before the one before has let go of it
                await asyncio.gather(*self._leaving)
            self._add(await Line.start(self._forks, self.place, self._forget))
        except StartError as error:  # those who wait do so for the next one, until their patience is over
            logging.getLogger("casegraph.serve.faults").error("a worker did not come up", exc_info=error)
            await asyncio.sleep(_PAUSE_SECONDS)
        except CasegraphError as error:
            self._refuse_waiting(error)
            await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            self._starting = None
        self._fill()

    def _forget(self, line: Line) -> None:
        """Take that a worker is gone which nobody asked anything, and start another."""
        if line in self._free:
            self._free.remove(line)
            self._lose(line)

    def _refuse_waiting(self, error: CasegraphError) -> None:
        kind = type(error) if isinstance(error, StoreError) else StoreError  # no fault of the requests
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(kind(error.what, where=error.where, todo=error.todo))


def _wait_no_more(waiting: asyncio.Future[Line]) -> None:
    if not waiting.done():
        waiting.set_exception(FullError("all workers are busy", todo=_LATER))
