"""What the parts of a running server share: settings, workers, and which state of the store is served."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from functools import cached_property, partial
from http import HTTPStatus
from pathlib import Path

import msgspec

from casegraph.errors import NoSpaceError, StoreError
from casegraph.serve.counted import Counted
from casegraph.serve.errors import FullError, ServiceError
from casegraph.serve.guard.calls import ServiceCalls
from casegraph.serve.guard.forwarding import Forwarder
from casegraph.serve.guard.services import with_addresses
from casegraph.serve.guard.text import refuse
from casegraph.serve.http.origins import refuse_to_change
from casegraph.serve.http.problems import RefusedError
from casegraph.serve.http.request import Request
from casegraph.serve.http.tokens import Tokens, require
from casegraph.serve.jobs import Job
from casegraph.serve.jobs.described import CountAll
from casegraph.serve.jobs.health import Health
from casegraph.serve.looked import Looked
from casegraph.serve.settings import Settings
from casegraph.serve.telling.counts import Counts
from casegraph.serve.telling.service import Service
from casegraph.serve.workers.answer import Answer
from casegraph.serve.workers.kept import Kept
from casegraph.serve.workers.pool import Pool
from casegraph.serve.workers.stamp import stamp_of, state_of
from casegraph.store.directory import HEAD
from casegraph.version import __version__

__all__ = ["State", "mark_of"]


@dataclass
class State:
    """A running server.

    :param readers: workers that answer.
    :param watcher: the one that looks whether the data can be read.
    :param writer: the one that changes the store, if anybody may.
    :param tokens: who has one may write.
    :param kept: answers to what is asked again and again.
    :param reading_needs_token: whether it is needed to read, too.
    """

    settings: Settings
    readers: Pool
    watcher: Pool
    writer: Pool | None = None
    tokens: Tokens | None = None
    reading_needs_token: bool = False
    forwarder: Forwarder | None = None
    kept: Kept = field(default_factory=Kept)
    _version: tuple[tuple[int, ...] | None, str] = (None, "")

    @cached_property
    def _counted(self) -> Counted:
        return Counted(partial(self._count, CountAll()), self.version)

    @cached_property
    def _listed(self) -> Counted:
        return Counted(partial(self._count, CountAll(parts=False)), self.version)

    @cached_property
    def _looked(self) -> Looked:
        return Looked(self._look)

    async def read(self, job: Job) -> Answer:
        """Return the answer of a worker that reads.

        :raises CasegraphError: what the job ended with.
        """
        return await _read(self.readers, job)

    async def write(self, job: Job) -> Answer:
        """Return the answer of the worker that writes, once all is done; changes take turns.

        :raises CasegraphError: what the job ended with; nothing has changed then.
        """
        if self.writer is None:
            raise RefusedError(HTTPStatus.FORBIDDEN, "the server only reads")
        return await self.writer.ask(job)

    def service(self, request: Request) -> Service:
        """Return what the server is, as the client of a request sees it."""
        settings = self.settings
        return Service(
            base=f"{request.site}/",
            writable=settings.writable,
            union=settings.union,
            federated=bool(settings.services),
        )

    async def counts(self, *, parts: bool = True) -> Counts:
        """Return what the store holds now; it is counted once at a time.

        :param parts: whether to count which properties the things of each class have, which takes longest.
        :raises CasegraphError: if it cannot be counted.
        """
        return await (self._counted if parts else self._listed).now()

    def counts_so_far(self) -> Counts | None:
        """Return what the store held when it was counted last, if it was; else it is counted meanwhile."""
        return self._counted.so_far()

    async def health(self) -> bytes:
        """Return how the server is, in JSON; one look at a time, whose answer all get who ask meanwhile.

        :raises CasegraphError: if the data cannot be read.
        """
        return await self._looked.now()

    async def _look(self) -> bytes:
        readers, writable = self.readers, self.writer is not None
        job = Health(writable=writable, workers=readers.many, busy=readers.busy)
        answer = await _read(self.watcher, job)
        return b"".join([piece async for piece in answer.pieces()])

    async def _count(self, job: CountAll) -> Counts:
        answer = await _read(self.readers, job, self.settings.limits.write_seconds)
        content = b"".join([piece async for piece in answer.pieces()])
        return msgspec.json.decode(content, type=Counts)

    async def read_with_services(self, job: Job, calls: ServiceCalls) -> Answer:
        """Return the answer of a worker to a query that calls services.

        :raises LimitError: if it calls them too often; an answer that has begun breaks off then.
        :raises CasegraphError: what the job ended with.
        """
        try:
            answer = await self.readers.ask(job)
        except ServiceError as error:
            raise calls.told(error) from error
        if calls.are_too_many:
            answer.close()
            raise calls.too_many()
        calls.when_too_many(lambda: answer.break_off(calls.too_many().what))
        return answer

    async def with_services(self, text: str) -> tuple[str, ServiceCalls] | None:
        """Return a query whose SERVICEs go through the forwarder, with what counts them; None if it has none.

        Its addresses of the forwarder are forgotten when the request, whose task calls this, has ended.

        :raises InputError: if it is a call that is not allowed, or the query is none that may be asked.
        :raises LimitError: if it has more of them than it may make.
        """
        forwarder = self.forwarder
        if forwarder is None or "SERVICE" not in text.upper():
            return None
        services = self.settings.services
        await asyncio.to_thread(refuse, text, limits=self.settings.limits, services=services)
        given: list[str] = []
        calls = ServiceCalls(self.settings.limits.calls)

        def address_of(service: str) -> str:
            given.append(forwarder.address_of(service, calls))
            return given[-1]

        def forget(_: asyncio.Task[object]) -> None:
            for address in given:
                forwarder.forget(address)

        if (request := asyncio.current_task()) is not None:
            request.add_done_callback(forget)
        diverted = with_addresses(text, services, address_of)
        if len(given) > self.settings.limits.calls:
            raise calls.too_many()
        return diverted, calls

    def require_writer(self, request: Request) -> None:
        """Refuse a request that may not change the store.

        :raises RefusedError: 403 if nobody may, or a page of another origin asks for it, 401 if the token is
            missing or another one.
        """
        refuse_to_change(request.scope)
        if self.writer is None or self.tokens is None:
            todo = "start it with --writable --token-file FILE"
            raise RefusedError(HTTPStatus.FORBIDDEN, "the server only reads", todo=todo)
        require(request.scope, self.tokens)

    def tag(self, *asked: str | bytes, weak: bool = True) -> str:
        """Return the tag of an answer (RFC 9110, section 8.8.3).

        :param asked: all that makes the answer, besides the state of the store and the version of casegraph.
        :param weak: whether its bytes may be others each time, though they say the same.
        """
        return f'{"W/" if weak else ""}"{self.version()}-{mark_of(*asked)}"'

    def version(self) -> str:
        """Return what names the state of the store that is served now: another one, another name.

        :raises StoreError: if it is not there any more.
        """
        head = Path(self.settings.store, HEAD)
        stamp = stamp_of(head)
        if not stamp:
            raise StoreError("the store is gone", where=self.settings.store)
        if stamp != self._version[0]:
            self._version = (stamp, state_of(head))
        return self._version[1]


def mark_of(*asked: str | bytes) -> str:
    """Return the part of a tag that tells one answer of a state of the store from all others.

    :param asked: see :meth:`State.tag`.
    """
    parts = (each.encode() if isinstance(each, str) else each for each in asked)
    return hashlib.sha256(b"\0".join((__version__.encode(), *parts))).hexdigest()[:16]


async def _read(readers: Pool, job: Job, seconds: float | None = None) -> Answer:
    try:
        return await readers.ask(job, seconds)
    except NoSpaceError as error:  # a reader has links to the data, and copies of what grows
        raise FullError("no space is left for what reading needs", todo="try again later") from error
