"""``casegraph map``: the mapping file that tells what the columns of a table mean."""

from __future__ import annotations

from pathlib import Path

import click

from casegraph.cli.form import PATH, Command, say, write
from casegraph.cli.listing import Group
from casegraph.errors import InputError

__all__ = ["table_map"]


@click.group(
    name="map",
    cls=Group,
    examples=(
        ("casegraph map guess patients.csv -o patients.yaml", "a mapping to begin with"),
        ("casegraph map guess visits.tsv --rows 1000", "look at more rows; write to the standard output"),
    ),
)
def table_map() -> None:
    """Tell what the columns of a table mean, so that any CSV or TSV file can be read."""


@table_map.command(
    cls=Command,
    examples=(("casegraph map guess patients.csv -o patients.yaml", "then go through every line"),),
)
@click.argument("file", metavar="FILE", type=PATH)
@click.option("-o", "--output", type=PATH, metavar="OUT", help="Write it to a file that is not there yet.")
@click.option(
    "--rows", type=click.IntRange(min=1), default=200, show_default=True, help="How many rows to look at."
)
def guess(file: Path, output: Path | None, rows: int) -> None:
    """Propose a mapping for a CSV or TSV file, out of its header and first rows.

    Entries are what is exactly the name of a term; what is only like one stands behind #, to be confirmed.
    Columns for which nothing was found are listed as ignored.
    """
    from casegraph.curate.files import write_new_file
    from casegraph.curate.guess import guess as propose
    from casegraph.loaders.inputs import Input

    try:
        text = propose(Input(str(file), lambda: file.open("rb")), rows=rows)
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", where=str(file), todo="check the path"
        ) from error
    if output is None:
        write(text)
        return
    write_new_file(output, text)
    say(f"{output} is there to go through: each line is a guess")
