"""``casegraph load``: cases into a store, from case documents and from data sets in other formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from casegraph.cli.acks import acknowledging
from casegraph.cli.arrived import note, note_losses, tell
from casegraph.cli.form import PATH, PLACE, Command, on_terminal, progress, say, store_option, write_line
from casegraph.cli.outputs import opened_whole, refuse_same_files
from casegraph.cli.stopping import told_to_stop
from casegraph.cli.tally import Tally
from casegraph.errors import InputError, MissingExtraError, StoreError
from casegraph.ingest import Arrived, cases_of, known_of, load_paths
from casegraph.loaders.formats import CASE, RECORD_FORMATS, arrivals, unused_options
from casegraph.loaders.records import Options
from casegraph.loaders.remote import Place
from casegraph.store import Store, open_store

if TYPE_CHECKING:
    from casegraph.ingest.workers import Workers

__all__ = ["load"]

#: What a program that a signal ended adds to its number, for the exit code.
_BY_SIGNAL = 128
#: Options that contradict each other, and why.
_MIXED = (
    ("jobs", "scheduler", "either processes of this machine read, or the workers of a cluster"),
    ("dry_run", "jobs", "a dry run goes through every stage in one process"),
    ("dry_run", "scheduler", "a dry run goes through every stage in one process"),
    ("dry_run", "ack_file", "a dry run stores nothing that could be told of"),
)
_COLUMNS = ("state", "iri", "cases", "claims", "quads", "file")


@click.command(
    cls=Command,
    examples=(
        ("casegraph load my-cases/", "load every case of a folder, whatever its format"),
        ("casegraph load smith-2024.yaml --dry-run", "go through every stage, but store nothing"),
        ("casegraph load patients.csv --mapping patients.yaml", "load a table by your mapping"),
        (
            "casegraph load s3://bucket/packets.tar.xz --jobs 4",
            "load very much from elsewhere, by four processes",
        ),
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=PLACE)
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
@click.option("--losses", type=PLACE, metavar="FILE", help="Write what was left behind, a line of JSON each.")
@click.option(
    "--rejects", type=PLACE, metavar="FILE", help="Write what was rejected and why, a line of JSON each."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Load very much: N processes read; a directory has all at the end, or nothing.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="As --jobs, but the workers of a Dask scheduler read, on any number of machines.",
)
@click.option("--resume", is_flag=True, help="Go on with a load with --jobs or --scheduler that was stopped.")
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
def load(paths: tuple[Place, ...], form: str | None, location: str, **more: object) -> int:
    """Bring cases into a store: files, folders with all below them, and archives, by path or URL.

    Case documents, GA4GH phenopackets, FHIR bundles, CARE-SM, tables with a mapping and casegraph's own RDF
    are read. A case that is there is replaced. What has a mistake, or violates a shape, is rejected with its
    reasons on the standard error; the others are loaded, and the exit code is 1.
    """
    options, dry_run = _options(more), bool(more["dry_run"])
    for name, what in unused_options(options, {form} if form else {CASE, *RECORD_FORMATS}):
        raise InputError(
            f"{_option(name)} is for {what}, and --format says {form}", todo="leave one of them out"
        )
    _refuse_mixed(more)
    refuse_same_files([more["losses"], more["rejects"], more["ack_file"]], (*paths, Path(location)))
    _look_at(paths)
    tally = Tally()
    known: set[str] = set()
    with ExitStack() as kept, told_to_stop() as signals:
        at_once = not more["no_sync"]
        workers = _workers(more)
        if workers is not None:
            kept.callback(workers.close)
        acknowledge = kept.enter_context(acknowledging(more["ack_file"], at_once=at_once))
        place = ":memory:" if dry_run else location
        store = kept.enter_context(open_store(place, writable=True, sync=at_once))
        losses, rejects = (kept.enter_context(_written(more[name])) for name in ("losses", "rejects"))
        try:
            for arrived in _watched(_loaded(store, workers, (paths, options, form), more)):
                tally.add(arrived)
                tell(arrived)
                note(arrived, losses, rejects)
                acknowledge(cases_of(arrived))
                known.update(known_of(arrived))
            tally.leave(options.losses)
            note_losses(options.losses, losses)
            _keep_merges(store, known)
        except (StoreError, MissingExtraError):
            say(_stopped(tally, store, more))
            raise
    for line in tally.lines(told=more["losses"] is not None):
        say(line)
    if signals:
        say(_stopped(tally, store, more))
        return _BY_SIGNAL + signals[0]
    _tell_unused(options)
    return 1 if tally.rejected else 0


def _keep_merges(store: Store, known: set[str]) -> None:
    """Keep in line what was merged, and say what changed of it."""
    from casegraph.merge.keeping import keep_merges

    kept = keep_merges(store, known)
    if kept.cut:
        say(f"{kept.cut} links to cases that are no longer there were taken out")
    if kept.compared:
        say(f"{kept.compared} pairs of cases of one patient were compared anew")


def _options(more: Mapping[str, object]) -> Options:
    mapping = more["mapping"]
    return Options(
        dataset=_dataset(more["dataset"]),
        fhir_version=str(more["fhir_version"]).upper() if more["fhir_version"] else None,
        keep_identifiers=bool(more["keep_identifiers"]),
        mapping=mapping if isinstance(mapping, Path) else None,
    )


def _refuse_mixed(more: Mapping[str, object]) -> None:
    for one, other, why in _MIXED:
        if more[one] and more[other]:
            raise InputError(f"{_option(one)} and {_option(other)}: {why}", todo="leave one of them out")
    if more["resume"] and not _is_bulk(more):
        raise InputError(
            "--resume goes on with a load with --jobs or --scheduler", todo="give one of them too"
        )


def _is_bulk(more: Mapping[str, object]) -> bool:
    return bool(more["jobs"] or more["scheduler"])


def _workers(more: Mapping[str, object]) -> Workers | None:
    """Return who is to read very much, if it is that."""
    if more["scheduler"]:
        from casegraph.ingest.cluster import Cluster

        return Cluster(str(more["scheduler"]))
    if isinstance(more["jobs"], int):
        from casegraph.ingest.workers import Processes

        return Processes(more["jobs"])
    return None


def _loaded(
    store: Store,
    workers: Workers | None,
    what: tuple[tuple[Place, ...], Options, str | None],
    more: Mapping[str, object],
) -> Iterator[Arrived]:
    paths, options, form = what
    if workers is None:
        yield from load_paths(store, paths, options, form=form, dry_run=bool(more["dry_run"]))
        return
    from casegraph.cli.meter import Meter
    from casegraph.ingest.bulk import BulkJob

    job = BulkJob(store, workers, Meter(paths))
    yield from job.load(paths, options, form=form, resume=bool(more["resume"]))


def _stopped(tally: Tally, store: Store, more: Mapping[str, object]) -> str:
    from casegraph.store.embedded import EmbeddedStore

    if more["dry_run"]:
        return "stopped; the store is as it was"
    if _is_bulk(more) and isinstance(store, EmbeddedStore) and not tally.kept:
        return "stopped; the store is as it was; the same command with --resume goes on"
    return (
        f"stopped: {tally.kept:,} of the records and documents are in the store, each whole; "
        "the same command again leaves these as they are and goes on with the rest"
    )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _tell_unused(options: Options) -> None:
    """Tell of the options that none of the files could use."""
    for name, what in unused_options(options, options.formats):
        found = " and ".join(sorted(options.formats)) or "nothing that is read"
        say(f"{_option(name)} was not used: it is for {what}, and the files are {found}")


def _look_at(paths: tuple[Place, ...]) -> None:
    """Refuse paths that name nothing, before a store is made.

    :raises InputError: if a path does not exist, cannot be read, or holds nothing that can be a case.
    """
    for path in paths:
        if next(arrivals(path, CASE), None) is None:
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
    if not isinstance(path, Place):
        yield None
        return
    with opened_whole(path, keep=True) as file:
        yield TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", write_through=True)
