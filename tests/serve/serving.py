"""Starts ``casegraph serve`` as a process of its own, looks at it from outside, and stops it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from casegraph.serve.http.tokens import new_token
from casegraph.store import open_store
from loaded_stores import loaded_store

__all__ = ["Server", "filled", "serving", "token_file"]

_SECONDS_TO_START, _SECONDS_TO_STOP = 30, 15
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+(?=/)")
#: Where a test does not say how many: each is a process that starts, and few need the eight of the command.
_WORKERS = 2


@dataclass
class Server:
    """A server that runs.

    :param address: without a slash at its end.
    :param token: what allows to write; empty where nothing does.
    :param said: the file of what it said on standard error.
    :param store: what it serves.
    """

    address: str
    process: subprocess.Popen[bytes]
    said: Path
    store: Path
    token: str = field(default="", repr=False)

    @property
    def port(self) -> int:
        """The port of 127.0.0.1 that it answers at."""
        return int(self.address.rpartition(":")[2])

    @property
    def allowed(self) -> dict[str, str]:
        """The header that lets a request write."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def processes(self) -> dict[int, str]:
        """Return the processes of the server by number, itself among them, each with its state."""
        return {number: state for number, (_, state) in self._family().items()}

    def workers(self) -> set[int]:
        """Return the numbers of those that its fork server has forked."""
        family = self._family()
        others = {number: parent for number, (parent, _) in family.items() if number != self.process.pid}
        return {number for number, parent in others.items() if parent != self.process.pid}

    def _family(self) -> dict[int, tuple[int, str]]:
        """Return the parent and the state of each of its processes."""
        every: dict[int, tuple[int, str]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, parent = stat.read_text().rpartition(") ")[2].split()[:2]
            except OSError:  # it ended meanwhile
                continue
            every[int(stat.parent.name)] = int(parent), state
        found, new = set[int](), {self.process.pid}
        while new:
            found |= new
            new = {number for number, (parent, _) in every.items() if parent in found} - found
        return {number: every[number] for number in found if number in every}

    def memory(self) -> int:
        """Return the bytes of memory that its processes hold together, shared ones in equal parts."""
        total = 0
        for number in self.processes():
            try:
                said = Path(f"/proc/{number}/smaps_rollup").read_text()
            except OSError:
                continue
            total += sum(int(kilobytes) for kilobytes in re.findall(r"^Pss:\s+(\d+)", said, re.MULTILINE))
        return total * 1024

    def kill(self) -> None:
        """Kill all its processes at once."""
        others = self.processes()
        with suppress(ProcessLookupError):  # it ended meanwhile
            os.killpg(self.process.pid, signal.SIGKILL)
        _kill(others)
        self.process.wait()


def _kill(numbers: Iterable[int]) -> None:
    for number in numbers:
        with suppress(ProcessLookupError):  # it ended meanwhile
            os.kill(number, signal.SIGKILL)


@contextmanager
def serving(store: Path, folder: Path, *words: str, token: str = "") -> Iterator[Server]:
    """Serve a store until the end of the block, which begins when the server has told its address.

    :param folder: what it says goes to a file there.
    :param words: of the command, after ``--store``, ``--port`` and ``--workers``.
    :param token: the token of the file that the words name.
    """
    said = folder / "said.txt"
    usual = ["--store", str(store), "--port", "0", "--workers", str(_WORKERS)]
    command = [sys.executable, "-m", "casegraph", "serve", *usual, *words]
    with said.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    server = Server("", process, said, store, token)
    try:
        server.address = _address(process, said)
        yield server
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(_SECONDS_TO_STOP)
    finally:
        server.kill()


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    last = time.monotonic() + _SECONDS_TO_START
    while not (found := _ADDRESS.search(said.read_text(errors="replace"))):
        assert process.poll() is None, said.read_text(errors="replace")
        assert time.monotonic() < last, f"no address after {_SECONDS_TO_START} s: {said.read_text()}"
        time.sleep(0.02)
    return found[0]


def token_file(folder: Path) -> tuple[Path, str]:
    """Have a token made; return its file and the token."""
    file = folder / "token"
    new_token(file)
    return file, file.read_text(encoding="utf-8").strip()


def filled(folder: Path, *graphs: tuple[str, str]) -> Path:
    """Make a store of the first shipped case, and of graphs given by name and N-Triples; return its place."""
    place = Path(shutil.copytree(loaded_store(), folder / "store"))
    if not graphs:
        return place
    with open_store(place, writable=True) as store:
        for name, content in graphs:
            triples = ox.parse(content, ox.RdfFormat.N_TRIPLES)
            quads = [
                ox.Quad(each.subject, each.predicate, each.object, ox.NamedNode(name)) for each in triples
            ]
            store.replace([name], "".join(f"{quad} .\n" for quad in quads))
    return place
