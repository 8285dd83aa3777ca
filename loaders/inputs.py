"""What a reader is given: one file, or one member of an archive, with a name for messages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from casegraph.errors import InputError
from casegraph.loaders.utf8 import refuse

__all__ = ["MOST_BYTES", "MOST_LINE", "MOST_TEXT", "Input", "long_text", "unreadable"]

#: What is read into memory at once: a bundle of one patient is well below it.
MOST_BYTES = 50_000_000
#: Characters of one text: of a value in JSON, YAML, protobuf and N-Quads, or of a cell of a table.
MOST_TEXT = 5_000_000
#: Characters of a line of a table.
MOST_LINE = 10_000_000
_BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class Input:
    """One file, or one member of an archive.

    :param name: its path as the user gave it; of a member, the archive's path, ``!`` and the member's name.
        Bytes in it that are no UTF-8 are escaped.
    :param open: opens it for reading bytes, decompressed; each call begins at the start.
    :param first_line: the number of its first line, where it is some lines of a larger file.
    :param file: the file of this machine that it is, whole and not compressed.
    """

    name: str
    open: Callable[[], BinaryIO] = field(repr=False)
    first_line: int = field(default=1, repr=False)
    file: Path | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Make the name one that can be printed and stored."""
        object.__setattr__(self, "name", self.name.encode(errors="backslashreplace").decode())

    @classmethod
    def of(cls, path: Path) -> Input:
        """Return the input of a file that is not compressed."""
        return cls(str(path), lambda: path.open("rb"), file=path)

    def content(self, most: int = MOST_BYTES) -> bytes:
        """Return all bytes; of a file beyond the limit no more than the limit is read.

        :param most: the limit in bytes.
        :raises DocumentError: if there are more (``too-large``).
        :raises InputError: if it cannot be read.

        >>> import io
        >>> Input("a.json", lambda: io.BytesIO(b"{}")).content()
        b'{}'
        """
        content = self.head(most + 1)
        if len(content) > most:
            refuse(self.name, (0, 0), "too-large", f"more than {most:,} bytes", "split the file")
        return content

    def head(self, most: int) -> bytes:
        """Return the first bytes, at most as many as told.

        :raises InputError: if it cannot be read.
        """
        try:
            with self.open() as stream:
                return stream.read(most)
        except OSError as error:
            raise unreadable(error, self.name) from error

    def sha256(self) -> str:
        """Return the SHA-256 of all bytes, in hexadecimal.

        :raises InputError: if it cannot be read.
        """
        hashed = hashlib.sha256()
        try:
            with self.open() as stream:
                while block := stream.read(_BLOCK):
                    hashed.update(block)
        except OSError as error:
            raise unreadable(error, self.name) from error
        return hashed.hexdigest()


def long_text() -> tuple[str, str, str]:
    """Return code, message and what to do for a text of more than :data:`MOST_TEXT` characters."""
    return "too-large", f"a text of more than {MOST_TEXT:,} characters", "shorten it, or leave it out"


def unreadable(error: OSError, name: str) -> InputError:
    """Return what to raise for a file or folder that the system does not let be read."""
    where = name if error.filename is None else str(error.filename)
    return InputError(f"cannot be read: {error.strerror}", where=where, todo="check that you may read it")
