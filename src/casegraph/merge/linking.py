"""Proposes links for a plan: which reports are one document, which cases one patient, and what conflicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from casegraph.merge.beside import Beside, CasePair, conflict_in_words
from casegraph.merge.identity import (
    Candidate,
    Features,
    SameDocument,
    candidates,
    features,
    outdone,
    same_documents,
)
from casegraph.merge.incoming import Incoming
from casegraph.merge.merged import Decided, Link, decisions, links
from casegraph.merge.plan import LinkKind, PlannedLink
from casegraph.merge.stages import stage
from casegraph.store import Store
from casegraph.terms import Terms

__all__ = ["Proposed", "planned_links"]

#: Who decides what follows from an identifier.
_CASEGRAPH = "casegraph"
_TOLD_TWICE = ("same-patient", "probably-same-patient")


@dataclass(frozen=True, slots=True)
class Proposed:
    """The links that a plan proposes, and how many of a kind were found and left out of it."""

    links: tuple[PlannedLink, ...] = ()
    left_out: dict[LinkKind, int] = field(default_factory=dict)


def planned_links(store: Store, coming: Sequence[Incoming], *, everything: bool = False) -> Proposed:
    """Return the links that are proposed: the certain ones first, then the likeliest.

    A pair is proposed if one of its two is coming; where no document is, of all that are there. Two that a
    link in the store is about already are not. Look-alikes that a better pair has settled
    (:func:`casegraph.merge.identity.outdone`) are counted alone.

    :param everything: propose those look-alikes too.
    :raises StoreError: if the store fails.
    """
    beside, known = Beside(store, coming), {each.iri: each for each in links(store)}
    theirs = list(features(beside.coming))
    if coming and not theirs:
        return Proposed()
    ours = list(features(store))
    terms = beside.terms()
    people = _patients(ours, theirs, terms)
    stage(f"looking for patients that are told of twice: {len(ours) + len(theirs):,} cases and groups")
    pool = {each.iri: each for each in (*ours, *theirs)}
    settled = set() if everything else outdone(people, pool, _refuted(known.values()))
    found = [*_documents(ours, theirs), *map(_patient, people)]
    fresh = [each for each in found if each.iri not in known]
    left_out = Counter(each.proposed for each in fresh if each.between in settled)
    kept = (each for each in fresh if each.between not in settled)
    proposed = sorted(_with_conflicts(list(kept), beside, terms), key=_rank)
    before = decisions(store)
    told_before = {
        each.iri: tuple(dict.fromkeys(map(_before, before.get(each.iri, ())))) for each in proposed
    }
    return Proposed(
        tuple(replace(each, digest=each.evidence, decided_before=told_before[each.iri]) for each in proposed),
        dict(left_out),
    )


def _refuted(known: Iterable[Link]) -> set[tuple[str, str]]:
    """Return the pairs that were decided to be different patients."""
    return {(min(each.between), max(each.between)) for each in known if each.decision == "different-patients"}


def _before(each: Decided) -> str:
    return f"{each.decision}, by {each.by} on {each.at[:10]}: {each.why}"


def _documents(ours: list[Features], theirs: list[Features]) -> Iterator[PlannedLink]:
    coming = {each.report for each in theirs}
    for each in same_documents([*ours, *theirs]):
        if not theirs or not coming.isdisjoint((each.a, each.b)):
            yield _document(each)


def _document(found: SameDocument) -> PlannedLink:
    link = PlannedLink(between=(found.a, found.b), proposed="same-document", speaks_for=(found.reason,))
    if not found.certain:
        return link
    return replace(link, decision="same-document", by=_CASEGRAPH, why=found.reason)


def _patients(ours: list[Features], theirs: list[Features], terms: Terms) -> list[Candidate]:
    if not theirs:
        return candidates(ours, None, terms)
    found = {(each.a, each.b): each for each in candidates(ours, theirs, terms)}
    if len({each.dataset for each in theirs}) > 1 or any(each.dataset is None for each in theirs):
        found |= {(each.a, each.b): each for each in candidates(theirs, None, terms)}
    return list(found.values())


def _patient(found: Candidate) -> PlannedLink:
    return PlannedLink(
        between=(found.a, found.b),
        proposed=found.kind or "look-alike",
        score=round(found.score, 1),
        documents=found.documents or None,
        speaks_for=found.speaks_for,
        speaks_against=found.speaks_against,
    )


def _with_conflicts(found: Sequence[PlannedLink], beside: Beside, terms: Terms) -> Iterator[PlannedLink]:
    pairs = [CasePair(*sorted(each.between)) for each in found if each.proposed in _TOLD_TWICE]
    conflicts = {
        pair: tuple(map(conflict_in_words, each.conflicts)) for pair, each in beside.comparisons(pairs, terms)
    }
    for each in found:
        told_of = conflicts.get(CasePair(*sorted(each.between)), ())
        yield replace(each, conflicts=told_of) if told_of else each


def _rank(link: PlannedLink) -> tuple[bool, float, tuple[str, str]]:
    return link.proposed != "same-document", -(link.score or 0), link.between
