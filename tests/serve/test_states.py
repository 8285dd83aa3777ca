"""Which state of the store is served is told by its head."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

from casegraph.serve.settings import Settings
from casegraph.serve.state import State
from casegraph.serve.workers.pool import Pool
from casegraph.serve.workers.stamp import stamp_of
from casegraph.store.directory import HEAD

_TIME = 1_700_000_000_000_000_000


def _write(file: Path, content: bytes) -> None:
    """Write a file as one that has the inode and the time of the one before."""
    file.write_bytes(content)
    os.utime(file, ns=(_TIME, _TIME))


def test_a_head_with_the_inode_and_the_time_of_the_one_before_is_another_one(tmp_path: Path) -> None:
    head = tmp_path / HEAD
    _write(head, b"9")
    state = State(Settings(store=str(tmp_path)), cast(Pool, None))
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
    with pytest.raises(FileNotFoundError):
        State(Settings(store=str(tmp_path)), cast(Pool, None)).version()
