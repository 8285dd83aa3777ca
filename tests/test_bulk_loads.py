"""Loads by several processes give what a load one by one gives, at one moment, and can go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from casegraph.cli import commands
from casegraph.cli.meter import Meter
from casegraph.ingest.bulk import BulkJob
from casegraph.ingest.settling import _Stream
from casegraph.ingest.workers import Processes
from casegraph.loaders import read_document
from casegraph.loaders.records import Options
from casegraph.namespaces import CG, PREFIXES
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import LEDGER, Store, open_store
from casegraph.store.directory import Directory, Head
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import generation
from casegraph.store.verifying import verify

FEVER = {"type": {"id": "HP:0001945", "label": "Fever"}}


def run(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def packet(name: str, **more: object) -> dict[str, object]:
    resource = {
        "id": "hp",
        "name": "HP",
        "url": "u",
        "version": "1",
        "namespacePrefix": "HP",
        "iriPrefix": "i",
    }
    rash = {"type": {"id": "HP:0000988", "label": "Skin rash"}}
    data = {
        "created": "2026-01-01T00:00:00Z",
        "createdBy": "test",
        "resources": [resource],
        "phenopacketSchemaVersion": "2.0",
        "externalReferences": [{"id": "PMID:12345678", "description": f"The paper as {name} prints it"}],
    }
    return {"id": name, "subject": {"id": name}, "phenotypicFeatures": [rash], "metaData": data, **more}


def document(title: str, **identifier: str) -> dict[str, Any]:
    finding = {"what": "HP:0000988 Skin rash", "at": "first", "stated_in": "p-1"}
    subject = {"zero_point": "first", "findings": {"present": [finding]}, "occasions": {"first": {}}}
    return {
        "casegraph": 1,
        "report": {"title": title, **identifier, "extent": "partialText"},
        "passages": {"p-1": {"section": "abstract", "paragraph": 1}},
        "cases": {"1": subject},
    }


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with documents, lines of documents and of packets, an unknown term, and mistakes."""
    folder = tmp_path_factory.mktemp("sources") / "in"
    folder.mkdir()
    documents = shipped("cases", "*.yaml")[:2]
    for path in documents:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / f"z-{documents[0].name}").write_bytes(documents[0].read_bytes())
    unknown = {"phenotypicFeatures": [{"type": {"id": "FOO:1", "label": "first word"}}]}
    other = {"phenotypicFeatures": [{"type": {"id": "FOO:1", "label": "other word"}}]}
    lines = [packet(f"p{number}") for number in range(230)]
    lines += [
        packet("p3"),
        packet("p4", phenotypicFeatures=[FEVER]),
        packet("p", phenotypicFeatures=[]),
        packet("q", **unknown),
        packet("r", **other),
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines) + "\n{broken\n"
    (folder / "packets.jsonl").write_text(text, encoding="utf-8")
    (folder / "none.json").write_text("{}", encoding="utf-8")
    (folder / "rows.csv").write_text(
        "model,pid,valueIRI\nDiagnosis,c1,http://purl.obolibrary.org/obo/MONDO_0016367\n", encoding="utf-8"
    )
    one, two, bad = document("One", key="k-1"), document("Two", key="k-2"), document("Bad", key="k-3")
    bad["report"]["extent"] = "nonsense"
    (folder / "cases.jsonl").write_text(
        "".join(json.dumps(each) + "\n" for each in (one, two, bad)), encoding="utf-8"
    )
    return folder


def origins(store: Store) -> set[tuple[str, str, str]]:
    """Return the units whose source the ledger tells, with its name and digest."""
    source, digest = f"{PREFIXES['dcterms']}source", f"{CG}sourceDigest"
    asked = f"""SELECT ?unit ?name ?digest {{ GRAPH <{LEDGER}> {{
      ?entry <{CG}entryOf> ?unit ; <{source}> ?name ; <{digest}> ?digest }} }}"""
    rows = Rows.read(store.query(asked, union=False))
    return {(str(row["unit"]), str(row["name"]), str(row["digest"])) for row in rows}


