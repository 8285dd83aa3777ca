"""Counts the calls of other servers that a query makes, and keeps what became of them, to tell its client."""

from __future__ import annotations

from collections.abc import Callable

from casegraph.errors import InputError
from casegraph.serve.errors import LimitError, ServiceError

__all__ = ["ServiceCalls"]

_NO_RESULTS = InputError("its answer is no SPARQL results", todo="ask without it")


class ServiceCalls:
    """The calls of one query; the engine may make one for each row that a SERVICE is joined to.

    :param most: how many may be made.
    """

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._failures: dict[str, InputError | None] = {}
        self._act: Callable[[], object] = lambda: None

    def begin(self, host: str) -> None:
        """Take that a host is to be called.

        :raises LimitError: if that is one call too many; the query has no answer then, even if it is SILENT.
        """
        self._keep(host, None)
        self._left -= 1
        if self._left < 0:
            self._act()
            raise self.too_many()

    def failed(self, host: str, why: InputError) -> None:
        """Take that a call failed, and why, in words for the client."""
        self._keep(host, why)

    @property
    def are_too_many(self) -> bool:
        """Whether one was to be made that was too many."""
        return self._left < 0

    def too_many(self) -> LimitError:
        """Return the error for a query that makes too many."""
        what = f"the query calls other servers more than {self._most:,} times"
        todo = (
            "ask for all that it needs in one SERVICE, which is not joined to many rows: each may be a call"
        )
        return LimitError(what, where="query", todo=todo)

    def when_too_many(self, act: Callable[[], object]) -> None:
        """Say what is to be done as soon as one is too many."""
        self._act = act

    def told(self, error: ServiceError) -> InputError:
        """Return what the client is told where a query ended because a service failed.

        :param error: what the worker said, which knows no more than the hosts.
        """
        if self.are_too_many:
            return self.too_many()
        host = next((each for each in reversed(self._failures) if each in error.what.split()), "")
        if not host:
            return error
        why = self._failures[host] or _NO_RESULTS
        return ServiceError(f"the call of {host} failed: {why.what}", where="query", todo=why.todo)

    def _keep(self, host: str, failure: InputError | None) -> None:
        """Keep what is known of the last call of a host; the last one that something is known of is last."""
        self._failures.pop(host, None)
        self._failures[host] = failure
