"""Regimens: the stretches of a case in which the set of running treatments stayed the same.

A stretch begins where a dose segment (or a treatment told without doses) starts or stops. It ``includes`` an
exposure that certainly ran through all of it, and ``may_include`` one of which that is only possible. A
change that is not certainly ordered against the others begins no stretch: its exposure is possible in the
stretch around it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from casegraph.derive.spans import Span, spans
from casegraph.model import Course, Regimen, Response, Subject
from casegraph.timeline import Timeline
from casegraph.triples import named_claims

__all__ = ["regimens"]


def regimens(subject: Subject, timeline: Timeline) -> tuple[Regimen, ...]:
    """Return the regimens of a case in order.

    :param timeline: the solved occasions of the same case.
    """
    segments = tuple(each for each in spans(subject, timeline)[1] if not each.is_moment)
    edges = _edges(segments, timeline)
    found = []
    for ordinal, begins in enumerate(edges, start=1):
        ends = edges[ordinal] if ordinal < len(edges) else None
        certain = [each for each in segments if each.certainly_covers(begins, ends, timeline)]
        possible = [
            each for each in segments if each not in certain and _possible(each, begins, ends, timeline)
        ]
        found.append(
            Regimen(
                ordinal=ordinal,
                begins=begins,
                ends=ends,
                includes=tuple(each.fragment for each in certain),
                may_include=tuple(each.fragment for each in possible),
                claims=tuple(_claims_within(subject, begins, ends, timeline)),
            )
        )
    return tuple(found)


def _edges(segments: tuple[Span, ...], timeline: Timeline) -> list[str]:
    """Return the changes whose order is certain, in that order; of coinciding ones the first by name.

    Of changes that are not ordered against each other, those stay at which more exposures change, or start.
    """
    changing = Counter(key for each in segments for key in each.changes)
    starts = {each.starts for each in segments}
    changes = set(changing)
    while changes:
        unordered = {key: sum(not _ordered(key, other, timeline) for other in changes) for key in changes}
        worst = max(changes, key=lambda key: (unordered[key], -changing[key], key not in starts, key))
        if unordered[worst] == 0:
            break
        changes.remove(worst)
    ranks = timeline.ranks()
    edges: list[str] = []
    for key in sorted(changes, key=lambda each: (ranks[each], each)):
        if not edges or timeline.certainly_before(edges[-1], key):
            edges.append(key)
    return edges


def _ordered(first: str, second: str, timeline: Timeline) -> bool:
    return timeline.certainly_not_after(first, second) or timeline.certainly_not_after(second, first)


def _possible(span: Span, begins: str, ends: str | None, timeline: Timeline) -> bool:
    not_yet = ends is not None and span.starts is not None and timeline.certainly_not_after(ends, span.starts)
    return not not_yet and not span.certainly_over(begins, timeline)


def _claims_within(subject: Subject, begins: str, ends: str | None, timeline: Timeline) -> Iterator[str]:
    """Yield the outcomes and turns that certainly fall into a stretch, its last moment included.

    What is seen at the moment of a change was seen on what ran before it.
    """
    for fragment, _, claim in named_claims(subject):
        if isinstance(claim, Response | Course) and claim.at is not None:
            begun = timeline.certainly_before(begins, claim.at)
            if begun and (ends is None or timeline.certainly_not_after(claim.at, ends)):
                yield fragment
