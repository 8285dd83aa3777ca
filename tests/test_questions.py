"""Each stored query answers as the facts of the shipped cases say, and not with a case one step away."""

import csv
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode
from rdflib import Literal as RdflibLiteral

from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE, CG, compact
from casegraph.parameters import ParameterValue
from casegraph.query import StoredQuery, get_query, run, stored_queries
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.terms import shipped_terms

TESTS = Path(__file__).parent
DOI = "10.1007/s13555-020-00421-8"
SEED = f"{DOI}/1"
#: queries that count over all cases: tests/test_corpus_queries.py asks them, and the document beside them.
#: and of patients with several reports, tests/test_merged_queries.py.
CORPUS_WIDE = {
    name for name, query in stored_queries().items() if {"corpus", "merging"} & set(query.head.tags)
}
#: queries about terms and no case: tests/test_mapping_sets.py asks them.
OF_TERMS = {name for name, query in stored_queries().items() if "mapping" in query.head.tags}
OF_CORPUS_WIDE = {"better_after_stopping"}
#: queries of retracted and corrected reports, of which none ships: tests/test_notices.py asks them.
OF_NOTICES = {name for name, query in stored_queries().items() if "notice" in query.head.tags}
ELSEWHERE = CORPUS_WIDE | OF_TERMS | OF_NOTICES
NAMES = sorted(stored_queries().keys() - ELSEWHERE)
#: Those that take it many seconds, for the full count.
SLOW_IN_RDFLIB = {"attributed_outcomes"}
ANSWERS = {path.stem: path for path in (TESTS / "questions").glob("*.csv") if path.stem not in ELSEWHERE}
DOCUMENTS = {path.stem: path for path in (TESTS / "near_misses").glob("*.yaml")}

