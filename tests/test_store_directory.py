"""What a store in a directory does about locks, readers beside writers, kills and damage."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
import pyoxigraph as ox
import pytest

import casegraph
from casegraph.errors import CasegraphError, InputError, StoreError, StoreLockedError
from casegraph.store import Store, open_store, places, snapshot
from casegraph.store.backups import new_folder, restore
from casegraph.store.directory import Directory
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import commit
from casegraph.store.verifying import verify

#: Quads in each graph that the writer below writes: a graph with another number is half a commit.
SIZE = 40

#: Goes on writing: "new" adds one graph after the other, "old" replaces the graph before, "bulk" adds by
#: bulk load. Each printed number is an acknowledged graph.
WRITER = f"""
import itertools, sys
from casegraph.store import embedded, open_store
directory, way = sys.argv[1:]
if way == "bulk":
    embedded._BULK_QUADS = 1
with open_store(directory, writable=True) as store:
    for number in itertools.count():
        graph = f"http://e.org/{{number}}"
        lines = (f'<http://e.org/s> <http://e.org/p> "{{part}}" <{{graph}}> .\\n' for part in range({SIZE}))
        store.replace([f"http://e.org/{{number - 1}}"] if way == "old" else [], "".join(lines))
        print(number, flush=True)
"""

READER = """
import sys, time
from casegraph.store import open_store
with open_store(sys.argv[1]):
    print("reading", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "store"


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    source = str(Path(casegraph.__path__[0]).parent)
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": source}
    )


@pytest.fixture
def writer(directory: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    started = python(WRITER, directory, getattr(request, "param", "new"))
    said(started.stdout)
    yield started
    started.kill()
    started.wait()


def said(output: IO[str] | None) -> str:
    assert output is not None
    line = output.readline()
    assert line, "the writer stopped"
    return line


def numbers(store: Store) -> list[int]:
    """Return the numbers of the graphs, after a look that each is whole."""
    lines: dict[str, int] = dict.fromkeys(store.graphs(), 0)
    for line in store.dump():
        lines[line.split()[-2][1:-1]] += 1
    assert set(lines.values()) <= {SIZE}
    return sorted(int(graph.rpartition("/")[2]) for graph in lines)


def put(directory: Path, value: str) -> None:
    with open_store(directory, writable=True) as store:
        store.replace(store.graphs(), f'<http://e.org/s> <http://e.org/p> "{value}" <http://e.org/0> .')


@pytest.mark.slow
def test_one_writer_at_a_time_and_readers_beside_it(directory: Path, writer: subprocess.Popen[str]) -> None:
    with pytest.raises(StoreLockedError, match=f"process {writer.pid} has the store open") as locked:
        open_store(directory, writable=True)
    assert (locked.value.exit_code, locked.value.where) == (4, str(directory))
    with open_store(directory) as reader:
        assert 0 in numbers(reader)
    writer.kill()
    writer.wait()
    put(directory, "mine")
    with open_store(directory, writable=True), pytest.raises(StoreLockedError):
        open_store(directory, writable=True)


@pytest.mark.slow
@pytest.mark.parametrize("writer", ["new", "old", "bulk"], indirect=True)
def test_a_reader_sees_whole_commits_and_one_state(directory: Path, writer: subprocess.Popen[str]) -> None:
    seen = []
    held: list[Store] = []
    for _ in range(12):
        held.append(open_store(directory))
        time.sleep(0.05)
        if len(held) > 5:
            with held.pop(0) as reader:
                first = numbers(reader)
                assert numbers(reader) == first
                assert first == list(range(first[0], first[-1] + 1))
            seen.append(first[-1])
    for reader in held:
        reader.close()
    assert writer.poll() is None
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]
    assert not list(directory.glob("reader-*"))


@pytest.mark.slow
@pytest.mark.parametrize("way", ["old", "new", "bulk"])
@pytest.mark.parametrize("rounds", [3, pytest.param(200, marks=pytest.mark.long)])
def test_what_was_acknowledged_outlives_a_kill(directory: Path, way: str, rounds: int) -> None:
    for number in range(rounds):
        if directory.exists():
            with open_store(directory, writable=True) as store:
                store.replace(store.graphs(), "")
        writer = python(WRITER, directory, way)
        last = said(writer.stdout)
        time.sleep(0.15 * number / rounds)
        writer.kill()
        last = ([last, *(writer.stdout or [])])[-1]
        writer.wait()
        for writable in (False, True):
            with open_store(directory, writable=writable) as store:
                there = numbers(store)
            if way == "old":
                assert there in ([int(last)], [int(last) + 1])
            else:
                assert there in (list(range(int(last) + 1)), list(range(int(last) + 2)))


