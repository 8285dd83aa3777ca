"""Fills a store with synthetic cases, as a load by several processes does.

Usage: python benchmarks/synthetic_store.py STORE --cases 10000 --seed 6 --jobs 2
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from synthetic import SEED, case_line

from casegraph.derive import derive
from casegraph.ingest import Loaded
from casegraph.ingest.bulk import BulkJob
from casegraph.ingest.workers import Processes
from casegraph.loaders.records import Options
from casegraph.model import CaseDocument
from casegraph.reason import case_class_quads
from casegraph.rules import apply_rules
from casegraph.store.embedded import EmbeddedStore
from casegraph.terms import shipped_terms
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_quads, inferred_quads, subjects

__all__ = ["fill", "quads_of"]


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


def fill(location: Path, cases: int, seed: int = SEED, jobs: int = 2) -> None:
    """Fill a new store in a directory with so many synthetic cases and the ontology.

    :raises StoreError: if the store fails.
    """
    with (
        tempfile.TemporaryDirectory(dir=location.parent) as folder,
        EmbeddedStore(str(location), writable=True) as store,
    ):
        lines = Path(folder, "cases.jsonl")
        with lines.open("wb") as file:
            file.writelines(case_line(number, seed).rstrip(b"\n") + b"\n" for number in range(cases))
        for each in BulkJob(store, Processes(jobs)).load([lines], Options("")):
            assert isinstance(each, Loaded), each


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
