"""``casegraph load``: case documents into a store, one line for each."""

from __future__ import annotations

from pathlib import Path

import click

from casegraph.cli.form import PATH, Command, on_terminal, progress, say, store_option, write, write_line
from casegraph.errors import InputError
from casegraph.ingest import Loaded, Rejected
from casegraph.ingest import load as load_documents
from casegraph.loaders import FORMATS, case_files
from casegraph.store import open_store
from casegraph.terms import all_terms

__all__ = ["load"]

_COLUMNS = ("state", "report", "cases", "claims", "quads", "seconds", "file")


@click.command(
    cls=Command,
    examples=(
        ("casegraph load my-cases/", "load every case document of a folder"),
        ("casegraph load smith-2024.yaml --dry-run", "go through every stage, but store nothing"),
        ("casegraph load my-cases/ --store http://localhost:7878", "load into a SPARQL endpoint"),
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=PATH)
@click.option("--dry-run", is_flag=True, help="Go through every stage and leave the store as it is.")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted({suffix.removeprefix(".") for suffix in FORMATS})),
    help="Take only the files of this kind from the paths.",
)
@store_option
def load(paths: tuple[Path, ...], dry_run: bool, form: str | None, location: str) -> int:
    """Bring case documents into a store: files, and folders with all that is below them.

    A report that is there is replaced with all its cases. A document with a mistake, or one that violates a
    shape, is rejected with its reasons on the standard error; the others are loaded, and the exit code is 1.
    """
    files = _files(paths, form)
    if not on_terminal():
        write_line(*_COLUMNS)
    rejected = 0
    with open_store(":memory:" if dry_run else location, writable=True) as store:
        outcomes = load_documents(store, files, dry_run=dry_run)
        for outcome in outcomes if on_terminal() else progress(outcomes, len(files), what="loading"):
            if isinstance(outcome, Rejected):
                rejected += 1
                say(_reasons(outcome))
            else:
                _tell(outcome, dry_run=dry_run)
    if rejected:
        say(f"{rejected} of {len(files)} documents rejected")
    return 1 if rejected else 0


def _files(paths: tuple[Path, ...], form: str | None) -> tuple[Path, ...]:
    files = case_files(paths)
    chosen = tuple(path for path in files if form is None or path.suffix.lower() == f".{form}")
    if not chosen:
        raise InputError(f"none of the {len(files)} files ends in .{form}", todo="leave --format out")
    return chosen


def _tell(loaded: Loaded, *, dry_run: bool) -> None:
    prepared = loaded.prepared
    state = "dry run" if dry_run else "replaced" if loaded.replaced else "new"
    document = prepared.document
    quads = prepared.asserted.count("\n") + prepared.inferred.count("\n")
    seconds = f"{sum(prepared.seconds.values()):.2f}"
    cases = len(document.cases) + len(document.groups)
    if on_terminal():
        words = f"{cases} case{'' if cases == 1 else 's'}  {prepared.claims} claims  {quads:,} quads"
        write(f"{state}  {prepared.iri}  {words}  {seconds} s\n")
    else:
        write_line(state, prepared.iri, cases, prepared.claims, quads, seconds, prepared.path)
    for doubt in prepared.doubts:
        say(str(doubt))
    if prepared.report.warnings:
        many = len(prepared.report.warnings)
        say(f"{prepared.path}: {many} warning{'' if many == 1 else 's'}; casegraph validate tells more")


def _reasons(rejected: Rejected) -> str:
    if rejected.report is not None:
        text = rejected.report.to_text(labels=all_terms().labels)
        return f"{rejected.path}: rejected, it violates shapes\n{text}"
    problems = "\n".join(map(str, rejected.problems))
    return f"{problems}\n{rejected.path}: rejected"
