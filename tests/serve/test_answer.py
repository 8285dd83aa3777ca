"""What becomes of a worker when its job ends with an error."""

from __future__ import annotations

import asyncio

import pytest

from casegraph.errors import CasegraphError, InputError, NoSpaceError, StoreError
from casegraph.serve.jobs.query import Query
from casegraph.serve.workers.answer import Answer
from casegraph.serve.workers.frames import ERROR, failure_of
from casegraph.serve.workers.line import Line, Listener

JOB = Query(text="ASK {}", results="", triples="")


class Told(Line):
    """A line without a worker, which answers each job with an error at once."""

    def __init__(self, error: CasegraphError) -> None:
        self.is_alive, self.listener = True, None
        self._error = error

    def send(self, content: bytes, listener: Listener) -> None:
        """Answer."""
        listener.told(ERROR, failure_of(self._error))

    def kill(self) -> None:
        """End the worker that is none."""
        self.is_alive = False


def _is_alive_after(error: CasegraphError, *, writes: bool) -> bool:
    async def asked() -> bool:
        given_back: list[Line] = []
        line = Told(error)
        answer = Answer(line, given_back.append, writes=writes)
        with pytest.raises(type(error)):
            await answer.begin(JOB, 10)
        assert given_back == [line]
        return line.is_alive

    return asyncio.run(asked())


@pytest.mark.parametrize("error", [StoreError("it failed"), NoSpaceError("the disk is full")])
def test_a_writer_whose_store_failed_works_no_more(error: StoreError) -> None:
    assert not _is_alive_after(error, writes=True)
    assert _is_alive_after(error, writes=False)


def test_a_writer_goes_on_after_a_request_that_is_wrong() -> None:
    assert _is_alive_after(InputError("no SPARQL"), writes=True)
