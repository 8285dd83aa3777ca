"""Loads by a Dask cluster of processes give what a load without one gives, whatever dies in the middle."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.cli.meter import Meter
from casegraph.errors import MissingExtraError, StoreError
from casegraph.ingest import chunks, cluster
from casegraph.ingest.bulk import BulkJob, Told
from casegraph.ingest.chunks import Chunk, mapped_by
from casegraph.ingest.cluster import Cluster
from casegraph.ingest.parts import map_chunk
from casegraph.ingest.workers import Workers
from casegraph.loaders.records import Options
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.verifying import verify

PACKETS = 100
OTHER = "casegraph 0.0.1, ontology 0"


@dataclass
class Machines:
    """A scheduler and its workers, each a process; they start in a folder without any case."""

    folder: Path
    port: int
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, *words: str, **settings: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--no-dashboard", "--host", "127.0.0.1"]
        environment = {**os.environ, **settings}
        with (self.folder / f"log-{len(self.running)}").open("wb") as log:
            self.running.append(
                subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, env=environment)
            )
        return self.running[-1]

    def start_workers(self, many: int) -> None:
        for _ in range(many):
            self.start("worker", self.address, "--nthreads", "1", "--no-nanny")

    def kill_one_at_work(self) -> None:
        """Kill a worker as soon as one has begun a chunk."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            pids = client.run(os.getpid)
            while not (busy := [worker for worker, tasks in client.processing().items() if tasks]):
                time.sleep(0.005)
        os.kill(pids[busy[0]], signal.SIGKILL)


@contextmanager
def machines(folder: Path, **settings: str) -> Iterator[Machines]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = Machines(folder, free.getsockname()[1])
    try:
        found.start("scheduler", "--port", str(found.port), **settings)
        last = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", found.port)):
            assert time.monotonic() < last, (folder / "log-0").read_text()
            time.sleep(0.05)
        yield found
    finally:
        for each in found.running:
            each.kill()
            each.wait()


