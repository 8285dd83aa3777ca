"""Regimens: the stretches of a case in which the set of running treatments stayed the same.

A stretch begins wherever a dose segment (or a treatment told without doses) starts or stops. It ``includes``
an exposure that certainly ran through all of it, and ``may_include`` one of which that is possible only:
because its end is not stated or merely implied, or because the order in time is open. A later course of the
same drug ends an earlier one whose end is not stated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cmp_to_key

from casegraph.model import Course, DoseSegment, Regimen, Response, Subject, Treatment, iterate_claims
from casegraph.timeline import Timeline
from casegraph.triples import claim_names

__all__ = ["regimens"]


@dataclass(frozen=True, slots=True)
class _Run:
    """One exposure on the time line; ``over`` is when it certainly stopped, ``hinted`` when it may have."""

    fragment: str
    starts: str
    over: str | None
    hinted: str | None
    runs_until: str | None


def regimens(subject: Subject, timeline: Timeline) -> tuple[Regimen, ...]:
    """Return the regimens of a case in order.

    :param timeline: the solved occasions of the same case.
    """
    runs = tuple(_runs(subject))
    edges = _edges(runs, timeline)
    found = []
    for ordinal, (begins, ends) in enumerate(zip(edges, (*edges[1:], None), strict=True), start=1):
        certain = [run for run in runs if _certainly(run, begins, ends, timeline)]
        possible = [run for run in runs if run not in certain and _possibly(run, begins, ends, timeline)]
        found.append(
            Regimen(
                ordinal=ordinal,
                begins=begins,
                ends=ends,
                includes=tuple(run.fragment for run in certain),
                may_include=tuple(run.fragment for run in possible),
                claims=tuple(_claims_within(subject, begins, ends, timeline)),
            )
        )
    return tuple(found)


def _runs(subject: Subject) -> Iterator[_Run]:
    names = {id(claim): fragment for fragment, _, claim in claim_names(iterate_claims(subject))}
    for position, treatment in enumerate(subject.treatments):
        later = [each for each in subject.treatments[position + 1 :] if each.what == treatment.what]
        next_course = next((each.at for each in later if each.at is not None), None)
        for exposure in treatment.doses or (treatment,):
            starts = exposure.at or treatment.at
            if starts is not None:
                yield _run(exposure, treatment, names[id(exposure)], starts, next_course)


def _run(
    exposure: DoseSegment | Treatment,
    treatment: Treatment,
    fragment: str,
    starts: str,
    next_course: str | None,
) -> _Run:
    """Find the end: the next segment, else the exposure's own, else the treatment's, else the next course."""
    followers = [dose.at for dose in treatment.doses if dose.follows == fragment and dose.at is not None]
    if followers:
        return _Run(fragment, starts, followers[0], None, None)
    over = exposure.ends_at or treatment.ends_at
    implied = over is not None and treatment.end_basis == "implied"
    return _Run(
        fragment,
        starts,
        next_course if implied or over is None else over,
        over if implied else None,
        exposure.ongoing_at or treatment.ongoing_at,
    )


def _edges(runs: tuple[_Run, ...], timeline: Timeline) -> list[str]:
    """Return where regimens begin, in order; of edges that certainly coincide only the first by name."""
    ranks = timeline.ranks()
    keys = {run.starts for run in runs} | {key for run in runs for key in (run.over, run.hinted) if key}

    def compare(first: str, second: str) -> int:
        if timeline.certainly_before(first, second):
            return -1
        if timeline.certainly_before(second, first):
            return 1
        return -1 if (ranks[first], first) < (ranks[second], second) else 1

    edges: list[str] = []
    for key in sorted(keys, key=cmp_to_key(compare)):
        if not edges or not timeline.certainly_not_after(key, edges[-1]):
            edges.append(key)
    return edges


def _certainly(run: _Run, begins: str, ends: str | None, timeline: Timeline) -> bool:
    if not timeline.certainly_not_after(run.starts, begins):
        return False
    lasts = [key for key in (run.hinted or run.over, run.runs_until) if key is not None]
    through = ends if ends is not None else begins
    return any(timeline.certainly_not_after(through, key) and key != begins for key in lasts)


def _possibly(run: _Run, begins: str, ends: str | None, timeline: Timeline) -> bool:
    not_yet = ends is not None and timeline.certainly_not_after(ends, run.starts)
    over = run.over is not None and timeline.certainly_not_after(run.over, begins)
    return not not_yet and not over


def _claims_within(subject: Subject, begins: str, ends: str | None, timeline: Timeline) -> Iterator[str]:
    """Yield the outcomes and turns that fall into a stretch for certain.

    A turn that is the reason for the change with which a stretch begins belongs to the stretch before.
    """
    reasons = {dose.change_reason for each in subject.treatments for dose in each.doses}
    for fragment, _, claim in claim_names(iterate_claims(subject)):
        if isinstance(claim, Response | Course) and claim.at is not None:
            late = timeline.certainly_before if fragment in reasons else timeline.certainly_not_after
            early = timeline.certainly_not_after if fragment in reasons else timeline.certainly_before
            if late(begins, claim.at) and (ends is None or early(claim.at, ends)):
                yield fragment
