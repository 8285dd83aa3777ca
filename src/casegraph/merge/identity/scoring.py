"""Compares two cases, or a case and a group: how much speaks for one patient, and what kind of pair it is.

The score is the sum of log2(m / u) over what both tell (Fellegi and Sunter 1969), in bits. It is set against
log2 of the number of patients it may be: at 0 bits above that it is as likely one patient as two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

from casegraph.merge.identity.background import Background, author_keys
from casegraph.merge.identity.evidence import Evidence, evidence, group_evidence, sources_hold_it_possible
from casegraph.merge.identity.features import Features
from casegraph.merge.identity.pieces import Pair

__all__ = ["Candidate", "Kind", "compare", "needs_no_rival", "one_source"]

Kind = Literal["same-patient", "probably-same-patient", "possible-overlap", "look-alike"]

#: Bits above those of chance from which it is probably, and surely, one patient. In one publication some less
#: will do where no other patient of it fits: chance counts those others, and they are known not to be it.
_PROBABLY, _PROBABLY_ALONE, _SURELY = 0.0, -2.0, 9.0
#: Bits below chance down to which a pair of two patients is worth a warning.
_ALIKE = -5.0
#: What costs more than that keeps a pair from being surely one patient, whatever else agrees.
_CONTRADICTION = -2.0
#: So many authors in common make two papers works of one group of people; one alone may be a namesake.
_ENOUGH_AUTHORS = 2
#: What evidence is about that two publications tell of them.
_TWO_DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Two subjects that may be one patient or overlap, with what speaks for it and against it.

    ``a`` and ``b`` are IRIs, a before b. ``score`` is in bits. ``kind`` is None where they are simply two.
    ``documents`` names the publications of both where they are two, which the score counts against them.
    """

    a: str
    b: str
    kind: Kind | None
    score: float
    documents: str = ""
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()


def compare(a: Features, b: Features, background: Background) -> Candidate:
    """Return what speaks for and against two subjects being one patient, as if there were no others.

    The order of the two does not matter. :func:`casegraph.merge.identity.candidates` looks at others, too.
    """
    one, other = sorted((a, b), key=lambda each: each.iri)
    pair = Pair(one, other, background.circle(one, other), background)
    grouped = one.is_group or other.is_group
    found = sorted(group_evidence(pair) if grouped else evidence(pair), key=lambda each: -abs(each.bits))
    kind = _overlap(pair, found) if grouped else _kind(pair, found)
    against = [each.sentence for each in found if each.differs and each.about != _TWO_DOCUMENTS]
    if one_source(one, other):
        against.insert(
            0,
            "source: two patients of one report" if one.published else "source: two records of one data set",
        )
    return Candidate(
        a=one.iri,
        b=other.iri,
        kind=kind,
        score=round(sum(each.bits for each in found), 2),
        documents=next((each.said for each in found if each.about == _TWO_DOCUMENTS), ""),
        speaks_for=tuple(each.sentence for each in found if not each.differs),
        speaks_against=tuple(against),
    )


def one_source(one: Features, other: Features) -> bool:
    """Say whether one source tells of both in one report: then they are two, for it tells of each once."""
    return one.source == other.source


def _kind(pair: Pair, found: Sequence[Evidence]) -> Kind | None:
    chance = log2(pair.background.world)
    bits = [each.bits for each in found]
    speaking_for = sum(each for each in bits if each > 0)
    needed = chance + (_PROBABLY_ALONE if pair.circle.name == "document" else _PROBABLY)
    if speaking_for < needed:
        held = sources_hold_it_possible(pair.one, pair.other)
        return "possible-overlap" if held else None
    if one_source(pair.one, pair.other) or sum(bits) < needed:
        return "look-alike" if sum(bits) >= chance + _ALIKE else None
    contradicted = any(each.bits <= _CONTRADICTION and each.about != _TWO_DOCUMENTS for each in found)
    surely = sum(bits) >= chance + _SURELY and not contradicted
    return "same-patient" if surely else "probably-same-patient"


def needs_no_rival(each: Candidate, background: Background) -> bool:
    """Say whether a pair is probably one patient only where no other partner fits nearly as well."""
    return each.score < log2(background.world) + _PROBABLY


def _overlap(pair: Pair, found: Iterable[Evidence]) -> Kind | None:
    """Return whether a patient of one may be among those of the other."""
    one, other, background = pair.one, pair.other, pair.background
    if one_source(one, other) or any(each.about == "diagnosis" and each.differs for each in found):
        return None
    document = background.document(one)
    if sources_hold_it_possible(one, other) or (document and document == background.document(other)):
        return "possible-overlap"
    authors = len(author_keys(one) & author_keys(other))
    return "possible-overlap" if authors >= _ENOUGH_AUTHORS else None
