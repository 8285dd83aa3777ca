"""Measures what derivation costs: a load of many copies of the corpus, with it and without it.

Run by itself it prints its section of docs/benchmarks.md: ``python benchmarks/deriving.py --copies 1000``.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from casegraph.ingest import Loaded, documents, load
from casegraph.resources import shipped
from casegraph.store import Store, open_store

__all__ = ["COPIES", "Deriving", "Spent", "deriving", "section"]

COPIES = 5
#: what is told of derivation -> the function of ``casegraph.ingest.documents`` that does it.
STEPS = {
    "timeline": "solve_subject",
    "regimens, lines, attribution": "derive",
    "quads of these": "inferred_quads",
    "rules": "apply_rules",
    "classes": "case_class_quads",
}
_IDENTITY = re.compile(r"^  (doi|pmid|key): *['\"]?([^'\"\s]+)['\"]?[ \t]*$", re.MULTILINE)


@dataclass(slots=True)
class Spent:
    """How long loads of documents took: by the clock, of the processor, and in each stage; in seconds."""

    clock: float = 0.0
    processor: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deriving:
    """What loads of documents took with derivation and without it, and each step of derivation."""

    documents: int
    with_it: Spent
    without: Spent
    steps: dict[str, float]


def copied(text: str, number: int) -> str:
    """Return a case document with identifiers of its own, so that it replaces no other."""

    def renamed(found: re.Match[str]) -> str:
        name, value = found.groups()
        return f"  {name}: '{value}{number:04}'" if name == "pmid" else f"  {name}: {value}-copy-{number}"

    return _IDENTITY.sub(renamed, text)


def copy_of_corpus(folder: Path, number: int) -> list[Path]:
    """Write a copy of the shipped cases into a folder and return the paths."""
    paths = []
    for path in shipped("cases", "*.yaml"):
        paths.append(folder / f"{path.stem}-{number}.yaml")
        paths[-1].write_text(copied(path.read_text(encoding="utf-8"), number), encoding="utf-8")
    return paths


def load_all(store: Store, paths: Iterable[Path], spent: Spent) -> None:
    """Load documents into a store and add what it took to what was spent."""
    clock, processor = time.perf_counter(), time.process_time()
    for each in load(store, paths):
        assert isinstance(each, Loaded), each
        assert each.replaced == 0, each.prepared.iri
        for name, seconds in each.prepared.seconds.items():
            spent.stages[name] = spent.stages.get(name, 0.0) + seconds
    spent.clock += time.perf_counter() - clock
    spent.processor += time.process_time() - processor


def _nothing(*_: object) -> Iterator[str]:
    return iter(())


def _timed(function: Callable[..., Any], name: str, into: dict[str, float]) -> Callable[..., Any]:
    @wraps(function)
    def called(*args: object, **settings: object) -> object:
        start = time.perf_counter()
        try:
            return function(*args, **settings)
        finally:
            into[name] += time.perf_counter() - start

    return called


def deriving(copies: int = COPIES) -> Deriving:
    """Load copies of the corpus into two stores on disk, copy by copy with derivation and without."""
    steps = dict.fromkeys(STEPS, 0.0)
    with_it, without, warm_up = Spent(), Spent(), Spent()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder, "whole"), writable=True) as whole,
        open_store(Path(folder, "bare"), writable=True) as bare,
    ):
        load_all(whole, shipped("cases", "*.yaml"), warm_up)
        load_all(bare, shipped("cases", "*.yaml"), warm_up)
        for number in range(copies):
            paths = copy_of_corpus(Path(folder), number)
            with pytest.MonkeyPatch.context() as patch:
                for name, function in STEPS.items():
                    patch.setattr(documents, function, _timed(getattr(documents, function), name, steps))
                load_all(whole, paths, with_it)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(documents, "_inferred", _nothing)
                load_all(bare, paths, without)
            for path in paths:
                path.unlink()
    return Deriving(copies * len(shipped("cases", "*.yaml")), with_it, without, steps)


def section(found: Deriving) -> str:
    """Return the section of the page."""
    with_it, without = found.with_it, found.without

    def line(name: str, seconds: float, bare: float | None = None) -> str:
        each = f"{1000 * seconds / found.documents:.1f}"
        beside = "-" if bare is None else f"{1000 * bare / found.documents:.1f}"
        return f"| {name} | {each} | {beside} | {100 * seconds / with_it.clock:.1f} % |\n"

    rest = with_it.stages["derive"] - sum(found.steps.values())
    rows = [line(name, seconds, without.stages[name]) for name, seconds in with_it.stages.items()]
    steps = {**found.steps, "the rest": rest}
    rows += [line(f"derive: {name}", seconds) for name, seconds in steps.items()]
    return f"""## Deriving

{found.documents} documents, copies of the corpus with identifiers of their own, into a store on disk:
{with_it.clock:.0f} s with derivation, {without.clock:.0f} s without it. That is
{with_it.clock / without.clock:.2f} times as long by the clock and
{with_it.processor / without.processor:.2f} times by the processor. The goal is 1.25 times, the limit 2.

| stage | ms a document | without derivation | of the load |
| --- | --- | --- | --- |
{"".join(rows)}
What is derived is validated and stored too, which the two columns show.
"""


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=COPIES, help="copies of the corpus to load")
    sys.stdout.write(section(deriving(parser.parse_args().copies)))


if __name__ == "__main__":
    main()
