"""``casegraph verify``, ``backup``, ``restore``, ``compact``, ``migrate``: that a store stays what it is."""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path

import click

from casegraph.cli.form import PATH, Command, say, store_option, write_line
from casegraph.errors import InputError
from casegraph.namespaces import BASE
from casegraph.store import DEFAULT_GRAPH, open_store
from casegraph.store.by_hand import HandEdit
from casegraph.store.ledger import generation

__all__ = ["backup", "compact", "migrate", "restore", "verify"]


@click.command(
    cls=Command,
    examples=(
        ("casegraph verify", "read every quad again, and hold it against the ledger"),
        ("casegraph verify --store /backups/monday", "the same for a backup"),
    ),
)
@store_option
def verify(location: str) -> int:
    """Find whatever changed in a store since it was written: a flipped bit, a quad too many or too few.

    Each damaged case, graph or file is written, one a line, with what is wrong; the exit code is 1 then. Of a
    whole store, what was edited by hand and not by a load is written; that is no damage.
    """
    from casegraph.store.by_hand import edited_by_hand
    from casegraph.store.verifying import verify as damages

    many = 0
    with open_store(location) as store:
        for damage in damages(store):
            many += 1
            write_line(damage.where, damage.what)
        number, edits = (0, []) if many else (generation(store), list(edited_by_hand(store)))
        unknown = store.files_without_digest()
        has_read_default = store.gives_default_graph
    _remember(location, number, many)
    if unknown:
        why = "their writer is at work or was killed, and a writer that leaves takes them"
        say(f"{unknown} data files have no digest yet: {why}")
    if many:
        places = f"{many:,} place{'' if many == 1 else 's'}"
        say(f"damaged in {places}; restore a backup, or load the documents into a new store")
        return 1
    say(f"whole: every quad is as it was written, up to change {number:,}")
    _tell(edits)
    if not has_read_default and any(edit.unit == DEFAULT_GRAPH for edit in edits):
        say("the default graph was not looked at: an endpoint may give the union of all graphs for it")
    return 0


def _tell(edits: list[HandEdit]) -> None:
    """Write what was edited by hand, and say what that means."""
    for edit in edits:
        write_line(edit.unit, edit)
    if any(edit.unit.startswith(f"{BASE}case/") for edit in edits):
        say("what follows from a case that was edited by hand was not derived anew; loading it does that,")
        say("and puts what its document says in the place of the edit")
    if any(edit.is_of_terms for edit in edits):
        say("where the ontology is not what a load put there, queries may find less; a load brings it back")


@click.command(
    cls=Command,
    examples=(
        ("casegraph backup /backups/monday", "copy the store, also while others use it"),
        ("casegraph backup /backups/monday --store cases", "copy the store cases"),
    ),
)
@click.argument("target", metavar="FOLDER", type=PATH)
@click.option("--as-is", is_flag=True, help="Copy it also where `casegraph verify` finds damage.")
@store_option
def backup(target: Path, as_is: bool, location: str) -> None:
    """Copy a store as it is at this moment into a new folder; others may read and write it meanwhile.

    The copy is checked against the ledger, and has its name only once it is whole and on the disk.
    """
    from casegraph.store.backups import backup as back_up

    head = back_up(_directory(location), target, as_is=as_is)
    say(f"{target} is the store up to change {head.generation:,}; `casegraph restore` makes a store of it")


@click.command(
    cls=Command,
    examples=(
        ("casegraph restore /backups/monday", "make casegraph-store/ of a backup"),
        ("casegraph restore /backups/monday --store cases", "make the store cases of it"),
    ),
)
@click.argument("source", metavar="FOLDER", type=PATH)
@click.option("--as-is", is_flag=True, help="Restore it also where it was damaged when it was copied.")
@store_option
def restore(source: Path, as_is: bool, location: str) -> None:
    """Make a new store of a backup.

    Each file and each quad is checked before the store gets its name. A store that is there stays: name
    another, or move it away.
    """
    from casegraph.store.backups import restore as put_back

    head = put_back(source, _directory(location), as_is=as_is)
    say(f"{location} is the store up to change {head.generation:,}, whole")


@click.command(
    cls=Command,
    examples=(
        ("casegraph compact", "make casegraph-store/ smaller after many small loads"),
        ("casegraph compact --store cases", "the same for the store cases"),
    ),
)
@store_option
def compact(location: str) -> None:
    """Bring the data of a store into as few files as can be, so that it takes less space and answers faster.

    It needs as much space again while it is at work. Readers are not disturbed.
    """
    from casegraph.store.embedded import EmbeddedStore

    directory = _directory(location)
    with open_store(directory):
        before = _size(directory)
    with EmbeddedStore(str(directory), writable=True) as store:
        store.compact()
    now = _size(directory)
    why = "" if now < before else "; merged files are larger than those of a load with --jobs"
    say(f"{before / 1e6:,.1f} MB before, {now / 1e6:,.1f} MB now{why}")


@click.command(
    cls=Command,
    examples=(
        ("casegraph migrate", "bring casegraph-store/ to the format of this version"),
        ("casegraph migrate --backup /backups/old", "the same, with the backup in a place of your choice"),
    ),
)
@click.option(
    "--backup", "goal", type=PATH, metavar="FOLDER", help="Where the backup goes; by default beside."
)
@store_option
def migrate(goal: Path | None, location: str) -> None:
    """Bring a store that an older version wrote to the format of this one, after a backup.

    The cases stay as they are.
    """
    from casegraph.store.migrating import migrate as bring_to_format

    directory = _directory(location)
    goal = goal or _free(directory.absolute())
    head = bring_to_format(directory, goal)
    say(f"{location} is of format {head.format}; {goal} is the store as it was")


def _free(directory: Path) -> Path:
    """Return the first name for a backup beside a store that is not taken, as by a migration before."""
    name = f"{directory.name}-before-migration"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(path for path in map(directory.with_name, names) if not path.exists())


def _remember(location: str, number: int, damages: int) -> None:
    """Write down beside the data what was found, which a server tells of at ``/health``."""
    from casegraph.store.directory import Directory
    from casegraph.store.verified import remember

    if "://" in location or location == ":memory:" or Directory(Path(location)).is_backup():
        return
    try:
        remember(Path(location), number, damages)
    except OSError as error:
        say(f"not written down, so that no server tells of it: {error.strerror}")


def _directory(location: str) -> Path:
    """Return the directory of a store.

    :raises InputError: if it is an endpoint, whose server has its own ways.
    """
    if "://" in location or location == ":memory:":
        raise InputError(
            "not a store in a directory", where=location, todo="use what its server has for that"
        )
    return Path(location)


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("data-*/*"))
