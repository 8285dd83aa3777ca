"""Distortions by name: how a second telling of a patient may differ from the first."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from casegraph.merge.identity import Features
from casegraph.namespaces import BASE
from casegraph.terms import Terms

COPIES = f"{BASE}dataset/copies"
T = TypeVar("T")
Distortion = Callable[[Features, random.Random, Terms], Features]


def number(text: str, ways: int) -> int:
    """Return into which of so many parts a text falls, always the same."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % ways


def copied(one: Features) -> Features:
    """Return a case as another data set may tell of it: another name for all, the content as it is."""
    name = hashlib.sha256(one.iri.encode()).hexdigest()[:16]
    return replace(
        one,
        iri=f"{BASE}case/copies/{name}",
        report=one.report if one.published else COPIES,
        dataset=COPIES,
        record_id=name,
        label=None,
        possibly_same=frozenset(),
    )


def as_it_is(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it with other identifiers only."""
    return one


def older(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it a year older or younger."""
    if one.age is None:
        return one
    return replace(one, age=max(one.age + chance.choice((-1, 1)), 0))


def fewer(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it without a third of its findings, tests and responses, and without its sex or its age."""
    thin = replace(
        one,
        present=_some(one.present, chance),
        absent=_some(one.absent, chance),
        tests=_some(one.tests, chance),
        responses=_some(one.responses, chance),
    )
    return replace(thin, sex=None) if chance.random() < 1 / 2 else replace(thin, age=None)


def _some(found: frozenset[T], chance: random.Random) -> frozenset[T]:
    return frozenset(each for each in sorted(found, key=str) if chance.random() > 1 / 3)


def unpublished(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it without the publication that it is of."""
    return replace(one, report=COPIES, doi=None, pmid=None, title=None, year=None, authors=())


def parents(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it with a third of its findings in more general terms."""
    return _moved(one, chance, terms.links)


def children(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it with a third of its findings in more exact terms."""

    def below(iri: str) -> Sequence[str]:
        return [each for each in terms.below(iri) if iri in terms.links(each)]

    return _moved(one, chance, below)


def _moved(one: Features, chance: random.Random, step: Callable[[str], Sequence[str]]) -> Features:
    """Return it with a third of its findings, one at least, replaced by what a step leads to."""
    known = [each for each in sorted(one.present) if step(each)]
    moved = set(chance.sample(known, -(-len(known) // 3)))
    return replace(
        one,
        present=frozenset(
            chance.choice(step(each)) if each in moved else each for each in sorted(one.present)
        ),
    )


def other_code(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it with its diseases by the codes that a mapping has for them, else by one that nobody knows."""
    return replace(one, diagnoses=frozenset(_other(each, terms) for each in one.diagnoses))


def _other(iri: str, terms: Terms) -> str:
    return next(iter(terms.links(iri)), f"https://example.org/disease/{number(iri, 10**9)}")


def several(one: Features, chance: random.Random, terms: Terms) -> Features:
    """Return it older, thinner and in more general terms."""
    for each in (older, fewer, parents):
        one = each(one, chance, terms)
    return one


DISTORTIONS: Mapping[str, Distortion] = {
    "identifiers": as_it_is,
    "age off by one": older,
    "fields dropped": fewer,
    "publication dropped": unpublished,
    "terms by their parents": parents,
    "terms by their children": children,
    "disease by another code": other_code,
    "several at once": several,
}
