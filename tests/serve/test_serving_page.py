"""What docs/serving.md tells a newcomer to type works, from nothing to a change with the token."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "serving.md"
#: What answers show, a block of the page after the other; the facts are those of the first shipped case.
EXPECTED = (
    ("refractory",),
    ('"vars":["case"', "skin", "muscle", "interleukin-2", "case,doi,diagnosis", "rs:ResultSet"),
    ("cg:Case", "<!DOCTYPE html>"),
    ('"vars":["case","drug"]',),
    ("26",),
    ("interleukin-2", "skin"),
    ('"status": 403', "--writable"),
    ("has a new token",),
    ("201\n204\n",),
)


def _blocks() -> list[tuple[str, str]]:
    path = PAGE.read_text(encoding="utf-8").partition("## What is where")[0]
    return re.findall(r"```(sh|python)\n(.*?)```", path, re.DOTALL)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Reader:
    """Somebody who types what the page says, in an empty folder."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack, self.port = folder, stack, _free_port()
        self.server: subprocess.Popen[bytes] | None = None
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": programs}
        self.environment.pop("CASEGRAPH_STORE", None)

    def types(self, kind: str, block: str) -> str:
        """Return what is printed; a server that is started goes on."""
        block = block.replace("8765", str(self.port))
        if kind == "python":
            return self._runs([sys.executable, "-c", block])
        lines = re.split(r"\n(?=\S)", block.strip())
        said = []
        for line in lines:
            if line.startswith("casegraph serve") and "--new-token" not in line:
                self._serves(line)
            else:
                said.append(self._runs(["bash", "-c", line]))
        return "".join(said)

    def _runs(self, command: list[str]) -> str:
        place, programs = self.folder, self.environment
        done = subprocess.run(command, cwd=place, env=programs, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def _serves(self, line: str) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
        said = self.folder / "said.txt"
        with said.open("wb") as output:
            words = [*line.split(), "--port", str(self.port)]
            self.server = subprocess.Popen(words, cwd=self.folder, env=self.environment, stderr=output)
        self.stack.callback(self.server.wait)
        self.stack.callback(self.server.terminate)
        last = time.monotonic() + 30
        while "http://" not in said.read_text():
            assert time.monotonic() < last, said.read_text()
            time.sleep(0.05)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    if shutil.which("curl") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("curl is not installed")
        pytest.skip("curl is not installed")
    with ExitStack() as stack:
        yield Reader(tmp_path, stack)


def test_what_the_page_tells_to_type_works(reader: Reader) -> None:
    blocks = _blocks()
    assert len(blocks) == len(EXPECTED)
    for (kind, block), expected in zip(blocks, EXPECTED, strict=True):
        said = reader.types(kind, block)
        assert [each for each in expected if each not in said] == [], (block, said)
