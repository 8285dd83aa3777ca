"""Measures a store of a size: loading, keeping, look-ups, questions of cohorts, counts over all cases.

Usage: ``python benchmarks/scale.py --cases 10000 --plain 300 --rdflib --servers``; it prints its part of
docs/benchmarks.md. Everything is measured in one run, on synthetic cases (benchmarks/synthetic.py).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ingesting import bare, kept, loaded, plain, served, validated, written
from over_http import over_http
from queries import ask_all, by_rdflib, look_up
from synthetic import SEED

from casegraph.projection import answer, build, has_sql
from casegraph.query import stored_queries
from casegraph.store import open_store

__all__ = ["Asked", "section"]

_LOOK_UPS, _AGAIN = 1_000, 5
#: The goals: of the rate of a bare bulk load, of memory in MiB, of bytes a quad; and how many cases are many.
_OF_BARE, _MIB, _BYTES, _MANY = 0.65, 2_048, 280, 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured.

    :param plain: how many of the cases go the plain way; none, if 0.
    :param rdflib: whether rdflib is asked the same, in memory.
    :param servers: whether real servers load the same quads, and the store is served beside one.
    :param limit: end a query after so many seconds.
    """

    cases: int
    plain: int = 0
    rdflib: bool = False
    servers: bool = False
    limit: float = 20.0


def section(asked: Asked) -> str:
    """Return what the page tells of one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [f"## {asked.cases:,} synthetic cases\n", loading(folder, asked)]
        parts += [
            keeping(folder / "store", folder),
            looking_up(folder / "store", asked.cases),
            asking(folder / "store", asked),
            counting(folder / "store", asked),
        ]
        if asked.servers:
            parts.append(over_http(folder / "store"))
    return "\n".join(parts)


def loading(folder: Path, asked: Asked) -> str:
    """Load the cases into a store in a folder, and tell how that went beside other ways."""
    jobs, source = os.cpu_count() or 1, written(folder, asked.cases)
    ours, memory = loaded(source, folder / "store", jobs)
    least, quads = bare(folder / "store", folder)
    rows = [
        (f"casegraph load --jobs {jobs}: read, check, derive, validate, load, flush", ours),
        ("one bulk load of the same quads, nothing else", least),
    ]
    told = ""
    if asked.servers:
        rows += served(folder / "quads.nq", folder).items()
    if asked.plain:
        each, pyshacl = plain(source, asked.plain)
        fast = validated(source, asked.plain)
        rows.append((f"rdflib, owlrl, pyshacl (timed on {asked.plain} of the cases)", each * asked.cases))
        told = (
            f"The shapes take {1000 * fast:.1f} ms a case on one core, by pyshacl {1000 * pyshacl:.0f}: "
            f"{pyshacl / fast:.0f} times as long.\n"
        )
    size = sum(path.stat().st_size for path in (folder / "store").glob("data-*/*"))
    lines = (
        f"| {what} | {took:,.0f} | {asked.cases / took:,.0f} | {took / ours:.2f} |\n" for what, took in rows
    )
    return f"""### Loading

As JSON in the lines of a file, seed {SEED}, on {jobs} cores; {quads / asked.cases:.0f} quads a case with
the ledger.

| way | s | cases a second | times as long |
| --- | --- | --- | --- |
{"".join(lines)}
casegraph runs at {least / ours:.2f} of the rate of the bare bulk load{_missed(least / ours < _OF_BARE)}.
{memory:,.0f} MiB at most for one of its processes{_missed(memory > _MIB)};
{size / quads:.0f} bytes a quad on the disk{_missed(size / quads > _BYTES)}. {told}The goals
are {_OF_BARE} of the bare bulk load, 25 times the plain way, 80 times pyshacl, {_MIB:,} MiB,
{_BYTES} bytes a quad; and at 100,000 cases 0.7 of the rate at 10,000.
"""


def keeping(location: Path, folder: Path) -> str:
    """Tell how long it takes to verify a store, to back it up, and to restore the backup."""
    lines = (f"| {what} | {took:,.0f} |\n" for what, took in kept(location, folder).items())
    return f"""### Keeping

