"""The cases that a cohort of harm put down to a drug does not have: with other harm, or of another cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.called import called
from casegraph.plot.cohort.cohort import Cohort, asked_for
from casegraph.plot.cohort.grouptold import with_remarks
from casegraph.plot.cohort.harmtold import Harm, deaths_told, harms_elsewhere
from casegraph.plot.cohort.nothere import NotHere, called_as_asked, given_elsewhere, of_drugs

__all__ = ["unattributed"]

#: The tag of the queries that ask to what harm is put down.
_TAG: Final = "safety"
_BLAMED: Final = tuple(
    f"""PREFIX cg: <{CG}>
SELECT ?case ?report {{ VALUES ?drug {{ %s }} GRAPH ?asserted {{
  {pattern} . ?claim a cg:AttributionStatement ; cg:concerns ?seen .
  ?case cg:hasStatement ?claim ; cg:hasAdverseEvent ?seen ; a cg:Case ; cg:reportedIn ?report }} }}"""
    for pattern in (
        "?claim cg:aboutConcept ?drug",
        "?episode cg:aboutConcept ?drug . ?episode cg:hasSegment? ?cause . ?claim cg:attributedTo ?cause",
    )
)
_OTHER_NAME: Final = "by another name than {harm}, or of no kind of it"
_OTHER_CAUSE: Final = "put down to something else, or to nothing that is told"
#: Whether harm is put down to the drug, and whether it is of the kind that is asked for -> the words for it.
_WORDS: Final = {
    (True, True): "With {harm} that is put down to a dosing of {drug}",
    (True, False): f"Harm is put down to {{drug}}, {_OTHER_NAME}",
    (False, True): f"Given {{drug}}, with {{harm}} that is {_OTHER_CAUSE}",
    (False, False): f"Given {{drug}}, with harm {_OTHER_NAME}, that is {_OTHER_CAUSE}",
}


def unattributed(cohort: Cohort) -> tuple[NotHere, ...]:
    """Return the cases of harm that a cohort of harm put down to a drug does not have, by what is told.

    Harm that certainly came before the drug was begun is left out, unless it is put down to the drug.

    :raises StoreError: if the store fails.
    """
    if not cohort.drugs or _TAG not in cohort.query.head.tags:
        return ()
    blamed = [row for question in _BLAMED for row in of_drugs(cohort, question)]
    reports = {row["case"]: row["report"] for row in blamed if row["case"] not in cohort.patients}
    reports |= given_elsewhere(cohort).reports
    told = {case: _by_kind(cohort, harms) for case, harms in harms_elsewhere(cohort, reports).items()}
    died, names = deaths_told(cohort, told), called(cohort, {case: reports[case] for case in sorted(told)})
    asked = {name: called_as_asked(cohort, name) for name in ("drug", "harm")}
    found: dict[tuple[bool, bool], list[tuple[str, str]]] = defaultdict(list)
    for case in sorted(told, key=lambda each: (each not in died, each)):
        for kind, said in told[case].items():
            remarks = [*said, *([died[case]] if case in died else [])]
            found[kind].append((case, with_remarks(names[case], remarks)))
    return tuple(NotHere(_WORDS[kind].format(**asked), tuple(found[kind])) for kind in _WORDS if found[kind])


def _by_kind(cohort: Cohort, harms: list[Harm]) -> Mapping[tuple[bool, bool], list[str]]:
    """Return a key of :data:`_WORDS` -> the adverse events of a case, in words."""
    found: dict[tuple[bool, bool], list[str]] = defaultdict(list)
    for kind, harm in _kinds(cohort, harms):
        found[kind].append(harm.words(cohort))
    return found


def _kinds(cohort: Cohort, harms: list[Harm]) -> Iterator[tuple[tuple[bool, bool], Harm]]:
    asked = asked_for(cohort.query, cohort.values, "harm", terms=cohort.terms)
    wanted = {kind for harm in asked for kind in cohort.terms.below(harm)}
    for harm in harms:
        kind = (not harm.causes.isdisjoint(cohort.drugs), not harm.concepts.isdisjoint(wanted))
        if kind[0] or not harm.is_before:
            yield kind, harm
