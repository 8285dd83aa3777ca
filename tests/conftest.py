"""What several tests share: the folder of test material that is too large to ship."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Dataset

from casegraph.ingest import Loaded, load
from casegraph.resources import shipped
from casegraph.store import Store, open_store

PROJECT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """Keep the vocabularies of whoever runs the tests out of them."""
    os.environ["CASEGRAPH_VOCABULARY"] = tempfile.mkdtemp(prefix="vocabulary-of-tests-")


@pytest.fixture(scope="session")
def material() -> Path:
    """Return the folder of test material: ``CASEGRAPH_MATERIAL``, else ``shared`` beside the project."""
    folder = Path(os.environ.get("CASEGRAPH_MATERIAL") or PROJECT.parent / "shared")
    if folder.is_dir():
        return folder
    reason = f"no test material at {folder}; set CASEGRAPH_MATERIAL to its folder"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _filled(name: str) -> Iterator[Store]:
    with open_store(":memory:", writable=True) as store:
        outcomes = tuple(load(store, shipped("cases", name)))
        assert outcomes
        assert all(isinstance(each, Loaded) for each in outcomes), outcomes
        yield store


def _dataset(store: Store) -> Dataset:
    dataset = Dataset(default_union=True)
    dataset.parse(data="\n".join(store.dump()) + "\n", format="nquads")
    return dataset


@pytest.fixture(scope="session")
def seed_store() -> Iterator[Store]:
    """Return an in-memory store that holds the first shipped case alone; do not write to it."""
    yield from _filled("miao-2020.yaml")


@pytest.fixture(scope="session")
def corpus_store() -> Iterator[Store]:
    """Return an in-memory store that holds all shipped cases; do not write to it."""
    yield from _filled("*.yaml")


@pytest.fixture(scope="session")
def seed_dataset(seed_store: Store) -> Dataset:
    """Return the store of the first case as an rdflib Dataset whose default graph is the union."""
    return _dataset(seed_store)


@pytest.fixture(scope="session")
def corpus_dataset(corpus_store: Store) -> Dataset:
    """Return the store of all shipped cases as an rdflib Dataset whose default graph is the union."""
    return _dataset(corpus_store)
