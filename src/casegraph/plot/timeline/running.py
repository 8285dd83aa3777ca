"""Until when a treatment certainly ran whose end is not told, and by when it was over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casegraph.facts import CaseFacts
from casegraph.namespaces import CG, PREFIXES
from casegraph.plot.timeline.days import days_of

__all__ = ["first_after", "later_course", "over_by", "ran_until", "seen_by", "starts_of"]

_OUTCOMES = ("hasResponse", "lacksResponse", "questionsResponse")
_EVENTS = (*_OUTCOMES, "hasCourse", "hasAdverseEvent", "hasTestResult")
#: Concepts that two different treatments may share: a procedure, a drug that is not said.
_PROCEDURE, _ANY_DRUG = PREFIXES["MAXO"], CG + "Drug"


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

    That is its stop where another treatment was begun at the same occasion, else the next start of the same
    drug. Nothing if one of them has neither: that another drug was begun does not end what may be seen of it.
    """
    found = [
        _switched(facts, each) or later_course(facts, each) for each in facts.values(outcome, "responseTo")
    ]
    return tuple(each for each in found if each is not None) if None not in found else ()


def _switched(facts: CaseFacts, exposure: str) -> str | None:
    """Return when something was stopped, if another treatment was begun then and it was not given once."""
    stop, begun = facts.value(exposure, "endsAt"), facts.value(exposure, "at")
    if stop is None or stop == begun or begun in facts.values(stop, "notAfter"):
        return None
    others = (each for each in facts.values(facts.case, "hasTreatment") if each != exposure)
    return stop if stop in starts_of(facts, others) else None


def later_course(facts: CaseFacts, episode: str) -> str | None:
    """Return when the same drug was certainly begun again, after it was last told of."""
    drug = facts.value(episode, "aboutConcept")
    if drug is None or drug.startswith(_PROCEDURE) or drug == _ANY_DRUG:
        return None
    since = facts.value(episode, "ongoingAt") or facts.value(episode, "at")
    courses = (
        each
        for each in facts.values(facts.case, "hasTreatment")
        if each != episode and facts.value(each, "aboutConcept") == drug and _same_route(facts, each, episode)
    )
    return first_after(facts, since, starts_of(facts, courses))


def _same_route(facts: CaseFacts, one: str, other: str) -> bool:
    routes = [
        {route for dose in facts.values(each, "hasSegment") for route in facts.values(dose, "route")}
        for each in (one, other)
    ]
    return not all(routes) or not routes[0].isdisjoint(routes[1])


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
