"""The shipped corpus answers as its sources say: who must be in an answer, who must not, and who is whom.

Each row is typed from the sources: a question with its values, what of the answer is looked at, and all that
must be there. What is not named must not be there.
"""

from __future__ import annotations

import pytest

from casegraph.loaders import read_document
from casegraph.namespaces import BASE, compact
from casegraph.parameters import ParameterValue
from casegraph.query import get_query, run
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store

SEED = "10.1007/s13555-020-00421-8/1"
BEHCET = "10.1097/md.0000000000031173/1"
LUPUS = "key/humrich-2015-sle-il2/1"
ALOPECIA = "10.1001/jamadermatol.2014.504/1"
COHORT = "10.1007/s40744-021-00301-3/1"
PEMPHIGUS = "key/pemphigus-il2-interferon-1989/1"
SHINJO = "10.4236/ojra.2020.101005/1"
ASPERGILLOSIS = "10.1186/s13256-024-04793-9/1"
SEROCONVERSION = "key/authorea-708183/1"
SOARES = "10.1155/crrh/5560523/1"
RASH = "10.5070/d329562407/1"
OGAWA = "key/pmc5684540/1"
SERRANO = "10.26717/bjstr.2020.31.005093/1"
PL12 = "key/the-rheumatologist-antisynthetase/1"
GROVER = "10.4236/ojra.2013.31006/1"
YANEZ = "10.4067/s0034-98872009000100013/1"
PAPADOPOULOU = "10.1186/s12969-021-00637-8/papadopoulou-2019"
SABBAGH = "10.1186/s12969-021-00637-8/sabbagh-2019-2"
TACROLIMUS = "10.1007/s10067-008-0973-2/1"
REGISTRY = "10.3899/jrheum.101321"

