"""A cohort: the cases that answer a stored query, and what a store has of them for pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode

from casegraph.errors import InputError
from casegraph.namespaces import BASE, CG, PREFIXES, compact, expand
from casegraph.parameters import terms_of
from casegraph.query import StoredQuery, bind, example_of, stored_queries
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.syntax import named
from casegraph.terms import Terms
from casegraph.told import with_told

__all__ = [
    "GIVEN",
    "TAG",
    "Cohort",
    "asked_for",
    "cohort_of",
    "cohort_question",
    "is_cohort",
    "label_of",
    "treatment_label",
]

#: The tag of the queries whose cases are a cohort.
TAG: Final = "cohort"
#: More cases than these are not named in a query: it is asked of the whole store, and the others left out.
_NAMED: Final = 1_000
_COLUMNS: Final = ("case", "subject")
_CASE: Final = f"{BASE}case/"
_PREFIX: Final = f"PREFIX cg: <{CG}>\n"
_PLACE: Final = "# the cases"
_ALL: Final = f'FILTER STRSTARTS(STR(?case), "{_CASE}")'
_PATIENTS: Final = f"SELECT ?case ?first {{ GRAPH <{BASE}patients> {{ ?case <{CG}countedAs> ?first }} }}"
_REPORTS: Final = f"SELECT ?case ?report {{ {_PLACE}\n  GRAPH ?asserted {{ ?case cg:reportedIn ?report }} }}"
#: Which treatments the cases were given.
GIVEN: Final = (
    f"SELECT ?case ?episode ?drug {{ {_PLACE}\n"
    "  GRAPH ?asserted { ?case cg:hasTreatment ?episode . ?episode cg:aboutConcept ?drug } }"
)
_BIBLIOGRAPHY: Final = f"""SELECT ?report ?authors ?title ?issued {{
  VALUES ?report {{ {_PLACE} }}
  {{ GRAPH ?report {{ ?report <{CG}authors> ?authors }} }}
  UNION {{ GRAPH ?report {{ ?report <{PREFIXES["dcterms"]}title> ?title }} }}
  UNION {{ GRAPH ?report {{ ?report <{PREFIXES["dcterms"]}issued> ?issued }} }} }}"""

#: What stands for a treatment where a report does not name it.
_UNNAMED: Final = {
    expand("MAXO:0000058"): "drug not named",
    expand("MAXO:0000001"): "treatment not named",
}

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The cases that answer a stored query; groups are none.

    :param rows: those of the answer that make their case one of it.
    :param cases: their IRIs, sorted, each once.
    :param otherwise: those of the cases of which the answer has other rows alone.
    :param patients: case -> the case that its patient is counted as.
    :param reports: case -> the IRI of its report.
    :param drugs: the IRIs of the drugs that the query asks for; empty where it asks for none.
    :param given: the rows of :data:`GIVEN`.
    :param terms: what things are called.
    """

    store: Store
    query: StoredQuery
    values: Mapping[str, str]
    rows: Rows
    cases: tuple[str, ...]
    otherwise: tuple[str, ...]
    patients: Mapping[str, str]
    reports: Mapping[str, str]
    drugs: frozenset[str]
    given: tuple[Row, ...]
    terms: Terms

    def ask(self, question: str) -> list[Row]:
        """Return the rows of the cohort's cases that answer a question, each value as text.

        :param question: a SELECT with a column ``case`` and the line that :func:`cohort_question` fills.
        :raises StoreError: if the store fails.
        """
        rows = Rows.read(self.store.query(cohort_question(question, self.cases), union=False))
        return [
            found
            for row in rows.rows
            if (found := _texts(rows.columns, row)).get("case", "") in self.patients
        ]

    def bibliography(self, reports: Sequence[str]) -> list[Row]:
        """Return who wrote some reports, and when they were issued.

        :param reports: their IRIs.
        :raises StoreError: if the store fails.
        """
        meant = " ".join(str(named(each)) for each in reports)
        rows = Rows.read(self.store.query(_BIBLIOGRAPHY.replace(_PLACE, meant), union=False))
        return [_texts(rows.columns, row) for row in rows.rows]

    def patients_of(self, cases: Iterable[str]) -> frozenset[str]:
        """Return the patients that some of its cases tell of, each once."""
        return frozenset(self.patients[case] for case in cases)


def _texts(columns: Sequence[str], row: Sequence[object]) -> dict[str, str]:
    return {name: getattr(term, "value", "") for name, term in zip(columns, row, strict=True)}


