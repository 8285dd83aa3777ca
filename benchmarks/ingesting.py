"""Measures a load of very many cases beside the least that it can take, and beside the plain way, in one run.

Usage: ``python benchmarks/ingesting.py --cases 10000 --naive 300``; it prints its part of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
from synthetic import SEED, case_line

from casegraph.ingest import prepare
from casegraph.loaders.inputs import Input
from casegraph.loaders.json_lines import each_line
from casegraph.resources import shipped
from casegraph.rules import data_with_hierarchy
from casegraph.store import open_store
from casegraph.terms import shipped_terms


def written(folder: Path, many: int) -> Path:
    """Write synthetic case documents, one a line, and return the file."""
    path = folder / "cases.jsonl"
    with path.open("wb") as file:
        for number in range(many):
            file.write(case_line(number, SEED).rstrip(b"\n") + b"\n")
    return path


def loaded(source: Path, store: Path, jobs: int) -> tuple[float, float]:
    """Load with several processes; return the seconds, and the MiB that the largest of them took at most."""
    begun = time.perf_counter()
    words = ["load", str(source), "--jobs", str(jobs), "--store", str(store)]
    program = str(Path(sys.executable).with_name("casegraph"))
    subprocess.run([program, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lasted = time.perf_counter() - begun
    return lasted, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def bare(store: Path, folder: Path) -> tuple[float, int]:
    """Load the same quads by one bulk load into Oxigraph alone; return the seconds, and how many."""
    with open_store(store) as opened, (folder / "quads.nq").open("wb") as file:
        quads = 0
        for line in opened.dump():
            file.write(f"{line}\n".encode())
            quads += 1
    begun = time.perf_counter()
    other = ox.Store(folder / "bare")
    other.bulk_load(path=folder / "quads.nq", format=ox.RdfFormat.N_QUADS)
    other.flush()
    return time.perf_counter() - begun, quads


def plain(source: Path, many: int) -> float:
    """Return the seconds a case of the plain way: rdflib, owlrl, pyshacl, with the same quads and shapes."""
    import owlrl
    import pyshacl
    import rdflib

    shapes, store = rdflib.Graph(), rdflib.Dataset()
    for path in shipped("shapes", "*.ttl"):
        shapes.parse(path)
    texts = [prepare(each).asserted for each in islice(each_line(Input.of(source)), many)]
    begun = time.perf_counter()
    for text in texts:
        graph = rdflib.Graph().parse(data=data_with_hierarchy(text, shipped_terms()), format="nt")
        owlrl.DeductiveClosure(owlrl.RDFS_Semantics).expand(graph)
        pyshacl.validate(graph, shacl_graph=shapes, inference="none")
        store.parse(source=io.BytesIO(text.encode()), format="nquads")
    return (time.perf_counter() - begun) / len(texts)


def section(many: int, of_plain: int, jobs: int) -> str:
    """Return the section of the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = written(folder, many)
        ours, memory = loaded(source, folder / "store", jobs)
        least, quads = bare(folder / "store", folder)
        size = sum(path.stat().st_size for path in (folder / "store").glob("data-*/*"))
        theirs = plain(source, min(many, of_plain)) * many
    rows = (
        (f"casegraph load --jobs {jobs}: read, check, derive, validate, load, flush", ours),
        ("one bulk load of the same quads, nothing else", least),
        (f"rdflib, owlrl, pyshacl (of {min(many, of_plain)} cases, times as many)", theirs),
    )
    table = "".join(
        f"| {what} | {took:,.0f} | {many / took:,.0f} | {took / ours:.2f} |\n" for what, took in rows
    )
    return f"""## Loading very many cases

{many:,} synthetic cases (`benchmarks/synthetic.py`, seed {SEED}) as JSON in the lines of a file;
{quads / many:.0f} quads a case with the ledger. `python benchmarks/ingesting.py --cases {many}`, on
{os.cpu_count()} cores.

| way | s | cases a second | times as long |
| --- | --- | --- | --- |
{table}
{memory:,.0f} MiB at most for one of the processes; {size / quads:.0f} bytes a quad on the disk.
"""


def main() -> None:
    """Print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--naive", type=int, default=300, help="cases of the plain way")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    sys.stdout.write(section(options.cases, options.naive, options.jobs))


if __name__ == "__main__":
    main()
