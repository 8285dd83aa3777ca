"""The days of an occasion from the zero point of its case, as the solver found them."""

from __future__ import annotations

from casegraph.facts import CaseFacts
from casegraph.story.moments import counts_from_zero, told_days

__all__ = ["days_of", "is_told"]


def days_of(facts: CaseFacts, occasion: str) -> tuple[int | None, int | None]:
    """Return the earliest and the latest day of an occasion; None is open."""
    if occasion == facts.value(facts.case, "zeroPoint"):
        return 0, 0
    low, high = (facts.value(occasion, f"solvedStart{which}Days") for which in ("Min", "Max"))
    return None if low is None else int(low), None if high is None else int(high)


def is_told(facts: CaseFacts, occasion: str) -> bool:
    """Say whether the report itself counts the days of an occasion on both sides, down to the zero point."""
    return counts_from_zero(facts, occasion) and None not in (
        *told_days(facts, occasion),
        *days_of(facts, occasion),
    )
