"""Kills a program that edits a store at any moment: each edit is whole or not there, and the ledger true."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from casegraph.store import LEDGER, open_store
from casegraph.store.directory import Directory
from casegraph.store.editing import put_graph
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.verifying import verify

SEED = 20261127
#: How many triples each edit brings to each of its two graphs.
TRIPLES = 40
#: Edits without an end, in one transaction or by a copy that is swapped in; says on a pipe which ended.
EDITOR = """
import os, sys
from casegraph.store.editing import update
from casegraph.store.embedded import EmbeddedStore
store, marks, number = EmbeddedStore(sys.argv[2], writable=True), int(sys.argv[1]), int(sys.argv[3])
os.write(marks, b"begun\\n")
while True:
    number += 1
    graphs = [f"urn:case/{number}/asserted", f"urn:other/{number}"]
    triples = " ".join(f'<urn:s> <urn:p> "{each}" .' for each in range(int(sys.argv[4])))
    if number % 3:
        data = "".join(f"GRAPH <{graph}> {{ {triples} }}" for graph in graphs)
        update(store, f"INSERT DATA {{ {data} }} ; CLEAR GRAPH <urn:first> ; DROP SILENT GRAPH <urn:never>")
    else:
        named = " ".join(f"<{graph}>" for graph in graphs)
        template = f"GRAPH ?g {{ {triples} _:x <urn:p> 1 }}"
        update(store, f"INSERT {{ {template} }} WHERE {{ VALUES ?g {{ {named} }} }}")
    os.write(marks, b"%d\\n" % number)
"""


def killed(store: Path, seconds: float, start: int) -> int:
    """Edit a store until some seconds after the first edit began; return the last that was acknowledged."""
    source, goal = os.pipe()
    words = [sys.executable, "-c", EDITOR, str(goal), str(store), str(start), str(TRIPLES)]
    with subprocess.Popen(words, pass_fds=(goal,), stderr=subprocess.DEVNULL) as editor:
        os.close(goal)
        assert os.read(source, 6) == b"begun\n"
        time.sleep(seconds)
        assert editor.poll() is None
        editor.kill()
    with os.fdopen(source) as marks:
        return max(map(int, marks.read().split()), default=start)


def edits_in(store: Path) -> set[int]:
    """Return which edits are there; each is whole, and the ledger tells of all."""
    with open_store(store) as opened:
        assert list(verify(opened)) == []
        found = {graph: quads for graph, _, quads in opened.contents()}
    ways = {"case": "urn:case/{}/asserted", "other": "urn:other/{}"}
    parts = {way: {int(graph.split("/")[1]) for graph in found if f":{way}/" in graph} for way in ways}
    assert parts["case"] == parts["other"]
    for number in parts["case"]:
        wanted = TRIPLES + (not number % 3)
        assert {found[name.format(number)] for name in ways.values()} == {wanted}
    return parts["case"]


@pytest.mark.slow
@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.long)])
def test_a_killed_edit_is_whole_or_not_there(kills: int, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - for a moment, not a secret
    store, last = tmp_path / "store", 0
    with EmbeddedStore(str(store), writable=True) as opened:
        put_graph(opened, "urn:first", [])
    for _ in range(kills):
        acknowledged = killed(store, chance.uniform(0.05, 0.8), last)
        there = edits_in(store)
        assert there in (set(range(1, acknowledged + 1)), set(range(1, acknowledged + 2)))
        last = len(there)
    assert last > kills // 2  # a slow machine gets few edits in


def test_the_next_writer_acknowledges_what_one_that_was_killed_did_not(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with EmbeddedStore(str(store), writable=True) as opened:
        put_graph(opened, "urn:first", [])
        put_graph(opened, "urn:second", [])
    directory = Directory(store)
    ended = directory.head()
    directory.write_head(msgspec.structs.replace(ended, generation=1))  # as if it was killed before the last
    with EmbeddedStore(str(store), writable=True) as opened:
        assert opened.graphs() == (LEDGER, "urn:first", "urn:second")
        assert directory.head().generation == ended.generation == 2
        assert list(verify(opened)) == []
