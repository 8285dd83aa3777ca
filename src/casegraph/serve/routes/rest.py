"""The interface apart from SPARQL, as FastAPI describes it in OpenAPI; the routes answer by themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, cast

from fastapi import FastAPI
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from casegraph.errors import CasegraphError
from casegraph.serve.http.logs import note
from casegraph.serve.http.problems import RefusedError, problem, reason_of, send_answer, status_of
from casegraph.serve.http.request import Request, refused_method
from casegraph.serve.routes.operations import Operation, operations
from casegraph.serve.routes.schemas import BEARER, components, responses
from casegraph.serve.state import State
from casegraph.version import __version__

__all__ = ["rest"]

_ABOUT: Final = """Stored queries, cases, reports and the ontology of a store, in the formats that Accept asks
for.

SPARQL 1.1 is at `/sparql` and `/update`, the Graph Store HTTP Protocol at `/graphs`; both are described by
their standards, and this server by the service description at `/sparql`."""


class _Lines(PathConvertor):
    """The rest of a path, also where it holds a line break, as the name of a record may."""

    regex = "(?s:.*)"


register_url_convertor("lines", _Lines())


class _Passed(Response):
    """An answer that a route gives by itself."""

    def __init__(self, work: Callable[[Request], Awaitable[None]]) -> None:
        super().__init__()
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._work(Request(scope, receive, send))


class _Refused(Response):
    """An answer that tells an error."""

    def __init__(self, error: CasegraphError) -> None:
        super().__init__()
        self._error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        note(scope, reason=reason_of(self._error))
        request = Request(scope, receive, send)
        named = scope.get("casegraph.noted", {}).get("request", "")
        answer = problem(self._error, status_of(self._error), request.header(b"accept"), named, request.path)
        await send_answer(send, answer)


class _Interface(FastAPI):
    """What FastAPI describes, with what answers have in common told once."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, which is made when it is first asked for."""
        told: dict[str, Any] = super().openapi()
        told["components"] = components()
        return told


def rest(state: State) -> FastAPI:
    """Return the application that answers what has no route of a protocol of SPARQL."""
    app = _Interface(
        title="casegraph",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
        servers=[{"url": "/"}],
        exception_handlers={CasegraphError: _told, HTTPException: _of_router},
    )
    for each in operations():
        _add(app, each, state)
    return app


def _add(app: FastAPI, operation: Operation, state: State) -> None:
    needs = state.reading_needs_token

    async def endpoint(request: StarletteRequest) -> Response:
        del request
        return _Passed(lambda asked: operation.route(asked, state))

    app.add_api_route(
        operation.path,
        endpoint,
        name=operation.name,
        summary=operation.summary,
        description=operation.description,
        tags=[operation.tag],
        response_class=Response,
        responses=responses(operation.formats, operation.json, needs_token=needs, failed=operation.failed),
        openapi_extra={
            "parameters": [*operation.parameters],
            "security": [{BEARER: []}] if needs else [],
        },
        include_in_schema=operation.is_told,
    )
    app.add_route(operation.path, endpoint, methods=["HEAD"], include_in_schema=False)


async def _told(request: StarletteRequest, error: Exception) -> Response:
    del request
    return _Refused(cast(CasegraphError, error))


async def _of_router(request: StarletteRequest, error: Exception) -> Response:
    found = cast(HTTPException, error)
    if found.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _Refused(refused_method("GET", "HEAD"))
    return _Refused(RefusedError(found.status_code, "nothing is at this path", todo=_todo(request.url.path)))


def _todo(path: str) -> str:
    """Return what to do where nothing is at a path."""
    if path.endswith("/"):
        return "leave out the slash at its end"
    first = path.split("/")[1]
    return f"/{first} lists those there are" if first in ("cohorts", "queries") else ""
