"""Measures what each step costs, for docs/scaling.md, and works out from that what two million reports would.

Usage: python benchmarks/units.py --cases 2000 [--copies 50]; prints the tables of the page.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph as ox
from synthetic import case_line
from synthetic_store import fill

from casegraph.ingest.mapping import Mapped, map_documents
from casegraph.ingest.preparing import Prepared, checked, derive_all, solve, validate_all
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.inputs import Input
from casegraph.loaders.rdf import rdf_members
from casegraph.projection import build
from casegraph.store import open_store
from casegraph.store.backups import backup
from casegraph.store.verifying import verify
from casegraph.terms import all_terms
from casegraph.validate import shipped_shapes

__all__ = ["measured", "on_disk", "on_paper"]

#: Two million reports of 500 quads.
QUADS, CORES, SHARDS = 1_000_000_000, (2, 16, 64), 8
_MAP = "all of these, with digests and text: ms a case"
_LARGE = "bulk load into a store of 22 million quads: seconds a million quads, by the clock"
_LARGE_STORE = "store of 22 million quads: bytes a quad"
_STAGES = {
    "read": "read a document: ms a case",
    "check": "check it, and its quads: ms a case",
    "times": "its times: ms a case",
    "rules": "rules and classes: ms a case",
    "shapes": "shapes: ms a case",
    "all": _MAP,
}
_MILLION, _HOUR, _BATCH = 1e6, 3600, 100
T = TypeVar("T")


def on_paper(unit: Mapping[str, float]) -> dict[str, tuple[float, ...]]:
    """Return the hours that each step takes for two million reports, on so many cores.

    A step in one process takes as long whatever there is; a bulk load keeps two cores busy.

    :param unit: what the page says that each unit costs.
    """
    a_case = QUADS / unit["quads a case"] / 1000 / _HOUR
    a_million = QUADS / _MILLION / _HOUR
    load = unit[_LARGE] * a_million
    return {
        "read, check, derive, validate": tuple(unit[_MAP] * a_case / cores for cores in CORES),
        "one bulk load": (load,) * 3,
        f"{SHARDS} shards, a bulk load each": tuple(load / min(SHARDS, cores // 2) for cores in CORES),
        "verify, in one process": (unit["verify: seconds a million quads"] * a_million,) * 3,
        "back up, in one process": (unit["back up, and check: seconds a million quads"] * a_million,) * 3,
        "make columns, in one process": (unit["make columns: ms a case"] * a_case,) * 3,
    }


def on_disk(unit: Mapping[str, float]) -> dict[str, float]:
    """Return the gigabytes that two million reports take."""
    columns = unit["columns: bytes a case"] * QUADS / unit["quads a case"]
    return {
        "N-Quads of the parts, while it loads": unit["N-Quads: bytes a quad"] * QUADS / 1e9,
        "store": unit[_LARGE_STORE] * QUADS / 1e9,
        "columns": columns / 1e9,
    }


def _timed(run: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds of the processor that something takes, and what it gives."""
    begun = time.process_time()
    given = run()
    return time.process_time() - begun, given


def _mapping(lines: list[bytes]) -> tuple[dict[str, float], list[Mapped]]:
    """Return what the stages before the store take, in ms a case, and what they make."""
    terms, shapes = all_terms(), shipped_shapes()
    spent = dict.fromkeys(_STAGES, 0.0)
    mapped: list[Mapped] = []

    def solved(given: list[Prepared]) -> list[Prepared]:
        for each in given:
            solve(each)
        return given

    def derived(given: list[Prepared]) -> list[Prepared]:
        derive_all(given, terms)
        return given

    for at in range(0, len(lines), _BATCH):
        inputs = [Input("x", partial(BytesIO, line)) for line in lines[at : at + _BATCH]]
        steps: dict[str, Callable[[Any], Any]] = {
            "read": lambda given: [read_case_document(Path("x"), each.content()) for each in given],
            "check": lambda given: [checked("x", each, terms) for each in given],
            "times": solved,
            "rules": derived,
            "shapes": lambda given: validate_all(given, terms, shapes),
        }
        given: Any = inputs
        for name, step in steps.items():
            seconds, given = _timed(partial(step, given))
            spent[name] += seconds
        seconds, done = _timed(partial(map_documents, inputs, terms, shapes, in_threads=False))
        spent["all"] += seconds
        mapped += (each for each in done if isinstance(each, Mapped))
    return {_STAGES[name]: each * 1000 / len(lines) for name, each in spent.items()}, mapped


