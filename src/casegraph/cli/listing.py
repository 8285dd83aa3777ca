"""Commands of commands, and the lists that they print."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from casegraph.cli.form import Command, on_terminal, write, write_line, write_table

__all__ = ["LIST_FORM", "Group", "write_list"]

#: The option by which a list is written as a table, TSV or JSON; a table on a terminal, else TSV.
LIST_FORM = click.option(
    "-f", "--format", "form", type=click.Choice(("table", "tsv", "json")), help="How to write them."
)


class Group(Command, click.Group):
    """A command of commands, with examples."""


def write_list(columns: Sequence[str], rows: Sequence[Sequence[str]], form: str | None) -> None:
    """Write rows of text under their columns; of none, a table is nothing."""
    form = form or ("table" if on_terminal() else "tsv")
    if form == "json":
        write(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2) + "\n")
    elif form == "tsv":
        for row in (columns, *rows):
            write_line(*row)
    elif rows:
        write_table(columns, [list(row) for row in rows])
