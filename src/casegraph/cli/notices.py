"""``casegraph notices``: which reports are retracted, corrected or in doubt, as documents and lists tell."""

from __future__ import annotations

from pathlib import Path

import click

from casegraph.cli.form import PATH, Command, say, store_option, write_line

__all__ = ["notices"]


@click.command(
    cls=Command,
    examples=(
        ("casegraph notices", "the reports of the store that are retracted, corrected or in doubt"),
        ("casegraph notices retraction_watch.csv", "look the reports up in a list that you downloaded"),
        ("casegraph notices retraction_watch.csv ours.tsv", "in two lists, in place of those before"),
    ),
)
@click.argument("lists", nargs=-1, metavar="[LIST...]", type=PATH)
@store_option
def notices(lists: tuple[Path, ...], location: str) -> None:
    """Tell which reports are retracted, corrected or in doubt; first take up LISTs of such papers.

    A LIST is a table with the columns of the Retraction Watch Database, which Crossref gives out as CSV;
    nothing is fetched. Its papers are found by DOI or PubMed number, and what it tells takes the place of
    what lists told before. No claim is taken out: answers, show and why name the notice.
    """
    from casegraph.notices import flags_of
    from casegraph.store import open_store

    if lists:
        _take(lists, location)
    with open_store(location) as store:
        flags = flags_of(store)
    for flag in flags:
        write_line(flag)
    reports = len({flag.report for flag in flags})
    say(f"notices: {len(flags):,}; reports that they are about: {reports:,}")


def _take(lists: tuple[Path, ...], location: str) -> None:
    from casegraph.ingest.noticing import take_notices
    from casegraph.store import open_store

    with open_store(location):  # a store that is not there is not made
        pass
    with open_store(location, writable=True) as store:
        taken = take_notices(store, lists)
    say(
        f"rows: {taken.rows:,}; taken up: {taken.notices:,}; told by case documents already: {taken.told:,}; "
        f"of no known nature: {taken.other:,}"
    )
    for report in taken.reinstated:
        say(f"reinstated, by the lists: {report}; a retraction of it before is told all the same")
