"""What several tests share: the test material that is too large to ship, filled stores, real servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn

import pytest
from browsing import NO_AXE, NO_BROWSER, Browser, axe_script, browsing, has_browser
from hostile_stores import hostile_store
from known_answers import NEW
from rdflib import Dataset
from servers import NO_VIRTUOSO, has_virtuoso, oxigraph, virtuoso
from serving import Server, filled, serving, token_file
from w3c_answers import sent

from casegraph.ingest import Loaded, load
from casegraph.resources import shipped
from casegraph.store import Store, open_store
from loaded_stores import FIRST, loaded_store

PROJECT = Path(__file__).resolve().parents[1]
#: The fixtures of what is started beside the tests.
_STARTED = frozenset(
    (*("oxigraph_server", "virtuoso_server", "limited_virtuoso"), *("served", "browser", "hostile"))
)


def pytest_configure() -> None:
    """Keep the vocabularies of whoever runs the tests out; do not wait for servers that are down."""
    os.environ["CASEGRAPH_VOCABULARY"] = tempfile.mkdtemp(prefix="vocabulary-of-tests-")
    os.environ["CASEGRAPH_ENDPOINT_PATIENCE"] = "0"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server or a browser as slow: to start one takes longer than any other test."""
    for item in items:
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        needed = [*getattr(item, "fixturenames", ()), *(each for each in values if isinstance(each, str))]
        if not _STARTED.isdisjoint(needed):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def material() -> Path:
    """Return the folder of test material: ``CASEGRAPH_MATERIAL``, else ``shared`` beside the project."""
    folder = Path(os.environ.get("CASEGRAPH_MATERIAL") or PROJECT.parent / "shared")
    if folder.is_dir():
        return folder
    _without(f"no test material at {folder}; set CASEGRAPH_MATERIAL to its folder")


def _without(reason: str) -> NoReturn:
    """Skip a test for what is not installed; in CI it must be there."""
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
    yield from _filled(FIRST)


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


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an Oxigraph server, which several tests use one after the other."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as address:
        yield address


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Virtuoso server, which several tests use one after the other.

    Where it is not installed the tests are skipped; in CI there must be one.
    """
    with _virtuoso(tmp_path_factory) as address:
        yield address


@pytest.fixture(scope="session")
def limited_virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Virtuoso server that gives at most ten rows."""
    with _virtuoso(tmp_path_factory, "ResultSetMaxRows = 10") as address:
        yield address


def _virtuoso(folders: pytest.TempPathFactory, limits: str = "") -> AbstractContextManager[str]:
    if not has_virtuoso():
        _without(NO_VIRTUOSO)
    return virtuoso(folders.mktemp("virtuoso"), limits)


@pytest.fixture(scope="session")
def loaded() -> Path:
    """Return the directory of a store with the first shipped case, which nobody changes."""
    return loaded_store()


@pytest.fixture
def directory(loaded: Path, tmp_path: Path) -> Path:
    """Return a copy of that directory, to change."""
    return Path(shutil.copytree(loaded, tmp_path / "copy"))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of a store with the first shipped case, which takes changes; leave it as it was."""
    folder = tmp_path_factory.mktemp("served")
    file, token = token_file(folder)
    with serving(filled(folder), folder, "--writable", "--token-file", str(file), token=token) as server:
        yield server


@pytest.fixture
def clean(served: Server) -> Iterator[Server]:
    """Return that server, and take out afterwards what was written to the graph for tests to write."""
    yield served
    sent(served.address, "DELETE", f"/graphs?graph={NEW}", served.allowed)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser, which tests use one after the other."""
    if not has_browser():
        _without(NO_BROWSER)
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="session")
def axe() -> None:
    """Need axe-core, which the browser runs in a page."""
    if not axe_script():
        _without(NO_AXE)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of a store of hostile data, which is read only."""
    folder = tmp_path_factory.mktemp("hostile")
    with serving(hostile_store(folder), folder) as server:
        yield server
