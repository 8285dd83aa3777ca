"""Which outcomes came within the days that a cohort asks for, as the query outcomes_within has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from casegraph.namespaces import CG
from casegraph.plot.cohort.cohort import Cohort
from casegraph.plot.cohort.seen import OPEN, Days
from casegraph.plot.shown import days
from casegraph.query import example_of
from casegraph.rows import Rows
from casegraph.store.syntax import named
from casegraph.story.moments import UNTIMED

__all__ = ["days_asked", "is_within", "only_possibly", "since_first_dose"]

_COLUMN, _PARAMETER, _SURE = "within", "days", "certainly"
_SINCE: Final = f"""PREFIX cg: <{CG}>
SELECT ?claim ?least ?most {{ VALUES ?claim {{ %s }} GRAPH ?inferred {{
  ?seen cg:ofOutcome ?claim ; a cg:AttributedOutcome ; cg:aboutConcept ?drug
  OPTIONAL {{ ?seen cg:sinceFirstDoseMinDays ?least }}
  OPTIONAL {{ ?seen cg:sinceFirstDoseMaxDays ?most }} VALUES ?drug {{ %s }} }} }}"""


def days_asked(cohort: Cohort) -> int | None:
    """Return within how many days an outcome makes a case one of a cohort; None where that is not asked."""
    if _COLUMN not in cohort.query.head.members:
        return None
    return int(cohort.values.get(_PARAMETER) or example_of(cohort.query, _PARAMETER))


def only_possibly(cohort: Cohort) -> frozenset[str]:
    """Return the cases of a cohort of outcomes within some days of which none certainly came within them."""
    if days_asked(cohort) is None:
        return frozenset()
    sure = {str(row["case"]) for row in cohort.rows if row[_COLUMN] == _SURE}
    return frozenset({*cohort.cases} - sure)


def since_first_dose(cohort: Cohort, claims: Iterable[str]) -> Mapping[str, Days]:
    """Return outcome -> at least and at most how many days after the first dose of the drug it was seen.

    :raises StoreError: if the store fails.
    """
    meant, drugs = (" ".join(str(named(each)) for each in some) for some in (claims, sorted(cohort.drugs)))
    rows = Rows.read(cohort.store.query(_SINCE % (meant, drugs), union=False))
    found = (
        (
            str(row["claim"]),
            [None if row[each] is None else int(str(row[each])) for each in ("least", "most")],
        )
        for row in rows
    )
    return {claim: (least, most) for claim, (least, most) in found}


def is_within(asked: int, since: Days) -> str:
    """Return how certainly an outcome came within some days, with its time; nothing where it did not.

    >>> is_within(90, (84, 84)), is_within(90, (0, None)), is_within(90, (167, 198))
    ('certainly within 90 days: after 84 days', 'possibly within 90 days: when is not told', '')
    """
    least, most = since
    if since == OPEN or (least is not None and least > asked):
        return ""
    how = "certainly" if most is not None and most <= asked else "possibly"
    when = days(least, most)
    return f"{how} within {asked:,} days: {UNTIMED if when == 'not told' else f'after {when}'}"
