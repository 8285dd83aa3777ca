"""What became of each patient of a cohort on each drug, as the query drug_verdicts counts it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort import harms as of_harms
from casegraph.plot.cohort.cohort import GIVEN, Cohort
from casegraph.plot.cohort.harms import deaths, harms

__all__ = ["QUESTIONS", "SOLE_RISEN", "UNCLEAR", "VERDICTS", "WHOLE", "DrugVerdicts", "drug_verdicts"]

#: verdict -> the sign that stands for it; the better ones first, and last those of whom nothing is told.
VERDICTS: Final[Mapping[str, str]] = {
    "improved": "+",
    "mixed": "\u00b1",
    "stable": "=",
    "not improved": "\u2212",
    "failed otherwise": "\u00d7",
    "not evaluable": "?",
    "no outcome told": "\u2205",
    "not captured": "\u2026",
}
#: The verdict where it is told that none can be given.
UNCLEAR: Final = "not evaluable"
#: What alone was begun or raised, while another was lowered or stopped, or perhaps was.
_SOLE, SOLE_RISEN = "soleChange", "soleChange, another lowered"
#: What is no part of the disease that a clinician looks at.
_LABORATORY: Final = (f"{CG}serology", f"{CG}immuneCells")
#: How far a report is read of which silence says something.
WHOLE: Final = (f"{CG}fullText", f"{CG}dataRecord")
_ASSERTED: Final = "SELECT ?case {columns} {{ # the cases\n  GRAPH ?asserted {{ {pattern} }} }}"
_INFERRED: Final = "SELECT ?case {columns} {{ # the cases\n  GRAPH ?inferred {{ {pattern} }} }}"
#: what it asks for -> the question; each stays within one graph, and so is fast over all cases.
QUESTIONS: Final[Mapping[str, str]] = {
    "given": GIVEN,
    "verdicts": _INFERRED.format(
        columns="?node ?drug ?domain ?told",
        pattern="?case cg:hasJudgement ?node . ?node a cg:DrugOutcome ; cg:aboutConcept ?drug ; "
        "cg:domain ?domain ; cg:verdict ?told",
    ),
    "failures": _INFERRED.format(
        columns="?node ?drug",
        pattern="?case cg:hasJudgement ?node . ?node a cg:TreatmentFailure ; cg:aboutConcept ?drug",
    ),
    "unclear": _ASSERTED.format(
        columns="?node ?episode ?domain ?why",
        pattern="?case cg:questionsResponse ?node . ?node cg:domain ?domain ; cg:responseTo ?exposure . "
        "?episode cg:hasSegment? ?exposure . ?episode cg:aboutConcept ?any OPTIONAL { ?node cg:gist ?why }",
    ),
    "attributions": "SELECT ?case ?node ?drug ?domain ?told { # the cases\n"
    "  GRAPH ?asserted { ?case cg:hasResponse ?claim }\n"
    "  GRAPH ?inferred { ?node cg:ofOutcome ?claim ; a cg:TreatmentResponse ; cg:aboutConcept ?drug ; "
    "cg:domain ?domain ; cg:attribution ?told } }",
    "lowered meanwhile": "SELECT ?case ?node { # the cases\n"
    "  GRAPH ?asserted { ?case cg:hasResponse ?claim }\n"
    "  GRAPH ?inferred { ?node cg:ofOutcome ?claim ; cg:attribution cg:soleChange ; ?how ?other "
    "VALUES ?how { cg:whileLowering cg:possiblyWhileLowering } } }",
    "read whole": "SELECT ?case ?extent { # the cases\n  GRAPH ?asserted { ?case cg:reportedIn ?report }\n"
    "  GRAPH ?report { ?report cg:extentRead ?extent } }",
    "records": _ASSERTED.format(columns="?record", pattern="?case cg:recordedIn ?record"),
    **of_harms.QUESTIONS,
}


@dataclass(slots=True)
class DrugVerdicts:
    """What became of the patients who were given a drug.

    :param drug: its IRI.
    :param verdicts: patient -> what became of it, of :data:`VERDICTS`.
    :param attributions: attribution, as its local name or :data:`SOLE_RISEN` -> the patients of a response.
    :param harms: what else is told, of :data:`casegraph.plot.cohort.harms.HARMS` -> the patients.
    :param deaths: patient -> when a death was, as it is printed.
    :param unclear: patient -> why an outcome is not evaluable, in the curator's words.
    :param cases: patient -> the cases of the cohort that tell that it was given the drug.
    """

    drug: str
    verdicts: dict[str, str] = field(default_factory=dict)
    attributions: dict[str, set[str]] = field(default_factory=dict)
    harms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    deaths: Mapping[str, str] = field(default_factory=dict)
    cases: dict[str, set[str]] = field(default_factory=dict)
    unclear: dict[str, set[str]] = field(default_factory=dict)

    @property
    def given(self) -> int:
        """How many patients were given it."""
        return len(self.verdicts)

    def counts(self) -> dict[str, int]:
        """Return how many patients there are of each verdict of :data:`VERDICTS`; together they are all."""
        told = list(self.verdicts.values())
        return {verdict: told.count(verdict) for verdict in VERDICTS}


def drug_verdicts(cohort: Cohort) -> list[DrugVerdicts]:
    """Return what became of the patients on each drug that any was given, those of most patients first.

    :raises StoreError: if the store fails.
    """
    drugs: dict[str, DrugVerdicts] = {}
    of_episode: dict[str, str] = {}
    for row in cohort.given:
        of_episode[row["episode"]] = row["drug"]
        found = drugs.setdefault(row["drug"], DrugVerdicts(row["drug"]))
        found.cases.setdefault(cohort.patients[row["case"]], set()).add(row["case"])
    if not drugs:
        return []
    told = _told(cohort, of_episode)
    unread = _unread(cohort)
    for drug, found in drugs.items():
        for patient in found.cases:
            # what several reports tell of one patient is one verdict
            is_read = all(case not in unread for case in found.cases[patient])
            found.verdicts[patient] = _verdict(told[patient, drug], is_read=is_read)
    lowered = {row["node"] for row in cohort.ask(QUESTIONS["lowered meanwhile"])}
    for row in cohort.ask(QUESTIONS["attributions"]):
        if row["domain"] not in _LABORATORY and row["drug"] in drugs:
            name, patient = row["told"].removeprefix(CG), cohort.patients[row["case"]]
            name = SOLE_RISEN if name == _SOLE and row["node"] in lowered else name
            drugs[row["drug"]].attributions.setdefault(name, set()).add(patient)
    _add_unclear(cohort, drugs, of_episode)
    _add_harms(cohort, drugs)
    return sorted(drugs.values(), key=lambda each: (-each.given, each.drug))


def _add_unclear(cohort: Cohort, drugs: Mapping[str, DrugVerdicts], of_episode: Mapping[str, str]) -> None:
    for row in cohort.ask(QUESTIONS["unclear"]):
        if row["domain"] not in _LABORATORY and row["why"] and row["episode"] in of_episode:
            unclear = drugs[of_episode[row["episode"]]].unclear
            unclear.setdefault(cohort.patients[row["case"]], set()).add(row["why"])


def _add_harms(cohort: Cohort, drugs: Mapping[str, DrugVerdicts]) -> None:
    for drug, harmed in harms(cohort).items():
        drugs[drug].harms = harmed
    died = deaths(cohort)
    for found in drugs.values():
        found.deaths = {patient: died[patient] for patient in sorted(found.verdicts) if patient in died}


def _told(cohort: Cohort, of_episode: Mapping[str, str]) -> dict[tuple[str, str], set[str]]:
    """Return what is told of each patient and drug: verdicts by local name, ``failed``, ``questioned``."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case, drug, what in _each(cohort, of_episode):
        told[cohort.patients[case], drug].add(what)
    return told


