"""What ran beside an outcome: the treatments on whose background it was seen.

A regimen alone cannot say it: where an outcome is not ordered against a taper step, no single regimen is
certain, while the drugs that ran beside it are.
"""

from __future__ import annotations

from casegraph.derive.spans import spans
from casegraph.model import Background, Course, Response, Subject
from casegraph.timeline import Timeline
from casegraph.triples import named_claims

__all__ = ["backgrounds"]


def backgrounds(subject: Subject, timeline: Timeline) -> tuple[Background, ...]:
    """Return, for each outcome and turn with a time, the treatments that ran, or may have run, beside it."""
    episodes, segments = spans(subject, timeline)
    episode_of = {each.fragment: each.episode for each in (*segments, *episodes)}
    found = []
    for fragment, _, claim in named_claims(subject):
        if not isinstance(claim, Response | Course) or claim.at is None:
            continue
        answered = {episode_of.get(key) for key in claim.to} if isinstance(claim, Response) else set()
        others = [each for each in episodes if each.episode not in answered]
        certain = [each.episode for each in others if each.certainly_seen_on(claim.at, timeline)]
        possible = [each.episode for each in others if each.possibly_seen_on(claim.at, timeline)]
        found.append(
            Background(
                claim=fragment,
                certain=tuple(certain),
                possible=tuple(name for name in possible if name not in certain),
            )
        )
    return tuple(found)
