"""The files that paths name: files, folders with all below them, and archives with their members."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from casegraph.errors import InputError, Problem
from casegraph.loaders.archives import (
    ARCHIVE_SUFFIXES,
    HEAD,
    RECORD_SUFFIXES,
    archive_kind,
    members,
    suffix_of,
)
from casegraph.loaders.inputs import Input, unreadable

__all__ = ["inputs"]


def inputs(paths: Iterable[Path], ignored: Counter[str] | None = None) -> Iterator[Input | Problem]:
    """Yield the files that paths name, or what is wrong with one; no file comes twice.

    A file that is named is taken whatever it is called. Of a folder, the files below it with a suffix that
    files of records have are taken, sorted; folders behind links are not entered. An archive is told by its
    content, and gives its members in their order.

    :param ignored: takes the suffixes of files in folders and archives that hold no records, and how many.
    :raises InputError: if a path does not exist, cannot be read, is no file or folder, or is a folder without
        any such file.
    """
    ignored = Counter() if ignored is None else ignored
    seen: set[Path] = set()
    for path in paths:
        for file in _below(path, ignored) if _is_folder(path) else (path,):
            if file not in seen:
                seen.add(file)
                yield from _opened(file, ignored)


def _is_folder(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise InputError("no such file or folder", where=str(path), todo="check the path") from error
    except OSError as error:
        raise unreadable(error, str(path)) from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise InputError("not a regular file", where=str(path), expected="a file or a folder")
    return stat.S_ISDIR(mode)


def _below(folder: Path, ignored: Counter[str]) -> list[Path]:
    def refuse(error: OSError) -> NoReturn:
        raise unreadable(error, str(folder)) from error

    found = [Path(here, name) for here, _, names in os.walk(folder, onerror=refuse) for name in names]
    kept = sorted(path for path in found if suffix_of(path.name))
    ignored.update(path.suffix.lower() for path in found if not suffix_of(path.name))
    if not kept:
        expected = "a file that ends in " + ", ".join((*RECORD_SUFFIXES, *ARCHIVE_SUFFIXES))
        raise InputError("no case document in this folder", where=str(folder), expected=expected)
    return kept


def _opened(path: Path, ignored: Counter[str]) -> Iterator[Input | Problem]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            yield Problem(str(path), 0, 0, "not-a-file", "not a regular file", "give a file or a folder")
            return
        with path.open("rb") as file:
            kind = archive_kind(file.read(HEAD))
    except OSError as error:
        said = unreadable(error, str(path))
        yield Problem(str(path), 0, 0, "unreadable", said.what, said.todo)
        return
    if kind is None:
        yield Input.of(path)
    else:
        yield from members(path, ignored)
