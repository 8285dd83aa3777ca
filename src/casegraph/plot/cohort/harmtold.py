"""What harm and which death is told of cases that were given a drug and are not in a cohort, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.cohort import Cohort, label_of, treatment_label
from casegraph.plot.cohort.harms import AFTER_START, QUESTIONS
from casegraph.plot.cohort.nothere import called_as_asked, courses_of, rows_of

__all__ = ["Harm", "deaths_told", "harms_elsewhere"]

_EVENTS: Final = (
    "SELECT ?case ?node ?what { # the cases\n  GRAPH ?asserted { ?case cg:hasAdverseEvent ?node . "
    "?node a cg:AdverseEvent ; cg:aboutConcept ?what } }"
)
_CLAIM: Final = "?case cg:hasStatement ?claim . ?claim a cg:AttributionStatement ; cg:concerns ?node ; "
#: To what authors put harm down: to what they say, and to treatments that were given.
_CAUSES: Final = tuple(
    f"SELECT ?case ?node ?cause {{ # the cases\n  GRAPH ?asserted {{ {_CLAIM} {pattern} }} }}"
    for pattern in (
        "cg:aboutConcept ?cause",
        "cg:attributedTo ?exposure . ?episode cg:hasSegment? ?exposure . ?episode cg:aboutConcept ?cause",
    )
)
#: How an event lies to the drug -> the question; the first that holds for a course is told.
_WHEN: Final[Mapping[str, str]] = {
    "before the start of {}": QUESTIONS["adverse events before the start"],
    "after the stop of {}": QUESTIONS["adverse events after the stop"],
    "after the start of {}": AFTER_START,
}
_BEFORE, _STOPPED, _BEGUN = _WHEN
_OPEN: Final = "before or after the start of {} is not told"


@dataclass(slots=True)
class Harm:
    """An adverse event of a case.

    :param concepts: what it was.
    :param severity: how severe it was, by local name.
    :param causes: what the authors put it down to.
    :param drugs: on which drugs it was seen.
    :param is_during: whether it was seen on the drug that is asked for.
    :param when: how it lies to that drug, in words; empty where that was not given.
    """

    concepts: set[str] = field(default_factory=set)
    severity: set[str] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)
    drugs: set[str] = field(default_factory=set)
    is_during: bool = False
    when: str = ""

    @property
    def is_before(self) -> bool:
        """Whether it certainly came no later than the drug's start, and was not seen on it."""
        return self.when == _BEFORE and not self.is_during

    def words(self, cohort: Cohort) -> str:
        """Return what it was, how severe, when, and what it is put down to."""
        causes = _listed(treatment_label(cohort, each) for each in self.causes)
        drugs = _listed(treatment_label(cohort, each) for each in self.drugs)
        said = [_listed(label_of(cohort, each) for each in self.concepts), *sorted(self.severity)]
        said += [f"on {drugs}"] if drugs else []
        when = self.when.format(called_as_asked(cohort, "drug"))
        said += [when] if when and not self.is_during else []
        return ", ".join([*said, *([f"put down to {causes}"] if causes else [])])


def _listed(names: Iterable[str]) -> str:
    """Return names in their order.

    >>> _listed(["b", "a"]), _listed(["a"])
    ('a and b', 'a')
    """
    return " and ".join(sorted(names))


def harms_elsewhere(cohort: Cohort, cases: Iterable[str]) -> dict[str, list[Harm]]:
    """Return case -> its adverse events, by their IRIs; only cases that have some.

    :raises StoreError: if the store fails.
    """
    found: dict[str, dict[str, Harm]] = defaultdict(lambda: defaultdict(Harm))
    for row in rows_of(cohort, _EVENTS, cases):
        found[row["case"]][row["node"]].concepts.add(row["what"])
    for question in _CAUSES:
        for harm, row in _each(cohort, found, question):
            harm.causes.add(row["cause"])
    for harm, row in _each(cohort, found, QUESTIONS["severity"]):
        harm.severity.add(row["severity"].removeprefix(CG))
    drugs, courses = courses_of(cohort, found)
    for harm, row in _each(cohort, found, QUESTIONS["adverse events during"]):
        if drug := drugs.get(row["episode"]):
            harm.drugs.add(drug)
            harm.is_during |= row["episode"] in courses[row["case"]]
    _add_when(cohort, found, courses)
    return {case: [harms[node] for node in sorted(harms)] for case, harms in found.items()}


def _add_when(cohort: Cohort, found: Mapping[str, dict[str, Harm]], courses: Mapping[str, set[str]]) -> None:
    """Add how each event lies to the drug: before each course of it, after each, or after one was begun."""
    lies: dict[tuple[str, str], set[str]] = defaultdict(set)
    for when, question in _WHEN.items():
        for row in rows_of(cohort, question, found):
            lies[row["node"], when].add(row["episode"])
    for case, harms in found.items():
        begun = courses.get(case, set())
        for node, harm in harms.items() if begun else ():
            if begun <= lies[node, _BEFORE]:
                harm.when = _BEFORE
            elif begun <= lies[node, _STOPPED]:
                harm.when = _STOPPED
            else:
                harm.when = _BEGUN if begun & lies[node, _BEGUN] else _OPEN


def _each(
    cohort: Cohort, found: Mapping[str, dict[str, Harm]], question: str
) -> Iterator[tuple[Harm, dict[str, str]]]:
    for row in rows_of(cohort, question, found):
        if harm := found[row["case"]].get(row["node"]):
            yield harm, row


def deaths_told(cohort: Cohort, cases: Iterable[str]) -> dict[str, str]:
    """Return case -> that the patient died, in words, with when as it is printed; only those who did.

    :raises StoreError: if the store fails.
    """
    died = {row["case"] for row in rows_of(cohort, QUESTIONS["deaths"], cases)}
    _, courses = courses_of(cohort, died)
    over = {row["episode"] for row in rows_of(cohort, QUESTIONS["deaths after the stop"], died)}
    printed: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(cohort, QUESTIONS["times of deaths"], died):
        printed[row["case"]].add(row["printed"])
    stop = f" {_STOPPED.format(called_as_asked(cohort, 'drug'))}"
    later = {case for case in died if courses[case] and courses[case] <= over}
    return {
        case: ", ".join(
            [f"died{stop * (case in later)}", *(f"printed “{each}”" for each in sorted(printed[case]))]
        )
        for case in died
    }
