"""The workers of a server: no query takes it down, hangs it, or keeps others waiting."""

from __future__ import annotations

import re
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from serving import Server, filled, serving

pytestmark = pytest.mark.slow

#: What takes for ever on any store: a count of all triples by all triples by all triples.
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
#: What doubles a text thirty times.
_THRICE = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(30))
GREEDY = f"SELECT ?x30 {{ BIND('0123456789abcdef' AS ?x0) {_THRICE} }}"
_DOUBLED = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(10))
CHEAP = "ASK { ?s ?p ?o }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("workers")
    words = ("--time-limit", "2", "--memory-limit", "300", "--workers", "4", "--max-rows", "50")
    with serving(filled(folder), folder, *words) as running:
        _wait_for_workers(running, 4)
        yield running


def ask(server: Server, query: str, **more: str) -> httpx.Response:
    return httpx.post(f"{server.address}/sparql", data={"query": query, **more}, timeout=60)


def _wait_for_workers(server: Server, many: int) -> None:
    last = time.monotonic() + 30
    while len(server.workers()) < many:
        assert time.monotonic() < last, f"{len(server.workers())} workers"
        time.sleep(0.05)


def _wait_until_idle(server: Server, seconds: float) -> None:
    last = time.monotonic() + seconds
    while httpx.get(f"{server.address}/health").json()["workers"]["busy"] > 1:  # itself
        assert time.monotonic() < last, "a worker is busy still"
        time.sleep(0.1)


def test_what_takes_too_long_is_ended(server: Server) -> None:
    before = server.workers()
    began = time.monotonic()
    answer = ask(server, HEAVY)
    assert answer.status_code == 422
    assert "time" in answer.json()["detail"]
    assert time.monotonic() - began < 2 + 1
    assert ask(server, CHEAP).json()["boolean"] is True
    _wait_for_workers(server, 4)
    assert len(before - server.workers()) == 1


def test_what_takes_too_much_memory_is_ended(server: Server) -> None:
    answer = ask(server, GREEDY)
    assert answer.status_code == 422
    assert "memory" in answer.json()["detail"]
    assert ask(server, CHEAP).status_code == 200


def test_cheap_queries_do_not_wait_for_heavy_ones(server: Server) -> None:
    _wait_for_workers(server, 4)
    heavy = [threading.Thread(target=ask, args=(server, HEAVY)) for _ in range(3)]
    for each in heavy:
        each.start()
    time.sleep(0.3)
    answers = [ask(server, CHEAP) for _ in range(5)]
    for each in heavy:
        each.join()
    assert [answer.status_code for answer in answers] == [200] * 5
    assert statistics.median(answer.elapsed.total_seconds() for answer in answers) < 0.2


def test_when_all_are_busy_it_says_when_to_come_again(server: Server) -> None:
    _wait_for_workers(server, 4)
    answers: list[httpx.Response] = []
    many = [threading.Thread(target=lambda: answers.append(ask(server, HEAVY))) for _ in range(4 + 64 + 8)]
    for each in many:
        each.start()
    for each in many:
        each.join()
    full = [answer for answer in answers if answer.status_code == 503]
    assert len(answers) == len(many)
    assert {answer.status_code for answer in answers} == {422, 503}
    assert len(full) >= 8
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in full)
    assert ask(server, CHEAP).status_code == 200


def test_a_client_that_hangs_up_frees_its_worker(server: Server) -> None:
    _wait_until_idle(server, 10)
    for _ in range(4):
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{server.address}/sparql", data={"query": HEAVY}, timeout=0.3)
    _wait_until_idle(server, 1.5)  # well before their time is over
    assert ask(server, CHEAP).status_code == 200


def test_too_many_rows_are_refused_and_not_cut_off(server: Server) -> None:
    answer = ask(server, "SELECT * { ?s ?p ?o }")
    assert answer.status_code == 422
    assert "50 rows" in answer.json()["detail"]
    assert len(ask(server, "SELECT * { ?s ?p ?o } LIMIT 50").json()["results"]["bindings"]) == 50
    assert ask(server, "SELECT * { ?s ?p ?o } LIMIT 51").status_code == 422
    assert ask(server, "CONSTRUCT WHERE { ?s ?p ?o }").status_code == 422


