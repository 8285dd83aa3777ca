"""Kills loads at any moment and lets their writes fail: what was acknowledged is there, each case whole."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from casegraph.errors import InputError
from casegraph.namespaces import BASE
from casegraph.store import open_store
from casegraph.store.verifying import verify

SEED = 20261126
CASES = 60
#: A load in batches of ten, which says on a pipe when a change begins and ends.
LOADER = """
import os, sys
from casegraph.cli import main
from casegraph.ingest import in_place
from casegraph.store.embedded import EmbeddedStore
in_place.RECORDS = 10
marks, replace = int(sys.argv[1]), EmbeddedStore.replace
def marked(self, *given):
    os.write(marks, b"(")
    replace(self, *given)
    os.write(marks, b")")
EmbeddedStore.replace = marked
main(["load", *sys.argv[2:]])
"""
#: A load by several processes, which says on a pipe when the new data begin to be written and are swapped in.
BULK_LOADER = """
import os, sys
from casegraph.cli import main
from casegraph.ingest import chunks
from casegraph.store.places import WritersPlace
chunks._MOST = 10
marks, rebuild = int(sys.argv[1]), WritersPlace.rebuild
def marked(self, *given):
    os.write(marks, b"(")
    rebuild(self, *given)
    os.write(marks, b")")