#: the rows of the answer, as sets of the named columns; an empty column is an empty text.
ANSWERS: dict[str, tuple[str, dict[str, ParameterValue], tuple[str, ...], set[tuple[str, ...]]]] = {
    "refractory dermatomyositis that responded to interleukin-2: the seed alone": (
        "refractory_cases_responding",
        {"drug": "IL-2", "disease": "dermatomyositis"},
        ("case",),
        {(SEED,)},
    ),
    "by two lines the doubled dose alone: one line had failed when interleukin-2 was first given": (
        "refractory_cases_responding",
        {"drug": "IL-2", "disease": "dermatomyositis", "refractory": "two-lines"},
        ("case", "domain", "doses_per_period", "attribution"),
        {(SEED, f"cg:{domain}", "2", "cg:afterEscalation") for domain in ("skin", "muscle")},
    ),
    "by the clinical definition one failed line is enough": (
        "refractory_cases_responding",
        {"drug": "IL-2", "disease": "dermatomyositis", "refractory": "clinical"},
        ("case", "domain", "doses_per_period", "refractory_domain"),
        {
            (SEED, f"cg:{part}", times, "muscle; skin")
            for part, times in (("skin", "1"), ("skin", "2"), ("muscle", "2"))
        },
    ),
    "whom rituximab helped after a conventional drug had failed, whatever the authors call it": (
        "refractory_cases_responding",
        {"drug": "rituximab", "disease": "idiopathic inflammatory myopathy", "refractory": "clinical"},
        ("case", "attribution"),
        {
            (OGAWA, "cg:soleChange"),
            (SERRANO, "cg:soleChange"),
            (PL12, "cg:soleChange"),  # the lung, which was stabilised at six months
            (GROVER, "cg:soleChange"),
            (YANEZ, "cg:soleChange"),
            (YANEZ, "cg:lostAndRegained"),
        },
    ),
    "lupus responded too, but is another disease": (
        "refractory_cases_responding",
        {"drug": "IL-2", "disease": "systemic lupus erythematosus"},
        ("case",),
        {(LUPUS,)},
    ),
    "so did Behcet disease": (
        "refractory_cases_responding",
        {"drug": "IL-2", "disease": "Behcet disease"},
        ("case",),
        {(BEHCET,)},
    ),
    "with aggregates: the cohort is 14 of 18, perhaps with the seed's patient among them": (
        "group_outcomes",
        {"drug": "IL-2", "disease": "idiopathic inflammatory myopathy"},
        ("group", "patients", "responders", "evaluated", "possibly_same_as"),
        {(COHORT, "18", "14", "18", SEED), (COHORT, "18", "15", "18", SEED), (COHORT, "18", "", "", SEED)},
    ),
    "no group of dermatomyositis itself": (
        "group_outcomes",
        {"drug": "IL-2", "disease": "dermatomyositis"},
        ("group",),
        set(),
    ),
    "patients exposed to interleukin-2": (
        "exposed_cases",
        {"drug": "IL-2"},
        ("case",),
        {(SEED,), (BEHCET,), (LUPUS,), (PEMPHIGUS,)},
    ),
    "groups exposed to interleukin-2": (
        "exposed_groups",
        {"drug": "IL-2"},
        ("group", "patients"),
        {(ALOPECIA, "5"), (COHORT, "18")},
    ),
    "autoimmune harm attributed to interleukin-2": (
        "harms_attributed_to_drug",
        {"drug": "IL-2", "harm": "MONDO:0007179"},
        ("subject", "event", "severity"),
        {(PEMPHIGUS, "MONDO:0008219", "cg:fatal")},
    ),
    "dermatomyositis that failed cyclosporine, by the page's own words": (
        "nonresponders_to_drug",
        {"drug": "cyclosporine", "disease": "dermatomyositis"},
        ("case", "kind", "conflicts"),
        {
            (OGAWA, "cg:NonResponseClaim", "0"),
            (PAPADOPOULOU, "cg:NonResponseClaim", "0"),
            (SEED, "cg:NonResponseStatement", "1"),
        },
    ),
    "the seed's cyclosporine was observed to help": (
        "responders_to_drug",
        {"drug": "cyclosporine", "disease": "dermatomyositis"},
        ("case", "domain", "response_to"),
        {(SEED, "cg:muscle", "cyclosporin A; prednisone")},
    ),
    "antisynthetase syndrome failed cyclosporine as well, and is no dermatomyositis": (
        "nonresponders_to_drug",
        {"drug": "cyclosporine", "disease": "antisynthetase syndrome"},
        ("case",),
        {(PL12,)},
    ),
    "dermatomyositis that responded to tofacitinib": (
        "responders_to_drug",
        {"drug": "tofacitinib", "disease": "dermatomyositis"},
        ("case", "death"),
        {
            (SHINJO, "not captured"),
            (ASPERGILLOSIS, "reported"),
            (SEROCONVERSION, "not captured"),
            (SABBAGH, "not captured"),
        },
    ),
    "and one that became worse on it": (
        "nonresponders_to_drug",
        {"drug": "tofacitinib", "disease": "dermatomyositis"},
        ("case", "direction", "response_to"),
        {(SOARES, "cg:worse", "intravenous immunoglobulin; tofacitinib")},
    ),
    "no response to rituximab; what was not evaluable is not here": (
        "nonresponders_to_drug",
        {"drug": "rituximab", "disease": "idiopathic inflammatory myopathy"},
        ("case",),
        {(SHINJO,), (PAPADOPOULOU,), (SABBAGH,), (TACROLIMUS,), (f"{REGISTRY}/4",), (f"{REGISTRY}/8",)},
    ),
    "response to rituximab; the first use of the child on tacrolimus was in a combination": (
        "responders_to_drug",
        {"drug": "rituximab", "disease": "idiopathic inflammatory myopathy"},
        ("case", "response_to"),
        {
            *((case, "rituximab") for case in (OGAWA, SERRANO, PL12, GROVER, YANEZ, f"{REGISTRY}/2")),
            (TACROLIMUS, "intravenous immunoglobulin; methotrexate; rituximab"),
        },
    ),
    "responded and died; those who died without a response are not here": (
        "responders_who_died",
        {},
        ("case", "response_to"),
        {(ASPERGILLOSIS, "tofacitinib"), (ASPERGILLOSIS, "plasma exchange")},
    ),
    "an infection put down to immunosuppression as a whole": (
        "harms_attributed_to_drug",
        {"drug": "immune suppressant agent therapy", "harm": "Phenotypic abnormality"},
        ("subject", "event", "attributed_to"),
        {
            ("10.14740/jmc3965/1", "HP:0020102", "immune suppressant agent therapy"),
            (PL12, "HP:0002719", "immune suppressant agent therapy"),
        },
    ),
    "and the aspergillosis, which is a disease": (
        "harms_attributed_to_drug",
        {"drug": "immune suppressant agent therapy", "harm": "infectious disease"},
        ("subject", "event"),
        {(ASPERGILLOSIS, "MONDO:0000240")},
    ),
    "a response to baricitinib beside two other drugs": (
        "responders_to_drug",
        {"drug": "baricitinib", "disease": "panniculitis"},
        ("case", "response_to", "beside"),
        {
            (
                "key/dermatology-advisor-baricitinib/2",
                "baricitinib",
                "intravenous immunoglobulin; prednisolone",
            )
        },
    ),
    "glucocorticoids by whatever name": (
        "nonresponders_to_drug",
        {"drug": "corticosteroid", "disease": "juvenile dermatomyositis"},
        ("case", "drug"),
        {(SABBAGH, "CHEBI:6888"), (TACROLIMUS, "CHEBI:8378")},
    ),
    "hydroxychloroquine made the rash worse; in the seed nobody says so": (
        "harms_attributed_to_drug",
        {"drug": "hydroxychloroquine", "harm": "Skin rash"},
        ("subject", "patients"),
        {(RASH, "3")},
    ),
    "four distinct patients of one registry": (
        "patients_of_one_report",
        {},
        ("case", "patient_label"),
        {
            *((f"{REGISTRY}/{number}", f"patient {number}") for number in (2, 4, 6, 8)),
            *((f"key/dermatology-advisor-baricitinib/{number}", f"patient {number}") for number in (1, 2)),
            (PAPADOPOULOU, ""),
            (SABBAGH, "patient 2"),
        },
    ),
}