| command | s |
| --- | --- |
{"".join(lines)}"""


def _missed(is_missed: bool) -> str:
    return ", which misses the goal" if is_missed else ""


def looking_up(location: Path, cases: int) -> str:
    """Tell how long the patient of a case takes, for a thousand cases by chance."""
    times = [1000 * each for each in look_up(location, _LOOK_UPS)]
    parts = statistics.quantiles(times, n=100)
    half, most = (1, 2) if cases <= _MANY else (2.5, 8)
    missed = _missed(parts[49] > half or parts[98] > most)
    return f"""### Looking up

The patient of a case (`patient`), {_LOOK_UPS:,} cases by chance, one after the other in a new process:
half of them in {parts[49]:.2f} ms, 99 of 100 in {parts[98]:.2f} ms{missed}.
The goals are 1 and 2 ms at 10,000 cases, 2.5 and 8 ms at 100,000.
"""


def asking(location: Path, asked: Asked) -> str:
    """Tell how long the questions of cohorts take."""
    names = [name for name, each in stored_queries().items() if "cohort" in each.head.tags]
    beside = by_rdflib(location, names, asked.limit) if asked.rdflib else {}
    rows = []
    for name, took in ask_all(location, names, asked.limit):
        other = beside.get(name)
        ours = (
            (f"{took.rows:,}", f"{1000 * took.cold:.0f}", f"{1000 * took.warm:.0f}") if took else ("-",) * 3
        )
        theirs = f"{1000 * other.warm:,.0f}" if other else "-"
        ratio = f"{other.warm / took.warm:.0f}" if other and took else "-"
        rows.append(f"| {' | '.join((name, *ours, theirs, ratio))} |\n")
    missing = (
        f"rdflib: ended at {asked.limit:.0f} s where there is none"
        if asked.rdflib
        else "rdflib was not asked"
    )
    return f"""### Questions of cohorts

Each in a process of its own: the first time, and the best of {_AGAIN}. {missing}. The goals are 400 ms at
100,000 cases, and 5 times as fast as rdflib at 10,000.

| query | rows | first, ms | again, ms | rdflib, ms | times as long |
| --- | --- | --- | --- | --- | --- |
{"".join(rows)}"""


def counting(location: Path, asked: Asked) -> str:
    """Tell how long counts over all cases take, by columns and by SPARQL."""
    names = [name for name in stored_queries() if has_sql(name)]
    with open_store(location) as store:
        begun = time.perf_counter()
        made = build(store)
        making = time.perf_counter() - begun
    size = sum(path.stat().st_size for path in Path(made.folder).rglob("*.parquet"))
    slow, rows = dict(ask_all(location, names, asked.limit)), []
    for name in names:
        times = []
        for _ in range(_AGAIN):
            begun = time.perf_counter()
            answer(made, name)
            times.append(time.perf_counter() - begun)
        took = slow[name]
        sparql = f"{1000 * took.warm:,.0f}" if took else f"over {1000 * asked.limit:,.0f}"
        ratio = f"{took.warm / min(times):,.0f}" if took else "-"
        rows.append(f"| {name} | {1000 * times[0]:.0f} | {1000 * min(times):.0f} | {sparql} | {ratio} |\n")
    return f"""### Counts over all cases

The columns were made in {making:.0f} s and take {size / asked.cases:,.0f} bytes a case. The goal is 100 ms at
100,000 cases.

| query | columns, first, ms | again, ms | SPARQL, ms | times as long |
| --- | --- | --- | --- | --- |
{"".join(rows)}"""


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--plain", type=int, default=0, help="cases that go the plain way")
    parser.add_argument("--rdflib", action="store_true", help="ask rdflib the same")
    parser.add_argument("--servers", action="store_true", help="load real servers with the same quads")
    parser.add_argument("--limit", type=float, default=20.0, help="end a query after so many seconds")
    sys.stdout.write(section(Asked(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
