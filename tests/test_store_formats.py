"""A store of each format that there was, kept in tests/stores: it opens, or is refused and migrated."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from casegraph.errors import InputError
from casegraph.namespaces import BASE
from casegraph.store import LEDGER, open_store
from casegraph.store.directory import FORMAT
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import generation
from casegraph.store.migrating import migrate
from casegraph.store.verifying import verify

STORES = Path(__file__).parent / "stores"
CASE = f"{BASE}case/10.1007/s13555-020-00421-8/1"
MIGRATION = """
import sys
from pathlib import Path
from casegraph.store.migrating import migrate
print("begun", flush=True)
migrate(Path(sys.argv[1]), Path(sys.argv[2]))
print("done", flush=True)
"""


def unpacked(number: int, folder: Path) -> Path:
    with tarfile.open(STORES / f"format-{number}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / f"format-{number}"


def wanted(number: int) -> dict[str, str]:
    lines = (STORES / f"format-{number}.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def bytes_of(store: Path) -> dict[str, str]:
    return {
        str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file()
    }


def test_a_store_of_each_format_is_kept() -> None:
    kept = {path.name for path in STORES.iterdir()}
    assert kept == {f"format-{n}.{end}" for n in range(1, FORMAT + 1) for end in ("tar.xz", "tsv")}


def test_the_present_format_opens(tmp_path: Path) -> None:
    store = unpacked(FORMAT, tmp_path)
    with open_store(store) as opened:
        assert opened.digest() == wanted(FORMAT)
        assert list(verify(opened)) == []
    with open_store(store, writable=True) as opened:
        assert opened.digest() == wanted(FORMAT)


@pytest.mark.parametrize("writable", [False, True])
def test_an_older_format_is_refused_with_the_command_to_run(tmp_path: Path, writable: bool) -> None:
    store = unpacked(1, tmp_path)
    before = bytes_of(store)
    with pytest.raises(InputError, match="a store of format 1") as refused:
        open_store(store, writable=writable)
    assert "`casegraph migrate`" in refused.value.todo
    assert bytes_of(store) == before


@pytest.mark.parametrize("writable", [False, True])
@pytest.mark.parametrize("newer", [FORMAT + 1, "2026-b"])
def test_a_newer_format_is_refused_unharmed(tmp_path: Path, newer: object, writable: bool) -> None:
    store = unpacked(FORMAT, tmp_path)
    head = store / "casegraph-store.json"
    told = json.loads(head.read_text(encoding="utf-8"))
    head.write_text(json.dumps({**told, "format": newer, "shards": ["a", "b"]}), encoding="utf-8")
    before = bytes_of(store)
    with pytest.raises(InputError, match=f"a store of format {newer}") as refused:
        open_store(store, writable=writable)
    assert refused.value.todo == "install a newer one"
    with pytest.raises(InputError):
        migrate(store, tmp_path / "backup")
    assert bytes_of(store) == before


def test_an_old_store_is_migrated_after_a_backup(tmp_path: Path) -> None:
    store = unpacked(1, tmp_path)
    with pytest.raises(InputError, match="something is there already"):
        migrate(store, Path(__file__).parent)
    head = migrate(store, tmp_path / "backup")
    assert (head.format, head.generation) == (FORMAT, 1)
    with open_store(store) as opened:
        assert opened.digest() == wanted(1)
        assert generation(opened) == 1
        assert list(verify(opened)) == []
        assert isinstance(opened, EmbeddedStore)
        assert (len(head.files) > 0, opened.files_without_digest()) == (True, 0)
        loads = f"SELECT ?x {{ GRAPH <{LEDGER}> {{ ?x <http://www.w3.org/ns/prov#generated> ?y }} }}"
        assert len(list(opened.query(loads))) == 1  # type: ignore[arg-type]
    assert {path.name for path in store.iterdir()} == {"casegraph-store.json", "data-1", "writer.lock"}
    again = Path(shutil.copytree(tmp_path / "backup", tmp_path / "again"))
    migrate(again, tmp_path / "backup-again")
    with open_store(again) as opened:
        assert opened.digest() == wanted(1)
    with pytest.raises(InputError, match=f"a store of format {FORMAT} already"):
        migrate(store, tmp_path / "another")


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [6, pytest.param(60, marks=pytest.mark.long)])
def test_a_killed_migration_leaves_one_format_or_the_other(tmp_path: Path, rounds: int) -> None:
    begun = time.monotonic()
    work = subprocess.run(
        [sys.executable, "-c", MIGRATION, unpacked(1, tmp_path / "whole"), tmp_path / "whole" / "backup"],
        check=True,
        capture_output=True,
    )
    lasts = time.monotonic() - begun
    assert work.stdout.split() == [b"begun", b"done"]
    formats = set()
    for number in range(rounds):
        folder = tmp_path / str(number)
        store = unpacked(1, folder)
        words = [sys.executable, "-c", MIGRATION, str(store), str(folder / "backup")]
        process = subprocess.Popen(words, stdout=subprocess.PIPE)
        time.sleep(lasts * (0.3 + 0.7 * number / rounds))
        process.kill()
        process.communicate()
        old = not (store / "casegraph-store.json").exists()
        formats.add(old)
        if old:
            migrate(store, folder / "backup-of-second-try")
        with open_store(store, writable=True) as opened:
            assert opened.digest() == wanted(1)
        with open_store(store) as opened:
            assert list(verify(opened)) == []
        shutil.rmtree(folder)
    assert True in formats
