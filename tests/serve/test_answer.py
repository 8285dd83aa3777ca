"""What becomes of a worker when its job ends with an error."""

from __future__ import annotations

import asyncio
import re
import shlex
from typing import Any

import click
import pytest

from casegraph.cli import commands
from casegraph.errors import CasegraphError, InputError, NoSpaceError, StoreError
from casegraph.serve.errors import LimitError
from casegraph.serve.jobs import Job
from casegraph.serve.jobs.cohort import CohortData, CohortPage
from casegraph.serve.jobs.query import Query
from casegraph.serve.jobs.stored import StoredAnswer
from casegraph.serve.telling.service import Service
from casegraph.serve.workers.answer import Answer
from casegraph.serve.workers.frames import ERROR, failure_of
from casegraph.serve.workers.line import Line, Listener

JOB = Query(text="ASK {}", results="", triples="")
SERVICE = Service(base="http://localhost:7878/")
_ASKED: dict[str, Any] = {
    "name": "responders_to_drug",
    "values": {"drug": "IL-2", "disease": "systemic lupus"},
}
#: A job -> the words of casegraph that give the same where no limit is.
ELSEWHERE = [
    (CohortPage(**_ASKED, service=SERVICE), ("plot", "-o", "cohort.html")),
    (
        CohortData(**_ASKED, picture="responses", format_="csv", media_type="text/csv"),
        ("plot", "--picture", "responses", "-o", "cohort.html"),
    ),
    (
        StoredAnswer(**_ASKED, address="", format_="csv", media_type="text/csv", service=SERVICE),
        ("query",),
    ),
]


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


class Silent(Told):
    """A line to a worker that never answers."""

    def __init__(self) -> None:
        super().__init__(InputError("nothing"))

    def send(self, content: bytes, listener: Listener) -> None:
        """Answer nothing."""


def _told_when_late(job: Job) -> LimitError:
    async def asked() -> LimitError:
        with pytest.raises(LimitError) as refused:
            await Answer(Silent(), lambda _: None).begin(job, 0)
        return refused.value

    return asyncio.run(asked())


def test_who_writes_sparql_is_told_to_ask_for_less() -> None:
    assert "LIMIT" in _told_when_late(JOB).todo


@pytest.mark.parametrize(("job", "words"), ELSEWHERE)
def test_who_reads_a_page_is_told_what_a_reader_can_do(job: Job, words: tuple[str, ...]) -> None:
    told = _told_when_late(job)
    assert "LIMIT" not in told.todo
    assert "its parameters (drug, disease)" in told.todo
    assert "--time-limit" in told.todo
    found = re.search("casegraph ([^;]+);", told.todo)
    assert found
    name, *rest = shlex.split(found[1])
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    read = command.make_context(name, [*rest])  # the words are those that the command knows
    assert name == words[0]
    assert set(words) <= {name, *rest}
    assert read.params["values"] == {"drug": "IL-2", "disease": "systemic lupus"}


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
