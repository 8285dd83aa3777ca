"""Which occasions of a case have no known place among the others, and how far from others they were."""

from __future__ import annotations

from collections.abc import Iterable

from casegraph.facts import CaseFacts

__all__ = ["between", "days_from", "without_place"]


def without_place(facts: CaseFacts, occasions: Iterable[str]) -> frozenset[str]:
    """Return those of some occasions that have no known place among the rest.

    Such a one stands in no known order to two others, of which one was certainly before the other: wherever
    it is told, it seems to be before or after one of these. Ranks sort occasions, and prove no order.
    """
    every = frozenset(occasions)
    not_after = {each: every & set(facts.values(each, "notAfter")) for each in every}
    later = {each: {one for one in found if each not in not_after[one]} for each, found in not_after.items()}
    return frozenset(each for each in every if _is_open(each, every, not_after, later))


def _is_open(
    occasion: str, every: frozenset[str], not_after: dict[str, frozenset[str]], later: dict[str, set[str]]
) -> bool:
    mine = not_after[occasion]
    unordered = {each for each in every - mine if each != occasion and occasion not in not_after[each]}
    return any(later[each] & unordered for each in unordered)


def between(facts: CaseFacts, occasion: str) -> str:
    """Return between which occasions one certainly was; neither is left out, each may be the same time."""
    before = [
        each for each in facts.occasions() if each != occasion and occasion in facts.values(each, "notAfter")
    ]
    after = [each for each in facts.occasions() if each in facts.values(occasion, "notAfter")]
    if before and after:
        return f"anywhere from {facts.name(before[-1])} to {facts.name(after[0])}"
    if before:
        return f"from {facts.name(before[-1])} on"
    return f"up to {facts.name(after[0])}" if after else "in no known order to the others"


def days_from(low: int | None, high: int | None) -> str:
    """Return the days from an anchor with the word for the side, as people say them; negative is before it.

    >>> days_from(0, 7), days_from(-77, -45), days_from(-30, 30)
    ('0 to 7 days after', '45 to 77 days before', '30 days before to 30 days after')
    >>> days_from(None, -243), days_from(0, None), days_from(None, 7)
    ('243 days or more before', 'at or after', 'no later than 7 days after')
    """
    if low is not None and high is not None:
        if low < 0 < high:
            return f"{-low} days before to {high} days after"
        near, far = sorted((abs(low), abs(high)))
        return f"{near if near == far else f'{near} to {far}'} days {'before' if low < 0 else 'after'}"
    if low is not None:
        return _one_side(low, "after", "no earlier than", "before")
    return "" if high is None else _one_side(-high, "before", "no later than", "after")


def _one_side(days: int, side: str, bound: str, other: str) -> str:
    """Return what is open on one side: so many days or more on it, or no more than so many on the other."""
    return (
        f"{days} days or more {side}"
        if days > 0
        else f"{bound} {-days} days {other}"
        if days
        else f"at or {side}"
    )
