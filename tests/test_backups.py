"""Backups of a store that is written to, restoring them, and what neither leaves behind when it is killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.errors import InputError, StoreError
from casegraph.store import open_store
from casegraph.store.backups import backup, restore
from casegraph.store.directory import BACKUP, Directory
from casegraph.store.ledger import commit, generation
from casegraph.store.verifying import verify

#: Each change replaces both graphs, so that a copy with two different numbers is of no one moment.
WRITER = """
import itertools, sys
from casegraph.store import open_store
from casegraph.store.ledger import commit
with open_store(sys.argv[1], writable=True) as store:
    for number in itertools.count(1):
        graphs = ["http://e.org/a", "http://e.org/b"]
        lines = (f'<http://e.org/{part}> <http://e.org/p> "{number}" <{graph}> .\\n'
                 for graph in graphs for part in range(200))
        commit(store, graphs, "".join(lines))
        print(number, flush=True)
"""
COPIER = """
import sys
from pathlib import Path
from casegraph.store.backups import backup, restore
print("begun", flush=True)
{"backup": backup, "restore": restore}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
print("done", flush=True)
"""


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def put(path: Path, value: str) -> None:
    with open_store(path, writable=True) as store:
        commit(store, ["http://e.org/a"], f'<http://e.org/s> <http://e.org/p> "{value}" <http://e.org/a> .\n')


def digest(path: Path) -> dict[str, str]:
    with open_store(path) as store:
        return store.digest()


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def store(tmp_path: Path) -> Path:
    put(tmp_path / "store", "first")
    return tmp_path / "store"


@pytest.mark.slow
def test_a_backup_is_the_store_of_its_moment_and_can_be_restored(store: Path, tmp_path: Path) -> None:
    first = digest(store)
    said_of_it = run("backup", tmp_path / "copy", "--store", store).stderr
    put(store, "second")
    assert said_of_it == (
        f"{tmp_path / 'copy'} is the store up to change 1; `casegraph restore` makes a store of it\n"
    )
    assert digest(tmp_path / "copy") == first != digest(store)
    assert "change 1, whole" in run("restore", tmp_path / "copy", "--store", tmp_path / "again").stderr
    assert digest(tmp_path / "again") == first
    put(tmp_path / "again", "third")
    run("verify", "--store", tmp_path / "again")
    assert {each.name for each in tmp_path.iterdir()} == {"store", "copy", "again"}


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [4, pytest.param(50, marks=pytest.mark.long)])
def test_a_backup_beside_a_writer_is_of_one_moment(rounds: int, tmp_path: Path) -> None:
    writer = python(WRITER, tmp_path / "store")
    try:
        last = int(said(writer))
        for number in range(rounds):
            copy = tmp_path / f"copy-{number}"
            head = backup(tmp_path / "store", copy)
            restore(copy, tmp_path / f"again-{number}")
            with open_store(tmp_path / f"again-{number}") as again:
                values = {line.split('"')[1] for line in again.dump("http://e.org/a")}
                assert values == {line.split('"')[1] for line in again.dump("http://e.org/b")}
                assert values == {str(generation(again))} == {str(head.generation)}
                assert int(*values) >= last
                assert list(verify(again)) == []
            last = int(*values)
    finally:
        writer.kill()
        writer.communicate()
    assert last > 1


@pytest.mark.slow
@pytest.mark.parametrize("what", ["backup", "restore"])
@pytest.mark.parametrize("rounds", [8, pytest.param(100, marks=pytest.mark.long)])
def test_a_killed_copy_never_looks_whole(what: str, rounds: int, store: Path, tmp_path: Path) -> None:
    backup(store, tmp_path / "copy")
    source, goal = (store if what == "backup" else tmp_path / "copy"), tmp_path / "goal"
    whole = digest(store)
    begun = time.monotonic()
    copier = python(COPIER, what, source, goal)
    assert copier.communicate()[0].split() == ["begun", "done"]
    lasts = time.monotonic() - begun
    made = 0
    for number in range(rounds):
        shutil.rmtree(goal, ignore_errors=True)
        copier = python(COPIER, what, source, goal)
        time.sleep(lasts * (0.4 + 0.6 * number / rounds))
        copier.kill()
        copier.communicate()
        if goal.exists():
            made += 1
            lasts *= 0.8  # it was faster than the first: the next is killed earlier
            assert digest(goal) == whole
            assert (goal / BACKUP).exists() == (what == "backup")
    assert made < rounds
    shutil.rmtree(goal, ignore_errors=True)
    {"backup": backup, "restore": restore}[what](source, goal)
    assert digest(goal) == whole
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_what_is_there_is_left_alone(what: str, store: Path, tmp_path: Path) -> None:
    run("backup", tmp_path / "copy", "--store", store)
    for there in ("file", "folder"):
        goal = tmp_path / there
        if there == "file":
            goal.write_text("mine", encoding="utf-8")
        else:
            goal.mkdir()
            (goal / "thesis.txt").write_text("mine", encoding="utf-8")
        words = (goal, "--store", store) if what == "backup" else (tmp_path / "copy", "--store", goal)
        assert "something is there already; name a new folder" in run(what, *words, code=2).stderr
        assert (goal if there == "file" else goal / "thesis.txt").read_text(encoding="utf-8") == "mine"
    (tmp_path / "empty").mkdir()
    words = (tmp_path / "empty", "--store", store)
    run(what, *words if what == "backup" else (tmp_path / "copy", "--store", tmp_path / "empty"))
    assert digest(tmp_path / "empty") == digest(store)


def files_of(copy: Path) -> Iterator[Path]:
    return (path for path in sorted(copy.rglob("*")) if path.is_file() and path.stat().st_size)


@pytest.mark.slow
def test_a_backup_with_a_flipped_bit_is_not_restored(store: Path, tmp_path: Path) -> None:
    backup(store, tmp_path / "copy")
    looked_at = 0
    for path in files_of(tmp_path / "copy"):
        raw = path.read_bytes()
        position = len(raw) // 2
        path.write_bytes(raw[:position] + bytes([raw[position] ^ 16]) + raw[position + 1 :])
        try:
            restore(tmp_path / "copy", tmp_path / "again")
        except (StoreError, InputError):
            assert not (tmp_path / "again").exists()
        else:  # the digest of a file that is not there, or a version: nothing of the content
            assert path.parent == tmp_path / "copy"
            assert digest(tmp_path / "again") == digest(store)
            shutil.rmtree(tmp_path / "again")
        path.write_bytes(raw)
        looked_at += 1
    assert looked_at > 5
    (next(path for path in files_of(tmp_path / "copy") if path.suffix == ".sst")).unlink()
    with pytest.raises(StoreError, match="a file of it is not what was copied"):
        restore(tmp_path / "copy", tmp_path / "again")


@pytest.mark.slow
def test_verify_looks_at_what_restore_looks_at(store: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    backup(store, copy)
    run("verify", "--store", copy)
    wanted, raw = Directory(copy).files_of_backup(), (copy / BACKUP).read_bytes()
    assert len(wanted) > 3
    for name in wanted:
        content = (copy / "data-1" / name).read_bytes()
        (copy / "data-1" / name).write_bytes(content + b"x")
        found = CliRunner().invoke(commands, ["verify", "--store", str(copy)])
        assert found.exit_code in (1, 3), "3 where Oxigraph does not even open it"
        assert found.exit_code == 3 or f"/{name}\tits bytes are not those that were written" in found.stdout
        run("restore", copy, "--store", tmp_path / "x", code=3)
        (copy / "data-1" / name).write_bytes(content)
    (copy / "data-1" / "more").write_text("", encoding="utf-8")
    run("restore", copy, "--store", tmp_path / "x", code=3)
    assert "/more\tits bytes" in run("verify", "--store", copy, code=1).stdout
    (copy / "data-1" / "more").unlink()
    other_name = raw.replace(b'"CURRENT"', b'"CURRENU"')
    for damage, places in ((raw[: len(raw) // 2], "1 place;"), (b"", "1 place;"), (other_name, "2 places;")):
        (copy / BACKUP).write_bytes(damage)
        said_of_it = run("verify", "--store", copy, code=1)
        assert f"damaged in {places}" in said_of_it.stderr
        assert "the backup is damaged" in run("restore", copy, "--store", tmp_path / "x", code=3).stderr
    assert digest(copy) == digest(store), "it can still be read"


def test_a_server_that_does_not_answer_is_not_called_damaged() -> None:
    for location in ("http://127.0.0.1:1", "http://127.0.0.1:1/sparql"):
        refused = run("verify", "--store", location, code=3)
        assert "no answer from the endpoint" in refused.stderr
        assert "damaged" not in refused.output


def test_a_copy_that_cannot_be_written_says_where_and_what_to_do(store: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = run("backup", tmp_path / "file" / "copy", "--store", store, code=3).stderr
    assert f"{tmp_path}/file/copy: no copy was made: Not a directory; check that there is space" in refused


def test_what_is_no_backup_is_not_restored_and_a_backup_not_written_to(store: Path, tmp_path: Path) -> None:
    assert "no backup; expected a folder" in run("restore", store, "--store", tmp_path / "x", code=2).stderr
    assert not (tmp_path / "x").exists()
    backup(store, tmp_path / "copy")
    with pytest.raises(InputError, match="a backup, which nobody changes"):
        open_store(tmp_path / "copy", writable=True)


def test_a_damaged_store_is_backed_up_only_as_it_is(store: Path, tmp_path: Path) -> None:
    with open_store(store, writable=True) as opened:
        opened.replace([], '<http://e.org/s> <http://e.org/p> "x" <http://e.org/behind> .')
    refused = run("backup", tmp_path / "copy", "--store", store, code=3).stderr
    assert "http://e.org/behind: 1 quad that the ledger does not tell of" in refused
    assert not (tmp_path / "copy").exists()
    run("backup", tmp_path / "copy", "--as-is", "--store", store)
    assert "does not tell of" in run("restore", tmp_path / "copy", "--store", tmp_path / "x", code=3).stderr
    run("restore", tmp_path / "copy", "--as-is", "--store", tmp_path / "x")
    assert digest(tmp_path / "x") == digest(store)
    damaged = run("verify", "--store", tmp_path / "x", code=1)
    assert damaged.stdout == "http://e.org/behind\t1 quad that the ledger does not tell of\n"


@pytest.mark.slow
def test_compacting_changes_nothing_but_the_files(store: Path) -> None:
    for value in "abcdefgh":
        put(store, value)
    before, files = digest(store), len(list(store.glob("data-1/*.sst")))
    with open_store(store) as reader:
        run("compact", "--store", store)
        assert reader.digest() == before
    assert digest(store) == before
    assert len(list(store.glob("data-1/*.sst"))) < files
    run("verify", "--store", store)


def test_an_endpoint_is_kept_by_its_server() -> None:
    for words in (("backup", "x"), ("restore", "x"), ("compact",), ("migrate",)):
        assert "what its server has for that" in run(*words, "--store", "http://localhost:1", code=2).stderr


@pytest.mark.parametrize("within", ["backup", "data-1/backup", "."])
def test_a_backup_does_not_go_into_the_store_itself(tmp_path: Path, within: str) -> None:
    with open_store(tmp_path / "store", writable=True) as store:
        store.replace([], "<urn:s> <urn:p> <urn:o> <urn:g> .")
    before = sorted(path.name for path in (tmp_path / "store").iterdir())
    with pytest.raises(InputError, match="goes with it"):
        backup(tmp_path / "store", tmp_path / "store" / within)
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == before


def test_compact_says_so_where_it_saved_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(tmp_path / "store", writable=True) as store:
        store.replace([], "<urn:s> <urn:p> <urn:o> <urn:g> .")
    sizes = iter((2_000_000, 1_000_000, 1_000_000, 3_000_000))
    monkeypatch.setattr("casegraph.cli.keep._size", lambda _: next(sizes))
    said = [CliRunner().invoke(commands, ["compact", "--store", str(tmp_path / "store")]) for _ in range(2)]
    assert said[0].stderr.endswith("2.0 MB before, 1.0 MB now\n")
    assert (
        "1.0 MB before, 3.0 MB now; merged files are larger than those of a load with --jobs"
        in said[1].stderr
    )
