"""``casegraph check`` and ``explain``: every mistake in case documents, with its place and what to do."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from casegraph.cli.form import PATH, Command, progress, say, write, write_line
from casegraph.errors import InputError, Problem
from casegraph.loaders import case_files

__all__ = ["check", "explain"]


@click.command(
    cls=Command,
    examples=(
        ("casegraph check smith-2024.yaml", "every mistake in a document, as file:line:column"),
        ("casegraph check smith-2024.yaml --source article.txt", "held against the text it was read from"),
        ("casegraph check my-cases/ -f json", "the same for a program"),
        ("casegraph check smith-2024.yaml --care", "what the report tells of the CARE checklist"),
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=PATH)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Words or JSON."
)
@click.option("--source", "text", type=PATH, metavar="FILE", help="The text of the report, for one document.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="What ends with exit code 1.",
)
@click.option("--care", is_flag=True, help="Tell instead what each case reports of the CARE checklist.")
def check(paths: tuple[Path, ...], form: str, text: Path | None, fail_on: str, care: bool) -> int:
    """Find every mistake in case documents, without a store: all that load would reject, and more.

    Each is told as file:line:column, a code, what is wrong and what to do; casegraph explain tells what a
    code means. A warning is worth a second look and rejects nothing.
    """
    files = case_files(paths)
    if care:
        from casegraph.cli.care import report

        return report(files, form)
    problems = _problems(files, _read(text, files))
    if form == "json":
        import msgspec

        write(msgspec.json.encode([asdict(problem) for problem in problems]).decode() + "\n")
    else:
        for problem in problems:
            write(f"{problem}\n")
    if not problems:
        if form == "text":
            write_line(f"{_count(len(files))}, no problem")
        return 0
    say(f"problems in {len({problem.file for problem in problems})} of {_count(len(files))}")
    return int(fail_on == "warning" or any(problem.severity == "error" for problem in problems))


def _problems(files: tuple[Path, ...], text: str | None) -> list[Problem]:
    from casegraph.examine import examine, without_ranges
    from casegraph.terms import all_terms

    if text is not None and without_ranges(files[0]):
        say("no passage has a range: the text was compared with none; casegraph new --text makes ranges")
    found = progress(examine(files, all_terms(), text=text), len(files), what="checking")
    return [problem for problems in found for problem in problems]


def _read(text: Path | None, files: tuple[Path, ...]) -> str | None:
    if text is None:
        return None
    if len(files) != 1:
        raise InputError("a source text belongs to one document", expected="one file with --source")
    try:
        return text.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(text), expected="a text in UTF-8") from error


def _count(files: int) -> str:
    return f"{files} document{'' if files == 1 else 's'}"


@click.command(
    cls=Command,
    examples=(
        ("casegraph explain lost-exponent", "what it means, and an example that fails and one that does not"),
        ("casegraph explain", "all codes"),
    ),
)
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Tell what a code of casegraph check means, with an example that fails and the same mended."""
    from casegraph.check.codes import codes

    known = codes()
    if code is None:
        for each in known.values():
            write_line(each.name, each.means)
        return
    if code not in known:
        from rapidfuzz import process

        near = ", ".join(name for name, _, _ in process.extract(code, list(known), limit=3))
        raise InputError(f"no code is called {code!r}", expected=f"one such as {near}")
    found = known[code]
    write(f"{found.name}: {found.means}\n")
    if found.failing is not None and found.mended is not None:
        for title, part in (("Fails", found.failing), ("Mended", found.mended)):
            write(f"\n{title}:\n" + "".join(f"    {line}\n" for line in part.splitlines()))
