"""Measures ``casegraph serve`` beside the same calls in a process, and beside the Oxigraph server.

Usage: ``python benchmarks/over_http.py --store STORE [--seconds 5]``; it prints its part of
docs/benchmarks.md. It needs wrk (Debian: wrk), which asks on 16 connections.
"""

from __future__ import annotations

import argparse
import http.client
import re
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import quote

from queries import look_up
from synthetic import SEED

from casegraph.facts import case_iris
from casegraph.ingest import load
from casegraph.query import bind, stored_queries
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.store.directory import Directory

__all__ = ["over_http", "served"]

_CONNECTIONS, _LOOK_UPS, _ROUNDS = 16, 1_000, 3
#: The goals: milliseconds over the embedded call, parts of what Oxigraph does, p99, seconds to an answer.
_OVER, _OF_LOOK_UPS, _OF_COHORTS, _P99, _FIRST = 3.0, 0.25, 0.7, 50.0, 1.5
_LUA = """
local asked, n = {}, 0
for line in io.lines("%s") do asked[#asked + 1] = line end
local headers = {
  ["Accept"] = "application/sparql-results+json", ["Content-Type"] = "application/x-www-form-urlencoded"
}
request = function()
  n = n + 1
  local path, body = asked[(n - 1) %% #asked + 1]:match("([^ ]*) ?(.*)")
  return wrk.format(body == "" and "GET" or "POST", path, headers, body)
end
"""
_LATENCY = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured: answers a second, milliseconds of 99 of 100, and how many were no answer."""

    a_second: float
    p99: float
    errors: int


def over_http(location: Path, seconds: int = 5) -> str:
    """Return what the page tells of a store that is served."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed (Debian: wrk)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(location) as store:
            cases = Random(SEED).choices(case_iris(store), k=_LOOK_UPS)
        parts = [_starting(location, folder, len(cases)), _looking_up(location, folder, cases)]
        parts += [_beside(location, folder, cases, seconds), _corpus(folder, seconds)]
    return "### Over HTTP\n\n" + "\n".join(parts)


def _starting(location: Path, folder: Path, cases: int) -> str:
    del cases
    times = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        with served(location, folder):
            times.append(time.perf_counter() - begun)
    took = statistics.median(times)
    missed = _missed(took > _FIRST)
    return f"From the start of the process to its first answer: {took:.2f} s{missed} (goal {_FIRST}).\n"


def _looking_up(location: Path, folder: Path, cases: list[str]) -> str:
    embedded = 1000 * statistics.median(look_up(location, _LOOK_UPS))
    with served(location, folder) as port:
        line, times = http.client.HTTPConnection("127.0.0.1", port), []
        for case in cases:
            begun = time.perf_counter()
            line.request("GET", f"/queries/patient/results?case={quote(case, safe='')}")
            answer = line.getresponse()
            answer.read()
            times.append(1000 * (time.perf_counter() - begun))
            assert answer.status == http.client.OK, answer.status
    median = statistics.median(times)
    more = median - embedded
    return f"""A look-up (`patient`, {_LOOK_UPS:,} cases by chance, one after the other): {embedded:.2f} ms
in the process, {median:.2f} ms over HTTP; {more:.2f} ms more{_missed(more > _OVER)} (goal {_OVER:.0f}).
"""


def _beside(location: Path, folder: Path, cases: list[str], seconds: int) -> str:
    """Ask casegraph and Oxigraph in turns, so that both have the same of the machine."""
    queries = stored_queries()
    texts = {
        f"look-ups (`patient`, {_LOOK_UPS:,} cases)": [
            bind(queries["patient"], {"case": case}) for case in cases
        ],
        "questions of cohorts": [each.text for each in queries.values() if "cohort" in each.head.tags],
    }
    lines = []
    with served(location, folder) as ours, _oxigraph(location, folder) as theirs:
        for (what, asked), goal in zip(texts.items(), (_OF_LOOK_UPS, _OF_COHORTS), strict=True):
            found: dict[int, list[Load]] = {ours: [], theirs: []}
            for _ in range(_ROUNDS):
                for port, path in ((ours, "/sparql"), (theirs, "/query")):
                    requests = [f"{path} query={quote(text, safe='')}" for text in asked]
                    found[port].append(_wrk(port, requests, folder, seconds))
            rates = [statistics.median(each.a_second for each in found[port]) for port in (ours, theirs)]
            errors = [sum(each.errors for each in found[port]) for port in (ours, theirs)]
            ratio = rates[0] / rates[1]
            told = (what, f"{rates[0]:,.0f}", f"{rates[1]:,.0f}", f"{ratio:.2f}{_missed(ratio < goal)}")
            lines.append(f"| {' | '.join(told)} | {goal} | {errors[0]} | {errors[1]} |\n")
    return f"""Answers a second on {_CONNECTIONS} connections, beside the Oxigraph server on the same files,
with all limits on:

| what | casegraph | Oxigraph | part | goal | errors | of Oxigraph |
| --- | --- | --- | --- | --- | --- | --- |
{"".join(lines)}"""


