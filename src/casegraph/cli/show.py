"""``casegraph show``: a case in plain words, with the passage of each statement."""

from __future__ import annotations

from collections.abc import Iterable

import click

from casegraph.cli.form import Command, Source, source_option, write_lines
from casegraph.cli.others import say_others
from casegraph.facts import read_case
from casegraph.namespaces import BASE
from casegraph.store import Store
from casegraph.story.around import PERHAPS, notices_of_case, perhaps_same, same_patient
from casegraph.story.judged import what_follows
from casegraph.story.telling import sections
from casegraph.story.words import Words
from casegraph.subjects import find_case
from casegraph.told import with_told

__all__ = ["show"]

_FOLLOWS = "What follows by rule, and is no word of the report; casegraph why CASE#name tells how"


@click.command(
    cls=Command,
    examples=(
        ("casegraph show 10.1007/s13555-020-00421-8", "the first patient of the report with this DOI"),
        ("casegraph show 10.1007/s13555-020-00421-8/1", "a patient by number"),
        (f"casegraph show {BASE}case/10.1007/s13555-020-00421-8/1", "by IRI"),
    ),
)
@click.argument("case")
@source_option
def show(case: str, source: Source) -> None:
    """Tell CASE in plain words: what was found, done and claimed, in the order of time.

    CASE is an IRI; or the DOI, pmid:NUMBER or key of a report, which means its first patient, or with /NUMBER
    that patient; of a report on several the others are said. Behind each statement, in brackets, stands
    where the report says so; what the report does not state is told as such. The order of time is derived:
    with --asserted that of names stands for it.
    """
    with source.opened() as store:
        facts = read_case(store, find_case(store, case))
        say_others(store, case, "shown")
        words = Words(facts, with_told(store))
        notices = notices_of_case(store, facts)
        others = _others(store, facts.case)
        perhaps = [f"{said} {iri}" for iri, said in perhaps_same(store, facts.case).items()]
    told: list[tuple[str, Iterable[object]]] = [
        ("Notices about the report", notices),
        ("Other reports on this patient", others),
        (PERHAPS, perhaps),
        *sections(words),
        (_FOLLOWS, what_follows(words)),
    ]
    for heading, lines in told:
        if lines:
            write_lines([heading, *(f"  {line}" for line in lines), ""])


def _others(store: Store, case: str) -> list[str]:
    """Return a line for each other case of the same patient, and for each notice about its report."""
    found = same_patient(store, case)
    lines = [line for other, flags in found.items() for line in (other, *(f"  {flag}" for flag in flags))]
    return [*lines, f"casegraph query merged_patient -p case={case} has all that they tell"] if lines else []
