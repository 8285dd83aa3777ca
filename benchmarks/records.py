"""What it costs to bring published phenopackets in: reading, the way through the stages, the store.

Usage: python benchmarks/records.py [--packets N]; the material is found by CASEGRAPH_MATERIAL.
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

from casegraph.ingest import LoadedRecord, load_records
from casegraph.loaders.formats import Reading, arrivals
from casegraph.loaders.records import Options
from casegraph.store import open_store

ARCHIVE = "data/phenopacket-store-10333.tar.xz"


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
    many = parser.parse_args().packets
    path = Path(os.environ["CASEGRAPH_MATERIAL"]) / ARCHIVE
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
