"""A load of very many cases, the least that it can take, the plain way, and what servers take for it."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import time
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
from servers import has_virtuoso, oxigraph, virtuoso
from synthetic import SEED, case_line

from casegraph.ingest import prepare
from casegraph.loaders.inputs import Input
from casegraph.loaders.json_lines import each_line
from casegraph.resources import shipped
from casegraph.rules import data_with_hierarchy
from casegraph.store import open_store
from casegraph.terms import shipped_terms
from casegraph.validate import shipped_shapes, validate

__all__ = ["bare", "kept", "loaded", "plain", "served", "validated", "written"]

#: A process has at least the memory of the one that started it, so a small one in between starts it.
_MEMORY = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def written(folder: Path, many: int) -> Path:
    """Write synthetic case documents, one a line, and return the file."""
    path = folder / "cases.jsonl"
    with path.open("wb") as file:
        for number in range(many):
            file.write(case_line(number, SEED).rstrip(b"\n") + b"\n")
    return path


def kept(store: Path, folder: Path) -> dict[str, float]:
    """Return the seconds that the commands take that keep a store; each finds nothing wrong."""
    program = str(Path(sys.executable).with_name("casegraph"))
    copy, again, found = folder / "backup", folder / "restored", {}
    for words in (
        ("verify", "--store", store),
        ("backup", copy, "--store", store),
        ("restore", copy, "--store", again),
    ):
        begun = time.perf_counter()
        subprocess.run([program, *map(str, words)], check=True, capture_output=True)
        found[f"casegraph {words[0]}"] = time.perf_counter() - begun
    shutil.rmtree(copy)
    shutil.rmtree(again)
    return found


def loaded(source: Path, store: Path, jobs: int) -> tuple[float, float]:
    """Load with several processes; return the seconds, and the MiB that the largest of them took at most."""
    program = str(Path(sys.executable).with_name("casegraph"))
    words = [program, "load", str(source), "--jobs", str(jobs), "--store", str(store)]
    begun = time.perf_counter()
    told = subprocess.run([sys.executable, "-c", _MEMORY, *words], check=True, capture_output=True)
    return time.perf_counter() - begun, int(told.stdout) / 1024


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


def plain(source: Path, many: int) -> tuple[float, float]:
    """Return the seconds a case of the plain way: rdflib, owlrl, pyshacl; and those of pyshacl alone.

    It has the same quads and shapes, and no documents to read.
    """
    import owlrl
    import pyshacl
    import rdflib

    shapes, store = rdflib.Graph(), rdflib.Dataset()
    for path in shipped("shapes", "*.ttl"):
        shapes.parse(path)
    texts = [prepare(each).asserted for each in islice(each_line(Input.of(source)), many)]
    begun, validating = time.perf_counter(), 0.0
    for text in texts:
        graph = rdflib.Graph().parse(data=data_with_hierarchy(text, shipped_terms()), format="nt")
        given = rdflib.Graph().parse(data=data_with_hierarchy(text, shipped_terms()), format="nt")
        owlrl.DeductiveClosure(owlrl.RDFS_Semantics).expand(graph)
        start = time.perf_counter()
        pyshacl.validate(given, shacl_graph=shapes, inference="none")
        validating += time.perf_counter() - start
        store.parse(source=io.BytesIO(text.encode()), format="nquads")
    return (time.perf_counter() - begun) / len(texts), validating / len(texts)


def validated(source: Path, many: int) -> float:
    """Return the seconds a case of the shapes by the fast engine on one core; it gets what pyshacl gets."""
    documents = (prepare(each) for each in islice(each_line(Input.of(source)), many))
    texts = [data_with_hierarchy(each.asserted, shipped_terms()) for each in documents]
    begun = time.perf_counter()
    reports = [validate(text, shipped_shapes()) for text in texts]
    took = (time.perf_counter() - begun) / len(texts)
    assert all(each.ok for each in reports)
    return took


def served(quads: Path, folder: Path) -> dict[str, float]:
    """Return the seconds that real servers take for the same quads, by the fastest way that each has."""
    found = {}
    (folder / "oxigraph").mkdir()
    with oxigraph(folder / "oxigraph") as address:
        found["Oxigraph server, one request"] = _posted(address, quads)
    if has_virtuoso():
        (folder / "virtuoso").mkdir()
        begun = time.perf_counter()
        with virtuoso(folder / "virtuoso", loaded=quads):
            found["Virtuoso 7, its own loader, one thread, start included"] = time.perf_counter() - begun
    return found


def _posted(address: str, quads: Path) -> float:
    begun, server = time.perf_counter(), HTTPConnection(address.removeprefix("http://"))
    with quads.open("rb") as file:
        head = {"Content-Type": "application/n-quads", "Content-Length": str(quads.stat().st_size)}
        server.request("POST", "/store?no_transaction", file, head)
        assert server.getresponse().status < HTTPStatus.MULTIPLE_CHOICES
    return time.perf_counter() - begun
