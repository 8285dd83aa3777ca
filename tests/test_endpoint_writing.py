"""Writing to real servers: batches of real size, connections that are cut, users, certificates, limits."""

from __future__ import annotations

import http.client
import ssl
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from casegraph.errors import EndpointError, InputError
from casegraph.ingest import load_paths
from casegraph.loaders.records import Options
from casegraph.store import LEDGER, Store, open_store, patience
from casegraph.store.endpoint import EndpointStore

SERVERS = ("oxigraph_server", "virtuoso_server")
A, B = "http://e.org/a", "http://e.org/b"


def quad(value: str, graph: str, subject: str = "<http://e.org/s>") -> str:
    return f"{subject} <http://e.org/p> {value} <{graph}> .\n"


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    with open_store(address, writable=True) as store:
        store.replace(store.graphs(), "")
    return address


def content(address: str) -> dict[str, str]:
    """Return the digests of all graphs, the ledger's too."""
    store = open_store(address)
    assert isinstance(store, EndpointStore)
    copy = store.copied()
    return {**copy.digest(), LEDGER: "\n".join(copy.dump(LEDGER))}


@pytest.fixture(scope="session")
def packets(material: Path) -> Store:
    """Return an in-memory store of published phenopackets; do not write to it."""
    store = open_store(":memory:", writable=True)
    tuple(load_paths(store, [material / "data" / "phenopacket-store"], Options("phenopacket-store")))
    assert len(store.graphs()) > 800
    return store


