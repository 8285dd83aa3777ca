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
def opened_whole(name: str | None) -> Iterator[BinaryIO]:
    """Open a file that is there only once it is whole; without a name, the standard output.

    When a person stops the program, what was written by then is kept as well.

    :raises InputError: if it cannot be written.
    """
    if name is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    part = path.with_name(f".{path.name}.part")
    try:
        out = part.open("wb")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=name, todo=_TODO) from error
    try:
        with out:
            try:
                yield out
            except KeyboardInterrupt:
                out.flush()
                part.replace(path)
                raise
        part.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=name, todo=_TODO) from error
    finally:
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
