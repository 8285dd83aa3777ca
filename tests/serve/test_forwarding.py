"""SERVICE by an allow-list: the engine calls this machine, and the call goes on to one host or nowhere."""

from __future__ import annotations

import asyncio
import http.server
import ipaddress
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
import uvloop

from casegraph.errors import InputError
from casegraph.serve.guard.forwarding import Forwarder, Terms
from casegraph.serve.guard.reaching import is_public, pinned
from casegraph.serve.guard.services import with_addresses

FAR = b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"far"}}]}}'
JSON = "application/sparql-results+json"


class _Service(http.server.BaseHTTPRequestHandler):
    """A SPARQL service that answers by its path, and keeps what it was asked."""

    asked: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked.append((self.path, headers, body))
        status = {"/moved": 302, "/broken": 500}.get(self.path, 200)
        self.send_response(status)
        self.send_header("Content-Type", JSON)
        if self.path == "/moved":
            self.send_header("Location", "/sparql")
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        said = {"/long": FAR + b" " * 100_000, "/text": b"not JSON", "/half": FAR[:20]}
        answer = said.get(self.path, FAR)
        self.send_header("Content-Length", str(len(answer) + (self.path == "/short")))
        self.end_headers()
        if self.path != "/slow":
            self.wfile.write(answer)
        else:
            self.rfile.read(1)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _service(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    _Service.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Service) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


async def _at_home(host: str, port: int) -> Sequence[str]:
    """Resolve every name to this machine."""
    return ["127.0.0.1"]


def _loopback(address: str) -> bool:
    return address == "127.0.0.1"


TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
HOME = Terms(seconds=2, size=50_000, may_reach=_loopback, resolver=_at_home, tls=TRUSTS_NOBODY)


@contextmanager
def _running(terms: Terms) -> Iterator[Forwarder]:
    """Run a forwarder in a thread, as the main process does beside its workers."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    forwarder = Forwarder(terms)
    asyncio.run_coroutine_threadsafe(forwarder.start(), loop).result()
    try:
        yield forwarder
    finally:
        asyncio.run_coroutine_threadsafe(forwarder.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _answer(address: str, terms: Terms) -> list[str]:
    """Ask by the engine, as a worker does, and return the values it gets from a service."""
    query = f"SELECT ?o {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"
    with _running(terms) as forwarder:
        return _values(with_addresses(query, [address], forwarder.address_of))


def _values(query: str) -> list[str]:
    answer = ox.Store().query(query)
    assert isinstance(answer, ox.QuerySolutions)
    return [value.value for row in answer if isinstance(value := row["o"], ox.Literal)]


def test_the_engine_gets_what_the_service_says() -> None:
    with _service() as port:
        assert _answer(f"http://far.example:{port}/sparql?x=1", HOME) == ["far"]
    ((path, headers, body),) = _Service.asked
    assert path == "/sparql?x=1"
    assert headers["host"] == f"far.example:{port}"
    assert headers["content-type"] == "application/sparql-query"
    assert JSON in headers["accept"]
    assert b"?s ?p ?o" in body
    assert "authorization" not in headers
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("moved", "answered with a redirect .302., which is not followed"),
        ("broken", "it answered with status 500"),
        ("packed", "compressed answer that was not asked for"),
        ("long", None),
        ("short", None),
        pytest.param("slow", None, marks=pytest.mark.slow),
    ],
)
def test_what_is_no_whole_answer_is_an_error(path: str, error: str | None) -> None:
    """An answer that is cut off is none: the engine does not take half of it for the whole."""
    with _service() as port, pytest.raises((OSError, RuntimeError), match=error):
        _answer(f"http://far.example:{port}/{path}", HOME)
    assert [asked for asked, _, _ in _Service.asked] == [f"/{path}"]


def test_an_address_that_is_not_public_is_not_called() -> None:
    terms = Terms(seconds=2, resolver=_at_home, tls=TRUSTS_NOBODY)
    with _service() as port:
        with pytest.raises(OSError, match="refused, for its address is not public"):
            _answer(f"http://far.example:{port}/sparql", terms)
        with pytest.raises(OSError, match="refused, for its address is not public"):
            _answer(f"http://127.0.0.1:{port}/sparql", Terms(seconds=2, tls=TRUSTS_NOBODY))
    assert not _Service.asked


def test_one_private_address_among_public_ones_is_enough() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", "10.0.0.1"]

    async def none(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(InputError, match="refused, for its address is not public"):
        asyncio.run(pinned("far.example", 443, both, is_public))
    with pytest.raises(InputError, match="its name has no address"):
        asyncio.run(pinned("far.example", 443, none, is_public))


NOT_PUBLIC = """
    0.0.0.0 127.0.0.1 127.8.8.8 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.0.1 192.0.2.1
    198.18.0.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 fe80::1 fe80::1%eth0 fc00::1 fd00::1
    ff02::1 2001:db8::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a00:1 2002:7f00:1::
    2002:a00:1:: ::127.0.0.1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)
    assert ipaddress.ip_address(address)


