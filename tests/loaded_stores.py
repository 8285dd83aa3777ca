"""Stores of shipped cases that are loaded once in a process, for the tests to read and to copy."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from casegraph.ingest import Loaded, load
from casegraph.resources import shipped
from casegraph.store import open_store

__all__ = ["FIRST", "loaded_store"]

FIRST = "miao-2020.yaml"
_FOLDER = tempfile.TemporaryDirectory(prefix="stores-of-tests-")  # gone when the process ends


@cache
def loaded_store(name: str = FIRST) -> Path:
    """Return the directory of a store with the shipped cases of this name; do not write to it."""
    place = Path(tempfile.mkdtemp(dir=_FOLDER.name)) / "store"
    with open_store(place, writable=True) as store:
        outcomes = tuple(load(store, shipped("cases", name)))
        assert outcomes
        assert all(isinstance(each, Loaded) for each in outcomes), outcomes
    return place
