"""A record that names no publication is in every answer, and its silence is never taken for a fact."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from casegraph.ingest import Loaded, LoadedRecord, load, load_records
from casegraph.loaders import read_document
from casegraph.loaders.records import Imported, Options, RecordBuilder
from casegraph.model import Case, CaseDocument, Record, Response, Treatment
from casegraph.namespaces import BASE, CG
from casegraph.query import get_query, run, stored_queries
from casegraph.resources import shipped
from casegraph.store import Store, open_store

CASE, DATASET, PAPER = (f"{BASE}{each}" for each in ("case/clinic/p-1", "dataset/clinic", "report/pmid/1"))
#: what only a report tells, or tells of its groups and other patients; or what several reports tell.
OF_REPORTS = {
    "conflicts_between_reports",
    "exposed_groups",
    "flagged_claims",
    "group_outcomes",
    "literature_statements",
    "mapped_terms",  # tells of terms
    "not_reported",
    "outcomes_of_groups",
    "patients_in_several_reports",
    "patients_of_one_report",
    "reuse_conditions",
}
#: what the patient was spared: a death, a harm that is put down to the drug, a drug of that class.
SPARED = {"cases_by_class", "harms_attributed_to_drug", "responders_who_died"}
#: the drugs of the case to ask for, where the example of a query is another.
DRUGS = {"responders_to_drug": "cg:Interleukin2Drug", "nonresponders_to_drug": "CHEBI:8382"}
#: what is told of the publication itself.
HIDDEN = {"corpus_counts": "reports", "merged_patient": "title", "patient": "title"}


def alone(value: object) -> Any:
    """Return a part of a case without what leans on its report: definitions, and what it does not say."""
    told = msgspec.to_builtins(value)
    if isinstance(told, dict):
        return {
            name: alone(each) for name, each in told.items() if name not in ("by_definition", "not_reported")
        }
    return [alone(each) for each in told] if isinstance(told, list | tuple) else told


def record(**publication: str | None) -> CaseDocument:
    """Return the case of a rich report as if a data set had told it."""
    (path,) = shipped("cases", "miao-2020.yaml")
    document = read_document(path).document
    report = msgspec.structs.replace(
        document.report,
        **{"doi": None, "pmid": None, **publication},
        extent="dataRecord",
        record=Record(dataset="clinic", id="p-1"),
    )
    cases = {key: msgspec.convert(alone(case), Case) for key, case in document.cases.items()}
    return msgspec.structs.replace(document, report=report, cases=cases)


def put(store: Store, **publication: str | None) -> Store:
    (one,) = load_records(store, [("p-1", Imported(record(**publication), ()))])
    assert isinstance(one, LoadedRecord), one
    return store


@pytest.fixture(scope="module")
def unpublished() -> Iterator[Store]:
    with open_store(":memory:", writable=True) as store:
        yield put(store)


@pytest.fixture(scope="module")
def published() -> Iterator[Store]:
    with open_store(":memory:", writable=True) as store:
        yield put(store, pmid="1")


def answer(store: Store, name: str) -> list[dict[str, object]]:
    query = get_query(name)
    values = {"case": CASE} if "case" in query.head.parameters else {}
    values |= {"drug": DRUGS[name]} if name in DRUGS else {}
    sources, hidden = (DATASET, PAPER), HIDDEN.get(name)
    return [
        {each: "source" if value in sources else value for each, value in row.items() if each != hidden}
        for row in run(store, query, values)
    ]


@pytest.mark.parametrize("name", sorted(stored_queries()))
def test_a_record_answers_as_it_would_with_a_publication(
    unpublished: Store, published: Store, name: str
) -> None:
    rows = answer(unpublished, name)
    assert rows == answer(published, name)
    assert bool(rows) == (name not in OF_REPORTS | SPARED)


@pytest.mark.parametrize("pmid", [None, "1"])
def test_what_a_record_does_not_tell_is_not_captured(pmid: str | None) -> None:
    silent = RecordBuilder(Options("clinic"), "p-2", pmid=pmid)
    silent.treatments.append(silent.claim(Treatment, what="CHEBI:5801 hydroxychloroquine"))
    with open_store(":memory:", writable=True) as store:
        (one,) = load_records(store, [("p-2", silent.imported())])
        assert isinstance(one, LoadedRecord), one
        for name in ("drug_verdicts", "outcomes_by_drug", "care_completeness"):
            (row,) = answer(store, name)
            assert row["not_reported"] == 0, name
            assert row["not_captured"] == (18 if name == "care_completeness" else 1), name
        (row,) = answer(store, "corpus_counts")
        assert (row["cases"], row["cases_read_whole"], row["cases_of_records"]) == (1, 0, 1)


def test_a_drug_of_a_record_is_the_sole_change_and_never_known_to_be_the_sole_treatment() -> None:
    """What else ran may have been lost, or never have been told to the registry."""
    one = RecordBuilder(Options("clinic"), "p-3")
    start, seen = (one.times.date(each) for each in ("2020-01-01", "2020-03-01"))
    one.treatments.append(one.claim(Treatment, id="a", what="CHEBI:5801 hydroxychloroquine", at=start))
    one.responses.append(one.claim(Response, to=("a",), domain="skin", direction="improved", at=seen))
    with open_store(":memory:", writable=True) as store:
        (put_in,) = load_records(store, [("p-3", one.imported())])
        assert isinstance(put_in, LoadedRecord), put_in
        query = get_query("drug_responses")
        (row,) = run(store, query, {"drug": "CHEBI:5801"})
    assert row["attribution"] == f"{CG}soleChange"


@pytest.mark.slow
def test_a_report_that_was_read_whole_does_not_lend_its_silence_to_a_record() -> None:
    """A curator read the report, which is silent of its limitations; a record names the same publication."""
    (path,) = shipped("cases", "miao-2020.yaml")
    with open_store(":memory:", writable=True) as store:
        (read,) = load(store, [path])
        assert isinstance(read, Loaded)
        put(store, doi=read_document(path).document.report.doi)
        told = {(row["case"] == CASE, row["extent"], row["state"]) for row in limitations(store)}
        extents = {(row["case"] == CASE, row["extent"]) for row in answer(store, "drug_responses")}
    whole, record = f"{CG}fullText", f"{CG}dataRecord"
    assert told == {(False, whole, "not reported"), (True, record, "not captured")}
    assert extents == {(False, whole), (True, record)}


def limitations(store: Store) -> list[dict[str, object]]:
    return [row for row in answer(store, "care_items") if row["item"] == f"{CG}CareLimitations"]
