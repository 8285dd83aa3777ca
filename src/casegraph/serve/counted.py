"""Counts what a store holds, once at a time, however often it changes and is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from casegraph.serve.telling.counts import Counts

__all__ = ["Counted"]


class Counted:
    """What a store holds, of its present state or of the last one that was counted.

    :param count: counts.
    :param version: names the present state of the store.
    """

    def __init__(self, count: Callable[[], Awaitable[Counts]], version: Callable[[], str]) -> None:
        self._count, self._version = count, version
        self._last: tuple[str, Counts] | None = None
        self._running: asyncio.Task[Counts] | None = None
        self._state = ""

    async def now(self) -> Counts:
        """Return what the store holds now, or held at a later time than this was asked.

        :raises CasegraphError: if it cannot be counted.
        """
        version = self._version()
        if self._last is not None and self._last[0] == version:
            return self._last[1]
        running = self._running
        if running is not None and not running.done() and self._state != version:
            await asyncio.wait([running])
        return await asyncio.shield(self._begun())

    def so_far(self) -> Counts | None:
        """Return what the store held when it was counted last, if it was; if it changed, a count begins."""
        if self._last is None or self._last[0] != self._version():
            self._begun()
        return None if self._last is None else self._last[1]

    def _begun(self) -> asyncio.Task[Counts]:
        """Return the count that runs, or one that begins."""
        if self._running is None or self._running.done():
            self._state = self._version()
            self._running = asyncio.ensure_future(self._counting(self._state))
            self._running.add_done_callback(_take_note)
        return self._running

    async def _counting(self, state: str) -> Counts:
        counts = await self._count()
        self._last = (state, counts)
        return counts


def _take_note(count: asyncio.Task[Counts]) -> None:
    """Take note of what became of a count: those who wait for it are told, and it may be that nobody does."""
    if not count.cancelled():
        count.exception()
