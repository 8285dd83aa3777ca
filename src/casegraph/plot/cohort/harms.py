"""What else is told of the patients of a cohort on each drug: deaths, adverse events, flares as it ran."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.cohort import Cohort

__all__ = ["DIED", "HARMS", "QUESTIONS", "deaths", "harms"]

#: what is told -> what that means.
HARMS: Final[Mapping[str, str]] = {
    "died": "of the patients given it, those whose death is told, at any time",
    "adverse event during it": "of them, those in whom one is told as it was given; not by itself by it",
    "severe or fatal one during it": "of those, the ones of whom it was severe, profound or fatal",
    "adverse event (drug not told)": "of them, those in whom one is told without a drug",
    "flare or relapse as it ran": "of them, those in whom one is told while it certainly ran",
}
DIED, _DURING, _SEVERE, _UNPLACED, _FLARED = HARMS
_GRAVE: Final = (f"{CG}severe", f"{CG}profound", f"{CG}fatal")
_ASSERTED: Final = "SELECT ?case {columns} {{ # the cases\n  GRAPH ?asserted {{ {pattern} }} }}"
_HARM: Final = "?case cg:hasAdverseEvent ?node . ?node a cg:AdverseEvent"
#: what it asks for -> the question; each is fast over all cases.
QUESTIONS: Final[Mapping[str, str]] = {
    "deaths": _ASSERTED.format(columns="?node", pattern="?case cg:hasCourse ?node . ?node a cg:Death"),
    "times of deaths": _ASSERTED.format(
        columns="?node ?printed",
        pattern="?case cg:hasCourse ?node . ?node a cg:Death ; cg:at? ?time . ?time cg:timePrinted ?printed",
    ),
    "adverse events": _ASSERTED.format(columns="?node", pattern=_HARM),
    "adverse events during": _ASSERTED.format(
        columns="?node ?episode",
        pattern=f"{_HARM} ; cg:duringTreatment ?exposure . ?episode cg:hasSegment? ?exposure . "
        "?episode cg:aboutConcept ?any",
    ),
    "severity": _ASSERTED.format(columns="?node ?severity", pattern=f"{_HARM} ; cg:severity ?severity"),
    "flares": "SELECT ?case ?node ?episode { # the cases\n"
    "  GRAPH ?asserted { ?case cg:hasCourse ?node . ?node a ?kind VALUES ?kind { cg:Flare cg:Relapse } }\n"
    "  GRAPH ?inferred { ?node cg:hasBackground ?episode } }",
}


def harms(cohort: Cohort) -> Mapping[str, Mapping[str, int]]:
    """Return drug -> what is told, of :data:`HARMS` -> in how many of the patients who were given it.

    :raises StoreError: if the store fails.
    """
    given: dict[str, set[str]] = defaultdict(set)
    of_episode: dict[str, str] = {}
    for row in cohort.given:
        given[row["drug"]].add(cohort.patients[row["case"]])
        of_episode[row["episode"]] = row["drug"]
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    anywhere = {DIED: _patients(cohort, "deaths"), _UNPLACED: set[str]()}
    for kind, drug, patient in _on_drugs(cohort, of_episode, anywhere[_UNPLACED]):
        found[drug][kind].add(patient)
    for drug, patients in given.items():
        for kind, those in anywhere.items():
            found[drug][kind] |= patients & those
    return {
        drug: {kind: len(kinds[kind]) for kind in HARMS if kinds.get(kind)} for drug, kinds in found.items()
    }


def deaths(cohort: Cohort) -> Mapping[str, str]:
    """Return patient -> when the patient died, as it is printed; without those of whom no time is.

    :raises StoreError: if the store fails.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for row in cohort.ask(QUESTIONS["times of deaths"]):
        found[cohort.patients[row["case"]]].add(row["printed"])
    return {patient: "; ".join(sorted(printed)) for patient, printed in found.items()}


def _patients(cohort: Cohort, question: str) -> set[str]:
    return {cohort.patients[row["case"]] for row in cohort.ask(QUESTIONS[question])}


def _on_drugs(
    cohort: Cohort, of_episode: Mapping[str, str], unplaced: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield what is told on a drug, the drug and the patient, and add the patients of harm without a drug."""
    grave = {row["node"] for row in cohort.ask(QUESTIONS["severity"]) if row["severity"] in _GRAVE}
    placed = set()
    for row in cohort.ask(QUESTIONS["adverse events during"]):
        drug, patient = of_episode.get(row["episode"]), cohort.patients[row["case"]]
        placed.add(row["node"])
        if drug is not None:
            yield _DURING, drug, patient
            if row["node"] in grave:
                yield _SEVERE, drug, patient
    for row in cohort.ask(QUESTIONS["adverse events"]):
        if row["node"] not in placed:
            unplaced.add(cohort.patients[row["case"]])
    for row in cohort.ask(QUESTIONS["flares"]):
        if drug := of_episode.get(row["episode"]):
            yield _FLARED, drug, cohort.patients[row["case"]]
