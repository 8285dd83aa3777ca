"""What several tests share: the test material that is too large to ship, filled stores, real servers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rdflib import Dataset

from casegraph.ingest import Loaded, load
from casegraph.resources import shipped
from casegraph.store import Store, open_store

PROJECT = Path(__file__).resolve().parents[1]


#: What Virtuoso is run with: in one folder, on two ports of this machine, without limits of answers.
VIRTUOSO_INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 8
[SPARQL]
{limits}
"""
#: Whoever asks may change; so may a user by name.
VIRTUOSO_GRANTS = """\
GRANT SPARQL_UPDATE TO "SPARQL";
DB.DBA.USER_CREATE ('curator', 'open-sesame');
GRANT SPARQL_UPDATE TO "curator";
"""
_SECONDS_TO_START = 120


def pytest_configure() -> None:
    """Keep the vocabularies of whoever runs the tests out; do not wait for servers that are down."""
    os.environ["CASEGRAPH_VOCABULARY"] = tempfile.mkdtemp(prefix="vocabulary-of-tests-")
    os.environ["CASEGRAPH_ENDPOINT_PATIENCE"] = "0"


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


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str | Path], folder: Path, port: int) -> Iterator[None]:
    """Run a server in the foreground until the end of the block, which begins when its port answers."""
    with (folder / "output").open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        last = time.monotonic() + _SECONDS_TO_START
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            said = (folder / "output").read_text(errors="replace")
            assert server.poll() is None, f"{command[0]} ended: {said}"
            assert time.monotonic() < last, f"{command[0]} does not answer: {said}"
            time.sleep(0.05)
        yield
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an Oxigraph server, which several tests use one after the other."""
    folder, port = tmp_path_factory.mktemp("oxigraph"), _free_port()
    binary = Path(sysconfig.get_path("scripts")) / "oxigraph"
    bind = f"127.0.0.1:{port}"
    with _running([binary, "serve", "--location", folder / "data", "--bind", bind], folder, port):
        yield f"http://{bind}"


@contextmanager
def _virtuoso(folder: Path, limits: str = "") -> Iterator[str]:
    program, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if program is None or isql is None:
        reason = "Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    port, sql_port = _free_port(), _free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(VIRTUOSO_INI.format(folder=folder, port=port, sql_port=sql_port, limits=limits))
    with _running([program, "+foreground", "+configfile", ini], folder, port):
        command = [isql, f"127.0.0.1:{sql_port}", "dba", "dba", "ERRORS=stdout"]
        granted = subprocess.run(command, input=VIRTUOSO_GRANTS, capture_output=True, text=True, check=True)
        assert "Error" not in granted.stdout, granted.stdout
        yield f"http://127.0.0.1:{port}/sparql"


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Virtuoso server, which several tests use one after the other.

    Where it is not installed the tests are skipped; in CI there must be one.
    """
    with _virtuoso(tmp_path_factory.mktemp("virtuoso")) as address:
        yield address


@pytest.fixture(scope="session")
def limited_virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Virtuoso server that gives at most ten rows."""
    with _virtuoso(tmp_path_factory.mktemp("virtuoso"), "ResultSetMaxRows = 10") as address:
        yield address
