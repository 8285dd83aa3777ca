"""Until when a treatment certainly ran whose end is not told, and by when it was over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.facts import CaseFacts
from casegraph.plot.timeline.days import days_of

__all__ = ["first_after", "over_by", "ran_until", "seen_by", "starts_of"]

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


def seen_by(facts: CaseFacts, outcome: str) -> tuple[str, ...]:
    """Return by when an outcome was seen whose time is not told: one occasion for each thing it was seen on.

    That is the next start of a treatment that did not run beside it: of any, where it is told when what it
    was seen on was stopped, else of the same drug. Nothing if one of them has no such start behind it.
    """
    beside = {*facts.values(outcome, "hasBackground"), *facts.values(outcome, "mayHaveBackground")}
    seen_on = [*facts.values(outcome, "responseTo")]
    others = [each for each in facts.values(facts.case, "hasTreatment") if each not in {*beside, *seen_on}]

    def by(exposure: str) -> str | None:
        drug, stop = facts.value(exposure, "aboutConcept"), facts.value(exposure, "endsAt")
        begun = facts.value(exposure, "at")
        if stop is None:
            others_of = [each for each in others if facts.value(each, "aboutConcept") == drug]
            return first_after(facts, begun, starts_of(facts, others_of)) if drug is not None else None
        switched = stop != begun and stop in starts_of(facts, others)
        return stop if switched else first_after(facts, stop, starts_of(facts, others))

    found = [by(each) for each in seen_on]
    return tuple(each for each in found if each is not None) if None not in found else ()


def first_after(facts: CaseFacts, since: str | None, starts: Iterable[str]) -> str | None:
    """Return the first of some occasions that is certainly later than another."""
    if since is None:
        return None
    later = set(facts.values(since, "notAfter"))
    found = {each for each in starts if each in later and since not in facts.values(each, "notAfter")}
    return min(found, key=lambda each: (facts.rank(each), each), default=None)


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


def starts_of(facts: CaseFacts, treatments: Iterable[str]) -> set[str]:
    """Return the occasions at which some treatments or doses began."""
    return {time for each in treatments for time in facts.values(each, "at")}
