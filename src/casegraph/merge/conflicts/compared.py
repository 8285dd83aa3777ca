"""Compares two tellings of one patient, topic by topic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casegraph.merge.conflicts.courses import (
    AFTER_STOPPING,
    DEATHS,
    DOSES,
    REMISSIONS,
    RESPONSES,
    ROUTES,
    STATEMENTS,
    TREATMENTS,
    TURNS,
    WORSENINGS,
)
from casegraph.merge.conflicts.ends import ends
from casegraph.merge.conflicts.findings import FINDINGS, HARMS, NO_HARM, TESTS
from casegraph.merge.conflicts.items import Agreement, Conflict, Item, Matter, Side, TellingPair, Topic
from casegraph.merge.conflicts.kinds import Kinds
from casegraph.merge.conflicts.lasting import broken_remissions
from casegraph.merge.conflicts.measured import NUMBERS, remark
from casegraph.merge.conflicts.persons import DIAGNOSES, ages, alternatives, lives, sexes
from casegraph.merge.conflicts.telling import Telling
from casegraph.merge.conflicts.times import Times
from casegraph.merge.conflicts.words import side_of
from casegraph.terms import Terms

__all__ = ["Comparison", "compared"]

_TOPICS = (
    FINDINGS,
    TESTS,
    NUMBERS,
    DIAGNOSES,
    TREATMENTS,
    DOSES,
    ROUTES,
    RESPONSES,
    AFTER_STOPPING,
    HARMS,
    NO_HARM,
    TURNS,
    REMISSIONS,
    WORSENINGS,
    DEATHS,
    STATEMENTS,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two tellings contradict each other in and agree in, each sorted by the IRIs of the claims."""

    conflicts: tuple[Conflict, ...]
    agreements: tuple[Agreement, ...]


def compared(a: Telling, b: Telling, terms: Terms) -> Comparison:
    """Compare two cases of which it was decided that they tell of one patient.

    Claims that are certainly of different times are not compared. Where it cannot be told, two that exclude
    each other are a possible conflict, unless one of them is told by the other telling too, beside what
    excludes it: then that tells of a course, and the times of it are open. Something wider does not tell
    that: *a rash, but no V-sign* does not fit *a V-sign*. Where each telling tells both, it contradicts
    itself and not the other. Which case is named first does not matter.

    :param terms: the hierarchy of concepts: that one telling is more precise is no conflict.
    """
    kinds = Kinds(terms)
    pair = TellingPair(a, b, kinds, Times(a, b))
    found = [*sexes(pair), *ages(pair), *alternatives(pair), *lives(pair, DEATHS), *ends(pair)]
    found += broken_remissions(pair)
    agreed: set[tuple[str, str]] = set()
    for topic in _TOPICS:
        both = _of_topic(pair, topic)
        found += both.conflicts
        agreed |= {each.claims for each in both.agreements}
    once = {(each.matter, *(side.claim for side in each.sides)): each for each in found}
    return Comparison(
        tuple(once[key] for key in sorted(once)), tuple(Agreement(each) for each in sorted(agreed))
    )


def _of_topic(pair: TellingPair, topic: Topic) -> Comparison:
    judged = tuple(pair.judged(topic))
    agreed = {(one.iri, other.iri) for one, other, verdict, _ in judged if verdict == "agree"}
    alike: dict[str, list[Item]] = {}
    for one, other, verdict, _ in judged:
        if verdict == "agree":
            alike.setdefault(one.iri, []).append(other)
            alike.setdefault(other.iri, []).append(one)
    against: list[tuple[Item, Item, Matter, bool]] = []
    for one, other, verdict, when in judged:
        if verdict is None or verdict == "agree":
            continue
        told = sum(_beside(each, of, alike, topic, pair.kinds) for each, of in ((one, other), (other, one)))
        if told <= (1 if when == "same" else 0):
            against.append((one, other, verdict, when == "same"))
    return Comparison(tuple(_conflicts(against)), tuple(Agreement((min(each), max(each))) for each in agreed))


def _beside(item: Item, other: Item, alike: Mapping[str, list[Item]], topic: Topic, kinds: Kinds) -> bool:
    """Say whether the telling of the other claim tells the first one too, beside what excludes it."""
    return any(_bears_on(each, other, topic, kinds) for each in alike.get(item.iri, ()))


def _bears_on(one: Item, other: Item, topic: Topic, kinds: Kinds) -> bool:
    met = any(kinds.related(some, of) for some in one.about for of in other.about)
    return met and topic.judge(one, other, kinds) is not None


def _conflicts(against: list[tuple[Item, Item, Matter, bool]]) -> Iterator[Conflict]:
    for one, other, matter, certain in against:
        sides = (_side(one, other, matter), _side(other, one, matter))
        if sides[0].says == sides[1].says:
            sides = (_side(one, other, matter, days=True), _side(other, one, matter, days=True))
        first, second = sorted(sides, key=lambda each: each.claim)
        yield Conflict(matter, certain, (first, second))


def _side(item: Item, other: Item, matter: Matter, *, days: bool = False) -> Side:
    return side_of(item, remark=remark(item, other) if matter == "number" else None, days=days)
