"""Remembers beside the data what the last verify of a store found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from casegraph.store.directory import VERIFIED, write_whole

__all__ = ["Verified", "last_verify", "remember"]


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a verify found.

    :param at: when it ended, in UTC.
    :param generation: the last change that it read.
    :param damages: how many places were damaged.
    """

    at: datetime
    generation: int
    damages: int


def remember(store: Path, generation: int, damages: int) -> None:
    """Write down what a verify found.

    :param store: the directory of the store.
    :raises OSError: if it cannot be written.
    """
    found = Verified(at=datetime.now(UTC).replace(microsecond=0), generation=generation, damages=damages)
    write_whole(store / VERIFIED, msgspec.json.encode(found))


def last_verify(store: Path) -> Verified | None:
    """Return what the last verify found; None if there was none, or nothing is known of it.

    >>> last_verify(Path("nowhere")) is None
    True
    """
    try:
        return msgspec.json.decode((store / VERIFIED).read_bytes(), type=Verified)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
