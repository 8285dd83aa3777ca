"""RDF out: each form is read back by rdflib and by Oxigraph as the same quads; the context is current."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Quad, RdfFormat, parse
from rdflib import Dataset, Graph

from casegraph.errors import InputError
from casegraph.export.rdf import FORMS, write_rdf
from casegraph.loaders import read_document
from casegraph.losses import Loss
from casegraph.resources import shipped
from casegraph.triples import asserted_quads, graphs_of

PROJECT = Path(__file__).resolve().parents[1]
_XSD = "http://www.w3.org/2001/XMLSchema#"
_CG = "https://w3id.org/casegraph/ontology#"
_OXIGRAPH = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
}
_RDFLIB = {"turtle": "turtle", "trig": "trig", "nquads": "nquads", "jsonld": "json-ld"}
#: What a careless writer spoils: digits, parts of dates, text like a name, words that are prefixes too.
_HARD = [
    f'<http://x.org/a> <{_CG}dose> "37.50"^^<{_XSD}decimal> <http://x.org/g> .',
    f'<http://x.org/a> <{_CG}dose> "37.50" <http://x.org/g> .',
    f'<http://x.org/a> <http://x.org/p> "37.50"^^<{_XSD}decimal> <http://x.org/g> .',
    f'<http://x.org/a> <http://x.org/p> "0"^^<{_XSD}integer> <http://x.org/g> .',
    f'<http://x.org/a> <http://x.org/p> "1"^^<{_XSD}integer> <http://x.org/g> .',
    f'<http://x.org/a> <http://x.org/p> "false"^^<{_XSD}boolean> <http://x.org/g> .',
    f'<http://x.org/a> <http://purl.org/dc/terms/issued> "2020"^^<{_XSD}gYear> <http://x.org/g> .',
    f'<http://x.org/b> <http://purl.org/dc/terms/issued> "2020-07"^^<{_XSD}gYearMonth> <http://x.org/g> .',
    f'<http://x.org/c> <http://purl.org/dc/terms/issued> "2020-07-09"^^<{_XSD}date> <http://x.org/g> .',
    f'<http://x.org/a> <{_CG}doi> "10.1/x" <http://x.org/g> .',
    f'<http://x.org/a> <{_CG}gist> "HP:0001945" <http://x.org/g> .',
    f'<http://x.org/a> <{_CG}gist> "Gr\\u00fc\\u00df \\"dich\\"\\n\\\\" <http://x.org/g> .',
    f"<http://x.org/a> <{_CG}aboutConcept> <{_CG}case> <http://x.org/g> .",
    f"<http://x.org/a> <{_CG}aboutConcept> <{_CG}time> <http://x.org/g> .",
    f"<http://x.org/a> <{_CG}aboutConcept> <{_CG}dose> <http://x.org/g> .",
    f"<http://x.org/a> <{_CG}aboutConcept> <{_CG}HP:1> <http://x.org/g> .",
    f"<http://x.org/a> <{_CG}aboutConcept> <https://doi.org//x> <http://x.org/g> .",
    f"<http://x.org/a> <{_CG}aboutConcept> <https://w3id.org/casegraph/term/FOO:1> <http://x.org/g> .",
    f'<http://x.org/a> <{_CG}basis> "a word" <http://x.org/g> .',
    f"<http://x.org/a> <{_CG}gist> <{_CG}stated> <http://x.org/g> .",
    f'<http://x.org/a> <{_CG}gist> "fi\\u00e8vre"@fr <http://x.org/g> .',
    f'<http://x.org/a> <{_CG}gist> "in no graph" .',
]


@pytest.fixture(scope="module")
def corpus() -> str:
    documents = [read_document(path).document for path in shipped("cases", "*.yaml")]
    assert len(documents) > 20
    return "".join(map(asserted_quads, documents))


@pytest.fixture(scope="module")
def seed() -> str:
    return asserted_quads(read_document(shipped("cases", "miao-2020.yaml")[0]).document)


def _written(nquads: str, form: str) -> tuple[bytes, tuple[Loss, ...]]:
    out = io.BytesIO()
    losses = write_rdf([nquads], out, form)
    return out.getvalue(), losses


def _quads(data: bytes, form: str) -> set[Quad]:
    return set(parse(data, format=_OXIGRAPH[form]))


def _by_rdflib(data: bytes | str, form: str) -> set[tuple[str, ...]]:
    dataset = Dataset()
    dataset.parse(data=data, format=_RDFLIB[form])
    return {(s.n3(), p.n3(), o.n3(), str(graph)) for s, p, o, graph in dataset.quads()}


@pytest.mark.parametrize("form", ["trig", "nquads", "jsonld"])
@pytest.mark.parametrize("one_by_one", [False, True])
def test_what_is_hard_to_write_comes_back(form: str, one_by_one: bool) -> None:
    stretches = [f"{line}\n" for line in _HARD] if one_by_one else ["\n".join(_HARD) + "\n"]
    for nquads in stretches:
        data, losses = _written(nquads, form)
        assert losses == ()
        assert _quads(data, form) == _quads(nquads.encode(), "nquads")
        assert _by_rdflib(data, form) == _by_rdflib(nquads, "nquads")
    assert len(stretches) == (len(_HARD) if one_by_one else 1)


@pytest.mark.parametrize("form", ["trig", "nquads", "jsonld"])
def test_the_seed_comes_back_from_each_form_by_both_readers(form: str, seed: str) -> None:
    data, losses = _written(seed, form)
    assert losses == ()
    expected = _quads(seed.encode(), "nquads")
    assert len(expected) == len(seed.splitlines()) > 1000
    assert _quads(data, form) == expected
    assert _by_rdflib(data, form) == _by_rdflib(seed, "nquads")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["trig", "nquads", "jsonld"])
def test_all_cases_come_back_from_each_form(form: str, corpus: str) -> None:
    data, _ = _written(corpus, form)
    assert _quads(data, form) == _quads(corpus.encode(), "nquads")
    assert _by_rdflib(data, form) == _by_rdflib(corpus, "nquads")


def test_turtle_merges_the_graphs_and_says_so(seed: str) -> None:
    data, losses = _written(seed, "turtle")
    assert data.startswith(b"# The graphs are merged")
    document = read_document(shipped("cases", "miao-2020.yaml")[0]).document
    asserted = [each for each in graphs_of(document) if not each.endswith("/inferred")]
    assert [(each.value, each.reason) for each in losses] == [(each, "no-place") for each in asserted]
    triples = {each.triple for each in _quads(seed.encode(), "nquads")}
    assert {each.triple for each in _quads(data, "turtle")} == triples
    assert len(Graph().parse(data=data, format="turtle")) == len(triples)


@pytest.mark.parametrize("form", ["turtle", "trig"])
def test_prefixes_are_declared_and_used(form: str, seed: str) -> None:
    text = _written(seed, form)[0].decode()
    declared = {line.split()[1] for line in text.splitlines() if line.startswith("@prefix")}
    assert {"cg:", "HP:", "MONDO:", "case1:", "report1:"} <= declared
    assert "LOINC:" not in declared
    assert "case1:no-fever-at-onset a cg:AbsentFinding ;" in text
    assert "cg:aboutConcept HP:0001945 ;" in text


def test_json_ld_reads_without_prefixes(seed: str) -> None:
    made = json.loads(_written(seed, "jsonld")[0])
    case = "case:10.1007/s13555-020-00421-8/1"
    (asserted,) = (each for each in made["@graph"] if each["@id"] == f"{case}/asserted")
    nodes: dict[str, Any] = {each["@id"]: each for each in asserted["@graph"]}
    assert nodes[f"{case}#no-fever-at-onset"] == {
        "@id": f"{case}#no-fever-at-onset",
        "@type": "AbsentFinding",
        "aboutConcept": "HP:0001945",
        "at": f"{case}#onset",
        "basis": "stated",
        "statedIn": "report:10.1007/s13555-020-00421-8#c1-3",
    }
    assert nodes[f"{case}#il2-weekly"]["dose"] == "1000000"
    assert nodes[case]["sex"] == "female"
    assert f"{case}#no-fever-at-onset" in nodes[case]["excludesFinding"]
    # what is not in use is not declared
    assert "LOINC" not in made["@context"]
    assert "patientCount" not in made["@context"]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_same_quads_in_any_order_and_process_are_the_same_bytes(form: str, seed: str) -> None:
    lines = seed.splitlines(keepends=True)
    expected, _ = _written(seed, form)
    assert _written("".join(reversed(lines)) + lines[0], form)[0] == expected
    program = (
        "import sys; from casegraph.export.rdf import write_rdf;"
        f"write_rdf(sys.stdin.buffer, sys.stdout.buffer, {form!r})"
    )
    for hashes in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", program],
            input=seed.encode(),
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": hashes},
        )
        assert run.stdout == expected


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_written_as_nothing(form: str) -> None:
    data, losses = _written("", form)
    assert losses == ()
    assert _quads(data, form) == set()


def test_another_form_is_refused() -> None:
    with pytest.raises(InputError, match="rdfxml"):
        write_rdf([], io.BytesIO(), "rdfxml")


def test_the_context_is_current() -> None:
    spec = importlib.util.spec_from_file_location("make_context", PROJECT / "tools" / "make_context.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (path,) = shipped("ontology", "context.jsonld")
    made = module.context(PROJECT / "ontology" / "casegraph.ttl")
    assert path.read_text(encoding="utf-8") == made, "run tools/make_context.py"


@pytest.mark.slow
def test_the_context_has_a_key_for_each_property_and_says_what_its_values_are() -> None:
    (path,) = shipped("ontology", "context.jsonld")
    terms = json.loads(path.read_text(encoding="utf-8"))["@context"]
    assert terms["hasFinding"] == {"@id": "cg:hasFinding", "@type": "@id"}
    assert terms["aboutConcept"] == {"@id": "cg:aboutConcept", "@type": "@vocab"}
    assert terms["direction"] == {"@id": "cg:direction", "@type": "@vocab"}
    assert terms["dose"] == {"@id": "cg:dose", "@type": "xsd:decimal"}
    assert terms["charStart"] == {"@id": "cg:charStart", "@type": "xsd:integer"}
    assert terms["gist"] == "cg:gist"
    assert terms["HP"] == {"@id": "http://purl.obolibrary.org/obo/HP_", "@prefix": True}
    assert terms["doi"] == "cg:doi"
    properties = (
        Graph()
        .parse(PROJECT / "ontology" / "casegraph.ttl")
        .query(
            "SELECT DISTINCT ?it {"
            " VALUES ?kind { owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty }"
            f" ?it a ?kind FILTER(STRSTARTS(STR(?it), '{_CG}')) }}"
        )
    )
    names = {str(row[0]).removeprefix(_CG) for row in properties}  # type: ignore[index]
    assert len(names) > 200
    assert names <= terms.keys()
