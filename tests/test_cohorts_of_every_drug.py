"""Each drug that a shipped case was given has a cohort, and its pictures are made."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from casegraph.namespaces import BASE, CG, expand
from casegraph.plot.cohort.pictures import cohort_pictures
from casegraph.query import get_query, run
from casegraph.store import Store
from casegraph.terms import all_terms

GIVEN = f"SELECT DISTINCT ?drug {{ ?case a <{CG}Case> ; <{CG}treatedWith> ?drug }}"


#: A group that some report tells and no drug of it -> who was given one of it, as the documents tell it.
GROUPS = {
    "calcineurin inhibitor": {
        ("pmid/39790853/1", "calcineurin inhibitor"),
        ("10.1007/s10067-008-0973-2/1", "tacrolimus"),
        ("10.1007/s13555-020-00421-8/1", "cyclosporin A"),
        ("10.1186/s12969-021-00637-8/papadopoulou-2019", "cyclosporin A"),
        ("10.1186/s12969-021-00637-8/papadopoulou-2019", "tacrolimus"),
        ("10.1186/s13256-024-04793-9/1", "tacrolimus"),
        ("10.3899/jrheum.101321/2", "cyclosporin A"),
        ("10.3899/jrheum.101321/4", "cyclosporin A"),
        ("10.3899/jrheum.101321/8", "cyclosporin A"),
        ("key/authorea-708183/1", "tacrolimus"),
        ("key/pmc5684540/1", "cyclosporin A"),
        ("key/the-rheumatologist-antisynthetase/1", "cyclosporin A"),
    },
    # CHEBI has what is for leprosy among them
    "antibacterial drug": {
        ("pmid/39790853/1", "antibacterial drug"),
        ("10.1097/md.0000000000031173/1", "thalidomide"),
        ("10.2174/1874312901409010077/1", "dapsone"),
    },
    "tacrolimus": {
        ("10.1007/s10067-008-0973-2/1", "tacrolimus"),
        ("10.1186/s12969-021-00637-8/papadopoulou-2019", "tacrolimus"),
        ("10.1186/s13256-024-04793-9/1", "tacrolimus"),
        ("key/authorea-708183/1", "tacrolimus"),
    },
}


def given(store: Store, drug: str) -> set[tuple[str, str]]:
    terms = all_terms()
    return {
        (case.value.removeprefix(f"{BASE}case/"), str(terms.label(what.value)).removesuffix(" (anhydrous)"))
        for case, what in run(store, get_query("cases_treated_with"), {"drug": drug}).rows
        if isinstance(case, ox.NamedNode) and isinstance(what, ox.NamedNode)
    }


@pytest.mark.parametrize("drug", GROUPS)
def test_a_group_is_its_drugs_and_what_is_told_as_the_group_alone(corpus_store: Store, drug: str) -> None:
    assert given(corpus_store, drug) == GROUPS[drug]


def test_a_drug_that_no_report_names_is_none_of_its_group(corpus_store: Store) -> None:
    unnamed = "10.4236/ojra.2013.31006/1"  # five disease-modifying drugs, none of them named
    of_group = {(case, drug) for case, drug in given(corpus_store, "antirheumatic drug") if case == unnamed}
    assert of_group == {(unnamed, "antirheumatic drug")}
    for drug in ("methotrexate", "leflunomide", "hydroxychloroquine", "immunosuppressive agent"):
        found = {case for case, _ in given(corpus_store, drug)}
        assert (unnamed in found) is (drug == "immunosuppressive agent")  # by its rituximab
        assert found


@pytest.mark.slow
def test_each_drug_that_was_given_has_its_pictures(corpus_store: Store) -> None:
    query, terms = get_query("cases_treated_with"), all_terms()
    roots = frozenset(map(expand, query.head.parameters["drug"].within))
    rows = corpus_store.query(GIVEN)
    assert isinstance(rows, ox.QuerySolutions)
    drugs = sorted(each.value for (each,) in rows if isinstance(each, ox.NamedNode))
    assert all(not roots.isdisjoint(terms.above(each)) for each in drugs)
    assert len(drugs) >= 40
    for drug in drugs:
        pictures = cohort_pictures(corpus_store, query, {"drug": drug})
        assert [each.name for each in pictures] == ["swimmer", "responses", "antibodies"]
        assert all(each.summary for each in pictures)
