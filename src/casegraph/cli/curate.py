"""``casegraph fmt`` and ``diff``: bring case documents into one style, see changes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from casegraph.cli.form import PATH, Command, say, write, write_line
from casegraph.errors import CasegraphError, DocumentError, InputError

__all__ = ["diff", "fmt"]

_DIFFERENT, _UNREADABLE = 1, 2


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


@click.command(
    cls=Command,
    examples=(
        ("casegraph diff old.yaml new.yaml", "what changed, in words"),
        ("casegraph diff old.yaml new.yaml -f json", "the same for a program"),
    ),
)
@click.argument("before", metavar="A", type=PATH)
@click.argument("after", metavar="B", type=PATH)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Words or JSON."
)
def diff(before: Path, after: Path, form: str) -> int:
    """Tell what changed between two case documents; order, comments and style are no change.

    The exit code is 0 if they say the same, 1 if they differ, and 2 if one of them cannot be read.
    """
    from casegraph.curate.diff import differences
    from casegraph.loaders import read_document

    try:
        documents = [read_document(path).document for path in (before, after)]
    except DocumentError as error:
        say(str(error))
        return _UNREADABLE
    changes = differences(documents[0], documents[1], _plain_name)
    if form == "json":
        import msgspec

        rows = [asdict(change) | {"text": str(change)} for change in changes]
        write(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n")
    else:
        write("".join(f"{change}\n" for change in changes))
    return _DIFFERENT if changes else 0


def _plain_name(code: str) -> str:
    """Return what people call a term; one that is not known keeps the label of the document."""
    from casegraph.namespaces import expand
    from casegraph.terms import shipped_terms

    curie, _, label = code.partition(" ")
    try:
        return shipped_terms().plain(expand(curie)) or label
    except InputError:
        return label
