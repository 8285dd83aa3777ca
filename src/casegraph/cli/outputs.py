"""Files that a command writes: there only once they are whole, and never one that it reads."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from casegraph.errors import InputError

__all__ = ["make_folder", "opened_whole", "refuse_same_files"]

_TODO = "name a file that can be written"


@contextmanager
def opened_whole(name: str | None, *, keep: bool = False) -> Iterator[BinaryIO]:
    """Open a file that is there only once it is whole; without a name, the standard output.

    What was there before stays until then. A device or a pipe is written to as it is, a link is followed.

    :param keep: keep what was written by then also where the command fails or is stopped, as of a log.
    :raises InputError: if it cannot be written.
    """
    if name is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with _written_to(Path(name), keep=keep) as out:
            yield out
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=name, todo=_TODO) from error


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


def make_folder(name: str) -> Path:
    """Make a folder, if it is not there, and return it.

    :raises InputError: if it cannot be made.
    """
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot be made: {error.strerror}", where=name, todo="name another folder"
        ) from error
    return folder


def refuse_same_files(outputs: Iterable[object], inputs: Iterable[Path] = ()) -> None:
    """Refuse to write two things into one file, or into what is read.

    :param outputs: the files that are to be written; None where one is not asked for.
    :raises InputError: if two are the same file, or one is an input or a file of a folder that is read.
    """
    read = {path.resolve() for path in inputs}
    taken: set[Path] = set()
    for each in outputs:
        if each is None:
            continue
        path = Path(str(each)).resolve()
        if path in taken:
            raise InputError("two things are to be written into it", where=str(each), todo="name two files")
        if path in read or (path.exists() and read.intersection(path.parents)):
            raise InputError("it is read, and not written over", where=str(each), todo="name another file")
        taken.add(path)
