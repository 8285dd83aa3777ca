"""Why a record is not in the store."""

from __future__ import annotations

from collections.abc import Mapping

from casegraph.errors import Problem
from casegraph.loaders.records import Imported
from casegraph.loaders.times import CALENDAR
from casegraph.model import Occasion, Subject
from casegraph.timeline import TimelineError, TimeStatement
from casegraph.validate import Report

__all__ = ["impossible_time", "nothing_told", "other_content", "same_report", "violations"]

#: how the names of occasions on a date begin.
_DATED = ("date-", "from-", "between-")
_MOST_PLACES = 3


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


def same_report(source: str, before: str, iri: str) -> Problem:
    """Return the refusal of a document whose report this job has read from another file."""
    message = f"the report {iri} was loaded from {before} in this job"
    return Problem(source, 0, 0, "same-report", message, "keep one of the two files")


def nothing_told(source: str, iri: str) -> Problem:
    """Return the refusal of a record that makes no claim."""
    message = (
        f"the record of {iri} tells of no finding, diagnosis, test, treatment or death that can be carried"
    )
    todo = "load it with --losses FILE to see what was left behind, or leave it out"
    return Problem(source, 0, 0, "no-claims", message, todo)


def impossible_time(
    source: str, of: tuple[str, Subject], imported: Imported, error: TimelineError
) -> Problem:
    """Return the refusal of a record whose times exclude each other, and where each of them stands.

    An occasion on a date is called by it, so how many days it is after another date is left out.

    :param of: the IRI of the case, and the case.
    """
    iri, subject = of
    bounds = (str(each.where[1]) for each in error.statements if each.where[0] == "occasions")
    places = {key: list(imported.places.get(key, ())) for key in bounds}
    words = [each.words for each in error.statements if not _is_a_date(each, subject.occasions)]
    told = "; ".join(words or (each.words for each in error.statements))
    rows = {
        key: ", ".join(f"{file}:{line}" for file, line in each[:_MOST_PLACES]) for key, each in places.items()
    }
    stands = "".join(f"; {key} in {row}" for key, row in rows.items() if row)
    file, line = next((place for each in places.values() for place in each), (source, 0))
    message = f"{iri} impossible order in time: {told}{stands}"
    return Problem(file, line, 0, "impossible-time", message, "correct one of these")


def _is_a_date(statement: TimeStatement, occasions: Mapping[str, Occasion]) -> bool:
    """Say whether a statement is only how many days after the first date another one is."""
    kind, key, *bound = map(str, statement.where)
    on_date = kind == "occasions" and bound[0] in ("start", "end") and key.startswith(_DATED)
    return on_date and occasions[key].anchor == CALENDAR