def _corpus(folder: Path, seconds: int) -> str:
    """Ask the stored questions of cohorts over the shipped cases."""
    location = folder / "corpus"
    with open_store(location, writable=True) as store:
        list(load(store, shipped("cases", "*.yaml")))
    names = [name for name, each in stored_queries().items() if "cohort" in each.head.tags]
    with served(location, folder) as port:
        for name in names:  # once, as the first who asks
            _wrk(port, [f"/queries/{name}/results"], folder, 1)
        found = {name: _wrk(port, [f"/queries/{name}/results"], folder, seconds) for name in names}
    worst = max(found, key=lambda name: found[name].p99)
    errors = sum(each.errors for each in found.values())
    slowest, median = found[worst].p99, statistics.median(each.p99 for each in found.values())
    return f"""Each of {len(names)} stored questions of cohorts over the shipped cases, on {_CONNECTIONS}
connections: 99 of 100 answers within {slowest:.0f} ms for the slowest, `{worst}`{_missed(slowest > _P99)},
{median:.0f} ms for the median (goal {_P99:.0f}); {errors} errors.
"""


def _missed(is_missed: bool) -> str:
    return ", which misses the goal" if is_missed else ""


def _wrk(port: int, requests: Iterable[str], folder: Path, seconds: int) -> Load:
    (folder / "asked.txt").write_text("\n".join(requests) + "\n")
    (folder / "ask.lua").write_text(_LUA % (folder / "asked.txt"))
    words = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}", "--timeout", "30s", "--latency"]
    words += ["-s", str(folder / "ask.lua"), f"http://127.0.0.1:{port}"]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    latency = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    assert rate and latency, said
    errors = sum(
        map(int, re.findall(r"(?:Non-2xx or 3xx responses: |connect |read |write |timeout )(\d+)", said))
    )
    return Load(float(rate[1]), float(latency[1]) * _LATENCY[latency[2]], errors)


@contextmanager
def served(location: Path, folder: Path) -> Iterator[int]:
    """Give the port of a server of casegraph, which has answered once; all its workers are up at the end."""
    said = folder / "said.txt"
    words = [sys.executable, "-m", "casegraph", "serve", "--store", str(location), "--port", "0"]
    with said.open("wb") as output:
        process = subprocess.Popen([*words, "--log", str(folder / "log.jsonl")], stderr=output)
    try:
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", said.read_text())):
            assert process.poll() is None, said.read_text()
            time.sleep(0.005)
        port = int(found[1])
        line = http.client.HTTPConnection("127.0.0.1", port)
        line.request("GET", "/sparql?query=ASK%20%7B%7D")
        assert line.getresponse().status == http.client.OK
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _oxigraph(location: Path, folder: Path) -> Iterator[int]:
    """Give the port of a server of Oxigraph that reads the same files."""
    directory = Directory(location)
    data, port = directory.data(directory.head()), 8797
    program = Path(sysconfig.get_path("scripts")) / "oxigraph"
    words: list[str | Path] = [
        program,
        "serve-read-only",
        "--location",
        data,
        "--bind",
        f"127.0.0.1:{port}",
        "--union-default-graph",
    ]
    with (folder / "oxigraph.txt").open("wb") as output:
        process = subprocess.Popen(words, stdout=output, stderr=output)
    try:
        for _ in range(200):
            try:
                http.client.HTTPConnection("127.0.0.1", port).request("GET", "/")
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=5)
    asked = parser.parse_args()
    sys.stdout.write(over_http(asked.store, asked.seconds))


if __name__ == "__main__":
    main()