def packet(name: str, *features: str) -> dict[str, object]:
    known = {"id": "hp", "name": "HP", "url": "u", "version": "1", "namespacePrefix": "HP", "iriPrefix": "i"}
    data = {
        "created": "2026-01-01T00:00:00Z",
        "createdBy": "test",
        "resources": [known],
        "phenopacketSchemaVersion": "2.0",
        "externalReferences": [{"id": "PMID:12345678", "description": f"The paper as {name} prints it"}],
    }
    types = [{"type": dict(zip(("id", "label"), each.split(" ", 1), strict=True))} for each in features]
    return {"id": name, "subject": {"id": name}, "phenotypicFeatures": types, "metaData": data}


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder to load, by a name that means nothing where the workers are; chunks are small."""
    folder = tmp_path / "in"
    folder.mkdir()
    for path in shipped("cases", "*.yaml")[:2]:
        (folder / path.name).write_bytes(path.read_bytes())
    packets = [packet(f"p{number}", "HP:0000988 Skin rash") for number in range(PACKETS)]
    packets += [packet("p3", "HP:0001945 Fever"), packet("q", "FOO:1 a word"), packet("r", "FOO:1 another")]
    lines = [*map(json.dumps, packets), "{broken"]
    (folder / "packets.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "single.json").write_text(json.dumps(packet("single", "HP:0001945 Fever")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(chunks, "_MOST", 10)
    return Path("in")


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def assert_same(one: str, other: str) -> None:
    with open_store(one) as first, open_store(other) as second:
        assert first.digest() == second.digest()
        assert sum(graph.endswith("/asserted") for graph in second.graphs()) >= PACKETS + 5
        assert list(verify(second)) == []


class Here:
    """Maps in this process, and counts."""

    mapped = 0

    def many(self) -> int:
        return 1

    def begin(self, chunk: Chunk, key: str, part: Path) -> Callable[[], int]:
        self.mapped += 1
        return lambda: map_chunk(chunk, key, part)

    def close(self) -> None:
        """There is nothing to let go."""


def load(workers: Workers, told: Told, *, resume: bool) -> list[object]:
    with open_store("late", writable=True) as store:
        assert isinstance(store, EmbeddedStore)
        return list(BulkJob(store, workers, told).load([Path("in")], Options(""), resume=resume))


def rejected_in(done: Result) -> list[str]:
    return sorted(line for line in done.stderr.splitlines() if "rejected" in line)


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_whatever_dies(
    sources: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with machines(tmp_path_factory.mktemp("machines")) as found:
        monkeypatch.setattr(cluster, "_SECONDS_TO_CONNECT", 1)
        with pytest.raises(StoreError, match="has no workers; start some: dask worker tcp://127"):
            Cluster(found.address)
        monkeypatch.setattr(cluster, "_SECONDS_TO_CONNECT", 60)
        found.start_workers(2)
        one = run("load", sources, "--store", "one", code=1)
        killing = Thread(target=found.kill_one_at_work)
        begun: list[int] = []

        def kill_worker(_: Meter, done: int, size: int) -> None:
            if done > PACKETS / 5 and not begun:
                begun.append(done)
                killing.start()

        monkeypatch.setattr(Meter, "__call__", kill_worker)
        many = run("load", sources, "--scheduler", found.address, "--store", "many", code=1)
        killing.join()
        assert begun[0] < PACKETS / 2
        assert sorted(bool(each.poll()) for each in found.running) == [False, False, True]
        assert_same("one", "many")
        assert sorted(many.stdout.splitlines()) == sorted(one.stdout.splitlines())
        assert rejected_in(one) == rejected_in(many)
        with monkeypatch.context() as patch:
            patch.setattr(chunks, "ontology_digest", lambda: "0" * 64)
            mapped_by.cache_clear()
            with pytest.raises(StoreError, match=r"the worker tcp\S+ has another casegraph, or none: caseg"):
                Cluster(found.address)
        mapped_by.cache_clear()
        with pytest.raises(StoreError, match="the Dask cluster was lost: "):
            load(
                Cluster(found.address), lambda *_: found.running[0].send_signal(signal.SIGKILL), resume=False
            )
    with open_store("late") as late:
        assert not [graph for graph in late.graphs() if "/case/" in graph]
    had = len(list(Path("late", "incoming").glob("part-*[0-9]")))
    here = Here()
    load(here, lambda *_: None, resume=True)
    assert had >= 1
    assert here.mapped + had == len(list(chunks.chunks_of([sources], Options(""), None)))
    assert_same("one", "late")


@pytest.mark.slow
def test_a_chunk_that_kills_its_workers_is_told() -> None:
    from distributed import KilledWorker

    lost = Cluster.__new__(Cluster)
    lost._address = "tcp://host:8786"
    with (
        pytest.raises(StoreError, match="tcp://host:8786: the workers that mapped one chunk died"),
        lost._told(),
    ):
        raise KilledWorker("map", SimpleNamespace(address="tcp://worker"), 3)


def test_a_worker_that_would_map_otherwise_maps_nothing() -> None:
    assert cluster._map_there(OTHER, b"no pickle") == (mapped_by(), b"", b"", 0)


def test_an_address_that_is_none_or_that_nobody_answers_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(packet("a", "HP:0001945 Fever")), encoding="utf-8")
    store = tmp_path / "store"
    refused = run("load", tmp_path / "a.json", "--scheduler", "http://x:1", "--store", store, code=2)
    assert "no address of a scheduler: unknown address scheme 'http'" in refused.stderr
    monkeypatch.setattr(cluster, "_SECONDS_TO_CONNECT", 0.2)
    refused = run("load", tmp_path / "a.json", "--scheduler", "tcp://127.0.0.1:1", "--store", store, code=3)
    assert "tcp://127.0.0.1:1: no Dask scheduler answers there; check the address" in refused.stderr
    assert not store.exists()


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"Dask is not installed; pip install 'casegraph\[dask\]'"):
        Cluster("tcp://127.0.0.1:8786")
