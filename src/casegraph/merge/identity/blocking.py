"""Which pairs of cases are worth a comparison: those that share something rare, the nearest of each case.

It is nearly linear in the number of cases: a value that many cases have makes no pairs, and each case keeps
its nearest partners only. So a pair is missed that shares nothing but what many have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import nsmallest
from math import floor, log2

from casegraph.merge.identity.background import Background, author_keys, content_key, label_key
from casegraph.merge.identity.features import Features
from casegraph.merge.identity.kinship import Kinship

__all__ = ["pairs_worth_comparing"]

#: A value that more cases than that have makes no pairs.
_MOST_OF_BLOCK = 60
#: How many partners each case keeps of other sources, and of its own, where they can be look-alikes only.
_PARTNERS, _PARTNERS_OF_SOURCE = 8, 3

_Key = tuple[str, ...]


def pairs_worth_comparing(
    ours: Sequence[Features], theirs: Sequence[Features] | None, background: Background
) -> Iterator[tuple[Features, Features]]:
    """Yield pairs, each once and the first by its IRI first, in the order of the IRIs.

    :param theirs: None is pairs within ours.
    """
    sides = [{each.iri: each for each in side} for side in (ours, ours if theirs is None else theirs)]
    pool = sides[0] | sides[1]
    keys = {iri: sorted(_keys(each, background)) for iri, each in pool.items()}
    kept = set(_named_pairs(sides[0], sides[1])) | set(_named_pairs(sides[1], sides[0]))
    for mine, other in ((0, 1), (1, 0)) if theirs is not None else ((0, 0),):
        blocks = _blocks(sides[other], keys)
        for iri, each in sides[mine].items():
            near = _nearest(each, _weights(keys[iri], blocks, len(pool)), pool)
            kept |= {(min(iri, partner), max(iri, partner)) for partner in near}
    for first, second in sorted(kept):
        yield pool[first], pool[second]


def _named_pairs(ones: Mapping[str, Features], others: Mapping[str, Features]) -> Iterator[tuple[str, str]]:
    """Yield the pairs that a source itself holds possible."""
    for iri, each in ones.items():
        for named in each.possibly_same & others.keys() - {iri}:
            yield min(iri, named), max(iri, named)


def _blocks(cases: Mapping[str, Features], keys: Mapping[str, Sequence[_Key]]) -> dict[_Key, list[str]]:
    """Return key -> the cases that have it, without those of one case and of too many."""
    blocks: dict[_Key, list[str]] = {}
    for iri in cases:
        for key in keys[iri]:
            blocks.setdefault(key, []).append(iri)
    return {key: found for key, found in blocks.items() if len(found) <= _MOST_OF_BLOCK}


def _weights(keys: Sequence[_Key], blocks: Mapping[_Key, list[str]], cases: int) -> dict[str, float]:
    """Return how rare what a case shares with each other is, added up."""
    found: dict[str, float] = {}
    for key in keys:
        block = blocks.get(key, ())
        weight = log2((cases + 1) / len(block)) if block else 0.0
        for iri in block:
            found[iri] = found.get(iri, 0.0) + weight
    return found


def _nearest(one: Features, weights: Mapping[str, float], pool: Mapping[str, Features]) -> Iterator[str]:
    mine = {iri for iri in weights if pool[iri].source == one.source}
    others = [iri for iri in weights if iri not in mine]
    mine.discard(one.iri)
    for found, most in ((others, _PARTNERS), (mine, _PARTNERS_OF_SOURCE)):
        yield from nsmallest(most, found, key=lambda iri: (-round(weights[iri], 6), iri))


def _keys(one: Features, background: Background) -> set[_Key]:
    """Return what a case may share with another, alone and, for what is common, together."""
    keys: set[_Key] = {("author", each) for each in author_keys(one)}
    if one.is_group:
        return keys
    document = background.document(one) or ""
    if one.record_id:
        keys.add(("record", one.record_id))
    if label := label_key(one):
        keys |= {("label", label), ("label", label, document)}
    if content := content_key(one):
        keys.add(("content", content))
    ages = () if one.age is None else (floor(one.age) + each for each in (-1, 0, 1))
    persons = [(one.sex or "", str(each)) for each in ages]
    clinical = set(_clinical(one, background.kin))
    shared = ([document] if document else []) + sorted(one.diagnoses)
    for each in shared:
        keys |= {("shared", each), *(("person", each, *person) for person in persons)}
        keys |= {(*key, each) for key in clinical}
    return keys | clinical


def _clinical(one: Features, kin: Kinship) -> Iterator[_Key]:
    """Yield findings with what is directly above them, drugs and tests."""
    for name, terms in (("present", one.present), ("absent", one.absent)):
        for term in terms:
            yield name, term
            yield from ((name, above) for above in kin.parents(term))
    for disease in one.diagnoses:
        yield "diagnosis", disease
        yield from (("diagnosis", above) for above in kin.parents(disease))
    yield from (("drug", each.drug) for each in one.treatments)
    yield from (("test", *each) for each in one.tests)
