"""Files that a command writes: there only once they are whole, and never one that it reads."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from casegraph.errors import InputError
from casegraph.loaders.remote import Place, Remote, place_of

__all__ = ["make_folder", "opened_whole", "refuse_same_files"]

_TODO = "name a file that can be written"


@contextmanager
def opened_whole(name: str | Place | None, *, keep: bool = False) -> Iterator[BinaryIO]:
    """Open a file that is there only once it is whole; without a name, or by ``-``, the standard output.

    What was there before stays until then. A device or a pipe is written to as it is, a link is followed;
    what goes to a URL is written here first.

    :param keep: keep what was written by then also where the command fails or is stopped, as of a log.
    :raises InputError: if it cannot be written.
    """
    if name is None or name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    place = place_of(name) if isinstance(name, str) else name
    written = _sent_to(place, keep=keep) if isinstance(place, Remote) else _written_to(place, keep=keep)
    try:
        with written as out:
            yield out
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(place), todo=_TODO) from error


@contextmanager
def _sent_to(place: Remote, *, keep: bool) -> Iterator[BinaryIO]:
    place.system()  # tells at once what is wrong with the URL
    whole = False
    with NamedTemporaryFile(prefix="casegraph-") as part:
        try:
            yield cast(BinaryIO, part)
            whole = True
        finally:
            part.flush()
            if whole or (keep and part.tell()):
                place.put(Path(part.name))


@contextmanager
def _written_to(path: Path, *, keep: bool) -> Iterator[BinaryIO]:
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as out:
            yield out
        return
    goal = path.resolve()
    part = goal.with_name(f".{goal.name}.part")
    whole = False
    try:
        with part.open("wb") as out:
            yield out
            whole = True
    finally:
        if part.exists() and (whole or (keep and part.stat().st_size)):
            part.replace(goal)
        part.unlink(missing_ok=True)


def make_folder(name: str) -> Place:
    """Make a folder, if it is not there, and return it; that of a URL is there with its first file.

    :raises InputError: if it cannot be made.
    """
    folder = place_of(name)
    try:
        if isinstance(folder, Path):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot be made: {error.strerror}", where=name, todo="name another folder"
        ) from error
    return folder


def refuse_same_files(outputs: Iterable[object], inputs: Iterable[Place] = ()) -> None:
    """Refuse to write two things into one file, or into what is read.

    :param outputs: the files that are to be written; None where one is not asked for.
    :raises InputError: if two are the same file, or one is an input or a file of a folder that is read.
    """
    read, taken = {_spot(each) for each in inputs}, set[PurePath]()
    for each in outputs:
        if each is None:
            continue
        place = each if isinstance(each, Place) else place_of(str(each))
        spot = _spot(place)
        if spot in taken:
            raise InputError("two things are to be written into it", where=str(place), todo="name two files")
        there = isinstance(place, Remote) or place.exists()
        if spot in read or (there and read.intersection(spot.parents)):
            raise InputError("it is read, and not written over", where=str(place), todo="name another file")
        taken.add(spot)


def _spot(place: Place) -> PurePath:
    return place.resolve() if isinstance(place, Path) else PurePosixPath(place.url)
