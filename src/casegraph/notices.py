"""Finds what a reader of an answer must know: notices about its reports, and cases that are one patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from casegraph.namespaces import BASE, CG, PREFIXES, doi_address
from casegraph.rows import Rows
from casegraph.store import Store

__all__ = ["Flag", "also_told", "counted_in", "flags_of", "own_iris", "resting_on", "told_twice"]

_DCTERMS = PREFIXES["dcterms"]
#: class of a notice -> what became of the report.
_BECAME: Mapping[str, str] = {
    "Retraction": "retracted",
    "Erratum": "corrected",
    "ExpressionOfConcern": "put in doubt (expression of concern)",
}
_NOTICES = f"""
SELECT DISTINCT ?notice ?report ?kind ?doi ?pmid ?source ?issued ?part {{
  ?report <{CG}hasNotice> ?notice . ?notice a ?kind .
  OPTIONAL {{ ?notice <{CG}noticeDoi> ?doi }}
  OPTIONAL {{ ?notice <{CG}noticePmid> ?pmid }}
  OPTIONAL {{ ?notice <{_DCTERMS}source> ?source }}
  OPTIONAL {{ ?notice <{_DCTERMS}issued> ?issued }}
  OPTIONAL {{ ?notice <{CG}affects> ?part }}
}} ORDER BY ?report ?notice ?part"""
_SUBJECTS = f"""
SELECT DISTINCT ?report ?subject {{ ?report <{CG}hasNotice> ?notice . ?subject <{CG}reportedIn> ?report }}
ORDER BY ?report ?subject"""
_COUNTED = f"SELECT ?case ?first {{ GRAPH <{BASE}patients> {{ ?case <{CG}countedAs> ?first }} }}"
_CASE = f"{BASE}case/"
_KINDS_OF_IRIS = tuple(f"{BASE}{kind}/" for kind in ("report", "case", "group"))
#: Columns that lead from the row to what others tell of its patient.
_OF_OTHERS = frozenset({"patient", "agrees_with", "contradicts", "contradicted_by", "possibly_same_as"})
#: column of a query that counts -> what of a case, a group or a report is counted in its row.
_COUNTED_BY: Mapping[str, str] = {
    "drug": f"?who a <{CG}Case> ; <{CG}hasTreatment>/<{CG}aboutConcept> ?what",
    "disease": (
        f"{{ ?who a <{CG}Case> ; <{CG}diagnosis> ?what }} UNION "
        f"{{ ?who a <{CG}Group> ; <{CG}hasDiagnosis>/<{CG}aboutConcept> ?what }}"
    ),
    "kind": (
        f"{{ ?who ?link ?claim }} UNION {{ ?who <{CG}hasTreatment>/<{CG}hasSegment> ?claim }} "
        f"?claim <{CG}basis> ?basis ; a ?what"
    ),
}


@dataclass(frozen=True, slots=True)
class Flag:
    """A notice about a report of a store.

    :param report: the IRI of the report.
    :param kind: the class of the notice: Retraction, Erratum or ExpressionOfConcern.
    :param where: where it was published.
    :param issued: when; empty where that is not known.
    :param affects: the IRIs of what it is about: report, cases, groups, claims; none for the bibliography.
    :param subjects: the IRIs of the cases and groups of the report.
    """

    report: str
    kind: str
    where: str
    issued: str
    affects: tuple[str, ...]
    subjects: tuple[str, ...]

    def __str__(self) -> str:
        told = ", ".join(filter(None, (self.where, self.issued)))
        short = self.report.removeprefix(f"{BASE}report/")
        parts = ", ".join(self._short(each) for each in self.affects)
        about = "" if self.is_whole else f"; that is about {parts or 'its bibliography alone'}"
        return f"{short} was {_BECAME[self.kind]} ({told}){about}"

    def _short(self, iri: str) -> str:
        """Return what a document calls a case, a group or a claim."""
        return iri.removeprefix(self.report) if iri.startswith(f"{self.report}#") else iri.rpartition("/")[2]

    @property
    def is_whole(self) -> bool:
        """Whether it is about all that the report says."""
        return self.report in self.affects

    @property
    def owners(self) -> frozenset[str]:
        """The IRIs of the cases and groups that it is told of, and of the report where it is about that."""
        named = {each.partition("#")[0] for each in self.affects}
        return frozenset(named.union(self.subjects) if self.is_whole else named)

    def touches(self, iris: Iterable[str]) -> bool:
        """Tell whether IRIs name what the notice is about, or the case or group that it is told of.

        A row that names a case may rest on any of its claims, whichever it names beside it.
        """
        owners = self.owners
        return any(each.partition("#")[0] in owners for each in iris)


def flags_of(store: Store) -> tuple[Flag, ...]:
    """Return the notices about the reports of a store, in the order of the reports.

    :raises StoreError: if the store fails.
    """
    told: dict[str, list[Mapping[str, str]]] = {}
    for row in Rows.read(store.query(_NOTICES)):
        told.setdefault(str(row["notice"]), []).append({name: str(row[name] or "") for name in row})
    subjects: dict[str, list[str]] = {}
    for row in Rows.read(store.query(_SUBJECTS)) if told else ():
        subjects.setdefault(str(row["report"]), []).append(str(row["subject"]))
    return tuple(_flag(each, subjects) for each in told.values())


def _flag(rows: Sequence[Mapping[str, str]], subjects: Mapping[str, list[str]]) -> Flag:
    first = rows[0]
    places = (
        doi_address(first["doi"]) if first["doi"] else "",
        f"PubMed {first['pmid']}" if first["pmid"] else "",
        first["source"],
    )
    return Flag(
        first["report"],
        first["kind"].removeprefix(CG),
        ", ".join(filter(None, places)),
        first["issued"],
        tuple(dict.fromkeys(row["part"] for row in rows if row["part"])),
        tuple(subjects.get(first["report"], ())),
    )


def own_iris(rows: Rows) -> tuple[frozenset[str], ...]:
    """Return, of each row, the IRIs of the reports, cases, groups and claims that it is told by.

    Not those of columns that name what another report tells of the same patient.
    """
    kept = [number for number, name in enumerate(rows.columns) if name not in _OF_OTHERS]
    return tuple(
        frozenset(value for number in kept if (value := _value(row[number])).startswith(_KINDS_OF_IRIS))
        for row in rows.rows
    )


def resting_on(flags: Iterable[Flag], rows: Rows) -> tuple[tuple[Flag, int], ...]:
    """Return the notices that rows rest on, each with the number of the rows.

    A row rests on a report if its claim, case, group or report is of it. One that only is about the same
    patient does not (:func:`also_told`), and for rows that count over many ask :func:`counted_in`.
    """
    iris = own_iris(rows)
    found = ((each, sum(each.touches(row) for row in iris)) for each in flags)
    return tuple((each, many) for each, many in found if many)


def also_told(store: Store, flags: Sequence[Flag], rows: Rows) -> tuple[tuple[Flag, int], ...]:
    """Return the notices about reports on the patients of rows that are of other reports, with their number.

    :raises StoreError: if the store fails.
    """
    iris = own_iris(rows) if flags else ()
    if not any(iris):
        return ()
    first = _patients(store)
    found: list[tuple[Flag, int]] = []
    for flag in flags:
        told = {first[each] for each in flag.owners if each in first}
        cases = {case for case, patient in first.items() if patient in told}
        others = [row for row in iris if not flag.touches(row)]
        found.append((flag, sum(any(each.partition("#")[0] in cases for each in row) for row in others)))
    return tuple((flag, many) for flag, many in found if many)


def counted_in(store: Store, flags: Iterable[Flag], rows: Rows) -> tuple[tuple[Flag, tuple[str, ...]], ...]:
    """Return the notices about reports that are counted in rows which count over many.

    :return: each notice with the IRIs of the drugs, diseases or kinds in whose rows its report is counted;
        with none of them where the rows name nothing, but count all that there is. Nothing of rows that name
        reports, cases or groups, or what is no matter of cases.
    :raises StoreError: if the store fails.
    """
    counted = [each for each in flags if each.affects]
    if not counted or not rows.rows or any(own_iris(rows)):
        return ()
    by = next((each for each in rows.columns if each in _COUNTED_BY), None)
    if by is None:
        named = any(isinstance(term, NamedNode) for row in rows.rows for term in row)
        return () if named else tuple((each, ()) for each in counted)
    column = rows.columns.index(by)
    listed = {_value(row[column]) for row in rows.rows}
    found = ((each, tuple(sorted(listed & _told_of(store, each, by)))) for each in counted)
    return tuple((each, what) for each, what in found if what)


def _told_of(store: Store, flag: Flag, by: str) -> set[str]:
    """Return the drugs, diseases or kinds by which what a notice is told of is counted."""
    owners = " ".join(f"<{each}>" for each in sorted(flag.owners))
    asked = f"SELECT DISTINCT ?what {{ VALUES ?who {{ {owners} }} {_COUNTED_BY[by]} }}"
    return {str(row["what"]) for row in Rows.read(store.query(asked))}


def _patients(store: Store) -> dict[str, str]:
    """Return the case as which each case is counted that was decided to be of a patient told twice."""
    return {str(row["case"]): str(row["first"]) for row in Rows.read(store.query(_COUNTED, union=False))}


def told_twice(store: Store, rows: Rows) -> tuple[int, tuple[tuple[str, ...], ...]]:
    """Return how many cases an answer lists, and those of them that were decided to be one patient.

    They are looked for in each column by itself, and those of the first column that has any are returned.

    :return: the number of cases of that column, and for each patient of whom it has several, their IRIs;
        0 and nothing where each case is a patient.
    :raises StoreError: if the store fails.
    """
    columns = [
        {value for value in map(_value, column) if _is_case(value)} for column in zip(*rows.rows, strict=True)
    ]
    if all(len(cases) < 2 for cases in columns):  # noqa: PLR2004
        return 0, ()
    first = _patients(store)
    for cases in columns if first else ():
        patients: dict[str, list[str]] = {}
        for case in sorted(cases & first.keys()):
            patients.setdefault(first[case], []).append(case)
        if several := tuple(tuple(each) for _, each in sorted(patients.items()) if len(each) > 1):
            return len(cases), several
    return 0, ()


def _value(term: object) -> str:
    return str(getattr(term, "value", ""))


def _is_case(value: str) -> bool:
    return value.startswith(_CASE) and "#" not in value
