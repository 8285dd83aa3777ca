"""What curl and another casegraph are told by a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from known_answers import ASSERTED, CASES, NEW, SEED, TAPERS, THE_CASE, doses_of, expected_doses
from rdflib import Graph
from serving import Server

from casegraph.cli import commands
from casegraph.namespaces import BASE, CG
from casegraph.resources import shipped
from casegraph.store import LEDGER

pytestmark = pytest.mark.slow

INSERT = f"INSERT DATA {{ GRAPH <{NEW}> {{ <urn:s> <urn:p> 'one' }} }}"


def curl(server: Server, *words: str, token: bool = True) -> tuple[int, str, str]:
    """Run curl; return status, content type and body. Words with / that are no file are paths there."""
    paths = {word for word in words if word.startswith("/") and not Path(word).exists()}
    told = [server.address + word if word in paths else word for word in words]
    said = ["-H", f"Authorization: Bearer {server.token}"] if token else []
    command = ["curl", "-s", "--max-time", "30", "-w", "\n%{http_code} %{content_type}", *said, *told]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    body, _, line = ended.stdout.rpartition("\n")
    status, _, kind = line.partition(" ")
    return int(status), kind, body


def written(server: Server) -> list[str]:
    """Return what is in the new graph."""
    asked = f"query=SELECT ?o {{ GRAPH <{NEW}> {{ ?s ?p ?o }} }}"
    answer = json.loads(curl(server, "--data-urlencode", asked, "/sparql")[2])
    return sorted(row["o"]["value"] for row in answer["results"]["bindings"])


SRJ, SRX = "application/sparql-results+json", "application/sparql-results+xml"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (SRJ, SRJ),
        (SRX, SRX),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("*/*", SRJ),
        (f"{SRX};q=0.5, {SRJ};q=0.4", SRX),
        (f"{SRX};q=0, */*;q=0.1", SRJ),
        (f"image/png, {SRX};q=0.1", SRX),
        ("text/*", "text/csv; charset=utf-8"),
    ],
)
def test_curl_gets_the_format_that_it_asks_for(accept: str, kind: str, served: Server) -> None:
    words = ["-G", "--data-urlencode", f"query={TAPERS}", "-H", f"Accept: {accept}", "/sparql"]
    status, told, body = curl(served, *words, token=False)
    assert (status, told) == (200, kind)
    assert all(dose in body for pair in expected_doses() for dose in pair)


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"]
)
def test_curl_gets_a_graph(accept: str, served: Server) -> None:
    status, told, body = curl(served, "-H", f"Accept: {accept}", f"/graphs?graph={ASSERTED}", token=False)
    assert (status, told.partition(";")[0]) == (200, accept)
    form = {"application/rdf+xml": "xml", "application/ld+json": "json-ld"}.get(accept, "turtle")
    assert THE_CASE in Graph().parse(data=body, format=form)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["-d", "query=ASK%20%7B%7D", "/sparql"], 200),
        (["-H", "Content-Type: application/sparql-query", "-d", "ASK {}", "/sparql"], 200),
        (["/sparql?query=ASK%20%7B%7D"], 200),
        (["-H", "Accept: image/png", "/sparql?query=ASK%20%7B%7D"], 406),
        (["/sparql?query=ASK"], 400),
        (["-H", "Content-Type: text/plain", "-d", "ASK {}", "/sparql"], 415),
        (["/nowhere"], 404),
        (["-X", "DELETE", "/sparql"], 405),
        (["-d", f"update={INSERT}", "/update"], 401),
        (["-T", "-", f"/graphs?graph={NEW}"], 401),
    ],
)
def test_curl_is_answered_by_the_status_that_is_due(words: list[str], status: int, served: Server) -> None:
    command = [*(served.address + word if word.startswith("/") else word for word in words)]
    ended = subprocess.run(
        ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", *command],
        input=b"",
        capture_output=True,
        check=True,
    )
    assert int(ended.stdout) == status


def heads(text: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in text.splitlines()[1:])
    return {name.lower(): value for name, _, value in lines if value}


def test_curl_is_spared_what_it_has(clean: Server) -> None:
    asked = "/sparql?query=SELECT%20%2A%20%7B%3Fs%20a%20%3Ft%7D%20LIMIT%201"
    _, _, head = curl(clean, "-I", asked)
    tag = heads(head)["etag"]
    for path in (asked, f"/graphs?graph={ASSERTED}"):
        status, _, head = curl(clean, "-I", path)
        got = curl(clean, "-D", "-", "-o", os.devnull, path)
        assert (status, got[0]) == (200, 200)
        assert heads(head)["content-type"] == heads(got[2])["content-type"]
        assert "accept" in heads(head)["vary"].lower()
    assert curl(clean, "-H", f"If-None-Match: {tag}", asked)[::2] == (304, "")
    other = curl(clean, "-H", f"If-None-Match: {tag}", "-H", "Accept: text/csv", asked)
    assert other[0] == 200
    assert curl(clean, "-d", f"update={INSERT}", "/update")[0] in (200, 204)
    assert curl(clean, "-H", f"If-None-Match: {tag}", asked)[0] == 200


def test_curl_puts_adds_and_deletes_a_graph(clean: Server, tmp_path: Path) -> None:
    file = tmp_path / "graph.ttl"
    file.write_text("<urn:s> <urn:p> 'three' .")
    turtle, target = ["-H", "Content-Type: text/turtle"], f"/graphs?graph={NEW}"
    assert curl(clean, "-I", target)[0] == 404
    assert curl(clean, *turtle, "-T", str(file), target)[0] == 201
    assert curl(clean, *turtle, "-T", str(file), target)[0] in (200, 204)
    assert written(clean) == ["three"]
    assert curl(clean, *turtle, "-d", "<urn:s> <urn:p> 'four' .", target)[0] in (200, 204)
    assert written(clean) == ["four", "three"]
    assert curl(clean, "-F", f"file=@{file};type=text/turtle", target)[0] in (200, 204)
    assert curl(clean, "-X", "DELETE", target)[0] in (200, 204)
    assert written(clean) == []
    assert curl(clean, "-X", "DELETE", target)[0] == 404


def casegraph(store: str | Path, *words: str, token: str = "", code: int = 0) -> str:
    """Run a command on a store; return what it printed, or said where another code than 0 is due."""
    given = [*words, "--store", str(store)]
    ended = CliRunner().invoke(commands, given, env={"CASEGRAPH_TOKEN": token})
    assert ended.exit_code == code, ended.output
    return ended.stdout if code == 0 else ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["query", "tapers", "-f", "csv"],
        ["query", "tapers", "-f", "json", "--asserted"],
        ["query", "responses_to_drug", "-p", "drug=CHEBI:8382", "-f", "csv"],
        ["cases"],
        ["show", SEED],
        ["digest"],
        ["stats"],
        ["sparql", CASES],
    ],
)
def test_another_casegraph_reads_what_the_directory_says(words: list[str], served: Server) -> None:
    told = casegraph(f"{served.address}/sparql", *words)
    assert told == casegraph(served.store, *words)
    assert told.strip()


def test_another_casegraph_asks_what_the_facts_answer(served: Server) -> None:
    words = ["query", "tapers", "-f", "json", "--store", f"{served.address}/sparql"]
    ended = subprocess.run([sys.executable, "-m", "casegraph", *words], capture_output=True, check=True)
    assert doses_of(json.loads(ended.stdout)) == expected_doses()


def test_another_casegraph_loads_as_into_a_directory(served: Server, tmp_path: Path) -> None:
    address, more = f"{served.address}/sparql", str(shipped("cases", "ramseur-1989.yaml")[0])
    before = casegraph(address, "digest")
    casegraph(address, "load", more, token=served.token)
    casegraph(tmp_path / "store", "load", str(shipped("cases", "miao-2020.yaml")[0]), more)
    assert casegraph(address, "digest") == casegraph(tmp_path / "store", "digest") != before
    case = f"{BASE}case/key/pemphigus-il2-interferon-1989/1"
    entry = f"?entry <{CG}entryOf> <{case}> ; <{CG}sourceDigest> ?digest"
    casegraph(address, "sparql", f"ASK {{ GRAPH <{LEDGER}> {{ {entry} }} }}")  # false would be code 1
    generation = f"SELECT (MAX(?n) AS ?last) {{ GRAPH <{LEDGER}> {{ ?change <{CG}generation> ?n }} }}"
    told = casegraph(address, "sparql", generation)
    casegraph(address, "load", more, token=served.token)
    assert casegraph(address, "sparql", generation) == told  # nothing was new
    casegraph(address, "remove", "key/pemphigus-il2-interferon-1989", token=served.token)
    assert casegraph(address, "digest") == before


def test_another_casegraph_needs_the_token_where_one_is_asked_for(served: Server) -> None:
    words = ["remove", SEED.rpartition("/")[0]]
    assert "set CASEGRAPH_TOKEN" in casegraph(f"{served.address}/sparql", *words, code=3)
    wrong = casegraph(f"{served.address}/sparql", *words, token="wrong", code=3)  # noqa: S106
    assert "check CASEGRAPH_TOKEN" in wrong
    assert "wrong" not in wrong.replace("wrong or", "")


@pytest.mark.parametrize("missing", ["uvicorn", "starlette"])
def test_a_package_of_the_server_that_is_not_installed_is_told_with_the_line_to_type(
    missing: str, directory: Path
) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from casegraph.cli import main; main()"
    words = ["serve", "--store", str(directory), "--port", "0"]
    command = [sys.executable, "-c", code, *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert f"{missing} is not installed; pip install 'casegraph[serve]'" in ended.stderr
