"""A process that runs SPARQL without a guard, with limits of memory and time, and may die of it."""

from __future__ import annotations

import contextlib
import resource
import struct
import subprocess
import sys
from pathlib import Path
from select import select
from typing import BinaryIO

import pyoxigraph as ox

__all__ = ["Victim"]

_MEGABYTE = 1 << 20
_SUBJECTS = 100
_HEAD = struct.Struct("!?I")


class Victim:
    """Runs texts on a small store in a process of its own, a new one after each death.

    :param memory: how much the process may take beside what it has when it starts, in megabytes.
    :param seconds: how long one text may take.
    """

    def __init__(self, memory: int = 600, seconds: float = 2.0) -> None:
        self.memory = memory
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, text: str, *, update: bool = False) -> str:
        """Return ok, syntax, call (it called out), error, memory, time, or signal N of its death."""
        process = self._running()
        assert process.stdin
        assert process.stdout
        body = text.encode("utf-8")
        process.stdin.write(_HEAD.pack(update, len(body)) + body)
        process.stdin.flush()
        ready, _, _ = select([process.stdout], [], [], self.seconds)
        if not ready:
            self.end()
            return "time"
        said = process.stdout.readline().decode().strip()
        if said:
            return said
        code = process.wait()
        self.end()
        return f"signal {-code}"

    def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-B", str(Path(__file__)), str(self.memory)]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            assert self._process.stdout
            assert self._process.stdout.readline() == b"ready\n"
        return self._process


def _small_store() -> ox.Store:
    data = (
        f"<urn:s{i}> <urn:p> <urn:s{(i * 7 + 1) % _SUBJECTS}> ; <urn:q> {i} ; <urn:r> 'text {i}' ."
        for i in range(_SUBJECTS)
    )
    store = ox.Store()
    store.update(
        f"INSERT DATA {{ {' '.join(data)} <urn:t> <urn:p> true, 1, <http://e:> . "
        "GRAPH <urn:g> { <urn:s> <urn:p> 1 } }"
    )
    return store


def _answered(store: ox.Store, text: str, *, update: bool) -> str:
    try:
        if update:
            store.update(text)
            return "ok"
        answer = store.query(text, use_default_graph_as_union=True)
        if not isinstance(answer, ox.QueryBoolean):
            for _ in answer:
                pass
        return "ok"
    except SyntaxError:
        return "syntax"
    except MemoryError:
        return "memory"
    except OSError:
        return "call"
    except Exception:  # whatever it is, the process lives
        return "error"


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    store = _small_store()
    answers.write(b"ready\n")
    answers.flush()
    while head := requests.read(_HEAD.size):
        update, size = _HEAD.unpack(head)
        text = requests.read(size).decode("utf-8")
        answers.write(_answered(store, text, update=update).encode() + b"\n")
        answers.flush()


def _limit_memory(megabytes: int) -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + megabytes * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit_memory(int(sys.argv[1]))
    with contextlib.suppress(BrokenPipeError):
        _serve(sys.stdin.buffer, sys.stdout.buffer)
