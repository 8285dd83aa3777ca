"""Lines of treatment: a line begins where at least one treatment starts.

Treatments that certainly start at the same time are one line; a change of dose, a stop or a switch of route
begins none. A start that is not ordered against the others leaves the number of a line open between bounds.
"""

from __future__ import annotations

from casegraph.derive.spans import Span, spans
from casegraph.model import Subject, TreatmentLine
from casegraph.timeline import Timeline

__all__ = ["treatment_lines"]


def treatment_lines(subject: Subject, timeline: Timeline) -> tuple[TreatmentLine, ...]:
    """Return the lines of a case, sorted by their earliest number.

    :param timeline: the solved occasions of the same case.
    """
    groups: list[list[Span]] = []
    for span in spans(subject, timeline)[0]:
        same = next((each for each in groups if _together(each[0], span, timeline)), None)
        if same is None:
            groups.append([span])
        else:
            same.append(span)
    lines = [_line(each, groups, timeline) for each in groups]
    return tuple(sorted(lines, key=lambda line: (line.ordinal_min, line.ordinal_max, line.includes)))


def _line(group: list[Span], groups: list[list[Span]], timeline: Timeline) -> TreatmentLine:
    me = group[0]
    others = [each[0] for each in groups if each is not group]
    earlier = sum(_before(each, me, timeline) for each in others)
    later = sum(_before(me, each, timeline) for each in others)
    return TreatmentLine(
        begins=me.starts,
        includes=tuple(sorted(span.fragment for span in group)),
        ordinal_min=1 + earlier,
        ordinal_max=len(groups) - later,
    )


def _together(one: Span, other: Span, timeline: Timeline) -> bool:
    if one.starts is None or other.starts is None:
        return False
    return one.starts == other.starts or timeline.between(one.starts, other.starts) == (0, 0)


def _before(first: Span, second: Span, timeline: Timeline) -> bool:
    """Say whether one certainly started before the other; what had stopped or was running by then had."""
    if second.starts is None:
        return False
    if first.starts is not None:
        return timeline.certainly_before(first.starts, second.starts)
    known = (first.stopped, first.hinted, first.running)
    return any(key is not None and timeline.certainly_not_after(key, second.starts) for key in known)
