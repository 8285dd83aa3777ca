"""Workers come up, are replaced and leave: there are as many as are to be, whatever happens to one."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from serving import filled, serving

from casegraph.errors import StoreError
from casegraph.serve.jobs.query import Query
from casegraph.serve.limits import Limits
from casegraph.serve.workers.line import Line
from casegraph.serve.workers.pool import Pool
from casegraph.serve.workers.worker import Place

pytestmark = pytest.mark.slow

_SECONDS = 20
CHEAP = Query(text="ASK {}", results="application/sparql-results+json", triples="")
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def _place(folder: Path) -> Place:
    return Place(store=str(filled(folder)), writable=False, limits=Limits())


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not is_so():
            await asyncio.sleep(0.02)


def _run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


def test_a_worker_that_dies_idle_is_replaced(tmp_path: Path) -> None:
    async def work() -> None:
        async with Pool(_place(tmp_path), 2) as pool:
            await _until(lambda: len(pool._free) == 2)
            gone = pool._free[0]
            os.kill(gone.pid, signal.SIGKILL)
            await _until(lambda: len(pool._free) == 2 and gone not in pool._free)
            assert (await pool.ask(CHEAP)).whole == b'{"head":{},"boolean":true}'

    _run(work)


def test_a_worker_that_cannot_be_started_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, failures = Line.start, iter((OSError(24, "Too many open files"), StoreError("not now")))

    async def work() -> None:
        async with Pool(_place(tmp_path), 1) as pool:
            executed = asyncio.create_subprocess_exec

            async def failing(*words: str, **settings: object) -> object:
                error = next(failures, None)
                if error is not None:
                    raise error
                return await executed(*words, **settings)  # type: ignore[arg-type]

            monkeypatch.setattr(asyncio, "create_subprocess_exec", failing)
            os.kill(pool._free[0].pid, signal.SIGKILL)
            await _until(lambda: next(failures, None) is None and len(pool._free) == 1)

    _run(work)
    assert Line.start == start


def test_nothing_is_imported_from_the_folder_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _place(tmp_path)
    (tmp_path / "resource.py").write_text("import pathlib; pathlib.Path('imported').touch()\n")
    monkeypatch.chdir(tmp_path)

    async def work() -> None:
        async with Pool(place, 1) as pool:
            assert (await pool.ask(CHEAP)).whole is not None

    _run(work)
    assert not (tmp_path / "imported").exists()


def test_a_query_at_work_is_answered_when_the_group_is_told_to_stop(tmp_path: Path) -> None:
    answers: list[httpx.Response] = []
    with serving(filled(tmp_path), tmp_path, "--workers", "1", "--time-limit", "3") as server:
        asked = {"query": HEAVY}
        asking = threading.Thread(
            target=lambda: answers.append(httpx.post(f"{server.address}/sparql", data=asked, timeout=30))
        )
        asking.start()
        time.sleep(1)
        os.killpg(server.process.pid, signal.SIGTERM)
        asking.join(_SECONDS)
        server.process.wait(_SECONDS)
    assert [answer.status_code for answer in answers] == [422]
    assert "the time that a request may take is over" in answers[0].json()["detail"]