def cohort_question(question: str, cases: Sequence[str] | None) -> str:
    r"""Return a question with its cases named, or, where they are many, asked of all cases of a store.

    :param cases: None for all cases of a store.
    :raises InputError: if a case is no IRI.

    >>> print(cohort_question("SELECT ?case { # the cases\n ?case ?p ?o }", ["https://example.org/1"]))
    PREFIX cg: <https://w3id.org/casegraph/ontology#>
    SELECT ?case { VALUES ?case { <https://example.org/1> }
     ?case ?p ?o }
    """
    text = _PREFIX + question
    if cases is None or len(cases) > _NAMED:
        return text.replace(_PLACE, _ALL)
    return text.replace(_PLACE, f"VALUES ?case {{ {' '.join(str(named(case)) for case in cases)} }}")


def is_cohort(query: StoredQuery) -> bool:
    """Tell whether the cases that answer a stored query are a cohort."""
    return TAG in query.head.tags and any(each in query.head.returns for each in _COLUMNS)


def cohort_of(store: Store, query: StoredQuery, values: Mapping[str, str] | None = None) -> Cohort:
    """Return the cohort of a stored query.

    :param values: parameter -> value; those not named keep their example.
    :raises InputError: if the query gives no cases, a parameter is unknown or a value not of its type.
    :raises StoreError: if the store fails.
    """
    given = dict(values or {})
    column = next((each for each in _COLUMNS if each in query.head.returns), "")
    if not is_cohort(query):
        names = ", ".join(sorted(name for name, each in stored_queries().items() if is_cohort(each)))
        raise InputError(f"{query.name} is no cohort", expected=f"one of {names}")
    terms = with_told(store)
    answer = _answer(store, query, bind(query, given, terms=terms))
    rows = _members(query, answer)
    cases = _cases(rows, column)
    firsts = {str(row["case"]): str(row["first"]) for row in Rows.read(store.query(_PATIENTS, union=False))}
    cohort = Cohort(
        store=store,
        query=query,
        values=given,
        rows=rows,
        cases=cases,
        otherwise=tuple(sorted({*_cases(answer, column)} - {*cases})),
        patients={case: firsts.get(case, case) for case in cases},
        reports={},
        drugs=asked_for(query, given, "drug", terms=terms),
        given=(),
        terms=terms,
    )
    if not cases:
        return cohort
    reports = {row["case"]: row["report"] for row in cohort.ask(_REPORTS)}
    return replace(cohort, reports=reports, given=tuple(cohort.ask(GIVEN)))


def _cases(rows: Rows, column: str) -> tuple[str, ...]:
    place = rows.columns.index(column)
    found = {each.value for row in rows.rows if isinstance(each := row[place], NamedNode)}
    return tuple(sorted(each for each in found if each.startswith(_CASE)))


def _members(query: StoredQuery, rows: Rows) -> Rows:
    """Return the rows that make their case one of the cohort."""
    wanted = [(rows.columns.index(name), values) for name, values in query.head.members.items()]
    kept = (row for row in rows.rows if all(_short(row[place]) in values for place, values in wanted))
    return replace(rows, rows=tuple(kept)) if wanted else rows


def _short(term: object) -> str:
    return str(getattr(term, "value", "")).removeprefix(CG)


def _answer(store: Store, query: StoredQuery, text: str) -> Rows:
    if "://" not in store.location:
        return Rows.read(store.query(text, union=query.head.dataset != "named"))
    from casegraph.expand import rows_of

    return rows_of(store, text, union=query.head.dataset != "named")


def asked_for(query: StoredQuery, values: Mapping[str, str], name: str, *, terms: Terms) -> frozenset[str]:
    """Return the terms that a query asks for by one of its parameters; empty where it has none of that name.

    :param values: parameter -> value; those not named keep their example.
    :raises InputError: if the value is not of the type of the parameter.
    """
    parameter = query.head.parameters.get(name)
    if parameter is None:
        return frozenset()
    example = example_of(query, name)
    if name not in values:
        return frozenset(
            each.strip("<>") if each.startswith("<") else expand(each) for each in example.split()
        )
    found = terms_of(parameter.type, values[name], example=example, within=parameter.within, terms=terms)
    return frozenset(each.value for each in found)


def label_of(cohort: Cohort, iri: str) -> str:
    """Return what a term is called; where nobody says, its short name."""
    return cohort.terms.plain(iri) or compact(iri)


def treatment_label(cohort: Cohort, iri: str) -> str:
    """Return what a treatment is called; one of which a report tells no more than that says so."""
    return _UNNAMED.get(iri) or label_of(cohort, iri)
