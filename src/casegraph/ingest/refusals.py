"""Why a record is not in the store."""

from __future__ import annotations

from casegraph.errors import Problem
from casegraph.validate import Report

__all__ = ["nothing_told", "other_content", "violations"]


def violations(source: str, report: Report) -> tuple[Problem, ...]:
    """Return the violated shapes of a report as problems of a file or member."""
    return tuple(
        Problem(source, 0, 0, "violation", f"{each.focus} {each.shape}", each.message or "")
        for each in report.violations
    )


def other_content(source: str, before: str, iri: str) -> Problem:
    """Return the refusal of a record whose case this job has read with other content."""
    message = f"the case {iri} was read from {before} in this job, with other content"
    return Problem(
        source, 0, 0, "same-case", message, "give one of them another --dataset, or correct its id"
    )


def nothing_told(source: str, iri: str) -> Problem:
    """Return the refusal of a record that makes no claim."""
    message = (
        f"the record of {iri} tells of no finding, diagnosis, test, treatment or death that can be carried"
    )
    todo = "load it with --losses FILE to see what was left behind, or leave it out"
    return Problem(source, 0, 0, "no-claims", message, todo)
