"""What it costs to bring published phenopackets in: reading, the way through the stages, the store.

Usage: python benchmarks/records.py [--packets N] [--stages [KIND]]; CASEGRAPH_MATERIAL leads to the packets.
``--stages`` prints what each stage before the store takes of the processor, the best of three runs: of
``packets``, of ``synthetic`` case documents (JSON), or of the shipped ``cases`` (YAML).
"""

from __future__ import annotations

import argparse
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path

from ingesting import bare, loaded
from stages import timed
from synthetic import case_line

from casegraph.facts import case_iris
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
KINDS = ("packets", "synthetic", "cases")


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


def table_of_stages(kind: str, many: int) -> str:
    """Return the best of three runs as a table."""
    runs = [of_stages(kind, many) for _ in range(3)]
    done = runs[0][0]
    best = {stage: min(run[stage] for _, run in runs) / done * 1000 for stage in runs[0][1]}
    every = {**best, "together": sum(best.values())}
    lines = (f"| {stage} | {cost:.2f} |\n" for stage, cost in every.items())
    return f"| {done:,} {kind}, before the store | ms each |\n| --- | --- |\n{''.join(lines)}"


def plain(path: Path, many: int) -> float:
    """Return the seconds that unpacking and parsing the JSON alone take."""
    begun = time.perf_counter()
    with tarfile.open(path) as archive:
        files = (archive.extractfile(each) for each in archive if each.name.endswith(".json"))
        for file in islice((each for each in files if each is not None), many):
            json.load(file)
    return time.perf_counter() - begun


def section(archive: Path, many: int) -> str:
    """Return the section of the page: a part of the packets stage by stage, and all of them by processes.

    :param archive: that of the published packets.
    :param many: how many go in one process.
    """
    bare_parse = plain(archive, many)
    begun = time.perf_counter()
    outcomes = list(islice(Reading(Options("bench")).read(arrivals(archive)), many))
    read = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(folder / "one", writable=True) as store:
            begun = time.perf_counter()
            arrived = [each for each in load_records(store, outcomes) if isinstance(each, LoadedRecord)]
            load = time.perf_counter() - begun
        jobs = os.cpu_count() or 1
        every, memory = loaded(archive, folder / "store", jobs)
        least, quads = bare(folder / "store", folder)
        with open_store(folder / "store") as store:
            packets = len(case_iris(store))
    rows = (
        ("unpack and parse the JSON alone", many, bare_parse),
        ("unpack, tell the format, read to cases and losses", many, read),
        ("quads, derive, validate, store; one process, in place", len(arrived), load),
        (f"casegraph load --jobs {jobs} of all", packets, every),
        ("one bulk load of the quads of all, nothing else", packets, least),
    )
    lines = (f"| {what} | {of:,} | {took:.1f} | {took / of * 1000:.2f} |\n" for what, of, took in rows)
    return f"""## Published phenopackets, from the archive to the store

| way | packets | s | ms a packet |
| --- | --- | --- | --- |
{"".join(lines)}
All of them at {least / every:.2f} of the rate of the bare bulk load; {quads / packets:.0f} quads a packet
with the ledger; {memory:,.0f} MiB at most for one process.
"""


def main() -> None:
    """Measure side by side and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=2_000)
    parser.add_argument("--stages", nargs="?", const="packets", choices=KINDS)
    asked = parser.parse_args()
    if asked.stages:
        print(table_of_stages(asked.stages, asked.packets))
    else:
        print(section(Path(os.environ["CASEGRAPH_MATERIAL"]) / ARCHIVE, asked.packets))


if __name__ == "__main__":
    main()
