"""The quads of a document: the same bytes each time, no blank node, no triple twice, within the budget."""

from __future__ import annotations

from collections import Counter

import msgspec
import pyoxigraph as ox
import pytest

from casegraph.errors import InputError
from casegraph.ingest import Prepared, prepare
from casegraph.model import CaseDocument, Report, claims, document
from casegraph.namespaces import CG
from casegraph.resources import shipped
from casegraph.triples import asserted_quads, report_iri
from casegraph.triples.fields import FIELDS, Names, decimal, text

(CASE,) = shipped("cases", "miao-2020.yaml")
NAMES = Names("https://example.org/r", "https://example.org/c", "https://example.org/r")


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(CASE)


def quads(prepared: Prepared) -> list[ox.Quad]:
    whole = (prepared.asserted + prepared.inferred).encode()
    return list(ox.parse(whole, format=ox.RdfFormat.N_QUADS))


def test_the_same_document_gives_the_same_bytes(prepared: Prepared) -> None:
    again = prepare(CASE)
    assert (again.asserted, again.inferred) == (prepared.asserted, prepared.inferred)


def test_the_order_of_lists_does_not_matter(prepared: Prepared) -> None:
    case = prepared.document.cases["1"]
    turned = msgspec.structs.replace(
        case, tests=case.tests[::-1], responses=case.responses[::-1], statements=case.statements[::-1]
    )
    other = msgspec.structs.replace(prepared.document, cases={"1": turned})
    assert asserted_quads(other) == prepared.asserted


def test_there_is_no_blank_node_and_no_default_graph(prepared: Prepared) -> None:
    assert len(quads(prepared)) > 1500
    for quad in quads(prepared):
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
        assert isinstance(quad.graph_name, ox.NamedNode)


def test_no_triple_stands_in_two_graphs(prepared: Prepared) -> None:
    times = Counter(str(quad.triple) for quad in quads(prepared))
    assert [triple for triple, count in times.items() if count > 1] == []


def test_the_seed_stays_within_the_budget_of_quads(prepared: Prepared) -> None:
    claims_told = prepared.claims
    assert claims_told == prepared.asserted.count(f"<{CG}basis>")
    assert len(prepared.asserted.splitlines()) <= 12 * claims_told
    assert len(prepared.inferred.splitlines()) <= 8 * claims_told


def test_every_field_of_every_claim_has_a_property() -> None:
    structs = [each for module in (claims, document) for each in vars(module).values() if _is_claim(each)]
    assert len(structs) >= 15
    for each in structs:
        missing = (
            set(each.__struct_fields__) - {"id", "kind", "doses"} - {name.split(".")[-1] for name in FIELDS}
        )
        assert missing == set(), each


def _is_claim(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, claims.Claim)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1000000, "1000000"),
        (0.5, "0.5"),
        (50, "50"),
        (37.5, "37.5"),
        (0.0001, "0.0001"),
        (10**15, "1" + "0" * 15),
    ],
)
def test_a_decimal_never_has_an_exponent(number: float, written: str) -> None:
    assert decimal(NAMES, number) == f'"{written}"^^<http://www.w3.org/2001/XMLSchema#decimal>'


def test_text_survives_quotes_line_ends_and_backslashes() -> None:
    said = 'a "quoted" \\ line\nand\r\tanother'
    line = f"<{NAMES.subject}> <{CG}gist> {text(NAMES, said)} <{NAMES.subject}> ."
    (quad,) = ox.parse(line.encode(), format=ox.RdfFormat.N_QUADS)
    assert isinstance(quad.object, ox.Literal)
    assert quad.object.value == said


@pytest.mark.parametrize(
    ("doi", "iri"),
    [
        ("10.1007/S13555-020-00421-8", "10.1007/s13555-020-00421-8"),
        (
            "10.1002/(SICI)1097-4652(199610)169:1<1::AID-JCP1>3.0.CO;2-U",
            "10.1002/(sici)1097-4652(199610)169:1%3C1::aid-jcp1%3E3.0.co;2-u",
        ),
        ("10.1000/a#b?c", "10.1000/a%23b%3Fc"),
    ],
)
def test_a_doi_makes_an_iri_whatever_it_holds(doi: str, iri: str) -> None:
    made = report_iri(Report(title="x", doi=doi, extent="fullText"))
    assert made == f"https://w3id.org/casegraph/report/{iri}"
    ox.NamedNode(made)


def test_a_report_without_identifier_is_refused() -> None:
    with pytest.raises(InputError, match="no identifier"):
        report_iri(Report(title="x", extent="fullText"))


def test_a_phenopacket_like_feature_takes_few_quads() -> None:
    """A feature told by one record of a data file: link, type, concept, basis, passage, and the occasion."""
    small = CaseDocument(
        casegraph=1,
        report=Report(title="x", pmid="1", extent="dataRecord"),
        passages={"record": document.Passage(pointer="")},
        cases={
            "a": document.Case(
                findings=claims.Findings(
                    absent=(claims.Finding(what="HP:0001945 Fever", stated_in="record"),)
                )
            )
        },
    )
    about_claim = [line for line in asserted_quads(small).splitlines() if "absent-finding-HP_0001945" in line]
    assert len(about_claim) == 5
