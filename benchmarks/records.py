"""What it costs to bring published phenopackets in: reading, the way through the stages, the store.

Usage: python benchmarks/records.py [--packets N] [--stages [KIND]]; CASEGRAPH_MATERIAL leads to the packets.
``--stages`` prints what each stage before the store takes of the processor, the best of three runs: of
``packets``, of ``synthetic`` case documents (JSON), or of the shipped ``cases`` (YAML).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import tarfile
import tempfile
import time
from itertools import islice
from pathlib import Path

from synthetic import case_line

from casegraph.check import check
from casegraph.check.conflicts import with_conflicts
from casegraph.derive import derive
from casegraph.ingest import LoadedRecord, load_records
from casegraph.ingest.documents import shipped_shapes
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.formats import Reading, arrivals
from casegraph.loaders.records import Imported, Options
from casegraph.model import CaseDocument
from casegraph.reason import case_class_quads
from casegraph.resources import shipped
from casegraph.rules import apply_rules, data_with_hierarchy
from casegraph.store import open_store
from casegraph.terms import Terms, all_terms
from casegraph.timeline import solve_subject
from casegraph.triples import asserted_statements, inferred_quads, subjects
from casegraph.triples.written import Statement, nquads, statements
from casegraph.validate import validate

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


def of_packets(many: int) -> dict[str, float]:
    """Return what each stage before the store takes of the processor for so many packets, in seconds."""
    terms, watch = all_terms(), Watch()
    found = Reading(Options("bench")).read(arrivals(Path(os.environ["CASEGRAPH_MATERIAL"]) / ARCHIVE))
    while batch := [each.document for _, each in islice(found, BATCH) if isinstance(each, Imported)]:
        watch.lap("read")
        documents = [with_conflicts(each, terms) for each in batch]
        watch.lap("check")
        _through(documents, terms, watch)
        many -= len(batch)
        if many <= 0:
            break
    return watch.seconds


def of_documents(given: list[tuple[Path, bytes]]) -> dict[str, float]:
    """Return what each stage before the store takes of the processor for case documents, in seconds."""
    terms, watch = all_terms(), Watch()
    for at in range(0, len(given), BATCH):
        drafts = [read_case_document(*each) for each in given[at : at + BATCH]]
        watch.lap("read")
        found = [each for draft in drafts for each in check(draft, terms) if each.severity == "error"]
        watch.lap("check")
        assert not found, found[0]
        _through([draft.located.document for draft in drafts if draft.located], terms, watch)
    return watch.seconds


def _through(documents: list[CaseDocument], terms: Terms, watch: Watch) -> None:
    graphs = [asserted_statements(each) for each in documents]
    watch.lap("quads")
    solved: list[dict[str, list[Statement]]] = []
    for document, said in zip(documents, graphs, strict=True):
        solved.append({iri: [*said[f"{iri}/asserted"]] for iri, _ in subjects(document)})
        for iri, subject in subjects(document):
            timeline = solve_subject(subject)
            whole = document.report.extent == "fullText"
            found = inferred_quads(iri, timeline, derive(subject, timeline, whole=whole))
            solved[-1][iri] += statements(found)
    watch.lap("times, and what follows")
    cases = {iri: told for each in solved for iri, told in each.items()}
    ruled = apply_rules(cases, terms)
    watch.lap("rules")
    classes = {iri: case_class_quads(told, terms) for iri, told in cases.items()}
    watch.lap("classes")
    data = []
    for said, each in zip(graphs, solved, strict=True):
        told = [line for of_graph in said.values() for line in of_graph]
        inferred = "".join(classes[iri] + ruled[iri] for iri in each)
        derived = [line for iri in each for line in each[iri][len(said[f"{iri}/asserted"]) :]]
        data.append(data_with_hierarchy([*told, *derived, *statements(inferred)], terms))
    watch.lap("what the shapes look at")
    reports = [validate(each, shipped_shapes()) for each in data]
    watch.lap("shapes")
    assert all(each.ok for each in reports), "a document violates a shape"
    texts = [nquads({graph: told}) for said in graphs for graph, told in said.items()]
    texts += ["".join(sorted(set(nquads({iri: told}).split("\n")))) for iri, told in cases.items()]
    assert len({hashlib.sha256(each.encode()).digest() for each in texts}) > len(documents)
    watch.lap("sorted and hashed")


def _given(kind: str, many: int) -> list[tuple[Path, bytes]]:
    if kind == "cases":
        return [(path, path.read_bytes()) for path in shipped("cases", "*.yaml")]
    return [(Path(f"{number}.json"), case_line(number)) for number in range(many)]


def print_stages(kind: str, many: int) -> None:
    """Print the best of three runs."""
    given = [] if kind == "packets" else _given(kind, many)
    many = len(given) or many
    runs = [of_documents(given) if given else of_packets(many) for _ in range(3)]
    print(f"\n| {many:,} {kind}, before the store | ms each |\n| --- | --- |")
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
    parser.add_argument("--stages", nargs="?", const="packets", choices=("packets", "synthetic", "cases"))
    asked = parser.parse_args()
    many, path = asked.packets, Path(os.environ["CASEGRAPH_MATERIAL"]) / ARCHIVE
    if asked.stages:
        print_stages(asked.stages, many)
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
