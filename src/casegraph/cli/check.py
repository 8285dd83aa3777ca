"""``casegraph check``: every mistake in case documents, with its place and what to do."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from casegraph.check import check as check_document
from casegraph.cli.form import PATH, Command, progress, say, write, write_line
from casegraph.errors import DocumentError, InputError, Problem
from casegraph.loaders import case_files, read_document
from casegraph.terms import all_terms

__all__ = ["check"]


@click.command(
    cls=Command,
    examples=(
        ("casegraph check smith-2024.yaml", "every mistake in a document, as file:line:column"),
        ("casegraph check my-cases/ -f json", "the same for a program"),
        ("casegraph check smith-2024.yaml --care", "what the report tells of the CARE checklist"),
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=PATH)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Words or JSON."
)
@click.option("--care", is_flag=True, help="Tell instead what each case reports of the CARE checklist.")
def check(paths: tuple[Path, ...], form: str, care: bool) -> int:
    """Find every mistake in case documents, without a store.

    Each is told as file:line:column, a code, what is wrong and what to do. Shapes are checked by validate.
    """
    files = case_files(paths)
    if care:
        from casegraph.cli.care import report

        return report(files, form)
    problems = [
        problem for found in progress(map(_problems, files), len(files), what="checking") for problem in found
    ]
    if form == "json":
        import msgspec

        write(msgspec.json.encode([asdict(problem) for problem in problems]).decode() + "\n")
    else:
        for problem in problems:
            write(f"{problem}\n")
        if not problems:
            many = f"{len(files)} document{'' if len(files) == 1 else 's'}"
            write_line(f"{many}, no problem; casegraph validate checks the shapes, as load does")
    if problems:
        wrong = len({problem.file for problem in problems})
        say(f"problems in {wrong} of {len(files)} document{'' if len(files) == 1 else 's'}")
    return 1 if problems else 0


def _problems(path: Path) -> tuple[Problem, ...]:
    try:
        return check_document(read_document(path), all_terms())
    except DocumentError as error:
        return error.problems
    except InputError as error:
        return (Problem(str(path), 0, 0, "unreadable", error.what, error.todo),)
