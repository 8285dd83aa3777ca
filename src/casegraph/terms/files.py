"""Where added vocabularies are kept: one SQLite file each in ``CASEGRAPH_VOCABULARY``."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from pathlib import Path
from typing import cast

from casegraph.errors import InputError, StoreError
from casegraph.terms.database import Vocabulary, fill
from casegraph.terms.entry import Release

__all__ = ["added_files", "folder", "open_added", "prefixes_of", "put", "remove", "write_whole"]

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PART = ".part-"
_A_DAY = 24 * 60 * 60


def folder() -> Path:
    """Return the folder of vocabularies: ``CASEGRAPH_VOCABULARY``, else in the user's folder of programs."""
    import click

    chosen = os.environ.get("CASEGRAPH_VOCABULARY")
    return Path(chosen) if chosen else Path(click.get_app_dir("casegraph"), "vocabulary")


def added_files() -> tuple[Path, ...]:
    """Return the files of the vocabularies that were added, sorted."""
    return tuple(sorted(folder().glob("[a-z0-9]*.sqlite")))


def open_added(path: Path) -> Vocabulary:
    """Open the file of an added vocabulary.

    :raises InputError: if it is damaged.
    """
    return Vocabulary.open(path, todo=f"casegraph vocab remove {path.stem}, then add it again")


def prefixes_of(vocabulary: Vocabulary) -> dict[str, str]:
    """Return the prefixes that a vocabulary brought with it."""
    return cast(dict[str, str], json.loads(vocabulary.about()["prefixes"]))


def put(name: str, release: Release) -> bool:
    """Keep a release under a name; say whether one of that name was there before, which it replaces.

    :raises InputError: if the name is not one for a file.
    :raises StoreError: if the file cannot be written.
    """
    path = _path(name)
    replaced = path.exists()
    try:
        write_whole(path, release)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"the vocabulary cannot be written: {error}", where=str(path)) from error
    return replaced


def remove(name: str) -> None:
    """Forget an added vocabulary.

    :raises InputError: if none has that name.
    """
    path = _path(name)
    if not path.is_file():
        known = ", ".join(each.stem for each in added_files())
        raise InputError(f"no vocabulary is called {name!r}", expected=f"one of {known}" if known else "")
    path.unlink()


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        expected = "lower-case letters, digits, '.', '_' and '-', a letter or digit first"
        raise InputError(f"{name!r} is no name for a vocabulary", expected=expected)
    return folder() / f"{name}.sqlite"


def _drop_leftovers(place: Path) -> None:
    """Delete what a process left that was killed while it wrote; a day is longer than any writes."""
    for part in place.glob(f"{_PART}*"):
        if time.time() - part.stat().st_mtime > _A_DAY:
            part.unlink(missing_ok=True)


def write_whole(path: Path, release: Release) -> None:
    """Write a release to a file that is either there whole or not at all."""
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    _drop_leftovers(path.parent)
    handle, part = tempfile.mkstemp(prefix=_PART, dir=path.parent)
    os.close(handle)
    try:
        database = sqlite3.connect(part)
        try:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            fill(database, release)
        finally:
            database.close()
        with Path(part).open("rb") as written:
            os.fsync(written.fileno())
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)