@pytest.mark.parametrize("bulk", [1, 1000])
def test_what_is_acknowledged_needs_no_log(
    directory: Path, monkeypatch: pytest.MonkeyPatch, bulk: int
) -> None:
    """The log is not forced to the disk, so after a power cut it may be gone."""
    monkeypatch.setattr("casegraph.store.embedded._BULK_QUADS", bulk)
    with open_store(directory, writable=True) as store:
        store.replace([], '<http://e.org/s> <http://e.org/p> "1" <http://e.org/0> .\n')
        after = directory.with_name("after")
        is_of_one_moment = False
        for _ in range(20):  # until no files are merged meanwhile
            names = sorted(directory.rglob("*"))
            with contextlib.suppress(shutil.Error):
                shutil.rmtree(after, ignore_errors=True)
                shutil.copytree(directory, after, ignore=shutil.ignore_patterns("*.log", "LOCK"))
                is_of_one_moment = sorted(directory.rglob("*")) == names
            if is_of_one_moment:
                break
        assert is_of_one_moment
        with open_store(after) as other:
            assert other.digest() == store.digest() != {}


def test_a_dead_readers_snapshot_is_removed_and_a_living_ones_kept(directory: Path) -> None:
    put(directory, "1")
    dead = python(READER, directory)
    said(dead.stdout)
    dead.kill()
    dead.wait()
    assert len(list(directory.glob("reader-*"))) == 1
    with open_store(directory) as living:
        mine = list(directory.glob("reader-*"))
        assert len(mine) == 1
        put(directory, "2")
        assert list(directory.glob("reader-*")) == mine
        assert '"1"' in next(living.dump())
    living.close()
    assert not list(directory.glob("reader-*"))
    with pytest.raises(StoreError, match="closed"):
        living.graphs()


