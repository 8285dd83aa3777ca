"""The groups of patients that a cohort leaves out, with what is told of them on what it asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from re import fullmatch
from typing import Final, Literal

from casegraph.namespaces import BASE, CG
from casegraph.plot.cohort.called import called
from casegraph.plot.cohort.cohort import Cohort, asked_for, label_of
from casegraph.plot.cohort.grouptold import (
    Claims,
    all_told,
    exposures_of,
    harms_concerned,
    harms_told,
    outcomes_told,
    said_of,
    with_remarks,
)
from casegraph.plot.cohort.seen import OPEN
from casegraph.plot.cohort.within import days_asked, is_within, since_first_dose
from casegraph.plot.shown import counted
from casegraph.rows import Rows
from casegraph.store.syntax import named

__all__ = ["LeftOut", "Told", "left_out"]

#: What of a group is told: all, or what is on the drug that is asked for, or the harm on that drug.
Told = Literal["all", "on the drug", "harm on the drug"]
_GROUP: Final = f"{BASE}group/"
#: what a cohort asks for -> how a group has it, and in words.
_GIVEN: Final = ("cg:hasTreatment ?claim", "was given {}")
_HAVING: Final[Mapping[str, tuple[str, str]]] = {
    "diagnosis": (
        "cg:hasDiagnosis ?claim . ?claim a ?standing FILTER(?standing = cg:FinalDiagnosis || ?standing = "
        "cg:WorkingDiagnosis && NOT EXISTS { ?group cg:hasDiagnosis/a cg:FinalDiagnosis })",
        "was diagnosed with {}",
    ),
    "phenotype": ("cg:hasFinding ?claim", "is reported with {}"),
    "autoantibody": (
        "cg:hasTestResult ?claim . ?claim cg:result ?result FILTER(?result = cg:positive)",
        "is reported with a positive {}",
    ),
}
#: Each question stays within one graph.
_GROUPS: Final = f"""PREFIX cg: <{CG}>
SELECT ?group ?patients ?report ?claim ?what {{ GRAPH ?asserted {{
  ?group a cg:Group ; cg:patientCount ?patients ; cg:reportedIn ?report ; %s .
  ?claim cg:aboutConcept ?what }} }}"""
_CLAIMS: Final = f"""PREFIX cg: <{CG}>
SELECT ?group ?link ?claim ?name ?value {{ VALUES ?group {{ %s }}
  GRAPH ?asserted {{ ?group ?link ?claim . ?claim ?name ?value }} }}"""
_SAME: Final = f"""PREFIX cg: <{CG}>
SELECT ?group ?case {{ VALUES ?group {{ %s }}
  GRAPH ?asserted {{ {{ ?group cg:possiblySamePatientAs ?case }} UNION
    {{ ?case cg:possiblySamePatientAs ?group }} }} }}"""
_MEMBERS: Final = f"""PREFIX cg: <{CG}>
SELECT ?group ?case {{ VALUES ?group {{ %s }} GRAPH ?asserted {{ ?case cg:memberOf ?group }} }}"""


@dataclass(slots=True)
class _Having:
    """A group, with its claims of what a cohort asks for: concept -> claims."""

    patients: int | None
    report: str
    claims: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A group that has what a cohort asks for.

    :param name: what it is called.
    :param patients: how many patients it has; none where that is no count.
    :param what: what it has of what was asked for, by name.
    :param why: that it has that, such as ``was given interleukin-2``.
    :param scope: what of it is told.
    :param told: the claims of what was seen, each with its words.
    :param apart: that outcomes came later than asked for, or at no told time, and are not told; else empty.
    :param unnamed: the harm that is asked for, where nothing that is told names it; else empty.
    :param members: the cases of the cohort that are told as its patients.
    :param beside: of how many other cases of the cohort its report tells too.
    :param possibly_same: the cases of the cohort that are possibly one of its patients.
    """

    iri: str
    name: str
    patients: int | None
    what: str
    why: str
    scope: Told
    told: tuple[tuple[str, str], ...]
    apart: str
    unnamed: str
    members: tuple[str, ...]
    beside: int
    possibly_same: tuple[str, ...]

    @property
    def size(self) -> str:
        """Of how many patients it is, in words."""
        many = "an unknown number of patients" if self.patients is None else counted(self.patients, "patient")
        return f"1 group of {many}"

    @property
    def left(self) -> str:
        """What it has, and that it is left out, in words."""
        return f"{self.why} and is left out, since a group is not one patient"


