"""What it costs to bring published phenopackets in: reading, the way through the stages, the store.

Usage: python benchmarks/records.py [--packets N] [--stages [KIND]]; CASEGRAPH_MATERIAL leads to the packets.
``--stages`` prints what each stage before the store takes of the processor, the best of three runs: of
``packets``, of ``synthetic`` case documents (JSON), or of the shipped ``cases`` (YAML).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tarfile
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path

from stages import timed
from synthetic import case_line

from casegraph.ingest import LoadedRecord, load_records
from casegraph.ingest.labels import OtherLabels
from casegraph.ingest.mapping import Mapped, Refused, map_documents, map_records
from casegraph.loaders.formats import Reading, arrivals
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Options
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.terms import all_terms
from casegraph.validate import shipped_shapes

ARCHIVE = "data/phenopacket-store-10333.tar.xz"
BATCH = 200


def _packets(many: int) -> Iterator[list[Mapped | Refused]]:
    """Map so many published packets; each batch is of no use but to take its time."""
    terms = all_terms()
    labels = OtherLabels(terms)
    found = Reading(Options("bench")).read(arrivals(Path(os.environ["CASEGRAPH_MATERIAL"]) / ARCHIVE))
    waiting = islice(found, many)
    while batch := list(islice(waiting, BATCH)):
        yield map_records(batch, terms, shipped_shapes(), labels, in_threads=False)


def _documents(inputs: list[Input]) -> Iterator[list[Mapped | Refused]]:
    for at in range(0, len(inputs), BATCH):
        yield map_documents(inputs[at : at + BATCH], all_terms(), shipped_shapes(), in_threads=False)


def _inputs(kind: str, many: int) -> list[Input]:
    if kind == "cases":
        return [Input.of(path) for path in shipped("cases", "*.yaml")]
    return [Input(f"{number}.json", partial(BytesIO, case_line(number))) for number in range(many)]


def of_stages(kind: str, many: int) -> tuple[int, dict[str, float]]:
    """Return of how many, and what each stage before the store takes of the processor, in seconds."""
    inputs = [] if kind == "packets" else _inputs(kind, many)
    with timed(time.process_time) as spent:
        begun, done = time.process_time(), 0
        for batch in _packets(many) if kind == "packets" else _documents(inputs):
            assert all(isinstance(each, Mapped) for each in batch), "one was refused"
            done += len(batch)
        rest = time.process_time() - begun - sum(spent.values())
    return done, {**spent, "the rest, with unpacking and reading of packets": rest}


def print_stages(kind: str, many: int) -> None:
    """Print the best of three runs."""
    runs = [of_stages(kind, many) for _ in range(3)]
    done = runs[0][0]
    print(f"\n| {done:,} {kind}, before the store | ms each |\n| --- | --- |")
    best = {stage: min(run[stage] for _, run in runs) / done * 1000 for stage in runs[0][1]}
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
