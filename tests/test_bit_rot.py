"""Flips bits in the files of a store: verify tells of it, or nothing of the content has changed."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from casegraph.errors import CasegraphError
from casegraph.ingest import Loaded, load
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.store.verifying import verify

SEED = 20261126


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return a store of three cases, loaded one after the other, and its digest."""
    path = tmp_path_factory.mktemp("whole") / "store"
    with open_store(path, writable=True) as store:
        for each in shipped("cases", "*.yaml")[:3]:
            assert isinstance(next(iter(load(store, [each]))), Loaded)
        digest = store.digest()
    return path, digest


def flip(path: Path, chance: random.Random) -> None:
    with path.open("r+b") as file:
        position = chance.randrange(path.stat().st_size)
        file.seek(position)
        (byte,) = file.read(1)
        file.seek(position)
        file.write(bytes([byte ^ 1 << chance.randrange(8)]))


@pytest.mark.slow
@pytest.mark.parametrize("flips", [16, pytest.param(200, marks=pytest.mark.long)])
def test_no_flipped_bit_changes_a_store_in_silence(
    flips: int, whole: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    source, digest = whole
    chance = random.Random(SEED)  # noqa: S311
    names = [path.relative_to(source) for path in sorted(source.rglob("*")) if path.is_file()]
    names = [name for name in names if (source / name).stat().st_size]
    sizes = [(source / name).stat().st_size for name in names]
    told = unharmed = 0
    for number in range(flips):
        # every second flip somewhere in the store, every other one in some file, however small it is
        (name,) = chance.choices(names, sizes) if number % 2 else (names[number // 2 % len(names)],)
        copy = tmp_path / "copy"
        shutil.copytree(source, copy)
        flip(copy / name, chance)
        try:
            with open_store(copy) as store:
                found = list(verify(store))
                now = None if found else store.digest()
        except CasegraphError as error:
            found, now = [error], None  # type: ignore[list-item]
        if found:
            told += 1
        else:
            assert now == digest, f"the flip {number} in {name} changed the store in silence"
            unharmed += 1
        shutil.rmtree(copy)
    assert told + unharmed == flips
    assert told > flips // 2
