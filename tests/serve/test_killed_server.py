"""Kills a server under writes, and keeps one busy: what it acknowledged is there, and it stays small."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

import pytest
from serving import Server, filled, serving, token_file
from w3c_answers import sent

from casegraph.query import bind, get_query
from casegraph.store import open_store
from casegraph.store.verifying import verify

_WARM_SECONDS = 10
SEED = 20261127
#: How many quads each written graph has: some of them only would be a torn write.
QUADS = 50
_SECONDS = 30
STORED = ["tapers", "responses_to_drug", "diagnoses", "investigations", "timeline", "autoantibodies_at"]
#: wrk reads the paths to ask from a file, one a line, and asks them in turn.
WRK = """
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""


def name_of(number: int) -> str:
    return f"http://numbered.example/{number}"


class Writer(threading.Thread):
    """Writes numbered graphs, by PUT and by Update in turn, and notes each that was acknowledged."""

    def __init__(self, server: Server, first: int) -> None:
        super().__init__(daemon=True)
        self.server, self.first = server, first
        self.acknowledged: list[int] = []
        self.refused: list[int] = []

    def run(self) -> None:
        number = self.first
        while True:
            try:
                status = self._write(number)
            except (OSError, HTTPException):  # the server is gone
                return
            if status not in range(200, 300):
                self.refused.append(status)
                return
            self.acknowledged.append(number)
            number += 1

    def reach(self, many: int) -> None:
        """Wait until so many were acknowledged."""
        last = time.monotonic() + _SECONDS
        while len(self.acknowledged) < many:
            assert self.is_alive(), self.refused
            assert time.monotonic() < last, self.acknowledged
            time.sleep(0.005)

    def _write(self, number: int) -> int:
        triples = "".join(f'<urn:s{each}> <urn:p> "{number}" .\n' for each in range(QUADS))
        if number % 2:
            path = f"/graphs?graph={quote(name_of(number), safe='')}"
            headers = {"Content-Type": "application/n-triples", **self.server.allowed}
            return sent(self.server.address, "PUT", path, headers, triples.encode()).status
        update = f"INSERT DATA {{ GRAPH <{name_of(number)}> {{ {triples} }} }}"
        headers = {"Content-Type": "application/sparql-update", **self.server.allowed}
        return sent(self.server.address, "POST", "/update", headers, update.encode()).status


@pytest.mark.slow
@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.long)])
def test_what_was_acknowledged_is_there_after_a_kill(kills: int, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - for a moment, not a secret
    file, token = token_file(tmp_path)
    store = filled(tmp_path)
    with open_store(store) as opened:
        before = opened.digest()
    words = ["--writable", "--token-file", str(file)]
    done: set[int] = set()
    begun = 0
    for _ in range(kills):
        with serving(store, tmp_path, *words, token=token) as server:
            writer = Writer(server, begun)
            writer.start()
            writer.reach(chance.randint(1, 6))
            time.sleep(chance.uniform(0, 0.1))  # at any moment of the next one
            server.kill()
            writer.join(_SECONDS)
            assert not writer.is_alive()
            assert writer.refused == []
        done |= set(writer.acknowledged)
        begun += len(writer.acknowledged) + 1  # the last may be there, or not
        assert_whole(store, done, before)
    assert len(done) >= kills
    command = [sys.executable, "-m", "casegraph", "verify", "--store", str(store)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def assert_whole(store: Path, done: set[int], before: dict[str, str]) -> None:
    """Look whether all that was acknowledged is there, all of what is there is whole, and nothing else."""
    with open_store(store) as opened:
        assert list(verify(opened)) == []
        digests = opened.digest()
        there = {graph for graph in digests if "numbered" in graph}
        assert {name_of(number) for number in done} <= there
        assert all(len(list(opened.dump(graph))) == QUADS for graph in there)
        assert {name: each for name, each in digests.items() if name not in there} == before


@pytest.mark.long
@pytest.mark.parametrize("seconds", [60, 600])
def test_a_busy_server_makes_no_error_and_does_not_grow(seconds: int, tmp_path: Path) -> None:
    if shutil.which("wrk") is None:
        reason = "wrk is not installed (Debian: wrk)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    script, paths = tmp_path / "mixed.lua", tmp_path / "paths.txt"
    script.write_text(WRK)
    paths.write_text(
        "".join(f"/sparql?query={quote(bind(get_query(name), {}), safe='')}\n" for name in STORED)
    )
    with (
        serving(filled(tmp_path), tmp_path, "--workers", "8") as server,
        wrk(server, script, paths, _WARM_SECONDS + seconds) as asking,
    ):
        time.sleep(_WARM_SECONDS)
        before = server.memory()
        time.sleep(seconds - 2)
        after = server.memory()  # before it hangs up, which ends the workers that are at work
        said, _ = asking.communicate()
    assert asking.returncode == 0
    assert "Non-2xx" not in said, said
    assert "Socket errors" not in said, said
    found = re.search(r"(\d+) requests in", said)
    assert found is not None
    assert int(found[1]) > 10 * seconds
    assert after < before * 1.1, (before, after, said)


def wrk(server: Server, script: Path, paths: Path, seconds: int) -> subprocess.Popen[str]:
    """Ask with 16 connections for so long; what wrk says of it is its output."""
    command = ["wrk", "-t", "1", "-c", "16", "-d", f"{seconds}s", "--timeout", "30s", "--latency"]
    env = {**os.environ, "PATHS": str(paths)}
    words = [*command, "-s", str(script), server.address]
    return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True)
