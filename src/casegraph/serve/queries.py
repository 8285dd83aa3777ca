"""The routes of the stored queries: what they ask, and their rows."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from casegraph.errors import InputError
from casegraph.query import StoredQuery
from casegraph.serve.fields import Fields, fields_of
from casegraph.serve.jobs.stored import StoredAnswer
from casegraph.serve.logs import note
from casegraph.serve.negotiation import Format, choose
from casegraph.serve.problems import RefusedError
from casegraph.serve.request import Request
from casegraph.serve.rowformats import ROWS
from casegraph.serve.state import State

__all__ = ["MOST_LIMIT", "MOST_OFFSET", "answer_queries", "answer_query_head", "answer_results"]

#: Of a page of rows.
MOST_LIMIT: Final = 100_000
MOST_OFFSET: Final = 1_000_000_000
_OF_PAGES: Final = ("limit", "offset", "format")


async def answer_results(query: StoredQuery, request: Request, state: State) -> None:
    """Answer with the rows of a stored query."""
    note(request.scope, query=query.name)
    fields = fields_of(request.scope["query_string"])
    format_ = _format(fields, request.header(b"accept"))
    headers = {"etag": f'W/"{state.version()}-{format_.name}"'}
    values = {name: value for name in sorted(fields.names()) if (value := fields.one(name)) is not None}
    values = {name: value for name, value in values.items() if name not in _OF_PAGES}
    if await request.has_already(headers):
        return
    job = StoredAnswer(
        name=query.name,
        values=values,
        address=_address(request, values),
        format_=format_.name,
        media_type=format_.media_type,
        limit=_number(fields, "limit", 1, MOST_LIMIT),
        offset=_number(fields, "offset", 0, MOST_OFFSET) or 0,
        most=state.settings.limits.rows,
    )
    answer = await request.while_there(state.read(job))
    note(request.scope, generation=answer.head.generation)
    await request.pass_on(answer, headers, state.settings.limits.stall)


def _format(fields: Fields, accept: str | None) -> Format:
    """Return the format that a request asks for, by its address before its header."""
    asked = fields.one("format")
    if asked is not None:
        named = next((each for each in ROWS if each.name == asked), None)
        if named is None:
            expected = f"one of {', '.join(sorted({each.name for each in ROWS}))}"
            raise InputError("no such format", where="format", expected=expected)
        return named
    chosen = choose(accept, ROWS)
    if chosen is None:
        expected = ", ".join(dict.fromkeys(each.media_type for each in ROWS))
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, "no format of rows is acceptable", expected=expected)
    return chosen


def _address(request: Request, values: Mapping[str, str]) -> str:
    return f"{request.address}?{urlencode(values)}" if values else request.address


def _number(fields: Fields, name: str, least: int, most: int) -> int | None:
    said = fields.one(name)
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and least <= int(said[:12]) <= most):
        raise InputError("no such number", where=name, expected=f"a whole number from {least} to {most:,}")
    return int(said)
