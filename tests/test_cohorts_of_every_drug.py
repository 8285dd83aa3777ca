"""Each drug that a shipped case was given has a cohort, and its pictures are made."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from casegraph.namespaces import CG, expand
from casegraph.plot.cohort.pictures import cohort_pictures
from casegraph.query import get_query
from casegraph.store import Store
from casegraph.terms import all_terms

GIVEN = f"SELECT DISTINCT ?drug {{ ?case a <{CG}Case> ; <{CG}treatedWith> ?drug }}"


@pytest.mark.slow
def test_each_drug_that_was_given_has_its_pictures(corpus_store: Store) -> None:
    query, terms = get_query("cases_treated_with"), all_terms()
    roots = frozenset(map(expand, query.head.parameters["drug"].within))
    rows = corpus_store.query(GIVEN)
    assert isinstance(rows, ox.QuerySolutions)
    drugs = sorted(each.value for (each,) in rows if isinstance(each, ox.NamedNode))
    asked = [each for each in drugs if not roots.isdisjoint(terms.above(each))]
    assert len(asked) >= 37
    for drug in asked:
        pictures = cohort_pictures(corpus_store, query, {"drug": drug})
        assert [each.name for each in pictures] == ["swimmer", "responses", "antibodies"]
        assert all(each.summary for each in pictures)
