"""Fills a store with synthetic cases: quads by processes, then one bulk load; no checks and no shapes.

Usage: python benchmarks/synthetic_store.py STORE --cases 10000 --seed 6 --jobs 2
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox
from synthetic import SEED, case_document

from casegraph.derive import derive
from casegraph.ingest.putting import put_ontology
from casegraph.model import CaseDocument
from casegraph.reason import case_class_quads
from casegraph.rules import apply_rules
from casegraph.store import open_store
from casegraph.terms import shipped_terms
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_quads, inferred_quads, subjects

__all__ = ["fill", "quads_of"]

#: How many cases go through the rules together, and into one file.
_BATCH, _FILE = 200, 1000


def quads_of(documents: Iterable[CaseDocument]) -> Iterator[str]:
    """Yield the N-Quads of documents, a batch at a time: what they assert and all that follows."""
    terms, cases = shipped_terms(), dict[str, str]()
    for document in documents:
        asserted = asserted_quads(document)
        yield asserted
        whole = document.report.extent in ("fullText", "dataRecord")
        for iri, subject in subjects(document):
            timeline = solve_subject(subject)
            solved = inferred_quads(iri, timeline, derive(subject, timeline, whole=whole))
            lines = (
                each for each in asserted.splitlines(keepends=True) if each.endswith(f" <{iri}/asserted> .\n")
            )
            own = "".join(lines)
            cases[iri] = own + solved
            yield solved + case_class_quads(own, terms)
    yield from apply_rules(cases, terms).values()


class _Joined(io.RawIOBase):
    """Files one after another."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = iter(paths)
        self._file: IO[bytes] = io.BytesIO()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not (block := self._file.read(size)):
            self._file.close()
            following = next(self._paths, None)
            self._file = io.BytesIO() if following is None else following.open("rb")
            if following is None:
                return b""
        return block


def _write(folder: Path, seed: int, start: int, stop: int) -> Path:
    path = folder / f"{start:09}.nq"
    with path.open("w", encoding="utf-8") as file:
        for at in range(start, stop, _BATCH):
            file.writelines(quads_of(case_document(each, seed) for each in range(at, min(at + _BATCH, stop))))
    return path


def fill(location: Path, cases: int, seed: int = SEED, jobs: int = 2) -> None:
    """Fill a new store in a directory with so many synthetic cases and the ontology.

    :raises StoreError: if the store fails.
    """
    with open_store(location, writable=True) as store:
        put_ontology(store)
    with tempfile.TemporaryDirectory(dir=location.parent) as name, ProcessPoolExecutor(jobs) as pool:
        starts = range(0, cases, _FILE)
        write = partial(_write, Path(name), seed)
        paths = pool.map(write, starts, (min(at + _FILE, cases) for at in starts))
        opened = ox.Store(location)
        opened.bulk_load(cast(IO[bytes], _Joined(list(paths))), ox.RdfFormat.N_QUADS)
        opened.flush()


def main() -> None:
    """Fill a store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("store", type=Path)
    parser.add_argument("--cases", type=int, default=1000, help="how many cases")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2, help="how many processes make quads")
    asked = parser.parse_args()
    fill(asked.store, asked.cases, asked.seed, asked.jobs)
    sys.stderr.write(f"{asked.cases:,} synthetic cases in {asked.store}\n")


if __name__ == "__main__":
    main()
