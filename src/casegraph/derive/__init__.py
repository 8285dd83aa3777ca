"""What follows from a case beyond its words: what ran together, lines, and what an outcome is due to."""

from __future__ import annotations

from casegraph.derive.attribution import attributed_outcomes
from casegraph.derive.background import backgrounds
from casegraph.derive.changes import dose_changes
from casegraph.derive.lines import treatment_lines
from casegraph.derive.regimens import regimens
from casegraph.model import Derived, Subject
from casegraph.timeline import Timeline

__all__ = ["attributed_outcomes", "backgrounds", "derive", "dose_changes", "regimens", "treatment_lines"]


def derive(subject: Subject, timeline: Timeline, *, whole: bool) -> Derived:
    """Return all that follows from a case by its solved timeline.

    :param whole: whether its report was read whole, so that what it does not tell of was not told.
    """
    if not subject.treatments:
        return Derived(regimens=(), backgrounds=(), lines=(), outcomes=(), dose_changes=())
    return Derived(
        regimens=regimens(subject, timeline),
        backgrounds=backgrounds(subject, timeline),
        lines=treatment_lines(subject, timeline),
        outcomes=attributed_outcomes(subject, timeline, whole=whole),
        dose_changes=tuple(dose_changes(subject)),
    )
