"""Very many cases go to a server part by part, each once, whatever stops them on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.ingest import chunks
from casegraph.ingest.bulk import BulkJob
from casegraph.ingest.chunks import Chunk
from casegraph.ingest.parts import map_chunk
from casegraph.loaders.records import Options
from casegraph.resources import shipped
from casegraph.store import Store, open_store
from casegraph.store.endpoint import EndpointStore
from casegraph.store.ledger import generation
from casegraph.store.verifying import verify

CASES = ("miao-2020.yaml", "ogawa-2017.yaml")
PACKETS = 24


class Here:
    """Maps in this process."""

    def many(self) -> int:
        return 1

    def begin(self, chunk: Chunk, key: str, part: Path) -> Callable[[], int]:
        return lambda: map_chunk(chunk, key, part)

    def close(self) -> None:
        """There is nothing to let go."""


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def packet(number: int) -> dict[str, object]:
    known = {"id": "hp", "name": "HP", "url": "u", "version": "1", "namespacePrefix": "HP", "iriPrefix": "i"}
    data = {"created": "2026-01-01T00:00:00Z", "createdBy": "t", "resources": [known]}
    data |= {"phenopacketSchemaVersion": "2.0"}
    data |= {"externalReferences": [{"id": "PMID:12345678", "description": f"As printed {number}"}]}
    label = "first word" if number % 2 else "other word"
    features = [{"type": {"id": "HP:0001945", "label": "Fever"}}, {"type": {"id": "FOO:1", "label": label}}]
    name = f"p{number}"
    return {"id": name, "subject": {"id": name}, "phenotypicFeatures": features, "metaData": data}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with two case documents, and packets that share a publication and a term."""
    monkeypatch.setattr(chunks, "_MOST", 5)
    found = tmp_path / "in"
    found.mkdir()
    for name in CASES:
        (found / name).write_bytes(shipped("cases", name)[0].read_bytes())
    lines = [json.dumps(packet(number)) for number in range(PACKETS)]
    (found / "packets.jsonl").write_text("\n".join([*lines, lines[3], "{broken"]), encoding="utf-8")
    return found


@pytest.fixture(params=["oxigraph_server", "virtuoso_server"])
def server(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    with open_store(address, writable=True) as store:
        store.replace(store.graphs(), "")
    return address


def lines_of(result: Result) -> list[str]:
    return sorted(line for line in result.stdout.splitlines() if not line.startswith("state\t"))


def assert_same(server: str, here: Path) -> None:
    with open_store(here) as one, open_store(server) as other:
        assert isinstance(other, EndpointStore)
        copy = other.copied()
        assert copy.digest() == one.digest()
        assert sum(graph.endswith("/asserted") for graph in copy.graphs()) == PACKETS + len(CASES)
        assert list(verify(copy)) == []


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the quads of cases that go to a server."""
    found: list[str] = []
    replace = EndpointStore.replace

    def noted(store: EndpointStore, old: tuple[str, ...], nquads: str) -> None:
        replace(store, old, nquads)
        found.extend(line for line in nquads.splitlines() if line.endswith("/asserted> ."))

    monkeypatch.setattr(EndpointStore, "replace", noted)
    yield found


@pytest.mark.slow
def test_a_server_has_what_a_directory_has_and_gets_nothing_twice(
    folder: Path, server: str, sent: list[str], tmp_path: Path
) -> None:
    one = run("load", folder, "--store", tmp_path / "here", code=1)
    many = run("load", folder, "--store", server, "--jobs", 1, code=1)
    assert lines_of(one) == lines_of(many)
    assert_same(server, tmp_path / "here")
    first = len(sent)
    assert first == len(set(sent)) > 0
    with open_store(server) as store:
        assert isinstance(store, EndpointStore)
        number, trusted = generation(store), store.keeps_ledger_true
        assert trusted is not store.is_virtuoso
    again = run("load", folder, "--store", server, code=1)
    states = [line.split("\t")[0] for line in lines_of(again)]
    assert states == ["same"] + ["unchanged"] * (PACKETS + len(CASES))
    assert_same(server, tmp_path / "here")
    if trusted:
        assert len(sent) == first
        with open_store(server) as store:
            assert generation(store) == number


@pytest.mark.slow
def test_a_load_that_was_stopped_goes_on_where_it_was(
    folder: Path, oxigraph_server: str, sent: list[str], tmp_path: Path
) -> None:
    def break_at(done: int, _: int) -> None:
        if done > PACKETS / 2:
            raise KeyboardInterrupt

    def load(store: Store, told: Callable[[int, int], object]) -> int:
        return len(list(BulkJob(store, Here(), told).load([folder], Options(""))))

    with open_store(oxigraph_server, writable=True) as store:
        store.replace(store.graphs(), "")
        with pytest.raises(KeyboardInterrupt):
            load(store, break_at)
        part = len(sent)
        load(store, lambda *_: None)
    assert 0 < part < len(sent) == len(set(sent))
    run("load", folder, "--store", tmp_path / "here", code=1)
    assert_same(oxigraph_server, tmp_path / "here")


def test_no_parts_are_resumed_at_a_server(folder: Path) -> None:
    refused = run("load", folder, "--store", "http://127.0.0.1:1", "--jobs", 1, "--resume", code=2)
    assert "an endpoint keeps no parts; leave --resume out: what is there" in refused.stderr
