"""Hostile requests to a real server: each gets the answer that it must, and the server is none the worse."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hostile_framing import FRAMING
from hostile_graphs import GRAPHS
from hostile_paths import PATHS
from hostile_requests import ASK, HOSTILE, TOKEN, UPDATE, WRITE, Hostile
from raw_http import CLOSED, Reply, request, send_raw
from serving import Server, filled, serving, token_file
from w3c_answers import sent

from casegraph.store import LEDGER, open_store

EVERY = [*HOSTILE, *FRAMING, *PATHS, *GRAPHS]
#: Of the store that they are sent to, which no request may change.
KEPT = ("http://kept.example/g", "<urn:kept> <urn:p> <urn:o> .\n")
WORKERS = 2
#: What a request may find in no answer: a line of a file, a header that it wrote itself, leave for a site.
NEVER = (b"root:", b"Traceback")
NO_HEADERS = ("Set-Cookie", "Evil", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    file, token = token_file(folder)
    words = ["--writable", "--token-file", str(file), "--time-limit", "5", "--memory-limit", "600"]
    words += ["--workers", str(WORKERS), "--log", str(folder / "log.txt")]
    with serving(filled(folder, KEPT), folder, *words, token=token) as server:
        yield server


def told(server: Server, content: bytes) -> bytes:
    """Return a request with what stands for the server's own filled in."""
    host, token = server.address.removeprefix("http://"), server.token
    known = {b"@host@": host, b"@token@": token, b"@swapped@": token.swapcase()}
    for name, value in known.items():
        content = content.replace(name, value.encode())
    return content


def rows(server: Server, query: str) -> list[list[str]]:
    kinds = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json"}
    answer = sent(server.address, "POST", "/sparql", kinds, query.encode())
    assert answer.status == 200, answer
    found = json.loads(answer.body)
    bindings = found["results"]["bindings"]
    return [[row[name]["value"] for name in found["head"]["vars"]] for row in bindings]


def assert_unharmed(server: Server) -> None:
    """Look whether a server answers, has what it had, and no process that it should not have."""
    asked = sent(server.address, "GET", ASK, {"Accept": "application/sparql-results+json"})
    assert (asked.status, json.loads(asked.body)["boolean"]) == (200, True)
    assert rows(server, f"SELECT ?s ?p ?o {{ GRAPH <{KEPT[0]}> {{ ?s ?p ?o }} }}") == [
        ["urn:kept", "urn:p", "urn:o"]
    ]
    written = 'SELECT ?g { GRAPH ?g { ?s ?p ?o FILTER (CONTAINS(STR(?o), "hostile-literal")) } }'
    assert rows(server, written) == []
    assert len(server.workers()) <= WORKERS + 2, server.processes()  # a writer, and one about to end


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len(EVERY) >= 150
    assert len({each.name for each in EVERY}) == len(EVERY)
    assert all(each.expected and each.why for each in EVERY)


@pytest.mark.slow
@pytest.mark.parametrize("hostile", EVERY, ids=lambda each: each.name)
def test_a_hostile_request_gets_its_answer(hostile: Hostile, served: Server) -> None:
    (reply,) = send_raw(served.port, told(served, hostile.content), ends=hostile.ends)
    assert reply.status in hostile.expected, (hostile.why, reply.status, reply.body[:500])
    assert not hostile.has or hostile.has in reply.headers
    assert_gives_nothing_away(reply)
    assert_unharmed(served)


def assert_gives_nothing_away(reply: Reply) -> None:
    assert not any(words in reply.body for words in NEVER), reply.body[:500]
    assert not any(name in reply.headers for name in NO_HEADERS), reply.headers
    if reply.status >= 400 and reply.body:
        kind = reply.headers.get("Content-Type", "")
        assert kind.partition(";")[0] in ("application/problem+json", "text/plain", "text/html"), kind


@pytest.mark.slow
def test_the_log_has_no_token_and_no_literal(served: Server) -> None:
    for content in (
        request("POST", "/update", UPDATE, body=WRITE),
        request("POST", "/update", TOKEN, body=WRITE),
    ):
        assert send_raw(served.port, told(served, content))[0].status in (401, 415)
    log = served.said.with_name("log.txt").read_bytes() + served.said.read_bytes()
    assert b"/update" in log
    assert served.token.encode() not in log
    assert served.token.swapcase().encode() not in log
    assert b"hostile-literal" not in log
    assert all(json.loads(line) for line in served.said.with_name("log.txt").read_bytes().splitlines())


@pytest.mark.slow
def test_two_requests_at_once_get_two_answers(served: Server) -> None:
    first, second = (request("GET", path) for path in (ASK, "/no-such-path"))
    replies = send_raw(served.port, told(served, first + second + first), answers=3)
    assert [reply.status for reply in replies] == [200, 404, 200]
    assert replies[0].body == replies[2].body


