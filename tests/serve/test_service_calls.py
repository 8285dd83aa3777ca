"""How often a query may call other servers, and what its client is told of a call that failed."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from answering import answer_of
from test_forwarding import HOME, TRUSTS_NOBODY, _running, _Service, _service

from casegraph.errors import InputError
from casegraph.serve.errors import LimitError, ServiceError
from casegraph.serve.guard.calls import ServiceCalls
from casegraph.serve.guard.forwarding import Forwarder, Terms
from casegraph.serve.jobs.query import Query
from casegraph.serve.limits import Limits
from casegraph.serve.settings import Settings
from casegraph.serve.state import State
from casegraph.serve.workers.frames import error_of, failure_of
from casegraph.serve.workers.pool import Pool
from casegraph.store.embedded import EmbeddedStore

MOST = 3


class _Reader:
    """Does a job at once, in place of a worker."""

    def __init__(self) -> None:
        self.closed = 0

    async def ask(self, job: Query) -> Any:
        with EmbeddedStore(":memory:", writable=True) as store:
            content, failure = _done(job, store)
        gc.collect()  # what the engine gave is to end in the thread that it was made in
        if failure:
            raise error_of(failure)
        return SimpleNamespace(content=content, close=self._close, break_off=self._close)

    def _close(self, *_: object) -> None:
        self.closed += 1


def _done(job: Query, store: EmbeddedStore) -> tuple[bytes, bytes]:
    """Return what a job answers, and what it fails with."""
    try:
        return answer_of(job, store)[1], b""
    except InputError as error:
        return b"", failure_of(error)


def _asked(query: str, port: int, tmp_path: Path, terms: Terms = HOME) -> tuple[bytes, int]:
    """Ask as the server does; return the answer, and how often an answer was ended early."""
    reader = _Reader()
    service = f"http://far.example:{port}"
    settings = Settings(store=str(tmp_path), services=(service,), limits=Limits(calls=MOST))

    async def ask(forwarder: Forwarder) -> bytes:
        pool = cast(Pool, reader)
        state = State(settings, pool, pool, forwarder=forwarder)
        diverted = await state.with_services(query.replace("FAR", f"<{service}"))
        assert diverted is not None
        job = Query(text=diverted[0], results="text/csv", triples="", rows=10)
        return cast(bytes, (await state.read_with_services(job, diverted[1])).content)  # type: ignore[attr-defined]

    with _running(terms) as forwarder:
        return asyncio.run(ask(forwarder)), reader.closed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("moved", "it answered with a redirect (302), which is not followed; name the address"),
        ("broken", "it answered with status 500; try again, or ask without it"),
        ("packed", "it sent a compressed answer that was not asked for; ask without it"),
        ("long", "its answer is longer than 50,000 bytes; ask without it"),
        ("short", "it cannot be reached, or hung up: RemoteProtocolError; try again"),
        ("text", "its answer is no SPARQL results; ask without it"),
        ("half", "its answer is no SPARQL results; ask without it"),
    ],
)
def test_why_a_service_failed_is_told(path: str, told: str, tmp_path: Path) -> None:
    with _service() as port, pytest.raises(ServiceError) as failed:
        _asked(f"SELECT * {{ SERVICE FAR/{path}> {{ ?s ?p ?o }} }}", port, tmp_path)
    assert str(failed.value).startswith(f"query: the call of far.example failed: {told}")
    assert "127.0.0.1" not in str(failed.value)


@pytest.mark.slow
def test_that_the_operator_refused_it_is_told(tmp_path: Path) -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    home = Terms(seconds=2, resolver=HOME.resolver, tls=TRUSTS_NOBODY)
    for terms, told in (
        (home, "refused, for its address is not public; ask without it"),
        (
            Terms(resolver=nowhere, tls=TRUSTS_NOBODY),
            "its name has no address; look at the name, or try again",
        ),
    ):
        with _service() as port, pytest.raises(ServiceError) as failed:
            _asked("ASK { SERVICE FAR/sparql> { } }", port, tmp_path, terms)
        assert str(failed.value) == f"query: the call of far.example failed: {told}"
    assert not _Service.asked


def test_what_failed_in_silence_is_not_told_of_another() -> None:
    """The engine does not tell whose answer was none: it is that of the last call."""
    calls = ServiceCalls(5)
    calls.begin("a.example")
    calls.failed("a.example", InputError("it answered with status 500"))
    calls.begin("b.example")
    told = calls.told(ServiceError("the service a.example or b.example did not answer"))
    assert str(told) == "query: the call of b.example failed: its answer is no SPARQL results; ask without it"
    assert "a.example failed: it answered with status 500" in str(
        calls.told(ServiceError("the service a.example did not answer"))
    )
    unknown = ServiceError("the service c.example did not answer")
    assert calls.told(unknown) is unknown


@pytest.mark.slow
@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_so_many_calls_and_no_more_are_made(silent: str, tmp_path: Path) -> None:
    """Each row of a join may be a call; those of SILENT would be missed without a word."""
    with _service() as port:
        rows = " ".join(f"({number})" for number in range(MOST))
        query = "SELECT * { VALUES (?n) { ROWS } LATERAL { SERVICE SILENTFAR/sparql> { ?s ?p ?o } } }"
        query = query.replace("SILENT", silent)
        answer, closed = _asked(query.replace("ROWS", rows), port, tmp_path)
        assert (answer.count(b"far"), len(_Service.asked), closed) == (MOST, MOST, 0)
        with pytest.raises(LimitError, match=f"query: the query calls other servers more than {MOST} times"):
            _asked(query.replace("ROWS", f"{rows} (9)"), port, tmp_path)
        assert len(_Service.asked) == 2 * MOST


def test_a_query_that_has_more_of_them_calls_nobody(tmp_path: Path) -> None:
    with _service() as port, pytest.raises(LimitError, match=f"more than {MOST} times"):
        _asked("SELECT * {" + "SERVICE SILENT FAR/sparql> { ?s ?p ?o }" * (MOST + 1) + "}", port, tmp_path)
    assert not _Service.asked


def test_an_answer_that_has_begun_breaks_off() -> None:
    calls, broken = ServiceCalls(1), list[str]()
    calls.when_too_many(lambda: broken.append("off"))
    calls.begin("a.example")
    assert not broken
    with pytest.raises(LimitError):
        calls.begin("a.example")
    assert calls.are_too_many
    assert broken == ["off"]
    assert str(calls.told(ServiceError("the service a.example did not answer"))) == str(calls.too_many())