def test_these_are_public() -> None:
    for address in ("1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"):
        assert is_public(address), address


def test_nobody_else_gets_through() -> None:
    """Without the secret, by another method or with a lie about its length, nothing is passed on."""

    async def tried() -> list[bytes]:
        forwarder = Forwarder(HOME)
        await forwarder.start()
        with _service() as port:
            address = forwarder.address_of(f"http://far.example:{port}/sparql")
            assert address != forwarder.address_of(f"http://far.example:{port}/sparql")
            here, secret = address.removeprefix("http://").split("/", 1)
            requests = (
                b"POST /guess HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
                f"GET /{secret} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode(),
                f"POST /{secret} HTTP/1.1\r\n\r\n".encode(),
                f"POST /{secret} HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n".encode(),
                f"POST /{secret} HTTP/1.1\r\nX: {'x' * 99_999}\r\n\r\n".encode(),
                f"POST /{secret} HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc".encode(),
            )
            answers = [await _sent(int(here.split(":")[1]), request) for request in requests]
            assert not _Service.asked
        await forwarder.stop()
        return answers

    answers = asyncio.run(tried())
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 502"] * 4 + [b""] * 2


def test_an_answer_that_gets_too_long_is_cut_off() -> None:
    """There is no second head in the middle of it, and no end."""
    with _service() as port, _running(HOME) as forwarder:
        here, secret = (
            forwarder.address_of(f"http://far.example:{port}/long").removeprefix("http://").split("/", 1)
        )
        request = f"POST /{secret} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            asyncio.run(_whole(int(here.split(":")[1]), request))


async def _whole(port: int, request: bytes) -> bytes:
    """Return an answer in chunks up to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.readuntil(b"\r\n\r\n")
    while size := int(await reader.readuntil(b"\n"), 16):
        answer += (await reader.readexactly(size + 2))[:-2]
    return answer


async def _sent(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    writer.write_eof()
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("is_public", [True, False], ids=["answered", "refused"])
def test_an_engine_that_hangs_up_is_no_fault(is_public: bool) -> None:
    """As when its worker is killed: while the service is asked, there is nobody any more to be told."""
    faults: list[dict[str, object]] = []

    async def tried() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, fault: faults.append(fault))
        asked, gone = asyncio.Event(), asyncio.Event()

        async def once_it_is_gone(host: str, port: int) -> Sequence[str]:
            asked.set()
            await gone.wait()
            return ["127.0.0.1" if is_public else "10.0.0.1"]

        forwarder = Forwarder(Terms(may_reach=_loopback, resolver=once_it_is_gone))
        await forwarder.start()
        with _service() as port:
            here, secret = _place(forwarder, f"http://far.example:{port}/sparql")
            _, writer = await asyncio.open_connection("127.0.0.1", here)
            writer.write(f"POST /{secret} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode())
            await asked.wait()
            (call,) = forwarder._calls
            linger = struct.pack("ii", 1, 0)  # the connection is reset
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
            await writer.wait_closed()
            gone.set()
            await asyncio.wait([call])
        await forwarder.stop()
        assert call.exception() is None

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(tried())
    assert faults == []


def _place(forwarder: Forwarder, service: str) -> tuple[int, str]:
    """Return the port and the secret of the address that leads to a service."""
    address = urlsplit(forwarder.address_of(service))
    return address.port or 0, address.path.removeprefix("/")


def test_a_forwarder_that_does_not_run_gives_no_address() -> None:
    with pytest.raises(InputError, match="the forwarder does not run"):
        Forwarder().address_of("https://e.org/")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate of far.example and its key, in one file."""
    file = tmp_path_factory.mktemp("tls") / "far.pem"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=far.example -addext subjectAltName=DNS:far.example "
        f"-keyout {file} -out {file}.crt".split(),
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


@pytest.mark.slow
def test_tls_is_checked_for_the_name_that_was_written(certificate: Path) -> None:
    """The call goes to a number, and the certificate is that of the name all the same."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    terms = Terms(seconds=5, may_reach=_loopback, resolver=_at_home, tls=trusting)
    with _service(serving) as port:
        assert _answer(f"https://far.example:{port}/sparql", terms) == ["far"]
        with pytest.raises(OSError, match="cannot be reached, or hung up: ConnectError"):
            _answer(f"https://other.example:{port}/sparql", terms)
        with pytest.raises(OSError, match="cannot be reached, or hung up: ConnectError"):
            _answer(
                f"https://far.example:{port}/sparql", Terms(seconds=5, may_reach=_loopback, resolver=_at_home)
            )
    assert len(_Service.asked) == 1
