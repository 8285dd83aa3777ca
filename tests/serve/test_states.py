"""Which state of the store is served is told by its head; a worker tries the next one until it opens."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import pytest
from serving import filled

from casegraph.errors import StoreError
from casegraph.serve.jobs.query import Query
from casegraph.serve.limits import Limits
from casegraph.serve.settings import Settings
from casegraph.serve.state import State
from casegraph.serve.workers import worker as module
from casegraph.serve.workers.frames import DATA, ERROR, Frames
from casegraph.serve.workers.place import Place
from casegraph.serve.workers.pool import Pool
from casegraph.serve.workers.stamp import stamp_of
from casegraph.serve.workers.worker import Worker
from casegraph.store import open_store
from casegraph.store.directory import HEAD
from casegraph.store.editing import update
from casegraph.store.embedded import EmbeddedStore

_TIME = 1_700_000_000_000_000_000
_NEW = "urn:new"


def _write(file: Path, content: bytes) -> None:
    """Write a file as one that has the inode and the time of the one before."""
    file.write_bytes(content)
    os.utime(file, ns=(_TIME, _TIME))


def test_a_head_with_the_inode_and_the_time_of_the_one_before_is_another_one(tmp_path: Path) -> None:
    head = tmp_path / HEAD
    _write(head, b"9")
    state = State(Settings(store=str(tmp_path)), cast(Pool, None), cast(Pool, None))
    stamp, version, inode = stamp_of(head), state.version(), head.stat().st_ino
    _write(head, b"10")
    assert (head.stat().st_ino, head.stat().st_mtime_ns) == (inode, _TIME)
    assert stamp_of(head) != stamp
    assert state.version() != version


def test_a_head_of_the_same_length_is_another_one_too(tmp_path: Path) -> None:
    head = tmp_path / HEAD
    _write(head, b"8")
    stamp, changed = stamp_of(head), head.stat().st_ctime_ns
    while head.stat().st_ctime_ns == changed:  # the clock of the file system is coarse
        _write(head, b"9")
    assert stamp_of(head) != stamp


def test_what_is_not_there_has_no_stamp(tmp_path: Path) -> None:
    assert stamp_of(tmp_path / HEAD) == ()
    with pytest.raises(StoreError, match="gone"):
        State(Settings(store=str(tmp_path)), cast(Pool, None), cast(Pool, None)).version()


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(10)
        yield ours, theirs


def _asks(worker: Worker, ours: socket.socket, monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, bytes]:
    monkeypatch.setattr(worker, "_limit", lambda: None)  # it would be one of the tests
    job = Query(text=f"ASK {{ <{_NEW}> ?p ?o }}", results="application/sparql-results+json", triples="")
    worker._do(msgspec.msgpack.encode(job))
    (found,) = (each for each in Frames().feed(ours.recv(1 << 16)) if each[0] in (DATA, ERROR))
    return found


@pytest.mark.slow
def test_a_reopening_that_failed_is_tried_again(
    tmp_path: Path, line: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = line
    place = filled(tmp_path)
    worker = Worker(Place(store=str(place), writable=False, limits=Limits()), theirs)
    assert b"false" in _asks(worker, ours, monkeypatch)[1]
    with cast(EmbeddedStore, open_store(place, writable=True)) as store:
        update(store, f"INSERT DATA {{ GRAPH <urn:g> {{ <{_NEW}> <urn:p> 1 }} }}")

    def fail(*_: object, **__: object) -> None:
        raise StoreError("no moment without a commit was found")

    with monkeypatch.context() as once:
        once.setattr(module, "EmbeddedStore", fail)
        kind, content = _asks(worker, ours, monkeypatch)
        assert (kind, b"no moment" in content) == (ERROR, True)
    kind, content = _asks(worker, ours, monkeypatch)
    assert (kind, b"true" in content) == (DATA, True)