def left_out(cohort: Cohort) -> tuple[LeftOut, ...]:
    """Return the groups that have what a cohort asks for, the largest first.

    That is a drug that they were given, else a diagnosis, a finding or a positive autoantibody.

    :raises StoreError: if the store fails.
    """
    pattern, words = _asked(cohort)
    having = _having(cohort, pattern)
    if not having:
        return ()
    order = sorted(having, key=lambda group: (-(having[group].patients or 0), group))
    names = called(cohort, {group: having[group].report for group in order})
    meant = " ".join(str(named(group)) for group in order)
    claims = _claims(cohort, meant)
    same, members = (_cases(cohort, question % meant) for question in (_SAME, _MEMBERS))
    scope = _scope(cohort)
    told, apart = {}, {}
    for group in order:
        found = tuple(_told(cohort, scope, claims[group], having[group]))
        told[group], apart[group] = _within(cohort, claims[group], found)
    what = {group: _what(cohort, having[group], claims[group]) for group in order}
    return tuple(
        LeftOut(
            iri=group,
            name=names[group],
            patients=having[group].patients,
            what=what[group],
            why=words.format(what[group]),
            scope=scope,
            told=told[group],
            apart=apart[group],
            unnamed=_unnamed(cohort, claims[group], told[group]) if scope == "harm on the drug" else "",
            members=tuple(sorted(members[group])),
            beside=len(_of_report(cohort, having[group].report) - members[group]),
            possibly_same=tuple(sorted(same[group])),
        )
        for group in order
    )


def _asked(cohort: Cohort) -> tuple[str, str]:
    """Return how a group has what a cohort asks for, in SPARQL and in words; empty where none can."""
    if cohort.drugs:
        return _GIVEN
    glances = (each for each in cohort.query.head.explained_by.values() if each in _HAVING)
    return next((_HAVING[each] for each in glances), ("", ""))


def _scope(cohort: Cohort) -> Told:
    if not cohort.drugs:
        return "all"
    asks_for_harm = "harm" in (*cohort.query.head.parameters, *cohort.query.head.tags)
    return "harm on the drug" if asks_for_harm else "on the drug"


def _rows(cohort: Cohort, question: str) -> Iterator[Mapping[str, str]]:
    for row in Rows.read(cohort.store.query(question, union=False)):
        yield {name: str(value) for name, value in row.items()}


