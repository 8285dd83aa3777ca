"""Proposes links for a plan: which reports are one document, which cases one patient, and what conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from casegraph.merge.beside import Beside, Pair, told
from casegraph.merge.identity import Candidate, Features, SameDocument, candidates, features, same_documents
from casegraph.merge.incoming import Incoming
from casegraph.merge.merged import Decided, decisions, links
from casegraph.merge.plan import PlannedLink
from casegraph.store import Store
from casegraph.terms import Terms

__all__ = ["planned_links"]

#: Who decides what follows from an identifier.
_CASEGRAPH = "casegraph"
_TOLD_TWICE = ("same-patient", "probably-same-patient")


def planned_links(store: Store, coming: Sequence[Incoming]) -> list[PlannedLink]:
    """Return the links that are proposed: the certain ones first, then the likeliest.

    A pair is proposed if one of its two is coming; where no document is, of all that are there. Two that a
    link in the store is about already are left out.

    :raises StoreError: if the store fails.
    """
    beside, known = Beside(store, coming), {each.iri for each in links(store)}
    theirs = list(features(beside.coming))
    if coming and not theirs:
        return []
    ours = list(features(store))
    terms = beside.terms()
    found = [*_documents(ours, theirs), *_patients(ours, theirs, terms)]
    kept = [each for each in found if each.iri not in known]
    found = sorted(_with_conflicts(kept, beside, terms), key=_rank)
    before = decisions(store)
    return [
        replace(each, digest=each.evidence, decided_before=tuple(map(_before, before.get(each.iri, ()))))
        for each in found
    ]


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


def _patients(ours: list[Features], theirs: list[Features], terms: Terms) -> Iterator[PlannedLink]:
    if not theirs:
        yield from map(_patient, candidates(ours, None, terms))
        return
    found = {(each.a, each.b): each for each in candidates(ours, theirs, terms)}
    if len({each.dataset for each in theirs}) > 1 or any(each.dataset is None for each in theirs):
        found |= {(each.a, each.b): each for each in candidates(theirs, None, terms)}
    yield from map(_patient, found.values())


def _patient(found: Candidate) -> PlannedLink:
    return PlannedLink(
        between=(found.a, found.b),
        proposed=found.kind or "look-alike",
        score=round(found.score, 1),
        speaks_for=found.speaks_for,
        speaks_against=found.speaks_against,
    )


def _with_conflicts(found: Sequence[PlannedLink], beside: Beside, terms: Terms) -> Iterator[PlannedLink]:
    pairs = [Pair(*sorted(each.between)) for each in found if each.proposed in _TOLD_TWICE]
    conflicts = {pair: tuple(map(told, each.conflicts)) for pair, each in beside.comparisons(pairs, terms)}
    for each in found:
        told_of = conflicts.get(Pair(*sorted(each.between)), ())
        yield replace(each, conflicts=told_of) if told_of else each


def _rank(link: PlannedLink) -> tuple[bool, float, tuple[str, str]]:
    return link.proposed != "same-document", -(link.score or 0), link.between