def test_a_reader_that_may_not_write_reads_in_place(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(directory, "1")

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    for function in ("tempfile.mkdtemp", "pathlib.Path.hardlink_to"):
        with monkeypatch.context() as patch:
            patch.setattr(function, refuse)
            with open_store(directory) as reader:
                assert '"1"' in next(reader.dump())


def test_no_store_is_made_by_reading(directory: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="casegraph load"):
        open_store(directory)
    assert not directory.exists()
    directory.mkdir()
    with pytest.raises(InputError, match="no store at"):
        open_store(directory)
    assert not list(directory.iterdir())
    with open_store(directory / "deeper" / "still", writable=True) as store:
        assert store.graphs() == ()


@pytest.mark.parametrize("writable", [False, True])
def test_what_is_no_store_is_left_alone(tmp_path: Path, writable: bool) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    for place in (tmp_path, tmp_path / "thesis.txt"):
        with pytest.raises(InputError, match="not a store"):
            open_store(place, writable=writable)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("writable", [False, True])
@pytest.mark.parametrize("damage", ["cut CURRENT", "spoilt CURRENT", "cut MANIFEST", "no SST"])
def test_a_damaged_store_is_said_to_be_so(directory: Path, damage: str, writable: bool) -> None:
    put(directory, "1")
    put(directory, "2")
    what, pattern = damage.split()
    for path in list(directory.glob("*/*.sst" if pattern == "SST" else f"*/{pattern}*")):
        if what == "no":
            path.unlink()
        else:
            path.write_bytes(b"" if what == "cut" else b"nonsense\n")
    with (
        pytest.raises(StoreError, match=r"damaged|failed") as failed,
        open_store(directory, writable=writable) as store,
    ):
        list(store.dump())
    assert type(failed.value) is StoreError
    assert failed.value.where == str(directory)


@pytest.mark.slow
def test_writers_of_one_graph_in_threads_do_not_mix(directory: Path) -> None:
    graph = "http://e.org/0"
    with open_store(directory, writable=True) as store:

        def write(writer: int) -> None:
            start = f"<http://e.org/{writer}> <http://e.org/p>"
            for _ in range(5):
                store.replace([graph], "".join(f'{start} "{part}" <{graph}> .\n' for part in range(400)))

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lines = list(store.dump())
        assert len(lines) == 400
        assert len({line.split()[0] for line in lines}) == 1


def test_bulk_load_gives_what_an_update_gives(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        f'<http://e.org/s> <http://e.org/p> "{part}.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'
        for part in range(9)
    ]
    text = "".join(f"{line} <http://e.org/g> .\n" for line in lines)
    with open_store(":memory:", writable=True) as other:
        other.replace([], text)
        expected = other.digest()
    monkeypatch.setattr("casegraph.store.embedded._BULK_QUADS", 3)
    with open_store(directory, writable=True) as store:
        with pytest.raises(InputError, match="named graphs"):
            store.replace([], text + lines[0] + " .\n")
        with pytest.raises(InputError, match="not N-Quads"):
            store.replace([], text + "<http://e.org/s\n")
        assert store.graphs() == ()
        store.replace([], text)
        assert store.digest() == expected
        assert isinstance(store, EmbeddedStore)
        assert isinstance(store.query("ASK {}"), ox.QueryBoolean)


def test_data_without_a_head_are_no_empty_store(directory: Path) -> None:
    put(directory, "1")
    (directory / "casegraph-store.json").unlink()
    for writable in (False, True):
        with pytest.raises(StoreError, match=r"its file casegraph-store\.json is not there"):
            open_store(directory, writable=writable)
    assert list(directory.glob("data-1/*.sst"))


def test_a_first_writer_that_was_killed_left_nothing(directory: Path) -> None:
    put(directory, "1")
    shutil.rmtree(directory / "data-1")
    with pytest.raises(InputError, match="no store at"):
        open_store(directory)
    put(directory, "2")
    with open_store(directory) as reader:
        assert '"2"' in next(reader.dump())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST-*"])
@pytest.mark.parametrize("writable", [False, True])
def test_a_missing_list_of_files_is_damage(
    directory: Path, name: str, writable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casegraph.store.snapshot._PATIENCE_SECONDS", 0.1)
    put(directory, "1")
    next((directory / "data-1").glob(name)).unlink()
    with pytest.raises(StoreError, match=r"is damaged: its file .* is not there"):
        open_store(directory, writable=writable)


@pytest.mark.slow
def test_every_data_file_has_a_digest_once_its_writer_is_gone(directory: Path) -> None:
    for value in map(str, range(12)):
        put(directory, value)
        with open_store(directory) as reader:
            assert isinstance(reader, EmbeddedStore)
            assert reader.files_without_digest() == 0


def test_nobody_writes_over_the_trace_of_changes_that_are_gone(directory: Path) -> None:
    with open_store(directory, writable=True) as store:
        commit(store, [], '<http://e.org/s> <http://e.org/p> "1" <http://e.org/0> .\n')
    head = Directory(directory).head()
    Directory(directory).write_head(msgspec.structs.replace(head, generation=4))
    with pytest.raises(StoreError, match="the changes 2 to 4 were acknowledged and are gone"):
        open_store(directory, writable=True)
    with open_store(directory) as reader:
        assert [damage.what for damage in verify(reader)] == [
            "the changes 2 to 4 were acknowledged and are gone"
        ]
    with pytest.raises(StoreError, match="the changes 2 to 4"):
        open_store(directory, writable=True)


@pytest.mark.parametrize("bits", [1, pytest.param(8, marks=pytest.mark.long)])
def test_each_flipped_bit_of_the_head_is_found(bits: int, directory: Path) -> None:
    """One bit of each byte, another one each time, and all of them in a full count."""
    with open_store(directory, writable=True) as store:
        commit(store, [], "<urn:s> <urn:p> <urn:o> <urn:g> .\n")
    path = directory / "casegraph-store.json"
    whole = path.read_bytes()
    for position, other in itertools.product(range(len(whole)), range(bits)):
        bit = (position + other) % 8
        flipped = bytes([whole[position] ^ 1 << bit])
        path.write_bytes(whole[:position] + flipped + whole[position + 1 :])
        with pytest.raises(CasegraphError):
            Directory(directory).head()
    path.write_bytes(whole)
    assert Directory(directory).head().generation == 1


@pytest.mark.parametrize("kind", ["a link to nothing", "its name is not UTF-8"])
def test_what_cannot_be_a_store_is_refused_in_words(kind: str, tmp_path: Path) -> None:
    path = tmp_path / ("link" if kind.startswith("a link") else os.fsdecode(b"s\xff"))
    if kind.startswith("a link"):
        path.symlink_to("nowhere")
    for writable in (True, False):
        with pytest.raises(InputError, match=kind):
            open_store(path, writable=writable)
    with pytest.raises(InputError, match=kind):
        restore(path, tmp_path / "other")
    with pytest.raises(InputError, match=kind), new_folder(path):
        pass
    assert not list(tmp_path.glob(".*"))


def test_a_disk_without_space_is_not_called_a_store_that_is_not_there(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(directory, writable=True):
        assert Directory(directory).head().is_of_first_writer

        def full(_: Path) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(places, "Snapshot", full)
        with pytest.raises(StoreError, match=r"the store failed: .*No space left on device"):
            open_store(directory)


def test_what_a_failed_rebuild_left_is_in_nobodys_way(tmp_path: Path) -> None:
    def fail(copy: EmbeddedStore) -> None:
        raise InputError("no")

    with EmbeddedStore(str(tmp_path / "s"), writable=True) as store:
        for number in range(3):
            with pytest.raises(InputError, match="no"):
                store.rebuild(fail)
            (tmp_path / "s" / "data-2").mkdir(exist_ok=True)
            (tmp_path / "s" / "data-2" / "late.sst").write_text("written while it closed")
            line = f"<urn:s> <urn:p> <urn:{number}> <urn:g> ."
            store.replace([], line)
        store.rebuild(lambda copy: copy.replace(["urn:g"], ""))
        assert store.graphs() == ()


def test_a_snapshot_that_another_reader_takes_for_a_dead_ones_is_made_anew(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(directory, writable=True):
        pass
    made: list[str] = []
    real = tempfile.mkdtemp

    def swept(*, prefix: str, dir: Path) -> str:
        made.append(real(prefix=prefix, dir=dir))
        if len(made) == 1:
            snapshot.remove_stale(dir)
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", swept)
    _, found = places.taken(directory)
    assert [found.folder] == [Path(each) for each in made[1:]]
    assert not Path(made[0]).exists()
    found.close()
