"""The cases of a store that were given the drug of a cohort and are not in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.cohort import GIVEN, Cohort, asked_for, cohort_question, label_of
from casegraph.rows import Rows
from casegraph.store.syntax import named

__all__ = ["Elsewhere", "NotHere", "called_as_asked", "courses_of", "given_elsewhere", "of_drugs", "rows_of"]

#: So many cases are named.
_MOST: Final = 10
_GIVEN: Final = f"""PREFIX cg: <{CG}>
SELECT ?case ?report ?exposure {{ VALUES ?drug {{ %s }} GRAPH ?asserted {{
  ?episode cg:aboutConcept ?drug . ?case cg:hasTreatment ?episode ; a cg:Case ; cg:reportedIn ?report .
  ?episode cg:hasSegment? ?exposure }} }}"""


@dataclass(frozen=True, slots=True)
class NotHere:
    """What is told of some cases that are not in a cohort.

    :param words: what is told.
    :param cases: the IRIs of the cases, each with its name and what else is to say of it.
    """

    words: str
    cases: tuple[tuple[str, str], ...]

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """Those of the cases that are named."""
        return self.cases[:_MOST]

    @property
    def more(self) -> str:
        """How many more there are, in words."""
        return f" and {len(self.cases) - _MOST:,} more" if len(self.cases) > _MOST else ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The cases that were given the drug of a cohort and are not in it.

    :param reports: case -> the IRI of its report.
    :param exposures: the treatments with the drug of all cases of the store, and their dosings.
    """

    reports: Mapping[str, str]
    exposures: frozenset[str]

    @property
    def cases(self) -> tuple[str, ...]:
        """Their IRIs, sorted."""
        return tuple(sorted(self.reports))


def given_elsewhere(cohort: Cohort) -> Elsewhere:
    """Return the cases that were given the drug of a cohort and are not in it.

    :raises StoreError: if the store fails.
    """
    rows = of_drugs(cohort, _GIVEN)
    reports = {row["case"]: row["report"] for row in rows if row["case"] not in cohort.patients}
    return Elsewhere(reports, frozenset(row["exposure"] for row in rows))


def of_drugs(cohort: Cohort, question: str) -> list[dict[str, str]]:
    """Return the rows of a question that has a place for the drugs of a cohort.

    :raises StoreError: if the store fails.
    """
    meant = " ".join(str(named(each)) for each in sorted(cohort.drugs))
    return list(_texts(cohort, question % meant))


def rows_of(cohort: Cohort, question: str, cases: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of some cases that answer a question; see :func:`cohort_question`.

    :raises StoreError: if the store fails.
    """
    if wanted := sorted(set(cases)):
        known = frozenset(wanted)
        rows = _texts(cohort, cohort_question(question, wanted))
        yield from (row for row in rows if row["case"] in known)


def _texts(cohort: Cohort, text: str) -> Iterator[dict[str, str]]:
    for row in Rows.read(cohort.store.query(text, union=False)):
        yield {name: str(value) for name, value in row.items()}


def called_as_asked(cohort: Cohort, name: str) -> str:
    """Return what a cohort asks for by a parameter, as it was asked, or as its one term is called."""
    terms = asked_for(cohort.query, cohort.values, name, terms=cohort.terms)
    names = sorted(label_of(cohort, each) for each in terms)
    return names[0] if len(names) == 1 else cohort.values.get(name) or " or ".join(names[:3])


def courses_of(cohort: Cohort, cases: Iterable[str]) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Return treatment -> its drug, and case -> its treatments with the drug of a cohort.

    :raises StoreError: if the store fails.
    """
    drugs, courses = {}, defaultdict(set)
    for row in rows_of(cohort, GIVEN, cases):
        drugs[row["episode"]] = row["drug"]
        if row["drug"] in cohort.drugs:
            courses[row["case"]].add(row["episode"])
    return drugs, courses
