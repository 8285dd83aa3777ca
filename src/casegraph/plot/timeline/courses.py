"""Puts the treatments of a timeline in order, and tells several courses of one drug apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from casegraph.facts import CaseFacts
from casegraph.plot.timeline.axis import Axis
from casegraph.plot.timeline.exposures import Exposure
from casegraph.plot.timeline.marks import fits, is_anywhere
from casegraph.story.courses import which_course
from casegraph.story.words import Words, joined

__all__ = ["Lanes", "by_start", "course", "with_drugs"]

#: Treatments, each with its dosings.
Lanes = tuple[tuple[Exposure, tuple[Exposure, ...]], ...]


def by_start(facts: CaseFacts, axis: Axis, lanes: Lanes) -> Lanes:
    """Return treatments by where they began, or at the latest before they were stopped; the others behind.

    No course of a drug stands before one that was certainly begun earlier.
    """
    own = {episode: _order(axis, episode) for episode, _ in lanes}

    def order(episode: Exposure) -> tuple[bool, float]:
        earlier = (own[each] for each in own if _is_earlier(facts, each, episode))
        return max((own[episode], *earlier))

    return tuple(sorted(lanes, key=lambda lane: order(lane[0])))


def _order(axis: Axis, episode: Exposure) -> tuple[bool, float]:
    begins = episode.begins(axis)
    is_bounded = episode.starts is not None or episode.kind in ("stopped", "implied")
    is_known = is_bounded and not is_anywhere(axis, begins)
    return not is_known, begins.middle if is_known else 0


def _is_earlier(facts: CaseFacts, one: Exposure, other: Exposure) -> bool:
    """Say whether a treatment is of the same drug as another, and certainly did not begin after it."""
    drugs = [facts.value(each.episode, "aboutConcept") for each in (one, other)]
    return (
        drugs[0] == drugs[1]
        and one.starts is not None
        and other.starts in facts.values(one.starts, "notAfter")
    )


def course(words: Words, exposure: str) -> str:
    """Return the drug of a treatment; where the case has it more than once, with what began this course."""
    return joined(words.drug(exposure), which_course(words, exposure))


def with_drugs(
    words: Words, claim: str, heads: tuple[str, ...], links: Mapping[str, str], tail: str = ""
) -> str:
    """Return a label with the drugs that a claim is linked to, in words for which it has room.

    They are named as :func:`course` does, else alone, else it is told how many they are.

    :param heads: what it may begin with, the fullest first.
    :param links: what stands before the drugs -> the property that links the claim to them.
    """

    def label(head: str, naming: Callable[[list[str]], list[str]]) -> str:
        drugs = {between: naming([*words.facts.values(claim, link)]) for between, link in links.items()}
        said = (f"{between}{' + '.join(dict.fromkeys(found))}" for between, found in drugs.items() if found)
        return "".join((head, *said, tail))

    ways = (
        lambda found: [course(words, each) for each in found],
        lambda found: [words.drug(each) for each in found],
    )
    shorter = (label(head, naming) for head in heads for naming in ways)
    return next(filter(fits, shorter), label(heads[-1], lambda found: _counted(words, found)))


def _counted(words: Words, exposures: list[str]) -> list[str]:
    drugs = list(dict.fromkeys(words.drug(each) for each in exposures))
    return [f"{len(drugs)} treatments"] if drugs[1:] else drugs
