"""Narrows the places of occasions by what holds of every patient: birth, first treatment, death."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from casegraph.facts import CaseFacts
from casegraph.namespaces import BASE
from casegraph.plot.timeline.places import Place

__all__ = ["is_untreated", "life_of", "narrowed"]

_GROUP: Final = f"{BASE}group/"
#: what loaders and curators call the occasion of the birth of the patient.
_BIRTH: Final = "birth"


def life_of(facts: CaseFacts, places: Mapping[str, Place], whole: Place) -> Place:
    """Return from where to where the patient lived, as far as both are drawn; of a group the whole axis.

    A birth before which something is certainly told is not that of the patient.
    """
    if facts.case.startswith(_GROUP):
        return whole
    birth = f"{facts.case}#{_BIRTH}"
    later = set(facts.values(birth, "notAfter"))
    own = birth in places and not any(_is_before(facts, each, birth) for each in set(places) - later)
    ends = [places[each].high for each in _deaths(facts) if each in places]
    return Place(places[birth].low if own else whole.low, max(ends, default=whole.high))


def narrowed(facts: CaseFacts, places: Mapping[str, Place], life: Place) -> dict[str, Place]:
    """Return the places without what cannot be: before birth, after what they come before.

    What is not certainly after death, as an autopsy is, ends at it.
    An occasion of the phase before treatment is not after the start of a treatment, unless it certainly is.
    """
    deaths = _deaths(facts)
    starts = [each for each in _at(facts, ("hasTreatment",)) if each in places]
    found: dict[str, Place] = {}
    for each, place in places.items():
        of_the_dead = any(_is_before(facts, death, each) for death in deaths)
        high = place.high if of_the_dead else min(place.high, life.high)
        if is_untreated(facts, each) and not any(_is_before(facts, start, each) for start in starts):
            high = min((high, *(places[start].high for start in starts)))
        low = max(place.low, life.low)
        found[each] = place if place.exact or low > high else Place(low, high)
    return {each: _before_the_next(facts, found, each) for each in found}


def _before_the_next(facts: CaseFacts, places: Mapping[str, Place], occasion: str) -> Place:
    """Return a place that ends no later than that of any occasion that is certainly not before it."""
    place = places[occasion]
    ends = (places[each].high for each in facts.values(occasion, "notAfter") if each in places)
    high = min((place.high, *ends))
    return place if place.exact or high < place.low else Place(place.low, high)


def _deaths(facts: CaseFacts) -> list[str]:
    turns = (each for each in facts.claims("hasCourse") if facts.kind(each) == "Death")
    return [time for each in turns for time in facts.values(each, "at")]


def _at(facts: CaseFacts, links: Iterable[str]) -> set[str]:
    return {time for each in facts.claims(*links) for time in facts.values(each, "at")}


def is_untreated(facts: CaseFacts, occasion: str) -> bool:
    """Say whether an occasion is told to be before the first treatment."""
    return facts.name(facts.value(occasion, "phase") or "") == "beforeTreatment"


def _is_before(facts: CaseFacts, one: str, other: str) -> bool:
    return other in facts.values(one, "notAfter") and one not in facts.values(other, "notAfter")
