"""Relative time, solved: which occasion comes first for certain, and the tightest bounds in days."""

from casegraph.timeline.network import TimeStatement
from casegraph.timeline.solved import (
    Timeline,
    TimelineError,
    contradictions,
    solve,
    solve_subject,
    without_readings,
)

__all__ = [
    "TimeStatement",
    "Timeline",
    "TimelineError",
    "contradictions",
    "solve",
    "solve_subject",
    "without_readings",
]
