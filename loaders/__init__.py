"""The formats that casegraph reads: one file a format, each ending at a case document of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from casegraph.errors import InputError
from casegraph.loaders.case_yaml import read_case_document
from casegraph.loaders.located import Located

__all__ = ["FORMATS", "Located", "case_files", "read_document"]

#: file suffix -> the function that reads it.
FORMATS: Mapping[str, Callable[[Path], Located]] = MappingProxyType(
    {".yaml": read_case_document, ".yml": read_case_document, ".json": read_case_document}
)


def case_files(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the files that paths name; of a folder, every file below it with a known suffix, sorted.

    :raises InputError: if a path does not exist, is of no known format, or is a folder without any document.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.suffix in FORMATS and each.is_file())
            if not below:
                raise InputError(
                    "no case document in this folder",
                    where=str(path),
                    expected="files that end in " + ", ".join(FORMATS),
                )
            found += below
        elif not path.exists():
            raise InputError("no such file or folder", where=str(path), todo="check the path")
        elif path.suffix not in FORMATS:
            raise InputError(
                f"unknown kind of file {path.suffix!r}",
                where=str(path),
                expected="a file that ends in " + ", ".join(FORMATS),
            )
        else:
            found.append(path)
    return tuple(dict.fromkeys(found))


def read_document(path: Path) -> Located:
    """Read one document.

    :raises DocumentError: if it is not a case document; the error carries every problem.
    """
    return FORMATS[path.suffix](path)
