"""Measures casegraph beside the plain way of doing the same and writes docs/benchmarks.md.

Every figure is the median of several runs on one machine; read the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import deriving
import identity_pairs
import pytest
import records
import scale
from stages import DERIVING, timed

from casegraph.ingest import Loaded, load, prepare
from casegraph.resources import shipped
from casegraph.rules import data_with_hierarchy
from casegraph.store import open_store
from casegraph.terms import shipped_terms

ROOT = Path(__file__).resolve().parents[1]
CASE = next(path for path in shipped("cases", "*.yaml") if path.stem == "miao-2020")
#: a row of the table -> the stages in it.
PARTS = {
    "read": ("read",),
    "check": ("check",),
    "quads": ("quads", "digests"),
    "derive": DERIVING,
    "validate": ("what the shapes look at", "shapes"),
    "store": ("store",),
}
RUNS = 9
NAIVE_RUNS = 3
#: sizes of stores of synthetic cases; the largest that other ways go through.
SIZES = (1_000, 10_000)
MOST_OF_OTHERS = 10_000
CASES_OF_STAGES, PACKETS = 400, 2_000
_OPEN_ONLY = """
import sys, pyoxigraph
store = pyoxigraph.Store.read_only(sys.argv[1])
text = open(sys.argv[2], encoding="utf-8").read()
print(sum(1 for _ in store.query(text, use_default_graph_as_union=True)))
"""


def seconds(call: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median time of a call after one run to warm up."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def command(*words: str) -> Callable[[], object]:
    """Return a call that runs a command in a new process."""
    return lambda: subprocess.run(words, check=True, capture_output=True)


def cold_start(store: str) -> list[tuple[str, float, str]]:
    """Time new processes: a bare script that opens the store and asks, the help, the same query by name."""
    program = str(Path(sys.executable).with_name("casegraph"))
    query = next(path for path in shipped("queries", "*.rq") if path.stem == "cases_by_finding")
    (data,) = Path(store).glob("data-*")
    bare = seconds(command(sys.executable, "-c", _OPEN_ONLY, str(data), str(query)))
    rows = [("a bare script that opens the store and asks", bare)]
    rows.append(("casegraph --help", seconds(command(program, "--help"))))
    look_up = command(program, "query", query.stem, "--store", store, "-f", "csv")
    rows.append((f"casegraph query {query.stem}", seconds(look_up)))
    bound = command(program, "query", query.stem, "-p", "finding=Pruritus", "--store", store, "-f", "csv")
    rows.append((f"casegraph query {query.stem} -p finding=Pruritus", seconds(bound)))
    return [(name, each, f"{each / bare:.1f}") for name, each in rows]


def term_look_up() -> list[tuple[str, float, str]]:
    """Time new processes: one that only imports click, and look-ups of terms among whole HP and MONDO."""
    program = str(Path(sys.executable).with_name("casegraph"))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEGRAPH_VOCABULARY", folder)
        command(program, "vocab", "add", "hpo3", "cellxgene-ontology-guide:MONDO")()
        bare = seconds(command(sys.executable, "-c", "import click"))
        rows = [("python, import click", bare)]
        for text in ("MONDO:1010089", "dermatomyositis", "dermatomiositis", "hypomyopatic dermatomyositis"):
            rows.append((f"casegraph term '{text}'", seconds(command(program, "term", text))))
    return [(name, each, f"{each / bare:.1f}") for name, each in rows]


def checking() -> list[tuple[str, float, str]]:
    """Time new processes: one that only imports click, the check of one case and of the whole corpus."""
    program = str(Path(sys.executable).with_name("casegraph"))
    files = shipped("cases", "*.yaml")
    bare = seconds(command(sys.executable, "-c", "import click"))
    singly = sum(seconds(command(program, "check", str(path)), runs=1) for path in files)
    rows = [
        ("python, import click", bare),
        (f"casegraph check {CASE.name}", seconds(command(program, "check", str(CASE)))),
        (
            f"casegraph check, all {len(files)} in one call",
            seconds(command(program, "check", *map(str, files))),
        ),
        (f"casegraph check, {len(files)} calls one after the other", singly),
    ]
    return [(name, each, f"{each / bare:.1f}") for name, each in rows]


def stages() -> dict[str, float]:
    """Return the median time of each stage of loading the case into a new store on disk."""
    laps: dict[str, list[float]] = {}
    for _ in range(RUNS + 1):
        with (
            tempfile.TemporaryDirectory() as folder,
            open_store(Path(folder, "store"), writable=True) as store,
            timed() as spent,
        ):
            (loaded,) = load(store, [CASE])
        assert isinstance(loaded, Loaded)
        for name, parts in PARTS.items():
            laps.setdefault(name, []).append(sum(spent[each] for each in parts))
    return {name: statistics.median(each[1:]) for name, each in laps.items()}


def naive(asserted: str) -> dict[str, float]:
    """Do the same with rdflib, owlrl and pyshacl: parse, close under RDFS, validate, keep in memory."""
    import owlrl
    import pyshacl
    import rdflib

    shapes = rdflib.Graph()
    for path in shipped("shapes", "*.ttl"):
        shapes.parse(path)
    data = data_with_hierarchy(asserted, shipped_terms())
    graph = rdflib.Graph().parse(data=data, format="nt")
    closed = rdflib.Graph().parse(data=data, format="nt")

    def close() -> None:
        owlrl.DeductiveClosure(owlrl.RDFS_Semantics).expand(rdflib.Graph().parse(data=data, format="nt"))

    return {
        "quads": seconds(lambda: rdflib.Dataset().parse(data=asserted, format="nquads"), NAIVE_RUNS),
        "derive": seconds(close, NAIVE_RUNS)
        - seconds(lambda: rdflib.Graph().parse(data=data, format="nt"), NAIVE_RUNS),
        "validate": seconds(
            lambda: pyshacl.validate(graph, shacl_graph=shapes, inference="none"), NAIVE_RUNS
        ),
        "store": seconds(lambda: rdflib.Graph().parse(data=closed.serialize(format="nt"), format="nt"), 1),
    }


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def one_case() -> str:
    """Return the section of the seed case, stage by stage, beside the plain way."""
    prepared = prepare(CASE)
    ours, theirs = stages(), naive(prepared.asserted)
    quads = prepared.asserted.count("\n"), prepared.inferred.count("\n")
    rows = [
        (name, f"{1000 * each:.1f}", f"{1000 * theirs[name]:.0f}", f"{theirs[name] / each:.0f}")
        if name in theirs
        else (name, f"{1000 * each:.1f}", "-", "-")
        for name, each in ours.items()
    ]
    shared = [name for name in ours if name in theirs]
    total, plain = sum(ours[name] for name in shared), sum(theirs[name] for name in shared)
    rows.append(("these together", f"{1000 * total:.1f}", f"{1000 * plain:.0f}", f"{plain / total:.0f}"))
    return f"""## Loading the case of Miao et al. 2020, stage by stage

