"""The routes of the stored queries: what they ask, and their rows."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import msgspec

from casegraph.errors import InputError
from casegraph.query import StoredQuery
from casegraph.serve.http.fields import Fields, fields_of
from casegraph.serve.http.formats import FORMAT, requested_format
from casegraph.serve.http.logs import note
from casegraph.serve.http.negotiation import GRAPHS, HTML, JSON
from casegraph.serve.http.request import Request
from casegraph.serve.jobs.stored import StoredAnswer
from casegraph.serve.pages.queries import queries_page, query_page
from casegraph.serve.routes.data import pass_on
from casegraph.serve.state import State
from casegraph.serve.telling.catalogue import about, all_queries, query_rdf
from casegraph.serve.telling.examples import example_triples
from casegraph.serve.telling.resources import form_of
from casegraph.serve.telling.rowformats import ROWS
from casegraph.serve.telling.statements import written

__all__ = [
    "MOST_LIMIT",
    "MOST_OFFSET",
    "answer_queries",
    "answer_query_head",
    "answer_results",
    "number",
    "values_of",
]

#: Of a page of rows.
MOST_LIMIT: Final = 100_000
_LONGEST: Final = 2_000
MOST_OFFSET: Final = 1_000_000_000
_OF_PAGES: Final = ("limit", "offset", FORMAT)
_FORMATS: Final = (JSON, *GRAPHS, HTML)


async def answer_queries(request: Request, state: State) -> None:
    """Answer with the list of the stored queries."""
    service, asked = state.service(request), requested_format(request, _FORMATS)
    entries = all_queries(service)
    if asked.name == "html":
        body = queries_page(service, entries)
    elif asked.media_type == JSON.media_type:
        body = msgspec.json.encode({"queries": entries})
    else:
        body = written(example_triples(service), form_of(asked.media_type))
    await request.reply(HTTPStatus.OK, body, [("content-type", asked.content_type)])


async def answer_query_head(query: StoredQuery, request: Request, state: State) -> None:
    """Answer with what a stored query asks, takes and returns."""
    service, asked = state.service(request), requested_format(request, _FORMATS)
    if asked.name == "html":
        body = query_page(service, about(service, query))
    elif asked.media_type == JSON.media_type:
        body = msgspec.json.encode(about(service, query))
    else:
        body = query_rdf(service, query, form_of(asked.media_type))
    await request.reply(HTTPStatus.OK, body, [("content-type", asked.content_type)])


async def answer_results(query: StoredQuery, request: Request, state: State) -> None:
    """Answer with the rows of a stored query."""
    note(request.scope, query=query.name)
    fields = fields_of(request.scope["query_string"])
    asked = requested_format(request, ROWS)
    values = values_of(fields, is_form=asked.name == "html")
    job = StoredAnswer(
        name=query.name,
        values=values,
        address=_address(request, values),
        format_=asked.name,
        media_type=asked.media_type,
        service=state.service(request),
        limit=number(fields, "limit", 1, MOST_LIMIT),
        offset=number(fields, "offset", 0, MOST_OFFSET) or 0,
        most=state.settings.limits.rows,
    )
    await pass_on(request, state, job)


def values_of(fields: Fields, *, is_form: bool = False) -> dict[str, str]:
    """Return what is said for the parameters of a query.

    :param is_form: whether a field that is left empty is none, and keeps the example.
    :raises InputError: if one is empty, too long, or there twice.
    """
    found: dict[str, str] = {}
    for name in sorted(fields.names().difference(_OF_PAGES)):
        value = fields.one(name) or ""
        if len(value) > _LONGEST:
            raise InputError("too long", where=name, expected=f"at most {_LONGEST:,} characters")
        if not value and not is_form:
            raise InputError("no value", where=name, todo="leave it out to ask with the query's own example")
        if value:
            found[name] = value
    return found


def _address(request: Request, values: Mapping[str, str]) -> str:
    return f"{request.address}?{urlencode(values)}" if values else request.address


def number(fields: Fields, name: str, least: int, most: int) -> int | None:
    """Return the whole number that a field of the address has; None if it is not there.

    :raises InputError: if it is none, or not between these.
    """
    said = fields.one(name)
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and least <= int(said[:12]) <= most):
        raise InputError("no such number", where=name, expected=f"a whole number from {least} to {most:,}")
    return int(said)
