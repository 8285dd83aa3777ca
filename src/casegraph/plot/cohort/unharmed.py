"""The cases that were given a drug and are not in a cohort of harm on it: told to have had none, or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.called import called
from casegraph.plot.cohort.cohort import Cohort, cohort_question, label_of
from casegraph.plot.cohort.grouptold import with_remarks
from casegraph.plot.cohort.verdicts import QUESTIONS, WHOLE
from casegraph.rows import Rows
from casegraph.store.syntax import named

__all__ = ["Unharmed", "unharmed"]

_GIVEN: Final = f"""PREFIX cg: <{CG}>
SELECT ?case ?report ?exposure {{ VALUES ?drug {{ %s }} GRAPH ?asserted {{
  ?episode cg:aboutConcept ?drug . ?case cg:hasTreatment ?episode ; a cg:Case ; cg:reportedIn ?report .
  ?episode cg:hasSegment? ?exposure }} }}"""
_EXCLUDED: Final = (
    "SELECT ?case ?what ?exposure { # the cases\n  GRAPH ?asserted { ?case cg:excludesAdverseEvent ?claim . "
    "?claim a ?what ; cg:duringTreatment ?exposure } }"
)
_SAID: Final = (
    "SELECT ?case ?what ?exposure { # the cases\n  GRAPH ?asserted { ?case cg:hasStatement ?claim . "
    "?claim a ?kind ; ?how ?exposure ; cg:gist ?what VALUES ?kind { cg:SafetyStatement "
    "cg:AttributionStatement } VALUES ?how { cg:concerns cg:attributedTo } "
    "FILTER NOT EXISTS { ?claim cg:general true } } }"
)
_UNPLACED: Final = (
    "SELECT ?case { # the cases\n  GRAPH ?asserted { ?case cg:hasAdverseEvent ?claim "
    "FILTER NOT EXISTS { ?claim cg:duringTreatment ?any } } }"
)
_NONE, _MILD_OPEN = f"{CG}NoAdverseEvent", f"{CG}NoSignificantAdverseEvent"
#: What is told of harm -> the words for it, the more cautious first; a case is told of with the first it has.
_WORDS: Final = {
    _MILD_OPEN: "Told to have had no significant adverse event on {}, which leaves mild ones open",
    _NONE: "Told to have had no adverse event on {}",
    "said": "No adverse event is named on {}, and of its safety there is only the authors' word",
    "unplaced": "An adverse event is told, but not on which drug",
    "silent": "No adverse event on {} is recorded, which is not to say that there was none",
}


@dataclass(frozen=True, slots=True)
class Unharmed:
    """What is told of harm in some cases that are not in a cohort of harm.

    :param words: what is told.
    :param cases: the IRIs of the cases, each with its name and what else is to say of it.
    """

    words: str
    cases: tuple[tuple[str, str], ...]


def unharmed(cohort: Cohort) -> tuple[Unharmed, ...]:
    """Return the cases that were given the drug of a cohort of harm on it and are not in it, by what is told.

    :raises StoreError: if the store fails.
    """
    if not cohort.drugs or "AdverseEvent" not in cohort.query.head.members.get("kind", ()):
        return ()
    reports, exposures = _given(cohort)
    cases = sorted(reports.keys() - cohort.patients.keys())
    if not cases:
        return ()
    told = _told(cohort, cases, exposures)
    names = called(cohort, {case: reports[case] for case in cases})
    whole = {row["case"] for row in _rows(cohort, QUESTIONS["read whole"], cases) if row["extent"] in WHOLE}
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for case in cases:
        kind = next((each for each in _WORDS if each in told[case]), "silent")
        remarks = [f"“{each}”" for each in sorted(told[case].get("said", ()))]
        remarks += ["elsewhere in its report: none at all"] * ({_NONE, _MILD_OPEN} <= told[case].keys())
        remarks += ["not read whole"] * (kind == "silent" and case not in whole)
        found[kind].append((case, with_remarks(names[case], remarks)))
    drug = _asked(cohort)
    return tuple(Unharmed(_WORDS[kind].format(drug), tuple(found[kind])) for kind in _WORDS if found[kind])


def _given(cohort: Cohort) -> tuple[dict[str, str], frozenset[str]]:
    """Return the cases of a store that were given the drugs, with their reports, and these treatments."""
    meant = " ".join(str(named(each)) for each in sorted(cohort.drugs))
    rows = list(Rows.read(cohort.store.query(_GIVEN % meant, union=False)))
    reports = {str(row["case"]): str(row["report"]) for row in rows}
    return reports, frozenset(str(row["exposure"]) for row in rows)


def _asked(cohort: Cohort) -> str:
    """Return what the cohort asks for by name, as it was asked, or as its one drug is called."""
    names = sorted(label_of(cohort, each) for each in cohort.drugs)
    return names[0] if len(names) == 1 else cohort.values.get("drug") or " or ".join(names[:3])


def _told(
    cohort: Cohort, cases: Sequence[str], exposures: frozenset[str]
) -> Mapping[str, Mapping[str, set[str]]]:
    """Return case -> what is told of harm, of :data:`_WORDS` -> in which words."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in _rows(cohort, _EXCLUDED, cases):
        if row["exposure"] in exposures and row["what"] in _WORDS:
            found[row["case"]][row["what"]].add("")
    for row in _rows(cohort, _SAID, cases):
        if row["exposure"] in exposures:
            found[row["case"]]["said"].add(row["what"])
    for row in _rows(cohort, _UNPLACED, cases):
        found[row["case"]]["unplaced"].add("")
    return found


def _rows(cohort: Cohort, question: str, cases: Sequence[str]) -> Iterator[dict[str, str]]:
    wanted = frozenset(cases)
    for row in Rows.read(cohort.store.query(cohort_question(question, cases), union=False)):
        if str(row["case"]) in wanted:
            yield {name: str(value) for name, value in row.items()}
