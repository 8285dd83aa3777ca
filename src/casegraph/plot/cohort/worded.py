"""The cases that are in a cohort by the word of their authors alone, and by nothing that was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.called import called
from casegraph.plot.cohort.cohort import Cohort
from casegraph.plot.shown import counted

__all__ = ["by_word", "said_by_word"]

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
    noted = " (a conflict note speaks of that)"
    told = "; ".join(f"{names[case]}{noted if is_noted else ''}" for case, is_noted in worded.items())
    verb = "is" if len(worded) == 1 else "are"
    yield (
        f"{len(worded):,} of {counted(len(cohort.cases), 'case')} {verb} here by the authors' word alone and "
        f"by nothing that was seen; the pictures show what was seen: {told}."
    )
