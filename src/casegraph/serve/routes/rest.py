"""The interface apart from SPARQL, as FastAPI describes it in OpenAPI; the routes answer by themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, cast

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from casegraph.errors import CasegraphError
from casegraph.serve.http.logs import note
from casegraph.serve.http.problems import RefusedError, problem, reason_of, send_answer, status_of
from casegraph.serve.http.request import Request, refused_method
from casegraph.serve.routes.operations import Operation, operations
from casegraph.serve.state import State
from casegraph.version import __version__

__all__ = ["rest"]

_ABOUT: Final = """Stored queries, cases, reports and the ontology of a store, in the formats that Accept asks
for.

SPARQL 1.1 is at `/sparql` and `/update`, the Graph Store HTTP Protocol at `/graphs`; both are described by
their standards, and this server by the service description at `/sparql`."""
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what is wrong"},
        "where": {"type": "string", "description": "the parameter, or the line and the column"},
        "expected": {"type": "string", "description": "what would have been right"},
        "todo": {"type": "string", "description": "the next step"},
        "request": {"type": "string", "description": "what the log calls the request"},
    },
}
_ERRORS: Final = {
    400: "The request is malformed.",
    404: "It is not there.",
    406: "No format that Accept asks for.",
    422: "It passes a limit of time, memory or rows.",
    503: "All workers are busy.",
}


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
        answer = problem(self._error, status_of(self._error), request.header(b"accept"), named)
        await send_answer(send, answer)


class _Interface(FastAPI):
    """What FastAPI describes, with the form of errors told once."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, which is made when it is first asked for."""
        told: dict[str, Any] = super().openapi()
        told["components"] = {"schemas": {"Problem": _PROBLEM}}
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
        exception_handlers={CasegraphError: _told, HTTPException: _of_router},
    )
    for each in operations():
        _add(app, each, state)
    return app


def _add(app: FastAPI, operation: Operation, state: State) -> None:
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
        responses=_responses(operation),
        openapi_extra={"parameters": [*operation.parameters]},
        include_in_schema=operation.is_told,
    )
    app.add_route(operation.path, endpoint, methods=["HEAD"], include_in_schema=False)


def _responses(operation: Operation) -> dict[int | str, dict[str, Any]]:
    answers = {name: {"schema": {"type": "string"}} for name in operation.media_types}
    told: dict[int | str, dict[str, Any]] = {200: {"description": "The answer.", "content": answers}}
    said = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return told | {status: {"description": text, "content": said} for status, text in _ERRORS.items()}


async def _told(request: StarletteRequest, error: Exception) -> Response:
    del request
    return _Refused(cast(CasegraphError, error))


async def _of_router(request: StarletteRequest, error: Exception) -> Response:
    del request
    found = cast(HTTPException, error)
    if found.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _Refused(refused_method("GET", "HEAD"))
    return _Refused(RefusedError(found.status_code, "nothing is at this path"))
