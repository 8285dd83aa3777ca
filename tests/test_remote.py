"""What stands at a URL is loaded, and written, as what stands in a file is."""

from __future__ import annotations

import io
import json
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import BinaryIO

import fsspec
import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.resources import shipped
from casegraph.store import open_store

FEVER = {"type": {"id": "HP:0001945", "label": "Fever"}}
CASE = "miao-2020.yaml"


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of what it is asked."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Refuse what is secret."""
        if "secret" in self.path:
            self.send_error(403)
            return None
        return super().send_head()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def packet(name: str) -> dict[str, object]:
    known = {"id": "hp", "name": "HP", "url": "u", "version": "1", "namespacePrefix": "HP", "iriPrefix": "i"}
    data = {"created": "2026-01-01T00:00:00Z", "createdBy": "t", "resources": [known]}
    data |= {"phenopacketSchemaVersion": "2.0"}
    return {"id": name, "subject": {"id": name}, "phenotypicFeatures": [FEVER], "metaData": data}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a case document, packets in lines and below, and files that are no cases."""
    found = tmp_path / "in"
    (found / "below").mkdir(parents=True)
    (found / CASE).write_bytes(shipped("cases", CASE)[0].read_bytes())
    (found / "many.jsonl").write_text("".join(json.dumps(packet(name)) + "\n" for name in "abc"), "utf-8")
    (found / "below" / "d.json").write_text(json.dumps(packet("d")), encoding="utf-8")
    (found / "broken.json").write_text('{"id": ', encoding="utf-8")
    (found / "bad.yaml").write_text("casegraph: 1\nreport: {title: A}\n", encoding="utf-8")
    (found / "notes.md").write_text("no record", encoding="utf-8")
    return found


@pytest.fixture
def memory(folder: Path) -> Iterator[str]:
    """Return the URL of a folder in memory that holds the same."""
    files = fsspec.filesystem("memory")
    for path in folder.rglob("*.*"):
        files.pipe_file(f"/bucket/in/{path.relative_to(folder)}", path.read_bytes())
    yield "memory://bucket/in"
    files.rm("/", recursive=True)


@pytest.fixture
def web(folder: Path) -> Iterator[str]:
    """Return the address of a web server with the folder as archives; it gives no parts of files."""
    files = sorted(path for path in folder.rglob("*.*"))
    with tarfile.open(folder.parent / "in.tar.xz", "w:xz") as tar:
        for path in files:
            tar.add(path, path.relative_to(folder))
    with zipfile.ZipFile(folder.parent / "in.zip", "w") as archive:
        for path in files:
            archive.write(path, path.relative_to(folder))
    handler = partial(Quiet, directory=folder.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def content(store: Path) -> dict[str, str]:
    with open_store(store) as opened:
        found = opened.digest()
    assert sum(graph.endswith("/asserted") for graph in found) == 5
    return found


@pytest.mark.slow
def test_a_folder_at_a_url_is_loaded_as_one_of_this_machine(
    folder: Path, memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    here = run("load", folder, "--store", tmp_path / "here", code=1)
    said = run("load", memory, "--store", tmp_path / "one", code=1)
    bulk = run("load", memory, "--store", tmp_path / "bulk", "--jobs", 1, code=1)
    assert content(tmp_path / "here") == content(tmp_path / "one") == content(tmp_path / "bulk")
    for each in (said, bulk):
        assert each.stdout == here.stdout.replace(str(folder), memory)
        assert f"{memory}/broken.json" in each.stderr
        assert f"{memory}/bad.yaml:2:" in each.stderr
    local = run("load", f"file://{folder}", "--store", tmp_path / "file", code=1)
    assert local.stdout == here.stdout
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["in.tar.xz", "in.zip"])
def test_an_archive_is_fetched_from_a_web_server(name: str, folder: Path, web: str, tmp_path: Path) -> None:
    run("load", folder, "--store", tmp_path / "here", code=1)
    secret = f"{web.replace('//', '//me:hidden@')}/{name}?signature=hidden"
    said = run("load", secret, "--store", tmp_path / "web", "--dataset", "in", code=1)
    assert content(tmp_path / "here") == content(tmp_path / "web")
    assert f"{web}/{name}!below/d.json" in said.stdout
    with open_store(tmp_path / "web") as store:
        ledger = "\n".join(store.dump("https://w3id.org/casegraph/ledger"))
    assert f'"{name}!below/d.json"' in ledger
    assert "hidden" not in said.output + ledger


def test_a_file_in_an_archive_at_a_url_is_a_link_of_a_chain(memory: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/a.json", json.dumps(packet("a")))
    fsspec.filesystem("memory").pipe_file("/bucket/x.zip", packed.getvalue())
    for first in ("zip://in/a.json", "zip://in", "zip://"):
        said = run("load", f"{first}::memory://bucket/x.zip", "--store", tmp_path / "store", "--dataset", "d")
        assert "zip://in/a.json::memory://bucket/x.zip" in said.stdout


def test_what_is_wrong_with_a_url_is_told(
    folder: Path, memory: str, web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    for url, told in (
        (f"{web}/none.json", f"{web}/none.json: cannot be read: no such file or folder; check the URL"),
        (
            "memory://bucket/none",
            "memory://bucket/none: cannot be read: no such file or folder; check the URL",
        ),
        ("nonsense://a/b.json", "nonsense://a/b.json: cannot be used: Protocol not known: nonsense"),
        ("http://127.0.0.1:1/a.json", "http://127.0.0.1:1/a.json: cannot be read: Cannot connect to host"),
        (f"{web}/secret.json?key=hidden", f"{web}/secret.json: cannot be read: the server answered 403"),
    ):
        said = run("load", url, "--store", store, code=2).stderr
        assert told in said
        assert "hidden" not in said
    assert "memory://a.yaml is a URL, and a path is wanted" in run("check", "memory://a.yaml", code=2).stderr
    refused = run("export", "columns", "-o", "memory://a/", "--store", store, code=2).stderr
    assert "memory://a/: columns go into a folder of this machine" in refused
    both = ["--losses", "memory://out/a", "--rejects", "memory://out/a"]
    assert "two things are to be written" in run("load", folder, *both, "--store", store, code=2).stderr
    own = ["--losses", f"{memory}/losses.jsonl"]
    assert "it is read, and not written over" in run("load", memory, *own, "--store", store, code=2).stderr
    monkeypatch.setitem(sys.modules, "s3fs", None)
    lacking = run("load", "s3://bucket/a.json", "--store", store, code=2).stderr
    assert "s3://bucket/a.json: Install s3fs to access S3" in lacking
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    lacking = run("load", memory, "--store", store, code=2).stderr
    assert "fsspec is not installed, and a URL needs it; pip install 'casegraph[remote]'" in lacking
    assert not store.exists()


@pytest.mark.slow
def test_what_is_written_to_a_url_is_what_a_file_gets(folder: Path, memory: str, tmp_path: Path) -> None:
    files, store = fsspec.filesystem("memory"), tmp_path / "store"
    told = ["--losses", "memory://out/losses", "--rejects", "memory://out/rejects"]
    run("load", folder, "--store", store, *told, code=1)
    here = ["--losses", tmp_path / "losses", "--rejects", tmp_path / "rejects"]
    run("load", folder, "--store", tmp_path / "other", *here, code=1)
    for name in ("losses", "rejects"):
        assert files.cat_file(f"/out/{name}") == (tmp_path / name).read_bytes() != b""
    run("export", "phenopacket", "-o", "memory://out/packets.jsonl", "--store", store)
    run("export", "phenopacket", "-o", tmp_path / "packets.jsonl", "--store", store)
    assert files.cat_file("/out/packets.jsonl") == (tmp_path / "packets.jsonl").read_bytes()
    run("export", "phenopacket", "-o", "memory://out/cases/", "--store", store)
    run("export", "phenopacket", "-o", f"{tmp_path}/cases/", "--store", store)
    written = {path.name: path.read_bytes() for path in (tmp_path / "cases").iterdir()}
    assert len(written) == 5
    assert {name: files.cat_file(f"/out/cases/{name}") for name in written} == written
    refused = run("export", "phenopacket", "-o", "nonsense://a", "--store", store, code=2)
    assert "nonsense://a: cannot be used: Protocol not known" in refused.stderr
