"""Writes a file whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from casegraph.errors import InputError

__all__ = ["write_file", "write_new_file"]


def write_file(path: Path, text: str) -> None:
    """Write a file as UTF-8, also over an older one, whose mode it keeps; a link stays a link.

    The text goes to a file beside it that then takes its name: a reader sees the old text or the new one.

    :raises InputError: if it cannot be written.
    """
    goal = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=goal.parent, prefix=f".{goal.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            if goal.exists():
                shutil.copymode(goal, name)
            else:
                Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(goal)
        except BaseException:
            Path(name).unlink()
            raise
    except OSError as error:
        raise _unwritable(path, error) from error


def write_new_file(path: Path, text: str) -> None:
    """Write a file that is not there yet, as UTF-8.

    :raises InputError: if it is there already, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        todo = "choose another name, or move the file away"
        raise InputError("the file is there already", where=str(path), todo=todo) from error
    except OSError as error:
        raise _unwritable(path, error) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot be written: {error.strerror}", where=str(path), todo="check the folder")
