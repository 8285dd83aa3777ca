"""The routes of the SPARQL 1.1 Protocol: queries and updates."""

from __future__ import annotations

import re
from http import HTTPStatus

import msgspec

from casegraph.errors import InputError
from casegraph.serve.guard.text import decoded, refuse_length
from casegraph.serve.http.bodies import media_type, read_body
from casegraph.serve.http.conditions import condition_of
from casegraph.serve.http.fields import Fields, fields_of
from casegraph.serve.http.logs import note, note_query
from casegraph.serve.http.negotiation import GRAPHS, RESULTS, choose
from casegraph.serve.http.problems import RefusedError
from casegraph.serve.http.request import Request, refused_method
from casegraph.serve.jobs.change import ChangeGraphs
from casegraph.serve.jobs.query import Query
from casegraph.serve.jobs.update import Update
from casegraph.serve.routes.data import answer_service
from casegraph.serve.state import State
from casegraph.store.change import CHANGE

__all__ = ["answer_query", "answer_sparql", "answer_update"]

_FORM, _QUERY, _UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
#: Functions that answer another thing each time, and how a name may be hidden.
_CHANGING = ("NOW", "RAND", "UUID", "BNODE", "\\U")
_CALL = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*\(|\\U")
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)
_READ = ("GET", "HEAD", "POST")
_UTF_8 = ("utf-8", "utf8", "us-ascii")


async def answer_sparql(request: Request, state: State) -> None:
    """Answer at ``/sparql``: a query, an update by POST, or the description of the service."""
    if request.method not in _READ:
        raise refused_method(*_READ)
    asked = fields_of(request.scope["query_string"])
    kind, form = "", asked
    body = b""
    if request.method == "POST":
        kind = _kind(request)
        if kind not in (_FORM, _QUERY, _UPDATE):
            raise _wrong_media_type(_FORM, _QUERY, _UPDATE)
        if kind == _UPDATE:
            state.require_writer(request)
        body = await read_body(request.scope, request.receive, state.settings.limits.body)
        form = Fields([*asked, *fields_of(body)]) if kind == _FORM else asked
    if kind == _UPDATE or (kind == _FORM and form.all("update")):
        await _update(request, state, _text(form, body if kind == _UPDATE else None, "update"), form)
        return
    if form.all("update"):
        raise InputError("an update in a GET or beside a query", expected="a POST of the update alone")
    if kind == "" and not form.all("query"):
        await answer_service(request, state)
        return
    await answer_query(request, state, _text(form, body if kind == _QUERY else None, "query"), form)


async def answer_update(request: Request, state: State) -> None:
    """Answer at ``/update``: an update by POST, or a change that another casegraph sends."""
    if request.method != "POST":
        raise refused_method("POST")
    state.require_writer(request)
    kind = _kind(request)
    if kind == CHANGE:
        content = await read_body(request.scope, request.receive, state.settings.limits.graph)
        await _write(request, state, ChangeGraphs(content=content))
        return
    form = fields_of(request.scope["query_string"])
    body = await read_body(request.scope, request.receive, state.settings.limits.body)
    if kind == _FORM:
        form = Fields([*form, *fields_of(body)])
    elif kind != _UPDATE:
        raise _wrong_media_type(_FORM, _UPDATE)
    await _update(request, state, _text(form, body if kind == _UPDATE else None, "update"), form)


async def answer_query(request: Request, state: State, text: str, form: Fields) -> None:
    """Answer a query that was read from a request.

    :param form: what else the request says: the graphs of its dataset, and how many rows it wants.
    """
    settings = state.settings
    note_query(request.scope, text)
    refuse_length(text, settings.limits.text)
    diverted = await state.with_services(text)
    accept = request.header(b"accept")
    results, triples = choose(accept, RESULTS), choose(accept, GRAPHS)
    if results is None and triples is None:
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, "no format of an answer is acceptable")
    default, named = form.all("default-graph-uri"), form.all("named-graph-uri")
    job = Query(
        text=text if diverted is None else diverted[0],
        limits=settings.limits if diverted is None else None,
        results="" if results is None else results.media_type,
        triples="" if triples is None else triples.media_type,
        base=request.address,
        union=_wants_union(form) or settings.union,
        default=tuple(default) if default or named else None,
        named=tuple(named),
        rows=_rows(form, settings.limits.rows),
    )
    is_fixed = diverted is None and not _may_change(text)
    headers = {"etag": state.tag(msgspec.msgpack.encode(job))} if is_fixed else {}
    if await request.has_already(headers):
        return
    answer = await (state.read(job) if diverted is None else state.read_with_services(job, diverted[1]))
    note(request.scope, generation=answer.head.generation)
    await request.pass_on(answer, headers, settings.limits.stall)


async def _update(request: Request, state: State, text: str, form: Fields) -> None:
    state.require_writer(request)
    if form.all("query"):
        raise InputError("a query beside an update", expected="a POST of the update alone")
    note_query(request.scope, text)
    limits = state.settings.limits
    refuse_length(text, limits.body)
    job = Update(
        text=text,
        base=request.address,
        limits=limits,
        default=tuple(form.all("using-graph-uri")),
        named=tuple(form.all("using-named-graph-uri")),
    )
    await _write(request, state, job)


async def _write(request: Request, state: State, job: Update | ChangeGraphs) -> None:
    answer = await state.write(msgspec.structs.replace(job, condition=condition_of(request)))
    note(request.scope, generation=answer.head.generation)
    await request.pass_on(answer, {}, state.settings.limits.stall)


def _may_change(query: str) -> bool:
    """Tell whether a query may have another answer each time."""
    upper = query.upper()
    return any(name in upper for name in _CHANGING) and _CALL.search(upper) is not None


def _text(form: Fields, body: bytes | None, name: str) -> str:
    """Return the one text of a request."""
    found = form.all(name)
    if body is not None:
        if found:
            raise InputError(f"two texts: one as {name}=, one as the body", expected="one")
        return decoded(body)
    if len(found) != 1:
        raise InputError(f"{len(found) or 'no'} {name} in the request", expected=f"one {name}")
    return found[0]


def _wants_union(form: Fields) -> bool:
    """Tell whether a request asks for the union of all graphs, in the way of the server of Oxigraph."""
    asked = form.one("union-default-graph")
    if asked not in (None, "", "true"):
        raise InputError("no such default graph", where="union-default-graph", expected="true")
    return asked is not None


def _rows(form: Fields, limit: int) -> int | None:
    asked = form.one("rows")
    if asked is None:
        return limit
    if asked == "all":
        return None
    if not _NUMBER.fullmatch(asked):
        raise InputError("no number of rows", where="rows", expected="rows=1000 or rows=all")
    return int(asked)


def _kind(request: Request) -> str:
    """Return the media type of a body, whose charset is UTF-8."""
    told = media_type(request.scope)
    if told is None:
        return ""
    if told.charset not in _UTF_8:
        raise RefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a body that is not UTF-8", expected="charset=utf-8"
        )
    return told.name


def _wrong_media_type(*expected: str) -> RefusedError:
    return RefusedError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "the body has another media type or none",
        expected=" or ".join(expected),
    )
