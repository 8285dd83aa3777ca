"""The routes of the SPARQL 1.1 Graph Store HTTP Protocol."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from http import HTTPStatus

import msgspec

from casegraph.errors import InputError
from casegraph.serve.http.bodies import MediaType, media_type, read_body
from casegraph.serve.http.conditions import condition_of
from casegraph.serve.http.fields import fields_of, parts_of
from casegraph.serve.http.negotiation import GRAPHS, Format, choose
from casegraph.serve.http.problems import RefusedError
from casegraph.serve.http.request import Request, refused_method
from casegraph.serve.jobs.document import Document
from casegraph.serve.jobs.graph import AddToGraph, DropGraph, GetGraph, PutGraph
from casegraph.serve.state import State, mark_of
from casegraph.store.syntax import named

__all__ = ["answer_graphs"]

_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
_ROOT = "/graphs"
_OF_ALL = tuple(each for each in GRAPHS if each.name in ("trig", "nq", "jsonld"))
_READABLE = frozenset(each.media_type for each in GRAPHS)


async def answer_graphs(request: Request, state: State) -> None:
    """Answer at ``/graphs`` with ``?graph=IRI`` or ``?default``, and at the address of a graph below it."""
    if request.method not in _METHODS:
        raise refused_method(*_METHODS)
    whole, graph = _graph(request)
    if request.method in ("GET", "HEAD"):
        await _get(request, state, whole, graph)
        return
    state.require_writer(request)
    holds = condition_of(request, graph, frozenset(_marks(whole, graph)))
    if request.method == "DELETE":
        _refuse_whole(whole)
        job: PutGraph | AddToGraph | DropGraph = DropGraph(graph=graph, condition=holds)
    elif request.method == "PUT":
        _refuse_whole(whole)
        documents = await _documents(request, state, graph)
        job = PutGraph(graph=graph, documents=documents, condition=holds)
    else:
        graph = f"{request.site}{_ROOT}/{secrets.token_hex(8)}" if whole else graph
        documents = await _documents(request, state, graph)
        job = AddToGraph(graph=graph, documents=documents, condition=holds)
    answer = await state.write(job)
    location = {"location": graph} if whole and graph else {}
    await request.pass_on(answer, location, state.settings.limits.stall)


async def _get(request: Request, state: State, whole: bool, graph: str | None) -> None:
    format_ = choose(request.header(b"accept"), _formats(whole))
    if format_ is None:
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, "no format of a graph is acceptable")
    job = GetGraph(graph=graph, whole=whole, media_type=format_.media_type)
    headers = {"etag": state.tag(msgspec.msgpack.encode(job), weak=False)}
    if await request.has_already(headers):
        return
    answer = await state.read(msgspec.structs.replace(job, head=request.method == "HEAD"))
    await request.pass_on(answer, headers, state.settings.limits.stall)


def _formats(whole: bool) -> tuple[Format, ...]:
    return _OF_ALL if whole else GRAPHS


def _marks(whole: bool, graph: str | None) -> Iterator[str]:
    """Yield the marks of all answers that a graph has, or all graphs together."""
    for each in _formats(whole):
        job = GetGraph(graph=graph, whole=whole, media_type=each.media_type)
        yield mark_of(msgspec.msgpack.encode(job))


def _graph(request: Request) -> tuple[bool, str | None]:
    """Return whether all graphs are meant; else the IRI of the one that is, None for the default graph."""
    asked = fields_of(request.scope["query_string"])
    graphs, default = asked.all("graph"), len(asked.all("default"))
    direct = request.path.removeprefix(_ROOT).strip("/")
    if len(graphs) + default + bool(direct) > 1:
        raise InputError("the graph is named twice", expected="?graph=IRI, or ?default, or an address")
    if direct:
        return False, named(request.address).value
    if graphs:
        return False, named(graphs[0]).value  # an absolute IRI: section 4.2 of the protocol
    return not default, None


def _refuse_whole(whole: bool) -> None:
    if whole:
        raise InputError("no graph is named", expected="?graph=IRI or ?default", todo="name it")


async def _documents(request: Request, state: State, graph: str | None) -> tuple[Document, ...]:
    base = graph or request.address
    told = media_type(request.scope)
    body = await read_body(request.scope, request.receive, state.settings.limits.graph)
    if told is not None and told.name == "multipart/form-data":
        parts = [(each.media_type, each.content) for each in parts_of(body, told)]
    else:
        parts = [(told, body)]
    return tuple(Document(content=content, media_type=_rdf(kind), base=base) for kind, content in parts)


def _rdf(told: MediaType | None) -> str:
    """Return the media type of RDF that a body has."""
    if told is None or told.name not in _READABLE or told.charset not in ("utf-8", "us-ascii"):
        expected = f"{', '.join(sorted(_READABLE))}; in UTF-8"
        what = "a graph in no format that is read here"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, what, expected=expected)
    return told.name
