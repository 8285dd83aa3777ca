"""The formats that casegraph reads: one file a format, each ending at a case document of the model."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from casegraph.errors import DocumentError, InputError
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.located import Draft, Located

__all__ = ["FORMATS", "Draft", "Located", "case_files", "read_document", "read_draft"]

#: file suffix -> the function that reads it.
FORMATS: Mapping[str, Callable[[Path], Draft]] = MappingProxyType(
    {".yaml": read_case_document, ".yml": read_case_document, ".json": read_case_document}
)
_SUFFIXES = "a file that ends in " + ", ".join(FORMATS)


def case_files(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the files that paths name; of a folder, every file below it with a known suffix, sorted.

    :raises InputError: if a path does not exist, cannot be read, is of no known format, or is a folder
        without any document.
    """
    found: list[Path] = []
    for path in paths:
        try:
            kind = path.stat().st_mode
        except FileNotFoundError as error:
            raise InputError("no such file or folder", where=str(path), todo="check the path") from error
        except OSError as error:
            raise _unreadable(error) from error
        if stat.S_ISDIR(kind):
            found += _below(path)
        elif path.suffix.lower() not in FORMATS:
            raise _unknown_kind(path)
        elif stat.S_ISREG(kind):
            found.append(path)
        else:
            raise InputError("not a regular file", where=str(path), expected="a file or a folder")
    return tuple(dict.fromkeys(found))


def _below(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> NoReturn:
        raise _unreadable(error) from error

    found = sorted(
        Path(here, name)
        for here, _, names in os.walk(folder, onerror=refuse)
        for name in names
        if Path(name).suffix.lower() in FORMATS
    )
    if not found:
        raise InputError("no case document in this folder", where=str(folder), expected=_SUFFIXES)
    return found


def _unreadable(error: OSError) -> InputError:
    todo = "check that you may read it"
    return InputError(f"cannot be read: {error.strerror}", where=str(error.filename), todo=todo)


def _unknown_kind(path: Path) -> InputError:
    return InputError(f"unknown kind of file {path.suffix!r}", where=str(path), expected=_SUFFIXES)


def read_draft(path: Path) -> Draft:
    """Read what a file holds, whether or not it is a case document yet.

    :raises InputError: if the file is of no known format or cannot be opened.
    :raises DocumentError: if nothing of it can be read.
    """
    if path.suffix.lower() not in FORMATS:
        raise _unknown_kind(path)
    return FORMATS[path.suffix.lower()](path)


def read_document(path: Path) -> Located:
    """Read one document.

    :raises InputError: if the file is of no known format or cannot be opened.
    :raises DocumentError: if it is not a case document; the error carries every problem of its structure.
    """
    draft = read_draft(path)
    if draft.problems or draft.located is None:
        raise DocumentError(draft.problems)
    return draft.located
