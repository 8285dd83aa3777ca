"""The groups of patients that a cohort leaves out, with what is told of them on the drug it asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from re import fullmatch
from typing import Final

from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.plot.cohort.called import called
from casegraph.plot.cohort.cohort import Cohort, label_of
from casegraph.rows import Rows
from casegraph.store.syntax import named

__all__ = ["LeftOut", "left_out"]

_GROUP: Final = f"{BASE}group/"
_TYPE: Final = f"{PREFIXES['rdf']}type"
_RESPONSES: Final = ("hasResponse", "lacksResponse", "questionsResponse")
_BETTER: Final = ("improved", "resolved", "stabilised")
#: Each question stays within one graph.
_GROUPS: Final = f"""PREFIX cg: <{CG}>
SELECT ?group ?patients ?report ?episode ?drug {{ GRAPH ?asserted {{
  ?group a cg:Group ; cg:patientCount ?patients ; cg:reportedIn ?report ; cg:hasTreatment ?episode .
  ?episode cg:aboutConcept ?drug }} }}"""
_CLAIMS: Final = f"""PREFIX cg: <{CG}>
SELECT ?group ?link ?claim ?name ?value {{ VALUES ?group {{ %s }}
  GRAPH ?asserted {{ ?group ?link ?claim . ?claim ?name ?value }} }}"""
_SAME: Final = f"""PREFIX cg: <{CG}>
SELECT ?group ?case {{ VALUES ?group {{ %s }}
  GRAPH ?asserted {{ {{ ?group cg:possiblySamePatientAs ?case }} UNION
    {{ ?case cg:possiblySamePatientAs ?group }} }} }}"""

_Values = dict[str, set[str]]


@dataclass(slots=True)
class _Given:
    """A group, with its treatments that a cohort asks for."""

    patients: int | None
    report: str
    drugs: dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A group that was given a drug that a cohort asks for.

    :param name: what it is called.
    :param patients: how many patients it has; none where that is no count.
    :param drugs: the names of what it was given, of what was asked for.
    :param told: the claims of what was seen on these, each with its words.
    :param shares_report: whether its report tells of a case of the cohort too.
    :param possibly_same: the cases of the cohort that are possibly one of its patients.
    """

    iri: str
    name: str
    patients: int | None
    drugs: tuple[str, ...]
    told: tuple[tuple[str, str], ...]
    shares_report: bool
    possibly_same: tuple[str, ...]


def left_out(cohort: Cohort) -> tuple[LeftOut, ...]:
    """Return the groups that were given a drug that a cohort asks for, the largest first.

    A cohort that asks for no drug has none.

    :raises StoreError: if the store fails.
    """
    given = _given(cohort)
    if not given:
        return ()
    order = sorted(given, key=lambda group: (-(given[group].patients or 0), group))
    names = called(cohort, {group: given[group].report for group in order})
    meant = " ".join(str(named(group)) for group in order)
    claims: dict[str, dict[str, _Values]] = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
    for row in _rows(cohort, _CLAIMS % meant):
        claim = claims[row["group"]][row["claim"]]
        claim["link"].add(row["link"].removeprefix(CG))
        claim[row["name"].removeprefix(CG)].add(row["value"])
    same: dict[str, set[str]] = defaultdict(set)
    for row in _rows(cohort, _SAME % meant):
        same[row["group"]].add(row["case"])
    reports = set(cohort.reports.values())
    return tuple(
        LeftOut(
            iri=group,
            name=names[group],
            patients=given[group].patients,
            drugs=tuple(sorted({label_of(cohort, drug) for drug in given[group].drugs})),
            told=tuple(_told(cohort, claims[group], given[group].drugs)),
            shares_report=given[group].report in reports,
            possibly_same=tuple(sorted(same[group] & cohort.patients.keys())),
        )
        for group in order
    )


def _rows(cohort: Cohort, question: str) -> Iterator[Mapping[str, str]]:
    for row in Rows.read(cohort.store.query(question, union=False)):
        yield {name: str(value) for name, value in row.items()}


def _given(cohort: Cohort) -> dict[str, _Given]:
    found: dict[str, _Given] = {}
    for row in _rows(cohort, _GROUPS) if cohort.drugs else ():
        if row["drug"] in cohort.drugs and row["group"].startswith(_GROUP):
            each = found.setdefault(row["group"], _Given(_count(row["patients"]), row["report"], {}))
            each.drugs.setdefault(row["drug"], set()).add(row["episode"])
    return found


def _count(said: str) -> int | None:
    return int(said) if fullmatch("[0-9]{1,9}", said) else None


def _told(
    cohort: Cohort, claims: Mapping[str, _Values], drugs: Mapping[str, set[str]]
) -> Iterator[tuple[str, str]]:
    """Yield the claims of what was seen on some treatments, harm first, each with its words."""
    episodes = {episode for found in drugs.values() for episode in found}
    exposures = episodes | {dose for episode in episodes for dose in claims[episode]["hasSegment"]}
    for iri in sorted(claims):
        if "hasAdverseEvent" in claims[iri]["link"] and not exposures.isdisjoint(
            claims[iri]["duringTreatment"]
        ):
            yield iri, _harm(cohort, claims[iri])
    for iri in sorted(claims):
        if not claims[iri]["link"].isdisjoint(_RESPONSES) and not exposures.isdisjoint(
            claims[iri]["responseTo"]
        ):
            yield iri, _outcome(cohort, claims, claims[iri])


def _harm(cohort: Cohort, claim: _Values) -> str:
    if not (what := _labels(cohort, claim["aboutConcept"])):
        return "no adverse event" if f"{CG}NoAdverseEvent" in claim[_TYPE] else "no significant adverse event"
    return _with("adverse event " + what, [*_local(claim["severity"]), *claim["gist"]])


def _outcome(cohort: Cohort, claims: Mapping[str, _Values], claim: _Values) -> str:
    about = {
        concept for each in claim["concerns"] if each in claims for concept in claims[each]["aboutConcept"]
    }
    directions = _local(claim["direction"])
    words = " ".join([*_local(claim["domain"]), *directions, *_local(claim["degree"])])
    what = f" ({_labels(cohort, about)})" if about else ""
    many = _many(claim, is_better=not set(directions).isdisjoint(_BETTER))
    return _with(f"{words}{what}{many}", [*sorted(claim["criterion"]), *sorted(claim["gist"])])


def _many(claim: _Values, *, is_better: bool) -> str:
    """Return how many of how many; those who responded are not those who did not."""
    responded, evaluated = min(claim["responderCount"], default=""), min(claim["evaluatedCount"], default="")
    if not responded:
        return f", {evaluated} evaluated, in how many is not counted here" if evaluated else ""
    of = f"{responded} of {evaluated}" if evaluated else f"{responded}, of how many is not told"
    return f": {of}" if is_better else f": {of} responded"


def _with(words: str, more: Iterable[str]) -> str:
    said = "; ".join(more)
    return f"{words} ({said})" if said else words


def _labels(cohort: Cohort, iris: Iterable[str]) -> str:
    return ", ".join(sorted(label_of(cohort, iri) for iri in iris))


def _local(iris: Iterable[str]) -> list[str]:
    return sorted(iri.removeprefix(CG) for iri in iris)
