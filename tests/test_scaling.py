"""The page on scaling works to the letter: each server is started, loaded and asked as it says."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from casegraph.query import stored_queries

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
BLOCKS = {
    heading: re.findall(r"```(\w+)\n(.*?)```", body, re.S)
    for heading, body in re.findall(r"^#+ ([^\n]+)\n(.*?)(?=^#|\Z)", PAGE, re.S | re.M)
}


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def wait_for(port: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(2400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        assert server.poll() is None
        time.sleep(0.05)
    pytest.fail(f"nothing answers on {port}")


@pytest.fixture
def servers() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for server in started:
        server.kill()
        server.wait()


def commands(heading: str, ports: dict[str, str], folder: Path) -> Iterator[str]:
    """Put the files of a part of the page into a folder; give its commands."""
    for kind, body in BLOCKS[heading]:
        text = re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda found: ports[found[0]], body)
        if kind == "ini":
            (folder / "virtuoso.ini").write_text(text)
        else:
            yield from text.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("heading", ["One machine", "Oxigraph", "Virtuoso 7"])
def test_each_server_is_started_loaded_and_asked_as_the_page_says(
    heading: str, servers: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    if heading == "Virtuoso 7" and shutil.which("virtuoso-t") is None:
        assert os.environ.get("CI") != "true"
        pytest.skip("Virtuoso is not installed")
    ports = {port: free_port() for port in re.findall(r"127\.0\.0\.1:(\d+)", str(BLOCKS[heading]))}
    shutil.copytree(ROOT / "cases", tmp_path / "cases")
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": paths, "CASEGRAPH_ENDPOINT_PATIENCE": "60"}
    printed: list[str] = []
    for line in commands(heading, ports, tmp_path):
        if line.endswith(" &"):
            servers.append(subprocess.Popen(line[:-2].split(), cwd=tmp_path, env=env))
            for port in ports.values():
                wait_for(port, servers[-1])
            continue
        shell = ["bash", "-c", line]
        done = subprocess.run(shell, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, line + done.stdout + done.stderr
        printed.append(done.stdout)
    asked = printed[-2:] if servers else printed[-1:]
    assert all(len(said.splitlines()) >= 2 for said in asked)
    assert not servers or "10.1007/s13555-020-00421-8" in printed[-1]


def test_the_page_names_only_stored_queries() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE))
    assert len(named) >= 20
    assert named <= stored_queries().keys()
    assert f"Of {len(stored_queries())} stored queries" in PAGE
