"""Hostile queries to one real server: each gets the answer that is due, and the server goes on as before."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hostile import HostileQuery, hostile_queries
from serving import Server, filled, serving, token_file
from w3c_answers import sent

pytestmark = pytest.mark.slow

EVERY = hostile_queries()
#: Graphs that give a join something to multiply: the first shipped case is there besides.
MANY = ("http://many.example/g", "".join(f"<urn:s{n}> <urn:p> <urn:o{n % 10}> .\n" for n in range(1000)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile-queries")
    file, token = token_file(folder)
    words = ["--writable", "--token-file", str(file), "--time-limit", "2", "--memory-limit", "600"]
    with serving(filled(folder, MANY), folder, *words, token=token) as server:
        yield server


def test_there_are_enough() -> None:
    assert len(EVERY) >= 50
    assert len({each.name for each in EVERY}) == len(EVERY)


@pytest.mark.parametrize("hostile", EVERY, ids=lambda each: each.name)
def test_a_hostile_query_gets_its_answer(hostile: HostileQuery, served: Server) -> None:
    kind, path = ("update", "/update") if hostile.update else ("query", "/sparql")
    headers = {"Content-Type": f"application/sparql-{kind}", **(served.allowed if hostile.update else {})}
    answer = sent(served.address, "POST", path, headers, hostile.sent.encode("utf-8", "surrogatepass"))
    # 204 is how an update that was carried out is answered
    due = {200, 204} if hostile.update and hostile.expected == 200 else {hostile.expected}
    assert answer.status in due, (hostile.why, answer.body[:500])
    if answer.status >= 400:
        told = json.loads(answer.body)
        assert told["status"] == answer.status
        assert told["detail"]
    assert_answers(served)


def assert_answers(server: Server) -> None:
    """Look whether a cheap query is answered, and no worker is left that nobody waits for."""
    answer = sent(server.address, "GET", "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D")
    assert (answer.status, json.loads(answer.body)["boolean"]) == (200, True)
    processes = server.processes()
    assert "Z" not in processes.values()
    assert len(processes) <= 1 + 8 + 2, processes


def test_nothing_is_left_of_them(served: Server) -> None:
    assert_answers(served)
    busy = [number for number, state in served.processes().items() if state == "R"]
    for _ in range(20):
        busy = [number for number in busy if served.processes().get(number) == "R"]
    assert busy == []
    assert served.memory() < 3 << 30