WritersPlace.rebuild = marked
main(["load", "--jobs", "2", *sys.argv[2:]])
"""
#: A load into a file system of a few megabytes, which nobody but this process sees.
FULL_DISK = """
set -e
mount -t tmpfs -o size="$1" tmpfs "$2"
shift
code=0
"$3" -m casegraph load "$2" --dataset d --store "$1/store" >&2 || code=$?
if [ -d "$1/store" ]; then cp -r "$1/store" "$4"; fi
exit $code
"""


@dataclass(frozen=True)
class Material:
    """Packets, and the digests of the graphs of their cases once they are loaded."""

    packets: Path
    graphs: dict[str, str]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder = tmp_path_factory.mktemp("killed")
    resources = [
        {"id": "hp", "name": "HP", "url": "u", "version": "1", "namespacePrefix": "HP", "iriPrefix": "i"}
    ]
    with (folder / "packets.jsonl").open("w", encoding="utf-8") as file:
        for number in range(CASES):
            packet = {
                "id": f"p{number}",
                "subject": {"id": f"s{number}", "sex": "FEMALE"},
                "phenotypicFeatures": [
                    {"type": {"id": "HP:0000988", "label": "Skin rash"}, "excluded": number % 2 == 0},
                    {"type": {"id": "HP:0001945", "label": "Fever"}, "description": f"seen {number} times"},
                ],
                "metaData": {
                    "created": "2026-01-01T00:00:00Z",
                    "createdBy": "test",
                    "resources": resources,
                    "phenopacketSchemaVersion": "2.0",
                },
            }
            file.write(json.dumps(packet) + "\n")
    words = ["load", str(folder / "packets.jsonl"), "--dataset", "d", "--store", str(folder / "store")]
    subprocess.run([sys.executable, "-m", "casegraph", *words], check=True, capture_output=True)
    graphs = graphs_of_cases(folder / "store")
    assert len(graphs) >= 2 * CASES
    return Material(folder / "packets.jsonl", graphs)


def graphs_of_cases(store: Path) -> dict[str, str]:
    with open_store(store) as opened:
        assert list(verify(opened)) == []
        return {
            graph: digest for graph, digest in opened.digest().items() if graph.startswith(f"{BASE}case/")
        }


def assert_whole(store: Path, material: Material, acknowledged: set[str]) -> int:
    """Look at a store after a load that did not end; return how many cases it has."""
    there = graphs_of_cases(store)
    cases = {graph.rpartition("/")[0] for graph in there}
    assert there == {
        graph: digest for graph, digest in material.graphs.items() if graph.rpartition("/")[0] in cases
    }
    assert acknowledged <= cases
    return len(cases)


@pytest.mark.slow
@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.long)])
def test_a_killed_load_by_several_processes_leaves_all_or_nothing(
    kills: int, whole: Material, tmp_path: Path
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - for a moment, not a secret
    marks, lasts = _killed(whole, tmp_path / "timed", lambda _: False, BULK_LOADER)
    assert marks == b"()"
    inside, found = 0, set()
    for number in range(kills):
        store = tmp_path / str(number)
        if number % 3 == 0:  # while the new data are written, or swapped in
            reached = _at_change(1, chance.random() * 0.5)
        else:
            reached = _after(chance.uniform(0.3, 1.0) * lasts)
        marks, _ = _killed(whole, store, reached, BULK_LOADER)
        inside += marks.endswith(b"(")
        file = store.with_suffix(".acks")
        acknowledged = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()
        try:
            found.add(assert_whole(store, whole, acknowledged))
        except InputError:  # it was killed before there was a store
            assert not acknowledged
        words = [
            "load",
            str(whole.packets),
            "--dataset",
            "d",
            "--jobs",
            "1",
            "--resume",
            "--store",
            str(store),
        ]
        subprocess.run([sys.executable, "-m", "casegraph", *words], check=True, capture_output=True)
        assert assert_whole(store, whole, set()) == CASES
        shutil.rmtree(store)
    assert inside >= kills // 6
    assert found <= {0, CASES}
    assert 0 in found


@pytest.mark.slow
@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.long)])
def test_a_killed_load_leaves_whole_cases_and_all_that_it_acknowledged(
    kills: int, whole: Material, tmp_path: Path
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - for a moment, not a secret
    lasts = _killed(whole, tmp_path / "timed", lambda _: False)[1]
    inside = acknowledged_in_all = left = 0
    for number in range(kills):
        store = tmp_path / str(number)
        if number % 3 == 0:  # in the middle of a change
            change, delay = chance.randrange(1, CASES // 10 + 2), chance.random() * 0.08
            marks, _ = _killed(whole, store, _at_change(change, delay))
        else:
            moment = chance.uniform(0.3, 1.0) * lasts
            marks, _ = _killed(whole, store, _after(moment))
        inside += marks.endswith(b"(")
        file = store.with_suffix(".acks")
        acknowledged = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()
        acknowledged_in_all += len(acknowledged)
        try:
            left += assert_whole(store, whole, acknowledged)
        except InputError:  # it was killed before there was a store
            assert not acknowledged
        shutil.rmtree(store, ignore_errors=True)
    assert inside >= kills // 4
    assert 0 < acknowledged_in_all <= left < kills * CASES


Moment = Callable[[bytes], bool]


def _at_change(number: int, delay: float) -> Moment:
    """Return the moment some seconds after a change began."""

    def reached(marks: bytes) -> bool:
        if marks.count(b"(") < number:
            return False
        time.sleep(delay)
        return True

    return reached


def _after(seconds: float) -> Moment:
    end = time.monotonic() + seconds
    return lambda _: time.monotonic() >= end


def _killed(
    material: Material, store: Path, reached: Moment, loader_script: str = LOADER
) -> tuple[bytes, float]:
    """Load until a moment is reached; return the marks of the changes, and how long it took."""
    begun, marks = time.monotonic(), b""
    source, goal = os.pipe()
    os.set_blocking(source, False)
    words = [str(material.packets), "--dataset", "d", "--store", str(store)]
    words += ["--ack-file", str(store.with_suffix(".acks"))]
    command = [sys.executable, "-c", loader_script, str(goal), *words]
    with subprocess.Popen(command, pass_fds=(goal,), stdout=-3, stderr=-3) as loader:
        os.close(goal)
        while loader.poll() is None and not reached(marks):
            time.sleep(0.002)
            try:
                marks += os.read(source, 1000)
            except BlockingIOError:
                continue
        loader.kill()
    os.set_blocking(source, True)
    marks += os.read(source, 1000)
    os.close(source)
    return marks, time.monotonic() - begun


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [5, pytest.param(60, marks=pytest.mark.long)])
def test_a_load_whose_writes_fail_does_not_say_that_all_is_well(
    sizes: int, whole: Material, tmp_path: Path
) -> None:
    codes = set()
    for number in range(sizes):
        store, limit = tmp_path / str(number), int(2_000 * 4_000 ** (number / sizes))

        def limited(most: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        words = ["load", str(whole.packets), "--dataset", "d", "--store", str(store)]
        ended = subprocess.run(
            [sys.executable, "-m", "casegraph", *words],
            preexec_fn=limited,
            capture_output=True,
            text=True,
            check=False,
        )
        codes.add(ended.returncode)
        assert "Traceback" not in ended.stderr
        _assert_honest(ended.returncode, store, whole)
    assert 3 in codes


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [3, pytest.param(40, marks=pytest.mark.long)])
def test_a_full_disk_does_not_say_that_all_is_well(sizes: int, whole: Material, tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no file system of its own can be made here (unshare -rm)")
    codes = set()
    for number in range(sizes):
        disk, copy = tmp_path / "disk", tmp_path / str(number)
        disk.mkdir(exist_ok=True)
        size = f"{int(300 * 200 ** (number / sizes))}k"
        words = ["sh", "-c", FULL_DISK, "sh", size, str(disk), str(whole.packets), sys.executable, str(copy)]
        ended = subprocess.run(["unshare", "-rm", *words], capture_output=True, text=True, check=False)
        codes.add(ended.returncode)
        assert "Traceback" not in ended.stderr
        _assert_honest(ended.returncode, copy, whole)
    assert 3 in codes


def _assert_honest(code: int, store: Path, material: Material) -> None:
    try:
        cases = assert_whole(store, material, set())
    except InputError:
        cases = 0
    assert code == (0 if cases == CASES else 3)