def _each(cohort: Cohort, of_episode: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for row in cohort.ask(QUESTIONS["verdicts"]):
        if row["domain"] not in _LABORATORY:
            yield row["case"], row["drug"], row["told"].removeprefix(CG)
    for row in cohort.ask(QUESTIONS["failures"]):
        yield row["case"], row["drug"], "failed"
    for row in cohort.ask(QUESTIONS["unclear"]):
        if row["domain"] not in _LABORATORY and row["episode"] in of_episode:
            yield row["case"], of_episode[row["episode"]], "questioned"


def _unread(cohort: Cohort) -> set[str]:
    """Return the cases of which silence says nothing: not read whole, or a record that a program read."""
    whole = {row["case"] for row in cohort.ask(QUESTIONS["read whole"]) if row["extent"] in WHOLE}
    return (set(cohort.cases) - whole) | {row["case"] for row in cohort.ask(QUESTIONS["records"])}


def _verdict(told: set[str], *, is_read: bool) -> str:
    """Return the one verdict of a patient on a drug.

    >>> _verdict({"improvedVerdict", "notImprovedVerdict"}, is_read=True), _verdict(set(), is_read=False)
    ('mixed', 'not captured')
    """
    is_better = not told.isdisjoint({"improvedVerdict", "mixedVerdict"})
    is_not = not told.isdisjoint({"notImprovedVerdict", "mixedVerdict"})
    if is_better or is_not:
        return "mixed" if is_better and is_not else "improved" if is_better else "not improved"
    order = {"stableVerdict": "stable", "questioned": "not evaluable", "failed": "failed otherwise"}
    silent = "no outcome told" if is_read else "not captured"
    return next((verdict for name, verdict in order.items() if name in told), silent)
