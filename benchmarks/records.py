"""What it costs to bring published phenopackets in: reading, the way through the stages, the store.

Usage: python benchmarks/records.py [--packets N] [--stages]; the material is found by CASEGRAPH_MATERIAL.
``--stages`` prints what each stage before the store takes of the processor, the best of three runs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tarfile
import tempfile
import time
from itertools import islice
from pathlib import Path

from casegraph.check.conflicts import with_conflicts
from casegraph.derive import derive
from casegraph.ingest import LoadedRecord, load_records
from casegraph.loaders.formats import Reading, arrivals
from casegraph.loaders.records import Imported, Options
from casegraph.model import CaseDocument
from casegraph.reason import case_class_quads
from casegraph.rules import apply_rules, data_with_hierarchy
from casegraph.store import open_store
from casegraph.terms import Terms, all_terms
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_statements, inferred_quads, subjects
from casegraph.triples.written import Statement, nquads, statements
from casegraph.validate import shipped_shapes, validate

ARCHIVE = "data/phenopacket-store-10333.tar.xz"
BATCH = 200


class Watch:
    """Counts what each stage takes of the processor, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.process_time()

    def lap(self, stage: str) -> None:
        """Count what was spent since the last lap for a stage."""
        now = time.process_time()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


def stages(path: Path, many: int) -> dict[str, float]:
    """Return what each stage before the store takes of the processor for so many packets, in seconds."""
    terms, watch = all_terms(), Watch()
    found = Reading(Options("bench")).read(arrivals(path))
    while batch := [each.document for _, each in islice(found, BATCH) if isinstance(each, Imported)]:
        watch.lap("unpack, read")
        documents = [with_conflicts(each, terms) for each in batch]
        watch.lap("contradictions")
        _through(documents, terms, watch)
        many -= len(batch)
        if many <= 0:
            break
    return watch.seconds


def _through(documents: list[CaseDocument], terms: Terms, watch: Watch) -> None:
    cases = [next(subjects(each)) for each in documents]
    graphs = [asserted_statements(each) for each in documents]
    written = [nquads(each) for each in graphs]
    watch.lap("quads")
    told: list[list[Statement]] = []
    for (iri, case), said in zip(cases, graphs, strict=True):
        timeline = solve_subject(case)
        solved = inferred_quads(iri, timeline, derive(case, timeline, whole=False))
        told.append([*(each for of_graph in said.values() for each in of_graph), *statements(solved)])
    watch.lap("times, and what follows")
    ruled = apply_rules({iri: each for (iri, _), each in zip(cases, told, strict=True)}, terms)
    watch.lap("rules")
    classes = [case_class_quads(each, terms) for each in told]
    watch.lap("classes")
    inferred = [each + ruled[iri] for (iri, _), each in zip(cases, classes, strict=True)]
    pairs = zip(told, inferred, strict=True)
    data = [data_with_hierarchy([*one, *statements(other)], terms) for one, other in pairs]
    watch.lap("what the shapes look at")
    reports = [validate(each, shipped_shapes()) for each in data]
    watch.lap("shapes")
    assert len(written) == sum(each.ok for each in reports), "a packet violates a shape"


def print_stages(path: Path, many: int) -> None:
    """Print the best of three runs."""
    runs = [stages(path, many) for _ in range(3)]
    print(f"\n| {many:,} published phenopackets, before the store | ms a packet |\n| --- | --- |")
    best = {stage: min(run[stage] for run in runs) / many * 1000 for stage in runs[0]}
    for stage, cost in {**best, "together": sum(best.values())}.items():
        print(f"| {stage} | {cost:.2f} |")


def plain(path: Path, many: int) -> float:
    """Return the seconds that unpacking and parsing the JSON alone take."""
    begun = time.perf_counter()
    with tarfile.open(path) as archive:
        files = (archive.extractfile(each) for each in archive if each.name.endswith(".json"))
        for file in islice((each for each in files if each is not None), many):
            json.load(file)
    return time.perf_counter() - begun


def main() -> None:
    """Measure side by side and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=2_000)
    parser.add_argument("--stages", action="store_true")
    asked = parser.parse_args()
    many, path = asked.packets, Path(os.environ["CASEGRAPH_MATERIAL"]) / ARCHIVE
    if asked.stages:
        print_stages(path, many)
        return
    bare = plain(path, many)
    begun = time.perf_counter()
    outcomes = list(islice(Reading(Options("bench")).read(arrivals(path)), many))
    read = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store", writable=True) as store:
        begun = time.perf_counter()
        arrived = [each for each in load_records(store, outcomes) if isinstance(each, LoadedRecord)]
        load = time.perf_counter() - begun
    assert len(arrived) == many, "a packet was rejected"
    quads, claims = sum(each.quads for each in arrived), sum(each.claims for each in arrived)
    print(f"\n| {many:,} published phenopackets | s | ms a packet | ratio |\n| --- | --- | --- | --- |")
    for what, seconds in (
        ("unpack and parse the JSON alone", bare),
        ("unpack, tell the format, read to cases and losses", read),
        ("quads, derive, validate, store", load),
    ):
        print(f"| {what} | {seconds:.1f} | {seconds / many * 1000:.2f} | {seconds / bare:.1f} |")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{claims / many:.1f} claims and {quads / many:.0f} quads a packet; {memory:,.0f} MiB at most")


if __name__ == "__main__":
    main()