{prepared.claims} claims, {quads[0]} asserted and {quads[1]} inferred quads:
{quads[0] / prepared.claims:.1f} + {quads[1] / prepared.claims:.1f} a claim.

{table(("stage", "casegraph, ms", "plain way, ms", "ratio"), rows)}
The plain way is rdflib for the quads and the store (in memory), owlrl's RDFS closure for what follows, and
pyshacl with the same shapes for validation. It has no document to read or check, solves no time and derives
no regimen. casegraph's store is on disk and flushed before the load is acknowledged.
"""


def new_processes() -> str:
    """Return the sections of what a new process takes to its first answer."""
    with tempfile.TemporaryDirectory() as folder:
        with open_store(Path(folder, "store"), writable=True) as store:
            tuple(load(store, [CASE]))
        cold = cold_start(str(Path(folder, "store")))
    looked_up, checked = term_look_up(), checking()
    return f"""## A new process to its first answer

{_in_ms(cold)}
The bare script imports pyoxigraph, opens the same store for reading and asks the same query.
The goal, twice its time, is missed: importing click takes as long as all of it.

## A term among whole HP and MONDO, in a new process

{_in_ms(looked_up)}
HP is that of hpo3 {version("hpo3")}; MONDO that of cellxgene-ontology-guide
{version("cellxgene-ontology-guide")}; both added before by `casegraph vocab add`. The last two are misspelt.
The goal is 150 ms.

## Checking case documents, in a new process

{_in_ms(checked)}
One call for all is {checked[3][1] / checked[2][1]:.0f} times as fast as one for each. The goals are 500 ms
for one case, and 10 times.
"""


def _in_ms(rows: list[tuple[str, float, str]]) -> str:
    return table(("what", "ms", "ratio"), [(name, f"{1000 * each:.0f}", ratio) for name, each, ratio in rows])


def before_the_store(kinds: Sequence[str]) -> str:
    """Return the section of what a case takes of the processor before the store."""
    tables = "\n".join(records.table_of_stages(kind, CASES_OF_STAGES) for kind in kinds)
    return f"""## What a case takes of the processor before the store

In one process, 200 cases at a time; the best of three runs.

{tables}"""


def page(copies: int, sizes: Sequence[int]) -> Iterator[str]:
    """Run everything and yield the sections of the page.

    :param copies: how many copies of the corpus are loaded to measure what derivation costs.
    :param sizes: of stores of synthetic cases.
    """
    programs = ("pyoxigraph", "shacl", "rdflib", "pyshacl", "owlrl", "duckdb")
    versions = ", ".join(f"{name} {version(name)}" for name in programs)
    yield f"""# Benchmarks

Made by `make bench`; medians of {RUNS} runs ({NAIVE_RUNS} for the plain way) in one go: read the
ratios. {platform.python_implementation()} {platform.python_version()}, {versions}, {os.cpu_count()} cores.
"""
    yield new_processes()
    yield one_case()
    yield deriving.section(deriving.deriving(copies))
    material = os.environ.get("CASEGRAPH_MATERIAL")
    yield before_the_store(records.KINDS if material else records.KINDS[1:])
    if material:
        yield records.section(Path(material) / records.ARCHIVE, PACKETS)
        yield identity_pairs.section(Path(material) / "data")
    for size in sizes:
        small = size <= MOST_OF_OTHERS
        yield scale.section(scale.Asked(size, min(300, size // 30) if small else 0, small, small))


def main() -> None:
    """Write the page, section by section."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--copies", type=int, default=deriving.COPIES, help="copies of the corpus to load")
    options.add_argument("--cases", type=int, nargs="*", default=SIZES, help="sizes of stores")
    asked = options.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # programs that are installed have their bytecode
    sections = []
    for each in page(asked.copies, asked.cases):
        sys.stdout.write(f"{each}\n")
        sys.stdout.flush()
        sections.append(each)
        (ROOT / "docs" / "benchmarks.md").write_text("\n".join(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
