"""Shipped and other reports: each goes all the way and says what its source says, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.ingest import Loaded, load, prepare
from casegraph.namespaces import BASE, PREFIXES
from casegraph.resources import shipped
from casegraph.store import Store, open_store

DOCUMENTS = sorted((*(Path(__file__).parent / "documents").glob("*.yaml"), *shipped("cases", "*.yaml")))
DECLARED = "".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items())
COHORT = "group/10.1007/s40744-021-00301-3/1"
PEMPHIGUS = "case/key/pemphigus-il2-interferon-1989/1"
TOFACITINIB = "case/10.1186/s13256-024-04793-9/1"
RASH = "group/10.5070/d329562407/1"
RITUXIMAB = "case/10.3899/jrheum.101321/2"
REGISTRY = "group/10.3899/jrheum.101321/series"
COVID = "case/key/phenopacket-covid-19/1"
RETINOBLASTOMA = "case/key/phenopacket-retinoblastoma/1"

#: subject -> what holds of it (True) or must not be said of it (False); ``?it`` is the subject.
FACTS: dict[str, dict[str, bool]] = {
    COHORT: {
        "?it a cg:Group ; cg:patientCount 18": True,
        "?it a cg:Case": False,
        "?it cg:possiblySamePatientAs <https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1>": True,
        "?it cg:hasResponse ?r . ?r cg:responderCount 14 ; cg:evaluatedCount 18 ; cg:criterion ?c ;"
        " cg:responseTo/cg:aboutConcept cg:Interleukin2Drug FILTER(STRSTARTS(?c, 'IMACS'))": True,
        "?it cg:hasResponse ?r . ?r cg:responderCount 15 ; cg:evaluatedCount 18 ; cg:criterion ?c"
        " FILTER(STRSTARTS(?c, 'ACR/EULAR'))": True,
        "?it cg:lacksResponse ?r": False,
        "?it cg:hasTreatment/cg:hasSegment ?d . ?d cg:dose ?n ; cg:doseUnit '[IU]' ; cg:periodDays ?days ;"
        " cg:route cg:subcutaneous FILTER(?n = 1000000 && ?days = 2)": True,
        "?it cg:hasAdverseEvent|cg:excludesAdverseEvent ?event": False,
    },
    PEMPHIGUS: {
        "?it cg:hasTreatment ?t . ?t cg:aboutConcept cg:Interleukin2Drug ; cg:hasSegment ?d . ?d cg:dose ?n ;"
        ' cg:doseUnit "[arb\'U]/m2" ; cg:repairedFrom "lo6" FILTER(?n = 5000000)': True,
        "?it cg:hasTreatment ?t . ?t cg:aboutConcept cg:InterferonBetaDrug ;"
        " cg:hasSegment/cg:repairedFrom ?printed": False,
        "?it cg:hasTreatment/cg:hasSegment ?half . ?half cg:follows ?first . ?other cg:follows ?half ."
        " ?half cg:dose ?n . ?other cg:dose ?m FILTER(?n = 2500000 && ?m = 2500000)": True,
        "?it cg:hasAdverseEvent ?e . ?e cg:aboutConcept MONDO:0008219 ; cg:severity cg:fatal ;"
        " cg:duringTreatment/cg:aboutConcept cg:Interleukin2Drug , cg:InterferonBetaDrug": True,
        "?it cg:hasStatement ?s . ?s a cg:AttributionStatement ; cg:basis cg:authorClaim ;"
        " cg:concerns/cg:severity cg:fatal ; cg:attributedTo/cg:aboutConcept cg:Interleukin2Drug": True,
        "?it cg:hasCourse ?death . ?death a cg:Death": True,
        "?it cg:lacksResponse ?r . ?r cg:direction cg:worse ;"
        " cg:responseTo/cg:aboutConcept CHEBI:4027 , CHEBI:28445 , CHEBI:8382": True,
        "?it cg:hasResponse|cg:lacksResponse ?r ."
        " ?r cg:responseTo/cg:aboutConcept cg:Interleukin2Drug": False,
    },
    TOFACITINIB: {
        "?it cg:hasResponse ?r . ?r cg:responseTo/cg:aboutConcept CHEBI:71200 ; cg:domain cg:lung ;"
        " cg:direction cg:improved . ?it cg:hasCourse ?death . ?death a cg:Death": True,
        "?it cg:lacksResponse/cg:responseTo/cg:aboutConcept CHEBI:71200": False,
        "?it cg:hasCourse ?d . ?d a cg:Death ; cg:at ?when . ?when cg:solvedStartMaxDays 61": True,
        "?it cg:lacksResponse/cg:responseTo/cg:aboutConcept CHEBI:61049": True,
        "?it cg:hasResponse/cg:responseTo/cg:aboutConcept CHEBI:61049": False,
        "?it cg:excludesFinding/cg:aboutConcept HP:0001324": True,
        "?it cg:hasFinding/cg:aboutConcept HP:0001324": False,
        "?it cg:hasTestResult ?t . ?t cg:aboutConcept cg:CreatineKinaseLevel ; cg:result cg:notRaised": True,
        "?it cg:hasTreatment ?t ; cg:hasAdverseEvent ?e . ?t cg:aboutConcept CHEBI:71200 ; cg:at ?start ."
        " ?e cg:aboutConcept MONDO:0000240 ; cg:at ?seen . ?start cg:notAfter ?seen": True,
        "?it cg:hasAdverseEvent/cg:duringTreatment ?one_drug": False,
    },
    RASH: {
        "?it a cg:Group ; cg:patientCount 3": True,
        "?it cg:lacksResponse ?r . ?r cg:responseTo/cg:aboutConcept CHEBI:5801 ; cg:domain cg:skin ;"
        " cg:direction cg:worse": True,
        "?it cg:hasTreatment ?t ; cg:hasResponse ?r . ?t cg:aboutConcept CHEBI:5801 ; cg:endsAt ?stop ."
        " ?r cg:domain cg:skin ; cg:direction cg:improved ; cg:at ?later . ?stop cg:notAfter ?later"
        " FILTER NOT EXISTS { ?later cg:notAfter ?stop }": True,
        "?it cg:hasResponse/cg:responseTo/cg:aboutConcept CHEBI:5801": False,
        "?it cg:hasResponse/cg:afterStopping/cg:aboutConcept CHEBI:5801": True,
        "?it cg:hasTestResult ?t . ?t cg:aboutConcept cg:AntiTIF1Gamma ; cg:positiveCount 2 ;"
        " cg:evaluatedCount 3": True,
        "?it cg:hasTreatment/cg:hasSegment ?d . ?d cg:dose ?n ; cg:doseUnit 'mg/d' FILTER(?n = 400)": True,
    },
    RITUXIMAB: {
        "?it cg:patientLabel 'patient 2' ; cg:sex cg:female": True,
        "?it cg:hasResponse ?r . ?r cg:responseTo/cg:hasSegment/cg:dose ?n ; cg:direction cg:resolved ;"
        " cg:degree cg:complete FILTER(?n = 375)": True,
        "?it cg:hasResponse|cg:lacksResponse ?r ."
        " ?r cg:responseTo/cg:hasSegment/cg:dose ?n FILTER(?n = 500)": False,
        "?it cg:questionsResponse ?r . ?r a cg:UnevaluableResponse ;"
        " cg:responseTo/cg:hasSegment/cg:dose ?n FILTER(?n = 500)": True,
        "?it cg:hasTreatment ?a , ?b . ?a cg:hasSegment/cg:dose ?m ; cg:at ?first ."
        " ?b cg:hasSegment/cg:dose ?n ; cg:at ?second . ?first cg:notAfter ?second"
        " FILTER(?m = 500 && ?n = 375) FILTER NOT EXISTS { ?second cg:notAfter ?first }": True,
        "?it cg:hasTreatment ?t , ?a . ?t cg:aboutConcept CHEBI:44185 ; cg:endsAt ?last ."
        " ?a cg:hasSegment/cg:dose ?m ; cg:at ?first . ?last cg:notAfter ?first FILTER(?m = 500)": True,
        "?it cg:hasAdverseEvent ?of_the_series": False,
    },
    REGISTRY: {
        "?it cg:patientCount 9 ; cg:hasResponse ?r . ?r cg:domain cg:muscle ; cg:responderCount 3 ;"
        " cg:evaluatedCount 6": True,
        "?it cg:lacksResponse ?r . ?r cg:concerns/cg:aboutConcept HP:0003761 ; cg:evaluatedCount 6": True,
    },
    COVID: {
        "?it cg:reportedIn/cg:extentRead cg:dataRecord ; cg:hasTreatment ?t . ?t cg:aboutConcept CHEBI:5801 ;"
        " cg:statedIn/cg:pointer '/medicalActions/2'": True,
        "?it cg:hasTreatment/cg:hasSegment ?second . ?second cg:follows ?first ; cg:dosesPerPeriod ?once ;"
        " cg:dose ?n . ?first cg:dosesPerPeriod ?twice ; cg:dose ?n"
        " FILTER(?once = 1 && ?twice = 2 && ?n = 450)": True,
        "?it cg:hasCourse ?d . ?d a cg:Death ; cg:at ?when ; cg:concerns/cg:aboutConcept MONDO:0005108 ."
        " ?when cg:solvedStartMinDays 11 ; cg:solvedStartMaxDays 11": True,
        "?it cg:excludesDiagnosis/cg:aboutConcept MONDO:0005015": True,
        "?it cg:hasDiagnosis/cg:aboutConcept MONDO:0005015": False,
        "?it cg:hasTestResult ?t . ?t cg:value ?n ; cg:rangeLow ?low FILTER(?n < ?low)": True,
        "?it cg:hasResponse|cg:lacksResponse ?not_in_the_record": False,
    },
    RETINOBLASTOMA: {
        "?it cg:hasDiagnosis/cg:at ?onset . ?onset cg:phase cg:onset ; cg:solvedStartMinDays ?from ;"
        " cg:solvedStartMaxDays ?to FILTER(?from > 90 && ?to < 184)": True,
        "?it cg:hasTestResult ?t . ?t cg:value ?n ; cg:rangeHigh ?high FILTER(?n = 25 && ?n > ?high)": True,
        "?it cg:hasTestResult ?t . ?t cg:value ?n ; cg:rangeLow ?low ; cg:rangeHigh ?high"
        " FILTER(?n = 15 && ?n >= ?low && ?n <= ?high)": True,
        "?it cg:hasAdverseEvent/cg:duringTreatment ?t . ?t cg:stopReason cg:adverseEvent ;"
        " cg:hasSegment/cg:doseUnit 'mg/kg'": True,
        "?regimen cg:includes ?a , ?b , ?c . ?it cg:hasTreatment ?a , ?b , ?c"
        " FILTER(STR(?a) < STR(?b) && STR(?b) < STR(?c))": True,
        "?it cg:hasFinding ?f . ?f cg:site UBERON:0000970 ; cg:laterality cg:left": True,
        "?it cg:hasFinding ?f . ?f cg:site UBERON:0000970 ; cg:laterality cg:right": False,
        "?it cg:hasResponse|cg:lacksResponse ?not_in_the_record": False,
    },
}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with open_store(":memory:", writable=True) as opened:
        outcomes = tuple(load(opened, DOCUMENTS))
        assert all(isinstance(each, Loaded) for each in outcomes), outcomes
        yield opened


def rows(store: Store, query: str) -> list[dict[str, str]]:
    answer = store.query(DECLARED + query)
    assert isinstance(answer, ox.QuerySolutions)
    names = [name.value for name in answer.variables]
    return [{name: row[name].value for name in names} for row in answer]


def test_there_are_enough_documents_and_subjects() -> None:
    assert len(DOCUMENTS) >= 7
    assert len(FACTS) >= 8
    assert sum(map(len, FACTS.values())) >= 50


def test_the_facts_use_known_names() -> None:
    """A misspelt name would make a fact that must not hold pass for ever."""
    ontology = "".join(path.read_text(encoding="utf-8") for path in shipped("ontology", "*.ttl"))
    declared = set(re.findall(r"^cg:(\w+) a ", ontology, re.MULTILINE))
    used = {name for facts in FACTS.values() for fact in facts for name in re.findall(r"cg:(\w+)", fact)}
    assert len(used) >= 40
    assert used <= declared


@pytest.mark.parametrize("path", DOCUMENTS, ids=[path.stem for path in DOCUMENTS])
def test_a_document_goes_all_the_way(path: Path) -> None:
    prepared = prepare(path)
    assert prepared.claims >= 4
    assert prepared.inferred
    assert prepared.report.violations == ()


@pytest.mark.parametrize(
    ("subject", "fact", "holds"),
    [(subject, fact, holds) for subject, facts in FACTS.items() for fact, holds in facts.items()],
)
def test_a_fact(store: Store, subject: str, fact: str, holds: bool) -> None:
    answer = store.query(f"{DECLARED} ASK {{ VALUES ?it {{ <{BASE}{subject}> }} {fact} }}")
    assert bool(answer) is holds


def test_patients_are_cases_and_aggregates_are_groups(store: Store) -> None:
    found = rows(
        store, "SELECT DISTINCT ?it ?kind { GRAPH ?asserted { ?it cg:reportedIn ?report ; a ?kind } }"
    )
    kinds = {row["it"].removeprefix(BASE): row["kind"].rpartition("#")[2] for row in found}
    assert kinds == {subject: subject.partition("/")[0].capitalize() for subject in kinds}
    assert set(FACTS) < set(kinds)
    assert len(found) == len(kinds) >= 34


def test_one_patient_has_two_courses_of_rituximab(store: Store) -> None:
    given = "a cg:Case ; cg:hasTreatment ?t . ?t cg:aboutConcept cg:Rituximab"
    assert len(rows(store, f"SELECT ?t {{ <{BASE}{RITUXIMAB}> {given} }}")) == 2
