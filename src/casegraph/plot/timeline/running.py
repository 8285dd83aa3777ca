"""Until when a treatment certainly ran whose end is not told, and by when it was over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.facts import CaseFacts
from casegraph.plot.timeline.days import days_of

__all__ = ["over_by", "ran_until"]

_OUTCOMES = ("hasResponse", "lacksResponse", "questionsResponse")
_EVENTS = (*_OUTCOMES, "hasCourse", "hasAdverseEvent", "hasTestResult")


def ran_until(facts: CaseFacts, episode: str, starts: str) -> str | None:
    """Return the last occasion at which a treatment that began at another certainly still ran.

    A length is told that reaches until then; or it was given at regular times, and what was seen on it was
    seen while the patient was treated. One that was given once proves nothing by what was seen on it later.
    """
    found = {*_within_length(facts, episode, starts), *_seen_on(facts, episode, starts)}
    return max(found, key=lambda each: (facts.rank(each), each), default=None)


def over_by(facts: CaseFacts, episode: str, starts: str) -> str | None:
    """Return the first occasion by which a treatment of a told length was certainly over."""
    most, begun = facts.number(episode, "durationMaxDays"), days_of(facts, starts)[1]
    if most is None or begun is None:
        return None
    late = {each for each in _times(facts, _EVENTS) if (days_of(facts, each)[0] or 0) >= begun + most}
    return min(late, key=lambda each: (facts.rank(each), each), default=None)


def _within_length(facts: CaseFacts, episode: str, starts: str) -> Iterator[str]:
    least, begun = facts.number(episode, "durationMinDays"), days_of(facts, starts)[0]
    if least is None or begun is None:
        return
    for each in _times(facts, _EVENTS):
        latest = days_of(facts, each)[1]
        if latest is not None and latest <= begun + least and each in facts.values(starts, "notAfter"):
            yield each


def _seen_on(facts: CaseFacts, episode: str, starts: str) -> Iterator[str]:
    doses = facts.values(episode, "hasSegment")
    if not any(facts.values(each, "dosesPerPeriod") for each in doses):
        return
    for claim in facts.claims(*_OUTCOMES):
        at = facts.value(claim, "at")
        if at is None or not {episode, *doses} & set(facts.values(claim, "responseTo")):
            continue
        treated = facts.name(facts.value(at, "phase") or "") == "onTreatment"
        if treated and at in facts.values(starts, "notAfter"):
            yield at


def _times(facts: CaseFacts, links: Iterable[str]) -> set[str]:
    return {time for each in facts.claims(*links) for time in facts.values(each, "at")}