def _bulk_load(mapped: list[Mapped], file: Path, copies: int = 1) -> float:
    """Return the seconds by the clock that a bare bulk load takes for a million of these quads.

    :param file: the N-Quads, to be written.
    :param copies: how many times the cases are there, each time with names of their own.
    """
    with file.open("w", encoding="utf-8") as out:
        for copy in range(copies):
            out.writelines(each.text.replace("/synthetic-", f"/synthetic-{copy}-") for each in mapped)
    begun = time.perf_counter()
    store = ox.Store(file.with_suffix(""))
    store.bulk_load(path=file, format=ox.RdfFormat.N_QUADS)
    store.flush()
    return (time.perf_counter() - begun) / (copies * sum(each.quads for each in mapped)) * _MILLION


def _keeping(location: Path, cases: int) -> dict[str, float]:
    """Return what it costs to keep a store that is there, and how large it is."""
    folder = location.parent
    with open_store(location) as store:
        quads = sum(each.quads for each in store.contents())
        verifying, damages = _timed(lambda: list(verify(store)))
        making, columns = _timed(lambda: build(store))
        backing, _ = _timed(lambda: backup(location, folder / "backup"))
    assert damages == []
    return {
        "verify: seconds a million quads": verifying / quads * _MILLION,
        "back up, and check: seconds a million quads": backing / quads * _MILLION,
        "make columns: ms a case": making * 1000 / cases,
        "store: bytes a quad": _size(location.glob("data-*/*")) / quads,
        "columns: bytes a case": _size(columns.folder.iterdir()) / cases,
    }


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def measured(cases: int, copies: int) -> Iterator[tuple[str, float]]:
    """Yield each unit and its value.

    :param copies: how many copies of the cases make a store of 22 million quads; 0 to leave that out.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spent, mapped = _mapping([case_line(number) for number in range(cases)])
        quads = sum(each.quads for each in mapped)
        yield "quads a case", quads / cases
        yield from spent.items()
        yield "bulk load: seconds a million quads, by the clock", _bulk_load(mapped, folder / "all.nq")
        source = Input.of(folder / "all.nq")
        yield "read back from RDF: ms a case", _timed(lambda: list(rdf_members(source)))[0] * 1000 / cases
        yield "N-Quads: bytes a quad", (folder / "all.nq").stat().st_size / quads
        fill(folder / "store", cases)
        yield from _keeping(folder / "store", cases).items()
        if copies:
            yield _LARGE, _bulk_load(mapped, folder / "large.nq", copies)
            yield _LARGE_STORE, _size((folder / "large").iterdir()) / (copies * quads)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=2000, help="how many cases")
    parser.add_argument("--copies", type=int, default=0, help="how many make a store of 22 million quads")
    asked = parser.parse_args()
    unit = {}
    for name, value in measured(asked.cases, asked.copies):
        unit[name] = float(f"{value:.3g}")
        sys.stdout.write(f"| {name} | {unit[name]:g} |\n")
    unit.setdefault(_LARGE, unit["bulk load: seconds a million quads, by the clock"])
    unit.setdefault(_LARGE_STORE, unit["store: bytes a quad"])
    for name, hours in on_paper(unit).items():
        sys.stdout.write(f"| {name} | {' | '.join(f'{each:.2g}' for each in hours)} |\n")
    for name, size in on_disk(unit).items():
        sys.stdout.write(f"| {name} | {size:.3g} |\n")


if __name__ == "__main__":
    main()
