"""What programs are told of the stored queries; what is expected stands in their files."""

from __future__ import annotations

import msgspec
import pytest
import yaml
from pyoxigraph import RdfFormat
from rdflib import RDF, SH, Graph

from casegraph.query import get_query, stored_queries
from casegraph.resources import shipped
from casegraph.serve.telling.catalogue import about, all_queries, query_rdf
from casegraph.serve.telling.service import Service

SERVICE = Service(base="http://localhost:7878/")


def test_the_list_has_every_query() -> None:
    found = msgspec.json.decode(msgspec.json.encode(all_queries(SERVICE)))
    assert [each["name"] for each in found] == [path.stem for path in shipped("queries", "*.rq")]
    assert len(found) >= 60
    assert {each["links"]["self"] for each in found} == {
        f"http://localhost:7878/queries/{name}" for name in stored_queries()
    }


@pytest.mark.parametrize("name", stored_queries())
def test_a_query_is_told_as_its_file_tells_it(name: str) -> None:
    (path,) = shipped("queries", f"{name}.rq")
    lines = path.read_text(encoding="utf-8").splitlines()
    head = yaml.safe_load("\n".join(line[2:] for line in lines if line.startswith("#+")))
    found = msgspec.json.decode(msgspec.json.encode(about(SERVICE, get_query(name))))
    assert (found["summary"], found["question"]) == (head["summary"], head["question"])
    assert (found["tags"], found["returns"]) == (head["tags"], head["returns"])
    assert found["description"].split() == head.get("description", "").split()
    assert found["parameters"].keys() == head.get("parameters", {}).keys()
    for key, parameter in head.get("parameters", {}).items():
        told = found["parameters"][key]
        assert (told["type"], told["label"]) == (parameter["type"], parameter["label"])
        assert told["example"] in found["text"]
    assert found["text"] == path.read_text(encoding="utf-8")


def test_a_value_has_its_list() -> None:
    parameter = about(SERVICE, get_query("refractory_cases")).parameters["refractory"]
    assert parameter.values["twoLinesDefinition"] == "two-lines"
    assert parameter.example == "cg:authorsDefinition"


@pytest.mark.parametrize("form", [RdfFormat.TURTLE, RdfFormat.JSON_LD, RdfFormat.N_TRIPLES])
def test_a_query_is_one_example_as_rdf(form: RdfFormat) -> None:
    text = query_rdf(SERVICE, get_query("drug_responses"), form)
    graph = Graph().parse(data=text, format=form.media_type)
    assert len(set(graph.subjects(RDF.type, SH.SPARQLSelectExecutable))) == 1
