"""The days of an occasion from the zero point of its case, as the solver found them."""

from __future__ import annotations

from casegraph.facts import CaseFacts

__all__ = ["days_of"]


def days_of(facts: CaseFacts, occasion: str) -> tuple[int | None, int | None]:
    """Return the earliest and the latest day of an occasion; None is open."""
    if occasion == facts.value(facts.case, "zeroPoint"):
        return 0, 0
    low, high = (facts.value(occasion, f"solvedStart{which}Days") for which in ("Min", "Max"))
    return None if low is None else int(low), None if high is None else int(high)
