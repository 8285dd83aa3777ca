"""Tells what of an answer is of reports with a notice, contradicted by others, or of one patient twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.namespaces import BASE, CG, PREFIXES, compact
from casegraph.notices import Flag, also_told, counted_in, flags_of, own_iris, resting_on, told_twice
from casegraph.query import StoredQuery
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.by_hand import HandEdit, edited_by_hand

__all__ = ["noticed", "notices_of_all", "ontology_edits"]

#: So many patients, drugs or diseases are named.
_NAMED = 3

_ONTOLOGY = f"{BASE}ontology"
_HAS_ONTOLOGY = f"ASK {{ GRAPH <{_ONTOLOGY}> {{ ?s ?p ?o }} }}"
_HAS_CASES = f"ASK {{ GRAPH ?graph {{ ?case <{CG}reportedIn> ?report }} }}"
_LOAD = "casegraph load brings it back"
#: The terms that documents name and the ontology does not have come with these documents.
_LOAD_ALL = "loading the documents that name its terms brings it back"
_PREFERRED, _LABEL = f"{PREFIXES['skos']}prefLabel", f"{PREFIXES['rdfs']}label"
_CONTRADICTED = f"""SELECT DISTINCT ?claim {{ GRAPH ?graph {{
  ?conflict a <{CG}TellingConflict> ; <{CG}firstTelling>|<{CG}secondTelling> ?claim }} }}"""


def noticed(store: Store, asked: StoredQuery, rows: Rows) -> Iterator[str]:
    """Yield what there is to know of the answer to a stored query beside the answer, a line each.

    :raises StoreError: if the store fails.
    """
    edits = list(edited_by_hand(store))
    yield from ontology_edits(store, edits)
    yield from _edited(edits, rows)
    yield from _notices(store, rows)
    yield from _contradicted(store, rows)
    if "merging" not in asked.head.tags:  # which are about patients who are told of twice
        yield from _told_twice(store, rows)


def ontology_edits(store: Store, edits: Iterable[HandEdit]) -> Iterator[str]:
    """Yield that the ontology in the store is not what a load put there, so that queries may find less.

    :raises StoreError: if the store fails.
    """
    of_terms = [edit for edit in edits if edit.is_of_terms]
    for edit in of_terms:
        told = f"the ontology in the store was {edit}, so that rows may be missing or wrong"
        yield f"{told}; {_LOAD if edit.unit == _ONTOLOGY else _LOAD_ALL}: {edit.unit}"
    if not of_terms and not store.query(_HAS_ONTOLOGY, union=False) and store.query(_HAS_CASES, union=False):
        yield f"the ontology is not in the store, so that rows may be missing; {_LOAD}: {_ONTOLOGY}"


def _edited(edited: Iterable[HandEdit], rows: Rows) -> Iterator[str]:
    """Yield how many rows are of cases that were edited by hand, so that their report may not say so."""
    edits = {edit.unit: edit for edit in edited if not edit.gone and not edit.is_of_terms}
    if not edits:
        return
    about = [{iri.partition("#")[0] for iri in row} for row in own_iris(rows)]
    if rows.rows and not any(about):
        yield f"counted among the others, {len(edits):,} edited by hand: casegraph verify names them"
    for unit, edit in edits.items():
        if many := sum(unit in row for row in about):
            yield f"{_of_all(many, rows)} of what was {edit}, so that its report may not say so: {unit}"


def _notices(store: Store, rows: Rows) -> Iterator[str]:
    """Yield which notices are about the reports that rows are of or count, or on their patients."""
    flags = flags_of(store)
    for flag, many in resting_on(flags, rows):
        yield f"{_of_all(many, rows)} from a report with a notice: {flag}"
    for flag, many in also_told(store, flags, rows):
        yield f"{_of_all(many, rows)} of a patient also told of by a report with a notice: {flag}"
    for flag, what in counted_in(store, flags, rows):
        if what:
            counted = f"{_of_all(len(what), rows)} counting a report with a notice"
            yield f"{counted} ({_named(store, what)}): {flag}"
        else:
            yield _counted(flag)


def _of_all(many: int, rows: Rows) -> str:
    return f"{many:,} of {len(rows):,} row{'' if len(rows) == 1 else 's'}"


def _named(store: Store, iris: tuple[str, ...]) -> str:
    """Return what the store calls the first few of some terms."""
    named = " ".join(f"<{each}>" for each in iris)
    said = " ".join(f"OPTIONAL {{ ?term <{each}> ?label }}" for each in (_PREFERRED, _LABEL))
    found = f"VALUES ?term {{ {named} }} {said} FILTER(BOUND(?label))"
    asked = f"SELECT ?term (MIN(?label) AS ?name) {{ {found} }}"
    names = {str(row["term"]): str(row["name"]) for row in Rows.read(store.query(f"{asked} GROUP BY ?term"))}
    told = sorted(names.get(each, compact(each)) for each in iris)
    more = f" and {len(told) - _NAMED:,} more" if len(told) > _NAMED else ""
    return f"{', '.join(told[:_NAMED])}{more}"


def notices_of_all(store: Store) -> Iterator[str]:
    """Yield, a line each, what there is to know of counts.

    That is which reports with a notice are counted with all others, and whether the ontology is as it was.

    :raises StoreError: if the store fails.
    """
    yield from ontology_edits(store, edited_by_hand(store))
    for flag in flags_of(store):
        yield _counted(flag)


def _counted(flag: Flag) -> str:
    return f"counted among the others, a report with a notice: {flag}"


def _contradicted(store: Store, rows: Rows) -> Iterator[str]:
    """Yield how many rows rest on a claim that another report on the same patient contradicts, if any do."""
    told = (str(row["claim"]) for row in Rows.read(store.query(_CONTRADICTED, union=False)))
    claims = {each for each in told if "#" in each}
    many = sum(not claims.isdisjoint(row) for row in own_iris(rows)) if claims else 0
    if many:
        said = f"{_of_all(many, rows)} from a claim that another report on the patient contradicts"
        yield f"{said}: casegraph query conflicts_between_reports"


def _told_twice(store: Store, rows: Rows) -> Iterator[str]:
    """Yield which cases of an answer tell of one patient, so that nobody counts them as two."""
    cases, several = told_twice(store, rows)
    if several:
        patients = cases - sum(len(each) - 1 for each in several)
        named = "; ".join(_of_one(each) for each in several[:_NAMED])
        rest = len(several) - _NAMED
        more = f"; and {rest:,} more: casegraph query patients_in_several_reports" if rest > 0 else ""
        yield f"{cases:,} cases of {patients:,} patient{'' if patients == 1 else 's'}: {named}{more}"


def _of_one(cases: tuple[str, ...]) -> str:
    names = [each.removeprefix(f"{BASE}case/") for each in cases]
    return f"{', '.join(names[:-1])} and {names[-1]} tell of one patient"
