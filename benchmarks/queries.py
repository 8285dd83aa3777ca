"""The time of each stored query over synthetic cases, so that one that grew slow is seen.

Usage: python benchmarks/queries.py [--cases N | --store STORE] [--tag cohort] [--limit SECONDS] [--rdflib]
Each query is asked with its example in a process of its own, which is ended at the limit: once cold, then
warm. With --rdflib the same store is asked in rdflib, in memory, which is slow to load; the ratio is that of
processor times, so that it holds on a busy machine.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import TypeVar

from synthetic import SEED
from synthetic_store import fill

from casegraph.facts import case_iris
from casegraph.query import run, stored_queries
from casegraph.store import open_store

__all__ = ["Timed", "ask_all", "by_rdflib", "look_up"]

WARM = 5
#: What takes so many seconds is not asked again.
_LONG, _HOUR = 10, 3600
#: A process of its own has what this one has, or nothing.
_FORK, _SPAWN = multiprocessing.get_context("fork"), multiprocessing.get_context("spawn")
_Context = multiprocessing.context.ForkContext | multiprocessing.context.SpawnContext
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timed:
    """How many rows a query gave and what it took, in seconds: the first time, and at best afterwards.

    ``busy`` is the processor's time of the best: what is left where other programs run beside it.
    """

    rows: int
    cold: float
    warm: float
    busy: float


def _measured(ask: Callable[[], int]) -> Timed:
    times, busy = [], []
    for _ in range(1 + WARM):
        begun, worked = time.perf_counter(), time.process_time()
        rows = ask()
        times.append(time.perf_counter() - begun)
        busy.append(time.process_time() - worked)
        if times[-1] > _LONG:
            break
    return Timed(rows, times[0], min(times[1:] or times), min(busy[1:] or busy))


def _send(line: Connection, work: Callable[[], object]) -> None:
    line.send(work())


def _in_process(work: Callable[[], T], limit: float, context: _Context = _SPAWN) -> T | None:
    """Return what a process measures, or None if it is not done by the limit, in seconds."""
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(theirs, work))
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(limit) else None
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()


def ask_all(store: Path, names: list[str], limit: float) -> Iterator[tuple[str, Timed | None]]:
    """Yield each query with what it took on a store, or None where it was ended at the limit."""
    for name in names:
        yield name, _in_process(partial(_by_casegraph, store, name), limit)


def _by_casegraph(location: Path, name: str) -> Timed:
    query = stored_queries()[name]
    with open_store(location) as store:
        return _measured(lambda: len(run(store, query)))


def look_up(location: Path, many: int) -> list[float]:
    """Return the seconds that each of many look-ups of a patient took: cases by chance, one by one.

    :raises RuntimeError: if they failed.
    """
    times = _in_process(partial(_looked_up, location, many), _HOUR)
    if times is None:
        raise RuntimeError(f"{location}: patients were not found")
    return times


def _looked_up(location: Path, many: int) -> list[float]:
    query, times = stored_queries()["patient"], []
    with open_store(location) as store:
        iris = Random(SEED).choices(case_iris(store), k=many)
        run(store, query, {"case": iris[0]})
        for iri in iris:
            begun = time.perf_counter()
            assert len(run(store, query, {"case": iri})) == 1, iri
            times.append(time.perf_counter() - begun)
    return times


def by_rdflib(location: Path, names: list[str], limit: float) -> dict[str, Timed | None]:
    """Return what rdflib takes for each query, with the whole store in memory; None at the limit."""
    from rdflib import Dataset

    found = Dataset(default_union=True)
    with open_store(location) as store:
        found.parse(data="\n".join(store.dump()) + "\n", format="nquads")
    queries = stored_queries()
    asked = {name: (lambda text=queries[name].text: len(list(found.query(text)))) for name in names}
    return {name: _in_process(partial(_measured, ask), limit, _FORK) for name, ask in asked.items()}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=1000, help="how many synthetic cases to make")
    parser.add_argument("--store", type=Path, help="ask this store and make none")
    parser.add_argument("--tag", help="only the queries that carry this tag")
    parser.add_argument("--limit", type=float, default=60, help="end a query after so many seconds")
    parser.add_argument("--rdflib", action="store_true", help="ask rdflib too")
    asked = parser.parse_args()
    names = [name for name, each in stored_queries().items() if asked.tag in (None, *each.head.tags)]
    with tempfile.TemporaryDirectory() as folder:
        store = asked.store or Path(folder, "store")
        if asked.store is None:
            fill(store, asked.cases)
        beside = by_rdflib(store, names, asked.limit) if asked.rdflib else {}
        sys.stdout.write("| query | rows | cold, ms | warm, ms | processor, ms | rdflib, ms | ratio |\n")
        sys.stdout.write("| --- | --- | --- | --- | --- | --- | --- |\n")
        for name, took in ask_all(store, names, asked.limit):
            sys.stdout.write(_row(name, took, beside.get(name), asked))


def _row(name: str, took: Timed | None, other: Timed | None, asked: argparse.Namespace) -> str:
    over = f"over {1000 * asked.limit:.0f}"
    theirs = f"{1000 * other.busy:.0f}" if other else over if asked.rdflib else "-"
    if took is None:
        return f"| {name} | - | {over} | {over} | {over} | {theirs} | - |\n"
    ratio = f"{other.busy / took.busy:.1f}" if other else "-"
    times = " | ".join(f"{1000 * each:.1f}" for each in (took.cold, took.warm, took.busy))
    return f"| {name} | {took.rows:,} | {times} | {theirs} | {ratio} |\n"


if __name__ == "__main__":
    main()
