"""The cases that were given a drug and are not in a cohort of harm on it: told to have had none, or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.called import called
from casegraph.plot.cohort.cohort import Cohort
from casegraph.plot.cohort.grouptold import with_remarks
from casegraph.plot.cohort.harmtold import deaths_told, harms_elsewhere
from casegraph.plot.cohort.nothere import Elsewhere, NotHere, called_as_asked, given_elsewhere, rows_of
from casegraph.plot.cohort.verdicts import QUESTIONS, WHOLE

__all__ = ["unharmed"]

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
_NONE, _MILD_OPEN = f"{CG}NoAdverseEvent", f"{CG}NoSignificantAdverseEvent"
#: What is told of harm -> the words for it, the more cautious first; a case is told of with the first it has.
_WORDS: Final = {
    _MILD_OPEN: "Told to have had no significant adverse event on {}, which leaves mild ones open",
    _NONE: "Told to have had no adverse event on {}",
    "said": "No adverse event is named on {}, and of its safety there is only the authors' word",
    "unplaced": "An adverse event is told, but not on which drug",
    "silent": "No adverse event on {} is recorded, which is not to say that there was none",
}


def unharmed(cohort: Cohort) -> tuple[NotHere, ...]:
    """Return the cases that were given the drug of a cohort of harm on it and are not in it, by what is told.

    :raises StoreError: if the store fails.
    """
    if not cohort.drugs or "AdverseEvent" not in cohort.query.head.members.get("kind", ()):
        return ()
    given = given_elsewhere(cohort)
    harms, died = harms_elsewhere(cohort, given.cases), deaths_told(cohort, given.cases)
    placed = {case: [each for each in told if not each.drugs] for case, told in harms.items()}
    unplaced = {case: told for case, told in placed.items() if told}
    told = _told(cohort, given, unplaced)
    names = called(cohort, given.reports)
    whole = {
        row["case"] for row in rows_of(cohort, QUESTIONS["read whole"], given.cases) if row["extent"] in WHOLE
    }
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for case in sorted(given.cases, key=lambda each: (each not in died, each)):
        kind = next((each for each in _WORDS if each in told[case]), "silent")
        remarks = [f"“{each}”" for each in sorted(told[case].get("said", ()))]
        remarks += ["elsewhere in its report: none at all"] * ({_NONE, _MILD_OPEN} <= told[case].keys())
        remarks += [each.words(cohort) for each in unplaced.get(case, ())]
        remarks += ["not read whole"] * (kind == "silent" and case not in whole)
        remarks += [died[case]] if case in died else []
        found[kind].append((case, with_remarks(names[case], remarks)))
    drug = called_as_asked(cohort, "drug")
    return tuple(NotHere(_WORDS[kind].format(drug), tuple(found[kind])) for kind in _WORDS if found[kind])


def _told(cohort: Cohort, given: Elsewhere, unplaced: Iterable[str]) -> Mapping[str, Mapping[str, set[str]]]:
    """Return case -> what is told of harm, of :data:`_WORDS` -> in which words."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows_of(cohort, _EXCLUDED, given.cases):
        if row["exposure"] in given.exposures and row["what"] in _WORDS:
            found[row["case"]][row["what"]].add("")
    for row in rows_of(cohort, _SAID, given.cases):
        if row["exposure"] in given.exposures:
            found[row["case"]]["said"].add(row["what"])
    for case in unplaced:
        found[case]["unplaced"].add("")
    return found
