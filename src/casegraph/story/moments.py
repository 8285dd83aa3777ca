"""Says in running text when something was: an occasion by its name as words, and whether a day is told."""

from __future__ import annotations

from casegraph.facts import CaseFacts
from casegraph.story.order import between
from casegraph.story.words import Words, joined, listed

__all__ = [
    "UNTIMED",
    "at_moment",
    "called",
    "counts_from_zero",
    "has_day",
    "moment",
    "seen",
    "tells_time",
    "told_days",
    "untimed",
]

#: what is said of that of which no time is told.
UNTIMED = "when is not told"
#: names that begin so say by themselves how they stand in time.
_SAYS_HOW = frozenset(
    ("after", "at", "before", "below", "during", "from", "in", "on", "since", "until", "while", "within")
)


def called(facts: CaseFacts, occasion: str) -> str:
    """Return the name of an occasion as words: the curator joined them by hyphens."""
    return facts.name(occasion).replace("-", " ")


def at_moment(facts: CaseFacts, occasion: str) -> tuple[str, str]:
    """Return what goes before the name of an occasion, and that name: *on il2*, but *at month 5*."""
    name = called(facts, occasion)
    return ("" if name.partition(" ")[0] in _SAYS_HOW else "at "), name


def tells_time(facts: CaseFacts, occasion: str) -> bool:
    """Say whether an occasion tells of an outcome more than that it was seen on or after its treatment.

    A name as *on il2*, of which neither a day nor a time is told, only orders it: beside the treatment it is
    no word.
    """
    is_order = called(facts, occasion).partition(" ")[0] in _SAYS_HOW
    return not is_order or has_day(facts, occasion) or bool(facts.values(occasion, "timePrinted"))


def seen(words: Words, claim: str) -> str:
    """Return the occasions of an outcome as words, but for those that only order it after its treatment."""
    found = [each for each in words.facts.values(claim, "at") if tells_time(words.facts, each)]
    return listed(["".join(at_moment(words.facts, each)) for each in found])


def moment(words: Words, claim: str) -> str:
    """Return the occasion of a claim as words; nothing where it has none."""
    return listed(["".join(at_moment(words.facts, each)) for each in words.facts.values(claim, "at")])


def told_days(facts: CaseFacts, occasion: str) -> tuple[int | None, int | None]:
    """Return the fewest and the most days that are told from the anchor of an occasion; None is open.

    The solved days of an occasion of which none are told only follow from what was before and after it.
    """
    low, high = (facts.value(occasion, f"start{which}Days") for which in ("Min", "Max"))
    return None if low is None else int(low), None if high is None else int(high)


def has_day(facts: CaseFacts, occasion: str) -> bool:
    """Say whether it is told how long after another an occasion was; *at or after* is an order alone."""
    if occasion == facts.value(facts.case, "zeroPoint"):
        return True
    own = told_days(facts, occasion)
    return None not in own or any(own)


def counts_from_zero(facts: CaseFacts, occasion: str) -> bool:
    """Say whether an occasion and each that it is counted from has a told time, down to the zero point.

    Else its solved days follow from those of others, though how long after its anchor it was is told.
    """
    found = list[str]()
    anchor: str | None = occasion
    while anchor is not None and anchor not in found:
        if not has_day(facts, anchor):
            return False
        found.append(anchor)
        anchor = facts.value(anchor, "anchor")
    return True


def untimed(facts: CaseFacts, occasion: str) -> str:
    """Return of an occasion that no time is told, and between which others it was, where that is known."""
    order = between(facts, occasion).replace("-", " ") if occasion and facts.values(occasion, "rank") else ""
    return joined(UNTIMED, order)
