"""A service that fails is told as that: not as a fault of the server, and without what is secret."""

from __future__ import annotations

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pyoxigraph as ox
import pytest
from answering import answer_of

from casegraph.errors import InputError
from casegraph.serve.errors import LimitError, ServiceError
from casegraph.serve.guard.forwarding import Forwarder
from casegraph.serve.http.problems import status_of
from casegraph.serve.jobs.query import Query
from casegraph.serve.settings import Settings
from casegraph.serve.state import State
from casegraph.serve.workers.frames import error_of, failure_of
from casegraph.serve.workers.pool import Pool
from casegraph.store.embedded import EmbeddedStore

SECRET = "5bzI4Jis7fcZp6xZok4ST2IrckPtNSm5"  # noqa: S105 - one of the tests
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nConnection: close\r\n"
FAILURES = {
    "an error": b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nwhy",
    "no whole answer": HEAD + b'Transfer-Encoding: chunked\r\n\r\n8\r\n{"head":\r\n',
    "no answer": HEAD + b"Content-Length: 9\r\n\r\nnot JSON.",
}
ROWS = b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"far"}}]}}'


class _Here(socketserver.StreamRequestHandler):
    """Answers with what its server has, in place of the forwarder."""

    def handle(self) -> None:
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            name, _, value = line.lower().partition(b":")
            length = int(value) if name == b"content-length" else length
        self.rfile.read(length)
        self.wfile.write(self.server.answer)  # type: ignore[attr-defined]


@pytest.fixture
def here() -> Iterator[socketserver.TCPServer]:
    with socketserver.TCPServer(("127.0.0.1", 0), _Here) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def _asked(here: socketserver.TCPServer, form: str = "SELECT ?o", rows: int | None = None) -> bytes:
    address = f"http://127.0.0.1:{here.server_address[1]}/{SECRET}/far.example"
    job = Query(
        text=f"{form} {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
        results="text/csv",
        triples="text/turtle",
        rows=rows,
    )
    with EmbeddedStore(":memory:", writable=True) as store:
        return answer_of(job, store)[1]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("form", ["SELECT ?o", "ASK", "CONSTRUCT { ?s ?p ?o }"])
def test_a_service_that_fails_is_named_and_nothing_else(
    here: socketserver.TCPServer, failure: str, form: str
) -> None:
    here.answer = FAILURES[failure]  # type: ignore[attr-defined]
    with pytest.raises(ServiceError) as failed:
        _asked(here, form)
    told = error_of(failure_of(failed.value))
    assert str(told) == "query: the service far.example did not answer; try again, or ask without it"
    assert status_of(told) == 422


def test_what_is_no_failure_of_a_service_stays_what_it_is(here: socketserver.TCPServer) -> None:
    here.answer = HEAD + b"Content-Length: %d\r\n\r\n" % len(ROWS) + ROWS  # type: ignore[attr-defined]
    assert _asked(here) == b"o\r\nfar\r\n"
    with pytest.raises(LimitError, match="more than 0 rows"):
        _asked(here, rows=0)
    with pytest.raises(InputError, match="expected") as refused:
        _asked(here, "SELECT (")
    assert not isinstance(refused.value, ServiceError)


def test_a_damaged_store_is_no_failure_of_a_service() -> None:
    def damaged(*_: object, **__: object) -> ox.QuerySolutions:
        raise RuntimeError("Corruption: block checksum mismatch")

    text = f"ASK {{ SERVICE <http://127.0.0.1:9/{SECRET}/far.example> {{ ?s ?p ?o }} }}"
    with EmbeddedStore(":memory:", writable=True) as store, pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "query", damaged)
        with pytest.raises(RuntimeError, match="Corruption"):
            answer_of(Query(text=text, results="text/csv", triples=""), store)


def test_addresses_are_forgotten_when_the_request_has_ended(tmp_path: Path) -> None:
    """Until then they lead somewhere; of another request they stay."""
    settings = Settings(store=str(tmp_path), services=("far.example",))
    query = "ASK { SERVICE <https://far.example/a> { } SERVICE <https://far.example/b> { } }"

    async def known() -> list[int]:
        forwarder = Forwarder()
        await forwarder.start()
        nobody = cast(Pool, SimpleNamespace())
        state = State(settings, nobody, nobody, forwarder=forwarder)
        found = []

        async def request() -> None:
            assert (await state.with_services(query) or (query,))[0] != query
            found.append(len(forwarder._known))

        forwarder.address_of("https://far.example/other")
        await asyncio.create_task(request())
        await asyncio.sleep(0)
        found.append(len(forwarder._known))
        await forwarder.stop()
        return found

    assert asyncio.run(known()) == [3, 1]
