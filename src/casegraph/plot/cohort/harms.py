"""What else is told of the patients of a cohort on each drug: deaths, harm, flares, and the authors' word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.cohort import Cohort
from casegraph.plot.shown import counted

__all__ = [
    "AFTER",
    "AFTER_START",
    "BEFORE",
    "DEATHS",
    "HARMS",
    "QUESTIONS",
    "deaths",
    "harms",
    "told_to_have_died",
]

#: When an adverse event without a drug is not counted at a drug, and when it is counted apart.
BEFORE: Final = "certainly came no later than its start"
AFTER: Final = "certainly came after its stop"
#: what is told -> what that means.
HARMS: Final[Mapping[str, str]] = {
    "died": "of the patients given it, those whose death is told; not where it certainly came after its stop",
    "died after its stop": "of them, those whose death certainly came after its stop; of several, after each"
    "; what was given once has none",
    "adverse event during it": "of them, those in whom one is told as it was given; not by itself by it",
    "severe or fatal one during it": "of those, the ones of whom it was severe, profound or fatal",
    "adverse event (drug not told)": "of them, those in whom one is told with no drug; not where it "
    f"{BEFORE}, or after its stop",
    "adverse event (drug not told) after its stop": "of them, those in whom one is told with no drug and "
    f"{AFTER}, and not as a later course may have run; what was given once has none",
    "flare or relapse as it ran": "of them, those in whom one is told while it certainly ran",
    "flare or relapse after its start": "of them, those in whom one certainly came after it was begun, but "
    "not certainly as it ran; it may have been over",
    "flare or relapse (before or after is not told)": "of them, those in whom one is told that was not "
    "certainly before it was begun, nor certainly after",
    "failed by the authors' word": "of them, those of whom the authors say that it, or a treatment with it, "
    "failed; a word, and no verdict",
}
_DIED, _DIED_LATER, _DURING, _SEVERE, _UNPLACED, _STOPPED, _FLARED, _LATER, _OPEN, _SAID = HARMS
#: The kinds of what is told that are deaths.
DEATHS: Final = (_DIED, _DIED_LATER)
_GRAVE: Final = (f"{CG}severe", f"{CG}profound", f"{CG}fatal")
_ASSERTED: Final = "SELECT ?case {columns} {{ # the cases\n  GRAPH ?asserted {{ {pattern} }} }}"
_HARM: Final = "?case cg:hasAdverseEvent ?node . ?node a cg:AdverseEvent"
_DEATH: Final = "?case cg:hasCourse ?node . ?node a cg:Death"
_FLARE: Final = "VALUES ?kind { cg:Flare cg:Relapse } ?case cg:hasCourse ?node . ?node a ?kind"
_START: Final = "?episode cg:at ?start"
_STOP: Final = "?episode cg:endsAt ?stop"
#: What was over when it began was given once, and may act long after: it has no stop that anything is after.
#: Both stand outside of the graph of the pattern, for within it the engine reads all stops of a store.
_IS_TOLD: Final = (
    "\n  FILTER NOT EXISTS { GRAPH ?asserted { ?episode cg:endBasis cg:implied } }"
    "\n  FILTER NOT EXISTS { GRAPH ?asserted { ?episode cg:at ?stop } }"
)
_APART: Final = (
    "SELECT ?case ?node ?episode {{ # the cases\n"
    "  GRAPH ?asserted {{ {what} ; cg:at ?seen . ?case cg:hasTreatment ?episode . {pattern} }}\n"
    "  FILTER EXISTS {{ GRAPH ?inferred {{ {earlier} cg:notAfter {later} }} }}\n"
    "  FILTER NOT EXISTS {{ GRAPH ?inferred {{ {later} cg:notAfter {earlier} }} }}{only} }}"
)
#: Which adverse events certainly came after the start of a treatment.
AFTER_START: Final = _APART.format(what=_HARM, pattern=_START, earlier="?start", later="?seen", only="")
#: what it asks for -> the question; each is fast over all cases.
QUESTIONS: Final[Mapping[str, str]] = {
    "deaths": _ASSERTED.format(columns="?node", pattern=_DEATH),
    "deaths after the stop": _APART.format(
        what=_DEATH, pattern=_STOP, earlier="?stop", later="?seen", only=_IS_TOLD
    ),
    "times of deaths": _ASSERTED.format(
        columns="?node ?printed",
        pattern=f"{_DEATH} ; cg:at? ?time . ?time cg:timePrinted ?printed",
    ),
    "adverse events": _ASSERTED.format(columns="?node", pattern=_HARM),
    "adverse events during": _ASSERTED.format(
        columns="?node ?episode",
        pattern=f"{_HARM} ; cg:duringTreatment ?exposure . ?episode cg:hasSegment? ?exposure . "
        "?episode cg:aboutConcept ?any",
    ),
    "adverse events before the start": _APART.format(
        what=_HARM, pattern=_START, earlier="?seen", later="?start", only=""
    ),
    "adverse events after the stop": _APART.format(
        what=_HARM, pattern=_STOP, earlier="?stop", later="?seen", only=_IS_TOLD
    ),
    "severity": _ASSERTED.format(columns="?node ?severity", pattern=f"{_HARM} ; cg:severity ?severity"),
    "flares": "SELECT ?case ?node ?episode { # the cases\n"
    "  GRAPH ?asserted { ?case cg:hasCourse ?node . ?node a ?kind VALUES ?kind { cg:Flare cg:Relapse } }\n"
    "  GRAPH ?inferred { ?node cg:hasBackground ?episode } }",
    "all flares": _ASSERTED.format(columns="?node", pattern=_FLARE),
    "flares before the start": _APART.format(
        what=_FLARE, pattern=_START, earlier="?seen", later="?start", only=""
    ),
    "flares after the start": _APART.format(
        what=_FLARE, pattern=_START, earlier="?start", later="?seen", only=""
    ),
    "said to have failed": _ASSERTED.format(
        columns="?node ?episode",
        pattern="?case cg:hasStatement ?node . ?node a cg:NonResponseStatement ; cg:concerns ?exposure . "
        "?episode cg:hasSegment? ?exposure . ?episode cg:aboutConcept ?any "
        "FILTER NOT EXISTS { ?node cg:general true }",
    ),
}


def harms(cohort: Cohort) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return drug -> what is told, of :data:`HARMS` -> in which of the patients who were given it.

    :raises StoreError: if the store fails.
    """
    episodes: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in cohort.given:
        episodes[row["drug"]][cohort.patients[row["case"]]].add(row["episode"])
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for kind, drug, patient in _on_drugs(cohort):
        found[drug][kind].add(patient)
    died = {cohort.patients[row["case"]] for row in cohort.ask(QUESTIONS["deaths"])}
    over = {row["episode"] for row in cohort.ask(QUESTIONS["deaths after the stop"])} if died else set()
    for drug, patients in episodes.items():
        for patient in patients.keys() & died:
            found[drug][_DIED_LATER if patients[patient] <= over else _DIED].add(patient)
    for kind, drug, patient in (*_unplaced(cohort, episodes), *_flared(cohort, episodes)):
        found[drug][kind].add(patient)
    return {
        drug: {kind: frozenset(kinds[kind]) for kind in HARMS if kinds.get(kind)}
        for drug, kinds in found.items()
    }