def lines_of(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if not line.startswith("state\t")]


@pytest.mark.slow
def test_several_processes_give_what_one_gives(sources: Path, tmp_path: Path) -> None:
    one = run("load", sources, "--store", tmp_path / "one", code=1)
    rejects = tmp_path / "rejects.jsonl"
    many = run("load", sources, "--store", tmp_path / "many", "--jobs", 2, "--rejects", rejects, code=1)
    assert sorted(lines_of(one)) == sorted(lines_of(many))
    assert len(lines_of(many)) == 2 + 2 + 231 + 2 + 1
    told = sorted(line for line in one.stderr.splitlines() if "rejected" in line)
    assert told == sorted(line for line in many.stderr.splitlines() if "rejected" in line)
    codes = [json.loads(line)["problems"][0]["code"] for line in rejects.read_text("utf-8").splitlines()]
    wanted = ["no-claims", "not-json", "same-case", "same-report", "unknown-format", "wrong-value"]
    assert sorted(codes) == wanted
    with open_store(tmp_path / "one") as first, open_store(tmp_path / "many") as second:
        assert first.digest() == second.digest()
        assert origins(first) == origins(second)
        documents = [read_document(path).document for path in shipped("cases", "*.yaml")[:2]]
        of_documents = sum(1 + len(each.cases) + len(each.groups) for each in documents)
        assert len(origins(first)) == of_documents + 230 + 2 + 1 + 2 * 2
        assert generation(second) == 2
        assert list(verify(second)) == []
    assert {each.name for each in (tmp_path / "many").iterdir()} == {
        "casegraph-store.json",
        "data-2",
        "writer.lock",
    }