@pytest.mark.parametrize(
    "accept", ["application/sparql-results+xml", "text/csv", "text/tab-separated-values"]
)
def test_rows_are_counted_in_each_format(server: Server, accept: str) -> None:
    for many, status in ((50, 200), (51, 422)):
        data = {"query": f"SELECT * {{ ?s ?p ?o }} LIMIT {many}"}
        answer = httpx.post(f"{server.address}/sparql", data=data, headers={"Accept": accept})
        assert answer.status_code == status, (accept, many)


def test_who_asks_for_all_rows_gets_them(server: Server) -> None:
    count = ask(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").json()["results"]["bindings"][0]["n"]["value"]
    answer = ask(server, "SELECT * { ?s ?p ?o }", rows="all")
    assert answer.status_code == 200
    assert len(answer.json()["results"]["bindings"]) == int(count) > 50


def test_a_million_rows_are_sent_as_they_are_found(tmp_path: Path) -> None:
    data = {"query": "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } LIMIT 1000000", "rows": "all"}
    most, lines = 0, 0
    with serving(filled(tmp_path), tmp_path, "--workers", "2") as running:
        _wait_for_workers(running, 2)
        before = running.memory()
        accept = {"Accept": "text/tab-separated-values"}
        with httpx.stream("POST", f"{running.address}/sparql", data=data, headers=accept) as answer:
            assert answer.status_code == 200
            for number, piece in enumerate(answer.iter_raw()):
                lines += piece.count(b"\n")
                if number % 200 == 0:
                    most = max(most, running.memory())
    assert lines == 1_000_001
    assert most - before < 150 << 20


def _of_server_alone(server: Server) -> int:
    said = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
    return 1024 * sum(map(int, re.findall(r"^Pss:\s+(\d+)", said, re.MULTILINE)))


def test_clients_that_take_nothing_do_not_fill_the_server(server: Server) -> None:
    large = (
        f"SELECT (STRLEN(?x) AS ?n) ?x {{ BIND('{'0123456789' * 1000}' AS ?x0) {_DOUBLED} BIND(?x10 AS ?x) }}"
    )
    before, lines = _of_server_alone(server), []
    for _ in range(8):
        line = socket.create_connection(("127.0.0.1", server.port))
        body = urlencode({"query": large}).encode()
        head = (
            "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        )
        line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        lines.append(line)
    time.sleep(3)
    grown = _of_server_alone(server) - before
    for line in lines:
        line.close()
    assert grown < 40 << 20  # of 80 that are answered
    _wait_until_idle(server, 5)


def test_clients_that_sip_do_not_keep_the_workers_from_others(tmp_path: Path) -> None:
    data = {"query": "SELECT * { ?a ?b ?c . ?d ?e ?f }", "rows": "all"}
    with serving(filled(tmp_path), tmp_path, "--workers", "2") as running, ExitStack() as open_:
        _wait_for_workers(running, 2)
        sipping = []  # kept, for a generator that is let go of hangs up
        for _ in range(2):
            answer = open_.enter_context(
                httpx.stream("POST", f"{running.address}/sparql", data=data, timeout=60)
            )
            assert answer.status_code == 200
            sipping.append(answer.iter_raw())
            next(sipping[-1])
        time.sleep(2.5)
        assert ask(running, CHEAP).status_code == 200


def test_workers_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    with serving(filled(tmp_path), tmp_path, "--workers", "2") as running:
        _wait_for_workers(running, 2)
        busy = threading.Thread(target=lambda: _gone(running))
        busy.start()
        time.sleep(0.5)
        workers, family = running.workers(), running.processes()
        running.process.kill()
        running.process.wait()
        busy.join()
        last = time.monotonic() + 5
        while any(Path(f"/proc/{each}").exists() and _lives(each) for each in family):
            assert time.monotonic() < last
            time.sleep(0.05)
        assert (len(workers), len(family)) == (2, 4)


def _gone(server: Server) -> None:
    with pytest.raises(httpx.HTTPError):
        ask(server, HEAVY)


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False