def _cases(cohort: Cohort, question: str) -> dict[str, set[str]]:
    """Return group -> the cases of the cohort that answer a question on it."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows(cohort, question):
        if row["case"] in cohort.patients:
            found[row["group"]].add(row["case"])
    return found


def _of_report(cohort: Cohort, report: str) -> set[str]:
    return {case for case, its in cohort.reports.items() if its == report}


def _having(cohort: Cohort, pattern: str) -> dict[str, _Having]:
    rows = list(_rows(cohort, _GROUPS % pattern)) if pattern else []
    names = cohort.query.head.parameters if rows else ()
    asked = cohort.drugs or {
        iri for name in names for iri in asked_for(cohort.query, cohort.values, name, terms=cohort.terms)
    }
    found: dict[str, _Having] = {}
    for row in rows:
        if row["what"] in asked and row["group"].startswith(_GROUP):
            each = found.setdefault(row["group"], _Having(_count(row["patients"]), row["report"]))
            each.claims[row["what"]].add(row["claim"])
    return found


def _count(said: str) -> int | None:
    return int(said) if fullmatch("[0-9]{1,9}", said) else None


def _claims(cohort: Cohort, groups: str) -> dict[str, Claims]:
    """Return group -> its claims."""
    claims: dict[str, dict[str, dict[str, set[str]]]] = defaultdict(dict)
    for row in _rows(cohort, _CLAIMS % groups):
        claim = claims[row["group"]].setdefault(row["claim"], defaultdict(set))
        claim["link"].add(row["link"].removeprefix(CG))
        claim[row["name"].removeprefix(CG)].add(row["value"])
    return {**claims}


def _what(cohort: Cohort, having: _Having, claims: Claims) -> str:
    """Return what a group has of what was asked for; of a finding or a test, in how many."""
    found = {}
    for concept, iris in having.claims.items():
        remarks = () if cohort.drugs else (each for iri in sorted(iris) for each in _remarks(claims[iri]))
        found[label_of(cohort, concept)] = tuple(remarks)
    return ", ".join(with_remarks(name, found[name]) for name in sorted(found))


def _remarks(claim: Mapping[str, Iterable[str]]) -> Iterator[str]:
    positive, of = (
        min(claim.get("positiveCount", ()), default=""),
        min(claim.get("evaluatedCount", ()), default=""),
    )
    if positive:
        yield f"{positive} of {of}" if of else f"in {positive}"
    yield from sorted(claim.get("gist", ()))


def _told(cohort: Cohort, scope: Told, claims: Claims, having: _Having) -> Iterator[tuple[str, str]]:
    """Yield the claims of what was seen on what was asked for, harm first, each with its words."""
    if scope == "all":
        yield from all_told(cohort, claims)
        return
    episodes = {claim for found in having.claims.values() for claim in found}
    exposures = exposures_of(claims, episodes).keys()
    yield from harms_told(cohort, claims, exposures)
    if scope == "on the drug":
        yield from outcomes_told(cohort, claims, exposures)
    else:
        yield from said_of(cohort, claims, exposures)


def _within(
    cohort: Cohort, claims: Claims, told: tuple[tuple[str, str], ...]
) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return what is told but for the outcomes that came later than asked for, and how many these are."""
    if (asked := days_asked(cohort)) is None:
        return told, ""
    outcomes = [iri for iri, _ in told if "direction" in claims[iri]]
    since = since_first_dose(cohort, outcomes)
    how = {iri: is_within(asked, since.get(iri, OPEN)) for iri in outcomes}
    kept = tuple(
        (iri, f"{words}, {how[iri]}" if iri in how else words) for iri, words in told if how.get(iri, words)
    )
    timed = {iri for iri in outcomes if since.get(iri, OPEN) != OPEN}
    later = sum(not how[iri] for iri in timed)
    said = (
        *_apart(later, f"of later than {asked:,} days"),
        *_apart(len(outcomes) - len(timed), "of no told time"),
    )
    return kept, " ".join(said)


def _apart(many: int, which: str) -> Iterator[str]:
    if many:
        yield f"{counted(many, 'outcome')} on it {which} {'is' if many == 1 else 'are'} left out here."


def _unnamed(cohort: Cohort, claims: Claims, told: Iterable[tuple[str, str]]) -> str:
    """Return the harm that is asked for, where nothing that is told is of it or a kind of it."""
    harms = asked_for(cohort.query, cohort.values, "harm", terms=cohort.terms)
    kinds = {kind for harm in harms for kind in cohort.terms.below(harm)}
    for claim in (claims[iri] for iri, _ in told):
        own = claim.get("aboutConcept", ()) if "hasAdverseEvent" in claim["link"] else ()
        if not kinds.isdisjoint({*own, *harms_concerned(claims, claim)}):
            return ""
    return ", ".join(sorted(label_of(cohort, harm) for harm in harms))
