"""The answer of a worker to a job, piece by piece as the client takes it, within the limits of time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

import msgspec

from casegraph.errors import CasegraphError, StoreError
from casegraph.serve.errors import BrokenOffError, LimitError
from casegraph.serve.jobs import Job
from casegraph.serve.workers.frames import BEGIN, DATA, END, ERROR, JOB, Begin, error_of, frame
from casegraph.serve.workers.line import Line

__all__ = ["Answer"]

#: So many bytes wait for a client at most, until the worker has to wait too; it goes on at the lower mark.
_HIGH, _LOW = 1 << 20, 1 << 18
_UNCERTAIN = (
    "look whether the change was made, which it was as a whole or not at all; then try less at a time"
)
_SLOW = "the client took its answer too slowly, while others waited"
_decode_begin = msgspec.msgpack.Decoder(Begin).decode


class Answer:
    """What a worker answers.

    :param line: to the worker; it is given back as soon as the worker is done, or is gone.
    :param give_back: takes the line.
    :param writes: whether the worker is the one that writes.
    """

    def __init__(self, line: Line, give_back: Callable[[Line], None], *, writes: bool = False) -> None:
        self._writes = writes
        self._smaller = _UNCERTAIN
        self._line, self._give_back = line, give_back
        self._began: asyncio.Future[Begin] = asyncio.get_running_loop().create_future()
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._is_over = self._is_paused = False
        self._error: CasegraphError | None = None
        self._news = asyncio.Event()
        self._seconds = self._since = 0.0
        self._paused_at = self._waited = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.head = Begin(status=500, media_type="")

    async def begin(self, job: Job, seconds: float) -> None:
        """Send the job, and wait for the head of the answer.

        :param seconds: that the worker may work.
        :raises CasegraphError: what the job ended with.
        """
        self._seconds = seconds
        if not self._writes:
            self._smaller = job.smaller()
        self._start_clock()
        try:
            self._line.send(frame(JOB, msgspec.msgpack.encode(job)), self)
            self.head = await self._began
        except BaseException:
            self.close()
            raise

    @property
    def whole(self) -> bytes | None:
        """All its bytes, if all are here and none was taken yet."""
        return b"".join(self._pieces) if self._is_over and self._error is None else None

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the bytes as they come.

        :raises BrokenOffError: if there are no more, and were to be.
        """
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._held -= len(piece)
                if self._is_paused and self._held < _LOW:
                    self._is_paused = False
                    self._waited += asyncio.get_running_loop().time() - self._paused_at
                    self._start_clock()
                    self._line.resume()
                yield piece
            if self._error is not None:
                raise BrokenOffError(self._error.what, todo=self._error.todo) from self._error
            if self._is_over:
                return
            self._news.clear()
            await self._news.wait()

    @property
    def waited(self) -> float:
        """How many seconds its worker has waited for the client, if it does so now; else 0."""
        if not self._is_paused:
            return 0.0
        return self._waited + asyncio.get_running_loop().time() - self._paused_at

    def break_off(self, why: str = _SLOW) -> None:
        """End it before its end, and let go of the worker."""
        self._fail(BrokenOffError(why))
        self.close()
        self._news.set()

    def close(self) -> None:
        """Let go of the worker; one that still works for this answer is killed."""
        if not self._is_over:
            self._over()
            self._line.kill()
            self._give_back(self._line)

    def told(self, kind: bytes, content: bytes) -> None:
        """Take a frame of the worker."""
        if kind == DATA:
            self._pieces.append(content)
            self._held += len(content)
            if self._held > _HIGH and not self._is_paused:
                self._is_paused = True
                self._paused_at = asyncio.get_running_loop().time()
                self._stop_clock()
                self._line.pause()
        elif kind == BEGIN:
            if not self._began.done():
                self._began.set_result(_decode_begin(content))
        elif kind == END:
            self._done()
        elif kind == ERROR:
            self._refused(error_of(content))
        self._news.set()

    def lost(self) -> None:
        """Take that the worker is gone, though nobody here ended it."""
        what = "it ended the process that answered it: it needs too much memory, or is nested too deep"
        self._fail(LimitError(what, todo=self._smaller))
        self._done()
        self._news.set()

    def _refused(self, error: CasegraphError) -> None:
        """Take an error; where writing failed Oxigraph writes no more, so that another worker has to."""
        self._fail(error)
        if self._writes and isinstance(error, StoreError):
            self.close()
        else:
            self._done()

    def _done(self) -> None:
        self._over()
        self._line.listener = None
        if self._is_paused:
            self._line.resume()
        self._give_back(self._line)

    def _over(self) -> None:
        self._is_over = True
        self._stop_clock()

    def _fail(self, error: CasegraphError) -> None:
        self._error = error
        if not self._began.done():
            self._began.set_exception(error)

    def _start_clock(self) -> None:
        loop = asyncio.get_running_loop()
        self._since = loop.time()
        self._timer = loop.call_later(self._seconds, self._time_out)

    def _stop_clock(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._seconds -= asyncio.get_running_loop().time() - self._since

    def _time_out(self) -> None:
        what = "the time that a request may take is over"
        self._fail(LimitError(what, todo=self._smaller))
        self.close()
        self._news.set()
