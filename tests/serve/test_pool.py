"""Workers come up, are replaced and leave: there are as many as are to be, whatever happens to one."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
from serving import filled, serving, token_file

from casegraph.errors import InputError, StoreError, StoreLockedError
from casegraph.serve.errors import FullError, StartError
from casegraph.serve.jobs.query import Query
from casegraph.serve.limits import Limits
from casegraph.serve.workers import pool as module
from casegraph.serve.workers.forks import Fork, Forks
from casegraph.serve.workers.line import Line
from casegraph.serve.workers.place import Place
from casegraph.serve.workers.pool import Pool
from casegraph.store import open_store
from casegraph.store.verifying import verify

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
        async with Forks() as forks, Pool(forks, _place(tmp_path), 2) as pool:
            await _until(lambda: len(pool._free) == 2)
            gone = pool._free[0]
            os.kill(gone.pid, signal.SIGKILL)
            await _until(lambda: len(pool._free) == 2 and gone not in pool._free)
            assert (await pool.ask(CHEAP)).whole == b'{"head":{},"boolean":true}'

    _run(work)


def test_a_worker_that_cannot_be_started_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, failures = Forks.start, iter((OSError(24, "Too many open files"), StoreError("not now")))

    async def failing(self: Forks, place: Place, line: socket.socket) -> Fork:
        error = next(failures, None)
        if error is not None:
            raise error
        return await start(self, place, line)

    async def work() -> None:
        async with Forks() as forks, Pool(forks, _place(tmp_path), 1) as pool:
            monkeypatch.setattr(Forks, "start", failing)
            os.kill(pool._free[0].pid, signal.SIGKILL)
            await _until(lambda: next(failures, None) is None and len(pool._free) == 1)

    _run(work)


async def _asked_while_none_is_there(
    place: Place, monkeypatch: pytest.MonkeyPatch, errors: list[Exception]
) -> list[object]:
    """Kill the one worker of a pool, and ask ten times; return the answers, or the errors.

    :param errors: with which the next workers fail to start, one after the other.
    """
    start = Forks.start

    async def failing(self: Forks, place: Place, line: socket.socket) -> Fork:
        if errors:
            raise errors.pop(0)
        return await start(self, place, line)

    async with Forks() as forks, Pool(forks, place, 1) as pool:
        monkeypatch.setattr(Forks, "start", failing)
        monkeypatch.setattr(module, "_PAUSE_SECONDS", 0.01)
        os.kill(pool._free[0].pid, signal.SIGKILL)
        await _until(lambda: not pool._free)

        async def asked() -> bytes | None:
            return (await pool.ask(CHEAP)).whole

        return list(await asyncio.gather(*(asked() for _ in range(10)), return_exceptions=True))


@pytest.mark.parametrize("error", [StartError("a worker ended before it could work"), OSError(24, "files")])
def test_who_waits_does_so_for_the_worker_after_one_that_did_not_come_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    asking = _asked_while_none_is_there(_place(tmp_path), monkeypatch, [error, error])
    assert asyncio.run(asking) == [b'{"head":{},"boolean":true}'] * 10


def test_who_waits_for_workers_that_do_not_come_up_is_told_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = msgspec.structs.replace(_place(tmp_path), limits=Limits(patience=0.2))
    asking = _asked_while_none_is_there(place, monkeypatch, [StartError("it ended")] * 100_000)
    assert [type(each) for each in asyncio.run(asking)] == [FullError] * 10


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StoreError("the store is damaged"), StoreError),
        (StoreLockedError("another one writes"), StoreLockedError),
        (InputError("no store at"), StoreError),
    ],
)
def test_what_the_store_tells_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]
) -> None:
    asking = _asked_while_none_is_there(_place(tmp_path), monkeypatch, [error] * 100_000)
    assert [type(each) for each in asyncio.run(asking)] == [kind] * 10


def test_a_worker_that_ends_before_it_can_work_did_not_come_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended(self: Forks, place: Place, line: socket.socket) -> Fork:
        fork = Fork(cast(Any, None), 0)
        fork.is_gone()
        return fork  # the line is closed by who asked for it, and nobody else has it

    async def work() -> None:
        monkeypatch.setattr(Forks, "start", ended)
        with pytest.raises(StartError, match="a worker ended before it could work"):
            await Line.start(Forks(), _place(tmp_path), lambda _: None)

    _run(work)


def test_all_workers_are_up_when_the_first_job_may_come(tmp_path: Path) -> None:
    async def work() -> None:
        async with Forks() as forks, Pool(forks, _place(tmp_path), 4) as pool:
            assert len(pool._free) == 4
            assert len({line.pid for line in pool._free}) == 4

    _run(work)


def test_a_fork_server_that_dies_is_replaced_and_its_workers_too(tmp_path: Path) -> None:
    async def work() -> None:
        async with Forks() as forks, Pool(forks, _place(tmp_path), 2) as pool:
            before = {line.pid for line in pool._free}
            os.kill(_parent_of(pool._free[0].pid), signal.SIGKILL)
            await _until(lambda: len(pool._free) == 2 and not before & {line.pid for line in pool._free})
            assert (await pool.ask(CHEAP)).whole == b'{"head":{},"boolean":true}'
            await _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in before))

    _run(work)


def test_a_worker_without_a_store_says_so_and_the_next_one_works(tmp_path: Path) -> None:
    lost: list[Line] = []

    async def work() -> None:
        place = _place(tmp_path)
        async with Forks() as forks:
            with pytest.raises(InputError, match="no store at nowhere"):
                await Line.start(forks, msgspec.structs.replace(place, store="nowhere"), lost.append)
            line = await Line.start(forks, place, lost.append)
            assert line.is_alive
            await line.end()

    _run(work)


def test_workers_do_not_draw_the_same_numbers(tmp_path: Path) -> None:
    drawing = Query(text="SELECT (UUID() AS ?u) (STR(RAND()) AS ?r) {}", results="text/csv", triples="")
    naming = Query(text="CONSTRUCT { [] <urn:p> 1 } WHERE {}", results="", triples="text/turtle")

    async def work() -> None:
        place = _place(tmp_path)
        async with Forks() as forks, Pool(forks, place, 1) as one, Pool(forks, place, 1) as other:
            for job in (drawing, naming):
                assert (await one.ask(job)).whole != (await other.ask(job)).whole

    _run(work)


def test_a_worker_steps_back_when_its_job_takes_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONG_SECONDS", 0.1)

    async def work() -> None:
        async with Forks() as forks, Pool(forks, _place(tmp_path), 1) as pool:
            pid = pool._free[0].pid
            asked = asyncio.create_task(pool.ask(Query(text=HEAVY, results="text/csv", triples="")))
            assert os.getpriority(os.PRIO_PROCESS, pid) == 0
            await _until(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 10)
            asked.cancel()
            await asyncio.wait({asked})

    _run(work)


def test_a_worker_that_has_stepped_back_is_replaced_after_its_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LONG_SECONDS", 0)

    async def work() -> None:
        async with Forks() as forks, Pool(forks, _place(tmp_path), 1) as pool:
            before = pool._free[0]
            async with asyncio.timeout(_SECONDS):
                while before in pool._free:  # an answer may come before it has stepped back
                    assert (await pool.ask(CHEAP)).whole == b'{"head":{},"boolean":true}'
            await _until(lambda: len(pool._free) == 1 and pool._free[0] is not before)
            await _until(lambda: not Path(f"/proc/{before.pid}").exists())
            assert os.getpriority(os.PRIO_PROCESS, pool._free[0].pid) == 0
        async with (
            Forks() as forks,
            Pool(forks, msgspec.structs.replace(pool.place, writable=True), 1) as pool,
        ):
            before = pool._free[0]
            await pool.ask(CHEAP)
            assert pool._free == [before]  # the writer holds the store

    _run(work)


def test_the_fork_server_has_one_thread(tmp_path: Path) -> None:
    """A fork takes the thread that forks and no other one, and what others hold is held for ever."""

    async def work() -> None:
        async with Forks() as forks, Pool(forks, _place(tmp_path), 1) as pool:
            assert len(list(Path(f"/proc/{_parent_of(pool._free[0].pid)}/task").iterdir())) == 1

    _run(work)


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


def test_nothing_is_imported_from_the_folder_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = _place(tmp_path)
    (tmp_path / "resource.py").write_text("import pathlib; pathlib.Path('imported').touch()\n")
    monkeypatch.chdir(tmp_path)

    async def work() -> None:
        async with Forks() as forks, Pool(forks, place, 1) as pool:
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


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_lets_its_writer_leave(told: signal.Signals, tmp_path: Path) -> None:
    """A writer that is killed leaves files without a digest, and a reader its snapshot."""
    file, token = token_file(tmp_path)
    store = filled(tmp_path)
    with serving(store, tmp_path, "--writable", "--token-file", str(file), token=token) as server:
        update = {"update": "INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } }"}
        answer = httpx.post(f"{server.address}/update", data=update, headers=server.allowed)
        assert answer.status_code == 204
        server.process.send_signal(told)
        is_ignored = signal.getsignal(told) is signal.SIG_IGN  # as in the background of a shell
        assert server.process.wait(_SECONDS) == (0 if is_ignored else 128 + told)
        said = server.said.read_text(errors="replace")
    assert "Traceback" not in said
    with open_store(store) as opened:
        assert list(verify(opened)) == []
        assert opened.files_without_digest() == 0
    assert list(store.glob("reader-*")) == []
