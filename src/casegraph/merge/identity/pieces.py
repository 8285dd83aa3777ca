"""A pair of cases that is compared, and a piece of evidence on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from casegraph.merge.identity.background import Background, Circle, Fact
from casegraph.merge.identity.features import Features

__all__ = ["Evidence", "Pair", "faded", "listed"]

#: What each further finding weighs of the one before it: findings of one disease come together.
_FADING = 0.9
#: How many names a sentence lists.
_LISTED = 8


class Evidence(NamedTuple):
    """How much something speaks for one patient, in bits, below 0 against; what it is; whether it differs."""

    bits: float
    sentence: str
    differs: bool = False

    @property
    def about(self) -> str:
        """What it is about: the word before the colon, such as ``diagnosis``."""
        return self.sentence.partition(":")[0]

    @property
    def said(self) -> str:
        """What is said of it: the words after the colon."""
        return self.sentence.partition(": ")[2]


class Pair(NamedTuple):
    """Two cases in the order of their IRIs, with the circle in which values are counted."""

    one: Features
    other: Features
    circle: Circle
    background: Background

    def bits(self, fact: Fact, likely: float) -> float:
        """Return how much it speaks for one patient that both have this value; never against."""
        return max(self.background.bits(self.circle, fact, likely), 0.0)

    def named(self, iri: str) -> str:
        """Return what people call a term."""
        return self.background.kin.named(iri)


def faded(bits: Iterable[float]) -> list[float]:
    """Return weights, the heaviest first, each further one faded: they do not come independently.

    >>> faded([1.0, 2.0])
    [2.0, 0.9]
    """
    found = sorted(bits, key=lambda each: (-abs(each), each))
    return [each * _FADING**number for number, each in enumerate(found)]


def listed(names: Iterable[str]) -> str:
    """Return names in one line, sorted, the first few of very many.

    >>> listed(["rash", "fever"])
    'fever, rash'
    """
    found = sorted(set(names))
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return ", ".join(found[:_LISTED]) + more
