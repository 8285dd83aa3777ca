"""The application: which route answers which path, and what stands around all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from casegraph.serve.errors import FullError, NotThereError
from casegraph.serve.http.connections import CONNECTION
from casegraph.serve.http.headers import HeadLimits, SafeHeaders
from casegraph.serve.http.hosts import Hosts
from casegraph.serve.http.logs import Requests, note
from casegraph.serve.http.old_clients import OldClients
from casegraph.serve.http.origins import Origins
from casegraph.serve.http.problems import Problems
from casegraph.serve.http.request import Request
from casegraph.serve.http.tokens import require
from casegraph.serve.routes.graphs import answer_graphs
from casegraph.serve.routes.sparql import answer_sparql, answer_update
from casegraph.serve.state import State

__all__ = ["App", "application"]

Route = Callable[[Request, State], Awaitable[None]]
_ROUTES: Final[Mapping[str, Route]] = {
    "sparql": answer_sparql,
    "update": answer_update,
    "graphs": answer_graphs,
}
#: All that are known at any address.
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")


class App:
    """Finds the route of a request by the first part of its path.

    :param rest: answers what has no route here.
    """

    def __init__(self, state: State, rest: ASGIApp | None = None) -> None:
        self.state, self.rest = state, rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, for as long as the client is there."""
        connection = scope.get(CONNECTION)
        if connection is None:
            await self._answer(scope, receive, send)
            return
        connection.work = asyncio.current_task()
        try:
            await self._answer(scope, receive, send)
        except asyncio.CancelledError:
            if not connection.is_gone:
                raise FullError("the server stops", todo="try again later") from None
            note(scope, reason="the client hung up")
        finally:
            connection.work = None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        if request.method == "OPTIONS" and request.path == "*":  # of the server as a whole
            await request.reply(HTTPStatus.NO_CONTENT, headers=[("allow", ", ".join(_METHODS))])
            return
        if self.state.reading_needs_token and self.state.tokens is not None:
            require(scope, self.state.tokens)
        first, _, below = request.path.removeprefix("/").partition("/")
        route = _ROUTES.get(first)
        if route is not None and (first == "graphs" or not below):
            await route(request, self.state)
        elif self.rest is not None:
            await self.rest(scope, receive, send)
        else:
            raise NotThereError("nothing is at this path")


def application(state: State, rest: ASGIApp | None = None) -> ASGIApp:
    """Return the application with all that stands around it."""
    settings = state.settings
    inner: ASGIApp = App(state, rest)
    inner = Origins(inner, settings.origins)
    inner = Hosts(inner, settings.hosts, settings.public_url)
    inner = SafeHeaders(Problems(HeadLimits(inner)))
    return OldClients(Requests(inner, log_queries=settings.log_queries))
