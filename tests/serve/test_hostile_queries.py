"""Hostile queries to one real server: each gets the answer that is due, and the server goes on as before."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from _pytest.mark import ParameterSet
from hostile import HostileQuery, hostile_queries
from serving import Server, filled, serving, token_file
from w3c_answers import sent

pytestmark = pytest.mark.slow

EVERY = hostile_queries()
WORKERS = 2
#: Graphs that give a join something to multiply: the first shipped case is there besides.
MANY = ("http://many.example/g", "".join(f"<urn:s{n}> <urn:p> <urn:o{n % 10}> .\n" for n in range(1000)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile-queries")
    file, token = token_file(folder)
    words = ["--writable", "--token-file", str(file), "--time-limit", "2", "--memory-limit", "600"]
    words += ["--workers", str(WORKERS)]
    with serving(filled(folder, MANY), folder, *words, token=token) as server:
        yield server


def test_there_are_enough() -> None:
    assert len(EVERY) >= 50
    assert len({each.name for each in EVERY}) == len(EVERY)


_OFTEN = ("a cross product counted", "stars within stars")


def as_parameter(hostile: HostileQuery) -> ParameterSet:
    """Return a query as a parameter of a test: of those that end by their time, a few are enough each day.

    An update may take minutes until it has all its memory.
    """
    is_long = (hostile.update and hostile.limit == "memory") or (
        hostile.limit == "time" and hostile.name not in _OFTEN
    )
    return pytest.param(hostile, id=hostile.name, marks=[pytest.mark.long] if is_long else [])


@pytest.mark.parametrize("hostile", [as_parameter(each) for each in EVERY])
def test_a_hostile_query_gets_its_answer(hostile: HostileQuery, served: Server) -> None:
    kind, path = ("update", f"/update?using-graph-uri={MANY[0]}") if hostile.update else ("query", "/sparql")
    if "USING" in hostile.sent or "WITH" in hostile.sent:
        path = path.partition("?")[0]
    headers = {"Content-Type": f"application/sparql-{kind}", **(served.allowed if hostile.update else {})}
    content = hostile.sent.encode("utf-8", "surrogatepass")
    answer = sent(served.address, "POST", path, headers, content, seconds=400)
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
    quiet(server, lambda states: "Z" not in states)
    assert len(server.workers()) <= WORKERS + 2, server.processes()


def quiet(server: Server, is_quiet: Callable[[Iterable[str]], bool]) -> None:
    """Wait until the states of the processes of a server are as they must be, for ten seconds at most."""
    for _ in range(100):
        if is_quiet(server.processes().values()):
            return
        time.sleep(0.1)
    pytest.fail(f"not quiet: {server.processes()}")


def test_nothing_is_left_of_them(served: Server) -> None:
    assert_answers(served)
    for _ in range(5):  # none works on for nobody
        quiet(served, lambda states: "R" not in states)
    assert served.memory() < 3 << 30
