"""What a store holds is counted once at a time, also while it changes and many ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from casegraph.errors import StoreError
from casegraph.serve.counted import Counted
from casegraph.serve.telling.counts import Counts


def _of(state: int) -> Counts:
    """Return counts that tell their state."""
    return Counts({}, state, 0, {}, {}, (), ())


class _Store:
    """A store whose states are numbers; a count says of which state it is, and ends when it is let."""

    def __init__(self) -> None:
        self.state = 1
        self.begun: list[asyncio.Future[None]] = []

    async def count(self) -> Counts:
        """Count the state of the moment when this begins."""
        state = self.state
        self.begun.append(asyncio.get_running_loop().create_future())
        await self.begun[-1]
        return _of(state)

    async def end(self, number: int, error: Exception | None = None) -> None:
        """Let a count end, and all run that waited for it."""
        if error is None:
            self.begun[number].set_result(None)
        else:
            self.begun[number].set_exception(error)
        await _settled()


async def _settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def _run(scene: Callable[[_Store, Counted], Coroutine[object, object, None]]) -> None:
    store = _Store()

    async def played() -> None:
        async with asyncio.timeout(10):
            await scene(store, Counted(store.count, lambda: str(store.state)))

    asyncio.run(played())


def test_counts_do_not_pile_up_while_somebody_writes() -> None:
    async def scene(store: _Store, counted: Counted) -> None:
        for _ in range(20):
            assert counted.so_far() is None
            store.state += 1
            await _settled()
        assert len(store.begun) == 1
        await store.end(0)
        for _ in range(20):
            assert counted.so_far() == _of(2)  # that of the moment when it began
            store.state += 1
            await _settled()
        assert len(store.begun) == 2

    _run(scene)


def test_one_who_waits_gets_a_count_that_began_no_earlier_than_the_question() -> None:
    async def scene(store: _Store, counted: Counted) -> None:
        first = asyncio.create_task(counted.now())
        await _settled()
        store.state = 2
        others = [asyncio.create_task(counted.now()) for _ in range(5)]
        await _settled()
        assert len(store.begun) == 1
        await store.end(0)
        assert await first == _of(1)
        store.state = 3
        assert len(store.begun) == 2
        assert not any(each.done() for each in others)
        await store.end(1)
        assert await asyncio.gather(*others) == [_of(2)] * 5

    _run(scene)


def test_a_state_is_counted_once() -> None:
    async def scene(store: _Store, counted: Counted) -> None:
        asked = [asyncio.create_task(counted.now()) for _ in range(5)]
        await _settled()
        await store.end(0)
        assert await asyncio.gather(*asked) == [_of(1)] * 5
        assert await counted.now() == counted.so_far() == _of(1)
        assert len(store.begun) == 1

    _run(scene)


def test_a_count_that_failed_is_told_and_begins_anew() -> None:
    async def scene(store: _Store, counted: Counted) -> None:
        asked = asyncio.create_task(counted.now())
        await _settled()
        await store.end(0, StoreError("broken"))
        with pytest.raises(StoreError, match="broken"):
            await asked
        assert counted.so_far() is None
        await _settled()
        await store.end(1)
        assert counted.so_far() == _of(1)

    _run(scene)


def test_one_who_hangs_up_ends_no_count() -> None:
    async def scene(store: _Store, counted: Counted) -> None:
        gone, stays = asyncio.create_task(counted.now()), asyncio.create_task(counted.now())
        await _settled()
        gone.cancel()
        await _settled()
        await store.end(0)
        assert gone.cancelled()
        assert await stays == _of(1)

    _run(scene)
