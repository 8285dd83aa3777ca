"""What else changed with an outcome, by name, and what ran beside it, for a row of what was tried."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from casegraph.derive.attribution import LEAD_IN_DAYS
from casegraph.namespaces import CG
from casegraph.plot.timeline.days import days_of, is_told
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.given import exposures_of, which_one
from casegraph.story.judged import lost_by
from casegraph.story.moments import at_moment
from casegraph.story.outcomes import ran_beside
from casegraph.story.telling import is_at_once
from casegraph.story.words import ONLY_CHANGE, SOLE_RISE, joined, listed

__all__ = ["what_else"]

#: of what only may have run so many are named; more are three by name and the rest counted.
_MOST_OPEN = 4
_TOGETHER, _SOLE = "startedTogether", "soleChange"
_NONE_ALONE = "told of them together, what each did is not told"


def what_else(claims: Claims, seen: Sequence[str], claim: str, episodes: Collection[str]) -> list[str]:
    """Return how an outcome is attributed, and all that changed, stopped or ran beside it, without itself.

    :param seen: what was derived of the outcome, of each treatment that shares a row.
    :param claim: the outcome.
    :param episodes: the treatments of the row.
    """
    words = claims.words
    answered = {words.episode(each) for each in words.facts.values(claim, "responseTo")}
    shared = listed(_drugs(claims, answered - set(episodes)))
    begun = _changes(claims, seen, "togetherWith", {*episodes, *answered})
    once = {each for each in begun if is_at_once(words, each)}
    stopped = _changes(claims, seen, "whileLowering", {*episodes, *once})
    perhaps = _changes(claims, seen, "possiblyWhileLowering", {*episodes, *stopped, *once})
    told = {*_drugs(claims, {*episodes, *answered, *begun})}
    ran = [*_ran(claims, seen, claim, told, perhaps)]
    attributed = _attribution(claims, seen, len(episodes) > 1, [*begun.values()], any((stopped, perhaps)))
    return [
        ONLY_CHANGE if attributed == words.label(f"{CG}{_SOLE}") and ran else attributed,
        f"told of {shared} too" if shared else "",
        f"meanwhile {listed([*stopped.values()])}" if stopped else "",
        *ran,
    ]


def _drugs(claims: Claims, episodes: Collection[str]) -> list[str]:
    return sorted({claims.words.drug(each) for each in episodes})


def _attribution(
    claims: Claims, seen: Sequence[str], are_several: bool, begun: list[str], is_lowered: bool
) -> str:
    """Return what else changed: of several that share the outcome and no more, that it is of none alone."""
    words = claims.words
    found = dict.fromkeys(each for one in seen for each in words.facts.values(one, "attribution"))
    kinds = {words.facts.name(each) for each in found}
    said = listed([*map(words.label, found)])
    if kinds == {_SOLE} and is_lowered:
        return SOLE_RISE
    if lost := [*filter(None, (lost_by(words, each) for each in seen))]:
        return f"{said}; {lost[0]}"
    if kinds != {_TOGETHER}:
        return said
    others = f"{said}: {listed(begun)}" if begun else ""
    return joined(_NONE_ALONE if are_several else "", others) or said


def _changes(claims: Claims, seen: Sequence[str], name: str, without: Collection[str]) -> dict[str, str]:
    """Return treatment -> how it changed and when, as *cyclophosphamide stopped at day 28*.

    What was given once was neither begun nor stopped.

    :param name: the property by which the attributed outcome has what changed.
    :param without: treatments that are told of anyhow.
    """
    words, found = claims.words, dict[str, dict[str, list[str]]]()
    for exposure in (each for one in seen for each in words.facts.values(one, name)):
        if (episode := words.episode(exposure)) not in without:
            how, occasion = _way(claims, exposure, is_up=name == "togetherWith")
            is_sure = not name.startswith("possibly")
            when = _when(claims, seen, occasion, is_sure=is_sure) if occasion else ""
            found.setdefault(episode, {}).setdefault(how, []).append(when)
    return {each: joined(words.drug(each), _ways(ways), by=" ") for each, ways in found.items()}


def _ways(ways: dict[str, list[str]]) -> str:
    """Return how a treatment changed, each way with its time; with none where it did so several times."""
    return " or ".join(joined(how, *(when if len(when) == 1 else ()), by=" ") for how, when in ways.items())


def _way(claims: Claims, exposure: str, *, is_up: bool) -> tuple[str, str | None]:
    """Return how an exposure changed, and the occasion of that."""
    words, facts = claims.words, claims.words.facts
    is_whole = words.episode(exposure) == exposure
    whole = "given" if is_at_once(words, exposure) else "begun" if is_up else "stopped"
    way = whole if is_whole else words.labels(exposure, "doseChange") or "changed"
    return way, facts.value(exposure, "at" if is_up or not is_whole else "endsAt")


def _when(claims: Claims, seen: Sequence[str], occasion: str, *, is_sure: bool) -> str:
    """Return when something changed, and how long before what the outcome was seen on, if it surely was."""
    facts = claims.words.facts
    told = "".join(at_moment(facts, occasion))
    begun = {facts.value(each, "at") or "" for each in exposures_of(claims, seen)}
    zero = facts.value(facts.case, "zeroPoint")
    are_told = all(each == zero or is_told(facts, each) for each in (occasion, *begun))
    if not (is_sure and are_told and len(begun) == 1):
        return told
    (low, high), (first, last) = (days_of(facts, each) for each in (occasion, *begun))
    if low is None or high is None or first is None or last is None or first <= high:
        return told
    least, most = first - high, min(last - low, LEAD_IN_DAYS)
    days = f"{least}" if least == most else f"{least} to {most}"
    return f"{told}, {days} days before (changes within {LEAD_IN_DAYS} days before count)"


def _ran(
    claims: Claims, seen: Sequence[str], claim: str, told: Collection[str], perhaps: dict[str, str]
) -> Iterator[str]:
    """Yield what certainly ran, and a few of what may have, first that which perhaps changed."""
    words = claims.words
    certain, open_ = words.background(claim)
    changed: dict[str, list[str]] = {}
    for episode, text in perhaps.items():
        changed.setdefault(drug := words.drug(episode), []).append(f"perhaps{text.removeprefix(drug)}")
    begun = {words.drug(each) for one in seen for each in words.facts.values(one, "possiblyTogetherWith")}
    sure = [each for each in certain if each not in told]
    maybe = [each for each in open_ if each not in {*told, *certain}]
    maybe.sort(key=lambda each: (each not in changed, each not in begun))
    noted = {each: f"{each} ({'; '.join(how)})" for each, how in changed.items()}
    named = [noted.get(each, each) for each in maybe]
    if len(named) > _MOST_OPEN:
        named[_MOST_OPEN - 1 :] = [f"{len(named) - _MOST_OPEN + 1} more"]
    yield from filter(None, ran_beside([noted.get(each, each) for each in sure], named))
    others = [each for each in perhaps if words.drug(each) not in {*sure, *maybe}]
    if others:
        yield f"perhaps meanwhile {listed([_in_full(claims, each, perhaps[each]) for each in others])}"


def _in_full(claims: Claims, episode: str, changed: str) -> str:
    """Return what changed with which course of its drug that was, where there are several."""
    drug, which = claims.words.drug(episode), which_one(claims.words, episode)
    return changed.replace(drug, f"{drug} ({which})", 1) if which else changed
