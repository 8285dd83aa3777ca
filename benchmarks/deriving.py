"""Measures what derivation costs: a load of many copies of the corpus, with it and without it.

Run by itself it prints its section of docs/benchmarks.md: ``python benchmarks/deriving.py --copies 1000``.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from stages import DERIVING, timed

from casegraph.ingest import Loaded, load, mapping
from casegraph.ingest.preparing import Prepared
from casegraph.resources import shipped
from casegraph.store import Store, open_store
from casegraph.triples import subjects

__all__ = ["COPIES", "Deriving", "Spent", "deriving", "section"]

COPIES = 5
_IDENTITY = re.compile(r"^  (doi|pmid|key): *['\"]?([^'\"\s]+)['\"]?[ \t]*$", re.MULTILINE)


@dataclass(slots=True)
class Spent:
    """How long loads of documents took: by the clock, of the processor, and in each stage; in seconds."""

    clock: float = 0.0
    processor: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deriving:
    """What loads of documents took with derivation and without it."""

    documents: int
    with_it: Spent
    without: Spent


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
    with timed() as stages:
        for each in load(store, paths):
            assert isinstance(each, Loaded), each
            assert each.state == "new", each.iri
    spent.clock += time.perf_counter() - clock
    spent.processor += time.process_time() - processor
    for stage, seconds in stages.items():
        spent.stages[stage] = spent.stages.get(stage, 0.0) + seconds


def _only_named(begun: Prepared) -> None:
    begun.solved = {iri: "" for iri, _ in subjects(begun.document)}


def _not_derived(*_: object) -> None:
    pass


def deriving(copies: int = COPIES) -> Deriving:
    """Load copies of the corpus into two stores on disk, copy by copy with derivation and without."""
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
            load_all(whole, paths, with_it)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(mapping, "solve", _only_named)
                patch.setattr(mapping, "derive_all", _not_derived)
                load_all(bare, paths, without)
            for path in paths:
                path.unlink()
    return Deriving(copies * len(shipped("cases", "*.yaml")), with_it, without)


def section(found: Deriving) -> str:
    """Return the section of the page."""
    with_it, without = found.with_it, found.without

    def line(name: str, seconds: float) -> str:
        each, bare = (
            f"{1000 * each / found.documents:.1f}" for each in (seconds, without.stages.get(name, 0))
        )
        return f"| {name} | {each} | {bare} | {100 * seconds / with_it.clock:.1f} % |\n"

    derived = sum(with_it.stages[each] for each in DERIVING)
    rows = [line(name, seconds) for name, seconds in with_it.stages.items()]
    return f"""## Deriving

{found.documents} documents, copies of the corpus with identifiers of their own, into a store on disk:
{with_it.clock:.0f} s with derivation, {without.clock:.0f} s without it. That is
{with_it.clock / without.clock:.2f} times as long by the clock and
{with_it.processor / without.processor:.2f} times by the processor. The goal is 1.25 times, the limit 2.

| stage | ms a document | without derivation | of the load |
| --- | --- | --- | --- |
{"".join(rows)}
Derivation itself is {100 * derived / with_it.clock:.0f} % of the load. What is derived is validated and
stored too, which the two columns show. The shapes are run for several documents at a time, so that their
time is that of all threads.
"""


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=COPIES, help="copies of the corpus to load")
    sys.stdout.write(section(deriving(parser.parse_args().copies)))


if __name__ == "__main__":
    main()
