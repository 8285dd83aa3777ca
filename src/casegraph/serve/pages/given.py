"""What an outcome was seen on, in a line: each treatment with the dose that is told, and which course."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from casegraph.serve.pages.claims import Claims
from casegraph.story.courses import UNKNOWN_START, which_course
from casegraph.story.doses import doses_of, whole_dose
from casegraph.story.moments import at_moment, called, has_day
from casegraph.story.telling import end
from casegraph.story.words import Words, joined, listed

__all__ = ["claim_of", "episodes_of", "exposures_of", "given", "which_one"]

_ON_NOTHING = "no treatment told"
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def claim_of(claims: Claims, seen: str) -> str:
    """Return the claim behind what was derived; what is a claim itself as it is."""
    facts = claims.words.facts
    return facts.value(seen, "ofOutcome") or facts.value(seen, "shownBy") or seen


def exposures_of(claims: Claims, seen: Sequence[str]) -> tuple[str, ...]:
    """Return what an outcome answers to of the treatments of a row: doses, or the treatments themselves.

    :param seen: the outcome, or what was derived of it, of each treatment that shares the row.
    """
    words, facts = claims.words, claims.words.facts
    found = dict[str, None]()
    for each in seen:
        claim = claim_of(claims, each)
        of_it = facts.values(claim, "responseTo") or facts.values(claim, "afterStopping")
        episodes = facts.values(each, "ofTreatment") or tuple(words.episode(one) for one in of_it)
        found.update(dict.fromkeys([one for one in of_it if words.episode(one) in episodes] or episodes))
    return tuple(found)


def episodes_of(claims: Claims, seen: Sequence[str]) -> tuple[str, ...]:
    """Return the treatments of a row, each once."""
    return tuple(dict.fromkeys(claims.words.episode(each) for each in exposures_of(claims, seen)))


def given(claims: Claims, seen: Sequence[str]) -> str:
    """Return the treatments of a row by name, those that were given together in one line."""
    words = claims.words
    by_episode: dict[str, list[str]] = {}
    for each in exposures_of(claims, seen) or tuple(seen):
        by_episode.setdefault(words.episode(each), []).append(each)
    told = sorted((_dosed(words, episode, of), _which(words, of)) for episode, of in by_episode.items())
    if len(told) == 1:
        said = joined(*told[0])
    else:
        said = " + ".join(joined(dosed, f"({which})" if which else "", by=" ") for dosed, which in told)
    is_after = any(words.facts.values(claim_of(claims, each), "afterStopping") for each in seen)
    return f"after {said} was stopped" if is_after else said or _ON_NOTHING


def _dosed(words: Words, episode: str, exposures: Sequence[str]) -> str:
    """Return a drug with the doses that are meant; where the whole treatment is, with what is told of it."""
    doses = doses_of(words, [each for each in exposures if each != episode])
    return joined(words.drug(episode), *(doses or [whole_dose(words, episode)]), by=" ")


def _which(words: Words, exposures: Sequence[str]) -> str:
    return joined(*dict.fromkeys(which_one(words, each) for each in exposures))


def which_one(words: Words, exposure: str) -> str:
    """Return which of several courses of its drug is meant; of a dose begun later, its own start too."""
    facts, which = words.facts, which_course(words, exposure)
    episode = words.episode(exposure)
    start, own = facts.value(episode, "at"), facts.value(exposure, "at")
    dose = f"this dose {_from(words, own)}" if own is not None and own != start else ""
    if which.startswith(UNKNOWN_START):
        return joined(
            which, end(words, exposure, named=partial(called, facts)) if episode == exposure else dose
        )
    if not which or start is None or facts.name(episode) == which:
        return which
    number = _number(words, episode)
    return joined(number, _from(words, start) if number else _begun(words, episode, start), dose)


def _begun(words: Words, episode: str, start: str) -> str:
    """Return when a course began, or with what; where neither is told, until when it ran.

    A name stands only where nothing else tells it from another course.
    """
    facts, drug = words.facts, words.drug(episode)
    if has_day(facts, start) or facts.values(start, "timePrinted"):
        return _from(words, start)
    courses = facts.values(facts.case, "hasTreatment")
    others = {words.drug(each) for each in courses if facts.value(each, "at") == start} - {drug}
    if others:
        return f"begun with {listed(sorted(others))}"
    endless = [each for each in courses if words.drug(each) == drug and not end(words, each)]
    name = facts.name(episode) if len(endless) > 1 else ""
    return joined(UNKNOWN_START, end(words, episode, named=partial(called, facts)) or name)


def _from(words: Words, occasion: str) -> str:
    """Return an occasion as the start of something, as *from month 3*."""
    return f"{'from ' if at_moment(words.facts, occasion)[0] else ''}{called(words.facts, occasion)}"


def _number(words: Words, episode: str) -> str:
    """Return which of the told courses of its drug one was; nothing where their order is not sure."""
    facts, drug = words.facts, words.drug(episode)
    same = [each for each in facts.values(facts.case, "hasTreatment") if words.drug(each) == drug]
    same.sort(key=lambda each: facts.rank(facts.value(each, "at")))
    at = [facts.value(each, "at") or "" for each in same]
    is_sure = all(
        second in facts.values(first, "notAfter") and first not in facts.values(second, "notAfter")
        for first, second in pairwise(at)
    )
    return f"{_ORDINALS[same.index(episode)]} course told" if is_sure and len(same) <= len(_ORDINALS) else ""
