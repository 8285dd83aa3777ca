"""One thing changed in a copy of the seed document changes the answers that it must change, and no other."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE, CG, compact
from casegraph.parameters import ParameterValue
from casegraph.query import get_query, run, stored_queries
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store, open_store

Document = dict[str, Any]
Edit = Callable[[Document], None]
Row = tuple[str, ...]

REPORT = "10.1007/s13555-020-00421-8"
SEED = f"{BASE}case/{REPORT}/1"
(SEED_FILE,) = shipped("cases", "miao-2020.yaml")
NEAR_MISSES = sorted((Path(__file__).parent / "near_misses").glob("*.yaml"))
IL2 = "cg:Interleukin2Drug interleukin-2"
ORGANS = ("skin", "muscle", "lung", "joint")


# --- finding and changing parts of a document


def case_of(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document["cases"]["1"]
    return found


def treatment(document: Document, what: str = IL2) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in case_of(document)["treatments"] if each["what"] == what)
    return found


def exposures(document: Document) -> set[str]:
    """Return the keys of interleukin-2 and of its dosings."""
    il2 = treatment(document)
    return {il2["id"], *(dose["id"] for dose in il2.get("doses", ()))}


def responses(document: Document, *domains: str) -> list[dict[str, Any]]:
    """Return the responses to interleukin-2 in some domains, in all if none is named."""
    known = exposures(document)
    return [
        each
        for each in case_of(document)["responses"]
        if known & set(each["to"]) and (not domains or each["domain"] in domains)
    ]


def refractory(document: Document) -> list[dict[str, Any]]:
    """Return the statements that something is refractory."""
    return [each for each in case_of(document)["statements"] if each["kind"] == "refractory"]


def drop(document: Document, *claims: dict[str, Any], case: str = "1") -> None:
    """Take claims out of a case, with everything that points to them and means nothing without them."""
    keys = {each["id"] for each in claims}
    size = 0
    while len(keys) > size:
        size = len(keys)
        document["cases"][case] = _without(document["cases"][case], keys)


def _without(value: Any, keys: set[str]) -> Any:
    """Return a part of a document without what has or names one of the keys; ``keys`` takes up more."""
    if isinstance(value, dict):
        own = ("id", "kind")
        return {
            name: each if name in own else _without(each, keys)
            for name, each in value.items()
            if name in own or not _names(each, keys)
        }
    if not isinstance(value, list):
        return value
    items = [_without(each, keys) for each in value if not _names(each, keys)]
    lost = [each for each in items if isinstance(each, dict) and _is_lost(each, keys)]
    keys.update(each["id"] for each in lost)
    return [each for each in items if each not in lost]


def _names(value: Any, keys: set[str]) -> bool:
    return isinstance(value, str) and value in keys


def _is_lost(claim: dict[str, Any], keys: set[str]) -> bool:
    no_conflict = "between" in claim and len(claim["between"]) < 2
    about_nothing = any(claim.get(name) == [] for name in ("to", "during", "derived_from"))
    return claim.get("id") in keys or no_conflict or about_nothing


# --- the edits


def nothing(document: Document) -> None:
    """Change nothing."""


def another_drug(document: Document) -> None:
    treatment(document)["what"] = "cg:Rituximab rituximab"


def polymyositis(document: Document) -> None:
    case_of(document)["diagnoses"]["final"][0]["what"] = "MONDO:0019127 polymyositis"


def another_subtype(document: Document) -> None:
    diagnosis = case_of(document)["diagnoses"]["final"][0]
    diagnosis["what"] = "MONDO:1010096 clinically amyopathic dermatomyositis"


def only_considered(document: Document) -> None:
    diagnoses = case_of(document)["diagnoses"]
    diagnoses["considered"] = diagnoses.pop("final")


def all_worse(document: Document) -> None:
    for each in responses(document):
        each["direction"] = "worse"


def organs_worse(document: Document) -> None:
    for each in responses(document, *ORGANS):
        each["direction"] = "worse"


def only_muscle(document: Document) -> None:
    drop(document, *responses(document, "skin", "lung", "joint"))


def only_overall(document: Document) -> None:
    drop(document, *responses(document, *ORGANS))


def only_laboratory(document: Document) -> None:
    drop(document, *responses(document, *ORGANS, "overall"))


def never_given(document: Document) -> None:
    il2 = treatment(document)
    drop(document, il2, *il2["doses"])


def nobody_says_refractory(document: Document) -> None:
    drop(document, *refractory(document))


def other_disease_refractory(document: Document) -> None:
    for each in refractory(document):
        each["about"] = ["MONDO:0015925 interstitial lung disease"]


def broader_disease_refractory(document: Document) -> None:
    for each in refractory(document):
        each["about"] = ["MONDO:0016367 dermatomyositis"]


def no_disease_named_refractory(document: Document) -> None:
    for each in refractory(document):
        del each["about"]


def improvement_without_order(document: Document) -> None:
    """Let nobody know when the first improvement of the skin came."""
    occasions = case_of(document)["occasions"]
    occasions["some-time"] = {}
    first = next(each for each in case_of(document)["responses"] if each["domain"] == "skin")
    first["at"], first["to"] = "some-time", []
    first["after_stopping"] = []


def no_escalation(document: Document) -> None:
    drop(document, treatment(document)["doses"][1])


def two_patients(document: Document) -> None:
    """Leave the drug with one patient, and give the diagnosis and the statement to another."""
    document["cases"]["2"] = copy.deepcopy(document["cases"]["1"])
    il2 = treatment(document)
    drop(document, il2, *il2["doses"], case="2")
    final = case_of(document)["diagnoses"]["final"]
    nobody_says_refractory(document)
    drop(document, *final)


def after_the_stop(document: Document) -> None:
    """Let everything come after interleukin-2 was stopped and not on it."""
    for each in responses(document):
        each["after_stopping"] = each.pop("to")


def no_dose_told(document: Document) -> None:
    il2, answers = treatment(document), responses(document)
    doses = il2["doses"]
    for each in answers:
        each["to"] = [il2["id"]]
    drop(document, *doses)


def whole_treatment_of_one_dose(document: Document) -> None:
    no_escalation(document)
    for each in responses(document):
        each["to"] = [treatment(document)["id"]]


def twice_the_dose(document: Document) -> None:
    for dose in treatment(document)["doses"]:
        dose["dose"] = 2000000


def muscle_refractory(document: Document) -> None:
    for each in refractory(document):
        each["domain"] = ["muscle"]


def hydroxychloroquine_stopped(document: Document) -> None:
    other = treatment(document, "CHEBI:5801 hydroxychloroquine")
    del other["ongoing_at"]
    other["ends_at"] = treatment(document)["at"]


def prednisone_stop_stated(document: Document) -> None:
    del treatment(document, "CHEBI:8382 prednisone")["end_basis"]


def prednisone_answered_too(document: Document) -> None:
    for each in responses(document, "skin"):
        each["to"].append(treatment(document, "CHEBI:5801 hydroxychloroquine")["id"])


def muscle_unchanged(document: Document) -> None:
    for each in responses(document, "muscle"):
        if each["direction"] == "worse":
            each["direction"] = "unchanged"


def adverse_event(document: Document) -> None:
    events = case_of(document)["adverse_events"]
    (none,) = events.pop("none")
    observed = {**none, "what": "HP:0001945 Fever"}
    events["observed"] = [observed]


def weakness_never(document: Document) -> None:
    present = case_of(document)["findings"]["present"]
    drop(document, *(each for each in present if "weakness" in each["what"].lower()))


# --- what each must change

HEAD = "refractory_cases_responding"
SKIN = ("cg:skin", "cg:improved", "1")
BOTH = {("cg:skin", "cg:resolved", "2"), ("cg:muscle", "cg:resolved", "2")}
WHAT = ("domain", "direction", "doses_per_period")

GIVEN: set[Row] = {("CHEBI:8382",), ("CHEBI:5801",), ("CHEBI:4031",), ("cg:Interleukin2Drug",)}

#: edit, query, values, columns, rows of the seed case
TABLE: list[tuple[Edit, str, dict[str, ParameterValue], Row, set[Row]]] = [
    (nothing, HEAD, {}, WHAT, {SKIN, *BOTH}),
    (another_drug, HEAD, {}, WHAT, set()),
    (another_drug, HEAD, {"drug": "rituximab"}, WHAT, {SKIN, *BOTH}),
    (another_drug, "cases_treated_with", {"drug": "IL-2"}, ("drug",), set()),
    (another_drug, "cases_treated_with", {"drug": "rituximab"}, ("drug",), {("cg:Rituximab",)}),
    (polymyositis, HEAD, {}, WHAT, set()),
    (polymyositis, HEAD, {"disease": "polymyositis"}, ("diagnosis",), {("MONDO:0019127",)}),
    (polymyositis, "cases_by_diagnosis", {}, ("diagnosis",), set()),
    (another_subtype, HEAD, {}, WHAT, {SKIN, *BOTH}),
    (another_subtype, HEAD, {}, ("diagnosis",), {("MONDO:1010096",)}),
    (only_considered, HEAD, {}, WHAT, set()),
    (only_considered, "diagnoses", {}, ("diagnosis",), set()),
    (all_worse, HEAD, {}, WHAT, set()),
    (all_worse, "responses_by_domain", {}, ("direction",), {("cg:worse",)}),
    (organs_worse, HEAD, {}, WHAT, {("cg:overall", "cg:improved", "")}),
    (organs_worse, HEAD, {}, ("worse_on_it",), {("muscle; skin",)}),
    (only_muscle, HEAD, {}, WHAT, {("cg:muscle", "cg:resolved", "2")}),
    (only_overall, HEAD, {}, WHAT, {("cg:overall", "cg:improved", "")}),
    (only_laboratory, HEAD, {}, WHAT, set()),
    (never_given, HEAD, {}, WHAT, set()),
    (never_given, "exposed_cases", {}, ("drug",), set()),
    (never_given, "doses_of_drug", {}, ("dose",), set()),
    (never_given, "adverse_events", {}, ("kind",), set()),
    (nobody_says_refractory, HEAD, {}, WHAT, set()),
    (other_disease_refractory, HEAD, {}, WHAT, set()),
    (broader_disease_refractory, HEAD, {}, WHAT, {SKIN, *BOTH}),
    (no_disease_named_refractory, HEAD, {}, WHAT, {SKIN, *BOTH}),
    (
        improvement_without_order,
        "first_response",
        {},
        ("certainty", "direction", "degree"),
        {("possible", "cg:improved", "cg:slight"), ("possible", "cg:improved", "")},
    ),
    (nobody_says_refractory, "refractory_statements", {}, ("kind",), {("cg:NonResponseStatement",)}),
    (no_escalation, HEAD, {}, WHAT, {SKIN}),
    (no_escalation, "doses_of_drug", {}, ("doses_per_period",), {("1",)}),
    (two_patients, HEAD, {}, WHAT, set()),
    (after_the_stop, HEAD, {}, WHAT, set()),
    (no_dose_told, HEAD, {}, (*WHAT, "dose"), {(*row[:2], "", "") for row in (SKIN, *BOTH)}),
    (no_dose_told, "treatments_in_order", {}, ("drug",), GIVEN),
    (no_dose_told, "doses_of_drug", {}, ("dose",), set()),
    (no_dose_told, "cases_treated_with", {}, ("drug",), {("cg:Interleukin2Drug",)}),
    (whole_treatment_of_one_dose, HEAD, {}, (*WHAT, "dose"), {(*SKIN, "1000000")}),
    (twice_the_dose, HEAD, {}, ("dose",), {("2000000",)}),
    (muscle_unchanged, HEAD, {}, ("worse_on_it",), {("",)}),
    (muscle_refractory, HEAD, {}, ("refractory_domain",), {("muscle",)}),
    (
        hydroxychloroquine_stopped,
        HEAD,
        {},
        ("doses_per_period", "beside"),
        {("1", ""), ("2", "cyclosporin A; prednisone")},
    ),
    (prednisone_stop_stated, HEAD, {}, ("doses_per_period", "possibly_beside"), {("1", ""), ("2", "")}),
    (
        prednisone_answered_too,
        HEAD,
        {},
        ("domain", "response_to"),
        {("cg:skin", "hydroxychloroquine; interleukin-2"), ("cg:muscle", "interleukin-2")},
    ),
    (
        adverse_event,
        "adverse_events",
        {},
        ("kind", "event"),
        {("cg:AdverseEvent", "HP:0001945"), ("cg:NoSignificantAdverseEvent", "")},
    ),
    (
        weakness_never,
        "cases_excluding_finding",
        {"finding": "Muscle weakness"},
        ("excluded",),
        {("HP:0001324",)},
    ),
    (
        weakness_never,
        "cases_excluding_finding",
        {"finding": "Proximal muscle weakness"},
        ("excluded",),
        {("HP:0001324",)},
    ),
    (weakness_never, "cases_by_finding", {"finding": "Muscle weakness"}, ("finding",), set()),
]


def seed() -> Document:
    found: Document = yaml.load(SEED_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Edit], Store]]:
    """Return what gives a store of the seed document after an edit, until the next edit is asked for."""
    folder, made = tmp_path_factory.mktemp("edited"), [""]
    with open_store(":memory:", writable=True) as store:

        def edited(edit: Edit) -> Store:
            if made[-1] != edit.__name__:
                document = seed()
                edit(document)
                assert (document == seed()) == (edit is nothing)
                path = folder / f"{edit.__name__}.yaml"
                path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
                fill(store, path)
                made.append(edit.__name__)
            return store

        yield edited


def fill(store: Store, *paths: Path) -> None:
    for outcome in load(store, paths):
        assert isinstance(outcome, Loaded), outcome


def rows_of_seed(store: Store, name: str, values: dict[str, ParameterValue]) -> list[dict[str, str]]:
    """Return the rows that are about a case of the seed report, or about the report."""
    rows = run(store, get_query(name), values)
    texts = (
        {
            key: "" if term is None else compact(term.value)
            for key, term in zip(rows.columns, row, strict=True)
        }
        for row in rows.rows
    )
    return [row for row in texts if any(REPORT in text for text in row.values())]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "name", "values", "columns", "expected"),
    TABLE,
    ids=[f"{edit.__name__}-{name}-{'-'.join(columns)}" for edit, name, _, columns, _ in TABLE],
)
def test_one_change_changes_the_answer(
    stores: Callable[[Edit], Store],
    edit: Edit,
    *,
    name: str,
    values: dict[str, ParameterValue],
    columns: Row,
    expected: set[Row],
) -> None:
    rows = rows_of_seed(stores(edit), name, values)
    assert {tuple(row[column] for column in columns) for row in rows} == expected


PREDNISONE, HCQ, CSA, IL2_ITSELF, RITUXIMAB = (
    "CHEBI:8382",
    "CHEBI:5801",
    "CHEBI:4031",
    "cg:Interleukin2Drug",
    "cg:Rituximab",
)
#: what is derived from the seed: at a glance, by domain to which drugs, and refractory by each definition.
VERDICTS: dict[str, set[str]] = {
    "improvedOn": {PREDNISONE, HCQ, CSA, IL2_ITSELF},
    "didNotImproveOn": {PREDNISONE, HCQ, IL2_ITSELF},
    "respondedTo": {IL2_ITSELF},
    "refractoryTo": {PREDNISONE, HCQ},
    "cg:skin": {PREDNISONE, HCQ},
    "cg:muscle": {PREDNISONE, HCQ},
    "cg:authorsDefinition": {"cg:skin"},
    "cg:clinicalDefinition": {"cg:skin", "cg:muscle"},
    "cg:twoLinesDefinition": {"cg:skin", "cg:muscle"},
}
NO_IL2: dict[str, set[str]] = {
    "improvedOn": {PREDNISONE, HCQ, CSA},
    "didNotImproveOn": {PREDNISONE, HCQ},
    "respondedTo": set(),
}
NOBODY: dict[str, set[str]] = {"cg:authorsDefinition": set()}
MUSCLE_LOST = {"refractoryTo": {PREDNISONE, HCQ, IL2_ITSELF}, "cg:muscle": {PREDNISONE, HCQ, IL2_ITSELF}}
ALL_LOST = {**MUSCLE_LOST, "cg:skin": {PREDNISONE, HCQ, IL2_ITSELF}, "respondedTo": set[str]()}

#: edit, the verdicts that it changes; all others stay
CHANGED: list[tuple[Edit, dict[str, set[str]]]] = [
    (nothing, {}),
    (
        another_drug,
        {
            "improvedOn": {PREDNISONE, HCQ, CSA, RITUXIMAB},
            "didNotImproveOn": {PREDNISONE, HCQ, RITUXIMAB},
            "respondedTo": {RITUXIMAB},
        },
    ),
    (another_subtype, {}),
    (polymyositis, {}),
    (only_considered, NOBODY),
    (all_worse, {**ALL_LOST, "improvedOn": {PREDNISONE, HCQ, CSA}, "cg:overall": {IL2_ITSELF}}),
    (organs_worse, ALL_LOST),
    (only_muscle, {}),
    (only_overall, {"didNotImproveOn": {PREDNISONE, HCQ}, "respondedTo": set()}),
    (only_laboratory, NO_IL2),
    (never_given, NO_IL2),
    (after_the_stop, NO_IL2),
    (nobody_says_refractory, NOBODY),
    (other_disease_refractory, NOBODY),
    (two_patients, NOBODY),
    (broader_disease_refractory, {}),
    (no_disease_named_refractory, {}),
    (muscle_refractory, {"cg:authorsDefinition": {"cg:muscle"}}),
    (improvement_without_order, {"improvedOn": {PREDNISONE, CSA, IL2_ITSELF}}),
    (no_escalation, MUSCLE_LOST),
    (whole_treatment_of_one_dose, MUSCLE_LOST),
    (prednisone_answered_too, {"cg:skin": {PREDNISONE}}),
    (no_dose_told, {}),
    (twice_the_dose, {}),
    (hydroxychloroquine_stopped, {}),
    (prednisone_stop_stated, {}),
    (muscle_unchanged, {}),
    (adverse_event, {}),
    (weakness_never, {}),
]


def verdicts(store: Store) -> dict[str, set[str]]:
    """Return what is derived of the seed: a verdict -> drugs or domains."""
    found: dict[str, set[str]] = {name: set() for name in VERDICTS}
    cg, graph = f"PREFIX cg: <{CG}>", f"<{SEED}/inferred>"
    glance = f"SELECT ?verdict ?of {{ GRAPH {graph} {{ <{SEED}> ?verdict ?of }} }}"
    judged = f"""{cg} SELECT ?verdict ?of {{ GRAPH {graph} {{
      ?judgement a cg:RefractoryJudgement ; cg:refractoryScope ?scope ; cg:domain ?domain ;
        cg:refractoryBy ?by .
      OPTIONAL {{ ?judgement cg:aboutConcept ?drug }}
      FILTER(?scope IN (cg:ofCase, cg:ofDrug))
      BIND(IF(?scope = cg:ofCase, ?by, ?domain) AS ?verdict)
      BIND(IF(?scope = cg:ofCase, ?domain, ?drug) AS ?of) }} }}"""
    for query in (glance, judged):
        for row in Rows.read(store.query(query)):
            verdict = compact(str(row["verdict"]))
            if verdict.removeprefix("cg:") in VERDICTS:
                found[verdict.removeprefix("cg:")].add(compact(str(row["of"])))
            elif query is judged:
                found.setdefault(verdict, set()).add(compact(str(row["of"])))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("edit", "changed"), CHANGED, ids=[edit.__name__ for edit, _ in CHANGED])
def test_one_change_changes_the_verdicts_that_it_must_and_no_other(
    stores: Callable[[Edit], Store], edit: Edit, changed: dict[str, set[str]]
) -> None:
    assert verdicts(stores(edit)) == {**VERDICTS, **changed}


def test_each_change_says_what_becomes_of_the_verdicts() -> None:
    assert {edit for edit, _ in CHANGED} == {edit for edit, *_ in TABLE}


def test_there_are_enough_changes() -> None:
    assert len({edit for edit, *_ in TABLE}) >= 20


@pytest.mark.slow
def test_two_patients_are_both_there(stores: Callable[[Edit], Store]) -> None:
    rows = rows_of_seed(stores(two_patients), "cases_by_finding", {})
    assert {row["case"] for row in rows} == {SEED, SEED.removesuffix("1") + "2"}


#: about groups, several patients, deaths, rituximab, JAK inhibitors and harms: the seed is in no answer.
WITHOUT_A_ROW_OF_THE_SEED = {
    "cases_by_class",
    "conflicts_between_reports",
    "exposed_groups",
    "flagged_claims",
    "group_outcomes",
    "harms_attributed_to_drug",
    "nonresponders_to_drug",
    "patients_in_several_reports",
    "patients_of_one_report",
    "responders_to_drug",
    "responders_who_died",
}


@pytest.fixture(scope="module")
def crowded() -> Iterator[Store]:
    """Return a store with the seed case among unlike, made-up ones."""
    with open_store(":memory:", writable=True) as store:
        fill(store, SEED_FILE, *NEAR_MISSES)
        yield store


#: queries that list something of one case and do not count over all of them.
OF_CASES = sorted(
    name for name, query in stored_queries().items() if not {"corpus", "mapping"} & {*query.head.tags}
)


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_CASES)
def test_unlike_cases_beside_it_change_no_row_of_the_seed(
    stores: Callable[[Edit], Store], crowded: Store, name: str
) -> None:
    alone = rows_of_seed(stores(nothing), name, {})
    assert rows_of_seed(crowded, name, {}) == alone
    assert bool(alone) is (name not in WITHOUT_A_ROW_OF_THE_SEED)
