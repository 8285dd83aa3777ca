"""Runs real SPARQL servers on loopback, for the tests and the benchmarks."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["NO_VIRTUOSO", "has_virtuoso", "oxigraph", "virtuoso"]

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
DirsAllowed = /
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
#: 512: N-Quads; 2: each row by itself and no log, as a load of very many quads is done; 1: one thread, since
#: several wait for each other for ever.
VIRTUOSO_LOADS = """\
log_enable (2);
DB.DBA.TTLP_MT (file_open ('{file}'), '', 'http://example.org/', 512, 2, 1);
checkpoint;
"""
NO_VIRTUOSO = "Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)"
_SECONDS_TO_START = 120


def has_virtuoso() -> bool:
    """Say whether the programs of Virtuoso are there."""
    return all(map(shutil.which, ("virtuoso-t", "isql-vt")))


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """Give the address of an Oxigraph server that keeps its data in a folder."""
    port, binary = _free_port(), Path(sysconfig.get_path("scripts")) / "oxigraph"
    bind = f"127.0.0.1:{port}"
    with _running([binary, "serve", "--location", folder / "data", "--bind", bind], folder, port):
        yield f"http://{bind}"


@contextmanager
def virtuoso(folder: Path, limits: str = "", loaded: Path | None = None) -> Iterator[str]:
    """Give the address of a Virtuoso server that keeps its data in a folder.

    :param limits: lines for the section SPARQL of its configuration.
    :param loaded: N-Quads that its own loader takes in first.
    """
    port, sql_port = _free_port(), _free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(VIRTUOSO_INI.format(folder=folder, port=port, sql_port=sql_port, limits=limits))
    with _running(["virtuoso-t", "+foreground", "+configfile", ini], folder, port):
        command = ["isql-vt", f"127.0.0.1:{sql_port}", "dba", "dba", "ERRORS=stdout"]
        asked = VIRTUOSO_GRANTS + (VIRTUOSO_LOADS.format(file=loaded) if loaded else "")
        granted = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
        assert "Error" not in granted.stdout, granted.stdout
        yield f"http://127.0.0.1:{port}/sparql"


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