#: query -> the document one step away from its answer.
NEAR_MISSES = {
    "adverse_events": "drug_without_dose",
    "attributed_outcomes": "not_evaluable",
    "author_claims": "literature_and_funding",
    "autoantibodies_at": "antibody_at_another_time",
    "autoantibodies_on_drug": "antibody_negative",
    "autoantibody_panels": "tests_not_stated",
    "care_completeness": "cohort",
    "care_items": "cohort",
    "cases_by_class": "jak_inhibitor_not_given",
    "cases_by_diagnosis": "disease_only_considered",
    "cases_by_finding": "finding_absent",
    "cases_excluding_finding": "finding_absent_at_first",
    "cases_treated_with": "drug_only_talked_about",
    "cases_treated_with_group": "drug_without_dose",
    "cases_with_autoantibody": "antibody_negative",
    "cell_subsets": "tests_not_stated",
    "changes_before_responses": "worse_on_interleukin_2",
    "claims_by_basis": "value_measured",
    "claims_of_case": "literature_and_funding",
    "contradictions": "finding_absent_at_first",
    "derived_values": "value_measured",
    "diagnoses": "disease_only_considered",
    "doses_of_drug": "drug_without_dose",
    "excluded_diagnoses": "disease_only_considered",
    "excluded_findings": "finding_elsewhere",
    "exposed_cases": "drug_only_talked_about",
    "exposed_groups": "drug_only_talked_about",
    "final_regimen": "all_stopped",
    "findings_by_site": "finding_elsewhere",
    "findings_in_phase": "finding_elsewhere",
    "first_response": "response_to_another_drug",
    "flares_on_taper": "flare_after_taper",
    "group_outcomes": "worse_on_interleukin_2",
    "harms_attributed_to_drug": "harm_without_attribution",
    "investigations": "value_derived",
    "literature_statements": "drug_only_talked_about",
    "nonresponders_to_drug": "stopped_for_intolerance",
    "not_reported": "disease_excluded",
    "outcomes_in_order": "remission_and_relapse",
    "outcomes_within": "response_to_another_drug",
    "passages_of_claim": "value_derived",
    "patient": "cohort",
    "patients_of_one_report": "cohort",
    "refractory_cases_responding": "worse_on_interleukin_2",
    "refractory_statements": "response_to_another_drug",
    "refractory_cases": "refractory_in_general",
    "refractory_to": "refractory_in_general",
    "treatment_failures": "refractory_in_general",
    "claims_against_observations": "refractory_in_general",
    "drug_responses": "worse_on_interleukin_2",
    "regimen_at_event": "remission_and_relapse",
    "regimen_changes": "fixed_dose",
    "repaired_values": "fixed_dose",
    "responders_to_drug": "not_evaluable",
    "responders_who_died": "died_without_response",
    "responses_by_domain": "response_to_another_drug",
    "responses_to_drug": "worse_on_interleukin_2",
    "reuse_conditions": "literature_and_funding",
    "steroid_sparing": "flare_after_taper",
    "sustained_remissions": "flare_after_taper",
    "symptom_free_intervals": "remission_and_relapse",
    "tapers": "fixed_dose",
    "timeline": "finding_without_time",
    "treatment_lines": "drug_only_talked_about",
    "treatments_in_order": "drug_only_talked_about",
}
#: queries that list no claim, tell it in short or list what is derived, and so have no passage to show.
WITHOUT_PASSAGE = {
    "autoantibodies_on_drug",
    "care_completeness",
    "care_items",
    "cases_by_class",
    "cases_by_diagnosis",
    "cases_by_finding",
    "cases_excluding_finding",
    "cases_treated_with",
    "cases_treated_with_group",
    "cases_with_autoantibody",
    "not_reported",
    "outcomes_in_order",
    "patient",
    "patients_of_one_report",
    "refractory_cases",
    "refractory_to",
    "treatment_lines",
}
#: scores of each case by a checklist, which test_care compares for all cases with the shapes and the report.
SCORES = {"care_completeness", "care_items"}
DRUGS = {"CHEBI:8382", "CHEBI:5801", "CHEBI:4031", "cg:Interleukin2Drug"}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Return a store with the shipped cases and every near miss."""
    with open_store(":memory:", writable=True) as opened:
        outcomes = tuple(load(opened, (*shipped("cases", "*.yaml"), *sorted(DOCUMENTS.values()))))
        assert all(isinstance(each, Loaded) for each in outcomes), outcomes
        yield opened


def plain(term: object) -> str:
    """Return a term of either engine as it stands in an answer file."""
    if term is None:
        return ""
    if isinstance(term, Literal | RdflibLiteral):
        text = term.value if isinstance(term, Literal) else str(term)
        kind = term.datatype.value if isinstance(term, Literal) else str(term.datatype)
        if kind.endswith(("#decimal", "#integer")):
            return f"{Decimal(text).normalize():f}"
        return text
    text = term.value if isinstance(term, NamedNode) else str(term)
    for kind in ("case", "report", "group"):
        text = text.removeprefix(f"{BASE}{kind}/")
    return compact(text)


def answer(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(rows.columns, map(plain, row), strict=True)) for row in rows.rows]


def ask(store: Store, name: str, **values: ParameterValue) -> list[dict[str, str]]:
    return answer(run(store, get_query(name), values))


def of_near_miss(row: Mapping[str, str]) -> bool:
    return any(cell.startswith("10.5555/") for cell in row.values())


def of_seed(row: Mapping[str, str]) -> bool:
    subject = next(row[name] for name in ("case", "subject", "group", "report") if name in row)
    return subject in (SEED, DOI)


def values_of(rows: list[dict[str, str]], *columns: str) -> set[tuple[str, ...]]:
    return {tuple(row[name] for name in columns) for row in rows}


# --- every query


def test_there_are_enough_questions_and_each_has_its_answer_and_its_near_miss() -> None:
    assert len(NAMES) >= 27
    assert sorted(ANSWERS) == NAMES
    assert sorted(NEAR_MISSES) == NAMES
    assert set(NEAR_MISSES.values()) | OF_CORPUS_WIDE == set(DOCUMENTS)


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_that_of_the_facts(store: Store, name: str) -> None:
    with ANSWERS[name].open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert expected
    columns = tuple(expected[0])
    rows = run(store, get_query(name))
    assert set(columns) <= set(rows.columns)
    whose = of_seed if name in SCORES else lambda row: not of_near_miss(row)
    found = [row for row in answer(rows) if whose(row)]
    assert values_of(found, *columns) == values_of(expected, *columns)
    assert len({tuple(row.values()) for row in found}) == len(found), "a row is there twice"


@pytest.mark.parametrize("name", NAMES)
def test_the_near_miss_is_not_in_the_answer(store: Store, name: str) -> None:
    doi = f"10.5555/{NEAR_MISSES[name].replace('_', '-')}"
    query = get_query(name)
    values: dict[str, ParameterValue] = {}
    if name == "passages_of_claim":
        values["key"] = "body-weight"
    if "case" in query.head.parameters:
        values["case"] = f"{BASE}{'group' if name == 'patient' else 'case'}/{doi}/1"
    held = Rows.read(store.query(f"SELECT ?s {{ GRAPH <{BASE}report/{doi}> {{ ?s ?p ?o }} }}"))
    assert len(held) > 0
    for row in run(store, query, values).rows:
        assert not any(doi in term.value for term in row if isinstance(term, NamedNode)), row


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=[pytest.mark.long] * (each in SLOW_IN_RDFLIB)) for each in NAMES],
)
def test_rdflib_gives_the_same_rows(request: pytest.FixtureRequest, name: str) -> None:
    query = get_query(name)
    # what is asked of one case is asked where it is alone: rdflib would look at all of the others
    where = "seed" if f"case/{SEED}>" in query.text else "corpus"
    rows = run(request.getfixturevalue(f"{where}_store"), query)
    theirs = request.getfixturevalue(f"{where}_dataset").query(query.text)
    variables = theirs.vars or []
    assert tuple(map(str, variables)) == rows.columns
    expected = {tuple(map(plain, row)) for row in rows.rows}
    assert {tuple(plain(row.get(each)) for each in variables) for row in theirs.bindings} == expected
    assert expected


@pytest.mark.parametrize("name", NAMES)
def test_a_query_that_lists_claims_says_where_they_stand(store: Store, name: str) -> None:
    columns = set(get_query(name).head.returns)
    assert ({"section", "paragraph", "from", "to"} <= columns) == (name not in WITHOUT_PASSAGE)
    for row in ask(store, name):
        if of_seed(row) and "from" in row and row.get("basis") == "cg:stated":
            assert row["section"]
            assert int(row["from"]) < int(row["to"])


@pytest.mark.parametrize("name", [name for name in NAMES if "rank" in get_query(name).head.returns])
def test_what_has_a_time_is_in_the_order_of_ranks(store: Store, name: str) -> None:
    rows = [row for row in ask(store, name) if of_seed(row)]
    known = [int(row["rank"]) for row in rows if row["rank"]]
    assert known == sorted(known)
    assert all(row["rank"] for row in rows[: len(known)]), "what has no time comes last"


@pytest.mark.parametrize("name", NAMES)
def test_no_two_rows_are_left_without_an_order(store: Store, name: str) -> None:
    query = get_query(name)
    keys = re.findall(r"\?(\w+)", query.text.rpartition("ORDER BY")[2])
    rows = ask(store, name)
    assert len(values_of(rows, *dict.fromkeys(keys))) == len(rows) > 0


def _closures() -> Iterator[tuple[str, str]]:
    for name, query in stored_queries().items():
        for parameter, each in query.head.parameters.items():
            if each.type == "concept-and-below":
                yield name, parameter


@pytest.mark.parametrize(("name", "parameter"), list(_closures()))
def test_the_example_holds_all_that_is_below_its_root(name: str, parameter: str) -> None:
    terms = shipped_terms()
    example = _example(get_query(name), parameter)
    assert any(set(terms.below(iri)) == set(example) for iri in example)
    assert len(example) == len(set(example))


def _example(query: StoredQuery, parameter: str) -> list[str]:
    (curies,) = re.findall(rf"VALUES \?{parameter} {{ (.+) }}", query.text)
    return [shipped_terms().resolve(curie) for curie in curies.split()]


@pytest.mark.slow
def test_a_cohort_is_never_a_case() -> None:
    (cohort,) = shipped("cases", "miao-2021.yaml")
    with open_store(":memory:", writable=True) as opened:
        assert all(isinstance(each, Loaded) for each in load(opened, [cohort]))
        asked = [name for name in NAMES if "case" in get_query(name).head.returns]
        assert len(asked) >= 35
        assert {name: ask(opened, name) for name in asked if ask(opened, name)} == {}


# --- the headline


def test_the_headline_finds_the_seed_case_alone_at_one_million_units(store: Store) -> None:
    rows = ask(store, "refractory_cases_responding", drug="IL-2", disease="dermatomyositis")
    assert values_of(rows, "case", "dose", "unit") == {(SEED, "1000000", "[IU]")}
    assert len(rows) == 3


def test_polymyositis_and_below_holds_dermatomyositis(store: Store) -> None:
    rows = ask(store, "refractory_cases_responding", disease="polymyositis")
    assert values_of(rows, "case") == {(SEED,)}
    assert "polymyositis" in get_query("refractory_cases_responding").head.description


def test_a_response_to_the_whole_treatment_has_a_dose_only_if_there_was_one(store: Store) -> None:
    columns = ("domain", "direction", "dose", "unit", "response_to", "beside")
    rows = ask(store, "refractory_cases_responding", drug="prednisone")
    assert values_of(rows, *columns) == {
        ("cg:skin", "cg:improved", "0.5", "mg/kg/d", "hydroxychloroquine; prednisone", ""),
        (
            "cg:muscle",
            "cg:improved",
            "",
            "",
            "cyclosporin A; prednisone",
            "hydroxychloroquine; interleukin-2",
        ),
    }
    assert values_of(rows, "domain", "worse_on_it") == {("cg:skin", "muscle; skin"), ("cg:muscle", "")}


# --- other values of the parameters


def test_every_concept_that_is_asked_for_is_of_a_kind() -> None:
    terms = shipped_terms()
    asked = [
        (name, parameter, each.within)
        for name, query in stored_queries().items()
        for parameter, each in query.head.parameters.items()
        if each.type.startswith("concept")
    ]
    assert len(asked) >= 20
    for name, parameter, within in asked:
        roots = {terms.resolve(curie) for curie in within}
        assert roots, (name, parameter)
        assert all(roots & set(terms.above(iri)) for iri in _example(get_query(name), parameter))


@pytest.mark.parametrize(
    "key", ['x"', '"', "\\", "x #", "x{", "x UNION y", "a\nb", 'x" } UNION {?s ?p ?o} #', ""]
)
def test_a_key_that_no_claim_has_gives_no_row(store: Store, key: str) -> None:
    assert ask(store, "passages_of_claim", key=key) == []


def test_the_passages_of_a_claim_of_the_report_are_found_too(store: Store) -> None:
    (row,) = ask(store, "passages_of_claim", key="definition-refractory")
    assert (row["section"], row["paragraph"]) == ("introduction", "2")


VARIANTS: list[tuple[str, dict[str, ParameterValue], tuple[str, ...], set[tuple[str, ...]]]] = [
    ("cases_by_finding", {"finding": "dysphagia"}, ("case",), set()),
    ("cases_by_finding", {"finding": "HP:0006530"}, ("case",), set()),
    ("cases_by_finding", {"finding": "Muscle weakness"}, ("case",), {(SEED,)}),
    ("cases_by_diagnosis", {"disease": "MONDO:0015925"}, ("case",), set()),
    ("cases_by_diagnosis", {"disease": "MONDO:0004992"}, ("case",), set()),
    ("cases_excluding_finding", {"finding": "Muscle weakness"}, ("case",), set()),
    ("cases_excluding_finding", {"finding": "dysphagia"}, ("case",), {(SEED,)}),
    ("cases_excluding_finding", {"finding": "Pain"}, ("case",), set()),
    ("cases_by_class", {"class": "interleukin-2-treated myositis case"}, ("case",), {(SEED,)}),
    ("cases_by_class", {"class": "cg:RituximabTreatedCase"}, ("case",), set()),
    ("cases_treated_with", {"drug": "rituximab"}, ("case",), set()),
    ("cases_with_autoantibody", {"antibody": "anti-MDA5 antibody"}, ("case",), set()),
    ("exposed_cases", {"drug": "rituximab"}, ("case",), set()),
    (
        "exposed_cases",
        {"drug": "prednisone"},
        ("end", "end_basis"),
        {("stopped", "cg:implied"), ("ongoing", "")},
    ),
    ("adverse_events", {"drug": "cyclosporin A"}, ("case",), set()),
    ("autoantibodies_at", {"days": 7}, ("case",), set()),
    (
        "autoantibodies_on_drug",
        {"drug": "prednisone"},
        ("antibody", "printed", "min_days", "max_days"),
        {(name, "", "", "") for name in ("cg:Autoantibody", "cg:AntiPL7", "cg:AntiRo52", "cg:AntiTIF1Gamma")},
    ),
    (
        "refractory_cases_responding",
        {},
        ("direction", "worse_on_it", "flared_on_it"),
        {("cg:improved", "muscle", "muscle; skin"), ("cg:resolved", "", "")},
    ),
    ("findings_in_phase", {"phase": "flare"}, ("finding",), {("HP:0007340",), ("cg:RoughSkin",)}),
    (
        "findings_by_site",
        {"site": "elbow"},
        ("finding",),
        {("cg:RoughSkin",), ("HP:0040189",), ("HP:0000989",)},
    ),
    (
        "first_response",
        {"domain": "muscle"},
        ("certainty", "direction", "response_to", "beside", "latency_max_days"),
        {("certain", "cg:improved", "cyclosporin A; prednisone", "hydroxychloroquine; interleukin-2", "7")},
    ),
    (
        "regimen_at_event",
        {"event": "symptom-free interval"},
        ("certainty", "drug"),
        {("certain", drug) for drug in DRUGS},
    ),
    (
        "passages_of_claim",
        {"key": "treg"},
        ("role", "section", "paragraph"),
        {
            ("statedIn", "case-presentation", "3"),
            ("restatedIn", "discussion", "1"),
            ("restatedIn", "key-summary-points", "3"),
        },
    ),
]


@pytest.mark.parametrize(("name", "values", "columns", "expected"), VARIANTS)
def test_another_value_of_a_parameter_gives_its_own_answer(
    store: Store,
    name: str,
    values: dict[str, ParameterValue],
    columns: tuple[str, ...],
    expected: set[tuple[str, ...]],
) -> None:
    found = [row for row in ask(store, name, **values) if of_seed(row)]
    assert values_of(found, *columns) == expected


# --- traps


def test_interstitial_lung_disease_is_not_stated_and_never_absent(store: Store) -> None:
    disease = "MONDO:0015925"
    links = [row["link"] for row in ask(store, "claims_of_case") if row["concept"] == disease]
    assert links == ["cg:leavesOpen"]
    assert (disease,) in values_of(ask(store, "not_reported"), "topic")
    assert (disease,) not in values_of(ask(store, "excluded_diagnoses"), "disease")


def test_nothing_comes_from_the_news_around_the_article(store: Store) -> None:
    claims = ask(store, "claims_of_case")
    words = "bowel|hip|diet|sting|allerg|blood pressure|diastolic"
    labels = [
        shipped_terms().label(shipped_terms().resolve(row["concept"])) for row in claims if row["concept"]
    ]
    assert len(labels) > 60
    assert [label for label in labels if re.search(words, label or "", re.IGNORECASE)] == []
    assert {row["drug"] for row in ask(store, "treatments_in_order")} == DRUGS


def test_the_treatments_are_in_the_order_in_which_they_were_given(store: Store) -> None:
    told = [(row["drug"], row["dose"] or row["dose_from"]) for row in ask(store, "treatments_in_order")]
    assert set(told[:2]) == {("CHEBI:8382", "0.5"), ("CHEBI:5801", "200")}
    assert told[2] == ("cg:Interleukin2Drug", "1000000")
    assert set(told[3:5]) == {("CHEBI:4031", "100"), ("CHEBI:8382", "50")}
    assert [dose for _, dose in told[5:]] == ["50", "30", "20", "1000000", "20", "10"]


def test_the_timeline_tells_the_course_in_its_order(store: Store) -> None:
    rows = ask(store, "timeline")
    course = [
        ("PresentFinding", "HP:0000989", "", ""),
        ("DoseSegment", "CHEBI:5801", "", ""),
        ("ResponseClaim", "", "skin", "improved"),
        ("NonResponseClaim", "", "skin", "worse"),
        ("TestResult", "cg:AntiPL7", "", ""),
        ("TreatmentEpisode", "cg:Interleukin2Drug", "", ""),
        ("TestResult", "cg:Autoantibody", "", ""),
        ("PresentFinding", "HP:0001324", "", "worse"),
        ("FinalDiagnosis", "MONDO:1010089", "", ""),
        ("TreatmentEpisode", "CHEBI:4031", "", ""),
        ("ResponseClaim", "", "muscle", "improved"),
        ("Flare", "", "muscle", ""),
        ("ResponseClaim", "", "muscle", "resolved"),
    ]
    places = [
        next(
            int(row["rank"])
            for row in rows
            if tuple(row[name].removeprefix("cg:") for name in ("kind", "domain", "direction"))
            == (kind, domain, direction)
            and row["concept"] == concept
        )
        for kind, concept, domain, direction in course
    ]
    assert places == sorted(set(places)), "each comes certainly after the one before"


def test_only_the_missing_reference_has_no_citation(store: Store) -> None:
    rows = [row for row in ask(store, "literature_statements") if row["reference_number"] and of_seed(row)]
    assert {row["reference_number"] for row in rows} == set("1234567")
    assert {row["reference_number"] for row in rows if not row["citation"]} == {"1"}


def test_the_values_of_the_cell_subsets_are_said_to_be_missing(store: Store) -> None:
    for row in filter(of_seed, ask(store, "cell_subsets")):
        assert "figure" in row["not_reported"]
        assert row["value"] == ""


def test_the_names_of_columns_are_words_and_their_meanings_are_told() -> None:
    for name, query in stored_queries().items():
        assert re.fullmatch("[a-z]+(_[a-z]+)*", name)
        assert query.head.summary
        assert query.head.question.endswith("?")
        for column, meaning in query.head.returns.items():
            assert re.fullmatch("[a-z]+[0-9]*(_[a-z]+[0-9]*)*", column), (name, column)
            assert meaning, (name, column)
            assert CG not in meaning


# --- what follows from time


@pytest.mark.parametrize(
    ("days", "skin", "both_gone"),
    [(6, "possibly", "no"), (7, "certainly", "no"), (86, "certainly", "no"), (87, "certainly", "possibly")],
)
def test_the_bounds_of_an_outcome_decide_whether_it_came_in_time(
    store: Store, days: int, skin: str, both_gone: str
) -> None:
    rows = [row for row in ask(store, "outcomes_within", days=days) if of_seed(row)]
    assert values_of(rows, "within", "domain", "direction") >= {
        (skin, "cg:skin", "cg:improved"),
        (both_gone, "cg:skin", "cg:resolved"),
        (both_gone, "cg:muscle", "cg:resolved"),
    }


def test_an_outcome_without_a_time_is_in_time_for_no_limit(store: Store) -> None:
    for days in (0, 100_000):
        rows = ask(store, "outcomes_within", drug="cyclophosphamide", days=days)
        told = values_of(rows, "case", "within", "days_min", "days_max")
        assert ("10.1186/s13256-024-04793-9/1", "not told", "", "") in told


def test_a_line_of_open_number_has_bounds_and_why_it_was_left(store: Store) -> None:
    rows = ask(store, "treatment_lines", case=f"{BASE}case/10.1007/s10067-008-0973-2/1")
    assert len(rows) == 8
    (first,) = (row for row in rows if "methotrexate" in row["treatments"])
    assert first["treatments"] == "intravenous immunoglobulin; methotrexate; rituximab"
    assert (first["line_min"], first["line_max"]) == ("1", "5")
    assert first["outcomes"].split("; ") == [
        f"{drug}: overall improved" for drug in first["treatments"].split("; ")
    ]
    assert first["left_because"] == "methotrexate: replaced"
    assert [row["left_because"] for row in rows if row is not first] == [""] * 7


def test_a_stop_has_the_reason_that_the_report_gives_and_no_other(store: Store) -> None:
    rows = ask(store, "regimen_changes", case=f"{BASE}case/10.1186/s13256-024-04793-9/1")
    assert values_of([row for row in rows if row["reason"]], "change", "drug", "reason") == {
        ("stopped", "CHEBI:4027", "replaced")
    }
    told = [row for row in ask(store, "regimen_changes") if row["reason"] or row["reason_claim"]]
    assert values_of(told, "drug", "change", "reason", "reason_claim") == {
        ("cg:Interleukin2Drug", "raised", "Flare", f"{SEED}#flare")
    }


def test_what_has_no_dose_is_not_running_at_the_end_because_it_is_of_a_line(store: Store) -> None:
    """A drug without a dose that was stopped: its line of treatment has no end, and is no regimen."""
    rows = ask(store, "final_regimen", case=f"{BASE}case/10.5555/better-after-stopping/1")
    assert rows == []