def plain(term: object) -> str:
    text = "" if term is None else str(getattr(term, "value", term))
    for kind in ("case", "group", "report"):
        text = text.removeprefix(f"{BASE}{kind}/")
    return compact(text)


def found(rows: Rows, columns: tuple[str, ...]) -> set[tuple[str, ...]]:
    places = [rows.columns.index(name) for name in columns]
    return {tuple(plain(row[place]) for place in places) for row in rows.rows}


@pytest.mark.parametrize("question", ANSWERS)
def test_the_corpus_answers_as_its_sources_say(corpus_store: Store, question: str) -> None:
    name, values, columns, expected = ANSWERS[question]
    assert found(run(corpus_store, get_query(name), values), columns) == expected


def test_yanez_responded_to_rituximab_twice_with_a_relapse_between(corpus_store: Store) -> None:
    rows = run(corpus_store, get_query("treatments_in_order"), {"case": f"{BASE}case/{YANEZ}"})
    courses = [row for row in found(rows, ("claim", "drug", "rank")) if row[1] == "cg:Rituximab"]
    relapses = run(corpus_store, get_query("timeline"), {"case": f"{BASE}case/{YANEZ}"})
    (relapse,) = [row for row in found(relapses, ("kind", "rank")) if row[0] == "cg:Relapse"]
    first, second = sorted(int(rank) for _, _, rank in courses)
    assert first < int(relapse[1]) < second


def test_ogawas_antibody_fell_on_rituximab(corpus_store: Store) -> None:
    rows = run(corpus_store, get_query("autoantibodies_on_drug"), {"drug": "rituximab"})
    assert (OGAWA, "cg:AntiMDA5", "", "cg:lowered") in found(
        rows, ("case", "antibody", "result", "direction")
    )


def test_nobody_lacks_a_finding_that_was_only_not_significant(corpus_store: Store) -> None:
    rows = run(corpus_store, get_query("cases_excluding_finding"), {"finding": "HP:0003198"})
    assert (SOARES,) not in found(rows, ("case",))


def test_two_courses_of_one_patient_stay_one_patient(corpus_store: Store) -> None:
    rows = run(corpus_store, get_query("exposed_cases"), {"drug": "rituximab"})
    courses = [row for row in found(rows, ("case", "claim")) if row[0] == f"{REGISTRY}/2"]
    assert len(courses) == 2


def test_twenty_nine_records_are_twenty_six_cases_and_the_groups_are_apart(corpus_store: Store) -> None:
    counted = (
        "SELECT (COUNT(DISTINCT ?s) AS ?n) {{ GRAPH ?g {{ ?s a <https://w3id.org/casegraph/ontology#{}> }} }}"
    )
    cases, groups = (
        int(str(Rows.read(corpus_store.query(counted.format(kind))).rows[0][0].value))  # type: ignore[union-attr]
        for kind in ("Case", "Group")
    )
    assert (cases, groups) == (26, 6)


def test_every_document_says_what_was_read_and_only_whole_readings_know_silence() -> None:
    documents = {path.stem: read_document(path).document for path in shipped("cases", "*.yaml")}
    assert len(documents) == 24
    extents = {name: document.report.extent for name, document in documents.items()}
    assert [name for name, extent in extents.items() if extent == "fullText"] == ["miao-2020"]
    for name, document in documents.items():
        assert document.curation is not None
        assert document.curation.source, name
        silences = [each for case in document.cases.values() for each in case.not_reported]
        assert not silences or name == "miao-2020"


def test_no_document_of_the_corpus_types_a_judgement_in() -> None:
    """A failure or a response is an outcome or the authors' word; nothing in a document derives it."""
    for path in shipped("cases", "*.yaml"):
        for case in read_document(path).document.cases.values():
            for statement in case.statements:
                assert statement.basis == "authorClaim", (path, statement)
                assert statement.stated_in, (path, statement)
