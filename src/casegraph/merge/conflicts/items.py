"""What two tellings are compared by: single claims, each with the concepts that it is looked up by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from casegraph.merge.conflicts.kinds import Kinds
from casegraph.merge.conflicts.telling import Place, Telling
from casegraph.merge.conflicts.times import Times, When
from casegraph.model import Claim

__all__ = [
    "Agreement",
    "Conflict",
    "Item",
    "Judge",
    "Matter",
    "Side",
    "TellingPair",
    "Topic",
    "Verdict",
    "Weigh",
]

Matter = Literal[
    "adverseEvent",
    "age",
    "diagnosis",
    "dose",
    "end",
    "finding",
    "number",
    "outcome",
    "response",
    "route",
    "sex",
    "test",
    "unit",
]
#: What two claims are to each other, whenever they were: they agree, or conflict in a matter, or neither.
Verdict = Literal["agree"] | Matter | None


@dataclass(frozen=True, slots=True, order=True)
class Side:
    """What one telling says: a claim, or the case itself for sex and age, in words and with its passage."""

    claim: str
    says: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two tellings that cannot both be right.

    :param certain: false where it cannot be told whether both speak of one time, or two things may be true.
    :param sides: by their IRIs, so that it does not matter which telling was named first.
    """

    matter: Matter
    certain: bool
    sides: tuple[Side, Side]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two tellings that say the same, one perhaps more precisely than the other.

    :param claims: the claims, by their IRIs.
    """

    claims: tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A claim as it is compared.

    :param kind: the name of its class, or what a topic tells its claims apart by.
    :param about: the IRIs that it is looked up by; one of them must be related to one of the other claim.
    :param at: the occasion, where told.
    """

    telling: Telling
    name: str
    kind: str
    claim: Claim
    about: tuple[str, ...]
    at: str | None

    @property
    def iri(self) -> str:
        """The IRI of the claim."""
        return f"{self.telling.iri}#{self.name}"


Judge = Callable[[Item, Item, Kinds], Verdict]
#: What the time of two claims that conflict counts for: ``same`` makes the conflict certain, ``different``
#: makes it none. The first claim is of the first telling of the times.
Weigh = Callable[[Item, Item, When, Times], When]


def _as_told(one: Item, other: Item, when: When, times: Times) -> When:
    return when


@dataclass(frozen=True, slots=True)
class Topic:
    """Claims that are compared with each other, and how.

    :param whole: without a time they speak of all that is told, so that two such are of one time.
    :param weigh: what the times of a conflict count for; an agreement takes them as they are told.
    """

    items: Callable[[Telling], Iterable[Item]]
    judge: Judge
    whole: bool = False
    weigh: Weigh = _as_told


@dataclass(frozen=True, slots=True, eq=False)
class TellingPair:
    """Two tellings of one patient, laid beside each other."""

    a: Telling
    b: Telling
    kinds: Kinds
    times: Times

    def judged(self, topic: Topic) -> Iterator[tuple[Item, Item, Verdict, When]]:
        """Yield the claims of both that a topic has a verdict on and that are not certainly of two times."""
        ours, theirs = tuple(topic.items(self.a)), tuple(topic.items(self.b))
        narrow, exact = _by_concept(theirs, self.kinds)
        for one in ours:
            for other in self._candidates(one, narrow, exact):
                verdict = topic.judge(one, other, self.kinds)
                if verdict is None:
                    continue
                told = self.times.relation(one.at, other.at)
                when: When = "same" if topic.whole and told == "untold" else told
                if verdict != "agree" and when != "different":
                    when = topic.weigh(one, other, when, self.times)
                if when != "different":
                    yield one, other, verdict, when

    def _candidates(
        self, item: Item, narrow: dict[str, list[Item]], exact: dict[str, list[Item]]
    ) -> Iterator[Item]:
        """Yield the claims about the same, about a kind of it, or about what it is a kind of; each once."""
        found: dict[int, Item] = {}
        for concept in item.about:
            found |= {id(each): each for each in narrow.get(concept, ())}
            for wider in self.kinds.above(concept) & exact.keys():
                found |= {id(each): each for each in exact[wider]}
        yield from found.values()


def _by_concept(items: Iterable[Item], kinds: Kinds) -> tuple[dict[str, list[Item]], dict[str, list[Item]]]:
    """Return the claims by all that their concepts are kinds of, and by their concepts."""
    narrow: dict[str, list[Item]] = {}
    exact: dict[str, list[Item]] = {}
    for item in items:
        for concept in item.about:
            exact.setdefault(concept, []).append(item)
            for wider in kinds.above(concept):
                narrow.setdefault(wider, []).append(item)
    return narrow, exact
