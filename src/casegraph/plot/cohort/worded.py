"""The cases that are in a cohort by the word of their authors alone, and by no outcome that was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.called import called
from casegraph.plot.cohort.cohort import Cohort
from casegraph.plot.cohort.grouptold import with_remarks
from casegraph.plot.cohort.harms import QUESTIONS
from casegraph.plot.shown import counted

__all__ = ["by_word", "said_by_word"]

_FLARE: Final = "a flare or relapse as it ran was seen"
_NOTED: Final = "a conflict note speaks of that word"
_WORD: Final = f"{CG}authorClaim"
#: The tag of the queries that ask for what authors say: there it is nothing to remark.
_OF_CLAIMS: Final = "claim"


def by_word(cohort: Cohort) -> Mapping[str, bool]:
    """Return the cases all of whose rows are what the authors say -> whether conflict notes speak of that."""
    if "basis" not in cohort.rows.columns or _OF_CLAIMS in cohort.query.head.tags:
        return {}
    bases: dict[str, set[str]] = defaultdict(set)
    noted: dict[str, bool] = defaultdict(bool)
    for row in cohort.rows:
        case = str(row.get("case") or row.get("subject"))
        bases[case].add(str(row["basis"]))
        noted[case] |= bool(row.get("conflicts"))
    return {case: noted[case] for case in cohort.cases if bases[case] == {_WORD}}


def said_by_word(cohort: Cohort) -> Iterator[str]:
    """Yield that cases are in a cohort by the word of their authors alone, and which.

    :raises StoreError: if the store fails.
    """
    if not (worded := by_word(cohort)):
        return
    names = called(cohort, {case: cohort.reports.get(case, "") for case in worded})
    flared = _flared(cohort)
    told = "; ".join(
        with_remarks(names[case], [*[_NOTED] * is_noted, *[_FLARE] * (case in flared)])
        for case, is_noted in worded.items()
    )
    verb = "is" if len(worded) == 1 else "are"
    yield (
        f"{len(worded):,} of {counted(len(cohort.cases), 'case')} {verb} here by the authors' word alone and "
        f"by no outcome that was seen; the pictures show what was seen: {told}."
    )


def _flared(cohort: Cohort) -> set[str]:
    """Return the cases in which a flare or relapse was seen as what the cohort asks for ran."""
    ran = {row["episode"] for row in cohort.given if row["drug"] in cohort.drugs}
    return {row["case"] for row in cohort.ask(QUESTIONS["flares"]) if row["episode"] in ran}
