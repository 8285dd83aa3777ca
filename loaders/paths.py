"""The files that paths name: files, folders with all below them, and archives with their members."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
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
from casegraph.loaders.remote import Place, Remote

__all__ = ["inputs"]


def inputs(paths: Iterable[Place], ignored: Counter[str] | None = None) -> Iterator[Input | Problem]:
    """Yield the files that paths name, or what is wrong with one; no file comes twice.

    A file that is named is taken whatever it is called. Of a folder, the files below it with a suffix that
    files of records have are taken, sorted; folders behind links are not entered. An archive is told by its
    content, and gives its members in their order.

    :param ignored: takes the suffixes of files in folders and archives that hold no records, and how many.
    :raises InputError: if a path does not exist, cannot be read, is no file or folder, or is a folder without
        any such file.
    """
    ignored = Counter() if ignored is None else ignored
    seen: set[Place] = set()
    for path in paths:
        for file in _below(path, ignored) if _is_folder(path) else (path,):
            if file not in seen:
                seen.add(file)
                yield from _opened(file, ignored)


def _is_folder(path: Place) -> bool:
    if isinstance(path, Remote):
        return path.is_folder()
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise InputError("no such file or folder", where=str(path), todo="check the path") from error
    except OSError as error:
        raise unreadable(error, str(path)) from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise InputError("not a regular file", where=str(path), expected="a file or a folder")
    return stat.S_ISDIR(mode)


def _below(folder: Place, ignored: Counter[str]) -> list[Place]:
    found: Iterable[Place] = folder.below() if isinstance(folder, Remote) else _walked(folder)
    kept = []
    for each in found:
        if suffix_of(each.name):
            kept.append(each)
        else:
            ignored[PurePosixPath(each.name).suffix.lower()] += 1
    if not kept:
        expected = "a file that ends in " + ", ".join((*RECORD_SUFFIXES, *ARCHIVE_SUFFIXES))
        raise InputError("no case document in this folder", where=str(folder), expected=expected)
    return sorted(kept, key=_parts)


def _walked(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> NoReturn:
        raise unreadable(error, str(folder)) from error

    return (Path(here, name) for here, _, names in os.walk(folder, onerror=refuse) for name in names)


def _parts(place: Place) -> tuple[str, ...]:
    return place.parts if isinstance(place, Path) else PurePosixPath(place.url).parts


def _opened(place: Place, ignored: Counter[str]) -> Iterator[Input | Problem]:
    name = str(place)
    try:
        if isinstance(place, Path) and not stat.S_ISREG(place.stat().st_mode):
            yield Problem(name, 0, 0, "not-a-file", "not a regular file", "give a file or a folder")
            return
        source = place.input() if isinstance(place, Remote) else Input.of(place)
        kind = archive_kind(source.head(HEAD))
    except OSError as error:
        said = unreadable(error, name)
        yield Problem(name, 0, 0, "unreadable", said.what, said.todo)
        return
    except InputError as error:
        yield Problem(name, 0, 0, "unreadable", error.what, error.todo)
        return
    if kind is None:
        yield source
    else:
        yield from members(source, ignored)
