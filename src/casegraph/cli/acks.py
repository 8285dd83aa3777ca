"""The file that ``casegraph load`` appends to: the cases that are on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from casegraph.errors import InputError, StoreError

__all__ = ["acknowledging"]


@contextmanager
def acknowledging(path: object, *, at_once: bool) -> Iterator[Callable[[Iterable[str]], None]]:
    """Give what appends IRIs to a file, a line each; to none where none is asked for.

    The file has whole lines only, also after a write that failed.

    :param at_once: else they are written at the end, and not at all if it ends by an error.
    :raises InputError: if the file cannot be opened.
    :raises StoreError: if a line cannot be written.
    """
    if not isinstance(path, Path):
        yield lambda _: None
        return
    waiting: list[str] = []
    try:
        begun = _ends_within_a_line(path)
        file = FileIO(path, "a")
    except OSError as error:
        todo = "name a file that can be written"
        raise InputError(f"cannot be written: {error.strerror}", where=str(path), todo=todo) from error
    with file:
        if begun:
            _append(file, path, "\n")

        def acknowledge(iris: Iterable[str]) -> None:
            waiting.extend(f"{iri}\n" for iri in iris)
            if at_once:
                write()

        def write() -> None:
            _append(file, path, "".join(waiting))
            waiting.clear()

        yield acknowledge
        write()


def _ends_within_a_line(path: Path) -> bool:
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def _append(file: FileIO, path: Path, text: str) -> None:
    left, before = text.encode(), os.fstat(file.fileno()).st_size
    try:
        while left:
            left = left[file.write(left) :]
    except OSError as error:
        if path.is_file():
            file.truncate(before)
        todo = "make space there; what is stored stays, and the same command again tells of it"
        raise StoreError(f"cannot be written: {error.strerror}", where=str(path), todo=todo) from error
