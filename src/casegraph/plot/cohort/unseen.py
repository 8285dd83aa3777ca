"""The cases that were given the drug of a cohort of outcomes on it and are not in it, with harm and death."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.called import called
from casegraph.plot.cohort.cohort import Cohort
from casegraph.plot.cohort.grouptold import with_remarks
from casegraph.plot.cohort.harmtold import Harm, deaths_told, harms_elsewhere
from casegraph.plot.cohort.nothere import NotHere, called_as_asked, given_elsewhere, of_drugs

__all__ = ["unseen"]

#: The tag of the queries that ask for outcomes; one that asks for a disease too leaves out most for that.
_TAG, _DISEASE = "response", "disease"
_ANSWERED: Final = f"""PREFIX cg: <{CG}>
SELECT DISTINCT ?case {{ VALUES ?drug {{ %s }} GRAPH ?asserted {{
  ?episode cg:aboutConcept ?drug . ?case cg:hasTreatment ?episode .
  ?episode cg:hasSegment? ?exposure . ?claim cg:responseTo ?exposure }} }}"""
#: Whether an outcome on the drug is told -> the words for it.
_WORDS: Final = {
    False: "Given {}, and no outcome on it is told",
    True: "Given {}, and no outcome on it is told that is what is asked for",
}


def unseen(cohort: Cohort) -> tuple[NotHere, ...]:
    """Return the cases that were given the drug of a cohort of outcomes on it and are not in it.

    :raises StoreError: if the store fails.
    """
    head = cohort.query.head
    if not cohort.drugs or _TAG not in head.tags or _DISEASE in head.parameters:
        return ()
    given = given_elsewhere(cohort)
    harms, died = harms_elsewhere(cohort, given.cases), deaths_told(cohort, given.cases)
    names = called(cohort, given.reports)
    answered = {row["case"] for row in of_drugs(cohort, _ANSWERED)}
    found: dict[bool, list[tuple[str, str]]] = {kind: [] for kind in _WORDS}
    for case in sorted(given.cases, key=lambda each: (each not in died, each not in harms, each)):
        remarks = [*_on_it(cohort, harms.get(case, ())), *([died[case]] if case in died else [])]
        found[case in answered].append((case, with_remarks(names[case], remarks)))
    drug = called_as_asked(cohort, "drug")
    return tuple(NotHere(_WORDS[kind].format(drug), tuple(found[kind])) for kind in _WORDS if found[kind])


def _on_it(cohort: Cohort, harms: Iterable[Harm]) -> list[str]:
    """Return the adverse events on a drug, or on none that is told unless certainly before it, in words."""
    told = [each for each in harms if each.is_during or not (each.drugs or each.is_before)]
    fatal_first = sorted(told, key=lambda each: "fatal" not in each.severity)
    return [f"adverse event: {each.words(cohort)}" for each in fatal_first]
