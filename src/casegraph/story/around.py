"""What stands around the story of a case: notices about its report, and other reports on the same patient."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from casegraph.facts import CaseFacts, read_case
from casegraph.namespaces import BASE, CG
from casegraph.notices import Flag, flags_of
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.by_hand import edited_by_hand
from casegraph.store.syntax import named
from casegraph.story.noticed import ontology_edits
from casegraph.story.words import Words
from casegraph.terms import Terms

__all__ = [
    "PERHAPS",
    "Contradiction",
    "contradictions",
    "edits_of",
    "notices_of_case",
    "perhaps_same",
    "same_patient",
]

#: the heading of those who may be the same person.
PERHAPS = "Perhaps the same patient, which nobody has decided: do not count both"
#: whether the one is a group, whether the other is -> what is told of them.
_PERHAPS = {
    (False, False): "This may be the same patient as",
    (False, True): "This patient may be one of the group",
    (True, False): "One of this group may be the patient",
    (True, True): "Some of this group may be patients of the group too:",
}
_OF_REPORTS = tuple(f"{BASE}{kind}/" for kind in ("case", "group", "report", "dataset"))


def notices_of_case(store: Store, facts: CaseFacts) -> list[str]:
    """Return a line for each notice about a case or group, about the ontology in the store, and its report.

    :raises StoreError: if the store fails.
    """
    told = [*edits_of(store, (facts.case, facts.report)), *ontology_edits(store, edited_by_hand(store))]
    return told + [str(flag) for flag in flags_of(store) if flag.report == facts.report]


def edits_of(store: Store, units: Collection[str]) -> Iterator[str]:
    """Yield a line for each of some units that was edited by hand and not loaded again since.

    :param units: the IRIs of cases and groups, or of graphs that cases share, as the ledger names them.
    :raises StoreError: if the store fails.
    """
    for edit in edited_by_hand(store):
        if edit.unit in units and not edit.gone:
            aside = ", so that the report may not say so" if edit.unit.startswith(_OF_REPORTS) else ""
            yield f"{edit}{aside}: {edit.unit}"


def same_patient(store: Store, case: str) -> dict[str, tuple[Flag, ...]]:
    """Return the other cases of the same patient, each with the notices about its report.

    :param case: the IRI of the case.
    :raises InputError: if it is no IRI.
    :raises StoreError: if the store fails.
    """
    me = named(case)
    asked = (
        f"SELECT ?other ?report {{ "
        f"GRAPH ?p {{ {me} <{CG}countedAs> ?first . ?other <{CG}countedAs> ?first }} "
        f"GRAPH ?g {{ ?other <{CG}reportedIn> ?report }} FILTER(?other != {me}) }} ORDER BY ?other"
    )
    rows = list(Rows.read(store.query(asked, union=False)))
    flags = flags_of(store) if rows else ()
    return {
        str(row["other"]): tuple(flag for flag in flags if flag.report == str(row["report"])) for row in rows
    }


def perhaps_same(store: Store, case: str) -> dict[str, str]:
    """Return the cases and groups that may tell of the same person, each with the words before its name.

    Either of the two may say so. Those that are decided to be of the same patient are left out:
    :func:`same_patient` has them.

    :param case: the IRI of the case or group.
    :raises InputError: if it is no IRI.
    :raises StoreError: if the store fails.
    """
    me, may = named(case), f"<{CG}possiblySamePatientAs>"
    asked = (
        f"SELECT DISTINCT ?other {{ {{ GRAPH ?g {{ {me} {may} ?other }} }} UNION "
        f"{{ GRAPH ?g {{ ?other {may} {me} }} }} "
        f"FILTER NOT EXISTS {{ GRAPH ?p {{ {me} <{CG}countedAs> ?one . ?other <{CG}countedAs> ?one }} }} }} "
        "ORDER BY ?other"
    )
    others = [str(row["other"]) for row in Rows.read(store.query(asked, union=False))]
    return {each: _PERHAPS[_is_group(case), _is_group(each)] for each in others}


def _is_group(iri: str) -> bool:
    return iri.startswith(f"{BASE}group/")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where another report on the same patient says something else; neither side is preferred.

    :param matter: the IRI of what it is about.
    :param certainty: the IRI of how sure it is that both cannot be true.
    :param mine: the claim of the case, or the case itself for sex and age; what it says is ``i_say``.
    :param theirs: the claim of the other case, or that case; what it says is ``they_say``.
    :param they_stand: where the report of the other case says so: passage -> its place; none where that case
        is no longer in the store.
    """

    matter: str
    certainty: str
    mine: str
    i_say: str
    theirs: str
    they_say: str
    they_stand: dict[str, str]


def contradictions(store: Store, case: str, terms: Terms) -> list[Contradiction]:
    """Return where other reports on the same patient contradict a case, in the order of its claims.

    :param case: the IRI of the case.
    :raises InputError: if it is no IRI.
    :raises StoreError: if the store fails.
    """
    asked = f"""SELECT ?matter ?certainty ?first ?first_says ?second ?second_says {{ GRAPH ?graph {{
      ?graph <{CG}compares> {named(case)} .
      ?conflict <{CG}ofComparison> ?graph ; a <{CG}TellingConflict> ;
        <{CG}conflictMatter> ?matter ; <{CG}conflictCertainty> ?certainty ;
        <{CG}firstTelling> ?first ; <{CG}firstSays> ?first_says ;
        <{CG}secondTelling> ?second ; <{CG}secondSays> ?second_says
    }} }} ORDER BY ?first ?second ?matter"""
    found, words = [], dict[str, Words]()
    for row in Rows.read(store.query(asked, union=False)):
        said = {name: str(row[name]) for name in row}
        sides = [(said[name], said[f"{name}_says"]) for name in ("first", "second")]
        if sides[0][0].partition("#")[0] != case:
            sides.reverse()
        (mine, i_say), (theirs, they_say) = sides
        other = theirs.partition("#")[0]
        if other not in words and _is_there(store, other):
            words[other] = Words(read_case(store, other), terms)
        told = words.get(other)
        places = {each: told.place(each) for each in told.facts.values(theirs, "statedIn")} if told else {}
        found.append(Contradiction(said["matter"], said["certainty"], mine, i_say, theirs, they_say, places))
    return sorted(found, key=lambda each: (each.mine, each.theirs, each.matter))


def _is_there(store: Store, case: str) -> bool:
    """Say whether a case is in the store: it may have been taken out by hand, and its comparison left."""
    return bool(
        store.query(f"ASK {{ GRAPH ?graph {{ {named(case)} <{CG}reportedIn> ?report }} }}", union=False)
    )