def told_to_have_died(cohort: Cohort) -> str:
    """Return of how many patients a death is told, at whatever time, in words; nothing of no patients.

    :raises StoreError: if the store fails.
    """
    if not cohort.cases:
        return ""
    patients = counted(len(cohort.patients_of(cohort.cases)), "patient")
    died = len(cohort.patients_of(row["case"] for row in cohort.ask(QUESTIONS["deaths"])))
    return f"{f'{died:,}' if died else 'None'} of {patients} {'are' if died > 1 else 'is'} told to have died."


def deaths(cohort: Cohort) -> Mapping[str, str]:
    """Return patient -> when the patient died, as it is printed; without those of whom no time is.

    :raises StoreError: if the store fails.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for row in cohort.ask(QUESTIONS["times of deaths"]):
        found[cohort.patients[row["case"]]].add(row["printed"])
    return {patient: "; ".join(sorted(printed)) for patient, printed in found.items()}


def _on_drugs(cohort: Cohort) -> Iterator[tuple[str, str, str]]:
    """Yield what is told on a drug, the drug and the patient."""
    of_episode = {row["episode"]: row["drug"] for row in cohort.given}
    grave = {row["node"] for row in cohort.ask(QUESTIONS["severity"]) if row["severity"] in _GRAVE}
    for row in cohort.ask(QUESTIONS["adverse events during"]):
        if drug := of_episode.get(row["episode"]):
            patient = cohort.patients[row["case"]]
            yield _DURING, drug, patient
            if row["node"] in grave:
                yield _SEVERE, drug, patient
    for kind, question in ((_FLARED, "flares"), (_SAID, "said to have failed")):
        for row in cohort.ask(QUESTIONS[question]):
            if drug := of_episode.get(row["episode"]):
                yield kind, drug, cohort.patients[row["case"]]


def _flared(cohort: Cohort, episodes: Mapping[str, Mapping[str, set[str]]]) -> Iterator[tuple[str, str, str]]:
    """Yield the flares and relapses that did not certainly come as a drug ran, nor certainly before it.

    :param episodes: drug -> patient -> the courses of it.
    """
    nodes = {row["node"]: cohort.patients[row["case"]] for row in cohort.ask(QUESTIONS["all flares"])}
    questions = ("flares", "flares before the start", "flares after the start")
    ran, before, after = (
        {(row["node"], row["episode"]) for row in cohort.ask(QUESTIONS[each])} if nodes else set()
        for each in questions
    )
    for drug, patients in episodes.items():
        for node, patient in nodes.items():
            pairs = {(node, course) for course in patients.get(patient, ())}
            if pairs and not pairs & ran and not pairs <= before:
                yield _LATER if pairs & after else _OPEN, drug, patient


def _unplaced(
    cohort: Cohort, episodes: Mapping[str, Mapping[str, set[str]]]
) -> Iterator[tuple[str, str, str]]:
    """Yield the adverse events of which no drug is told: they may have come as a drug ran, or after its stop.

    :param episodes: drug -> patient -> the courses of it.
    """
    placed = {row["node"] for row in cohort.ask(QUESTIONS["adverse events during"])}
    events = {
        row["node"]: cohort.patients[row["case"]]
        for row in cohort.ask(QUESTIONS["adverse events"])
        if row["node"] not in placed
    }
    before, after = (
        {(row["node"], row["episode"]) for row in cohort.ask(QUESTIONS[each])} if events else set()
        for each in ("adverse events before the start", "adverse events after the stop")
    )
    for drug, patients in episodes.items():
        for node, patient in events.items():
            pairs = {(node, course) for course in patients.get(patient, ())}
            if pairs - before - after:
                yield _UNPLACED, drug, patient
            elif pairs & after:
                yield _STOPPED, drug, patient
