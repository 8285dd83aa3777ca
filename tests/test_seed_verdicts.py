"""What is derived from the first case: each response with what else changed, failures, verdicts, and no more.

The expected values are those of the report: one week of interleukin-2 on hydroxychloroquine, a later loss of
strength, cyclosporin and prednisone started together, and a rise of interleukin-2 on three other drugs.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from casegraph.namespaces import CG, compact
from casegraph.rows import Rows
from casegraph.store import Store

SEED = "https://w3id.org/casegraph/case/10.1007/s13555-020-00421-8/1"
IL2, HCQ, CSA, PREDNISONE = "cg:Interleukin2Drug", "CHEBI:5801", "CHEBI:4031", "CHEBI:8382"

Nodes = dict[str, dict[str, set[str]]]


@pytest.fixture(scope="module")
def derived(seed_store: Store) -> Nodes:
    """Return what is inferred of each part of the case: name of the part -> property -> values."""
    query = f"SELECT ?node ?property ?value {{ GRAPH <{SEED}/inferred> {{ ?node ?property ?value }} }}"
    found: Nodes = defaultdict(lambda: defaultdict(set))
    for row in Rows.read(seed_store.query(query)):
        node, name, value = (str(row[key]) for key in ("node", "property", "value"))
        part = node.removeprefix(SEED).removeprefix("#")
        found[part][compact(name).removeprefix("cg:")].add(compact(value.removeprefix(f"{SEED}#")))
    return found


def of_class(derived: Nodes, name: str) -> set[str]:
    return {node for node, about in derived.items() if f"cg:{name}" in about["rdf:type"]}


@pytest.mark.parametrize(
    ("outcome", "drug", "attribution", "together", "days", "lasted", "ended_by"),
    [
        (
            "skin-on-prednisone-hcq-on-hcq",
            HCQ,
            "startedTogether",
            {"prednisone-1"},
            (0, 183),
            (0, None),
            "skin-worse-on-prednisone-hcq",
        ),
        (
            "skin-on-prednisone-hcq-on-prednisone-1",
            PREDNISONE,
            "startedTogether",
            {"hcq"},
            (0, 183),
            (0, None),
            "skin-worse-on-prednisone-hcq",
        ),
        ("skin-on-weekly-il2-on-il2", IL2, "addedToBackground", set(), (0, 7), (80, None), "flare"),
        ("muscle-on-weekly-il2-on-il2", IL2, "addedToBackground", set(), (45, None), (None, None), None),
        (
            "muscle-on-csa-prednisone-on-csa",
            CSA,
            "startedTogether",
            {"prednisone-2"},
            (0, 7),
            (35, 70),
            "flare",
        ),
        (
            "muscle-on-csa-prednisone-on-prednisone-2",
            PREDNISONE,
            "startedTogether",
            {"csa"},
            (197, None),
            (35, 70),
            "flare",
        ),
        ("skin-on-twice-weekly-il2-on-il2", IL2, "afterEscalation", set(), (87, None), (243, None), None),
        ("muscle-on-twice-weekly-il2-on-il2", IL2, "afterEscalation", set(), (87, None), (243, None), None),
    ],
)
def test_each_outcome_says_what_else_changed_and_how_long_it_lasted(
    derived: Nodes,
    outcome: str,
    *,
    drug: str,
    attribution: str,
    together: set[str],
    days: tuple[int | None, int | None],
    lasted: tuple[int | None, int | None],
    ended_by: str | None,
) -> None:
    """Days: two months are 45 to 77, the flare came 42 to 70 days after cyclosporin, eight months are 243."""
    about = derived[outcome]
    assert about["aboutConcept"] == {drug}
    assert about["attribution"] == {f"cg:{attribution}"}
    assert (about["togetherWith"], about["possiblyTogetherWith"]) == (together, set())
    assert about["endedBy"] == ({ended_by} if ended_by else set())
    for name, bounds in (("sinceFirstDose", days), ("lasted", lasted)):
        found = tuple(about[f"{name}{which}Days"] for which in ("Min", "Max"))
        assert found == tuple(set() if bound is None else {str(bound)} for bound in bounds)


def test_strength_fell_on_weekly_interleukin_2_and_no_other_drug_is_blamed_for_it(derived: Nodes) -> None:
    failures = {
        name for name in of_class(derived, "TreatmentFailure") if derived[name]["aboutConcept"] == {IL2}
    }
    (failure,) = failures
    assert derived[failure]["domain"] == {"cg:muscle"}
    assert derived[failure]["failureKind"] == {"cg:noResponse"}
    assert derived[failure]["shownBy"] == {"muscle-on-weekly-il2"}


def test_what_failed_how_and_in_which_domain(derived: Nodes) -> None:
    found = {
        tuple(next(iter(derived[name][each])) for each in ("ofTreatment", "domain", "failureKind"))
        for name in of_class(derived, "TreatmentFailure")
    }
    assert found == {
        ("prednisone-1", "cg:skin", "cg:lostResponse"),  # slightly better, then worse
        ("hcq", "cg:skin", "cg:lostResponse"),
        ("prednisone-1", "cg:muscle", "cg:noResponse"),  # weakness came on it
        ("hcq", "cg:muscle", "cg:noResponse"),
        ("il2", "cg:muscle", "cg:noResponse"),
        ("prednisone-2", "cg:skin", "cg:relapseOnTaper"),
        ("prednisone-2", "cg:muscle", "cg:relapseOnTaper"),
    }


def test_the_flare_came_on_the_taper_to_20_mg_a_day(derived: Nodes) -> None:
    (judgement,) = of_class(derived, "FlareOnTaper")
    about = derived[judgement]
    assert about["aboutConcept"] == {PREDNISONE}
    assert about["lowering"] == {"prednisone-2-fortnightly-steps"}  # from 30 to 20 mg/d
    assert about["shownBy"] == {"flare"}


@pytest.mark.parametrize(
    ("definition", "domains"),
    [
        ("authorsDefinition", {"cg:skin"}),  # they call the dermatitis refractory, not the muscle disease
        ("clinicalDefinition", {"cg:skin", "cg:muscle"}),
        ("twoLinesDefinition", {"cg:skin", "cg:muscle"}),
    ],
)
def test_the_case_is_refractory_by_three_definitions(
    derived: Nodes, definition: str, domains: set[str]
) -> None:
    judged = [derived[name] for name in of_class(derived, "RefractoryJudgement")]
    of_case = [about for about in judged if about["refractoryScope"] == {"cg:ofCase"}]
    found = {
        domain
        for about in of_case
        if about["refractoryBy"] == {f"cg:{definition}"}
        for domain in about["domain"]
    }
    assert found == domains


def test_two_drugs_and_standard_treatment_failed_in_both_domains(derived: Nodes) -> None:
    judged = [derived[name] for name in of_class(derived, "RefractoryJudgement")]
    drugs = {
        (*about["aboutConcept"], *about["domain"])
        for about in judged
        if about["refractoryScope"] == {"cg:ofDrug"}
    }
    assert drugs == {(drug, domain) for drug in (PREDNISONE, HCQ) for domain in ("cg:skin", "cg:muscle")}
    standard = [about for about in judged if about["refractoryScope"] == {"cg:ofStandardTreatment"}]
    assert {domain for about in standard for domain in about["domain"]} == {"cg:skin", "cg:muscle"}
    assert not any(about["refractoryScope"] == {"cg:ofDrugClass"} for about in judged)


@pytest.mark.parametrize(
    ("drug", "domain", "verdict"),
    [
        (IL2, "skin", "improvedVerdict"),
        (IL2, "muscle", "mixedVerdict"),  # worse on weekly doses, free of weakness on two a week
        (HCQ, "skin", "mixedVerdict"),
        (HCQ, "muscle", "notImprovedVerdict"),
        (PREDNISONE, "skin", "mixedVerdict"),
        (PREDNISONE, "muscle", "mixedVerdict"),
        (CSA, "muscle", "improvedVerdict"),
    ],
)
def test_the_verdict_of_each_drug_in_each_domain(
    derived: Nodes, drug: str, domain: str, verdict: str
) -> None:
    found = [
        derived[name]
        for name in of_class(derived, "DrugOutcome")
        if (derived[name]["aboutConcept"], derived[name]["domain"]) == ({drug}, {f"cg:{domain}"})
    ]
    assert [about["verdict"] for about in found] == [{f"cg:{verdict}"}]


def test_cyclosporin_has_no_verdict_on_the_skin(derived: Nodes) -> None:
    """The authors say that it failed; nothing that was seen of the skin answers to it."""
    of_csa = {
        domain
        for name in of_class(derived, "DrugOutcome")
        if derived[name]["aboutConcept"] == {CSA}
        for domain in derived[name]["domain"]
    }
    assert of_csa == {"cg:muscle"}


def test_prednisone_was_spared_and_the_rest_lasted(derived: Nodes) -> None:
    (sparing,) = of_class(derived, "SteroidSparing")
    assert derived[sparing]["aboutConcept"] == {IL2}
    assert derived[sparing]["lowering"] == {"prednisone-2-late-steps"}  # from 20 to 10 mg/d
    (remission,) = of_class(derived, "SustainedRemission")
    assert derived[remission]["shownBy"] == {"symptom-free-months"}


def test_the_lines_of_treatment(derived: Nodes) -> None:
    found = {
        (int(*derived[name]["ordinalMin"]), int(*derived[name]["ordinalMax"])): derived[name]["includes"]
        for name in of_class(derived, "TreatmentLine")
    }
    assert found == {(1, 1): {"prednisone-1", "hcq"}, (2, 2): {"il2"}, (3, 3): {"csa", "prednisone-2"}}


def test_no_derived_triple_is_asserted_and_no_judgement_is(seed_store: Store, derived: Nodes) -> None:
    both = (
        f"""SELECT ?s {{ GRAPH <{SEED}/asserted> {{ ?s ?p ?o }} GRAPH <{SEED}/inferred> {{ ?s ?p ?o }} }}"""
    )
    assert list(Rows.read(seed_store.query(both))) == []
    classes = ("AttributedOutcome", "TreatmentFailure", "RefractoryJudgement", "DrugOutcome", "TreatmentLine")
    for name in classes:
        asked = f"SELECT ?s {{ GRAPH <{SEED}/asserted> {{ ?s a <{CG}{name}> }} }}"
        assert list(Rows.read(seed_store.query(asked))) == []
