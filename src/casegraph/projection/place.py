"""Where the projection of a store lies, and of which generation of the store it was made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from casegraph.store import Store
from casegraph.store.ledger import generation

__all__ = ["FORMAT", "Projection", "Stamp", "find", "folder_of", "generation_of"]

#: The number of the layout of the tables; a projection of another one is never read.
FORMAT = 2
_STAMP = "projection.json"


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What a projection is of."""

    format: int
    generation: int


@dataclass(frozen=True, slots=True)
class Projection:
    """The tables of one generation of a store, one Parquet file each."""

    folder: Path
    generation: int

    def table(self, name: str) -> Path:
        """Return the file of a table."""
        return self.folder / f"{name}.parquet"

    def stamp(self) -> None:
        """Say that all tables are there."""
        said = Stamp(format=FORMAT, generation=self.generation)
        (self.folder / _STAMP).write_bytes(msgspec.json.encode(said))


def generation_of(store: Store) -> int:
    """Return the generation of a store: how many commits its ledger counts, 0 where it counts none.

    :raises StoreError: if the store fails.
    """
    return generation(store)


def folder_of(store: Store) -> Path | None:
    """Return the folder of a store's projections; None if the store is not in a directory.

    It is in that of the store and goes with it: another store of that name counts from 1 again.
    """
    directory = Path(store.location)
    return directory / "projection" if directory.is_dir() else None


def find(store: Store) -> Projection | None:
    """Return the projection of just the generation that a store is of, or None if there is none.

    :raises StoreError: if the store fails.
    """
    beside, number = folder_of(store), generation_of(store)
    if beside is None or number == 0:
        return None
    found = Projection(beside / str(number), number)
    try:
        stamp = msgspec.json.decode((found.folder / _STAMP).read_bytes(), type=Stamp)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if stamp == Stamp(format=FORMAT, generation=number) else None
