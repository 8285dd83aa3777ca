"""What follows from a case by its solved timeline, as N-Quads of the inferred graph."""

from __future__ import annotations

from collections.abc import Iterable

from casegraph.model import AttributedOutcome, Derived, Regimen, TreatmentLine
from casegraph.timeline import Timeline
from casegraph.triples.fields import TYPE, Names, Triples, cg, concept, individual, integer, lines, part

__all__ = ["inferred_quads"]


def inferred_quads(subject: str, timeline: Timeline, derived: Derived) -> str:
    """Return what the solved timeline adds, and what was derived by it, as N-Quads of the inferred graph.

    :param subject: the IRI of the case or group.
    """
    names = Names(subject, subject, subject)
    triples = (
        *_timeline_triples(timeline, names),
        *_regimen_triples(derived.regimens, names),
        *_background_triples(derived, names),
        *_line_triples(derived.lines, names),
        *_outcome_triples(derived.outcomes, names),
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


def _background_triples(derived: Derived, names: Names) -> Triples:
    for background in derived.backgrounds:
        for episode in background.certain:
            yield part(names, background.claim), cg("hasBackground"), part(names, episode)
        for episode in background.possible:
            yield part(names, background.claim), cg("mayHaveBackground"), part(names, episode)
    for segment, change in derived.dose_changes:
        yield part(names, segment), cg("doseChange"), individual(names, change)


def _line_triples(found: Iterable[TreatmentLine], names: Names) -> Triples:
    for line in found:
        me = part(names, f"line-{line.includes[0]}")
        yield me, TYPE, cg("TreatmentLine")
        yield me, cg("ordinalMin"), integer(names, line.ordinal_min)
        yield me, cg("ordinalMax"), integer(names, line.ordinal_max)
        if line.begins is not None:
            yield me, cg("from"), part(names, line.begins)
        for episode in line.includes:
            yield me, cg("includes"), part(names, episode)


def _outcome_triples(outcomes: Iterable[AttributedOutcome], names: Names) -> Triples:
    for outcome in outcomes:
        me = part(names, f"{outcome.claim}-on-{outcome.episode}")
        yield me, TYPE, cg("AttributedOutcome")
        yield me, cg("ofOutcome"), part(names, outcome.claim)
        yield me, cg("ofTreatment"), part(names, outcome.episode)
        yield me, cg("aboutConcept"), concept(names, outcome.drug)
        yield me, cg("domain"), individual(names, outcome.domain)
        yield me, cg("attribution"), individual(names, outcome.attribution)
        for name, exposures in (
            ("togetherWith", outcome.together),
            ("possiblyTogetherWith", outcome.possibly_together),
            ("whileLowering", outcome.lowered),
            ("possiblyWhileLowering", outcome.possibly_lowered),
        ):
            for exposure in exposures:
                yield me, cg(name), part(names, exposure)
        yield from _length_triples(outcome, me, names)


def _length_triples(outcome: AttributedOutcome, me: str, names: Names) -> Triples:
    for name, bounds in (
        ("sinceStart", outcome.since_start),
        ("sinceFirstDose", outcome.since_first_dose),
        ("lasted", outcome.lasted),
    ):
        for which, days in zip(("Min", "Max"), bounds, strict=True):
            if days is not None:
                yield me, cg(f"{name}{which}Days"), integer(names, days)
    for name, claim in (("lastingShownBy", outcome.lasting_shown_by), ("endedBy", outcome.ended_by)):
        if claim is not None:
            yield me, cg(name), part(names, claim)