@pytest.mark.slow
def test_connections_that_are_half_open_do_no_harm(served: Server) -> None:
    halves = [
        b"",
        b"GET",
        b"GET /sparql HTTP/1.1\r\nHost: ",
        told(served, request("POST", "/sparql", length=100)),
    ]
    with ExitStack() as open_:
        for number in range(64):
            half = open_.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=5))
            half.sendall(halves[number % 4])
        for _ in range(5):
            assert_unharmed(served)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_client_that_hangs_up_leaves_nothing_behind(method: str, served: Server) -> None:
    heavy = told(
        served,
        request(
            method, "/sparql?query=" + "SELECT%20*%20%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff%7D&rows=all"
        ),
    )
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
            connection.sendall(heavy)
            connection.recv(10)
    assert_unharmed(served)
    lines = [json.loads(line) for line in served.said.with_name("log.txt").read_text().splitlines()]
    # a hang-up that nobody noticed would have gone on until the end of its time
    assert [line for line in lines if line.get("reason") == "BrokenOffError"] == []


class Listener:
    """Counts who comes to a port of this machine."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.came = 0
        self.counting = threading.Thread(target=self._count, daemon=True)
        self.counting.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/x"

    def _count(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                self.socket.accept()[0].close()
                self.came += 1


FETCHING: dict[str, Callable[[str], bytes]] = {
    "context": lambda url: request(
        "PUT",
        "/graphs?graph=urn:g",
        "Content-Type: application/ld+json",
        TOKEN,
        body=f'{{"@context": "{url}", "name": "hostile-literal"}}'.encode(),
    ),
    "import": lambda url: request(
        "PUT",
        "/graphs?graph=urn:g",
        "Content-Type: application/ld+json",
        TOKEN,
        body=f'{{"@context": {{"@version": 1.1, "@import": "{url}"}}, "name": "hostile-literal"}}'.encode(),
    ),
    "load": lambda url: request("POST", "/update", UPDATE, TOKEN, body=f"LOAD <{url}>".encode()),
    "service": lambda url: request(
        "POST",
        "/sparql",
        "Content-Type: application/sparql-query",
        body=f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}".encode(),
    ),
    "silent service": lambda url: request(
        "POST",
        "/sparql",
        "Content-Type: application/sparql-query",
        body=f"ASK {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}".encode(),
    ),
    "service in an update": lambda url: request(
        "POST",
        "/update",
        UPDATE,
        TOKEN,
        body=f"INSERT {{ ?s ?p 'hostile-literal' }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}".encode(),
    ),
    "XML entity": lambda url: request(
        "PUT",
        "/graphs?graph=urn:g",
        "Content-Type: application/rdf+xml",
        TOKEN,
        body=f'<!DOCTYPE r SYSTEM "{url}"><r/>'.encode(),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", FETCHING)
def test_nothing_is_fetched(way: str, served: Server) -> None:
    listener = Listener()
    (reply,) = send_raw(served.port, told(served, FETCHING[way](listener.address)))
    listener.counting.join(0.1)
    listener.socket.close()
    assert reply.status in (400, 403), reply
    assert listener.came == 0
    assert_unharmed(served)


@pytest.mark.slow
def test_a_listener_would_notice() -> None:
    listener = Listener()
    port = listener.socket.getsockname()[1]
    assert send_raw(port, b"GET / HTTP/1.1\r\n\r\n")[0].status == CLOSED
    listener.counting.join(0.1)
    assert listener.came == 1
    listener.socket.close()


@pytest.mark.slow
def test_a_server_for_reading_writes_nothing_whoever_asks(tmp_path: Path) -> None:
    _, token = token_file(tmp_path)
    place = filled(tmp_path, KEPT)
    with open_store(place) as store:
        before = store.digest()
    with serving(place, tmp_path, token=token) as server:
        turtle = "Content-Type: text/turtle"
        for content in (
            request("POST", "/update", UPDATE, TOKEN, body=WRITE),
            request("PUT", "/graphs?default", turtle, TOKEN, body=b"<urn:s> <urn:p> 1 ."),
            request("POST", "/graphs", turtle, TOKEN, body=b"<urn:s> <urn:p> 1 ."),
            request("POST", f"/graphs?graph={KEPT[0]}", turtle, TOKEN, body=b"<urn:s> <urn:p> 1 ."),
            request("DELETE", f"/graphs?graph={KEPT[0]}", TOKEN),
            request("DELETE", f"/graphs?graph={LEDGER}"),
        ):
            assert send_raw(server.port, told(server, content))[0].status == 403
        assert_unharmed(server)
    with open_store(place) as store:
        assert store.digest() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--writable"], "--new-token"),
        (["--writable", "--token-file", "open-token"], "chmod"),
        (["--writable", "--token-file", "no-token"], "no-token"),
        (["--writable", "--token-file", "short-token"], "holds no token"),
        (["--writable", "--token-file", "link-to-token"], "a link"),
        (["--host", "0.0.0.0"], "--allow-remote"),  # noqa: S104 - refused
        (["--host", "0.0.0.0", "--allow-remote"], "--new-token"),  # noqa: S104 - refused
        (["--store", "no-store"], "casegraph load"),
    ],
)
def test_what_is_not_safe_does_not_start(words: list[str], said: str, tmp_path: Path) -> None:
    file, token = token_file(tmp_path)
    file.with_name("open-token").write_text(token)
    file.with_name("open-token").chmod(0o644)
    file.with_name("short-token").write_text("short")
    file.with_name("short-token").chmod(0o600)
    file.with_name("link-to-token").symlink_to(file)
    filled(tmp_path, KEPT)
    assert file.stat().st_mode & 0o777 == 0o600
    command = [sys.executable, "-m", "casegraph", "serve", "--port", "0", "--store", "store", *words]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2, ended
    assert said in ended.stderr
    assert token not in ended.stderr
