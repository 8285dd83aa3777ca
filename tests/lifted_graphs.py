"""What the tests of the adapters share: the graphs of foreign models, lifted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from casegraph.loaders.inputs import Input
from casegraph.loaders.paths import inputs
from casegraph.loaders.records import Imported, Options
from casegraph.merge.adapters import Adapter, shipped_adapters
from casegraph.merge.foreign import read_foreign
from casegraph.merge.incoming import Incoming
from casegraph.merge.lift import lift
from casegraph.model import Case

FOREIGN = Path(__file__).parent / "foreign"
SIO, OBO, EX = (
    "http://semanticscience.org/resource/SIO_",
    "http://purl.obolibrary.org/obo/",
    "https://example.org/",
)


def adapter(name: str) -> Adapter:
    return next(each for each in shipped_adapters() if each.name == name)


def sources(*paths: Path) -> list[Input]:
    return [each for each in inputs(paths) if isinstance(each, Input)]


def lifted(name: str, *paths: Path, dataset: str = "x") -> dict[str, Imported]:
    """Return what an adapter makes of files, by the record identifiers."""
    content = ox.Store()
    content.extend(read_foreign("x", sources(*paths)).quads)
    return by_record(each for _, each in lift("x", adapter(name).lifted(content), Options(dataset)))


def by_record(outcomes: Iterable[object]) -> dict[str, Imported]:
    every = list(outcomes)
    found = [each for each in every if isinstance(each, Imported)]
    assert found == every, every
    told = {each.document.report.record.id: each for each in found if each.document.report.record}
    assert len(told) == len(found)
    return told


def case_of(imported: Imported) -> Case:
    return imported.document.cases["1"]


def left(found: Incoming, kind: str) -> dict[str, int]:
    return {each.iri: each.times for each in found.unread if each.kind == kind}
