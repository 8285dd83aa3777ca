"""Looks whether the data can be read, once at a time, however many ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

__all__ = ["Looked"]


class Looked:
    """What a look finds: who asks while one is going on gets its answer.

    :param look: looks.
    """

    def __init__(self, look: Callable[[], Coroutine[object, object, bytes]]) -> None:
        self._look = look
        self._running: asyncio.Task[bytes] | None = None

    async def now(self) -> bytes:
        """Return what the look found that is going on, or one that begins.

        :raises CasegraphError: what the look ended with.
        """
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._look())
            self._running.add_done_callback(_take_note)
        return await asyncio.shield(self._running)


def _take_note(look: asyncio.Task[bytes]) -> None:
    """Take note of what became of a look: those who wait for it are told, and it may be that nobody does."""
    if not look.cancelled():
        look.exception()
