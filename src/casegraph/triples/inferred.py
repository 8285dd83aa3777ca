"""What follows from a case by its solved timeline and derived regimens, as N-Quads of the inferred graph."""

from __future__ import annotations

from collections.abc import Iterable

from casegraph.model import Background, Regimen
from casegraph.timeline import Timeline
from casegraph.triples.fields import TYPE, Names, Triples, cg, individual, integer, lines, part

__all__ = ["inferred_quads"]


def inferred_quads(
    subject: str, timeline: Timeline, regimens: Iterable[Regimen], backgrounds: Iterable[Background]
) -> str:
    """Return what the solved timeline, regimens and backgrounds add, as N-Quads of the inferred graph.

    :param subject: the IRI of the case or group.
    """
    names = Names(subject, subject)
    triples = (
        *_timeline_triples(timeline, names),
        *_regimen_triples(regimens, names),
        *_background_triples(backgrounds, names),
    )
    return "".join(sorted(lines(triples, f"{subject}/inferred")))


def _timeline_triples(timeline: Timeline, names: Names) -> Triples:
    for key, rank in timeline.ranks().items():
        yield part(names, key), cg("rank"), integer(names, rank)
        for bound, name in zip(timeline.bounds(key), ("Min", "Max"), strict=True):
            if bound is not None:
                yield part(names, key), cg(f"solvedStart{name}Days"), integer(names, bound)
        if key in timeline.interpreted:
            yield part(names, key), cg("solvedBasis"), individual(names, "interpretation")
    for first, second in timeline.ordered_pairs():
        yield part(names, first), cg("notAfter"), part(names, second)


def _regimen_triples(regimens: Iterable[Regimen], names: Names) -> Triples:
    for regimen in regimens:
        me = part(names, f"regimen-{regimen.ordinal}")
        yield me, TYPE, cg("Regimen")
        yield me, cg("ordinal"), integer(names, regimen.ordinal)
        yield me, cg("from"), part(names, regimen.begins)
        if regimen.ends is not None:
            yield me, cg("until"), part(names, regimen.ends)
        for name, fragments in (
            ("includes", regimen.includes),
            ("mayInclude", regimen.may_include),
        ):
            for fragment in fragments:
                yield me, cg(name), part(names, fragment)
        for fragment in regimen.claims:
            yield part(names, fragment), cg("onRegimen"), me


def _background_triples(backgrounds: Iterable[Background], names: Names) -> Triples:
    for background in backgrounds:
        for episode in background.certain:
            yield part(names, background.claim), cg("hasBackground"), part(names, episode)
        for episode in background.possible:
            yield part(names, background.claim), cg("mayHaveBackground"), part(names, episode)
