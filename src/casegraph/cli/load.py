"""``casegraph load``: cases into a store, from case documents and from data sets in other formats."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TextIO

import click
import msgspec

from casegraph.cli.acks import acknowledging, cases_of
from casegraph.cli.form import PATH, Command, on_terminal, progress, say, store_option, write, write_line
from casegraph.cli.outputs import opened_whole, refuse_same_files
from casegraph.cli.stopping import told_to_stop
from casegraph.cli.tally import Tally
from casegraph.errors import InputError, Problem, StoreError
from casegraph.ingest import Arrived, Loaded, LoadedRecord, Rejected, RejectedRecord, load_paths
from casegraph.loaders.formats import CASE, RECORD_FORMATS, arrivals, unused_options
from casegraph.loaders.records import Options
from casegraph.losses import to_json_lines
from casegraph.store import open_store
from casegraph.terms import all_terms

__all__ = ["load"]

#: What a program that a signal ended adds to its number, for the exit code.
_BY_SIGNAL = 128
_COLUMNS = ("state", "iri", "cases", "claims", "quads", "file")


@click.command(
    cls=Command,
    examples=(
        ("casegraph load my-cases/", "load every case of a folder, whatever its format"),
        ("casegraph load smith-2024.yaml --dry-run", "go through every stage, but store nothing"),
        (
            "casegraph load packets.tar.xz --dataset clinic --losses losses.jsonl",
            "load an archive of phenopackets",
        ),
        ("casegraph load patients.csv --mapping patients.yaml", "load a table by your mapping"),
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=PATH)
@click.option("--dry-run", is_flag=True, help="Go through every stage and leave the store as it is.")
@click.option(
    "--format",
    "form",
    type=click.Choice((CASE, *RECORD_FORMATS)),
    help="Take every file for this format; by default its content tells.",
)
@click.option("--dataset", metavar="NAME", help="Name the data set; by default the last folder or the file.")
@click.option("--fhir-version", metavar="VERSION", help="R4, R4B or R5, where a FHIR file does not show it.")
@click.option(
    "--mapping", type=PATH, metavar="FILE", help="What the columns of a table mean (casegraph map guess)."
)
@click.option(
    "--keep-identifiers", is_flag=True, help="Carry in names and exact birth dates; by default they stay out."
)
@click.option("--losses", type=PATH, metavar="FILE", help="Write what was left behind, a line of JSON each.")
@click.option(
    "--rejects", type=PATH, metavar="FILE", help="Write what was rejected and why, a line of JSON each."
)
@click.option(
    "--ack-file",
    type=PATH,
    metavar="FILE",
    help="Append the IRI of each case once it is on the disk, a line each.",
)
@click.option(
    "--no-sync",
    is_flag=True,
    help="Bring cases to the disk at the end only: faster, but a power cut takes them.",
)
@store_option
def load(paths: tuple[Path, ...], dry_run: bool, form: str | None, location: str, **more: object) -> int:
    """Bring cases into a store: files, folders with all below them, and archives.

    Case documents, GA4GH phenopackets, FHIR bundles, CARE-SM, and tables with a mapping are read. A case that
    is there is replaced. What has a mistake, or violates a shape, is rejected with its reasons on the
    standard error; the others are loaded, and the exit code is 1.
    """
    options = _options(more)
    for name, what in unused_options(options, {form} if form else {CASE, *RECORD_FORMATS}):
        raise InputError(
            f"{_option(name)} is for {what}, and --format says {form}", todo="leave one of them out"
        )
    if dry_run and more["ack_file"]:
        raise InputError(
            "--dry-run stores nothing that --ack-file could tell of", todo="leave one of them out"
        )
    refuse_same_files([more["losses"], more["rejects"], more["ack_file"]], paths)
    _look_at(paths, form)
    tally = Tally()
    with ExitStack() as kept, told_to_stop() as signals:
        at_once = not more["no_sync"]
        acknowledge = kept.enter_context(acknowledging(more["ack_file"], at_once=at_once))
        place = ":memory:" if dry_run else location
        store = kept.enter_context(open_store(place, writable=True, sync=at_once))
        losses, rejects = (kept.enter_context(_written(more[name])) for name in ("losses", "rejects"))
        try:
            for arrived in _watched(load_paths(store, paths, options, form=form, dry_run=dry_run)):
                tally.add(arrived)
                _tell(arrived, dry_run=dry_run)
                _note(arrived, losses, rejects)
                acknowledge(cases_of(arrived))
        except StoreError:
            say(_stopped(tally, dry_run=dry_run))
            raise
    for line in tally.lines(told=more["losses"] is not None):
        say(line)
    if signals:
        say(_stopped(tally, dry_run=dry_run))
        return _BY_SIGNAL + signals[0]
    _tell_unused(options)
    return 1 if tally.rejected else 0


def _options(more: Mapping[str, object]) -> Options:
    mapping = more["mapping"]
    return Options(
        dataset=_dataset(more["dataset"]),
        fhir_version=str(more["fhir_version"]).upper() if more["fhir_version"] else None,
        keep_identifiers=bool(more["keep_identifiers"]),
        mapping=mapping if isinstance(mapping, Path) else None,
    )


def _stopped(tally: Tally, *, dry_run: bool) -> str:
    if dry_run:
        return "stopped; the store is as it was"
    return (
        f"stopped: {tally.kept:,} of the records and documents are in the store, each whole; "
        "the same command again replaces these and brings in the others"
    )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _tell_unused(options: Options) -> None:
    """Tell of the options that none of the files could use."""
    for name, what in unused_options(options, options.formats):
        found = " and ".join(sorted(options.formats)) or "nothing that is read"
        say(f"{_option(name)} was not used: it is for {what}, and the files are {found}")


def _look_at(paths: tuple[Path, ...], form: str | None) -> None:
    """Refuse paths that name nothing, before a store is made.

    :raises InputError: if a path does not exist, cannot be read, or holds nothing that can be a case.
    """
    for path in paths:
        if next(arrivals(path, form or CASE), None) is None:
            raise InputError(
                "nothing in it", where=str(path), expected="a file of a case, a folder or an archive"
            )


def _watched(outcomes: Iterator[Arrived]) -> Iterator[Arrived]:
    """Yield what becomes of each; the head of the columns once there is a first, the call being right."""
    first = next(outcomes, None)
    if not on_terminal():
        write_line(*_COLUMNS)
    if first is not None:
        every = chain([first], outcomes)
        yield from every if on_terminal() else progress(every, None, what="loading")


def _dataset(name: object) -> str:
    text = str(name or "").strip()
    if name is not None and not text:
        raise InputError("the data set has an empty name", expected="--dataset NAME, such as clinic-2026")
    return text


@contextmanager
def _written(path: object) -> Iterator[TextIO | None]:
    """Open a file to write lines to, or none where none is asked for."""
    if not isinstance(path, Path):
        yield None
        return
    with opened_whole(str(path), keep=True) as file:
        yield TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", write_through=True)


def _note(arrived: Arrived, losses: TextIO | None, rejects: TextIO | None) -> None:
    if losses is not None and isinstance(arrived, LoadedRecord | RejectedRecord):
        losses.writelines(to_json_lines(arrived.losses))
    if rejects is not None and isinstance(arrived, Rejected | RejectedRecord):
        source = str(arrived.path) if isinstance(arrived, Rejected) else arrived.source
        said = {"source": source, "problems": _problems(arrived)}
        rejects.write(json.dumps(msgspec.to_builtins(said), ensure_ascii=False) + "\n")


def _problems(rejected: Rejected | RejectedRecord) -> tuple[Problem, ...]:
    if isinstance(rejected, Rejected):
        return rejected.problems or rejected.shape_problems()
    return rejected.problems


def _tell(arrived: Arrived, *, dry_run: bool) -> None:
    if isinstance(arrived, Rejected):
        say(_reasons(arrived))
    elif isinstance(arrived, RejectedRecord):
        said = "\n".join(map(str, arrived.problems))
        say(f"{said}\n{arrived.source}: rejected")
    elif isinstance(arrived, Loaded):
        _tell_document(arrived, dry_run=dry_run)
    else:
        if not on_terminal():
            write_line(arrived.state, arrived.iri, 1, arrived.claims, arrived.quads, arrived.source)
        for doubt in arrived.doubts:
            say(str(doubt))


def _tell_document(loaded: Loaded, *, dry_run: bool) -> None:
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
        write_line(state, prepared.iri, cases, prepared.claims, quads, prepared.path)
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
