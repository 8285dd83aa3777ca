"""Another casegraph asks a server, whatever its default graph is, and finds what the server itself tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import Server, filled, serving, token_file

from casegraph.store import DEFAULT_GRAPH
from command_line import run_cli

pytestmark = pytest.mark.slow

TURTLE = {"Content-Type": "text/turtle"}
EVERY = "SELECT (COUNT(DISTINCT ?s) AS ?many) { ?s a <https://w3id.org/casegraph/ontology#Case> }"


@pytest.fixture(scope="module", params=["union", "empty"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("second")
    file, token = token_file(folder)
    words = ("--default-graph", request.param, "--writable", "--token-file", str(file))
    with serving(filled(folder), folder, *words, token=token) as running:
        yield running


def test_it_counts_what_the_server_counts(server: Server) -> None:
    words = ("query", "corpus_counts", "-f", "csv", "--store")
    told = run_cli(*words, f"{server.address}/sparql").stdout
    assert told == run_cli(*words, server.store).stdout
    accept = {"Accept": "text/csv"}
    served = httpx.get(f"{server.address}/queries/corpus_counts/results", headers=accept).text
    assert told.splitlines() == served.splitlines()
    assert any(each != "0" for each in told.splitlines()[1].split(","))


def test_the_union_can_be_asked_for(server: Server) -> None:
    asked = {"query": EVERY, "union-default-graph": "true"}
    accept = {"Accept": "text/csv"}
    found = httpx.get(f"{server.address}/sparql", params=asked, headers=accept)
    assert found.text.splitlines() == ["many", "1"]
    asked["union-default-graph"] = "no"
    refused = httpx.get(f"{server.address}/sparql", params=asked)
    assert (refused.status_code, refused.json()["where"]) == (400, "union-default-graph")


def test_verify_says_that_it_did_not_look_at_the_default_graph(server: Server) -> None:
    place = f"{server.address}/graphs?default"
    first = run_cli("verify", "--store", f"{server.address}/sparql")
    assert "looked at" not in first.stderr
    put = httpx.put(place, content="<urn:s> <urn:p> 1 .", headers={**TURTLE, **server.allowed})
    assert put.status_code == 204
    told = run_cli("verify", "--store", f"{server.address}/sparql")
    assert told.stdout.startswith(f"{DEFAULT_GRAPH}\tedited by hand in change ")
    assert "whole: every quad" in told.stderr
    assert "the default graph was not looked at" in told.stderr
    there = run_cli("verify", "--store", Path(server.store))
    assert (there.stdout, "looked at" in there.stderr) == (told.stdout, False)
    assert httpx.delete(place, headers=server.allowed).status_code == 204
