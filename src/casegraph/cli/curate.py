"""``casegraph fmt``: brings case documents into one style."""

from __future__ import annotations

from pathlib import Path

import click

from casegraph.cli.form import PATH, Command, say, write_line
from casegraph.errors import CasegraphError, DocumentError

__all__ = ["fmt"]



@click.command(
    cls=Command,
    examples=(
        ("casegraph fmt smith-2024.yaml", "one order of keys, one indentation"),
        ("casegraph fmt --check my-cases/", "list what would change, and end with exit code 1"),
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=PATH)
@click.option("--check", "only_check", is_flag=True, help="List the files that would change; change none.")
def fmt(paths: tuple[Path, ...], only_check: bool) -> int:
    """Bring case documents into one style: the order of keys, two spaces, short lists in one line.

    No value changes and no comment is lost. A document that is not well-formed is left as it is.
    """
    from casegraph.curate.files import write_file
    from casegraph.curate.fmt import formatted
    from casegraph.loaders import case_files

    files = [path for path in case_files(paths) if path.suffix.lower() != ".json" or path in paths]
    changed, code = [], 0
    for path in files:
        try:
            before, after = formatted(path)
        except CasegraphError as error:
            said = str(error) if isinstance(error, DocumentError) else f"Error: {error}"
            say(f"{said}\n{path} is left as it was")
            code = max(code, error.exit_code)
            continue
        if before != after:
            changed.append(path)
            write_line(path)
            if not only_check:
                write_file(path, after)
    many = f"{len(changed)} of {len(files)} document{'' if len(files) == 1 else 's'}"
    say(f"{many} {'would change' if only_check else 'changed'}")
    return max(code, 1 if only_check and changed else 0)
