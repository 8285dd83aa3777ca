"""What a reader is given: one file, or one member of an archive, with a name for messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["Input"]


@dataclass(frozen=True, slots=True)
class Input:
    """One file, or one member of an archive.

    :param name: its path as the user gave it; of a member, the archive's path, ``!`` and the member's name.
    :param open: opens it for reading bytes, decompressed; each call begins at the start.
    """

    name: str
    open: Callable[[], BinaryIO]
