"""The adapters of Neurobagel and of phenopackets in RDF: what they lift, and what they leave."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Dataset

from casegraph.ingest import load_paths
from casegraph.loaders.records import Options
from casegraph.merge.incoming import incoming
from casegraph.namespaces import BASE
from casegraph.store import open_store
from lifted_graphs import EX, FOREIGN, OBO, SIO, case_of, left, lifted

# Phenopackets in RDF


def test_a_packet_in_rdf_is_lifted_as_it_is_told() -> None:
    found = lifted("phenopacket", FOREIGN / "phenopacket.ttl")
    assert list(found) == ["packet-7"]
    case = case_of(found["packet-7"])
    assert (case.label, case.sex) == ("patient B", "female")
    assert case.age is not None
    assert (case.age.years, case.age.at) == (34, "age-p34y11m")
    assert [each.what for each in case.findings.present] == ["HP:0001945 Fever"]
    assert [each.what for each in case.findings.absent] == ["HP:0040324 Heliotrope rash"]
    disorders = case.diagnoses
    assert [each.what for each in disorders.final] == ["MONDO:0016367 dermatomyositis"]
    assert [each.what for each in disorders.considered] == ["MONDO:1010064 anti-MDA5 dermatomyositis"]
    assert [each.what for each in disorders.working] == [
        "MONDO:1010096 clinically amyopathic dermatomyositis"
    ]


def test_a_packet_in_rdf_is_counted_in_and_out() -> None:
    found = incoming(FOREIGN / "phenopacket.ttl")
    assert found.models == ("phenopacket",)
    assert len(found.document.quads) == 195
    assert [each.claims for each in found.mapped] == [5]
    assert {(each.path.removeprefix(EX), each.value, each.reason) for each in found.losses} == {
        ("feature3", "tired", "no-code"),
        ("found1", f"disease {OBO}MONDO_0016367 SOLVED", "no-place"),
        *((f"interpretation{each}", f"id interpretation {each}", "no-place") for each in (1, 2, 3)),
        ("interpretation2", f"genomic interpretation {EX}genomic2 REJECTED", "no-place"),
        ("interpretation3", f"genomic interpretation {EX}genomic3 CANDIDATE", "no-place"),
    }
    assert left(found, "property") == {}
    classes = left(found, "class")
    # The class of every node that holds a value: the packet, eight literals, the values of one sex, three
    # features, one disease and its three interpretations with a diagnosis and a disease each.
    assert classes[f"{SIO}000015"] == 1 + 8 + 1 + 3 + 1 + 3 * 2
    assert classes[f"{OBO}NCIT_C52095"] == 1
    assert len(classes) == 12


# Neurobagel


def test_the_sex_of_a_neurobagel_graph_is_read(material: Path) -> None:
    found = lifted("neurobagel", material / "data" / "neurobagel" / "example_synthetic.jsonld")
    told = {name: (case_of(each).sex, case_of(each).age) for name, each in found.items()}
    assert {name: (sex, age.years if age else None) for name, (sex, age) in told.items()} == {
        "sub-01": ("female", 34),
        "sub-02": ("male", 39),
        "sub-03": ("unknown", 22),
        "sub-04": ("female", 21),
        "sub-05": ("male", 42),
    }


PEOPLE = f"""
PREFIX cg: <{BASE}ontology#>
SELECT DISTINCT ?case ?sex ?years ?what WHERE {{
  ?case a cg:Case ; cg:sex ?sex ; cg:ageYears ?years ; cg:hasDiagnosis/cg:aboutConcept ?what
}}
"""


def test_a_graph_and_a_table_of_the_same_people_are_two_data_sets_that_say_the_same(material: Path) -> None:
    data = material / "data" / "neurobagel"
    graph = incoming(data / "example_synthetic.jsonld", "graph")
    options = Options("table", mapping=FOREIGN / "neurobagel.yaml")
    with open_store(":memory:", writable=True) as store:
        list(load_paths(store, [data / "example_synthetic.tsv"], options))
        for each in graph.mapped:
            store.replace([], each.text)
        answer = store.query(PEOPLE)
        assert isinstance(answer, ox.QuerySolutions)
        rows = [tuple(re.split("[/#]", cell.value)[-1] for cell in row) for row in answer]
        cases = {
            line.split()[0].strip("<>")
            for line in store.dump()
            if line.split()[1] == f"<{BASE}ontology#ageYears>"
        }
    attention = "406506008"
    people = [("sub-02", "male", "39", attention), ("sub-03", "unknown", "22", attention)]
    people.append(("sub-05", "male", "42", attention))
    assert sorted(rows) == sorted(people * 2)
    names = [person[0] for person in people]
    assert cases == {f"{BASE}case/{each}/{name}" for each in ("graph", "table") for name in names}
    # The graph tells the diagnosis at each session, the table once, without its time.
    assert [(each.record, each.claims) for each in graph.mapped] == [
        (names[0], 2),
        (names[1], 1),
        (names[2], 2),
    ]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own use of it
def test_a_neurobagel_graph_is_counted_in_and_out(material: Path) -> None:
    path = material / "data" / "neurobagel" / "example_synthetic.jsonld"
    found = incoming(path)
    assert found.models == ("neurobagel",)
    assert len(found.document.quads) == len(set(Dataset(default_union=True).parse(path, format="json-ld")))
    refused = [problem.message.split()[3] for each in found.refused for problem in each.problems]
    assert refused == [f"{BASE}case/example_synthetic/{name}" for name in ("sub-01", "sub-04")]
    # Of each person the first age in completed years, and the other one not at all. 39.0 is exact.
    persons = [each for each in found.losses if "/406506008 " not in each.path]
    assert sorted((each.record, each.value, each.reason) for each in persons) == [
        ("sub-01", "34.1", "not-exact"),
        ("sub-01", "35.3", "no-place"),
        ("sub-03", "22.1", "not-exact"),
        ("sub-03", "23.2", "no-place"),
        ("sub-04", "21.1", "not-exact"),
        ("sub-04", "22.3", "no-place"),
        ("sub-05", "42.5", "not-exact"),
        ("sub-05", "43.2", "no-place"),
    ]
    properties = {iri.rpartition("/")[2] for iri in left(found, "property")}
    assert {"hasAssessment", "hasSamples"} <= properties
    assert not {"hasAge", "hasSex", "hasDiagnosis", "hasSession", "hasLabel"} & properties
