"""Cases read back out of their triples are the cases that were written."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.loaders import read_document
from casegraph.model import Case, CaseDocument, Group
from casegraph.resources import shipped
from casegraph.terms import shipped_terms
from casegraph.triples import (
    Triples,
    asserted_quads,
    graphs_of,
    read_curation,
    read_passages,
    read_report,
    read_subject,
    report_iri,
    subject_iri,
    subjects,
)

CASES = shipped("cases", "*.yaml")


def read_back(document: CaseDocument) -> CaseDocument:
    """Return a document made of nothing but the quads of another."""
    quads = list(ox.parse(asserted_quads(document).encode(), format=ox.RdfFormat.N_QUADS))
    label = shipped_terms().label

    def graph(name: str) -> Triples:
        return Triples((each for each in quads if each.graph_name == ox.NamedNode(name)), label)

    report = report_iri(document.report)
    cases: dict[str, Case] = {}
    groups: dict[str, Group] = {}
    curation = None
    for iri, _ in subjects(document):
        subject = read_subject(iri, graph(f"{iri}/asserted"))
        if isinstance(subject, Case):
            cases[iri.rpartition("/")[2]] = subject
        else:
            groups[iri.rpartition("/")[2]] = subject
        curation = read_curation(iri, graph(f"{iri}/provenance"))
    return CaseDocument(
        casegraph=1,
        report=read_report(report, graph(report)),
        curation=curation,
        passages=read_passages(graph(report)),
        cases=cases,
        groups=groups,
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_document_is_read_back_out_of_its_quads(path: Path) -> None:
    document = read_document(path).document
    again = read_back(document)
    assert asserted_quads(again) == asserted_quads(document)
    assert graphs_of(again) == graphs_of(document)
    assert set(again.cases) == set(document.cases) and set(again.groups) == set(document.groups)


def test_labels_and_numbers_come_back() -> None:
    (path,) = shipped("cases", "miao-2020.yaml")
    document = read_document(path).document
    seed = read_back(document).cases["1"]
    told = document.cases["1"]
    assert {each.what for each in seed.findings.present} == {each.what for each in told.findings.present}
    doses = {each.dose for treatment in seed.treatments for each in treatment.doses}
    assert 1_000_000 in doses
    assert sorted(seed.occasions) == sorted(told.occasions)
    for key, occasion in told.occasions.items():
        assert seed.occasions[key].start == occasion.start, key
        assert set(seed.occasions[key].after) == set(occasion.after), key
    assert subject_iri(document.report, "1").endswith("/1")


def test_all_shipped_cases_were_read_back() -> None:
    assert len(CASES) >= 24
