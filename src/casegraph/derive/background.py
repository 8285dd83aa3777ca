"""What ran beside an outcome: the treatments on whose background it was seen.

A regimen alone cannot say it: where an outcome is not ordered against a taper step, no single regimen is
certain, while the drugs that ran beside it are.
"""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.model import Background, Course, Response, Subject, Treatment, iterate_claims
from casegraph.timeline import Timeline
from casegraph.triples import claim_names

__all__ = ["backgrounds"]


def backgrounds(subject: Subject, timeline: Timeline) -> tuple[Background, ...]:
    """Return, for each outcome and turn with a time, the treatments that ran beside it.

    A treatment whose stop is only implied, or whose end is unknown, is possible and not certain after that; a
    later course of the same drug ends it for certain.
    """
    named = claim_names(iterate_claims(subject))
    episodes = [(fragment, claim) for fragment, _, claim in named if isinstance(claim, Treatment)]
    segments = {id(claim): fragment for fragment, kind, claim in named if kind == "DoseSegment"}
    found = []
    for fragment, _, claim in named:
        if not isinstance(claim, Response | Course) or claim.at is None:
            continue
        answered = set(claim.to) if isinstance(claim, Response) else set()
        others = [
            (name, episode)
            for name, episode in episodes
            if name not in answered and not answered & {segments[id(dose)] for dose in episode.doses}
        ]
        certain = tuple(name for name, each in others if _ran(each, claim.at, timeline))
        possible = tuple(
            name
            for name, each in others
            if name not in certain and _may_have_run(each, claim.at, subject, timeline)
        )
        found.append(Background(claim=fragment, certain=certain, possible=possible))
    return tuple(found)


def _ran(treatment: Treatment, at: str, timeline: Timeline) -> bool:
    if treatment.at is None or not timeline.certainly_not_after(treatment.at, at):
        return False
    lasts = [key for key in (treatment.ends_at, treatment.ongoing_at) if key is not None]
    return any(timeline.certainly_not_after(at, key) for key in lasts)


def _may_have_run(treatment: Treatment, at: str, subject: Subject, timeline: Timeline) -> bool:
    not_yet = treatment.at is not None and timeline.certainly_before(at, treatment.at)
    ends = list(_certain_ends(treatment, subject))
    return not not_yet and not any(timeline.certainly_not_after(key, at) for key in ends)


def _certain_ends(treatment: Treatment, subject: Subject) -> Iterator[str]:
    if treatment.ends_at is not None and treatment.end_basis != "implied":
        yield treatment.ends_at
    after = subject.treatments[subject.treatments.index(treatment) + 1 :]
    for each in after:
        if each.what == treatment.what and each.at is not None:
            yield each.at
