"""The W3C test suite of SHACL, with both engines, result by result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import RDF, SH, Graph, Namespace
from rdflib.term import Node

from casegraph.errors import ShapesError
from casegraph.validate import Report, read_data, read_shapes, validate
from casegraph.validate.documents import named_owner, owners
from casegraph.validate.paths import sparql_path
from casegraph.validate.rdflib_terms import ntriples, rdflib_graph

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class W3CTest:
    """One test: what to check, and the report the standard asks for; None where it asks for a failure."""

    name: str
    data: Path
    shapes: Path
    conforms: bool
    rows: set[Row] | None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "engine", "found", "known_to_differ"),
    [
        ("core", "shacl", 98, set()),
        # rdflib takes "1"^^xsd:boolean for true, the standard's sh:uniqueLang does not.
        ("core", "pyshacl", 98, {"core/property/uniqueLang-002"}),
        ("sparql", "shacl", 23, set()),
        # pyshacl follows no owl:imports from prefixes and has no $shapesGraph: both end in an error.
        ("sparql", "pyshacl", 23, {"sparql/node/prefixes-001", "sparql/pre-binding/shapesGraph-001"}),
    ],
)
def test_report_is_the_one_the_standard_asks_for(
    material: Path, part: str, engine: str, found: int, known_to_differ: set[str]
) -> None:
    tests = list(_tests(material / "w3c/data-shapes-test-suite/tests", part))
    assert len(tests) == found
    assert {test.name for test in tests if not _passes(test, engine)} == known_to_differ


def _passes(test: W3CTest, engine: str) -> bool:
    try:
        report = validate(read_data(test.data), read_shapes([test.shapes]), engine=engine)
    except ShapesError:
        return test.rows is None
    return report.conforms == test.conforms and _rows(report) == test.rows


def _rows(report: Report) -> set[Row]:
    return {(r.focus, r.path, r.component, r.severity, r.value, r.shape) for r in report.results}


def _tests(root: Path, part: str) -> Iterator[W3CTest]:
    for path in sorted((root / part).rglob("*.ttl")):
        text = read_data(path)
        manifest, leads_from = (
            rdflib_graph(text),
            owners([quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)]),
        )
        for test in manifest.subjects(RDF.type, SHT.Validate):
            action, result = manifest.value(test, MF.action), manifest.value(test, MF.result)
            assert action is not None
            assert result is not None
            rows = {_expected(row, manifest, leads_from) for row in manifest.objects(result, SH.result)}
            yield W3CTest(
                name=str(path.relative_to(root).with_suffix("")),
                data=_path(manifest.value(action, SHT.dataGraph)),
                shapes=_path(manifest.value(action, SHT.shapesGraph)),
                conforms=str(manifest.value(result, SH.conforms)) == "true",
                rows=None if result == SHT.Failure else rows,
            )


def _path(iri: Node | None) -> Path:
    return Path(unquote(urlsplit(str(iri)).path))


def _expected(row: Node, manifest: Graph, leads_from: Mapping[str, str]) -> Row:
    path, value = manifest.value(row, SH.resultPath), manifest.value(row, SH.value)
    return (
        ntriples(manifest.value(row, SH.focusNode)),
        None if path is None else sparql_path(path, manifest),
        ntriples(manifest.value(row, SH.sourceConstraintComponent)),
        ntriples(manifest.value(row, SH.resultSeverity)),
        None if value is None else ntriples(value),
        named_owner(ntriples(manifest.value(row, SH.sourceShape)), leads_from),
    )