@pytest.mark.slow
@pytest.mark.parametrize(
    "server",
    ["oxigraph_server", pytest.param("virtuoso_server", marks=pytest.mark.long)],
    indirect=True,
)
def test_a_batch_of_real_size_goes_in_as_it_is_and_again(packets: Store, server: str) -> None:
    nquads = "".join(f"{line}\n" for line in packets.dump())
    assert nquads.count("\n") > 36_000
    expected = {**packets.digest(), LEDGER: "\n".join(packets.dump(LEDGER))}
    with open_store(server, writable=True) as store:
        store.replace([graph for graph in packets.graphs() if graph != LEDGER], nquads)
        assert content(server) == expected
        store.replace([graph for graph in packets.graphs() if graph != LEDGER], nquads)
        assert content(server) == expected
        cases = [graph for graph in packets.graphs() if "/case/" in graph]
        store.replace(cases[: len(cases) // 2], "")
        assert store.graphs() == tuple(sorted({*packets.graphs()} - {*cases[: len(cases) // 2]}))


# --- connections that are cut


class Cutting(ThreadingHTTPServer):
    """A way to a server that spoils the first requests, one way each, and lets the others through."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Cut)
        self.target = urlsplit(target)
        self.ways: deque[str] = deque()
        self.spoilt: list[str] = []
        self.passed: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{self.target.path}"


class _Cut(BaseHTTPRequestHandler):
    server: Cutting

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = b"query=ASK" in body  # the first of all, which tells what server it is
        way = self.server.ways.popleft() if self.server.ways and not asked else "through"
        if way != "through":
            self.server.spoilt.append(way)
        if way.isdecimal():
            self.send_response(int(way))
            self.send_header("Retry-After", formatdate(usegmt=True) if way == "503" else "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif way == "half a request":
            self._half(body)
        elif way != "nothing":
            self._forward(body, way)
        self.close_connection = True

    def do_PUT(self) -> None:
        self.do_POST()

    def do_DELETE(self) -> None:
        self.do_POST()

    def _half(self, body: bytes) -> None:
        """Send on the head and a half of the body, and hang up."""
        to = http.client.HTTPConnection(self.server.target.netloc, timeout=30)
        to.putrequest(self.command, self.path)
        for name in ("Content-Type", "Content-Length", "Accept"):
            to.putheader(name, self.headers.get(name, "0"))
        to.endheaders(body[: len(body) // 2])
        to.close()

    def _forward(self, body: bytes, way: str) -> None:
        to = http.client.HTTPConnection(self.server.target.netloc, timeout=60)
        names = ("Content-Type", "Accept", "Authorization")
        head = {name: self.headers[name] for name in names if name in self.headers}
        to.request(self.command, self.path, body, head)
        answer = to.getresponse()
        said = answer.read()
        to.close()
        if way == "no answer":
            return
        self.server.passed.append(f"{self.command} {answer.status}")
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
        self.send_header("Content-Length", str(len(said) + (way == "half an answer")))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def cutting(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cutting]:
    monkeypatch.setenv("CASEGRAPH_ENDPOINT_PATIENCE", "30")
    monkeypatch.setattr(patience, "_FIRST_SECONDS", 0.01)
    with Cutting(server) as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield proxy
        proxy.shutdown()


def batch(turn: int) -> str:
    lines = [quad(f'"{turn}-{each}"', f"{A}{each % 3}") for each in range(30)]
    lines += [quad("_:b", f"{A}0"), quad('"blank"', f"{A}0", "_:b")]
    return "".join(lines) + quad(f'"loaded {turn}"', LEDGER)


@pytest.mark.slow
@pytest.mark.parametrize(
    "way", ["nothing", "half a request", "no answer", "half an answer", "408", "429", "502", "503", "504"]
)
def test_a_cut_connection_loses_and_doubles_nothing(server: str, cutting: Cutting, way: str) -> None:
    graphs = [f"{A}{each}" for each in range(3)]
    with open_store(":memory:", writable=True) as beside, open_store(cutting.address, writable=True) as store:
        for turn in range(3):
            cutting.ways.extend([way, "through", way, way] * 2)
            store.replace(graphs, batch(turn))
            beside.replace(graphs, batch(turn))
            cutting.ways.clear()
        assert len(cutting.spoilt) >= 3
        assert set(cutting.spoilt) == {way}
        assert content(server) == {**beside.digest(), LEDGER: "\n".join(beside.dump(LEDGER))}
        assert len(content(server)[LEDGER].split("\n")) == 3


def test_what_is_refused_is_not_sent_again(cutting: Cutting) -> None:
    cutting.ways.extend(["403"] * 5)
    with pytest.raises(EndpointError, match="answered 403"):
        open_store(cutting.address, writable=True).replace([A], quad('"1"', A))
    assert cutting.spoilt == ["403"]


def test_blank_nodes_that_are_added_are_not_sent_again(cutting: Cutting) -> None:
    cutting.ways.extend(["no answer"] * 5)
    with pytest.raises(EndpointError, match="no answer"):
        open_store(cutting.address, writable=True).replace([], quad('"1"', A, "_:b"))
    assert cutting.spoilt == ["no answer"]


def test_patience_has_an_end_and_says_how_often_it_tried(
    cutting: Cutting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEGRAPH_ENDPOINT_PATIENCE", "0.5")
    store = open_store(cutting.address, writable=True)
    cutting.ways.extend(["nothing"] * 500)
    with pytest.raises(EndpointError, match=r"no answer from the endpoint: .* \([4-9] tries in [01] s\)"):
        store.replace([A], quad('"1"', A))
    assert 4 <= len(cutting.spoilt) <= 9


def test_a_failure_in_the_middle_leaves_no_entry_in_the_ledger(virtuoso_server: str) -> None:
    with open_store(virtuoso_server, writable=True) as store:
        store.replace(store.graphs(), "")
    with Cutting(virtuoso_server) as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        proxy.ways.extend(["through", "through", "nothing"])
        with open_store(proxy.address, writable=True) as store:
            with pytest.raises(EndpointError, match="no answer"):
                store.replace([], batch(0).replace("_:b", "<http://e.org/b>"))
            left = store.graphs()
            assert len(left) == 2
            assert LEDGER not in left
            store.replace(left, batch(0))
            assert LEDGER in store.graphs()
        proxy.shutdown()


# --- users, certificates, limits


def test_a_user_is_known_by_digest_and_told_nowhere(
    virtuoso_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = virtuoso_server + "-auth"
    with pytest.raises(EndpointError, match=r"answered 401.*set CASEGRAPH_ENDPOINT_USER"):
        open_store(closed).query("ASK {}")
    monkeypatch.setenv("CASEGRAPH_ENDPOINT_USER", "curator")
    with pytest.raises(InputError, match="a user without a password"):
        open_store(closed)
    monkeypatch.setenv("CASEGRAPH_ENDPOINT_PASSWORD", "open-sesame")
    with open_store(closed, writable=True) as store:
        store.replace(store.graphs(), quad('"1"', A))
        assert store.graphs() == (A,)
    monkeypatch.setenv("CASEGRAPH_ENDPOINT_PASSWORD", "wrong-sesame")
    with pytest.raises(EndpointError, match=r"answered 401.*check CASEGRAPH_ENDPOINT_USER") as failed:
        open_store(closed).query("ASK {}")
    assert "sesame" not in str(failed.value)


class _Guarded(BaseHTTPRequestHandler):
    """Asks for a user, and tells every word that it was sent."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        sent = self.headers.get("Authorization", "")
        self.send_response(500 if sent else 401)
        self.send_header("WWW-Authenticate", f"{self.path.strip('/')} realm=x")
        self.end_headers()
        self.wfile.write(f"you said {sent} {'open-sesame' if sent else ''}".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def guarded() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), _Guarded) as endpoint:
        threading.Thread(target=endpoint.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield endpoint
        endpoint.shutdown()


@pytest.mark.parametrize(
    ("scheme", "said"), [("Basic", r"500: you said Basic \*\*\*"), ("Bearer", "neither")]
)
def test_a_server_that_tells_the_password_is_not_repeated(
    guarded: HTTPServer, monkeypatch: pytest.MonkeyPatch, scheme: str, said: str
) -> None:
    monkeypatch.setenv("CASEGRAPH_ENDPOINT_USER", "curator")
    monkeypatch.setenv("CASEGRAPH_ENDPOINT_PASSWORD", "open-sesame")
    with pytest.raises(EndpointError, match=said) as failed:
        open_store(f"http://127.0.0.1:{guarded.server_port}/{scheme}").query("ASK {}")
    assert "sesame" not in str(failed.value)


def test_a_certificate_that_nobody_signed_is_refused_at_once(
    tmp_path: Path, guarded: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEGRAPH_ENDPOINT_PATIENCE", "60")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    made += ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    guarded.socket = context.wrap_socket(guarded.socket, server_side=True)
    address = f"https://127.0.0.1:{guarded.server_port}"
    with pytest.raises(EndpointError, match="certificate verify failed"):
        open_store(address).query("ASK {}")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate"))
    with pytest.raises(EndpointError, match="answered 401"):
        open_store(address).query("ASK {}")


def test_a_server_that_cuts_its_answers_is_found_out(limited_virtuoso: str) -> None:
    store = open_store(limited_virtuoso, writable=True)
    store.replace([A], "".join(quad(f'"{each}"', A) for each in range(9)))
    assert len(list(store.dump(A))) == 9
    store.replace([A], "".join(quad(f'"{each}"', A) for each in range(20)))
    asked: list[Any] = [
        lambda: store.query(f"SELECT ?o {{ GRAPH <{A}> {{ ?s ?p ?o }} }}"),
        lambda: store.query(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{A}> {{ ?s ?p ?o }} }}"),
        lambda: list(store.dump(A)),
        store.digest,
    ]
    for ask in asked:
        with pytest.raises(EndpointError, match="a part of the result only X-SPARQL-MaxRows: 10; raise"):
            ask()
    with pytest.raises(InputError, match="does not tell whether"):
        store.query("DESCRIBE <http://e.org/s>")


@pytest.mark.parametrize(
    "value",
    [
        '"9223372036854775807"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"0.1234567890123456"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        '"-0044-03-15"^^<http://www.w3.org/2001/XMLSchema#date>',
        '"P3D"^^<http://www.w3.org/2001/XMLSchema#duration>',
        f"<http://e.org/{'x' * 2000}>",
    ],
)
def test_what_virtuoso_would_change_is_not_sent(virtuoso_server: str, value: str) -> None:
    store = open_store(virtuoso_server, writable=True)
    store.replace([*store.graphs()], quad('"before"', A))
    with pytest.raises(EndpointError, match="another value"):
        store.replace([A], quad('"after"', A) + quad(value, B))
    assert [line.split()[2] for line in store.dump()] == ['"before"']