@pytest.mark.slow
@pytest.mark.parametrize("first", ["document", "record"])
def test_a_document_and_a_record_of_one_publication_do_not_mix(first: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    case = document("One", pmid="12345678")
    for kind, content in (("document", case), ("record", packet("p1"))):
        name = "a.json" if kind == first else "b.json"
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    run("load", folder, "--store", tmp_path / "one")
    run("load", folder, "--store", tmp_path / "many", "--jobs", 2)
    with open_store(tmp_path / "one") as one, open_store(tmp_path / "many") as many:
        told = f"<http://purl.org/dc/terms/title> ?title ; <{CG}extentRead> ?extent"
        asked = f"SELECT ?title ?extent {{ GRAPH ?g {{ ?g {told} ; <{CG}pmid> ?pmid }} }}"
        rows = Rows.read(many.query(asked, union=False))
        assert [(row["title"], row["extent"]) for row in rows] == [("One", f"{CG}partialText")]
        assert list(verify(many)) == []
        assert one.digest() == many.digest()


@pytest.mark.slow
def test_what_a_record_tells_of_a_publication_beyond_its_document_is_added(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    case = document("One", doi="10.1000/xyz")
    references = [{"id": "DOI:10.1000/xyz"}, {"id": "PMID:12345678"}]
    data = packet("p1")["metaData"]
    assert isinstance(data, dict)
    record = packet("p1", metaData={**data, "externalReferences": references})
    for name, content in (("a.json", case), ("b.json", record)):
        (tmp_path / "in" / name).write_text(json.dumps(content), encoding="utf-8")
    run("load", tmp_path / "in", "--store", tmp_path / "one")
    run("load", tmp_path / "in", "--store", tmp_path / "many", "--jobs", 2)
    with open_store(tmp_path / "one") as one, open_store(tmp_path / "many") as many:
        assert one.digest() == many.digest()
    for _ in range(2):  # the record is in the store already, and its document takes its graph anew
        with open_store(tmp_path / "many") as many:
            rows = Rows.read(many.query(f"SELECT ?g {{ GRAPH ?g {{ ?g <{CG}pmid> ?pmid }} }}", union=False))
            assert [row["g"] for row in rows] == ["https://w3id.org/casegraph/report/10.1000/xyz"]
            assert list(verify(many)) == []
        run("load", tmp_path / "in", "--store", tmp_path / "many", "--jobs", 2)


@pytest.mark.slow
def test_what_is_there_stays_and_what_changed_is_replaced(sources: Path, tmp_path: Path) -> None:
    for store in ("one", "many"):
        run("load", sources / "packets.jsonl", sources / "cases.jsonl", "--store", tmp_path / store, code=1)
    changed = tmp_path / "packets.jsonl"
    lines = [packet("p1"), packet("p2", phenotypicFeatures=[FEVER]), packet("new")]
    changed.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    more = shipped("cases", "*.yaml")[0]
    states = {}
    for store, way in (("one", ()), ("many", ("--jobs", 2))):
        loaded = run("load", changed, more, "--store", tmp_path / store, *way)
        states[store] = sorted(line.split("\t")[:2] for line in lines_of(loaded))
    assert states["one"] == states["many"]
    assert sorted(state for state, _ in states["many"]) == ["new", "new", "replaced", "unchanged"]
    with open_store(tmp_path / "one") as first, open_store(tmp_path / "many") as second:
        assert first.digest() == second.digest()
        assert list(verify(second)) == []
        number = generation(second)
    run("load", changed, more, "--store", tmp_path / "many", "--jobs", 2)
    with open_store(tmp_path / "many") as again:
        assert generation(again) == number


@pytest.mark.slow
def test_a_document_that_lost_a_case_takes_it_out(tmp_path: Path) -> None:
    document = next(path for path in shipped("cases", "*.yaml") if path.read_text("utf-8").count("\n  '2':"))
    text = document.read_text(encoding="utf-8")
    run("load", document, "--store", tmp_path / "many")
    with open_store(tmp_path / "many") as store:
        before = {graph for graph in store.graphs() if graph.endswith("/asserted")}
    assert len(before) > 1
    start = text.index("\n  '2':")
    after = text[start + 1 :].split("\n")
    end = next((n for n, line in enumerate(after[1:], 1) if line and not line.startswith("   ")), len(after))
    shorter = tmp_path / "in" / document.name
    shorter.parent.mkdir()
    shorter.write_text(text[:start] + "\n" + "\n".join(after[end:]), encoding="utf-8")
    result = CliRunner().invoke(commands, ["load", str(shorter), "--store", str(tmp_path / "one")])
    if result.exit_code:
        pytest.fail(f"the shortened document is no document: {result.output}")
    run("load", shorter, "--store", tmp_path / "many", "--jobs", 1)
    with open_store(tmp_path / "many") as many, open_store(tmp_path / "one") as one:
        assert many.digest() == one.digest()
        assert list(verify(many)) == []


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_load_that_was_stopped_goes_on(sent: signal.Signals, tmp_path: Path) -> None:
    text = "".join(json.dumps(packet(f"p{number}")) + "\n" for number in range(1500))
    (tmp_path / "packets.jsonl").write_text(text, encoding="utf-8")
    words = ["load", str(tmp_path / "packets.jsonl"), "--jobs", "1", "--store", str(tmp_path / "store")]
    begun = subprocess.Popen(
        [sys.executable, "-m", "casegraph", *words], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    parts = tmp_path / "store" / "incoming"
    while len(list(parts.glob("part-*[0-9]"))) < 3:
        assert begun.poll() is None
        time.sleep(0.01)
    if sent == signal.SIGKILL:
        os.killpg(begun.pid, sent)
    else:
        begun.send_signal(sent)
    said = begun.communicate(timeout=120)[1]
    if sent == signal.SIGINT:
        assert begun.returncode == 130
        assert "stopped; the store is as it was; the same command with --resume goes on" in said
    had = {part.name: part.stat().st_mtime_ns for part in parts.glob("part-*[0-9]")}
    with open_store(tmp_path / "store") as store:
        assert not [graph for graph in store.graphs() if "/case/" in graph]
    with open_store(tmp_path / "store", writable=True) as store:
        assert isinstance(store, EmbeddedStore)
        seen: dict[str, int] = {}

        def look(*_: int) -> None:
            seen.update({part.name: part.stat().st_mtime_ns for part in parts.glob("part-*[0-9]")})

        job = BulkJob(store, Processes(1), look)
        arrived = list(job.load([tmp_path / "packets.jsonl"], Options(""), resume=True))
        assert {each.state for each in arrived} == {"new"}  # type: ignore[union-attr]
        assert len(arrived) == 1500
        whole = {name: when for name, when in had.items() if seen[name] == when}
        assert len(whole) >= 2
        assert list(verify(store)) == []


def test_options_that_do_not_go_together_are_refused(sources: Path, tmp_path: Path) -> None:
    for words, said in (
        (("--resume",), "--resume goes on with a load with --jobs or --scheduler"),
        (("--jobs", 2, "--dry-run"), "--dry-run and --jobs: a dry run goes through"),
        (("--jobs", 2, "--scheduler", "tcp://127.0.0.1:1"), "--jobs and --scheduler: either processes"),
        (("--dry-run", "--ack-file", tmp_path / "a"), "--dry-run and --ack-file: a dry run stores nothing"),
    ):
        refused = run("load", sources, "--store", tmp_path / "store", *words, code=2)
        assert said in refused.stderr


def test_the_time_that_is_left_is_told_where_the_size_is_known(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"x" * 1000)
    assert Meter([tmp_path]).line(10, 250, 100.0) == "10 read and checked, 0 a second, about 5 min left"
    assert Meter([tmp_path]).line(100, 500, 10.0).endswith("about 10 s left")
    (tmp_path / "b.zip").write_bytes(b"x")
    assert Meter([tmp_path]).line(100, 500, 10.0) == "100 read and checked, 10 a second"


@pytest.mark.parametrize("size", [-1, 1, 3, 100])
def test_a_stream_gives_every_byte_once(size: int) -> None:
    stream, read = _Stream(iter([b"abcd", b"", b"e", b"fgh"])), b""
    while piece := stream.read(size):
        assert size < 0 or len(piece) <= size
        read += piece
    assert read == b"abcdefgh"
    assert stream.read(size) == b""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before the head is replaced", "after it"])
def test_a_head_that_fails_on_its_way_leaves_data_that_it_names(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps(packet("a")) + "\n" + json.dumps(packet("b")) + "\n", "utf-8"
    )
    run("load", tmp_path / "a.jsonl", "--store", tmp_path / "store")
    (tmp_path / "c.jsonl").write_text(
        json.dumps(packet("c")) + "\n" + json.dumps(packet("d")) + "\n", "utf-8"
    )
    write_head, data = Directory.write_head, "data-1" if moment.startswith("before") else "data-2"

    failed: list[Head] = []

    def failing(directory: Directory, head: Head) -> None:
        """Fail at the new data, and from then on, as a disk that breaks does."""
        if not failed and (head.data == "data-1" or data == "data-2"):
            write_head(directory, head)
        if failed or head.data == "data-2":
            failed.append(head)
            raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Directory, "write_head", failing)
        run("load", tmp_path / "c.jsonl", "--jobs", 1, "--store", tmp_path / "store", code=3)
    with open_store(tmp_path / "store") as store:
        assert list(verify(store)) == []
        cases = sum(graph.endswith("/asserted") for graph in store.graphs())
    assert cases == 2 if data == "data-1" else cases in (2, 4)


@pytest.mark.slow
def test_a_load_of_which_all_was_rejected_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text(json.dumps(packet("p1", phenotypicFeatures=[])))
    for jobs in ((), ("--jobs", 1)):
        store = tmp_path / f"store-{len(jobs)}"
        run("load", tmp_path / "none.json", "--store", store, *jobs, code=1)
        with open_store(store) as opened:
            assert (opened.graphs(), generation(opened)) == ((), 0)
