"""Many who ask for the health get one look at the data, and nobody is told a place of the server."""

from __future__ import annotations

import asyncio
import json
from typing import cast

import pytest
from starlette.types import Receive, Scope, Send

from asgi_calls import Told, call
from casegraph.errors import CasegraphError, InputError, NoSpaceError, StoreError
from casegraph.serve.errors import FullError
from casegraph.serve.http.request import Request
from casegraph.serve.jobs import Job
from casegraph.serve.looked import Looked
from casegraph.serve.routes.health import answer_health
from casegraph.serve.settings import Settings
from casegraph.serve.state import State
from casegraph.serve.workers.answer import Answer
from casegraph.serve.workers.pool import Pool

PLACE = "/srv/hidden/data-1/002894.log"
FAULT = StoreError(f"the store failed: [Errno 5] '{PLACE}'", where="/srv/hidden")


class Looks:
    """Counts looks; each ends when it is let."""

    def __init__(self) -> None:
        self.begun: list[asyncio.Future[bytes]] = []

    async def look(self) -> bytes:
        """Begin a look."""
        self.begun.append(asyncio.get_running_loop().create_future())
        return await self.begun[-1]


async def _settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_who_asks_during_a_look_gets_its_answer() -> None:
    async def scene() -> None:
        looks = Looks()
        looked = Looked(looks.look)
        asked = [asyncio.ensure_future(looked.now()) for _ in range(50)]
        await _settled()
        asked[0].cancel()  # a client that hangs up takes nothing from the others
        await _settled()
        looks.begun[0].set_result(b"fine")
        assert set(await asyncio.gather(*asked[1:])) == {b"fine"}
        assert len(looks.begun) == 1
        later = asyncio.ensure_future(looked.now())
        await _settled()
        looks.begun[1].set_result(b"later")
        assert await later == b"later"

    asyncio.run(asyncio.wait_for(scene(), 5))


def test_all_are_told_of_a_look_that_fails_and_the_next_one_looks_again() -> None:
    async def scene() -> None:
        looks = Looks()
        looked = Looked(looks.look)
        asked = [asyncio.ensure_future(looked.now()) for _ in range(3)]
        await _settled()
        looks.begun[0].set_exception(StoreError("it failed"))
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in told] == [StoreError] * 3
        later = asyncio.ensure_future(looked.now())
        await _settled()
        looks.begun[1].set_result(b"fine")
        assert await later == b"fine"

    asyncio.run(asyncio.wait_for(scene(), 5))


class Failing:
    """A pool whose workers all fail."""

    many, busy = 1, 0

    def __init__(self, error: CasegraphError) -> None:
        self._error = error

    async def ask(self, job: Job, seconds: float | None = None) -> Answer:
        """Fail."""
        raise self._error


def _answer(error: CasegraphError, noted: dict[str, object]) -> Told:
    pool = cast(Pool, Failing(error))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answer_health(Request(scope, receive, send), State(Settings(store="/srv/hidden"), pool, pool))
        noted.update(scope["casegraph.noted"])

    return call(app, "GET", "/health")


@pytest.mark.parametrize("error", [FAULT, InputError("no store at /srv/hidden", where="/srv/hidden")])
def test_a_fault_of_the_store_tells_no_place_but_in_the_log(error: CasegraphError) -> None:
    noted: dict[str, object] = {}
    told = _answer(error, noted)
    assert told.status == 503
    assert told.header("retry-after") == "1"
    assert "hidden" not in str(told)
    assert json.loads(told.body) == {
        "status": "failed",
        "detail": "the data cannot be read; the log tells more",
    }
    assert noted["fault"] == str(error)


def test_a_full_server_says_that_it_is_full() -> None:
    told = _answer(FullError("all workers are busy", todo="try again later"), {})
    assert (told.status, told.header("retry-after")) == (503, "1")
    assert json.loads(told.body)["detail"] == "all workers are busy"


def test_a_full_disk_is_told_with_its_place_in_the_log_alone() -> None:
    error = NoSpaceError(f"No space left on device: '{PLACE}'", where="/srv/hidden")
    noted: dict[str, object] = {}
    told = _answer(error, noted)
    assert (told.status, told.header("retry-after")) == (503, "1")
    assert json.loads(told.body)["detail"] == "no space is left for what reading needs"
    assert noted["fault"] == str(error)
